/* SPDX-License-Identifier: BSD-2-Clause */
#include "slots.h"

#include <string.h>

#define VERSION	      1
#define FLAG_ENROLLED 1u /* of a record */
#define FLAG_ON_DISK  1u /* of a charge: the record it rests on is */

/* Where the parts of a record stand, in bytes; pam_otp_store(5) has them. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_FLAGS = 12,
	AT_GENERATION = 16,

	RECORD_UID = 24,
	RECORD_UNTOLD = 28,
	RECORD_TALLY = 32,
	RECORD_SUCCESS = 168,
	RECORD_COUNT = 272,
	RECORD_CREDENTIALS = 280,
	RECORD_DIGEST = OTP_SLOTS_RECORD_SIZE - OTP_DIGEST_SIZE,

	CHARGE_RECORD = 24, /* the checksum of the record it rests on */
	CHARGE_TALLY = 56,
	CHARGE_DIGEST = OTP_SLOTS_CHARGE_SIZE - OTP_DIGEST_SIZE,

	/* within a tally */
	TALLY_FAILURES = 0,
	TALLY_MONTH_FAILURES = 4,
	TALLY_REPLAYS = 8,
	TALLY_WAIT_LENGTH = 12,
	TALLY_MONTH_SINCE = 16,
	TALLY_WAIT_UNTIL = 24,
	TALLY_FAILURE = 32,

	/* within an occasion */
	OCCASION_TIME = 0,
	OCCASION_SERVICE = 8,
	OCCASION_HOST = 40,

	/* within a credential */
	CREDENTIAL_SIZE = 48,
	CREDENTIAL_ID = 0,
	CREDENTIAL_KIND = 8,
	CREDENTIAL_DRIFT = 12,
	CREDENTIAL_VALUE = 16,
	CREDENTIAL_CREATED = 24,
	CREDENTIAL_LAST_USED = 32,
};

_Static_assert(RECORD_CREDENTIALS + OTP_STATE_CREDENTIALS * CREDENTIAL_SIZE <=
	RECORD_DIGEST,
    "the credentials must fit into a record");

static const char record_magic[] = "OTPSTATE";
static const char charge_magic[] = "OTPCHARG";

static void
put_u32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void
put_u64(uint8_t *at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t
get_u32(const uint8_t *at)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)at[i] << (8 * i);
	return value;
}

static uint64_t
get_u64(const uint8_t *at)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

static int64_t
get_i64(const uint8_t *at)
{
	return (int64_t)get_u64(at);
}

/* A text that must end within its field. */
static bool
get_text(const uint8_t *at, char *text, size_t size)
{
	if (at[size - 1] != 0)
		return false;
	memcpy(text, at, size);
	return true;
}

static void
put_occasion(uint8_t *at, const struct otp_occasion *occasion)
{
	put_u64(at + OCCASION_TIME, (uint64_t)occasion->time);
	memcpy(at + OCCASION_SERVICE, occasion->service, OTP_SERVICE_SIZE);
	memcpy(at + OCCASION_HOST, occasion->host, OTP_HOST_SIZE);
}

static bool
get_occasion(const uint8_t *at, struct otp_occasion *occasion)
{
	occasion->time = get_i64(at + OCCASION_TIME);
	return occasion->time >= 0 &&
	    get_text(
		at + OCCASION_SERVICE, occasion->service, OTP_SERVICE_SIZE) &&
	    get_text(at + OCCASION_HOST, occasion->host, OTP_HOST_SIZE);
}

static void
put_tally(uint8_t *at, const struct otp_tally *tally)
{
	put_u32(at + TALLY_FAILURES, tally->failures);
	put_u32(at + TALLY_MONTH_FAILURES, tally->month_failures);
	put_u32(at + TALLY_REPLAYS, tally->replays);
	put_u32(at + TALLY_WAIT_LENGTH, tally->wait_length);
	put_u64(at + TALLY_MONTH_SINCE, (uint64_t)tally->month_since);
	put_u64(at + TALLY_WAIT_UNTIL, (uint64_t)tally->wait_until);
	put_occasion(at + TALLY_FAILURE, &tally->last_failure);
}

