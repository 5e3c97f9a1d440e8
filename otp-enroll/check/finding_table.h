/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of finding.c, which alone includes this. */
#ifndef OTP_FINDING_TABLE_H
#define OTP_FINDING_TABLE_H

#include "otp-enroll/check/finding.h"

/*
 * {user} is the name on the command line; {where}, {what} and {more} are the
 * words of struct otp_words, {why} and {cause} as well (see finding.c).
 */
struct otp_finding_row {
	const char *id;
	enum otp_level level;
	const char *text;
	const char *fix; /* NULL if there is nothing to do */
};

extern const struct otp_finding_row otp_finding_rows[OTP_FOUND_COUNT];

#endif
