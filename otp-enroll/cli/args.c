/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/args.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/core/decimal.h"
#include "common/core/duration.h"
#include "common/core/seed.h"
#include "common/core/token.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/suggest.h"

/* Above every character, since short options are characters. */
#define FIRST 256

/* Leaves room for resynchronisation. */
#define COUNTER_MAX (UINT64_MAX - 100000)

#define WORD_SIZE 64 /* of an option that may be misspelt */

enum type {
	FLAG,	/* bool */
	TEXT,	/* const char * */
	NUMBER, /* uint64_t, from MIN to MAX */
	WORD,	/* unsigned: which of WORDS, from 1 */
	LIST,	/* struct otp_args_list */
	SOME,	/* bool; a value is kept in added */
};

struct row {
	const char *name;
	enum type type;
	size_t offset; /* in struct otp_args */
	uint64_t min;
	uint64_t max;
	const char *const *words; /* ended by NULL */
};

static const char *const algorithms[] = { "SHA1", "SHA256", "SHA512", NULL };
static const char *const forms[] = {
	"utf8",
	"ascii",
#ifdef OTP_PNG
	"png",
#endif
	"svg",
	"none",
	NULL,
};

static const char *const formats[] = { "uri", "google-authenticator",
	"users.oath", "csv", "json", NULL };

#define FIELD(field) offsetof(struct otp_args, field)

static const struct row rows[] = {
	{ "help", FLAG, FIELD(help), 0, 0, NULL },
	{ "version", FLAG, FIELD(version), 0, 0, NULL },
	{ "conf", TEXT, FIELD(conf), 0, 0, NULL },
	{ "json", FLAG, FIELD(json), 0, 0, NULL },
	{ "print", FLAG, FIELD(print), 0, 0, NULL },
	{ "all", FLAG, FIELD(all), 0, 0, NULL },
	{ "orphans", FLAG, FIELD(orphans), 0, 0, NULL },
	{ "hotp", FLAG, FIELD(hotp), 0, 0, NULL },
	{ "totp", FLAG, FIELD(totp), 0, 0, NULL },
	{ "algorithm", WORD, FIELD(algorithm), 0, 0, algorithms },
	{ "digits", NUMBER, FIELD(digits), OTP_DIGITS_MIN, OTP_DIGITS_MAX,
	    NULL },
	{ "period", NUMBER, FIELD(period), OTP_PERIOD_MIN, OTP_PERIOD_MAX,
	    NULL },
	{ "counter", NUMBER, FIELD(counter), 0, COUNTER_MAX, NULL },
	{ "label", TEXT, FIELD(label), 0, 0, NULL },
	{ "issuer", TEXT, FIELD(issuer), 0, 0, NULL },
	{ "add", SOME, FIELD(add), 0, 0, NULL },
	{ "for", TEXT, FIELD(valid_for), 0, 0, NULL },
	{ "replace", FLAG, FIELD(replace), 0, 0, NULL },
	{ "secret", TEXT, FIELD(secret), 0, 0, NULL },
	{ "no-confirm", FLAG, FIELD(no_confirm), 0, 0, NULL },
	{ "notify", FLAG, FIELD(notify), 0, 0, NULL },
	{ "test", FLAG, FIELD(test), 0, 0, NULL },
	{ "batch", TEXT, FIELD(batch), 0, 0, NULL },
	{ "qr", WORD, FIELD(qr), 0, 0, forms },
	{ "recovery", NUMBER, FIELD(recovery), 0, OTP_SEED_RECOVERY, NULL },
	{ "count", NUMBER, FIELD(count), 0, OTP_SEED_RECOVERY, NULL },
	{ "token", TEXT, FIELD(token), 0, 0, NULL },
	{ "uri", FLAG, FIELD(uri), 0, 0, NULL },
	{ "format", WORD, FIELD(format), 0, 0, formats },
	{ "file", TEXT, FIELD(file), 0, 0, NULL },
	{ "users", TEXT, FIELD(users), 0, 0, NULL },
	{ "all-users", FLAG, FIELD(all_users), 0, 0, NULL },
	{ "except", LIST, FIELD(except), 0, 0, NULL },
	{ "pick", LIST, FIELD(pick), 0, 0, NULL },
	{ "allow-weak", FLAG, FIELD(allow_weak), 0, 0, NULL },
	{ "dry-run", FLAG, FIELD(dry_run), 0, 0, NULL },
	{ "purge", FLAG, FIELD(purge), 0, 0, NULL },
	{ "force", FLAG, FIELD(force), 0, 0, NULL },
	{ "yes", FLAG, FIELD(yes), 0, 0, NULL },
	{ "from", TEXT, FIELD(from), 0, 0, NULL },
	{ "root", TEXT, FIELD(root), 0, 0, NULL },
	{ "service", TEXT, FIELD(service), 0, 0, NULL },
	{ "named", FLAG, FIELD(named), 0, 0, NULL },
	{ "until", TEXT, FIELD(until), 0, 0, NULL },
	{ "reason", TEXT, FIELD(reason), 0, 0, NULL },
	{ "end", FLAG, FIELD(end), 0, 0, NULL },
	{ "exempt", FLAG, FIELD(exempt), 0, 0, NULL },
	{ "invited", FLAG, FIELD(invited), 0, 0, NULL },
	{ "forget", TEXT, FIELD(forget), 0, 0, NULL },
	{ "remove", TEXT, FIELD(remove), 0, 0, NULL },
	{ "role", TEXT, FIELD(role), 0, 0, NULL },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROWS <= 64, "struct otp_args has a bit for each option");
