/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments and the configuration file: a wrong one stops it before a prompt. */
#include "config.h"

#include <dlfcn.h>
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

#include "tests/lib/host.h"

/* Nobody is asked, nothing is told, and the log says what is wrong. */
static void
is_misconfigured(struct host *host, const char *word)
{
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
	assert_int_equal(host->seen.prompts, 0);
	host_told_nothing(host);
	host_logged("misconfigured", "option");
	assert_int_equal(host_level(), LOG_ERR);
	if (!host_line_has(0, word))
		fail_msg("no %s: %s", word, host_line());
	assert_true(strstr(host_line(), " detail=") != NULL ||
	    strstr(host_line(), " errno=") != NULL);
	assert_in_range(host->seen.delay, 1000000, 3000000);
}

static void
wrong_argument__is_named(void **state)
{
	static const struct {
		const char *arguments;
		const char *word;
	} rows[] = {
		{ "nonsense", "option=nonsense" },
		{ "nonsense=1", "option=nonsense" },
		{ "tries=0", "option=tries" }, { "tries=6", "option=tries" },
		{ "tries=+1", "option=tries" }, { "tries=1x", "option=tries" },
		{ "tries=", "option=tries" }, { "tries", "option=tries" },
		{ "tries=18446744073709551617", "option=tries" },
		{ "tries=2 tries=2", "option=tries" },
		{ "echo=maybe", "option=echo" }, { "echo echo", "option=echo" },
		{ "echo=no echo=yes", "option=echo" },
		{ "prompt=", "option=prompt" },
		{ "prompt=a\033[2Jb", "option=prompt" },
		{ "nullok_until=2026-02-30", "option=nullok_until" },
		{ "nullok_until=tomorrow", "option=nullok_until" },
		{ "nullok_until=26-01-01", "option=nullok_until" },
		{ "window=1", "option=window" },
		{ "lookahead=5", "option=lookahead" },
		{ "delay_after=3", "option=delay_after" },
		{ "lock_after=50", "option=lock_after" },
		{ "store=/var/lib/pam_otp", "option=store" },
		{ "virtual_users", "option=virtual_users" },
		{ "use_first_pass", "option=use_first_pass" },
		{ "try_first_pass", "option=try_first_pass" },
		{ "nullok NULLOK", "option=NULLOK" },
		{ "conf=/etc/shadow", "option=conf" }, /* a second one */
	};
	struct host *host = *state;

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		host_service(host, rows[i].arguments);
		is_misconfigured(host, rows[i].word);
	}
}

static void
wrong_line__is_named_by_file_and_number(void **state)
{
	static const struct {
		const char *line;
		const char *word;
	} rows[] = {
		{ "nonsense = 1", "option=nonsense" },
		{ "window = 3", "option=window" },
		{ "window = -1", "option=window" },
		{ "window", "option=window" },
		{ "lookahead = 0", "option=lookahead" },
		{ "lookahead = 21", "option=lookahead" },
		{ "delay_after = 0", "option=delay_after" },
		{ "delay_after = 11", "option=delay_after" },
		{ "lock_after = 9", "option=lock_after" },
		{ "lock_after = 101", "option=lock_after" },
		{ "store = /elsewhere", "option=store" }, /* a second one */
		{ "conf = /etc/passwd", "option=conf" },
		{ "virtual_users = 1", "option=virtual_users" },
		{ "tries = 9", "option=tries" },
	};
	struct host *host = *state;
	char text[256];
	char word[HOST_PATH_SIZE + 8];

	host_enrol_alice(host);
	snprintf(word, sizeof(word), "file=%s", host->conf);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(
		    text, sizeof(text), "# a comment\n\n%s\n", rows[i].line);
		host_configure(host, text);
		is_misconfigured(host, rows[i].word);
		assert_true(host_line_has(0, word));
		assert_true(host_line_has(0, "line=4"));
	}
}

static void
junk_in_the_file__is_refused(void **state)
{
	struct host *host = *state;
	static const char with_nul[] = "window = 1\0\n";
	static const char fleet[] =
	    "store = postgresql:/etc/pam_otp/fleet.conf\n";
	char *large = malloc(70000);

	assert_non_null(large);
	host_enrol_alice(host);
	host_configure(host, "= 1\n");
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
	host_configure(host, "\x7f\x45\x4c\x46\x02\n");
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
	sample_write(host->conf, with_nul, sizeof(with_nul) - 1, 0644);
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
	sample_write(host->conf, "store = relative\n", 17, 0644);
	is_misconfigured(host, "option=store");
	sample_write(host->conf, "store = other:/etc/x\n", 21, 0644);
	is_misconfigured(host, "option=store");
	/* pam_otpd(8) has the store of the default file. */
	sample_write(host->conf, fleet, sizeof(fleet) - 1, 0644);
	is_misconfigured(host, "option=conf");
	sample_write(host->conf, "store = /a/../b\n", 16, 0644);
	is_misconfigured(host, "option=store");
	memset(large, '#', 70000);
	large[69999] = '\n';
	sample_write(host->conf, large, 70000, 0644);
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
	free(large);
}

