/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/effects/stop.h"
#include "tests/effects/world.h"
#include "tests/lib/codes.h"
#include "tests/lib/fake.h"
#include "tests/unit/stack.h"

#include <openssl/sha.h>

#include "common/core/calendar.h"
#include "common/core/throttle.h"
#include "common/effects/snapshot.h"

static struct snapshot before;
static struct otp_enrolment enrolment;
static struct otp_confirmation confirmation;
static struct otp_recovery_set set;
static struct otp_seed seed;

/* --- a reader that a writer came across --- */

static unsigned torn; /* so many reads of a state see no whole record */

enum otp_err __real_otp_path_read_file(int fd, const struct statx *status,
    void *data, size_t capacity, size_t *ret_size, struct otp_fault *fault);
enum otp_err __wrap_otp_path_read_file(int fd, const struct statx *status,
    void *data, size_t capacity, size_t *ret_size, struct otp_fault *fault);

enum otp_err
__wrap_otp_path_read_file(int fd, const struct statx *status, void *data,
    size_t capacity, size_t *ret_size, struct otp_fault *fault)
{
	enum otp_err err = __real_otp_path_read_file(
	    fd, status, data, capacity, ret_size, fault);

	if (err == OTP_OK && capacity == OTP_SLOTS_FILE_SIZE + 1 && torn > 0) {
		torn--;
		memset((char *)data + 100, 0xee, 16000);
	}
	return err;
}

/* --- an OpenSSL that fails --- */

static unsigned crypto_calls;
static unsigned crypto_fails_at; /* the how-manieth; 0 = none */

enum otp_err __real_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __real_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __wrap_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);

enum otp_err
__wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	if (++crypto_calls == crypto_fails_at)
		return OTP_ERR_CRYPTO;
	return __real_otp_oath_value(oath, moving, digits, ret_value);
}

enum otp_err
__wrap_otp_token_id(const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE])
{
	if (++crypto_calls == crypto_fails_at)
		return OTP_ERR_CRYPTO;
	return __real_otp_token_id(token, ret_id);
}

static bool oath_fails;
static int oaths; /* that were made and not freed */

enum otp_err __real_otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath);
enum otp_err __wrap_otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath);
void __real_otp_oath_free(struct otp_oath *oath);
void __wrap_otp_oath_free(struct otp_oath *oath);

enum otp_err
__wrap_otp_oath_new(enum otp_hash hash, const uint8_t *secret, size_t size,
    struct otp_oath **ret_oath)
{
	if (oath_fails)
		return OTP_ERR_CRYPTO;
	oaths++;
	return __real_otp_oath_new(hash, secret, size, ret_oath);
}

void
__wrap_otp_oath_free(struct otp_oath *oath)
{
	oaths -= oath != NULL;
	__real_otp_oath_free(oath);
}

static unsigned digests;
static unsigned digest_fails_at; /* the same */

enum otp_err __real_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);
enum otp_err __wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);

enum otp_err
__wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE])
{
	if (++digests == digest_fails_at)
		return OTP_ERR_CRYPTO;
	return __real_otp_digest(data, size, ret_digest);
}

static void
crypto_fails(unsigned at)
{
	crypto_calls = 0;
	crypto_fails_at = at;
}

/* --- a throttle of another mind --- */

static bool odd_gate;

enum otp_gate __real_otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds);
enum otp_gate __wrap_otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds);

enum otp_gate
__wrap_otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds)
{
	enum otp_gate gate =
	    __real_otp_throttle_check(tally, policy, now, ret_seconds);

	return odd_gate ? (enum otp_gate)99 : gate;
}

static int
setup(void **unused)
{
	(void)unused;
	odd_gate = oath_fails = false;
	digest_fails_at = 0;
	stop_from(0);
	world_open(&world);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	stop_from(0);
	assert_int_equal(oaths, 0);
	world_close(&world);
	return 0;
}

/* --- begin, confirm, put --- */

static struct otp_token
a_token(enum otp_kind kind)
{
	return (struct otp_token){
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.label = "host:alice",
	};
}

static enum otp_err
begin_token(enum otp_enrol_mode mode, const struct otp_token *token)
{
	memset(&world.account.fault, 0, sizeof(world.account.fault));
	return otp_enrol_begin(&world.account, mode, token, &enrolment);
}

static enum otp_err
begin(enum otp_enrol_mode mode, enum otp_kind kind)
{
	const struct otp_token token = a_token(kind);

	return begin_token(mode, &token);
}

static enum otp_verdict
confirm_text(const char *typed)
{
	memset(&confirmation, 0xee, sizeof(confirmation));
	assert_int_equal(
	    otp_enrol_confirm(&world.account, &enrolment, typed, &confirmation),
	    OTP_OK);
	return confirmation.verdict;
}

static enum otp_verdict
confirm(uint64_t moving)
{
	char text[16];

	return confirm_text(oracle_code(&enrolment.token, moving, text));
}

static enum otp_err
put(unsigned count)
{
	memset(&set, 0xee, sizeof(set));
	return codes_put(&world.account, &enrolment, count, &set);
}

/* Enrol a token, unconfirmed, and know it as the world's own. */
static void
enrol(enum otp_enrol_mode mode, enum otp_kind kind, unsigned count)
{
	assert_int_equal(begin(mode, kind), OTP_OK);
	assert_int_equal(put(count), OTP_OK);
	world_seed(&world, &world.seed);
}

/* Whatever the account has. */
static void
remove_all(void)
{
	enum otp_err err = otp_enrol_remove(&world.account, true);

	assert_true(err == OTP_OK || err == OTP_ERR_ABSENT);
}

static void
begin__makes_a_secret_and_writes_nothing(void **unused)
{
	static const size_t sizes[] = { 20, 32, 64 };
	uint8_t secret[OTP_SECRET_MAX] = { 0 };

	(void)unused;
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(sizes); i++) {
		struct otp_token token = a_token(OTP_TOTP);

		token.hash = (enum otp_hash)(OTP_SHA1 + i);
		assert_int_equal(begin_token(OTP_ENROL_NEW, &token), OTP_OK);
		assert_int_equal(enrolment.token.secret_size, sizes[i]);
		assert_memory_not_equal(enrolment.token.secret, secret, 10);
		memcpy(secret, enrolment.token.secret, sizeof(secret));
		assert_false(enrolment.confirmed);
		token.secret_size = 16;
		assert_int_equal(begin_token(OTP_ENROL_NEW, &token), OTP_OK);
		assert_int_equal(enrolment.token.secret_size, 16);
		token.secret_size = OTP_SECRET_MAX + 1;
		assert_int_equal(
		    begin_token(OTP_ENROL_NEW, &token), OTP_ERR_PARSE);
		assert_int_equal(world.account.fault.errnum, 0);
		assert_string_equal(
		    unit_detail(&world.account.fault), "secret-long");
		token.secret_size = OTP_SECRET_MIN - 1;
		assert_int_equal(
		    begin_token(OTP_ENROL_NEW, &token), OTP_ERR_PARSE);
		token.secret_size = 0;
		token.hash = (enum otp_hash)99;
		assert_int_equal(
		    begin_token(OTP_ENROL_NEW, &token), OTP_ERR_PARSE);
	}
	world.random_fails = true;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_ERR_CRYPTO);
	world.random_fails = false;
	world.clock_fails = true;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_ERR_CLOCK);
	world.clock_fails = false;
	assert_unchanged(&world, &before);
}

