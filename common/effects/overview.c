/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/overview.h"

#include <string.h>

#include "common/core/policy.h"
#include "common/core/throttle.h"
#include "common/effects/known.h"
#include "common/effects/standing.h"

static void take_seed(const struct otp_host *host,
    const struct otp_snapshot *snapshot, struct otp_overview *overview);
static struct otp_overview_token take_token(
    const struct otp_snapshot *snapshot, const struct otp_token *token);
static void take_state(const struct otp_host *host,
    const struct otp_snapshot *snapshot, const uint32_t *uid,
    struct otp_overview *overview);
static struct otp_overview_tally take_tally(
    const struct otp_host *host, const struct otp_tally *tally, int64_t now);
static void find_problem(const struct otp_snapshot *snapshot,
    const uint32_t *uid, struct otp_overview *overview);
static enum otp_err check_known(const struct otp_snapshot *snapshot);

void
otp_overview_of(const struct otp_host *host,
    const struct otp_snapshot *snapshot, const uint32_t *uid,
    struct otp_overview *ret_overview)
{
	struct otp_overview overview = {
		.now = snapshot->now,
		.enrolled = otp_snapshot_has_seed(snapshot),
	};

	if (snapshot->seed_err == OTP_OK)
		take_seed(host, snapshot, &overview);
	if (snapshot->state_err == OTP_OK)
		take_state(host, snapshot, uid, &overview);
	/* Errors leave it empty: the problem is told. */
	if (snapshot->seed_err == OTP_OK && snapshot->state_err == OTP_OK &&
	    otp_known_list(snapshot, &overview.devices) != OTP_OK)
		overview.devices.count = 0;
	find_problem(snapshot, uid, &overview);
	*ret_overview = overview;
}

enum otp_err
otp_overview_read(const struct otp_host *host,
    const struct otp_subject *subject, struct otp_overview *ret_overview,
    struct otp_fault *fault)
{
	struct otp_snapshot snapshot;
	const enum otp_err err =
	    otp_snapshot_read(host, subject->account, &snapshot, fault);

	if (err == OTP_OK)
		otp_overview_of(host, &snapshot, &subject->uid, ret_overview);
	otp_snapshot_wipe(&snapshot);
	return err;
}

static void
take_seed(const struct otp_host *host, const struct otp_snapshot *snapshot,
    struct otp_overview *overview)
{
	const struct otp_seed *seed = &snapshot->seed;

	overview->chance =
	    otp_policy_chance(host->policy, seed) * host->policy->lock_after;
	overview->recovery_total = seed->recovery_count;
	overview->tokens_count = seed->tokens_count;
	for (unsigned i = 0; i < seed->tokens_count; i++)
		overview->tokens[i] = take_token(snapshot, &seed->tokens[i]);
	overview->invited = seed->invited;
	overview->invitation_until = seed->invitation.until;
	overview->invitation_use =
	    snapshot->state_err != OTP_OK || !seed->invited
	    ? OTP_RECOVERY_UNKNOWN
	    : otp_state_invitation(&snapshot->state, &seed->invitation);
	overview->addresses_count = seed->addresses_count;
	for (unsigned i = 0; i < seed->addresses_count; i++)
		overview->addresses[i] =
		    otp_overview_address(&seed->addresses[i]);
	/* Nothing is what zeros stand for: no change is bound to it. */
	if (otp_active_of(seed, &overview->active) != OTP_OK)
		memset(&overview->active, 0, sizeof(overview->active));
}

struct otp_overview_address
otp_overview_address(const struct otp_address *address)
{
	struct otp_overview_address taken = { .method = "" };

	otp_address_method(address, taken.method);
	otp_address_mask(address, taken.masked);
	return taken;
}

static struct otp_overview_token
take_token(const struct otp_snapshot *snapshot, const struct otp_token *token)
{
	struct otp_overview_token taken = {
		.kind = token->kind,
		.hash = token->hash,
		.digits = token->digits,
		.period = token->period,
	};
	const struct otp_credential *known = NULL;

	memcpy(taken.label, token->label, sizeof(taken.label));
	memcpy(taken.issuer, token->issuer, sizeof(taken.issuer));
	if (otp_snapshot_credential(snapshot, token, &known) == OTP_OK &&
	    known != NULL) {
		taken.adopted = true;
		taken.drift = known->drift;
		taken.created = known->created;
		taken.last_used = known->last_used;
	}
	return taken;
}

static void
take_state(const struct otp_host *host, const struct otp_snapshot *snapshot,
    const uint32_t *uid, struct otp_overview *overview)
{
	const struct otp_state *state = &snapshot->state;
	const struct otp_recovery_count recovery =
	    otp_snapshot_recovery(snapshot);

	overview->suspended = state->suspended;
	overview->exempt = otp_standing_is_exempt(
	    state, uid != NULL ? *uid : state->uid, snapshot->now);
	overview->exemption = state->exemption;
	overview->recovery_left = recovery.unused;
	overview->recovery_expired = recovery.expired;
	overview->last_success = state->last_success;
	overview->tally = take_tally(host, &state->tally, snapshot->now);
	overview->others = take_tally(host, &state->others, snapshot->now);
}

static struct otp_overview_tally
take_tally(
    const struct otp_host *host, const struct otp_tally *tally, int64_t now)
{
	struct otp_overview_tally taken = {
		.failures = tally->failures,
		.last_failure = tally->last_failure,
	};

	taken.locked = otp_throttle_check(tally, host->policy, now,
			   &taken.wait) == OTP_GATE_LOCKED;
	if (now >= tally->month_since && now - tally->month_since < OTP_MONTH)
		taken.month_failures = tally->month_failures;
	return taken;
}

/* UID: see otp_overview_of(). */
static void
find_problem(const struct otp_snapshot *snapshot, const uint32_t *uid,
    struct otp_overview *overview)
{
	if (snapshot->seed_err != OTP_OK &&
	    snapshot->seed_err != OTP_ERR_ABSENT) {
		overview->problem = snapshot->seed_err;
		overview->fault = snapshot->seed_fault;
	} else if (snapshot->state_err == OTP_ERR_ABSENT) {
		overview->problem =
		    snapshot->seed_err == OTP_OK ? OTP_ERR_NO_STATE : OTP_OK;
	} else if (snapshot->state_err != OTP_OK) {
		overview->problem = snapshot->state_err;
		overview->fault = snapshot->state_fault;
	} else if (!overview->enrolled) {
		/* The state says enrolled, and the seed is gone. */
		overview->problem = snapshot->state.enrolled
		    ? OTP_ERR_ABSENT
		    : check_known(snapshot);
	} else if (uid != NULL && snapshot->state.uid != *uid) {
		overview->problem = OTP_ERR_UID;
	} else {
		overview->problem = check_known(snapshot);
	}
}

/* Tokens and an invitation that the state does not know are not adopted yet. */
static enum otp_err
check_known(const struct otp_snapshot *snapshot)
{
	for (unsigned i = 0; i < snapshot->seed.tokens_count; i++) {
		const struct otp_credential *credential = NULL;
		enum otp_err err = otp_snapshot_credential(
		    snapshot, &snapshot->seed.tokens[i], &credential);

		if (err != OTP_OK)
			return err;
		if (credential == NULL)
			return OTP_ERR_NO_STATE;
	}
	return snapshot->seed.invited &&
		otp_state_invitation(&snapshot->state,
		    &snapshot->seed.invitation) == OTP_RECOVERY_UNKNOWN
	    ? OTP_ERR_NO_STATE
	    : OTP_OK;
}
