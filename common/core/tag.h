/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two characters that tell the logins of an account apart: they stand in the
 * prompt, in the message with the code and in the log.
 */
#ifndef OTP_TAG_H
#define OTP_TAG_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_TAG_SIZE 3	 /* the NUL included */
#define OTP_TAG_SLOT 300 /* seconds for which a login keeps its tag */

/* What a tag is of; each text counts with at most 255 bytes. */
struct otp_tagged {
	const char *key; /* of the host */
	const char *account;
	const char *service;
	const char *host; /* the remote one */
	int64_t now;
};

/*
 * A login that is tried again within its slot has the same tag.  It has no I,
 * O, 0 or 1.  Errors: CRYPTO.
 */
enum otp_err otp_tag_make(
    const struct otp_tagged *tagged, char ret_tag[OTP_TAG_SIZE]) OTP_MUST_USE;

#endif
