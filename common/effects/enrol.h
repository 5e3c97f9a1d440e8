/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolling transaction: everything that changes what the module verifies
 * against.  It asks and prints nothing.  Codes used with the old seed stay
 * used.  A failure leaves the complete old seed active, with one exception: if
 * the disk fails after the new seed took its place (in the flush of its folder
 * or the last commit), the complete new one is active.  ACCOUNT's 'committed'
 * then says so, and an error is still returned.
 *
 * Every function sets ACCOUNT's fault, 'committed' and 'partly', and may fail
 * with the store's errors.
 */
#ifndef OTP_ENROL_H
#define OTP_ENROL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/address.h"
#include "common/core/err.h"
#include "common/core/recovery.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/core/tag.h"
#include "common/core/verify.h"
#include "common/effects/account.h"
#include "common/effects/active.h"
#include "common/effects/snapshot.h"

#define OTP_ENROL_RECOVERY 10 /* recovery codes of a set */

/* How far from now, in seconds, a wrong first code is looked for. */
#define OTP_ENROL_DRIFT_MAX 86400

/* How far ahead resynchronisation looks for a counter. */
#define OTP_RESYNC_RANGE 1000

enum otp_enrol_mode {
	OTP_ENROL_NEW,	   /* refused if a seed is active, or was lost */
	OTP_ENROL_ADD,	   /* add to the active tokens; keep recovery codes */
	OTP_ENROL_REPLACE, /* replace everything that is active */
};

/* A token that is not yet active.  A secret: the caller wipes it. */
struct otp_enrolment {
	enum otp_enrol_mode mode;
	struct otp_token token;
	struct otp_address address; /* of a NEW account; its uri may be "" */
	uint64_t value; /* the credential's, once confirmed (state.h) */
	int32_t drift;	/* of the confirming code, seconds */
	bool confirmed;
	uint32_t code; /* the confirming one */
	bool by_user;  /* its user makes it active: not while suspended */
	bool invited;  /* its user has the invitation with this id */
	uint8_t invitation[OTP_ID_SIZE];
	struct otp_login_mark
	    login; /* 'invited': the login, without its time */
};

/*
 * Recovery codes as shown to the user, and what the seed stores of each.  A
 * secret: the caller wipes it.
 */
struct otp_recovery_set {
	bool added;    /* the old ones stay; false as it is made */
	int64_t until; /* 'added' ones work until then; 0: for ever */
	unsigned count;
	char text[OTP_SEED_RECOVERY][OTP_RECOVERY_TEXT_SIZE];
	struct otp_recovery kept[OTP_SEED_RECOVERY];
};

struct otp_confirmation {
	enum otp_verdict verdict; /* ACCEPT, REJECT or MALFORMED */
	bool drift_known;	  /* REJECT: right at another time: */
	int32_t drift; /* seconds; negative: the device's clock is slow */
};

/*
 * Create a secret for TOKEN, and take everything else of it as it is.
 * secret_size 0 means the hash's own size: 20, 32 or 64 bytes.
 * Nothing is written.  Errors: EXISTS (NEW), FULL and CHANCE (ADD), PARSE.
 */
enum otp_err otp_enrol_begin(struct otp_account *account,
    enum otp_enrol_mode mode, const struct otp_token *token,
    struct otp_enrolment *ret_enrolment) OTP_MUST_USE;

/*
 * Likewise, for the user who typed the account's invitation: the new token
 * replaces what is active, and needs the invitation until then.
 * Errors: CONFLICT (TYPED is not an invitation that is valid now).
 */
enum otp_err otp_enrol_begin_invited(struct otp_account *account,
    const char *typed, const struct otp_token *token,
    struct otp_enrolment *ret_enrolment) OTP_MUST_USE;

/*
 * Whether TYPED is the account's invitation.  *RET_VERDICT: INVITED, and then
 * ENROLMENT needs it until it is put; otherwise INVITATION_ENDED, REPLAY,
 * REJECT or MALFORMED.  Nothing is written.
 */
enum otp_err otp_enrol_by_invitation(struct otp_account *account,
    const char *typed, struct otp_enrolment *enrolment,
    enum otp_verdict *ret_verdict) OTP_MUST_USE;

/*
 * Judge whether the device shows the right code.  A neighbouring step is
 * accepted, and with HOTP any counter within the look-ahead; the step or
 * counter is remembered as used.  If the code is right at another time within
 * OTP_ENROL_DRIFT_MAX, its drift is returned.  Nothing is written.
 */
enum otp_err otp_enrol_confirm(struct otp_account *account,
    struct otp_enrolment *enrolment, const char *typed,
    struct otp_confirmation *ret_confirmation) OTP_MUST_USE;

/*
 * Create COUNT recovery codes (0 to 16) that are not active yet.  The caller
 * shows them before it calls what makes them active, so that no account has
 * codes that its user was not shown.  Nothing is written.
 * Errors: FULL (more than 16).
 */
