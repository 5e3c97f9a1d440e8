/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: one escaped, bounded line, whatever it is about. */
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

#include "tests/lib/host.h"

/* No byte of a line is a control or beyond ASCII, and it has an end. */
static void
all_plain(void)
{
	for (unsigned i = 0; i < fake.lines_count; i++) {
		const struct fake_line *line = &fake.lines[i];

		assert_in_range(line->length, 1, 1200);
		for (size_t j = 0; j < line->length; j++)
			assert_in_range(line->text[j], ' ', '~');
		assert_int_equal(line->priority & LOG_FACMASK, LOG_AUTHPRIV);
	}
}

static void
hostile_items__are_escaped_and_bounded(void **state)
{
	static char endless[4097];
	static const char *const texts[] = { "a\nresult=accepted user=root",
		"\033]0;title\007", "\xff\xfe\x80\xc3", "%n%n%s%s",
		"\"quoted\\", " ", "a b", "=", endless };
	struct host *host = *state;

	memset(endless, '\n', sizeof(endless) - 1);
	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		host->app.rhost = texts[i];
		host->app.tty = host->app.ruser = NULL;
		assert_int_equal(
		    host_login(host, "alice", "123456"), PAM_AUTH_ERR);
		assert_int_equal(fake.lines_count, 1);
		all_plain();
		assert_null(strstr(host_line(), " result=accepted user=root"));
		assert_non_null(strstr(host_line(), " user=alice rhost="));
		host->app.rhost = NULL;
		host->app.tty = host->app.ruser = texts[i];
		assert_int_equal(
		    host_login(host, "alice", "123456"), PAM_AUTH_ERR);
		assert_int_equal(fake.lines_count, 1);
		all_plain();
		fake.now += 3600;
	}
}

static void
hostile_names__are_escaped_or_left_out(void **state)
{
	static const char *const names[] = { "a\nb", "a\033[2Jb", "\xe4\xf6",
		"%n%s", "a b", "\"" };
	struct host *host = *state;
	struct otp_token token = sample_totp(1);

	host_configure(host, "virtual_users\n");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    host_login(host, names[i], "123456"), PAM_AUTH_ERR);
		assert_null(strstr(host_line(), "user="));
		all_plain();
		host_enrol_token(host, names[i], OTP_UID_VIRTUAL, &token);
		assert_int_equal(
		    host_login(host, names[i], "123456"), PAM_AUTH_ERR);
		assert_non_null(strstr(host_line(), " user="));
		all_plain();
	}
}

/* A name that only the store could know is perhaps a password. */
static void
failing_store__names_no_virtual_user(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char path[HOST_PATH_SIZE];
	char name[256];

	host_configure(host, "virtual_users\n");
	memset(name, '#', sizeof(name) - 1); /* no file can be called so */
	memcpy(name, "hunter2", 7);
	name[sizeof(name) - 1] = '\0';
	assert_int_not_equal(host_login(host, name, "123456"), PAM_SUCCESS);
	assert_null(strstr(host_line(), "hunter2"));

	if (geteuid() != 0) {
		host_path(host, path, "store/state");
		assert_int_equal(chmod(path, 0), 0);
		assert_int_equal(host_login(host, "hunter2", "123456"),
		    PAM_AUTHINFO_UNAVAIL);
		assert_null(strstr(host_line(), "hunter2"));
		assert_int_equal(chmod(path, 0700), 0);
	}

	host_path(host, path, "store/.store");
	assert_int_equal(truncate(path, 7), 0);
	assert_int_equal(
	    host_login(host, "hunter2", "123456"), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "store-version");
	assert_null(strstr(host_line(), "hunter2"));
	assert_int_equal(unlink(path), 0);
	sample_write(path, "pam_otp store 1\n", 16, 0600);

	host_enrol_token(host, "vpn", OTP_UID_VIRTUAL, &token);
	host_seed(host, "vpn", "rubbish\n");
	assert_int_equal(
	    host_login(host, "vpn", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_true(host_line_has(0, "user=vpn"));
	assert_non_null(strstr(host_line(), "seed/vpn"));
}

static void
keys__come_in_their_order(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host->app.rhost = "203.0.113.5";
	host->app.tty = "ssh";
	host->app.ruser = "somebody";
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_string_equal(host_line(),
	    "pam_otp(test:auth): result=accepted reason=ok user=alice "
	    "rhost=203.0.113.5 token=\"host:token1\" method=totp failures=0");
	host->app.rhost = NULL;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_string_equal(host_line(),
	    "pam_otp(test:auth): result=refused reason=replay user=alice "
	    "tty=ssh ruser=somebody token=\"host:token1\" method=totp "
	    "failures=0");
	host->app.rhost = "";
	assert_int_equal(host_login(host, "alice", "9"), PAM_AUTH_ERR);
	assert_string_equal(host_line(),
	    "pam_otp(test:auth): result=refused reason=malformed user=alice "
	    "tty=ssh ruser=somebody");
}

static void
late_code__has_its_drift(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, -5, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_string_equal(host_line(),
	    "pam_otp(test:auth): result=refused reason=wrong user=alice "
	    "failures=1 drift=-150s");
	host_code(&token, 5, code); /* never of a code to come */
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_null(strstr(host_line(), "drift="));
}

static void
fault__has_file_errno_and_detail(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, path, "store/seed/alice");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_non_null(strstr(host_line(), "seed/alice"));
	assert_true(host_line_has(0, "detail=open-to-others"));
	assert_true(host_line_has(0, "mode=0644"));
	all_plain();
	fake.by_name_errno = EIO;
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_string_equal(host_line(),
	    "pam_otp(test:auth): result=unavailable reason=read errno=EIO "
	    "detail=user-database");
}

/* Also without nullok, where no earlier look names the file. */
static void
missing_file__is_named(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE], away[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, path, "store/seed/alice");
	host_path(host, away, "away");
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_true(host_line_has(0, "detail=seed-gone"));
	assert_true(host_line_has(0, "file=seed/alice"));
	assert_int_equal(rename(away, path), 0);
	host_path(host, path, "store/state/alice");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_true(host_line_has(0, "detail=not-adopted"));
	assert_true(host_line_has(0, "file=state/alice"));
}