_Static_assert(OTP_SHA1 == 1 && OTP_SHA256 == 2 && OTP_SHA512 == 3,
    "an algorithm's number is its place in the list");

/* Options of every command. */
static const char *const common[] = { "help", "version", "conf", NULL };

static void fill_options(struct option options[ROWS + 1]);
static bool take_operand(struct otp_args *args, const char *operand);
static void refuse_option(int result, int what, const char *argument);
static void refuse_unknown(const char *argument);
static bool take_option(struct otp_args *args, size_t index, const char *value);
static bool read_number(
    const struct row *row, const char *value, uint64_t *field);
static bool read_word(
    const struct row *row, const char *value, unsigned *field);
static void refuse_word(const struct row *row);
static bool read_item(
    const struct row *row, const char *value, struct otp_args_list *field);
static bool is_among(const char *name, const char *const *names);

bool
otp_args_read(int argc, char **argv, struct otp_args *ret_args)
{
	struct otp_args args = {
		.digits = OTP_ARGS_NONE,
		.period = OTP_ARGS_NONE,
		.counter = OTP_ARGS_NONE,
		.recovery = OTP_ARGS_NONE,
		.count = OTP_ARGS_NONE,
	};
	struct option options[ROWS + 1];
	int result;

	fill_options(options);
	/* '-': operands in order, whatever POSIXLY_CORRECT says. */
	while ((result = getopt_long(argc, argv, "-:h", options, NULL)) != -1) {
		if (result == 'h') {
			args.help = true;
		} else if (result == 1) {
			if (!take_operand(&args, optarg))
				return false;
		} else if (result < FIRST) {
			refuse_option(result, optopt, argv[optind - 1]);
			return false;
		} else if (!take_option(
			       &args, (size_t)(result - FIRST), optarg)) {
			return false;
		}
	}
	for (; optind < argc; optind++)
		if (!take_operand(&args, argv[optind]))
			return false;
	if (args.command != NULL && strcmp(args.command, "help") == 0) {
		args.help = true;
		args.command = args.user;
		args.user = NULL;
	}
	*ret_args = args;
	return true;
}

static void
fill_options(struct option options[ROWS + 1])
{
	memset(options, 0, (ROWS + 1) * sizeof(options[0]));
	for (size_t i = 0; i < ROWS; i++) {
		options[i].name = rows[i].name;
		options[i].has_arg = rows[i].type == FLAG ? no_argument
		    : rows[i].type == SOME		  ? optional_argument
							  : required_argument;
		options[i].val = FIRST + (int)i;
	}
}

static bool
take_operand(struct otp_args *args, const char *operand)
{
	if (args->command == NULL) {
		args->command = operand;
	} else if (args->user == NULL) {
		args->user = operand;
	} else if (args->account == NULL &&
	    strcmp(args->command, "fleet") == 0) {
		args->account = operand;
	} else {
		otp_complain(_("Unexpected argument \"%s\"."),
		    otp_escaped(operand).text);
		return false;
	}
	return true;
}

/* An option that getopt_long() refused; WHAT is its optopt. */
static void
refuse_option(int result, int what, const char *argument)
{
	if (what >= FIRST && result == ':')
		otp_complain(_("--%s needs a value."), rows[what - FIRST].name);
	else if (what >= FIRST)
		otp_complain(
		    _("--%s takes no value."), rows[what - FIRST].name);
	else if (what != 0)
		otp_complain(_("Unknown option -%c."),
		    what > ' ' && what < 0x7f ? what : '?');
	else
		refuse_unknown(argument);
}

