/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/suggest.h"

#include <string.h>

#define NAME_SIZE 33 /* bytes, the NUL included; none needs more */

static size_t distance(const char *word, const char *name);
static size_t least(size_t a, size_t b, size_t c);

const char *
otp_suggest(const char *word, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	/* One slip in three letters; a short word is like many. */
	size_t best = strlen(word) / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t slips = distance(word, names[i]);

		if (slips < best) {
			best = slips;
			nearest = names[i];
		}
	}
	return nearest;
}

/*
 * How many letters must be put in, left out, replaced or swapped with their
 * neighbour to make NAME of WORD (Damerau and Levenshtein).  Of the table of
 * all beginnings, three rows are kept.
 */
static size_t
distance(const char *word, const char *name)
{
	size_t rows[3][NAME_SIZE];
	size_t length = strlen(name), i;

	for (size_t j = 0; j <= length; j++)
		rows[0][j] = j;
	for (i = 1; word[i - 1] != '\0'; i++) {
		const size_t *above = rows[(i + 2) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + (word[i - 1] != name[j - 1]));
			if (i > 1 && j > 1 && word[i - 1] == name[j - 2] &&
			    word[i - 2] == name[j - 1])
				row[j] = least(row[j], row[j],
				    rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[(i - 1) % 3][length];
}

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}
