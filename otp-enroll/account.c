/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "common/core/throttle.h"
#include "common/effects/store.h"
#include "ground.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "view.h"

struct checked {
	const struct otp_tool *tool;
	const struct otp_subject *subject;
	const struct otp_wiring *wiring;
	struct otp_findings *findings;
	const struct otp_view *view;
};

static void
tell(const struct checked *checked, enum otp_found found, const char *where,
    const char *more)
{
	otp_findings_add(checked->findings, found,
	    (struct otp_words){ .where = where,
		.what = checked->subject->account,
		.more = more });
}

static void
tell_err(const struct checked *checked, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_fault whole = *fault;

	/* A command has to name the file as it lies on the disk. */
	if (fault->where[0] != '/' && fault->where[0] != '\0')
		(void)snprintf(whole.where, sizeof(whole.where), "%s/%.*s",
		    checked->tool->host.store, OTP_FAULT_WHERE_SIZE / 2,
		    fault->where);
	otp_findings_add_err(checked->findings, err, &whole);
}

/* "2 minutes ago by sshd from 203.0.113.5" */
struct occasion_text {
	char text[256];
};

static struct occasion_text
occasion_text(const struct otp_occasion *occasion, int64_t now)
{
	struct occasion_text text;
	const struct otp_ago ago = otp_ago(now, occasion->time);

	if (occasion->host[0] != '\0')
		(void)snprintf(text.text, sizeof(text.text),
		    _("%s by %s from %s"), ago.text, occasion->service,
		    occasion->host);
	else
		(void)snprintf(text.text, sizeof(text.text), _("%s by %s"),
		    ago.text, occasion->service);
	return text;
}

/* --- Waits and locks ---------------------------------------------------- */

static void
check_gate(const struct checked *checked)
{
	const struct otp_tally *tally = &checked->view->state.tally;
	const struct occasion_text last =
	    occasion_text(&tally->last_failure, checked->view->now);
	char failures[16];
	uint32_t wait = 0;

	(void)snprintf(failures, sizeof(failures), "%u", tally->failures);
	switch (otp_throttle_check(
	    tally, checked->tool->host.policy, checked->view->now, &wait)) {
	case OTP_GATE_LOCKED:
		tell(checked, OTP_FOUND_LOCKED, failures, last.text);
		break;
	case OTP_GATE_WAITING:
		tell(
		    checked, OTP_FOUND_WAITING, otp_span(wait).text, last.text);
		break;
	case OTP_GATE_OPEN:
		if (tally->failures > 0)
			tell(checked, OTP_FOUND_FAILURES, failures, last.text);
		break;
	}
}

/* "held by su[1234]" -> the number, or "PID". */
static const char *
pid_in(const char *holder, char pid[16])
{
	const char *bracket = strrchr(holder, '[');

	if (bracket == NULL || sscanf(bracket, "[%15[0-9]]", pid) != 1)
		return "PID";
	return pid;
}

/* A process that has stopped with the lock makes every login wait and fail. */
static void
check_holder(const struct checked *checked)
{
	char holder[OTP_FAULT_WHAT_SIZE] = "", pid[16] = "";
	struct otp_store *store = NULL;
	struct otp_fault fault = { 0 };
	enum otp_err err = otp_store_open(checked->tool->host.store,
	    checked->subject->account, &store, &fault);

	if (err == OTP_OK)
		err = otp_store_holder(store, holder, sizeof(holder), &fault);
	if (err == OTP_OK && holder[0] != '\0')
		otp_findings_add(checked->findings, OTP_FOUND_HELD,
		    (struct otp_words){ .where = checked->subject->account,
			.what = otp_report_what(holder).text,
			.more = pid_in(holder, pid) });
	otp_store_close(store);
}

/* --- Tokens ------------------------------------------------------------- */

/* Whether the step of the last code is further ahead than one can be used. */
static void
check_watermark(const struct checked *checked, const struct otp_token *token,
    const struct otp_credential *known)
{
	const int64_t now = checked->view->now;
	const int64_t window = checked->tool->host.policy->window;
	const int64_t period = token->period;
	const int64_t value =
	    known->value > INT64_MAX ? INT64_MAX : (int64_t)known->value;

	if (value <= now + (window + 1) * period)
		return;
	tell(checked, OTP_FOUND_CLOCK_BEHIND, otp_span(value - now).text,
	    otp_moment(value - window * period).text);
}

/*
 * Was the device's clock off?  One step behind may be slow typing, unless codes
 * are refused.
 */
