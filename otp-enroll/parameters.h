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

/*
 * Call TOKEN HOST:USER of HOST, as apps group their entries, unless it is to
 * be called otherwise (else NULL).  A LABEL alone is taken as it is, for codes
 * that are to be small.  False: a name is too long.
 */
bool otp_parameters_name(const char *issuer, const char *label,
    const char *account, struct otp_token *token);

/* NUMBER, or OTHERWISE where it was not given. */
unsigned otp_parameters_number(uint64_t number, unsigned otherwise);

#endif
