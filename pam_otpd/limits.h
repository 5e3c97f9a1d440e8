/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often something happens for a uid within a time: requests on the socket
 * "user", lines in the log.  All of it has a fixed size.  Times are
 * milliseconds of a clock that never goes back.
 */
#ifndef OTP_LIMITS_H
#define OTP_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define OTP_LIMITS_UIDS 1024 /* that are counted at a time */
#define OTP_LIMITS_MOST 12   /* times that are kept for each uid */

#define OTP_LIMITS_MINUTE 60000
#define OTP_LIMITS_HOUR	  (60 * OTP_LIMITS_MINUTE)

struct otp_limit {
	uint32_t uid;
	unsigned count;			/* of the times; 0: the place is free */
	unsigned last;			/* events counted at the last time */
	int64_t times[OTP_LIMITS_MOST]; /* the oldest first */
};

/* The rest all zeros: nothing happened. */
struct otp_limits {
	unsigned most; /* times kept for each uid, at most OTP_LIMITS_MOST, */
	unsigned each; /* events counted at each of them (0: one), */
	int64_t span;  /* within this time */
	struct otp_limit uids[OTP_LIMITS_UIDS];
	struct otp_limit others; /* for whom there was no place */
};

/*
 * Count an event of UID at NOW.  Up to 'each' events share one time, that of
 * the latest of them, so that no span ever has more than 'most' times 'each'
 * events.  Returns whether the event is allowed; one that is refused is not
 * counted.  If there is no place for one more uid, it is not allowed.
 */
bool otp_limits_count(struct otp_limits *limits, uint32_t uid, int64_t now);

/*
 * The last of these was not done for another reason.  So uids that have no
 * account keep no place.
 */
void otp_limits_return(struct otp_limits *limits, uint32_t uid);

/*
 * Whether a line about UID is logged at NOW; the uids that have no place share
 * one.
 */
bool otp_limits_log(struct otp_limits *lines, uint32_t uid, int64_t now);

/* Whether nothing counts any more at NOW. */
bool otp_limits_lapsed(const struct otp_limits *limits, int64_t now);

#endif
