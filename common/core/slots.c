/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/slots.h"

#include <string.h>

#include "common/core/little_endian.h"
#include "common/core/slot_parts.h"

#define VERSION	       1
#define FLAG_ENROLLED  1u /* of a record */
#define FLAG_SUSPENDED 2u
#define FLAG_FORGOTTEN 4u
#define FLAG_OTHERS    8u
#define FLAG_SENDS     16u
#define FLAG_OWN_CODE  32u
#define FLAG_EXEMPTION 64u
#define FLAG_NOTICES   128u
#define FLAG_MOVED     256u
#define FLAG_CAME      512u
#define FLAG_ON_DISK   1u /* of a charge: the record it rests on is */
#define FLAG_CHARGED   2u /* other callers were */
#define FLAG_NOTICED   4u
#define FLAG_TOLD      8u /* the user was told of its wrong codes */

#define RECORD_FLAGS                                                     \
	(FLAG_ENROLLED | FLAG_SUSPENDED | FLAG_FORGOTTEN | FLAG_OTHERS | \
	    FLAG_SENDS | FLAG_OWN_CODE | FLAG_EXEMPTION | FLAG_NOTICES | \
	    FLAG_MOVED | FLAG_CAME)
#define CHARGE_FLAGS (FLAG_ON_DISK | FLAG_CHARGED | FLAG_NOTICED | FLAG_TOLD)

/* Where the parts of a slot stand, in bytes; pam_otp_store(5) has them. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_FLAGS = 12,
	AT_GENERATION = 16,
	AT_LENGTH = 24, /* bytes in use before the checksum */

	RECORD_UID = 32,
	RECORD_UNREPORTED = 36,
	RECORD_MADE = 40,
	RECORD_SUCCESS = 48,
	RECORD_ACCEPTED = 152,
	RECORD_TALLY = 344,
	RECORD_COUNT = 488,
	RECORD_DEVICES = 492,
	RECORD_CREDENTIALS = 496,
	RECORD_LENGTH_MAX = OTP_SLOTS_RECORD_SIZE - OTP_DIGEST_SIZE,

	CHARGE_RECORD = 32, /* the checksum of the record it rests on */
	CHARGE_TALLY = 64,
	CHARGE_OTHERS = 208,
	CHARGE_LENGTH_MAX = OTP_SLOTS_CHARGE_SIZE - OTP_DIGEST_SIZE,
};

_Static_assert(RECORD_CREDENTIALS +
	    OTP_STATE_CREDENTIALS * OTP_SLOT_CREDENTIAL_SIZE + OTP_ID_SIZE +
	    OTP_DEVICES * OTP_SLOT_DEVICE_SIZE + OTP_SLOT_SENDS_SIZE +
	    OTP_SLOT_OWN_CODE_SIZE + OTP_SLOT_OTHERS_SIZE +
	    OTP_SLOT_EXEMPTION_SIZE + OTP_SLOT_NOTICES_SIZE + OTP_ID_SIZE <=
	RECORD_LENGTH_MAX,
    "credentials, and all that may follow them, must fit into a record");

static const char record_magic[] = "OTPSTATE";
static const char charge_magic[] = "OTPCHARG";

/* What is known of a charge slot; generation 0 if it is torn. */
struct charge {
	const uint8_t *slot;
	uint64_t generation;
	bool counts; /* it rests on the active record */
};

static enum otp_err pick_record(const uint8_t *file, unsigned *ret_record);
static enum otp_err decode_record(
    const uint8_t *slot, struct otp_state *ret_state);
static bool get_fixed(const uint8_t *slot, struct otp_state *state);
static bool get_optional(
    const uint8_t *at, uint32_t flags, struct otp_state *state);
static enum otp_err apply_charges(
    const uint8_t *file, struct otp_slots *slots, struct otp_state *state);
static bool decode_charge(const uint8_t *slot, struct otp_state *state);
static bool is_settled(
    const struct otp_tally *tally, const struct otp_tally *recorded);
static const uint8_t *charge_at(const uint8_t *file, unsigned charge);
static unsigned newer_charge(const uint8_t *file);
static enum otp_err read_charge(const uint8_t *slot,
    const struct otp_slots *slots, struct charge *ret_charge);
static enum otp_err is_record(const uint8_t *slot, bool *ret_whole);
static enum otp_err is_whole(const uint8_t *slot, const char magic[],
    uint32_t least, uint32_t most, bool *ret_whole);
static uint32_t charge_flags(
    const struct otp_slots *slots, const struct otp_state *state);