enum otp_err otp_enrol_make_set(struct otp_account *account, unsigned count,
    struct otp_recovery_set *ret_set) OTP_MUST_USE;

/*
 * Make the token active: create the state if there is none, commit the
 * confirming step as used, write the seed, then set 'enrolled'.  The recovery
 * codes are those of SET, which ADD ignores: the old codes stay.  Failures and
 * delays stay as they are.
 * 'invited': the login in which that happens becomes the account's last one.
 * 'committed': the token is active.
 * An invitation ends, unless the account was enrolled and this is ADD.
 * Errors: EXISTS, FULL, CHANCE, UID, CONFLICT ('former'; 'invited', and the
 * invitation is not valid any more), SUSPENDED ('by_user', and the account is).
 */
enum otp_err otp_enrol_put(struct otp_account *account,
    const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set) OTP_MUST_USE;

/*
 * Make the invitation of SET, which has one code and an end, the account's only
 * one.  What is active stays so until the invitation is used; REPLACE is needed
 * if anything is, or was lost.
 * 'committed': the invitation is valid.
 * Errors: EXISTS (without REPLACE), CLOCK, CONFLICT (the end came in the
 * meantime), NO_STATE (the state was lost), UID.
 */
enum otp_err otp_enrol_invite(struct otp_account *account, bool replace,
    const struct otp_recovery_set *set) OTP_MUST_USE;

/*
 * Make the recovery codes of SET active; the old ones are no longer valid,
 * unless SET is 'added': then only those go that are past their end.
 * 'committed': the new ones are active.  Errors: ABSENT, FULL (there would be
 * more than 16), CLOCK (SET has an end, and the clock is wrong), CONFLICT (that
 * end came in the meantime; 'former'), SUSPENDED ('by_other').
 */
enum otp_err otp_enrol_recovery(struct otp_account *account,
    const struct otp_recovery_set *set) OTP_MUST_USE;

/*
 * Remove the token with this ID, even if its number has changed; with the last
 * one the seed is removed.  Its used codes stay known.
 * 'committed': it is no longer active.  Errors: ABSENT, CONFLICT ('former'),
 * SUSPENDED ('by_other').
 */
enum otp_err otp_enrol_remove_token(
    struct otp_account *account, const uint8_t id[OTP_ID_SIZE]) OTP_MUST_USE;

/* Seconds for which the code of an address that is kept is valid. */
#define OTP_PENDING_VALID 900

/* An address that is not yet active.  A secret: the caller wipes it. */
struct otp_address_proof {
	struct otp_address address;
	int64_t time; /* when it was made */
	char tag[OTP_TAG_SIZE];
	uint32_t code; /* that is sent there */
};

/*
 * Create a secret for ADDRESS, and a code and a tag to be sent there.  Nothing
 * is written.  Errors: ABSENT, EXISTS (the account has it), FULL, CLOCK; with
 * 'by_other' not EXISTS, but also SUSPENDED, CONFLICT ('former') and LIMIT (no
 * message may be sent now; numbers[0]: within how many seconds too many were).
 */
enum otp_err otp_enrol_begin_address(struct otp_account *account,
    const struct otp_address *address,
    struct otp_address_proof *ret_proof) OTP_MUST_USE;

/* Whether TYPED is that code; the time taken does not tell how much of it. */
bool otp_enrol_is_proven(
    const struct otp_address_proof *proof, const char *typed);

/*
 * Add ADDRESS after the others; known devices are forgotten.
 * 'committed': codes can be sent there.  Errors: ABSENT, EXISTS, FULL.
 */
enum otp_err otp_enrol_add_address(struct otp_account *account,
    const struct otp_address *address) OTP_MUST_USE;

/*
 * Keep the address of PROOF in the seed, where no login uses it, for
 * OTP_PENDING_VALID seconds; and count the message with its code, which is to
 * be sent only then.  It replaces one that was kept before.
 * 'committed': it is kept.  Errors: as of otp_enrol_begin_address(), EXISTS
 * too.
 */
enum otp_err otp_enrol_keep_address(struct otp_account *account,
    const struct otp_address_proof *proof) OTP_MUST_USE;

/*
 * Add the address that was kept, if TYPED is its code.  It is charged to the
 * tally that 'by_other' selects; a right code gives this charge back, and no
 * other.  *RET_VERDICT: ACCEPT, REJECT, MALFORMED, WAITING, with *RET_WAIT in
 * seconds, or LOCKED.  'committed': codes can be sent there.
 * Errors: those of otp_enrol_add_address(), SUSPENDED ('by_other'), CONFLICT
 * ('former', or no address is kept, or not any more).
 */
enum otp_err otp_enrol_confirm_address(struct otp_account *account,
    const char *typed, enum otp_verdict *ret_verdict,
    uint32_t *ret_wait) OTP_MUST_USE;

