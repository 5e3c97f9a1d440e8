/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what the manual pages are compared with (pages.sh).
 *
 *	tables options		NAME PLACE TYPE MIN MAX DEFAULT, a line each
 *	tables reasons		the words of otp_err_reason() and
 *				otp_verdict_reason()
 *	tables conf FILE	has the parser read FILE; what differs from the
 *				defaults then
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/options.h"
#include "common/core/verify.h"

#define LINE_SIZE 256
#define SEARCHED  4096 /* values of an enum, from 0 */

static const char *
place_name(enum otp_conf_place place)
{
	switch (place) {
	case OTP_CONF_FILE:
		return "file";
	case OTP_CONF_ARGUMENT:
		return "argument";
	case OTP_CONF_BOTH:
		return "both";
	}
	return "nowhere";
}

static const char *
type_name(enum otp_conf_type type)
{
	switch (type) {
	case OTP_CONF_FLAG:
		return "flag";
	case OTP_CONF_NUMBER:
		return "number";
	case OTP_CONF_TEXT:
		return "text";
	case OTP_CONF_PATH:
		return "path";
	case OTP_CONF_DATE:
		return "date";
	}
	return "unknown";
}

/* The option's value in OPTIONS; "-" where it is empty. */
static void
print_value(
    const struct otp_conf_option *option, const struct otp_options *options)
{
	const char *field = (const char *)options + option->offset;
	unsigned number = 0;
	bool flag = false;
	int64_t date = 0;

	switch (option->type) {
	case OTP_CONF_FLAG:
		memcpy(&flag, field, sizeof(flag));
		printf("%s", flag ? "yes" : "no");
		break;
	case OTP_CONF_NUMBER:
		memcpy(&number, field, sizeof(number));
		printf("%u", number);
		break;
	case OTP_CONF_DATE:
		memcpy(&date, field, sizeof(date));
		if (date == 0)
			printf("-");
		else
			printf("%" PRId64, date);
		break;
	case OTP_CONF_TEXT:
	case OTP_CONF_PATH:
		printf("%s", field[0] == '\0' ? "-" : field);
		break;
	}
}

static void
print_options(void)
{
	struct otp_options options;

	otp_options_default(&options);
	for (size_t i = 0; i < otp_options_count; i++) {
		const struct otp_conf_option *option = &otp_options_table[i];

		printf("%s %s %s %u %u ", option->name,
		    place_name(option->place), type_name(option->type),
		    option->min, option->max);
		print_value(option, &options);
		printf("\n");
	}
}

/* Whatever the enums hold, now or later; the caller sorts. */
static void
print_reasons(void)
{
	for (unsigned i = 0; i < SEARCHED; i++) {
		const char *reason = otp_err_reason((enum otp_err)i);

		if (strcmp(reason, "unknown") != 0)
			printf("%s\n", reason);
		printf("%s\n", otp_verdict_reason((enum otp_verdict)i));
	}
	printf("%s\n", otp_verdict_reason(OTP_VERDICT_ACCEPT));
}

static void
print_changed(const struct otp_options *options)
{
	struct otp_options defaults;

	otp_options_default(&defaults);
	for (size_t i = 0; i < otp_options_count; i++) {
		const struct otp_conf_option *option = &otp_options_table[i];
		size_t size = option->size;

		if (option->type == OTP_CONF_FLAG)
			size = sizeof(bool);
		else if (option->type == OTP_CONF_NUMBER)
			size = sizeof(unsigned);
		else if (option->type == OTP_CONF_DATE)
			size = sizeof(int64_t);
		if (memcmp((const char *)options + option->offset,
			(const char *)&defaults + option->offset, size) == 0)
			continue;
		printf("%s = ", option->name);
		print_value(option, options);
		printf("\n");
	}
}

/* The file's owner and mode are not what is looked at here. */
static int
print_conf(const char *path)
{
	struct otp_options options;
	struct otp_conf conf = otp_options_from(OTP_CONF_FILE, &options);
	struct otp_fault fault = { 0 };
	char line[LINE_SIZE];
	enum otp_err err = OTP_OK;
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	otp_options_default(&options);
	while (err == OTP_OK && fgets(line, sizeof(line), file) != NULL)
		err = otp_conf_line(&conf, line, strcspn(line, "\n"), &fault);
	if (err == OTP_OK)
		err = otp_options_check(&options, &fault);
	fclose(file);
	if (err != OTP_OK) {
		fprintf(stderr, "%s: %s\n", fault.where, fault.what);
		return EXIT_FAILURE;
	}
	print_changed(&options);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "options") == 0)
		print_options();
	else if (argc == 2 && strcmp(argv[1], "reasons") == 0)
		print_reasons();
	else if (argc == 3 && strcmp(argv[1], "conf") == 0)
		return print_conf(argv[2]);
	else
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