/* ARGUMENT begins with two dashes. */
static void
refuse_unknown(const char *argument)
{
	const char *names[ROWS], *nearest;
	char word[WORD_SIZE];

	for (size_t i = 0; i < ROWS; i++)
		names[i] = rows[i].name;
	(void)snprintf(word, sizeof(word), "%.*s",
	    (int)strcspn(argument + 2, "="), argument + 2);
	nearest = otp_suggest(word, names, ROWS);
	if (nearest == NULL)
		otp_complain(_("Unknown or ambiguous option %s."),
		    otp_escaped(argument).text);
	else
		otp_complain(_("Unknown option %s. Did you mean --%s?"),
		    otp_escaped(argument).text, nearest);
}

static bool
take_option(struct otp_args *args, size_t index, const char *value)
{
	const struct row *row = &rows[index];
	/* void *: OFFSET is that of a field of the row's type. */
	void *field = (char *)args + row->offset;

	args->seen |= UINT64_C(1) << index;
	switch (row->type) {
	case FLAG:
		*(bool *)field = true;
		return true;
	case TEXT:
		*(const char **)field = value;
		return true;
	case NUMBER:
		return read_number(row, value, field);
	case WORD:
		return read_word(row, value, field);
	case LIST:
		return read_item(row, value, field);
	case SOME:
		*(bool *)field = true;
		args->added = value;
		return true;
	}
	return false;
}

static bool
read_number(const struct row *row, const char *value, uint64_t *field)
{
	uint64_t number = 0;

	if (otp_decimal_read(value, strlen(value), row->max, &number) ==
		OTP_OK &&
	    number >= row->min) {
		*field = number;
		return true;
	}
	otp_complain(_("--%s must be a number from %llu to %llu."), row->name,
	    (unsigned long long)row->min, (unsigned long long)row->max);
	return false;
}

static bool
read_word(const struct row *row, const char *value, unsigned *field)
{
	for (unsigned i = 0; row->words[i] != NULL; i++) {
		if (strcasecmp(value, row->words[i]) == 0) {
			*field = i + 1;
			return true;
		}
	}
	refuse_word(row);
	return false;
}

/* "--qr takes one of utf8, ascii, none." */
static void
refuse_word(const struct row *row)
{
	char list[80] = "";
	size_t length = 0;

	for (size_t i = 0; row->words[i] != NULL; i++) {
		length += (size_t)snprintf(list + length, sizeof(list) - length,
		    "%s%s", i == 0 ? "" : ", ", row->words[i]);
	}
	otp_complain(_("--%s must be one of: %s."), row->name, list);
}

static bool
read_item(const struct row *row, const char *value, struct otp_args_list *field)
{
	if (field->count < OTP_ARGS_LIST) {
		field->at[field->count++] = value;
		return true;
	}
	otp_complain(
	    _("--%s can be given at most %d times."), row->name, OTP_ARGS_LIST);
	return false;
}

bool
otp_args_read_added(const struct otp_args *args, uint64_t *ret_count)
{
	static const struct row row = { "add", NUMBER, 0, 1, OTP_SEED_RECOVERY,
		NULL };

	*ret_count = 1;
	return args->added == NULL || read_number(&row, args->added, ret_count);
}

bool
otp_args_read_until(const struct otp_sys *sys, const char *option,
    const char *text, int64_t *ret_until)
{
	int64_t now = 0;

	if (sys->time(sys->context, &now) != OTP_OK) {
		otp_complain("%s", _("The clock cannot be read."));
		return false;
	}
	if (otp_duration_until(text, strlen(text), now, ret_until) == OTP_OK)
		return true;
	otp_complain(_("--%s must be a time such as 8h or 14d, at most 3650d, "
		       "or a date that is still to come, such as 2027-01-31."),
	    option);
	return false;
}

bool
otp_args_allowed(const struct otp_args *args, const char *const *takes,
    const char **ret_other)
{
	for (size_t i = 0; i < ROWS; i++) {
		if ((args->seen & UINT64_C(1) << i) == 0 ||
		    is_among(rows[i].name, common) ||
		    is_among(rows[i].name, takes))
			continue;
		*ret_other = rows[i].name;
		return false;
	}
	return true;
}

static bool
is_among(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

bool
otp_args_picture(const struct otp_args *args)
{
#ifdef OTP_PNG
	if (args->qr == OTP_ARGS_QR_PNG)
		return true;
#endif
	return args->qr == OTP_ARGS_QR_SVG;
}
