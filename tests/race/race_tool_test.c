/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * otp-enroll does all it can to one account while others log in to it, each
 * through the real libpam, and without a pause.
 *
 * Whatever comes first: no code is taken twice; what a command took away, or
 * found spent, is not taken by a login that begins after the command ended;
 * nobody is told that codes cannot be checked; and in the end what is in force
 * works.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/base32.h"
#include "common/core/recovery.h"
#include "tests/lib/host.h"
#include "tests/unit/unit.h"

#define ACCOUNT	  "hal" /* whom only the configuration knows */
#define LANES	  8
#define ROUNDS	  20
#define LONG	  400
#define TOKENS	  1200
#define RECOVERY  2400
#define COUNTERS  512
#define LAST	  400 /* counter from which on a token is not used any more */
#define AHEAD	  100 /* counters that a resynchronisation skips */
#define IN_FORCE  3
#define TEXT_SIZE 4096

struct token {
	struct otp_token token;
	_Atomic bool dead;	/* the command that took it away has ended */
	_Atomic unsigned next;	/* counter */
	_Atomic unsigned floor; /* what lies before is spent */
	_Atomic unsigned yes[COUNTERS];
};

struct recovery {
	char text[OTP_RECOVERY_TEXT_SIZE];
	_Atomic bool dead;
	_Atomic unsigned yes;
};

/* Shared by all processes. */
struct shared {
	_Atomic bool over;
	_Atomic unsigned tokens_count;
	_Atomic unsigned recovery_count;
	_Atomic unsigned yes, no;
	_Atomic unsigned twice;	     /* a code was taken again */
	_Atomic unsigned dead_taken; /* so was one that was dead, or spent */
	_Atomic unsigned unchecked;  /* neither yes nor no */
	struct token tokens[TOKENS];
	struct recovery recovery[RECOVERY];
};

static struct {
	struct host *host;
	struct shared *shared;
	char answer[TEXT_SIZE]; /* of the last command */
	unsigned
	    in_force[IN_FORCE]; /* numbers of tokens, as `status' has them */
	unsigned in_force_count;
	unsigned commands;
} test;

/* --- those who log in --- */

static void
count_result(int result, bool was_dead, unsigned before)
{
	struct shared *shared = test.shared;

	if (result == PAM_SUCCESS) {
		shared->yes++;
		shared->twice += before > 0 ? 1 : 0;
		shared->dead_taken += was_dead ? 1 : 0;
	} else if (result == PAM_AUTH_ERR) {
		shared->no++;
	} else {
		shared->unchecked++;
		(void)fprintf(stderr, "# %d: %s\n", result, host_line());
	}
}

/*
 * Codes of 8 digits, so that hardly ever one is another token's, too.  Where it
 * is, that is no fault.
 */
static bool
is_of_another(const char *code, unsigned number)
{
	for (unsigned i = 0; i < test.shared->tokens_count; i++)
		for (unsigned counter = 0; counter < COUNTERS; counter++) {
			char other[SAMPLE_CODE_SIZE];

			if (i == number || test.shared->tokens[i].dead)
				continue;
			sample_code(
			    &test.shared->tokens[i].token, counter, other);
			if (strcmp(code, other) == 0)
				return true;
		}
	return false;
}

static void
type_code(unsigned number, unsigned ahead)
{
	struct token *token = &test.shared->tokens[number];
	const bool dead = token->dead;
	const unsigned floor = token->floor;
	const unsigned counter = token->next + ahead;
	char code[SAMPLE_CODE_SIZE];
	unsigned before = 0;
	int result;

	if (counter >= LAST)
		return;
	sample_code(&token->token, counter, code);
	result = host_login(test.host, ACCOUNT, code);
	if (result == PAM_SUCCESS) {
		unsigned next = token->next;

		before = token->yes[counter]++;
		while (next <= counter &&
		    !atomic_compare_exchange_weak(
			&token->next, &next, counter + 1))
			continue;
	}
	if (result == PAM_SUCCESS && (dead || counter < floor || before > 0) &&
	    is_of_another(code, number))
		return;
	count_result(result, dead || counter < floor, before);
}

static void
type_recovery(unsigned number)
{
	struct recovery *recovery = &test.shared->recovery[number];
	const bool dead = recovery->dead;
	int result = host_login(test.host, ACCOUNT, recovery->text);

	count_result(result, dead, result == PAM_SUCCESS ? recovery->yes++ : 0);
}

/* One of the last COUNT that there are. */
static unsigned
pick(uint64_t *random, unsigned all, unsigned count)
{
	if (count > all)
		count = all;
	return all - 1 - (unsigned)(unit_random(random) % count);
}

