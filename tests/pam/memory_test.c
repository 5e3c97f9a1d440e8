/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left in the memory of a host process when pam_authenticate() has
 * returned: no secret, and nothing that was typed.  And what is left when the
 * module has been loaded and unloaded often: nothing more than at first.
 *
 * The host is a process of its own, this program started anew, which knows no
 * secret but what it reads from a pipe into the answer that libpam gets.  It
 * stops once it has its result; then all that it may write to is looked
 * through, as in a core that is taken then.
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/base32.h"
#include "tests/lib/host.h"
#include "tests/unit/unit.h"

#define NEEDLES	    16
#define NEEDLE_SIZE 128
#define TYPED_FD    3 /* of the host */
#define PASSWORD    "correct horse battery"

/* --- the host --- */

static char *volatile kept; /* by an application that does not care */

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *context)
{
	struct pam_response *response =
	    calloc((size_t)count, sizeof(*response));
	ssize_t length;

	(void)context;
	if (response == NULL)
		return PAM_BUF_ERR;
	*ret_responses = response;
	if (messages[0]->msg_style != PAM_PROMPT_ECHO_OFF)
		return PAM_SUCCESS;
	response->resp = calloc(1, NEEDLE_SIZE);
	if (response->resp == NULL)
		return PAM_BUF_ERR;
	length = read(TYPED_FD, response->resp, NEEDLE_SIZE - 1);
	if (length > 0 && getenv("HOST_KEEPS") != NULL)
		kept = strdup(response->resp);
	return length > 0 ? PAM_SUCCESS : PAM_CONV_ERR;
}

static void
no_delay(int status, unsigned delay, void *context)
{
	(void)status;
	(void)delay;
	(void)context;
}

/* One login, and stop before libpam cleans up; the result. */
static int
be_a_host(char **argv)
{
	const struct pam_conv conv = { converse, NULL };
	void (*const delay)(int, unsigned, void *) = no_delay;
	const void *item = NULL;
	pam_handle_t *pamh = NULL;
	int result;

	fake.now = strtoll(argv[4], NULL, 10);
	fake.clock_fails = fake.now == 0;
	fake.users[0] = (struct fake_user){ "alice", "alice", HOST_ALICE_UID };
	fake.users[1] = (struct fake_user){ "bob", "bob", HOST_BOB_UID };
	result = pam_start_confdir("test", argv[3], &conv, argv[2], &pamh);
	memcpy(&item, &delay, sizeof(item));
	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_FAIL_DELAY, item);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	(void)raise(SIGSTOP);
	(void)pam_end(pamh, result);
	return result;
}

/* --- who looks --- */

struct needle {
	const char *name;
	uint8_t bytes[NEEDLE_SIZE];
	size_t size;
};

static struct {
	struct needle needles[NEEDLES];
	unsigned needles_count;
	unsigned found[NEEDLES];
	uint64_t looked_at; /* bytes, of one process */
	unsigned processes;
} scan;

static void
add_needle(const char *name, const void *bytes, size_t size)
{
	struct needle *needle = &scan.needles[scan.needles_count++];

	assert_in_range(scan.needles_count, 1, NEEDLES);
	assert_in_range(size, 6, NEEDLE_SIZE);
	needle->name = name;
	memcpy(needle->bytes, bytes, size);
	needle->size = size;
}

static void
add_secret(const struct otp_token *token)
{
	char text[NEEDLE_SIZE];
	uint8_t padded[OTP_SECRET_MAX];

	add_needle("the secret", token->secret, token->secret_size);
	otp_base32_encode(token->secret, token->secret_size, text);
	add_needle("the secret as text", text, strlen(text));
	/* As HMAC begins with it. */
	for (size_t i = 0; i < token->secret_size; i++)
		padded[i] = token->secret[i] ^ 0x36;
	add_needle("the inner key", padded, token->secret_size);
	for (size_t i = 0; i < token->secret_size; i++)
		padded[i] = token->secret[i] ^ 0x5c;
	add_needle("the outer key", padded, token->secret_size);
}

