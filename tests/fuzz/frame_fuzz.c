/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames for otp-deliver: whatever they are, either nothing comes of them, or a
 * message that is written as the same bytes, and whose values a program and a
 * log line can have.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/frame.h"

static void
check_value(const char *value, size_t size)
{
	FUZZ_MUST(memchr(value, '\0', size) != NULL);
	FUZZ_MUST(fuzz_is_printable(value) && strchr(value, '"') == NULL);
}

static void
check_text(const char *text)
{
	const size_t length = strlen(text);

	FUZZ_MUST(length > 0 && length < OTP_FRAME_MAX);
	FUZZ_MUST(text[length - 1] == '\n');
	for (size_t i = 0; i < length; i++)
		FUZZ_MUST(
		    text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct otp_message message;
	char frame[OTP_FRAME_MAX];
	size_t length = 0;
	enum otp_err err;

	memset(&message, FUZZ_MARK, sizeof(message));
	err = otp_frame_read((const char *)data, size, &message);
	if (err != OTP_OK) {
		FUZZ_MUST(err == OTP_ERR_PARSE);
		FUZZ_MUST(fuzz_untouched(&message, sizeof(message)));
		return 0;
	}
	FUZZ_MUST(size <= OTP_FRAME_MAX);
	check_value(message.to.uri, sizeof(message.to.uri));
	check_value(message.user, sizeof(message.user));
	check_value(message.host, sizeof(message.host));
	check_value(message.service, sizeof(message.service));
	check_value(message.rhost, sizeof(message.rhost));
	check_value(message.time, sizeof(message.time));
	check_value(message.tag, sizeof(message.tag));
	check_text(message.text);
	FUZZ_MUST(otp_frame_write(&message, frame, &length) == OTP_OK);
	FUZZ_MUST(length == size && memcmp(frame, data, size) == 0);
	return 0;
}