static uint32_t charge_length(uint32_t flags);
static uint32_t record_flags(const struct otp_state *state);
static uint32_t record_length(
    uint32_t flags, uint32_t credentials, uint32_t devices);
static uint32_t size_by(uint32_t flags, uint32_t flag, uint32_t size);
static bool has(uint32_t flags, uint32_t flag);
static void put_fixed(uint8_t *slot, const struct otp_state *state);
static void put_optional(
    uint8_t *at, uint32_t flags, const struct otp_state *state);
static enum otp_err seal(struct otp_slot *slot, uint32_t length);
static void put_head(
    uint8_t *at, const char magic[], uint32_t flags, uint64_t generation);

enum otp_err
otp_slots_read(const uint8_t file[OTP_SLOTS_FILE_SIZE],
    struct otp_state *ret_state, struct otp_slots *ret_slots)
{
	struct otp_slots slots = { .on_disk = false };
	struct otp_state state;
	const uint8_t *record;
	enum otp_err err;

	err = pick_record(file, &slots.record);
	if (err != OTP_OK)
		return err;
	record = file + slots.record * OTP_SLOTS_RECORD_SIZE;
	err = decode_record(record, &state);
	if (err != OTP_OK)
		return err;
	slots.record_generation = state.generation;
	slots.unreported = state.unreported;
	slots.record_size = otp_get_u32(record + AT_LENGTH) + OTP_DIGEST_SIZE;
	memcpy(slots.record_digest, record + otp_get_u32(record + AT_LENGTH),
	    OTP_DIGEST_SIZE);
	err = apply_charges(file, &slots, &state);
	if (err != OTP_OK)
		return err;
	*ret_state = state;
	*ret_slots = slots;
	return OTP_OK;
}

/*
 * Find the record that counts.  The one with the higher generation is checked
 * first: it is nearly always whole, and then the other need not be digested.
 */
static enum otp_err
pick_record(const uint8_t *file, unsigned *ret_record)
{
	const uint8_t *slot[] = { file, file + OTP_SLOTS_RECORD_SIZE };
	uint64_t generation[] = { otp_get_u64(slot[0] + AT_GENERATION),
		otp_get_u64(slot[1] + AT_GENERATION) };
	unsigned first = generation[1] > generation[0] ? 1 : 0;
	bool whole = false, other = false;
	enum otp_err err;

	err = is_record(slot[first], &whole);
	if (err != OTP_OK)
		return err;
	if (!whole || generation[0] == generation[1]) {
		err = is_record(slot[!first], &other);
		if (err != OTP_OK)
			return err;
	}
	if (whole == other) /* none, or two of one generation */
		return OTP_ERR_CHECKSUM;
	*ret_record = whole ? first : !first;
	return OTP_OK;
}

static enum otp_err
decode_record(const uint8_t *slot, struct otp_state *ret_state)
{
	const uint32_t flags = otp_get_u32(slot + AT_FLAGS);
	const uint32_t credentials = otp_get_u32(slot + RECORD_COUNT);
	const uint32_t devices = otp_get_u32(slot + RECORD_DEVICES);
	const uint8_t *at = slot + RECORD_CREDENTIALS;

	if (otp_get_u32(slot + AT_VERSION) != VERSION ||
	    (flags & ~RECORD_FLAGS) != 0 ||
	    credentials > OTP_STATE_CREDENTIALS || devices > OTP_DEVICES ||
	    otp_get_u32(slot + AT_LENGTH) !=
		record_length(flags, credentials, devices))
		return OTP_ERR_STATE_VERSION;
	memset(ret_state, 0, sizeof(*ret_state));
	if (!get_fixed(slot, ret_state))
		return OTP_ERR_STATE_VERSION;
	ret_state->credentials_count = credentials;
	for (unsigned i = 0; i < credentials; i++) {
		if (!otp_slot_get_credential(at, &ret_state->credentials[i]))
			return OTP_ERR_STATE_VERSION;
		at += OTP_SLOT_CREDENTIAL_SIZE;
	}
	if (!otp_slot_get_devices(at, devices, ret_state))
		return OTP_ERR_STATE_VERSION;
	at += otp_slot_devices_size(devices);
	return get_optional(at, flags, ret_state) ? OTP_OK
						  : OTP_ERR_STATE_VERSION;
}

