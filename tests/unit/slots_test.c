/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/sha.h>

#include "tests/unit/unit.h"
#include "common/core/digest.h"
#include "common/core/slots.h"

/*
 * The layout by its numbers, as the manual has it, and not by the names that
 * the code under test has for them.
 */
#define RECORD	      8192
#define RECORD_DIGEST 792 /* of two credentials, a device and sends */
#define CHARGES	      16384
#define CHARGE	      1024
#define CHARGE_DIGEST 208
#define DIGEST	      32

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
	number(at + 32, 8, 1700000500);
	golden_occasion(at + 40, 1700000600, "sshd", "203.0.113.5");
}

/* A new file, byte for byte. */
static void
golden_file(uint8_t file[OTP_SLOTS_FILE_SIZE])
{
	uint8_t *charge = file + CHARGES;

	memset(file, 0, OTP_SLOTS_FILE_SIZE);
	memcpy(file, "OTPSTATE", 8);
	number(file + 8, 4, 1);	    /* version */
	number(file + 12, 4, 21);   /* flags: enrolled, forgotten, sends */
	number(file + 16, 8, 1);    /* generation */
	number(file + 24, 4, 792);  /* length */
	number(file + 32, 4, 1000); /* uid */
	number(file + 36, 4, 3);    /* unreported */
	number(file + 40, 8, 1680000000);
	golden_occasion(file + 48, 1699999999, "su", "");
	memcpy(file + 152, "\1\2\3\4\5\6\7\10", 8);
	number(file + 160, 4, 1);
	number(file + 164, 4, 12345678);
	number(file + 168, 8, 56666667);
	memcpy(file + 320, "\21\22\23\24\25\26\27\30", 8);
	number(file + 328, 4, 2);
	number(file + 336, 8, UINT64_C(0xfedcba987654320f));
	golden_tally(file + 344);
	number(file + 488, 4, 2); /* credentials */
	number(file + 492, 4, 1); /* devices */

	memcpy(file + 496, "\1\2\3\4\5\6\7\10", 8);
	number(file + 504, 4, 1);
	number(file + 508, 4, (uint32_t)-30);
	number(file + 512, 8, 1700000010);
	number(file + 520, 8, 1690000000);
	number(file + 528, 8, 1699999999);

	memcpy(file + 544, "\21\22\23\24\25\26\27\30", 8);
	number(file + 552, 4, 2);
	number(file + 560, 8, UINT64_C(0xfedcba9876543210));
	number(file + 568, 8, 1690000001);

	memcpy(file + 592, "\61\62\63\64\65\66\67\70", 8);
	memset(file + 600, 0xd1, 16);
	number(file + 616, 8, 1699999999);
	number(file + 624, 8, 1701209599);

	memcpy(file + 632, "\101\102\103\104\105\106\107\110", 8);
	number(file + 640, 8, UINT64_C(1699999990001));
	number(file + 648, 8, 1699999990);
	memcpy(file + 656, "\121\122\123\124\125\126\127\130", 8);
	number(file + 760, 8, UINT64_C(1699999991000));
	number(file + 768, 8, 1699999000);
	number(file + 776, 8, 1699990000);
	number(file + 784, 4, 2);
	number(file + 788, 4, 9);
	seal_record(file, 0);

	memcpy(charge, "OTPCHARG", 8);
	number(charge + 8, 4, 1);    /* version */
	number(charge + 12, 4, 1);   /* flags: the record is on disk */
	number(charge + 16, 8, 1);   /* generation */
	number(charge + 24, 4, 208); /* length */
	memcpy(charge + 32, file + RECORD_DIGEST, 32);
	golden_tally(charge + 64);
	seal_charge(file, 0);
}

