/* SPDX-License-Identifier: BSD-2-Clause */
/* A login that enrolls, with an invitation. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

#define UNTIL (HOST_NOW + 86400)

/* With an option and a word of 'enroll'. */
#define STACK                                                 \
	"auth required @MODULE@ %s enroll=%s\nauth required " \
	"pam_permit.so\n"

/* alice's, as it is typed. */
static char invitation[OTP_RECOVERY_TEXT_SIZE];

/* What the user's app was told, and shows. */
static struct otp_token app;
static char code[SAMPLE_CODE_SIZE];

/* What happens at a prompt, from 1; 0: never. */
static unsigned fails_at, changes_at;
static int wrong_steps; /* how many steps the app is off */

/* The files as they were. */
struct files {
	size_t seed_size;
	char *seed;
	struct host_bytes state;
};

static void
invite(struct host *host, const struct otp_token *token)
{
	host->app.pam_env = HOST_PUBLIC_KEY;
	host_invite(host, "alice", HOST_ALICE_UID, token, UNTIL, invitation);
	fails_at = changes_at = 0;
	wrong_steps = 0;
}

static struct files
files_now(struct host *host)
{
	struct files files = { .state = host_bytes(host, "alice") };
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store/seed/alice");
	files.seed = host_read(path, &files.seed_size);
	return files;
}

/* Frees FILES. */
static void
assert_no_change(struct host *host, struct files *files)
{
	struct files now = files_now(host);

	host_unchanged(host, "alice", &files->state);
	assert_int_equal(now.seed_size, files->seed_size);
	assert_memory_equal(now.seed, files->seed, now.seed_size);
	free(now.seed);
	free(files->seed);
}

static void
phone(struct host *host)
{
	if (host->seen.prompts == 2) {
		host_scan(host, &app);
		assert_int_equal(app.secret_size, 20);
	}
	if (host->seen.prompts >= 2)
		host_code(&app, wrong_steps, code);
	if (host->seen.prompts == fails_at)
		host->app.manner = HOST_FAILS;
	if (host->seen.prompts == changes_at)
		assert_int_equal(
		    pam_set_item(host->pamh, PAM_USER, "bob"), PAM_SUCCESS);
}

static int
enroll(struct host *host, const char *arguments)
{
	host_service(host, arguments);
	host->app.at_prompt = phone;
	host->app.answers[0] = invitation;
	host->app.answers[1] = code;
	host->app.answers[2] = "";
	return host_login(host, "alice", NULL);
}