/* What every record has. */
static bool
get_fixed(const uint8_t *slot, struct otp_state *state)
{
	const uint32_t flags = otp_get_u32(slot + AT_FLAGS);
	const uint8_t *at = slot + RECORD_ACCEPTED;

	state->generation = otp_get_u64(slot + AT_GENERATION);
	state->enrolled = has(flags, FLAG_ENROLLED);
	state->suspended = has(flags, FLAG_SUSPENDED);
	state->forgotten = has(flags, FLAG_FORGOTTEN);
	state->moved = has(flags, FLAG_MOVED);
	state->uid = otp_get_u32(slot + RECORD_UID);
	state->unreported = otp_get_u32(slot + RECORD_UNREPORTED);
	state->recovery_made = otp_get_i64(slot + RECORD_MADE);
	if (state->recovery_made < 0 ||
	    !otp_slot_get_tally(slot + RECORD_TALLY, &state->tally) ||
	    !otp_slot_get_login_mark(
		slot + RECORD_SUCCESS, &state->last_success))
		return false;
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		if (!otp_slot_get_accepted(at, &state->accepted[i]))
			return false;
		at += OTP_SLOT_ACCEPTED_SIZE;
	}
	return true;
}

/* What a record has by its flags, in the order of pam_otp_store(5). */
static bool
get_optional(const uint8_t *at, uint32_t flags, struct otp_state *state)
{
	if (has(flags, FLAG_SENDS) && !otp_slot_get_sends(at, &state->sends))
		return false;
	at += size_by(flags, FLAG_SENDS, OTP_SLOT_SENDS_SIZE);
	if (has(flags, FLAG_OWN_CODE) &&
	    !otp_slot_get_own_code(at, &state->own_code))
		return false;
	at += size_by(flags, FLAG_OWN_CODE, OTP_SLOT_OWN_CODE_SIZE);
	if (has(flags, FLAG_OTHERS) && !otp_slot_get_others(at, state))
		return false;
	at += size_by(flags, FLAG_OTHERS, OTP_SLOT_OTHERS_SIZE);
	if (has(flags, FLAG_EXEMPTION) &&
	    !otp_slot_get_exemption(at, &state->exemption))
		return false;
	at += size_by(flags, FLAG_EXEMPTION, OTP_SLOT_EXEMPTION_SIZE);
	if (has(flags, FLAG_NOTICES) &&
	    !otp_slot_get_notices(at, &state->tally.notices))
		return false;
	at += size_by(flags, FLAG_NOTICES, OTP_SLOT_NOTICES_SIZE);
	if (has(flags, FLAG_MOVED | FLAG_CAME))
		memcpy(state->move, at, OTP_ID_SIZE);
	return true;
}

/*
 * Find the charge that rests on the active record and take what it has.  The
 * one with the higher generation is read first: it nearly always counts, and
 * then the other need not be digested.  The next charge goes where it destroys
 * nothing that counts: not over the active one; if there is none, not over the
 * newest, since a power cut may yet bring back the record that it rests on.
 */
static enum otp_err
apply_charges(
    const uint8_t *file, struct otp_slots *slots, struct otp_state *state)
{
	const struct otp_tally recorded = state->tally;
	const struct otp_tally others = state->others;
	struct charge newer, older = { 0 };
	const struct charge *active = &newer;
	enum otp_err err;

	slots->charge = newer_charge(file);
	err = read_charge(charge_at(file, slots->charge), slots, &newer);
	if (err == OTP_OK && !newer.counts)
		err =
		    read_charge(charge_at(file, !slots->charge), slots, &older);
	if (err != OTP_OK)
		return err;
	if (older.counts || (older.generation > 0 && newer.generation == 0)) {
		active = &older;
		slots->charge = !slots->charge;
	} else if (newer.generation == 0) {
		slots->charge = 0; /* neither is whole */
	}
	slots->charge_generation = newer.generation > older.generation
	    ? newer.generation
	    : older.generation;
	slots->settled = slots->others_settled = true;
	if (!active->counts)
		return OTP_OK;
	if (!decode_charge(active->slot, state))
		return OTP_ERR_STATE_VERSION;
	slots->on_disk =
	    (otp_get_u32(active->slot + AT_FLAGS) & FLAG_ON_DISK) != 0;
	slots->settled = is_settled(&state->tally, &recorded);
	slots->others_settled = is_settled(&state->others, &others);
	return OTP_OK;
}

