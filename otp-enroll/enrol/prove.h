/* SPDX-License-Identifier: BSD-2-Clause */
/* Users prove to pam_otpd(8) that the account which they change is theirs. */
#ifndef OTP_PROVE_H
#define OTP_PROVE_H

#include "common/effects/overview.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/cli/command.h"

/*
 * SUBJECT's account as it is now, which must be one that its user can change.
 * Other than OTP_EXIT_DONE: it was said why not; UNENROLLED is not said.
 */
enum otp_exit otp_prove_look(const struct otp_tool *tool,
    const struct otp_subject *subject, struct otp_overview *ret_overview);

/*
 * Ask for a code of what ACCOUNT has, or a recovery code, and make CHANGE with
 * it; for a first token, only an invitation is asked for, where it needs one.
 * ENROLMENT is the token of a PUT, which was confirmed.  *RET_SET: the new
 * recovery codes, if there are any; the caller
 * shows them.  Signals stay blocked once the change is made.
 * Other than OTP_EXIT_DONE: it was said why not, or, where ACCOUNT's
 * 'committed' is set, that the change may not last.
 */
enum otp_exit otp_prove(const struct otp_tool *tool,
    struct otp_account *account, struct otp_change *change,
    struct otp_enrolment *enrolment, struct otp_recovery_set *ret_set);

/*
 * The same once, with the code that is in CHANGE.  Signals stay blocked once
 * there are recovery codes to be shown.
 */
enum otp_err otp_prove_once(const struct otp_tool *tool,
    struct otp_account *account, struct otp_change *change,
    struct otp_recovery_set *ret_set, struct otp_own_result *ret_result);

/* Say why that code did not do. */
void otp_prove_explain(const struct otp_own_result *result);

/* After that, if ACCOUNT's 'unknown' is set: say so, and what to do. */
void otp_prove_say_unknown(void);

#endif