static void
confirm_totp__takes_a_neighbouring_step_whatever_the_window(void **unused)
{
	(void)unused;
	for (unsigned window = 0; window <= 2; window++) {
		const int reach = window > 1 ? 2 : 1;

		world.policy.window = window;
		for (int away = -3; away <= 3; away++) {
			const bool near = away >= -reach && away <= reach;

			assert_int_equal(
			    begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
			assert_int_equal(confirm((uint64_t)(WORLD_STEP + away)),
			    near ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REJECT);
			assert_int_equal(enrolment.confirmed, near);
			assert_int_equal(confirmation.drift_known, !near);
			if (near) {
				assert_int_equal(enrolment.drift, away * 30);
				assert_int_equal(enrolment.value,
				    (WORLD_STEP + away + 1) * 30);
			} else {
				assert_int_equal(confirmation.drift, away * 30);
			}
		}
	}
}

static void
confirm_totp__tells_the_drift_within_a_day(void **unused)
{
	static const int aways[] = { -2880, -2879, -100, 100, 2879, 2880 };

	(void)unused;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	for (unsigned i = 0; i < COUNT(aways); i++) {
		assert_int_equal(confirm((uint64_t)(WORLD_STEP + aways[i])),
		    OTP_VERDICT_REJECT);
		assert_true(confirmation.drift_known);
		assert_int_equal(confirmation.drift, aways[i] * 30);
	}
	assert_int_equal(confirm(WORLD_STEP - 2881), OTP_VERDICT_REJECT);
	assert_false(confirmation.drift_known);
	assert_int_equal(confirm(WORLD_STEP + 2881), OTP_VERDICT_REJECT);
	assert_false(confirmation.drift_known);
	assert_false(enrolment.confirmed);
}

static void
confirm_totp__takes_the_first_step_of_all(void **unused)
{
	(void)unused;
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	assert_int_equal(otp_enrol_confirm(&world.account, &enrolment, "000000",
			     &confirmation),
	    OTP_ERR_CLOCK);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_CLOCK_EARLY);
	world.now++;
	assert_int_equal(
	    confirm(OTP_CALENDAR_EARLIEST / 30), OTP_VERDICT_ACCEPT);
	assert_int_equal(enrolment.value, OTP_CALENDAR_EARLIEST + 30);
	assert_int_equal(enrolment.drift, 0);
}

static void
confirm_hotp__takes_the_look_ahead_and_no_more(void **unused)
{
	struct otp_token token = a_token(OTP_HOTP);

	(void)unused;
	token.counter = 5;
	assert_int_equal(begin_token(OTP_ENROL_NEW, &token), OTP_OK);
	assert_int_equal(enrolment.value, 5);
	assert_int_equal(confirm(4), OTP_VERDICT_REJECT);
	assert_int_equal(confirm(15), OTP_VERDICT_REJECT);
	assert_false(confirmation.drift_known);
	assert_false(enrolment.confirmed);
	assert_int_equal(confirm(14), OTP_VERDICT_ACCEPT);
	assert_int_equal(enrolment.value, 15);
	assert_true(enrolment.confirmed);
	/* the last code of all is looked for, and none behind it */
	enrolment.token.counter = UINT64_MAX - 10;
	assert_int_equal(confirm(UINT64_MAX - 1), OTP_VERDICT_ACCEPT);
	assert_true(enrolment.value == UINT64_MAX);
	enrolment.token.counter = UINT64_MAX - 9;
	assert_int_equal(otp_enrol_confirm(&world.account, &enrolment, "123456",
			     &confirmation),
	    OTP_ERR_LIMIT);
}

/* Steps and counters at which codes are equal were searched for. */
static void
begin_known(struct otp_token token)
{
	assert_int_equal(begin_token(OTP_ENROL_NEW, &token), OTP_OK);
	memcpy(enrolment.token.secret, "12345678901234567890", 20);
}

static void
confirm_totp__spends_the_latest_of_equal_steps(void **unused)
{
	(void)unused;
	begin_known(a_token(OTP_TOTP));
	world.now = INT64_C(59061240) * 30;
	assert_int_equal(oracle_value(&enrolment.token, 59061240),
	    oracle_value(&enrolment.token, 59061241));
	assert_int_equal(confirm(59061240), OTP_VERDICT_ACCEPT);
	assert_int_equal(enrolment.value, UINT64_C(59061242) * 30);
	assert_int_equal(enrolment.drift, 30);
}

static void
confirm_hotp__spends_the_first_of_equal_counters(void **unused)
{
	struct otp_token token = a_token(OTP_HOTP);

	(void)unused;
	token.counter = 2386;
	begin_known(token);
	assert_int_equal(oracle_value(&enrolment.token, 2386),
	    oracle_value(&enrolment.token, 2394));
	assert_int_equal(confirm(2386), OTP_VERDICT_ACCEPT);
	assert_int_equal(enrolment.value, 2387);
}

static void
confirm__knows_what_is_no_code(void **unused)
{
	static const char *const typed[] = { "", "12345", "1234567", "abcdef",
		"2222-2222-2222-2222-2222-2222", "\b" };
	char digits[16], text[20];

	(void)unused;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	for (unsigned i = 0; i < COUNT(typed); i++)
		assert_int_equal(confirm_text(typed[i]), OTP_VERDICT_MALFORMED);
	/* the right digits, and one more that changes no number */
	(void)oracle_code(&enrolment.token, WORLD_STEP, digits);
	(void)snprintf(text, sizeof(text), "0%s", digits);
	assert_int_equal(confirm_text(text), OTP_VERDICT_MALFORMED);
	assert_false(enrolment.confirmed);
	world.clock_fails = true;
	assert_int_equal(otp_enrol_confirm(&world.account, &enrolment, "123456",
			     &confirmation),
	    OTP_ERR_CLOCK);
	assert_int_equal(world.account.fault.errnum, 0);
}

