/* SPDX-License-Identifier: BSD-2-Clause */
/* The sentences of finding.c; nobody else includes this. */
#ifndef OTP_FINDING_TABLE_H
#define OTP_FINDING_TABLE_H

#include "finding.h"

/*
 * {user} is the account's name as it is typed; {where}, {what} and {more} are
 * the words that come with a finding.
 */
struct otp_finding_row {
	const char *id;
	enum otp_level level;
	const char *text;
	const char *mend; /* NULL: there is nothing to do */
};

extern const struct otp_finding_row otp_finding_rows[OTP_FOUND_COUNT];

/* What to do about a file that cannot be used, {where} being its path. */
#define OTP_FINDING_MENDS (OTP_ERR_NOMEM + 1)
extern const char *const otp_finding_mends[OTP_FINDING_MENDS];

#endif
