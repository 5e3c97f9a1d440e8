/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of algorithms and parameters as other programs write them. */
#ifndef OTP_IMPORT_ALGORITHM_H
#define OTP_IMPORT_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/oath.h"
#include "common/core/token.h"

/*
 * The algorithm that a spelling of LENGTH bytes means: SHA1, sha-256,
 * HmacSHA512, Algorithm.sha1, ...  *RET_USUAL: it is written as in an otpauth
 * URI, in either case.  False: none.
 */
bool otp_import_algorithm(
    const char *text, size_t length, enum otp_hash *ret_hash, bool *ret_usual);

/* The same; another spelling is told.  Errors: PARSE, with the text. */
enum otp_err otp_import_algorithm_read(const char *text, size_t length,
    const struct otp_import_teller *teller, enum otp_hash *ret_hash,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
