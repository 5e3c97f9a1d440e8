/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench FOLDER USER ONCE DAEMON: what a login costs, side by side (bench.h).
 *
 * The subjects' files lie in FOLDER, which is empty, on the file system to be
 * measured.  ONCE is the program for logins in a fresh process, DAEMON is
 * pam_otpd.  The environment says the rest; `make bench' calls tests/bench/run, which does.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUBJECTS 16

/* A public key, as it is in SSH_AUTH_INFO_0. */
#define KEY \
	"AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
forget(struct subject *subjects, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		subjects[i].flushed = 0;
		subjects[i].cpu = 0;
		subjects[i].failed = 0;
	}
}

static void
accept_rounds(
    struct subject *subject, unsigned first, unsigned end, bench_login *login)
{
	for (unsigned round = first; round < end; round++) {
		bench_next_code(subject);
		if (!bench_measure(subject, login, &subject->micros[round]))
			subject->failed++;
		subject->next++;
	}
}

/*
 * Of each subject so many in a ROW, then of the next: 1 is what seldom happens,
 * and finds nothing in the processor's caches; many are a rush.
 */
static void
accepted(const char *title, struct subject *subjects, unsigned count,
    bench_login *login, unsigned row)
{
	forget(subjects, count);
	for (unsigned i = 0; i < count; i++)
		subjects[i].syscalls =
		    bench_syscalls(&subjects[i], login, true);
	for (unsigned first = 0; first < bench.rounds; first += row) {
		const unsigned left = bench.rounds - first;
		const unsigned end = first + (left < row ? left : row);

		for (unsigned i = 0; i < count; i++)
			accept_rounds(&subjects[i], first, end, login);
	}
	for (unsigned i = 0; i < count && login == bench_afresh; i++) {
		bench_next_code(&subjects[i]);
		subjects[i].memory = bench_memory(&subjects[i]);
		subjects[i].next++;
	}
	bench_table(title, subjects, count, row, login == bench_here);
}

/* One wrong code; before each run of them a right one, which is not counted. */
static void
refuse(struct subject *subject, unsigned round)
{
	struct subject aside = *subject;
	double ignored;

	if (subject->asks && round % BENCH_WRONG_RUN == 0) {
		bench_next_code(subject);
		if (!bench_measure(&aside, bench_here, &ignored))
			subject->failed++;
		subject->next++;
	}
	bench_wrong_code(subject);
	if (bench_measure(subject, bench_here, &subject->micros[round]) ==
	    subject->asks)
		subject->failed++;
}

static void
refused(struct subject *subjects, unsigned count)
{
	forget(subjects, count);
	for (unsigned i = 0; i < count; i++)
		subjects[i].syscalls =
		    bench_syscalls(&subjects[i], bench_here, false);
	for (unsigned round = 0; round < bench.rounds; round++)
		for (unsigned i = 0; i < count; i++)
			refuse(&subjects[i], round);
	bench_table("refused logins, in a process with libcrypto", subjects,
	    count, 1, true);
	bench_ratios(subjects, count, "pam_otp");
}

/* While the account waits, after a store of its own was made to. */
static void
waiting(struct subject *subject)
{
	double ignored;

	bench_wrong_code(subject);
	for (unsigned i = 0; i < 12; i++)
		if (bench_measure(subject, bench_here, &ignored))
			bench_die("a wrong code was accepted");
	forget(subject, 1);
	bench_next_code(subject);
	for (unsigned round = 0; round < bench.rounds; round++)
		if (bench_measure(subject, bench_here, &subject->micros[round]))
			subject->failed++;
	bench_table("refused during a wait", subject, 1, bench.rounds, true);
}

/* A subject is added by its name, and its services made before. */
static void
add(struct subject *subjects, unsigned *count, const char *name, uint64_t next)
{
	struct subject *subject = &subjects[*count];

	if (*count == SUBJECTS)
		bench_die("too many subjects");
	*subject = (struct subject){ .name = strdup(name),
		.asks = next != UINT64_MAX,
		.next = next,
		.micros = calloc(bench.rounds, sizeof(double)) };
	if (!subject->name || !subject->micros)
		bench_die("calloc");
	*count += 1;
}

/* It is asked for a code once. Root, whose keys are not remembered, is another. */
static void
known_device(void)
{
	struct subject subjects[SUBJECTS];
	const char *user = bench.user;
	unsigned count = 0;

	if (getuid() == 0)
		bench.user = "daemon";
	bench.key = "SSH_AUTH_INFO_0=publickey ssh-ed25519 " KEY;
	bench_store("pam_otp-known", 0, 0);
	bench_remember("pam_otp-known");
	add(subjects, &count, "empty", UINT64_MAX);
	add(subjects, &count, "pam_otp-known", 1);
	bench_next_code(&subjects[1]);
	if (!bench_once(&subjects[1], bench_here))
		bench_die("a right code was refused");
	accepted("logins from a known device, in a process with libcrypto",
	    subjects, count, bench_here, 1);
	bench_ratios(subjects, count, "pam_otp-known");
	bench.user = user;
	bench.key = NULL;
}

/* The same user in the module's own store, and in that of pam_otpd. */
static void
through_daemon(const char *program)
{
	static const char *const crowds[] = { "pam_otpd", "pam_otpd" };
	struct subject subjects[SUBJECTS];
	const char *user = bench.user;
	unsigned count = 0;

	bench.user = "bin"; /* whom the user database has, but not as root */
	if (!bench_daemon_begin(program)) {
		bench.user = user;
		return;
	}
	bench_store("pam_otp-direct", 0, 0);
	add(subjects, &count, "pam_otp-direct", 1);
	add(subjects, &count, "pam_otpd", 1);
	accepted("logins through pam_otpd, in a process with libcrypto",
	    subjects, count, bench_here, 1);
	bench_ratios(subjects, count, "pam_otpd");
	(void)printf("  private memory of a process that checks a code: %ld "
		     "KiB\n",
	    bench_daemon_memory(&subjects[1]));
	bench_daemon_rush();
	(void)fflush(stdout);
	bench_crowds(crowds, 1, 2);
	bench_daemon_end();
	bench.user = user;
}

/* pam_otp among so many, and pam_oath, which has them all in one file. */
static void
sizes(bool oath)
{
	struct subject subjects[SUBJECTS];
	unsigned count = 0;
	char *numbers = strdup(getenv("BENCH_USERS"));
	const char *number = strtok(numbers, " ");
	char name[64];

	for (; number != NULL; number = strtok(NULL, " ")) {
		(void)snprintf(name, sizeof(name), "pam_otp-%s", number);
		bench_store(name, 0, (unsigned)strtoul(number, NULL, 10) - 1);
		add(subjects, &count, name, 1);
	}
	free(numbers);
	for (unsigned users = 1; oath && users <= 10000; users *= 10000) {
		(void)snprintf(name, sizeof(name), "pam_oath-%u", users);
		bench_oath(name, 0, users - 1);
		add(subjects, &count, name, 1);
	}
	accepted("accepted logins among so many users", subjects, count,
	    bench_here, 1);
}

int
main(int argc, char **argv)
{
	struct subject subjects[SUBJECTS], waiter[SUBJECTS];
	const char *crowds[2 * SUBJECTS];
	unsigned count = 0, waiters = 0, peers = 0;
	bool google, oath;

	if (argc != 5 || !getenv("PAM_OTP_SO") || !getenv("PEER_DIR") ||
	    !getenv("BENCH_USERS") || !getenv("BENCH_ROUNDS"))
		return 2;
	bench.folder = argv[1];
	bench.user = argv[2];
	bench.once = argv[3];
	bench.rounds = (unsigned)strtoul(getenv("BENCH_ROUNDS"), NULL, 10);
	(void)snprintf(
	    bench.conf_dir, sizeof(bench.conf_dir), "%s/pam.d", bench.folder);
	if (bench.rounds == 0 || mkdir(bench.conf_dir, 0700) != 0)
		bench_die(bench.conf_dir);

	bench_service("other", "pam_deny.so"); /* libpam would miss it aloud */
	bench_service("empty", "pam_permit.so");
	bench_service("floor", "pam_permit.so");
	bench_store("pam_otp", 0, 0);
	bench_store("pam_otp-one", BENCH_PEOPLE, 0);
	bench_store("pam_otp-many", BENCH_PEOPLE, 0);
	bench_store("pam_otp-waiting", 0, 0);
	add(subjects, &count, "floor", UINT64_MAX);
	subjects[0].floor = true;
	add(subjects, &count, "empty", UINT64_MAX);
	add(subjects, &count, "pam_otp", 1);
	add(waiter, &waiters, "pam_otp-waiting", 1);
	crowds[peers++] = "pam_otp-one";
	crowds[peers++] = "pam_otp-many";
	google = bench_have_google();
	if (google) {
		bench_google("google-authenticator", 0);
		bench_google("google-one", BENCH_PEOPLE);
		bench_google("google-many", BENCH_PEOPLE);
		add(subjects, &count, "google-authenticator", 1);
		crowds[peers++] = "google-one";
		crowds[peers++] = "google-many";
	}
	oath = bench_have_oath();
	if (oath) {
		bench_oath("pam_oath", 0, 0);
		bench_oath("oath-one", BENCH_PEOPLE, 0);
		bench_oath("oath-many", BENCH_PEOPLE, 0);
		add(subjects, &count, "pam_oath", 1);
		crowds[peers++] = "oath-one";
		crowds[peers++] = "oath-many";
	}

	accepted("accepted logins, in a process with libcrypto", subjects,
	    count, bench_here, 1);
	bench_ratios(subjects, count, "pam_otp");
	accepted("accepted logins in a rush, in a process with libcrypto",
	    subjects, count, bench_here, BENCH_RUSH);
	bench_ratios(subjects, count, "pam_otp");
	refused(
	    subjects + 1, count - 1); /* without the floor: nothing to flush */
	accepted("accepted logins, each in a fresh process", subjects, count,
	    bench_afresh, 1);
	bench_ratios(subjects, count, "pam_otp");
	known_device();
	through_daemon(argv[4]);
	sizes(oath);
	bench_crowds(crowds, peers / 2, 1);
	bench_races(subjects, count);
	waiting(waiter);
	return 0;
}