static struct otp_state
golden_state(void)
{
	struct otp_state state;

	memset(&state, 0, sizeof(state));
	state.enrolled = state.forgotten = true;
	state.uid = 1000;
	state.unreported = 3;
	state.tally.failures = 7;
	state.tally.month_failures = 9;
	state.tally.month_since = 1700000000;
	state.tally.replays = 2;
	state.tally.wait_length = 120;
	state.tally.wait_until = 1700000720;
	state.tally.last_replay = 1700000500;
	otp_login_mark_set(
	    &state.tally.last_failure, 1700000600, "sshd", "203.0.113.5");
	otp_login_mark_set(&state.last_success, 1699999999, "su", NULL);
	state.recovery_made = 1680000000;
	state.accepted[0] = (struct otp_accepted){
		.id = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.kind = OTP_TOTP,
		.value = 12345678,
		.moving = 56666667,
	};
	state.accepted[7] = (struct otp_accepted){
		.id = { 17, 18, 19, 20, 21, 22, 23, 24 },
		.kind = OTP_HOTP,
		.moving = UINT64_C(0xfedcba987654320f),
	};
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
	memcpy(state.devices_of, "\61\62\63\64\65\66\67\70", OTP_ID_SIZE);
	state.devices.count = 1;
	memset(state.devices.list[0].id, 0xd1, OTP_DEVICE_ID_SIZE);
	state.devices.list[0].created = 1699999999;
	state.devices.list[0].expires = 1701209599;
	state.sends = (struct otp_sends){
		.last = { { .address = "ABCDEFGH",
		    .moment = UINT64_C(1699999990001),
		    .time = 1699999990,
		    .occasion = "QRSTUVWX" } },
		.moment = UINT64_C(1699999991000),
		.hour_since = 1699999000,
		.day_since = 1699990000,
		.hour = 2,
		.day = 9,
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
	assert_int_equal(a->last_replay, b->last_replay);
	assert_int_equal(a->last_failure.time, b->last_failure.time);
	assert_memory_equal(
	    a->last_failure.service, b->last_failure.service, OTP_SERVICE_SIZE);
	assert_memory_equal(
	    a->last_failure.host, b->last_failure.host, OTP_HOST_SIZE);
	assert_int_equal(a->told, b->told);
	assert_memory_equal(&a->notices, &b->notices, sizeof(a->notices));
}

/* All but the generation. */
static void
assert_same_state(const struct otp_state *a, const struct otp_state *b)
{
	assert_int_equal(a->enrolled, b->enrolled);
	assert_int_equal(a->suspended, b->suspended);
	assert_memory_equal(&a->exemption, &b->exemption, sizeof(a->exemption));
	assert_int_equal(a->forgotten, b->forgotten);
	assert_int_equal(a->moved, b->moved);
	assert_memory_equal(a->move, b->move, OTP_ID_SIZE);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->unreported, b->unreported);
	assert_same_tally(&a->tally, &b->tally);
	assert_same_tally(&a->others, &b->others);
	assert_int_equal(a->last_success.time, b->last_success.time);
	assert_memory_equal(
	    a->last_success.service, b->last_success.service, OTP_SERVICE_SIZE);
	assert_memory_equal(
	    a->last_success.host, b->last_success.host, OTP_HOST_SIZE);
	assert_int_equal(a->recovery_made, b->recovery_made);
	assert_memory_equal(a->accepted, b->accepted, sizeof(a->accepted));
	assert_memory_equal(a->devices_of, b->devices_of, OTP_ID_SIZE);
	assert_memory_equal(&a->devices, &b->devices, sizeof(a->devices));
	assert_memory_equal(&a->sends, &b->sends, sizeof(a->sends));
	assert_int_equal(a->own_code.time, b->own_code.time);
	assert_memory_equal(a->own_code.mark, b->own_code.mark, OTP_ID_SIZE);
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
	assert_int_equal(otp_slots_init_image(state, image->file), OTP_OK);
	image_read(image);
}

static void
image_charge(struct image *image)
{
	struct otp_slot slot;

	memset(&slot, 0xee, sizeof(slot));
	assert_int_equal(otp_slots_charge(&image->slots, &image->state, &slot,
			     &image->slots),
	    OTP_OK);
	assert_int_equal(slot.size,
	    CHARGE_DIGEST + (otp_state_has_others(&image->state) ? 152 : 0) +
		(otp_notices_are_there(&image->state.tally.notices) ? 96 : 0) +
		DIGEST);
	memcpy(image->file + slot.offset, slot.bytes, slot.size);
}

static void
image_record(struct image *image)
{
	struct otp_slot slot;

	memset(&slot, 0xee, sizeof(slot));
	assert_int_equal(otp_slots_record(&image->slots, &image->state, &slot,
			     &image->slots),
	    OTP_OK);
	assert_int_equal(slot.size,
	    496 + 48 * image->state.credentials_count +
		(image->state.devices.count > 0
			? 8 + 32 * image->state.devices.count
			: 0) +
		(image->state.sends.moment != 0 ? 160 : 0) +
		(image->state.own_code.time != 0 ? 16 : 0) +
		(otp_state_has_others(&image->state) ? 152 : 0) +
		(image->state.exemption.until != 0 ? 136 : 0) +
		(otp_notices_are_there(&image->state.tally.notices) ? 96 : 0) +
		(memcmp(image->state.move, (uint8_t[8]){ 0 }, 8) != 0 ? 8 : 0) +
		DIGEST);
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
	assert_int_equal(otp_slots_init_image(&state, got), OTP_OK);
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
	assert_int_equal(otp_slots_init_image(&state, got), OTP_OK);
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
	assert_int_equal(image.slots.record_size, RECORD_DIGEST + DIGEST);
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
random_occasion(uint64_t *seed, struct otp_login_mark *occasion)
{
	occasion->time = (int64_t)(unit_random(seed) >> 1);
	random_text(seed, occasion->service, OTP_SERVICE_SIZE);
	random_text(seed, occasion->host, OTP_HOST_SIZE);
}

static void
random_notices(uint64_t *seed, struct otp_notices *notices)
{
	notices->wrong.since = (int64_t)(unit_random(seed) >> 1 | 1);
	notices->wrong.codes = unit_random(seed);
	notices->delay.since = (int64_t)(unit_random(seed) >> 1);
	notices->delay.codes = unit_random(seed);
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++) {
		unit_fill(seed, notices->hosts[i].id, OTP_ID_SIZE);
		notices->hosts[i].time = (int64_t)(unit_random(seed) >> 1);
	}
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
	tally->last_replay = (int64_t)(unit_random(seed) >> 1);
	random_occasion(seed, &tally->last_failure);
	memset(&tally->notices, 0, sizeof(tally->notices));
	if (unit_random(seed) & 1)
		random_notices(seed, &tally->notices);
}

