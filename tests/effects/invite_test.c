/* SPDX-License-Identifier: BSD-2-Clause */
/* Invitations: made, judged, used once, and used for good. */
#include "config.h"

#include "tests/effects/world.h"

#include "common/effects/standing.h"

#define LATER (WORLD_NOW + 86400)

static struct otp_recovery_set
made_set(void)
{
	struct otp_recovery_set set;

	assert_int_equal(otp_enrol_make_set(&world.account, 1, &set), OTP_OK);
	set.until = LATER;
	return set;
}

/* Invite alice; TEXT is what she gets. */
static void
invited(bool replace, char text[OTP_RECOVERY_TEXT_SIZE])
{
	struct otp_recovery_set set = made_set();

	assert_int_equal(
	    otp_enrol_invite(&world.account, replace, &set), OTP_OK);
	assert_true(world.account.committed);
	memcpy(text, set.text[0], OTP_RECOVERY_TEXT_SIZE);
}

static void
begun(struct otp_enrolment *enrolment)
{
	const struct otp_token token = {
		.kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:alice",
	};
	struct otp_seed seed;

	world_seed(&world, &seed);
	assert_true(seed.invited);
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, enrolment),
	    OTP_OK);
	enrolment->by_user = enrolment->invited = true;
	otp_recovery_id(&seed.invitation, enrolment->invitation);
	otp_login_mark_set(&enrolment->login, 1, "sshd", "203.0.113.7");
}

static enum otp_err
put(const struct otp_enrolment *enrolment)
{
	struct otp_recovery_set set;

	assert_int_equal(otp_enrol_make_set(&world.account, 2, &set), OTP_OK);
	return otp_enrol_put(&world.account, enrolment, &set);
}

static struct otp_look
looked(void)
{
	struct otp_look look = { .enrolled = OTP_ENROLLED_UNKNOWN };

	assert_int_equal(
	    otp_look_at(&world.host, &world.request, true, &look, NULL),
	    OTP_OK);
	return look;
}

static void
invite__leaves_the_account_unenrolled(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	assert_false(looked().invited);
	invited(false, text);
	assert_int_equal(looked().enrolled, OTP_ENROLLED_NO);
	assert_true(looked().invited);
	assert_false(world_state(&world)->enrolled);
	assert_false(world_has(&world, "uid/1000"));
	assert_int_equal(world_try(&world, "000000"), OTP_VERDICT_UNENROLLED);
	assert_int_equal(world_try(&world, "0000-0000-0000-0000-0000-0000"),
	    OTP_VERDICT_UNENROLLED);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	world_close(&world);
}

static void
invitation__is_judged_and_not_used_by_that(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	invited(false, text);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
		assert_int_equal(world.answer.kind, OTP_INVITATION);
	}
	world.now = LATER - 1;
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
	world.now = LATER;
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITATION_ENDED);
	assert_true(looked().invited); /* so that it can be told */
	world_close(&world);
}

static void
invitation__enrolls_once(void **state)
{
	struct otp_enrolment first, second;
	struct otp_seed seed, kept;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	invited(false, text);
	world_seed(&world, &kept);
	begun(&first);
	begun(&second);
	assert_int_equal(put(&first), OTP_OK);
	assert_int_equal(put(&second), OTP_ERR_CONFLICT);
	assert_false(world.account.committed);
	world_seed(&world, &seed);
	assert_false(seed.invited);
	assert_int_equal(seed.tokens_count, 1);
	assert_int_equal(seed.recovery_count, 2);
	assert_int_equal(looked().enrolled, OTP_ENROLLED_YES);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REJECT);

	/* configuration management puts it back */
	world.seed = kept;
	world_put_seed(&world);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
	assert_int_equal(world_try_text(&world, "000000"), OTP_ERR_READ);
	assert_int_equal(put(&second), OTP_ERR_CONFLICT);
	assert_int_equal(looked().enrolled, OTP_ENROLLED_YES);
	world_close(&world);
}

static void
invitation__begins_an_enrolment_that_needs_it(void **state)
{
	const struct otp_token token = {
		.kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:alice",
	};
	const struct otp_token odd = { .kind = OTP_TOTP, .digits = 9 };
	struct otp_enrolment enrolment;
	char text[OTP_RECOVERY_TEXT_SIZE];
	const char *const others[] = { "", "000000",
		"0000-0000-0000-0000-0000-0000" };

	(void)state;
	world_open(&world);
	assert_int_equal(otp_enrol_begin_invited(
			     &world.account, others[2], &token, &enrolment),
	    OTP_ERR_CONFLICT);
	invited(false, text);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(otp_enrol_begin_invited(&world.account,
				     others[i], &token, &enrolment),
		    OTP_ERR_CONFLICT);
	assert_int_equal(
	    otp_enrol_begin_invited(&world.account, text, &odd, &enrolment),
	    OTP_ERR_PARSE);
	assert_int_equal(
	    otp_enrol_begin_invited(&world.account, text, &token, &enrolment),
	    OTP_OK);
	assert_true(enrolment.invited);
	assert_true(enrolment.by_user);
	assert_int_equal(put(&enrolment), OTP_OK);
	assert_int_equal(
	    otp_enrol_begin_invited(&world.account, text, &token, &enrolment),
	    OTP_ERR_CONFLICT);
	invited(true, text);
	world.now = LATER;
	assert_int_equal(
	    otp_enrol_begin_invited(&world.account, text, &token, &enrolment),
	    OTP_ERR_CONFLICT);
	world_close(&world);
}

