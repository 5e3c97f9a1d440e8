/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a yes comes from: that of another function is none for a change, even if it
 * should not have said it.
 */
#include "config.h"

#include "tests/effects/world.h"

#include "common/effects/own.h"

static struct otp_own_proof proof;
static struct otp_own_token token;
static struct otp_own_result result;
static struct otp_recovery_set set;
static struct snapshot before;
static char code[16], current[16], wrong[16];

/* --- what says yes, although it is not so --- */

static bool verify_says_yes, invitation_says_yes, confirm_says_yes,
    address_says_yes;
static enum otp_kind try_accepts; /* a code of this kind, or 0 */

enum otp_err __real_otp_verify(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_policy *policy,
    const struct otp_code *typed, int64_t now, struct otp_match *ret_match,
    struct otp_fault *fault);
enum otp_err __wrap_otp_verify(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_policy *policy,
    const struct otp_code *typed, int64_t now, struct otp_match *ret_match,
    struct otp_fault *fault);

enum otp_err
__wrap_otp_verify(const struct otp_seed *seed, const struct otp_state *state,
    const struct otp_policy *policy, const struct otp_code *typed, int64_t now,
    struct otp_match *ret_match, struct otp_fault *fault)
{
	if (!verify_says_yes)
		return __real_otp_verify(
		    seed, state, policy, typed, now, ret_match, fault);
	*ret_match = (struct otp_match){ .verdict = OTP_VERDICT_ACCEPT,
		.kind = OTP_RECOVERY };
	return OTP_OK;
}

enum otp_err __real_otp_attempt_try(const struct otp_host *host,
    const struct otp_request *request, const char *typed,
    struct otp_answer *ret_answer, struct otp_fault *fault);
enum otp_err __wrap_otp_attempt_try(const struct otp_host *host,
    const struct otp_request *request, const char *typed,
    struct otp_answer *ret_answer, struct otp_fault *fault);

enum otp_err
__wrap_otp_attempt_try(const struct otp_host *host,
    const struct otp_request *request, const char *typed,
    struct otp_answer *ret_answer, struct otp_fault *fault)
{
	if (try_accepts == 0)
		return __real_otp_attempt_try(
		    host, request, typed, ret_answer, fault);
	*ret_answer = (struct otp_answer){ .verdict = OTP_VERDICT_ACCEPT,
		.kind = try_accepts };
	return OTP_OK;
}

enum otp_err __real_otp_enrol_by_invitation(struct otp_account *account,
    const char *typed, struct otp_enrolment *enrolment,
    enum otp_verdict *ret_verdict);
enum otp_err __wrap_otp_enrol_by_invitation(struct otp_account *account,
    const char *typed, struct otp_enrolment *enrolment,
    enum otp_verdict *ret_verdict);

enum otp_err
__wrap_otp_enrol_by_invitation(struct otp_account *account, const char *typed,
    struct otp_enrolment *enrolment, enum otp_verdict *ret_verdict)
{
	if (!invitation_says_yes)
		return __real_otp_enrol_by_invitation(
		    account, typed, enrolment, ret_verdict);
	*ret_verdict = OTP_VERDICT_ACCEPT;
	return OTP_OK;
}

enum otp_err __real_otp_enrol_confirm(struct otp_account *account,
    struct otp_enrolment *enrolment, const char *typed,
    struct otp_confirmation *ret_confirmation);
enum otp_err __wrap_otp_enrol_confirm(struct otp_account *account,
    struct otp_enrolment *enrolment, const char *typed,
    struct otp_confirmation *ret_confirmation);

enum otp_err
__wrap_otp_enrol_confirm(struct otp_account *account,
    struct otp_enrolment *enrolment, const char *typed,
    struct otp_confirmation *ret_confirmation)
{
	if (!confirm_says_yes)
		return __real_otp_enrol_confirm(
		    account, enrolment, typed, ret_confirmation);
	*ret_confirmation =
	    (struct otp_confirmation){ .verdict = OTP_VERDICT_ACCEPT };
	return OTP_OK;
}

enum otp_err __real_otp_enrol_confirm_address(struct otp_account *account,
    const char *typed, enum otp_verdict *ret_verdict, uint32_t *ret_wait);
enum otp_err __wrap_otp_enrol_confirm_address(struct otp_account *account,
    const char *typed, enum otp_verdict *ret_verdict, uint32_t *ret_wait);

enum otp_err
__wrap_otp_enrol_confirm_address(struct otp_account *account, const char *typed,
    enum otp_verdict *ret_verdict, uint32_t *ret_wait)
{
	if (!address_says_yes)
		return __real_otp_enrol_confirm_address(
		    account, typed, ret_verdict, ret_wait);
	account->committed = false;
	*ret_verdict = OTP_VERDICT_ACCEPT;
	*ret_wait = 0;
	return OTP_OK;
}

static void
all_say_what_is_so(void)
{
	verify_says_yes = invitation_says_yes = false;
	confirm_says_yes = address_says_yes = false;
	try_accepts = 0;
}

