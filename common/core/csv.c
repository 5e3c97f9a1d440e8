/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/csv.h"

#include <stddef.h>
#include <string.h>

static char *csv_next(char **at, char separator);
static char *csv_unquote(char **at, char separator);

int
otp_csv_split(char *text, char separator, char **ret_fields, int max)
{
	char *at = text;
	int count = 0;

	while (at != NULL) {
		char *field = csv_next(&at, separator);

		if (field == NULL)
			return -1;
		if (count < max)
			ret_fields[count] = field;
		count++;
	}
	return count;
}

/* The field at *AT, which goes past it; NULL at the last one's end. */
static char *
csv_next(char **at, char separator)
{
	char *begin = *at;

	if (*begin == '"')
		return csv_unquote(at, separator);
	*at = strchr(begin, separator);
	if (*at != NULL)
		*(*at)++ = '\0';
	return strchr(begin, '"') == NULL ? begin : NULL;
}

/*
 * "a ""b""" at *AT as a "b", in place; *AT goes past it.  NULL: it has no end.
 */
static char *
csv_unquote(char **at, char separator)
{
	char *begin = *at, *to = *at;
	const char *from = begin + 1;

	for (;; from++) {
		if (*from == '\0')
			return NULL;
		/* NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): a sequence point */
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	*at = begin + (from - begin);
	if (**at != separator && **at != '\0')
		return NULL;
	/* The last byte is ended after that: TO may be where SEPARATOR is. */
	if (**at == separator)
		(*at)++;
	else
		*at = NULL;
	*to = '\0';
	return begin;
}