static void
look_through(const uint8_t *bytes, size_t size)
{
	for (unsigned i = 0; i < scan.needles_count; i++) {
		const struct needle *needle = &scan.needles[i];
		const uint8_t *at = bytes;
		size_t left = size;

		while ((at = memmem(at, left, needle->bytes, needle->size)) !=
		    NULL) {
			scan.found[i]++;
			at++;
			left = size - (size_t)(at - bytes);
		}
	}
}

/* All that PROCESS may write to. */
static void
look_at(pid_t process)
{
	char path[64], line[512];
	FILE *maps;
	int memory;

	memset(scan.found, 0, sizeof(scan.found));
	scan.looked_at = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)process);
	maps = fopen(path, "re");
	assert_non_null(maps);
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)process);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(memory >= 0);
	while (fgets(line, sizeof(line), maps) != NULL) {
		uint64_t first, end;
		char mode[8];
		uint8_t *bytes;

		assert_int_equal(sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s",
				     &first, &end, mode),
		    3);
		if (mode[0] != 'r' || mode[1] != 'w')
			continue;
		bytes = malloc(end - first);
		assert_non_null(bytes);
		assert_int_equal(
		    pread(memory, bytes, end - first, (off_t)first),
		    end - first);
		look_through(bytes, end - first);
		scan.looked_at += end - first;
		free(bytes);
	}
	(void)close(memory);
	(void)fclose(maps);
}

static _Noreturn void
become_host(const struct host *host, const char *user, int typed)
{
	char now[32];

	(void)snprintf(now, sizeof(now), "%" PRId64,
	    fake.clock_fails ? (int64_t)0 : fake.now);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
	    dup2(typed, TYPED_FD) == TYPED_FD)
		execl("/proc/self/exe", "memory_test", "--host", host->pamd,
		    user, now, NULL);
	_exit(99);
}

