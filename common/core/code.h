/* SPDX-License-Identifier: BSD-2-Clause */
/* What was typed at the prompt -> its kind and value. */
#ifndef OTP_CODE_H
#define OTP_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "recovery.h"

enum otp_typed {
	OTP_TYPED_MALFORMED = 0, /* no code at all: not compared, not charged */
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
 * Read what was typed.  One space between two digits is skipped, as apps show
 * "123 456"; any other byte makes it malformed.  An answer that begins with a
 * backspace is sshd's stand-in (auth-pam.c sends "\b\n\r\177INCORRECT", cut
 * to any length, for users it will refuse whatever PAM says).
 */
void otp_code_read(const char *typed, struct otp_code *ret_code);

/*
 * Password and code typed as one: the code is the last DIGITS bytes.
 * *RET_PASSWORD_LENGTH is what stands before.  Errors: PARSE, where there is
 * no password before the code, or the end is no code (so is sshd's stand-in).
 */
enum otp_err otp_code_split(const char *typed, unsigned digits,
    size_t *ret_password_length) OTP_MUST_USE;

#endif
