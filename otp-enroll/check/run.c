/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/store/path.h"
#include "otp-enroll/cli/read.h"

#define PATIENCE 10  /* seconds */
#define NOT_RUN	 127 /* an exit status, as of sh(1) */

static void run_child(
    const char *const *arguments, enum otp_run_output output, int end);
static int wait_for(pid_t child);

bool
otp_run(const char *const *arguments, enum otp_run_output output, size_t max,
    char **ret_text, int *ret_status)
{
	enum otp_err err = OTP_ERR_READ;
	char *text = NULL;
	size_t size = 0;
	int ends[2], status;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	child = fork();
	if (child == 0)
		run_child(arguments, output, ends[1]);
	otp_path_close(&ends[1]);
	if (child > 0)
		err = otp_read_all(
		    ends[0], max, OTP_READ_FOREVER, &text, &size, NULL);
	otp_path_close(&ends[0]);
	status = child > 0 ? wait_for(child) : -1;
	if (err != OTP_OK || status < 0 || status == NOT_RUN) {
		if (err == OTP_OK)
			free(text);
		return false;
	}
	*ret_text = text;
	*ret_status = status;
	return true;
}

static void
run_child(const char *const *arguments, enum otp_run_output output, int end)
{
	char *environment[] = { NULL };
	int nowhere = open("/dev/null", O_RDWR);
	int errors = output == OTP_RUN_BOTH ? end : nowhere;

	if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 ||
	    dup2(errors, STDERR_FILENO) < 0 || dup2(end, STDOUT_FILENO) < 0)
		_exit(NOT_RUN);
	(void)alarm(PATIENCE);
	/* The type is execve()'s; it does not write to them. */
	(void)execve(arguments[0],
	    /* NOLINTNEXTLINE(performance-no-int-to-ptr): a const less, so */
	    (char *const *)(uintptr_t)arguments, environment);
	_exit(NOT_RUN);
}

/* The exit status, or -1 if a signal ended it. */
static int
wait_for(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
