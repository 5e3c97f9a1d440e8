/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/notice.h"

#include <string.h>

#include "common/core/device.h"
#include "common/core/digest.h"

#define PURPOSE	  "pam_otp notice 1" /* with its NUL */
#define NAME_SIZE 255		     /* of a host's name that counts */

static enum otp_err host_id(const char *host, uint8_t ret_id[OTP_ID_SIZE]);
static enum otp_notice_kind kind_of(const struct otp_notices *notices,
    const struct otp_wrong_code *wrong, bool is_new);
static void count_code(struct otp_notice_count *count);
static void count_told(
    struct otp_notice_count *count, int64_t now, struct otp_notice *notice);
static bool is_noticed(const struct otp_notices *notices,
    const uint8_t id[OTP_ID_SIZE], int64_t now);
static void note_host(
    struct otp_notices *notices, const uint8_t id[OTP_ID_SIZE], int64_t now);
static bool is_within(int64_t since, int64_t length, int64_t now);

bool
otp_notices_are_there(const struct otp_notices *notices)
{
	return notices->wrong.since != 0 || notices->delay.since != 0;
}

enum otp_err
otp_notice_count(struct otp_notices *notices,
    const struct otp_wrong_code *wrong, struct otp_notice *ret_notice)
{
	const bool remote = wrong->host[0] != '\0';
	struct otp_notice notice = { .time = wrong->now };
	uint8_t id[OTP_ID_SIZE] = { 0 }, last[OTP_ID_SIZE] = { 0 };
	enum otp_err err = host_id(wrong->host, id);

	if (err == OTP_OK)
		err = host_id(wrong->last_host, last);
	if (err != OTP_OK)
		return err;
	count_code(&notices->wrong);
	count_code(&notices->delay);
	notice.kind = kind_of(notices, wrong,
	    remote && memcmp(id, last, sizeof(id)) != 0 &&
		!is_noticed(notices, id, wrong->now));
	if (notice.kind != OTP_NOTICE_NONE) {
		count_told(notice.kind == OTP_NOTICE_WRONG ? &notices->wrong
							   : &notices->delay,
		    wrong->now, &notice);
		if (remote)
			note_host(notices, id, wrong->now);
	}
	*ret_notice = notice;
	return OTP_OK;
}

/* A name that is not an IP address counts as it is. */
static enum otp_err
host_id(const char *host, uint8_t ret_id[OTP_ID_SIZE])
{
	uint8_t bytes[sizeof(PURPOSE) + OTP_DEVICE_HOST_SIZE + NAME_SIZE] =
	    PURPOSE;
	uint8_t digest[OTP_DIGEST_SIZE];
	size_t size = sizeof(PURPOSE);
	size_t length = otp_device_host(host, bytes + size);
	enum otp_err err;

	if (length == 0) {
		length = strnlen(host, NAME_SIZE);
		memcpy(bytes + size, host, length);
	}
	size += length;
	err = otp_digest(bytes, size, digest);
	if (err == OTP_OK)
		memcpy(ret_id, digest, OTP_ID_SIZE);
	return err;
}

/* A lockout happens once, and is always told. */
static enum otp_notice_kind
kind_of(const struct otp_notices *notices, const struct otp_wrong_code *wrong,
    bool is_new)
{
	const int64_t now = wrong->now;

	if (wrong->locks_out)
		return OTP_NOTICE_LOCKOUT;
	if (wrong->delays &&
	    !is_within(notices->delay.since, OTP_NOTICE_HOUR, now))
		return OTP_NOTICE_DELAY;
	if (is_new && !is_within(notices->wrong.since, OTP_NOTICE_HOUR, now))
		return OTP_NOTICE_WRONG;
	return OTP_NOTICE_NONE;
}

static void
count_code(struct otp_notice_count *count)
{
	if (count->since != 0)
		count->codes++;
}

/* What was counted for longer than a day is not told. */
static void
count_told(
    struct otp_notice_count *count, int64_t now, struct otp_notice *notice)
{
	const bool recent = is_within(count->since, OTP_NOTICE_DAY, now);

	notice->codes = recent ? count->codes : 1;
	notice->since = recent ? count->since : now;
	count->since = now;
	count->codes = 0;
}

static bool
is_noticed(const struct otp_notices *notices, const uint8_t id[OTP_ID_SIZE],
    int64_t now)
{
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++) {
		const struct otp_noticed_host *host = &notices->hosts[i];

		if (memcmp(host->id, id, OTP_ID_SIZE) == 0 &&
		    is_within(host->time, OTP_NOTICE_DAY, now))
			return true;
	}
	return false;
}

/* It comes first, and its former place, or the last one, goes. */
static void
note_host(
    struct otp_notices *notices, const uint8_t id[OTP_ID_SIZE], int64_t now)
{
	struct otp_noticed_host *hosts = notices->hosts;
	unsigned place = 0;

	while (place < OTP_NOTICE_HOSTS - 1 &&
	    memcmp(hosts[place].id, id, OTP_ID_SIZE) != 0)
		place++;
	memmove(&hosts[1], &hosts[0], place * sizeof(hosts[0]));
	memcpy(hosts[0].id, id, OTP_ID_SIZE);
	hosts[0].time = now;
}

/* If the clock went back, SINCE does not count. */
static bool
is_within(int64_t since, int64_t length, int64_t now)
{
	return since != 0 && now >= since && now - since < length;
}

const char *
otp_notice_name(enum otp_notice_kind kind)
{
	switch (kind) {
	case OTP_NOTICE_WRONG:
		return "wrong-code";
	case OTP_NOTICE_DELAY:
		return "delay";
	case OTP_NOTICE_LOCKOUT:
		return "lockout";
	case OTP_NOTICE_RECOVERY:
		return "recovery-code";
	case OTP_NOTICE_DEVICE:
		return "device";
	case OTP_NOTICE_INVITATION:
		return "invitation";
	case OTP_NOTICE_NONE:
		break;
	}
	return "none";
}
