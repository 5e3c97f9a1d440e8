/* SPDX-License-Identifier: BSD-2-Clause */
/* Showing what nobody else may see. */
#ifndef OTP_SECRETS_H
#define OTP_SECRETS_H

#include <stdbool.h>

#include "command.h"
#include "common/effects/enrol.h"

/*
 * Whether secrets may go to standard output: it is a terminal, or --print was
 * given.  If not, it was said.
 */
bool otp_secrets_allowed(const struct otp_args *args);

/*
 * URI and secret of TOKEN, and then the QR code, so that a prompt can follow
 * directly under it.  False: it was said what is wrong.
 */
bool otp_secrets_show(const struct otp_args *args,
    const struct otp_token *token, const char *uri);

/* A set of recovery codes, once and for all.  False: it could not be shown. */
bool otp_secrets_recovery(
    const struct otp_subject *subject, const struct otp_recovery_set *set);

#endif
