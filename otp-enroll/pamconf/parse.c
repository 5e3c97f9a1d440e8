/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/parse.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define UNSET INT_MIN

static const char *const types[] = {
	[OTP_STACK_ANY] = "@include",
	[OTP_STACK_AUTH] = "auth",
	[OTP_STACK_ACCOUNT] = "account",
	[OTP_STACK_PASSWORD] = "password",
	[OTP_STACK_SESSION] = "session",
};

/* PAM's results as pam.conf(5) spells them, in numeric order. */
static const char *const results[] = { "success", "open_err", "symbol_err",
	"service_err", "system_err", "buf_err", "perm_denied", "auth_err",
	"cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
	"new_authtok_reqd", "acct_expired", "session_err", "cred_unavail",
	"cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown",
	"bad_item", "conv_again", "incomplete", "default" };

#define DEFAULT OTP_STACK_RESULTS

_Static_assert(sizeof(results) / sizeof(results[0]) == OTP_STACK_RESULTS + 1,
    "a name for each result, and for the others");

static const struct {
	const char *name;
	int action;
} actions[] = {
	{ "ignore", OTP_STACK_PASS },
	{ "ok", OTP_STACK_OK },
	{ "done", OTP_STACK_DONE },
	{ "bad", OTP_STACK_BAD },
	{ "die", OTP_STACK_DIE },
	{ "reset", OTP_STACK_RESET },
};

