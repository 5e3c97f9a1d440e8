/* SPDX-License-Identifier: BSD-2-Clause */
/* (seed, state, policy, code, now) -> verdict and what it spends. */
#ifndef OTP_VERIFY_H
#define OTP_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "code.h"
#include "err.h"
#include "policy.h"
#include "seed.h"
#include "state.h"

/*
 * The answer on a code.  Zero is a refusal; a single stray bit or a small
 * number never makes OTP_VERDICT_ACCEPT, and that one is compared only for
 * equality.
 */
enum otp_verdict {
	OTP_VERDICT_REJECT = 0, /* wrong */
	OTP_VERDICT_MALFORMED,
	OTP_VERDICT_WITHHELD,
	OTP_VERDICT_REPLAY, /* right, but spent */
	OTP_VERDICT_WAITING,
	OTP_VERDICT_LOCKED,
	OTP_VERDICT_UNENROLLED,
	OTP_VERDICT_UNKNOWN_USER,
	OTP_VERDICT_CHANGED_USER,
	OTP_VERDICT_ACCEPT = 0x5ca9b3e6,
};

/* The log's word for a verdict ("ok", "wrong", ...); static. */
const char *otp_verdict_reason(enum otp_verdict verdict);

/* A credential and the value that spends the code. */
struct otp_spend {
	enum otp_kind kind;
	uint8_t id[OTP_ID_SIZE];
	uint64_t value;
	int32_t drift; /* seconds */
};

struct otp_finding {
	enum otp_verdict verdict; /* ACCEPT, REPLAY, REJECT or MALFORMED */
	enum otp_kind kind;	  /* of the credential that matched, or 0 */
	unsigned token;		  /* its index in the seed, where a token */
	int32_t drift;		  /* seconds, where drift_known */
	bool drift_known;
	unsigned spends_count; /* 0 unless ACCEPT */
	struct otp_spend spends[OTP_SEED_TOKENS];
};

/*
 * Whether CODE could be right at all: it is a recovery code, or one of SEED's
 * tokens has as many digits.  If not, it is malformed, neither compared nor
 * charged.
 */
bool otp_verify_comparable(
    const struct otp_seed *seed, const struct otp_code *code);

/*
 * Judge CODE, which is comparable, at NOW (seconds since 1970).
 *
 * TOTP (RFC 6238, section 5.2): steps from -window to +window, only those
 * that begin at or after the credential's value; HOTP (RFC 4226, section
 * 7.2): `lookahead` counters from the next one.  Where a code is right at
 * several steps or for several tokens, all of them are spent; at several
 * counters, the first.  The code of a spent step of the window, and of the
 * counter before the next one, stays spent, whatever other step, counter or
 * token has it.  A wrong code
 * that was right within the last OTP_DRIFT_STEPS steps has its drift told;
 * never a code to come.  A credential that STATE does not know cannot be
 * judged: where the code would be right for it, the answer is OTP_ERR_NO_STATE
 * with the seed's line.
 *
 * Errors: CRYPTO, NOMEM, NO_STATE, LIMIT (a HOTP counter at its end).
 */
enum otp_err otp_verify(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_policy *policy,
    const struct otp_code *code, int64_t now, struct otp_finding *ret_finding,
    struct otp_fault *fault) OTP_MUST_USE;

/* Spend what FINDING found: write the values into STATE. */
void otp_verify_spend(
    const struct otp_finding *finding, int64_t now, struct otp_state *state);

/*
 * Do the work of otp_verify() for a user who has no seed, so that the time
 * taken does not tell: one default TOTP token with a random SECRET.
 * Errors: CRYPTO, NOMEM.
 */
enum otp_err otp_verify_decoy(const uint8_t secret[20],
    const struct otp_policy *policy, const struct otp_code *code,
    int64_t now) OTP_MUST_USE;

#endif
