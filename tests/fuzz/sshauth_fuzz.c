/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SSH_AUTH_INFO_0: whatever it is, either no key comes of it, or one that
 * depends on a single line alone.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/sshauth.h"

/* The lines of TEXT that begin with "publickey", and the last one's place. */
static unsigned
count_keys(const char *text, const char **ret_line)
{
	unsigned count = 0;

	for (const char *at = text; at != NULL && *at != '\0';) {
		const char *end = strchr(at, '\n');

		if (strncmp(at, "publickey", 9) == 0 &&
		    strchr(" \n", at[9]) != NULL) {
			count++;
			*ret_line = at;
		}
		at = end == NULL ? NULL : end + 1;
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t key[OTP_DIGEST_SIZE], again[OTP_DIGEST_SIZE];
	char name[OTP_SSHAUTH_NAME_SIZE];
	char *text = fuzz_text(data, size);
	const char *line = NULL;
	enum otp_err err;

	memset(key, FUZZ_MARK, sizeof(key));
	err = otp_sshauth_key(text, key);
	if (err != OTP_OK) {
		FUZZ_MUST(err == OTP_ERR_ABSENT || err == OTP_ERR_PARSE);
		FUZZ_MUST(fuzz_untouched(key, sizeof(key)));
	} else {
		FUZZ_MUST(strlen(text) <= OTP_SSHAUTH_MAX);
		FUZZ_MUST(count_keys(text, &line) == 1);
		FUZZ_MUST(otp_sshauth_key(line, again) == OTP_OK);
		FUZZ_MUST(memcmp(key, again, sizeof(key)) == 0);
		otp_sshauth_name(key, name);
		FUZZ_MUST(strlen(name) == OTP_SSHAUTH_NAME_SIZE - 1);
		FUZZ_MUST(fuzz_is_printable(name));
	}
	free(text);
	return 0;
}
