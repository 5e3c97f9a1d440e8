/* SPDX-License-Identifier: BSD-2-Clause */
/* Damaged seeds and states: no answer, and a log line that says where. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "common/core/slots.h"
#include "tests/lib/host.h"

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define TOTP   "otpauth://totp/alice?secret=" SECRET
#define HOTP   "otpauth://hotp/alice?secret=" SECRET
#define ZEROS  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SALT   "00112233445566778899aabbccddeeff"

/* What was typed, and the seed's content, are in no line of the log. */
static void
says_no_secret(void)
{
	for (unsigned i = 0; i < fake.lines_count; i++) {
		assert_null(strstr(fake.lines[i].text, "GEZDGNB"));
		assert_null(strstr(fake.lines[i].text, "123456"));
	}
}

/* With such a seed there is no answer; the prompt is as always. */
static void
refuses_seed(struct host *host, const char *bytes, size_t size)
{
	char path[HOST_PATH_SIZE];
	struct host_bytes before = host_bytes(host, "alice");

	host_path(host, path, "store/seed/alice");
	sample_write(path, bytes, size, 0600);
	if (host_login(host, "alice", "123456") != PAM_AUTHINFO_UNAVAIL)
		fail_msg("taken: %s", bytes);
	assert_int_equal(host->seen.prompts, 1);
	assert_string_equal(host->seen.prompt[0].text, "One-time code: ");
	host_logged("unavailable", "parse");
	assert_int_equal(host_level(), LOG_ERR);
	assert_non_null(strstr(host_line(), "seed/alice"));
	says_no_secret();
	host_unchanged(host, "alice", &before);
}

static void
line_not_understood__is_named_by_its_number(void **state)
{
	static const char *const lines[] = {
		"steam://x",
		"otpauth://steam/alice?secret=" SECRET,
		"otpauth://totp/alice",
		"otpauth://totp/alice?secret=",
		TOTP "&secret=" SECRET,
		"otpauth://totp/alice?secret=GEZDGNB1",
		"otpauth://totp/alice?secret=GEZDGNBVGY3TQOI",
		"otpauth://totp/alice?secret=" ZEROS,
		TOTP "&digits=5",
		TOTP "&digits=9",
		TOTP "&digits=06",
		TOTP "&digits=+6",
		TOTP "&period=0",
		TOTP "&period=-30",
		TOTP "&period=14",
		TOTP "&period=121",
		TOTP "&period=18446744073709551616",
		TOTP "&algorithm=MD5",
		HOTP,
		HOTP "&counter=-1",
		HOTP "&counter=1e3",
		HOTP "&counter=18446744073709551616",
		TOTP "\r",
		"recovery:1790000000:sha256$" SALT "$00ff",
		"recovery:1790000000:sha256$0011$" SALT SALT,
		"recovery:md5$" SALT "$" SALT,
		"\xef\xbb\xbf" TOTP,
	};
	struct host *host = *state;
	char text[2048];

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "# one\n\n%s\n", lines[i]);
		refuses_seed(host, text, strlen(text));
		assert_true(host_line_has(0, "line=3"));
	}
}

static void
seed_as_a_whole__must_be_sound(void **state)
{
	static const char with_nul[] = TOTP "\n#\0\n";
	struct host *host = *state;
	char *text = calloc(1, 20000);

	assert_non_null(text);
	host_enrol_alice(host);
	refuses_seed(host, "", 0);
	refuses_seed(host, "# nobody\n", 9);
	refuses_seed(host, TOTP, strlen(TOTP)); /* torn */
	refuses_seed(host, with_nul, sizeof(with_nul) - 1);
	refuses_seed(host, TOTP "\n" TOTP "\n", 2 * strlen(TOTP "\n"));

	snprintf(text, 20000, "%s\n#%01023d\n", TOTP, 0); /* 1024 bytes */
	refuses_seed(host, text, strlen(text));
	snprintf(text, 20000, "%s\n", TOTP);
	for (size_t end = strlen(text); end < 16385; end++)
		text[end] = end % 100 == 99 || end == 16384 ? '\n' : '#';
	refuses_seed(host, text, 16385);

	text[0] = '\0';
	for (unsigned i = 0; i < 9; i++)
		snprintf(text + strlen(text), 200,
		    "otpauth://totp/t?secret=%cEZDGNBVGY3TQOJQ\n", 'A' + i);
	refuses_seed(host, text, strlen(text));
	free(text);
}

/* Whole files that are as large as they may be. */
static void
seed_at_its_bounds__is_taken(void **state)
{
	struct host *host = *state;
	char *text = calloc(1, 20000);
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char path[HOST_PATH_SIZE];
	size_t size = 0;
	char *seed = NULL;

	assert_non_null(text);
	host_enrol_alice(host);
	host_path(host, path, "store/seed/alice");
	seed = host_read(path, &size);
	snprintf(text, 20000, "%s#%01022d\n", seed, 0);
	for (size_t end = strlen(text); end < 16384; end++)
		text[end] = end % 100 == 99 || end == 16383 ? '\n' : '#';
	sample_write(path, text, 16384, 0600);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	free(seed);
	free(text);
}

