/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/throttle.h"
#include "common/store/store.h"
#include "common/effects/snapshot.h"
#include "common/effects/standing.h"
#include "otp-enroll/check/login.h"
#include "otp-enroll/check/renamed.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/when.h"

/* An exemption that ends within this time is warned of. */
#define EXEMPT_SOON (3 * INT64_C(86400))

struct checked {
	const struct otp_tool *tool;
	const struct otp_subject *subject;
	const struct otp_check_services *services;
	struct otp_findings *findings;
	const struct otp_snapshot *snapshot;
};

/* "2 minutes ago by sshd from 203.0.113.5" */
struct login_mark_text {
	char text[256];
};

static void check_snapshot(const struct checked *checked, bool *ret_enrolled);
static void check_enrolled(const struct checked *checked);
static void check_uid(const struct checked *checked);
static bool check_invitation(const struct checked *checked);
static bool check_standing(const struct checked *checked);
static void check_throttle(const struct checked *checked);
static void check_tally(const struct checked *checked,
    const struct otp_tally *tally, enum otp_found locked,
    enum otp_found blocked);
static struct login_mark_text format_login_mark(
    const struct otp_login_mark *mark, int64_t now);
static void check_lock(const struct checked *checked);
static void check_tokens(const struct checked *checked);
static bool check_token(
    const struct checked *checked, const struct otp_token *token);
static void check_watermark(const struct checked *checked,
    const struct otp_token *token, const struct otp_credential *known);
static void check_drift(const struct checked *checked,
    const struct otp_token *token, const struct otp_credential *known);
static void check_unenrolled(const struct checked *checked);
static bool is_exempt(const struct checked *checked);
static void add_finding(const struct checked *checked, enum otp_found found,
    const char *where, const char *more);
static void add_err(const struct checked *checked, enum otp_err err,
    const struct otp_fault *fault);

void
otp_check_account(const struct otp_tool *tool,
    const struct otp_subject *subject,
    const struct otp_check_services *services, bool *ret_enrolled)
{
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	struct checked checked = {
		.tool = tool,
		.subject = subject,
		.services = services,
		.findings = services->findings,
		.snapshot = &snapshot,
	};
	enum otp_err err =
	    otp_snapshot_read(&tool->host, subject->account, &snapshot, &fault);

	if (err == OTP_OK)
		check_snapshot(&checked, ret_enrolled);
	else
		add_err(&checked, err, &fault);
	otp_snapshot_wipe(&snapshot);
}

static void
check_snapshot(const struct checked *checked, bool *ret_enrolled)
{
	const struct otp_snapshot *snapshot = checked->snapshot;

	*ret_enrolled = true;
	if (otp_snapshot_is_moving(snapshot)) {
		add_finding(checked, OTP_FOUND_MOVING, NULL, NULL);
	} else if (snapshot->seed_err == OTP_OK &&
	    otp_snapshot_has_seed(snapshot)) {
		check_enrolled(checked);
	} else if (otp_snapshot_has_seed(snapshot)) {
		add_err(checked, snapshot->seed_err, &snapshot->seed_fault);
	} else if (otp_snapshot_lost_seed(snapshot)) {
		add_finding(checked, OTP_FOUND_NO_SEED, NULL, NULL);
	} else if (snapshot->state_err != OTP_OK &&
	    snapshot->state_err != OTP_ERR_ABSENT) {
		add_err(checked, snapshot->state_err, &snapshot->state_fault);
	} else if (snapshot->seed_err == OTP_OK &&
	    snapshot->state_err == OTP_ERR_ABSENT) {
		add_finding(checked, OTP_FOUND_NO_STATE, NULL, NULL);
	} else {
		*ret_enrolled = false;
		check_unenrolled(checked);
	}
}

static void
check_enrolled(const struct checked *checked)
{
	const struct otp_seed *seed = &checked->snapshot->seed;
	char tokens[64];

	if (checked->snapshot->state_err == OTP_ERR_ABSENT) {
		add_finding(checked, OTP_FOUND_NO_STATE, NULL, NULL);
		return;
	}
	if (checked->snapshot->state_err != OTP_OK) {
		add_err(checked, checked->snapshot->state_err,
		    &checked->snapshot->state_fault);
		return;
	}
	check_uid(checked);
	(void)check_standing(checked);
	check_throttle(checked);
	check_lock(checked);
	check_tokens(checked);
	(void)check_invitation(checked);
	if (otp_snapshot_recovery(checked->snapshot).unused == 0)
		add_finding(checked, OTP_FOUND_NO_RECOVERY, NULL, NULL);
	(void)snprintf(tokens, sizeof(tokens),
	    ngettext("%u token", "%u tokens", seed->tokens_count),
	    seed->tokens_count);
	add_finding(checked, OTP_FOUND_ENROLLED, tokens, NULL);
}

static void
check_uid(const struct checked *checked)
{
	char state[16], account[16];

	if (checked->snapshot->state.uid == checked->subject->uid)
		return;
	(void)snprintf(
	    state, sizeof(state), "%u", checked->snapshot->state.uid);
	(void)snprintf(account, sizeof(account), "%u", checked->subject->uid);
	add_finding(checked, OTP_FOUND_UID, state, account);
}

