/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller UID COMMAND...: runs COMMAND and stays its parent, with the real uid
 * UID and the effective uid of root: as sudo does, called by UID.  Others than
 * root can only be UID themselves.
 * caller orphan COMMAND...: COMMAND's parent has ended before it begins.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILED 99

static int
run(char **argv, int orphan, pid_t parent)
{
	while (orphan && getppid() == parent)
		(void)usleep(1000);
	if (geteuid() == 0 && setresuid(0, 0, 0) != 0)
		return FAILED;
	(void)execvp(argv[0], argv);
	return FAILED;
}

int
main(int argc, char **argv)
{
	const int orphan = argc > 2 && strcmp(argv[1], "orphan") == 0;
	const pid_t parent = getpid();
	int status = 0;
	pid_t child;

	if (argc < 3)
		return FAILED;
	if (!orphan && getuid() == 0 &&
	    setresuid((uid_t)strtoul(argv[1], NULL, 10), 0, 0) != 0)
		return FAILED;
	child = fork();
	if (child == 0)
		_exit(run(argv + 2, orphan, parent));
	if (child == -1)
		return FAILED;
	if (orphan)
		return 0;
	(void)signal(SIGINT, SIG_IGN);
	if (waitpid(child, &status, 0) != child)
		return FAILED;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	(void)signal(SIGINT, SIG_DFL);
	(void)raise(WTERMSIG(status));
	return FAILED;
}
