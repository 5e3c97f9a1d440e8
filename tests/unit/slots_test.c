/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/sha.h>

#include "unit.h"
#include "common/core/digest.h"
#include "common/core/slots.h"

/*
 * The layout by its numbers, as the manual has it, and not by the names that
 * the code under test has for them.
 */
#define RECORD	      4096
#define RECORD_DIGEST 4064
#define CHARGES	      8192
#define CHARGE	      512
#define CHARGE_DIGEST 480

/* --- an OpenSSL that fails --- */

static unsigned digests;
static unsigned fail_at; /* the how-manieth; 0 = none */

enum otp_err __real_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);
enum otp_err __wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);

enum otp_err
__wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE])
{
	if (++digests == fail_at)
		return OTP_ERR_CRYPTO;
	return __real_otp_digest(data, size, ret_digest);
}

/* --- the file --- */

static void
number(uint8_t *at, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void
seal_record(uint8_t *file, unsigned slot)
{
	uint8_t *at = file + slot * RECORD;

	SHA256(at, RECORD_DIGEST, at + RECORD_DIGEST);
}

static void
seal_charge(uint8_t *file, unsigned slot)
{
	uint8_t *at = file + CHARGES + slot * CHARGE;

	SHA256(at, CHARGE_DIGEST, at + CHARGE_DIGEST);
}

static void
golden_occasion(
    uint8_t *at, uint64_t time, const char *service, const char *host)
{
	number(at, 8, time);
	memcpy(at + 8, service, strlen(service));
	memcpy(at + 40, host, strlen(host));
}

static void
golden_tally(uint8_t *at)
{
	number(at, 4, 7);
	number(at + 4, 4, 9);
	number(at + 8, 4, 2);
	number(at + 12, 4, 120);
	number(at + 16, 8, 1700000000);
	number(at + 24, 8, 1700000720);
	golden_occasion(at + 32, 1700000600, "sshd", "203.0.113.5");
}

/* A new file, byte for byte. */
static void
golden_file(uint8_t file[OTP_SLOTS_FILE_SIZE])
{
	uint8_t *charge = file + CHARGES;

	memset(file, 0, OTP_SLOTS_FILE_SIZE);
	memcpy(file, "OTPSTATE", 8);
	number(file + 8, 4, 1);	    /* version */
	number(file + 12, 4, 1);    /* flags: enrolled */
	number(file + 16, 8, 1);    /* generation */
	number(file + 24, 4, 1000); /* uid */
	number(file + 28, 4, 3);    /* untold */
	golden_tally(file + 32);
	golden_occasion(file + 168, 1699999999, "su", "");
	number(file + 272, 4, 2); /* credentials */

	memcpy(file + 280, "\1\2\3\4\5\6\7\10", 8);
	number(file + 288, 4, 1);
	number(file + 292, 4, (uint32_t)-30);
	number(file + 296, 8, 1700000010);
	number(file + 304, 8, 1690000000);
	number(file + 312, 8, 1699999999);

	memcpy(file + 328, "\21\22\23\24\25\26\27\30", 8);
	number(file + 336, 4, 2);
	number(file + 344, 8, UINT64_C(0xfedcba9876543210));
	number(file + 352, 8, 1690000001);
	seal_record(file, 0);

	memcpy(charge, "OTPCHARG", 8);
	number(charge + 8, 4, 1);  /* version */
	number(charge + 12, 4, 1); /* flags: the record is on disk */
	number(charge + 16, 8, 1); /* generation */
	memcpy(charge + 24, file + RECORD_DIGEST, 32);
	golden_tally(charge + 56);
	seal_charge(file, 0);
}

static struct otp_state
golden_state(void)
{
	struct otp_state state;

	memset(&state, 0, sizeof(state));
	state.enrolled = true;
	state.uid = 1000;
	state.untold = 3;
	state.tally.failures = 7;
	state.tally.month_failures = 9;
	state.tally.month_since = 1700000000;
	state.tally.replays = 2;
	state.tally.wait_length = 120;
	state.tally.wait_until = 1700000720;
	otp_occasion_set(
	    &state.tally.last_failure, 1700000600, "sshd", "203.0.113.5");
	otp_occasion_set(&state.last_success, 1699999999, "su", NULL);
	state.credentials_count = 2;
	state.credentials[0] = (struct otp_credential){
		.id = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.kind = OTP_TOTP,
		.drift = -30,
		.value = 1700000010,
		.created = 1690000000,
		.last_used = 1699999999,
	};
	state.credentials[1] = (struct otp_credential){
		.id = { 17, 18, 19, 20, 21, 22, 23, 24 },
		.kind = OTP_HOTP,
		.value = UINT64_C(0xfedcba9876543210),
		.created = 1690000001,
	};
	return state;
}

static void
assert_same_tally(const struct otp_tally *a, const struct otp_tally *b)
{
	assert_int_equal(a->failures, b->failures);
	assert_int_equal(a->month_failures, b->month_failures);
	assert_int_equal(a->month_since, b->month_since);
	assert_int_equal(a->replays, b->replays);
	assert_int_equal(a->wait_length, b->wait_length);
	assert_int_equal(a->wait_until, b->wait_until);
	assert_int_equal(a->last_failure.time, b->last_failure.time);
	assert_memory_equal(
	    a->last_failure.service, b->last_failure.service, OTP_SERVICE_SIZE);
	assert_memory_equal(
	    a->last_failure.host, b->last_failure.host, OTP_HOST_SIZE);
}

/* All but the generation. */
static void
assert_same_state(const struct otp_state *a, const struct otp_state *b)
{
	assert_int_equal(a->enrolled, b->enrolled);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->untold, b->untold);
	assert_same_tally(&a->tally, &b->tally);
	assert_int_equal(a->last_success.time, b->last_success.time);
	assert_memory_equal(
	    a->last_success.service, b->last_success.service, OTP_SERVICE_SIZE);
	assert_memory_equal(
	    a->last_success.host, b->last_success.host, OTP_HOST_SIZE);
	assert_int_equal(a->credentials_count, b->credentials_count);
	for (unsigned i = 0; i < a->credentials_count; i++) {
		const struct otp_credential *one = &a->credentials[i];
		const struct otp_credential *other = &b->credentials[i];

		assert_memory_equal(one->id, other->id, OTP_ID_SIZE);
		assert_int_equal(one->kind, other->kind);
		assert_int_equal(one->drift, other->drift);
		assert_true(one->value == other->value);
		assert_true(one->created == other->created);
		assert_true(one->last_used == other->last_used);
	}
}

