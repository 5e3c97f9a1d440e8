/* SPDX-License-Identifier: BSD-2-Clause */
/* The conversation: what applications do wrong, and asking again. */
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

/* Every answer that was given was wiped before it was freed. */
static void
all_wiped(void)
{
	if (FAKE_SANITIZED)
		return; /* there a leak is an error of its own */
	assert_int_equal(fake.freed, fake.watched_count);
	assert_int_equal(fake.unwiped, 0);
}

static void
failing_application__is_no_answer(void **state)
{
	static const struct {
		enum host_manner manner;
		int result;
	} rows[] = {
		{ HOST_FAILS, PAM_CONV_ERR },
		{ HOST_FAILS_WITH_RESPONSE, PAM_CONV_ERR },
		{ HOST_NO_RESPONSE, PAM_CONV_ERR },
		{ HOST_NO_TEXT, PAM_AUTH_ERR },
	};
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		host->app.manner = rows[i].manner;
		assert_int_equal(
		    host_login(host, "alice", NULL), rows[i].result);
		if (rows[i].result == PAM_CONV_ERR)
			host_told_nothing(host);
		host_logged("refused",
		    rows[i].result == PAM_CONV_ERR ? "conversation"
						   : "malformed");
		assert_int_equal(host_level(), LOG_NOTICE);
		host_unchanged(host, "alice", &before);
		all_wiped();
	}
}

static void
event_driven_application__is_called_again(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];
	pam_handle_t *pamh = NULL;

	host_enrol_alice(host);
	host_code(&token, 0, code);
	before = host_bytes(host, "alice");
	host->app.manner = HOST_WANTS_AGAIN;
	pamh = host_start(host, "alice");
	assert_int_equal(pam_authenticate(pamh, 0), PAM_INCOMPLETE);
	assert_int_equal(fake.lines_count, 0);
	host_unchanged(host, "alice", &before);
	host->app.manner = HOST_ANSWERS_TEXT;
	host->app.answers[0] = code;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 2);
	pam_end(pamh, PAM_SUCCESS);
}

static void
typed_text__is_wiped_in_every_outcome(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	if (FAKE_SANITIZED)
		skip();
	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	for (size_t i = 0; i < 5; i++) {
		const char *const typed[] = { code, code, wrong, "rubbish!",
			"another word of another length" };

		(void)host_login(host, "alice", typed[i]);
		assert_int_equal(fake.watched_count, 1);
		all_wiped();
	}
	(void)host_login(host, "nobody-at-all", code);
	all_wiped();
	fake.copied = "a password, typed as a name";
	(void)host_login(host, fake.copied, code);
	assert_int_equal(fake.watched_count, 2);
	all_wiped();
	fake.clock_fails = true;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	all_wiped();
	fake.clock_fails = false;
	host_service(host, "tries=3");
	host->app.answers[1] = "000";
	host->app.answers[2] = "111";
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	assert_int_equal(fake.watched_count, 3);
	all_wiped();
}

static void
messages_that_cannot_be_shown__change_no_verdict(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	host->app.messages_fail = true;
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host->seen.messages, 1);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(host->seen.messages, 1);
	host_logged("refused", "replay");

	host->app.messages_answered = true;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	all_wiped();
}

static void
silent__prompts_and_tells_nothing(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	host->app.flags = PAM_SILENT;
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
	host_told_nothing(host);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told_nothing(host);
	host->app.flags = 0;
	host_service(host, "silent");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told_nothing(host);
	host_seed(host, "alice", "rubbish\n");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_told_nothing(host);
}

/* What a silent login could not tell is told by the next one that can. */
static void
failures_not_told__are_told_later(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, -1, code);
	host_wrong_code(&token, wrong);
	host->app.rhost = "192.0.2.7";
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	host->app.flags = PAM_SILENT;
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	host->app.flags = 0;
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host->seen.messages, 1);
	assert_non_null(strstr(host->seen.message[0].text, "1 wrong code "));
	host_code(&token, 1, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	host_told_nothing(host);
}

