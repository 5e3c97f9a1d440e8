/* SPDX-License-Identifier: BSD-2-Clause */
/* What was typed at the prompt -> its kind and value. */
#ifndef OTP_CODE_H
#define OTP_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/recovery.h"

enum otp_typed {
	OTP_TYPED_MALFORMED = 0, /* not a code: not compared, not charged */
	OTP_TYPED_DIGITS,	 /* 6 to 8 decimal digits */
	OTP_TYPED_RECOVERY,
	OTP_TYPED_WITHHELD, /* sshd's stand-in for an answer it withholds */
};

/* A secret: wipe it. */
struct otp_code {
	enum otp_typed typed;
	unsigned digits; /* OTP_TYPED_DIGITS: how many */
	uint32_t value;	 /* OTP_TYPED_DIGITS */
	uint8_t recovery[OTP_RECOVERY_CODE_SIZE]; /* OTP_TYPED_RECOVERY */
};

/*
 * Read what was typed, as typed.h has it.  An answer that begins with a
 * backspace is sshd's stand-in (auth-pam.c sends "\b\n\r\177INCORRECT", cut
 * to any length, for users it will refuse whatever PAM says).
 */
void otp_code_read(const char *typed, struct otp_code *ret_code);

/*
 * Split a password and a code that were typed as one: after the CR and LF at
 * the end are dropped, the code is the last DIGITS bytes, all of them ASCII
 * digits, and *RET_PASSWORD_LENGTH the number of bytes before them.  Nothing
 * else is skipped, since it may be the password's.  Errors: PARSE, if no
 * password
 * is before it, or the end is not a code (or is sshd's stand-in).
 */
enum otp_err otp_code_split(const char *typed, unsigned digits,
    size_t *ret_password_length) OTP_MUST_USE;

#endif
