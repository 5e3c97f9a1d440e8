/* SPDX-License-Identifier: BSD-2-Clause */
/* Notices to the owner: notify= on the module's line, and a socket that takes
   them; and what pam_otp_deliver(5) says of all messages. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <cmocka.h>

#include "common/core/frame.h"
#include "common/core/recovery.h"
#include "tests/lib/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define KEY                                                            \
	"SSH_AUTH_INFO_0=publickey ssh-ed25519 "                       \
	"AAAAC3NzaC1lZDI1NTE5AAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrwV6jY" \
	"0W2uelSo\n"
#define FROM "203.0.113.5" /* the host of the page */

/* --- the socket ----------------------------------------------------------- */

static int listener = -1;
static struct otp_message message; /* the last one that was taken */

static void
listen_there(struct host *host, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[HOST_PATH_SIZE];

	host_path(host, path, "run");
	(void)mkdir(path, 0700);
	host_path(host, path, "run/deliver");
	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	(void)unlink(path);
	listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(listener > 2);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, backlog), 0);
}

/* Whether a message came; it is in 'message'. */
static bool
came(void)
{
	char frame[OTP_FRAME_MAX + 1];
	size_t size = 0;
	ssize_t got;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return false;
	while ((got = read(fd, frame + size, sizeof(frame) - size)) > 0)
		size += (size_t)got;
	assert_int_equal(got, 0);
	(void)close(fd);
	assert_int_equal(otp_frame_read(frame, size, &message), OTP_OK);
	return true;
}

/* --- the page --------------------------------------------------------------- */

/* The display of pam_otp_deliver(5) after "message: NAME". */
static void
page_text(const char *name, char *ret_text, size_t size)
{
	const char *top = getenv("top_srcdir");
	char path[512], line[256], wanted[64];
	bool found = false, inside = false;
	FILE *page;

	(void)snprintf(path, sizeof(path), "%s/man/pam_otp_deliver.5",
	    top != NULL ? top : ".");
	(void)snprintf(wanted, sizeof(wanted), ".\\\" message: %s\n", name);
	page = fopen(path, "r");
	assert_non_null(page);
	ret_text[0] = '\0';
	while (fgets(line, sizeof(line), page) != NULL) {
		if (strcmp(line, wanted) == 0)
			found = true;
		else if (found && strncmp(line, ".Bd", 3) == 0)
			inside = true;
		else if (inside && strcmp(line, ".Ed\n") == 0)
			break;
		else if (inside)
			strncat(ret_text, line, size - strlen(ret_text) - 1);
	}
	(void)fclose(page);
	assert_true(inside);
}

/* Put TO in the place of FROM, wherever it is in TEXT. */
static void
replace(char *text, size_t size, const char *from, const char *to)
{
	char *at = text;

	while ((at = strstr(at, from)) != NULL) {
		char rest[2048];

		(void)snprintf(rest, sizeof(rest), "%s", at + strlen(from));
		(void)snprintf(
		    at, size - (size_t)(at - text), "%s%s", to, rest);
		at += strlen(to);
	}
}

/* What came is what the page says, but for this host, service and time. */
static void
assert_is_of_page(const char *name, const char *since)
{
	char text[2048], host[256], code[16];

	assert_int_equal(gethostname(host, sizeof(host)), 0);
	page_text(name, text, sizeof(text));
	(void)snprintf(code, sizeof(code), "%.9s", message.text);
	replace(text, sizeof(text), "sshd", "test");
	replace(text, sizeof(text), "web1", host);
	replace(text, sizeof(text), "2026-11-29", "2026-09-21");
	(void)snprintf(host, sizeof(host), "at %.5s", message.time + 11);
	replace(text, sizeof(text), "at 06:05", host);
	replace(text, sizeof(text), "05:03", since);
	if (message.kind == OTP_MESSAGE_CODE) {
		(void)snprintf(host, sizeof(host), "message %s.", message.tag);
		replace(text, sizeof(text), "message K7.", host);
		replace(text, sizeof(text), "4821 9930", code);
	}
	assert_string_equal(message.text, text);
}

/* --- alice, with two addresses --------------------------------------------- */

