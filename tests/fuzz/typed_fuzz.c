/* SPDX-License-Identifier: BSD-2-Clause */
/* What is typed at the prompt: a code, a recovery code, or nothing such. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/code.h"
#include "common/core/recovery.h"
#include "common/core/typed.h"

/* Whether TYPED is UTF-8, by the table of well-formed bytes in Unicode 3.9. */
static bool
is_utf8(const char *typed)
{
	static const unsigned char rows[][5] = {
		/* first byte from, to; second from, to; bytes */
		{ 0x01, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *at = (const unsigned char *)typed;

	while (*at != 0) {
		const unsigned char *row = NULL;

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (*at >= rows[i][0] && *at <= rows[i][1])
				row = rows[i];
		if (row == NULL ||
		    (row[4] > 1 && (at[1] < row[2] || at[1] > row[3])))
			return false;
		for (unsigned i = 2; i < row[4]; i++)
			if ((at[i] & 0xc0) != 0x80)
				return false;
		at += row[4];
	}
	return true;
}

/* BEFORE, TYPED and AFTER are read as TYPED is, if they are not too long. */
static void
check_between(const char *before, const char *typed, const char *after,
    const struct otp_code *code)
{
	size_t size = strlen(before) + strlen(typed) + strlen(after);
	struct otp_code again;
	char *text = malloc(size + 1);

	FUZZ_MUST(text != NULL);
	(void)snprintf(text, size + 1, "%s%s%s", before, typed, after);
	otp_code_read(text, &again);
	if (size <= OTP_TYPED_MAX)
		FUZZ_MUST(memcmp(&again, code, sizeof(again)) == 0);
	else
		FUZZ_MUST(again.typed == OTP_TYPED_MALFORMED);
	free(text);
}

static void
check_digits(const struct otp_code *code)
{
	static const uint32_t limits[] = { 1000000, 10000000, 100000000 };
	char text[16];

	FUZZ_MUST(code->digits >= OTP_DIGITS_MIN &&
	    code->digits <= OTP_DIGITS_MAX &&
	    code->value < limits[code->digits - OTP_DIGITS_MIN]);
	(void)snprintf(text, sizeof(text), "%0*u", (int)code->digits,
	    (unsigned)code->value);
	check_between("", text, "", code);
}

static void
check_recovery(const struct otp_code *code)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	otp_recovery_text(code->recovery, text);
	FUZZ_MUST(strlen(text) == OTP_RECOVERY_TEXT_SIZE - 1);
	check_between("", text, "", code);
}

/* What TYPED is in plain characters: those of a code, or nothing. */
static void
check_plain(const char *typed)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char plain[OTP_TYPED_SIZE];
	size_t count;

	memset(plain, FUZZ_MARK, sizeof(plain));
	if (otp_typed_read(typed, plain) != OTP_OK) {
		FUZZ_MUST(fuzz_untouched(plain, sizeof(plain)));
		return;
	}
	FUZZ_MUST(is_utf8(typed) && strlen(typed) <= OTP_TYPED_MAX);
	FUZZ_MUST(memchr(plain, '\0', sizeof(plain)) != NULL);
	count = strlen(plain);
	for (size_t i = 0; i < count; i++)
		FUZZ_MUST((plain[i] >= '0' && plain[i] <= '9') ||
		    strchr(letters, plain[i]) != NULL);
}

static void
check_split(const char *typed, unsigned digits)
{
	size_t password = SIZE_MAX;
	struct otp_code code;

	if (otp_code_split(typed, digits, &password) != OTP_OK) {
		FUZZ_MUST(password == SIZE_MAX);
		return;
	}
	FUZZ_MUST(password > 0 && password + digits <= strlen(typed));
	FUZZ_MUST(strspn(typed + password + digits, "\r\n") ==
	    strlen(typed + password + digits));
	otp_code_read(typed + password, &code);
	FUZZ_MUST(code.typed == OTP_TYPED_DIGITS && code.digits == digits);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *typed = fuzz_text(data, size);
	struct otp_code code;

	check_plain(typed);
	otp_code_read(typed, &code);
	FUZZ_MUST((typed[0] == '\b') == (code.typed == OTP_TYPED_WITHHELD));
	switch (code.typed) {
	case OTP_TYPED_DIGITS:
		check_digits(&code);
		break;
	case OTP_TYPED_RECOVERY:
		check_recovery(&code);
		break;
	case OTP_TYPED_MALFORMED:
	case OTP_TYPED_WITHHELD:
		break;
	}
	if (code.typed != OTP_TYPED_WITHHELD) {
		check_between("\xc2\xa0", typed, "\xe2\x80\x93\r\n", &code);
		check_between("\t_", typed, "\xe2\x80\x8b", &code);
	}
	for (unsigned n = OTP_DIGITS_MIN; n <= OTP_DIGITS_MAX; n++)
		check_split(typed, n);
	free(typed);
	return 0;
}
