/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long an address that a user adds is kept: not past what takes away the proof
 * by which it was asked for.
 */
#include "config.h"

#include "tests/effects/stop.h"
#include "tests/effects/world.h"
#include "tests/lib/codes.h"

#include "common/effects/own.h"
#include "common/effects/standing.h"

static struct otp_address_proof made;
static struct otp_own_result result;
static struct otp_recovery_set set;

/* Alice has two tokens, a recovery code and an address; another is kept. */
static void
begin(void)
{
	stop_from(0);
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	(void)world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_address(&world, "mailto:old@example.org");
	world_enrol(&world);
	memset(&made, 0, sizeof(made));
	strcpy(made.address.uri, "mailto:alice@example.org");
	assert_int_equal(
	    otp_enrol_begin_address(&world.account, &made.address, &made),
	    OTP_OK);
	assert_int_equal(otp_enrol_keep_address(&world.account, &made), OTP_OK);
}

static int
setup(void **state)
{
	(void)state;
	begin();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stop_from(0);
	world_close(&world);
	return 0;
}

/* Its program looks at what is active now, and gives the code. */
static enum otp_err
confirm(void)
{
	struct otp_own_proof proof;
	char code[OTP_SEND_TEXT_SIZE];
	enum otp_err err;

	proof.former = world_active(&world);
	otp_send_text(made.code, code);
	proof.typed = code;
	world.account.by_other = true;
	err = otp_own_confirm_address(&world.account, &proof, &result);
	world.account.by_other = false;
	return err;
}

static bool
is_kept(void)
{
	struct otp_store *store =
	    sample_open(world.store, world.account.subject.account);
	struct otp_seed seed;
	const enum otp_err err = otp_store_seed(store, &seed, NULL);

	otp_store_close(store);
	assert_true(err == OTP_OK || err == OTP_ERR_ABSENT);
	return err == OTP_OK && seed.pending.until != 0;
}

/* --- what takes away the proof --- */

static void
put(enum otp_enrol_mode mode)
{
	const struct otp_token token = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:alice" };
	struct otp_enrolment enrolment;

	assert_int_equal(
	    otp_enrol_begin(&world.account, mode, &token, &enrolment), OTP_OK);
	assert_int_equal(
	    codes_put(&world.account, &enrolment, 2, &set), OTP_OK);
}

static void
add_token(void)
{
	put(OTP_ENROL_ADD);
}

static void
replace_all(void)
{
	put(OTP_ENROL_REPLACE);
}

static void
remove_token(void)
{
	uint8_t id[OTP_ID_SIZE];

	memcpy(id, world_id(&world, 0), sizeof(id));
	assert_int_equal(otp_enrol_remove_token(&world.account, id), OTP_OK);
}

/* All is as it was, and the code would fit again. */
static void
add_and_remove_token(void)
{
	struct otp_seed seed;
	uint8_t id[OTP_ID_SIZE];

	add_token();
	world_seed(&world, &seed);
	assert_int_equal(
	    otp_token_id(&seed.tokens[seed.tokens_count - 1], id), OTP_OK);
	assert_int_equal(otp_enrol_remove_token(&world.account, id), OTP_OK);
}

static void
renew_recovery(void)
{
	assert_int_equal(codes_renew(&world.account, 2, &set), OTP_OK);
}

static void
add_recovery(void)
{
	assert_int_equal(otp_enrol_make_set(&world.account, 1, &set), OTP_OK);
	set.added = true;
	assert_int_equal(otp_enrol_recovery(&world.account, &set), OTP_OK);
}

static void
add_address(void)
{
	struct otp_address other = { .uri = "mailto:root@example.org",
		.secret = { 2 } };

	assert_int_equal(otp_enrol_add_address(&world.account, &other), OTP_OK);
}

static void
remove_address(void)
{
	uint8_t id[OTP_ID_SIZE];

	assert_int_equal(otp_address_id(&world.seed.addresses[0], id), OTP_OK);
	assert_int_equal(otp_enrol_remove_address(&world.account, id), OTP_OK);
}

static void
remove_all(void)
{
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
}

static void
purge(void)
{
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
}

static void
import(void)
{
	struct otp_imported imported = { .count = 1,
		.tokens = { world.seed.tokens[0] } };
	bool there = false;

	assert_int_equal(codes_import(&world.account, OTP_ENROL_REPLACE,
			     &imported, 0, true, &there, &set),
	    OTP_OK);
}

static void
adopt(bool force)
{
	struct otp_adoption adoption;

	assert_int_equal(
	    codes_adopt(&world.account, force, &adoption, &set), OTP_OK);
}

static void
lose_state(void)
{
	char path[96];

	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
}

/* The seed was restored from a backup, or deployed. */
static void
adopt_restored(void)
{
	lose_state();
	adopt(false);
}

static void
adopt_by_force(void)
{
	lose_state();
	adopt(true);
}

/* The uid is another user's now, who gets the account. */
static void
adopt_of_another(void)
{
	world.account.subject.uid = WORLD_UID + 1;
	adopt(true);
}

static void
adopt_new_token(void)
{
	world_seed(&world, &world.seed);
	(void)world_token(&world, OTP_TOTP);
	world_put_seed(&world);
	adopt(false);
}

static void
rename_account(void)
{
	strcpy(world.account.subject.account, "bob");
	assert_int_equal(
	    otp_enrol_rename(&world.account, "alice", false), OTP_OK);
	assert_false(world_has(&world, "seed/alice"));
}

