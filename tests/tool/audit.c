/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded: what goes to syslog(3) is appended to the file AUDIT_LOG names.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

static void
note(int priority, const char *format, va_list arguments)
{
	const char *path = getenv("AUDIT_LOG");
	FILE *file = path != NULL ? fopen(path, "a") : NULL;

	if (file == NULL)
		return;
	fprintf(file, "<%d>", priority);
	vfprintf(file, format, arguments);
	fputc('\n', file);
	fclose(file);
}

void
syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(priority, format, arguments);
	va_end(arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...);

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	note(priority, format, arguments);
	va_end(arguments);
}
