/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what the manual pages are compared with (pages.sh).
 *
 *	tables options		NAME PLACE TYPE MIN MAX DEFAULT, a line each
 *	tables reasons		the words of otp_err_reason() and
 *				otp_verdict_reason()
 *	tables outcomes		REASON RESULT PAM_CODE LEVEL, a line for each
 *				way in which the module can end
 *	tables conf FILE	has the parser read FILE; what differs from the
 *				defaults then
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "common/core/options.h"
#include "common/core/verify.h"
#include "pam_module/report.h"

#define LINE_SIZE 256
#define SEARCHED  4096 /* values of an enum, from 0 */

/* What the module logged last; here it calls the function below. */
static char logged[LINE_SIZE];
static int logged_level;

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

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	va_list arguments;

	(void)pamh;
	va_start(arguments, format);
	vsnprintf(logged, sizeof(logged), format, arguments);
	va_end(arguments);
	logged_level = priority;
}

static const char *
code_name(int code)
{
	static const char *const names[] = {
		[PAM_SUCCESS] = "PAM_SUCCESS",
		[PAM_AUTH_ERR] = "PAM_AUTH_ERR",
		[PAM_IGNORE] = "PAM_IGNORE",
		[PAM_AUTHINFO_UNAVAIL] = "PAM_AUTHINFO_UNAVAIL",
		[PAM_SERVICE_ERR] = "PAM_SERVICE_ERR",
		[PAM_CONV_ERR] = "PAM_CONV_ERR",
		[PAM_BUF_ERR] = "PAM_BUF_ERR",
		[PAM_SYSTEM_ERR] = "PAM_SYSTEM_ERR",
	};
	const char *name = NULL;

	if (code >= 0 && (size_t)code < sizeof(names) / sizeof(names[0]))
		name = names[code];
	return name != NULL ? name : "another";
}

static const char *
level_name(int level)
{
	static const char *const names[] = { "emerg", "alert", "crit", "err",
		"warning", "notice", "info", "debug" };

	return names[level & LOG_PRIMASK];
}

/* Have the module report, as it would, how LOGIN ended. */
static void
print_outcome(struct otp_login *login, enum otp_end end)
{
	char result[LINE_SIZE] = "";
	char reason[LINE_SIZE] = "";
	int code = PAM_ABORT;

	login->quiet = true;
	login->request.uid = OTP_UID_VIRTUAL;
	otp_options_default(&login->options);
	code = otp_report(login, end);
	if (sscanf(logged, "result=%255s reason=%255s", result, reason) == 2)
		printf("%s %s %s %s\n", reason, result, code_name(code),
		    level_name(logged_level));
}

/* Each verdict, also of a code that begins a wait and a replay as by ssh. */
static void
print_verdict(enum otp_verdict verdict)
{
	struct otp_login plain = { .answer.verdict = verdict };
	struct otp_login waits = { .answer = {
				       .verdict = verdict, .wait = 30 } };
	struct otp_login benign = { .answer = {
					.verdict = verdict, .benign = true } };

	print_outcome(&plain, OTP_END_VERDICT);
	print_outcome(&waits, OTP_END_VERDICT);
	print_outcome(&benign, OTP_END_VERDICT);
}

static bool
is_the_tools(enum otp_err err)
{
	return err == OTP_ERR_EXISTS || err == OTP_ERR_FULL ||
	    err == OTP_ERR_CHANCE;
}

static void
print_outcomes(void)
{
	const char *wrong = otp_verdict_reason(OTP_VERDICT_REJECT);
	struct otp_login other = { .err = OTP_OK };

	print_outcome(&other, OTP_END_ERROR);
	print_outcome(&other, OTP_END_UNENROLLED);
	print_outcome(&other, OTP_END_CONVERSATION);
	print_verdict(OTP_VERDICT_REJECT);
	print_verdict(OTP_VERDICT_ACCEPT);
	for (unsigned i = 1; i < SEARCHED; i++) {
		struct otp_login failed = { .err = (enum otp_err)i };
		enum otp_verdict verdict = (enum otp_verdict)i;

		if (strcmp(otp_err_reason(failed.err), "unknown") != 0 &&
		    !is_the_tools(failed.err))
			print_outcome(&failed, OTP_END_ERROR);
		if (strcmp(otp_verdict_reason(verdict), wrong) != 0)
			print_verdict(verdict);
	}
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
	else if (argc == 2 && strcmp(argv[1], "outcomes") == 0)
		print_outcomes();
	else if (argc == 3 && strcmp(argv[1], "conf") == 0)
		return print_conf(argv[2]);
	else
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
