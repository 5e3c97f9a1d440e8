/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole login, through the real libpam, in which each call in turn fails, is
 * cut short, or is the last one of its process: nobody is let in by it, nobody
 * is taken for not enrolled, and the next one works.
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"
#include "tests/store/calls.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What libpam makes of a stack whose only module says PAM_IGNORE. */
#define IGNORED PAM_PERM_DENIED

/* What is typed, and what comes of it when nothing fails. */
enum typed {
	TYPED_RIGHT,
	TYPED_WRONG,
	TYPED_SPENT,
	TYPED_RECOVERY,
	TYPED_NOTHING,	/* who is not enrolled is not asked */
	TYPED_STRANGER, /* ... or is, where there is no nullok */
	TYPED_COUNT
};

static const char *const typed_names[] = {
	[TYPED_RIGHT] = "right",
	[TYPED_WRONG] = "wrong",
	[TYPED_SPENT] = "spent",
	[TYPED_RECOVERY] = "recovery",
	[TYPED_NOTHING] = "not enrolled, not asked",
	[TYPED_STRANGER] = "not enrolled",
};

static const int expected[] = {
	[TYPED_RIGHT] = PAM_SUCCESS,
	[TYPED_WRONG] = PAM_AUTH_ERR,
	[TYPED_SPENT] = PAM_AUTH_ERR,
	[TYPED_RECOVERY] = PAM_SUCCESS,
	[TYPED_NOTHING] = IGNORED,
	[TYPED_STRANGER] = PAM_AUTH_ERR,
};

/* What may befall a call. */
struct fault {
	enum call call;
	enum call_end end;
	int errnum;
};

static const struct fault faults[] = {
	{ CALL_OPENAT, CALL_FAILS, EIO },
	{ CALL_OPENAT, CALL_FAILS, EACCES },
	{ CALL_OPENAT, CALL_FAILS, EPERM },
	{ CALL_OPENAT, CALL_FAILS, ENOENT },
	{ CALL_OPENAT, CALL_FAILS, ENOTDIR },
	{ CALL_OPENAT, CALL_FAILS, ELOOP },
	{ CALL_OPENAT, CALL_FAILS, EMFILE },
	{ CALL_OPENAT, CALL_FAILS, ENFILE },
	{ CALL_OPENAT, CALL_FAILS, ENOMEM },
	{ CALL_OPENAT, CALL_FAILS, EROFS },
	{ CALL_OPENAT, CALL_FAILS, ESTALE },
	{ CALL_OPENAT, CALL_FAILS, EINTR },
	{ CALL_OPENAT2, CALL_FAILS, ENOSYS },
	{ CALL_OPENAT2, CALL_FAILS, EIO },
	{ CALL_OPENAT2, CALL_FAILS, ENOENT },
	{ CALL_OPENAT2, CALL_FAILS, EMFILE },
	{ CALL_OPENAT2, CALL_FAILS, EAGAIN },
	{ CALL_OPENAT2, CALL_FAILS, EINTR },
	{ CALL_FSTAT, CALL_FAILS, EIO },
	{ CALL_STATX, CALL_FAILS, EIO },
	{ CALL_STATX, CALL_FAILS, EACCES },
	{ CALL_STATX, CALL_FAILS, ENOENT },
	{ CALL_STATX, CALL_FAILS, ENOMEM },
	{ CALL_STATX, CALL_FAILS, ENOSYS },
	{ CALL_STATX, CALL_FAILS, ESTALE },
	{ CALL_FSTATFS, CALL_FAILS, EIO },
	{ CALL_FSTATFS, CALL_FAILS, ENOSYS },
	{ CALL_FSTATFS, CALL_FAILS, EINTR },
	{ CALL_FCNTL, CALL_FAILS, EIO },
	{ CALL_FCNTL, CALL_FAILS, ENOLCK },
	{ CALL_FCNTL, CALL_FAILS, EMFILE },
	{ CALL_FCNTL, CALL_FAILS, EINTR },
	{ CALL_PREAD, CALL_FAILS, EIO },
	{ CALL_PREAD, CALL_FAILS, ENOMEM },
	{ CALL_PREAD, CALL_FAILS, ESTALE },
	{ CALL_PREAD, CALL_FAILS, EINTR },
	{ CALL_PREAD, CALL_IS_SHORT, 0 },
	{ CALL_PREAD, CALL_MOVES_NONE, 0 },
	{ CALL_PWRITE, CALL_FAILS, EIO },
	{ CALL_PWRITE, CALL_FAILS, ENOSPC },
	{ CALL_PWRITE, CALL_FAILS, EDQUOT },
	{ CALL_PWRITE, CALL_FAILS, EFBIG },
	{ CALL_PWRITE, CALL_FAILS, EROFS },
	{ CALL_PWRITE, CALL_FAILS, ENOMEM },
	{ CALL_PWRITE, CALL_FAILS, EINTR },
	{ CALL_PWRITE, CALL_IS_SHORT, 0 },
	{ CALL_PWRITE, CALL_MOVES_NONE, 0 },
	{ CALL_FDATASYNC, CALL_FAILS, EIO },
	{ CALL_FDATASYNC, CALL_FAILS, ENOSPC },
	{ CALL_FDATASYNC, CALL_FAILS, EDQUOT },
	{ CALL_FDATASYNC, CALL_FAILS, EROFS },
	{ CALL_FDATASYNC, CALL_FAILS, EINTR },
	{ CALL_FCHMOD, CALL_FAILS, EIO },
	{ CALL_GETRLIMIT, CALL_FAILS, EINVAL },
	{ CALL_CLOSE, CALL_FAILS, EIO },
	{ CALL_CLOSE, CALL_FAILS, EINTR },
	{ CALL_GETRANDOM, CALL_FAILS, ENOSYS },
	{ CALL_GETRANDOM, CALL_FAILS, EAGAIN },
	{ CALL_GETRANDOM, CALL_FAILS, EINTR },
	{ CALL_GETRANDOM, CALL_IS_SHORT, 0 },
};

