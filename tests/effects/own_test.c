/* SPDX-License-Identifier: BSD-2-Clause */
/* Users who change their own account. */
#include "config.h"

#include "tests/effects/world.h"

#include "common/effects/own.h"
#include "common/effects/standing.h"

static struct otp_own_token token;
static char code[16]; /* of 'token' */
static char current[16];
static struct otp_own_proof proof;
static struct otp_own_result result;
static struct otp_recovery_set set;
static struct snapshot before;

/* Alice has a TOTP token, an HOTP one and two recovery codes. */
static int
setup(void **state)
{
	(void)state;
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	(void)world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_enrol(&world);
	world.account.by_other = true;
	return 0;
}

/* What token 0 shows now, and what is active, as the caller sees it. */
static void
prove(void)
{
	proof.former = world_active(&world);
	proof.typed = oracle_code(&world.seed.tokens[0],
	    world.seed.tokens[0].kind == OTP_TOTP ? (uint64_t)world.now / 30
						  : 0,
	    current);
}

/* A code of the new token, right at the step OFF from now. */
static void
make(enum otp_enrol_mode mode, int off)
{
	struct otp_token shown = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.secret_size = OTP_OWN_SECRET_SIZE };

	token = (struct otp_own_token){ .mode = mode, .secret = "new" };
	memcpy(shown.secret, token.secret, sizeof(token.secret));
	token.typed =
	    oracle_code(&shown, (uint64_t)(world.now / 30 + off), code);
}

static enum otp_err
put(void)
{
	memset(&result, 0xee, sizeof(result));
	memset(&set, 0xee, sizeof(set));
	world.account.committed = true;
	return otp_own_put(&world.account, &proof, &token, &set, &result);
}

static enum otp_err
renew(void)
{
	memset(&set, 0xee, sizeof(set));
	world.account.committed = true;
	return otp_own_recovery(&world.account, &proof, &set, &result);
}

static enum otp_err
remove_number(unsigned number)
{
	world.account.committed = true;
	return otp_own_remove(&world.account, &proof, number, &result);
}

/* The change that was asked for was not made, and was not told to be. */
static void
assert_refused(enum otp_verdict verdict)
{
	struct otp_seed seed;
	struct otp_active active;

	assert_int_equal(result.verdict, verdict);
	assert_false(world.account.committed || result.proven);
	assert_int_equal(set.count, 0);
	world_seed(&world, &seed);
	assert_int_equal(otp_active_of(&seed, &active), OTP_OK);
	assert_memory_equal(&active, &proof.former, sizeof(active));
}

static unsigned
tokens(void)
{
	struct otp_seed seed;

	world_seed(&world, &seed);
	return seed.tokens_count;
}

static void
own__puts_a_first_token(void **state)
{
	struct otp_seed seed;

	(void)state;
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
	make(OTP_ENROL_NEW, 0);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_false(result.of_token);
	assert_true(world.account.committed);
	assert_int_equal(set.count, OTP_ENROL_RECOVERY);
	world_seed(&world, &seed);
	assert_int_equal(seed.tokens_count, 1);
	assert_int_equal(seed.tokens[0].kind, OTP_TOTP);
	assert_int_equal(seed.tokens[0].hash, OTP_SHA1);
	assert_int_equal(seed.tokens[0].digits, 6);
	assert_int_equal(seed.tokens[0].period, 30);
	assert_int_equal(seed.tokens[0].secret_size, 20);
	assert_memory_equal(
	    seed.tokens[0].secret, token.secret, sizeof(token.secret));
	assert_string_equal(strchr(seed.tokens[0].label, ':'), ":alice");
	/* The confirming code is used, and the recovery codes work. */
	world.seed = seed;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_int_equal(world_try(&world, set.text[9]), OTP_VERDICT_ACCEPT);
}

/* A first token is none where there is one, or was lost. */
static void
own__puts_no_first_token_where_there_is_one(void **state)
{
	(void)state;
	prove();
	make(OTP_ENROL_NEW, 0);
	snapshot_take(&world, &before);
	assert_int_equal(put(), OTP_ERR_EXISTS);
	assert_refused(OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
}

static void
forget_file(const char *name)
{
	char path[96];

	world_path(&world, name, path);
	assert_int_equal(unlink(path), 0);
}

/* Of an account whose files were lost it is not known who may enroll it. */
static void
own__puts_no_first_token_where_the_state_is_lost(void **state)
{
	(void)state;
	forget_file("state/alice");
	make(OTP_ENROL_NEW, 0);
	assert_int_equal(put(), OTP_ERR_NO_STATE);
	assert_false(world_has(&world, "state/alice"));
	forget_file("seed/alice");
	assert_int_equal(put(), OTP_ERR_NO_STATE);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_STATE_GONE);
	assert_false(world_has(&world, "state/alice"));
	assert_false(world_has(&world, "seed/alice"));
	world_write(&world, "uid/1000", "?", 1);
	assert_int_equal(put(), OTP_ERR_PARSE);
	assert_false(world_has(&world, "state/alice"));
	forget_file("uid/1000");
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
}

