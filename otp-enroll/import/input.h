/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Input from outside the store: bounded, and from trusted places.  Lines that
 * end in carriage returns alone end in newlines here.
 */
#ifndef OTP_INPUT_H
#define OTP_INPUT_H

#include <stddef.h>

#include "common/core/err.h"

/* A secret: otp_input_free() wipes it. */
struct otp_input {
	char *text; /* SIZE bytes, and a NUL */
	size_t size;
};

/*
 * All of standard input, at most MAX bytes.  Errors: READ, LIMIT (it is
 * longer, and the rest is not read), NOMEM.
 */
enum otp_err otp_input_stdin(size_t max, struct otp_input *ret_input,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The regular file PATH.  It and every folder on the way belong to root or the
 * caller, no other user may write to them, and none is a symbolic link.
 * Errors: those, and path.h's.
 */
enum otp_err otp_input_file(const char *path, size_t max,
    struct otp_input *ret_input, struct otp_fault *fault) OTP_MUST_USE;

void otp_input_free(struct otp_input *input);

#endif
