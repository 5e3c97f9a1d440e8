/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_break.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/digest.h"
#include "common/core/slots.h"
#include "common/core/throttle.h"

/* pam_otp_store(5): where in a charge it says which record it rests on. */
#define CHARGE_RESTS_ON 32

enum powercut_rule powercut_broken;

const char *
powercut_rule_text(enum powercut_rule rule)
{
	static const char *const texts[POWERCUT_RULES] = {
		[POWERCUT_KEEP_ALL] = "nothing is broken",
		[POWERCUT_BREAK_CHARGE] = "a try is not charged",
		[POWERCUT_BREAK_ORDER] = "a try is charged once compared",
		[POWERCUT_BREAK_FLUSH] = "nothing is flushed",
		[POWERCUT_BREAK_NOTE] = "a record is noted before its flush",
		[POWERCUT_BREAK_ERROR] = "a failed flush is taken for done",
		[POWERCUT_BREAK_REWRITE] = "what a failed flush left is not "
					   "written again",
		[POWERCUT_BREAK_KNOWN] = "a record is overwritten though the "
					 "other may be lost",
		[POWERCUT_BREAK_RECORD] = "the record in force is overwritten",
		[POWERCUT_BREAK_SLOT] = "the charge in force is overwritten",
		[POWERCUT_BREAK_VOID] = "a charge on another record counts",
		[POWERCUT_BREAK_NEWEST] = "the older record counts",
		[POWERCUT_BREAK_DIGEST] = "a torn slot counts",
		[POWERCUT_BREAK_WAIT] = "what begins a wait is not flushed",
		[POWERCUT_BREAK_COMMIT] = "a yes is not committed",
		[POWERCUT_BREAK_OTHERS] = "a try of others is not charged",
		[POWERCUT_BREAK_TALLY] = "a yes ends the failures of all",
	};

	return texts[rule];
}

/* --- in place of the core --- */

enum otp_err __real_otp_slots_read(const uint8_t file[OTP_SLOTS_FILE_SIZE],
    struct otp_state *ret_state, struct otp_slots *ret_slots);
enum otp_err __wrap_otp_slots_read(const uint8_t file[OTP_SLOTS_FILE_SIZE],
    struct otp_state *ret_state, struct otp_slots *ret_slots);
enum otp_err __real_otp_slots_record(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next);
enum otp_err __wrap_otp_slots_record(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next);
enum otp_err __real_otp_slots_charge(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next);
enum otp_err __wrap_otp_slots_charge(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next);
enum otp_put __real_otp_throttle_settle(struct otp_state *state, bool by_other,
    const struct otp_tallies *before, enum otp_verdict verdict);
enum otp_put __wrap_otp_throttle_settle(struct otp_state *state, bool by_other,
    const struct otp_tallies *before, enum otp_verdict verdict);

static uint8_t *
charge_at(uint8_t *file, unsigned charge)
{
	return file + OTP_SLOTS_CHARGE_OFFSET +
	    (size_t)charge * OTP_SLOTS_CHARGE_SIZE;
}

/* Give the slot, if anything is in it, the checksum that it should have. */
static void
seal(uint8_t *slot, size_t size)
{
	const size_t length = slot[24] | (size_t)slot[25] << 8;

	if (memcmp(slot, "OTP", 3) == 0 && length <= size - OTP_DIGEST_SIZE &&
	    otp_digest(slot, length, slot + length) != OTP_OK)
		abort();
}

/* The file as who takes torn slots for whole would read it. */
static void
seal_all(uint8_t *file)
{
	for (unsigned i = 0; i < 2; i++) {
		seal(file + (size_t)i * OTP_SLOTS_RECORD_SIZE,
		    OTP_SLOTS_RECORD_SIZE);
		seal(charge_at(file, i), OTP_SLOTS_CHARGE_SIZE);
	}
}

/* ... who lets every charge count. */
static void
rest_all(uint8_t *file, const struct otp_slots *slots)
{
	for (unsigned i = 0; i < 2; i++) {
		memcpy(charge_at(file, i) + CHARGE_RESTS_ON,
		    slots->record_digest, OTP_DIGEST_SIZE);
		seal(charge_at(file, i), OTP_SLOTS_CHARGE_SIZE);
	}
}

enum otp_err
__wrap_otp_slots_read(const uint8_t file[OTP_SLOTS_FILE_SIZE],
    struct otp_state *ret_state, struct otp_slots *ret_slots)
{
	enum otp_err err = __real_otp_slots_read(file, ret_state, ret_slots);
	uint8_t other[OTP_SLOTS_FILE_SIZE];
	struct otp_state state;
	struct otp_slots slots;

	memcpy(other, file, sizeof(other));
	if (powercut_broken == POWERCUT_BREAK_DIGEST)
		seal_all(other);
	else if (powercut_broken == POWERCUT_BREAK_VOID && err == OTP_OK)
		rest_all(other, ret_slots);
	else if (powercut_broken == POWERCUT_BREAK_NEWEST && err == OTP_OK)
		memset(
		    other + (size_t)ret_slots->record * OTP_SLOTS_RECORD_SIZE,
		    0, OTP_SLOTS_RECORD_SIZE);
	if (memcmp(other, file, sizeof(other)) != 0 &&
	    __real_otp_slots_read(other, &state, &slots) == OTP_OK) {
		*ret_state = state;
		*ret_slots = slots;
		err = OTP_OK;
	}
	if (powercut_broken == POWERCUT_BREAK_KNOWN && err == OTP_OK)
		ret_slots->on_disk = true;
	return err;
}

enum otp_err
__wrap_otp_slots_record(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next)
{
	const unsigned record = slots->record;
	enum otp_err err =
	    __real_otp_slots_record(slots, state, ret_slot, ret_next);

	if (powercut_broken == POWERCUT_BREAK_RECORD && err == OTP_OK) {
		ret_next->record = record;
		ret_slot->offset = (uint64_t)record * OTP_SLOTS_RECORD_SIZE;
	}
	return err;
}

enum otp_err
__wrap_otp_slots_charge(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next)
{
	const unsigned charge = slots->charge;
	struct otp_state charged = *state;
	enum otp_err err;

	if (powercut_broken == POWERCUT_BREAK_OTHERS)
		charged.others.failures = 0;
	err = __real_otp_slots_charge(slots, &charged, ret_slot, ret_next);

	if (powercut_broken == POWERCUT_BREAK_SLOT && err == OTP_OK) {
		ret_next->charge = charge;
		ret_slot->offset = OTP_SLOTS_CHARGE_OFFSET +
		    (uint64_t)charge * OTP_SLOTS_CHARGE_SIZE;
	}
	return err;
}

enum otp_put
__wrap_otp_throttle_settle(struct otp_state *state, bool by_other,
    const struct otp_tallies *before, enum otp_verdict verdict)
{
	enum otp_put put =
	    __real_otp_throttle_settle(state, by_other, before, verdict);

	if (put != OTP_PUT_COMMIT)
		return put;
	if (powercut_broken == POWERCUT_BREAK_TALLY &&
	    verdict == OTP_VERDICT_ACCEPT)
		state->tally = state->others = (struct otp_tally){ 0 };
	if (verdict == OTP_VERDICT_ACCEPT)
		return powercut_broken == POWERCUT_BREAK_COMMIT ? OTP_PUT_CHARGE
								: put;
	return powercut_broken == POWERCUT_BREAK_WAIT ? OTP_PUT_CHARGE : put;
}
