/* SPDX-License-Identifier: BSD-2-Clause */
/* users.oath in both dialects, line by line. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/import_oath.h"

static void
check_time(const struct otp_import_time *time)
{
	FUZZ_MUST(time->year >= 1970 && time->year <= 9999);
	FUZZ_MUST(time->month >= 1 && time->month <= 12);
	FUZZ_MUST(time->day >= 1 && time->day <= 31);
	FUZZ_MUST(time->hour < 24 && time->minute < 60 && time->second < 60);
}

static void
check_spent(const struct otp_import_oath *import, uint64_t at)
{
	uint64_t spent = 0;

	FUZZ_MUST(otp_import_oath_spent(import, at, &spent) == OTP_OK);
	FUZZ_MUST(spent % import->token.period == 0 && spent > at &&
	    spent <= at +
		    (OTP_IMPORT_OATH_AHEAD + 1) *
			(uint64_t)import->token.period);
}

static void
check_import(const struct otp_import_oath *import)
{
	static const uint32_t limits[] = { 1000000, 10000000, 100000000 };
	const struct otp_token *token = &import->token;

	FUZZ_MUST(fuzz_is_sound_unnamed(token));
	FUZZ_MUST(token->hash == OTP_SHA1);
	FUZZ_MUST(token->label[0] == '\0' && token->issuer[0] == '\0');
	if (import->code_known)
		FUZZ_MUST(import->code_digits >= OTP_DIGITS_MIN &&
		    import->code_digits <= OTP_DIGITS_MAX &&
		    import->code <
			limits[import->code_digits - OTP_DIGITS_MIN]);
	if (import->time_known)
		check_time(&import->time);
	if (token->kind == OTP_TOTP && import->code_known &&
	    import->time_known) {
		check_spent(import, 0);
		check_spent(import, UINT64_C(1790000020));
	}
}

static void
read_line(const char *line, size_t length)
{
	const char *user = NULL;
	size_t user_length = SIZE_MAX;
	struct otp_import_oath import;
	struct otp_fault fault = { 0 };
	enum otp_import_oath_line what =
	    otp_import_oath_look(line, length, &user, &user_length);
	enum otp_err err;

	FUZZ_MUST(user >= line && user_length <= length &&
	    (size_t)(user - line) + user_length <= length);
	memset(&import, FUZZ_MARK, sizeof(import));
	err = otp_import_oath_parse(line, length, NULL, &import, &fault);
	if (err != OTP_OK) {
		FUZZ_MUST(fuzz_is_zero(&import, sizeof(import)));
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
		return;
	}
	FUZZ_MUST(what == OTP_IMPORT_OATH_RECORD && user_length > 0);
	FUZZ_MUST(memchr(user, ' ', user_length) == NULL);
	check_import(&import);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;

	for (size_t i = 0; i < size; i += length + 1) {
		char *line;

		for (length = 0; i + length < size && data[i + length] != '\n';)
			length++;
		line = fuzz_text(data + i, length);
		read_line(line, length);
		free(line);
	}
	return 0;
}
