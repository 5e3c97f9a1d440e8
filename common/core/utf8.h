/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 (RFC 3629). */
#ifndef OTP_UTF8_H
#define OTP_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the first character of TEXT, which has SIZE bytes, into *RET_CHAR.
 * Its length in bytes, or 0 if SIZE is 0 or the bytes are not valid UTF-8:
 * overlong, a surrogate, or above U+10FFFF.
 */
size_t otp_utf8_next(const char *text, size_t size, uint32_t *ret_char);

/* Whether all of TEXT is UTF-8. */
bool otp_utf8_is(const char *text);

/*
 * Whether C cannot change how the text around it is shown: it is not a control
 * character, a separator of lines, or what embeds, overrides or isolates a
 * direction of writing.
 */
bool otp_utf8_is_tame(uint32_t c);

#endif