static void
put__spends_the_confirming_code(void **unused)
{
	(void)unused;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	assert_int_equal(confirm(WORLD_STEP - 1), OTP_VERDICT_ACCEPT);
	assert_int_equal(put(0), OTP_OK);
	world_seed(&world, &world.seed);
	assert_true(world_state(&world)->enrolled);
	assert_int_equal(world_state(&world)->credentials[0].drift, -30);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP - 1), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);

	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_HOTP), OTP_OK);
	assert_int_equal(confirm(3), OTP_VERDICT_ACCEPT);
	assert_int_equal(put(0), OTP_OK);
	world_seed(&world, &world.seed);
	assert_int_equal(world_show(&world, 0, 3), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 0, 4), OTP_VERDICT_ACCEPT);
}

static void
put__takes_an_unconfirmed_token(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP - 1), OTP_VERDICT_ACCEPT);
}

/* --- modes --- */

static void
new__is_refused_where_a_seed_is_in_force(void **unused)
{
	static struct otp_enrolment other;

	(void)unused;
	/* of two that were begun at once, one is put in force */
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	other = enrolment;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 2);
	snapshot_take(&world, &before);
	enrolment = other;
	assert_int_equal(put(2), OTP_ERR_EXISTS);
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_ERR_EXISTS);
	assert_unchanged(&world, &before);
	/* a seed that is not understood is one too */
	world_write(&world, "seed/alice", "junk\n", 5);
	snapshot_take(&world, &before);
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_ERR_EXISTS);
	enrolment = other;
	assert_int_equal(put(2), OTP_ERR_EXISTS);
	enrolment.mode = OTP_ENROL_ADD;
	assert_int_equal(put(2), OTP_ERR_PARSE);
	assert_unchanged(&world, &before);
}

static void
lose(const char *name)
{
	char path[96];

	world_path(&world, name, path);
	assert_int_equal(unlink(path), 0);
}

static void
begin__joins_no_token_to_a_seed_that_is_lost(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	lose("seed/alice");
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_ERR_EXISTS);
	assert_int_equal(begin(OTP_ENROL_ADD, OTP_TOTP), OTP_ERR_READ);
	assert_int_equal(world.account.fault.errnum, ENOENT);
	assert_string_equal(unit_detail(&world.account.fault), "seed-gone");
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
}

static void
add__keeps_tokens_and_recovery_codes(void **unused)
{
	struct otp_recovery_set codes;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 10);
	codes = set;
	assert_int_equal(codes.count, 10);
	enrol(OTP_ENROL_ADD, OTP_HOTP, 10);
	assert_int_equal(set.count, 0);
	assert_int_equal(world.seed.tokens_count, 2);
	assert_int_equal(world.seed.recovery_count, 10);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 1, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, codes.text[9]), OTP_VERDICT_ACCEPT);
}

static void
add__is_the_first_token_where_there_is_none(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_ADD, OTP_TOTP, 0);
	assert_int_equal(world.seed.tokens_count, 1);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
}

static void
add__is_full_at_eight_tokens(void **unused)
{
	static struct otp_enrolment other;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	for (unsigned i = 1; i < 7; i++)
		enrol(OTP_ENROL_ADD, OTP_TOTP, 0);
	assert_int_equal(begin(OTP_ENROL_ADD, OTP_TOTP), OTP_OK);
	other = enrolment;
	assert_int_equal(put(0), OTP_OK);
	snapshot_take(&world, &before);
	assert_int_equal(begin(OTP_ENROL_ADD, OTP_TOTP), OTP_ERR_FULL);
	enrolment = other;
	assert_int_equal(put(0), OTP_ERR_FULL);
	assert_unchanged(&world, &before);
}

static void
add__makes_nothing_too_easy_to_guess(void **unused)
{
	(void)unused;
	/* 10 candidates each: five of them are the most there may be */
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	for (unsigned i = 1; i < 5; i++)
		enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	assert_int_equal(begin(OTP_ENROL_ADD, OTP_HOTP), OTP_ERR_CHANCE);
	assert_int_equal(begin(OTP_ENROL_ADD, OTP_TOTP), OTP_ERR_CHANCE);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_HOTP), OTP_OK);
}

static void
replace__leaves_nothing_of_the_old_seed(void **unused)
{
	struct otp_recovery_set codes;
	struct otp_token old;
	char text[16];

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 3);
	codes = set;
	old = world.seed.tokens[0];
	enrol(OTP_ENROL_REPLACE, OTP_TOTP, 2);
	assert_int_equal(set.count, 2);
	assert_int_equal(world.seed.tokens_count, 1);
	assert_int_equal(world_try(&world, oracle_code(&old, WORLD_STEP, text)),
	    OTP_VERDICT_REJECT);
	for (unsigned i = 0; i < codes.count; i++)
		assert_int_equal(
		    world_try(&world, codes.text[i]), OTP_VERDICT_REJECT);
	assert_int_equal(world_try(&world, set.text[1]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
}

static struct otp_active former;

/* What is active now, into RET_ACTIVE. */
static enum otp_err
active_now(struct otp_active *ret_active)
{
	struct otp_seed present;

	world_seed(&world, &present);
	return otp_active_of(&present, ret_active);
}

/* The next put is bound to what is active now. */
static void
bind(void)
{
	assert_int_equal(active_now(&former), OTP_OK);
}

static enum otp_err
put_bound(unsigned count)
{
	enum otp_err err;

	world.account.former = &former;
	err = put(count);
	world.account.former = NULL;
	return err;
}

/* Put what was begun; it must change nothing. */
static void
put_in_vain(void)
{
	snapshot_take(&world, &before);
	assert_int_equal(put_bound(2), OTP_ERR_CONFLICT);
	assert_unchanged(&world, &before);
}

static void
active__fails_with_every_digest(void **unused)
{
	struct otp_active active;
	unsigned count;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_HOTP, 1);
	strcpy(world.seed.addresses[0].uri, "mailto:alice@example.org");
	world.seed.addresses[0].secret[0] = 1;
	world.seed.addresses_count = 1;
	world_put_seed(&world);
	digests = 0;
	assert_int_equal(active_now(&active), OTP_OK);
	count = digests;
	assert_in_range(count, 2, 9);
	for (digest_fails_at = 1; digest_fails_at <= count; digest_fails_at++) {
		digests = 0;
		assert_int_equal(active_now(&active), OTP_ERR_CRYPTO);
	}
}