/* What a store does: write the next slot into the file. */
struct image {
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	struct otp_state state;
	struct otp_slots slots;
};

static void
image_read(struct image *image)
{
	assert_int_equal(
	    otp_slots_read(image->file, &image->state, &image->slots), OTP_OK);
}

static void
image_make(struct image *image, const struct otp_state *state)
{
	assert_int_equal(otp_slots_fresh(state, image->file), OTP_OK);
	image_read(image);
}

static void
image_charge(struct image *image)
{
	struct otp_slot slot;

	assert_int_equal(otp_slots_charge(&image->slots, &image->state, &slot,
			     &image->slots),
	    OTP_OK);
	assert_int_equal(slot.size, CHARGE);
	memcpy(image->file + slot.offset, slot.bytes, slot.size);
}

static void
image_record(struct image *image)
{
	struct otp_slot slot;

	assert_int_equal(otp_slots_record(&image->slots, &image->state, &slot,
			     &image->slots),
	    OTP_OK);
	assert_int_equal(slot.size, RECORD);
	memcpy(image->file + slot.offset, slot.bytes, slot.size);
}

/* A commit: the record, flushed, and the charge that says so. */
static void
image_commit(struct image *image)
{
	image_record(image);
	assert_false(image->slots.on_disk);
	image->slots.on_disk = true;
	image_charge(image);
}

