/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_otpd/limits.h"

#include <stddef.h>
#include <string.h>

static struct otp_limit *limits_find(struct otp_limits *, uint32_t);
static struct otp_limit *limits_of(struct otp_limits *, uint32_t, int64_t);
static bool limit_count(const struct otp_limits *, struct otp_limit *, int64_t);
static bool has_lapsed(
    const struct otp_limits *, const struct otp_limit *, int64_t);

bool
otp_limits_count(struct otp_limits *limits, uint32_t uid, int64_t now)
{
	struct otp_limit *limit = limits_of(limits, uid, now);

	return limit != NULL && limit_count(limits, limit, now);
}

void
otp_limits_return(struct otp_limits *limits, uint32_t uid)
{
	struct otp_limit *limit = limits_find(limits, uid);

	if (limit == NULL)
		return;
	if (limit->last > 1) {
		limit->last--;
	} else {
		limit->count--;
		limit->last = limits->each;
	}
}

bool
otp_limits_log(struct otp_limits *lines, uint32_t uid, int64_t now)
{
	struct otp_limit *limit = limits_of(lines, uid, now);

	return limit_count(lines, limit != NULL ? limit : &lines->others, now);
}

bool
otp_limits_lapsed(const struct otp_limits *limits, int64_t now)
{
	for (unsigned i = 0; i < OTP_LIMITS_UIDS; i++)
		if (!has_lapsed(limits, &limits->uids[i], now))
			return false;
	return has_lapsed(limits, &limits->others, now);
}

/* The place of UID, or NULL. */
static struct otp_limit *
limits_find(struct otp_limits *limits, uint32_t uid)
{
	for (unsigned i = 0; i < OTP_LIMITS_UIDS; i++)
		if (limits->uids[i].count > 0 && limits->uids[i].uid == uid)
			return &limits->uids[i];
	return NULL;
}

/*
 * The place of UID: its own, or one that nothing counts in any more; or NULL.
 */
static struct otp_limit *
limits_of(struct otp_limits *limits, uint32_t uid, int64_t now)
{
	struct otp_limit *limit = limits_find(limits, uid);

	for (unsigned i = 0; limit == NULL && i < OTP_LIMITS_UIDS; i++)
		if (has_lapsed(limits, &limits->uids[i], now)) {
			limit = &limits->uids[i];
			*limit = (struct otp_limit){ .uid = uid };
		}
	return limit;
}

/* Count what happens NOW, unless it happened as often as LIMITS allow. */
static bool
limit_count(
    const struct otp_limits *limits, struct otp_limit *limit, int64_t now)
{
	unsigned old = 0;

	while (old < limit->count && now - limit->times[old] >= limits->span)
		old++;
	limit->count -= old;
	memmove(limit->times, limit->times + old,
	    limit->count * sizeof(limit->times[0]));
	if (limit->count > 0 && limit->last < limits->each) {
		limit->times[limit->count - 1] = now;
		limit->last++;
		return true;
	}
	if (limit->count >= limits->most)
		return false;
	limit->times[limit->count++] = now;
	limit->last = 1;
	return true;
}

static bool
has_lapsed(
    const struct otp_limits *limits, const struct otp_limit *limit, int64_t now)
{
	return limit->count == 0 ||
	    now - limit->times[limit->count - 1] >= limits->span;
}