static void
own__replaces_and_adds(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	prove();
	make(OTP_ENROL_ADD, 0);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(world.account.committed);
	assert_int_equal(set.count, 0);
	assert_int_equal(tokens(), 3);
	assert_null(world.account.former);
	/* The former recovery codes still work, here as a proof. */
	prove();
	proof.typed = world_recovery_text(1, text);
	make(OTP_ENROL_REPLACE, 1);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(set.count, OTP_ENROL_RECOVERY);
	assert_int_equal(tokens(), 1);
	assert_int_equal(world_try(&world, world_recovery_text(2, text)),
	    OTP_VERDICT_REJECT);
}

/* Each change, with each proof that is none. */
static void
own__needs_a_code_of_what_is_active(void **state)
{
	static const enum otp_enrol_mode modes[] = { OTP_ENROL_ADD,
		OTP_ENROL_REPLACE };
	char wrong[16], text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	prove();
	(void)oracle_wrong(
	    &world.seed.tokens[0], (uint64_t)world.now / 30 - 30, 60, wrong);
	make(OTP_ENROL_ADD, 0);
	for (unsigned i = 0; i < 4; i++) {
		const char *const typed[] = { "", code, "123",
			world_recovery_text(3, text) };
		const enum otp_verdict expected[] = { OTP_VERDICT_MALFORMED,
			OTP_VERDICT_REJECT, OTP_VERDICT_MALFORMED,
			OTP_VERDICT_REJECT };

		for (unsigned mode = 0; mode < COUNT(modes); mode++) {
			make(modes[mode], 0);
			proof.typed = typed[i];
			assert_int_equal(put(), OTP_OK);
			assert_false(result.of_token);
			assert_refused(expected[i]);
		}
		assert_int_equal(renew(), OTP_OK);
		assert_refused(expected[i]);
		assert_int_equal(remove_number(1), OTP_OK);
		assert_refused(expected[i]);
		/* The wrong ones were charged. */
		assert_int_equal(
		    otp_enrol_unlock(&world.account, &(uint32_t){ 0 }), OTP_OK);
	}
	proof.typed = wrong;
	make(OTP_ENROL_REPLACE, 0);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_REJECT);
}

static void
own__charges_the_proof(void **state)
{
	char wrong[16];

	(void)state;
	prove();
	proof.typed = oracle_wrong(
	    &world.seed.tokens[0], (uint64_t)world.now / 30 - 30, 60, wrong);
	world.policy.delay_after = 2;
	make(OTP_ENROL_REPLACE, 0);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(renew(), OTP_OK);
	assert_int_equal(world_state(&world)->others.failures, 2);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	/* During the delay no code is compared. */
	prove();
	assert_int_equal(remove_number(1), OTP_OK);
	assert_refused(OTP_VERDICT_WAITING);
	assert_true(result.wait > 0);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_WAITING);
	assert_int_equal(renew(), OTP_OK);
	assert_refused(OTP_VERDICT_WAITING);
	/* A right one is used. */
	world.now += 3600;
	prove();
	assert_int_equal(remove_number(1), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(tokens(), 1);
	prove();
	assert_int_equal(renew(), OTP_OK);
	assert_refused(OTP_VERDICT_REPLAY);
	assert_int_equal(world_state(&world)->others.failures, 0);
}

/* Its caller made the secret: no guess, so nothing is charged or used. */
static void
own__judges_the_new_code_first(void **state)
{
	(void)state;
	prove();
	snapshot_take(&world, &before);
	make(OTP_ENROL_REPLACE, 20);
	world.random_fails = true; /* nor is anything made */
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_REJECT);
	assert_true(result.of_token);
	assert_true(result.drift_known);
	assert_int_equal(result.drift, 600);
	token.typed = "12";
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_MALFORMED);
	assert_true(result.of_token);
	assert_unchanged(&world, &before);
	world.random_fails = false;
	make(OTP_ENROL_REPLACE, 0);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
}

