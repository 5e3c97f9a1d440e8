/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/wrap.h"

static size_t piece_length(const wchar_t *text, int room);

size_t
otp_wrap_line(const wchar_t *text, int room)
{
	size_t length = piece_length(text, room);

	while (text[length] != L'\0') {
		size_t longer =
		    length + 1 + piece_length(text + length + 1, room);

		if (otp_wrap_width(text, longer) > room)
			break;
		length = longer;
	}
	return length;
}

int
otp_wrap_width(const wchar_t *text, size_t length)
{
	int width = wcswidth(text, length);

	return width >= 0 ? width : (int)length;
}

/*
 * How much of TEXT stays on one line: a word, or a command in '...' or German
 * quotes, which can then be copied whole, if there is ROOM.
 */
static size_t
piece_length(const wchar_t *text, int room)
{
	size_t word = wcscspn(text, L" "), length;
	const wchar_t *open = text + wcsspn(text, L"(");
	const wchar_t *close = NULL;

	if (*open == L'\'' || *open == L'`')
		close = wcschr(open + 1, L'\'');
	else if (*open == L'\u201e')
		close = wcschr(open, L'\u201c');
	if (close == NULL)
		return word;
	length = (size_t)(close - text);
	length += wcscspn(close, L" ");
	return otp_wrap_width(text, length) <= room ? length : word;
}
