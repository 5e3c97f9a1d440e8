/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes that users make to their own account, through pam_otpd(8).  Each is
 * proven by a code of what is active, which is judged as at a login and charged
 * to the tally of other callers (state.h), and is bound to what the caller saw:
 * if something else is active by then, nothing changes.
 */
#ifndef OTP_OWN_H
#define OTP_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/verify.h"
#include "common/effects/account.h"
#include "common/effects/enrol.h"

#define OTP_OWN_SECRET_SIZE 20 /* of a token of the usual kind */

/*
 * What the caller saw, and a code of it, or a recovery code; or an invitation.
 * A secret.
 */
struct otp_own_proof {
	struct otp_active former;
	const char *typed;
};

/* A new token.  A secret. */
struct otp_own_token {
	enum otp_enrol_mode mode; /* NEW needs no code */
	bool invited;		  /* an invitation is taken, and NEW needs it */
	uint8_t secret[OTP_OWN_SECRET_SIZE];
	const char *typed; /* a code of it */
};

/* What is done with an address. */
enum otp_own_step {
	OTP_OWN_ADD = 0, /* keep it, and send it a code */
	OTP_OWN_CONFIRM,
	OTP_OWN_REMOVE,
};

/* How it ended; not a secret. */
struct otp_own_result {
	/* ACCEPT: the change was made; of a new address, it is kept */
	enum otp_verdict verdict;
	bool of_token;	  /* its new code was refused; nothing was charged */
	bool drift_known; /* of that: see struct otp_confirmation */
	int32_t drift;
	bool proven;  /* the proof was accepted and used, even on an error; */
	bool invited; /* or it is the account's invitation, which that uses */
	/* otherwise, of the proof: see struct otp_answer */
	enum otp_kind kind;
	bool no_code;
	uint32_t wait;
};

/*
 * Make TOKEN active.  All else of it is the host's: a label of host and
 * account, TOTP, SHA1, 6 digits, 30 seconds.  The code of TOKEN is judged
 * first, and is free, since the caller made the secret.  With TOKEN's
 * 'invited', an invitation is used with the change, as at a login, and is free,
 * since it cannot be guessed.  *RET_SET: the new recovery codes, of NEW and
 * REPLACE, once ACCOUNT's 'committed' is set; otherwise empty.  The caller
 * wipes it.
 * Errors: CONFLICT, those of otp_enrol_put(), otp_attempt_try().
 */
enum otp_err otp_own_put(struct otp_account *account,
    const struct otp_own_proof *proof, const struct otp_own_token *token,
    struct otp_recovery_set *ret_set,
    struct otp_own_result *ret_result) OTP_MUST_USE;

/*
 * Replace the recovery codes.  *RET_SET as above.
 * Errors: CONFLICT, those of otp_enrol_recovery(), otp_attempt_try().
 */
enum otp_err otp_own_recovery(struct otp_account *account,
    const struct otp_own_proof *proof, struct otp_recovery_set *ret_set,
    struct otp_own_result *ret_result) OTP_MUST_USE;

/*
 * Remove token NUMBER, from 0.  Errors: ABSENT (no such token), CONFLICT
 * (also: it is the last one), those of otp_enrol_remove_token(),
 * otp_attempt_try().
 */
enum otp_err otp_own_remove(struct otp_account *account,
    const struct otp_own_proof *proof, unsigned number,
    struct otp_own_result *ret_result) OTP_MUST_USE;

/*
 * Keep ADDRESS, which must be a mail address, until its code comes back.
 * *RET_MADE, if that was done: its code, which is to be sent there; the caller
 * wipes it.  Errors: DENIED (of another scheme), those of
 * otp_enrol_keep_address(), otp_attempt_try().
 */
enum otp_err otp_own_add_address(struct otp_account *account,
    const struct otp_own_proof *proof, const struct otp_address *address,
    struct otp_address_proof *ret_made,
    struct otp_own_result *ret_result) OTP_MUST_USE;

/* Add it: PROOF has the code that was sent there. */
enum otp_err otp_own_confirm_address(struct otp_account *account,
    const struct otp_own_proof *proof,
    struct otp_own_result *ret_result) OTP_MUST_USE;

/*
 * Remove address NUMBER, from 0.  Errors: as of otp_own_remove(), and those of
 * otp_enrol_remove_address().
 */
enum otp_err otp_own_remove_address(struct otp_account *account,
    const struct otp_own_proof *proof, unsigned number,
    struct otp_own_result *ret_result) OTP_MUST_USE;

#endif