/* Whether it decides what a login comes to, enrolled or not. */
static bool
check_standing(const struct checked *checked)
{
	const struct otp_state *state = &checked->snapshot->state;
	const int64_t now = checked->snapshot->now;
	const int64_t until = state->exemption.until;
	const bool exempt =
	    otp_standing_is_exempt(state, checked->subject->uid, now);
	enum otp_found found = OTP_FOUND_EXEMPT_ENDED;

	if (state->suspended)
		add_finding(checked, OTP_FOUND_SUSPENDED, NULL, NULL);
	if (exempt)
		found = until - now < EXEMPT_SOON ? OTP_FOUND_EXEMPT_SOON
						  : OTP_FOUND_EXEMPT;
	if (until != 0)
		add_finding(checked, found, otp_when_moment(until).text,
		    state->exemption.reason);
	return state->suspended || exempt;
}

/* Whether there is an invitation that can be used. */
static bool
check_invitation(const struct checked *checked)
{
	const struct otp_snapshot *snapshot = checked->snapshot;
	const struct otp_recovery *invitation = &snapshot->seed.invitation;
	enum otp_recovery_use use;
	bool valid;

	if (snapshot->seed_err != OTP_OK || !snapshot->seed.invited)
		return false;
	use = otp_state_invitation(&snapshot->state, invitation);
	valid = otp_recovery_is_valid(invitation, snapshot->now);
	if (use == OTP_RECOVERY_UNKNOWN)
		add_finding(checked, OTP_FOUND_NO_STATE, NULL, NULL);
	else if (use == OTP_RECOVERY_UNUSED)
		add_finding(checked,
		    valid ? OTP_FOUND_INVITED : OTP_FOUND_INVITATION_ENDED,
		    otp_when_moment(invitation->until).text, NULL);
	return use == OTP_RECOVERY_UNUSED && valid;
}

static void
check_throttle(const struct checked *checked)
{
	const struct otp_state *state = &checked->snapshot->state;

	check_tally(
	    checked, &state->tally, OTP_FOUND_LOCKED, OTP_FOUND_BLOCKED);
	check_tally(checked, &state->others, OTP_FOUND_OTHERS_LOCKED,
	    OTP_FOUND_OTHERS_BLOCKED);
}

/* A few wrong codes are worth a note only at root's logins. */
static void
check_tally(const struct checked *checked, const struct otp_tally *tally,
    enum otp_found locked, enum otp_found blocked)
{
	const struct login_mark_text last =
	    format_login_mark(&tally->last_failure, checked->snapshot->now);
	char failures[16];
	uint32_t wait = 0;

	(void)snprintf(failures, sizeof(failures), "%u", tally->failures);
	switch (otp_throttle_check(
	    tally, checked->tool->host.policy, checked->snapshot->now, &wait)) {
	case OTP_GATE_LOCKED:
		add_finding(checked, locked, failures, last.text);
		break;
	case OTP_GATE_WAITING:
		add_finding(
		    checked, blocked, otp_when_span(wait).text, last.text);
		break;
	case OTP_GATE_OPEN:
		if (tally->failures > 0 && locked == OTP_FOUND_LOCKED)
			add_finding(
			    checked, OTP_FOUND_FAILURES, failures, last.text);
		break;
	}
}

static struct login_mark_text
format_login_mark(const struct otp_login_mark *mark, int64_t now)
{
	struct login_mark_text text;
	const struct otp_when ago = otp_when_ago(now, mark->time);
	int length;

	if (mark->host[0] != '\0')
		length = snprintf(text.text, sizeof(text.text),
		    _("%s by %s from %s"), ago.text, mark->service, mark->host);
	else
		length = snprintf(text.text, sizeof(text.text), _("%s by %s"),
		    ago.text, mark->service);
	if (length < 0)
		text.text[0] = '\0';
	return text;
}

/* A process that is stopped with the lock makes every login time out. */
static void
check_lock(const struct checked *checked)
{
	char pid[24] = "PID", name[OTP_FAULT_NAME_SIZE + 32] = "";
	struct otp_store *store = NULL;
	struct otp_fault fault = { 0 };
	enum otp_err err = otp_store_open(checked->tool->host.store,
	    checked->subject->account, &store, &fault);
	bool known;

	if (err == OTP_OK)
		err = otp_store_check_lock(store, &fault);
	otp_store_close(store);
	if (err != OTP_ERR_LOCK_TIMEOUT)
		return;
	known = fault.detail == OTP_DETAIL_LOCKED_BY;
	if (known) {
		(void)snprintf(pid, sizeof(pid), "%lu", fault.numbers[0]);
		(void)snprintf(name, sizeof(name), "%s[%s]", fault.name, pid);
	}
	otp_findings_add(checked->findings,
	    known ? OTP_FOUND_LOCKED_BY : OTP_FOUND_LOCKED_BY_UNKNOWN,
	    (struct otp_words){ .where = checked->subject->account,
		.what = name,
		.more = pid });
}

