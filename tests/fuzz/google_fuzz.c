/* SPDX-License-Identifier: BSD-2-Clause */
/* google-authenticator's file: kept whole, or refused whole. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/import_google.h"

/* Each note has a line, and can be shown. */
static void
check_note(void *context, const struct otp_fault *note)
{
	FUZZ_MUST(context == NULL && note->line > 0 && fuzz_is_sound(note) &&
	    note->detail != OTP_DETAIL_NONE);
}

static void
check_import(const struct otp_import_google *import)
{
	const struct otp_token *token = &import->token;

	FUZZ_MUST(fuzz_is_sound_unnamed(token));
	FUZZ_MUST(token->hash == OTP_SHA1 && token->digits == 6);
	FUZZ_MUST(token->label[0] == '\0' && token->issuer[0] == '\0');
	if (token->kind == OTP_HOTP)
		FUZZ_MUST(import->spent_known && token->period == 0 &&
		    token->counter > 0 && import->spent == token->counter);
	else
		FUZZ_MUST(token->kind == OTP_TOTP && token->counter == 0 &&
		    import->spent % token->period == 0 &&
		    import->spent_known == (import->spent != 0));
}

/* One more step that was used never makes fresh what is spent. */
static void
check_more(
    const char *text, size_t size, const struct otp_import_google *import)
{
	static struct otp_import_google more;
	static const char line[] = "12345678\n";
	char *longer = malloc(size + sizeof(line));

	FUZZ_MUST(longer != NULL);
	memcpy(longer, text, size);
	memcpy(longer + size, line, sizeof(line));
	/* (After a last line without an end, it is a part of that one.) */
	if (text[size - 1] == '\n' &&
	    size + sizeof(line) - 1 <= OTP_IMPORT_GOOGLE_MAX) {
		FUZZ_MUST(
		    otp_import_google_parse(longer, size + sizeof(line) - 1,
			NULL, &more, NULL) == OTP_OK);
		FUZZ_MUST(fuzz_same_token(&import->token, &more.token));
		FUZZ_MUST(more.spent == import->spent &&
		    more.spent_known == import->spent_known &&
		    more.scratch == import->scratch + 1);
	}
	free(longer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct otp_import_google import;
	const struct otp_import_teller teller = { .tell = check_note };
	struct otp_fault fault = { 0 };
	char *text = fuzz_text(data, size);

	memset(&import, FUZZ_MARK, sizeof(import));
	if (otp_import_google_parse(text, size, &teller, &import, &fault) !=
	    OTP_OK) {
		FUZZ_MUST(fuzz_is_zero(&import, sizeof(import)));
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
	} else {
		check_import(&import);
		check_more(text, size, &import);
	}
	free(text);
	return 0;
}
