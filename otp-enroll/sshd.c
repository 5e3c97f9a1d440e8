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
};

enum keyword {
	USE_PAM,
	INTERACTIVE,
	PASSWORD,
	KEY,
	METHODS,
	ROOT_LOGIN,
	NONE,
};

static const struct {
	const char *name;
	enum keyword keyword;
} keywords[] = {
	{ "UsePAM", USE_PAM },
	{ "KbdInteractiveAuthentication", INTERACTIVE },
	{ "ChallengeResponseAuthentication", INTERACTIVE },
	{ "PasswordAuthentication", PASSWORD },
	{ "PubkeyAuthentication", KEY },
	{ "AuthenticationMethods", METHODS },
	{ "PermitRootLogin", ROOT_LOGIN },
};

static enum keyword
keyword_of(const char *name)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcasecmp(name, keywords[i].name) == 0)
			return keywords[i].keyword;
	return NONE;
}

static void
take(struct reading *reading, enum keyword keyword, const char *value)
{
	struct otp_sshd *sshd = reading->sshd;
	bool yes = strcasecmp(value, "yes") == 0;

	if (keyword == NONE || (reading->seen & 1U << keyword) != 0)
		return;
	reading->seen |= 1U << keyword;
	switch (keyword) {
	case USE_PAM:
		sshd->use_pam = yes;
		break;
	case INTERACTIVE:
		sshd->interactive = yes;
		break;
	case PASSWORD:
		sshd->password = yes;
		break;
	case KEY:
		sshd->key = yes;
		break;
	case METHODS:
		(void)snprintf(
		    sshd->methods, sizeof(sshd->methods), "%s", value);
		break;
	case ROOT_LOGIN:
		(void)snprintf(sshd->root, sizeof(sshd->root), "%s", value);
		break;
	case NONE:
		break;
	}
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
		take(reading, keyword_of(word), value);
	else if ((keyword_of(word) != NONE ||
		     strcasecmp(word, "Include") == 0) &&
	    sshd->match[0] == '\0')
		(void)snprintf(
		    sshd->match, sizeof(sshd->match), "%s:%u", path, number);
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

bool
otp_sshd_read(const char *root, const char *user, struct otp_sshd *ret_sshd,
    const char **ret_why)
{
	struct otp_sshd sshd = {
		.interactive = true,
		.password = true,
		.key = true,
		.methods = "any",
		.root = "prohibit-password",
	};
	struct reading reading = { .root = root, .sshd = &sshd };
	char *text = NULL;

	*ret_why = NULL;
	if (snprintf(sshd.where, sizeof(sshd.where), "%s%s", root, CONFIG) < 0)
		return false;
	if (root[0] == '\0' && geteuid() == 0)
		text = otp_sshd_ask(user);
	if (text != NULL) {
		(void)snprintf(sshd.where, sizeof(sshd.where), "sshd -T");
		read_lines(&reading, text, sshd.where, 0);
		free(text);
	} else if (!read_file(&reading, sshd.where, 0)) {
		if (errno != ENOENT && errno != ENOTDIR)
			*ret_why = strerror(errno);
		*ret_sshd = sshd;
		return false;
	}
	*ret_sshd = sshd;
	return true;
}
