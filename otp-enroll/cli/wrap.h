/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in the columns of a terminal. */
#ifndef OTP_TOOL_WRAP_H
#define OTP_TOOL_WRAP_H

#include <stddef.h>
#include <wchar.h>

#define OTP_WRAP_MAX 4096 /* characters of a text, the NUL included */

/*
 * How many characters of TEXT make the first of its lines of ROOM columns: as
 * many words as fit, and one at least.  The space after them is not counted.
 */
size_t otp_wrap_line(const wchar_t *text, int room);

/* The columns of the first LENGTH characters; one for each unprintable one. */
int otp_wrap_width(const wchar_t *text, size_t length);

#endif
