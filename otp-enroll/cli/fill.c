/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/fill.h"

#include <string.h>

#include "otp-enroll/cli/output.h"

static void append_bytes(
    char *text, size_t size, const char *more, size_t length);
static const struct otp_filling *filling_at(
    const char *at, const struct otp_filling *fillings, size_t count);

void
otp_append(char *text, size_t size, const char *more)
{
	append_bytes(text, size, more, strlen(more));
}

void
otp_fill(char *text, size_t size, const char *sentence,
    const struct otp_filling *fillings, size_t count)
{
	while (*sentence != '\0') {
		const struct otp_filling *filling =
		    filling_at(sentence, fillings, count);
		size_t plain = 1 + strcspn(sentence + 1, "{");

		if (filling == NULL) {
			append_bytes(text, size, sentence, plain);
			sentence += plain;
			continue;
		}
		if (filling->text != NULL && filling->ours)
			otp_append(text, size, filling->text);
		else if (filling->text != NULL)
			otp_append(text, size, otp_escaped(filling->text).text);
		sentence += strlen(filling->name);
	}
}

static void
append_bytes(char *text, size_t size, const char *more, size_t length)
{
	size_t used = strlen(text);

	if (length > size - 1 - used)
		length = size - 1 - used;
	memcpy(text + used, more, length);
	text[used + length] = '\0';
}

static const struct otp_filling *
filling_at(const char *at, const struct otp_filling *fillings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(at, fillings[i].name, strlen(fillings[i].name)) ==
		    0)
			return &fillings[i];
	return NULL;
}
