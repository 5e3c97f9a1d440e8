/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/i18n.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "places.h"

#ifdef OTP_NLS
/*
 * A catalog contains formats, so a user who chooses the file can make the tool
 * do anything, as root if it is run through sudo.  So the environment chooses a
 * language, never the path of a file.
 */
static void
bind_catalogs(void)
{
	const char *languages = getenv("LANGUAGE");

	if (languages != NULL && strchr(languages, '/') != NULL)
		(void)unsetenv("LANGUAGE");
	/* If either fails, messages are in English. */
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
otp_i18n_end(void)
{
	/* This locale has no catalogs, whatever LANGUAGE says. */
	(void)setlocale(LC_MESSAGES, "C");
}

void
otp_i18n_begin(void)
{
	/* Not LC_ALL: numbers and times are the same for every reader. */
	(void)setlocale(LC_CTYPE, "");
	bind_catalogs();
}
