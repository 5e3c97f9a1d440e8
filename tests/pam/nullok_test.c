/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nullok: who is surely not enrolled is not asked, and nobody else is let by.
 *
 * libpam lets in where the module ignores and pam_permit says yes; so in
 * these stacks PAM_SUCCESS without a prompt is what PAM_IGNORE becomes.
 */
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

static void
stack(struct host *host, const char *arguments)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "auth required @MODULE@ %s\nauth required pam_permit.so\n",
	    arguments);
	host_stack(host, text);
}

static void
is_ignored(struct host *host, const char *user)
{
	assert_int_equal(host_login(host, user, "123456"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	host_logged("ignored", "not-enrolled");
	assert_int_equal(host_level(), LOG_INFO);
}

static void
is_asked(struct host *host, const char *user, const char *reason)
{
	assert_int_equal(host_login(host, user, "123456"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("refused", reason);
}

static void
unenrolled_user__is_not_asked(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	stack(host, "");
	is_asked(host, "bob", "not-enrolled");
	stack(host, "nullok");
	is_ignored(host, "bob");
	assert_true(host_line_has(0, "user=bob"));
	host_told_nothing(host);
	stack(host, "nullok=no");
	is_asked(host, "bob", "not-enrolled");
	host_configure(host, "nullok\n");
	stack(host, "");
	is_ignored(host, "bob");
	stack(host, "nullok=no");
	is_asked(host, "bob", "not-enrolled");
}

/* An ignored line decides nothing: alone it lets nobody in. */
static void
only_line__denies(void **state)
{
	struct host *host = *state;

	host_service(host, "nullok");
	assert_int_not_equal(host_login(host, "bob", "123456"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
}

static void
enrolled_user__is_asked_as_ever(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	stack(host, "nullok");
	is_asked(host, "alice", "wrong");
	is_asked(host, "ALICE", "wrong");
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
}

static void
unknown_user__is_asked(void **state)
{
	struct host *host = *state;

	stack(host, "nullok");
	is_asked(host, "nobody-at-all", "unknown-user");
	is_asked(host, "", "unknown-user");
}

/* A second name of alice's uid is no way around her codes. */
static void
second_name_of_a_uid__is_asked(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	stack(host, "nullok");
	is_asked(host, HOST_SECOND, "not-enrolled");
}

static void
failing_user_database__ignores_nobody(void **state)
{
	static const int failures[] = { EIO, EMFILE, ENOMEM, EACCES };
	struct host *host = *state;

	stack(host, "nullok");
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		fake.by_uid_errno = failures[i];
		assert_int_not_equal(
		    host_login(host, "bob", "123456"), PAM_SUCCESS);
		assert_int_equal(host->seen.prompts, 0);
		assert_true(host_line_has(0, "result=unavailable") ||
		    strstr(host_line(), "result=unavailable") != NULL);
		fake.by_uid_errno = 0;
		fake.by_name_errno = failures[i];
		assert_int_not_equal(
		    host_login(host, "bob", "123456"), PAM_SUCCESS);
		fake.by_name_errno = 0;
	}
	fake.by_uid_errno = ENOENT;
	is_asked(host, "bob", "not-enrolled");
}

/* "Not there" has to be sure: anything else is no answer. */
static void
is_unavailable(struct host *host, const char *user, const char *reason)
{
	assert_int_equal(
	    host_login(host, user, "123456"), PAM_AUTHINFO_UNAVAIL);
	host_told(host, PAM_ERROR_MSG,
	    "Codes cannot be checked right now. Please contact your "
	    "administrator.");
	host_logged("unavailable", reason);
}

static void
doubtful_absence__is_no_answer(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];
	char moved[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, moved, "moved");
	stack(host, "nullok");

	host_path(host, path, "store/.store");
	assert_int_equal(rename(path, moved), 0);
	is_unavailable(host, "bob", "no-store");
	assert_int_equal(rename(moved, path), 0);
	is_ignored(host, "bob");

	/* the seed is gone, but the state says enrolled */
	host_path(host, path, "store/seed/alice");
	assert_int_equal(rename(path, moved), 0);
	is_unavailable(host, "alice", "read");
	assert_int_equal(rename(moved, path), 0);

	/* the state is gone, but there is a seed */
	host_path(host, path, "store/state/alice");
	assert_int_equal(rename(path, moved), 0);
	is_unavailable(host, "alice", "no-state");
	assert_int_equal(rename(moved, path), 0);

	host_path(host, path, "store/seed");
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(
	    host_login(host, "bob", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(rename(moved, path), 0);

	host_path(host, path, "store/state");
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(
	    host_login(host, "bob", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(rename(moved, path), 0);
	is_ignored(host, "bob");
}

static void
forbidden_store__is_no_answer(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	if (geteuid() == 0)
		skip(); /* nothing is forbidden to root */
	stack(host, "nullok");
	host_path(host, path, "store/seed");
	assert_int_equal(chmod(path, 0), 0);
	is_unavailable(host, "bob", "read");
	assert_int_equal(chmod(path, 0700), 0);
}

/* Who was removed is not enrolled; his state stays. */
static void
removed_user__is_not_asked(void **state)
{
	struct host *host = *state;
	struct otp_state removed;
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	removed = host_state(host, "alice");
	removed.enrolled = false;
	host_state_put(host, "alice", &removed);
	host_path(host, path, "store/seed/alice");
	assert_int_equal(unlink(path), 0);
	stack(host, "nullok");
	is_ignored(host, "alice");
}

static void
date__ends_it_and_is_told(void **state)
{
	struct host *host = *state;

	stack(host, "nullok_until=2026-12-31"); /* HOST_NOW is in September */
	is_ignored(host, "bob");
	host_told(host, PAM_TEXT_INFO,
	    "From 2026-12-31 on, you need a one-time code to log in here.");
	fake.now = 1798675199; /* 2026-12-30 23:59:59 */
	is_ignored(host, "bob");
	fake.now++;
	is_asked(host, "bob", "not-enrolled");
	host_told_nothing(host);
	stack(host, "nullok nullok_until=2026-12-31");
	is_asked(host, "bob", "not-enrolled");
	fake.now = HOST_NOW;
	stack(host, "nullok_until=2026-12-31 silent");
	is_ignored(host, "bob");
	host_told_nothing(host);
	stack(host, "nullok_until=2028-02-29");
	is_ignored(host, "bob");
	assert_non_null(strstr(host->seen.message[0].text, " 2028-02-29 "));
	stack(host, "nullok_until=2100-03-01");
	is_ignored(host, "bob");
	assert_non_null(strstr(host->seen.message[0].text, " 2100-03-01 "));
}

static void
failing_clock__ignores_nobody(void **state)
{
	struct host *host = *state;

	stack(host, "nullok_until=2026-12-31");
	fake.clock_fails = true;
	is_unavailable(host, "bob", "clock");
	assert_int_equal(host->seen.prompts, 0);
}

/* A day that is over does not come again; who is enrolled is asked. */
static void
clock_before_the_release__lets_no_one_in(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_hotp(1);

	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
	stack(host, "nullok_until=2026-12-31");
	fake.now = INT64_C(1767225599);
	is_unavailable(host, "bob", "clock");
	assert_true(host_line_has(0, "detail=before-release"));
	assert_int_equal(host_login(host, "alice", "000000"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	fake.now++;
	is_ignored(host, "bob");
	/* nullok alone asks no clock */
	fake.now = 1;
	stack(host, "nullok");
	is_ignored(host, "bob");
}

static void
renamed_account__is_not_ignored(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);

	host_enrol_token(host, "former", HOST_BOB_UID, &token);
	for (unsigned i = 0; i < 2; i++) {
		stack(host, i == 0 ? "nullok" : "nullok_until=2026-12-31");
		is_unavailable(host, "bob", "uid");
		assert_true(host_line_has(0, "detail=other-name"));
		assert_true(host_line_has(0, "name=former"));
		assert_true(host_line_has(0, "file=uid/5002"));
	}
}

/* An argument wins: a service that says no is strict whatever the file says. */
static void
argument_no__wins_over_the_files_date(void **state)
{
	struct host *host = *state;

	host_configure(host, "nullok_until = 2026-12-31\n");
	stack(host, "");
	assert_int_equal(host_login(host, "bob", "123456"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	stack(host, "nullok=no");
	is_asked(host, "bob", "not-enrolled");
	stack(host, "nullok=no nullok_until=2026-12-31");
	is_asked(host, "bob", "not-enrolled");
}

static void
virtual_users__exclude_it(void **state)
{
	static const char *const arguments[] = { "nullok",
		"nullok_until=2026-12-31" };
	struct host *host = *state;

	host_configure(host, "virtual_users\n");
	for (size_t i = 0; i < 2; i++) {
		stack(host, arguments[i]);
		assert_int_equal(
		    host_login(host, "bob", "123456"), PAM_SERVICE_ERR);
		assert_int_equal(host->seen.prompts, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(unenrolled_user__is_not_asked),
		HOST_TEST(only_line__denies),
		HOST_TEST(enrolled_user__is_asked_as_ever),
		HOST_TEST(unknown_user__is_asked),
		HOST_TEST(second_name_of_a_uid__is_asked),
		HOST_TEST(failing_user_database__ignores_nobody),
		HOST_TEST(doubtful_absence__is_no_answer),
		HOST_TEST(forbidden_store__is_no_answer),
		HOST_TEST(removed_user__is_not_asked),
		HOST_TEST(date__ends_it_and_is_told),
		HOST_TEST(failing_clock__ignores_nobody),
		HOST_TEST(clock_before_the_release__lets_no_one_in),
		HOST_TEST(renamed_account__is_not_ignored),
		HOST_TEST(argument_no__wins_over_the_files_date),
		HOST_TEST(virtual_users__exclude_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
