/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests decide in place of libc and libpam: the program defines these
 * functions itself and exports them, so that the module, which libpam loads
 * into it, finds them first.  Nothing in the module knows.
 *
 * The linker exports of itself what libc and libpam define as well; a program
 * that has more than that to be found links with $(host_flags).
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
#define FAKE_GROUPS    8
#define FAKE_MEMBERS   4
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

/* The host has these groups alone. */
struct fake_group {
	const char *name;
	gid_t gid;
	const char *members[FAKE_MEMBERS]; /* as the group's entry has them */
	const char *users[FAKE_MEMBERS];   /* whose own list has the group */
};

struct fake {
	_Atomic unsigned lines_count; /* also of those that found no room */
	struct fake_line lines[FAKE_LINES];

	int64_t now;	  /* CLOCK_REALTIME stands still here; 0 = it runs */
	bool clock_fails; /* CLOCK_REALTIME */
	int64_t ahead;	  /* seconds by which CLOCK_MONOTONIC is ahead */

	struct fake_user users[FAKE_USERS]; /* others are looked up really */
	gid_t gids[FAKE_USERS];		    /* their primary groups */
	int by_name_errno;		    /* getpwnam_r(3) fails so */
	int by_uid_errno;		    /* getpwuid_r(3) fails so */
	size_t entry_size;   /* either needs a buffer that large */
	unsigned interrupts; /* either is interrupted so many times more */

	struct fake_group groups[FAKE_GROUPS];
	int group_errno;      /* getgrnam_r(3) fails so */
	unsigned group_calls; /* before it does; of it */
	unsigned more_gids;   /* in everybody's list */
	int list_errno;	      /* getgrouplist(3) leaves it so, and out groups */
	bool list_fails;      /* it says -1, whatever the room */

	const char *node; /* the host's name by uname(2); NULL = really */
	bool node_fails;

	bool authtok_fails; /* pam_set_item(PAM_AUTHTOK) */
	bool authtok_set;
	char authtok[FAKE_TEXT_SIZE]; /* the last one that was set */

	unsigned log_changes; /* calls of openlog(3), closelog(3), ... */

	/* Memory that must be wiped before it is freed. */
	const char *copied; /* watch the module's own copies of this text */
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
