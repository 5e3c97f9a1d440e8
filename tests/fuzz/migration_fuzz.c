/* SPDX-License-Identifier: BSD-2-Clause */
/* A transfer of Google Authenticator's: its bytes, encoded as the app does. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/import_migration.h"

#define START "otpauth-migration://offline?data="

/* The first byte says whether the rest is the URI or the message in it. */
static char *
make_uri(const uint8_t *data, size_t size)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
				     "ghijklmnopqrstuvwxyz0123456789+/";
	char *uri = malloc(strlen(START) + 2 * size + 8);
	size_t length = strlen(START);

	FUZZ_MUST(uri != NULL);
	strcpy(uri, START);
	for (size_t i = 0; i < size; i += 3) {
		size_t count = size - i < 3 ? size - i : 3;
		uint32_t bits = 0;

		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 | (j < count ? data[i + j] : 0U);
		for (size_t j = 0; j <= count; j++)
			uri[length++] = base64[bits >> (18 - 6 * j) & 63];
	}
	uri[length] = '\0';
	return uri;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct otp_import_migration migration;
	struct otp_fault fault = { 0 };
	char *uri;

	if (size == 0)
		return 0;
	uri = data[0] == 0 ? fuzz_text(data + 1, size - 1)
			   : make_uri(data + 1, size - 1);
	memset(&migration, FUZZ_MARK, sizeof(migration));
	if (otp_import_migration_parse(
		uri, strlen(uri), NULL, &migration, &fault) != OTP_OK) {
		FUZZ_MUST(fuzz_is_zero(&migration, sizeof(migration)));
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
		free(uri);
		return 0;
	}
	FUZZ_MUST(migration.tokens > 0 && migration.index < migration.count);
	for (unsigned i = 0; i < migration.tokens; i++) {
		struct otp_token token;

		memset(&token, FUZZ_MARK, sizeof(token));
		memset(&fault, 0, sizeof(fault));
		if (otp_import_migration_token(&migration, i, &token, &fault) ==
		    OTP_OK)
			FUZZ_MUST(fuzz_is_sound_unnamed(&token));
		else
			FUZZ_MUST(fuzz_untouched(&token, sizeof(token)) &&
			    fault.detail != OTP_DETAIL_NONE);
	}
	free(uri);
	return 0;
}
