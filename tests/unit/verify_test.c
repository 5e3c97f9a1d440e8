/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of steps and counters at which codes are equal were searched for;
 * each test asserts that they are.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/lib/fake.h"
#include "tests/unit/oracle.h"
#include "tests/unit/stack.h"
#include "common/core/verify.h"

#define STEP INT64_C(56666666) /* of 30 s, in 2023 */
#define NOW  (STEP * 30 + 11)

/* --- how many values were computed, and an OpenSSL that fails --- */

static unsigned values_count;
static unsigned fail_at; /* the how-manieth fails; 0 = none */

enum otp_err __real_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);

enum otp_err
__wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	if (++values_count == fail_at)
		return OTP_ERR_CRYPTO;
	return __real_otp_oath_value(oath, moving, digits, ret_value);
}

/* --- and what else OpenSSL has a part in --- */

static unsigned other_calls;
static unsigned other_fails_at; /* the how-manieth; 0 = none */

static uint8_t opened_secret[20]; /* the last one */
static unsigned opened;		  /* and not freed */

static bool
other_fails(void)
{
	return ++other_calls == other_fails_at;
}

enum otp_err __real_otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath);
enum otp_err __wrap_otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath);
void __real_otp_oath_free(struct otp_oath *oath);
void __wrap_otp_oath_free(struct otp_oath *oath);
enum otp_err __real_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __wrap_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __real_otp_recovery_check(const struct otp_recovery *recovery,
    const uint8_t code[OTP_RECOVERY_CODE_SIZE], bool *ret_same);
enum otp_err __wrap_otp_recovery_check(const struct otp_recovery *recovery,
    const uint8_t code[OTP_RECOVERY_CODE_SIZE], bool *ret_same);

enum otp_err
__wrap_otp_oath_new(enum otp_hash hash, const uint8_t *secret, size_t size,
    struct otp_oath **ret_oath)
{
	enum otp_err err;

	memcpy(opened_secret, secret,
	    size < sizeof(opened_secret) ? size : sizeof(opened_secret));
	if (other_fails())
		return OTP_ERR_CRYPTO;
	err = __real_otp_oath_new(hash, secret, size, ret_oath);
	opened += err == OTP_OK;
	return err;
}

void
__wrap_otp_oath_free(struct otp_oath *oath)
{
	opened -= oath != NULL;
	__real_otp_oath_free(oath);
}

enum otp_err
__wrap_otp_token_id(const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE])
{
	return other_fails() ? OTP_ERR_CRYPTO
			     : __real_otp_token_id(token, ret_id);
}

enum otp_err
__wrap_otp_recovery_check(const struct otp_recovery *recovery,
    const uint8_t code[OTP_RECOVERY_CODE_SIZE], bool *ret_same)
{
	return other_fails()
	    ? OTP_ERR_CRYPTO
	    : __real_otp_recovery_check(recovery, code, ret_same);
}

/* --- an account --- */

struct account {
	struct otp_seed seed;
	struct otp_state state;
	struct otp_policy policy;
	struct otp_match finding;
	struct otp_fault fault;
};

static const char secret_one[] = "12345678901234567890";
static const char secret_two[] = "09876543210987654321";

static void
add_token(struct account *account, enum otp_kind kind, const char *secret)
{
	const unsigned index = account->seed.tokens_count++;
	struct otp_token *token = &account->seed.tokens[index];

	account->seed.token_lines[index] = 11 + index;
	*token = (struct otp_token){
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.secret_size = strlen(secret),
		.label = "host:alice",
	};
	memcpy(token->secret, secret, strlen(secret));
}

/* Let the state know token INDEX, with what is spent of it. */
static void
adopt(struct account *account, unsigned index, uint64_t value)
{
	const struct otp_token *token = &account->seed.tokens[index];
	struct otp_credential *credential =
	    &account->state.credentials[account->state.credentials_count++];

	credential->kind = token->kind;
	credential->value = value;
	assert_int_equal(otp_token_id(token, credential->id), OTP_OK);
}

static void
make(struct account *account, enum otp_kind kind, uint64_t value)
{
	memset(account, 0, sizeof(*account));
	account->policy = (struct otp_policy)OTP_POLICY_DEFAULT;
	add_token(account, kind, secret_one);
	adopt(account, 0, value);
	fail_at = values_count = 0;
}

static struct otp_code
digits(unsigned count, uint32_t value)
{
	return (struct otp_code){
		.typed = OTP_TYPED_DIGITS, .digits = count, .value = value
	};
}

static enum otp_err
try_code(struct account *account, struct otp_code code, int64_t now)
{
	enum otp_err err;

	values_count = 0;
	memset(&account->fault, 0, sizeof(account->fault));
	memset(&account->finding, 0xee, sizeof(account->finding));
	err = otp_verify(&account->seed, &account->state, &account->policy,
	    &code, now, &account->finding, &account->fault);
	assert_int_equal(opened, 0);
	return err;
}

/* The verdict on what token INDEX shows at MOVING. */
static enum otp_verdict
judge(struct account *account, unsigned index, uint64_t moving, int64_t now)
{
	const struct otp_token *token = &account->seed.tokens[index];

	assert_int_equal(
	    try_code(account,
		digits(token->digits, oracle_value(token, moving)), now),
	    OTP_OK);
	if (account->finding.verdict != OTP_VERDICT_ACCEPT)
		assert_int_equal(account->finding.spends_count, 0);
	return account->finding.verdict;
}

/* The same, and what was found is spent. */
static enum otp_verdict
spend(struct account *account, unsigned index, uint64_t moving, int64_t now)
{
	enum otp_verdict verdict = judge(account, index, moving, now);

	otp_verify_spend(&account->finding, now, &account->state);
	return verdict;
}

/* A code that no token shows anywhere near. */
static struct otp_code
wrong_code(const struct account *account, uint64_t moving)
{
	char text[16];
	struct otp_code code;

	otp_code_read(oracle_wrong(&account->seed.tokens[0],
			  moving > 100 ? moving - 100 : 0, 200, text),
	    &code);
	return code;
}

/* --- TOTP --- */