static struct otp_seed
addressed_seed(unsigned addresses)
{
	static const char *const uris[] = { "mailto:alice@example.org",
		"sms:+491701234567" };
	struct otp_seed seed = { .tokens_count = 1, .recovery_count = 8 };

	seed.tokens[0] = sample_totp(1);
	for (unsigned i = 0; i < 8; i++) {
		uint8_t code[OTP_RECOVERY_CODE_SIZE] = { (uint8_t)i };
		const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { (uint8_t)i };

		assert_int_equal(
		    otp_recovery_make(code, salt, &seed.recovery[i]), OTP_OK);
		seed.recovery[i].made = 1;
	}
	seed.addresses_count = addresses;
	for (unsigned i = 0; i < addresses; i++) {
		strcpy(seed.addresses[i].uri, uris[i]);
		memset(seed.addresses[i].secret, (int)i + 1,
		    OTP_ADDRESS_SECRET_SIZE);
	}
	return seed;
}

static void
configure(struct host *host, const char *arguments)
{
	char text[HOST_PATH_SIZE + 64], run[HOST_PATH_SIZE];

	host_path(host, run, "run");
	(void)snprintf(text, sizeof(text), "sockets = %s\n", run);
	host_configure(host, text);
	host_service(host, arguments);
}

static void
use(struct host *host, unsigned addresses)
{
	const struct otp_seed seed = addressed_seed(addresses);

	listen_there(host, 16);
	configure(host, "notify");
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
	host->app.pam_env = KEY;
	host->app.rhost = FROM;
}

static int
teardown(void **state)
{
	if (listener >= 0)
		(void)close(listener);
	listener = -1;
	return host_teardown(state);
}

/* A wrong code, of which so many messages came. */
static unsigned
told_of_wrong(struct host *host)
{
	unsigned count = 0;

	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	while (came())
		count++;
	return count;
}

/* FAILURES wrong codes in a row, before the next. */
static void
set_failures(struct host *host, uint32_t failures)
{
	struct otp_state state = host_state(host, "alice");

	state.tally.failures = failures;
	state.tally.wait_length = 0;
	state.tally.wait_until = 0;
	host_state_put(host, "alice", &state);
}

static void
wrong_code__is_told_to_all_addresses(void **state)
{
	struct host *host = *state;
	char name[256];

	use(host, 2);
	assert_int_equal(gethostname(name, sizeof(name)), 0);
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_true(came());
	assert_int_equal(message.kind, OTP_MESSAGE_NOTICE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_string_equal(message.user, "alice");
	assert_string_equal(message.host, name);
	assert_string_equal(message.service, "test");
	assert_string_equal(message.rhost, FROM);
	assert_string_equal(message.time, "2026-09-21T14:13:40Z");
	assert_string_equal(message.tag, "");
	assert_true(came());
	assert_string_equal(message.to.uri, "sms:+491701234567");
	assert_false(came());
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "result=refused"));
	assert_true(host_line_has(1, "result=sent"));
	assert_true(host_line_has(1, "reason=ok"));
	assert_true(host_line_has(1, "user=alice"));
	assert_true(host_line_has(1, "rhost=" FROM));
	assert_true(host_line_has(1, "notice=wrong-code"));
	assert_int_equal(LOG_PRI(fake.lines[1].priority), LOG_INFO);
}

static void
wrong_code__is_counted_for_an_hour(void **state)
{
	struct host *host = *state;
	char first[2048];

	use(host, 1);
	assert_int_equal(told_of_wrong(host), 1);
	strcpy(first, message.text);
	assert_null(strstr(first, "since"));
	for (unsigned i = 0; i < 11; i++) {
		set_failures(host, 0);
		assert_int_equal(told_of_wrong(host), 0);
	}
	fake.now += 3600;
	set_failures(host, 0);
	host->app.rhost = "203.0.113.99";
	assert_int_equal(told_of_wrong(host), 1);
	host->app.rhost = FROM;
	replace(message.text, sizeof(message.text), "203.0.113.99", FROM);
	assert_is_of_page("wrong-code", "14:13");
	/* the line of the count is what the two differ in */
	replace(message.text, sizeof(message.text),
	    "12 wrong codes since 14:13 UTC.\n", "");
	replace(message.text, sizeof(message.text), "15:13", "14:13");
	assert_string_equal(message.text, first);
}

