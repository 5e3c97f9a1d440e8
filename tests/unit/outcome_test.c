/* SPDX-License-Identifier: BSD-2-Clause */
/* What the module answers libpam: every verdict, every error, every end. */
#include "config.h"

#include "tests/unit/unit.h"

#include "pam_module/log.h"
#include "pam_module/message.h"
#include "pam_module/notice.h"
#include "pam_module/outcome.h"

/* --- nobody is told and nothing is logged here --- */

static unsigned logged;

void
otp_log_outcome(const struct otp_login *login, enum otp_step step)
{
	(void)login;
	(void)step;
	logged++;
}

void
otp_notice_send(const struct otp_login *login)
{
	(void)login;
}

bool
otp_message_verdict(const struct otp_login *login)
{
	(void)login;
	return false;
}

void
otp_message_unenrolled(const struct otp_login *login)
{
	(void)login;
}

void
otp_message_exempt(const struct otp_login *login)
{
	(void)login;
}

void
otp_message_not_enrolled(const struct otp_login *login, enum otp_step step)
{
	(void)login;
	(void)step;
}

void
otp_message_unavailable(const struct otp_login *login)
{
	(void)login;
}

static int
code_of(enum otp_step step, enum otp_verdict verdict, enum otp_err err)
{
	struct otp_login login = { .quiet = true, .err = err };
	int code;

	login.answer.verdict = verdict;
	logged = 0;
	code = otp_outcome_report(&login, step);
	assert_int_equal(logged, 1);
	return code;
}

static void
outcome__says_yes_to_one_verdict_alone(void **unused)
{
	(void)unused;
	for (int i = -1; i < 4096; i++) {
		const enum otp_verdict verdict = (enum otp_verdict)i;
		int code = code_of(OTP_STEP_VERDICT, verdict, OTP_OK);

		if (verdict == OTP_VERDICT_ACCEPT)
			assert_int_equal(code, PAM_SUCCESS);
		else if (i >= 0 && verdict <= OTP_VERDICT_INVITATION_ENDED)
			assert_int_equal(code, PAM_AUTH_ERR);
		else
			assert_int_equal(code, PAM_SYSTEM_ERR);
	}
	assert_int_equal(
	    code_of(OTP_STEP_VERDICT, OTP_VERDICT_ACCEPT, OTP_OK), PAM_SUCCESS);
}

static void
outcome__never_says_yes_to_an_error(void **unused)
{
	(void)unused;
	for (int i = -1; i < 256; i++) {
		const enum otp_err err = (enum otp_err)i;
		int code = code_of(OTP_STEP_ERROR, OTP_VERDICT_ACCEPT, err);

		if (err == OTP_ERR_OPTION)
			assert_int_equal(code, PAM_SERVICE_ERR);
		else if (err == OTP_ERR_NOMEM)
			assert_int_equal(code, PAM_BUF_ERR);
		else if (i <= OTP_OK || err == OTP_ERR_EXISTS ||
		    err == OTP_ERR_FULL || err == OTP_ERR_CHANCE ||
		    err == OTP_ERR_SUSPENDED ||
		    otp_err_reason(err) == otp_err_reason((enum otp_err)999))
			assert_int_equal(code, PAM_SYSTEM_ERR);
		else
			assert_int_equal(code, PAM_AUTHINFO_UNAVAIL);
	}
}

static void
outcome__answers_every_step(void **unused)
{
	static const struct {
		enum otp_step step;
		int code;
	} steps[] = {
		{ OTP_STEP_UNENROLLED, PAM_IGNORE },
		{ OTP_STEP_NOT_IN_GROUPS, PAM_IGNORE },
		{ OTP_STEP_EXEMPT_GROUP, PAM_IGNORE },
		{ OTP_STEP_EXEMPT, PAM_IGNORE },
		{ OTP_STEP_CONVERSATION, PAM_CONV_ERR },
		{ OTP_STEP_AGAIN, PAM_INCOMPLETE },
		{ OTP_STEP_REPEATED, PAM_AUTH_ERR },
		{ OTP_STEP_UNCONFIRMED, PAM_AUTH_ERR },
		{ OTP_STEP_OVERTAKEN, PAM_AUTH_ERR },
		{ OTP_STEP_CONTINUE, PAM_SYSTEM_ERR },
		{ (enum otp_step)99, PAM_SYSTEM_ERR },
	};

	(void)unused;
	for (unsigned i = 0; i < COUNT(steps); i++)
		assert_int_equal(
		    code_of(steps[i].step, OTP_VERDICT_ACCEPT, OTP_OK),
		    steps[i].code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcome__says_yes_to_one_verdict_alone),
		cmocka_unit_test(outcome__never_says_yes_to_an_error),
		cmocka_unit_test(outcome__answers_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
