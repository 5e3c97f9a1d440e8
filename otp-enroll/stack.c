/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "stack.h"

#define UNSET INT_MIN

static const char *const types[] = {
	[OTP_STACK_ANY] = "@include",
	[OTP_STACK_AUTH] = "auth",
	[OTP_STACK_ACCOUNT] = "account",
	[OTP_STACK_PASSWORD] = "password",
	[OTP_STACK_SESSION] = "session",
};

/* As pam.conf(5) spells PAM's results, in their order. */
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

/* A control of one word: on success, on PAM_IGNORE, on all else. */
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

#define NEW_AUTHTOK_REQD 12 /* a success with a reminder */
#define COUNT(array)	 (sizeof(array) / sizeof((array)[0]))

const char *
otp_stack_type_name(enum otp_stack_type type)
{
	return types[type];
}

/* --- Lines -------------------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* One line of the file, without its newline; false at the end. */
static bool
take_raw(struct otp_stack_text *text, const char **ret_line, size_t *ret_length)
{
	const char *end;

	if (text->size == 0)
		return false;
	end = memchr(text->text, '\n', text->size);
	*ret_line = text->text;
	*ret_length = end != NULL ? (size_t)(end - text->text) : text->size;
	text->text += *ret_length + (end != NULL);
	text->size -= *ret_length + (end != NULL);
	text->line++;
	return true;
}

/*
 * Put one line's words behind what LINE has.  Whether the next line goes on
 * where this one ends.  What is too long leaves *LENGTH beyond the room.
 */
static bool
join(struct otp_stack_line *line, size_t *length, const char *raw, size_t size)
{
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

/* --- Words -------------------------------------------------------------- */

/* What stands in brackets, at AT; "\]" is no end.  Where it goes on. */
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

/* --- Controls ----------------------------------------------------------- */

static void
fill(struct otp_stack_line *line, int action)
{
	for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
		if (line->actions[i] == UNSET)
			line->actions[i] = action;
}

static void
refuse_control(struct otp_stack_line *line)
{
	line->bad_control = true;
	for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
		line->actions[i] = OTP_STACK_BAD;
}

/*
 * The first of COUNT names that AT begins with, as PAM looks for it; AT goes
 * behind it.  COUNT: none.
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
	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (jump < 100000) /* beyond every stack */
			jump = jump * 10 + (**at - '0');
	*ret_action = jump;
	return jump > 0;
}

static void
skip(const char **at)
{
	while (is_space(**at))
		(*at)++;
}

/* "success=1 default=ignore" */
static void
read_pairs(struct otp_stack_line *line, const char *at)
{
	for (skip(&at); *at != '\0'; skip(&at)) {
		int action = OTP_STACK_BAD;
		size_t result = take_name(&at, results, COUNT(results));

		skip(&at);
		if (result == COUNT(results) || *at++ != '=') {
			refuse_control(line);
			return;
		}
		skip(&at);
		if (!take_action(&at, &action)) {
			refuse_control(line);
			return;
		}
		if (result == DEFAULT)
			fill(line, action);
		else
			line->actions[result] = action;
	}
	fill(line, OTP_STACK_BAD);
}

static void
read_control(struct otp_stack_line *line)
{
	const char *control = line->control;

	for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
		line->actions[i] = UNSET;
	if (strcasecmp(control, "include") == 0)
		line->kind = OTP_STACK_INCLUDE;
	if (strcasecmp(control, "substack") == 0)
		line->kind = OTP_STACK_SUBSTACK;
	for (size_t i = 0; i < COUNT(controls); i++) {
		if (strcasecmp(control, controls[i].name) != 0)
			continue;
		line->actions[OTP_STACK_SUCCESS] = controls[i].success;
		line->actions[NEW_AUTHTOK_REQD] = controls[i].success;
		line->actions[OTP_STACK_IGNORE] = controls[i].ignore;
		fill(line, controls[i].others);
		return;
	}
	if (line->kind == OTP_STACK_MODULE)
		read_pairs(line, control);
	else
		fill(line, OTP_STACK_BAD);
}

/* --- A line of words ---------------------------------------------------- */

static void
read_type(struct otp_stack_line *line, const char *word)
{
	if (strcmp(word, "@include") == 0) {
		line->kind = OTP_STACK_INCLUDE;
		return;
	}
	if (word[0] == '-') /* no word in the log where the module is missing */
		word++;
	for (enum otp_stack_type type = OTP_STACK_AUTH;
	     type <= OTP_STACK_SESSION; type++)
		if (strcasecmp(word, types[type]) == 0)
			line->type = type;
	if (line->type == OTP_STACK_ANY)
		line->kind = OTP_STACK_BROKEN;
}

/* False: there are none. */
static bool
read_words(struct otp_stack_line *line)
{
	char *at = line->text;
	const char *word = take_word(&at);

	if (word == NULL)
		return false;
	read_type(line, word);
	if (line->kind == OTP_STACK_INCLUDE) {
		line->control = word;
		for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
			line->actions[i] = OTP_STACK_BAD;
	} else {
		line->control = take_word(&at);
		if (line->control != NULL && line->kind == OTP_STACK_MODULE)
			read_control(line);
	}
	line->name = line->control != NULL ? take_word(&at) : NULL;
	if (line->name == NULL || line->kind == OTP_STACK_BROKEN) {
		line->kind = OTP_STACK_BROKEN;
		line->name = NULL;
		refuse_control(line);
		return true;
	}
	while (
	    line->argc < OTP_STACK_ARGUMENTS && (word = take_word(&at)) != NULL)
		line->argv[line->argc++] = word;
	return true;
}

bool
otp_stack_next(struct otp_stack_text *text, struct otp_stack_line *ret_line)
{
	struct otp_stack_line *line = ret_line;
	const char *raw = NULL;
	size_t size = 0;

	for (;;) {
		size_t length = 0;
		bool more = true;

		memset(line, 0, sizeof(*line));
		line->number = text->line + 1;
		while (more) {
			if (!take_raw(text, &raw, &size)) {
				if (length == 0)
					return false;
				break;
			}
			/* A NUL would hide what stands behind it. */
			if (memchr(raw, '\0', size) != NULL)
				length = sizeof(line->text);
			more = join(line, &length, raw, size);
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
