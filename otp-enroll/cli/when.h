/* SPDX-License-Identifier: BSD-2-Clause */
/* Times for people: no word of them depends on a number. */
#ifndef OTP_WHEN_H
#define OTP_WHEN_H

#include <stdint.h>

#define OTP_WHEN_SIZE 80
struct otp_when {
	char text[OTP_WHEN_SIZE];
};

/* "26 s", "5 min", "3 h", "2 d": SECONDS without its sign, rounded down. */
struct otp_when otp_when_span(int64_t seconds);

/* "2027-01-20 14:03:00 UTC"; "2027-01-20T14:03:00Z", for JSON. */
struct otp_when otp_when_moment(int64_t seconds);
struct otp_when otp_when_iso(int64_t seconds);

/*
 * "never" (THEN is 0), "just now" or "3 h ago"; the date where it is more than
 * 30 days ago, the moment where it is still to come.
 */
struct otp_when otp_when_ago(int64_t now, int64_t then);

#endif