/* What root may not do, something else than modes forbids. */
static void
refusal_met_by_root__has_a_hint(void **state)
{
	struct host *host = *state;

	fake.by_name_errno = EACCES;
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	if (geteuid() == 0)
		assert_non_null(strstr(host_line(), "SELinux or AppArmor"));
	else
		assert_null(strstr(host_line(), "SELinux or AppArmor"));
}

static void
many_failures_in_a_month__are_a_warning_of_their_own(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct otp_state now;
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	now = host_state(host, "alice");
	now.tally.month_failures = 48;
	now.tally.month_since = HOST_NOW - 86400;
	host_state_put(host, "alice", &now);
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	assert_int_equal(fake.lines_count, 1);
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	assert_int_equal(fake.lines_count, 2);
	assert_string_equal(fake.lines[1].text,
	    "pam_otp(test:auth): warning=\"50 wrong codes in 30 days\" "
	    "user=alice");
	assert_int_equal(fake.lines[1].priority, LOG_AUTHPRIV | LOG_WARNING);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(fake.lines_count, 2);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(fake.lines_count, 1); /* a replay is no failure */
}

static void
never_logs(const char *word)
{
	for (unsigned i = 0; i < fake.lines_count; i++)
		if (strstr(fake.lines[i].text, word) != NULL)
			fail_msg("\"%s\" in: %s", word, fake.lines[i].text);
}

static void
debug__tells_more_and_no_secret(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];
	char typed[128];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	host_service(host, "debug nullok tries=2");
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_true(fake.lines_count > 2);
	assert_int_equal(fake.lines[0].priority, LOG_AUTHPRIV | LOG_DEBUG);
	all_plain();
	never_logs(code);
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	never_logs(wrong);
	assert_int_equal(host_login(host, "hunter2", code), PAM_AUTH_ERR);
	never_logs("hunter2");
	never_logs(code);
	assert_int_equal(
	    host_login(host, "alice", "0123-abcd-hunter2"), PAM_AUTH_ERR);
	never_logs("hunter2");
	host_service(host, "debug forward_pass");
	snprintf(typed, sizeof(typed), "hunter2%s", wrong);
	assert_int_equal(host_login(host, "alice", typed), PAM_AUTH_ERR);
	never_logs("hunter2");
	never_logs(wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(hostile_items__are_escaped_and_bounded),
		HOST_TEST(hostile_names__are_escaped_or_left_out),
		HOST_TEST(failing_store__names_no_virtual_user),
		HOST_TEST(keys__come_in_their_order),
		HOST_TEST(late_code__has_its_drift),
		HOST_TEST(fault__has_file_errno_and_detail),
		HOST_TEST(missing_file__is_named),
		HOST_TEST(refusal_met_by_root__has_a_hint),
		HOST_TEST(many_failures_in_a_month__are_a_warning_of_their_own),
		HOST_TEST(debug__tells_more_and_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