static void
enroll__sets_up_a_token_and_lets_in(void **state)
{
	struct host *host = *state;
	struct otp_state after;
	char next[SAMPLE_CODE_SIZE], recovery[OTP_RECOVERY_TEXT_SIZE];

	invite(host, NULL);
	host->app.rhost = "203.0.113.7";
	assert_int_equal(enroll(host, "enroll=invited"), PAM_SUCCESS);
	host_logged("accepted", "enrolled");
	assert_true(host_line_has(0, "method=invitation"));
	assert_int_equal(host->seen.prompts, 3);
	assert_string_equal(
	    host->seen.prompt[0].text, "One-time code or invitation: ");
	assert_string_equal(host->seen.prompt[1].text,
	    "Enter the 6-digit code the app shows: ");
	assert_int_equal(host->seen.messages, 4);
	assert_true(strlen(host->seen.message[0].text) <= 40);
	memcpy(recovery, host->seen.message[3].text + 2, sizeof(recovery) - 1);
	recovery[sizeof(recovery) - 1] = '\0';
	after = host_state(host, "alice");
	assert_true(after.enrolled);
	assert_int_equal(after.last_success.time, fake.now);
	assert_string_equal(after.last_success.service, "test");
	assert_string_equal(after.last_success.host, "203.0.113.7");
	assert_int_equal(fake.unwiped, 0);

	host->app.at_prompt = NULL;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	host_code(&app, 1, next);
	assert_int_equal(host_login(host, "alice", next), PAM_SUCCESS);
	assert_int_equal(host_login(host, "alice", recovery), PAM_SUCCESS);
	assert_int_equal(host_login(host, "alice", invitation), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
}

/* At each prompt the user hangs up. */
static void
enroll__changes_nothing_until_the_last_answer(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	for (unsigned at = 1; at <= 3; at++) {
		struct files before = files_now(host);

		fails_at = at;
		assert_int_equal(enroll(host, "enroll=invited"), PAM_CONV_ERR);
		assert_int_equal(host->seen.prompts, at);
		host_logged("refused", "conversation");
		assert_no_change(host, &before);
		host->app.manner = HOST_ANSWERS_TEXT;
	}
	fails_at = 0;
	assert_int_equal(enroll(host, "enroll=invited"), PAM_SUCCESS);
}

static void
enroll__needs_an_application_that_shows_messages(void **state)
{
	struct host *host = *state;
	struct files before;

	invite(host, NULL);
	before = files_now(host);
	host->app.messages_fail = true;
	assert_int_equal(enroll(host, "enroll=invited"), PAM_CONV_ERR);
	host->app.messages_fail = false;
	for (unsigned after = 1; after <= 3; after++) {
		host->app.messages_fail_after = after;
		assert_int_equal(enroll(host, "enroll=invited"), PAM_CONV_ERR);
	}
	host->app.messages_fail_after = 0;
	assert_int_equal(enroll(host, "enroll=invited silent"), PAM_AUTH_ERR);
	host_logged("refused", "invited");
	host->app.flags = PAM_SILENT;
	assert_int_equal(enroll(host, "enroll=invited"), PAM_AUTH_ERR);
	host_logged("refused", "invited");
	assert_int_equal(host->seen.prompts, 1);
	assert_no_change(host, &before);
}

static void
enroll__is_off_by_default(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
		    enroll(host, i == 0 ? "" : "enroll=no"), PAM_AUTH_ERR);
		host_logged("refused", "invited");
		assert_int_equal(host->seen.prompts, 1);
		assert_string_equal(
		    host->seen.prompt[0].text, "One-time code: ");
		host_told(host, PAM_ERROR_MSG,
		    "That is an invitation. This service does not accept it. "
		    "Please ask your administrator where to use it.");
	}
}

static void
enroll__ends_after_three_wrong_codes(void **state)
{
	struct host *host = *state;
	struct files before;

	invite(host, NULL);
	before = files_now(host);
	wrong_steps = 20;
	host_service(host, "enroll=invited");
	host->app.at_prompt = phone;
	host->app.answers[0] = invitation;
	host->app.answers[1] = code;
	host->app.answers[2] = "what?";
	host->app.answers[3] = code;
	assert_int_equal(host_login(host, "alice", NULL), PAM_AUTH_ERR);
	host_logged("refused", "not-confirmed");
	assert_int_equal(host->seen.prompts, 4);
	assert_int_equal(host->seen.messages, 6);
	assert_string_equal(host->seen.message[2].text,
	    "The device's clock is 10 minutes ahead of this server's. Turn on "
	    "automatic time on the device.");
	assert_string_equal(host->seen.message[3].text,
	    "That is not a code: codes of this device have 6 digits.");
	assert_string_equal(host->seen.message[5].text,
	    "Nothing changed. The invitation still works. Delete the entry "
	    "from the app, log in again and start over.");
	assert_no_change(host, &before);
	wrong_steps = 0;
	assert_int_equal(enroll(host, "enroll=invited"), PAM_SUCCESS);
}