/* A login of USER, who types TYPED; its result, once SCAN has looked at it. */
static int
log_in(const struct host *host, const char *user, const char *typed)
{
	int ends[2], status = 0;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	/* Each prompt reads all of it; the next one gets an end of file. */
	assert_int_equal(
	    write(ends[1], typed, strlen(typed)), (ssize_t)strlen(typed));
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		(void)close(ends[1]);
		become_host(host, user, ends[0]);
	}
	assert_int_not_equal(child, -1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	look_at(child);
	scan.processes++;
	assert_int_equal(kill(child, SIGCONT), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
assert_nothing_left(const char *what)
{
	unsigned found = 0;

	for (unsigned i = 0; i < scan.needles_count; i++) {
		if (scan.found[i] == 0)
			continue;
		found++;
		print_message("# %s: %s is left %u times\n", what,
		    scan.needles[i].name, scan.found[i]);
	}
	assert_int_equal(found, 0);
}

/* Nothing of it is left of a login that types TYPED, and ends with RESULT. */
static void
leaves_nothing(const struct host *host, const char *what, const char *user,
    const char *typed, int result)
{
	const unsigned count = scan.needles_count;

	if (strlen(typed) >= 6)
		add_needle("what was typed", typed, strlen(typed));
	assert_int_equal(log_in(host, user, typed), result);
	assert_nothing_left(what);
	scan.needles_count = count;
}

static bool
begin(struct host *host, const struct otp_token *token)
{
	if (FAKE_SANITIZED)
		return false; /* it keeps copies of its own */
	memset(&scan, 0, sizeof(scan));
	add_secret(token);
	host_service(host, "nodelay");
	return true;
}

static void
memory__is_looked_through(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	if (!begin(host, &token))
		skip();
	host_enrol_alice(host);
	host_code(&token, 0, code);
	add_needle("what was typed", code, strlen(code));
	assert_int_equal(setenv("HOST_KEEPS", "yes", 1), 0);
	assert_int_equal(log_in(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(unsetenv("HOST_KEEPS"), 0);
	assert_true(scan.found[scan.needles_count - 1] > 0);
}

static void
codes__leave_nothing_in_memory(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], wrong[SAMPLE_CODE_SIZE];
	struct otp_state held;

	if (!begin(host, &token))
		skip();
	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	leaves_nothing(host, "right", "alice", code, PAM_SUCCESS);
	leaves_nothing(host, "replay", "alice", code, PAM_AUTH_ERR);
	leaves_nothing(host, "wrong", "alice", wrong, PAM_AUTH_ERR);
	leaves_nothing(host, "malformed", "alice",
	    "what one types by mistake: a password", PAM_AUTH_ERR);
	leaves_nothing(host, "not enrolled", "bob", code, PAM_AUTH_ERR);
	leaves_nothing(host, "unknown", "nobody-there", code, PAM_AUTH_ERR);
	host_service(host, "nodelay debug tries=3");
	leaves_nothing(host, "debug", "alice", wrong, PAM_CONV_ERR);
	held = host_state(host, "alice");
	held.tally.failures = 100;
	host_state_put(host, "alice", &held);
	leaves_nothing(host, "locked", "alice", code, PAM_AUTH_ERR);
	held = host_state(host, "alice");
	held.tally.failures = 6;
	held.tally.wait_length = 60;
	held.tally.wait_until = fake.now + 60;
	host_state_put(host, "alice", &held);
	leaves_nothing(host, "waiting", "alice", code, PAM_AUTH_ERR);
	print_message("# ran: memory of %u host processes looked through, "
		      "%" PRIu64 " bytes of the last one\n",
	    scan.processes, scan.looked_at);
}

/* What cannot be judged: the seed was read, or not even that. */
static void
faults__leave_nothing_in_memory(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], text[NEEDLE_SIZE * 2], base32[NEEDLE_SIZE];

	if (!begin(host, &token))
		skip();
	host_enrol_alice(host);
	host_code(&token, 0, code);
	fake.clock_fails = true;
	leaves_nothing(host, "no clock", "alice", code, PAM_AUTHINFO_UNAVAIL);
	fake.clock_fails = false;
	otp_base32_encode(token.secret, token.secret_size, base32);
	(void)snprintf(text, sizeof(text),
	    "otpauth://totp/host:alice?secret=%s\nrubbish\n", base32);
	host_seed(host, "alice", text);
	leaves_nothing(host, "torn seed", "alice", code, PAM_AUTHINFO_UNAVAIL);
	(void)snprintf(text, sizeof(text),
	    "otpauth://totp/host:alice?secret=%s&digits=5\n", base32);
	host_seed(host, "alice", text);
	leaves_nothing(
	    host, "refused seed", "alice", code, PAM_AUTHINFO_UNAVAIL);
	(void)snprintf(
	    text, sizeof(text), "otpauth://totp/host:alice?secret=%s", base32);
	host_seed(host, "alice", text);
	leaves_nothing(host, "cut seed", "alice", code, PAM_AUTHINFO_UNAVAIL);
	host_service(host, "nonsense");
	leaves_nothing(host, "option", "alice", code, PAM_SERVICE_ERR);
}

static void
recovery_codes__leave_nothing_in_memory(void **state)
{
	struct host *host = *state;
	static const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 1, 2, 3 };
	struct otp_seed seed = { .tokens_count = 1, .recovery_count = 1 };
	uint8_t raw[OTP_RECOVERY_CODE_SIZE];
	char text[OTP_RECOVERY_TEXT_SIZE], plain[OTP_RECOVERY_TEXT_SIZE];
	uint64_t random = 1;
	size_t length = 0;

	seed.tokens[0] = sample_totp(1);
	if (!begin(host, &seed.tokens[0]))
		skip();
	unit_fill(&random, raw, sizeof(raw));
	otp_recovery_text(raw, text);
	for (size_t i = 0; text[i] != '\0'; i++)
		if (text[i] != '-')
			plain[length++] = text[i];
	plain[length] = '\0';
	add_needle("the recovery code's bytes", raw, sizeof(raw));
	add_needle("the recovery code without dashes", plain, length);
	assert_int_equal(
	    otp_recovery_make(raw, salt, &seed.recovery[0]), OTP_OK);
	seed.recovery[0].made = 1;
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
	leaves_nothing(host, "not enrolled", "bob", text, PAM_AUTH_ERR);
	leaves_nothing(host, "right", "alice", text, PAM_SUCCESS);
	leaves_nothing(host, "again", "alice", text, PAM_AUTH_ERR);
	text[0] = text[0] == 'A' ? 'B' : 'A';
	leaves_nothing(host, "wrong", "alice", text, PAM_AUTH_ERR);
}

/* libpam itself keeps the password that was handed on, and that alone. */
static void
passwords__leave_nothing_but_what_is_handed_on(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], typed[NEEDLE_SIZE];

	if (!begin(host, &token))
		skip();
	host_service(host, "nodelay forward_pass");
	host_enrol_alice(host);
	host_wrong_code(&token, code);
	(void)snprintf(typed, sizeof(typed), PASSWORD "%s", code);
	add_needle("the password", PASSWORD, strlen(PASSWORD));
	add_needle("the code", code, strlen(code));
	leaves_nothing(host, "wrong", "alice", typed, PAM_AUTH_ERR);
	leaves_nothing(host, "not enrolled", "bob", typed, PAM_AUTH_ERR);
	scan.needles_count -= 2;
	host_code(&token, 0, code);
	(void)snprintf(typed, sizeof(typed), PASSWORD "%s", code);
	add_needle("the code", code, strlen(code));
	leaves_nothing(host, "right", "alice", typed, PAM_SUCCESS);
	add_needle("the password", PASSWORD, strlen(PASSWORD));
	leaves_nothing(host, "replay", "alice", typed, PAM_AUTH_ERR);
	fake.now += 60;
	host_code(&token, 0, code);
	(void)snprintf(typed, sizeof(typed), PASSWORD "%s", code);
	assert_int_equal(log_in(host, "alice", typed), PAM_SUCCESS);
	assert_int_equal(scan.found[scan.needles_count - 1], 1);
}

