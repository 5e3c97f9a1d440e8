/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/daemon_test.c:
 *
 * 1. A code is sent once its address is kept and its message is counted, and to
 *    no other address (daemon__adds_an_address_whose_code_came_back,
 *    daemon__sends_no_code_of_what_is_not_kept).
 * 2. Neither an address nor a code is logged or answered
 *    (daemon__tells_no_one_an_address).
 */
#include "config.h"

#include "pam_otpd/address.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/own.h"
#include "common/effects/post.h"
#include "pam_otpd/report.h"

static enum otp_err address_make(const struct otp_wire_request *message,
    struct otp_account *account, const char *sockets,
    struct otp_wire_answer *answer);
static enum otp_err address_add(const struct otp_own_proof *proof,
    const char *uri, struct otp_account *account, const char *sockets,
    struct otp_wire_answer *answer);
static const char *step_action(enum otp_own_step step);
static void address_report(const struct otp_job *job,
    const struct otp_account *account, const struct otp_own_result *result,
    enum otp_err err);

enum otp_err
otp_own_address_run(const struct otp_job *job, const struct otp_host *host,
    const struct otp_subject *subject, const char *sockets,
    struct otp_wire_answer *answer)
{
	struct otp_account account = otp_account_of(host, subject);
	enum otp_err err;

	account.by_other = true;
	err = address_make(job->request, &account, sockets, answer);
	answer->fault = account.fault;
	answer->committed = account.committed;
	address_report(job, &account, &answer->own, err);
	return err;
}

static enum otp_err
address_make(const struct otp_wire_request *message,
    struct otp_account *account, const char *sockets,
    struct otp_wire_answer *answer)
{
	const struct otp_wire_change *change = &message->change;
	const struct otp_own_proof proof = { .former = change->former,
		.typed = message->second };

	switch (change->step) {
	case OTP_OWN_ADD:
		break;
	case OTP_OWN_CONFIRM:
		return otp_own_confirm_address(account, &proof, &answer->own);
	case OTP_OWN_REMOVE:
		return otp_own_remove_address(
		    account, &proof, message->token, &answer->own);
	}
	return address_add(&proof, change->uri, account, sockets, answer);
}

/* The message is counted even if it cannot be sent. */
static enum otp_err
address_add(const struct otp_own_proof *proof, const char *uri,
    struct otp_account *account, const char *sockets,
    struct otp_wire_answer *answer)
{
	struct otp_address_proof made = { .code = 0 };
	struct otp_address address;
	enum otp_err err =
	    otp_address_parse(uri, strlen(uri), &address, &account->fault);

	if (err == OTP_OK)
		err = otp_own_add_address(
		    account, proof, &address, &made, &answer->own);
	if (err == OTP_OK && answer->own.verdict == OTP_VERDICT_ACCEPT)
		err = otp_post_proof(sockets, account->subject.account, &made,
		    &answer->sent, &account->fault);
	if (err != OTP_OK)
		answer->own.verdict = OTP_VERDICT_REJECT;
	otp_wipe(&made, sizeof(made));
	return err;
}

static const char *
step_action(enum otp_own_step step)
{
	switch (step) {
	case OTP_OWN_ADD:
		return "address-asked";
	case OTP_OWN_CONFIRM:
		return "address-added";
	case OTP_OWN_REMOVE:
		break;
	}
	return "address-removed";
}

static void
address_report(const struct otp_job *job, const struct otp_account *account,
    const struct otp_own_result *result, enum otp_err err)
{
	const enum otp_own_step step = job->request->change.step;
	const struct otp_subject *subject = &account->subject;

	if (account->committed)
		otp_report_change(job, subject, step_action(step), NULL, NULL);
	else if (err == OTP_OK && result->verdict != OTP_VERDICT_ACCEPT)
		otp_report_change(job, subject, "address-refused",
		    otp_verdict_reason(result->verdict), NULL);
	else if (err != OTP_OK && result->proven)
		otp_report_change(
		    job, subject, "address-refused", otp_err_reason(err), NULL);
}

const char *
otp_own_address_text(enum otp_own_step step)
{
	switch (step) {
	case OTP_OWN_ADD:
		return "a code was sent to an address that is to be added";
	case OTP_OWN_CONFIRM:
		return "an address was added";
	case OTP_OWN_REMOVE:
		return "an address was removed";
	}
	return NULL;
}
