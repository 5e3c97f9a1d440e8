/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/sshd_scan.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "otp-enroll/pamconf/readfile.h"

#define CONFIG	     "/etc/ssh/sshd_config"
#define FOLDER	     "/etc/ssh/" /* which relative names are below */
#define FILE_MAX     (256 * 1024)
#define INCLUDES_MAX 16	  /* depth of includes, as in sshd */
#define FILES_MAX    1000 /* in all */
#define SETTINGS_MAX 1000 /* in Match blocks */
#define SPACE	     " \t\r\f\v"

/* Reading a configuration, in which the first value of a keyword counts. */
struct reading {
	const char *root;
	struct otp_sshd *sshd;
	struct otp_sshd_scan *scan; /* NULL: sshd's output, without places */
	unsigned seen;		    /* a bit for each enum otp_sshd_keyword */
	unsigned files;
};

/* Where a line is. */
struct line {
	const char *path;
	unsigned number;
	unsigned depth;
	const char *outer;	       /* the block that includes PATH, or "" */
	char match[OTP_SSHD_CRITERIA]; /* "" = outside Match blocks */
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
	{ "DenyUsers", OTP_SSHD_DENY_USERS },
	{ "AllowUsers", OTP_SSHD_ALLOW_USERS },
	{ "DenyGroups", OTP_SSHD_DENY_GROUPS },
	{ "AllowGroups", OTP_SSHD_ALLOW_GROUPS },
	{ "AllowAgentForwarding", OTP_SSHD_AGENT },
	{ "DisableForwarding", OTP_SSHD_FORWARDING },
	{ "LoginGraceTime", OTP_SSHD_GRACE },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct otp_sshd default_settings(const char *root);
static bool read_file(
    struct reading *reading, const char *path, const struct line *from);
static void read_lines(struct reading *reading, char *text, struct line *line);
static void read_line(struct reading *reading, char *text, struct line *line);
static void begin_match(struct line *line, const char *criteria);
static char *split_line(char *line, char **ret_value);
static void join_words(char *value);
static void read_includes(
    struct reading *reading, char *patterns, const struct line *from);
static enum otp_sshd_keyword keyword_of(const char *name);
static void take_value(struct reading *reading, enum otp_sshd_keyword keyword,
    const char *value, const struct line *line);
static void add_value(
    struct otp_sshd *sshd, enum otp_sshd_keyword keyword, const char *value);
static void take_matched(struct reading *reading, enum otp_sshd_keyword keyword,
    const char *value, const struct line *line);
static struct otp_sshd_place place_of(const struct line *line);
static const struct otp_sshd_place *find_place(const struct otp_sshd_scan *scan,
    enum otp_sshd_keyword keyword, const char *value);
static bool is_list(enum otp_sshd_keyword keyword);

bool
otp_sshd_scan(const char *root, struct otp_sshd_scan *ret_scan)
{
	struct otp_sshd_scan scan = { .written = default_settings(root) };
	struct reading reading = {
		.root = root, .sshd = &scan.written, .scan = &scan
	};
	char path[OTP_SERVICE_PATH];
	bool done;

	(void)snprintf(path, sizeof(path), "%s%s", root, CONFIG);
	done = read_file(&reading, path, NULL);
	*ret_scan = scan;
	return done;
}

void
otp_sshd_scan_free(struct otp_sshd_scan *scan)
{
	free(scan->settings);
	scan->settings = NULL;
	scan->count = 0;
}

void
otp_sshd_scan_output(
    const struct otp_sshd_scan *scan, char *text, struct otp_sshd *ret_sshd)
{
	struct otp_sshd sshd = default_settings("");
	struct reading reading = { .root = "", .sshd = &sshd };
	struct line line = { .path = "", .outer = "" };

	read_lines(&reading, text, &line);
	for (unsigned i = 0; i < OTP_SSHD_KEYWORDS; i++)
		sshd.places[i] =
		    *find_place(scan, (enum otp_sshd_keyword)i, sshd.values[i]);
	*ret_sshd = sshd;
}

/* What sshd does if nothing is written. */
static struct otp_sshd
default_settings(const char *root)
{
	struct otp_sshd sshd = { .values = {
				     [OTP_SSHD_USE_PAM] = "no",
				     [OTP_SSHD_INTERACTIVE] = "yes",
				     [OTP_SSHD_PASSWORD] = "yes",
				     [OTP_SSHD_KEY] = "yes",
				     [OTP_SSHD_METHODS] = "any",
				     [OTP_SSHD_ROOT] = "prohibit-password",
				     [OTP_SSHD_AGENT] = "yes",
				     [OTP_SSHD_FORWARDING] = "no",
				     [OTP_SSHD_GRACE] = "120",
				 } };

	for (unsigned i = 0; i < OTP_SSHD_KEYWORDS; i++)
		(void)snprintf(sshd.places[i].text, sizeof(sshd.places[i].text),
		    "%s%s", root, CONFIG);
	return sshd;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as INCLUDES_MAX */

/* Read PATH, which FROM includes (or NULL).  On failure errno says why. */
static bool
read_file(struct reading *reading, const char *path, const struct line *from)
{
	struct line line = { .path = path, .outer = "" };
	size_t size = 0;
	char *text;

	if (from != NULL) {
		line.depth = from->depth + 1;
		line.outer = from->match;
		memcpy(line.match, from->match, sizeof(line.match));
	}
	if (line.depth > INCLUDES_MAX || ++reading->files > FILES_MAX) {
		errno = ELOOP;
		return false;
	}
	text = otp_readfile(path, FILE_MAX, &size);
	if (text == NULL)
		return false;
	read_lines(reading, text, &line);
	free(text);
	return true;
}

static void
read_lines(struct reading *reading, char *text, struct line *line)
{
	while (text != NULL) {
		line->number++;
		read_line(reading, strsep(&text, "\n"), line);
	}
}

static void
read_line(struct reading *reading, char *text, struct line *line)
{
	char *value = NULL;
	const char *word = split_line(text, &value);
	enum otp_sshd_keyword keyword = keyword_of(word);

	if (*word == '\0' || *word == '#')
		return;
	if (strcasecmp(word, "Include") == 0) {
		read_includes(reading, value, line);
		return;
	}
	join_words(value);
	if (strcasecmp(word, "Match") == 0)
		begin_match(line, value);
	else if (keyword != NONE && line->match[0] == '\0')
		take_value(reading, keyword, value, line);
	else if (keyword != NONE)
		take_matched(reading, keyword, value, line);
}

/* A block in an included file is one within the block that includes it. */
static void
begin_match(struct line *line, const char *criteria)
{
	const char *blank = line->outer[0] != '\0' ? " " : "";

	if (strcasecmp(criteria, "all") == 0)
		criteria = blank = "";
	(void)snprintf(line->match, sizeof(line->match), "%s%s%s", line->outer,
	    blank, criteria);
}

/* Split LINE into a keyword and the rest. */
static char *
split_line(char *line, char **ret_value)
{
	char *word = line + strspn(line, SPACE);
	char *value = word + strcspn(word, SPACE "=");

	if (*value != '\0')
		*value++ = '\0';
	*ret_value = value + strspn(value, SPACE "=");
	return word;
}

/* Leave one blank between the words, and neither quotes nor a comment. */
static void
join_words(char *value)
{
	char *rest = NULL, *end = value;
	const char *word = strtok_r(value, SPACE "\"", &rest);

	while (word != NULL && word[0] != '#') {
		size_t length = strlen(word);

		if (end != value)
			*end++ = ' ';
		memmove(end, word, length);
		end += length;
		word = strtok_r(NULL, SPACE "\"", &rest);
	}
	*end = '\0';
}

/* Read the files that PATTERNS match, in their order. */
static void
read_includes(struct reading *reading, char *patterns, const struct line *from)
{
	char *rest = NULL;
	char *pattern;

	while ((pattern = strtok_r(patterns, SPACE "\"", &rest)) != NULL) {
		char path[OTP_SERVICE_PATH];
		glob_t found = { .gl_pathc = 0 };
		int length = snprintf(path, sizeof(path), "%s%s%s",
		    reading->root, pattern[0] == '/' ? "" : FOLDER, pattern);

		patterns = NULL; /* strtok_r() goes on */
		if (length < 0 || (size_t)length >= sizeof(path) ||
		    glob(path, 0, NULL, &found) != 0)
			continue;
		for (size_t i = 0; i < found.gl_pathc; i++)
			(void)read_file(reading, found.gl_pathv[i], from);
		globfree(&found);
	}
}

/* NOLINTEND(misc-no-recursion) */

static enum otp_sshd_keyword
keyword_of(const char *name)
{
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (strcasecmp(name, keywords[i].name) == 0)
			return keywords[i].keyword;
	return NONE;
}

const char *
otp_sshd_keyword_name(enum otp_sshd_keyword keyword)
{
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (keywords[i].keyword == keyword)
			return keywords[i].name;
	return "";
}

static void
take_value(struct reading *reading, enum otp_sshd_keyword keyword,
    const char *value, const struct line *line)
{
	bool seen = (reading->seen & 1U << keyword) != 0;

	if (!seen || is_list(keyword))
		add_value(reading->sshd, keyword, value);
	if (!seen && reading->scan != NULL)
		reading->sshd->places[keyword] = place_of(line);
	reading->seen |= 1U << keyword;
}

/* The lists grow, and others are replaced. */
static void
add_value(
    struct otp_sshd *sshd, enum otp_sshd_keyword keyword, const char *value)
{
	char *field = sshd->values[keyword];
	size_t used = is_list(keyword) ? strlen(field) : 0;
	int length;

	/* 'sshd -T' prints the older name. */
	if (strcasecmp(value, "without-password") == 0)
		value = "prohibit-password";
	length = snprintf(field + used, OTP_SSHD_VALUE - used, "%s%s",
	    used > 0 ? " " : "", value);
	if (length < 0 || (size_t)length >= OTP_SSHD_VALUE - used)
		sshd->cut = true;
}

static void
take_matched(struct reading *reading, enum otp_sshd_keyword keyword,
    const char *value, const struct line *line)
{
	struct otp_sshd_scan *scan = reading->scan;
	struct otp_sshd_setting *settings, *at;

	if (scan == NULL || scan->count == SETTINGS_MAX)
		return;
	settings = reallocarray(
	    scan->settings, scan->count + 1, sizeof(scan->settings[0]));
	if (settings == NULL) {
		scan->failed = true;
		return;
	}
	scan->settings = settings;
	at = &settings[scan->count++];
	*at = (struct otp_sshd_setting){ .keyword = keyword,
		.place = place_of(line) };
	(void)snprintf(at->value, sizeof(at->value), "%s", value);
	memcpy(at->criteria, line->match, sizeof(at->criteria));
}

static struct otp_sshd_place
place_of(const struct line *line)
{
	struct otp_sshd_place place;

	(void)snprintf(
	    place.text, sizeof(place.text), "%s:%u", line->path, line->number);
	return place;
}

/*
 * Where KEYWORD has VALUE: outside Match blocks, else in the first of them,
 * else where one of them has another value (sshd joins the lines of a list).
 */
static const struct otp_sshd_place *
find_place(const struct otp_sshd_scan *scan, enum otp_sshd_keyword keyword,
    const char *value)
{
	const struct otp_sshd_place *place = NULL;

	if (strcasecmp(scan->written.values[keyword], value) == 0)
		return &scan->written.places[keyword];
	for (size_t i = 0; i < scan->count; i++) {
		const struct otp_sshd_setting *at = &scan->settings[i];

		if (at->keyword != keyword)
			continue;
		if (strcasecmp(at->value, value) == 0)
			return &at->place;
		if (place == NULL)
			place = &at->place;
	}
	return place != NULL ? place : &scan->written.places[keyword];
}

static bool
is_list(enum otp_sshd_keyword keyword)
{
	return keyword >= OTP_SSHD_DENY_USERS;
}
