/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/daemon_test.c:
 *
 * 1. A first token is put only where the configuration lets users do so, and
 *    only with an invitation if it says that
 *    (daemon__puts_a_first_token_where_users_may,
 *    daemon__takes_an_invitation_where_it_is_asked_for).
 * 2. Recovery codes are in the answer once they are active, and nowhere else
 *    (daemon__answers_with_new_recovery_codes).
 * 3. A code that was used is logged, whatever came of it
 *    (daemon__logs_a_code_that_was_used_for_nothing).
 */
#include "config.h"

#include "pam_otpd/change.h"

#include <string.h>

#include "common/core/options.h"
#include "common/core/token.h"
#include "common/core/wipe.h"
#include "common/effects/own.h"
#include "pam_otpd/report.h"

static enum otp_err change_make(const struct otp_wire_request *message,
    bool invited, struct otp_account *account, struct otp_recovery_set *set,
    struct otp_own_result *result);
static void change_report(const struct otp_job *job,
    const struct otp_account *account, const struct otp_own_result *result,
    enum otp_err err);
static const char *change_done(const struct otp_wire_request *message);
static const char *change_refused(const struct otp_wire_request *message);

enum otp_err
otp_change_run(const struct otp_job *job, const struct otp_host *host,
    const struct otp_subject *subject, unsigned self,
    struct otp_wire_answer *answer)
{
	const struct otp_wire_request *message = job->request;
	struct otp_account account = otp_account_of(host, subject);
	struct otp_recovery_set set = { 0 };
	enum otp_err err;

	if (message->verb == OTP_WIRE_PUT &&
	    message->change.mode == OTP_ENROL_NEW && self != OTP_SELF_YES &&
	    self != OTP_SELF_INVITED)
		return OTP_ERR_DENIED;
	account.by_other = true;
	err = change_make(
	    message, self == OTP_SELF_INVITED, &account, &set, &answer->own);
	answer->fault = account.fault;
	answer->committed = account.committed;
	answer->codes_count = set.count;
	memcpy(answer->codes, set.text, sizeof(answer->codes));
	otp_wipe(&set, sizeof(set));
	change_report(job, &account, &answer->own, err);
	return err;
}

static enum otp_err
change_make(const struct otp_wire_request *message, bool invited,
    struct otp_account *account, struct otp_recovery_set *set,
    struct otp_own_result *result)
{
	const struct otp_wire_change *change = &message->change;
	const struct otp_own_proof proof = { .former = change->former,
		.typed = message->second };
	struct otp_own_token token = { .mode = change->mode,
		.invited = invited,
		.typed = message->typed };
	enum otp_err err;

	if (message->verb == OTP_WIRE_REMOVE)
		return otp_own_remove(account, &proof, message->token, result);
	if (message->verb == OTP_WIRE_RECOVERY)
		return otp_own_recovery(account, &proof, set, result);
	memcpy(token.secret, change->secret, sizeof(token.secret));
	err = otp_own_put(account, &proof, &token, set, result);
	otp_wipe(&token, sizeof(token));
	return err;
}

/*
 * A wrong code of a token that its owner is setting up is not logged: it is not
 * a sign of an attack.  A code that was used is, whatever came of it, and so is
 * an invitation that was right.
 */
static void
change_report(const struct otp_job *job, const struct otp_account *account,
    const struct otp_own_result *result, enum otp_err err)
{
	const struct otp_subject *subject = &account->subject;
	const char *method =
	    result->invited ? otp_kind_name(OTP_INVITATION) : NULL;

	if (account->committed)
		otp_report_change(
		    job, subject, change_done(job->request), NULL, method);
	else if (err == OTP_OK && !result->of_token)
		otp_report_change(job, subject, change_refused(job->request),
		    otp_verdict_reason(result->verdict), NULL);
	else if (err != OTP_OK && (result->proven || result->invited))
		otp_report_change(job, subject, change_refused(job->request),
		    otp_err_reason(err), method);
}

/* As otp-enroll logs it. */
static const char *
change_done(const struct otp_wire_request *message)
{
	if (message->verb == OTP_WIRE_REMOVE)
		return "removed";
	if (message->verb == OTP_WIRE_RECOVERY)
		return "recovery-renewed";
	switch (message->change.mode) {
	case OTP_ENROL_NEW:
		break;
	case OTP_ENROL_ADD:
		return "added";
	case OTP_ENROL_REPLACE:
		return "replaced";
	}
	return "enrolled";
}

static const char *
change_refused(const struct otp_wire_request *message)
{
	if (message->verb == OTP_WIRE_REMOVE)
		return "remove-refused";
	return message->verb == OTP_WIRE_RECOVERY ? "recovery-refused"
						  : "enroll-refused";
}
