/* SPDX-License-Identifier: BSD-2-Clause */
/* An address as it is typed: refused, or a URI that is read and written. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/address.h"

static void
check_shown(const struct otp_address *address)
{
	char method[OTP_ADDRESS_SCHEME_MAX + 1];
	char masked[OTP_ADDRESS_MASKED_SIZE];
	const size_t scheme = otp_address_scheme(address);

	FUZZ_MUST(scheme >= 1 && scheme <= OTP_ADDRESS_SCHEME_MAX &&
	    address->uri[scheme] == ':');
	otp_address_method(address, method);
	FUZZ_MUST(method[0] != '\0' &&
	    strspn(method, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
		strlen(method));
	otp_address_mask(address, masked);
	FUZZ_MUST(strstr(masked, "***") != NULL);
}

static void
check_line(struct otp_address *address)
{
	char line[OTP_ADDRESS_LINE_SIZE];
	struct otp_address again;

	memset(address->secret, 7, sizeof(address->secret));
	otp_address_format_line(address, line);
	FUZZ_MUST(strchr(line, '\n') == NULL);
	FUZZ_MUST(
	    otp_address_parse_line(line, strlen(line), &again, NULL) == OTP_OK);
	FUZZ_MUST(memcmp(&again, address, sizeof(again)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct otp_fault fault = { 0 };
	struct otp_address address;
	char *text = fuzz_text(data, size);

	if (otp_address_read(text, &address, &fault) != OTP_OK) {
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
		free(text);
		return 0;
	}
	for (const char *at = address.uri; *at != '\0'; at++)
		FUZZ_MUST(*at > ' ' && *at <= '~' && *at != '\\' && *at != '"');
	if (strncmp(address.uri, "mailto:", 7) == 0)
		FUZZ_MUST(
		    strpbrk(address.uri + 7, ":,;?&%|<>()`$!*'/=") == NULL &&
		    address.uri[7] != '-');
	check_shown(&address);
	check_line(&address);
	free(text);
	return 0;
}
