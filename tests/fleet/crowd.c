/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: crowd FOLDER enrol ACCOUNT [virtual]
 *	  crowd FOLDER try HOST ACCOUNT COUNTER [COMMAND load|charge|commit]
 *	  crowd FOLDER race ACCOUNT CLIENTS
 *	  crowd FOLDER siege OWNERS ATTACKERS
 *	  crowd FOLDER stream PREFIX ACCOUNTS CLIENTS DATA SIGNAL
 *	  crowd FOLDER cuts HOST CUT SERVER
 *
 * Logins of many hosts through the store of a fleet, for scripts.  A client is a
 * process; its host is one of HOSTS, in turn, whose fleet.conf is
 * FOLDER/NUMBER.conf.  Every account has the same HOTP token.
 *
 * try		prints what came of it, and the charges that were done; before
 *		that put, or before the account is loaded, COMMAND is run
 * race		all clients try code 0 at once; a line of each as that of `try'
 * siege	accounts `owner0' ..., of which code 0 is used: an owner each
 *		tries code 1, while attackers repeat code 0 of any until all
 *		owners have an answer; a line of each owner, and of the attackers
 * stream	each client tries code 0 of all accounts, PREFIX0 ..., until each
 *		is used; a line for each `ok' and each error, with the account.
 *		In the middle of it, the server with the folder DATA and its
 *		children get the signal with that number; a line says so
 */
#include "config.h"

#include "tests/fleet/crowd.h"

#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/sys.h"
#include "common/fleet/kind.h"
#include "tests/lib/sample.h"

#define HOSTS	     16
#define PATIENCE     280   /* seconds */
#define PAUSE	     10000 /* microseconds, after an error */
#define ACCOUNTS_MAX 1024
#define MIDDLE	     40 /* codes accepted, of all clients */

static struct otp_store_kind kind;
static unsigned charges;

static const char *command; /* and before which put it is run */
static enum otp_put command_before;

/* --- One try -------------------------------------------------------------- */

static void
run_command(void)
{
	const char *now = command;

	command = NULL;
	if (now != NULL && system(now) != 0) /* NOLINT(*-env33-c): a test's */
		errx(1, "%s", now);
}

static enum otp_err
counted_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	enum otp_err err;

	if (put == command_before && put != OTP_PUT_NOTHING)
		run_command();
	err = otp_fleet_kind.put(store, state, put, fault);
	if (put == OTP_PUT_CHARGE && err == OTP_OK)
		charges++;
	return err;
}

static struct otp_place
place_of(const char *folder, const char *host)
{
	static char text[256];

	(void)snprintf(
	    text, sizeof(text), OTP_FLEET_PREFIX "%s/%s.conf", folder, host);
	return (struct otp_place){ .folder = text };
}

struct crowd_try
crowd_try(
    const char *folder, const char *host, const char *account, uint64_t counter)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	const struct otp_token token = sample_hotp(1);
	const struct otp_host self = {
		.sys = &otp_sys_host,
		.store = place_of(folder, host),
		.policy = &policy,
	};
	struct otp_request request = { .uid = CROWD_UID, .service = "sshd" };
	struct crowd_try tried = { .err = OTP_ERR_READ };
	struct otp_answer answer = { .verdict = OTP_VERDICT_REJECT };
	char code[SAMPLE_CODE_SIZE];

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	(void)snprintf(request.host, sizeof(request.host), "from%s", host);
	charges = 0;
	tried.err = otp_attempt_try(
	    &self, &request, sample_code(&token, counter, code), &answer, NULL);
	tried.verdict = answer.verdict;
	tried.charges = charges;
	tried.reason = tried.err != OTP_OK ? otp_err_reason(tried.err)
					   : otp_verdict_reason(answer.verdict);
	return tried;
}

bool
crowd_let_in(const struct crowd_try *tried)
{
	return tried->err == OTP_OK && tried->verdict == OTP_VERDICT_ACCEPT;
}

/* One write, so that lines of processes stay whole. */
static void
say(const char *word, const char *name, unsigned number)
{
	char line[128];
	const int size =
	    snprintf(line, sizeof(line), "%s %s %u\n", word, name, number);

	if (write(STDOUT_FILENO, line, (size_t)size) != size)
		err(1, "standard output");
}

static int
try_one(const char *folder, char **words, int count)
{
	struct crowd_try tried;

	if (count == 5) {
		command = words[3];
		if (strcmp(words[4], "load") == 0)
			run_command();
		command_before = strcmp(words[4], "charge") == 0
		    ? OTP_PUT_CHARGE
		    : OTP_PUT_COMMIT;
	}
	tried =
	    crowd_try(folder, words[0], words[1], strtoull(words[2], NULL, 10));
	say(tried.reason, words[1], tried.charges);
	return 0;
}

static int
enrol(const char *folder, const char *account, uint32_t uid)
{
	const struct otp_token token = sample_hotp(1);
	const struct otp_seed seed = sample_seed(&token);
	struct otp_state state =
	    sample_state(&seed, uid, (int64_t)time(NULL) - 86400);
	struct otp_store *store = NULL;

	state.enrolled = false;
	if (otp_store_open(place_of(folder, "desk"), account, &store, NULL) !=
		OTP_OK ||
	    otp_store_create(store, &state, NULL) != OTP_OK ||
	    otp_store_put_seed(store, &seed, NULL) != OTP_OK ||
	    otp_store_load(store, &state, NULL) != OTP_OK)
		errx(1, "%s cannot be enrolled", account);
	state.enrolled = true;
	if (otp_store_put(store, &state, OTP_PUT_COMMIT, NULL) != OTP_OK)
		errx(1, "%s: no commit", account);
	otp_store_close(store);
	return 0;
}

/* --- Many ----------------------------------------------------------------- */

/* Shared by all clients. */
static struct {
	unsigned ready, begun, owners, accepted;
} * all;

static const char *
host_of(unsigned client)
{
	static char name[16];

	(void)snprintf(name, sizeof(name), "%u", client % HOSTS + 1);
	return name;
}

/* A new client, which goes on once all COUNT are there. */
static bool
is_client(unsigned count)
{
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid != 0)
		return false;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(PATIENCE);
	srandom((unsigned)getpid());
	(void)__atomic_add_fetch(&all->ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&all->ready, __ATOMIC_SEQ_CST) < count)
		(void)usleep(1000);
	return true;
}

static int
wait_for_all(unsigned count)
{
	int status, failed = 0;

	for (unsigned i = 0; i < count; i++)
		if (wait(&status) < 0 || status != 0)
			failed = 1;
	return failed;
}

static int
race(const char *folder, const char *account, unsigned clients)
{
	for (unsigned i = 0; i < clients; i++)
		if (is_client(clients)) {
			const struct crowd_try tried =
			    crowd_try(folder, host_of(i), account, 0);

			say(tried.reason, account, tried.charges);
			_exit(0);
		}
	return wait_for_all(clients);
}

static _Noreturn void
attack(const char *folder, unsigned client, unsigned owners)
{
	unsigned tries = 0;
	char name[32];

	while (__atomic_load_n(&all->owners, __ATOMIC_SEQ_CST) < owners) {
		(void)snprintf(
		    name, sizeof(name), "owner%u", (unsigned)random() % owners);
		struct crowd_try tried =
		    crowd_try(folder, host_of(client), name, 0);

		if (crowd_let_in(&tried))
			say("attacker-in", name, tried.charges);
		tries++;
	}
	say("attacked", "all", tries);
	_exit(0);
}

static int
siege(const char *folder, unsigned owners, unsigned attackers)
{
	const unsigned count = owners + attackers;

	for (unsigned i = 0; i < count; i++)
		if (is_client(count)) {
			struct crowd_try tried;
			char name[32];

			if (i >= owners)
				attack(folder, i, owners);
			(void)usleep(500000); /* the attack has begun */
			(void)snprintf(name, sizeof(name), "owner%u", i);
			tried = crowd_try(folder, host_of(i), name, 1);
			say(tried.reason, name, tried.charges);
			(void)__atomic_add_fetch(
			    &all->owners, 1, __ATOMIC_SEQ_CST);
			_exit(0);
		}
	return wait_for_all(count);
}

/* The server, whose folder is DATA.  Its children are in sessions of their own. */
struct victim {
	const char *data;
	int number; /* of the signal */
};

/* By the client itself: a script might come when all is over. */
static void
strike(const struct victim *victim)
{
	char path[256];
	FILE *file;
	int server, child;

	(void)snprintf(path, sizeof(path), "%s/postmaster.pid", victim->data);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%d", &server) != 1)
		err(1, "%s", path);
	(void)fclose(file);
	(void)snprintf(
	    path, sizeof(path), "/proc/%d/task/%d/children", server, server);
	file = fopen(path, "r");
	if (file == NULL || kill(server, victim->number) != 0)
		err(1, "%s", path);
	while (fscanf(file, "%d", &child) == 1)
		(void)kill(child, victim->number); /* it may have ended */
	(void)fclose(file);
	say("killed", victim->data, (unsigned)victim->number);
}

static _Noreturn void
use_all(const char *folder, unsigned client, const char *prefix, unsigned count,
    const struct victim *victim)
{
	static bool used[ACCOUNTS_MAX];
	unsigned left = count;
	char name[64];

	while (left > 0) {
		unsigned number = (unsigned)random() % count;
		struct crowd_try tried;

		while (used[number])
			number = (number + 1) % count;
		(void)snprintf(name, sizeof(name), "%s%u", prefix, number);
		tried = crowd_try(folder, host_of(client), name, 0);
		if (tried.err != OTP_OK)
			(void)usleep(PAUSE);
		if (tried.err != OTP_OK || crowd_let_in(&tried))
			say(tried.reason, name, tried.charges);
		if (crowd_let_in(&tried) &&
		    __atomic_add_fetch(&all->accepted, 1, __ATOMIC_SEQ_CST) ==
			MIDDLE)
			strike(victim);
		used[number] = crowd_let_in(&tried) ||
		    (tried.err == OTP_OK &&
			tried.verdict == OTP_VERDICT_REPLAY);
		left -= used[number] ? 1 : 0;
	}
	_exit(0);
}

static int
stream(const char *folder, const char *prefix, unsigned accounts,
    unsigned clients, const struct victim *victim)
{
	if (accounts > ACCOUNTS_MAX)
		errx(2, "too many accounts");
	for (unsigned i = 0; i < clients; i++)
		if (is_client(clients))
			use_all(folder, i, prefix, accounts, victim);
	return wait_for_all(clients);
}

int
main(int argc, char **argv)
{
	const char *folder = argv[1], *what = argc > 2 ? argv[2] : "";
	char **words = argv + 3;

	kind = otp_fleet_kind;
	kind.put = counted_put;
	otp_store_register(OTP_FLEET_PREFIX, &kind);
	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		err(1, "mmap");
	if (strcmp(what, "enrol") == 0 && (argc == 4 || argc == 5))
		return enrol(
		    folder, words[0], argc == 4 ? CROWD_UID : OTP_UID_VIRTUAL);
	if (strcmp(what, "try") == 0 && (argc == 6 || argc == 8))
		return try_one(folder, words, argc - 3);
	if (strcmp(what, "race") == 0 && argc == 5)
		return race(folder, words[0], (unsigned)atoi(words[1]));
	if (strcmp(what, "siege") == 0 && argc == 5)
		return siege(
		    folder, (unsigned)atoi(words[0]), (unsigned)atoi(words[1]));
	if (strcmp(what, "stream") == 0 && argc == 8) {
		const struct victim victim = { words[3], atoi(words[4]) };

		return stream(folder, words[0], (unsigned)atoi(words[1]),
		    (unsigned)atoi(words[2]), &victim);
	}
	if (strcmp(what, "cuts") == 0 && argc == 6)
		return crowd_cuts(folder, words[0], words[1], words[2]);
	errx(2, "usage: crowd FOLDER enrol|try|race|siege|stream|cuts ...");
}