/* The code that confirmed it is used: in the token's value, and of the last 8. */
static void
put__has_the_confirming_code_for_used(void **unused)
{
	const struct otp_token token = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:alice" };
	const struct otp_recovery_set none = { 0 };
	const struct otp_state *state;
	char text[16];

	(void)unused;
	assert_int_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
	(void)oracle_code(&enrolment.token, (uint64_t)(WORLD_NOW / 30), text);
	assert_int_equal(
	    otp_enrol_confirm(&world.account, &enrolment, text, &confirmation),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &none), OTP_OK);
	state = world_state(&world);
	assert_true(state->credentials[0].value == (WORLD_NOW / 30 + 1) * 30);
	assert_true(state->accepted[0].moving == WORLD_NOW / 30);
}

static void
active__is_a_digest_over_all_ids(void **unused)
{
	uint8_t ids[5][OTP_ID_SIZE], want[OTP_DIGEST_SIZE];
	struct otp_active in_force;
	enum otp_err err = OTP_ERR_CRYPTO;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 3);
	enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	for (unsigned i = 0; i < 2; i++)
		memcpy(ids[i], world_id(&world, i), OTP_ID_SIZE);
	for (unsigned i = 0; i < 3; i++)
		otp_recovery_id(&world.seed.recovery[i], ids[2 + i]);
	SHA256(ids[0], sizeof(ids), want);
	for (digest_fails_at = 1; err != OTP_OK; digest_fails_at++) {
		digests = 0;
		err = active_now(&in_force);
		assert_true(err == OTP_OK || err == OTP_ERR_CRYPTO);
		assert_int_equal(err == OTP_OK, digests < digest_fails_at);
	}
	digest_fails_at = 0;
	assert_memory_equal(in_force.digest, want, sizeof(want));
}

static void
put__replaces_what_it_is_bound_to_alone(void **unused)
{
	struct otp_enrolment begun;
	struct otp_recovery_set codes;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 3);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	bind();
	begun = enrolment;
	enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	enrolment = begun;
	put_in_vain();
	bind();
	assert_int_equal(codes_renew(&world.account, 3, &codes), OTP_OK);
	put_in_vain();
	bind(); /* a login changes nothing of it */
	assert_int_equal(world_try(&world, codes.text[0]), OTP_VERDICT_ACCEPT);
	assert_int_equal(put_bound(2), OTP_OK);
}

/* Give alice an address, as configuration management does. */
static void
add_address(void)
{
	static const char line[] = "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:"
				   "mailto:alice@example.org\n";
	char text[OTP_SEED_SIZE_MAX];
	size_t size = world_read(&world, "seed/alice", text, sizeof(text));

	memcpy(text + size, line, sizeof(line) - 1);
	world_write(&world, "seed/alice", text, size + sizeof(line) - 1);
}

static unsigned
addresses(void)
{
	struct otp_snapshot snapshot;
	unsigned count;

	assert_int_equal(
	    otp_snapshot_read(&world.host, "alice", &snapshot, NULL), OTP_OK);
	assert_int_equal(snapshot.seed_err, OTP_OK);
	count = snapshot.seed.addresses_count;
	otp_snapshot_wipe(&snapshot);
	return count;
}

static void
put__replaces_addresses_and_adds_to_them(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 3);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	bind();
	add_address();
	put_in_vain();
	enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	assert_int_equal(addresses(), 1);
	enrol(OTP_ENROL_REPLACE, OTP_TOTP, 3);
	assert_int_equal(addresses(), 0);
}

static void
put__replaces_nothing_that_was_taken_away(void **unused)
{
	(void)unused;
	for (int purge = 0; purge < 2; purge++) {
		enrol(OTP_ENROL_NEW, OTP_TOTP, 3);
		assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
		bind();
		assert_int_equal(
		    otp_enrol_remove(&world.account, purge), OTP_OK);
		put_in_vain();
	}
}

static void
put__replaces_nothing_where_it_cannot_tell_what_is_in_force(void **unused)
{
	struct otp_active in_force;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	bind();
	snapshot_take(&world, &before);
	crypto_fails(1);
	assert_int_equal(active_now(&in_force), OTP_ERR_CRYPTO);
	crypto_fails(1);
	assert_int_equal(put_bound(0), OTP_ERR_CRYPTO);
	crypto_fails(0);
	assert_unchanged(&world, &before);
	world_write(&world, "state/alice", "x", 1);
	snapshot_take(&world, &before);
	assert_int_equal(put_bound(0), OTP_ERR_CHECKSUM);
	assert_unchanged(&world, &before);
	/* what is wrong with the state comes first */
	world_write(&world, "seed/alice", "junk\n", 5);
	assert_int_equal(put_bound(0), OTP_ERR_CHECKSUM);
	remove_all();
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	bind();
	world_write(&world, "seed/alice", "junk\n", 5);
	assert_int_equal(put_bound(0), OTP_ERR_PARSE);
}

static void
put__makes_as_many_recovery_codes_as_asked(void **unused)
{
	(void)unused;
	for (unsigned count = 0; count <= OTP_SEED_RECOVERY; count++) {
		enrol(OTP_ENROL_REPLACE, OTP_TOTP, count);
		assert_int_equal(set.count, count);
		assert_int_equal(world.seed.recovery_count, count);
		for (unsigned i = 1; i < count; i++)
			assert_memory_not_equal(world.seed.recovery[i].salt,
			    world.seed.recovery[i - 1].salt,
			    OTP_RECOVERY_SALT_SIZE);
		for (unsigned i = 0; i < count; i++)
			assert_int_equal(
			    world_try(&world, set.text[i]), OTP_VERDICT_ACCEPT);
	}
	snapshot_take(&world, &before);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	assert_int_equal(put(OTP_SEED_RECOVERY + 1), OTP_ERR_FULL);
	assert_int_equal(world.account.fault.errnum, 0);
	world.random_fails = true;
	assert_int_equal(put(1), OTP_ERR_CRYPTO);
	world.random_fails = false;
	world.clock_fails = true;
	assert_int_equal(put(1), OTP_ERR_CLOCK);
	world.clock_fails = false;
	assert_unchanged(&world, &before);
}

static void
put__keeps_failures_and_waits(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	enrol(OTP_ENROL_REPLACE, OTP_TOTP, 0);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_WAITING);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.failures, 5);
}

static void
put__refuses_the_state_of_another_uid(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	snapshot_take(&world, &before);
	world.account.subject.uid = 7;
	assert_int_equal(put(0), OTP_ERR_UID);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_ERR_UID);
	assert_unchanged(&world, &before);
}