/* Root's tool changed something in between: no code is compared, nor changed. */
static void
own__is_bound_to_what_was_seen(void **state)
{
	struct otp_seed seed;

	(void)state;
	prove();
	world_seed(&world, &seed);
	world_recovery(&world, 3);
	world_enrol(&world);
	snapshot_take(&world, &before);
	make(OTP_ENROL_REPLACE, 0);
	assert_int_equal(put(), OTP_ERR_CONFLICT);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(set.count, 0);
	assert_int_equal(renew(), OTP_ERR_CONFLICT);
	assert_int_equal(set.count, 0);
	assert_int_equal(remove_number(1), OTP_ERR_CONFLICT);
	assert_false(world.account.committed);
	assert_unchanged(&world, &before);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_int_equal(put(), OTP_ERR_ABSENT);
	assert_int_equal(renew(), OTP_ERR_ABSENT);
	assert_int_equal(remove_number(0), OTP_ERR_ABSENT);
}

/* It changes after the proof, which is a transaction of its own. */
static bool changes_at_random;
static unsigned changes_at, reads;

static enum otp_err
time_and_change(void *context, int64_t *ret_now)
{
	/* The proof looks at the clock, then the change. */
	if (changes_at_random && ++reads == changes_at) {
		world_recovery(&world, 3);
		world_put_seed(&world);
	}
	return world_time(context, ret_now);
}

static void
own__is_bound_under_the_lock(void **state)
{
	(void)state;
	prove();
	world.sys.time = time_and_change;
	changes_at_random = true;
	changes_at = 3;
	reads = 0;
	assert_int_equal(renew(), OTP_ERR_CONFLICT);
	changes_at_random = false;
	assert_false(world.account.committed);
	assert_int_equal(set.count, 0);
	assert_null(world.account.former);
}

/* Likewise of a token, whose code is judged before the proof. */
static void
own__puts_nothing_that_changed_meanwhile(void **state)
{
	(void)state;
	prove();
	make(OTP_ENROL_REPLACE, 0);
	world.sys.time = time_and_change;
	changes_at_random = true;
	changes_at = 4;
	reads = 0;
	assert_int_equal(put(), OTP_ERR_CONFLICT);
	changes_at_random = false;
	assert_true(result.proven);
	assert_false(world.account.committed);
	assert_int_equal(set.count, 0);
	assert_int_equal(tokens(), 2);
}

/* --- invitations --- */

static char invitation[OTP_RECOVERY_TEXT_SIZE];

/* Alice's invitation; she has nothing else, unless it REPLACES what she has. */
static void
invite(bool replaces)
{
	struct otp_recovery_set made;

	if (!replaces)
		assert_int_equal(
		    otp_enrol_remove(&world.account, true), OTP_OK);
	assert_int_equal(otp_enrol_make_set(&world.account, 1, &made), OTP_OK);
	made.until = world.now + 86400;
	assert_int_equal(
	    otp_enrol_invite(&world.account, replaces, &made), OTP_OK);
	memcpy(invitation, made.text[0], sizeof(invitation));
	prove();
	proof.typed = invitation;
}

static bool
is_invited(void)
{
	struct otp_seed seed;

	world_seed(&world, &seed);
	return seed.invited;
}

static void
make_invited(enum otp_enrol_mode mode)
{
	make(mode, 0);
	token.invited = true;
}

static void
own__needs_an_invitation(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	const struct {
		const char *typed;
		enum otp_verdict verdict;
	} rows[] = {
		{ "", OTP_VERDICT_MALFORMED },
		{ code, OTP_VERDICT_MALFORMED },
		{ world_recovery_text(1, text), OTP_VERDICT_REJECT },
	};

	(void)state;
	invite(false);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	snapshot_take(&world, &before);
	make_invited(OTP_ENROL_NEW);
	for (unsigned i = 0; i < COUNT(rows); i++) {
		proof.typed = rows[i].typed;
		assert_int_equal(put(), OTP_OK);
		assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
		assert_int_equal(result.kind, 0);
		assert_false(world.account.committed || result.invited);
		assert_unchanged(&world, &before);
	}
	invite(false);
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(rows); i++) {
		proof.typed = rows[i].typed;
		assert_int_equal(put(), OTP_OK);
		assert_false(result.of_token || result.invited);
		assert_refused(rows[i].verdict);
	}
	proof.typed = invitation;
	world.now += 86400;
	make_invited(OTP_ENROL_NEW);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_INVITATION_ENDED);
	assert_unchanged(&world, &before);
}

/* What she has by then is neither replaced nor tried. */
static void
own__tries_nothing_as_an_invitation(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	make_invited(OTP_ENROL_NEW);
	snapshot_take(&world, &before);
	proof.typed = world_recovery_text(1, text);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	prove();
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
}

