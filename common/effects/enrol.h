/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolling transaction: everything that changes what the module verifies
 * against.  It asks and prints nothing.  What the old seed had spent stays
 * spent, and a failure leaves the old seed in force, whole; only where the disk
 * fails after the new seed took its place (its folder's flush, the last commit)
 * is the new one in force, whole, though an error is told: who must know reads
 * it again.
 *
 * FAULT may be NULL.  Every function may fail as the store does.
 */
#ifndef OTP_ENROL_H
#define OTP_ENROL_H

#include <stdbool.h>
#include <stdint.h>

#include "attempt.h"
#include "common/core/digest.h"
#include "common/core/err.h"
#include "common/core/recovery.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/core/verify.h"

#define OTP_ENROL_RECOVERY 10 /* recovery codes of a set */

/* How far a wrong confirmation is explained: either side, in seconds. */
#define OTP_ENROL_DRIFT_MAX 86400

/* How far ahead resynchronisation looks for a counter. */
#define OTP_RESYNC_RANGE 1000

/* Whose. */
struct otp_subject {
	char account[OTP_ACCOUNT_SIZE];
	uint32_t uid; /* or OTP_UID_VIRTUAL */
};

enum otp_enrol_mode {
	OTP_ENROL_NEW,	   /* refused where a seed is in force, or was lost */
	OTP_ENROL_ADD,	   /* beside the tokens in force; recovery codes stay */
	OTP_ENROL_REPLACE, /* instead of all that is in force */
};

/* Which tokens and recovery codes were in force once; no secret. */
struct otp_in_force {
	uint8_t digest[OTP_DIGEST_SIZE];
};

/* A token that is not yet in force.  A secret: the caller wipes it. */
struct otp_enrolment {
	struct otp_subject subject;
	enum otp_enrol_mode mode;
	struct otp_token token;
	uint64_t value; /* the credential's, once confirmed (state.h) */
	int32_t drift;	/* of the confirming code, seconds */
	bool confirmed;
	bool bound; /* it may take the place of this alone: */
	struct otp_in_force former;
};

/*
 * Recovery codes as people see them, and what the seed keeps of each.  A
 * secret: the caller wipes it.
 */
struct otp_recovery_set {
	unsigned count;
	char text[OTP_SEED_RECOVERY][OTP_RECOVERY_TEXT_SIZE];
	struct otp_recovery kept[OTP_SEED_RECOVERY];
};

struct otp_confirmation {
	enum otp_verdict verdict; /* ACCEPT, REJECT or MALFORMED */
	bool drift_known;	  /* REJECT: right, but for another time: */
	int32_t drift; /* seconds; negative: the device's clock is slow */
};

/*
 * What is in force just now.  Who has shown that it is his may replace it, and
 * not what came in force since.  Errors: ABSENT (nothing is).
 */
enum otp_err otp_enrol_in_force(const struct otp_host *host,
    const struct otp_subject *subject, struct otp_in_force *ret_in_force,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * A fresh secret for TOKEN (its secret is made here; all else is taken as it
 * is).  secret_size 0 means the hash's own size: 20, 32 or 64 bytes.
 * Nothing is written.  Errors: EXISTS (NEW), FULL and CHANCE (ADD), PARSE.
 */
enum otp_err otp_enrol_begin(const struct otp_host *host,
    const struct otp_subject *subject, enum otp_enrol_mode mode,
    const struct otp_token *token, struct otp_enrolment *ret_enrolment,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Does the device show the right code?  A neighbouring step is fine (and
 * with HOTP, any counter within the look-ahead); the step or counter is
 * remembered as spent.  A code that is right for another time within
 * OTP_ENROL_DRIFT_MAX has its drift told.  Nothing is written.
 */
enum otp_err otp_enrol_confirm(const struct otp_host *host,
    struct otp_enrolment *enrolment, const char *typed,
    struct otp_confirmation *ret_confirmation,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * COUNT recovery codes (0 to 16) that are not in force yet, so that they can
 * be handed out before.  Nothing is written.  Errors: FULL (more than 16).
 */
enum otp_err otp_enrol_make_set(const struct otp_host *host, unsigned count,
    struct otp_recovery_set *ret_set, struct otp_fault *fault) OTP_MUST_USE;

/*
 * As otp_enrol_put(), with the recovery codes of SET; with ADD it is passed
 * over.
 */
enum otp_err otp_enrol_put_set(const struct otp_host *host,
    const struct otp_enrolment *enrolment, const struct otp_recovery_set *set,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Put it in force: state made or taken, the confirming step committed as
 * spent, then the seed, then `enrolled`.  NEW and REPLACE make a set of
 * COUNT recovery codes (0 to 16); with ADD the set is empty and the old codes
 * stay.  Failures and waits stay as they are.
 * Errors: EXISTS, FULL, CHANCE, UID, CONFLICT (`bound', and something else is in
 * force by now).
 */
enum otp_err otp_enrol_put(const struct otp_host *host,
    const struct otp_enrolment *enrolment, unsigned count,
    struct otp_recovery_set *ret_set, struct otp_fault *fault) OTP_MUST_USE;

/* A new set of recovery codes; all old ones are dead.  Errors: ABSENT. */
enum otp_err otp_enrol_recovery(const struct otp_host *host,
    const struct otp_subject *subject, unsigned count,
    struct otp_recovery_set *ret_set, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Take away the token of this ID, and no other, wherever it stands by now; the
 * last one takes the seed with it.  What it spent stays known.
 * Errors: ABSENT.
 */
enum otp_err otp_enrol_remove_token(const struct otp_host *host,
    const struct otp_subject *subject, const uint8_t id[OTP_ID_SIZE],
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Take the seed away; the state stays, with its failures and what was spent.
 * PURGE takes the state too, and works on a state that cannot be read.
 * Errors: ABSENT (nothing there).
 */
enum otp_err otp_enrol_remove(const struct otp_host *host,
    const struct otp_subject *subject, bool purge,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * End a wait or a lock.  *RET_FAILURES: how many there were in a row.
 * Errors: ABSENT (no state).
 */
enum otp_err otp_enrol_unlock(const struct otp_host *host,
    const struct otp_subject *subject, uint32_t *ret_failures,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * HOTP: find FIRST and then SECOND, two successive codes, within
 * OTP_RESYNC_RANGE counters of the next one of the token of this ID, never before it, and go on
 * behind them.
 * Charged like a login.  *RET_VERDICT: ACCEPT, REJECT, MALFORMED, WAITING or
 * LOCKED.  Errors: ABSENT (no such HOTP token).
 */
enum otp_err otp_enrol_resync(const struct otp_host *host,
    const struct otp_subject *subject, const uint8_t id[OTP_ID_SIZE],
    const char *first, const char *second, enum otp_verdict *ret_verdict,
    struct otp_fault *fault) OTP_MUST_USE;

/* What adopting did. */
struct otp_adoption {
	bool changed;	  /* anything at all; what follows says what */
	bool made;	  /* a state was made, or remade */
	unsigned adopted; /* credentials that had none */
	bool replaced;	  /* recovery codes were replaced (FORCE) */
};

/*
 * Take over a seed that has no state, or credentials the state does not know:
 * TOTP from NOW + window on, HOTP from the seed's counter.  Idempotent.
 * FORCE also makes fit again: a state that is gone or cannot be read, another
 * account's uid, and TOTP values ahead of the clock (set to NOW + window, never back
 * below what is still in the window).  A code that was used for such a time
 * can be used again when the clock comes there; else none is revived.  What the
 * state does not know may have been lost, even if there is one now: so all
 * recovery codes are replaced if one of them is not known, and such a HOTP token
 * is kept at its last counter, where no code is right, until otp_enrol_resync()
 * finds it.  SET is filled where `replaced`.
 * Errors: ABSENT (no seed), and without FORCE those of the state.
 */
enum otp_err otp_enrol_adopt(const struct otp_host *host,
    const struct otp_subject *subject, bool force,
    struct otp_adoption *ret_adoption, struct otp_recovery_set *ret_set,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * SUBJECT was called NAME before: take over NAME's seed, and what its state
 * knows, for SUBJECT.  What either of them has spent stays spent, and the worse
 * of their failures count.  NAME keeps a state that says "not enrolled".
 * FORCE: although NAME's state is of another uid.
 * Errors: NAME (it is SUBJECT's own, or too long), EXISTS (SUBJECT is
 * enrolled), ABSENT (NAME is not), NO_STATE (NAME has a seed alone), UID,
 * CONFLICT (try again).
 */
enum otp_err otp_enrol_adopt_former(const struct otp_host *host,
    const struct otp_subject *subject, const char *name, bool force,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