/* A login to be tampered with, and all that it must not change. */
struct trial {
	struct host *host;
	const char *user;
	enum typed typed;
	char code[64];	/* what is typed */
	char fresh[64]; /* what is typed in the next login */
	struct host_bytes before;
	struct otp_state known; /* the same, read */
	int result;
};

static struct trial *shared; /* with children */
static unsigned points;	     /* tried so far, in this test */
static char point[160];	     /* the last of them */

/* alice, with a TOTP token and a recovery code, which is in TEXT. */
static void
enrol(struct host *host, char text[OTP_RECOVERY_TEXT_SIZE])
{
	static const uint8_t code[OTP_RECOVERY_CODE_SIZE] = { 1, 2, 3 };
	static const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 4, 5, 6 };
	struct otp_seed seed = { .tokens_count = 1, .recovery_count = 1 };

	assert_int_equal(
	    otp_recovery_make(code, salt, &seed.recovery[0]), OTP_OK);
	seed.recovery[0].made = 1;
	otp_recovery_text(code, text);
	seed.tokens[0] = sample_totp(1);
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
}

/* The state's bytes as they were. */
static void
put_back(const struct trial *trial)
{
	char path[HOST_PATH_SIZE];
	int fd;

	host_path(trial->host, path, "store/state/alice");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_int_equal(
	    pwrite(fd, trial->before.bytes, sizeof(trial->before.bytes), 0),
	    sizeof(trial->before.bytes));
	close(fd);
}

static void
forget_alice(struct host *host)
{
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store/seed/alice");
	(void)unlink(path);
	host_path(host, path, "store/state/alice");
	(void)unlink(path);
}

/* With nullok, so that who is taken for not enrolled is seen. */
static void
begin(struct host *host, enum typed typed, struct trial *ret_trial)
{
	const struct otp_token token = sample_totp(1);
	struct trial trial = { .host = host, .user = "alice", .typed = typed };
	char text[OTP_RECOVERY_TEXT_SIZE];

	calls_reset();
	calls.no_flush = true;
	host_service(host, typed == TYPED_STRANGER ? "" : "nullok");
	forget_alice(host);
	enrol(host, text);
	host_code(&token, 0, trial.code);
	host_code(&token, 1, trial.fresh);
	if (typed == TYPED_WRONG)
		host_wrong_code(&token, trial.code);
	if (typed == TYPED_RECOVERY)
		memcpy(trial.code, text, sizeof(text));
	if (typed == TYPED_NOTHING || typed == TYPED_STRANGER)
		trial.user = "bob";
	if (typed == TYPED_SPENT)
		assert_int_equal(
		    host_login(host, "alice", trial.code), PAM_SUCCESS);
	trial.before = host_bytes(host, "alice");
	trial.known = host_state(host, "alice");
	*ret_trial = trial;
}

