/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "common/core/logline.h"
#include "common/core/wipe.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/terminal.h"
#include "otp-enroll/cli/when.h"
#include "otp-enroll/cli/wrap.h"

#define WIDE_MAX  1024 /* characters; longer texts are not aligned */
#define ROOM_MIN  20   /* columns; with fewer, the terminal wraps lines */
#define LINE_SIZE 4096 /* of a message: four escaped words and a sentence */

static char buffer[4096]; /* of standard output, for wiping: it has secrets */
static bool failed;	  /* and that was reported */
static bool diverted;	  /* otp_print() goes to standard error */

struct otp_escaped
otp_escaped(const char *text)
{
	struct otp_escaped escaped;

	otp_logline_escape(text, escaped.text, sizeof(escaped.text));
	/* cppcheck-suppress uninitvar; it was filled */
	return escaped;
}

void
otp_output_begin(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* open() returns the lowest free number, which is FD. */
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", flags) != fd)
			_exit(1);
	}
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

void
otp_output_divert(void)
{
	diverted = true;
}

/* Reports once that standard output cannot be written. */
static bool
output_failed(int errnum)
{
	if (!failed)
		otp_complain(_("Standard output cannot be written: %s."),
		    strerror(errnum));
	failed = true;
	return false;
}

/* What is not a file has nothing to flush to disk. */
static bool
sync_file(int fd)
{
	if (fdatasync(fd) == 0 || errno == EINVAL || errno == EROFS ||
	    errno == ENOTSUP)
		return true;
	return output_failed(errno);
}

bool
otp_output_sync(void)
{
	return otp_output_flush() &&
	    sync_file(diverted ? STDERR_FILENO : STDOUT_FILENO);
}

bool
otp_output_end(void)
{
	if (!otp_output_flush() || !sync_file(STDOUT_FILENO))
		return false;
	if (close(STDOUT_FILENO) != 0)
		return output_failed(errno);
	/* So that no file of the tool gets its number. */
	if (open("/dev/null", O_WRONLY) != STDOUT_FILENO)
		return output_failed(errno);
	return true;
}

bool
otp_output_flush(void)
{
	int errnum = 0;

	if (fflush(stdout) == EOF || ferror(stdout))
		errnum = errno;
	otp_wipe(buffer, sizeof(buffer));
	if (errnum != 0 || ferror(stdout))
		return output_failed(errnum);
	/* Failures of standard error cannot be reported. */
	return !diverted || !ferror(stderr);
}

static FILE *
output_stream(void)
{
	return diverted ? stderr : stdout;
}

bool
otp_output_is_terminal(struct otp_terminal_size *ret_size)
{
	int fd = fileno(output_stream());

	*ret_size = otp_terminal_size(fd);
	return isatty(fd);
}

void
otp_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	/* otp_output_flush() tells whether it was written. */
	(void)vfprintf(output_stream(), format, arguments);
	va_end(arguments);
}

int
otp_width(const char *text)
{
	wchar_t wide[WIDE_MAX];
	size_t length = mbstowcs(wide, text, WIDE_MAX);
	int width = -1;

	if (length < WIDE_MAX)
		width = wcswidth(wide, length);
	return width >= 0 ? width : (int)strlen(text);
}

int
otp_wider(int a, int b)
{
	return a > b ? a : b;
}

int
otp_lesser(int a, int b)
{
	return a < b ? a : b;
}

void
otp_print_column(const char *text, int width, const char *after)
{
	int padding = abs(width) - otp_width(text);

	if (padding < 0)
		padding = 0;
	otp_print("%*s%s%*s%s", width > 0 ? padding : 0, "", text,
	    width > 0 ? 0 : padding, "", after);
}

/* The fallback is a line that the terminal itself wraps. */
static void
write_wrapped(FILE *stream, const char *text, int indent)
{
	wchar_t wide[OTP_WRAP_MAX];
	int fd = fileno(stream);
	int room = otp_terminal_size(fd).columns - indent;
	wchar_t *at = wide;

	if (!isatty(fd) || room < ROOM_MIN ||
	    mbstowcs(wide, text, OTP_WRAP_MAX) >= OTP_WRAP_MAX) {
		(void)fprintf(stream, "%s\n", text);
		return;
	}
	for (;;) {
		size_t length = otp_wrap_line(at, room);
		wchar_t end = at[length];

		at[length] = L'\0';
		(void)fprintf(stream, "%ls\n", at);
		if (end == L'\0')
			return;
		(void)fprintf(stream, "%*s", indent, "");
		at += length + 1;
	}
}

void
otp_print_wrapped(const char *text, int indent)
{
	write_wrapped(output_stream(), text, indent);
}

void
otp_print_line(const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) >= 0)
		otp_print_wrapped(text, 0);
	va_end(arguments);
}

/* Messages follow the data that they are about. */
static void say(const char *whose, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void
say(const char *whose, const char *format, va_list arguments)
{
	char text[LINE_SIZE];

	(void)fflush(stdout);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		return;
	(void)fputs(whose, stderr);
	write_wrapped(stderr, text, (int)strlen(whose));
}

void
otp_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}

void
otp_complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("otp-enroll: ", format, arguments);
	va_end(arguments);
}

json_t *
otp_json_text(const char *text)
{
	json_t *json;

	if (text[0] == '\0')
		return json_null();
	json = json_string(text);
	return json != NULL ? json : json_string(otp_escaped(text).text);
}

json_t *
otp_json_time(int64_t seconds)
{
	return seconds == 0 ? json_null()
			    : json_string(otp_when_iso(seconds).text);
}

/* KEYS after the version of their meaning; NULL without memory. */
static json_t *
json_with_version(json_t *keys)
{
	json_t *object = json_pack("{s:i}", "version", OTP_JSON_VERSION);

	if (keys == NULL || json_object_update(object, keys) != 0) {
		json_decref(object);
		object = NULL;
	}
	json_decref(keys);
	return object;
}

bool
otp_json_print(json_t *object)
{
	json_t *versioned = json_with_version(object);
	int result;

	if (versioned == NULL) {
		otp_complain(_("There is not enough memory."));
		return false;
	}
	result = json_dumpf(versioned, stdout,
	    JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	json_decref(versioned);
	if (result == 0)
		otp_print("\n");
	return otp_output_flush() && result == 0;
}