/* Damage the state from OFFSET on. */
static void
scratch(struct host *host, size_t offset, size_t size)
{
	struct host_bytes all = host_bytes(host, "alice");
	char path[HOST_PATH_SIZE];

	for (size_t i = 0; i < size; i++)
		all.bytes[offset + i] ^= 0x5a;
	host_path(host, path, "store/state/alice");
	sample_write(path, all.bytes, sizeof(all.bytes), 0600);
}

static void
state_with_both_records_damaged__is_no_answer(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	scratch(host, 100, 8);
	scratch(host, 4196, 8);
	before = host_bytes(host, "alice");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "checksum");
	assert_non_null(strstr(host_line(), "state/alice"));
	host_unchanged(host, "alice", &before);
}

static void
state_of_a_later_version__is_no_answer(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	before = host_bytes(host, "alice");
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *slot = before.bytes + i * OTP_SLOTS_RECORD_SIZE;

		const size_t length = slot[24] | (size_t)slot[25] << 8;

		slot[8] = 2;
		assert_non_null(SHA256(slot, length, slot + length));
	}
	host_path(host, path, "store/state/alice");
	sample_write(path, before.bytes, sizeof(before.bytes), 0600);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "state-version");
	assert_non_null(strstr(host_line(), "state/alice"));
	host_unchanged(host, "alice", &before);
}

static void
state_with_one_record_damaged__counts_by_the_other(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct otp_state old;
	char spent[SAMPLE_CODE_SIZE];
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, -1, spent);
	host_code(&token, 0, code);
	old = host_state(host, "alice");
	host_state_put(host, "alice", &old);
	assert_int_equal(host_login(host, "alice", spent), PAM_SUCCESS);
	old = host_state(host, "alice");
	/* The record that is not in force: one has an even generation. */
	scratch(host, old.generation % 2 == 1 ? 4196 : 100, 8);
	if (host_state(host, "alice").generation != old.generation) {
		scratch(host, old.generation % 2 == 1 ? 4196 : 100, 8);
		scratch(host, old.generation % 2 == 1 ? 100 : 4196, 8);
	}
	assert_int_equal(host_state(host, "alice").generation, old.generation);
	assert_int_equal(host_login(host, "alice", spent), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
state_of_another_size_or_version__is_no_answer(void **state)
{
	struct host *host = *state;
	struct host_bytes all;
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	all = host_bytes(host, "alice");
	host_path(host, path, "store/state/alice");
	sample_write(path, all.bytes, sizeof(all.bytes) - 1, 0600);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	sample_write(path, all.bytes, 0, 0600);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(fake.lines_count, 1);
}

static void
seed_without_state__is_no_answer(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	host_seed(host, "alice", TOTP "\n");
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "no-state");
	host_path(host, path, "store/state/alice");
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
state_of_another_uid__is_no_answer(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_token(host, "alice", HOST_BOB_UID, &token);
	host_code(&token, 0, code);
	before = host_bytes(host, "alice");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "uid");
	host_unchanged(host, "alice", &before);
}

static void
hotp_counter_at_its_end__does_not_wrap(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_hotp(1);
	struct otp_state last;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
	last = host_state(host, "alice");
	last.credentials[0].value = UINT64_MAX;
	host_state_put(host, "alice", &last);
	sample_code(&token, UINT64_MAX, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "limit");
	assert_int_equal(
	    host_state(host, "alice").credentials[0].value, UINT64_MAX);
}

/* A period edited to and fro: no spent code fresh, nobody shut out. */
static void
edited_period__revives_nothing(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct otp_token slow = token;
	char path[HOST_PATH_SIZE];
	char spent[SAMPLE_CODE_SIZE];
	char code[SAMPLE_CODE_SIZE];
	char with_period[1200];
	size_t size = 0;
	char *seed = NULL;

	slow.period = 60;
	host_enrol_alice(host);
	host_path(host, path, "store/seed/alice");
	seed = host_read(path, &size);
	seed[size - 1] = '\0';
	snprintf(with_period, sizeof(with_period), "%s&period=60\n", seed);
	seed[size - 1] = '\n';

	host_code(&token, 0, spent);
	assert_int_equal(host_login(host, "alice", spent), PAM_SUCCESS);
	host_seed(host, "alice", with_period);
	host_code(&slow, 1, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	host_seed(host, "alice", seed);
	assert_int_equal(host_login(host, "alice", spent), PAM_AUTH_ERR);
	fake.now += 120;
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	free(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(line_not_understood__is_named_by_its_number),
		HOST_TEST(seed_as_a_whole__must_be_sound),
		HOST_TEST(seed_at_its_bounds__is_taken),
		HOST_TEST(state_with_both_records_damaged__is_no_answer),
		HOST_TEST(state_of_a_later_version__is_no_answer),
		HOST_TEST(state_with_one_record_damaged__counts_by_the_other),
		HOST_TEST(state_of_another_size_or_version__is_no_answer),
		HOST_TEST(seed_without_state__is_no_answer),
		HOST_TEST(state_of_another_uid__is_no_answer),
		HOST_TEST(hotp_counter_at_its_end__does_not_wrap),
		HOST_TEST(edited_period__revives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