static void
random_others(uint64_t *seed, struct otp_tally *others)
{
	memset(others, 0, sizeof(*others));
	random_tally(seed, others);
	memset(&others->notices, 0, sizeof(others->notices));
	others->told = (uint32_t)unit_between(seed, 0, others->failures);
}

static void
random_sends(uint64_t *seed, struct otp_sends *sends)
{
	sends->moment = unit_between(seed, 1, UINT64_MAX - 1);
	sends->hour_since = (int64_t)(unit_random(seed) >> 1);
	sends->day_since = (int64_t)(unit_random(seed) >> 1);
	sends->hour = (uint32_t)unit_random(seed);
	sends->day = (uint32_t)unit_random(seed);
	for (unsigned i = 0; i < OTP_SENDS; i++) {
		struct otp_send *send = &sends->last[i];

		unit_fill(seed, send->address, OTP_ID_SIZE);
		send->moment = unit_between(seed, 0, sends->moment);
		send->time = (int64_t)(unit_random(seed) >> 1);
		unit_fill(seed, send->occasion, OTP_OCCASION_SIZE);
	}
}

static void
random_state(uint64_t *seed, struct otp_state *state)
{
	memset(state, 0, sizeof(*state));
	state->enrolled = unit_random(seed) & 1;
	state->suspended = unit_random(seed) & 1;
	if (unit_random(seed) & 1) {
		state->exemption.until = (int64_t)(unit_random(seed) >> 2) + 1;
		random_text(seed, state->exemption.reason, OTP_EXEMPTION_SIZE);
	}
	state->forgotten = unit_random(seed) & 1;
	state->recovery_made = (int64_t)(unit_random(seed) >> 1);
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		unit_fill(seed, state->accepted[i].id, OTP_ID_SIZE);
		state->accepted[i].kind = (uint32_t)unit_between(seed, 0, 3);
		if (state->accepted[i].kind == 3)
			state->accepted[i].kind = OTP_DELIVERED;
		state->accepted[i].value = (uint32_t)unit_random(seed);
		state->accepted[i].moving = unit_random(seed);
	}
	state->devices.count = (unsigned)unit_between(seed, 0, OTP_DEVICES);
	if (state->devices.count > 0)
		unit_fill(seed, state->devices_of, OTP_ID_SIZE);
	for (unsigned i = 0; i < state->devices.count; i++) {
		struct otp_device *device = &state->devices.list[i];

		unit_fill(seed, device->id, OTP_DEVICE_ID_SIZE);
		device->created = (int64_t)(unit_random(seed) >> 2);
		device->expires =
		    device->created + 1 + (int64_t)(unit_random(seed) >> 2);
	}
	if (unit_random(seed) & 1)
		random_sends(seed, &state->sends);
	if (unit_random(seed) & 1) {
		state->own_code.time = (int64_t)(unit_random(seed) >> 1 | 1);
		unit_fill(seed, state->own_code.mark, OTP_ID_SIZE);
	}
	state->moved = (unit_random(seed) & 1) != 0;
	if (state->moved || unit_random(seed) & 1)
		unit_fill(seed, state->move, OTP_ID_SIZE);
	state->uid = (uint32_t)unit_random(seed);
	state->unreported = (uint32_t)unit_random(seed);
	random_tally(seed, &state->tally);
	if (unit_random(seed) & 1)
		random_others(seed, &state->others);
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

		random_state(&seed, &wrote);
		image_make(&image, &wrote);
		assert_same_state(&image.state, &wrote);
		random_state(&seed, &image.state);
		wrote = image.state;
		image_commit(&image);
		image_read(&image);
		assert_same_state(&image.state, &wrote);
		assert_int_equal(image.state.generation, 2);
		random_tally(&seed, &wrote.tally);
		memset(&wrote.others, 0, sizeof(wrote.others));
		if (unit_random(&seed) & 1)
			random_others(&seed, &wrote.others);
		image.state.tally = wrote.tally;
		image.state.others = wrote.others;
		image_charge(&image);
		image_read(&image);
		assert_same_state(&image.state, &wrote);
		assert_int_equal(image.state.unreported, wrote.unreported);
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
	for (unsigned i = 0; i < RECORD_DIGEST + DIGEST; i++) {
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
	file[RECORD + 32]++; /* of two, the whole one counts */
	assert_reads_as(file, OTP_OK);
	memcpy(file + RECORD, file, RECORD);
	file[32]++;
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
		memcpy(file + CHARGES + 32, file + RECORD_DIGEST, 32);
	}
	seal_charge(file, 0);
	assert_reads_as(file, expected);
}