/* Where the store's line is missing, nobody may seem not to be enrolled. */
static void
file_cut_short__is_refused_with_nullok_too(void **state)
{
	struct host *host = *state;
	char word[HOST_PATH_SIZE + 8];
	char *text;
	size_t size = 0;

	host_enrol_alice(host);
	host_service(host, "nullok");
	snprintf(word, sizeof(word), "file=%s", host->conf);
	text = host_read(host->conf, &size);
	sample_write(host->conf, "", 0, 0644);
	is_misconfigured(host, word);
	assert_true(host_line_has(0, "detail=empty"));
	for (size_t cut = 1; cut < size; cut++) {
		sample_write(host->conf, text, cut, 0644);
		is_misconfigured(host, word);
		assert_true(host_line_has(0, "detail=no-newline"));
		assert_true(host_line_has(0, "line=1"));
	}
	sample_write(host->conf, text, size, 0644);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	free(text);
}

static void
file_not_to_be_trusted__is_refused(void **state)
{
	struct host *host = *state;
	char moved[HOST_PATH_SIZE];
	char word[HOST_PATH_SIZE + 8];

	host_enrol_alice(host);
	snprintf(word, sizeof(word), "file=%s", host->conf);
	assert_int_equal(chmod(host->conf, 0664), 0);
	is_misconfigured(host, word);
	assert_int_equal(chmod(host->conf, 0646), 0);
	is_misconfigured(host, word);
	assert_int_equal(chmod(host->conf, 0644), 0);
	host_path(host, moved, "moved");
	assert_int_equal(rename(host->conf, moved), 0);
	is_misconfigured(host, word); /* named, and not there */
	assert_int_equal(symlink(moved, host->conf), 0);
	is_misconfigured(host, word);
	assert_int_equal(unlink(host->conf), 0);
	assert_int_equal(mkdir(host->conf, 0755), 0);
	is_misconfigured(host, word);
	assert_int_equal(rmdir(host->conf), 0);
	assert_int_equal(mkfifo(host->conf, 0644), 0);
	is_misconfigured(host, word);
}

static void
file_of_somebody_else__is_refused(void **state)
{
	struct host *host = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(host->conf, 12345, 0), 0);
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
}

static void
named_file__must_be_absolute(void **state)
{
	struct host *host = *state;

	host_stack(host, "auth required @SO@ conf=pam_otp.conf\n");
	is_misconfigured(host, "option=conf");
	host_stack(host, "auth required @SO@ conf=\n");
	is_misconfigured(host, "option=conf");
}

static void
default_file__may_be_absent(void **state)
{
	struct host *host = *state;

	if (access("/etc/security/pam_otp.conf", F_OK) == 0 ||
	    access("/var/lib/pam_otp/seed/alice", F_OK) == 0)
		skip();
	host_stack(host, "auth required @SO@\n");
	host_login(host, "alice", "123456");
	assert_int_equal(host->seen.prompts, 1);
	assert_null(strstr(host_line(), "misconfigured"));
	assert_null(strstr(host_line(), "pam_otp.conf"));
	fake.by_name_errno = EIO;
	host_login(host, "alice", "123456");
	assert_null(strstr(host_line(), "pam_otp.conf"));
}

static void
argument__wins_over_the_file(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host_configure(host, "prompt = file\ntries = 1\nsilent\n");
	host_service(host, "prompt=argument silent=no");
	host_login(host, "alice", "1");
	assert_string_equal(host->seen.prompt[0].text, "argument");
	host_service(host, "");
	host_login(host, "alice", "1");
	assert_string_equal(host->seen.prompt[0].text, "file");
}

static void
endless_argument__is_refused(void **state)
{
	struct host *host = *state;
	int (*authenticate)(pam_handle_t *, int, int, const char **) = NULL;
	void *module = dlopen(getenv("PAM_OTP_SO"), RTLD_NOW);
	char *argument = malloc(65536);
	const char *arguments[] = { argument };
	pam_handle_t *pamh = NULL;

	assert_non_null(module);
	assert_non_null(argument);
	*(void **)&authenticate = dlsym(module, "pam_sm_authenticate");
	assert_non_null(authenticate);
	/* libpam's own lines are shorter: call the module as it would. */
	memset(argument, 'x', 65535);
	argument[65535] = '\0';
	pamh = host_start(host, "alice");
	assert_int_equal(authenticate(pamh, 0, 1, arguments), PAM_SERVICE_ERR);
	memcpy(argument, "prompt=", 7);
	assert_int_equal(authenticate(pamh, 0, 1, arguments), PAM_SERVICE_ERR);
	memcpy(argument, "conf=/", 6);
	assert_int_equal(authenticate(pamh, 0, 1, arguments), PAM_SERVICE_ERR);
	assert_int_equal(host->seen.prompts, 0);
	for (unsigned i = 0; i < fake.lines_count; i++)
		assert_true(fake.lines[i].length < 1200);
	pam_end(pamh, PAM_SUCCESS);
	dlclose(module);
	free(argument);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(wrong_argument__is_named),
		HOST_TEST(wrong_line__is_named_by_file_and_number),
		HOST_TEST(junk_in_the_file__is_refused),
		HOST_TEST(file_cut_short__is_refused_with_nullok_too),
		HOST_TEST(file_not_to_be_trusted__is_refused),
		HOST_TEST(file_of_somebody_else__is_refused),
		HOST_TEST(named_file__must_be_absolute),
		HOST_TEST(default_file__may_be_absent),
		HOST_TEST(argument__wins_over_the_file),
		HOST_TEST(endless_argument__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
