/* SPDX-License-Identifier: BSD-2-Clause */
/* (seed, state, policy, code, now) -> verdict and what it spends. */
#ifndef OTP_VERIFY_H
#define OTP_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/code.h"
#include "common/core/err.h"
#include "common/core/policy.h"
#include "common/core/seed.h"
#include "common/core/state.h"

/*
 * The answer on a code.  Zero is a refusal; a single stray bit or a small
 * number never makes OTP_VERDICT_ACCEPT, and that one is compared only for
 * equality.
 */
enum otp_verdict {
	OTP_VERDICT_REJECT = 0, /* wrong */
	OTP_VERDICT_MALFORMED,
	OTP_VERDICT_WITHHELD,
	OTP_VERDICT_REPLAY, /* right, but used */
	OTP_VERDICT_WAITING,
	OTP_VERDICT_LOCKED,
	OTP_VERDICT_UNENROLLED,
	OTP_VERDICT_UNKNOWN_USER,
	OTP_VERDICT_CHANGED_USER,
	OTP_VERDICT_SUSPENDED,
	OTP_VERDICT_INVITED, /* not a login's code: its owner may enroll */
	OTP_VERDICT_INVITATION_ENDED,
	OTP_VERDICT_ACCEPT = 0x5ca9b3e6,
};

/* The log's word for a verdict ("ok", "wrong", ...); static. */
const char *otp_verdict_reason(enum otp_verdict verdict);

/* A credential and the value that spends the code. */
struct otp_spend {
	enum otp_kind kind;
	uint8_t id[OTP_ID_SIZE];
	uint64_t value;
	uint64_t moving; /* the code's step, counter or moment */
	uint32_t code;	 /* as a number */
	int32_t drift;	 /* seconds */
};

struct otp_match {
	/* ACCEPT, REPLAY, REJECT, MALFORMED, INVITED or INVITATION_ENDED */
	enum otp_verdict verdict;
	enum otp_kind kind; /* of the credential that matched, or 0 */
	unsigned token; /* its index in the seed: of a token, or an address */
	int32_t drift;	/* seconds, where drift_known */
	bool drift_known;
	unsigned spends_count; /* 0 unless ACCEPT */
	struct otp_spend spends[OTP_SEED_TOKENS];
};

/*
 * Whether CODE could be right at all: it is a recovery code, one of SEED's
 * tokens has as many digits, or it can have been sent to an address.  If not,
 * it is malformed, and is neither compared nor charged.
 */
bool otp_verify_comparable(
    const struct otp_seed *seed, const struct otp_code *code);

/*
 * Whether CODE is one of the last that were accepted, of a token or address
 * that is still in SEED: the verdict is REPLAY, else REJECT.  This needs no
 * charge, since it tells nothing about codes that are not used.  Errors:
 * CRYPTO.
 */
enum otp_err otp_verify_repeated(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_code *code,
    struct otp_match *ret_match) OTP_MUST_USE;

/*
 * Judge CODE, which is comparable, at NOW (seconds since 1970).
 *
 * TOTP (RFC 6238, section 5.2): steps from -window to +window, only those
 * that begin at or after the credential's value; HOTP (RFC 4226, section
 * 7.2): `lookahead` counters from the next one.  Where a code is right at
 * several steps or for several tokens, all of them are spent; at several
 * counters, the first.  The last codes that were accepted (REPLAY), the code of
 * a used step of the window, and of the counter before the next one, stay used,
 * whatever other step, counter or token has it.  The drift of a wrong code is
 * known if it was right within the last OTP_DRIFT_STEPS steps, never if it is
 * going to be.  A credential that STATE does not know cannot be judged: if the
 * code would be right for it, the answer is OTP_ERR_NO_STATE with the seed's
 * line.
 *
 * An invitation spends nothing here: what it enrolls does (enrol.h).
 *
 * Errors: CRYPTO, NOMEM, NO_STATE, LIMIT (a HOTP counter at its end).
 */
enum otp_err otp_verify(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_policy *policy,
    const struct otp_code *code, int64_t now, struct otp_match *ret_match,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Judge CODE, which no token has, at NOW as one that was sent: those of
 * OCCASION count (send.h).  The verdict is ACCEPT or REJECT.  Errors: CRYPTO,
 * NOMEM.
 */
enum otp_err otp_verify_sent(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_code *code,
    const uint8_t occasion[OTP_OCCASION_SIZE], int64_t now,
    struct otp_match *ret_match) OTP_MUST_USE;

/*
 * Write into STATE what MATCH spends.  Sends are then counted anew, unless it
 * is one itself.
 */
void otp_verify_spend(
    const struct otp_match *match, int64_t now, struct otp_state *state);

/*
 * Do the work of otp_verify() for a user without a seed, so that the time
 * taken does not disclose it: one default TOTP token with a random SECRET.
 * Errors: CRYPTO, NOMEM.
 */
enum otp_err otp_verify_decoy(const uint8_t secret[20],
    const struct otp_policy *policy, const struct otp_code *code,
    int64_t now) OTP_MUST_USE;

#endif
