/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts that are put together in a buffer, which they are cut to fit. */
#ifndef OTP_TOOL_FILL_H
#define OTP_TOOL_FILL_H

#include <stdbool.h>
#include <stddef.h>

/* What a name in braces stands for. */
struct otp_filling {
	const char *name; /* "{user}" */
	const char *text; /* NULL = "" */
	bool ours;	  /* it is translated, and safe to print */
};

/* Append MORE to TEXT, which has room for SIZE bytes, the NUL included. */
void otp_append(char *text, size_t size, const char *more);

/*
 * Append SENTENCE, with every name that is among the COUNT FILLINGS replaced;
 * what is not ours is escaped (output.h).
 */
void otp_fill(char *text, size_t size, const char *sentence,
    const struct otp_filling *fillings, size_t count);

#endif
