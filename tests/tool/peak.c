/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peak PROGRAM ARGUMENT...: run it, and print on standard error how much memory
 * it had at most, in KiB.  Its own messages are thrown away.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage usage;
	pid_t child;
	int null;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (null >= 0 && dup2(null, STDERR_FILENO) >= 0)
			(void)execv(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || waitpid(child, NULL, 0) != child ||
	    getrusage(RUSAGE_CHILDREN, &usage) != 0)
		return 1;
	fprintf(stderr, "%ld\n", usage.ru_maxrss);
	return 0;
}
