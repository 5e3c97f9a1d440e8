/* SPDX-License-Identifier: BSD-2-Clause */
/* otpauth:// URIs: read, written, read again. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/uri.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct otp_token token, again;
	struct otp_fault fault = { 0 };
	char uri[OTP_URI_MAX + 1], twice[OTP_URI_MAX + 1];

	memset(&token, FUZZ_MARK, sizeof(token));
	memset(uri, FUZZ_MARK, sizeof(uri));
	if (otp_uri_parse(text, size, &token, &fault) != OTP_OK) {
		FUZZ_MUST(fuzz_untouched(&token, sizeof(token)));
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
		free(text);
		return 0;
	}
	FUZZ_MUST(size <= OTP_URI_MAX);
	FUZZ_MUST(otp_token_check(&token, NULL) == OTP_OK);
	if (otp_uri_format(&token, uri) != OTP_OK) {
		/* Raw bytes of its label take three each when encoded. */
		FUZZ_MUST(fuzz_untouched(uri, sizeof(uri)));
		FUZZ_MUST(otp_uri_format_any(&token, uri) == OTP_OK);
		FUZZ_MUST(strlen(uri) <= size);
	} else {
		FUZZ_MUST(fuzz_is_printable(uri) && strchr(uri, ' ') == NULL);
	}
	FUZZ_MUST(memchr(uri, '\0', sizeof(uri)) != NULL);
	FUZZ_MUST(otp_uri_parse(uri, strlen(uri), &again, NULL) == OTP_OK);
	FUZZ_MUST(fuzz_same_token(&token, &again));
	FUZZ_MUST(otp_uri_format_any(&again, twice) == OTP_OK);
	FUZZ_MUST(strcmp(uri, twice) == 0);
	free(text);
	return 0;
}