/* How many points there were, at least LEAST. */
static void
finish(const char *what, unsigned least)
{
	const unsigned tried = points;

	points = 0;
	point[0] = '\0';
	print_message("# ran: a login, %s: %u points\n", what, tried);
	assert_in_range(tried, least, UINT32_MAX);
}

static unsigned
descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void
assert_not_locked(const struct host *host)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[HOST_PATH_SIZE];
	int fd;

	host_path(host, path, "store/state/alice");
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_int_equal(fcntl(fd, F_OFD_GETLK, &lock), 0);
	assert_int_equal(lock.l_type, F_UNLCK);
	close(fd);
}

/* Two files of alice's and the marker: nothing is left over. */
static void
assert_tidy(const struct host *host)
{
	static const char *const folders[] = { "store", "store/seed",
		"store/state" };
	unsigned files = 0;

	for (size_t i = 0; i < COUNT(folders); i++) {
		char path[HOST_PATH_SIZE];
		const struct dirent *entry;
		DIR *folder;

		host_path(host, path, "%s", folders[i]);
		folder = opendir(path);
		assert_non_null(folder);
		while ((entry = readdir(folder)) != NULL)
			files += entry->d_type == DT_REG;
		closedir(folder);
	}
	assert_int_equal(files, 3);
}

static bool asked, hit_before_prompt;

static void
note_prompt(struct host *host)
{
	(void)host;
	asked = true;
	hit_before_prompt = calls.hit != CALL_ANY;
}

/* The application; all but the login itself is not tampered with. */
static int
tampered_login(const struct trial *trial)
{
	struct host *host = trial->host;
	int result;

	asked = hit_before_prompt = false;
	host->app.at_prompt = note_prompt;
	host->app.answers[0] = trial->code;
	host_start(host, trial->user);
	calls_start();
	result = pam_authenticate(host->pamh, 0);
	calls_stop();
	host->app.at_prompt = NULL;
	assert_int_equal(pam_end(host->pamh, result), PAM_SUCCESS);
	host->pamh = NULL;
	return result;
}

static int
plain_login(const struct trial *trial, const char *code)
{
	return host_login(trial->host, "alice", code);
}

/* Before or after: nothing lost, no more than one try charged. */
static void
assert_state(const struct trial *trial, int result)
{
	const struct otp_state *before = &trial->known;
	struct otp_state after = host_state(trial->host, "alice");

	assert_in_range(
	    after.generation, before->generation, before->generation + 1);
	assert_in_range(after.tally.failures, 0, 1);
	assert_int_equal(after.credentials_count, before->credentials_count);
	for (unsigned i = 0; i < after.credentials_count; i++)
		assert_true(
		    after.credentials[i].value >= before->credentials[i].value);
	if (result == PAM_SUCCESS)
		assert_int_equal(after.generation, before->generation + 1);
}

/* What was typed works once at most, and the next login always. */
static void
assert_next_works(const struct trial *trial, int result)
{
	unsigned accepted = result == PAM_SUCCESS;
	unsigned most =
	    trial->typed != TYPED_WRONG && trial->typed != TYPED_SPENT;

	for (unsigned i = 0; i < 2; i++)
		accepted += plain_login(trial, trial->code) == PAM_SUCCESS;
	assert_in_range(accepted, 0, most);
	assert_int_equal(plain_login(trial, trial->fresh), PAM_SUCCESS);
}

/* Neither the log nor the user hears what was secret, and it is wiped. */
static void
assert_discreet(const struct trial *trial)
{
	const struct host_seen *seen = &trial->host->seen;

	for (unsigned i = 0; i < fake.lines_count && i < FAKE_LINES; i++)
		assert_null(strstr(fake.lines[i].text, trial->code));
	for (unsigned i = 0; i < seen->messages; i++)
		assert_null(strstr(seen->message[i].text, trial->code));
	assert_int_equal(fake.unwiped, 0);
}

/*
 * Whether the account was read again after what failed.  Before the user is
 * asked, the module looks for a reason not to ask, and for whether nullok lets
 * the user in; the code is judged by another reading, under the lock.
 */
static bool
is_read_again(void)
{
	return asked ? hit_before_prompt
		     : calls.count[CALL_PREAD] > calls.hit_reads;
}