static void
own__uses_an_invitation_once(void **state)
{
	struct otp_seed kept;

	(void)state;
	invite(false);
	world_seed(&world, &kept);
	make_invited(OTP_ENROL_NEW);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(world.account.committed && result.invited);
	assert_false(result.proven);
	assert_int_equal(set.count, OTP_ENROL_RECOVERY);
	assert_int_equal(tokens(), 1);
	assert_false(is_invited());
	assert_int_equal(world_state(&world)->last_success.time, world.now);
	assert_string_equal(
	    world_state(&world)->last_success.service, "otp-enroll");
	assert_int_equal(world_state(&world)->others.failures, 0);
	assert_int_equal(world_try(&world, invitation), OTP_VERDICT_REJECT);
	/* Put back, it stays used. */
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	world.seed = kept;
	world_put_seed(&world);
	prove();
	proof.typed = invitation;
	snapshot_take(&world, &before);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.kind, OTP_INVITATION);
	assert_refused(OTP_VERDICT_REPLAY);
	make_invited(OTP_ENROL_REPLACE);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_REPLAY);
	assert_unchanged(&world, &before);
}

/* In place of a code: only where it may, and only of what replaces all. */
static void
own__takes_an_invitation_where_it_may(void **state)
{
	(void)state;
	invite(true);
	make(OTP_ENROL_REPLACE, 0);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_INVITED);
	make_invited(OTP_ENROL_ADD);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_INVITED);
	assert_int_equal(renew(), OTP_OK);
	assert_refused(OTP_VERDICT_INVITED);
	assert_int_equal(remove_number(1), OTP_OK);
	assert_refused(OTP_VERDICT_INVITED);
	/* She has tokens, so that another one is not the first. */
	make_invited(OTP_ENROL_NEW);
	assert_int_equal(put(), OTP_ERR_EXISTS);
	assert_refused(OTP_VERDICT_REJECT);
	/* Only what she saw is replaced. */
	make_invited(OTP_ENROL_REPLACE);
	proof.former.digest[0] ^= 1;
	assert_int_equal(put(), OTP_ERR_CONFLICT);
	assert_true(result.invited && !world.account.committed);
	assert_true(is_invited());
	proof.former.digest[0] ^= 1;
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(result.invited);
	assert_int_equal(tokens(), 1);
	assert_false(is_invited());
	assert_int_equal(world_state(&world)->tally.failures, 0);
	assert_int_equal(world_state(&world)->others.failures, 0);
}