static void
wrong_code__is_not_told_from_where_the_last_login_was(void **state)
{
	struct host *host = *state;

	use(host, 1);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_false(came());
	host_logged("accepted", "ok");
	assert_int_equal(told_of_wrong(host), 0);
	host->app.rhost = "203.0.113.6";
	assert_int_equal(told_of_wrong(host), 1);
}

/* They are sent for what nobody but the owner, or a thief, can cause. */
static void
notice__needs_a_first_factor(void **state)
{
	struct host *host = *state;

	use(host, 1);
	host->app.pam_env = NULL;
	assert_int_equal(told_of_wrong(host), 0);
	host_logged("refused", "wrong");
	host->app.pam_env = "SSH_AUTH_INFO_0=password\n";
	assert_int_equal(told_of_wrong(host), 0);
	host_logged("refused", "wrong");
	host->app.pam_env = KEY;
	assert_int_equal(told_of_wrong(host), 1);
}

static void
notice__is_sent_where_the_line_says_so(void **state)
{
	struct host *host = *state;

	use(host, 1);
	configure(host, "");
	assert_int_equal(told_of_wrong(host), 0);
	host_logged("refused", "wrong");
	configure(host, "notify=no");
	assert_int_equal(told_of_wrong(host), 0);
	configure(host, "notify=yes");
	assert_int_equal(told_of_wrong(host), 1);
}

static void
notice__is_sent_to_accounts_with_an_address(void **state)
{
	struct host *host = *state;

	use(host, 0);
	assert_int_equal(told_of_wrong(host), 0);
	host_logged("refused", "wrong");
}

static void
notify__cannot_be_combined_with_forward_pass(void **state)
{
	struct host *host = *state;

	use(host, 1);
	configure(host, "notify forward_pass");
	assert_int_equal(host_try_right(host), PAM_SERVICE_ERR);
	host_logged("misconfigured", "option");
	assert_true(host_line_has(0, "option=notify"));
}

static void
local_services__are_told_of_once_they_block(void **state)
{
	struct host *host = *state;

	use(host, 1);
	host->app.rhost = NULL;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(told_of_wrong(host), 0);
	assert_int_equal(told_of_wrong(host), 1);
	assert_true(host_line_has(1, "notice=delay"));
	assert_string_equal(message.rhost, "");
	assert_null(strstr(message.text, " from "));
	assert_non_null(strstr(message.text, "typed with test on "));
}

/* What an application calls its remote host can be anything. */
static void
notice__names_no_remote_host_but_an_address(void **state)
{
	struct host *host = *state;

	use(host, 1);
	host->app.rhost = "your.bank says: call";
	assert_int_equal(told_of_wrong(host), 1);
	assert_string_equal(message.rhost, "");
	assert_null(strstr(message.text, "bank"));
}

static void
delay__is_told(void **state)
{
	struct host *host = *state;

	use(host, 1);
	set_failures(host, 4);
	assert_int_equal(told_of_wrong(host), 1);
	assert_true(host_line_has(0, "delay=30s"));
	assert_true(host_line_has(1, "notice=delay"));
	assert_is_of_page("delay", "");
	fake.now += 30;
	assert_int_equal(told_of_wrong(host), 0);
	fake.now += 3600;
	assert_int_equal(told_of_wrong(host), 1);
	assert_is_of_page("delay-again", "14:13");
}

static void
lockout__is_told(void **state)
{
	struct host *host = *state;

	use(host, 1);
	set_failures(host, 99);
	assert_int_equal(told_of_wrong(host), 1);
	assert_true(host_line_has(1, "notice=lockout"));
	assert_is_of_page("lockout", "");
	assert_int_equal(told_of_wrong(host), 0);
	host_logged("refused", "locked-out");
}

static void
recovery_code__is_told(void **state)
{
	const uint8_t code[OTP_RECOVERY_CODE_SIZE] = { 3 };
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct host *host = *state;

	use(host, 1);
	otp_recovery_text(code, text);
	assert_int_equal(host_login(host, "alice", text), PAM_SUCCESS);
	assert_true(came());
	assert_false(came());
	assert_true(host_line_has(0, "method=recovery"));
	assert_true(host_line_has(1, "notice=recovery-code"));
	assert_is_of_page("recovery-code", "");
	assert_null(strstr(message.text, text));
}

