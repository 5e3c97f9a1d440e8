/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What 'check' finds.  A finding has a stable id, a level, a text and a fix.
 * Every kind has a row in finding_table.c and an entry in otp-enroll(1).
 */
#ifndef OTP_FINDING_H
#define OTP_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"

enum otp_level {
	OTP_LEVEL_OK = 0,  /* checked and correct */
	OTP_LEVEL_NOTE,	   /* fine if intended */
	OTP_LEVEL_WARNING, /* will go wrong, or does for some users */
	OTP_LEVEL_FAULT,   /* users are locked out, or let in without a code */
};

enum otp_found {
	/* host */
	OTP_FOUND_CONFIGURATION,
	OTP_FOUND_NO_CONFIGURATION,
	OTP_FOUND_CONFIGURATION_INVALID,
	OTP_FOUND_STORE,
	OTP_FOUND_STORE_NOT_CHECKED,
	OTP_FOUND_STORE_READABLE,
	OTP_FOUND_STORE_READ_ONLY,
	OTP_FOUND_FILE_SYSTEM_TRUSTED,
	OTP_FOUND_FILE_SYSTEM_OPTION,
	OTP_FOUND_STORE_IN_MEMORY,
	OTP_FOUND_STORE_ON_OVERLAY,
	OTP_FOUND_STORE_COPIES,
	OTP_FOUND_STORE_ALWAYS_COPIES,
	OTP_FOUND_DISK_FULL,
	OTP_FOUND_LEFT_OVER,
	OTP_FOUND_SELINUX_LABEL,
	OTP_FOUND_CLOCK,
	OTP_FOUND_CLOCK_WRONG,
	OTP_FOUND_CLOCK_UNSYNCHRONISED,
	OTP_FOUND_CLOSED, /* by nologin(5) */
	/* pam.d */
	OTP_FOUND_SERVICE,
	OTP_FOUND_NO_SERVICE,
	OTP_FOUND_NOT_ASKING, /* of the one service that is checked */
	OTP_FOUND_PAM_UNREADABLE,
	OTP_FOUND_PAM_LINE,
	OTP_FOUND_PAM_CONTROL,
	OTP_FOUND_PAM_INCLUDE,
	OTP_FOUND_PAM_TOO_LONG,
	OTP_FOUND_PAM_TYPE,
	OTP_FOUND_PAM_JUMP,
	OTP_FOUND_MODULE_MISSING,
	OTP_FOUND_MODULE_MISPLACED,
	OTP_FOUND_MODULE_WRITABLE,
	OTP_FOUND_MODULE_INVALID,
	OTP_FOUND_OPTION,
	OTP_FOUND_STORE_DIFFERS,
	OTP_FOUND_LOGIN_FAILS,
	OTP_FOUND_WRONG_CODE_ACCEPTED,
	OTP_FOUND_FAILS_OPEN,
	OTP_FOUND_CODE_SKIPPED,
	OTP_FOUND_CODE_EXEMPT,
	OTP_FOUND_CODE_UNCLEAR,
	OTP_FOUND_ROOT_EXEMPT,
	OTP_FOUND_USERS_EXEMPT,
	OTP_FOUND_UNDECIDED,
	OTP_FOUND_CODE_TWICE,
	OTP_FOUND_CODE_FIRST,
	OTP_FOUND_ONE_FIELD,
	OTP_FOUND_PASSWORD_OPTIONAL,
	OTP_FOUND_CODE_ONLY,
	OTP_FOUND_NULLOK_REFUSED,
	OTP_FOUND_NULLOK,
	OTP_FOUND_GROUPS,
	OTP_FOUND_GROUPS_REFUSED,
	OTP_FOUND_GROUP_UNKNOWN,
	OTP_FOUND_GROUP_ASKED,
	OTP_FOUND_GROUP_LEFT_OUT,
	OTP_FOUND_GROUP_EXEMPT,
	OTP_FOUND_REMEMBERS_KEYS,
	OTP_FOUND_FRESH,
	OTP_FOUND_ENVIRONMENT,
	OTP_FOUND_SHARED_STACK,
	OTP_FOUND_DELIVER_UNGUARDED,
	OTP_FOUND_DELIVER_NEVER,
	OTP_FOUND_ENROLL_UNGUARDED,
	OTP_FOUND_ENROLL_NEVER,
	/* programs that are not root */
	OTP_FOUND_LOCKER_BLIND, /* one text for all, no message is shown */
	OTP_FOUND_LOCKER_ONE_TEXT,
	OTP_FOUND_LOCKER_ASKS,
	OTP_FOUND_LOCKER_OTHER,
	OTP_FOUND_LOCKER_UNKNOWN,
	OTP_FOUND_LOCKER_STORE,
	OTP_FOUND_DAEMON,
	OTP_FOUND_DAEMON_ABSENT,
	OTP_FOUND_DAEMON_SILENT,
	OTP_FOUND_DAEMON_UNUSED, /* silent, and no locker needs it */
	OTP_FOUND_DAEMON_FOREIGN,
	OTP_FOUND_DAEMON_VERSION,
	OTP_FOUND_DAEMON_DISABLED,
	OTP_FOUND_DAEMON_SANDBOX,
	OTP_FOUND_DAEMON_STORE,
	/* delivery */
	OTP_FOUND_SOCKET,
	OTP_FOUND_SOCKET_ABSENT,
	OTP_FOUND_SOCKET_SILENT,
	OTP_FOUND_SOCKET_OPEN,
	OTP_FOUND_PROGRAMS_REFUSED,
	OTP_FOUND_PROGRAMS_LINK,
	OTP_FOUND_PROGRAM_ABSENT,
	OTP_FOUND_PROGRAM_REFUSED,
	OTP_FOUND_SMS_PREFIXES,
	/* sshd */
	OTP_FOUND_SSHD,
	OTP_FOUND_SSHD_ALWAYS, /* even unattended programs */
	OTP_FOUND_SSHD_NOT_CHECKED,
	OTP_FOUND_SSHD_UNREADABLE,
	OTP_FOUND_SSHD_SILENT,
	OTP_FOUND_SSHD_INVALID,
	OTP_FOUND_SSHD_REFUSES,
	OTP_FOUND_SSHD_NO_ROOT,
	OTP_FOUND_SSHD_MATCH,
	OTP_FOUND_SSHD_NO_PAM,
	OTP_FOUND_SSHD_NO_CODE,
	OTP_FOUND_SSHD_NO_CODE_LISTED, /* by AuthenticationMethods */
	OTP_FOUND_SSHD_NO_PROMPT,
	OTP_FOUND_SSHD_NO_PROMPT_LISTED,
	OTP_FOUND_SSHD_PASSWORD,
	OTP_FOUND_SSHD_KEY_ONLY,
	OTP_FOUND_SSHD_CODE_ONLY,
	OTP_FOUND_SSHD_ROOT,
	OTP_FOUND_SSHD_AGENT,
	OTP_FOUND_SSHD_GRACE,
	OTP_FOUND_ENROLL_SILENT,
	/* an account */
	OTP_FOUND_ENROLLED,
	OTP_FOUND_UNKNOWN_USER,
	OTP_FOUND_OTHER_NAME,
	OTP_FOUND_NOT_ENROLLED,
	OTP_FOUND_NOT_ENROLLED_LET_IN,
	OTP_FOUND_NOT_ENROLLED_EXEMPT,
	OTP_FOUND_NOT_ENROLLED_SYSTEM, /* an account of the system */
	OTP_FOUND_RENAMED,
	OTP_FOUND_NO_SEED,
	OTP_FOUND_NO_STATE,
	OTP_FOUND_UID,
	OTP_FOUND_SUSPENDED,
	OTP_FOUND_INVITED,
	OTP_FOUND_INVITATION_ENDED,
	OTP_FOUND_EXEMPT,
	OTP_FOUND_EXEMPT_SOON,
	OTP_FOUND_EXEMPT_ENDED,
	OTP_FOUND_LOCKED,
	OTP_FOUND_BLOCKED,
	OTP_FOUND_OTHERS_LOCKED,
	OTP_FOUND_OTHERS_BLOCKED,
	OTP_FOUND_LOCKED_BY,
	OTP_FOUND_LOCKED_BY_UNKNOWN,
	OTP_FOUND_FAILURES,
	OTP_FOUND_CLOCK_BEHIND,
	OTP_FOUND_DEVICE_CLOCK,
	OTP_FOUND_COUNTER_UNKNOWN,
	OTP_FOUND_LENGTHS,
	OTP_FOUND_NO_RECOVERY,
	OTP_FOUND_EXPIRED,
	OTP_FOUND_PASSWORD_EXPIRED,
	OTP_FOUND_PASSWORD_EMPTY,
	OTP_FOUND_PASSWORD_LOCKED,
	OTP_FOUND_NO_PASSWORD,
	OTP_FOUND_NO_SHELL,
	OTP_FOUND_SHELL_MISSING,
	OTP_FOUND_MALFORMED,
	OTP_FOUND_COUNT,
};

