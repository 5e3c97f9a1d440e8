/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, with the test that fails without it (tests/pam/group_test.c):
 *
 * 1. A user who is in none of 'groups' is let by only if the user database
 *    answered everything that was asked, since getgrouplist(3) has no way to
 *    say that it left out groups (groups__that_cannot_all_be_read_refuse).
 * 2. A group that does not exist refuses everybody: a misspelt name must not
 *    mean that no user is asked (groups__that_do_not_exist_refuse_everybody).
 * 3. A name is a name, and never a number (groups__are_names_not_numbers).
 */
#include "config.h"

#include "pam_module/group.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "pam_module/log.h"
#include "pam_module/user.h"

/* Buffer sizes of an entry, which has the names of all members. */
#define ENTRY_FIRST 4096
#define ENTRY_MAX   (64 * 1024 * 1024)

/* How many groups a user is in; NGROUPS_MAX is 65536. */
#define GIDS_FIRST 64
#define GIDS_MAX   131072

/* The groups of one user. */
struct gids {
	gid_t *list;
	int count;
	bool doubtful; /* there may be more */
};

/* One of the options, and the group of it that was looked up last. */
struct groups {
	const char *option;
	const char *rest; /* of its value */
	char name[OTP_GROUPS_SIZE];
	gid_t gid;
	bool lists_user; /* as a member */
};

static enum otp_err check_names(struct otp_login *login);
static enum otp_err judge_user(struct otp_login *login, enum otp_step *step);
static struct groups groups_of(const char *option, const char *value);
static enum otp_err find_group(struct groups *groups, struct otp_login *login,
    const struct gids *gids, bool *ret_found);
static bool groups_next(struct groups *groups);
static bool has_user(const struct groups *groups, const struct gids *gids);
static enum otp_err group_look_up(
    struct groups *groups, const char *user, struct otp_fault *fault);
static int ask_database(const char *name, struct group *entry, char *buffer,
    size_t size, struct group **ret_found);
static void take_entry(
    struct groups *groups, const struct group *entry, const char *user);
static enum otp_err gids_look_up(struct gids *gids, struct otp_login *login);
static bool is_failure(int errnum);
static enum otp_err fail(struct otp_fault *fault, enum otp_err err, int errnum);

enum otp_step
otp_group_judge(struct otp_login *login)
{
	const struct otp_options *options = &login->options;
	enum otp_step step = OTP_STEP_CONTINUE;
	bool is_main = false;

	if (options->groups[0] == '\0' && options->exempt_groups[0] == '\0')
		return OTP_STEP_CONTINUE;
	login->err = check_names(login);
	if (login->err == OTP_OK && login->request.unknown)
		return OTP_STEP_CONTINUE;
	if (login->err == OTP_OK)
		login->err = otp_user_is_main(login, &is_main);
	if (login->err == OTP_OK && !is_main) {
		otp_log_debug(login, "groups", "not for this name");
		return OTP_STEP_CONTINUE;
	}
	if (login->err == OTP_OK)
		login->err = judge_user(login, &step);
	return login->err == OTP_OK ? step : OTP_STEP_ERROR;
}

/*
 * Whether all groups exist, whoever logs in.  They are looked up once more with
 * the user: a source that answers both times did so in between.
 */
static enum otp_err
check_names(struct otp_login *login)
{
	const struct gids none = { .list = NULL };
	const struct otp_options *options = &login->options;
	struct groups asked = groups_of("groups", options->groups);
	struct groups exempt =
	    groups_of("exempt_groups", options->exempt_groups);
	bool found = false;
	enum otp_err err = find_group(&asked, login, &none, &found);

	return err == OTP_OK ? find_group(&exempt, login, &none, &found) : err;
}

static enum otp_err
judge_user(struct otp_login *login, enum otp_step *step)
{
	const struct otp_options *options = &login->options;
	struct groups asked = groups_of("groups", options->groups);
	struct groups exempt =
	    groups_of("exempt_groups", options->exempt_groups);
	const bool all = asked.rest == NULL;
	struct gids gids = { .list = NULL };
	bool is_asked = false, is_exempt = false;
	enum otp_err err = gids_look_up(&gids, login);

	if (err == OTP_OK)
		err = find_group(&exempt, login, &gids, &is_exempt);
	if (err == OTP_OK)
		err = find_group(&asked, login, &gids, &is_asked);
	if (err != OTP_OK)
		goto out;
	if (is_exempt) {
		memcpy(login->group, exempt.name, sizeof(login->group));
		*step = OTP_STEP_EXEMPT_GROUP;
	} else if (!all && !is_asked) {
		*step = OTP_STEP_NOT_IN_GROUPS;
		if (gids.doubtful)
			err = fail(&login->fault, OTP_ERR_READ, EAGAIN);
	}
out:
	free(gids.list);
	return err;
}

static struct groups
groups_of(const char *option, const char *value)
{
	return (struct groups){
		.option = option,
		.rest = value[0] != '\0' ? value : NULL,
	};
}

