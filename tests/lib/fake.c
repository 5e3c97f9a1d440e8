/* SPDX-License-Identifier: BSD-2-Clause */
/* With it, syslog(3) would be an inline function, and could not be defined. */
#undef _FORTIFY_SOURCE

#include "config.h"

#include "tests/lib/fake.h"

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_modules.h>

#define EXPORTED __attribute__((visibility("default")))

struct fake fake;

void
fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
}

void
fake_watch(const char *memory, size_t size)
{
	if (fake.watched_count == FAKE_WATCHED)
		abort();
	fake.watched[fake.watched_count] = memory;
	fake.watched_size[fake.watched_count++] = size;
}

/* --- the log --- */

static void take_line(int priority, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void
take_line(int priority, const char *format, va_list arguments)
{
	const unsigned number = fake.lines_count++;
	struct fake_line *line = NULL;
	int length = 0;

	if (number >= FAKE_LINES)
		return;
	line = &fake.lines[number];
	line->priority = priority;
	length = vsnprintf(line->text, sizeof(line->text), format, arguments);
	line->length = length < 0 ? 0 : (size_t)length;
}

EXPORTED void
vsyslog(int priority, const char *format, va_list arguments)
{
	take_line(priority, format, arguments);
}

EXPORTED void
syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	take_line(priority, format, arguments);
	va_end(arguments);
}

/* What they become where libpam was compiled with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void __vsyslog_chk(int priority, int flag, const char *format,
    va_list arguments) __attribute__((format(printf, 3, 0)));

EXPORTED void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	take_line(priority, format, arguments);
	va_end(arguments);
}

EXPORTED void
__vsyslog_chk(int priority, int flag, const char *format, va_list arguments)
{
	(void)flag;
	take_line(priority, format, arguments);
}

EXPORTED void
openlog(const char *ident, int option, int facility)
{
	(void)ident;
	(void)option;
	(void)facility;
	fake.log_changes++;
}

EXPORTED void
closelog(void)
{
	fake.log_changes++;
}

EXPORTED int
setlogmask(int mask)
{
	fake.log_changes++;
	return mask;
}

/* --- the clock --- */

EXPORTED int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (clock == CLOCK_REALTIME && fake.clock_fails) {
		errno = EINVAL;
		return -1;
	}
	if (clock == CLOCK_REALTIME && fake.now != 0) {
		ret_time->tv_sec = fake.now;
		ret_time->tv_nsec = 0;
		return 0;
	}
	if (syscall(SYS_clock_gettime, clock, ret_time) != 0)
		return -1;
	if (clock == CLOCK_MONOTONIC)
		ret_time->tv_sec += fake.ahead;
	return 0;
}

/* --- users --- */

static const struct fake_user *
find_user(const char *name, uid_t uid)
{
	for (size_t i = 0; i < FAKE_USERS; i++) {
		const struct fake_user *user = &fake.users[i];

		if (user->name == NULL)
			return NULL;
		if (name != NULL ? strcmp(user->name, name) == 0
				 : user->uid == uid)
			return user;
	}
	return NULL;
}

/* Fill ENTRY, or fail as it was decided; -1: really ask. */
static int
answer_lookup(const struct fake_user *user, int failure, struct passwd *entry,
    char *buffer, size_t size, struct passwd **ret_entry)
{
	*ret_entry = NULL;
	if (fake.interrupts > 0) {
		fake.interrupts--;
		return EINTR;
	}
	if (failure != 0)
		return failure;
	if (user == NULL)
		return -1;
	if (size < fake.entry_size || size < strlen(user->canonical) + 1)
		return ERANGE;
	strcpy(buffer, user->canonical);
	*entry = (struct passwd){
		.pw_name = buffer,
		.pw_uid = user->uid,
		.pw_gid = fake.gids[user - fake.users],
	};
	*ret_entry = entry;
	return 0;
}

EXPORTED int
getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
    struct passwd **ret_entry)
{
	int (*really)(const char *, struct passwd *, char *, size_t,
	    struct passwd **) = NULL;
	int errnum = answer_lookup(find_user(name, 0), fake.by_name_errno,
	    entry, buffer, size, ret_entry);

	if (errnum != -1)
		return errnum;
	*(void **)&really = dlsym(RTLD_NEXT, "getpwnam_r");
	return really(name, entry, buffer, size, ret_entry);
}

EXPORTED int
getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
    struct passwd **ret_entry)
{
	int (*really)(
	    uid_t, struct passwd *, char *, size_t, struct passwd **) = NULL;
	int errnum = answer_lookup(find_user(NULL, uid), fake.by_uid_errno,
	    entry, buffer, size, ret_entry);

	if (errnum != -1)
		return errnum;
	*(void **)&really = dlsym(RTLD_NEXT, "getpwuid_r");
	return really(uid, entry, buffer, size, ret_entry);
}

/* --- the host's name --- */