static void
check_drift(const struct checked *checked, const struct otp_token *token,
    const struct otp_credential *known)
{
	const int64_t period = token->period;
	const int64_t drift = known->drift;
	char off[80];

	if (known->last_used == 0 ||
	    (drift <= 0 && drift > -2 * period &&
		(drift == 0 || checked->view->state.tally.failures == 0)))
		return;
	(void)snprintf(off, sizeof(off),
	    drift < 0 ? _("%lld s slow") : _("%lld s fast"),
	    (long long)(drift < 0 ? -drift : drift));
	otp_findings_add(checked->findings, OTP_FOUND_DEVICE_CLOCK,
	    (struct otp_words){ .where = off,
		.what = token->label,
		.more = otp_ago(checked->view->now, known->last_used).text });
}

/* False: nobody knows what was used of it. */
static bool
check_token(const struct checked *checked, const struct otp_token *token)
{
	const struct otp_credential *known = NULL;

	if (otp_view_credential(checked->view, token, &known) != OTP_OK ||
	    known == NULL)
		return false;
	if (token->kind == OTP_TOTP) {
		check_watermark(checked, token, known);
		check_drift(checked, token, known);
	} else if (known->value == UINT64_MAX) {
		tell(checked, OTP_FOUND_COUNTER_LOST, token->label, NULL);
	}
	return true;
}

static void
check_tokens(const struct checked *checked)
{
	const struct otp_seed *seed = &checked->view->seed;
	bool adopted = true;
	unsigned digits = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++)
		if (!check_token(checked, &seed->tokens[i]))
			adopted = false;
	if (!adopted)
		tell(checked, OTP_FOUND_NO_STATE, NULL, NULL);
	if (checked->wiring->split[0] != '\0' &&
	    otp_seed_digits(seed, &digits) != OTP_OK)
		tell(checked, OTP_FOUND_LENGTHS, checked->wiring->split, NULL);
}

/* --- The account -------------------------------------------------------- */

static void
check_unenrolled(const struct checked *checked)
{
	const struct otp_wiring *wiring = checked->wiring;

	if (wiring->services > 0 && wiring->excepting == wiring->services)
		tell(checked, OTP_FOUND_UNENROLLED_LET_IN, NULL, NULL);
	else
		tell(checked, OTP_FOUND_UNENROLLED, NULL, NULL);
}

static void
check_uid(const struct checked *checked)
{
	char state[16], account[16];

	if (checked->view->state.uid == checked->subject->uid)
		return;
	(void)snprintf(state, sizeof(state), "%u", checked->view->state.uid);
	(void)snprintf(account, sizeof(account), "%u", checked->subject->uid);
	tell(checked, OTP_FOUND_UID, state, account);
}

static void
check_enrolled(const struct checked *checked)
{
	const struct otp_seed *seed = &checked->view->seed;
	char tokens[64];

	if (checked->view->state_err == OTP_ERR_ABSENT) {
		tell(checked, OTP_FOUND_NO_STATE, NULL, NULL);
		return;
	}
	if (checked->view->state_err != OTP_OK) {
		tell_err(checked, checked->view->state_err,
		    &checked->view->state_fault);
		return;
	}
	check_uid(checked);
	check_gate(checked);
	check_holder(checked);
	check_tokens(checked);
	if (otp_view_recovery_left(checked->view) == 0)
		tell(checked, OTP_FOUND_NO_RECOVERY, NULL, NULL);
	(void)snprintf(tokens, sizeof(tokens),
	    ngettext("%u token", "%u tokens", seed->tokens_count),
	    seed->tokens_count);
	tell(checked, OTP_FOUND_ENROLLED, tokens, NULL);
}

static void
check_view(const struct checked *checked, bool *ret_enrolled)
{
	const struct otp_view *view = checked->view;

	*ret_enrolled = true;
	if (view->seed_err == OTP_OK) {
		check_enrolled(checked);
	} else if (view->seed_err != OTP_ERR_ABSENT) {
		tell_err(checked, view->seed_err, &view->seed_fault);
	} else if (view->state_err == OTP_OK && view->state.enrolled) {
		tell(checked, OTP_FOUND_NO_SEED, NULL, NULL);
	} else if (view->state_err != OTP_OK &&
	    view->state_err != OTP_ERR_ABSENT) {
		tell_err(checked, view->state_err, &view->state_fault);
	} else {
		*ret_enrolled = false;
		check_unenrolled(checked);
	}
}

void
otp_account_check(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_wiring *wiring,
    bool *ret_enrolled)
{
	struct otp_fault fault = { 0 };
	struct otp_view view;
	struct checked checked = {
		.tool = tool,
		.subject = subject,
		.wiring = wiring,
		.findings = wiring->findings,
		.view = &view,
	};
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &view, &fault);

	if (err == OTP_OK)
		check_view(&checked, ret_enrolled);
	else
		tell_err(&checked, err, &fault);
	otp_view_wipe(&view);
}
