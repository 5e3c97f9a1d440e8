/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/effects/path.h"
#include "sshd_ask.h"

#define OUTPUT_MAX (64 * 1024) /* bytes */
#define PATIENCE   10	       /* seconds */

static const char *const programs[] = { "/usr/sbin/sshd", "/usr/bin/sshd",
	"/usr/lib/ssh/sshd" };

/* In the child. What sshd has against its configuration is not our output. */
static void
run(const char *program, const char *user, int output)
{
	char connection[512];
	char path[64], option[] = "-T", with[] = "-C";
	char *arguments[] = { path, option, user != NULL ? with : NULL,
		connection, NULL };
	char *environment[] = { NULL };
	int nowhere = open("/dev/null", O_RDWR);

	(void)snprintf(path, sizeof(path), "%s", program);
	(void)snprintf(connection, sizeof(connection),
	    "user=%s,host=localhost,addr=127.0.0.1", user != NULL ? user : "");
	if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 ||
	    dup2(nowhere, STDERR_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0)
		_exit(127);
	(void)alarm(PATIENCE);
	(void)execve(program, arguments, environment);
	_exit(127);
}

/* All that comes, as a text; NULL where there is no end to it. */
static char *
read_all(int fd)
{
	char *text = malloc(OUTPUT_MAX + 1);
	size_t size = 0;

	while (text != NULL) {
		ssize_t got = read(fd, text + size, OUTPUT_MAX - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 && size < OUTPUT_MAX) {
			text[size] = '\0';
			return text;
		}
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	free(text);
	return NULL;
}

static bool
ended_well(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static char *
ask(const char *program, const char *user)
{
	char *text;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	child = fork();
	if (child == 0)
		run(program, user, ends[1]);
	otp_path_close(&ends[1]);
	text = child > 0 ? read_all(ends[0]) : NULL;
	otp_path_close(&ends[0]);
	if (child > 0 && !ended_well(child)) {
		free(text);
		text = NULL;
	}
	return text;
}

char *
otp_sshd_ask(const char *user)
{
	/* In "-C" a comma would begin another word. */
	if (user != NULL && strpbrk(user, ",= ") != NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (access(programs[i], X_OK) == 0)
			return ask(programs[i], user);
	return NULL;
}
