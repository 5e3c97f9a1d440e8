/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `check' found: each a stable word, one sentence, and what to do.
 * Everything that can be found is one row of the table in finding.c, and of
 * the one in otp-enroll(1).
 */
#ifndef OTP_FINDING_H
#define OTP_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"

enum otp_level {
	OTP_LEVEL_OK = 0,  /* looked at, and fine */
	OTP_LEVEL_NOTE,	   /* fine if it is meant */
	OTP_LEVEL_WARNING, /* will go wrong, or does for some */
	OTP_LEVEL_FAULT,   /* somebody is shut out, or let in without a code */
};

enum otp_found {
	/* the host */
	OTP_FOUND_CONFIGURATION,
	OTP_FOUND_NO_CONFIGURATION,
	OTP_FOUND_MISCONFIGURED,
	OTP_FOUND_STORE,
	OTP_FOUND_OTHERS_STORE,
	OTP_FOUND_OPEN_STORE,
	OTP_FOUND_READ_ONLY,
	OTP_FOUND_FORGETFUL,
	OTP_FOUND_LAYERED,
	OTP_FOUND_COPYING,
	OTP_FOUND_COPYING_ALWAYS,
	OTP_FOUND_DISK_FULL,
	OTP_FOUND_LABEL,
	OTP_FOUND_CLOCK,
	OTP_FOUND_CLOCK_WRONG,
	OTP_FOUND_CLOCK_FREE,
	/* pam.d */
	OTP_FOUND_SERVICE,
	OTP_FOUND_NO_SERVICE,
	OTP_FOUND_UNREADABLE,
	OTP_FOUND_LINE,
	OTP_FOUND_CONTROL,
	OTP_FOUND_INCLUDE,
	OTP_FOUND_TOO_MANY,
	OTP_FOUND_TYPE,
	OTP_FOUND_MODULE_MISSING,
	OTP_FOUND_MODULE_ELSEWHERE,
	OTP_FOUND_MODULE_UNSAFE,
	OTP_FOUND_MODULE_FOREIGN,
	OTP_FOUND_OPTION,
	OTP_FOUND_OTHER_STORE,
	OTP_FOUND_NO_LOGIN,
	OTP_FOUND_NO_EFFECT,
	OTP_FOUND_FAILS_OPEN,
	OTP_FOUND_SKIPPED,
	OTP_FOUND_EXCEPTED,
	OTP_FOUND_CODE_ENOUGH,
	OTP_FOUND_CODE_ALONE,
	OTP_FOUND_NULLOK_DENIES,
	OTP_FOUND_NULLOK,
	OTP_FOUND_SHARED,
	/* sshd */
	OTP_FOUND_SSHD,
	OTP_FOUND_SSHD_UNREAD,
	OTP_FOUND_SSHD_MATCH,
	OTP_FOUND_SSHD_WITHOUT_PAM,
	OTP_FOUND_SSHD_NO_CODE,
	OTP_FOUND_SSHD_NO_CODE_LISTED, /* by AuthenticationMethods */
	OTP_FOUND_SSHD_NO_PROMPT,
	OTP_FOUND_SSHD_NO_PROMPT_LISTED,
	OTP_FOUND_SSHD_PASSWORD,
	OTP_FOUND_SSHD_KEY_ALONE,
	OTP_FOUND_SSHD_CODE_ALONE,
	OTP_FOUND_SSHD_ROOT,
	/* an account */
	OTP_FOUND_ENROLLED,
	OTP_FOUND_UNKNOWN_USER,
	OTP_FOUND_SPELLING,
	OTP_FOUND_UNENROLLED,
	OTP_FOUND_UNENROLLED_LET_IN,
	OTP_FOUND_NO_SEED,
	OTP_FOUND_NO_STATE,
	OTP_FOUND_UID,
	OTP_FOUND_LOCKED,
	OTP_FOUND_WAITING,
	OTP_FOUND_HELD,
	OTP_FOUND_FAILURES,
	OTP_FOUND_CLOCK_BEHIND,
	OTP_FOUND_DEVICE_CLOCK,
	OTP_FOUND_COUNTER_LOST,
	OTP_FOUND_LENGTHS,
	OTP_FOUND_NO_RECOVERY,
	OTP_FOUND_COUNT,
};

/* What a sentence is about; NULL where it does not say. */
struct otp_words {
	const char *where;
	const char *what;
	const char *more;
};

/* One that was found; texts are its own. */
struct otp_finding_text {
	const char *id; /* static */
	enum otp_level level;
	char *text;
	char *mend; /* NULL where there is nothing to do */
};

/* Zeroed but for `user'; otp_findings_free() it. */
struct otp_findings {
	const char *user; /* or NULL */
	size_t count;
	size_t room;
	bool failed; /* no memory */
	struct otp_finding_text *at;
};

/* Add what was found, unless it has been told already. */
void otp_findings_add(struct otp_findings *findings, enum otp_found found,
    struct otp_words words);

/* Add a file that cannot be used; the word is that of the log, `where' a path. */
void otp_findings_add_err(struct otp_findings *findings, enum otp_err err,
    const struct otp_fault *fault);

/* The worst of them. */
enum otp_level otp_findings_worst(const struct otp_findings *findings);

/* The worst first; what is fine, last. */
void otp_findings_print(const struct otp_findings *findings);

/*
 * As one JSON object; ENROLLED may be NULL.  False: it was said what is wrong.
 */
bool otp_findings_print_json(
    const struct otp_findings *findings, const bool *enrolled);

void otp_findings_free(struct otp_findings *findings);

#endif
