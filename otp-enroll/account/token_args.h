/* SPDX-License-Identifier: BSD-2-Clause */
/* The token that the arguments ask for. */
#ifndef OTP_TOKEN_ARGS_H
#define OTP_TOKEN_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "otp-enroll/cli/args.h"
#include "common/core/token.h"

/*
 * A token of ACCOUNT as ARGS ask for it, without a secret.  False: it was said
 * what is wrong.
 */
bool otp_token_args_token(const struct otp_args *args, const char *account,
    struct otp_token *ret_token);

/*
 * Set TOKEN's label and issuer.  Where ISSUER and LABEL are NULL they are
 * HOST:USER and HOST, since apps group their entries by issuer.  A LABEL alone
 * gets no issuer, for QR codes that have to be small.  False: one is too long.
 */
bool otp_token_args_name(const char *issuer, const char *label,
    const char *account, struct otp_token *token);

/* NUMBER, or OTHERWISE where it was not given. */
unsigned otp_token_args_number(uint64_t number, unsigned otherwise);

#endif
