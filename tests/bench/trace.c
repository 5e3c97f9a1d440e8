/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls are counted in a child that is traced, and not timed. */
#include "config.h"

#include "tests/bench/bench.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOGINS BENCH_WRONG_RUN

/* The first login is not counted: what is done once a process is done then. */
static _Noreturn void
logins_here(struct subject *subject, bool right)
{
	const pid_t pid = getpid();

	bench_next_code(subject);
	(void)bench_once(subject, bench_here);
	for (unsigned i = 0; i < LOGINS; i++) {
		subject->next++;
		if (right)
			bench_next_code(subject);
		else
			bench_wrong_code(subject);
		(void)kill(pid, SIGSTOP);
		(void)bench_once(subject, bench_here);
		(void)kill(pid, SIGSTOP);
	}
	_exit(0);
}

static _Noreturn void
login_afresh(const struct subject *subject)
{
	bench_next_code(subject);
	(void)execl(bench.once, bench.once, bench.conf_dir, subject->name,
	    bench.user, bench.code, (char *)NULL);
	_exit(127);
}

/* Counts from every other SIGSTOP, or from the execution (SIGTRAP), on. */
static unsigned
count_calls(pid_t child, bool here)
{
	unsigned stops = 0;
	bool counting = false;
	int status;

	while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		const int reason = WSTOPSIG(status);

		if (reason == (SIGTRAP | 0x80))
			stops += counting;
		else if (reason == (here ? SIGSTOP : SIGTRAP))
			counting = here ? !counting : true;
		if (ptrace(PTRACE_SETOPTIONS, child, NULL,
			PTRACE_O_TRACESYSGOOD) != 0 ||
		    ptrace(PTRACE_SYSCALL, child, NULL, NULL) != 0)
			bench_die("ptrace");
	}
	return stops / 2;
}

double
bench_syscalls(struct subject *subject, bench_login *login, bool right)
{
	const bool here = login == bench_here;
	const pid_t child = fork();
	unsigned calls;

	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(127);
		if (here)
			logins_here(subject, right);
		else
			login_afresh(subject);
	}
	if (child < 0)
		bench_die("fork");
	calls = count_calls(child, here);
	subject->next += here && right ? LOGINS + 1 : 1;
	return here ? (double)calls / LOGINS - 1 : calls; /* less the kill() */
}
