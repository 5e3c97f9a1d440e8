/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dates of the Gregorian calendar in UTC, from 1970-01-01 to 9999-12-31.
 * Unlike gmtime_r(3) this never reads the time zone database.
 */
#ifndef OTP_CALENDAR_H
#define OTP_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_CALENDAR_DAY 86400 /* seconds */

/*
 * 2026-01-01, before the first release: a clock that shows an earlier time is
 * wrong.  Codes that are right by it may have been used in that year.
 */
#define OTP_CALENDAR_EARLIEST INT64_C(1767225600)

struct otp_date {
	unsigned year;
	unsigned month; /* from 1 */
	unsigned day;	/* from 1 */
};

/*
 * Read LENGTH bytes, YYYY-MM-DD: when that day begins, in seconds since 1970.
 * Errors: PARSE, also for 1970-01-01, whose number stands for no date at all.
 */
enum otp_err otp_calendar_read(
    const char *text, size_t length, int64_t *ret_seconds) OTP_MUST_USE;

/* Whether DATE exists and is within these years. */
bool otp_calendar_has(struct otp_date date);

/* The number of days from 1970-01-01 to DATE, which must exist. */
int64_t otp_calendar_days(struct otp_date date);

/* The date DAYS days after 1970-01-01, or the nearest one within the years. */
struct otp_date otp_calendar_date(int64_t days);

#endif
