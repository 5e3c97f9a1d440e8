/* SPDX-License-Identifier: BSD-2-Clause */
/* What the token is to be like that the arguments ask for. */
#ifndef OTP_PARAMETERS_H
#define OTP_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "common/core/token.h"

/*
 * A token of ACCOUNT as ARGS want it, without a secret.  False: it was said
 * what is wrong.
 */
bool otp_parameters_token(const struct otp_args *args, const char *account,
    struct otp_token *ret_token);

/* NUMBER, or OTHERWISE where it was not given. */
unsigned otp_parameters_number(uint64_t number, unsigned otherwise);

#endif
