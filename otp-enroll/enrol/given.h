/* SPDX-License-Identifier: BSD-2-Clause */
/* 'new --secret=-': the secret of a device that has one already. */
#ifndef OTP_GIVEN_H
#define OTP_GIVEN_H

#include <stdbool.h>

#include "common/core/token.h"
#include "common/effects/enrol.h"
#include "otp-enroll/cli/command.h"

/*
 * NULL, or what is wrong with the options beside --secret; not translated yet.
 */
const char *otp_given_usage(const struct otp_args *args);

/*
 * Read the secret from standard input, a line in base32 or hexadecimal, into
 * TOKEN, which the caller wipes.  False: it was said what is wrong.
 */
bool otp_given_read(const struct otp_tool *tool, struct otp_token *token);

/*
 * Whether anything secret is to be shown: the token only if that was asked for.
 */
bool otp_given_shows(const struct otp_args *args);

/*
 * Have ENROLMENT, which was begun, be of TOKEN's secret.  Its codes may have
 * been used elsewhere: without a code that confirms it, those up to now and the
 * window count as used.  Errors: CLOCK.
 */
enum otp_err otp_given_set(const struct otp_tool *tool,
    const struct otp_token *token,
    struct otp_enrolment *enrolment) OTP_MUST_USE;

#endif
