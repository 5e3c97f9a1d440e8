/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A URI as other programs write it: what is taken can be stored, and what the
 * store takes is taken as the same token, or refused by name.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/import_kind.h"
#include "common/core/import_uri.h"
#include "common/core/uri.h"

static unsigned notes;

static void
take_note(void *context, const struct otp_fault *note)
{
	FUZZ_MUST(context == NULL && note->line == 3 && fuzz_is_sound(note) &&
	    note->detail != OTP_DETAIL_NONE);
	notes++;
}

static void
check_token(const struct otp_token *token)
{
	char uri[OTP_URI_MAX + 1];
	struct otp_token again;

	FUZZ_MUST(otp_token_check(token, NULL) == OTP_OK);
	FUZZ_MUST(otp_uri_format_any(token, uri) == OTP_OK);
	FUZZ_MUST(otp_uri_parse(uri, strlen(uri), &again, NULL) == OTP_OK);
	FUZZ_MUST(fuzz_same_token(token, &again));
}

/* The words before a URI may be those that begin a picture: "GIF8: otpauth:". */
static bool
begins_as_another_file(enum otp_detail detail)
{
	return detail == OTP_DETAIL_PICTURE || detail == OTP_DETAIL_ENCRYPTED;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct otp_import_teller teller = { .tell = take_note,
		.line = 3 };
	struct otp_fault fault = { 0 };
	struct otp_token token, strict;
	char *text = fuzz_text(data, size);
	size_t length = strlen(text);
	enum otp_detail detail;
	bool stored = otp_uri_parse(text, length, &strict, NULL) == OTP_OK;

	memset(&token, FUZZ_MARK, sizeof(token));
	notes = 0;
	if (otp_import_uri_parse(
		text, length, "host:eve", &teller, &token, &fault) == OTP_OK) {
		check_token(&token);
		/* Invisible characters around an issuer are cut off. */
		if (stored)
			memcpy(
			    strict.issuer, token.issuer, sizeof(strict.issuer));
		FUZZ_MUST(!stored || fuzz_same_token(&token, &strict));
		FUZZ_MUST(stored || notes > 0);
		FUZZ_MUST(otp_import_kind_find(text, length, &detail) ==
			OTP_IMPORT_KIND_URI ||
		    begins_as_another_file(detail));
	} else {
		FUZZ_MUST(fuzz_untouched(&token, sizeof(token)));
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
	}
	free(text);
	return 0;
}