/* Wherever putting stops, one seed is in force, whole, and none revived. */
static void
put__leaves_one_seed_in_force_wherever_it_is_stopped(void **unused)
{
	struct otp_token old, now;
	enum otp_err err = OTP_ERR_WRITE;
	char text[16];

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 100);
		world.now = WORLD_NOW;
		remove_all();
		enrol(OTP_ENROL_NEW, OTP_TOTP, 1);
		old = world.seed.tokens[0];
		assert_int_equal(
		    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
		assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
		assert_int_equal(confirm(WORLD_STEP), OTP_VERDICT_ACCEPT);
		stop_from(call);
		err = put(1);
		stop_from(0);
		now = enrolment.token;
		world_seed(&world, &world.seed);
		if (err == OTP_OK)
			assert_memory_equal(
			    world.seed.tokens[0].secret, now.secret, 20);
		assert_int_equal(world.seed.recovery_count, 1);
		assert_int_not_equal(
		    world_try(&world, oracle_code(&old, WORLD_STEP, text)),
		    OTP_VERDICT_ACCEPT);
		assert_int_not_equal(
		    world_try(&world, oracle_code(&now, WORLD_STEP, text)),
		    OTP_VERDICT_ACCEPT);
		assert_int_equal(
		    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_ACCEPT);
		assert_true(world_state(&world)->enrolled);
	}
}

/* --- recovery codes --- */

static void
recovery__made_before_is_what_comes_in_force(void **unused)
{
	struct otp_recovery_set made;

	(void)unused;
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_make_set(&world.account, 17, &made), OTP_ERR_FULL);
	assert_int_equal(otp_enrol_make_set(&world.account, 16, &made), OTP_OK);
	assert_int_equal(made.count, 16);
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	assert_unchanged(&world, &before);

	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &made), OTP_OK);
	world_seed(&world, &world.seed);
	assert_int_equal(world.seed.recovery_count, 16);
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(world.seed.recovery[i].made, world.now);
		assert_int_equal(world.seed.recovery[i].until, 0);
		assert_memory_equal(world.seed.recovery[i].hash,
		    made.kept[i].hash, sizeof(made.kept[i].hash));
	}
	assert_int_equal(world_try(&world, made.text[15]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.recovery_left, 15);
}

static void
recovery__kills_the_old_set(void **unused)
{
	struct otp_recovery_set codes;

	(void)unused;
	assert_int_equal(codes_renew(&world.account, 10, &set), OTP_ERR_ABSENT);
	enrol(OTP_ENROL_NEW, OTP_TOTP, 4);
	codes = set;
	assert_int_equal(world_try(&world, codes.text[0]), OTP_VERDICT_ACCEPT);
	assert_int_equal(codes_renew(&world.account, 10, &set), OTP_OK);
	assert_int_equal(set.count, 10);
	for (unsigned i = 0; i < codes.count; i++)
		assert_int_equal(
		    world_try(&world, codes.text[i]), OTP_VERDICT_REJECT);
	assert_int_equal(world_try(&world, set.text[9]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.recovery_left, 9);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(codes_renew(&world.account, 17, &set), OTP_ERR_FULL);
	world_write(&world, "state/alice", "x", 1);
	assert_int_equal(
	    codes_renew(&world.account, 10, &set), OTP_ERR_CHECKSUM);
}

static void
recovery__needs_a_state(void **unused)
{
	(void)unused;
	world_token(&world, OTP_TOTP);
	world_put_seed(&world);
	snapshot_take(&world, &before);
	assert_int_equal(
	    codes_renew(&world.account, 10, &set), OTP_ERR_NO_STATE);
	assert_unchanged(&world, &before);
}

/* --- removing --- */

static void
remove__keeps_what_was_spent(void **unused)
{
	const uint64_t random = world.random;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_false(world_has(&world, "seed/alice"));
	assert_false(world_state(&world)->enrolled);
	assert_int_equal(
	    otp_enrol_remove(&world.account, false), OTP_ERR_ABSENT);
	/* the very same secret again */
	world.random = random;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_REPLAY);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_ACCEPT);
	/* confirmed with an earlier code, it does not go back */
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	world.random = random;
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
	assert_int_equal(confirm(WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(put(0), OTP_OK);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_REPLAY);
}

static void
remove__takes_what_is_left_of_an_account(void **unused)
{
	enum otp_enrolled ask;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	lose("seed/alice");
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_false(world_state(&world)->enrolled);
	assert_int_equal(world_enrolled(&world, &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_NO);

	world_put_seed(&world);
	lose("state/alice");
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_false(world_has(&world, "seed/alice"));
	assert_false(world_has(&world, "state/alice"));

	world_write(&world, "state/alice", "x", 1);
	assert_int_equal(
	    otp_enrol_remove(&world.account, false), OTP_ERR_CHECKSUM);
	assert_true(world_has(&world, "state/alice"));
}

static void
remove_purge__takes_the_state_too(void **unused)
{
	(void)unused;
	assert_int_equal(
	    otp_enrol_remove(&world.account, true), OTP_ERR_ABSENT);
	for (unsigned i = 0; i < 4; i++) {
		enrol(OTP_ENROL_NEW, OTP_TOTP, 2);
		if (i == 1) /* what is left of a removal */
			assert_int_equal(
			    otp_enrol_remove(&world.account, false), OTP_OK);
		if (i == 2)
			world_write(&world, "state/alice", "x", 1);
		if (i == 2)
			assert_int_equal(
			    otp_enrol_remove(&world.account, false),
			    OTP_ERR_CHECKSUM);
		if (i == 3)
			world_write(&world, "seed/alice", "junk\n", 5);
		assert_int_equal(
		    otp_enrol_remove(&world.account, true), OTP_OK);
		assert_false(world_has(&world, "seed/alice"));
		assert_false(world_has(&world, "state/alice"));
	}
}

static void
remove__shuts_nobody_out_wherever_it_is_stopped(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	enum otp_enrolled ask;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 100);
		remove_all();
		enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
		stop_from(call);
		err = otp_enrol_remove(&world.account, false);
		stop_from(0);
		assert_int_equal(world_enrolled(&world, &ask), OTP_OK);
		if (!world_has(&world, "seed/alice")) {
			assert_int_equal(ask, OTP_ENROLLED_NO);
			continue;
		}
		assert_int_equal(ask, OTP_ENROLLED_YES);
		assert_int_equal(
		    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
		assert_true(world_state(&world)->enrolled);
	}
}

static enum otp_err
remove_token(unsigned index)
{
	return otp_enrol_remove_token(&world.account, world_id(&world, index));
}

