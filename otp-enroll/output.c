/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "common/core/event.h"
#include "common/core/wipe.h"
#include "language.h"
#include "output.h"
#include "terminal.h"

#define WIDE_MAX 1024 /* characters; what is longer aligns with nothing */
#define ROOM_MIN 20   /* columns; in fewer, the terminal breaks lines as well */

static char buffer[4096]; /* standard output's, since secrets pass through */
static bool failed;	  /* and it was said */
static bool diverted;	  /* otp_print() goes to standard error */

struct otp_escaped
otp_escaped(const char *text)
{
	struct otp_escaped escaped;

	otp_event_escape(text, escaped.text, sizeof(escaped.text));
	/* cppcheck-suppress uninitvar; it was filled */
	return escaped;
}

/* jansson's memory held secrets, maybe. */
static void
wipe_and_free(void *memory)
{
	if (memory == NULL)
		return;
	otp_wipe(memory, malloc_usable_size(memory));
	free(memory);
}

void
otp_output_begin(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* The lowest free one is FD; opened so, using it fails. */
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", flags) != fd)
			_exit(1);
	}
	json_set_alloc_funcs(malloc, wipe_and_free);
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

void
otp_output_divert(void)
{
	diverted = true;
}

/* Standard output cannot be written: said once. */
static bool
fail(int errnum)
{
	if (!failed)
		otp_complain(_("Standard output cannot be written: %s."),
		    strerror(errnum));
	failed = true;
	return false;
}

bool
otp_output_end(void)
{
	if (!otp_output_flush())
		return false;
	if (close(STDOUT_FILENO) != 0)
		return fail(errno);
	/* The lowest free one, so that no file of ours gets its number. */
	if (open("/dev/null", O_WRONLY) != STDOUT_FILENO)
		return fail(errno);
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
		return fail(errnum);
	/* There is nobody left to tell. */
	return !diverted || !ferror(stderr);
}

void
otp_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	/* otp_output_flush() tells whether it was written. */
	(void)vfprintf(diverted ? stderr : stdout, format, arguments);
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

void
otp_print_column(const char *text, int width, const char *behind)
{
	int padding = abs(width) - otp_width(text);

	if (padding < 0)
		padding = 0;
	otp_print("%*s%s%*s%s", width > 0 ? padding : 0, "", text,
	    width > 0 ? 0 : padding, "", behind);
}

/* Its columns; what cannot be shown takes one for each character. */
static int
wide_width(const wchar_t *text, size_t length)
{
	int width = wcswidth(text, length);

	return width >= 0 ? width : (int)length;
}

/*
 * How much of TEXT stays on one line: a word, or a command in `...' or the
 * German quotes, which is whole when it is copied, if there is ROOM.
 */
static size_t
piece_length(const wchar_t *text, int room)
{
	size_t word = wcscspn(text, L" "), length;
	const wchar_t *open = wcspbrk(text, L"`\u201e");
	const wchar_t *close = NULL;

	if (open != NULL && open < text + word)
		close = wcschr(open, *open == L'`' ? L'\'' : L'\u201c');
	if (close == NULL)
		return word;
	length = (size_t)(close - text);
	length += wcscspn(close, L" ");
	return wide_width(text, length) <= room ? length : word;
}

static void
print_pieces(wchar_t *text, int indent, int room)
{
	int column = 0;

	for (wchar_t *at = text; at[0] != L'\0';) {
		size_t length = piece_length(at, room);
		int width = wide_width(at, length);
		wchar_t end = at[length];

		if (at != text && column + 1 + width > room) {
			otp_print("\n%*s", indent, "");
			column = 0;
		} else if (at != text) {
			otp_print(" ");
			column++;
		}
		at[length] = L'\0';
		otp_print("%ls", at);
		column += width;
		at += end != L'\0' ? length + 1 : length;
	}
	otp_print("\n");
}

void
otp_print_wrapped(const char *text, int indent)
{
	wchar_t wide[WIDE_MAX];
	int room = otp_terminal_size(STDOUT_FILENO).columns - indent;

	if (isatty(STDOUT_FILENO) && room >= ROOM_MIN &&
	    mbstowcs(wide, text, WIDE_MAX) < WIDE_MAX)
		print_pieces(wide, indent, room);
	else
		otp_print("%s\n", text);
}

/* Messages come after the data they are about. */
static void say(const char *whose, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void
say(const char *whose, const char *format, va_list arguments)
{
	(void)fflush(stdout);
	(void)fputs(whose, stderr);
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
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
	char text[sizeof("-2147483648-01-31T12:00:00Z")];
	time_t at = (time_t)seconds;
	struct tm parts;

	if (seconds == 0 || gmtime_r(&at, &parts) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return json_null();
	return json_string(text);
}

bool
otp_json_print(json_t *object)
{
	int result;

	if (object == NULL) {
		otp_complain(_("There is not enough memory."));
		return false;
	}
	result = json_dumpf(object, stdout,
	    JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	json_decref(object);
	if (result == 0)
		otp_print("\n");
	return otp_output_flush() && result == 0;
}