/* What failed cannot have been gone round. */
static bool
is_grave(void)
{
	return !is_read_again() && calls.end == CALL_FAILS &&
	    calls.errnum != EINTR &&
	    (calls.hit == CALL_PREAD || calls.hit == CALL_PWRITE ||
		calls.hit == CALL_FDATASYNC || calls.hit == CALL_CRYPTO);
}

/* Never a yes, nor an "ignore me", but where it is so without a fault. */
static void
assert_result(const struct trial *trial, int result)
{
	if (result == expected[trial->typed] &&
	    (result == PAM_AUTH_ERR || !is_grave()))
		return;
	assert_int_not_equal(result, PAM_SUCCESS);
	assert_int_not_equal(result, IGNORED);
	/* Who typed the right code is not told that it was wrong. */
	assert_int_not_equal(result, PAM_AUTH_ERR);
}

static void
assert_nothing_left(const struct trial *trial)
{
	assert_not_locked(trial->host);
	assert_tidy(trial->host);
}

/* Call number AT of a kind ends so; shown where a test fails. */
static void
plan(const struct trial *trial, enum call call, unsigned at, enum call_end end,
    int errnum)
{
	calls.which = call;
	calls.at = at;
	calls.end = end;
	calls.errnum = errnum;
	snprintf(point, sizeof(point), "%s: %s number %u, end %d, %s",
	    typed_names[trial->typed], call_name(call), at, (int)end,
	    strerror(errnum));
}

/* One point.  False where there is no such call, and then all is well. */
static bool
tamper(struct trial *trial)
{
	unsigned open_before = descriptors();
	int result = tampered_login(trial);

	if (calls.hit == CALL_ANY) {
		assert_int_equal(result, expected[trial->typed]);
		put_back(trial);
		return false;
	}
	assert_result(trial, result);
	assert_int_equal(descriptors(), open_before);
	assert_discreet(trial);
	assert_nothing_left(trial);
	assert_state(trial, result);
	assert_next_works(trial, result);
	put_back(trial);
	points++;
	return true;
}

static void
tamper_with_each(struct trial *trial, const struct fault *fault)
{
	bool met = true;

	for (unsigned at = 1; met; at++) {
		plan(trial, fault->call, at, fault->end, fault->errnum);
		met = tamper(trial);
	}
}

/* --- in a process of its own --- */

#define KILLED	    1000
#define CRASHED	    98
#define COLD_MISSED 99
#define COLD_STRIDE 23

/* What WHAT returns, or KILLED; an assertion that fails there aborts it. */
static int
in_child(int (*what)(struct trial *trial), struct trial *trial)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		setenv("CMOCKA_TEST_ABORT", "1", 1);
		_exit(what(trial));
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return KILLED;
	}
	return WEXITSTATUS(status);
}

static int
login_only(struct trial *trial)
{
	(void)tampered_login(trial);
	return 0;
}

static int
begin_cold(struct trial *trial)
{
	begin(trial->host, TYPED_RIGHT, trial);
	return 0;
}

/* libcrypto's own, as 3.0 has some where its beginning finds no memory. */
static void
crash(int signum)
{
	void *frames[8];
	int count = backtrace(frames, COUNT(frames));

	for (int i = 0; i < count; i++) {
		Dl_info info;

		if (dladdr(frames[i], &info) != 0 &&
		    strstr(info.dli_fname, "libcrypto") != NULL)
			_exit(CRASHED);
	}
	signal(signum, SIG_DFL);
	raise(signum);
}

static int
login_cold(struct trial *trial)
{
	void *frame;
	int result;

	(void)backtrace(&frame, 1); /* which loads what it needs */
	signal(SIGSEGV, crash);
	signal(SIGABRT, crash);
	result = tampered_login(trial);
	if (calls.hit == CALL_ANY)
		return COLD_MISSED;
	assert_result(trial, result);
	return result;
}

static int
judge_cold(struct trial *trial)
{
	if (trial->result == CRASHED)
		trial->result = PAM_ABORT;
	assert_nothing_left(trial);
	assert_state(trial, trial->result);
	assert_next_works(trial, trial->result);
	put_back(trial);
	return 0;
}

/* --- a call fails, or moves less than it should --- */

