/* SPDX-License-Identifier: BSD-2-Clause */
/* The enrolling transaction (enrol.h) with tokens that another system had. */
#ifndef OTP_IMPORT_H
#define OTP_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/effects/enrol.h"

/* Tokens that another system had.  A secret: the caller wipes it. */
struct otp_imported {
	unsigned count; /* 1 to OTP_SEED_TOKENS */
	struct otp_token tokens[OTP_SEED_TOKENS];
	bool known[OTP_SEED_TOKENS]; /* whether all used codes are known */
	/* The credential's (state.h); of TOTP at least that, unless KNOWN. */
	uint64_t values[OTP_SEED_TOKENS];
};

/*
 * Make the tokens active, as otp_enrol_put() does, with the recovery codes of
 * SET; MODE is NEW or REPLACE.  Codes that are known to be used stay
 * used.  Where that is not known, as with adopting, TOTP starts at NOW + window
 * and HOTP at the token's counter; but if the state
 * has forgotten credentials, an HOTP token that it does not know is set to the
 * last counter, as with adopting ('doubtful').  If MODE is NEW and all these
 * tokens are already active, only the used codes are taken over (*RET_THERE),
 * so that an import can be repeated; recovery codes then stay, and SET is not
 * used.  SET is NULL where this is expected, or without WRITE.
 * Without WRITE, only check whether it could be done.
 * 'committed': the tokens are active, or the used codes were taken over.
 * Errors: EXISTS, FULL, CHANCE, UID, PARSE, NO_STATE, CONFLICT (SET is NULL,
 * and the tokens are not active).
 */
enum otp_err otp_enrol_import(struct otp_account *account,
    enum otp_enrol_mode mode, const struct otp_imported *import,
    const struct otp_recovery_set *set, bool write,
    bool *ret_there) OTP_MUST_USE;

#endif
