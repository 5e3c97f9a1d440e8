/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/slot_parts.h"

#include <string.h>

#include "common/core/little_endian.h"

/* Where the fields of a part stand, in bytes; pam_otp_store(5) has them. */
enum {
	/* within an accepted code */
	ACCEPTED_ID = 0,
	ACCEPTED_KIND = 8,
	ACCEPTED_VALUE = 12,
	ACCEPTED_MOVING = 16,

	/* within a tally */
	TALLY_FAILURES = 0,
	TALLY_MONTH_FAILURES = 4,
	TALLY_REPLAYS = 8,
	TALLY_WAIT_LENGTH = 12,
	TALLY_MONTH_SINCE = 16,
	TALLY_WAIT_UNTIL = 24,
	TALLY_LAST_REPLAY = 32,
	TALLY_FAILURE = 40,

	/* within the tally of other callers, which begins as one */
	OTHERS_TOLD = 144,

	/* within a login mark */
	MARK_TIME = 0,
	MARK_SERVICE = 8,
	MARK_HOST = 40,

	/* within a credential */
	CREDENTIAL_ID = 0,
	CREDENTIAL_KIND = 8,
	CREDENTIAL_DRIFT = 12,
	CREDENTIAL_VALUE = 16,
	CREDENTIAL_CREATED = 24,
	CREDENTIAL_LAST_USED = 32,

	/* within a device; before the first one stands what they belong to */
	DEVICE_ID = 0,
	DEVICE_CREATED = 16,
	DEVICE_EXPIRES = 24,

	/* within sends; before the numbers stand the last ones */
	SENDS_MOMENT = 128,
	SENDS_HOUR_SINCE = 136,
	SENDS_DAY_SINCE = 144,
	SENDS_HOUR = 152,
	SENDS_DAY = 156,

	/* within a send */
	SEND_SIZE = 32,
	SEND_ADDRESS = 0,
	SEND_MOMENT = 8,
	SEND_TIME = 16,
	SEND_OCCASION = 24,

	/* within the last own code */
	OWN_CODE_TIME = 0,
	OWN_CODE_MARK = 8,

	/* within an exemption */
	EXEMPTION_UNTIL = 0,
	EXEMPTION_REASON = 8,

	/* within notices */
	NOTICES_WRONG = 0,
	NOTICES_DELAY = 16,
	NOTICES_HOSTS = 32,

	/* within a number of wrong codes */
	COUNT_SINCE = 0,
	COUNT_CODES = 8,

	/* within a remote host */
	NOTICED_SIZE = 16,
	NOTICED_ID = 0,
	NOTICED_TIME = 8,
};

_Static_assert(OTP_SENDS *SEND_SIZE == SENDS_MOMENT, "the sends fit");
_Static_assert(
    NOTICES_HOSTS + OTP_NOTICE_HOSTS * NOTICED_SIZE == OTP_SLOT_NOTICES_SIZE,
    "the noticed hosts fit");

static void put_count(uint8_t *at, const struct otp_notice_count *count);
static bool get_count(const uint8_t *at, struct otp_notice_count *count);
static bool get_text(const uint8_t *at, char *text, size_t size);

void
otp_slot_put_accepted(uint8_t *at, const struct otp_accepted *accepted)
{
	memcpy(at + ACCEPTED_ID, accepted->id, OTP_ID_SIZE);
	otp_put_u32(at + ACCEPTED_KIND, accepted->kind);
	otp_put_u32(at + ACCEPTED_VALUE, accepted->value);
	otp_put_u64(at + ACCEPTED_MOVING, accepted->moving);
}

bool
otp_slot_get_accepted(const uint8_t *at, struct otp_accepted *accepted)
{
	memcpy(accepted->id, at + ACCEPTED_ID, OTP_ID_SIZE);
	accepted->kind = otp_get_u32(at + ACCEPTED_KIND);
	accepted->value = otp_get_u32(at + ACCEPTED_VALUE);
	accepted->moving = otp_get_u64(at + ACCEPTED_MOVING);
	return accepted->kind == 0 || accepted->kind == OTP_TOTP ||
	    accepted->kind == OTP_HOTP || accepted->kind == OTP_DELIVERED;
}

