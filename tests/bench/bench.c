/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench FOLDER USER ONCE: what a login costs, side by side.
 *
 * Each round does one login of every subject in turn, so that all of them see
 * the same machine; what is told are medians, and ratios of medians.  The
 * subjects' files lie in FOLDER, which is empty, on the file system to be
 * measured.  ONCE is the program for logins in a fresh process.
 */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/core/base32.h"
#include "common/core/oath.h"
#include "common/core/seed.h"
#include "common/core/slots.h"
#include "common/core/state.h"
#include "common/effects/store.h"

#define PEER_DIR   "/lib/x86_64-linux-gnu/security"
#define ROUNDS	   300
#define FRESH	   100
#define WRONG_RUN  4 /* wrong codes in a row that begin no wait */
#define NEIGHBOURS 100000
#define SUBJECTS   8

static const uint8_t secret[20] = "pam_otp bench secret";
static const char secret_hex[] = "70616d5f6f74702062656e636820736563726574";

/*
 * --- flushes are counted on their way to the kernel: the modules find these
 * functions before libc's ---
 */

#define EXPORTED __attribute__((visibility("default")))

static unsigned flushes;

EXPORTED int
fdatasync(int fd)
{
	flushes++;
	return (int)syscall(SYS_fdatasync, fd);
}

EXPORTED int
fsync(int fd)
{
	flushes++;
	return (int)syscall(SYS_fsync, fd);
}

/* --- subjects --- */

struct subject {
	const char *name;
	bool asks;	/* for a code */
	bool flushes;	/* the floor: a write and a flush of its own */
	uint64_t next;	/* counter */
	double *micros; /* one a round */
	unsigned flushed;
	double cpu;
	unsigned failed;
};

static const char *folder;
static const char *user;
static const char *once;
static char conf_dir[512];
static char code[16];

static void
die(const char *what)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
write_file(const char *text, const char *name, const char *suffix)
{
	char path[1024];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	file = fopen(path, "w");
	if (!file || fputs(text, file) == EOF || fclose(file) != 0 ||
	    chmod(path, 0600) != 0)
		die(path);
}

static void
next_code(struct subject *subject)
{
	struct otp_oath *oath = NULL;
	uint32_t value = 0;

	if (otp_oath_new(OTP_SHA1, secret, sizeof(secret), &oath) != OTP_OK ||
	    otp_oath_value(oath, subject->next, 6, &value) != OTP_OK)
		die("HOTP");
	otp_oath_free(oath);
	(void)snprintf(code, sizeof(code), "%06u", value);
}

/* Six digits that are right for none of the next hundred counters. */
static void
wrong_code(const struct subject *subject)
{
	struct subject ahead = *subject;
	unsigned candidate = 0;

	for (unsigned i = 0; i < 100; i++, ahead.next++) {
		next_code(&ahead);
		if (strtoul(code, NULL, 10) != candidate)
			continue;
		candidate++;
		ahead.next = subject->next;
		i = 0;
	}
	(void)snprintf(code, sizeof(code), "%06u", candidate);
}

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *data)
{
	struct pam_response *responses =
	    calloc((size_t)count, sizeof(*responses));

	(void)data;
	if (!responses)
		return PAM_CONV_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup(code);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static void
no_delay(int status, unsigned micros, void *data)
{
	(void)status;
	(void)micros;
	(void)data;
}

static double
now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		die("clock_gettime");
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double
cpu(int who)
{
	struct rusage usage;

	if (getrusage(who, &usage) != 0)
		die("getrusage");
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int
login_here(const char *service)
{
	struct pam_conv conv = { .conv = answer };
	union {
		void (*function)(int, unsigned, void *);
		const void *item;
	} delay = { .function = no_delay };
	pam_handle_t *pamh = NULL;
	int status = pam_start_confdir(service, user, &conv, conf_dir, &pamh);

	if (status != PAM_SUCCESS)
		return status;
	status = pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pamh, 0);
	(void)pam_end(pamh, status);
	return status;
}

static int
login_afresh(const char *service)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		(void)execl(
		    once, once, conf_dir, service, user, code, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("fork");
	return status;
}

/* The least that exactly-once can cost: one write and one flush. */
static void
write_and_flush(void)
{
	static uint8_t slot[OTP_SLOTS_RECORD_SIZE];
	static int fd = -1;

	if (fd < 0) {
		char path[1024];

		(void)snprintf(path, sizeof(path), "%s/floor", folder);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || pwrite(fd, slot, sizeof(slot), 0) < 0 ||
		    fsync(fd) != 0)
			die(path);
	}
	slot[0]++;
	if (pwrite(fd, slot, sizeof(slot), 0) != (ssize_t)sizeof(slot) ||
	    fdatasync(fd) != 0)
		die("floor");
}