static void
suspend(bool suspended)
{
	bool changed = false;

	assert_int_equal(
	    otp_standing_suspend(&world.account, suspended, &changed), OTP_OK);
	assert_true(changed);
}

static void
suspend_and_resume(void)
{
	suspend(true);
	suspend(false);
}

static void
use_invitation(void)
{
	const struct otp_token token = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:alice" };
	struct otp_enrolment enrolment;
	struct otp_recovery_set invitation;

	assert_int_equal(
	    otp_enrol_make_set(&world.account, 1, &invitation), OTP_OK);
	invitation.until = world.now + 86400;
	assert_int_equal(
	    otp_enrol_invite(&world.account, true, &invitation), OTP_OK);
	assert_true(is_kept()); /* all that is active stays until it is used */
	assert_int_equal(otp_enrol_begin_invited(&world.account,
			     invitation.text[0], &token, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    codes_put(&world.account, &enrolment, 2, &set), OTP_OK);
}

static void
pending__ends_with_what_proved_it(void **state)
{
	static void (*const events[])(void) = { add_token, replace_all,
		remove_token, add_and_remove_token, renew_recovery,
		add_recovery, add_address, remove_address, import,
		adopt_restored, adopt_by_force, adopt_new_token,
		suspend_and_resume, use_invitation, remove_all, purge,
		rename_account, adopt_of_another };

	(void)state;
	for (unsigned i = 0; i < COUNT(events); i++) {
		if (i > 0) {
			world_close(&world);
			begin();
		}
		assert_true(is_kept());
		events[i]();
		if (is_kept())
			fail_msg("event %u leaves it", i);
		if (world_has(&world, "seed/alice"))
			assert_int_equal(confirm(), OTP_ERR_CONFLICT);
	}
}

/* Nothing of the account was changed that its proof stood for. */
static void
pending__stays_with_what_proved_it(void **state)
{
	struct otp_exemption exemption = { .until = WORLD_NOW + 60 };
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct otp_adoption adoption;
	uint32_t failures = 0;
	bool changed = false;

	(void)state;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(
	    otp_standing_exempt(&world.account, &exemption, &changed), OTP_OK);
	assert_int_equal(
	    otp_standing_suspend(&world.account, false, &changed), OTP_OK);
	assert_false(changed);
	assert_int_equal(
	    codes_adopt(&world.account, false, &adoption, &set), OTP_OK);
	assert_false(adoption.changed);
	assert_true(is_kept());
	assert_int_equal(confirm(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
}

/* One who adopts by force, and was stopped, does it again. */
static void
pending__ends_where_adoption_by_force_changes_nothing(void **state)
{
	struct otp_adoption adoption;

	(void)state;
	assert_int_equal(
	    codes_adopt(&world.account, true, &adoption, &set), OTP_OK);
	assert_false(adoption.changed);
	assert_false(is_kept());
}

/* Configuration management put other tokens there, and kept the line. */
static void
pending__code_is_of_what_was_active(void **state)
{
	(void)state;
	world_seed(&world, &world.seed);
	world_recovery(&world, 2);
	world_put_seed(&world);
	assert_true(is_kept());
	assert_int_equal(confirm(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
}

/*
 * Wherever a call fails, such as on a full disk: an account that is not suspended
 * any more has none.
 */
static void
pending__ends_before_a_suspension_does(void **state)
{
	unsigned fails = 1;
	bool changed = false;
	enum otp_err err = OTP_ERR_WRITE;

	(void)state;
	for (; err != OTP_OK; fails++) {
		world_close(&world);
		begin();
		suspend(true);
		stop_from(fails);
		err = otp_standing_suspend(&world.account, false, &changed);
		stop_from(0);
		if (!world_state(&world)->suspended)
			assert_false(is_kept());
		else
			assert_int_equal(confirm(), OTP_ERR_SUSPENDED);
	}
	assert_true(fails > 4);
}

/* Likewise what was made for another state, or under another name. */
static void
pending__ends_before_an_adoption_is_done(void **state)
{
	struct otp_adoption adoption;
	unsigned fails = 1;
	enum otp_err err = OTP_ERR_WRITE;

	(void)state;
	for (; err != OTP_OK; fails++) {
		world_close(&world);
		begin();
		world_seed(&world, &world.seed);
		(void)world_token(&world, OTP_TOTP);
		world_put_seed(&world);
		stop_from(fails);
		err = codes_adopt(&world.account, false, &adoption, &set);
		stop_from(0);
		if (world.account.committed || world.account.partly)
			assert_false(is_kept());
	}
	assert_true(fails > 4);
}

static void
pending__ends_before_a_name_does(void **state)
{
	unsigned fails = 1;
	enum otp_err err = OTP_ERR_WRITE;

	(void)state;
	for (; err != OTP_OK; fails++) {
		world_close(&world);
		begin();
		strcpy(world.account.subject.account, "bob");
		stop_from(fails);
		err = otp_enrol_rename(&world.account, "alice", false);
		stop_from(0);
		if (world_has(&world, "seed/bob"))
			assert_false(is_kept());
	}
	assert_true(fails > 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pending__ends_with_what_proved_it),
		TEST(pending__stays_with_what_proved_it),
		TEST(pending__ends_where_adoption_by_force_changes_nothing),
		TEST(pending__code_is_of_what_was_active),
		TEST(pending__ends_before_a_suspension_does),
		TEST(pending__ends_before_an_adoption_is_done),
		TEST(pending__ends_before_a_name_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