/* Put what a charge has in place of what the record has. */
static bool
decode_charge(const uint8_t *slot, struct otp_state *state)
{
	const uint32_t flags = otp_get_u32(slot + AT_FLAGS);
	const uint8_t *notices = slot + CHARGE_OTHERS +
	    size_by(flags, FLAG_CHARGED, OTP_SLOT_OTHERS_SIZE);

	memset(&state->tally, 0, sizeof(state->tally));
	memset(&state->others, 0, sizeof(state->others));
	if (has(flags, FLAG_TOLD))
		state->unreported = 0;
	return otp_slot_get_tally(slot + CHARGE_TALLY, &state->tally) &&
	    (!has(flags, FLAG_CHARGED) ||
		otp_slot_get_others(slot + CHARGE_OTHERS, state)) &&
	    (!has(flags, FLAG_NOTICED) ||
		otp_slot_get_notices(notices, &state->tally.notices));
}

static bool
is_settled(const struct otp_tally *tally, const struct otp_tally *recorded)
{
	return tally->failures == recorded->failures &&
	    tally->wait_until == recorded->wait_until;
}

static const uint8_t *
charge_at(const uint8_t *file, unsigned charge)
{
	return file + OTP_SLOTS_CHARGE_OFFSET + charge * OTP_SLOTS_CHARGE_SIZE;
}

/* By what the slots say, which may be torn. */
static unsigned
newer_charge(const uint8_t *file)
{
	return otp_get_u64(charge_at(file, 1) + AT_GENERATION) >
		otp_get_u64(charge_at(file, 0) + AT_GENERATION)
	    ? 1
	    : 0;
}

static enum otp_err
read_charge(const uint8_t *slot, const struct otp_slots *slots,
    struct charge *ret_charge)
{
	bool whole = false;
	enum otp_err err = is_whole(
	    slot, charge_magic, CHARGE_OTHERS, CHARGE_LENGTH_MAX, &whole);
	const uint32_t flags = otp_get_u32(slot + AT_FLAGS);

	if (err != OTP_OK)
		return err;
	*ret_charge = (struct charge){ .slot = slot };
	if (!whole)
		return OTP_OK;
	if (otp_get_u32(slot + AT_VERSION) != VERSION ||
	    (flags & ~CHARGE_FLAGS) != 0 ||
	    otp_get_u32(slot + AT_LENGTH) != charge_length(flags))
		return OTP_ERR_STATE_VERSION;
	ret_charge->generation = otp_get_u64(slot + AT_GENERATION);
	ret_charge->counts = memcmp(slot + CHARGE_RECORD, slots->record_digest,
				 OTP_DIGEST_SIZE) == 0;
	return OTP_OK;
}

static enum otp_err
is_record(const uint8_t *slot, bool *ret_whole)
{
	return is_whole(slot, record_magic, RECORD_CREDENTIALS,
	    RECORD_LENGTH_MAX, ret_whole);
}

/*
 * Whether no write of SLOT was torn.  Its length is LEAST to MOST, or nothing
 * is digested.
 */
static enum otp_err
is_whole(const uint8_t *slot, const char magic[], uint32_t least, uint32_t most,
    bool *ret_whole)
{
	const uint32_t length = otp_get_u32(slot + AT_LENGTH);
	uint8_t digest[OTP_DIGEST_SIZE];
	enum otp_err err;

	*ret_whole = false;
	if (length < least || length > most ||
	    memcmp(slot + AT_MAGIC, magic, 8) != 0)
		return OTP_OK;
	err = otp_digest(slot, length, digest);
	if (err == OTP_OK)
		*ret_whole = memcmp(digest, slot + length, sizeof(digest)) == 0;
	return err;
}

enum otp_err
otp_slots_charge(const struct otp_slots *slots, const struct otp_state *state,
    struct otp_slot *ret_slot, struct otp_slots *ret_next)
{
	struct otp_slots next = *slots;
	uint8_t *bytes = ret_slot->bytes;
	const uint32_t flags = charge_flags(slots, state);
	const uint32_t length = charge_length(flags);
	uint8_t *at = bytes + CHARGE_OTHERS;

	if (slots->charge_generation == UINT64_MAX)
		return OTP_ERR_LIMIT;
	next.charge = !slots->charge;
	next.charge_generation++;

