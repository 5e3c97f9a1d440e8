/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/enroll_test.c:
 *
 * 1. Nothing changes without an invitation that is valid, and each is used once
 *    (enroll__needs_a_valid_invitation, enroll__uses_an_invitation_once).
 * 2. The answer is a yes once the token is active, and the code that confirmed
 *    it is used then (enroll__makes_the_token_of_a_login_active).
 * 3. The addresses that are replaced are told, if the caller says so
 *    (enroll__tells_the_addresses_that_it_replaced).
 */
#include "config.h"

#include "pam_otpd/enroll.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/label.h"
#include "common/effects/post.h"
#include "pam_otpd/report.h"

static enum otp_err enroll_take(const struct otp_wire_request *message,
    struct otp_account *account, struct otp_enrolment *enrolment);
static enum otp_err enroll_put(const struct otp_wire_request *message,
    struct otp_account *account, const struct otp_enrolment *enrolment);

enum otp_err
otp_enroll_run(const struct otp_job *job, const struct otp_host *host,
    const struct otp_request *request, struct otp_wire_answer *answer)
{
	struct otp_subject subject = { .uid = request->uid };
	struct otp_told *told = &answer->answer.told;
	struct otp_enrolment enrolment = { .mode = OTP_ENROL_REPLACE };
	struct otp_account account;
	enum otp_err err;

	memcpy(subject.account, request->account, sizeof(subject.account));
	account = otp_account_of(host, &subject);
	err = enroll_take(job->request, &account, &enrolment);
	otp_login_mark_set(
	    &enrolment.login, 0, request->service, request->host);
	if (err == OTP_OK && request->tell)
		otp_post_note(host, subject.account, told);
	(void)host->sys->time(host->sys->context, &told->notice.time);
	if (err == OTP_OK)
		err = enroll_put(job->request, &account, &enrolment);
	otp_wipe(&enrolment, sizeof(enrolment));
	answer->fault = account.fault;
	answer->committed = account.committed;
	if (account.committed && told->to_count > 0)
		told->notice.kind = OTP_NOTICE_INVITATION;
	if (err == OTP_OK)
		answer->own.verdict = OTP_VERDICT_ACCEPT;
	otp_report_change(job, &subject,
	    account.committed ? "enrolled" : "enroll-refused",
	    err == OTP_OK ? NULL : otp_err_reason(err),
	    otp_kind_name(OTP_INVITATION));
	return err;
}

/* What the module made, as it would put it itself. */
static enum otp_err
enroll_take(const struct otp_wire_request *message, struct otp_account *account,
    struct otp_enrolment *enrolment)
{
	const struct otp_wire_enrol *enrol = &message->enrol;
	struct otp_token *token = &enrolment->token;
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	enum otp_err err = OTP_OK;

	*token = (struct otp_token){ .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = OTP_DIGITS_DEFAULT,
		.period = OTP_PERIOD_DEFAULT,
		.secret_size = sizeof(enrol->secret) };
	memcpy(token->secret, enrol->secret, sizeof(enrol->secret));
	enrolment->code = enrol->code;
	enrolment->value = enrol->value;
	enrolment->drift = enrol->drift;
	enrolment->confirmed = true;
	if (!otp_label_set(NULL, NULL, account->subject.account, token))
		err = OTP_ERR_NAME;
	if (err == OTP_OK)
		err = otp_token_check(token, &account->fault);
	if (err == OTP_OK)
		err = otp_enrol_by_invitation(
		    account, message->typed, enrolment, &verdict);
	if (err == OTP_OK && verdict != OTP_VERDICT_INVITED)
		err = OTP_ERR_CONFLICT;
	return err;
}

static enum otp_err
enroll_put(const struct otp_wire_request *message, struct otp_account *account,
    const struct otp_enrolment *enrolment)
{
	struct otp_recovery_set set = { .count = OTP_ENROL_RECOVERY };
	enum otp_err err;

	memcpy(set.kept, message->enrol.kept, sizeof(message->enrol.kept));
	err = otp_enrol_put(account, enrolment, &set);
	otp_wipe(&set, sizeof(set));
	return err;
}
