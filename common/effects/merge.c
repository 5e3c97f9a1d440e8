/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/merge.h"

static enum otp_err merge_credential(struct otp_state *state,
    const struct otp_credential *credential, const struct otp_seed *seed,
    int64_t now);
static void merge_tally(struct otp_tally *tally, const struct otp_tally *other);

enum otp_err
otp_merge_state(struct otp_state *state, const struct otp_state *other,
    const struct otp_seed *seed, int64_t now)
{
	for (unsigned i = 0; i < other->credentials_count; i++) {
		const enum otp_err err =
		    merge_credential(state, &other->credentials[i], seed, now);

		if (err != OTP_OK)
			return err;
	}
	state->forgotten = state->forgotten || other->forgotten;
	state->suspended = state->suspended || other->suspended;
	if (state->exemption.until < other->exemption.until)
		state->exemption = other->exemption;
	otp_state_retire(state, other->recovery_made);
	if (state->sends.moment < other->sends.moment)
		state->sends.moment = other->sends.moment;
	merge_tally(&state->tally, &other->tally);
	merge_tally(&state->others, &other->others);
	if (state->last_success.time < other->last_success.time)
		state->last_success = other->last_success;
	return OTP_OK;
}

static enum otp_err
merge_credential(struct otp_state *state,
    const struct otp_credential *credential, const struct otp_seed *seed,
    int64_t now)
{
	struct otp_credential *place = NULL;
	const bool known =
	    otp_state_find(state, credential->kind, credential->id) != NULL;
	const enum otp_err err = otp_state_claim(
	    state, seed, NULL, credential->kind, credential->id, now, &place);

	if (err != OTP_OK)
		return err;
	if (!known)
		*place = *credential;
	else if (place->value < credential->value)
		place->value = credential->value;
	return OTP_OK;
}

/* Keep the larger number of failures, and the longer delay. */
static void
merge_tally(struct otp_tally *tally, const struct otp_tally *other)
{
	const struct otp_tally *waiting =
	    tally->wait_until < other->wait_until ? other : tally;
	const struct otp_tally *failed =
	    tally->failures < other->failures ? other : tally;
	struct otp_tally worse = *failed;

	worse.wait_until = waiting->wait_until;
	worse.wait_length = waiting->wait_length;
	*tally = worse;
}
