/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/core/oath.h"
#include "common/core/slots.h"

struct bench bench;

/*
 * Flushes are counted on their way to the kernel: the modules find these
 * functions before libc's.
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

unsigned
bench_flushes(void)
{
	return flushes;
}

void
bench_die(const char *what)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void
bench_next_code(const struct subject *subject)
{
	const uint8_t *secret = (const uint8_t *)BENCH_SECRET;
	struct otp_oath *oath = NULL;
	uint32_t value = 0;

	if (otp_oath_new(OTP_SHA1, secret, strlen(BENCH_SECRET), &oath) !=
		OTP_OK ||
	    otp_oath_value(oath, subject->next, 6, &value) != OTP_OK)
		bench_die("HOTP");
	otp_oath_free(oath);
	(void)snprintf(bench.code, sizeof(bench.code), "%06u", value);
}

/* Six digits that are right for none of the next hundred counters. */
void
bench_wrong_code(const struct subject *subject)
{
	struct subject ahead = *subject;
	unsigned candidate = 0;

	for (unsigned i = 0; i < 100; i++, ahead.next++) {
		bench_next_code(&ahead);
		if (strtoul(bench.code, NULL, 10) != candidate)
			continue;
		candidate++;
		ahead.next = subject->next;
		i = 0;
	}
	(void)snprintf(bench.code, sizeof(bench.code), "%06u", candidate);
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
	for (int i = 0; i < count; i++) {
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF &&
		    messages[i]->msg_style != PAM_PROMPT_ECHO_ON)
			continue;
		if (bench.at_prompt)
			bench.at_prompt();
		responses[i].resp = strdup(bench.code);
	}
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

double
bench_now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		bench_die("clock_gettime");
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double
cpu(int who)
{
	struct rusage usage;

	if (getrusage(who, &usage) != 0)
		bench_die("getrusage");
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int
bench_here(const char *service)
{
	struct pam_conv conv = { .conv = answer };
	union {
		void (*function)(int, unsigned, void *);
		const void *item;
	} delay = { .function = no_delay };
	pam_handle_t *pamh = NULL;
	int status;

	bench_daemon_call(service, true);
	status = pam_start_confdir(
	    service, bench.user, &conv, bench.conf_dir, &pamh);
	if (status != PAM_SUCCESS)
		bench_die("pam_start_confdir");
	status = pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
	if (status == PAM_SUCCESS && bench.key != NULL)
		status = pam_putenv(pamh, bench.key);
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pamh, 0);
	(void)pam_end(pamh, status);
	bench_daemon_call(service, false);
	return status;
}

int
bench_afresh(const char *service)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		(void)execl(bench.once, bench.once, bench.conf_dir, service,
		    bench.user, bench.code, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		bench_die("fork");
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

		(void)snprintf(path, sizeof(path), "%s/floor", bench.folder);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || pwrite(fd, slot, sizeof(slot), 0) < 0 ||
		    fsync(fd) != 0)
			bench_die(path);
	}
	slot[0]++;
	if (pwrite(fd, slot, sizeof(slot), 0) != (ssize_t)sizeof(slot) ||
	    fdatasync(fd) != 0)
		bench_die("floor");
}

bool
bench_once(const struct subject *subject, bench_login *login)
{
	const int status = login(subject->name);

	if (subject->floor)
		write_and_flush();
	return status == PAM_SUCCESS;
}

bool
bench_measure(struct subject *subject, bench_login *login, double *ret_micros)
{
	const int who = login == bench_afresh ? RUSAGE_CHILDREN : RUSAGE_SELF;
	const unsigned before = flushes;
	const double used = cpu(who);
	const double begin = bench_now();
	const bool let_in = bench_once(subject, login);

	*ret_micros = bench_now() - begin;
	subject->cpu += cpu(who) - used;
	subject->flushed += flushes - before;
	return let_in;
}

long
bench_memory(const struct subject *subject)
{
	char command[2048];
	long memory = 0;
	FILE *out;

	(void)snprintf(command, sizeof(command),
	    "'%s' '%s' '%s' '%s' %s memory", bench.once, bench.conf_dir,
	    subject->name, bench.user, bench.code);
	out = popen(command, "r");
	if (!out || fscanf(out, "%ld", &memory) != 1 || pclose(out) != 0)
		bench_die(command);
	return memory;
}