static void
verify_totp__takes_the_steps_of_the_window_and_no_more(void **unused)
{
	struct account account;

	(void)unused;
	for (unsigned window = 0; window <= OTP_WINDOW_MAX; window++) {
		for (int away = -4; away <= 4; away++) {
			const bool near =
			    (unsigned)(away < 0 ? -away : away) <= window;

			make(&account, OTP_TOTP, 0);
			account.policy.window = window;
			assert_int_equal(
			    judge(&account, 0, (uint64_t)(STEP + away), NOW),
			    near ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REJECT);
			if (!near)
				continue;
			assert_int_equal(account.finding.kind, OTP_TOTP);
			assert_int_equal(account.finding.token, 0);
			assert_true(account.finding.drift_known);
			assert_int_equal(account.finding.drift, away * 30);
			assert_int_equal(account.finding.spends_count, 1);
			assert_int_equal(account.finding.spends[0].value,
			    (STEP + away + 1) * 30);
			assert_int_equal(
			    account.finding.spends[0].drift, away * 30);
		}
	}
}

static void
verify_totp__knows_a_step_from_its_first_second_to_its_last(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	account.policy.window = 0;
	assert_int_equal(
	    judge(&account, 0, STEP, STEP * 30 - 1), OTP_VERDICT_REJECT);
	assert_int_equal(
	    judge(&account, 0, STEP, STEP * 30), OTP_VERDICT_ACCEPT);
	assert_int_equal(
	    judge(&account, 0, STEP, STEP * 30 + 29), OTP_VERDICT_ACCEPT);
	assert_int_equal(
	    judge(&account, 0, STEP, STEP * 30 + 30), OTP_VERDICT_REJECT);
}

