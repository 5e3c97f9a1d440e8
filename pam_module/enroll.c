/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/pam/enroll_test.c):
 *
 * 1. Nothing is active before a code of the new token came back
 *    (enroll__changes_nothing_until_the_last_answer).
 * 2. What the user was not shown is not made active
 *    (enroll__needs_an_application_that_shows_messages).
 * 3. Of several logins with one invitation, one enrolls
 *    (enroll__that_another_login_finished_is_refused).
 * 4. The addresses that it replaces are told, even if the disk fails after the
 *    new token is active (tests/pam/notice_test.c:
 *    invitation__is_told_where_the_disk_fails_later).
 */
#include "config.h"

#include "pam_module/enroll.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/core/base32.h"
#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/label.h"
#include "pam_module/decide.h"
#include "pam_module/device.h"
#include "pam_module/draw.h"
#include "pam_module/log.h"
#include "pam_module/message.h"
#include "pam_module/notice.h"
#include "pam_module/talk.h"
#include "pam_module/user.h"

#define CODE_TRIES 3

/* What is set up.  A secret: wiped at the end. */
struct enrolling {
	struct otp_login *login;
	struct otp_host host;
	struct otp_account account;
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	char *typed; /* the last answer, or NULL */
};

static enum otp_step enroll_user(struct enrolling *);
static enum otp_step enroll_begin(struct enrolling *);
static bool show_key(const struct enrolling *);
static bool show_code(const struct enrolling *);
static enum otp_step enroll_confirm(struct enrolling *);
static enum otp_step enroll_ask(struct enrolling *, const char *);
static bool show_codes(const struct enrolling *);
static enum otp_step enroll_put(struct enrolling *);
static enum otp_step enroll_fail(const struct enrolling *, enum otp_err);
static bool enroll_tell(const struct enrolling *, const char *);

bool
otp_enroll_is_offered(const struct otp_login *login)
{
	return login->options.enroll == OTP_ENROLL_INVITED && !login->quiet &&
	    otp_decide_can_enrol(login) && otp_device_has_first_factor(login);
}

bool
otp_enroll_is_due(const struct otp_login *login, enum otp_step step)
{
	return step == OTP_STEP_VERDICT &&
	    login->answer.verdict == OTP_VERDICT_INVITED &&
	    otp_enroll_is_offered(login);
}

enum otp_step
otp_enroll_run(struct otp_login *login)
{
	struct enrolling enrolling = { .login = login };
	enum otp_step step;

	otp_log_debug(login, "enroll", "begins");
	login->answer = (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
	step = enroll_user(&enrolling);
	otp_wipe_free(enrolling.typed);
	otp_wipe(&enrolling, sizeof(enrolling));
	return step;
}

static enum otp_step
enroll_user(struct enrolling *enrolling)
{
	enum otp_step step = enroll_begin(enrolling);

	if (step != OTP_STEP_CONTINUE)
		return step;
	step = enroll_confirm(enrolling);
	if (step != OTP_STEP_CONTINUE)
		return step;
	if (!show_codes(enrolling))
		return OTP_STEP_CONVERSATION;
	step = enroll_ask(enrolling, OTP_MESSAGE_SAVED);
	return step == OTP_STEP_CONTINUE ? enroll_put(enrolling) : step;
}

/* The secret of a token that every app supports, and the recovery codes. */
static enum otp_step
enroll_begin(struct enrolling *enrolling)
{
	const struct otp_login *login = enrolling->login;
	struct otp_token token = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = OTP_DIGITS_DEFAULT,
		.period = OTP_PERIOD_DEFAULT };
	struct otp_subject subject = { .uid = login->request.uid };
	enum otp_err err;

	memcpy(subject.account, login->request.account, OTP_ACCOUNT_SIZE);
	otp_decide_host(login, &enrolling->host);
	enrolling->account = otp_account_of(&enrolling->host, &subject);
	if (!otp_label_set(NULL, NULL, subject.account, &token))
		return enroll_fail(enrolling, OTP_ERR_NAME);
	err = otp_decide_begin(
	    login, &enrolling->account, &token, &enrolling->enrolment);
	if (err == OTP_OK)
		err = otp_enrol_make_set(
		    &enrolling->account, OTP_ENROL_RECOVERY, &enrolling->set);
	if (err != OTP_OK)
		return enroll_fail(enrolling, err);
	return show_key(enrolling) ? OTP_STEP_CONTINUE : OTP_STEP_CONVERSATION;
}