static void
check_tokens(const struct checked *checked)
{
	const struct otp_seed *seed = &checked->snapshot->seed;
	bool adopted = true;
	unsigned digits = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++)
		if (!check_token(checked, &seed->tokens[i]))
			adopted = false;
	if (!adopted)
		add_finding(checked, OTP_FOUND_NO_STATE, NULL, NULL);
	if (checked->services->split[0] != '\0' && seed->tokens_count > 0 &&
	    otp_seed_digits(seed, &digits) != OTP_OK)
		add_finding(
		    checked, OTP_FOUND_LENGTHS, checked->services->split, NULL);
}

/* Returns false if the token was not adopted. */
static bool
check_token(const struct checked *checked, const struct otp_token *token)
{
	const struct otp_credential *known = NULL;

	if (otp_snapshot_credential(checked->snapshot, token, &known) !=
		OTP_OK ||
	    known == NULL)
		return false;
	if (token->kind == OTP_TOTP) {
		check_watermark(checked, token, known);
		check_drift(checked, token, known);
	} else if (known->value == UINT64_MAX) {
		add_finding(
		    checked, OTP_FOUND_COUNTER_UNKNOWN, token->label, NULL);
	}
	return true;
}

/* Check that the last used step is not further ahead than the window. */
static void
check_watermark(const struct checked *checked, const struct otp_token *token,
    const struct otp_credential *known)
{
	const int64_t now = checked->snapshot->now;
	const int64_t window = checked->tool->host.policy->window;
	const int64_t period = token->period;
	const int64_t value =
	    known->value > INT64_MAX ? INT64_MAX : (int64_t)known->value;

	if (value <= now + (window + 1) * period)
		return;
	add_finding(checked, OTP_FOUND_CLOCK_BEHIND,
	    otp_when_span(value - now).text,
	    otp_when_moment(value - window * period).text);
}

/*
 * Check the device's clock.  A code that is one step late may have been typed
 * slowly, which is worth a note only if codes were wrong since.
 */
static void
check_drift(const struct checked *checked, const struct otp_token *token,
    const struct otp_credential *known)
{
	const int64_t period = token->period;
	const int64_t drift = known->drift;
	const struct otp_when used =
	    otp_when_ago(checked->snapshot->now, known->last_used);
	char off[80];

	if (known->last_used == 0 ||
	    (drift <= 0 && drift > -2 * period &&
		(drift == 0 || checked->snapshot->state.tally.failures == 0)))
		return;
	(void)snprintf(off, sizeof(off),
	    drift < 0 ? _("%lld s slow") : _("%lld s fast"),
	    (long long)(drift < 0 ? -drift : drift));
	otp_findings_add(checked->findings, OTP_FOUND_DEVICE_CLOCK,
	    (struct otp_words){
		.where = off, .what = token->label, .more = used.text });
}

static void
check_unenrolled(const struct checked *checked)
{
	const struct otp_check_services *services = checked->services;
	const uint32_t uid = checked->subject->uid;
	char former[OTP_ACCOUNT_SIZE];
	char number[16];
	const char *shell = NULL;

	(void)snprintf(number, sizeof(number), "%u", uid);
	if (check_standing(checked) || check_invitation(checked))
		return;
	if (otp_check_renamed(checked->tool, uid, former))
		add_finding(checked, OTP_FOUND_RENAMED, former, number);
	else if (services->asking > 0 && services->letting == services->asking)
		add_finding(checked, OTP_FOUND_NOT_ENROLLED_LET_IN, NULL, NULL);
	else if (otp_check_login_is_system(checked->subject->account, &shell))
		add_finding(
		    checked, OTP_FOUND_NOT_ENROLLED_SYSTEM, shell, NULL);
	else if (is_exempt(checked))
		add_finding(checked, OTP_FOUND_NOT_ENROLLED_EXEMPT,
		    services->exempt_where, services->exempt_module);
	else
		add_finding(checked, OTP_FOUND_NOT_ENROLLED, NULL, NULL);
}

/* Whether every service that asks may let the account in without a code. */
static bool
is_exempt(const struct checked *checked)
{
	const struct otp_check_services *services = checked->services;
	unsigned exempting = checked->subject->uid == 0
	    ? services->exempting_root
	    : services->exempting_users;

	return exempting > 0 && exempting == services->asking;
}

static void
add_finding(const struct checked *checked, enum otp_found found,
    const char *where, const char *more)
{
	otp_findings_add(checked->findings, found,
	    (struct otp_words){ .where = where,
		.what = checked->subject->account,
		.more = more });
}

static void
add_err(const struct checked *checked, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_fault whole = *fault;

	/* The fix is a command, which needs the whole path. */
	if (fault->where[0] != '/' && fault->where[0] != '\0' &&
	    otp_place_is_folder(checked->tool->host.store.folder))
		(void)snprintf(whole.where, sizeof(whole.where), "%s/%.*s",
		    checked->tool->host.store.folder, OTP_FAULT_WHERE_SIZE / 2,
		    fault->where);
	otp_findings_add_err(checked->findings, err, &whole);
}
