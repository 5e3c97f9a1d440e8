/* SPDX-License-Identifier: BSD-2-Clause */
/* The names that a token has in an app. */
#ifndef OTP_LABEL_H
#define OTP_LABEL_H

#include <stdbool.h>

#include "common/core/token.h"

/*
 * Set TOKEN's label and issuer.  Where ISSUER and LABEL are NULL they are
 * HOST:ACCOUNT and HOST, since apps group their entries by issuer.  A LABEL
 * alone gets no issuer, for QR codes that have to be small.  False: one is too
 * long.
 */
bool otp_label_set(const char *issuer, const char *label, const char *account,
    struct otp_token *token);

#endif
