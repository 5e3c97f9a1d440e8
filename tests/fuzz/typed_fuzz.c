/* SPDX-License-Identifier: BSD-2-Clause */
/* What is typed at the prompt: a code, a recovery code, or nothing such. */
#include "fuzz.h"

#include "common/core/code.h"
#include "common/core/recovery.h"

/* The digits of TYPED; -1 where there is more than digits and spaces. */
static int
count_digits(const char *typed)
{
	int count = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed >= '0' && *typed <= '9')
			count++;
		else if (*typed != ' ')
			return -1;
	}
	return count;
}

static void
check_digits(const char *typed, const struct otp_code *code)
{
	static const uint32_t limits[] = { 1000000, 10000000, 100000000 };
	struct otp_code again;
	char text[16];

	FUZZ_MUST(code->digits >= OTP_DIGITS_MIN &&
	    code->digits <= OTP_DIGITS_MAX &&
	    code->value < limits[code->digits - OTP_DIGITS_MIN]);
	FUZZ_MUST(count_digits(typed) == (int)code->digits);
	(void)snprintf(text, sizeof(text), "%0*u", (int)code->digits,
	    (unsigned)code->value);
	otp_code_read(text, &again);
	FUZZ_MUST(again.typed == OTP_TYPED_DIGITS &&
	    again.digits == code->digits && again.value == code->value);
}

static void
check_recovery(const struct otp_code *code)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	uint8_t again[OTP_RECOVERY_CODE_SIZE];

	otp_recovery_text(code->recovery, text);
	FUZZ_MUST(strlen(text) == OTP_RECOVERY_TEXT_SIZE - 1);
	FUZZ_MUST(otp_recovery_read(text, again) == OTP_OK);
	FUZZ_MUST(memcmp(again, code->recovery, sizeof(again)) == 0);
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
	FUZZ_MUST(password > 0 && password + digits == strlen(typed));
	otp_code_read(typed + password, &code);
	FUZZ_MUST(code.typed == OTP_TYPED_DIGITS && code.digits == digits);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *typed = fuzz_text(data, size);
	uint8_t recovery[OTP_RECOVERY_CODE_SIZE];
	struct otp_code code;
	bool is_recovery;

	memset(recovery, FUZZ_MARK, sizeof(recovery));
	is_recovery = otp_recovery_read(typed, recovery) == OTP_OK;
	FUZZ_MUST(is_recovery || fuzz_untouched(recovery, sizeof(recovery)));
	otp_code_read(typed, &code);
	FUZZ_MUST((typed[0] == '\b') == (code.typed == OTP_TYPED_WITHHELD));
	switch (code.typed) {
	case OTP_TYPED_DIGITS:
		FUZZ_MUST(!is_recovery);
		check_digits(typed, &code);
		break;
	case OTP_TYPED_RECOVERY:
		FUZZ_MUST(is_recovery);
		FUZZ_MUST(
		    memcmp(recovery, code.recovery, sizeof(recovery)) == 0);
		check_recovery(&code);
		break;
	case OTP_TYPED_MALFORMED:
	case OTP_TYPED_WITHHELD:
		FUZZ_MUST(!is_recovery);
		break;
	}
	for (unsigned digits = OTP_DIGITS_MIN; digits <= OTP_DIGITS_MAX;
	     digits++)
		check_split(typed, digits);
	free(typed);
	return 0;
}
