/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/advice.h"

#include <stdio.h>
#include <string.h>

#define WORD_SIZE  2200 /* a path of which every byte has a backslash */
#define PIECE_SIZE 1024 /* of a sentence */

/* What is at both ends of a command, in English and in German. */
static const char *const marks[][2] = { { "'", "'" }, { "„", "“" } };

struct word {
	char text[WORD_SIZE];
};

static size_t find_command(const char *text, const char **ret_close);
static void append_piece(char *text, size_t size, const char *from,
    size_t length, const struct otp_filling *fillings);
static bool is_printable(const char *word);
static struct word quote_word(const char *word);

void
otp_advice_fill(char *text, size_t size, const char *fix,
    const struct otp_filling fillings[OTP_ADVICE_WORDS])
{
	struct otp_filling quoted[OTP_ADVICE_WORDS];
	struct word words[OTP_ADVICE_WORDS];

	for (size_t i = 0; i < OTP_ADVICE_WORDS; i++) {
		quoted[i] = fillings[i];
		if (fillings[i].text == NULL || fillings[i].ours)
			continue;
		if (!is_printable(fillings[i].text))
			continue; /* it will be escaped, for the eye alone */
		words[i] = quote_word(fillings[i].text);
		quoted[i].text = words[i].text;
		quoted[i].ours = true;
	}
	while (*fix != '\0') {
		const char *close = NULL;
		size_t plain = find_command(fix, &close);

		append_piece(text, size, fix, plain, fillings);
		fix += plain;
		if (close == NULL)
			return;
		append_piece(text, size, fix, (size_t)(close - fix), quoted);
		fix = close;
	}
}

/* Where the first command begins; *RET_CLOSE is its last mark, or NULL. */
static size_t
find_command(const char *text, const char **ret_close)
{
	size_t length = strlen(text);

	*ret_close = NULL;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *open = strstr(text, marks[i][0]);
		const char *close;

		if (open == NULL || (size_t)(open - text) >= length)
			continue;
		close = strstr(open + strlen(marks[i][0]), marks[i][1]);
		if (close == NULL)
			continue;
		length = (size_t)(open - text);
		*ret_close = close + strlen(marks[i][1]);
	}
	return length;
}

static void
append_piece(char *text, size_t size, const char *from, size_t length,
    const struct otp_filling *fillings)
{
	char piece[PIECE_SIZE];

	(void)snprintf(piece, sizeof(piece), "%.*s", (int)length, from);
	otp_fill(text, size, piece, fillings, OTP_ADVICE_WORDS);
}

static bool
is_printable(const char *word)
{
	for (; *word != '\0'; word++)
		if (*word < ' ' || *word > '~')
			return false;
	return true;
}

/* WORD as it is if the shell takes it for itself, else in double quotes. */
static struct word
quote_word(const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_./:@%+=,-";
	struct word quoted;
	size_t length = 0;

	if (word[strspn(word, safe)] == '\0') {
		(void)snprintf(quoted.text, sizeof(quoted.text), "%s", word);
		return quoted;
	}
	quoted.text[length++] = '"';
	for (; *word != '\0' && length < sizeof(quoted.text) - 3; word++) {
		if (strchr("\"$`\\", *word) != NULL)
			quoted.text[length++] = '\\';
		quoted.text[length++] = *word;
	}
	quoted.text[length++] = '"';
	quoted.text[length] = '\0';
	return quoted;
}
