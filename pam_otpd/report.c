/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_otpd/report.h"

#include <stdio.h>
#include <syslog.h>

#include "common/core/logline.h"
#include "common/core/token.h"
#include "pam_otpd/logger.h"

#define IDENTITY "pam_otpd"

/*
 * For which a process that answers waits for the log; the acceptor never does.
 */
#define PATIENCE 1000 /* milliseconds */

static bool to_standard_error;

static void add_first(struct otp_logline *, enum otp_err, enum otp_verdict);
static void add_who(struct otp_logline *, const struct otp_job *,
    const struct otp_request *, bool);
static void add_caller(struct otp_logline *, enum otp_listener, uint32_t);
static void add_answer(struct otp_logline *, const struct otp_answer *);
static void add_fault(
    struct otp_logline *, enum otp_err, const struct otp_fault *);
static bool was_compared(enum otp_verdict);
static int verdict_priority(const struct otp_answer *);
static void report_write(int, const struct otp_logline *, int);

void
otp_report_begin(bool to_stderr)
{
	to_standard_error = to_stderr;
	otp_logger_begin(IDENTITY);
}

void
otp_report_try(const struct otp_job *job, const struct otp_request *request,
    const struct otp_wire_answer *answer)
{
	const enum otp_err err = answer->err;
	struct otp_logline line;

	otp_logline_begin(&line);
	add_first(&line, err, answer->answer.verdict);
	add_who(&line, job, request,
	    request->uid != OTP_UID_VIRTUAL ||
		(err == OTP_OK && was_compared(answer->answer.verdict)));
	add_caller(&line, job->listener, job->peer);
	if (err == OTP_OK)
		add_answer(&line, &answer->answer);
	else
		add_fault(&line, err, &answer->fault);
	report_write(
	    err == OTP_OK ? verdict_priority(&answer->answer) : LOG_ERR, &line,
	    PATIENCE);
}

/* An account that a code is sent to, or could be, is in the store. */
void
otp_report_sent(const struct otp_job *job, const struct otp_request *request,
    const struct otp_wire_answer *answer)
{
	const struct otp_sent *sent = &answer->sent;
	const bool is_sent =
	    answer->err == OTP_OK && sent->delivery == OTP_DELIVERY_SENT;
	const bool failed =
	    answer->err != OTP_OK || sent->delivery == OTP_DELIVERY_NO_SOCKET;
	struct otp_logline line;

	otp_logline_begin(&line);
	otp_logline_word(&line, "result", is_sent ? "sent" : "unsent");
	otp_logline_word(&line, "reason",
	    answer->err != OTP_OK ? otp_err_reason(answer->err)
				  : otp_delivery_reason(sent->delivery));
	add_who(
	    &line, job, request, request->uid != OTP_UID_VIRTUAL || is_sent);
	otp_logline_word(&line, "tag", sent->tag);
	add_caller(&line, job->listener, job->peer);
	otp_logline_word(&line, "method", sent->method);
	if (failed)
		add_fault(&line, answer->err, &answer->fault);
	report_write(is_sent ? LOG_INFO
		: failed     ? LOG_ERR
			     : LOG_NOTICE,
	    &line, PATIENCE);
}

void
otp_report_notice(const struct otp_job *job, const struct otp_request *request,
    const char *notice, enum otp_err err, const struct otp_fault *fault)
{
	const bool is_sent = err == OTP_OK;
	struct otp_logline line;

	otp_logline_begin(&line);
	otp_logline_word(&line, "result", is_sent ? "sent" : "unsent");
	otp_logline_word(&line, "reason",
	    otp_delivery_reason(
		is_sent ? OTP_DELIVERY_SENT : OTP_DELIVERY_NO_SOCKET));
	add_who(&line, job, request, true);
	add_caller(&line, job->listener, job->peer);
	otp_logline_word(&line, "notice", notice);
	if (!is_sent)
		add_fault(&line, err, fault);
	report_write(is_sent ? LOG_INFO : LOG_ERR, &line, PATIENCE);
}

void
otp_report_change(const struct otp_job *job, const struct otp_subject *subject,
    const char *action, const char *reason, const char *method)
{
	struct otp_logline line;

	otp_logline_begin(&line);
	otp_logline_word(&line, "action", action);
	otp_logline_word(&line, "user", subject->account);
	otp_logline_number(&line, "uid", subject->uid, "");
	otp_logline_word(&line, "reason", reason);
	add_caller(&line, job->listener, job->peer);
	otp_logline_word(&line, "method", method);
	report_write(LOG_NOTICE, &line, PATIENCE);
}

