/* SPDX-License-Identifier: BSD-2-Clause */
/* With it, syslog(3) would be an inline function, and could not be defined. */
#undef _FORTIFY_SOURCE

#include "tests/lib/fake.h"

#include <dlfcn.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
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
	return (int)syscall(SYS_clock_gettime, clock, ret_time);
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
	*entry = (struct passwd){ .pw_name = buffer, .pw_uid = user->uid };
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

EXPORTED char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, size);
	if (fake.copied != NULL && strcmp(fake.copied, text) == 0)
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
