/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OTP_LETTER_H
#define OTP_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* C in lower case, whatever the locale is. */
static inline char
otp_lower(char c)
{
	if (c < 'A' || c > 'Z')
		return c;
	return (char)(c - 'A' + 'a');
}

/* Whether LENGTH bytes of TEXT are WORD (in lower case), in either case. */
static inline bool
otp_is_word(const char *text, size_t length, const char *word)
{
	if (length != strlen(word))
		return false;
	for (size_t i = 0; i < length; i++)
		if (otp_lower(text[i]) != word[i])
			return false;
	return true;
}

#endif
