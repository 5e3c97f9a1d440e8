/* SPDX-License-Identifier: BSD-2-Clause */
/* An account as it is just now, looked at without holding it. */
#ifndef OTP_VIEW_H
#define OTP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"

/* A secret, since it has the seed: otp_view_wipe() it. */
struct otp_view {
	int64_t now;
	enum otp_err seed_err; /* OTP_OK: `seed' is there */
	struct otp_fault seed_fault;
	struct otp_seed seed;
	enum otp_err state_err; /* OTP_OK: `state' is there */
	struct otp_fault state_fault;
	struct otp_state state;
};

/*
 * Read ACCOUNT's seed and state; what is wrong with either stands in its _err.
 * Errors: the store's, CLOCK.  Wipe it on failure too.
 */
enum otp_err otp_view_read(const struct otp_host *host, const char *account,
    struct otp_view *ret_view, struct otp_fault *fault) OTP_MUST_USE;

void otp_view_wipe(struct otp_view *view);

/*
 * Whether there are both seed and state.  Errors: those of the one that cannot
 * be used, with FAULT; ABSENT, NO_STATE.
 */
enum otp_err otp_view_enrolled(
    const struct otp_view *view, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether ACCOUNT has all COUNT tokens now: a failure behind the last step of
 * a change, such as a flush, takes nothing back.
 */
bool otp_view_in_force(const struct otp_host *host, const char *account,
    const struct otp_token *const tokens[], size_t count);

/* Whether ACCOUNT's state was written since BEFORE; then *RET_NOW has it. */
bool otp_view_written(const struct otp_host *host, const char *account,
    const struct otp_view *before, struct otp_state *ret_now);

/* Whether ACCOUNT's recovery codes are not those of BEFORE any more. */
bool otp_view_renewed(const struct otp_host *host, const char *account,
    const struct otp_view *before);

/* What the state knows of a token, or NULL.  Errors: CRYPTO. */
enum otp_err otp_view_credential(const struct otp_view *view,
    const struct otp_token *token,
    const struct otp_credential **ret_credential) OTP_MUST_USE;

/* How many recovery codes are unused; seed and state have to be there. */
unsigned otp_view_recovery_left(const struct otp_view *view);

#endif