/* Controls of one word: actions on success, PAM_IGNORE, everything else. */
static const struct {
	const char *name;
	int success;
	int ignore;
	int others;
} controls[] = {
	{ "required", OTP_STACK_OK, OTP_STACK_PASS, OTP_STACK_BAD },
	{ "requisite", OTP_STACK_OK, OTP_STACK_PASS, OTP_STACK_DIE },
	{ "sufficient", OTP_STACK_DONE, OTP_STACK_PASS, OTP_STACK_PASS },
	{ "optional", OTP_STACK_OK, OTP_STACK_PASS, OTP_STACK_PASS },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define JUMP_MAX     1000000 /* longer than any stack */

static bool append_part(
    struct otp_stack_line *line, size_t *length, const struct otp_line *part);
static bool read_words(struct otp_stack_line *line);
static const char *take_word(char **at);
static char *unbracket(char *at, const char **ret_word);
static void read_type(struct otp_stack_line *line, const char *word);
static void read_control(struct otp_stack_line *line);
static void fill_all(struct otp_stack_line *line, int action);
static void fill_actions(struct otp_stack_line *line, int action);
static void read_pairs(struct otp_stack_line *line, const char *at);
static void skip_space(const char **at);
static size_t take_name(
    const char **at, const char *const *names, size_t count);
static bool take_action(const char **at, int *ret_action);
static bool is_space(char c);
static void refuse_control(struct otp_stack_line *line);

const char *
otp_stack_type_name(enum otp_stack_type type)
{
	return types[type];
}

bool
otp_stack_is_whole(const struct otp_stack_line *line)
{
	return line->kind == OTP_STACK_INCLUDE &&
	    strcmp(line->control, types[OTP_STACK_ANY]) == 0;
}

uint32_t
otp_stack_results(const char *words)
{
	uint32_t set = 0;

	while (*words != '\0') {
		size_t result = take_name(&words, results, COUNT(results));

		if (result == DEFAULT)
			set = UINT32_MAX;
		else if (result < DEFAULT)
			set |= UINT32_C(1) << result;
		words += strcspn(words, " ");
		skip_space(&words);
	}
	return set;
}

bool
otp_stack_next(struct otp_lines *rest, struct otp_stack_line *ret_line)
{
	struct otp_stack_line *line = ret_line;
	struct otp_line part;

	for (;;) {
		size_t length = 0;
		bool more = true;

		memset(line, 0, sizeof(*line));
		line->number = rest->number + 1;
		while (more) {
			if (!otp_line_next(rest, &part)) {
				if (length == 0)
					return false;
				break;
			}
			/* A NUL would hide what follows it. */
			if (part.has_nul)
				length = sizeof(line->text);
			more = append_part(line, &length, &part);
		}
		if (length >= sizeof(line->text)) {
			line->kind = OTP_STACK_BROKEN;
			refuse_control(line);
			return true;
		}
		line->text[length] = '\0';
		if (read_words(line))
			return true;
	}
}

/*
 * Append PART to LINE, without its comment.  Returns whether PART ends in a
 * backslash, so that the next one continues it.  A line that is too long leaves
 * *LENGTH at the size of the buffer.
 */
static bool
append_part(
    struct otp_stack_line *line, size_t *length, const struct otp_line *part)
{
	const char *raw = part->text;
	size_t size = part->length;
	const char *comment = memchr(raw, '#', size);
	bool more = false;

	if (comment != NULL)
		size = (size_t)(comment - raw);
	while (size > 0 && is_space(raw[size - 1]))
		size--;
	if (comment == NULL && size > 0 && raw[size - 1] == '\\') {
		more = true;
		size--;
	}
	if (*length + size + 2 > sizeof(line->text)) {
		*length = sizeof(line->text);
		return more;
	}
	memcpy(line->text + *length, raw, size);
	*length += size;
	if (more)
		line->text[(*length)++] = ' ';
	return more;
}

/* Returns false if the line has no words. */
static bool
read_words(struct otp_stack_line *line)
{
	char *at = line->text;
	const char *word = take_word(&at);

	if (word == NULL)
		return false;
	read_type(line, word);
	if (line->kind == OTP_STACK_INCLUDE)
		line->control = word;
	else
		line->control = take_word(&at);
	if (line->control == NULL || line->kind == OTP_STACK_INCLUDE)
		fill_all(line, OTP_STACK_BAD);
	else
		read_control(line);
	line->name = line->control != NULL ? take_word(&at) : NULL;
	if (line->name == NULL || line->kind == OTP_STACK_BROKEN) {
		/* Its control still applies. */
		line->kind = OTP_STACK_BROKEN;
		line->name = NULL;
		return true;
	}
	while (
	    line->argc < OTP_STACK_ARGUMENTS && (word = take_word(&at)) != NULL)
		line->argv[line->argc++] = word;
	return true;
}

/* The next word, or NULL. */
static const char *
take_word(char **at)
{
	const char *word = NULL;

	while (is_space(**at))
		(*at)++;
	if (**at == '\0')
		return NULL;
	if (**at == '[') {
		*at = unbracket(*at + 1, &word);
		return word;
	}
	word = *at;
	while (**at != '\0' && !is_space(**at))
		(*at)++;
	if (**at != '\0')
		*(*at)++ = '\0';
	return word;
}

/* Take a word in brackets off AT; "\]" does not end it.  Returns the rest. */
static char *
unbracket(char *at, const char **ret_word)
{
	char *to = at;

	*ret_word = at;
	for (; *at != '\0' && *at != ']'; at++) {
		if (at[0] == '\\' && at[1] == ']')
			at++;
		*to++ = *at;
	}
	if (*at != '\0')
		at++;
	*to = '\0';
	return at;
}

static void
read_type(struct otp_stack_line *line, const char *word)
{
	if (strcmp(word, "@include") == 0) {
		line->kind = OTP_STACK_INCLUDE;
		return;
	}
	if (word[0] == '-') /* do not log that the module is missing */
		word++;
	for (unsigned i = OTP_STACK_AUTH; i <= OTP_STACK_SESSION; i++)
		if (strcasecmp(word, types[i]) == 0)
			line->type = (enum otp_stack_type)i;
	if (line->type == OTP_STACK_ANY)
		line->kind = OTP_STACK_BROKEN;
}

static void
read_control(struct otp_stack_line *line)
{
	const char *control = line->control;

	fill_all(line, UNSET);
	if (strcasecmp(control, "include") == 0)
		line->kind = OTP_STACK_INCLUDE;
	if (strcasecmp(control, "substack") == 0)
		line->kind = OTP_STACK_SUBSTACK;
	for (size_t i = 0; i < COUNT(controls); i++) {
		if (strcasecmp(control, controls[i].name) != 0)
			continue;
		line->actions[OTP_STACK_SUCCESS] = controls[i].success;
		line->actions[OTP_STACK_NEW_AUTHTOK_REQD] = controls[i].success;
		line->actions[OTP_STACK_IGNORE] = controls[i].ignore;
		fill_actions(line, controls[i].others);
		return;
	}
	if (line->kind == OTP_STACK_INCLUDE || line->kind == OTP_STACK_SUBSTACK)
		fill_actions(line, OTP_STACK_BAD);
	else
		read_pairs(line, control);
}

static void
fill_all(struct otp_stack_line *line, int action)
{
	for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
		line->actions[i] = action;
}

static void
fill_actions(struct otp_stack_line *line, int action)
{
	for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
		if (line->actions[i] == UNSET)
			line->actions[i] = action;
}

/* "success=1 default=ignore" */
static void
read_pairs(struct otp_stack_line *line, const char *at)
{
	for (skip_space(&at); *at != '\0'; skip_space(&at)) {
		int action = OTP_STACK_BAD;
		size_t result = take_name(&at, results, COUNT(results));

		skip_space(&at);
		if (result == COUNT(results) || *at++ != '=') {
			refuse_control(line);
			return;
		}
		skip_space(&at);
		if (!take_action(&at, &action)) {
			refuse_control(line);
			return;
		}
		if (result == DEFAULT)
			fill_actions(line, action);
		else
			line->actions[result] = action;
	}
	fill_actions(line, OTP_STACK_BAD);
}

static void
skip_space(const char **at)
{
	while (is_space(**at))
		(*at)++;
}

/*
 * The index of the first of COUNT names that *AT begins with, as PAM matches
 * them, or COUNT.  *AT is moved past the name.
 */
static size_t
take_name(const char **at, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);

		if (strncmp(*at, names[i], length) == 0) {
			*at += length;
			return i;
		}
	}
	return count;
}

static bool
take_action(const char **at, int *ret_action)
{
	int jump = 0;

	for (size_t i = 0; i < COUNT(actions); i++) {
		size_t length = strlen(actions[i].name);

		if (strncmp(*at, actions[i].name, length) == 0) {
			*at += length;
			*ret_action = actions[i].action;
			return true;
		}
	}
	/* Older versions of PAM let larger numbers overflow. */
	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (jump <= JUMP_MAX)
			jump = jump * 10 + (**at - '0');
	*ret_action = jump;
	return jump > 0 && jump <= JUMP_MAX;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void
refuse_control(struct otp_stack_line *line)
{
	line->bad_control = true;
	fill_all(line, OTP_STACK_BAD);
}
