/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "slurp.h"
#include "sshd.h"
#include "sshd_ask.h"

#define CONFIG	     "/etc/ssh/sshd_config"
#define FOLDER	     "/etc/ssh/" /* where relative names begin */
#define FILE_MAX     (256 * 1024)
#define INCLUDES_MAX 16	  /* files within files, as sshd has it */
#define FILES_MAX    1000 /* in all */

/* Reading; the first value of a keyword counts. */
struct reading {
	const char *root;
	struct otp_sshd *sshd;
	unsigned seen; /* a bit for each of `keywords' */
	unsigned files;
	bool asked; /* of what sshd says, which stands in no file */
};

#define NONE OTP_SSHD_KEYWORDS

static const struct {
	const char *name;
	enum otp_sshd_keyword keyword;
} keywords[] = {
	{ "UsePAM", OTP_SSHD_USE_PAM },
	{ "KbdInteractiveAuthentication", OTP_SSHD_INTERACTIVE },
	{ "ChallengeResponseAuthentication", OTP_SSHD_INTERACTIVE },
	{ "PasswordAuthentication", OTP_SSHD_PASSWORD },
	{ "PubkeyAuthentication", OTP_SSHD_KEY },
	{ "AuthenticationMethods", OTP_SSHD_METHODS },
	{ "PermitRootLogin", OTP_SSHD_ROOT },
};

static enum otp_sshd_keyword
keyword_of(const char *name)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcasecmp(name, keywords[i].name) == 0)
			return keywords[i].keyword;
	return NONE;
}

static void
set(struct otp_sshd *sshd, enum otp_sshd_keyword keyword, const char *value)
{
	bool yes = strcasecmp(value, "yes") == 0;

	switch (keyword) {
	case OTP_SSHD_USE_PAM:
		sshd->use_pam = yes;
		break;
	case OTP_SSHD_INTERACTIVE:
		sshd->interactive = yes;
		break;
	case OTP_SSHD_PASSWORD:
		sshd->password = yes;
		break;
	case OTP_SSHD_KEY:
		sshd->key = yes;
		break;
	case OTP_SSHD_METHODS:
		(void)snprintf(
		    sshd->methods, sizeof(sshd->methods), "%s", value);
		break;
	case OTP_SSHD_ROOT:
		/* The older name, which `sshd -T' still has. */
		if (strcasecmp(value, "without-password") == 0)
			value = "prohibit-password";
		(void)snprintf(sshd->root, sizeof(sshd->root), "%s", value);
		break;
	case OTP_SSHD_KEYWORDS:
		break;
	}
}

/* Whether both have the same value for KEYWORD. */
static bool
agree(const struct otp_sshd *one, const struct otp_sshd *other,
    enum otp_sshd_keyword keyword)
{
	switch (keyword) {
	case OTP_SSHD_USE_PAM:
		return one->use_pam == other->use_pam;
	case OTP_SSHD_INTERACTIVE:
		return one->interactive == other->interactive;
	case OTP_SSHD_PASSWORD:
		return one->password == other->password;
	case OTP_SSHD_KEY:
		return one->key == other->key;
	case OTP_SSHD_METHODS:
		return strcasecmp(one->methods, other->methods) == 0;
	case OTP_SSHD_ROOT:
		return strcasecmp(one->root, other->root) == 0;
	case OTP_SSHD_KEYWORDS:
		break;
	}
	return true;
}

static struct otp_sshd_place
place_of(const char *path, unsigned number)
{
	struct otp_sshd_place place;

	(void)snprintf(place.text, sizeof(place.text), "%s:%u", path, number);
	return place;
}

static void
take(struct reading *reading, enum otp_sshd_keyword keyword, const char *value,
    struct otp_sshd_place place)
{
	if (keyword == NONE || (reading->seen & 1U << keyword) != 0)
		return;
	reading->seen |= 1U << keyword;
	set(reading->sshd, keyword, value);
	if (!reading->asked)
		reading->sshd->places[keyword] = place;
}

/* --- Lines -------------------------------------------------------------- */

#define SPACE " \t\r\f\v"

/* Cut LINE into a keyword and what follows, without quotes around all of it. */
static char *
split(char *line, char **ret_value)
{
	char *word = line + strspn(line, SPACE);
	char *value = word + strcspn(word, SPACE "=");
	size_t length;

	if (*value != '\0')
		*value++ = '\0';
	value += strspn(value, SPACE "=");
	length = strlen(value);
	while (length > 0 && strchr(SPACE, value[length - 1]) != NULL)
		value[--length] = '\0';
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		value[length - 1] = '\0';
		value++;
	}
	*ret_value = value;
	return word;
}

static bool read_file(
    struct reading *reading, const char *path, unsigned depth);

/* NOLINTBEGIN(misc-no-recursion): as deep as INCLUDES_MAX; see read_file() */

