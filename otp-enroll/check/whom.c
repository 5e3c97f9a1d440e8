/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/whom.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIDS_MAX 65536 /* NGROUPS_MAX */

/* An account, and the groups that the system says it is in. */
struct member {
	char name[OTP_GROUPS_SIZE];
	gid_t *gids;
	int count;
};

static bool member_look_up(struct member *member, const char *user);
static bool is_in(const struct member *member, const char *list,
    char ret_group[OTP_GROUPS_SIZE], bool *ret_missing);
static bool lists(const struct group *group, const struct member *member);

enum otp_whom
otp_whom_is(const struct otp_options *options, const char *user,
    char ret_group[OTP_GROUPS_SIZE])
{
	struct member member = { .gids = NULL };
	enum otp_whom whom = OTP_WHOM_UNKNOWN;
	char group[OTP_GROUPS_SIZE] = "";
	bool missing = false, asked, exempt;

	if (options->groups[0] == '\0' && options->exempt_groups[0] == '\0')
		return OTP_WHOM_UNKNOWN;
	if (member_look_up(&member, user)) {
		asked = options->groups[0] == '\0' ||
		    is_in(&member, options->groups, group, &missing);
		exempt =
		    is_in(&member, options->exempt_groups, group, &missing);
		if (exempt)
			whom = OTP_WHOM_EXEMPT_GROUP;
		else
			whom = asked ? OTP_WHOM_ASKED : OTP_WHOM_NOT_IN_GROUPS;
	}
	free(member.gids);
	if (missing)
		return OTP_WHOM_UNKNOWN;
	memcpy(ret_group, group, sizeof(group));
	return whom;
}

/* False also for a name that is not the account's main one: it is asked. */
static bool
member_look_up(struct member *member, const char *user)
{
	const struct passwd *entry = getpwnam(user);
	gid_t gid;

	if (entry == NULL)
		return false;
	gid = entry->pw_gid;
	(void)snprintf(
	    member->name, sizeof(member->name), "%s", entry->pw_name);
	entry = getpwuid(entry->pw_uid);
	if (entry == NULL || strcmp(entry->pw_name, member->name) != 0)
		return false;
	member->gids = calloc(GIDS_MAX, sizeof(*member->gids));
	member->count = GIDS_MAX;
	return member->gids != NULL &&
	    getgrouplist(member->name, gid, member->gids, &member->count) >= 0;
}

/* All names are looked up: one that does not exist refuses every login. */
static bool
is_in(const struct member *member, const char *list,
    char ret_group[OTP_GROUPS_SIZE], bool *ret_missing)
{
	char names[OTP_GROUPS_SIZE];
	char *rest = names;
	const char *name;
	bool found = false;

	(void)snprintf(names, sizeof(names), "%s", list);
	if (names[0] == '\0')
		return false;
	while ((name = strsep(&rest, ",")) != NULL) {
		const struct group *group = getgrnam(name);

		if (group == NULL) {
			*ret_missing = true;
		} else if (!found && lists(group, member)) {
			(void)snprintf(
			    ret_group, OTP_GROUPS_SIZE, "%s", group->gr_name);
			found = true;
		}
	}
	return found;
}

static bool
lists(const struct group *group, const struct member *member)
{
	for (int i = 0; i < member->count; i++)
		if (member->gids[i] == group->gr_gid)
			return true;
	for (char **name = group->gr_mem; name != NULL && *name != NULL; name++)
		if (strcmp(*name, member->name) == 0)
			return true;
	return false;
}