/*
 * The first of GROUPS that the user is in.  All of them are looked up, so that
 * the answer does not depend on their order.
 */
static enum otp_err
find_group(struct groups *groups, struct otp_login *login,
    const struct gids *gids, bool *ret_found)
{
	struct groups next = *groups;
	struct otp_fault *fault = &login->fault;

	while (groups_next(&next)) {
		enum otp_err err =
		    group_look_up(&next, login->request.account, fault);

		if (err == OTP_ERR_ABSENT) {
			(void)snprintf(fault->name, sizeof(fault->name), "%.*s",
			    OTP_FAULT_NAME_SIZE - 1, next.name);
			err = otp_fault_set(fault, OTP_ERR_OPTION, 0,
			    next.option, OTP_DETAIL_UNKNOWN_GROUP);
		}
		if (err != OTP_OK)
			return err;
		if (*ret_found || !has_user(&next, gids))
			continue;
		*groups = next;
		*ret_found = true;
	}
	return OTP_OK;
}

/* Take the next name; false after the last one. */
static bool
groups_next(struct groups *groups)
{
	size_t length;

	if (groups->rest == NULL)
		return false;
	length = strcspn(groups->rest, ",");
	memset(groups->name, 0, sizeof(groups->name));
	memcpy(groups->name, groups->rest, length);
	groups->rest =
	    groups->rest[length] == ',' ? groups->rest + length + 1 : NULL;
	return true;
}

static bool
has_user(const struct groups *groups, const struct gids *gids)
{
	bool found = groups->lists_user;

	for (int i = 0; i < gids->count; i++)
		if (gids->list[i] == groups->gid)
			found = true;
	return found;
}

/* Look up the group of this name.  Errors: ABSENT, READ, NOMEM. */
static enum otp_err
group_look_up(struct groups *groups, const char *user, struct otp_fault *fault)
{
	struct group entry = { .gr_name = NULL };
	struct group *found = NULL;
	char *buffer = NULL;
	size_t size = ENTRY_FIRST;
	int errnum = ERANGE;

	for (; errnum == ERANGE && size <= ENTRY_MAX; size *= 2) {
		free(buffer);
		buffer = malloc(size);
		if (buffer == NULL)
			return fail(fault, OTP_ERR_NOMEM, ENOMEM);
		errnum =
		    ask_database(groups->name, &entry, buffer, size, &found);
		if (errnum == 0 && found != NULL)
			take_entry(groups, found, user);
		otp_wipe(buffer, size); /* some systems keep hashes there */
	}
	free(buffer);
	if (errnum == ENOMEM)
		return fail(fault, OTP_ERR_NOMEM, errnum);
	if (errnum != 0 && errnum != ENOENT && errnum != ESRCH)
		return fail(fault, OTP_ERR_READ, errnum);
	return errnum == 0 && found != NULL ? OTP_OK : OTP_ERR_ABSENT;
}

static int
ask_database(const char *name, struct group *entry, char *buffer, size_t size,
    struct group **ret_found)
{
	int errnum = 0;

	do {
		*ret_found = NULL;
		errnum = getgrnam_r(name, entry, buffer, size, ret_found);
	} while (errnum == EINTR);
	return errnum;
}

/* Some sources name members only in the group, others only in the user. */
static void
take_entry(struct groups *groups, const struct group *entry, const char *user)
{
	char **member = entry->gr_mem;

	groups->gid = entry->gr_gid;
	groups->lists_user = false;
	for (; member != NULL && *member != NULL; member++)
		if (strcmp(*member, user) == 0)
			groups->lists_user = true;
}

/* The caller frees the list, on failure too. */
static enum otp_err
gids_look_up(struct gids *gids, struct otp_login *login)
{
	struct otp_fault *fault = &login->fault;
	int room = 0, count = GIDS_FIRST, found = -1;

	while (found < 0) {
		if (count <= room || count > GIDS_MAX)
			return fail(fault, OTP_ERR_READ, errno);
		room = count;
		free(gids->list);
		gids->list = calloc((size_t)room, sizeof(*gids->list));
		if (gids->list == NULL)
			return fail(fault, OTP_ERR_NOMEM, ENOMEM);
		errno = 0;
		found = getgrouplist(
		    login->request.account, login->gid, gids->list, &count);
		gids->doubtful = is_failure(errno);
	}
	gids->count = count;
	return OTP_OK;
}

/* Errors of a source that did not answer; others can mean 'no entry'. */
static bool
is_failure(int errnum)
{
	static const int failures[] = { EAGAIN, ECONNREFUSED, ECONNRESET,
		EHOSTUNREACH, EINTR, EIO, EMFILE, ENETUNREACH, ENFILE, ENOMEM,
		EPIPE, ETIMEDOUT };

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (errnum == failures[i])
			return true;
	return false;
}

static enum otp_err
fail(struct otp_fault *fault, enum otp_err err, int errnum)
{
	return otp_fault_set(
	    fault, err, errnum, NULL, OTP_DETAIL_USER_DATABASE);
}