	memset(bytes, 0, length);
	ret_slot->offset =
	    OTP_SLOTS_CHARGE_OFFSET + next.charge * OTP_SLOTS_CHARGE_SIZE;
	put_head(bytes, charge_magic, flags, next.charge_generation);
	memcpy(bytes + CHARGE_RECORD, slots->record_digest, OTP_DIGEST_SIZE);
	otp_slot_put_tally(bytes + CHARGE_TALLY, &state->tally);
	if (has(flags, FLAG_CHARGED))
		otp_slot_put_others(at, &state->others);
	at += size_by(flags, FLAG_CHARGED, OTP_SLOT_OTHERS_SIZE);
	if (has(flags, FLAG_NOTICED))
		otp_slot_put_notices(at, &state->tally.notices);
	*ret_next = next;
	return seal(ret_slot, length);
}

static uint32_t
charge_flags(const struct otp_slots *slots, const struct otp_state *state)
{
	return (slots->on_disk ? FLAG_ON_DISK : 0) |
	    (otp_state_has_others(state) ? FLAG_CHARGED : 0) |
	    (otp_notices_are_there(&state->tally.notices) ? FLAG_NOTICED : 0) |
	    (state->unreported < slots->unreported ? FLAG_TOLD : 0);
}

static uint32_t
charge_length(uint32_t flags)
{
	return CHARGE_OTHERS +
	    size_by(flags, FLAG_CHARGED, OTP_SLOT_OTHERS_SIZE) +
	    size_by(flags, FLAG_NOTICED, OTP_SLOT_NOTICES_SIZE);
}

enum otp_err
otp_slots_record(const struct otp_slots *slots, const struct otp_state *state,
    struct otp_slot *ret_slot, struct otp_slots *ret_next)
{
	struct otp_slots next = *slots;
	/* cppcheck-suppress ctuuninitvar; it is what is filled here */
	uint8_t *bytes = ret_slot->bytes;
	const uint32_t flags = record_flags(state);
	const uint32_t length = record_length(
	    flags, state->credentials_count, state->devices.count);
	uint8_t *at = bytes + RECORD_CREDENTIALS;
	enum otp_err err;

	if (slots->record_generation == UINT64_MAX)
		return OTP_ERR_LIMIT;
	next.record = !slots->record;
	next.record_generation++;
	next.unreported = state->unreported;
	next.on_disk = false;

	memset(bytes, 0, length);
	ret_slot->offset = next.record * OTP_SLOTS_RECORD_SIZE;
	put_head(bytes, record_magic, flags, next.record_generation);
	put_fixed(bytes, state);
	for (unsigned i = 0; i < state->credentials_count; i++) {
		otp_slot_put_credential(at, &state->credentials[i]);
		at += OTP_SLOT_CREDENTIAL_SIZE;
	}
	otp_slot_put_devices(at, state);
	at += otp_slot_devices_size(state->devices.count);
	put_optional(at, flags, state);
	err = seal(ret_slot, length);
	if (err != OTP_OK)
		return err;
	next.record_size = ret_slot->size;
	memcpy(next.record_digest, bytes + length, OTP_DIGEST_SIZE);
	*ret_next = next;
	return OTP_OK;
}

static uint32_t
record_flags(const struct otp_state *state)
{
	static const uint8_t none[OTP_ID_SIZE];
	const bool came =
	    !state->moved && memcmp(state->move, none, sizeof(none)) != 0;

	return (state->enrolled ? FLAG_ENROLLED : 0) |
	    (state->suspended ? FLAG_SUSPENDED : 0) |
	    (state->forgotten ? FLAG_FORGOTTEN : 0) |
	    (state->moved ? FLAG_MOVED : 0) | (came ? FLAG_CAME : 0) |
	    (otp_state_has_others(state) ? FLAG_OTHERS : 0) |
	    (state->sends.moment != 0 ? FLAG_SENDS : 0) |
	    (state->own_code.time != 0 ? FLAG_OWN_CODE : 0) |
	    (state->exemption.until != 0 ? FLAG_EXEMPTION : 0) |
	    (otp_notices_are_there(&state->tally.notices) ? FLAG_NOTICES : 0);
}

static uint32_t
record_length(uint32_t flags, uint32_t credentials, uint32_t devices)
{
	return RECORD_CREDENTIALS + credentials * OTP_SLOT_CREDENTIAL_SIZE +
	    otp_slot_devices_size(devices) +
	    size_by(flags, FLAG_SENDS, OTP_SLOT_SENDS_SIZE) +
	    size_by(flags, FLAG_OWN_CODE, OTP_SLOT_OWN_CODE_SIZE) +
	    size_by(flags, FLAG_OTHERS, OTP_SLOT_OTHERS_SIZE) +
	    size_by(flags, FLAG_EXEMPTION, OTP_SLOT_EXEMPTION_SIZE) +
	    size_by(flags, FLAG_NOTICES, OTP_SLOT_NOTICES_SIZE) +
	    size_by(flags, FLAG_MOVED | FLAG_CAME, OTP_ID_SIZE);
}

