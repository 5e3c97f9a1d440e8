/* SPDX-License-Identifier: BSD-2-Clause */
/* Every outcome of pam_otp(8): PAM's code, the user's message, the log. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

#define UNAVAILABLE                                               \
	"Codes cannot be checked right now. Please contact your " \
	"administrator."

static void
right_code__lets_in_and_is_spent(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct otp_state after;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
	assert_string_equal(host->seen.prompt[0].text, "One-time code: ");
	assert_int_equal(host->seen.prompt[0].style, PAM_PROMPT_ECHO_OFF);
	host_told_nothing(host);
	host_logged("accepted", "ok");
	assert_int_equal(host_level(), LOG_INFO);
	after = host_state(host, "alice");
	assert_int_equal(after.last_success.time, HOST_NOW);
	assert_int_equal(after.credentials[0].value, HOST_NOW - 10 + 30);
	assert_int_equal(after.tally.failures, 0);
}

static void
replayed_hotp_code__has_a_button(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_hotp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
	(void)sample_code(&token, token.counter, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told(host, PAM_ERROR_MSG,
	    "That code was already used. Press the button for a new one.");
	host_logged("refused", "replay");
}

static void
replayed_code__is_refused_and_said_to_be_used(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told(host, PAM_ERROR_MSG,
	    "That code was already used. Wait for the next one.");
	host_logged("refused", "replay");
	assert_int_equal(host_state(host, "alice").tally.failures, 0);
}

static void
wrong_code__is_refused_without_a_word_and_charged(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_wrong_code(&token, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told_nothing(host);
	host_logged("refused", "wrong");
	assert_int_equal(host_level(), LOG_NOTICE);
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
}

static void
waiting_account__is_told_how_long(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	struct otp_state waiting;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	waiting = host_state(host, "alice");
	waiting.tally.failures = 5;
	waiting.tally.wait_length = 30;
	waiting.tally.wait_until = HOST_NOW + 17;
	host_state_put(host, "alice", &waiting);
	before = host_bytes(host, "alice");
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told(
	    host, PAM_ERROR_MSG, "Too many wrong codes. Try again in 17 s.");
	host_logged("refused", "blocked");
	assert_true(host_line_has(0, "delay=17s"));
	host_unchanged(host, "alice", &before);
}

static void
locked_account__is_told_whom_to_ask(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct otp_state locked;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	locked = host_state(host, "alice");
	locked.tally.failures = 100;
	host_state_put(host, "alice", &locked);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told(host, PAM_ERROR_MSG,
	    "Locked out after too many wrong codes. An administrator can "
	    "unlock the account.");
	host_logged("refused", "locked-out");
	assert_int_equal(host_level(), LOG_WARNING);
}

static void
malformed_code__is_told_what_a_code_is(void **state)
{
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	assert_int_equal(host_login(host, "alice", "12x456"), PAM_AUTH_ERR);
	host_told(host, PAM_ERROR_MSG, "A code has 6 to 8 digits.");
	host_logged("refused", "malformed");
	host_unchanged(host, "alice", &before);
}

static void
unenrolled_user__is_asked_and_refused(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(host_login(host, "bob", "123456"), PAM_AUTH_ERR);
	assert_string_equal(host->seen.prompt[0].text, "One-time code: ");
	host_told_nothing(host);
	host_logged("refused", "not-enrolled");
	assert_true(host_line_has(0, "user=bob"));
}

static void
unknown_user__is_asked_and_refused_unnamed(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(
	    host_login(host, "no-such-user", "123456"), PAM_AUTH_ERR);
	assert_string_equal(host->seen.prompt[0].text, "One-time code: ");
	host_told_nothing(host);
	host_logged("refused", "unknown-user");
	assert_null(strstr(host_line(), "no-such-user"));
	assert_null(strstr(host_line(), "user=no"));
}

static void
stand_in_of_sshd__is_refused_and_named_so(void **state)
{
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	assert_int_equal(
	    host_login(host, "alice", "\b\n\r\177INCORRECT"), PAM_AUTH_ERR);
	host_told_nothing(host);
	host_logged("refused", "withheld-by-sshd");
	host_unchanged(host, "alice", &before);
}

static void
damaged_seed__is_no_answer_and_said_so(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host_seed(host, "alice", "otpauth://totp/alice?secret=AAAA\n");
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	host_told(host, PAM_ERROR_MSG, UNAVAILABLE);
	host_logged("unavailable", "parse");
	assert_int_equal(host_level(), LOG_ERR);
	assert_true(host_line_has(0, "user=alice"));
	assert_true(host_line_has(0, "line=1"));
}

static void
unreachable_store__is_no_answer(void **state)
{
	struct host *host = *state;
	char marker[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, marker, "store/.store");
	assert_int_equal(unlink(marker), 0);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	host_told(host, PAM_ERROR_MSG, UNAVAILABLE);
	host_logged("unavailable", "no-store");
}

static void
failing_clock__is_no_answer(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	before = host_bytes(host, "alice");
	fake.clock_fails = true;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_told(host, PAM_ERROR_MSG, UNAVAILABLE);
	host_logged("unavailable", "clock");
	host_unchanged(host, "alice", &before);
}

static void
failing_user_database__is_no_answer_and_no_unknown_user(void **state)
{
	static const int failures[] = { EIO, EMFILE, ENFILE, EAGAIN, EACCES };
	struct host *host = *state;

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		fake.by_name_errno = failures[i];
		assert_int_equal(
		    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
		host_told(host, PAM_ERROR_MSG, UNAVAILABLE);
		host_logged("unavailable", "read");
		assert_null(strstr(host_line(), "alice"));
	}
}

static void
absent_in_other_words__is_an_unknown_user(void **state)
{
	static const int absent[] = { ENOENT, ESRCH };
	struct host *host = *state;

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		fake.by_name_errno = absent[i];
		assert_int_equal(
		    host_login(host, "somebody", "123456"), PAM_AUTH_ERR);
		host_logged("refused", "unknown-user");
	}
}

static void
database_out_of_memory__is_a_buffer_error(void **state)
{
	struct host *host = *state;

	fake.by_name_errno = ENOMEM;
	assert_int_equal(host_login(host, "alice", "123456"), PAM_BUF_ERR);
	host_told_nothing(host);
	host_logged("unavailable", "memory");
}

static void
large_and_interrupted_entry__is_found(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	fake.entry_size = 100000;
	fake.interrupts = 3;
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
entry_without_end__is_no_answer(void **state)
{
	struct host *host = *state;

	fake.entry_size = (size_t)1 << 40;
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_true(host_line_has(0, "errno=ERANGE"));
}

static void
name_spelt_otherwise__is_the_same_account(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "ALICE", code), PAM_SUCCESS);
	assert_true(host_line_has(0, "user=alice"));
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
}

static void
names_that_fit_nowhere__are_unknown_users(void **state)
{
	struct host *host = *state;
	char name[400];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(host_login(host, name, "123456"), PAM_AUTH_ERR);
	host_logged("refused", "unknown-user");
	name[256] = '\0';
	assert_int_equal(host_login(host, name, "123456"), PAM_AUTH_ERR);
	host_logged("refused", "unknown-user");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(host_login(host, "", "123456"), PAM_AUTH_ERR);
		host_logged("refused", "unknown-user");
		assert_int_equal(host->seen.prompts, 1);
		host_configure(host, "virtual_users\n");
	}
}

static void
canonical_name_that_fits_nowhere__is_an_unknown_user(void **state)
{
	struct host *host = *state;
	char name[400];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	host_configure(host, "virtual_users\n");
	fake.users[4] = (struct fake_user){ "short", name, 5005 };
	assert_int_equal(host_login(host, "short", "123456"), PAM_AUTH_ERR);
	host_logged("refused", "unknown-user");
	fake.users[4] = (struct fake_user){ "short", "", 5005 };
	assert_int_equal(host_login(host, "short", "123456"), PAM_AUTH_ERR);
	host_logged("refused", "unknown-user");
	fake.users[4] = (struct fake_user){ "short", "short", (uid_t)-1 };
	assert_int_equal(host_login(host, "short", "123456"), PAM_AUTH_ERR);
	host_logged("refused", "unknown-user");
}

static void
machines_own_user__is_found(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct passwd *self = getpwuid(geteuid());
	char code[SAMPLE_CODE_SIZE];
	char name[256];

	if (self == NULL)
		skip();
	snprintf(name, sizeof(name), "%s", self->pw_name);
	host_enrol_token(host, name, geteuid(), &token);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, name, code), PAM_SUCCESS);
}

static void
virtual_user__needs_the_option(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_token(host, "vpn-user", OTP_UID_VIRTUAL, &token);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "vpn-user", code), PAM_AUTH_ERR);
	host_logged("refused", "unknown-user");
	host_configure(host, "virtual_users\n");
	assert_int_equal(host_login(host, "vpn-user", code), PAM_SUCCESS);
	assert_true(host_line_has(0, "user=vpn-user"));
	assert_int_equal(host_login(host, "hunter2", "123456"), PAM_AUTH_ERR);
	host_logged("refused", "not-enrolled");
	assert_null(strstr(host_line(), "hunter2"));
}

static void
delay__is_requested_unless_nodelay(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host_login(host, "alice", "x");
	assert_in_range(host->seen.delay, 1000000, 3000000);
	host_service(host, "nodelay");
	host_login(host, "alice", "x");
	assert_int_equal(host->seen.delay, 0);
	host_service(host, "nonsense");
	host_login(host, "alice", "x");
	assert_in_range(host->seen.delay, 1000000, 3000000);
	host_service(host, "nodelay nonsense");
	host_login(host, "alice", "x");
	assert_in_range(host->seen.delay, 1000000, 3000000);
}

static void
setcred__is_success_and_changes_nothing(void **state)
{
	static const int flags[] = { 0, PAM_ESTABLISH_CRED, PAM_DELETE_CRED,
		PAM_REINITIALIZE_CRED, PAM_REFRESH_CRED,
		PAM_ESTABLISH_CRED | PAM_SILENT, 0x7fffffff };
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];
	pam_handle_t *pamh = NULL;

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host->app.answers[0] = code;
	before = host_bytes(host, "alice");
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		pamh = host_start(host, "alice");
		assert_int_equal(pam_setcred(pamh, flags[i]), PAM_SUCCESS);
		host_unchanged(host, "alice", &before);
		assert_int_equal(host->seen.prompts, 0);
		pam_end(pamh, PAM_SUCCESS);
	}
	pamh = host_start(host, "alice");
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	before = host_bytes(host, "alice");
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	host_unchanged(host, "alice", &before);
	pam_end(pamh, PAM_SUCCESS);
}

static void
second_line_in_one_stack__sees_a_replay(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_stack(host, "auth required @MODULE@\nauth required @MODULE@\n");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "reason=ok"));
	assert_true(host_line_has(1, "reason=replay"));
}

static void
other_lines_than_auth__fail_their_stacks(void **state)
{
	struct host *host = *state;
	pam_handle_t *pamh = NULL;

	host_enrol_alice(host);
	host_stack(host,
	    "account required @MODULE@\npassword required @MODULE@\n"
	    "session required @MODULE@\n");
	pamh = host_start(host, "alice");
	assert_int_not_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_int_not_equal(pam_chauthtok(pamh, 0), PAM_SUCCESS);
	assert_int_not_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_not_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	pam_end(pamh, PAM_SUCCESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(right_code__lets_in_and_is_spent),
		HOST_TEST(replayed_code__is_refused_and_said_to_be_used),
		HOST_TEST(replayed_hotp_code__has_a_button),
		HOST_TEST(wrong_code__is_refused_without_a_word_and_charged),
		HOST_TEST(waiting_account__is_told_how_long),
		HOST_TEST(locked_account__is_told_whom_to_ask),
		HOST_TEST(malformed_code__is_told_what_a_code_is),
		HOST_TEST(unenrolled_user__is_asked_and_refused),
		HOST_TEST(unknown_user__is_asked_and_refused_unnamed),
		HOST_TEST(stand_in_of_sshd__is_refused_and_named_so),
		HOST_TEST(damaged_seed__is_no_answer_and_said_so),
		HOST_TEST(unreachable_store__is_no_answer),
		HOST_TEST(failing_clock__is_no_answer),
		HOST_TEST(
		    failing_user_database__is_no_answer_and_no_unknown_user),
		HOST_TEST(absent_in_other_words__is_an_unknown_user),
		HOST_TEST(database_out_of_memory__is_a_buffer_error),
		HOST_TEST(large_and_interrupted_entry__is_found),
		HOST_TEST(entry_without_end__is_no_answer),
		HOST_TEST(name_spelt_otherwise__is_the_same_account),
		HOST_TEST(names_that_fit_nowhere__are_unknown_users),
		HOST_TEST(canonical_name_that_fits_nowhere__is_an_unknown_user),
		HOST_TEST(machines_own_user__is_found),
		HOST_TEST(virtual_user__needs_the_option),
		HOST_TEST(delay__is_requested_unless_nodelay),
		HOST_TEST(setcred__is_success_and_changes_nothing),
		HOST_TEST(second_line_in_one_stack__sees_a_replay),
		HOST_TEST(other_lines_than_auth__fail_their_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
