/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-deliver/submit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool is_printable(const char *text, size_t length, char also);

_Noreturn void
otp_submit_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	exit(1);
}

const char *
otp_submit_variable(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL || !is_printable(value, strlen(value), ' '))
		otp_submit_fail("%s is not set, or not printable", name);
	return value;
}

void
otp_submit_read(char *ret_text, size_t size)
{
	const size_t length = fread(ret_text, 1, size, stdin);

	if (ferror(stdin) != 0 || length == 0 || length == size ||
	    !is_printable(ret_text, length, '\n'))
		otp_submit_fail("standard input is not a message");
	ret_text[length] = '\0';
}

/* Printable ASCII, and ALSO. */
static bool
is_printable(const char *text, size_t length, char also)
{
	for (size_t i = 0; i < length; i++)
		if ((text[i] < ' ' || text[i] > '~') && text[i] != also)
			return false;
	return true;
}

void
otp_submit_add(struct otp_submission *submission, const char *format, ...)
{
	const size_t room = sizeof(submission->text) - submission->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(
	    submission->text + submission->length, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		otp_submit_fail("the message is too large");
	submission->length += (size_t)length;
}

/* A file in memory: the command reads it at its own pace, and this process
   becomes the command. */
_Noreturn void
otp_submit(const struct otp_submission *submission, char *const arguments[])
{
	const int input = memfd_create("message", MFD_CLOEXEC);

	if (input == -1 ||
	    write(input, submission->text, submission->length) !=
		(ssize_t)submission->length ||
	    lseek(input, 0, SEEK_SET) != 0 || dup2(input, STDIN_FILENO) == -1)
		otp_submit_fail("no file in memory: %s", strerror(errno));
	(void)execvp(arguments[0], arguments);
	otp_submit_fail("%s: %s", arguments[0], strerror(errno));
}