static void
remove_token__takes_one_and_the_seed_with_the_last(void **unused)
{
	static const uint8_t nobody[OTP_ID_SIZE] = { 1 };
	struct otp_state state;

	(void)unused;
	assert_int_equal(
	    otp_enrol_remove_token(&world.account, nobody), OTP_ERR_ABSENT);
	enrol(OTP_ENROL_NEW, OTP_TOTP, 2);
	enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	enrol(OTP_ENROL_ADD, OTP_TOTP, 0);
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_remove_token(&world.account, nobody), OTP_ERR_ABSENT);
	assert_unchanged(&world, &before);
	state = *world_state(&world);
	assert_int_equal(remove_token(1), OTP_OK);
	assert_memory_equal(world_state(&world)->credentials, state.credentials,
	    sizeof(state.credentials));
	assert_true(world_state(&world)->enrolled);
	world_seed(&world, &seed);
	assert_int_equal(seed.tokens_count, 2);
	assert_int_equal(seed.recovery_count, 2);
	assert_memory_equal(
	    seed.tokens[0].secret, world.seed.tokens[0].secret, 20);
	assert_memory_equal(
	    seed.tokens[1].secret, world.seed.tokens[2].secret, 20);
	assert_int_equal(remove_token(0), OTP_OK);
	assert_int_equal(remove_token(2), OTP_OK);
	assert_false(world_has(&world, "seed/alice"));
	assert_false(world_state(&world)->enrolled);
	assert_int_equal(world_state(&world)->credentials_count, 5);
}

/* Somebody read the tokens, and then another changed them. */
static void
remove_token__takes_no_other_that_moved_to_its_place(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	enrol(OTP_ENROL_ADD, OTP_TOTP, 0);
	assert_int_equal(remove_token(0), OTP_OK);
	snapshot_take(&world, &before);
	assert_int_equal(remove_token(0), OTP_ERR_ABSENT);
	assert_unchanged(&world, &before);
	assert_int_equal(remove_token(2), OTP_OK);
	world_seed(&world, &seed);
	assert_int_equal(seed.tokens_count, 1);
	assert_int_equal(seed.tokens[0].kind, OTP_HOTP);
}

/* --- unlock --- */

static void
unlock__tells_how_many_there_were(void **unused)
{
	uint32_t failures = 4711;

	(void)unused;
	assert_int_equal(
	    otp_enrol_unlock(&world.account, &failures), OTP_ERR_ABSENT);
	assert_int_equal(failures, 4711);
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	snapshot_take(&world, &before);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 0);
	assert_unchanged(&world, &before);
	for (unsigned i = 0; i < 5; i++)
		(void)world_guess(&world);
	stop_from(0);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 5);
	assert_int_equal(flushes, 1);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 5);
	world.account.subject.uid++;
	assert_int_equal(
	    otp_enrol_unlock(&world.account, &failures), OTP_ERR_UID);
}

/* --- resynchronisation --- */

static enum otp_verdict
resync(uint64_t first, uint64_t second)
{
	enum otp_verdict verdict = OTP_VERDICT_UNENROLLED;
	char one[16], other[16];

	assert_int_equal(
	    otp_enrol_resync(&world.account, world_id(&world, 0),
		oracle_code(&world.seed.tokens[0], first, one),
		oracle_code(&world.seed.tokens[0], second, other), &verdict),
	    OTP_OK);
	return verdict;
}

static void
resync__finds_two_successive_codes_within_its_range(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	assert_int_equal(world_show(&world, 0, 9), OTP_VERDICT_ACCEPT);
	/* in the wrong order, apart, before the next one, too far */
	assert_int_equal(resync(101, 100), OTP_VERDICT_REJECT);
	assert_int_equal(resync(100, 102), OTP_VERDICT_REJECT);
	assert_int_equal(resync(8, 9), OTP_VERDICT_REJECT);
	assert_int_equal(resync(9, 10), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 4);
	assert_int_equal(resync(1010, 1011), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->credentials[0].value, 10);
	assert_int_equal(resync(10, 11), OTP_VERDICT_WAITING);
	world.now += 30;
	assert_int_equal(resync(1009, 1010), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->credentials[0].value, 1011);
	assert_int_equal(
	    world_state(&world)->credentials[0].last_used, world.now);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	assert_int_equal(world_state(&world)->unreported, 5);
	assert_int_equal(world_show(&world, 0, 1009), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 0, 1010), OTP_VERDICT_REPLAY);
	assert_int_equal(world_state(&world)->accepted[0].moving, 1010);
	assert_int_equal(world_state(&world)->accepted[1].moving, 1009);
	assert_int_equal(resync(1011, 1012), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 0, 1013), OTP_VERDICT_ACCEPT);
}

static void
resync__is_never_below_the_seeds_counter(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	assert_int_equal(world_show(&world, 0, 9), OTP_VERDICT_ACCEPT);
	world.seed.tokens[0].counter = 50;
	world_put_seed(&world);
	assert_int_equal(resync(48, 49), OTP_VERDICT_REJECT);
	assert_int_equal(resync(50, 51), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->credentials[0].value, 52);
}

static void
resync__is_charged_and_locked_like_a_login(void **unused)
{
	(void)unused;
	world.policy.lock_after = 10;
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	for (unsigned i = 1; i <= 10; i++) {
		assert_int_equal(resync(5, 5), OTP_VERDICT_REJECT);
		assert_int_equal(world_state(&world)->tally.failures, i);
		world.now += 4000;
	}
	snapshot_take(&world, &before);
	assert_int_equal(resync(5, 6), OTP_VERDICT_LOCKED);
	assert_unchanged(&world, &before);
}

static void
resync__compares_nothing_where_it_does_not_know_the_gate(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	snapshot_take(&world, &before);
	odd_gate = true;
	assert_int_equal(resync(5, 6), OTP_VERDICT_LOCKED);
	odd_gate = false;
	assert_unchanged(&world, &before);
}

static void
resync__knows_what_it_cannot_do(void **unused)
{
	static const uint8_t nobody[OTP_ID_SIZE] = { 1 };
	enum otp_verdict verdict = OTP_VERDICT_UNENROLLED;

	(void)unused;
	assert_int_equal(otp_enrol_resync(&world.account, nobody, "123456",
			     "123456", &verdict),
	    OTP_ERR_ABSENT);
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	enrol(OTP_ENROL_ADD, OTP_TOTP, 0);
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < 2; i++) /* no token; no HOTP token */
		assert_int_equal(otp_enrol_resync(&world.account,
				     i ? world_id(&world, 1) : nobody, "123456",
				     "123456", &verdict),
		    OTP_ERR_ABSENT);
	assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
		    otp_enrol_resync(&world.account, world_id(&world, 0),
			i ? "1234567" : "123456", i ? "123456" : "", &verdict),
		    OTP_OK);
		assert_int_equal(verdict, OTP_VERDICT_MALFORMED);
	}
	assert_unchanged(&world, &before);
}

