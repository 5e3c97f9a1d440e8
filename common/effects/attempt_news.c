/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "common/effects/attempt_internal.h"

/*
 * What the user may want to know at this login, which is settled.  Where wrong
 * codes of root's callers ended, the host is that of the last one of these.
 */
void
otp_attempt_fill_news(struct otp_answer *answer, const struct otp_state *state,
    const struct otp_tallies *before, bool by_other)
{
	const struct otp_tally *last = &state->tally;

	if ((by_other || before->tally.failures == 0) &&
	    last->last_failure.time < state->others.last_failure.time)
		last = &state->others;
	answer->unreported = state->unreported;
	answer->replays = state->tally.replays + state->others.replays;
	memcpy(answer->failure_host, last->last_failure.host, OTP_HOST_SIZE);
}

bool
otp_attempt_has_news(const struct otp_answer *answer)
{
	return answer->unreported > 0 || answer->replays > 0;
}

/*
 * This comes after the login is decided, so it must not wait: another process
 * may have the account locked.  A charge is enough: if a power cut takes it,
 * the user is told twice.
 */
bool
otp_attempt_told(const struct otp_host *host, const struct otp_request *request,
    const struct otp_answer *answer)
{
	struct otp_store *store = NULL;
	struct otp_state state;
	bool noted = false;

	if (!otp_attempt_has_news(answer) ||
	    otp_store_open(host->store, request->account, &store, NULL) !=
		OTP_OK)
		return false;
	if (otp_store_look(store, &state, NULL) == OTP_OK &&
	    otp_store_is_locked(store) &&
	    state.generation == answer->generation) {
		otp_throttle_told(&state, answer->replays);
		noted = otp_store_put(store, &state, OTP_PUT_CHARGE, NULL) ==
		    OTP_OK;
	}
	otp_store_close(store);
	return noted;
}