static void
invitation__that_expired_enrolls_nobody(void **state)
{
	struct otp_enrolment enrolment;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	invited(false, text);
	begun(&enrolment);
	world.now = LATER;
	assert_int_equal(put(&enrolment), OTP_ERR_CONFLICT);
	assert_int_equal(looked().enrolled, OTP_ENROLLED_NO);
	world_close(&world);
}

/* Whatever became of the account since the invitation was typed. */
static void
invitation__enrolls_only_what_still_has_it(void **state)
{
	static const char torn[] = "invite:";
	struct otp_enrolment enrolment;
	struct otp_state changed;
	char text[2][OTP_RECOVERY_TEXT_SIZE];
	char path[96];

	(void)state;
	world_open(&world);
	invited(false, text[0]);
	begun(&enrolment);
	invited(false, text[1]); /* another one */
	assert_int_equal(put(&enrolment), OTP_ERR_CONFLICT);
	begun(&enrolment);
	changed = *world_state(&world);
	changed.credentials_count = 0; /* not adopted */
	world_put_state(&world, &changed);
	assert_int_equal(put(&enrolment), OTP_ERR_CONFLICT);
	world_write(&world, "seed/alice", torn, strlen(torn));
	assert_int_equal(put(&enrolment), OTP_ERR_PARSE);
	assert_int_equal(otp_enrol_begin_invited(&world.account, text[1],
			     &enrolment.token, &enrolment),
	    OTP_ERR_PARSE);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(put(&enrolment), OTP_ERR_CONFLICT);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(put(&enrolment), OTP_ERR_CONFLICT);
	assert_false(world_has(&world, "seed/alice"));
	world_close(&world);
}

/* A disk that takes no new seed file costs no user the invitation. */
static void
invitation__is_kept_if_the_seed_cannot_be_written(void **state)
{
	struct otp_enrolment enrolment;
	char text[OTP_RECOVERY_TEXT_SIZE];
	char path[96];

	(void)state;
	world_open(&world);
	invited(false, text);
	begun(&enrolment);
	world_path(&world, "seed/.alice.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(put(&enrolment), OTP_ERR_WRITE);
	assert_false(world.account.committed);
	assert_int_equal(world_state(&world)->last_success.time, 0);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(put(&enrolment), OTP_OK);
	world_close(&world);
}

static void
invitation__is_not_made_if_it_cannot_be_written(void **state)
{
	static const char *const folders[] = { "state", "seed" };
	struct otp_recovery_set set;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		char path[96], name[32];

		world_open(&world);
		set = made_set();
		(void)snprintf(name, sizeof(name), "%s/alice", folders[i]);
		world_path(&world, name, path);
		(void)unlink(path);
		(void)snprintf(name, sizeof(name), "%s/.alice.new", folders[i]);
		world_path(&world, name, path);
		assert_int_equal(mkdir(path, 0700), 0);
		assert_int_equal(otp_enrol_invite(&world.account, false, &set),
		    OTP_ERR_WRITE);
		assert_false(world.account.committed);
		assert_false(world_has(&world, "seed/alice"));
		world_close(&world);
	}
}

/* Other changes of the account keep it. */
static void
invitation__outlives_new_recovery_codes(void **state)
{
	struct otp_recovery_set set;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	invited(true, text);
	set = made_set();
	assert_int_equal(otp_enrol_recovery(&world.account, &set), OTP_OK);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
	world_close(&world);
}

/* A seed that cannot be written revives one only where there was one. */
static void
invitation__does_not_come_of_a_failure(void **state)
{
	struct otp_recovery_set set;
	const struct otp_state *after;
	char path[96];

	(void)state;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	set = made_set();
	world_path(&world, "seed/.alice.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(
	    otp_enrol_recovery(&world.account, &set), OTP_ERR_WRITE);
	after = world_state(&world);
	for (unsigned i = 0; i < after->credentials_count; i++)
		assert_int_not_equal(
		    after->credentials[i].kind, OTP_INVITATION);
	world_close(&world);
}

