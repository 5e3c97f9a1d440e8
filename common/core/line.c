/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/line.h"

#include <string.h>

bool
otp_line_next(struct otp_lines *rest, struct otp_line *ret_line)
{
	const char *text = rest->text, *newline;
	size_t length;

	if (rest->size == 0)
		return false;
	newline = memchr(text, '\n', rest->size);
	length = newline != NULL ? (size_t)(newline - text) : rest->size;
	*ret_line = (struct otp_line){
		.text = text,
		.length = length,
		.ended = newline != NULL,
		.has_cr = length > 0 && text[length - 1] == '\r',
		.has_nul = memchr(text, '\0', length) != NULL,
	};
	length += newline != NULL;
	rest->text += length;
	rest->size -= length;
	rest->number++;
	return true;
}

void
otp_line_from_returns(char *text, size_t size)
{
	if (memchr(text, '\n', size) != NULL)
		return;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\r')
			text[i] = '\n';
}