void
otp_slot_put_tally(uint8_t *at, const struct otp_tally *tally)
{
	otp_put_u32(at + TALLY_FAILURES, tally->failures);
	otp_put_u32(at + TALLY_MONTH_FAILURES, tally->month_failures);
	otp_put_u32(at + TALLY_REPLAYS, tally->replays);
	otp_put_u32(at + TALLY_WAIT_LENGTH, tally->wait_length);
	otp_put_i64(at + TALLY_MONTH_SINCE, tally->month_since);
	otp_put_i64(at + TALLY_WAIT_UNTIL, tally->wait_until);
	otp_put_i64(at + TALLY_LAST_REPLAY, tally->last_replay);
	otp_slot_put_login_mark(at + TALLY_FAILURE, &tally->last_failure);
}

bool
otp_slot_get_tally(const uint8_t *at, struct otp_tally *tally)
{
	tally->failures = otp_get_u32(at + TALLY_FAILURES);
	tally->month_failures = otp_get_u32(at + TALLY_MONTH_FAILURES);
	tally->replays = otp_get_u32(at + TALLY_REPLAYS);
	tally->wait_length = otp_get_u32(at + TALLY_WAIT_LENGTH);
	tally->month_since = otp_get_i64(at + TALLY_MONTH_SINCE);
	tally->wait_until = otp_get_i64(at + TALLY_WAIT_UNTIL);
	tally->last_replay = otp_get_i64(at + TALLY_LAST_REPLAY);
	return tally->month_since >= 0 && tally->wait_until >= 0 &&
	    tally->last_replay >= 0 &&
	    otp_slot_get_login_mark(at + TALLY_FAILURE, &tally->last_failure);
}

void
otp_slot_put_others(uint8_t *at, const struct otp_tally *others)
{
	otp_slot_put_tally(at, others);
	otp_put_u32(at + OTHERS_TOLD, others->told);
}

bool
otp_slot_get_others(const uint8_t *at, struct otp_state *state)
{
	struct otp_tally *others = &state->others;

	others->told = otp_get_u32(at + OTHERS_TOLD);
	return otp_slot_get_tally(at, others) &&
	    others->told <= others->failures && otp_state_has_others(state);
}

void
otp_slot_put_login_mark(uint8_t *at, const struct otp_login_mark *mark)
{
	otp_put_i64(at + MARK_TIME, mark->time);
	memcpy(at + MARK_SERVICE, mark->service, OTP_SERVICE_SIZE);
	memcpy(at + MARK_HOST, mark->host, OTP_HOST_SIZE);
}

bool
otp_slot_get_login_mark(const uint8_t *at, struct otp_login_mark *mark)
{
	mark->time = otp_get_i64(at + MARK_TIME);
	return mark->time >= 0 &&
	    get_text(at + MARK_SERVICE, mark->service, OTP_SERVICE_SIZE) &&
	    get_text(at + MARK_HOST, mark->host, OTP_HOST_SIZE);
}

void
otp_slot_put_credential(uint8_t *at, const struct otp_credential *credential)
{
	memcpy(at + CREDENTIAL_ID, credential->id, OTP_ID_SIZE);
	otp_put_u32(at + CREDENTIAL_KIND, (uint32_t)credential->kind);
	otp_put_u32(at + CREDENTIAL_DRIFT, (uint32_t)credential->drift);
	otp_put_u64(at + CREDENTIAL_VALUE, credential->value);
	otp_put_i64(at + CREDENTIAL_CREATED, credential->created);
	otp_put_i64(at + CREDENTIAL_LAST_USED, credential->last_used);
}

