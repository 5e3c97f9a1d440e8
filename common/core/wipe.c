/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/wipe.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

void
otp_wipe(void *data, size_t size)
{
	explicit_bzero(data, size);
}

void
otp_wipe_free(char *text)
{
	if (text == NULL)
		return;
	explicit_bzero(text, strlen(text));
	free(text);
}

bool
otp_equal(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}