static void
resync__ends_at_the_last_counter(void **unused)
{
	enum otp_verdict verdict = OTP_VERDICT_UNENROLLED;
	struct otp_token token = a_token(OTP_HOTP);

	(void)unused;
	token.counter = UINT64_MAX - 5;
	assert_int_equal(begin_token(OTP_ENROL_NEW, &token), OTP_OK);
	assert_int_equal(put(0), OTP_OK);
	world_seed(&world, &world.seed);
	assert_int_equal(otp_enrol_resync(&world.account, world_id(&world, 0),
			     "123456", "123456", &verdict),
	    OTP_ERR_LIMIT);
	assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
	assert_int_equal(
	    resync(UINT64_MAX - 5, UINT64_MAX - 4), OTP_VERDICT_ACCEPT);
}

/* --- values that cannot be computed --- */

static void
confirm__says_so_where_no_value_can_be_computed(void **unused)
{
	char text[16];

	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		const enum otp_kind kind = i ? OTP_HOTP : OTP_TOTP;

		assert_int_equal(begin(OTP_ENROL_NEW, kind), OTP_OK);
		oath_fails = true;
		assert_int_equal(otp_enrol_confirm(&world.account, &enrolment,
				     "123456", &confirmation),
		    OTP_ERR_CRYPTO);
		oath_fails = false;
		oracle_wrong(
		    &enrolment.token, i ? 0 : WORLD_STEP - 3000, 6000, text);
		/* of a TOTP token, also of those that would tell the drift */
		for (unsigned at = 1; at <= (i ? 10 : 8); at++) {
			crypto_fails(at);
			assert_int_equal(otp_enrol_confirm(&world.account,
					     &enrolment, text, &confirmation),
			    OTP_ERR_CRYPTO);
			assert_false(enrolment.confirmed);
		}
		crypto_fails(0);
	}
}

static void
put__changes_nothing_where_no_id_can_be_computed(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	snapshot_take(&world, &before);
	crypto_fails(1);
	assert_int_equal(put(0), OTP_ERR_CRYPTO);
	crypto_fails(1);
	assert_int_equal(otp_enrol_remove_token(
			     &world.account, (const uint8_t[OTP_ID_SIZE]){ 1 }),
	    OTP_ERR_CRYPTO);
	crypto_fails(0);
	assert_unchanged(&world, &before);
}

static void
resync__stays_charged_where_no_value_can_be_computed(void **unused)
{
	enum otp_verdict verdict = OTP_VERDICT_UNENROLLED;
	char one[16], other[16];
	unsigned charged = 0;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_HOTP, 0);
	memcpy(id, world_id(&world, 0), sizeof(id));
	oracle_code(&world.seed.tokens[0], 1, one);
	oracle_code(&world.seed.tokens[0], 2, other);
	/* two ids, before anything is charged; then values */
	for (unsigned at = 1; at <= 5; at++) {
		crypto_fails(at);
		assert_int_equal(
		    otp_enrol_resync(&world.account, id, one, other, &verdict),
		    OTP_ERR_CRYPTO);
		assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
		crypto_fails(0);
		charged = world_state(&world)->tally.failures;
		assert_int_equal(world.state.credentials[0].value, 0);
	}
	assert_in_range(charged, 2, 3);
}

/* --- what is left behind --- */

static char typed_recovery[OTP_RECOVERY_TEXT_SIZE];

static void
begin_totp(void)
{
	assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
}

static void
confirm_recovery(void)
{
	assert_int_equal(confirm_text(typed_recovery), OTP_VERDICT_MALFORMED);
}

static void
confirm_and_put(void)
{
	assert_int_equal(confirm(WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(put(3), OTP_OK);
}

static void
enrol__leaves_no_secret_on_the_stack(void **unused)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];

	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	run_on_stack(begin_totp);
	assert_false(stack_has(enrolment.token.secret, 20));

	(void)world_recovery_text(2, typed_recovery);
	memset(code, 2, sizeof(code));
	run_on_stack(confirm_recovery);
	assert_false(stack_has(code, sizeof(code)));

	run_on_stack(confirm_and_put);
	assert_false(stack_has(enrolment.token.secret, 20));
	assert_false(stack_has(set.text[0], strlen(set.text[0])));
}

/* --- more credentials than there is room for --- */

static void
state__forgets_the_oldest_and_never_what_is_in_force(void **unused)
{
	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 10);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < 80; i++) {
		world.now += 60;
		enrol(OTP_ENROL_REPLACE, OTP_TOTP, 10);
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
		for (unsigned j = 0; j < 10; j++)
			assert_int_equal(
			    world_try(&world, set.text[j]), OTP_VERDICT_ACCEPT);
		assert_true(world_state(&world)->credentials_count <= 72);
	}
	assert_true(world_state(&world)->forgotten);
}

/* So many renewals that there is no room left. */
static void
crowd(void)
{
	struct otp_state state = *world_state(&world);

	while (state.credentials_count < OTP_STATE_CREDENTIALS) {
		const unsigned at = state.credentials_count++;

		state.credentials[at] = (struct otp_credential){
			.kind = OTP_TOTP,
			.id = { 0xff, (uint8_t)at },
			.created = WORLD_NOW,
		};
	}
	world_put_state(&world, &state);
}

static void
put__forgets_nothing_where_it_cannot_tell_what_is_in_force(void **unused)
{
	enum otp_err err = OTP_ERR_CRYPTO;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, OTP_SEED_RECOVERY);
	crowd();
	assert_int_equal(begin(OTP_ENROL_REPLACE, OTP_TOTP), OTP_OK);
	snapshot_take(&world, &before);
	for (unsigned at = 1; err != OTP_OK; at++) {
		crypto_fails(at);
		err = put(1);
		assert_int_equal(err == OTP_OK, crypto_calls < at);
		if (err == OTP_OK)
			continue;
		assert_int_equal(err, OTP_ERR_CRYPTO);
		assert_unchanged(&world, &before);
	}
	crypto_fails(0);
}

/* --- the store, after something went wrong --- */

static void
store_put__needs_another_load_after_a_failure(void **unused)
{
	(void)unused;
	for (unsigned call = 1; call <= 3; call++) {
		struct otp_store *store = NULL;
		struct otp_state state;

		remove_all();
		enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
		assert_int_equal(
		    otp_store_open((struct otp_place){ .folder = world.store },
			"alice", &store, NULL),
		    OTP_OK);
		assert_int_equal(otp_store_load(store, &state, NULL), OTP_OK);
		stop_from(call); /* the record, its flush, the charge */
		stop_once = true;
		state.unreported = 1;
		assert_int_equal(
		    otp_store_put(store, &state, OTP_PUT_COMMIT, NULL),
		    OTP_ERR_WRITE);
		stop_from(0);
		/* what is in the file now, nobody has looked at */
		assert_int_equal(
		    otp_store_put(store, &state, OTP_PUT_CHARGE, NULL),
		    OTP_ERR_CONFLICT);
		assert_int_equal(
		    otp_store_put(store, &state, OTP_PUT_COMMIT, NULL),
		    OTP_ERR_CONFLICT);
		assert_int_equal(otp_store_load(store, &state, NULL), OTP_OK);
		assert_int_equal(state.unreported, call > 1);
		assert_int_equal(
		    otp_store_put(store, &state, OTP_PUT_COMMIT, NULL), OTP_OK);
		otp_store_close(store);
	}
}

