/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state file's bytes.  The input is laid over an empty file as pieces
 * {offset, length, bytes}, or stands for all of it; checksums are made right
 * where its first byte says so, lest nothing behind them is reached.
 */
#include "fuzz.h"

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

/* Bits 0 to 3: the slot's checksum is right.  4, 5: so is what a charge rests
 * on.  6: magic and version are, too. */
static void
mend(uint8_t *file, unsigned how)
{
	for (unsigned i = 0; i < COUNT(slots_at); i++) {
		uint8_t *slot = file + slots_at[i].offset;
		const size_t digest = slots_at[i].size - OTP_DIGEST_SIZE;

		if ((how & 1U << i) == 0)
			continue;
		if ((how & 1U << 6) != 0) {
			memcpy(slot, slots_at[i].magic, 8);
			memcpy(slot + 8, "\1\0\0\0", 4);
		}
		if (i >= 2 && (how & 1U << (2 + i)) != 0)
			memcpy(slot + 24,
			    file + slots_at[i - 2].offset +
				OTP_SLOTS_RECORD_SIZE - OTP_DIGEST_SIZE,
			    OTP_DIGEST_SIZE);
		SHA256(slot, digest, slot + digest);
	}
}

static void
lay(struct fuzz_input *input, uint8_t *file)
{
	while (input->left > 3) {
		size_t offset = fuzz_number(input, 2) % OTP_SLOTS_FILE_SIZE;
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
	return one->enrolled == other->enrolled && one->uid == other->uid &&
	    one->untold == other->untold &&
	    same_tally(&one->tally, &other->tally) &&
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
	FUZZ_MUST(state->tally.wait_until >= 0 &&
	    state->tally.last_failure.time >= 0 &&
	    state->last_success.time >= 0);
	FUZZ_MUST(state->last_success.host[OTP_HOST_SIZE - 1] == '\0' &&
	    state->last_success.service[OTP_SERVICE_SIZE - 1] == '\0');
	for (unsigned i = 0; i < state->credentials_count; i++)
		FUZZ_MUST(state->credentials[i].kind >= OTP_TOTP &&
		    state->credentials[i].kind <= OTP_RECOVERY);
}

/* Slot, written into FILE, is in force, or was refused at the last number. */
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
	FUZZ_MUST(otp_slots_read(file, &again, &read) == OTP_OK);
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
	FUZZ_MUST(otp_slots_fresh(&state, fresh) == OTP_OK);
	FUZZ_MUST(otp_slots_read(fresh, &again, &other) == OTP_OK);
	FUZZ_MUST(same_state(&state, &again) && other.on_disk);
	return 0;
}
