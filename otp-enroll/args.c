/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "args.h"
#include "common/core/decimal.h"
#include "common/core/seed.h"
#include "common/core/token.h"
#include "language.h"
#include "output.h"

/* Above every character, which a short option would be. */
#define FIRST 256

/* Counters that resynchronisation may still go through. */
#define COUNTER_MAX (UINT64_MAX - 100000)

enum type {
	FLAG,	/* bool */
	TEXT,	/* const char * */
	NUMBER, /* uint64_t, from MIN to MAX */
	WORD,	/* unsigned: which of WORDS, from 1 */
	LIST,	/* struct otp_args_list */
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
static const char *const forms[] = { "utf8", "ascii", "png", "svg", "none",
	NULL };

static const char *const formats[] = { "uri", "google-authenticator",
	"users.oath", NULL };

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
	{ "add", FLAG, FIELD(add), 0, 0, NULL },
	{ "replace", FLAG, FIELD(replace), 0, 0, NULL },
	{ "no-confirm", FLAG, FIELD(no_confirm), 0, 0, NULL },
	{ "batch", TEXT, FIELD(batch), 0, 0, NULL },
	{ "self", FLAG, FIELD(self), 0, 0, NULL },
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
	{ "allow-weak", FLAG, FIELD(allow_weak), 0, 0, NULL },
	{ "dry-run", FLAG, FIELD(dry_run), 0, 0, NULL },
	{ "purge", FLAG, FIELD(purge), 0, 0, NULL },
	{ "force", FLAG, FIELD(force), 0, 0, NULL },
	{ "from", TEXT, FIELD(from), 0, 0, NULL },
	{ "root", TEXT, FIELD(root), 0, 0, NULL },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROWS <= 64, "struct otp_args has a bit for each option");
_Static_assert(OTP_SHA1 == 1 && OTP_SHA256 == 2 && OTP_SHA512 == 3,
    "an algorithm's number is its place in the list");

/* What every command takes. */
static const char *const common[] = { "help", "version", "conf", NULL };

static bool
is_among(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
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

bool
otp_args_picture(const struct otp_args *args)
{
	return args->qr == OTP_ARGS_QR_PNG || args->qr == OTP_ARGS_QR_SVG;
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
	otp_complain(_("--%s takes a number from %llu to %llu."), row->name,
	    (unsigned long long)row->min, (unsigned long long)row->max);
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
	otp_complain(_("--%s takes one of %s."), row->name, list);
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

static bool
read_item(const struct row *row, const char *value, struct otp_args_list *field)
{
	if (field->count < OTP_ARGS_LIST) {
		field->at[field->count++] = value;
		return true;
	}
	otp_complain(
	    _("--%s can be given %d times."), row->name, OTP_ARGS_LIST);
	return false;
}

static bool
take_option(struct otp_args *args, size_t index, const char *value)
{
	const struct row *row = &rows[index];
	/* By way of void *: OFFSET is that of a field of the type named. */
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
	}
	return false;
}

static bool
take_operand(struct otp_args *args, const char *operand)
{
	if (args->command == NULL) {
		args->command = operand;
	} else if (args->user == NULL) {
		args->user = operand;
	} else {
		otp_complain(_("\"%s\" is one word too many."),
		    otp_escaped(operand).text);
		return false;
	}
	return true;
}

/* What getopt_long() did not like; OPTOPT is what it says of it. */
static void
refuse_option(int result, int what, const char *argument)
{
	if (what >= FIRST && result == ':')
		otp_complain(_("--%s needs a value."), rows[what - FIRST].name);
	else if (what >= FIRST)
		otp_complain(
		    _("--%s takes no value."), rows[what - FIRST].name);
	else if (what != 0)
		otp_complain(_("There is no option -%c."),
		    what > ' ' && what < 0x7f ? what : '?');
	else
		otp_complain(_("There is no option %s, or it is too short to "
			       "tell which."),
		    otp_escaped(argument).text);
}

static void
fill_options(struct option options[ROWS + 1])
{
	memset(options, 0, (ROWS + 1) * sizeof(options[0]));
	for (size_t i = 0; i < ROWS; i++) {
		options[i].name = rows[i].name;
		options[i].has_arg =
		    rows[i].type == FLAG ? no_argument : required_argument;
		options[i].val = FIRST + (int)i;
	}
}

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
	/* '-': operands in their turn, whatever POSIXLY_CORRECT says. */
	while ((result = getopt_long(argc, argv, "-:", options, NULL)) != -1) {
		if (result == 1) {
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
	*ret_args = args;
	return true;
}
