/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often something happens for a uid in a minute: tries on the socket "user",
 * lines in the log.  All of it has a fixed size.  Times are milliseconds of a clock
 * that never goes back.
 */
#ifndef OTP_LIMITS_H
#define OTP_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define OTP_LIMITS_UIDS	 1024 /* that are counted within a minute */
#define OTP_LIMITS_TRIES 10   /* of a uid in a minute */
#define OTP_LIMITS_SPAN	 60000

struct otp_limit {
	uint32_t uid;
	unsigned count;			 /* 0: the place is free */
	int64_t times[OTP_LIMITS_TRIES]; /* the oldest first */
};

/* All zeros: nothing happened. */
struct otp_limits {
	struct otp_limit uids[OTP_LIMITS_UIDS];
	struct otp_limit others; /* for whom there was no place */
};

/*
 * Count a try of UID at NOW.  Returns whether it is allowed; one that is not is
 * not counted.  If there is no place for one more uid, it is not allowed.
 */
bool otp_limits_try(struct otp_limits *tries, uint32_t uid, int64_t now);

/*
 * The last try of UID was not allowed for another reason.  So uids that have no
 * account keep no place.
 */
void otp_limits_return(struct otp_limits *tries, uint32_t uid);

/*
 * Whether a line about UID is logged at NOW; then none is for a minute.  The uids
 * for which there is no place share one line.
 */
bool otp_limits_log(struct otp_limits *lines, uint32_t uid, int64_t now);

/* Whether nothing counts any more at NOW. */
bool otp_limits_lapsed(const struct otp_limits *limits, int64_t now);

#endif
