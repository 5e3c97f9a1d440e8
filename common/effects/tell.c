/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/tell.h"

#include <string.h>

#include "common/core/device.h"
#include "common/core/throttle.h"
#include "common/effects/known.h"

/*
 * New devices that are told in an hour: many keys must not mean many messages.
 */
#define DEVICES_MAX 3
#define HOUR	    INT64_C(3600)

static bool is_told(
    const struct otp_snapshot *account, const struct otp_request *request);
static bool is_new_device(
    const struct otp_snapshot *account, const struct otp_request *request);
static void fill_addresses(const struct otp_seed *seed, struct otp_told *told);

void
otp_tell_charge(struct otp_snapshot *account, const struct otp_request *request,
    const struct otp_policy *policy, struct otp_told *ret_told)
{
	const struct otp_tally *tally =
	    otp_throttle_tally(&account->state, request->by_other);
	const struct otp_wrong_code wrong = {
		.now = account->now,
		.host = request->host,
		.last_host = account->state.last_success.host,
		.delays = tally->wait_length > 0,
		.locks_out = tally->failures >= policy->lock_after,
	};

	if (is_told(account, request) &&
	    otp_notice_count(&account->state.tally.notices, &wrong,
		&ret_told->notice) == OTP_OK)
		fill_addresses(&account->seed, ret_told);
}

void
otp_tell_accept(const struct otp_snapshot *account,
    const struct otp_request *request, enum otp_kind kind,
    struct otp_told *ret_told)
{
	struct otp_notice *notice = &ret_told->notice;

	if (!is_told(account, request))
		return;
	notice->time = account->now;
	if (kind == OTP_RECOVERY)
		notice->kind = OTP_NOTICE_RECOVERY;
	else if (is_new_device(account, request))
		notice->kind = OTP_NOTICE_DEVICE;
	fill_addresses(&account->seed, ret_told);
}

void
otp_tell_no_device(struct otp_told *told)
{
	if (told->notice.kind == OTP_NOTICE_DEVICE)
		told->notice.kind = OTP_NOTICE_NONE;
}

static bool
is_told(const struct otp_snapshot *account, const struct otp_request *request)
{
	return request->tell && account->seed.addresses_count > 0;
}

/* One that is known already and is remembered for longer is not told. */
static bool
is_new_device(
    const struct otp_snapshot *account, const struct otp_request *request)
{
	struct otp_devices known = { 0 };
	unsigned recent = 0;

	if (request->device.remember_for == 0 ||
	    otp_known_list(account, &known) != OTP_OK)
		return false;
	for (unsigned i = 0; i < known.count; i++)
		if (account->now - known.list[i].created < HOUR)
			recent++;
	return recent < DEVICES_MAX &&
	    otp_device_find(&known, request->device.id, account->now) == NULL;
}

static void
fill_addresses(const struct otp_seed *seed, struct otp_told *told)
{
	told->to_count = seed->addresses_count;
	for (unsigned i = 0; i < seed->addresses_count; i++)
		memcpy(told->to[i], seed->addresses[i].uri, OTP_ADDRESS_SIZE);
}