/* What a text is about; NULL where its row does not use it. */
struct otp_words {
	const char *where;
	const char *what;
	const char *more;
};

/* One finding, which owns its texts. */
struct otp_finding_text {
	const char *id; /* static */
	enum otp_level level;
	char *text;
	char *fix; /* NULL if there is nothing to do */
};

/* Zeroed except for 'user'; otp_findings_free() frees it. */
struct otp_findings {
	const char *user; /* or NULL */
	size_t count;
	size_t room;
	bool failed; /* no memory */
	struct otp_finding_text *at;
};

/* Add a finding, unless the same one is there already. */
void otp_findings_add(struct otp_findings *findings, enum otp_found found,
    struct otp_words words);

/*
 * Add the finding that a file cannot be used.  Its id is the log's reason;
 * FAULT's 'where' is a path.
 */
void otp_findings_add_err(struct otp_findings *findings, enum otp_err err,
    const struct otp_fault *fault);

/* The level of the worst finding. */
enum otp_level otp_findings_worst(const struct otp_findings *findings);

/* Print them, the worst first. */
void otp_findings_print(const struct otp_findings *findings);

/*
 * Print them as one JSON object; ENROLLED may be NULL.  On failure the reason
 * was printed.
 */
bool otp_findings_print_json(
    const struct otp_findings *findings, const bool *enrolled);

void otp_findings_free(struct otp_findings *findings);

#endif
