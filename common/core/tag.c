/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/tag.h"

#include <string.h>

#include "common/core/digest.h"
#include "common/core/wipe.h"

#define PREFIX	  "pam_otp tag 1" /* with its NUL */
#define TEXT_SIZE 256		  /* of a text that counts, with its NUL */

enum otp_err
otp_tag_make(const struct otp_tagged *tagged, char ret_tag[OTP_TAG_SIZE])
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	const char *const texts[] = { tagged->key, tagged->account,
		tagged->service, tagged->host };
	const uint64_t slot = (uint64_t)(tagged->now / OTP_TAG_SLOT);
	uint8_t bytes[sizeof(PREFIX) + sizeof(slot) + 4 * TEXT_SIZE] = PREFIX;
	uint8_t digest[OTP_DIGEST_SIZE];
	size_t size = sizeof(PREFIX);
	enum otp_err err;

	for (unsigned i = 0; i < sizeof(slot); i++)
		bytes[size++] = (uint8_t)(slot >> (8 * i));
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const size_t length = strnlen(texts[i], TEXT_SIZE - 1);

		memcpy(bytes + size, texts[i], length);
		size += length;
		bytes[size++] = '\0';
	}
	err = otp_digest(bytes, size, digest);
	otp_wipe(bytes, sizeof(bytes));
	if (err != OTP_OK)
		return err;
	ret_tag[0] = letters[digest[0] % 32];
	ret_tag[1] = letters[digest[1] % 32];
	ret_tag[2] = '\0';
	return OTP_OK;
}