/* What INCLUDE's patterns stand for, in their order. */
static void
read_includes(struct reading *reading, char *patterns, unsigned depth)
{
	char *rest = NULL;

	for (char *pattern = strtok_r(patterns, SPACE "\"", &rest);
	     pattern != NULL; pattern = strtok_r(NULL, SPACE "\"", &rest)) {
		char path[OTP_SERVICE_PATH];
		glob_t found = { .gl_pathc = 0 };
		int length = snprintf(path, sizeof(path), "%s%s%s",
		    reading->root, pattern[0] == '/' ? "" : FOLDER, pattern);

		if (length < 0 || (size_t)length >= sizeof(path) ||
		    glob(path, 0, NULL, &found) != 0)
			continue;
		for (size_t i = 0; i < found.gl_pathc; i++)
			(void)read_file(reading, found.gl_pathv[i], depth + 1);
		globfree(&found);
	}
}

/* One line of PATH; *MATCHED: it stands behind a Match of its file. */
static void
read_line(struct reading *reading, char *line, const char *path,
    unsigned number, unsigned depth, bool *matched)
{
	struct otp_sshd *sshd = reading->sshd;
	char *value = NULL;
	const char *word = split(line, &value);

	if (*word == '\0' || *word == '#')
		return;
	if (strcasecmp(word, "Match") == 0) {
		*matched = strcasecmp(value, "all") != 0;
		return;
	}
	if (!*matched && strcasecmp(word, "Include") == 0) {
		read_includes(reading, value, depth);
		return;
	}
	if (!*matched)
		take(reading, keyword_of(word), value, place_of(path, number));
	else if ((keyword_of(word) != NONE ||
		     strcasecmp(word, "Include") == 0) &&
	    sshd->match.text[0] == '\0')
		sshd->match = place_of(path, number);
}

static void
read_lines(
    struct reading *reading, char *text, const char *path, unsigned depth)
{
	bool matched = false;
	unsigned number = 0;

	while (text != NULL) {
		char *line = strsep(&text, "\n");

		read_line(reading, line, path, ++number, depth, &matched);
	}
}

/* False: errno says why. */
static bool
read_file(struct reading *reading, const char *path, unsigned depth)
{
	size_t size = 0;
	char *text;

	if (depth > INCLUDES_MAX || ++reading->files > FILES_MAX) {
		errno = ELOOP;
		return false;
	}
	text = otp_slurp(path, FILE_MAX, &size);
	if (text == NULL)
		return false;
	read_lines(reading, text, path, depth);
	free(text);
	return true;
}

/* NOLINTEND(misc-no-recursion) */

/* What is written in files, up to their Match blocks.  False: errno says why. */
static bool
read_written(const char *root, struct otp_sshd *ret_sshd)
{
	struct otp_sshd sshd = {
		.interactive = true,
		.password = true,
		.key = true,
		.methods = "any",
		.root = "prohibit-password",
	};
	struct reading reading = { .root = root, .sshd = &sshd };
	bool done;

	(void)snprintf(sshd.where, sizeof(sshd.where), "%s%s", root, CONFIG);
	for (unsigned i = 0; i < OTP_SSHD_KEYWORDS; i++)
		(void)snprintf(sshd.places[i].text, sizeof(sshd.places[i].text),
		    "%s", sshd.where);
	done = read_file(&reading, sshd.where, 0);
	*ret_sshd = sshd;
	return done;
}

/*
 * What sshd says, TEXT, holds; where that is not what was read before Match
 * blocks, it stands in one of them.
 */
static void
take_asked(struct otp_sshd *sshd, char *text)
{
	const struct otp_sshd written = *sshd;
	struct reading reading = { .root = "", .sshd = sshd, .asked = true };

	(void)snprintf(sshd->where, sizeof(sshd->where), "sshd -T");
	read_lines(&reading, text, sshd->where, 0);
	for (unsigned i = 0; i < OTP_SSHD_KEYWORDS; i++)
		if (written.match.text[0] != '\0' &&
		    !agree(sshd, &written, (enum otp_sshd_keyword)i))
			sshd->places[i] = written.match;
	sshd->match.text[0] = '\0';
}

bool
otp_sshd_read(const char *root, const char *user, struct otp_sshd *ret_sshd,
    const char **ret_why)
{
	struct otp_sshd sshd;
	bool done = read_written(root, &sshd);
	int errnum = errno;
	char *text = NULL;

	*ret_why = NULL;
	if (root[0] == '\0' && geteuid() == 0)
		text = otp_sshd_ask(user);
	if (text != NULL)
		take_asked(&sshd, text);
	else if (!done && errnum != ENOENT && errnum != ENOTDIR)
		*ret_why = strerror(errnum);
	done = done || text != NULL;
	free(text);
	*ret_sshd = sshd;
	return done;
}