EXPORTED int
uname(struct utsname *ret_host)
{
	int (*really)(struct utsname *) = NULL;

	if (fake.node_fails) {
		errno = EFAULT;
		return -1;
	}
	*(void **)&really = dlsym(RTLD_NEXT, "uname");
	if (really(ret_host) != 0)
		return -1;
	if (fake.node != NULL)
		snprintf(ret_host->nodename, sizeof(ret_host->nodename), "%s",
		    fake.node);
	return 0;
}

/* --- groups --- */

/* The members after the pointers to them. */
static int
fill_group(const struct fake_group *group, struct group *entry, char *buffer,
    size_t size)
{
	char **members = (char **)(void *)buffer;
	char *text = buffer + (FAKE_MEMBERS + 1) * sizeof(*members);
	size_t count = 0;

	if (size < fake.entry_size)
		return ERANGE;
	for (; count < FAKE_MEMBERS && group->members[count] != NULL; count++) {
		members[count] = text;
		text = stpcpy(text, group->members[count]) + 1;
	}
	members[count] = NULL;
	strcpy(text, group->name);
	*entry = (struct group){
		.gr_name = text, .gr_gid = group->gid, .gr_mem = members
	};
	return 0;
}

EXPORTED int
getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
    struct group **ret_entry)
{
	int (*really)(const char *, struct group *, char *, size_t,
	    struct group **) = NULL;

	*ret_entry = NULL;
	if (fake.interrupts > 0) {
		fake.interrupts--;
		return EINTR;
	}
	if (fake.group_errno != 0 && fake.group_calls == 0)
		return fake.group_errno;
	if (fake.group_calls > 0)
		fake.group_calls--;
	for (size_t i = 0; i < FAKE_GROUPS; i++) {
		const struct fake_group *group = &fake.groups[i];
		int errnum;

		if (group->name == NULL || strcmp(group->name, name) != 0)
			continue;
		errnum = fill_group(group, entry, buffer, size);
		if (errnum == 0)
			*ret_entry = entry;
		return errnum;
	}
	if (fake.groups[0].name != NULL) /* they are all there are */
		return 0;
	*(void **)&really = dlsym(RTLD_NEXT, "getgrnam_r");
	return really(name, entry, buffer, size, ret_entry);
}

static bool
is_listed(const struct fake_group *group, const char *user)
{
	for (size_t i = 0; i < FAKE_MEMBERS && group->users[i] != NULL; i++)
		if (strcmp(group->users[i], user) == 0)
			return true;
	return false;
}

EXPORTED int
getgrouplist(const char *user, gid_t gid, gid_t *list, int *count)
{
	const int room = *count;
	int found = 0;

	errno = fake.list_errno;
	if (fake.list_fails)
		return -1;
	for (size_t i = 0; i <= fake.more_gids + FAKE_GROUPS; i++) {
		gid_t next = (gid_t)(100000 + i);

		if (i == 0)
			next = gid;
		else if (i > fake.more_gids) {
			const struct fake_group *group =
			    &fake.groups[i - fake.more_gids - 1];

			if (group->name == NULL || fake.list_errno != 0 ||
			    !is_listed(group, user))
				continue;
			next = group->gid;
		}
		if (found < room)
			list[found] = next;
		found++;
	}
	*count = found;
	return found <= room ? found : -1;
}

/* --- the password that is handed on --- */

EXPORTED int
pam_set_item(pam_handle_t *pamh, int type, const void *item)
{
	int (*really)(pam_handle_t *, int, const void *) = NULL;

	if (type == PAM_AUTHTOK && item != NULL) { /* libpam clears it so */
		if (fake.authtok_fails)
			return PAM_BUF_ERR;
		fake.authtok_set = true;
		snprintf(fake.authtok, sizeof(fake.authtok), "%s",
		    (const char *)item);
	}
	*(void **)&really = dlsym(RTLD_NEXT, "pam_set_item");
	return really(pamh, type, item);
}

/* --- what is freed --- */

#if !FAKE_SANITIZED
extern void __libc_free(void *memory);

static void
check_wiped(unsigned index)
{
	bool wiped = true;

	for (size_t i = 0; i < fake.watched_size[index]; i++)
		wiped = wiped && fake.watched[index][i] == '\0';
	fake.freed++;
	fake.unwiped += wiped ? 0 : 1;
	fake.watched[index] = NULL;
}

/* libpam copies the same texts, in some versions by strdup(3) as well. */
static bool
is_module(const void *caller)
{
	const char *module = getenv("PAM_OTP_SO");
	Dl_info where;

	return module != NULL && dladdr(caller, &where) != 0 &&
	    strcmp(where.dli_fname, module) == 0;
}

EXPORTED char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, size);
	if (fake.copied != NULL && strcmp(fake.copied, text) == 0 &&
	    is_module(__builtin_return_address(0)))
		fake_watch(copy, size - 1);
	return copy;
}

EXPORTED void
free(void *memory)
{
	for (unsigned i = 0; memory != NULL && i < fake.watched_count; i++)
		if (fake.watched[i] == memory)
			check_wiped(i);
	__libc_free(memory);
}
#endif
