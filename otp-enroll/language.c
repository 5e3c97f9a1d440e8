/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

#ifdef OTP_NLS
/*
 * A catalog has formats in it, so that whoever chooses the file can do what the
 * tool can, and that may be root's tool behind sudo: only a language is taken
 * from the environment, never a way to a file.
 */
static void
bind_catalogs(void)
{
	const char *languages = getenv("LANGUAGE");

	if (languages != NULL && strchr(languages, '/') != NULL)
		(void)unsetenv("LANGUAGE");
	/* Where either fails, messages are English, as they would be anyway. */
	(void)setlocale(LC_MESSAGES, "");
	if (bindtextdomain("otp-enroll", OTP_LOCALE_DIR) != NULL)
		(void)textdomain("otp-enroll");
}
#else
static void
bind_catalogs(void)
{
}
#endif

void
otp_language_end(void)
{
	/* Whatever LANGUAGE says: in this one there are no catalogs. */
	(void)setlocale(LC_MESSAGES, "C");
}

void
otp_language_begin(void)
{
	/* Not LC_ALL: numbers and times are the same for every reader. */
	(void)setlocale(LC_CTYPE, "");
	bind_catalogs();
}
