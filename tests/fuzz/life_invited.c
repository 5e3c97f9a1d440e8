/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of an account (life_fuzz.c): it is invited, and its owner sets up a
 * token with that, at a login or with a program of their own.
 */
#include "config.h"

#include "tests/fuzz/life.h"

#include "common/effects/enrol.h"
#include "common/effects/own.h"
#include "tests/lib/account.h"
#include "tests/unit/oracle.h"

/* Whether the record says that there is a seed, and there is none. */
static bool
is_lost(void)
{
	return life.seen.has_state && life.seen.state.enrolled &&
	    !life.seen.has_seed;
}

/* Whether an account that has no seed may get one. */
static bool
is_free(void)
{
	if (life.seen.has_state && life.seen.state.enrolled)
		return true;
	return !life_is_second() &&
	    (life.seen.has_state || !life_is_entered(life.subject.uid));
}

void
step_invite(void)
{
	static const int64_t times[] = { 60, 600, 3600, 86400 };
	const unsigned choice = fuzz_byte(&life.input);
	const bool replaces = choice % 2 == 1;
	struct model *model = &life.model;
	struct otp_recovery_set set = { 0 };
	struct model_code *at;
	struct model after;
	bool may, told;
	enum otp_err err;

	if (model->invitations_count == MODEL_INVITATIONS)
		return;
	FUZZ_MUST(otp_enrol_make_set(
		      ACCOUNT_OF(&life.host, life.subject), 1, &set) == OTP_OK);
	set.until = life.now + times[choice / 2 % COUNT(times)];
	life.kept_invitations[model->invitations_count] = set.kept[0];
	at = &model->invitations[model->invitations_count++];
	*at = (struct model_code){ .in_force = false };
	memcpy(at->text, set.text[0], sizeof(at->text));
	after = *model;
	model_end_invitation(&after);
	at = &after.invitations[after.invitations_count - 1];
	at->in_force = at->known = true;
	at->until = set.until;
	may = life.now >= MODEL_RELEASE && is_free() &&
	    (life.seen.has_state || !life.seen.has_seed) &&
	    (replaces || (!life.seen.has_seed && !is_lost()));
	life_arm();
	err = otp_enrol_invite(
	    ACCOUNT_OF(&life.host, life.subject), replaces, &set);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST((err == OTP_OK) == may);
	life_settle_seed(told, &after);
}

/* In a login: the invitation is asked for first, and needed at the end. */
static void
redeem_at_login(const struct model_code *at)
{
	const struct otp_token token = {
		.kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "host:alice",
	};
	const unsigned occasion = fuzz_below(&life.input, LIFE_OCCASIONS);
	const unsigned pause = fuzz_below(&life.input, 8);
	const struct otp_request request = life_request(occasion);
	const enum model_answer answer =
	    model_judge_invitation(&life.model, at->text, life.now);
	const bool lost = life.seen.has_state && !is_free();
	char typed[OTP_RECOVERY_TEXT_SIZE];
	struct otp_enrolment enrolment = { 0 };
	struct otp_recovery_set set = { 0 };
	bool was_told;
	enum otp_err err;

	memcpy(typed, at->text, sizeof(typed));
	err = otp_enrol_begin_invited(
	    ACCOUNT_OF(&life.host, life.subject), typed, &token, &enrolment);
	if (err == OTP_OK)
		FUZZ_MUST(answer == MODEL_INVITED && enrolment.invited);
	else
		FUZZ_MUST(
		    answer != MODEL_INVITED || lost || !life.seen.has_state);
	if (err != OTP_OK)
		return;
	FUZZ_MUST(otp_enrol_make_set(
		      ACCOUNT_OF(&life.host, life.subject), 2, &set) == OTP_OK);
	otp_login_mark_set(&enrolment.login, 0, request.service, request.host);
	if (!life_confirm(&enrolment, 0))
		return;
	if (pause == 7) /* the user is slow */
		life.now += 3600;
	was_told = life_put(&enrolment, &set, life_host(occasion));
	if (!was_told)
		return;
	FUZZ_MUST(!life.model.suspended);
	FUZZ_MUST(otp_enrol_put(ACCOUNT_OF(&life.host, life.subject),
		      &enrolment, &set) == OTP_ERR_CONFLICT);
	life_hold_against(&life.model, 1);
}

