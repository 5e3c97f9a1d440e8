/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/digest.h"

#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "common/core/wipe.h"

enum otp_err
otp_digest(const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE])
{
	enum otp_err err = OTP_ERR_CRYPTO;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	/* Leave no errors of ours in the host process's error queue. */
	(void)ERR_set_mark();
	if (EVP_Digest(data, size, digest, &length, EVP_sha256(), NULL) != 1 ||
	    length != OTP_DIGEST_SIZE)
		goto out;
	memcpy(ret_digest, digest, OTP_DIGEST_SIZE);
	err = OTP_OK;
out:
	(void)ERR_pop_to_mark();
	otp_wipe(digest, sizeof(digest));
	return err;
}