static void
own__takes_a_code_beside_an_invitation(void **state)
{
	(void)state;
	invite(true);
	prove();
	make_invited(OTP_ENROL_REPLACE);
	assert_int_equal(put(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(result.proven && !result.invited);
	assert_int_equal(tokens(), 1);
}

/* Only an administrator ends a suspension. */
static void
own__invitation_enrolls_no_suspended_account(void **state)
{
	bool changed = false;

	(void)state;
	invite(false);
	assert_int_equal(
	    otp_standing_suspend(&world.account, true, &changed), OTP_OK);
	make_invited(OTP_ENROL_NEW);
	assert_int_equal(put(), OTP_ERR_SUSPENDED);
	assert_refused(OTP_VERDICT_REJECT);
	assert_true(is_invited());
}

/* A login used it after it was judged here. */
static void
own__loses_an_invitation_to_a_login(void **state)
{
	(void)state;
	invite(false);
	make_invited(OTP_ENROL_NEW);
	world.sys.time = time_and_change;
	changes_at_random = true;
	changes_at = 3;
	reads = 0;
	assert_int_equal(put(), OTP_ERR_CONFLICT);
	changes_at_random = false;
	assert_true(result.invited && !world.account.committed);
	assert_int_equal(set.count, 0);
	assert_int_equal(reads, changes_at);
}

/* A secret of zeros, or an account whose name leaves no room for the host's. */
static void
own__takes_no_token_that_is_none(void **state)
{
	struct otp_token shown = { .hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.secret_size = OTP_OWN_SECRET_SIZE };

	(void)state;
	prove();
	snapshot_take(&world, &before);
	make(OTP_ENROL_REPLACE, 0);
	memset(token.secret, 0, sizeof(token.secret));
	token.typed = oracle_code(&shown, (uint64_t)world.now / 30, code);
	assert_int_equal(put(), OTP_ERR_PARSE);
	assert_refused(OTP_VERDICT_REJECT);
	make(OTP_ENROL_REPLACE, 0);
	memset(world.account.subject.account, 'a', OTP_ACCOUNT_SIZE - 1);
	assert_int_equal(put(), OTP_ERR_NAME);
	assert_refused(OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
}

static void
own__judges_no_new_code_without_a_clock(void **state)
{
	(void)state;
	prove();
	make(OTP_ENROL_REPLACE, 0);
	world.now = 1;
	assert_int_equal(put(), OTP_ERR_CLOCK);
	assert_false(result.proven);
}

static void
own__needs_random_numbers_for_a_first_token(void **state)
{
	(void)state;
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
	make(OTP_ENROL_NEW, 0);
	world.random_fails = true;
	assert_int_not_equal(put(), OTP_OK);
	assert_false(world.account.committed);
}

static void
own__tells_of_a_removal_that_failed(void **state)
{
	char path[96];

	(void)state;
	world_path(&world, "seed/.alice.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	prove();
	assert_int_equal(remove_number(0), OTP_ERR_WRITE);
	assert_int_equal(tokens(), 2);
}

static void
own__keeps_the_last_token(void **state)
{
	(void)state;
	prove();
	assert_int_equal(remove_number(2), OTP_ERR_ABSENT);
	assert_int_equal(remove_number(0), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(world.account.committed);
	assert_int_equal(tokens(), 1);
	world_seed(&world, &world.seed);
	assert_int_equal(world.seed.tokens[0].kind, OTP_HOTP);
	prove();
	snapshot_take(&world, &before);
	assert_int_equal(remove_number(0), OTP_ERR_CONFLICT);
	assert_refused(OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
	assert_int_equal(renew(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(set.count, OTP_ENROL_RECOVERY);
}

static void
suspend(void)
{
	struct otp_state state = sample_state(&world.seed, WORLD_UID, 0);

	state.suspended = true;
	world_put_state(&world, &state);
}

static void
own__does_nothing_for_the_suspended(void **state)
{
	(void)state;
	prove();
	suspend();
	make(OTP_ENROL_REPLACE, 0);
	assert_int_equal(put(), OTP_OK);
	assert_refused(OTP_VERDICT_SUSPENDED);
	assert_int_equal(renew(), OTP_OK);
	assert_refused(OTP_VERDICT_SUSPENDED);
	assert_int_equal(remove_number(0), OTP_OK);
	assert_refused(OTP_VERDICT_SUSPENDED);
	/* Nor is a first token put. */
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	make(OTP_ENROL_NEW, 0);
	assert_int_equal(put(), OTP_ERR_SUSPENDED);
	assert_false(world_has(&world, "seed/alice"));
}

/* The account may be suspended between the proof and the change. */
static void
own__does_nothing_for_who_is_suspended_meanwhile(void **state)
{
	uint8_t id[OTP_ID_SIZE];

	(void)state;
	memcpy(id, world_id(&world, 1), sizeof(id));
	suspend();
	assert_int_equal(otp_enrol_make_set(&world.account, 2, &set), OTP_OK);
	assert_int_equal(
	    otp_enrol_recovery(&world.account, &set), OTP_ERR_SUSPENDED);
	assert_int_equal(
	    otp_enrol_remove_token(&world.account, id), OTP_ERR_SUSPENDED);
	world.account.by_other = false;
	assert_int_equal(otp_enrol_remove_token(&world.account, id), OTP_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own__puts_a_first_token),
		TEST(own__puts_no_first_token_where_there_is_one),
		TEST(own__puts_no_first_token_where_the_state_is_lost),
		TEST(own__replaces_and_adds),
		TEST(own__needs_a_code_of_what_is_active),
		TEST(own__charges_the_proof),
		TEST(own__judges_the_new_code_first),
		TEST(own__is_bound_to_what_was_seen),
		TEST(own__is_bound_under_the_lock),
		TEST(own__puts_nothing_that_changed_meanwhile),
		TEST(own__needs_an_invitation),
		TEST(own__tries_nothing_as_an_invitation),
		TEST(own__uses_an_invitation_once),
		TEST(own__takes_an_invitation_where_it_may),
		TEST(own__takes_a_code_beside_an_invitation),
		TEST(own__invitation_enrolls_no_suspended_account),
		TEST(own__loses_an_invitation_to_a_login),
		TEST(own__takes_no_token_that_is_none),
		TEST(own__judges_no_new_code_without_a_clock),
		TEST(own__keeps_the_last_token),
		TEST(own__tells_of_a_removal_that_failed),
		TEST(own__needs_random_numbers_for_a_first_token),
		TEST(own__does_nothing_for_the_suspended),
		TEST(own__does_nothing_for_who_is_suspended_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
