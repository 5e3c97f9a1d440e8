/* SPDX-License-Identifier: BSD-2-Clause */
/* Base32: any text as such, and any bytes written and read again. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <ctype.h>

#include "common/core/base32.h"

/* What is read, written again: the same text but for case and padding. */
static void
read_text(const char *text, size_t length, size_t capacity)
{
	uint8_t *data = malloc(capacity > 0 ? capacity : 1);
	char *again = NULL;
	size_t size = SIZE_MAX, padded = length;

	FUZZ_MUST(data != NULL);
	if (otp_base32_decode(text, length, data, capacity, &size) != OTP_OK) {
		FUZZ_MUST(size == SIZE_MAX);
		free(data);
		return;
	}
	FUZZ_MUST(size <= capacity);
	again = malloc(OTP_BASE32_SIZE(size));
	FUZZ_MUST(again != NULL);
	otp_base32_encode(data, size, again);
	while (padded > 0 && text[padded - 1] == '=')
		padded--;
	FUZZ_MUST(padded == length || length % 8 == 0);
	FUZZ_MUST(strlen(again) == padded);
	for (size_t i = 0; i < padded; i++)
		FUZZ_MUST(again[i] == toupper((unsigned char)text[i]));
	/* One byte less of room, and it does not fit. */
	if (size > 0)
		FUZZ_MUST(otp_base32_decode(text, length, data, size - 1,
			      &size) == OTP_ERR_PARSE);
	free(again);
	free(data);
}

static void
write_bytes(const uint8_t *bytes, size_t size)
{
	char *text = malloc(OTP_BASE32_SIZE(size));
	uint8_t *again = malloc(size > 0 ? size : 1);
	size_t got = SIZE_MAX;

	FUZZ_MUST(text != NULL && again != NULL);
	otp_base32_encode(bytes, size, text);
	FUZZ_MUST(strlen(text) == OTP_BASE32_SIZE(size) - 1);
	FUZZ_MUST(
	    otp_base32_decode(text, strlen(text), again, size, &got) == OTP_OK);
	FUZZ_MUST(got == size && memcmp(again, bytes, size) == 0);
	free(again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t capacity = size > 0 ? data[0] : 0;
	char *text;

	if (size > 0) {
		data++;
		size--;
	}
	text = fuzz_text(data, size);
	read_text(text, size, capacity);
	read_text(text, size, size);
	write_bytes((const uint8_t *)text, size);
	free(text);
	return 0;
}
