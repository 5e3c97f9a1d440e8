/* SPDX-License-Identifier: BSD-2-Clause */
/* Wiping secrets, and comparing them in constant time. */
#ifndef OTP_WIPE_H
#define OTP_WIPE_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrite SIZE bytes with zeros in a way the compiler keeps. */
void otp_wipe(void *data, size_t size);

/* Wipe a string up to its NUL and free it; NULL is allowed. */
void otp_wipe_free(char *text);

/* Whether SIZE bytes are equal; the time taken does not depend on them. */
bool otp_equal(const void *a, const void *b, size_t size);

#endif
