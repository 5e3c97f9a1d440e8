/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to and from pam_otpd: whatever the bytes are, either nothing comes
 * of them, or a message that is written as the same bytes.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/link/wire.h"

static void
check_request(const uint8_t *data, size_t size)
{
	struct otp_wire_request request;
	uint8_t again[OTP_WIRE_REQUEST_SIZE];

	memset(&request, FUZZ_MARK, sizeof(request));
	if (otp_wire_get_request(data, size, &request) != OTP_OK) {
		FUZZ_MUST(fuzz_untouched(&request, sizeof(request)));
		return;
	}
	FUZZ_MUST(size == sizeof(again));
	FUZZ_MUST((request.version != OTP_WIRE_VERSION) ==
	    otp_wire_is_other_version(data, size));
	FUZZ_MUST(request.version == OTP_WIRE_VERSION ||
	    request.verb != OTP_WIRE_ENROLL);
	FUZZ_MUST(otp_wire_put_request(&request, again) == OTP_OK);
	FUZZ_MUST(memcmp(again, data, size) == 0);
}

static bool
accepts(const struct otp_wire_answer *answer)
{
	return answer->answer.verdict == OTP_VERDICT_ACCEPT ||
	    answer->own.verdict == OTP_VERDICT_ACCEPT ||
	    answer->look.known.verdict == OTP_VERDICT_ACCEPT;
}

static void
check_answer(const uint8_t *data, size_t size)
{
	struct otp_wire_answer answer;
	uint8_t again[OTP_WIRE_ANSWER_SIZE];

	memset(&answer, FUZZ_MARK, sizeof(answer));
	if (otp_wire_get_answer(data, size, &answer) != OTP_OK) {
		FUZZ_MUST(fuzz_untouched(&answer, sizeof(answer)));
		return;
	}
	FUZZ_MUST(size == sizeof(again));
	FUZZ_MUST(answer.err == OTP_OK || !accepts(&answer));
	FUZZ_MUST(otp_wire_put_answer(&answer, again) == OTP_OK);
	FUZZ_MUST(memcmp(again, data, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_request(data, size);
	check_answer(data, size);
	if (otp_wire_is_other_version(data, size))
		FUZZ_MUST(size >= OTP_WIRE_VERSION_SIZE);
	return 0;
}
