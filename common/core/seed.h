/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seed file: text, one credential a line (pam_otp_store(5)).  Written by
 * otp-enroll or by configuration management, never by the module.
 */
#ifndef OTP_SEED_H
#define OTP_SEED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/address.h"
#include "common/core/err.h"
#include "common/core/invitation.h"
#include "common/core/recovery.h"
#include "common/core/token.h"

#define OTP_SEED_SIZE_MAX  16384 /* bytes of file */
#define OTP_SEED_LINE_MAX  1023	 /* bytes, without the newline */
#define OTP_SEED_TOKENS	   8
#define OTP_SEED_RECOVERY  16
#define OTP_SEED_ADDRESSES 4

struct otp_seed {
	unsigned tokens_count; /* 0 with addresses or an invitation alone */
	unsigned recovery_count;
	unsigned addresses_count;
	bool invited; /* 'invitation' is there */
	struct otp_token tokens[OTP_SEED_TOKENS];
	unsigned token_lines[OTP_SEED_TOKENS]; /* from 1; 0 if not read */
	struct otp_recovery recovery[OTP_SEED_RECOVERY];
	struct otp_address addresses[OTP_SEED_ADDRESSES];
	struct otp_recovery invitation;
	struct otp_pending pending; /* no login uses it */
};

/*
 * Whether there is something whose codes are asked for: a token or an address.
 * Without it, SEED has an invitation, and the account is not enrolled.
 */
bool otp_seed_is_active(const struct otp_seed *seed);

/*
 * Read a whole file's SIZE bytes.  It is used whole or not at all: a NUL
 * byte, a last line without newline, a carriage return, a line that is not
 * understood, two credentials with one id, two addresses with one URI or
 * secret, two invitations, two pending addresses, neither token nor address nor
 * invitation, or too many make it invalid.  A line of spaces and tabs is blank.
 * Errors: PARSE; FAULT's line and detail say where and why.  *RET_SEED holds
 * secrets: the caller wipes it; on failure it is wiped here.
 */
enum otp_err otp_seed_parse(const char *text, size_t size,
    struct otp_seed *ret_seed, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Write it as text with a NUL; *RET_SIZE is without the NUL.  The text holds
 * secrets, and is wiped on failure.  Errors: PARSE (out of bounds, or it could
 * not be read back).
 */
enum otp_err otp_seed_format(const struct otp_seed *seed,
    char ret_text[OTP_SEED_SIZE_MAX + 1], size_t *ret_size) OTP_MUST_USE;

/*
 * An id of all tokens and addresses together, which changes when one is added,
 * removed or replaced.  Errors: CRYPTO.
 */
enum otp_err otp_seed_tokens_id(
    const struct otp_seed *seed, uint8_t ret_id[OTP_ID_SIZE]) OTP_MUST_USE;

/*
 * The number of digits that all tokens share, for splitting password and
 * code.  Errors: LENGTHS, if they differ.
 */
enum otp_err otp_seed_digits(
    const struct otp_seed *seed, unsigned *ret_digits) OTP_MUST_USE;

#endif
