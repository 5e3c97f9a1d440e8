/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state file's bytes.  The input is laid over an empty file as pieces
 * {offset, length, bytes}, or stands for all of it; checksums are made right
 * where its first byte says so, lest nothing behind them is reached.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <openssl/sha.h>

#include "common/core/slots.h"

static const struct {
	size_t offset, size;
	const char *magic;
} slots_at[] = {
	{ 0, OTP_SLOTS_RECORD_SIZE, "OTPSTATE" },
	{ OTP_SLOTS_RECORD_SIZE, OTP_SLOTS_RECORD_SIZE, "OTPSTATE" },
	{ OTP_SLOTS_CHARGE_OFFSET, OTP_SLOTS_CHARGE_SIZE, "OTPCHARG" },
	{ OTP_SLOTS_CHARGE_OFFSET + OTP_SLOTS_CHARGE_SIZE,
	    OTP_SLOTS_CHARGE_SIZE, "OTPCHARG" },
};

/* By the manual's numbers. */
enum {
	LENGTH = 24,
	RECORD_COUNT = 488,
	RECORD_DEVICES = 492,
	RECORD_CREDENTIALS = 496,
	CREDENTIAL_SIZE = 48,
	DEVICE_SIZE = 32,
	CHARGE_RECORD = 32,
	CHARGE_LENGTH = 208,
	OTHERS_SIZE = 152,
};

static size_t
length_of(const uint8_t *slot)
{
	return slot[LENGTH] | (size_t)slot[LENGTH + 1] << 8 |
	    (size_t)slot[LENGTH + 2] << 16 | (size_t)slot[LENGTH + 3] << 24;
}

/* The bytes of other callers' tally, where SLOT has this FLAG. */
static size_t
others_in(const uint8_t *slot, unsigned flag)
{
	return (slot[12] & flag) != 0 ? OTHERS_SIZE : 0;
}

/* Let CHARGE name the checksum of RECORD, if that can have one. */
static void
rest_on(uint8_t *charge, const uint8_t *record)
{
	const size_t length = length_of(record);

	if (length <= OTP_SLOTS_RECORD_SIZE - OTP_DIGEST_SIZE)
		memcpy(
		    charge + CHARGE_RECORD, record + length, OTP_DIGEST_SIZE);
}

/* Bits 0 to 3: the slot's checksum is right.  4, 5: so is what a charge rests
 * on.  6: magic, version and length are, too. */
static void
mend(uint8_t *file, unsigned how)
{
	for (unsigned i = 0; i < COUNT(slots_at); i++) {
		uint8_t *slot = file + slots_at[i].offset;
		size_t length;

		if ((how & 1U << i) == 0)
			continue;
		if ((how & 1U << 6) != 0) {
			memcpy(slot, slots_at[i].magic, 8);
			memcpy(slot + 8, "\1\0\0\0", 4);
			length = i >= 2 ? CHARGE_LENGTH + others_in(slot, 2)
					: RECORD_CREDENTIALS +
				CREDENTIAL_SIZE * (size_t)slot[RECORD_COUNT] +
				(slot[RECORD_DEVICES] == 0 ? 0 : 8) +
				DEVICE_SIZE * (size_t)slot[RECORD_DEVICES] +
				others_in(slot, 8);
			slot[LENGTH] = (uint8_t)length;
			slot[LENGTH + 1] = (uint8_t)(length >> 8);
			memset(slot + LENGTH + 2, 0, 2);
		}
		length = length_of(slot);
		if (length > slots_at[i].size - OTP_DIGEST_SIZE)
			continue;
		if (i >= 2 && (how & 1U << (2 + i)) != 0)
			rest_on(slot, file + slots_at[i - 2].offset);
		SHA256(slot, length, slot + length);
	}
}