/* While this one asks, another login enrolls. */
static void
other_login(struct host *host)
{
	phone(host);
	if (host->seen.prompts == 3)
		host_seed(host, "alice",
		    "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		    "\n");
}

static void
enroll__that_another_login_finished_is_refused(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	host_service(host, "enroll=invited");
	host->app.at_prompt = other_login;
	host->app.answers[0] = invitation;
	host->app.answers[1] = code;
	host->app.answers[2] = "";
	assert_int_equal(host_login(host, "alice", NULL), PAM_AUTH_ERR);
	host_logged("refused", "invitation-ended");
	assert_false(host_state(host, "alice").enrolled);
}

static void
expired_invitation__says_so(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	fake.now = UNTIL;
	assert_int_equal(enroll(host, "enroll=invited"), PAM_AUTH_ERR);
	host_logged("refused", "invitation-expired");
	host_told(host, PAM_ERROR_MSG,
	    "That invitation has expired. Please ask your administrator for a "
	    "new "
	    "one.");
}

/* Its end comes while the user looks for the phone. */
static void
too_late(struct host *host)
{
	if (host->seen.prompts == 3)
		fake.now = UNTIL;
	phone(host);
}

static void
enroll__that_takes_too_long_is_refused(void **state)
{
	struct host *host = *state;
	struct files before;

	invite(host, NULL);
	before = files_now(host);
	host_service(host, "enroll=invited");
	host->app.at_prompt = too_late;
	host->app.answers[0] = invitation;
	host->app.answers[1] = code;
	host->app.answers[2] = "";
	assert_int_equal(host_login(host, "alice", NULL), PAM_AUTH_ERR);
	host_logged("refused", "invitation-ended");
	assert_no_change(host, &before);
}

static void
nullok__asks_the_invited_who_may_go_on(void **state)
{
	struct host *host = *state;
	struct files before;
	char text[256];

	invite(host, NULL);
	before = files_now(host);
	snprintf(text, sizeof(text), STACK, "nullok", "invited");
	host_stack(host, text);
	assert_int_equal(host_login(host, "alice", ""), PAM_SUCCESS);
	host_logged("ignored", "not-enrolled");
	assert_int_equal(host->seen.prompts, 1);
	assert_string_equal(
	    host->seen.prompt[0].text, "Invitation or code, or just Enter: ");
	assert_int_equal(host_login(host, "alice", "000000"), PAM_AUTH_ERR);
	host_logged("refused", "not-enrolled");
	snprintf(
	    text, sizeof(text), STACK, "nullok_until=2027-01-20", "invited");
	host_stack(host, text);
	assert_int_equal(host_login(host, "alice", ""), PAM_SUCCESS);
	assert_string_equal(host->seen.prompt[0].text,
	    "Invitation or code, or just Enter before "
	    "2027-01-20: ");
	assert_int_equal(host_login(host, "bob", ""), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	snprintf(text, sizeof(text), STACK, "nullok", "no");
	host_stack(host, text);
	assert_int_equal(host_login(host, "alice", ""), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	assert_no_change(host, &before);
}

static void
become_bob(struct host *host)
{
	assert_int_equal(
	    pam_set_item(host->pamh, PAM_USER, "bob"), PAM_SUCCESS);
}

static void
suspend_alice(struct host *host)
{
	struct otp_state state = host_state(host, "alice");

	state.suspended = !state.suspended;
	host_state_put(host, "alice", &state);
}

static void
enroll_alice(struct host *host)
{
	const struct otp_token token = sample_totp(1);
	const struct otp_seed seed = sample_seed(&token);
	const struct otp_state state =
	    sample_state(&seed, HOST_ALICE_UID, HOST_NOW - 60);
	struct otp_store *store = sample_open(host->store, "alice");
	struct otp_state old;

	assert_int_equal(otp_store_load(store, &old, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
	host_state_put(host, "alice", &state);
}

static void
refuses_to_pass(
    struct host *host, void (*change)(struct host *host), const char *reason)
{
	host->app.at_prompt = change;
	assert_int_equal(host_login(host, "alice", ""), PAM_AUTH_ERR);
	host_logged("refused", reason);
	host->app.at_prompt = NULL;
}

/* A prompt is left open, and Enter comes when all is different. */
static void
nullok__looks_again_when_the_user_goes_on(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	host_stack(host,
	    "auth required @MODULE@ nullok enroll=invited\nauth required "
	    "pam_permit.so\n");
	refuses_to_pass(host, become_bob, "changed-user");
	refuses_to_pass(host, suspend_alice, "suspended");
	suspend_alice(host);
	refuses_to_pass(host, enroll_alice, "malformed");
}

/* Enter is no way around the code of those who are enrolled. */
static void
nullok__does_not_let_the_enrolled_pass(void **state)
{
	const struct otp_token token = sample_totp(1);
	struct host *host = *state;

	invite(host, &token);
	host_stack(host,
	    "auth required @MODULE@ nullok enroll=invited\nauth required "
	    "pam_permit.so\n");
	assert_int_equal(host_login(host, "alice", ""), PAM_AUTH_ERR);
	assert_string_equal(
	    host->seen.prompt[0].text, "One-time code or invitation: ");
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(enroll(host, "enroll=invited"), PAM_SUCCESS);
	host->app.at_prompt = NULL;
	assert_int_equal(host_try_step(host, 1), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
}

/* Whoever finds a letter does not have the key or the password. */
static void
enroll__needs_a_first_factor(void **state)
{
	struct host *host = *state;
	struct files before;

	invite(host, NULL);
	before = files_now(host);
	host->app.pam_env = NULL;
	assert_int_equal(enroll(host, "enroll=invited"), PAM_AUTH_ERR);
	host_logged("refused", "invited");
	assert_int_equal(host->seen.prompts, 1);
	assert_no_change(host, &before);
}

static void
enroll__cannot_be_combined_with_forward_pass(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	assert_int_equal(
	    enroll(host, "enroll=invited forward_pass"), PAM_SERVICE_ERR);
	host_logged("misconfigured", "option");
	assert_int_equal(host->seen.prompts, 0);
}

static void
enroll__is_for_the_user_who_began(void **state)
{
	struct host *host = *state;
	struct files before;

	invite(host, NULL);
	before = files_now(host);
	for (changes_at = 2; changes_at <= 3; changes_at++) {
		assert_int_equal(enroll(host, "enroll=invited"), PAM_AUTH_ERR);
		host_logged("refused", "changed-user");
	}
	assert_no_change(host, &before);
}

static void
suspend_meanwhile(struct host *host)
{
	struct otp_state state;

	phone(host);
	if (host->seen.prompts != 3)
		return;
	state = host_state(host, "alice");
	state.suspended = true;
	host_state_put(host, "alice", &state);
}

static void
enroll__of_a_user_who_is_suspended_is_refused(void **state)
{
	struct host *host = *state;

	invite(host, NULL);
	host_service(host, "enroll=invited");
	host->app.at_prompt = suspend_meanwhile;
	host->app.answers[0] = invitation;
	host->app.answers[1] = code;
	host->app.answers[2] = "";
	assert_int_equal(host_login(host, "alice", NULL), PAM_AUTH_ERR);
	host_logged("refused", "suspended");
	assert_false(host_state(host, "alice").enrolled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(enroll__sets_up_a_token_and_lets_in),
		HOST_TEST(enroll__changes_nothing_until_the_last_answer),
		HOST_TEST(enroll__needs_an_application_that_shows_messages),
		HOST_TEST(enroll__is_off_by_default),
		HOST_TEST(enroll__ends_after_three_wrong_codes),
		HOST_TEST(enroll__that_another_login_finished_is_refused),
		HOST_TEST(expired_invitation__says_so),
		HOST_TEST(enroll__that_takes_too_long_is_refused),
		HOST_TEST(nullok__asks_the_invited_who_may_go_on),
		HOST_TEST(nullok__looks_again_when_the_user_goes_on),
		HOST_TEST(nullok__does_not_let_the_enrolled_pass),
		HOST_TEST(enroll__needs_a_first_factor),
		HOST_TEST(enroll__cannot_be_combined_with_forward_pass),
		HOST_TEST(enroll__is_for_the_user_who_began),
		HOST_TEST(enroll__of_a_user_who_is_suspended_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