static void
device__is_told(void **state)
{
	struct host *host = *state;

	use(host, 1);
	configure(host, "notify remember=key");
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_true(came());
	assert_false(came());
	assert_true(host_line_has(1, "notice=device"));
	assert_is_of_page("device", "");
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_false(came());
	host_logged("accepted", "known-device");
}

static char shown[SAMPLE_CODE_SIZE];

/* The flush that fails, of those that are still to come; 0: none. */
static unsigned flush_fails;
static unsigned fails_from_scan; /* of those after the app has the key */

static int
flush(long call, int fd)
{
	if (flush_fails > 0 && --flush_fails == 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(call, fd);
}

/* The module finds these before those of libc (fake.h). */
__attribute__((visibility("default"))) int
fsync(int fd)
{
	return flush(SYS_fsync, fd);
}

__attribute__((visibility("default"))) int
fdatasync(int fd)
{
	return flush(SYS_fdatasync, fd);
}

static void
set_up_app(struct host *host)
{
	struct otp_token app;

	if (host->seen.prompts != 2)
		return;
	host_scan(host, &app);
	host_code(&app, 0, shown);
	flush_fails = fails_from_scan;
}

/* By someone with an invitation, where there were so many addresses. */
static int
replace_all_of(struct host *host, const char *arguments, unsigned addresses)
{
	struct otp_seed seed = addressed_seed(addresses);
	char typed[OTP_RECOVERY_TEXT_SIZE];

	listen_there(host, 16);
	configure(host, arguments);
	host_invite_with(
	    host, "alice", HOST_ALICE_UID, &seed, HOST_NOW + 3600, typed);
	host->app.pam_env = KEY;
	host->app.rhost = FROM;
	host->app.at_prompt = set_up_app;
	host->app.answers[0] = typed;
	host->app.answers[1] = shown;
	host->app.answers[2] = "";
	return host_login(host, "alice", NULL);
}

static void
replace_all(struct host *host, const char *arguments, unsigned addresses)
{
	assert_int_equal(
	    replace_all_of(host, arguments, addresses), PAM_SUCCESS);
	assert_true(host_line_has(0, "reason=enrolled"));
}

static void
invitation__is_told_to_the_addresses_that_it_replaces(void **state)
{
	struct host *host = *state;

	replace_all(host, "notify enroll=invited", 2);
	assert_true(came());
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_is_of_page("invitation", "");
	assert_true(came());
	assert_string_equal(message.to.uri, "sms:+491701234567");
	assert_false(came());
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(1, "notice=invitation"));
}

/* Whether alice's seed has her new token alone. */
static bool
has_new_seed(struct host *host)
{
	struct otp_store *store;
	struct otp_seed seed;
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store");
	store = sample_open(path, "alice");
	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
	return !seed.invited && seed.addresses_count == 0;
}

/* The old addresses are told of a new token, also if the login is refused. */
static void
invitation__is_told_where_the_disk_fails_later(void **state)
{
	unsigned told = 0, refused = 0;
	int result = PAM_AUTHINFO_UNAVAIL;

	for (unsigned i = 1; result != PAM_SUCCESS; i++) {
		bool is_told;

		assert_int_equal(teardown(state), 0);
		assert_int_equal(host_setup(state), 0);
		fails_from_scan = i;
		result = replace_all_of(*state, "notify enroll=invited", 1);
		flush_fails = fails_from_scan = 0;
		is_told = came();
		assert_int_equal(is_told, has_new_seed(*state));
		if (result != PAM_SUCCESS)
			assert_int_equal(result, PAM_AUTHINFO_UNAVAIL);
		told += is_told && result != PAM_SUCCESS;
		refused += !is_told;
	}
	assert_true(told > 0 && refused > 0);
}

static void
invitation__is_told_where_the_line_says_so(void **state)
{
	struct host *host = *state;

	replace_all(host, "enroll=invited", 1);
	assert_false(came());
	assert_int_equal(fake.lines_count, 1);
}