static bool
get_tally(const uint8_t *at, struct otp_tally *tally)
{
	tally->failures = get_u32(at + TALLY_FAILURES);
	tally->month_failures = get_u32(at + TALLY_MONTH_FAILURES);
	tally->replays = get_u32(at + TALLY_REPLAYS);
	tally->wait_length = get_u32(at + TALLY_WAIT_LENGTH);
	tally->month_since = get_i64(at + TALLY_MONTH_SINCE);
	tally->wait_until = get_i64(at + TALLY_WAIT_UNTIL);
	return tally->month_since >= 0 && tally->wait_until >= 0 &&
	    get_occasion(at + TALLY_FAILURE, &tally->last_failure);
}

static void
put_credential(uint8_t *at, const struct otp_credential *credential)
{
	memcpy(at + CREDENTIAL_ID, credential->id, OTP_ID_SIZE);
	put_u32(at + CREDENTIAL_KIND, (uint32_t)credential->kind);
	put_u32(at + CREDENTIAL_DRIFT, (uint32_t)credential->drift);
	put_u64(at + CREDENTIAL_VALUE, credential->value);
	put_u64(at + CREDENTIAL_CREATED, (uint64_t)credential->created);
	put_u64(at + CREDENTIAL_LAST_USED, (uint64_t)credential->last_used);
}

static bool
get_credential(const uint8_t *at, struct otp_credential *credential)
{
	uint32_t kind = get_u32(at + CREDENTIAL_KIND);

	if (kind != OTP_TOTP && kind != OTP_HOTP && kind != OTP_RECOVERY)
		return false;
	credential->kind = (enum otp_kind)kind;
	memcpy(credential->id, at + CREDENTIAL_ID, OTP_ID_SIZE);
	credential->drift = (int32_t)get_u32(at + CREDENTIAL_DRIFT);
	credential->value = get_u64(at + CREDENTIAL_VALUE);
	credential->created = get_i64(at + CREDENTIAL_CREATED);
	credential->last_used = get_i64(at + CREDENTIAL_LAST_USED);
	return true;
}

/* The head that both kinds of slots share. */
static void
put_head(uint8_t *at, const char magic[], uint32_t flags, uint64_t generation)
{
	memcpy(at + AT_MAGIC, magic, 8);
	put_u32(at + AT_VERSION, VERSION);
	put_u32(at + AT_FLAGS, flags);
	put_u64(at + AT_GENERATION, generation);
}

/* A slot that no write was torn in: right magic, right checksum. */
static enum otp_err
is_whole(
    const uint8_t *slot, const char magic[], size_t digest_at, bool *ret_whole)
{
	uint8_t digest[OTP_DIGEST_SIZE];
	enum otp_err err;

	err = otp_digest(slot, digest_at, digest);
	if (err == OTP_OK)
		*ret_whole = memcmp(slot + AT_MAGIC, magic, 8) == 0 &&
		    memcmp(digest, slot + digest_at, sizeof(digest)) == 0;
	return err;
}

static enum otp_err
decode_record(const uint8_t *slot, struct otp_state *ret_state)
{
	uint32_t flags = get_u32(slot + AT_FLAGS);
	uint32_t count = get_u32(slot + RECORD_COUNT);

	if (get_u32(slot + AT_VERSION) != VERSION ||
	    (flags & ~FLAG_ENROLLED) != 0 || count > OTP_STATE_CREDENTIALS)
		return OTP_ERR_STATE_VERSION;
	memset(ret_state, 0, sizeof(*ret_state));
	ret_state->generation = get_u64(slot + AT_GENERATION);
	ret_state->enrolled = (flags & FLAG_ENROLLED) != 0;
	ret_state->uid = get_u32(slot + RECORD_UID);
	ret_state->untold = get_u32(slot + RECORD_UNTOLD);
	ret_state->credentials_count = count;
	if (!get_tally(slot + RECORD_TALLY, &ret_state->tally) ||
	    !get_occasion(slot + RECORD_SUCCESS, &ret_state->last_success))
		return OTP_ERR_STATE_VERSION;
	for (unsigned i = 0; i < count; i++)
		if (!get_credential(
			slot + RECORD_CREDENTIALS + i * CREDENTIAL_SIZE,
			&ret_state->credentials[i]))
			return OTP_ERR_STATE_VERSION;
	return OTP_OK;
}