static void
store_create__leaves_no_file_behind_where_it_fails(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 100);
		remove_all();
		assert_int_equal(begin(OTP_ENROL_NEW, OTP_TOTP), OTP_OK);
		stop_from(call);
		stop_once = true;
		err = put(0);
		stop_from(0);
		assert_false(world_has(&world, "state/.alice.new"));
		assert_false(world_has(&world, "seed/.alice.new"));
	}
}

static void
store_peek__reads_again_what_a_writer_came_across(void **unused)
{
	enum otp_enrolled ask = OTP_ENROLLED_UNKNOWN;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 0);
	torn = 1;
	assert_int_equal(world_enrolled(&world, &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_YES);
	torn = 1;
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	torn = 1000;
	assert_int_equal(world_enrolled(&world, &ask), OTP_ERR_CHECKSUM);
	torn = 0;
}

static void
begin__refuses_a_uid_that_another_name_has(void **unused)
{
	const struct otp_token token = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:bob" };
	const struct otp_recovery_set none = { 0 };
	struct otp_account other = world.account;

	(void)unused;
	strcpy(other.subject.account, "bob");
	assert_int_equal(
	    otp_enrol_begin(&other, OTP_ENROL_NEW, &token, &enrolment), OTP_OK);
	assert_int_equal(otp_enrol_put(&other, &enrolment, &none), OTP_OK);
	assert_int_not_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
}

/* The code that confirmed it is the last one that was accepted. */
static void
put__keeps_the_confirming_code(void **unused)
{
	const struct otp_token token = { .kind = OTP_HOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.counter = 5,
		.label = "host:alice" };
	const struct otp_recovery_set none = { 0 };
	char text[16];

	(void)unused;
	assert_int_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
	(void)oracle_code(&enrolment.token, 5, text);
	world.clock_fails = true;
	assert_int_equal(
	    otp_enrol_confirm(&world.account, &enrolment, text, &confirmation),
	    OTP_ERR_CLOCK);
	world.clock_fails = false;
	assert_int_equal(
	    otp_enrol_confirm(&world.account, &enrolment, text, &confirmation),
	    OTP_OK);
	assert_int_equal(confirmation.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &none), OTP_OK);
	assert_true(world_state(&world)->accepted[0].moving == 5);
	assert_int_equal(world_state(&world)->accepted[0].kind, OTP_HOTP);
	/* There were no recovery codes that a time could retire. */
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &none), OTP_OK);
	assert_int_equal(world_state(&world)->recovery_made, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begin__makes_a_secret_and_writes_nothing),
		TEST(
		    confirm_totp__takes_a_neighbouring_step_whatever_the_window),
		TEST(confirm_totp__tells_the_drift_within_a_day),
		TEST(confirm_totp__takes_the_first_step_of_all),
		TEST(confirm_hotp__takes_the_look_ahead_and_no_more),
		TEST(confirm_totp__spends_the_latest_of_equal_steps),
		TEST(confirm_hotp__spends_the_first_of_equal_counters),
		TEST(confirm__knows_what_is_no_code),
		TEST(put__spends_the_confirming_code),
		TEST(put__takes_an_unconfirmed_token),
		TEST(new__is_refused_where_a_seed_is_in_force),
		TEST(begin__joins_no_token_to_a_seed_that_is_lost),
		TEST(add__keeps_tokens_and_recovery_codes),
		TEST(add__is_the_first_token_where_there_is_none),
		TEST(add__is_full_at_eight_tokens),
		TEST(add__makes_nothing_too_easy_to_guess),
		TEST(replace__leaves_nothing_of_the_old_seed),
		TEST(active__fails_with_every_digest),
		TEST(put__has_the_confirming_code_for_used),
		TEST(active__is_a_digest_over_all_ids),
		TEST(put__replaces_what_it_is_bound_to_alone),
		TEST(put__replaces_addresses_and_adds_to_them),
		TEST(put__replaces_nothing_that_was_taken_away),
		TEST(
		    put__replaces_nothing_where_it_cannot_tell_what_is_in_force),
		TEST(put__makes_as_many_recovery_codes_as_asked),
		TEST(put__keeps_failures_and_waits),
		TEST(put__refuses_the_state_of_another_uid),
		TEST(put__leaves_one_seed_in_force_wherever_it_is_stopped),
		TEST(recovery__made_before_is_what_comes_in_force),
		TEST(recovery__kills_the_old_set),
		TEST(recovery__needs_a_state),
		TEST(remove__keeps_what_was_spent),
		TEST(remove__takes_what_is_left_of_an_account),
		TEST(remove_purge__takes_the_state_too),
		TEST(remove__shuts_nobody_out_wherever_it_is_stopped),
		TEST(remove_token__takes_one_and_the_seed_with_the_last),
		TEST(remove_token__takes_no_other_that_moved_to_its_place),
		TEST(unlock__tells_how_many_there_were),
		TEST(resync__finds_two_successive_codes_within_its_range),
		TEST(resync__is_never_below_the_seeds_counter),
		TEST(resync__is_charged_and_locked_like_a_login),
		TEST(resync__compares_nothing_where_it_does_not_know_the_gate),
		TEST(resync__knows_what_it_cannot_do),
		TEST(resync__ends_at_the_last_counter),
		TEST(begin__refuses_a_uid_that_another_name_has),
		TEST(put__keeps_the_confirming_code),
		TEST(confirm__says_so_where_no_value_can_be_computed),
		TEST(put__changes_nothing_where_no_id_can_be_computed),
		TEST(resync__stays_charged_where_no_value_can_be_computed),
		TEST(enrol__leaves_no_secret_on_the_stack),
		TEST(state__forgets_the_oldest_and_never_what_is_in_force),
		TEST(
		    put__forgets_nothing_where_it_cannot_tell_what_is_in_force),
		TEST(store_put__needs_another_load_after_a_failure),
		TEST(store_create__leaves_no_file_behind_where_it_fails),
		TEST(store_peek__reads_again_what_a_writer_came_across),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
