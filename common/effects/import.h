/* SPDX-License-Identifier: BSD-2-Clause */
/* The enrolling transaction (enrol.h) with tokens that another system had. */
#ifndef OTP_IMPORT_H
#define OTP_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "enrol.h"

/* Tokens that another system had.  A secret: the caller wipes it. */
struct otp_import {
	unsigned count; /* 1 to OTP_SEED_TOKENS */
	struct otp_token tokens[OTP_SEED_TOKENS];
	bool known[OTP_SEED_TOKENS]; /* all that was spent is */
	/* The credential's (state.h); of TOTP at least that, unless KNOWN. */
	uint64_t values[OTP_SEED_TOKENS];
};

/*
 * Put the tokens in force, as otp_enrol_put() does, with COUNT recovery codes
 * (0 to 16); MODE is NEW or REPLACE.  What is known to be spent is; else, as
 * adopting has it, TOTP is from NOW + window on and HOTP from the token's
 * counter.  With NEW, where all these tokens are in force already nothing but
 * what was spent is taken over (*RET_THERE), so that an import can be run
 * again; recovery codes stay then, and the set is empty.  Unless WRITE it is
 * only checked whether it could be done.
 * Errors: EXISTS, FULL, CHANCE, UID, PARSE, NO_STATE.
 */
enum otp_err otp_enrol_import(const struct otp_host *host,
    const struct otp_subject *subject, enum otp_enrol_mode mode,
    const struct otp_import *import, unsigned count, bool write,
    bool *ret_there, struct otp_recovery_set *ret_set,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