/* Alice has a TOTP token, an HOTP one and a recovery code. */
static int
setup(void **state)
{
	(void)state;
	all_say_what_is_so();
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	(void)world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_enrol(&world);
	world.account.by_other = true;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	all_say_what_is_so();
	world_close(&world);
	return 0;
}

/* What is active, and a right code of it or a wrong one. */
static void
prove(bool right)
{
	proof.former = world_active(&world);
	proof.typed = right ? oracle_code(&world.seed.tokens[0],
				  (uint64_t)world.now / 30, current)
			    : oracle_wrong(&world.seed.tokens[0],
				  (uint64_t)world.now / 30 - 30, 60, wrong);
}

static void
make(enum otp_enrol_mode mode, bool invited)
{
	const struct otp_token shown = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.secret_size = OTP_OWN_SECRET_SIZE,
		.secret = { 9, 9, 9 } };

	token = (struct otp_own_token){ .mode = mode, .invited = invited };
	memcpy(token.secret, shown.secret, sizeof(token.secret));
	token.typed = oracle_code(&shown, (uint64_t)world.now / 30, code);
}

static enum otp_err
put(void)
{
	memset(&result, 0xee, sizeof(result));
	world.account.committed = true;
	return otp_own_put(&world.account, &proof, &token, &set, &result);
}

/* Nothing was permitted, and nothing changed but what was counted. */
static void
assert_refused(void)
{
	struct otp_active present;
	struct otp_seed seed;

	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_false(result.proven || result.invited);
	assert_false(world.account.committed);
	world_seed(&world, &seed);
	assert_int_equal(otp_active_of(&seed, &present), OTP_OK);
	assert_memory_equal(&present, &proof.former, sizeof(present));
}

static void
invite(void)
{
	struct otp_recovery_set made;

	assert_int_equal(otp_enrol_make_set(&world.account, 1, &made), OTP_OK);
	made.until = world.now + 86400;
	assert_int_equal(otp_enrol_invite(&world.account, true, &made), OTP_OK);
}

static void
verdict__of_an_invitation_is_no_yes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		prove(false);
		make(i == 0 ? OTP_ENROL_NEW : OTP_ENROL_REPLACE, true);
		invitation_says_yes = true;
		assert_int_equal(put(), OTP_OK);
		assert_refused();
	}
	/* A right code is one, beside it. */
	prove(true);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(result.proven && !result.invited);
}

/* Neither of the changes, nor of a login. */
static void
verdict__of_a_code_that_nothing_uses_up_is_no_yes(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct otp_enrolment enrolment = { .mode = OTP_ENROL_REPLACE };
	enum otp_verdict verdict = OTP_VERDICT_ACCEPT;

	(void)state;
	invite();
	prove(false);
	verify_says_yes = true;
	assert_int_equal(
	    otp_enrol_by_invitation(&world.account,
		world_recovery_text(7, text), &enrolment, &verdict),
	    OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_REJECT);
	assert_false(enrolment.invited);
	make(OTP_ENROL_REPLACE, true);
	assert_int_equal(put(), OTP_OK);
	assert_refused();
	assert_int_equal(world_try(&world, proof.typed), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->last_success.time, 0);
}

/* A code of another kind was given for something else. */
static void
verdict__of_a_try_is_a_yes_by_its_kind(void **state)
{
	static const struct {
		enum otp_kind kind;
		bool proves;
	} rows[] = {
		{ OTP_DELIVERED, false },
		{ OTP_INVITATION, false },
		{ OTP_TOTP, true },
		{ OTP_HOTP, true },
		{ OTP_RECOVERY, true },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		try_accepts = rows[i].kind;
		prove(false);
		assert_int_equal(
		    otp_own_recovery(&world.account, &proof, &set, &result),
		    OTP_OK);
		assert_int_equal(result.proven, rows[i].proves);
		assert_int_equal(world.account.committed, rows[i].proves);
		if (!rows[i].proves)
			assert_refused();
	}
}

static void
verdict__of_the_new_tokens_code_is_no_yes(void **state)
{
	static const enum otp_enrol_mode modes[] = { OTP_ENROL_NEW,
		OTP_ENROL_ADD, OTP_ENROL_REPLACE };

	(void)state;
	confirm_says_yes = true;
	for (unsigned i = 0; i < COUNT(modes); i++) {
		prove(true);
		make(modes[i], false);
		snapshot_take(&world, &before);
		assert_int_equal(put(), OTP_OK);
		assert_true(result.of_token);
		assert_refused();
		assert_unchanged(&world, &before);
	}
}

static void
verdict__of_an_address_is_a_yes_once_it_is_added(void **state)
{
	(void)state;
	address_says_yes = true;
	prove(false);
	assert_int_equal(
	    otp_own_confirm_address(&world.account, &proof, &result), OTP_OK);
	assert_refused();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdict__of_an_invitation_is_no_yes),
		TEST(verdict__of_a_code_that_nothing_uses_up_is_no_yes),
		TEST(verdict__of_a_try_is_a_yes_by_its_kind),
		TEST(verdict__of_the_new_tokens_code_is_no_yes),
		TEST(verdict__of_an_address_is_a_yes_once_it_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