static _Noreturn void
log_in_always(unsigned lane)
{
	struct shared *shared = test.shared;
	uint64_t random = lane;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(1);
	while (!shared->over) {
		const unsigned recovery = shared->recovery_count;

		if (recovery > 0 && unit_random(&random) % 8 == 0)
			type_recovery(pick(&random, recovery, 6));
		else
			type_code(pick(&random, shared->tokens_count,
				      unit_random(&random) % 4 == 0 ? 4 : 1),
			    (unsigned)(unit_random(&random) % 3));
	}
	_exit(0);
}

/* --- the tool --- */

static _Noreturn void
execute(const char *const *words, int input, int output)
{
	char *argv[16] = { getenv("OTP_ENROLL"), strdup("--conf"),
		test.host->conf };

	for (unsigned i = 0; words[i]; i++)
		argv[3 + i] = strdup(words[i]);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(input, 0) == 0 &&
	    dup2(output, 1) == 1 && dup2(output, 2) == 2)
		execv(argv[0], argv);
	_exit(127);
}

/* What comes from FD, as far as there is room for it. */
static void
read_answer(int fd)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < sizeof(test.answer) - 1) {
		got = read(
		    fd, test.answer + length, sizeof(test.answer) - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	test.answer[length] = '\0';
}

/* otp-enroll with WORDS, which reads TYPED; its exit status. */
static int
enroll_typing(const char *typed, const char *const *words)
{
	int input[2], output[2];
	int status = 0;
	pid_t child;

	assert_int_equal(pipe(input), 0);
	assert_int_equal(pipe(output), 0);
	assert_int_equal(
	    write(input[1], typed, strlen(typed)), (ssize_t)strlen(typed));
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		(void)close(input[1]);
		execute(words, input[0], output[1]);
	}
	assert_int_not_equal(child, -1);
	(void)close(input[0]);
	(void)close(input[1]);
	(void)close(output[1]);
	read_answer(output[0]);
	(void)close(output[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	test.commands++;
	return WEXITSTATUS(status);
}

#define ENROLL(...) \
	enroll_typing("", (const char *const[]){ __VA_ARGS__, ACCOUNT, NULL })

static void
kill_recovery(void)
{
	struct shared *shared = test.shared;

	for (unsigned i = 0; i < shared->recovery_count; i++)
		shared->recovery[i].dead = true;
}

/* What the last command answered in JSON: let others know it. */
static void
publish_recovery(void)
{
	const char *at = strstr(test.answer, "\"recovery_codes\":[");

	assert_non_null(at);
	for (at = strchr(at, '['); at[1] == '"'; at = strchr(at + 2, '"') + 1) {
		const unsigned count = test.shared->recovery_count;

		assert_in_range(count, 0, RECOVERY - 1);
		memcpy(test.shared->recovery[count].text, at + 2,
		    OTP_RECOVERY_TEXT_SIZE - 1);
		test.shared->recovery_count = count + 1;
	}
}

static unsigned
publish_token(void)
{
	const unsigned count = test.shared->tokens_count;
	struct otp_token *token = &test.shared->tokens[count].token;
	const char *at = strstr(test.answer, "secret=");

	assert_non_null(at);
	assert_in_range(count, 0, TOKENS - 1);
	at += strlen("secret=");
	*token = sample_hotp(1);
	token->digits = 8;
	assert_int_equal(
	    otp_base32_decode(at, strcspn(at, "&\""), token->secret,
		sizeof(token->secret), &token->secret_size),
	    OTP_OK);
	test.shared->tokens_count = count + 1;
	return count;
}

static void
kill_token(unsigned place)
{
	test.shared->tokens[test.in_force[place]].dead = true;
	test.in_force_count--;
	memmove(&test.in_force[place], &test.in_force[place + 1],
	    (test.in_force_count - place) * sizeof(test.in_force[0]));
}

static void
replace(void)
{
	assert_int_equal(
	    ENROLL("new", "--replace", "--hotp", "--digits=8", "--no-confirm",
		"--recovery=2", "--print", "--json"),
	    0);
	while (test.in_force_count > 0)
		kill_token(0);
	kill_recovery();
	publish_recovery();
	test.in_force[test.in_force_count++] = publish_token();
}

static void
add(void)
{
	if (test.in_force_count == IN_FORCE)
		return;
	assert_int_equal(ENROLL("new", "--add", "--hotp", "--digits=8",
			     "--no-confirm", "--print", "--json"),
	    0);
	test.in_force[test.in_force_count++] = publish_token();
}

static void
remove_last(void)
{
	char token[32];

	if (test.in_force_count < 2)
		return;
	(void)snprintf(token, sizeof(token), "--token=%u", test.in_force_count);
	assert_int_equal(ENROLL("remove", token), 0);
	kill_token(test.in_force_count - 1);
}

static void
remove_all(void)
{
	assert_int_equal(ENROLL("remove"), 0);
	while (test.in_force_count > 0)
		kill_token(0);
	kill_recovery();
	replace();
}

static void
renew(void)
{
	assert_int_equal(
	    ENROLL("recovery", "--count=2", "--print", "--json"), 0);
	kill_recovery();
	publish_recovery();
}

static void
resync(void)
{
	struct token *token = &test.shared->tokens[test.in_force[0]];
	const unsigned counter = token->next + AHEAD;
	char codes[2][SAMPLE_CODE_SIZE], typed[2 * SAMPLE_CODE_SIZE + 2];
	int status;

	if (counter + 2 >= LAST)
		return;
	sample_code(&token->token, counter, codes[0]);
	sample_code(&token->token, counter + 1, codes[1]);
	(void)snprintf(typed, sizeof(typed), "%s\n%s\n", codes[0], codes[1]);
	status = enroll_typing(typed,
	    (const char *const[]){ "resync", "--token=1", ACCOUNT, NULL });
	assert_in_range(status, 0, 1); /* 1: there was a wait */
	if (status == 0)
		token->next = token->floor = counter + 2;
}

static void
verify(void)
{
	struct token *token = &test.shared->tokens[test.in_force[0]];
	char code[SAMPLE_CODE_SIZE], typed[SAMPLE_CODE_SIZE + 1];

	sample_code(&token->token, token->next, code);
	(void)snprintf(typed, sizeof(typed), "%s\n", code);
	assert_in_range(enroll_typing(typed,
			    (const char *const[]){ "verify", ACCOUNT, NULL }),
	    0, 1);
}

static void
look(void)
{
	assert_int_equal(ENROLL("status", "--json"), 0);
	assert_non_null(strstr(test.answer, "\"enrolled\":true"));
}

static void
unlock(void)
{
	assert_int_equal(ENROLL("unlock"), 0);
}

static void
adopt(void)
{
	assert_int_equal(ENROLL("adopt"), 0);
}

static void (*const commands[])(void) = { replace, add, remove_last, remove_all,
	renew, resync, verify, look, unlock, adopt };

/* --- the test --- */

static struct shared *
share(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(shared != MAP_FAILED);
	return shared;
}

static void
start_lanes(pid_t pids[LANES])
{
	(void)fflush(NULL);
	for (unsigned i = 0; i < LANES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			log_in_always(i);
		assert_int_not_equal(pids[i], -1);
	}
}

static void
end_lanes(const pid_t pids[LANES])
{
	test.shared->over = true;
	for (unsigned i = 0; i < LANES; i++) {
		int status = 0;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

/* Whatever else happened, this is in force now. */
static void
assert_in_force(void)
{
	char code[SAMPLE_CODE_SIZE];
	unsigned number;

	unlock();
	number = test.in_force[test.in_force_count - 1];
	sample_code(&test.shared->tokens[number].token,
	    test.shared->tokens[number].next, code);
	assert_int_equal(host_login(test.host, ACCOUNT, code), PAM_SUCCESS);
	assert_int_equal(host_login(test.host, ACCOUNT, code), PAM_AUTH_ERR);
}

static void
tool__may_do_anything_while_others_log_in(void **state)
{
	const char *form = getenv("LONG");
	const unsigned rounds = form && *form ? LONG : ROUNDS;
	struct shared *shared = share();
	uint64_t random = 1;
	pid_t pids[LANES];

	memset(&test, 0, sizeof(test));
	test.host = *state;
	test.shared = shared;
	fake.now = 0; /* as it is for the tool */
	host_configure(test.host, "virtual_users\ndelay_after = 10\n");
	host_service(test.host, "nodelay");
	replace();
	start_lanes(pids);
	for (unsigned i = 0; i < rounds; i++)
		commands[i < COUNT(commands)
			? i
			: unit_random(&random) % COUNT(commands)]();
	end_lanes(pids);
	print_message("# ran: race of %u processes logging in with %u commands "
		      "of otp-enroll: yes=%u no=%u twice=%u dead=%u "
		      "unchecked=%u\n",
	    LANES, test.commands, shared->yes, shared->no, shared->twice,
	    shared->dead_taken, shared->unchecked);
	assert_int_equal(shared->twice, 0);
	assert_int_equal(shared->dead_taken, 0);
	assert_int_equal(shared->unchecked, 0);
	assert_true(shared->yes > 0);
	replace();
	assert_in_force();
	assert_int_equal(munmap(shared, sizeof(*shared)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(tool__may_do_anything_while_others_log_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
