/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts that an administrator suspended, through the real libpam. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

#define SUSPENDED \
	"Your account is suspended. Please contact your administrator."

static void
suspend(struct host *host, const char *account, bool suspended)
{
	struct otp_state state = host_state(host, account);

	state.suspended = suspended;
	host_state_put(host, account, &state);
}

static void
is_refused(struct host *host, const char *user, const char *answer)
{
	assert_int_equal(host_login(host, user, answer), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 0);
	host_logged("refused", "suspended");
	assert_int_equal(host_level(), LOG_WARNING);
}

static void
suspended__is_refused_before_all_else(void **state)
{
	static const char key[] =
	    "SSH_AUTH_INFO_0=publickey ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrwV6jY"
	    "0W2uelSo\n";
	struct otp_token token = sample_totp(1);
	struct host *host = *state;
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_service(host, "remember=key nullok");
	host->app.pam_env = key;
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host_try_wrong(host), PAM_SUCCESS);
	host_logged("accepted", "known-device");
	suspend(host, "alice", true);
	before = host_bytes(host, "alice");
	fake.now += 30;
	host_code(&token, 0, code);
	is_refused(host, "alice", code);
	host_told(host, PAM_ERROR_MSG, SUSPENDED);
	assert_true(host_line_has(0, "user=alice"));
	assert_true(host_line_has(0, "rhost=192.0.2.1"));
	host_unchanged(host, "alice", &before);
	host->app.flags = PAM_SILENT;
	is_refused(host, "alice", code);
	host_told_nothing(host);
	suspend(host, "alice", false);
	host->app.pam_env = NULL;
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

/* Not enrolled, and still not let in by nullok. */
static void
suspended__without_tokens_is_refused_with_nullok(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];
	struct otp_state of;

	host_enrol_alice(host);
	host_path(host, path, "store/seed/alice");
	assert_int_equal(unlink(path), 0);
	of = host_state(host, "alice");
	of.enrolled = false;
	of.suspended = true;
	host_state_put(host, "alice", &of);
	host_stack(host,
	    "auth required @MODULE@ nullok\nauth required pam_permit.so\n");
	is_refused(host, "alice", "123456");
	/* nor where nothing can be said of nullok itself */
	host_stack(host, "auth required @MODULE@ nullok_until=2026-12-31\n");
	fake.clock_fails = true;
	is_refused(host, "alice", "123456");
	fake.clock_fails = false;
	host_stack(host,
	    "auth required @MODULE@ nullok\nauth required pam_permit.so\n");
	suspend(host, "alice", false);
	host_path(host, path, "store/uid/5001");
	(void)unlink(path);
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SUCCESS);
	host_logged("ignored", "not-enrolled");
}

/* The store knows the name, so it can be logged. */
static void
suspended__virtual_user_is_named(void **state)
{
	struct otp_token token = sample_totp(2);
	struct host *host = *state;

	host_configure(host, "virtual_users\n");
	host_service(host, "");
	host_enrol_token(host, "vera", OTP_UID_VIRTUAL, &token);
	suspend(host, "vera", true);
	is_refused(host, "vera", "123456");
	assert_true(host_line_has(0, "user=vera"));
}

static void
exempt(struct host *host, const char *account, int64_t until, const char *text)
{
	struct otp_state state = host_state(host, account);

	state.exemption = (struct otp_exemption){ .until = until };
	(void)snprintf(
	    state.exemption.reason, sizeof(state.exemption.reason), "%s", text);
	host_state_put(host, account, &state);
}

static void
is_exempt(struct host *host, const char *user)
{
	assert_int_equal(host_login(host, user, "123456"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	host_logged("ignored", "exempt");
	assert_int_equal(host_level(), LOG_NOTICE);
}

static void
exempt__is_not_asked_and_each_use_is_logged(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host_stack(
	    host, "auth required @MODULE@\nauth required pam_permit.so\n");
	exempt(host, "alice", HOST_NOW + 120, "lost phone, ticket 12");
	is_exempt(host, "alice");
	assert_true(host_line_has(0, "user=alice"));
	assert_true(host_line_has(0, "until=2026-09-21T14:15Z"));
	assert_non_null(
	    strstr(host_line(), " because=\"lost phone, ticket 12\""));
	host_told(host, PAM_TEXT_INFO,
	    "You are not asked for a one-time code until 2026-09-21.");
	host->app.flags = PAM_SILENT;
	is_exempt(host, "alice");
	host_told_nothing(host);
	host->app.flags = 0;
	suspend(host, "alice", true);
	is_refused(host, "alice", "123456");
	suspend(host, "alice", false);
	is_exempt(host, "alice");
	fake.now = HOST_NOW + 120;
	assert_int_equal(host_login(host, "alice", "123456"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("refused", "wrong");
}

/* Alone in its stack, a line that is ignored lets none in. */
static void
exempt__alone_in_a_stack_is_denied(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	exempt(host, "alice", HOST_NOW + 120, "x");
	assert_int_not_equal(host_login(host, "alice", "123456"), PAM_SUCCESS);
	host_logged("ignored", "exempt");
}

/* Whatever wrote it into the state. */
static void
exempt__reason_is_no_other_line_or_key(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host_stack(
	    host, "auth required @MODULE@\nauth required pam_permit.so\n");
	exempt(host, "alice", HOST_NOW + 120,
	    "x\" result=accepted\nresult=accepted\x1b[2J");
	is_exempt(host, "alice");
	assert_non_null(strstr(host_line(),
	    "because=\"x\\x22 result=accepted\\x0aresult=accepted\\x1b[2J\""));
}

/* What cannot be read is told by the try. */
static void
standing__that_cannot_be_read_has_the_user_asked(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	suspend(host, "alice", true);
	host_path(host, path, "store/state/alice");
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("unavailable", "mode");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(suspended__is_refused_before_all_else),
		HOST_TEST(suspended__without_tokens_is_refused_with_nullok),
		HOST_TEST(suspended__virtual_user_is_named),
		HOST_TEST(exempt__is_not_asked_and_each_use_is_logged),
		HOST_TEST(exempt__alone_in_a_stack_is_denied),
		HOST_TEST(exempt__reason_is_no_other_line_or_key),
		HOST_TEST(standing__that_cannot_be_read_has_the_user_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