static void
invitation__beside_a_damaged_state_begins_nothing(void **state)
{
	struct otp_enrolment enrolment;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	invited(false, text);
	begun(&enrolment);
	world_write(&world, "state/alice", "damaged", 7);
	assert_int_equal(otp_enrol_begin_invited(&world.account, text,
			     &enrolment.token, &enrolment),
	    OTP_ERR_CHECKSUM);
	world_close(&world);
}

/* There is nothing else for the last commit to write: no codes are replaced. */
static void
invitation__that_replaces_a_token_is_the_last_login(void **state)
{
	struct otp_enrolment enrolment;
	struct otp_recovery_set none = { .count = 0 };
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	invited(false, text);
	begun(&enrolment);
	enrolment.invited = false;
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &none), OTP_OK);
	assert_int_equal(world_state(&world)->last_success.time, 0);
	invited(true, text);
	begun(&enrolment);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &none), OTP_OK);
	assert_int_equal(world_state(&world)->last_success.time, WORLD_NOW);
	assert_string_equal(world_state(&world)->last_success.service, "sshd");
	assert_string_equal(
	    world_state(&world)->last_success.host, "203.0.113.7");
	world_close(&world);
}

static void
invitation__of_the_suspended_enrolls_nobody(void **state)
{
	struct otp_enrolment enrolment;
	char text[OTP_RECOVERY_TEXT_SIZE];
	bool changed;

	(void)state;
	world_open(&world);
	invited(false, text);
	begun(&enrolment);
	assert_int_equal(
	    otp_standing_suspend(&world.account, true, &changed), OTP_OK);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_SUSPENDED);
	assert_int_equal(put(&enrolment), OTP_ERR_SUSPENDED);
	world_close(&world);
}

static void
invite__needs_replace_where_there_is_something(void **state)
{
	struct otp_recovery_set set;
	struct otp_enrolment enrolment;
	struct otp_seed seed;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	set = made_set();
	assert_int_equal(
	    otp_enrol_invite(&world.account, false, &set), OTP_ERR_EXISTS);
	invited(true, text);
	assert_int_equal(looked().enrolled, OTP_ENROLLED_YES);
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
	begun(&enrolment);
	assert_int_equal(put(&enrolment), OTP_OK);
	world_seed(&world, &seed);
	assert_int_equal(seed.tokens_count, 1);
	assert_memory_equal(seed.tokens[0].secret, enrolment.token.secret, 20);
	world_close(&world);
}

static void
invitation__is_compared_while_codes_are_blocked(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	invited(true, text);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_guess(&world), OTP_VERDICT_WAITING);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
	assert_int_equal(world_guess(&world), OTP_VERDICT_WAITING);
	world_close(&world);
}