/*
 * Which record counts.  The one with the higher generation is looked at
 * first: it is nearly always whole, and then the other need not be digested.
 */
static enum otp_err
pick_record(const uint8_t *file, unsigned *ret_record)
{
	const uint8_t *slot[] = { file, file + OTP_SLOTS_RECORD_SIZE };
	uint64_t generation[] = { get_u64(slot[0] + AT_GENERATION),
		get_u64(slot[1] + AT_GENERATION) };
	unsigned first = generation[1] > generation[0] ? 1 : 0;
	bool whole = false, other = false;
	enum otp_err err;

	err = is_whole(slot[first], record_magic, RECORD_DIGEST, &whole);
	if (err != OTP_OK)
		return err;
	if (!whole || generation[0] == generation[1]) {
		err =
		    is_whole(slot[!first], record_magic, RECORD_DIGEST, &other);
		if (err != OTP_OK)
			return err;
	}
	if (whole == other) /* none, or two of one generation */
		return OTP_ERR_CHECKSUM;
	*ret_record = whole ? first : !first;
	return OTP_OK;
}

/* What there is to know of a charge slot; generation 0 where it is torn. */
struct charge {
	const uint8_t *slot;
	uint64_t generation;
	bool counts; /* it rests on the record in force */
};

static enum otp_err
read_charge(const uint8_t *slot, const struct otp_slots *slots,
    struct charge *ret_charge)
{
	bool whole = false;
	enum otp_err err = is_whole(slot, charge_magic, CHARGE_DIGEST, &whole);

	if (err != OTP_OK)
		return err;
	*ret_charge = (struct charge){ .slot = slot };
	if (!whole)
		return OTP_OK;
	if (get_u32(slot + AT_VERSION) != VERSION ||
	    (get_u32(slot + AT_FLAGS) & ~FLAG_ON_DISK) != 0)
		return OTP_ERR_STATE_VERSION;
	ret_charge->generation = get_u64(slot + AT_GENERATION);
	ret_charge->counts = memcmp(slot + CHARGE_RECORD, slots->record_digest,
				 OTP_DIGEST_SIZE) == 0;
	return OTP_OK;
}

/*
 * Find the charge that rests on the record in force and take its tally.  The
 * next charge goes where it destroys nothing that counts: not over the one in
 * force; where there is none, not over the newest, whose record may yet be
 * the one that a power cut brings back.
 */
static enum otp_err
apply_charges(
    const uint8_t *file, struct otp_slots *slots, struct otp_state *state)
{
	const struct otp_tally recorded = state->tally;
	struct charge charges[2];
	unsigned newest = 0;
	const struct charge *in_force;
	enum otp_err err;

	for (unsigned i = 0; i < 2; i++) {
		err = read_charge(
		    file + OTP_SLOTS_CHARGE_OFFSET + i * OTP_SLOTS_CHARGE_SIZE,
		    slots, &charges[i]);
		if (err != OTP_OK)
			return err;
	}
	if (charges[1].generation > charges[0].generation)
		newest = 1;
	slots->charge_generation = charges[newest].generation;
	slots->charge = charges[newest].counts || !charges[!newest].counts
	    ? newest
	    : !newest;
	slots->settled = true;
	in_force = &charges[slots->charge];
	if (!in_force->counts)
		return OTP_OK;
	slots->on_disk =
	    (get_u32(in_force->slot + AT_FLAGS) & FLAG_ON_DISK) != 0;
	if (!get_tally(in_force->slot + CHARGE_TALLY, &state->tally))
		return OTP_ERR_STATE_VERSION;
	slots->settled = state->tally.failures == recorded.failures &&
	    state->tally.wait_until == recorded.wait_until;
	return OTP_OK;
}

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
	memcpy(slots.record_digest, record + RECORD_DIGEST, OTP_DIGEST_SIZE);
	err = apply_charges(file, &slots, &state);
	if (err != OTP_OK)
		return err;
	*ret_state = state;
	*ret_slots = slots;
	return OTP_OK;
}