/* The key comes last, since it stays in view if the rest scrolls away. */
static bool
show_key(const struct enrolling *enrolling)
{
	const struct otp_token *token = &enrolling->enrolment.token;
	char base32[OTP_BASE32_SIZE(OTP_SECRET_MAX)];
	char key[2 * sizeof(base32)], text[OTP_LABEL_SIZE + sizeof(key)];
	char *to = key;
	bool shown;

	otp_base32_encode(token->secret, token->secret_size, base32);
	for (size_t i = 0; base32[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			*to++ = ' ';
		*to++ = base32[i];
	}
	*to = '\0';
	shown = show_code(enrolling);
	otp_message_key(token->label, key, text, sizeof(text));
	shown = shown && enroll_tell(enrolling, text);
	otp_wipe(base32, sizeof(base32));
	otp_wipe(key, sizeof(key));
	otp_wipe(text, sizeof(text));
	return shown;
}

/*
 * The heading, and the QR code if there is one: the key that follows is enough.
 */
static bool
show_code(const struct enrolling *enrolling)
{
	char text[OTP_DRAW_SIZE];
	bool shown;

	if (!otp_draw(enrolling->login, &enrolling->enrolment.token, text))
		return enroll_tell(enrolling, OTP_MESSAGE_SET_UP);
	shown = enroll_tell(enrolling, OTP_MESSAGE_SCAN);
	(void)enroll_tell(enrolling, text);
	otp_wipe(text, sizeof(text));
	return shown;
}

/* The code comes back, within some tries. */
static enum otp_step
enroll_confirm(struct enrolling *enrolling)
{
	struct otp_login *login = enrolling->login;
	char text[PAM_MAX_MSG_SIZE];

	for (unsigned i = 0; i < CODE_TRIES; i++) {
		struct otp_confirmation confirmation = {
			.verdict = OTP_VERDICT_REJECT,
		};
		enum otp_step step = enroll_ask(enrolling, OTP_MESSAGE_SHOWN);
		enum otp_err err;

		if (step != OTP_STEP_CONTINUE)
			return step;
		err = otp_enrol_confirm(&enrolling->account,
		    &enrolling->enrolment,
		    enrolling->typed != NULL ? enrolling->typed : "",
		    &confirmation);
		if (err != OTP_OK)
			return enroll_fail(enrolling, err);
		if (confirmation.verdict == OTP_VERDICT_ACCEPT)
			return OTP_STEP_CONTINUE;
		otp_log_debug(login, "enroll", "not the code of the token");
		otp_message_confirmation(
		    &enrolling->enrolment.token, &confirmation, text);
		if (!enroll_tell(enrolling, text))
			return OTP_STEP_CONVERSATION;
	}
	return OTP_STEP_UNCONFIRMED;
}

/* Ask once, where a thread may be cancelled, as at every prompt. */
static enum otp_step
enroll_ask(struct enrolling *enrolling, const char *prompt)
{
	struct otp_login *login = enrolling->login;
	enum otp_talk talk = OTP_TALK_FAILED;

	otp_wipe_free(enrolling->typed);
	enrolling->typed = NULL;
	(void)pthread_setcancelstate(login->cancelable, NULL);
	talk = otp_talk_ask(
	    login->pamh, prompt, login->options.echo, &enrolling->typed);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (talk != OTP_TALK_DONE)
		return OTP_STEP_CONVERSATION;
	if (!otp_user_changed(login))
		return OTP_STEP_CONTINUE;
	login->answer.verdict = OTP_VERDICT_CHANGED_USER;
	return OTP_STEP_VERDICT;
}

/* In two columns, as one message: some programs show only the last one. */
static bool
show_codes(const struct enrolling *enrolling)
{
	const struct otp_recovery_set *set = &enrolling->set;
	char text[(OTP_RECOVERY_TEXT_SIZE + 3) * OTP_SEED_RECOVERY];
	char *to = text;
	bool shown;

	for (unsigned i = 0; i < set->count; i++) {
		to = stpcpy(to, i % 2 == 0 ? "  " : "    ");
		to = stpcpy(to, set->text[i]);
		if (i % 2 == 1 && i + 1 < set->count)
			to = stpcpy(to, "\n");
	}
	shown = enroll_tell(enrolling, OTP_MESSAGE_RECOVERY) &&
	    enroll_tell(enrolling, text);
	otp_wipe(text, sizeof(text));
	return shown;
}

static enum otp_step
enroll_put(struct enrolling *enrolling)
{
	struct otp_login *login = enrolling->login;
	struct otp_answer *answer = &login->answer;
	enum otp_err err;

	otp_login_mark_set(&enrolling->enrolment.login, 0,
	    login->request.service, login->request.host);
	if (login->way == OTP_WAY_DIRECT)
		otp_notice_note(login, &enrolling->host);
	err = otp_decide_put(
	    login, &enrolling->account, &enrolling->enrolment, &enrolling->set);
	if (enrolling->account.committed && answer->told.to_count > 0)
		answer->told.notice.kind = OTP_NOTICE_INVITATION;
	if (err != OTP_OK)
		return enroll_fail(enrolling, err);
	answer->kind = OTP_INVITATION;
	answer->last_success = -1;
	memcpy(answer->token, enrolling->enrolment.token.label,
	    sizeof(answer->token));
	login->enrolled = true;
	answer->verdict = OTP_VERDICT_ACCEPT;
	return OTP_STEP_VERDICT;
}

/* CONFLICT: the invitation was used or ended in the meantime. */
static enum otp_step
enroll_fail(const struct enrolling *enrolling, enum otp_err err)
{
	struct otp_login *login = enrolling->login;

	if (err == OTP_ERR_SUSPENDED)
		login->answer.verdict = OTP_VERDICT_SUSPENDED;
	if (err == OTP_ERR_SUSPENDED)
		return OTP_STEP_VERDICT;
	if (err == OTP_ERR_CONFLICT)
		return OTP_STEP_OVERTAKEN;
	login->err = err;
	login->fault = enrolling->account.fault;
	return OTP_STEP_ERROR;
}

static bool
enroll_tell(const struct enrolling *enrolling, const char *text)
{
	return otp_talk_tell(enrolling->login->pamh, PAM_TEXT_INFO, text);
}