/* Whatever makes an invitation go, it is used. */
static void
invitation__that_went_stays_used(void **state)
{
	struct otp_seed first, second;
	struct otp_enrolment enrolment;
	char text[3][OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	world_open(&world);
	invited(false, text[0]);
	world_seed(&world, &first);
	invited(false, text[1]); /* a later one */
	world_seed(&world, &second);
	world.seed = first;
	world_put_seed(&world);
	assert_int_equal(world_try(&world, text[0]), OTP_VERDICT_REPLAY);
	world.seed = second;
	world_put_seed(&world);
	assert_int_equal(world_try(&world, text[1]), OTP_VERDICT_INVITED);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	world_put_seed(&world);
	assert_int_equal(world_try(&world, text[1]), OTP_VERDICT_REPLAY);
	invited(false, text[2]); /* it ends in the first second, too */
	world_seed(&world, &world.seed);
	world.now = 0;
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	world.now = WORLD_NOW;
	world_put_seed(&world);
	assert_int_equal(world_try(&world, text[2]), OTP_VERDICT_REPLAY);
	invited(true, text[2]);
	world_seed(&world, &first);
	begun(&enrolment); /* as 'new' does, without an invitation */
	enrolment.invited = false;
	enrolment.mode = OTP_ENROL_NEW;
	assert_int_equal(put(&enrolment), OTP_OK);
	world.seed = first;
	world_put_seed(&world);
	assert_int_equal(world_try(&world, text[2]), OTP_VERDICT_REPLAY);
	world_close(&world);
}

static void
invitation__that_no_state_knows_is_adopted_first(void **state)
{
	struct otp_recovery_set set, none = { 0 };
	struct otp_adoption adoption;
	struct otp_look look;
	struct otp_state changed;

	(void)state;
	world_open(&world);
	set = made_set();
	world.seed.invited = true;
	world.seed.invitation = set.kept[0];
	world.seed.invitation.until = LATER;
	world_put_seed(&world);
	assert_int_equal(world_try_text(&world, set.text[0]), OTP_ERR_NO_STATE);
	assert_int_equal(
	    otp_look_at(&world.host, &world.request, true, &look, NULL),
	    OTP_ERR_NO_STATE);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	assert_int_equal(adoption.adopted, 1);
	assert_false(world_state(&world)->enrolled);
	assert_int_equal(world_try(&world, set.text[0]), OTP_VERDICT_INVITED);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	assert_false(adoption.changed);

	/* Likewise where the account is enrolled, and all else is known. */
	(void)world_token(&world, OTP_TOTP);
	world_put_seed(&world);
	changed = *world_state(&world);
	changed.credentials_count = 0;
	world_put_state(&world, &changed);
	world.seed.invited = false;
	world_put_seed(&world);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	assert_true(world_state(&world)->enrolled);
	world.seed.invited = true;
	world_put_seed(&world);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	assert_true(adoption.changed);
	assert_int_equal(world_try(&world, set.text[0]), OTP_VERDICT_INVITED);

	/* A state that has forgotten something may have known it. */
	world.seed.tokens_count = 0;
	world_put_seed(&world);
	changed = *world_state(&world);
	changed.enrolled = false;
	changed.credentials_count = 0;
	world_put_state(&world, &changed);
	assert_int_equal(world_try_text(&world, set.text[0]), OTP_ERR_NO_STATE);
	changed.forgotten = true;
	world_put_state(&world, &changed);
	assert_int_equal(world_try(&world, set.text[0]), OTP_VERDICT_REPLAY);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	assert_int_equal(world.account.doubtful, 1);
	assert_int_equal(world_try(&world, set.text[0]), OTP_VERDICT_REPLAY);
	world_close(&world);
}

static void
invite__refuses_a_wrong_clock_and_an_end_that_came(void **state)
{
	struct otp_recovery_set set;

	(void)state;
	world_open(&world);
	set = made_set();
	world.now = LATER;
	assert_int_equal(
	    otp_enrol_invite(&world.account, false, &set), OTP_ERR_CONFLICT);
	world.now = 1000;
	assert_int_equal(
	    otp_enrol_invite(&world.account, false, &set), OTP_ERR_CLOCK);
	assert_false(world_has(&world, "seed/alice"));
	world_close(&world);
}

/* Else a lost record of used codes would look like none. */
static void
invite__refuses_a_lost_state(void **state)
{
	struct otp_recovery_set set;
	char path[96];

	(void)state;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	set = made_set();
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    otp_enrol_invite(&world.account, true, &set), OTP_ERR_NO_STATE);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    otp_enrol_invite(&world.account, true, &set), OTP_ERR_NO_STATE);
	world_close(&world);
}

static void
invite__begins_anew_for_a_lost_seed(void **state)
{
	struct otp_recovery_set set;
	struct otp_enrolment enrolment;
	char text[OTP_RECOVERY_TEXT_SIZE];
	char path[96];

	(void)state;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	set = made_set();
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    otp_enrol_invite(&world.account, false, &set), OTP_ERR_EXISTS);
	invited(true, text);
	assert_int_equal(looked().enrolled, OTP_ENROLLED_YES);
	assert_int_equal(world_try_text(&world, "000000"), OTP_ERR_READ);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_INVITED);
	begun(&enrolment);
	assert_int_equal(put(&enrolment), OTP_OK);
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invite__leaves_the_account_unenrolled),
		cmocka_unit_test(invitation__is_judged_and_not_used_by_that),
		cmocka_unit_test(invitation__enrolls_once),
		cmocka_unit_test(invitation__begins_an_enrolment_that_needs_it),
		cmocka_unit_test(invitation__that_expired_enrolls_nobody),
		cmocka_unit_test(
		    invitation__is_not_made_if_it_cannot_be_written),
		cmocka_unit_test(
		    invitation__beside_a_damaged_state_begins_nothing),
		cmocka_unit_test(invitation__outlives_new_recovery_codes),
		cmocka_unit_test(invitation__does_not_come_of_a_failure),
		cmocka_unit_test(invitation__enrolls_only_what_still_has_it),
		cmocka_unit_test(
		    invitation__is_kept_if_the_seed_cannot_be_written),
		cmocka_unit_test(
		    invitation__that_replaces_a_token_is_the_last_login),
		cmocka_unit_test(invitation__of_the_suspended_enrolls_nobody),
		cmocka_unit_test(
		    invite__needs_replace_where_there_is_something),
		cmocka_unit_test(
		    invitation__is_compared_while_codes_are_blocked),
		cmocka_unit_test(invitation__that_went_stays_used),
		cmocka_unit_test(
		    invitation__that_no_state_knows_is_adopted_first),
		cmocka_unit_test(
		    invite__refuses_a_wrong_clock_and_an_end_that_came),
		cmocka_unit_test(invite__refuses_a_lost_state),
		cmocka_unit_test(invite__begins_anew_for_a_lost_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