enum otp_err
otp_slots_charge(const struct otp_slots *slots, const struct otp_state *state,
    struct otp_slot *ret_slot, struct otp_slots *ret_next)
{
	struct otp_slots next = *slots;
	uint8_t *bytes = ret_slot->bytes;

	if (slots->charge_generation == UINT64_MAX)
		return OTP_ERR_LIMIT;
	next.charge = !slots->charge;
	next.charge_generation++;

	memset(ret_slot, 0, sizeof(*ret_slot));
	ret_slot->offset =
	    OTP_SLOTS_CHARGE_OFFSET + next.charge * OTP_SLOTS_CHARGE_SIZE;
	ret_slot->size = OTP_SLOTS_CHARGE_SIZE;
	put_head(bytes, charge_magic, slots->on_disk ? FLAG_ON_DISK : 0,
	    next.charge_generation);
	memcpy(bytes + CHARGE_RECORD, slots->record_digest, OTP_DIGEST_SIZE);
	put_tally(bytes + CHARGE_TALLY, &state->tally);
	*ret_next = next;
	return otp_digest(bytes, CHARGE_DIGEST, bytes + CHARGE_DIGEST);
}

enum otp_err
otp_slots_record(const struct otp_slots *slots, const struct otp_state *state,
    struct otp_slot *ret_slot, struct otp_slots *ret_next)
{
	struct otp_slots next = *slots;
	/* cppcheck-suppress ctuuninitvar; it is what is filled here */
	uint8_t *bytes = ret_slot->bytes;
	enum otp_err err;

	if (slots->record_generation == UINT64_MAX)
		return OTP_ERR_LIMIT;
	next.record = !slots->record;
	next.record_generation++;
	next.on_disk = false;

	memset(ret_slot, 0, sizeof(*ret_slot));
	ret_slot->offset = next.record * OTP_SLOTS_RECORD_SIZE;
	ret_slot->size = OTP_SLOTS_RECORD_SIZE;
	put_head(bytes, record_magic, state->enrolled ? FLAG_ENROLLED : 0,
	    next.record_generation);
	put_u32(bytes + RECORD_UID, state->uid);
	put_u32(bytes + RECORD_UNTOLD, state->untold);
	put_tally(bytes + RECORD_TALLY, &state->tally);
	put_occasion(bytes + RECORD_SUCCESS, &state->last_success);
	put_u32(bytes + RECORD_COUNT, state->credentials_count);
	for (unsigned i = 0; i < state->credentials_count; i++)
		put_credential(bytes + RECORD_CREDENTIALS + i * CREDENTIAL_SIZE,
		    &state->credentials[i]);
	err = otp_digest(bytes, RECORD_DIGEST, bytes + RECORD_DIGEST);
	if (err != OTP_OK)
		return err;
	memcpy(next.record_digest, bytes + RECORD_DIGEST, OTP_DIGEST_SIZE);
	*ret_next = next;
	return OTP_OK;
}

enum otp_err
otp_slots_fresh(
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
	slots.on_disk = true; /* before the file has a name, it is flushed */
	err = otp_slots_charge(&slots, state, &slot, &slots);
	if (err != OTP_OK)
		return err;
	memcpy(ret_file + slot.offset, slot.bytes, slot.size);
	return OTP_OK;
}