static void
assert_reads_as(const uint8_t *file, enum otp_err expected)
{
	struct otp_state state = { .uid = 4711 };
	struct otp_slots slots = { .record_generation = 4711 };

	assert_int_equal(otp_slots_read(file, &state, &slots), expected);
	if (expected == OTP_OK)
		return;
	assert_int_equal(state.uid, 4711);
	assert_int_equal(slots.record_generation, 4711);
}

static void
slots_fresh__makes_the_file_to_the_byte(void **unused)
{
	uint8_t want[OTP_SLOTS_FILE_SIZE], got[OTP_SLOTS_FILE_SIZE];
	const struct otp_state state = golden_state();

	(void)unused;
	golden_file(want);
	assert_int_equal(otp_slots_fresh(&state, got), OTP_OK);
	assert_memory_equal(got, want, sizeof(want));
}

static void
slots_fresh__writes_nothing_behind_the_last_credential(void **unused)
{
	uint8_t want[OTP_SLOTS_FILE_SIZE], got[OTP_SLOTS_FILE_SIZE];
	struct otp_state state = golden_state();

	(void)unused;
	golden_file(want);
	memset(&state.credentials[2], 0xee, sizeof(state.credentials[2]));
	assert_int_equal(otp_slots_fresh(&state, got), OTP_OK);
	assert_memory_equal(got, want, sizeof(want));
}

static void
slots_read__reads_the_file_to_the_byte(void **unused)
{
	struct image image;
	const struct otp_state want = golden_state();

	(void)unused;
	golden_file(image.file);
	image_read(&image);
	assert_same_state(&image.state, &want);
	assert_int_equal(image.state.generation, 1);
	assert_int_equal(image.slots.record, 0);
	assert_int_equal(image.slots.record_generation, 1);
	assert_int_equal(image.slots.charge, 0);
	assert_int_equal(image.slots.charge_generation, 1);
	assert_true(image.slots.on_disk);
	assert_memory_equal(
	    image.slots.record_digest, image.file + RECORD_DIGEST, 32);
}

/* Leave on the stack what the next call must not take for its own. */
static void
soil_stack(void)
{
	volatile uint8_t bytes[32768];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 0xee;
}

static void
slots_read__takes_nothing_behind_the_last_credential(void **unused)
{
	static const struct otp_credential none;
	struct image image;

	(void)unused;
	golden_file(image.file);
	soil_stack();
	image_read(&image);
	assert_int_equal(image.state.credentials_count, 2);
	for (unsigned i = 2; i < OTP_STATE_CREDENTIALS; i++)
		assert_memory_equal(
		    &image.state.credentials[i], &none, sizeof(none));
}

static void
random_text(uint64_t *seed, char *text, size_t size)
{
	size_t length = (size_t)unit_between(seed, 0, size - 1);

	memset(text, 0, size);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)unit_between(seed, 1, 255);
}

static void
random_occasion(uint64_t *seed, struct otp_occasion *occasion)
{
	occasion->time = (int64_t)(unit_random(seed) >> 1);
	random_text(seed, occasion->service, OTP_SERVICE_SIZE);
	random_text(seed, occasion->host, OTP_HOST_SIZE);
}

static void
random_tally(uint64_t *seed, struct otp_tally *tally)
{
	tally->failures = (uint32_t)unit_random(seed);
	tally->month_failures = (uint32_t)unit_random(seed);
	tally->month_since = (int64_t)(unit_random(seed) >> 1);
	tally->replays = (uint32_t)unit_random(seed);
	tally->wait_length = (uint32_t)unit_random(seed);
	tally->wait_until = (int64_t)(unit_random(seed) >> 1);
	random_occasion(seed, &tally->last_failure);
}

