/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/core/policy.h"
#include "common/core/throttle.h"
#include "output.h"
#include "report.h"
#include "standing.h"

/* --- Making it out ------------------------------------------------------ */

static void
take_tally(const struct otp_host *host, const struct otp_view *view,
    struct otp_standing *standing)
{
	const struct otp_tally *tally = &view->state.tally;
	enum otp_gate gate =
	    otp_throttle_check(tally, host->policy, view->now, &standing->wait);

	standing->locked = gate == OTP_GATE_LOCKED;
	standing->failures = tally->failures;
	if (view->now >= tally->month_since &&
	    view->now - tally->month_since < OTP_MONTH)
		standing->month_failures = tally->month_failures;
}

/* Tokens that the state does not know are not adopted yet. */
static enum otp_err
check_known(const struct otp_view *view)
{
	for (unsigned i = 0; i < view->seed.tokens_count; i++) {
		const struct otp_credential *credential = NULL;
		enum otp_err err = otp_view_credential(
		    view, &view->seed.tokens[i], &credential);

		if (err != OTP_OK)
			return err;
		if (credential == NULL)
			return OTP_ERR_NO_STATE;
	}
	return OTP_OK;
}

/* UID: the account's, or NULL where nobody looked. */
static void
find_problem(const struct otp_view *view, const uint32_t *uid,
    struct otp_standing *standing)
{
	if (view->seed_err != OTP_OK && view->seed_err != OTP_ERR_ABSENT) {
		standing->problem = view->seed_err;
		standing->fault = view->seed_fault;
	} else if (view->state_err == OTP_ERR_ABSENT) {
		standing->problem =
		    standing->enrolled ? OTP_ERR_NO_STATE : OTP_OK;
	} else if (view->state_err != OTP_OK) {
		standing->problem = view->state_err;
		standing->fault = view->state_fault;
	} else if (!standing->enrolled) {
		/* Said to be enrolled, and the seed is gone. */
		standing->problem =
		    view->state.enrolled ? OTP_ERR_ABSENT : OTP_OK;
	} else if (uid != NULL && view->state.uid != *uid) {
		standing->problem = OTP_ERR_UID;
	} else {
		standing->problem = check_known(view);
	}
}

struct otp_standing
otp_standing_of(const struct otp_host *host, const struct otp_view *view,
    const char *account, const uint32_t *uid)
{
	struct otp_standing standing = {
		.account = account,
		.enrolled = view->seed_err != OTP_ERR_ABSENT,
	};

	if (view->seed_err == OTP_OK)
		standing.chance = otp_policy_chance(host->policy, &view->seed) *
		    host->policy->lock;
	if (view->state_err == OTP_OK) {
		standing.recovery_left = otp_view_recovery_left(view);
		take_tally(host, view, &standing);
	}
	find_problem(view, uid, &standing);
	return standing;
}

/* --- For scripts -------------------------------------------------------- */

static json_t *
occasion_json(const struct otp_occasion *occasion)
{
	if (occasion->time == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "time",
	    otp_json_time(occasion->time), "service",
	    otp_json_text(occasion->service), "host",
	    otp_json_text(occasion->host));
}

static json_t *
token_json(const struct otp_view *view, unsigned index)
{
	const struct otp_token *token = &view->seed.tokens[index];
	const struct otp_credential *known = NULL;
	bool totp = token->kind == OTP_TOTP;

	if (otp_view_credential(view, token, &known) != OTP_OK)
		known = NULL;
	return json_pack("{s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "number", (int)index + 1, "kind", otp_kind_name(token->kind),
	    "algorithm", otp_hash_name(token->hash), "digits",
	    (int)token->digits, "period",
	    totp ? json_integer(token->period) : json_null(), "label",
	    otp_json_text(token->label), "issuer", otp_json_text(token->issuer),
	    "created", otp_json_time(known != NULL ? known->created : 0),
	    "last_used", otp_json_time(known != NULL ? known->last_used : 0),
	    "drift",
	    totp && known != NULL && known->last_used != 0
		? json_integer(known->drift)
		: json_null());
}

static json_t *
tokens_json(const struct otp_view *view)
{
	json_t *tokens = json_array();

	for (unsigned i = 0; i < view->seed.tokens_count; i++)
		if (json_array_append_new(tokens, token_json(view, i)) != 0) {
			json_decref(tokens);
			return NULL;
		}
	return tokens;
}

static json_t *
problem_json(const struct otp_standing *standing)
{
	if (standing->problem == OTP_OK)
		return json_null();
	return json_pack("{s:s, s:s}", "reason",
	    standing->problem == OTP_ERR_ABSENT
		? "no-seed"
		: otp_err_reason(standing->problem),
	    "text",
	    standing->problem == OTP_ERR_ABSENT
		? "the seed is missing"
		: otp_report_plain(standing->problem, &standing->fault).text);
}

json_t *
otp_standing_json(
    const struct otp_standing *standing, const struct otp_view *view)
{
	const struct otp_state *state = &view->state;

	return json_pack("{s:o, s:b, s:o, s:o, s:{s:i, s:i}, s:o, s:o, "
			 "s:{s:I, s:I}, s:I, s:b, s:f}",
	    "user", otp_json_text(standing->account), "enrolled",
	    standing->enrolled, "problem", problem_json(standing), "tokens",
	    tokens_json(view), "recovery_codes", "left",
	    (int)standing->recovery_left, "total",
	    (int)view->seed.recovery_count, "last_login",
	    occasion_json(&state->last_success), "last_failure",
	    occasion_json(&state->tally.last_failure), "failures", "in_a_row",
	    (json_int_t)standing->failures, "in_30_days",
	    (json_int_t)standing->month_failures, "wait",
	    (json_int_t)standing->wait, "locked", standing->locked,
	    "guess_chance", standing->chance);
}