static void
lay(struct fuzz_input *input, uint8_t *file)
{
	while (input->left > 3) {
		size_t offset =
		    (size_t)fuzz_number(input, 2) % OTP_SLOTS_FILE_SIZE;
		size_t length = fuzz_byte(input);

		if (length > OTP_SLOTS_FILE_SIZE - offset)
			length = OTP_SLOTS_FILE_SIZE - offset;
		if (length > input->left)
			length = input->left;
		memcpy(file + offset, input->at, length);
		input->at += length;
		input->left -= length;
	}
}

static bool
same_tally(const struct otp_tally *one, const struct otp_tally *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

/* Everything but the generation. */
static bool
same_state(const struct otp_state *one, const struct otp_state *other)
{
	return one->enrolled == other->enrolled &&
	    one->suspended == other->suspended &&
	    memcmp(&one->exemption, &other->exemption,
		sizeof(one->exemption)) == 0 &&
	    one->forgotten == other->forgotten && one->moved == other->moved &&
	    memcmp(one->move, other->move, sizeof(one->move)) == 0 &&
	    one->recovery_made == other->recovery_made &&
	    memcmp(one->accepted, other->accepted, sizeof(one->accepted)) ==
	    0 &&
	    memcmp(one->devices_of, other->devices_of,
		sizeof(one->devices_of)) == 0 &&
	    memcmp(&one->devices, &other->devices, sizeof(one->devices)) == 0 &&
	    memcmp(&one->sends, &other->sends, sizeof(one->sends)) == 0 &&
	    one->own_code.time == other->own_code.time &&
	    memcmp(one->own_code.mark, other->own_code.mark,
		sizeof(one->own_code.mark)) == 0 &&
	    one->uid == other->uid && one->unreported == other->unreported &&
	    same_tally(&one->tally, &other->tally) &&
	    same_tally(&one->others, &other->others) &&
	    memcmp(&one->last_success, &other->last_success,
		sizeof(one->last_success)) == 0 &&
	    one->credentials_count == other->credentials_count &&
	    memcmp(one->credentials, other->credentials,
		sizeof(one->credentials)) == 0;
}

static void
check_sound(const struct otp_state *state)
{
	FUZZ_MUST(state->credentials_count <= OTP_STATE_CREDENTIALS);
	FUZZ_MUST(state->devices.count <= OTP_DEVICES);
	FUZZ_MUST(state->own_code.time >= 0);
	for (unsigned i = 0; i < state->devices.count; i++)
		FUZZ_MUST(state->devices.list[i].created >= 0 &&
		    state->devices.list[i].expires >
			state->devices.list[i].created);
	for (unsigned i = 0; i < OTP_SENDS; i++)
		FUZZ_MUST(state->sends.last[i].time >= 0 &&
		    state->sends.last[i].moment <= state->sends.moment);
	FUZZ_MUST(state->sends.hour_since >= 0 && state->sends.day_since >= 0);
	FUZZ_MUST(state->tally.wait_until >= 0 &&
	    state->tally.last_failure.time >= 0 &&
	    state->tally.last_replay >= 0 && state->recovery_made >= 0 &&
	    state->last_success.time >= 0);
	FUZZ_MUST(state->others.wait_until >= 0 &&
	    state->others.told <= state->others.failures &&
	    state->others.last_failure.host[OTP_HOST_SIZE - 1] == '\0' &&
	    state->tally.told == 0 &&
	    !otp_notices_are_there(&state->others.notices));
	FUZZ_MUST(state->last_success.host[OTP_HOST_SIZE - 1] == '\0' &&
	    state->last_success.service[OTP_SERVICE_SIZE - 1] == '\0');
	for (unsigned i = 0; i < state->credentials_count; i++)
		FUZZ_MUST(state->credentials[i].kind >= OTP_TOTP &&
		    state->credentials[i].kind <= OTP_INVITATION &&
		    state->credentials[i].kind != OTP_DELIVERED);
}

/* Whether a charge is of a layout that is not known: one that no longer
 * mattered is looked at only after a record that it does not rest on. */
static bool
has_foreign_charge(const uint8_t *file)
{
	for (unsigned i = 2; i < COUNT(slots_at); i++) {
		const uint8_t *slot = file + slots_at[i].offset;

		if (memcmp(slot + 8, "\1\0\0", 4) != 0 ||
		    (slot[12] & ~11u) != 0 ||
		    memcmp(slot + 13, "\0\0", 3) != 0 ||
		    length_of(slot) != CHARGE_LENGTH + others_in(slot, 2))
			return true;
	}
	return false;
}

/* Slot, written into FILE, is active, or was refused at the last number. */
static void
check_next(uint8_t *file, const struct otp_slots *slots,
    const struct otp_state *state, bool record)
{
	struct otp_slots next, read;
	static struct otp_slot slot;
	static struct otp_state again;
	uint8_t before[OTP_SLOTS_FILE_SIZE];
	enum otp_err err = record
	    ? otp_slots_record(slots, state, &slot, &next)
	    : otp_slots_charge(slots, state, &slot, &next);

	if (err != OTP_OK) {
		FUZZ_MUST(err == OTP_ERR_LIMIT);
		FUZZ_MUST((record ? slots->record_generation
				  : slots->charge_generation) == UINT64_MAX);
		return;
	}
	memcpy(before, file, sizeof(before));
	FUZZ_MUST(slot.offset + slot.size <= OTP_SLOTS_FILE_SIZE);
	FUZZ_MUST(
	    !record || slot.offset != slots->record * OTP_SLOTS_RECORD_SIZE);
	memcpy(file + slot.offset, slot.bytes, slot.size);
	err = otp_slots_read(file, &again, &read);
	if (err == OTP_ERR_STATE_VERSION && record &&
	    has_foreign_charge(file)) {
		memcpy(file, before, sizeof(before));
		return;
	}
	FUZZ_MUST(err == OTP_OK);
	FUZZ_MUST(same_state(state, &again));
	FUZZ_MUST(again.generation == next.record_generation);
	FUZZ_MUST(read.record == next.record);
	FUZZ_MUST(record || read.charge == next.charge);
	FUZZ_MUST(record || read.on_disk == slots->on_disk);
	FUZZ_MUST(!record || !read.on_disk);
	/* Torn, it leaves what was: a charge the tally before it, or the
	   record's own; a record all that was. */
	file[slot.offset + slot.size / 2] ^= 1;
	FUZZ_MUST(otp_slots_read(file, &again, &read) == OTP_OK);
	FUZZ_MUST(read.record == slots->record);
	memcpy(file, before, sizeof(before));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[OTP_SLOTS_FILE_SIZE], fresh[OTP_SLOTS_FILE_SIZE];
	static struct otp_state state, again;
	struct fuzz_input input = { data, size };
	struct otp_slots slots, other;
	const unsigned how = fuzz_byte(&input);

	memset(file, 0, sizeof(file));
	if (input.left >= OTP_SLOTS_FILE_SIZE)
		memcpy(file, input.at, OTP_SLOTS_FILE_SIZE);
	else
		lay(&input, file);
	mend(file, how);
	memset(&state, FUZZ_MARK, sizeof(state));
	memset(&slots, FUZZ_MARK, sizeof(slots));
	if (otp_slots_read(file, &state, &slots) != OTP_OK) {
		FUZZ_MUST(fuzz_untouched(&state, sizeof(state)) &&
		    fuzz_untouched(&slots, sizeof(slots)));
		return 0;
	}
	check_sound(&state);
	FUZZ_MUST(slots.record <= 1 && slots.charge <= 1 &&
	    slots.record_generation == state.generation);
	check_next(file, &slots, &state, false);
	check_next(file, &slots, &state, true);
	FUZZ_MUST(otp_slots_init_image(&state, fresh) == OTP_OK);
	FUZZ_MUST(otp_slots_read(fresh, &again, &other) == OTP_OK);
	FUZZ_MUST(same_state(&state, &again) && other.on_disk);
	return 0;
}