static void
random_state(uint64_t *seed, struct otp_state *state)
{
	memset(state, 0, sizeof(*state));
	state->enrolled = unit_random(seed) & 1;
	state->uid = (uint32_t)unit_random(seed);
	state->untold = (uint32_t)unit_random(seed);
	random_tally(seed, &state->tally);
	random_occasion(seed, &state->last_success);
	state->credentials_count =
	    (unsigned)unit_between(seed, 0, OTP_STATE_CREDENTIALS);
	for (unsigned i = 0; i < state->credentials_count; i++) {
		struct otp_credential *credential = &state->credentials[i];

		unit_fill(seed, credential->id, OTP_ID_SIZE);
		credential->kind = (enum otp_kind)unit_between(seed, 1, 3);
		credential->drift = (int32_t)(uint32_t)unit_random(seed);
		credential->value = unit_random(seed);
		credential->created = (int64_t)unit_random(seed);
		credential->last_used = (int64_t)unit_random(seed);
	}
}

static void
slots__read_back_every_state_they_wrote(void **unused)
{
	uint64_t seed = 40;
	struct image image;

	(void)unused;
	for (unsigned round = 0; round < 200; round++) {
		struct otp_state wrote;
		struct otp_tally tally;

		random_state(&seed, &wrote);
		image_make(&image, &wrote);
		assert_same_state(&image.state, &wrote);
		random_state(&seed, &image.state);
		wrote = image.state;
		image_commit(&image);
		image_read(&image);
		assert_same_state(&image.state, &wrote);
		assert_int_equal(image.state.generation, 2);
		random_tally(&seed, &tally);
		image.state.tally = tally;
		image_charge(&image);
		image_read(&image);
		assert_same_tally(&image.state.tally, &tally);
		assert_int_equal(image.state.untold, wrote.untold);
	}
}

static void
slots_read__takes_the_other_record_where_one_is_damaged(void **unused)
{
	struct otp_state state = golden_state();
	struct image image, damaged;

	(void)unused;
	image_make(&image, &state);
	image.state.uid = 2;
	image_commit(&image);
	for (unsigned i = 0; i < RECORD; i++) {
		damaged = image;
		damaged.file[RECORD + i] ^= 0x40; /* the one in force */
		image_read(&damaged);
		assert_int_equal(damaged.state.uid, 1000);
		assert_int_equal(damaged.slots.record, 0);
		damaged = image;
		damaged.file[i] ^= 0x40;
		image_read(&damaged);
		assert_int_equal(damaged.state.uid, 2);
		assert_int_equal(damaged.slots.record, 1);
	}
}

static void
slots_read__refuses_two_damaged_records(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	image_commit(&image);
	image.file[100]++;
	image.file[RECORD + 100]++;
	assert_reads_as(image.file, OTP_ERR_CHECKSUM);
	memset(image.file, 0, sizeof(image.file));
	assert_reads_as(image.file, OTP_ERR_CHECKSUM);
	memset(image.file, 0xff, sizeof(image.file));
	assert_reads_as(image.file, OTP_ERR_CHECKSUM);
}

static void
slots_read__refuses_two_records_of_one_generation(void **unused)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	golden_file(file);
	memcpy(file + RECORD, file, RECORD);
	assert_reads_as(file, OTP_ERR_CHECKSUM);
	file[RECORD + 24]++; /* of two, the whole one counts */
	assert_reads_as(file, OTP_OK);
	memcpy(file + RECORD, file, RECORD);
	file[24]++;
	assert_reads_as(file, OTP_OK);
}

/* Change a number of a record or charge, seal it, and read. */
static void
assert_number_is(
    unsigned at, unsigned size, uint64_t value, enum otp_err expected)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	golden_file(file);
	number(file + at, size, value);
	if (at < CHARGES) {
		seal_record(file, 0);
		memcpy(file + CHARGES + 24, file + RECORD_DIGEST, 32);
	}
	seal_charge(file, 0);
	assert_reads_as(file, expected);
}