void
otp_report_refused(enum otp_listener listener, uint32_t peer, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_logline line;

	otp_logline_begin(&line);
	add_first(&line, err, OTP_VERDICT_REJECT);
	add_caller(&line, listener, peer);
	add_fault(&line, err, fault);
	report_write(LOG_WARNING, &line, 0);
}

static void
add_first(struct otp_logline *line, enum otp_err err, enum otp_verdict verdict)
{
	const char *result = "unavailable";

	if (err == OTP_ERR_OPTION)
		result = "misconfigured";
	else if (err == OTP_ERR_DENIED || err == OTP_ERR_LIMIT)
		result = "refused";
	else if (err == OTP_OK)
		result = verdict == OTP_VERDICT_ACCEPT ? "accepted" : "refused";
	otp_logline_word(line, "result", result);
	otp_logline_word(line, "reason",
	    err != OTP_OK ? otp_err_reason(err) : otp_verdict_reason(verdict));
}

/*
 * The account is named if it EXISTS: what no account has as its name may be a
 * password.  What a peer of "user" says is a claim, and never stands for the
 * truth.
 */
static void
add_who(struct otp_logline *line, const struct otp_job *job,
    const struct otp_request *request, bool exists)
{
	const struct otp_request *said = &job->request->request;
	const bool claimed = job->listener == OTP_LISTENER_USER;

	if (!request->unknown && exists)
		otp_logline_word(line, "user", request->account);
	otp_logline_word(
	    line, claimed ? "claimed_service" : "service", said->service);
	otp_logline_word(line, claimed ? "claimed_rhost" : "rhost", said->host);
}

static void
add_caller(struct otp_logline *line, enum otp_listener listener, uint32_t peer)
{
	otp_logline_word(line, "socket", otp_listener_name(listener));
	otp_logline_number(line, "peer_uid", peer, "");
}

static void
add_answer(struct otp_logline *line, const struct otp_answer *answer)
{
	otp_logline_quoted(line, "token", answer->token);
	if (answer->kind == OTP_DELIVERED)
		otp_logline_word(line, "method", answer->method);
	else if (answer->kind != 0)
		otp_logline_word(line, "method", otp_kind_name(answer->kind));
	if (was_compared(answer->verdict))
		otp_logline_number(line, "failures", answer->failures, "");
	if (answer->wait > 0)
		otp_logline_number(line, "delay", answer->wait, "s");
	if (answer->drift_known && answer->drift != 0)
		otp_logline_number(line, "drift", answer->drift, "s");
}

static void
add_fault(
    struct otp_logline *line, enum otp_err err, const struct otp_fault *fault)
{
	otp_logline_word(line,
	    err == OTP_ERR_OPTION && fault->where[0] != '/' ? "option" : "file",
	    fault->where);
	if (fault->line != 0)
		otp_logline_number(line, "line", fault->line, "");
	otp_logline_errno(line, fault->errnum);
	otp_logline_word(line, "detail", otp_detail_word(fault->detail));
}

/* Whether a code was compared for the account, so that it exists. */
static bool
was_compared(enum otp_verdict verdict)
{
	return verdict == OTP_VERDICT_ACCEPT || verdict == OTP_VERDICT_REJECT ||
	    verdict == OTP_VERDICT_REPLAY || verdict == OTP_VERDICT_WAITING ||
	    verdict == OTP_VERDICT_LOCKED || verdict == OTP_VERDICT_INVITED ||
	    verdict == OTP_VERDICT_INVITATION_ENDED;
}

static int
verdict_priority(const struct otp_answer *answer)
{
	switch (answer->verdict) {
	case OTP_VERDICT_ACCEPT:
		return LOG_INFO;
	case OTP_VERDICT_LOCKED:
	case OTP_VERDICT_SUSPENDED:
		return LOG_WARNING;
	case OTP_VERDICT_REPLAY:
		return answer->benign ? LOG_NOTICE : LOG_WARNING;
	case OTP_VERDICT_REJECT:
		return answer->wait > 0 ? LOG_WARNING : LOG_NOTICE;
	case OTP_VERDICT_INVITED:
	case OTP_VERDICT_INVITATION_ENDED:
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		break;
	}
	return LOG_NOTICE;
}

static void
report_write(int priority, const struct otp_logline *line, int patience)
{
	if (to_standard_error)
		(void)fprintf(stderr, "%s: %s\n", IDENTITY, line->text);
	else
		otp_logger_write(priority, line->text, patience);
}
