/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/question.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/terminal.h"
#include "otp-enroll/cli/wrap.h"

#define QUESTION_SIZE 2048 /* a name of which every byte is escaped */
#define ANSWER_SIZE   32

static void keep_last_line(char prompt[QUESTION_SIZE]);
static bool is_yes(char *answer);

bool
otp_question(const struct otp_args *args, const char *question, ...)
{
	char prompt[QUESTION_SIZE], answer[ANSWER_SIZE];
	enum otp_asked asked;
	va_list arguments;
	int length;

	if (args->yes || !isatty(STDIN_FILENO))
		return true;
	va_start(arguments, question);
	length = vsnprintf(prompt, sizeof(prompt), question, arguments);
	va_end(arguments);
	if (length < 0)
		return false;
	(void)fflush(stdout);
	keep_last_line(prompt);
	asked = otp_terminal_ask(prompt, sizeof(answer), answer);
	if (asked == OTP_ASKED_LINE && is_yes(answer))
		return true;
	if (asked == OTP_ASKED_INTERRUPTED)
		otp_say("%s", ""); /* off the prompt's line */
	otp_complain(_("Nothing changed."));
	return false;
}

/* Those before it are shown, as the window is too narrow for them all. */
static void
keep_last_line(char prompt[QUESTION_SIZE])
{
	wchar_t wide[QUESTION_SIZE];
	wchar_t *at = wide;
	int room = otp_terminal_size(STDIN_FILENO).columns - (int)sizeof("yes");

	if (mbstowcs(wide, prompt, QUESTION_SIZE) >= QUESTION_SIZE)
		return;
	for (;;) {
		size_t length = otp_wrap_line(at, room);

		if (at[length] == L'\0')
			break;
		at[length] = L'\0';
		otp_say("%ls", at);
		at += length + 1;
	}
	(void)wcstombs(prompt, at, QUESTION_SIZE);
}

static bool
is_yes(char *answer)
{
	answer += strspn(answer, " \t");
	answer[strcspn(answer, " \t\r")] = '\0';
	/* TRANSLATORS: what answers "Go on? [y/N]". */
	return strcasecmp(answer, _("y")) == 0 ||
	    strcasecmp(answer, _("yes")) == 0;
}
