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

/* NUMBER, or OTHERWISE where it was not given. */
unsigned otp_token_args_number(uint64_t number, unsigned otherwise);

#endif