static void
verify_totp__takes_a_code_once_and_none_before_it(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	assert_int_equal(spend(&account, 0, STEP, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.state.credentials[0].last_used, NOW);
	assert_int_equal(account.state.credentials[0].value, (STEP + 1) * 30);
	assert_int_equal(judge(&account, 0, STEP, NOW), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.kind, OTP_TOTP);
	assert_int_equal(judge(&account, 0, STEP - 1, NOW), OTP_VERDICT_REPLAY);
	assert_int_equal(judge(&account, 0, STEP - 2, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(spend(&account, 0, STEP + 1, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.state.credentials[0].drift, 30);
	assert_int_equal(judge(&account, 0, STEP + 1, NOW), OTP_VERDICT_REPLAY);
	/* ten minutes back, it is still spent: and all before it */
	for (uint64_t step = STEP - 21; step <= STEP - 19; step++)
		assert_int_equal(
		    judge(&account, 0, step, NOW - 600), OTP_VERDICT_REPLAY);
}

static void
verify_totp__takes_a_step_that_begins_where_the_spent_one_ended(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, STEP * 30);
	assert_int_equal(judge(&account, 0, STEP, NOW), OTP_VERDICT_ACCEPT);
	make(&account, OTP_TOTP, STEP * 30 + 1);
	assert_int_equal(judge(&account, 0, STEP, NOW), OTP_VERDICT_REPLAY);
	assert_int_equal(judge(&account, 0, STEP + 1, NOW), OTP_VERDICT_ACCEPT);
	make(&account, OTP_TOTP, UINT64_MAX);
	assert_int_equal(judge(&account, 0, STEP + 1, NOW), OTP_VERDICT_REPLAY);
}

static void
verify_totp__tells_the_drift_of_the_past_only(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	for (int away = -24; away <= 24; away++) {
		if (away >= -1 && away <= 1)
			continue;
		assert_int_equal(
		    judge(&account, 0, (uint64_t)(STEP + away), NOW),
		    OTP_VERDICT_REJECT);
		assert_int_equal(
		    account.finding.drift_known, away >= -20 && away < 0);
		if (account.finding.drift_known)
			assert_int_equal(account.finding.drift, away * 30);
	}
}

static void
verify_totp__spends_the_later_of_two_equal_steps(void **unused)
{
	static const uint64_t pairs[][2] = { { 57766335, 57766336 },
		{ 57017782, 57017784 } };
	struct account account;

	(void)unused;
	for (unsigned i = 0; i < COUNT(pairs); i++) {
		const uint64_t *pair = pairs[i];
		/* now is in the first, in between, or in the second */
		for (uint64_t now = pair[1] - 1; now <= pair[0] + 1; now++) {
			make(&account, OTP_TOTP, 0);
			assert_int_equal(
			    oracle_value(&account.seed.tokens[0], pair[0]),
			    oracle_value(&account.seed.tokens[0], pair[1]));
			assert_int_equal(
			    spend(&account, 0, pair[0], (int64_t)now * 30),
			    OTP_VERDICT_ACCEPT);
			assert_int_equal(account.finding.spends_count, 1);
			assert_int_equal(account.state.credentials[0].value,
			    (pair[1] + 1) * 30);
			assert_int_equal(
			    judge(&account, 0, pair[1], (int64_t)pair[1] * 30),
			    OTP_VERDICT_REPLAY);
		}
	}
}

static void
verify_totp__counts_leading_zeros(void **unused)
{
	const uint64_t step = 56711671;
	struct account account;
	struct otp_code code;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	otp_code_read("000004", &code);
	assert_int_equal(try_code(&account, code, (int64_t)step * 30), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_ACCEPT);
	otp_code_read("0000004", &code); /* of another length */
	assert_int_equal(try_code(&account, code, (int64_t)step * 30), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_MALFORMED);
	assert_int_equal(values_count, 0);
}

static void
verify_totp__knows_every_hash_length_and_period(void **unused)
{
	static const unsigned periods[] = { 15, 30, 60, 120 };
	struct account account;

	(void)unused;
	for (unsigned i = 0; i < 3 * 3 * COUNT(periods); i++) {
		const unsigned period = periods[i % COUNT(periods)];
		struct otp_token *token = &account.seed.tokens[0];
		uint64_t current = NOW / period;

		make(&account, OTP_TOTP, 0);
		token->period = period;
		token->digits = 6 + i / 4 % 3;
		token->hash = (enum otp_hash)(1 + i / 12);
		assert_int_equal(
		    judge(&account, 0, current - 1, NOW), OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.drift, -(int32_t)period);
		assert_int_equal(
		    account.finding.spends[0].value, current * period);
		assert_int_equal(
		    judge(&account, 0, current + 2, NOW), OTP_VERDICT_REJECT);
		assert_int_equal(
		    judge(&account, 0, current - 5, NOW), OTP_VERDICT_REJECT);
		assert_int_equal(account.finding.drift, -5 * (int32_t)period);
	}
}

static void
verify_totp__is_right_from_1970_to_far_beyond_2106(void **unused)
{
	static const int64_t times[] = { 0, 29, 30, 59, 2147483647, 2147483648,
		4294967295, 4294967296, 4294967299, INT64_C(1) << 40,
		INT64_C(4294967296) * 30 + 5 /* the step beyond 2^32 */ };
	struct account account;

	(void)unused;
	for (unsigned i = 0; i < COUNT(times); i++) {
		uint64_t step = (uint64_t)times[i] / 30;

		make(&account, OTP_TOTP, 0);
		assert_int_equal(
		    judge(&account, 0, step + 2, times[i]), OTP_VERDICT_REJECT);
		if (step > 1)
			assert_int_equal(judge(&account, 0, step - 2, times[i]),
			    OTP_VERDICT_REJECT);
		assert_int_equal(
		    spend(&account, 0, step, times[i]), OTP_VERDICT_ACCEPT);
		assert_int_equal(
		    account.state.credentials[0].value, (step + 1) * 30);
		assert_int_equal(
		    judge(&account, 0, step, times[i]), OTP_VERDICT_REPLAY);
		assert_int_equal(
		    judge(&account, 0, step + 1, times[i]), OTP_VERDICT_ACCEPT);
	}
	/* no step before the first one */
	make(&account, OTP_TOTP, 0);
	assert_int_equal(judge(&account, 0, 0, 150), OTP_VERDICT_REJECT);
	assert_true(account.finding.drift_known);
	assert_int_equal(account.finding.drift, -150);
	assert_int_equal(
	    try_code(&account, wrong_code(&account, 0), 0), OTP_OK);
	assert_int_equal(values_count, 2);
	assert_int_equal(
	    try_code(&account, wrong_code(&account, 0), -1), OTP_ERR_CLOCK);
}

static void
verify_totp__keeps_what_is_spent_where_the_period_is_edited(void **unused)
{
	struct account account;
	unsigned *period = &account.seed.tokens[0].period;
	uint64_t last;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	for (int64_t now = NOW; now < NOW + 600; now += 10) {
		*period = 30;
		(void)spend(&account, 0, (uint64_t)now / 30 + 1, now);
		*period = 60;
		/* whatever began before the spent step ended is spent */
		last = (uint64_t)now / 60 + 1;
		for (uint64_t step = last - 2; step <= last; step++)
			assert_int_equal(judge(&account, 0, step, now),
			    step * 60 >= account.state.credentials[0].value
				? OTP_VERDICT_ACCEPT
				: OTP_VERDICT_REPLAY);
		*period = 30;
		assert_int_equal(judge(&account, 0, (uint64_t)now / 30, now),
		    OTP_VERDICT_REPLAY);
	}
	/* and nobody is shut out */
	*period = 60;
	assert_int_equal(spend(&account, 0, (NOW + 720) / 60, NOW + 720),
	    OTP_VERDICT_ACCEPT);
	*period = 30;
	assert_int_equal(judge(&account, 0, (NOW + 720) / 30, NOW + 720),
	    OTP_VERDICT_REPLAY);
	assert_int_equal(judge(&account, 0, (NOW + 780) / 30, NOW + 780),
	    OTP_VERDICT_ACCEPT);
}

/* --- HOTP --- */

static void
verify_hotp__takes_the_look_ahead_and_no_more(void **unused)
{
	static const unsigned lookaheads[] = { 1, 2, 10, 20 };
	struct account account;

	(void)unused;
	for (unsigned i = 0; i < COUNT(lookaheads); i++) {
		const unsigned ahead = lookaheads[i];

		make(&account, OTP_HOTP, 100);
		account.policy.lookahead = ahead;
		assert_int_equal(
		    judge(&account, 0, 98, NOW), OTP_VERDICT_REJECT);
		assert_false(account.finding.drift_known);
		assert_int_equal(values_count, 1 + ahead);
		assert_int_equal(
		    judge(&account, 0, 99, NOW), OTP_VERDICT_REJECT);
		assert_int_equal(
		    judge(&account, 0, 100 + ahead, NOW), OTP_VERDICT_REJECT);
		assert_int_equal(
		    judge(&account, 0, 100, NOW), OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.spends[0].value, 101);
		assert_int_equal(
		    spend(&account, 0, 99 + ahead, NOW), OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.kind, OTP_HOTP);
		assert_false(account.finding.drift_known);
		assert_int_equal(
		    account.state.credentials[0].value, 100 + ahead);
		assert_int_equal(
		    judge(&account, 0, 99 + ahead, NOW), OTP_VERDICT_REPLAY);
		assert_int_equal(values_count, 0);
		assert_int_equal(
		    judge(&account, 0, 100 + ahead, NOW), OTP_VERDICT_ACCEPT);
	}
}

static void
verify_hotp__spends_the_first_of_two_equal_counters(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_HOTP, 2380);
	account.seed.tokens[0].counter = 2380;
	assert_int_equal(oracle_value(&account.seed.tokens[0], 2386),
	    oracle_value(&account.seed.tokens[0], 2394));
	assert_int_equal(spend(&account, 0, 2386, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.finding.spends_count, 1);
	assert_int_equal(account.state.credentials[0].value, 2387);
	/* which is then within reach once more, and not taken */
	assert_int_equal(judge(&account, 0, 2386, NOW), OTP_VERDICT_REPLAY);
	for (uint64_t counter = 2387; counter <= 2396; counter++)
		assert_int_equal(spend(&account, 0, counter, NOW),
		    counter == 2394 ? OTP_VERDICT_REPLAY : OTP_VERDICT_ACCEPT);
	assert_int_equal(account.state.credentials[0].value, 2397);
	/* nor where the state does not say what was accepted */
	memset(account.state.accepted, 0, sizeof(account.state.accepted));
	account.state.credentials[0].value = 2387;
	assert_int_equal(judge(&account, 0, 2386, NOW), OTP_VERDICT_REJECT);
}

/* Its counter may be where the state's is, and nothing was accepted yet. */
static void
verify_hotp__begins_with_no_last_code(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_HOTP, 2387);
	account.seed.tokens[0].counter = 2387;
	assert_int_equal(spend(&account, 0, 2394, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.state.credentials[0].value, 2395);
}

static void
verify_hotp__is_never_below_the_seeds_counter(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_HOTP, 5);
	account.seed.tokens[0].counter = 50;
	assert_int_equal(judge(&account, 0, 5, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(judge(&account, 0, 49, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(judge(&account, 0, 50, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(spend(&account, 0, 59, NOW), OTP_VERDICT_ACCEPT);
	/* and the state's counts where it is higher */
	assert_int_equal(judge(&account, 0, 50, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(judge(&account, 0, 60, NOW), OTP_VERDICT_ACCEPT);
}

static void
verify_hotp__ends_at_the_last_counter_and_does_not_wrap(void **unused)
{
	struct account account;
	const struct otp_token *token = &account.seed.tokens[0];

	(void)unused;
	make(&account, OTP_HOTP, UINT64_MAX - 1);
	assert_int_equal(
	    try_code(&account, digits(6, oracle_value(token, UINT64_MAX)), NOW),
	    OTP_ERR_LIMIT);
	assert_int_equal(judge(&account, 0, 0, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(values_count, 3);
	assert_int_equal(
	    spend(&account, 0, UINT64_MAX - 1, NOW), OTP_VERDICT_ACCEPT);
	assert_true(account.state.credentials[0].value == UINT64_MAX);
	assert_int_equal(
	    try_code(&account, digits(6, oracle_value(token, UINT64_MAX)), NOW),
	    OTP_ERR_LIMIT);
	assert_int_equal(
	    judge(&account, 0, UINT64_MAX - 1, NOW), OTP_VERDICT_REPLAY);
	assert_int_equal(values_count, 0);
}

/* --- several tokens --- */

static void
verify__spends_a_code_with_every_token_that_shows_it(void **unused)
{
	const uint64_t step = 57929385;
	const int64_t now = (int64_t)step * 30;
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_TOTP, secret_two);
	adopt(&account, 1, 0);
	assert_int_equal(oracle_value(&account.seed.tokens[0], step),
	    oracle_value(&account.seed.tokens[1], step));
	assert_int_equal(spend(&account, 0, step, now), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.finding.spends_count, 2);
	assert_int_equal(account.finding.token, 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
		    account.state.credentials[i].value, (step + 1) * 30);
		assert_int_equal(
		    judge(&account, i, step, now), OTP_VERDICT_REPLAY);
		assert_int_equal(
		    judge(&account, i, step + 1, now), OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.token, i);
	}
	memset(account.state.accepted, 0, sizeof(account.state.accepted));
	/* spent of the one, fresh of the other: whichever comes first */
	for (unsigned i = 0; i < 2; i++) {
		account.state.credentials[i].value = 0;
		account.state.credentials[!i].value = (step + 1) * 30;
		assert_int_equal(
		    judge(&account, 0, step, now), OTP_VERDICT_REPLAY);
		assert_int_equal(account.finding.token, !i);
		assert_int_equal(account.finding.spends_count, 0);
		assert_false(account.finding.drift_known);
	}
	/* unknown of the one, fresh of the other */
	account.state.credentials[0].value = 0;
	account.state.credentials_count = 1;
	assert_int_equal(judge(&account, 0, step, now), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.finding.spends_count, 1);
}

/* Two HOTP tokens; VALUE is what they show at AT[0] and AT[1]. */
static uint32_t
make_two_counters(struct account *account, const uint64_t at[2])
{
	uint32_t value;

	make(account, OTP_HOTP, at[0]);
	add_token(account, OTP_HOTP, secret_two);
	adopt(account, 1, at[1]);
	value = oracle_value(&account->seed.tokens[0], at[0]);
	assert_int_equal(oracle_value(&account->seed.tokens[1], at[1]), value);
	return value;
}

/* What is spent as one token's last code lets nobody in as another's next. */
static void
verify__takes_the_last_hotp_code_of_no_other_token(void **unused)
{
	static const uint64_t at[2] = { 495, 16 };
	struct account account;

	(void)unused;
	for (unsigned last = 0; last < 2; last++) {
		struct otp_code code =
		    digits(6, make_two_counters(&account, at));

		assert_int_equal(try_code(&account, code, NOW), OTP_OK);
		assert_int_equal(account.finding.verdict, OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.spends_count, 2);
		account.state.credentials[last].value++;
		assert_int_equal(try_code(&account, code, NOW), OTP_OK);
		assert_int_equal(account.finding.verdict, OTP_VERDICT_REJECT);
		assert_int_equal(account.finding.spends_count, 0);
	}
}

/* One at its end cannot be spent, but is not in the way of one that can. */
static void
verify__lets_no_token_at_its_end_spoil_another(void **unused)
{
	static const uint64_t at[2][2] = { { UINT64_MAX, 338344 },
		{ 128527, UINT64_MAX } };
	struct account account;

	(void)unused;
	for (unsigned end = 0; end < 2; end++) {
		struct otp_code code =
		    digits(6, make_two_counters(&account, at[end]));

		assert_int_equal(try_code(&account, code, NOW), OTP_OK);
		assert_int_equal(account.finding.verdict, OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.token, !end);
		assert_int_equal(account.finding.spends_count, 1);
		account.state.credentials[!end].value = 0;
		assert_int_equal(try_code(&account, code, NOW), OTP_ERR_LIMIT);
	}
}

static void
verify__holds_a_code_against_the_tokens_of_its_length_alone(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_HOTP, secret_two);
	account.seed.tokens[1].digits = 8;
	adopt(&account, 1, 7);
	assert_int_equal(judge(&account, 1, 9, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(account.finding.token, 1);
	assert_int_equal(account.finding.kind, OTP_HOTP);
	assert_int_equal(values_count, 4); /* of 6 to 9 */
	assert_int_equal(judge(&account, 0, STEP, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(values_count, 3);
	assert_int_equal(try_code(&account, digits(7, 1), NOW), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_MALFORMED);
	assert_int_equal(values_count, 0);
}

static void
verify__tells_the_drift_of_whichever_token_it_is(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_HOTP, 0);
	add_token(&account, OTP_TOTP, secret_two);
	adopt(&account, 1, 0);
	add_token(&account, OTP_TOTP, "abcdefghij0123456789");
	adopt(&account, 2, 0);
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(
		    judge(&account, i, STEP - 7, NOW), OTP_VERDICT_REJECT);
		assert_true(account.finding.drift_known);
		assert_int_equal(account.finding.drift, -210);
	}
}

static void
verify__looks_back_at_the_tokens_of_a_codes_length_alone(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	account.seed.tokens[0].digits = 8;
	add_token(&account, OTP_TOTP, secret_two);
	adopt(&account, 1, 0);
	assert_int_equal(judge(&account, 1, STEP - 7, NOW), OTP_VERDICT_REJECT);
	assert_true(account.finding.drift_known);
	assert_int_equal(account.finding.drift, -210);
	assert_int_equal(values_count, 3 + 6); /* the window; 2 to 7 ago */
}

static void
verify__names_the_token_of_a_replay(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_TOTP, secret_two);
	adopt(&account, 1, UINT64_MAX);
	assert_int_equal(judge(&account, 1, STEP, NOW), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.token, 1);
}

/* --- credentials that the state does not know --- */

/* What comes of VALUE now where nobody asks for the fault. */
static enum otp_err
judge_untold(struct account *account, uint32_t value)
{
	const struct otp_code code = digits(6, value);

	return otp_verify(&account->seed, &account->state, &account->policy,
	    &code, NOW, &account->finding, NULL);
}

static void
verify__cannot_judge_what_was_not_adopted(void **unused)
{
	struct account account;

	(void)unused;
	for (unsigned kind = OTP_TOTP; kind <= OTP_HOTP; kind++) {
		uint64_t moving = kind == OTP_TOTP ? STEP : 3;
		const struct otp_token *token = &account.seed.tokens[1];

		make(&account, OTP_TOTP, 0);
		add_token(&account, (enum otp_kind)kind, secret_two);
		assert_int_equal(
		    try_code(
			&account, digits(6, oracle_value(token, moving)), NOW),
		    OTP_ERR_NO_STATE);
		assert_int_equal(
		    account.fault.line, account.seed.token_lines[1]);
		assert_int_equal(account.fault.errnum, 0);
		assert_int_equal(
		    judge_untold(&account, oracle_value(token, moving)),
		    OTP_ERR_NO_STATE);
		/* all else is judged as ever */
		assert_int_equal(
		    judge(&account, 0, STEP, NOW), OTP_VERDICT_ACCEPT);
		assert_int_equal(
		    judge(&account, 0, STEP + 5, NOW), OTP_VERDICT_REJECT);
		/* known as another kind is not known */
		adopt(&account, 1, 0);
		account.state.credentials[1].kind = OTP_RECOVERY;
		assert_int_equal(
		    try_code(
			&account, digits(6, oracle_value(token, moving)), NOW),
		    OTP_ERR_NO_STATE);
	}
}

/* --- recovery codes --- */

static struct otp_code
recovery_code(uint8_t number)
{
	struct otp_code code = { .typed = OTP_TYPED_RECOVERY };

	memset(code.recovery, number, sizeof(code.recovery));
	return code;
}

static void
add_recovery(struct account *account, uint8_t number, bool known)
{
	struct otp_recovery *recovery =
	    &account->seed.recovery[account->seed.recovery_count++];
	struct otp_credential *credential =
	    &account->state.credentials[account->state.credentials_count];
	const struct otp_code code = recovery_code(number);
	uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { number };

	assert_int_equal(
	    otp_recovery_make(code.recovery, salt, recovery), OTP_OK);
	recovery->made = 1;
	if (!known)
		return;
	account->state.credentials_count++;
	credential->kind = OTP_RECOVERY;
	otp_recovery_id(recovery, credential->id);
}

static void
verify_recovery__takes_each_code_once(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_recovery(&account, 1, true);
	add_recovery(&account, 2, true);
	for (uint8_t i = 1; i <= 2; i++) {
		assert_int_equal(
		    try_code(&account, recovery_code(i), NOW), OTP_OK);
		assert_int_equal(account.finding.verdict, OTP_VERDICT_ACCEPT);
		assert_int_equal(account.finding.kind, OTP_RECOVERY);
		assert_int_equal(account.finding.token, 0);
		assert_false(account.finding.drift_known);
		assert_int_equal(account.finding.spends_count, 1);
		otp_verify_spend(&account.finding, NOW, &account.state);
		assert_int_equal(account.state.credentials[i].value, NOW);
		assert_int_equal(account.state.credentials[i].last_used, NOW);
		assert_int_equal(
		    try_code(&account, recovery_code(i), NOW), OTP_OK);
		assert_int_equal(account.finding.verdict, OTP_VERDICT_REPLAY);
		assert_int_equal(account.finding.kind, OTP_RECOVERY);
		assert_int_equal(account.finding.token, 0);
		assert_int_equal(account.finding.spends_count, 0);
	}
	assert_int_equal(account.state.credentials[0].value, 0);
	assert_int_equal(try_code(&account, recovery_code(3), NOW), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(values_count, 0);
}

static void
verify_recovery__ends_with_the_first_that_is_right(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_recovery(&account, 1, true);
	add_recovery(&account, 1, true);
	assert_int_equal(try_code(&account, recovery_code(1), NOW), OTP_OK);
	assert_int_equal(account.finding.spends_count, 1);
}

static void
verify_recovery__is_spent_in_the_first_second_of_time_too(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_recovery(&account, 1, true);
	assert_int_equal(try_code(&account, recovery_code(1), 0), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_ACCEPT);
	otp_verify_spend(&account.finding, 0, &account.state);
	assert_int_equal(account.state.credentials[1].value, 1);
	assert_int_equal(try_code(&account, recovery_code(1), 0), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_REPLAY);
}

static void
verify_recovery__cannot_judge_what_was_not_adopted(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_recovery(&account, 1, false);
	assert_int_equal(
	    try_code(&account, recovery_code(1), NOW), OTP_ERR_NO_STATE);
	assert_int_equal(account.fault.line, 0);
	assert_int_equal(try_code(&account, recovery_code(2), NOW), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_REJECT);
}

/* --- the rest --- */

static void
verify_comparable__is_what_could_be_right(void **unused)
{
	struct account account;
	struct otp_code code = { .typed = OTP_TYPED_MALFORMED, .digits = 6 };

	(void)unused;
	make(&account, OTP_TOTP, 0);
	assert_false(otp_verify_comparable(&account.seed, &code));
	code.typed = OTP_TYPED_WITHHELD;
	assert_false(otp_verify_comparable(&account.seed, &code));
	assert_int_equal(try_code(&account, code, NOW), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_MALFORMED);
	code.typed = OTP_TYPED_DIGITS;
	assert_true(otp_verify_comparable(&account.seed, &code));
	code.digits = 7;
	assert_false(otp_verify_comparable(&account.seed, &code));
	code.typed = OTP_TYPED_RECOVERY;
	assert_true(otp_verify_comparable(&account.seed, &code));
	account.seed.tokens_count = 0;
	code = digits(6, 0);
	assert_false(otp_verify_comparable(&account.seed, &code));
}

static void
verify__says_so_where_values_cannot_be_computed(void **unused)
{
	struct account account;
	const unsigned values = 3 + OTP_DRIFT_STEPS - 1;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	for (fail_at = 1; fail_at <= values; fail_at++)
		assert_int_equal(
		    try_code(&account, wrong_code(&account, STEP), NOW),
		    OTP_ERR_CRYPTO);
	assert_int_equal(
	    try_code(&account, wrong_code(&account, STEP), NOW), OTP_OK);
	/* also behind the value that was right */
	for (fail_at = 1; fail_at <= 3; fail_at++)
		assert_int_equal(
		    try_code(&account,
			digits(6, oracle_value(&account.seed.tokens[0], STEP)),
			NOW),
		    OTP_ERR_CRYPTO);
	make(&account, OTP_HOTP, 1);
	for (fail_at = 1; fail_at <= 5; fail_at++)
		assert_int_equal(
		    try_code(&account,
			digits(6, oracle_value(&account.seed.tokens[0], 4)),
			NOW),
		    OTP_ERR_CRYPTO);
	assert_int_equal(judge(&account, 0, 4, NOW), OTP_VERDICT_ACCEPT);
	fail_at = 0;
}

/* Every call fails in turn; one error is no code that is wrong, nor right. */
static void
verify__says_so_wherever_a_digest_cannot_be_computed(void **unused)
{
	struct account account;
	static const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 3 };
	struct otp_code codes[4];
	const unsigned calls[] = { 4, 8, 2, 3 };

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_TOTP, secret_two);
	adopt(&account, 1, 0);
	add_recovery(&account, 1, true);
	add_recovery(&account, 2, true);
	codes[0] = digits(6, oracle_value(&account.seed.tokens[0], STEP));
	codes[1] = wrong_code(&account, STEP);
	codes[2] = recovery_code(2);
	codes[3] = recovery_code(3); /* and not the invitation either */
	account.seed.invited = true;
	assert_int_equal(otp_recovery_make(recovery_code(4).recovery, salt,
			     &account.seed.invitation),
	    OTP_OK);
	for (unsigned i = 0; i < COUNT(codes); i++) {
		for (unsigned at = 1; at <= calls[i]; at++) {
			other_calls = 0;
			other_fails_at = at;
			assert_int_equal(
			    try_code(&account, codes[i], NOW), OTP_ERR_CRYPTO);
		}
		other_calls = other_fails_at = 0;
		assert_int_equal(try_code(&account, codes[i], NOW), OTP_OK);
		assert_int_equal(other_calls, calls[i]);
	}
	for (unsigned at = 1; at <= 3; at++) {
		const uint8_t secret[20] = { 1 };

		other_calls = 0;
		other_fails_at = at;
		assert_int_equal(
		    otp_verify_decoy(secret, &account.policy, &codes[1], NOW),
		    OTP_ERR_CRYPTO);
	}
	other_fails_at = 0;
}

/* What was removed may still stand behind what there is. */
static void
verify__looks_at_nothing_behind_the_last(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_TOTP, secret_two);
	adopt(&account, 1, 0);
	assert_int_equal(judge(&account, 1, STEP, NOW), OTP_VERDICT_ACCEPT);
	account.seed.tokens_count = 1;
	assert_int_equal(judge(&account, 1, STEP, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(judge(&account, 1, STEP - 5, NOW), OTP_VERDICT_REJECT);
	assert_false(account.finding.drift_known);
	add_recovery(&account, 1, true);
	account.seed.recovery_count = 0;
	assert_int_equal(try_code(&account, recovery_code(1), NOW), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_REJECT);
}

static void
verify_spend__writes_what_was_found_where_it_is_known(void **unused)
{
	struct account account;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	assert_int_equal(judge(&account, 0, STEP, NOW), OTP_VERDICT_ACCEPT);
	account.state.credentials[1] = account.state.credentials[0];
	account.finding.spends_count = 0;
	otp_verify_spend(&account.finding, NOW, &account.state);
	assert_int_equal(account.state.credentials[0].value, 0);
	account.finding.spends_count = 1;
	otp_verify_spend(&account.finding, NOW, &account.state);
	assert_int_equal(account.state.credentials[0].value, (STEP + 1) * 30);
	assert_int_equal(account.state.credentials[1].value, 0);
}

static struct account looked_at;
static enum otp_err looked_err;

static void
look(void)
{
	looked_err = try_code(&looked_at, digits(6, 4711), NOW);
}

static const uint8_t nobodys_secret[20] = "random, as it were.";

static void
look_for_nobody(void)
{
	const struct otp_code code = digits(6, 4711);

	looked_err =
	    otp_verify_decoy(nobodys_secret, &looked_at.policy, &code, NOW);
}

/* Of all values that were computed, the last one would be there. */
static void
verify__leaves_no_value_in_memory(void **unused)
{
	uint32_t last;

	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	make(&looked_at, OTP_TOTP, 0);
	last = oracle_value(&looked_at.seed.tokens[0], STEP - OTP_DRIFT_STEPS);
	run_on_stack(look);
	assert_int_equal(looked_at.finding.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(values_count, 3 + OTP_DRIFT_STEPS - 1);
	assert_false(stack_has(&last, sizeof(last)));
	assert_int_equal(looked_err, OTP_OK);
	run_on_stack(look_for_nobody);
	assert_int_equal(looked_err, OTP_OK);
	assert_false(stack_has(nobodys_secret, 20));
}

static void
verify_decoy__works_as_hard_as_a_wrong_code(void **unused)
{
	const struct otp_code typed[] = {
		digits(6, 1),
		digits(7, 1), /* the usual token has none so long */
		digits(8, 1),
		recovery_code(1),
		{ .typed = OTP_TYPED_MALFORMED },
	};
	uint8_t secret[20];
	struct account account;
	uint64_t seed = 20;

	(void)unused;
	make(&account, OTP_TOTP, 0);
	for (unsigned window = 0; window <= OTP_WINDOW_MAX; window++) {
		account.policy.window = window;
		for (unsigned i = 0; i < 20 * COUNT(typed); i++) {
			struct otp_code code = typed[i % COUNT(typed)];
			unsigned values;

			if (code.digits == 6)
				code = wrong_code(&account, STEP);
			assert_int_equal(try_code(&account, code, NOW), OTP_OK);
			values = values_count;
			if (code.digits == 6)
				assert_int_equal(
				    values, window + 1 + OTP_DRIFT_STEPS);
			unit_fill(&seed, secret, sizeof(secret));
			values_count = 0;
			assert_int_equal(otp_verify_decoy(secret,
					     &account.policy, &code, NOW),
			    OTP_OK);
			assert_int_equal(values_count, values);
			if (code.digits == 6)
				assert_memory_equal(opened_secret, secret, 20);
		}
	}
	/* also where the code would be right, it says nothing */
	account.policy.window = 0;
	memcpy(secret, secret_one, sizeof(secret));
	assert_int_equal(
	    otp_verify_decoy(secret, &account.policy,
		&(struct otp_code){ .typed = OTP_TYPED_DIGITS,
		    .digits = 6,
		    .value = oracle_value(&account.seed.tokens[0], STEP) },
		NOW),
	    OTP_OK);
	fail_at = 1;
	values_count = 0;
	assert_int_equal(
	    otp_verify_decoy(secret, &account.policy, &typed[0], NOW),
	    OTP_ERR_CRYPTO);
	fail_at = 0;
}

static void
verdict__accept_is_far_from_all_others(void **unused)
{
	(void)unused;
	assert_int_equal(OTP_VERDICT_REJECT, 0);
	for (unsigned other = 0; other < 64; other++) {
		uint32_t bits = (uint32_t)OTP_VERDICT_ACCEPT ^ other;

		assert_true(__builtin_popcount(bits) > 8);
	}
	assert_string_equal(otp_verdict_reason(OTP_VERDICT_ACCEPT), "ok");
	for (unsigned other = 0; other < 64; other++)
		assert_string_not_equal(
		    otp_verdict_reason((enum otp_verdict)other), "ok");
}

static void
verdict_reason__is_the_logs_word(void **unused)
{
	static const char *const words[] = { "wrong", "malformed",
		"withheld-by-sshd", "replay", "blocked", "locked-out",
		"not-enrolled", "unknown-user", "changed-user", "suspended",
		"invited", "invitation-expired", "wrong" };

	(void)unused;
	for (unsigned i = 0; i < COUNT(words); i++)
		assert_string_equal(
		    otp_verdict_reason((enum otp_verdict)i), words[i]);
}

/* The code VALUE of token INDEX was accepted last. */
static void
accepted_is(struct account *account, unsigned index, uint32_t value)
{
	const struct otp_token *token = &account->seed.tokens[index];
	struct otp_accepted accepted = {
		.kind = (uint32_t)token->kind, .value = value, .moving = 7
	};

	assert_int_equal(otp_token_id(token, accepted.id), OTP_OK);
	otp_state_accept(&account->state, &accepted);
}

static enum otp_verdict
repeated(struct account *account, unsigned count, uint32_t value)
{
	const struct otp_code code = digits(count, value);

	memset(&account->finding, 0xee, sizeof(account->finding));
	assert_int_equal(otp_verify_repeated(&account->seed, &account->state,
			     &code, &account->finding),
	    OTP_OK);
	return account->finding.verdict;
}

static void
repeated__is_a_replay_of_its_own_token(void **state)
{
	struct account account;

	(void)state;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_HOTP, secret_two);
	accepted_is(&account, 0, 123456);
	accepted_is(&account, 1, 234567);
	assert_int_equal(repeated(&account, 6, 123456), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.token, 0);
	assert_int_equal(account.finding.kind, OTP_TOTP);
	assert_int_equal(repeated(&account, 6, 234567), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.token, 1);
	assert_int_equal(account.finding.kind, OTP_HOTP);
	assert_int_equal(repeated(&account, 6, 345678), OTP_VERDICT_REJECT);

	add_token(&account, OTP_TOTP, secret_two);
	accepted_is(&account, 2, 345678);
	assert_int_equal(repeated(&account, 6, 345678), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.token, 2);
}

static void
repeated__of_two_tokens_names_the_latest(void **state)
{
	struct account account;

	(void)state;
	make(&account, OTP_TOTP, 0);
	add_token(&account, OTP_TOTP, secret_two);
	accepted_is(&account, 1, 123456);
	accepted_is(&account, 0, 123456);
	assert_int_equal(repeated(&account, 6, 123456), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.token, 0);
	accepted_is(&account, 1, 123456);
	assert_int_equal(repeated(&account, 6, 123456), OTP_VERDICT_REPLAY);
	assert_int_equal(account.finding.token, 1);
}

/* Its digits were edited: the same number is another code. */
static void
repeated__has_the_digits_of_its_token(void **state)
{
	struct account account;

	(void)state;
	make(&account, OTP_TOTP, 0);
	accepted_is(&account, 0, 123456);
	assert_int_equal(repeated(&account, 8, 123456), OTP_VERDICT_REJECT);
	account.seed.tokens[0].digits = 8;
	assert_int_equal(repeated(&account, 6, 123456), OTP_VERDICT_REJECT);
	assert_int_equal(repeated(&account, 8, 123456), OTP_VERDICT_REPLAY);
}

static void
repeated__fails_where_no_id_can_be_computed(void **state)
{
	const struct otp_code code = digits(6, 123456);
	struct account account;

	(void)state;
	make(&account, OTP_TOTP, 0);
	accepted_is(&account, 0, 123456);
	memset(&account.finding, 0xee, sizeof(account.finding));
	other_calls = 0;
	other_fails_at = 1;
	assert_int_equal(otp_verify_repeated(&account.seed, &account.state,
			     &code, &account.finding),
	    OTP_ERR_CRYPTO);
	assert_int_equal(account.finding.token, 0xeeeeeeee);
	other_calls = 0;
	assert_int_equal(
	    otp_verify(&account.seed, &account.state, &account.policy, &code,
		NOW, &account.finding, NULL),
	    OTP_ERR_CRYPTO);
	other_calls = other_fails_at = 0;
	assert_int_equal(account.finding.token, 0xeeeeeeee);
}

static void
totp__that_is_accepted_is_kept_with_its_step(void **state)
{
	struct account account;
	char text[16];
	uint32_t value;

	(void)state;
	make(&account, OTP_TOTP, 0);
	value = (uint32_t)strtoul(
	    oracle_code(&account.seed.tokens[0], (uint64_t)STEP, text), NULL,
	    10);
	assert_int_equal(try_code(&account, digits(6, value), NOW), OTP_OK);
	assert_int_equal(account.finding.verdict, OTP_VERDICT_ACCEPT);
	otp_verify_spend(&account.finding, NOW, &account.state);
	assert_true(account.state.accepted[0].moving == (uint64_t)STEP);
	assert_int_equal(account.state.accepted[0].value, value);
	assert_int_equal(account.state.accepted[0].kind, OTP_TOTP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    verify_totp__takes_the_steps_of_the_window_and_no_more),
		cmocka_unit_test(
		    verify_totp__knows_a_step_from_its_first_second_to_its_last),
		cmocka_unit_test(
		    verify_totp__takes_a_code_once_and_none_before_it),
		cmocka_unit_test(
		    verify_totp__takes_a_step_that_begins_where_the_spent_one_ended),
		cmocka_unit_test(verify_totp__tells_the_drift_of_the_past_only),
		cmocka_unit_test(
		    verify_totp__spends_the_later_of_two_equal_steps),
		cmocka_unit_test(verify_totp__counts_leading_zeros),
		cmocka_unit_test(
		    verify_totp__knows_every_hash_length_and_period),
		cmocka_unit_test(
		    verify_totp__is_right_from_1970_to_far_beyond_2106),
		cmocka_unit_test(
		    verify_totp__keeps_what_is_spent_where_the_period_is_edited),
		cmocka_unit_test(verify_hotp__takes_the_look_ahead_and_no_more),
		cmocka_unit_test(
		    verify_hotp__spends_the_first_of_two_equal_counters),
		cmocka_unit_test(verify_hotp__begins_with_no_last_code),
		cmocka_unit_test(verify_hotp__is_never_below_the_seeds_counter),
		cmocka_unit_test(
		    verify_hotp__ends_at_the_last_counter_and_does_not_wrap),
		cmocka_unit_test(
		    verify__spends_a_code_with_every_token_that_shows_it),
		cmocka_unit_test(
		    verify__takes_the_last_hotp_code_of_no_other_token),
		cmocka_unit_test(
		    verify__lets_no_token_at_its_end_spoil_another),
		cmocka_unit_test(
		    verify__holds_a_code_against_the_tokens_of_its_length_alone),
		cmocka_unit_test(
		    verify__tells_the_drift_of_whichever_token_it_is),
		cmocka_unit_test(
		    verify__looks_back_at_the_tokens_of_a_codes_length_alone),
		cmocka_unit_test(verify__names_the_token_of_a_replay),
		cmocka_unit_test(verify__cannot_judge_what_was_not_adopted),
		cmocka_unit_test(verify_recovery__takes_each_code_once),
		cmocka_unit_test(
		    verify_recovery__ends_with_the_first_that_is_right),
		cmocka_unit_test(
		    verify_recovery__is_spent_in_the_first_second_of_time_too),
		cmocka_unit_test(
		    verify_recovery__cannot_judge_what_was_not_adopted),
		cmocka_unit_test(verify_comparable__is_what_could_be_right),
		cmocka_unit_test(
		    verify__says_so_where_values_cannot_be_computed),
		cmocka_unit_test(
		    verify__says_so_wherever_a_digest_cannot_be_computed),
		cmocka_unit_test(verify__looks_at_nothing_behind_the_last),
		cmocka_unit_test(
		    verify_spend__writes_what_was_found_where_it_is_known),
		cmocka_unit_test(verify__leaves_no_value_in_memory),
		cmocka_unit_test(verify_decoy__works_as_hard_as_a_wrong_code),
		cmocka_unit_test(repeated__is_a_replay_of_its_own_token),
		cmocka_unit_test(repeated__of_two_tokens_names_the_latest),
		cmocka_unit_test(repeated__has_the_digits_of_its_token),
		cmocka_unit_test(repeated__fails_where_no_id_can_be_computed),
		cmocka_unit_test(totp__that_is_accepted_is_kept_with_its_step),
		cmocka_unit_test(verdict__accept_is_far_from_all_others),
		cmocka_unit_test(verdict_reason__is_the_logs_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