/* --- loaded and unloaded --- */

struct size {
	unsigned mappings;
	unsigned descriptors;
	unsigned long resident; /* KiB */
};

static struct size
measure(void)
{
	struct size size = { 0 };
	char line[512];
	FILE *file = fopen("/proc/self/maps", "re");
	DIR *folder;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		size.mappings++;
	(void)fclose(file);
	file = fopen("/proc/self/status", "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "VmRSS: %lu", &size.resident) == 1)
			break;
	(void)fclose(file);
	folder = opendir("/proc/self/fd");
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		size.descriptors++;
	(void)closedir(folder);
	return size;
}

static void
grows_no_more(const char *what, unsigned times, const struct size *before)
{
	const struct size after = measure();

	print_message("# ran: %s %u times: mappings %u -> %u, descriptors "
		      "%u -> %u, resident %lu -> %lu KiB\n",
	    what, times, before->mappings, after.mappings, before->descriptors,
	    after.descriptors, before->resident, after.resident);
	assert_int_equal(after.mappings, before->mappings);
	assert_int_equal(after.descriptors, before->descriptors);
	assert_in_range(after.resident, 0, before->resident + 128);
}

static void
module__can_be_loaded_a_thousand_times(void **state)
{
	struct size before = { 0 };

	(void)state;
	if (FAKE_SANITIZED)
		skip();
	for (unsigned i = 0; i < 1100; i++) {
		void *module = dlopen(getenv("PAM_OTP_SO"), RTLD_NOW);

		assert_non_null(module);
		assert_int_equal(dlclose(module), 0);
		if (i == 99)
			before = measure();
	}
	grows_no_more("module loaded and unloaded", 1000, &before);
}

/* libpam loads it each time, and gives it back; it stays where it is. */
static void
logins__leave_a_process_as_large_as_it_was(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	const char *form = getenv("LONG");
	const unsigned times = form && *form ? 1000 : 100;
	struct size before = { 0 };

	if (FAKE_SANITIZED)
		skip();
	host_enrol_alice(host);
	for (unsigned i = 0; i < times + 20; i++) {
		char code[SAMPLE_CODE_SIZE];

		fake.now += 30;
		host_code(&token, 0, code);
		assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
		if (i == 19)
			before = measure();
	}
	grows_no_more("logins in one process,", times, &before);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(memory__is_looked_through),
		HOST_TEST(codes__leave_nothing_in_memory),
		HOST_TEST(faults__leave_nothing_in_memory),
		HOST_TEST(recovery_codes__leave_nothing_in_memory),
		HOST_TEST(passwords__leave_nothing_but_what_is_handed_on),
		HOST_TEST(module__can_be_loaded_a_thousand_times),
		HOST_TEST(logins__leave_a_process_as_large_as_it_was),
	};

	if (argc == 5 && strcmp(argv[1], "--host") == 0)
		return be_a_host(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