static void
login__fails_closed_whatever_call_fails(void **state)
{
	unsigned met[CALLS] = { 0 };

	for (enum typed typed = 0; typed < TYPED_COUNT; typed++) {
		struct trial trial;

		begin(*state, typed, &trial);
		for (size_t i = 0; i < COUNT(faults); i++) {
			unsigned before = points;

			tamper_with_each(&trial, &faults[i]);
			met[faults[i].call] += points - before;
		}
		/* The list leaves out no call; the other tests have these. */
		for (enum call call = 1; call < CALLS; call++)
			assert_true(met[call] > 0 || calls.count[call] == 0 ||
			    call == CALL_CALLOC || call == CALL_MALLOC ||
			    call == CALL_CRYPTO);
	}
	finish("calls failing", 1500);
}

static void
login__fails_closed_when_libcrypto_fails(void **state)
{
	static const struct fault fault = { CALL_CRYPTO, CALL_FAILS, 0 };

	for (enum typed typed = 0; typed < TYPED_COUNT; typed++) {
		struct trial trial;

		begin(*state, typed, &trial);
		tamper_with_each(&trial, &fault);
		calls.lasting = true;
		tamper_with_each(&trial, &fault);
	}
	finish("calls of libcrypto failing", 150);
}

static void
login__fails_closed_without_memory(void **state)
{
	static const struct fault fault = { CALL_MALLOC, CALL_FAILS, ENOMEM };

	if (FAKE_SANITIZED)
		skip(); /* memory has another owner */
	for (enum typed typed = 0; typed < TYPED_COUNT; typed++) {
		struct trial trial;

		begin(*state, typed, &trial);
		tamper_with_each(&trial, &fault);
		calls.lasting = true;
		tamper_with_each(&trial, &fault);
	}
	finish("allocations failing", 150);
}

/* The same in a process that has not used libcrypto yet. */
static void
first_login__fails_closed_without_memory(void **state)
{
	const char *how = getenv("LONG");
	const bool is_long = how != NULL && strcmp(how, "yes") == 0;
	struct trial *trial = shared;
	unsigned crashes = 0;

	if (FAKE_SANITIZED)
		skip();
	trial->host = *state;
	assert_int_equal(in_child(begin_cold, trial), 0);
	for (unsigned at = 1;; at += is_long ? 1 : COLD_STRIDE) {
		plan(trial, CALL_MALLOC, at, CALL_FAILS, ENOMEM);
		trial->result = in_child(login_cold, trial);
		if (trial->result == COLD_MISSED)
			break;
		crashes += trial->result == CRASHED;
		assert_int_equal(in_child(judge_cold, trial), 0);
		points++;
	}
	print_message("# ran: of these libcrypto crashed at %u\n", crashes);
	finish("allocations of a process failing", 50);
}

/* --- a process is killed --- */

static void
kill_at_each(struct trial *trial, enum call call, enum call_end end)
{
	for (unsigned at = 1;; at++) {
		plan(trial, call, at, end, 0);
		if (in_child(login_only, trial) != KILLED)
			break;
		assert_nothing_left(trial);
		assert_state(trial, PAM_ABORT);
		assert_next_works(trial, PAM_ABORT);
		put_back(trial);
		points++;
	}
	put_back(trial);
}

static void
login__killed_at_any_call_leaves_all_whole(void **state)
{
	static const enum call_end ends[] = { CALL_KILLS, CALL_KILLS_HALF,
		CALL_KILLS_AFTER };

	for (enum typed typed = 0; typed < TYPED_COUNT; typed++) {
		struct trial trial;

		begin(*state, typed, &trial);
		for (enum call call = 1; call < CALLS; call++)
			for (size_t i = 0; i < COUNT(ends); i++)
				if (call < CALL_MALLOC || call == CALL_CLOSE)
					kill_at_each(&trial, call, ends[i]);
	}
	finish("calls killed at", 500);
}

static int
share(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

/* Where a test failed: at which point. */
static int
teardown(void **state)
{
	if (point[0] != '\0')
		print_message("# at %s\n", point);
	calls_reset();
	return host_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, host_setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, while libcrypto is untouched. */
		TEST(first_login__fails_closed_without_memory),
		TEST(login__fails_closed_whatever_call_fails),
		TEST(login__fails_closed_when_libcrypto_fails),
		TEST(login__fails_closed_without_memory),
		TEST(login__killed_at_any_call_leaves_all_whole),
	};

	return cmocka_run_group_tests(tests, share, NULL);
}