/* Of a part that is there if FLAGS have FLAG. */
static uint32_t
size_by(uint32_t flags, uint32_t flag, uint32_t size)
{
	return has(flags, flag) ? size : 0;
}

static bool
has(uint32_t flags, uint32_t flag)
{
	return (flags & flag) != 0;
}

static void
put_fixed(uint8_t *slot, const struct otp_state *state)
{
	uint8_t *at = slot + RECORD_ACCEPTED;

	otp_put_u32(slot + RECORD_UID, state->uid);
	otp_put_u32(slot + RECORD_UNREPORTED, state->unreported);
	otp_put_i64(slot + RECORD_MADE, state->recovery_made);
	otp_slot_put_login_mark(slot + RECORD_SUCCESS, &state->last_success);
	otp_slot_put_tally(slot + RECORD_TALLY, &state->tally);
	otp_put_u32(slot + RECORD_COUNT, state->credentials_count);
	otp_put_u32(slot + RECORD_DEVICES, state->devices.count);
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		otp_slot_put_accepted(at, &state->accepted[i]);
		at += OTP_SLOT_ACCEPTED_SIZE;
	}
}

static void
put_optional(uint8_t *at, uint32_t flags, const struct otp_state *state)
{
	if (has(flags, FLAG_SENDS))
		otp_slot_put_sends(at, &state->sends);
	at += size_by(flags, FLAG_SENDS, OTP_SLOT_SENDS_SIZE);
	if (has(flags, FLAG_OWN_CODE))
		otp_slot_put_own_code(at, &state->own_code);
	at += size_by(flags, FLAG_OWN_CODE, OTP_SLOT_OWN_CODE_SIZE);
	if (has(flags, FLAG_OTHERS))
		otp_slot_put_others(at, &state->others);
	at += size_by(flags, FLAG_OTHERS, OTP_SLOT_OTHERS_SIZE);
	if (has(flags, FLAG_EXEMPTION))
		otp_slot_put_exemption(at, &state->exemption);
	at += size_by(flags, FLAG_EXEMPTION, OTP_SLOT_EXEMPTION_SIZE);
	if (has(flags, FLAG_NOTICES))
		otp_slot_put_notices(at, &state->tally.notices);
	at += size_by(flags, FLAG_NOTICES, OTP_SLOT_NOTICES_SIZE);
	if (has(flags, FLAG_MOVED | FLAG_CAME))
		memcpy(at, state->move, OTP_ID_SIZE);
}

bool
otp_slots_has_standing(const uint8_t head[OTP_SLOTS_HEAD_SIZE])
{
	return has(
	    otp_get_u32(head + AT_FLAGS), FLAG_SUSPENDED | FLAG_EXEMPTION);
}

enum otp_err
otp_slots_init_image(
    const struct otp_state *state, uint8_t ret_file[OTP_SLOTS_FILE_SIZE])
{
	struct otp_slots slots = { .record = 1, .charge = 1 };
	struct otp_slot slot;
	enum otp_err err;

	memset(ret_file, 0, OTP_SLOTS_FILE_SIZE);
	err = otp_slots_record(&slots, state, &slot, &slots);
	if (err != OTP_OK)
		return err;
	memcpy(ret_file + slot.offset, slot.bytes, slot.size);
	slots.on_disk = true; /* the file is flushed before it has its name */
	err = otp_slots_charge(&slots, state, &slot, &slots);
	if (err != OTP_OK)
		return err;
	memcpy(ret_file + slot.offset, slot.bytes, slot.size);
	return OTP_OK;
}

/* Note the length of what is in SLOT, and put the checksum after it. */
static enum otp_err
seal(struct otp_slot *slot, uint32_t length)
{
	otp_put_u32(slot->bytes + AT_LENGTH, length);
	slot->size = length + OTP_DIGEST_SIZE;
	return otp_digest(slot->bytes, length, slot->bytes + length);
}

/* The head that both kinds of slots share, but for the length. */
static void
put_head(uint8_t *at, const char magic[], uint32_t flags, uint64_t generation)
{
	memcpy(at + AT_MAGIC, magic, 8);
	otp_put_u32(at + AT_VERSION, VERSION);
	otp_put_u32(at + AT_FLAGS, flags);
	otp_put_u64(at + AT_GENERATION, generation);
}