static void
invitation__is_told_to_no_one_where_there_is_no_address(void **state)
{
	struct host *host = *state;

	replace_all(host, "notify enroll=invited", 0);
	assert_int_equal(fake.lines_count, 1);
}

/* At the second prompt the message has come. */
static void
read_mail(struct host *host)
{
	if (host->seen.prompts == 2)
		assert_true(came());
}

static void
code__is_that_of_the_page(void **state)
{
	struct host *host = *state;

	use(host, 1);
	configure(host, "deliver=yes");
	host->app.at_prompt = read_mail;
	host->app.answers[0] = "send";
	host->app.answers[1] = "";
	assert_int_equal(host_login(host, "alice", NULL), PAM_AUTH_ERR);
	assert_is_of_page("code", "");
}

/* --- no login waits for one, or fails by one ------------------------------- */

/* What becomes of a login does not, and one line says why. */
static void
assert_unsent(struct host *host, const char *errnum)
{
	char word[64];

	(void)snprintf(word, sizeof(word), "errno=%s", errnum);
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "reason=wrong"));
	assert_true(host_line_has(1, "result=unsent"));
	assert_true(host_line_has(1, "reason=no-socket"));
	assert_true(host_line_has(1, "notice=wrong-code"));
	if (!host_line_has(1, word))
		fail_msg("%s", fake.lines[1].text);
	assert_int_equal(LOG_PRI(fake.lines[1].priority), LOG_ERR);
	fake.now += 86400;
	set_failures(host, 0);
}

static void
login__goes_on_without_a_socket(void **state)
{
	const uint8_t code[OTP_RECOVERY_CODE_SIZE] = { 3 };
	char path[HOST_PATH_SIZE], text[OTP_RECOVERY_TEXT_SIZE];
	struct host *host = *state;

	use(host, 2);
	(void)close(listener);
	listener = -1;
	assert_unsent(host, "ECONNREFUSED");
	host_path(host, path, "run/deliver");
	assert_int_equal(unlink(path), 0);
	assert_unsent(host, "ENOENT");
	otp_recovery_text(code, text);
	assert_int_equal(host_login(host, "alice", text), PAM_SUCCESS);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(1, "notice=recovery-code"));
	assert_true(host_line_has(1, "result=unsent"));
}

static void
login__goes_on_with_a_socket_of_others(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	use(host, 1);
	host_path(host, path, "run");
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(told_of_wrong(host), 0);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(1, "reason=no-socket"));
	assert_true(host_line_has(1, "detail=writable-by-others"));
	assert_int_equal(chmod(path, 0700), 0);
}

static void
login__does_not_wait_for_a_full_socket(void **state)
{
	struct host *host = *state;
	unsigned sent = 0;

	use(host, 1);
	(void)close(listener);
	listen_there(host, 0);
	do {
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
		sent += host_line_has(1, "result=sent");
		fake.now += 86400;
		set_failures(host, 0);
	} while (host_line_has(1, "result=sent") && sent < 8);
	assert_true(sent >= 1 && sent < 8);
	assert_unsent(host, "EAGAIN");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, host_setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_code__is_told_to_all_addresses),
		TEST(wrong_code__is_counted_for_an_hour),
		TEST(wrong_code__is_not_told_from_where_the_last_login_was),
		TEST(notice__needs_a_first_factor),
		TEST(notice__is_sent_where_the_line_says_so),
		TEST(notice__is_sent_to_accounts_with_an_address),
		TEST(notify__cannot_be_combined_with_forward_pass),
		TEST(local_services__are_told_of_once_they_block),
		TEST(notice__names_no_remote_host_but_an_address),
		TEST(delay__is_told),
		TEST(lockout__is_told),
		TEST(recovery_code__is_told),
		TEST(device__is_told),
		TEST(invitation__is_told_to_the_addresses_that_it_replaces),
		TEST(invitation__is_told_where_the_disk_fails_later),
		TEST(invitation__is_told_where_the_line_says_so),
		TEST(invitation__is_told_to_no_one_where_there_is_no_address),
		TEST(code__is_that_of_the_page),
		TEST(login__goes_on_without_a_socket),
		TEST(login__goes_on_with_a_socket_of_others),
		TEST(login__does_not_wait_for_a_full_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