/* One login of SUBJECT; whether it was let in. */
static bool
measure(struct subject *subject, int (*login)(const char *), double *ret_micros)
{
	const int who = login == login_afresh ? RUSAGE_CHILDREN : RUSAGE_SELF;
	const unsigned before = flushes;
	const double used = cpu(who);
	const double begin = now();
	const int status = login(subject->name);

	if (subject->flushes)
		write_and_flush();
	*ret_micros = now() - begin;
	subject->cpu += cpu(who) - used;
	subject->flushed += flushes - before;
	return status == PAM_SUCCESS;
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
quantile(const struct subject *subject, unsigned count, double part)
{
	return subject->micros[(unsigned)((count - 1) * part)];
}

static void
print_table(const char *title, struct subject *subjects, unsigned count,
    unsigned rounds, bool here)
{
	(void)printf("\n%s (%u each, in turn)\n", title, rounds);
	(void)printf("  %-22s %9s %9s %9s%s\n", "", "median us", "99% us",
	    "CPU us", here ? "  flushes" : "");
	for (unsigned i = 0; i < count; i++) {
		struct subject *subject = &subjects[i];

		qsort(subject->micros, rounds, sizeof(double), by_size);
		(void)printf("  %-22s %9.1f %9.1f %9.1f", subject->name,
		    quantile(subject, rounds, 0.5),
		    quantile(subject, rounds, 0.99), subject->cpu / rounds);
		if (here)
			(void)printf(
			    " %8.2f", (double)subject->flushed / rounds);
		(void)printf(
		    "%s\n", subject->failed ? "  UNEXPECTED ANSWERS" : "");
	}
}

static const struct subject *
find(const struct subject *subjects, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(subjects[i].name, name) == 0)
			return &subjects[i];
	return NULL;
}

/* pam_otp's median in terms of each other subject's. */
static void
print_ratios(const struct subject *subjects, unsigned count, unsigned rounds)
{
	const struct subject *ours = find(subjects, count, "pam_otp");

	for (unsigned i = 0; i < count && ours; i++)
		if (&subjects[i] != ours)
			(void)printf("  pam_otp / %-20s %.2f\n",
			    subjects[i].name,
			    quantile(ours, rounds, 0.5) /
				quantile(&subjects[i], rounds, 0.5));
}

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
bench_accepted(const char *title, struct subject *subjects, unsigned count,
    unsigned rounds, int (*login)(const char *))
{
	forget(subjects, count);
	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < count; i++) {
			next_code(&subjects[i]);
			if (!measure(&subjects[i], login,
				&subjects[i].micros[round]))
				subjects[i].failed++;
			subjects[i].next++;
		}
	}
	print_table(title, subjects, count, rounds, login == login_here);
	print_ratios(subjects, count, rounds);
}

/*
 * Wrong codes, in runs that begin no wait; the right code after each run is
 * not measured.
 */
static void
bench_refused(struct subject *subjects, unsigned count, unsigned rounds)
{
	double ignored;

	forget(subjects, count);
	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < count; i++) {
			struct subject *subject = &subjects[i];
			struct subject aside = *subject;

			if (subject->asks && round % WRONG_RUN == 0) {
				next_code(subject);
				if (!measure(&aside, login_here, &ignored))
					subject->failed++;
				subject->next++;
			}
			wrong_code(subject);
			if (measure(subject, login_here,
				&subject->micros[round]) == subject->asks)
				subject->failed++;
		}
	}
	print_table("refused logins", subjects, count, rounds, true);
	print_ratios(subjects, count, rounds);
}

/* pam_otp alone, while the account waits: the last, for it stays shut. */
static void
bench_waiting(struct subject *subjects, unsigned count, unsigned rounds)
{
	struct subject *ours = NULL;
	double ignored;

	for (unsigned i = 0; i < count; i++)
		if (strcmp(subjects[i].name, "pam_otp") == 0)
			ours = &subjects[i];
	if (!ours)
		return;
	wrong_code(ours);
	for (unsigned i = 0; i < 2 * WRONG_RUN; i++)
		if (measure(ours, login_here, &ignored))
			die("a wrong code was accepted");
	forget(ours, 1);
	for (unsigned round = 0; round < rounds; round++) {
		next_code(ours);
		if (measure(ours, login_here, &ours->micros[round]))
			ours->failed++;
	}
	print_table("refused during a wait", ours, 1, rounds, true);
}

/* --- the subjects' files --- */

static void
make_service(const char *name, const char *line)
{
	char text[2048], path[64];

	(void)snprintf(text, sizeof(text), "auth required %s\n", line);
	(void)snprintf(path, sizeof(path), "pam.d/%s", name);
	write_file(text, path, "");
}