bool
otp_slot_get_credential(const uint8_t *at, struct otp_credential *credential)
{
	uint32_t kind = otp_get_u32(at + CREDENTIAL_KIND);

	if (kind != OTP_TOTP && kind != OTP_HOTP && kind != OTP_RECOVERY &&
	    kind != OTP_INVITATION)
		return false;
	credential->kind = (enum otp_kind)kind;
	memcpy(credential->id, at + CREDENTIAL_ID, OTP_ID_SIZE);
	credential->drift = (int32_t)otp_get_u32(at + CREDENTIAL_DRIFT);
	credential->value = otp_get_u64(at + CREDENTIAL_VALUE);
	credential->created = otp_get_i64(at + CREDENTIAL_CREATED);
	credential->last_used = otp_get_i64(at + CREDENTIAL_LAST_USED);
	return true;
}

uint32_t
otp_slot_devices_size(uint32_t count)
{
	return count == 0 ? 0 : OTP_ID_SIZE + count * OTP_SLOT_DEVICE_SIZE;
}

void
otp_slot_put_devices(uint8_t *at, const struct otp_state *state)
{
	const unsigned count = state->devices.count;

	if (count == 0)
		return;
	memcpy(at, state->devices_of, OTP_ID_SIZE);
	at += OTP_ID_SIZE;
	for (unsigned i = 0; i < count; i++, at += OTP_SLOT_DEVICE_SIZE) {
		const struct otp_device *device = &state->devices.list[i];

		memcpy(at + DEVICE_ID, device->id, OTP_DEVICE_ID_SIZE);
		otp_put_i64(at + DEVICE_CREATED, device->created);
		otp_put_i64(at + DEVICE_EXPIRES, device->expires);
	}
}

bool
otp_slot_get_devices(const uint8_t *at, uint32_t count, struct otp_state *state)
{
	if (count == 0)
		return true;
	memcpy(state->devices_of, at, OTP_ID_SIZE);
	at += OTP_ID_SIZE;
	state->devices.count = count;
	for (unsigned i = 0; i < count; i++, at += OTP_SLOT_DEVICE_SIZE) {
		struct otp_device *device = &state->devices.list[i];

		memcpy(device->id, at + DEVICE_ID, OTP_DEVICE_ID_SIZE);
		device->created = otp_get_i64(at + DEVICE_CREATED);
		device->expires = otp_get_i64(at + DEVICE_EXPIRES);
		if (device->created < 0 || device->expires <= device->created)
			return false;
	}
	return true;
}

void
otp_slot_put_sends(uint8_t *at, const struct otp_sends *sends)
{
	for (unsigned i = 0; i < OTP_SENDS; i++) {
		const struct otp_send *send = &sends->last[i];
		uint8_t *to = at + i * SEND_SIZE;

		memcpy(to + SEND_ADDRESS, send->address, OTP_ID_SIZE);
		otp_put_u64(to + SEND_MOMENT, send->moment);
		otp_put_i64(to + SEND_TIME, send->time);
		memcpy(to + SEND_OCCASION, send->occasion, OTP_OCCASION_SIZE);
	}
	otp_put_u64(at + SENDS_MOMENT, sends->moment);
	otp_put_i64(at + SENDS_HOUR_SINCE, sends->hour_since);
	otp_put_i64(at + SENDS_DAY_SINCE, sends->day_since);
	otp_put_u32(at + SENDS_HOUR, sends->hour);
	otp_put_u32(at + SENDS_DAY, sends->day);
}