static void
slots_read__refuses_what_it_does_not_know(void **unused)
{
	const unsigned tallies[] = { 32, CHARGES + 56 };

	(void)unused;
	assert_number_is(8, 4, 0, OTP_ERR_STATE_VERSION);
	assert_number_is(8, 4, 2, OTP_ERR_STATE_VERSION);
	assert_number_is(12, 4, 0, OTP_OK);
	assert_number_is(12, 4, 2, OTP_ERR_STATE_VERSION);
	assert_number_is(12, 4, UINT32_C(1) << 31, OTP_ERR_STATE_VERSION);
	assert_number_is(272, 4, 41, OTP_ERR_STATE_VERSION);
	assert_number_is(288, 4, 0, OTP_ERR_STATE_VERSION);
	assert_number_is(288, 4, 3, OTP_OK);
	assert_number_is(288, 4, 4, OTP_ERR_STATE_VERSION);
	assert_number_is(336, 4, 4, OTP_ERR_STATE_VERSION);
	assert_number_is(384, 4, 4, OTP_OK); /* behind the last credential */
	assert_number_is(168, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(168 + 39, 1, 'x', OTP_ERR_STATE_VERSION);
	assert_number_is(168 + 38, 1, 'x', OTP_OK);
	assert_number_is(168 + 103, 1, 'x', OTP_ERR_STATE_VERSION);
	assert_number_is(168 + 102, 1, 'x', OTP_OK);
	assert_number_is(CHARGES + 8, 4, 2, OTP_ERR_STATE_VERSION);
	assert_number_is(CHARGES + 12, 4, 0, OTP_OK);
	assert_number_is(CHARGES + 12, 4, 2, OTP_ERR_STATE_VERSION);
	for (unsigned i = 0; i < COUNT(tallies); i++) {
		const unsigned at = tallies[i];

		assert_number_is(
		    at + 16, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
		assert_number_is(
		    at + 24, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
		assert_number_is(
		    at + 32, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
		assert_number_is(at + 32 + 39, 1, 'x', OTP_ERR_STATE_VERSION);
		assert_number_is(at + 32 + 103, 1, 'x', OTP_ERR_STATE_VERSION);
	}
}

static void
slots_read__takes_forty_credentials(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	state.credentials_count = OTP_STATE_CREDENTIALS;
	for (unsigned i = 0; i < OTP_STATE_CREDENTIALS; i++) {
		state.credentials[i].kind = OTP_RECOVERY;
		state.credentials[i].value = i;
	}
	image_make(&image, &state);
	assert_same_state(&image.state, &state);
	/* the last one ends where the manual says */
	assert_int_equal(image.file[280 + 39 * 48 + 16], 39);
}

static void
slots_read__takes_a_charge_on_the_record_in_force(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	for (unsigned i = 0; i < 5; i++) {
		image.state.tally.failures = 50 + i;
		image_charge(&image);
		image_read(&image);
		assert_int_equal(image.state.tally.failures, 50 + i);
		assert_int_equal(image.slots.charge_generation, 2 + i);
		assert_int_equal(image.slots.charge, (1 + i) % 2);
		assert_true(image.slots.on_disk);
	}
}

static void
slots_read__takes_the_older_charge_where_the_newer_is_torn(void **unused)
{
	struct otp_state state = golden_state();
	struct image image, torn;

	(void)unused;
	image_make(&image, &state);
	image.state.tally.failures = 50;
	image_charge(&image); /* in slot 1 */
	image.state.tally.failures = 51;
	image_charge(&image); /* in slot 0 */
	for (unsigned i = 0; i < CHARGE; i++) {
		torn = image;
		torn.file[CHARGES + i] ^= 1;
		image_read(&torn);
		assert_int_equal(torn.state.tally.failures, 50);
		assert_int_equal(torn.slots.charge, 1);
	}
}

static void
slots_read__takes_no_charge_of_another_record(void **unused)
{
	struct otp_state state = golden_state();
	struct image image, before;

	(void)unused;
	image_make(&image, &state);
	image.state.tally.failures = 50;
	image_charge(&image);
	before = image;
	image.state.tally.failures = 0;
	image_record(&image); /* and died before it was noted */
	image_read(&image);
	assert_int_equal(image.state.tally.failures, 0);
	assert_false(image.slots.on_disk);
	/* The newest charge stays: its record may be what is on the disk. */
	assert_int_equal(image.slots.charge, before.slots.charge);
	image.state.tally.failures = 1;
	image_charge(&image);
	memset(image.file + RECORD, 0, RECORD); /* a power cut takes it back */
	image_read(&image);
	assert_int_equal(image.state.tally.failures, 50);
	assert_int_equal(image.slots.record, 0);
	/* The void one is newer, and is the one that is overwritten. */
	assert_int_equal(image.slots.charge, before.slots.charge);
	assert_int_equal(
	    image.slots.charge_generation, before.slots.charge_generation + 1);
	image.state.tally.failures = 51;
	image_charge(&image);
	image_read(&image);
	assert_int_equal(image.state.tally.failures, 51);
}

static void
slots_read__takes_the_records_tally_where_both_charges_are_torn(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	image.state.tally.failures = 50;
	image_charge(&image);
	image.file[CHARGES + 60]++;
	image.file[CHARGES + CHARGE + 60]++;
	image_read(&image);
	assert_int_equal(image.state.tally.failures, 7);
	assert_int_equal(image.slots.charge_generation, 0);
	assert_int_equal(image.slots.charge, 0);
	assert_false(image.slots.on_disk);
}

/* Whatever comes, the charge in force is not the slot that is written next. */
static void
slots_charge__never_overwrites_the_one_in_force(void **unused)
{
	struct otp_state state = golden_state();
	uint64_t seed = 512;
	struct image image;
	struct otp_slot slot;
	struct otp_slots next;

	(void)unused;
	image_make(&image, &state);
	for (unsigned i = 0; i < 300; i++) {
		struct image after;
		uint32_t failures = image.state.tally.failures;

		assert_int_equal(
		    otp_slots_charge(&image.slots, &image.state, &slot, &next),
		    OTP_OK);
		after = image; /* torn while it was written */
		memset(after.file + slot.offset, 0xee, slot.size);
		image_read(&after);
		assert_int_equal(after.state.tally.failures, failures);
		image.state.tally.failures = 100 + i;
		if (unit_random(&seed) % 3 == 0)
			image_commit(&image);
		else
			image_charge(&image);
		image_read(&image);
		assert_int_equal(image.state.tally.failures, 100 + i);
	}
}

static void
slots_record__never_overwrites_the_one_in_force(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;
	struct otp_slot slot;
	struct otp_slots next;

	(void)unused;
	image_make(&image, &state);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(
		    otp_slots_record(&image.slots, &image.state, &slot, &next),
		    OTP_OK);
		assert_int_equal(
		    slot.offset, (1 - image.slots.record) * RECORD);
		assert_false(next.on_disk);
		image.state.untold = i;
		image_commit(&image);
		image_read(&image);
		assert_int_equal(image.state.untold, i);
		assert_int_equal(image.slots.record_generation, 2 + i);
		assert_true(image.slots.on_disk);
	}
}

static void
slots__end_at_the_last_generation(void **unused)
{
	struct otp_state state = golden_state();
	struct otp_slots next = { .record = 9 };
	struct image image;
	struct otp_slot slot;

	(void)unused;
	image_make(&image, &state);
	image.slots.charge_generation = UINT64_MAX - 1;
	image.slots.record_generation = UINT64_MAX - 1;
	image_record(&image);
	image_charge(&image);
	image_read(&image);
	assert_true(image.slots.record_generation == UINT64_MAX);
	assert_true(image.slots.charge_generation == UINT64_MAX);
	assert_int_equal(
	    otp_slots_record(&image.slots, &image.state, &slot, &next),
	    OTP_ERR_LIMIT);
	assert_int_equal(
	    otp_slots_charge(&image.slots, &image.state, &slot, &next),
	    OTP_ERR_LIMIT);
	assert_int_equal(next.record, 9);
}

static void
slots_charge__says_whether_its_record_is_on_disk(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	image_record(&image);
	image_charge(&image);
	image_read(&image);
	assert_false(image.slots.on_disk);
	image.slots.on_disk = true;
	image_charge(&image);
	image_read(&image);
	assert_true(image.slots.on_disk);
}

/* What could not be digested is neither whole nor torn. */
static void
slots__say_so_where_no_digest_can_be_computed(void **unused)
{
	const struct otp_state golden = golden_state();
	uint8_t file[OTP_SLOTS_FILE_SIZE], made[OTP_SLOTS_FILE_SIZE];
	struct otp_state state;
	struct otp_slots slots, next;
	struct otp_slot slot;

	(void)unused;
	golden_file(file);
	for (unsigned torn = 0; torn < 2; torn++) {
		const unsigned calls = torn ? 4 : 3;

		if (torn) { /* the newer record, and the older is there */
			memcpy(file + RECORD, file, RECORD);
			number(file + RECORD + 16, 8, 2);
			memcpy(file + CHARGES + CHARGE, file + CHARGES, CHARGE);
		}
		digests = fail_at = 0;
		assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
		assert_int_equal(digests, calls);
		for (fail_at = 1; fail_at <= calls; fail_at++) {
			digests = 0;
			assert_int_equal(otp_slots_read(file, &state, &slots),
			    OTP_ERR_CRYPTO);
		}
	}
	for (fail_at = 1; fail_at <= 2; fail_at++) {
		digests = 0;
		assert_int_equal(
		    otp_slots_fresh(&golden, made), OTP_ERR_CRYPTO);
	}
	fail_at = 1;
	digests = 0;
	assert_int_equal(
	    otp_slots_charge(&slots, &state, &slot, &next), OTP_ERR_CRYPTO);
	digests = 0;
	assert_int_equal(
	    otp_slots_record(&slots, &state, &slot, &next), OTP_ERR_CRYPTO);
	fail_at = 0;
}

/* Settled: the charge in force owes nothing that the record does not. */
static void
slots_read__knows_whether_a_charge_is_settled(void **unused)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	struct otp_state state;
	struct otp_slots slots;

	(void)unused;
	golden_file(file);
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_true(slots.settled);
	number(file + CHARGES + 56, 4, 8); /* one failure more */
	seal_charge(file, 0);
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_false(slots.settled);
	golden_file(file);
	number(file + CHARGES + 56 + 24, 8, 1700000721); /* a later wait */
	seal_charge(file, 0);
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_false(slots.settled);
	file[CHARGES + CHARGE_DIGEST] ^= 1; /* no charge at all */
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_true(slots.settled);
	assert_false(slots.on_disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_fresh__makes_the_file_to_the_byte),
		cmocka_unit_test(
		    slots_fresh__writes_nothing_behind_the_last_credential),
		cmocka_unit_test(slots_read__reads_the_file_to_the_byte),
		cmocka_unit_test(
		    slots_read__takes_nothing_behind_the_last_credential),
		cmocka_unit_test(slots__read_back_every_state_they_wrote),
		cmocka_unit_test(
		    slots_read__takes_the_other_record_where_one_is_damaged),
		cmocka_unit_test(slots_read__refuses_two_damaged_records),
		cmocka_unit_test(
		    slots_read__refuses_two_records_of_one_generation),
		cmocka_unit_test(slots_read__refuses_what_it_does_not_know),
		cmocka_unit_test(slots_read__takes_forty_credentials),
		cmocka_unit_test(
		    slots_read__takes_a_charge_on_the_record_in_force),
		cmocka_unit_test(
		    slots_read__takes_the_older_charge_where_the_newer_is_torn),
		cmocka_unit_test(slots_read__takes_no_charge_of_another_record),
		cmocka_unit_test(
		    slots_read__takes_the_records_tally_where_both_charges_are_torn),
		cmocka_unit_test(
		    slots_charge__never_overwrites_the_one_in_force),
		cmocka_unit_test(
		    slots_record__never_overwrites_the_one_in_force),
		cmocka_unit_test(slots__end_at_the_last_generation),
		cmocka_unit_test(
		    slots_charge__says_whether_its_record_is_on_disk),
		cmocka_unit_test(slots__say_so_where_no_digest_can_be_computed),
		cmocka_unit_test(slots_read__knows_whether_a_charge_is_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