/* With otp-enroll, through pam_otpd, which makes the recovery codes. */
static void
redeem_oneself(const struct model_code *at)
{
	const bool first = fuzz_below(&life.input, 2) == 0;
	struct otp_account account = {
		.host = &life.host, .subject = life.subject, .by_other = true
	};
	struct otp_enrolment enrolment = { .mode = first ? OTP_ENROL_NEW
							 : OTP_ENROL_REPLACE,
		.invited = true,
		.by_user = true,
		.token = { .kind = OTP_TOTP,
		    .hash = OTP_SHA1,
		    .digits = 6,
		    .period = 30,
		    .secret_size = OTP_OWN_SECRET_SIZE,
		    .label = "host:alice" } };
	char typed[OTP_RECOVERY_TEXT_SIZE], code[16];
	struct otp_own_proof proof = { .typed = typed };
	struct otp_own_token token = {
		.mode = enrolment.mode, .invited = true, .typed = code
	};
	struct otp_own_result result = { .verdict = OTP_VERDICT_ACCEPT };
	struct otp_recovery_set set = { 0 }, made;
	struct model after;
	uint64_t random;
	bool may, told;
	enum otp_err err;

	memcpy(typed, at->text, sizeof(typed));
	may = model_judge_invitation(&life.model, typed, life.now) ==
		MODEL_INVITED &&
	    !life.model.suspended && is_free() && life.seen.has_state &&
	    (!first || (!life.seen.has_seed && !is_lost()));
	FUZZ_MUST(life_machine.random(
		      NULL, token.secret, sizeof(token.secret)) == OTP_OK);
	memcpy(enrolment.token.secret, token.secret, sizeof(token.secret));
	(void)oracle_code(&enrolment.token, (uint64_t)life.now / 30, code);
	if (life.seen.has_file && !first)
		FUZZ_MUST(
		    otp_active_of(&life.seen.seed, &proof.former) == OTP_OK);
	if (!life_confirm(&enrolment, 0))
		return;
	/* The same numbers make the same codes. */
	random = life.random;
	FUZZ_MUST(
	    otp_enrol_make_set(&account, OTP_ENROL_RECOVERY, &set) == OTP_OK);
	life.random = random;
	after = life_after_put(&enrolment, &set, 0);
	life_arm();
	err = otp_own_put(&account, &proof, &token, &made, &result);
	told = life_was_told(err) && result.verdict == OTP_VERDICT_ACCEPT;
	if (!life.hit)
		FUZZ_MUST(told == may);
	if (told)
		FUZZ_MUST(result.invited && account.committed &&
		    made.count == OTP_ENROL_RECOVERY &&
		    memcmp(made.text, set.text, sizeof(set.text)) == 0);
	FUZZ_MUST(account.committed || made.count == 0);
	life_settle_seed(told, &after);
}

void
step_redeem(void)
{
	const unsigned choice = fuzz_byte(&life.input);
	const struct model *model = &life.model;

	if (model->invitations_count == 0 ||
	    model->tokens_count == MODEL_TOKENS ||
	    model->codes_count + OTP_ENROL_RECOVERY > MODEL_CODES)
		return;
	if (choice % 3 == 0)
		life_try(
		    model->invitations[choice / 3 % model->invitations_count]
			.text,
		    0);
	else if (choice % 3 == 1)
		redeem_at_login(
		    &model->invitations[choice / 3 % model->invitations_count]);
	else
		redeem_oneself(
		    &model->invitations[choice / 3 % model->invitations_count]);
}
