/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking for codes, and saying why one is not right. */
#ifndef OTP_CONFIRM_H
#define OTP_CONFIRM_H

#include <stddef.h>

#include "command.h"
#include "common/effects/enrol.h"

#define OTP_CONFIRM_TRIES 3
#define OTP_CONFIRM_SIZE  128 /* of what is typed, the NUL included */

enum otp_confirmed {
	OTP_CONFIRMED_NO = 0, /* it was said why */
	OTP_CONFIRMED_YES,
	OTP_CONFIRMED_SIGNAL, /* tidy up and end by it: otp_terminal_die() */
};

/*
 * Ask with PROMPT until something is typed (kept in RET_TYPED, of
 * OTP_CONFIRM_SIZE bytes; the caller wipes it).  What cannot be a code at
 * all, such as a line that is too long, is "?".
 */
enum otp_confirmed otp_confirm_ask(
    const char *prompt, char *ret_typed, int *ret_signal);

/* White space at either end is nobody's intention. */
void otp_confirm_trim(char *typed);

/*
 * Have a code of the new token typed back.  The right one is never shown.
 */
enum otp_confirmed otp_confirm(const struct otp_tool *tool,
    struct otp_enrolment *enrolment, int *ret_signal);

/*
 * Have two successive codes of the HOTP token of this ID typed, and go on
 * behind them.  LABEL is for people.
 */
enum otp_confirmed otp_confirm_pair(const struct otp_tool *tool,
    const struct otp_subject *subject, const uint8_t id[OTP_ID_SIZE],
    const char *label, int *ret_signal);

#endif