/*
 * Have ENROLMENT, which is NEW, add ADDRESS too, with a secret that is made
 * here.  No code was sent there.  Nothing is written.
 */
enum otp_err otp_enrol_with_address(struct otp_account *account,
    const struct otp_address *address,
    struct otp_enrolment *enrolment) OTP_MUST_USE;

/*
 * Remove the address with this ID (address.h), even if its number has changed;
 * known devices are forgotten.
 * 'committed': no codes are sent there.  Errors: ABSENT, LIMIT (there is
 * neither a token nor another address), CONFLICT ('former'), SUSPENDED
 * ('by_other').
 */
enum otp_err otp_enrol_remove_address(
    struct otp_account *account, const uint8_t id[OTP_ID_SIZE]) OTP_MUST_USE;

/*
 * Remove the seed; the state stays, with failures and used codes.
 * PURGE removes the state too, even one that cannot be read.
 * 'committed': everything is removed; 'partly': the seed is.
 * Errors: ABSENT (there is neither), MOVED (not with PURGE, but in the middle
 * of a move, which nothing could end without it).
 */
enum otp_err otp_enrol_remove(
    struct otp_account *account, bool purge) OTP_MUST_USE;

/* The same with PURGE, also in the middle of a move: its tokens are lost. */
enum otp_err otp_enrol_discard(struct otp_account *account) OTP_MUST_USE;

/*
 * End the delays or lockouts of both tallies, and forget the known devices and
 * the owner's last code.  *RET_FAILURES: how many there were in a row.
 * 'committed': failures or devices were cleared.  Errors: ABSENT (no state).
 */
enum otp_err otp_enrol_unlock(
    struct otp_account *account, uint32_t *ret_failures) OTP_MUST_USE;

/*
 * HOTP: find FIRST and SECOND, two consecutive codes, within OTP_RESYNC_RANGE
 * counters after the next one of the token with this ID, and set the counter
 * to the one after them.
 * Charged like a login, to the tally that 'by_other' selects.  *RET_VERDICT:
 * ACCEPT, REJECT, MALFORMED, WAITING or LOCKED; with 'by_other', also
 * SUSPENDED.
 * 'committed': the counter is set.
 * Errors: ABSENT (no such HOTP token).
 */
enum otp_err otp_enrol_resync(struct otp_account *account,
    const uint8_t id[OTP_ID_SIZE], const char *first, const char *second,
    enum otp_verdict *ret_verdict) OTP_MUST_USE;

/* What adopting changed. */
struct otp_adoption {
	bool changed;	  /* whether anything changed */
	bool made;	  /* a state was created or replaced */
	unsigned adopted; /* credentials new in the state */
	bool replaced;	  /* recovery codes were replaced (FORCE) */
};

/*
 * How many new recovery codes adopting with FORCE needs; 0: the old ones stay.
 */
unsigned otp_enrol_adopt_count(const struct otp_snapshot *snapshot);

/*
 * Adopt a seed that has no state, or credentials the state does not know:
 * TOTP from NOW + window on, HOTP from the seed's counter.  Idempotent.
 * FORCE also repairs a state that is missing or cannot be read, a different
 * uid, and TOTP values ahead of the clock (set to NOW + window, never to less
 * than is still in the window).  A code that was used for such a time becomes
 * valid again when the clock reaches it; no other used code does.
 * A state that has forgotten credentials may have known those that it does not
 * know now: then recovery codes are taken for used, and an HOTP token is set to
 * the last counter, where no code is right, until otp_enrol_resync() finds it
 * (ACCOUNT's 'doubtful').
 * With FORCE, what the state does not know may have been lost, even if there is
 * a state now.  So all recovery codes are replaced if one of them is not known,
 * and HOTP tokens are treated in the same way.  SET has the new codes: as many
 * as otp_enrol_adopt_count() says with FORCE, or none.
 * 'committed': everything was changed; 'partly': everything but the recovery
 * codes.  In both cases *RET_ADOPTION is filled, even on an error.
 * Errors: ABSENT (no seed), CONFLICT (SET has another number of codes than is
 * needed by now), and without FORCE those of the state.
 */
enum otp_err otp_enrol_adopt(struct otp_account *account, bool force,
    const struct otp_recovery_set *set,
    struct otp_adoption *ret_adoption) OTP_MUST_USE;

/*
 * Move the seed and the record of the former name FORMER to ACCOUNT.  Codes
 * used under either name stay used, and the larger number of failures counts.
 * FORMER keeps a state that says "not enrolled".
 * FORCE: even if FORMER's state has a different uid.
 * 'committed': ACCOUNT has the seed.
 * Errors: NAME (it is ACCOUNT's own, or too long), EXISTS (ACCOUNT is
 * enrolled), ABSENT (FORMER is not), NO_STATE (FORMER has only a seed), UID,
 * CONFLICT (try again).
 */
enum otp_err otp_enrol_rename(
    struct otp_account *account, const char *former, bool force) OTP_MUST_USE;

#endif
