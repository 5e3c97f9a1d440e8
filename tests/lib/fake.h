/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests decide in place of libc and libpam: the program defines these
 * functions itself and exports them, so that the module, which libpam loads
 * into it, finds them first.  Nothing in the module knows.
 *
 * Link with -rdynamic.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FAKE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FAKE_SANITIZED 1
#endif
#endif
#ifndef FAKE_SANITIZED
#define FAKE_SANITIZED 0
#endif

#define FAKE_LINES     16
#define FAKE_LINE_SIZE 2048
#define FAKE_USERS     8
#define FAKE_TEXT_SIZE 256
#define FAKE_WATCHED   8

/* One line that went to syslog(3). */
struct fake_line {
	int priority; /* facility and level */
	size_t length;
	char text[FAKE_LINE_SIZE];
};

/* Asking for NAME finds CANONICAL; asking for UID finds whom comes first. */
struct fake_user {
	const char *name;
	const char *canonical;
	uid_t uid;
};

struct fake {
	_Atomic unsigned lines_count; /* also of those that found no room */
	struct fake_line lines[FAKE_LINES];

	int64_t now;	  /* CLOCK_REALTIME stands still here; 0 = it runs */
	bool clock_fails; /* CLOCK_REALTIME */

	struct fake_user users[FAKE_USERS]; /* others are looked up really */
	int by_name_errno;		    /* getpwnam_r(3) fails so */
	int by_uid_errno;		    /* getpwuid_r(3) fails so */
	size_t entry_size;   /* either needs a buffer that large */
	unsigned interrupts; /* either is interrupted so many times more */

	bool authtok_fails; /* pam_set_item(PAM_AUTHTOK) */
	bool authtok_set;
	char authtok[FAKE_TEXT_SIZE]; /* the last one that was set */

	unsigned log_changes; /* calls of openlog(3), closelog(3), ... */

	/* Memory that must be wiped before it is freed. */
	const char *copied; /* watch what strdup(3) makes of this text */
	const char *watched[FAKE_WATCHED];
	size_t watched_size[FAKE_WATCHED];
	unsigned watched_count;
	unsigned freed;	  /* watched and freed (always 0 with ASan) */
	unsigned unwiped; /* of these, not wiped */
};

extern struct fake fake;

/* No line, no failure, no user, a running clock. */
void fake_reset(void);

/* Watch SIZE bytes at MEMORY, which free(3) will be given. */
void fake_watch(const char *memory, size_t size);

#endif