/* A store with USER enrolled, beside NEIGHBOURS others or none. */
static void
make_store(const char *name, unsigned neighbours)
{
	struct otp_seed seed = { .tokens_count = 1 };
	struct otp_token *token = &seed.tokens[0];
	struct otp_state state = { .uid = getuid(), .enrolled = true };
	struct otp_credential *credential = NULL;
	struct otp_store *store = NULL;
	struct otp_fault fault = { 0 };
	char path[700], text[900], line[2048];
	uint8_t id[OTP_ID_SIZE];
	bool made = false;

	*token = (struct otp_token){ .kind = OTP_HOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.secret_size = sizeof(secret),
		.label = "bench" };
	memcpy(token->secret, secret, sizeof(secret));
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (otp_token_id(token, id) != OTP_OK ||
	    otp_state_claim(
		&state, &seed, NULL, OTP_HOTP, id, 1, &credential) != OTP_OK ||
	    otp_store_init(path, &made, &fault) != OTP_OK ||
	    otp_store_open(path, user, &store, &fault) != OTP_OK ||
	    otp_store_create(store, &state, &fault) != OTP_OK ||
	    otp_store_put_seed(store, &seed, &fault) != OTP_OK)
		die(fault.where);
	otp_store_close(store);
	for (unsigned i = 0; i < neighbours; i++) {
		char neighbour[800];
		int fd;

		(void)snprintf(
		    neighbour, sizeof(neighbour), "%s/seed/user%u", path, i);
		fd = open(neighbour, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || close(fd) != 0)
			die(neighbour);
		(void)snprintf(
		    neighbour, sizeof(neighbour), "%s/state/user%u", path, i);
		fd = open(neighbour, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || ftruncate(fd, OTP_SLOTS_FILE_SIZE) != 0 ||
		    close(fd) != 0)
			die(neighbour);
	}
	(void)snprintf(text, sizeof(text), "store = %s\n", path);
	write_file(text, name, ".conf");
	(void)snprintf(line, sizeof(line), "%s conf=%s/%s.conf nodelay",
	    getenv("PAM_OTP_SO"), folder, name);
	make_service(name, line);
}

static bool
have_peer(const char *module)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", PEER_DIR, module);
	if (access(path, R_OK) == 0)
		return true;
	(void)printf("skipped: %s is not installed\n", module);
	return false;
}

static unsigned
make_peers(struct subject *subjects)
{
	char secret_base32[OTP_BASE32_SIZE(sizeof(secret))];
	char text[1024], line[1024];
	unsigned count = 0;

	otp_base32_encode(secret, sizeof(secret), secret_base32);
	if (have_peer("pam_google_authenticator.so")) {
		(void)snprintf(text, sizeof(text),
		    "%s\n\" HOTP_COUNTER 1\n\" WINDOW_SIZE 10\n",
		    secret_base32);
		write_file(text, "google", "");
		(void)snprintf(line, sizeof(line),
		    "pam_google_authenticator.so secret=%s/google user=%s "
		    "no_increment_hotp",
		    folder, user);
		make_service("google-authenticator", line);
		subjects[count++] = (struct subject){
			.name = "google-authenticator", .asks = true, .next = 1
		};
	}
	if (have_peer("pam_oath.so")) {
		(void)snprintf(text, sizeof(text), "HOTP\t%s\t-\t%s\t0\n", user,
		    secret_hex);
		write_file(text, "users.oath", "");
		(void)snprintf(line, sizeof(line),
		    "pam_oath.so usersfile=%s/users.oath window=10", folder);
		make_service("pam_oath", line);
		subjects[count++] =
		    (struct subject){ .name = "pam_oath", .asks = true };
	}
	return count;
}

static void
allot(struct subject *subjects, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		subjects[i].micros = calloc(ROUNDS, sizeof(double));
		if (!subjects[i].micros)
			die("calloc");
	}
}

int
main(int argc, char **argv)
{
	struct subject subjects[SUBJECTS] = {
		{ .name = "empty" },
		{ .name = "floor", .flushes = true },
		{ .name = "pam_otp", .asks = true },
	};
	struct subject sizes[2];
	unsigned count = 3;

	if (argc != 4 || !getenv("PAM_OTP_SO"))
		return 2;
	folder = argv[1];
	user = argv[2];
	once = argv[3];
	(void)snprintf(conf_dir, sizeof(conf_dir), "%s/pam.d", folder);
	if (mkdir(conf_dir, 0700) != 0)
		die(conf_dir);
	make_service("other", "pam_deny.so"); /* libpam would miss it aloud */
	make_service("empty", "pam_permit.so");
	make_service("floor", "pam_permit.so");
	make_store("pam_otp", 0);
	make_store("pam_otp_100000", NEIGHBOURS);
	count += make_peers(subjects + count);
	allot(subjects, count);

	bench_accepted("accepted logins, in a process with libcrypto", subjects,
	    count, ROUNDS, login_here);
	bench_refused(subjects, count, ROUNDS);
	bench_accepted("accepted logins, each in a fresh process", subjects,
	    count, FRESH, login_afresh);

	sizes[0] = *find(subjects, count, "pam_otp");
	sizes[1] = (struct subject){ .name = "pam_otp_100000", .asks = true };
	allot(sizes, 2);
	bench_accepted(
	    "1 user and 100,000 users", sizes, 2, ROUNDS, login_here);
	for (unsigned i = 0; i < count; i++)
		if (strcmp(subjects[i].name, "pam_otp") == 0)
			subjects[i].next = sizes[0].next;
	bench_waiting(subjects, count, ROUNDS);
	return 0;
}