/* No send is later than the highest moment. */
bool
otp_slot_get_sends(const uint8_t *at, struct otp_sends *sends)
{
	sends->moment = otp_get_u64(at + SENDS_MOMENT);
	sends->hour_since = otp_get_i64(at + SENDS_HOUR_SINCE);
	sends->day_since = otp_get_i64(at + SENDS_DAY_SINCE);
	sends->hour = otp_get_u32(at + SENDS_HOUR);
	sends->day = otp_get_u32(at + SENDS_DAY);
	for (unsigned i = 0; i < OTP_SENDS; i++) {
		struct otp_send *send = &sends->last[i];
		const uint8_t *from = at + i * SEND_SIZE;

		memcpy(send->address, from + SEND_ADDRESS, OTP_ID_SIZE);
		send->moment = otp_get_u64(from + SEND_MOMENT);
		send->time = otp_get_i64(from + SEND_TIME);
		memcpy(send->occasion, from + SEND_OCCASION, OTP_OCCASION_SIZE);
		if (send->time < 0 || send->moment > sends->moment)
			return false;
	}
	return sends->moment != 0 && sends->hour_since >= 0 &&
	    sends->day_since >= 0;
}

void
otp_slot_put_own_code(uint8_t *at, const struct otp_own_code *own_code)
{
	otp_put_i64(at + OWN_CODE_TIME, own_code->time);
	memcpy(at + OWN_CODE_MARK, own_code->mark, OTP_ID_SIZE);
}

bool
otp_slot_get_own_code(const uint8_t *at, struct otp_own_code *own_code)
{
	own_code->time = otp_get_i64(at + OWN_CODE_TIME);
	memcpy(own_code->mark, at + OWN_CODE_MARK, OTP_ID_SIZE);
	return own_code->time > 0;
}

void
otp_slot_put_exemption(uint8_t *at, const struct otp_exemption *exemption)
{
	otp_put_i64(at + EXEMPTION_UNTIL, exemption->until);
	memcpy(at + EXEMPTION_REASON, exemption->reason, OTP_EXEMPTION_SIZE);
}

bool
otp_slot_get_exemption(const uint8_t *at, struct otp_exemption *exemption)
{
	exemption->until = otp_get_i64(at + EXEMPTION_UNTIL);
	return exemption->until > 0 &&
	    get_text(
		at + EXEMPTION_REASON, exemption->reason, OTP_EXEMPTION_SIZE);
}

void
otp_slot_put_notices(uint8_t *at, const struct otp_notices *notices)
{
	put_count(at + NOTICES_WRONG, &notices->wrong);
	put_count(at + NOTICES_DELAY, &notices->delay);
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++) {
		uint8_t *to = at + NOTICES_HOSTS + i * NOTICED_SIZE;

		memcpy(to + NOTICED_ID, notices->hosts[i].id, OTP_ID_SIZE);
		otp_put_i64(to + NOTICED_TIME, notices->hosts[i].time);
	}
}

bool
otp_slot_get_notices(const uint8_t *at, struct otp_notices *notices)
{
	bool sound = get_count(at + NOTICES_WRONG, &notices->wrong) &&
	    get_count(at + NOTICES_DELAY, &notices->delay) &&
	    otp_notices_are_there(notices);

	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++) {
		const uint8_t *from = at + NOTICES_HOSTS + i * NOTICED_SIZE;

		memcpy(notices->hosts[i].id, from + NOTICED_ID, OTP_ID_SIZE);
		notices->hosts[i].time = otp_get_i64(from + NOTICED_TIME);
		sound = sound && notices->hosts[i].time >= 0;
	}
	return sound;
}

static void
put_count(uint8_t *at, const struct otp_notice_count *count)
{
	otp_put_i64(at + COUNT_SINCE, count->since);
	otp_put_u64(at + COUNT_CODES, count->codes);
}

static bool
get_count(const uint8_t *at, struct otp_notice_count *count)
{
	count->since = otp_get_i64(at + COUNT_SINCE);
	count->codes = otp_get_u64(at + COUNT_CODES);
	return count->since >= 0;
}

/* Copy a text, which must end within its field. */
static bool
get_text(const uint8_t *at, char *text, size_t size)
{
	if (at[size - 1] != 0)
		return false;
	memcpy(text, at, size);
	return true;
}