static void
slots_read__refuses_what_it_does_not_know(void **unused)
{
	const unsigned tallies[] = { 344, CHARGES + 64 };

	(void)unused;
	assert_number_is(8, 4, 0, OTP_ERR_STATE_VERSION);
	assert_number_is(8, 4, 2, OTP_ERR_STATE_VERSION);
	for (unsigned flags = 0; flags < 8; flags++)
		assert_number_is(12, 4, flags | 16, OTP_OK);
	assert_number_is(12, 4, 16 + 8, OTP_ERR_STATE_VERSION); /* too short */
	assert_number_is(12, 4, 16 + 512, OTP_ERR_STATE_VERSION);
	assert_number_is(12, 4, UINT32_C(1) << 31 | 16, OTP_ERR_STATE_VERSION);
	assert_number_is(40, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(160, 4, 0, OTP_OK);
	assert_number_is(160, 4, 3, OTP_ERR_STATE_VERSION);
	assert_number_is(160, 4, 4, OTP_OK);
	assert_number_is(160, 4, 5, OTP_ERR_STATE_VERSION);
	assert_number_is(328, 4, 3, OTP_ERR_STATE_VERSION);
	assert_number_is(488, 4, 73, OTP_ERR_STATE_VERSION);
	assert_number_is(504, 4, 0, OTP_ERR_STATE_VERSION);
	assert_number_is(504, 4, 3, OTP_OK);
	assert_number_is(504, 4, 4, OTP_ERR_STATE_VERSION);
	assert_number_is(552, 4, 4, OTP_ERR_STATE_VERSION);
	assert_number_is(48, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(48 + 39, 1, 'x', OTP_ERR_STATE_VERSION);
	assert_number_is(48 + 38, 1, 'x', OTP_OK);
	assert_number_is(48 + 103, 1, 'x', OTP_ERR_STATE_VERSION);
	assert_number_is(48 + 102, 1, 'x', OTP_OK);
	assert_number_is(CHARGES + 8, 4, 2, OTP_ERR_STATE_VERSION);
	assert_number_is(CHARGES + 12, 4, 0, OTP_OK);
	assert_number_is(CHARGES + 12, 4, 2, OTP_ERR_STATE_VERSION);
	assert_number_is(CHARGES + 12, 4, 9, OTP_OK);
	assert_number_is(CHARGES + 12, 4, 17, OTP_ERR_STATE_VERSION);
	for (unsigned i = 0; i < COUNT(tallies); i++) {
		const unsigned at = tallies[i];

		for (unsigned time = 16; time <= 40; time += 8)
			assert_number_is(at + time, 8, UINT64_C(1) << 63,
			    OTP_ERR_STATE_VERSION);
		assert_number_is(at + 40 + 39, 1, 'x', OTP_ERR_STATE_VERSION);
		assert_number_is(at + 40 + 103, 1, 'x', OTP_ERR_STATE_VERSION);
	}
}

/* Sends have a flag, and none is later than the highest moment. */
static void
slots_read__refuses_sends_that_cannot_be(void **unused)
{
	(void)unused;
	assert_number_is(12, 4, 5, OTP_ERR_STATE_VERSION);
	assert_number_is(640, 8, UINT64_C(1699999991000), OTP_OK);
	assert_number_is(
	    640, 8, UINT64_C(1699999991001), OTP_ERR_STATE_VERSION);
	assert_number_is(640 + 96, 8, 1, OTP_OK);
	assert_number_is(640 + 96, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(648, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(648 + 96, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(640, 8, 0, OTP_OK);
	assert_number_is(760, 8, 0, OTP_ERR_STATE_VERSION);
	assert_number_is(768, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(776, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
}

/* To write a slot without what a later version keeps would be to forget it. */
static void
slots_read__refuses_what_is_for_a_later_version(void **unused)
{
	(void)unused;
	assert_number_is(12, 4, 16 + 9, OTP_ERR_STATE_VERSION);
	assert_number_is(492, 4, 0, OTP_ERR_STATE_VERSION);
	assert_number_is(492, 4, 9, OTP_ERR_STATE_VERSION);
	assert_number_is(592, 8, 0, OTP_OK);
	assert_number_is(616, 8, UINT64_C(1) << 63, OTP_ERR_STATE_VERSION);
	assert_number_is(616, 8, 0, OTP_OK);
	assert_number_is(624, 8, 1699999999, OTP_ERR_STATE_VERSION);
	assert_number_is(624, 8, 1700000000, OTP_OK);
	assert_number_is(CHARGES + 12, 4, 3, OTP_ERR_STATE_VERSION);
	for (unsigned at = 28; at < 32; at++) { /* these have no meaning */
		assert_number_is(at, 1, 1, OTP_OK);
		assert_number_is(CHARGES + at, 1, 1, OTP_OK);
	}
}

/* Say that LENGTH bytes are in use, and put a right checksum after them. */
static void
set_length(uint8_t *slot, uint32_t length)
{
	number(slot + 24, 4, length);
	SHA256(slot, length, slot + length);
}

/* A record's own length is judged first, then what its number makes. */
static void
slots_read__refuses_any_length_but_its_own(void **unused)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	for (uint32_t length = 400; length <= RECORD - DIGEST; length++) {
		golden_file(file);
		set_length(file, length);
		if (length == RECORD_DIGEST)
			assert_reads_as(file, OTP_OK);
		else
			assert_reads_as(file,
			    length < 496 ? OTP_ERR_CHECKSUM
					 : OTP_ERR_STATE_VERSION);
	}
	for (uint32_t length = 100; length <= CHARGE - DIGEST; length++) {
		golden_file(file);
		set_length(file + CHARGES, length);
		assert_reads_as(file,
		    length < CHARGE_DIGEST || length == CHARGE_DIGEST
			? OTP_OK /* torn, or as it should be */
			: OTP_ERR_STATE_VERSION);
	}
}

/* A record that is right but for how many credentials and devices it has. */
static enum otp_err
read_record_of(unsigned credentials, unsigned devices)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE], sends[160];
	struct otp_state state;
	struct otp_slots slots;
	uint32_t at = 496;

	golden_file(file);
	memcpy(sends, file + 632, sizeof(sends));
	number(file + 488, 4, credentials);
	number(file + 492, 4, devices);
	for (unsigned i = 0; i < credentials; i++, at += 48)
		number(file + at + 8, 4, 1);
	at += 8;
	for (unsigned i = 0; i < devices; i++, at += 32) {
		number(file + at + 16, 8, 1);
		number(file + at + 24, 8, 2);
	}
	memcpy(file + at, sends, sizeof(sends));
	set_length(file, at + sizeof(sends));
	return otp_slots_read(file, &state, &slots);
}

static void
slots_read__refuses_more_than_there_is_room_for(void **unused)
{
	(void)unused;
	assert_int_equal(read_record_of(72, 8), OTP_OK);
	assert_int_equal(read_record_of(73, 8), OTP_ERR_STATE_VERSION);
	assert_int_equal(read_record_of(72, 9), OTP_ERR_STATE_VERSION);
}

/* A torn length leads neither out of the slot nor to a digest. */
static void
slots_read__digests_nothing_of_an_impossible_length(void **unused)
{
	static const uint32_t lengths[] = { 0, 495, 8161, 8192, 20480,
		UINT32_C(1) << 31, UINT32_MAX };
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	for (unsigned i = 0; i < COUNT(lengths); i++) {
		golden_file(file);
		memcpy(file + RECORD, file, RECORD);
		number(file + 24, 4, lengths[i]);
		number(file + RECORD + 24, 4, lengths[i]);
		digests = 0;
		assert_reads_as(file, OTP_ERR_CHECKSUM);
		assert_int_equal(digests, 0);
	}
	golden_file(file);
	file[0] ^= 1; /* nor of another magic */
	digests = 0;
	assert_reads_as(file, OTP_ERR_CHECKSUM);
	assert_int_equal(digests, 0);
}

/* What an earlier, longer record left after the checksum. */
static void
slots_read__looks_at_nothing_past_the_checksum(void **unused)
{
	const struct otp_state want = golden_state();
	struct image image;

	(void)unused;
	golden_file(image.file);
	memset(image.file + RECORD_DIGEST + DIGEST, 0xee,
	    RECORD - RECORD_DIGEST - DIGEST);
	memset(image.file + CHARGES + CHARGE_DIGEST + DIGEST, 0xee,
	    CHARGE - CHARGE_DIGEST - DIGEST);
	image_read(&image);
	assert_same_state(&image.state, &want);
}

static void
slots_read__takes_72_credentials(void **unused)
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
	assert_int_equal(image.file[496 + 71 * 48 + 16], 71);
	assert_memory_equal(image.file + 496 + 72 * 48 + 8,
	    state.devices.list[0].id, OTP_DEVICE_ID_SIZE);
}

/* The last code that the owner gave comes after all else. */
static void
slots_read__takes_an_own_code(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;
	uint8_t *own = image.file + 792;

	(void)unused;
	state.own_code = (struct otp_own_code){ .time = 1699999993 };
	memcpy(state.own_code.mark, "owncodes", OTP_ID_SIZE);
	image_make(&image, &state);
	assert_same_state(&image.state, &state);
	assert_int_equal(image.file[12] & 32, 32);
	assert_memory_equal(own, "\xf9\xf0\x53\x65\0\0\0\0owncodes", 16);
	number(own, 8, 1);
	SHA256(image.file, image.file[24] | (size_t)image.file[25] << 8,
	    image.file + (image.file[24] | (size_t)image.file[25] << 8));
	assert_reads_as(image.file, OTP_OK);
	number(own, 8, 0); /* it was never */
	SHA256(image.file, image.file[24] | (size_t)image.file[25] << 8,
	    image.file + (image.file[24] | (size_t)image.file[25] << 8));
	assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
	number(own, 8, UINT64_MAX); /* before 1970 */
	SHA256(image.file, image.file[24] | (size_t)image.file[25] << 8,
	    image.file + (image.file[24] | (size_t)image.file[25] << 8));
	assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
}

static struct otp_notices
golden_notices(void)
{
	return (struct otp_notices){
		.wrong = { 1699999994, 3 },
		.delay = { 1699999995, UINT64_C(0x0102030405060708) },
		.hosts = { { "HOSTONE1", 1699999996 }, { "HOSTTWO2", 7 } },
	};
}

/* SLOT begins with a head, and ends with so many bytes of notices. */
static void
assert_notices_are_refused(struct image *image, uint8_t *slot, size_t at)
{
	const size_t length = slot[24] | (size_t)slot[25] << 8;
	const size_t negative[] = { 0, 16, 32 + 8, 32 + 3 * 16 + 8 };
	uint8_t before[96];

	assert_memory_equal(slot + at, "\xfa\xf0\x53\x65\0\0\0\0\3", 9);
	assert_memory_equal(slot + at + 24, "\10\7\6\5\4\3\2\1", 8);
	assert_memory_equal(slot + at + 32, "HOSTONE1", 8);
	assert_memory_equal(slot + at + 40, "\xfc\xf0\x53\x65\0\0\0\0", 8);
	assert_int_equal(length, at + 96);
	memcpy(before, slot + at, sizeof(before));
	for (unsigned i = 0; i < COUNT(negative); i++) {
		slot[at + negative[i] + 7] = 0x80;
		SHA256(slot, length, slot + length);
		assert_reads_as(image->file, OTP_ERR_STATE_VERSION);
		memcpy(slot + at, before, sizeof(before));
	}
	number(slot + at, 8, 0);
	SHA256(slot, length, slot + length);
	assert_reads_as(image->file, OTP_OK);
	number(slot + at + 16, 8, 0); /* none was ever sent */
	SHA256(slot, length, slot + length);
	assert_reads_as(image->file, OTP_ERR_STATE_VERSION);
	memcpy(slot + at, before, sizeof(before));
	SHA256(slot, length, slot + length);
	assert_reads_as(image->file, OTP_OK);
}

/* They come after all else, and a charge has them, too. */
static void
slots_read__takes_notices(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;
	uint8_t *charge = image.file + CHARGES;

	(void)unused;
	state.tally.notices = golden_notices();
	image_make(&image, &state);
	assert_same_state(&image.state, &state);
	assert_int_equal(image.file[12], 5 + 16 + 128);
	assert_int_equal(charge[12], 1 + 4);
	assert_notices_are_refused(&image, charge, CHARGE_DIGEST);
	charge[12] = 1; /* of another length than its content */
	SHA256(charge, CHARGE_DIGEST + 96, charge + CHARGE_DIGEST + 96);
	assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
	memset(charge, 0, 1024);
	assert_notices_are_refused(&image, image.file, RECORD_DIGEST);
}

/* Those of the charge count: it was written last. */
static void
slots_read__takes_the_notices_of_the_charge(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	image.state.tally.notices = golden_notices();
	image_charge(&image);
	state.tally.notices = golden_notices();
	image_read(&image);
	assert_same_state(&image.state, &state);
	image_commit(&image);
	memset(&image.state.tally.notices, 0, sizeof(struct otp_notices));
	memset(&state.tally.notices, 0, sizeof(struct otp_notices));
	image_charge(&image);
	image_read(&image);
	assert_same_state(&image.state, &state);
}

/* It comes after all else. */
static void
slots_read__takes_an_exemption(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;
	uint8_t *at = image.file + RECORD_DIGEST;

	(void)unused;
	state.exemption.until = 1801209599;
	memset(state.exemption.reason, 'x', OTP_EXEMPTION_SIZE - 1);
	image_make(&image, &state);
	assert_same_state(&image.state, &state);
	assert_int_equal(image.file[12], 5 + 16 + 64);
	assert_int_equal(
	    image.file[24] | (size_t)image.file[25] << 8, RECORD_DIGEST + 136);
	assert_memory_equal(at, "\xff\x46\x5c\x6b\0\0\0\0xx", 10);
	/* Without its end, with a negative one, or none. */
	at[135] = 'x';
	SHA256(image.file, RECORD_DIGEST + 136, at + 136);
	assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
	at[135] = 0;
	at[7] = 0x80;
	SHA256(image.file, RECORD_DIGEST + 136, at + 136);
	assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
	memset(at, 0, 8);
	at[0] = 1; /* 1970 is a time, too */
	SHA256(image.file, RECORD_DIGEST + 136, at + 136);
	image_read(&image);
	assert_int_equal(image.state.exemption.until, 1);
	at[0] = 0;
	SHA256(image.file, RECORD_DIGEST + 136, at + 136);
	assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
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
	for (unsigned i = 0; i < CHARGE_DIGEST + DIGEST; i++) {
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
	/* The newer is slot 1, then slot 0. */
	for (unsigned i = 0; i < 2; i++) {
		struct image torn;

		image.state.tally.failures = 50;
		image_charge(&image);
		torn = image;
		torn.file[CHARGES + 70]++;
		torn.file[CHARGES + CHARGE + 70]++;
		image_read(&torn);
		assert_int_equal(torn.state.tally.failures, 7);
		assert_int_equal(torn.slots.charge_generation, 0);
		assert_int_equal(torn.slots.charge, 0);
		assert_false(torn.slots.on_disk);
	}
}

/* The whole one may rest on the record that a power cut brings back. */
static void
slots_read__keeps_a_charge_of_another_record_rather_than_a_torn_one(
    void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	image_charge(&image); /* in slot 1 */
	image_charge(&image); /* in slot 0 */
	image_record(&image);
	image.file[CHARGES + 70]++;
	image_read(&image);
	assert_int_equal(image.slots.charge, 1);
	assert_int_equal(image.slots.charge_generation, 2);
	assert_false(image.slots.on_disk);
}

/* Whatever comes, the charge in force is not the slot that is written next. */
/* Bytes without a meaning are zeros, not what the caller had there. */
static void
slots__have_nothing_of_the_callers(void **unused)
{
	struct otp_state state = golden_state();
	struct otp_slot zeros = { .offset = 0 }, slot;
	struct otp_slots next;
	struct image image;

	(void)unused;
	image_make(&image, &state);
	for (unsigned record = 0; record < 2; record++) {
		enum otp_err (*make)(const struct otp_slots *,
		    const struct otp_state *, struct otp_slot *,
		    struct otp_slots *) =
		    record ? otp_slots_record : otp_slots_charge;

		memset(&zeros, 0, sizeof(zeros));
		memset(&slot, 0xee, sizeof(slot));
		assert_int_equal(
		    make(&image.slots, &image.state, &zeros, &next), OTP_OK);
		assert_int_equal(
		    make(&image.slots, &image.state, &slot, &next), OTP_OK);
		assert_int_equal(slot.size, zeros.size);
		assert_memory_equal(slot.bytes, zeros.bytes, slot.size);
	}
}

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
		image.state.unreported = i;
		image_commit(&image);
		image_read(&image);
		assert_int_equal(image.state.unreported, i);
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
		const unsigned calls = torn ? 4 : 2;

		if (torn) { /* the newer ones, and the older are there */
			memcpy(file + RECORD, file, RECORD);
			number(file + RECORD + 16, 8, 2);
			memcpy(file + CHARGES + CHARGE, file + CHARGES, CHARGE);
			number(file + CHARGES + CHARGE + 16, 8, 2);
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
		    otp_slots_init_image(&golden, made), OTP_ERR_CRYPTO);
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

/* The wrong codes of the record, not those of a later one. */
static void
slots_charge__says_whether_the_user_was_told(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	image.state.unreported = 0;
	image_charge(&image);
	image_read(&image);
	assert_int_equal(image.state.unreported, 0);
	assert_true(image.slots.on_disk);
	image_charge(&image);
	image_read(&image);
	assert_int_equal(image.state.unreported, 0);
	image.state.unreported = 5;
	image_commit(&image);
	image_read(&image);
	assert_int_equal(image.state.unreported, 5);
	image_charge(&image);
	image_read(&image);
	assert_int_equal(image.state.unreported, 5);
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
	number(file + CHARGES + 64, 4, 8); /* one failure more */
	seal_charge(file, 0);
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_false(slots.settled);
	golden_file(file);
	number(file + CHARGES + 64 + 24, 8, 1700000721); /* a later wait */
	seal_charge(file, 0);
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_false(slots.settled);
	file[CHARGES + CHARGE_DIGEST] ^= 1; /* no charge at all */
	assert_int_equal(otp_slots_read(file, &state, &slots), OTP_OK);
	assert_true(slots.settled);
	assert_true(slots.others_settled);
	assert_false(slots.on_disk);
}

/* Those of root's callers do not depend on what others do, nor these on them. */
static void
slots_read__knows_which_of_the_tallies_is_settled(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	image_make(&image, &state);
	assert_true(image.slots.settled && image.slots.others_settled);
	image.state.others.failures = image.state.others.month_failures = 1;
	image_charge(&image);
	image_read(&image);
	assert_true(image.slots.settled);
	assert_false(image.slots.others_settled);
	image_commit(&image);
	image_read(&image);
	assert_true(image.slots.settled && image.slots.others_settled);
	image.state.tally.failures++;
	image_charge(&image);
	image_read(&image);
	assert_false(image.slots.settled);
	assert_true(image.slots.others_settled);
	image.state.tally.failures--;
	image.state.others.wait_until = 1700000900;
	image_charge(&image);
	image_read(&image);
	assert_true(image.slots.settled);
	assert_false(image.slots.others_settled);
}

/* Where it stands, to the byte, in a record and in a charge. */
static void
slots__have_the_tally_of_other_callers(void **unused)
{
	struct otp_state state = golden_state();
	uint8_t expected[152] = { 0 };
	struct image image;

	(void)unused;
	golden_tally(expected);
	number(expected + 144, 4, 5);
	state.own_code.time = 1699999999;
	state.exemption.until = 1700086400;
	state.tally.notices.delay.since = 1700000600;
	state.others = state.tally;
	memset(&state.others.notices, 0, sizeof(state.others.notices));
	state.others.told = 5;
	image_make(&image, &state);
	assert_same_state(&image.state, &state);
	assert_int_equal(image.file[12], 1 + 4 + 8 + 16 + 32 + 64 + 128);
	assert_memory_equal(image.file + 808, expected, 152);
	assert_int_equal(image.file[CHARGES + 12], 1 + 2 + 4);
	assert_memory_equal(image.file + CHARGES + 208, expected, 152);
	assert_memory_equal(
	    image.file + CHARGES + 360, image.file + 808 + 152 + 136, 96);
	/* without it, all is as if there was none, in the charge, too */
	memset(&image.state.others, 0, sizeof(image.state.others));
	image_charge(&image);
	image_read(&image);
	assert_int_equal(image.state.others.month_failures, 0);
	assert_int_equal(image.file[CHARGES + CHARGE + 12], 1 + 4);
}

/* Change a byte of the other tally, seal both slots, and read. */
static void
assert_others_are(unsigned at, uint8_t value, enum otp_err expected)
{
	struct otp_state state = golden_state();
	struct image image;

	for (unsigned i = 0; i < 2; i++) {
		uint8_t *slot;

		state.others = state.tally;
		state.others.told = 7;
		image_make(&image, &state);
		slot = image.file + (i ? CHARGES : 0);
		slot[(i ? 208 : 792) + at] = value;
		SHA256(slot, i ? 360 : 944, slot + (i ? 360 : 944));
		if (i == 0) { /* it must not count: it would hide the record */
			memset(image.file + CHARGES, 0, CHARGE);
		}
		assert_reads_as(image.file, expected);
	}
}

static void
slots_read__refuses_other_callers_that_cannot_be(void **unused)
{
	struct otp_state state = golden_state();
	struct image image;

	(void)unused;
	assert_others_are(0, 7, OTP_OK);
	assert_others_are(0, 6, OTP_ERR_STATE_VERSION); /* more are told */
	assert_others_are(144, 8, OTP_ERR_STATE_VERSION);
	for (unsigned time = 23; time <= 47; time += 8)
		assert_others_are(time, 0x80, OTP_ERR_STATE_VERSION);
	assert_others_are(40 + 39, 'x', OTP_ERR_STATE_VERSION);
	/* none that failed or replayed */
	for (unsigned i = 0; i < 4; i++) {
		image_make(&image, &state);
		image.state.others.failures = 1; /* alone, it cannot be */
		image.state.others.month_failures = i == 1;
		image.state.others.replays = i == 2;
		image.state.others.last_replay = i == 3;
		assert_int_equal(otp_state_has_others(&image.state), i > 0);
		image_charge(&image);
		image_read(&image);
		assert_int_equal(image.state.others.failures, i > 0);
		if (i == 0)
			continue;
		memset(image.file + CHARGES + CHARGE + 208, 0, 40);
		SHA256(image.file + CHARGES + CHARGE, 360,
		    image.file + CHARGES + CHARGE + 360);
		assert_reads_as(image.file, OTP_ERR_STATE_VERSION);
	}
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
		cmocka_unit_test(slots_read__refuses_sends_that_cannot_be),
		cmocka_unit_test(
		    slots_read__refuses_what_is_for_a_later_version),
		cmocka_unit_test(slots_read__refuses_any_length_but_its_own),
		cmocka_unit_test(
		    slots_read__refuses_more_than_there_is_room_for),
		cmocka_unit_test(
		    slots_read__digests_nothing_of_an_impossible_length),
		cmocka_unit_test(
		    slots_read__looks_at_nothing_past_the_checksum),
		cmocka_unit_test(slots_read__takes_72_credentials),
		cmocka_unit_test(slots_read__takes_an_own_code),
		cmocka_unit_test(slots_read__takes_an_exemption),
		cmocka_unit_test(slots_read__takes_notices),
		cmocka_unit_test(slots_read__takes_the_notices_of_the_charge),
		cmocka_unit_test(
		    slots_read__takes_a_charge_on_the_record_in_force),
		cmocka_unit_test(
		    slots_read__takes_the_older_charge_where_the_newer_is_torn),
		cmocka_unit_test(slots_read__takes_no_charge_of_another_record),
		cmocka_unit_test(
		    slots_read__takes_the_records_tally_where_both_charges_are_torn),
		cmocka_unit_test(
		    slots_read__keeps_a_charge_of_another_record_rather_than_a_torn_one),
		cmocka_unit_test(slots__have_nothing_of_the_callers),
		cmocka_unit_test(
		    slots_charge__never_overwrites_the_one_in_force),
		cmocka_unit_test(
		    slots_record__never_overwrites_the_one_in_force),
		cmocka_unit_test(slots__end_at_the_last_generation),
		cmocka_unit_test(
		    slots_charge__says_whether_its_record_is_on_disk),
		cmocka_unit_test(slots_charge__says_whether_the_user_was_told),
		cmocka_unit_test(slots__say_so_where_no_digest_can_be_computed),
		cmocka_unit_test(slots_read__knows_whether_a_charge_is_settled),
		cmocka_unit_test(
		    slots_read__knows_which_of_the_tallies_is_settled),
		cmocka_unit_test(slots__have_the_tally_of_other_callers),
		cmocka_unit_test(
		    slots_read__refuses_other_callers_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
