/* SPDX-License-Identifier: BSD-2-Clause */
/* What the module answers libpam: every verdict, every error, every end. */
#include "unit.h"

#include "pam_module/log.h"
#include "pam_module/message.h"
#include "pam_module/report.h"

/* --- nobody is told and nothing is logged here --- */

static unsigned logged;

void
otp_log_end(const struct otp_login *login, enum otp_end end)
{
	(void)login;
	(void)end;
	logged++;
}

void
otp_message_verdict(const struct otp_login *login)
{
	(void)login;
}

void
otp_message_unenrolled(const struct otp_login *login)
{
	(void)login;
}

void
otp_message_unavailable(const struct otp_login *login)
{
	(void)login;
}

static int
code_of(enum otp_end end, enum otp_verdict verdict, enum otp_err err)
{
	struct otp_login login = { .quiet = true, .err = err };
	int code;

	login.answer.verdict = verdict;
	logged = 0;
	code = otp_report(&login, end);
	assert_int_equal(logged, 1);
	return code;
}

static void
report__says_yes_to_one_verdict_alone(void **unused)
{
	(void)unused;
	for (int i = -1; i < 4096; i++) {
		const enum otp_verdict verdict = (enum otp_verdict)i;
		int code = code_of(OTP_END_VERDICT, verdict, OTP_OK);

		if (verdict == OTP_VERDICT_ACCEPT)
			assert_int_equal(code, PAM_SUCCESS);
		else if (i >= 0 && verdict <= OTP_VERDICT_CHANGED_USER)
			assert_int_equal(code, PAM_AUTH_ERR);
		else
			assert_int_equal(code, PAM_SYSTEM_ERR);
	}
	assert_int_equal(
	    code_of(OTP_END_VERDICT, OTP_VERDICT_ACCEPT, OTP_OK), PAM_SUCCESS);
}

static void
report__never_says_yes_to_an_error(void **unused)
{
	(void)unused;
	for (int i = -1; i < 256; i++) {
		const enum otp_err err = (enum otp_err)i;
		int code = code_of(OTP_END_ERROR, OTP_VERDICT_ACCEPT, err);

		if (err == OTP_ERR_OPTION)
			assert_int_equal(code, PAM_SERVICE_ERR);
		else if (err == OTP_ERR_NOMEM)
			assert_int_equal(code, PAM_BUF_ERR);
		else if (i <= OTP_OK || err == OTP_ERR_EXISTS ||
		    err == OTP_ERR_FULL || err == OTP_ERR_CHANCE ||
		    otp_err_reason(err) == otp_err_reason((enum otp_err)999))
			assert_int_equal(code, PAM_SYSTEM_ERR);
		else
			assert_int_equal(code, PAM_AUTHINFO_UNAVAIL);
	}
}

static void
report__answers_every_end(void **unused)
{
	static const struct {
		enum otp_end end;
		int code;
	} ends[] = {
		{ OTP_END_UNENROLLED, PAM_IGNORE },
		{ OTP_END_CONVERSATION, PAM_CONV_ERR },
		{ OTP_END_AGAIN, PAM_INCOMPLETE },
		{ OTP_END_REPEATED, PAM_AUTH_ERR },
		{ OTP_END_NOT_YET, PAM_SYSTEM_ERR },
		{ (enum otp_end)99, PAM_SYSTEM_ERR },
	};

	(void)unused;
	for (unsigned i = 0; i < COUNT(ends); i++)
		assert_int_equal(
		    code_of(ends[i].end, OTP_VERDICT_ACCEPT, OTP_OK),
		    ends[i].code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report__says_yes_to_one_verdict_alone),
		cmocka_unit_test(report__never_says_yes_to_an_error),
		cmocka_unit_test(report__answers_every_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
