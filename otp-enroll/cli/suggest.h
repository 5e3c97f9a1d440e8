/* SPDX-License-Identifier: BSD-2-Clause */
/* What a word that is not known was meant to be. */
#ifndef OTP_TOOL_SUGGEST_H
#define OTP_TOOL_SUGGEST_H

#include <stddef.h>

/* The one of COUNT NAMES that is most like WORD; NULL if none is like it. */
const char *otp_suggest(
    const char *word, const char *const *names, size_t count);

#endif
