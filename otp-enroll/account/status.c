/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/status.h"

#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

static json_t *
occasion_json(const struct otp_login_mark *occasion)
{
	if (occasion->time == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "time",
	    otp_json_time(occasion->time), "service",
	    otp_json_text(occasion->service), "host",
	    otp_json_text(occasion->host));
}

static json_t *
token_json(const struct otp_overview *overview, unsigned index)
{
	const struct otp_overview_token *token = &overview->tokens[index];
	bool totp = token->kind == OTP_TOTP;

	return json_pack("{s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "number", (int)index + 1, "kind", otp_kind_name(token->kind),
	    "algorithm", otp_hash_name(token->hash), "digits",
	    (int)token->digits, "period",
	    totp ? json_integer(token->period) : json_null(), "label",
	    otp_json_text(token->label), "issuer", otp_json_text(token->issuer),
	    "created", otp_json_time(token->created), "last_used",
	    otp_json_time(token->last_used), "drift",
	    totp && token->last_used != 0 ? json_integer(token->drift)
					  : json_null());
}

static json_t *
tokens_json(const struct otp_overview *overview)
{
	json_t *tokens = json_array();

	for (unsigned i = 0; i < overview->tokens_count; i++)
		if (json_array_append_new(tokens, token_json(overview, i)) !=
		    0) {
			json_decref(tokens);
			return NULL;
		}
	return tokens;
}

static json_t *
addresses_json(const struct otp_overview *overview)
{
	json_t *addresses = json_array();

	for (unsigned i = 0; i < overview->addresses_count; i++) {
		const struct otp_overview_address *address =
		    &overview->addresses[i];

		if (json_array_append_new(addresses,
			json_pack("{s:i, s:s, s:s}", "number", (int)i + 1,
			    "method", address->method, "masked",
			    address->masked)) != 0) {
			json_decref(addresses);
			return NULL;
		}
	}
	return addresses;
}

static json_t *
devices_json(const struct otp_overview *overview)
{
	const struct otp_devices *known = &overview->devices;
	json_t *devices = json_array();

	for (unsigned i = 0; i < known->count; i++)
		if (json_array_append_new(devices,
			json_pack("{s:i, s:o, s:o}", "number", (int)i + 1,
			    "remembered", otp_json_time(known->list[i].created),
			    "expires",
			    otp_json_time(known->list[i].expires))) != 0) {
			json_decref(devices);
			return NULL;
		}
	return devices;
}

/* Null if there is none; one that ended stays until something removes it. */
static json_t *
exemption_json(const struct otp_overview *overview)
{
	const struct otp_exemption *exemption = &overview->exemption;

	if (exemption->until == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:b}", "until",
	    otp_json_time(exemption->until), "reason",
	    otp_json_text(exemption->reason), "active", overview->exempt);
}

/* Null if there is none; one that ended stays until something removes it. */
static json_t *
invitation_json(const struct otp_overview *overview)
{
	if (!overview->invited)
		return json_null();
	return json_pack("{s:o, s:b}", "until",
	    otp_json_time(overview->invitation_until), "active",
	    overview->invitation_use == OTP_RECOVERY_UNUSED &&
		overview->now < overview->invitation_until);
}

static json_t *
failures_json(const struct otp_overview_tally *tally)
{
	return json_pack("{s:I, s:I}", "in_a_row", (json_int_t)tally->failures,
	    "in_30_days", (json_int_t)tally->month_failures);
}

/* Null if they never entered a wrong code. */
static json_t *
others_json(const struct otp_overview *overview)
{
	const struct otp_overview_tally *others = &overview->others;

	if (others->last_failure.time == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:I, s:b}", "last_failure",
	    occasion_json(&others->last_failure), "failures",
	    failures_json(others), "delay", (json_int_t)others->wait,
	    "locked_out", others->locked);
}

static json_t *
problem_json(const struct otp_overview *overview)
{
	if (overview->problem == OTP_OK)
		return json_null();
	return json_pack("{s:s, s:s}", "reason",
	    overview->problem == OTP_ERR_ABSENT
		? "no-seed"
		: otp_err_reason(overview->problem),
	    "text",
	    overview->problem == OTP_ERR_ABSENT
		? "the seed is missing"
		: otp_report_text(overview->problem, &overview->fault).text);
}

json_t *
otp_status_json(const char *account, const struct otp_overview *overview)
{
	return json_pack("{s:o, s:b, s:o, s:o, s:{s:i, s:i, s:i}, s:o, s:o, "
			 "s:o, s:I, s:b, s:o, s:b, s:o, s:f, s:o, s:o, s:o}",
	    "user", otp_json_text(account), "enrolled", overview->enrolled,
	    "problem", problem_json(overview), "tokens", tokens_json(overview),
	    "recovery_codes", "left", (int)overview->recovery_left, "total",
	    (int)overview->recovery_total, "expired",
	    (int)overview->recovery_expired, "last_login",
	    occasion_json(&overview->last_success), "last_failure",
	    occasion_json(&overview->tally.last_failure), "failures",
	    failures_json(&overview->tally), "delay",
	    (json_int_t)overview->tally.wait, "locked_out",
	    overview->tally.locked, "other_callers", others_json(overview),
	    "suspended", overview->suspended, "exemption",
	    exemption_json(overview), "guess_chance", overview->chance,
	    "devices", devices_json(overview), "addresses",
	    addresses_json(overview), "invitation", invitation_json(overview));
}