static void
prompt__is_the_same_for_everybody(void **state)
{
	static const char *const users[] = { "alice", "bob", "nobody-at-all",
		"" };
	struct host *host = *state;
	struct otp_state locked;

	host_enrol_alice(host);
	locked = host_state(host, "alice");
	locked.tally.failures = 100;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		assert_int_equal(
		    host_login(host, users[i], "123456"), PAM_AUTH_ERR);
		assert_int_equal(host->seen.prompts, 1);
		assert_string_equal(
		    host->seen.prompt[0].text, "One-time code: ");
	}
	host_state_put(host, "alice", &locked);
	assert_int_equal(host_login(host, "alice", "123456"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	assert_string_equal(host->seen.prompt[0].text, "One-time code: ");
}

static void
become_bob(struct host *host)
{
	assert_int_equal(
	    pam_set_item(host->pamh, PAM_USER, "bob"), PAM_SUCCESS);
}

static void
user_changed_at_the_prompt__is_refused_uncharged(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes alices;
	struct host_bytes bobs;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_enrol_token(host, "bob", HOST_BOB_UID, &token);
	host_code(&token, 0, code);
	alices = host_bytes(host, "alice");
	bobs = host_bytes(host, "bob");
	host->app.at_prompt = become_bob;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_told_nothing(host);
	host_logged("refused", "changed-user");
	host_unchanged(host, "alice", &alices);
	host_unchanged(host, "bob", &bobs);
}

static void
pass_ten_minutes(struct host *host)
{
	struct otp_state now = host_state(host, "alice");

	/* Nobody is kept waiting: others can take the state and write it. */
	host_state_put(host, "alice", &now);
	fake.now += 600;
}

static void
slow_user__holds_nothing_and_is_judged_on_arrival(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char early[SAMPLE_CODE_SIZE];
	char late[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, early);
	host_code(&token, 20, late);
	host->app.at_prompt = pass_ten_minutes;
	assert_int_equal(host_login(host, "alice", early), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	fake.now -= 600;
	assert_int_equal(host_login(host, "alice", late), PAM_SUCCESS);
}

static void
reenrol(struct host *host)
{
	struct otp_token token = sample_totp(2);
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store/seed/alice");
	assert_int_equal(unlink(path), 0);
	host_path(host, path, "store/state/alice");
	assert_int_equal(unlink(path), 0);
	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
}

static void
seed_renewed_at_the_prompt__refuses_the_old_code(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host->app.at_prompt = reenrol;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
}

static void
tries__ask_again_after_a_wrong_code(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	host_service(host, "tries=3");
	host->app.answers[1] = "12345";
	host->app.answers[2] = code;
	assert_int_equal(host_login(host, "alice", wrong), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 3);
	assert_int_equal(fake.lines_count, 3);
	assert_true(host_line_has(0, "reason=wrong"));
	assert_true(host_line_has(1, "reason=malformed"));
	assert_true(host_line_has(2, "reason=ok"));

	host->app.answers[1] = wrong;
	host->app.answers[2] = "654321";
	host->app.answers[3] = "111111";
	assert_int_equal(host_login(host, "alice", "0"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 3);
}

static void
equal_answer__ends_it_after_one_comparison(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_wrong_code(&token, wrong);
	host_service(host, "tries=5");
	assert_int_equal(host_login(host, "alice", wrong), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 2);
	host_logged("refused", "wrong");
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
}

/* Who is told why he is refused is not asked again. */
static void
told_refusals__end_it(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct otp_state waiting;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_service(host, "tries=3");
	host->app.answers[1] = "111111";
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	waiting = host_state(host, "alice");
	waiting.tally.failures = 5;
	waiting.tally.wait_length = 30;
	waiting.tally.wait_until = fake.now + 30;
	host_state_put(host, "alice", &waiting);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	waiting.tally.failures = 100;
	host_state_put(host, "alice", &waiting);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
}

/* tries= must not tell who is there. */
static void
absent_accounts__are_asked_as_often(void **state)
{
	static const char *const users[] = { "alice", "bob", "nobody-at-all" };
	struct host *host = *state;

	host_enrol_alice(host);
	host_service(host, "tries=4");
	host->app.answers[1] = "111111";
	host->app.answers[2] = "1";
	host->app.answers[3] = "222222";
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		assert_int_equal(
		    host_login(host, users[i], "333333"), PAM_AUTH_ERR);
		assert_int_equal(host->seen.prompts, 4);
	}
}

static void
prompt_and_echo__are_the_services(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host_configure(host, "prompt = \"Code, please: \"\necho\n");
	assert_int_equal(host_login(host, "alice", "x"), PAM_AUTH_ERR);
	assert_string_equal(host->seen.prompt[0].text, "Code, please: ");
	assert_int_equal(host->seen.prompt[0].style, PAM_PROMPT_ECHO_ON);
	host_service(host, "[prompt=%s%n second: ] echo=no");
	assert_int_equal(host_login(host, "alice", "x"), PAM_AUTH_ERR);
	assert_string_equal(host->seen.prompt[0].text, "%s%n second: ");
	assert_int_equal(host->seen.prompt[0].style, PAM_PROMPT_ECHO_OFF);
}

/* Where the application names nobody, libpam asks for the name. */
static void
name_asked_for__is_used_and_may_fail(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host->app.answers[1] = code;
	assert_int_equal(host_login(host, NULL, "alice"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 2);
	host->app.manner = HOST_FAILS;
	assert_int_equal(host_login(host, NULL, "alice"), PAM_CONV_ERR);
	host_logged("refused", "conversation");
	host->app.manner = HOST_WANTS_AGAIN;
	assert_int_equal(host_login(host, NULL, "alice"), PAM_INCOMPLETE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(failing_application__is_no_answer),
		HOST_TEST(event_driven_application__is_called_again),
		HOST_TEST(typed_text__is_wiped_in_every_outcome),
		HOST_TEST(messages_that_cannot_be_shown__change_no_verdict),
		HOST_TEST(silent__prompts_and_tells_nothing),
		HOST_TEST(failures_not_told__are_told_later),
		HOST_TEST(prompt__is_the_same_for_everybody),
		HOST_TEST(user_changed_at_the_prompt__is_refused_uncharged),
		HOST_TEST(slow_user__holds_nothing_and_is_judged_on_arrival),
		HOST_TEST(seed_renewed_at_the_prompt__refuses_the_old_code),
		HOST_TEST(tries__ask_again_after_a_wrong_code),
		HOST_TEST(equal_answer__ends_it_after_one_comparison),
		HOST_TEST(told_refusals__end_it),
		HOST_TEST(absent_accounts__are_asked_as_often),
		HOST_TEST(prompt_and_echo__are_the_services),
		HOST_TEST(name_asked_for__is_used_and_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
