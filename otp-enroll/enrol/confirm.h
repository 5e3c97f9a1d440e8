/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking for codes, and explaining why one does not match. */
#ifndef OTP_CONFIRM_H
#define OTP_CONFIRM_H

#include <stdbool.h>
#include <stddef.h>

#include "otp-enroll/account/select.h"
#include "otp-enroll/cli/command.h"
#include "common/core/typed.h"
#include "common/effects/enrol.h"

#define OTP_CONFIRM_TRIES 3
#define OTP_CONFIRM_SIZE  (OTP_TYPED_MAX + 1) /* of what is typed, and a NUL */

enum otp_confirmed {
	OTP_CONFIRMED_NO = 0, /* it was said why */
	OTP_CONFIRMED_YES,
	OTP_CONFIRMED_NOT_ASKED, /* no code was typed, nor will one be */
};

/*
 * Asks with PROMPT until something is typed (into RET_TYPED, of
 * OTP_CONFIRM_SIZE bytes; the caller wipes it).  What cannot be a code at
 * all, such as a line that is too long, is "?".  False: no code was typed,
 * and the reason was said, unless it was a signal that main() will end by.
 */
bool otp_confirm_ask(const char *prompt, char *ret_typed);

/*
 * After a wrong code: how many of OTP_CONFIRM_TRIES are LEFT, unless none is.
 */
void otp_confirm_say_left(unsigned left);

/* Whether a right code of the new token was typed.  It is never shown. */
bool otp_confirm(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_enrolment *enrolment);

/*
 * Ask for two consecutive codes of the HOTP token SELECTED, and continue after
 * them.  LABEL is for messages.
 */
enum otp_confirmed otp_confirm_pair(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_select *selected,
    const char *label);

#endif
