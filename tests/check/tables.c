/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what the manual pages are compared with (pages.sh).
 *
 *	tables options		NAME PLACE TYPE MIN MAX DEFAULT, a line each
 *	tables reasons		the words of otp_err_reason() and
 *				otp_verdict_reason()
 *	tables outcomes		REASON RESULT PAM_CODE LEVEL, a line for each
 *				way in which the module can end
 *	tables keys		the keys of the log, a line each
 *	tables messages		what the user is told, a line each, of logins
 *				that have it all: some numbers 1, others 2
 *	tables prompts		the default prompts, a line each
 *	tables fleet		as 'options', of fleet.conf(5)
 *	tables fleet-conf FILE	whether FILE is a fleet.conf(5): nothing, or the
 *				option or file that is wrong
 *	tables conf FILE	has the parser read FILE; what differs from the
 *				defaults then
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/core/duration.h"
#include "common/core/options.h"
#include "common/core/verify.h"
#include "common/fleet/conf.h"
#include "pam_module/log.h"
#include "pam_module/message.h"
#include "pam_module/notice.h"
#include "pam_module/outcome.h"
#include "pam_module/talk.h"

#define LINE_SIZE 256
#define SEARCHED  4096 /* values of an enum, from 0 */

/* What the module logged last; here it calls the functions below. */
static char logged[LINE_SIZE];
static int logged_level;

static bool messages_wanted;

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
	case OTP_CONF_TIME:
		return "time";
	case OTP_CONF_CHOICE:
		return "choice";
	case OTP_CONF_LIST:
		return "list";
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
	int64_t date = 0, seconds = 0;
	char time[OTP_DURATION_SIZE] = "";

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
	case OTP_CONF_TIME:
		memcpy(&seconds, field, sizeof(seconds));
		otp_duration_write(seconds, time);
		printf("%s", time);
		break;
	case OTP_CONF_CHOICE:
		memcpy(&number, field, sizeof(number));
		printf("%s", option->words[number]);
		break;
	case OTP_CONF_TEXT:
	case OTP_CONF_PATH:
	case OTP_CONF_LIST:
		printf("%s", field[0] == '\0' ? "-" : field);
		break;
	}
}

static void
print_table(
    const struct otp_conf_option *table, size_t count, const void *defaults)
{
	for (size_t i = 0; i < count; i++) {
		const struct otp_conf_option *option = &table[i];

		printf("%s %s %s %u %u ", option->name,
		    place_name(option->place), type_name(option->type),
		    option->min, option->max);
		print_value(option, defaults);
		printf("\n");
	}
}

static void
print_options(void)
{
	struct otp_options options;

	otp_options_default(&options);
	print_table(otp_options_table, otp_options_count, &options);
}

static void
print_fleet(void)
{
	struct otp_fleet_conf conf;

	otp_fleet_conf_default(&conf);
	print_table(otp_fleet_conf_table, otp_fleet_conf_count, &conf);
}

static int
print_fleet_conf(const char *path)
{
	struct otp_fleet_conf conf;
	struct otp_fault fault = { 0 };

	if (otp_fleet_conf_read(path, &conf, &fault) == OTP_OK)
		return EXIT_SUCCESS;
	printf("%u: %s\n", fault.line, fault.where);
	return EXIT_FAILURE;
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
	printf("%s\n", OTP_REASON_KNOWN_DEVICE);
	printf("%s\n", OTP_REASON_FRESH_LOGIN);
	printf("%s\n", OTP_REASON_ENROLLED);
	printf("%s\n", OTP_REASON_UNCONFIRMED);
	printf("%s\n", OTP_REASON_OVERTAKEN);
	printf("%s\n", OTP_REASON_NOT_IN_GROUPS);
	printf("%s\n", OTP_REASON_EXEMPT_GROUP);
	printf("%s\n", OTP_REASON_EXEMPT);
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

/* The items of no application; of REMOTE, with a host. */
static bool remote;

int
pam_get_item(const pam_handle_t *pamh, int type, const void **ret_item)
{
	(void)pamh;
	*ret_item = "text";
	if (type == PAM_RHOST && !remote)
		*ret_item = "";
	return PAM_SUCCESS;
}

bool
otp_talk_tell(pam_handle_t *pamh, int style, const char *text)
{
	(void)pamh;
	(void)style;
	if (messages_wanted)
		printf("%s\n", text);
	return messages_wanted;
}

/* Nobody is sent a notice here. */
void
otp_notice_send(const struct otp_login *login)
{
	(void)login;
}

/* The hint on a refused access is for root. */
uid_t
geteuid(void)
{
	return 0;
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
print_outcome(struct otp_login *login, enum otp_step step)
{
	char result[LINE_SIZE] = "";
	char reason[LINE_SIZE] = "";
	int code = PAM_ABORT;

	login->quiet = true;
	login->request.uid = OTP_UID_VIRTUAL;
	otp_options_default(&login->options);
	code = otp_outcome_report(login, step);
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

	print_outcome(&plain, OTP_STEP_VERDICT);
	print_outcome(&waits, OTP_STEP_VERDICT);
	print_outcome(&benign, OTP_STEP_VERDICT);
}

static bool
is_the_tools(enum otp_err err)
{
	return err == OTP_ERR_EXISTS || err == OTP_ERR_FULL ||
	    err == OTP_ERR_CHANCE || err == OTP_ERR_SUSPENDED;
}

static void
print_outcomes(void)
{
	const char *wrong = otp_verdict_reason(OTP_VERDICT_REJECT);
	struct otp_login other = { .err = OTP_OK };
	struct otp_login known = { .answer.verdict = OTP_VERDICT_ACCEPT,
		.device_known = true };
	struct otp_login enrolled = { .answer.verdict = OTP_VERDICT_ACCEPT,
		.enrolled = true };
	struct otp_login fresh = { .answer = { .verdict = OTP_VERDICT_ACCEPT,
				       .fresh = true } };

	print_outcome(&known, OTP_STEP_VERDICT);
	print_outcome(&fresh, OTP_STEP_VERDICT);
	print_outcome(&enrolled, OTP_STEP_VERDICT);
	print_outcome(&other, OTP_STEP_UNCONFIRMED);
	print_outcome(&other, OTP_STEP_OVERTAKEN);
	print_outcome(&other, OTP_STEP_ERROR);
	print_outcome(&other, OTP_STEP_UNENROLLED);
	print_outcome(&other, OTP_STEP_NOT_IN_GROUPS);
	print_outcome(&other, OTP_STEP_EXEMPT_GROUP);
	print_outcome(&other, OTP_STEP_EXEMPT);
	print_outcome(&other, OTP_STEP_CONVERSATION);
	print_verdict(OTP_VERDICT_REJECT);
	print_verdict(OTP_VERDICT_ACCEPT);
	for (unsigned i = 1; i < SEARCHED; i++) {
		struct otp_login failed = { .err = (enum otp_err)i };
		enum otp_verdict verdict = (enum otp_verdict)i;

		if (strcmp(otp_err_reason(failed.err), "unknown") != 0 &&
		    !is_the_tools(failed.err))
			print_outcome(&failed, OTP_STEP_ERROR);
		if (strcmp(otp_verdict_reason(verdict), wrong) != 0)
			print_verdict(verdict);
	}
}

/* The words before each '=' of the line that was logged last. */
static void
print_logged_keys(void)
{
	bool quoted = false;
	const char *word = logged;

	for (const char *at = logged; *at != '\0'; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == ' ' && !quoted)
			word = at + 1;
		else if (*at == '=' && !quoted)
			printf("%.*s\n", (int)(at - word), word);
	}
}

/* What a login that ends like this logs first, not what it warns of. */
static void
print_keys_of(struct otp_login *login, enum otp_step step)
{
	login->quiet = true;
	otp_options_default(&login->options);
	if (otp_outcome_report(login, step) != PAM_ABORT)
		print_logged_keys();
}

static void
print_keys(void)
{
	struct otp_login judged = {
		.request.account = "alice",
		.device_name = "SHA256:text",
		.exemption = { INT64_C(1801440000), "text" },
		.tag = "K7",
		.answer = { .kind = OTP_TOTP,
		    .token = "token",
		    .wait = 30,
		    .drift = 30,
		    .drift_known = true },
	};
	struct otp_login option = { .err = OTP_ERR_OPTION,
		.fault = { .where = "window", .line = 1 } };
	struct otp_login denied = { .err = OTP_ERR_READ,
		.fault = {
		    .where = "file", .name = "text", .errnum = EACCES } };
	static const enum otp_detail details[] = { OTP_DETAIL_RANGE,
		OTP_DETAIL_TIME_RANGE, OTP_DETAIL_OPEN_TO_OTHERS,
		OTP_DETAIL_OWNER, OTP_DETAIL_LOCKED_BY,
		OTP_DETAIL_UNKNOWN_GROUP };

	for (unsigned i = 0; i < 2; i++) {
		remote = i != 0;
		print_keys_of(&judged, OTP_STEP_VERDICT);
		print_keys_of(&judged, OTP_STEP_EXEMPT);
		print_keys_of(&option, OTP_STEP_ERROR);
		print_keys_of(&denied, OTP_STEP_ERROR);
	}
	otp_log_notice(&judged, OTP_ERR_WRITE, &denied.fault);
	print_logged_keys();
	for (unsigned i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
		denied.fault.detail = details[i];
		print_keys_of(&denied, OTP_STEP_ERROR);
	}
}

/* What a login that ends like this tells, where COUNT is how many of it all. */
static void
print_messages_of(struct otp_answer answer, enum otp_step step, unsigned count)
{
	struct otp_login login = { .answer = answer, .err = OTP_ERR_READ };

	otp_options_default(&login.options);
	login.options.nullok_until = INT64_C(1800000000);
	login.exemption.until = INT64_C(1801440000);
	login.answer.unreported = login.answer.replays = count;
	login.answer.recovery_left = count;
	login.answer.recovery_known = true;
	login.answer.wait = count;
	login.answer.no_code = true;
	login.options.forward_pass = count > 1;
	login.options.deliver = count > 0 ? OTP_DELIVER_YES : OTP_DELIVER_NO;
	messages_wanted = true;
	if (otp_outcome_report(&login, step) == PAM_ABORT)
		printf("no outcome\n");
	messages_wanted = false;
}

/* Of a device that becomes known, and of one that soon is not any more. */
static void
print_device_messages(void)
{
	struct otp_login login = { .answer = { .verdict = OTP_VERDICT_ACCEPT,
				       .device_left = 1209600 } };

	messages_wanted = true;
	if (otp_outcome_report(&login, OTP_STEP_VERDICT) != PAM_SUCCESS)
		printf("no outcome\n");
	login.device_known = true;
	login.answer.device_left = 111600;
	if (otp_outcome_report(&login, OTP_STEP_VERDICT) != PAM_SUCCESS)
		printf("no outcome\n");
	messages_wanted = false;
}

/* Of a service where users can enroll with an invitation. */
static void
print_invited_messages(void)
{
	struct otp_login login = { .answer = { .verdict = OTP_VERDICT_MALFORMED,
				       .no_code = true } };

	login.options.enroll = OTP_ENROLL_INVITED;
	messages_wanted = true;
	(void)otp_message_verdict(&login);
	otp_message_not_enrolled(&login, OTP_STEP_UNCONFIRMED);
	otp_message_not_enrolled(&login, OTP_STEP_OVERTAKEN);
	messages_wanted = false;
}

static void
print_messages(void)
{
	static const enum otp_verdict verdicts[] = { OTP_VERDICT_ACCEPT,
		OTP_VERDICT_REPLAY, OTP_VERDICT_WAITING, OTP_VERDICT_LOCKED,
		OTP_VERDICT_REJECT, OTP_VERDICT_MALFORMED, OTP_VERDICT_WITHHELD,
		OTP_VERDICT_UNENROLLED, OTP_VERDICT_UNKNOWN_USER,
		OTP_VERDICT_CHANGED_USER, OTP_VERDICT_SUSPENDED,
		OTP_VERDICT_INVITED, OTP_VERDICT_INVITATION_ENDED };
	const size_t rows = 4 * sizeof(verdicts) / sizeof(verdicts[0]);
	struct otp_answer answer = { .last_success = 172800 };

	for (size_t i = 0; i < rows; i++) {
		answer.verdict = verdicts[i / 4];
		answer.kind = (i & 1) != 0 ? OTP_RECOVERY : OTP_TOTP;
		(void)snprintf(answer.failure_host, sizeof(answer.failure_host),
		    "%s", (i & 2) != 0 ? "203.0.113.5" : "");
		for (unsigned count = 0; count <= 2; count++)
			print_messages_of(answer, OTP_STEP_VERDICT, count);
	}
	answer.verdict = OTP_VERDICT_REPLAY;
	answer.kind = OTP_HOTP;
	print_messages_of(answer, OTP_STEP_VERDICT, 0);
	answer.kind = OTP_INVITATION;
	print_messages_of(answer, OTP_STEP_VERDICT, 0);
	answer.kind = OTP_DELIVERED;
	print_messages_of(answer, OTP_STEP_VERDICT, 0);
	print_messages_of(answer, OTP_STEP_VERDICT, 1);
	answer.verdict = OTP_VERDICT_ACCEPT;
	print_device_messages();
	print_invited_messages();
	answer.last_success = -1;
	print_messages_of(answer, OTP_STEP_VERDICT, 2);
	print_messages_of(answer, OTP_STEP_UNENROLLED, 0);
	print_messages_of(answer, OTP_STEP_EXEMPT, 0);
	print_messages_of(answer, OTP_STEP_ERROR, 0);
}

static void
print_prompt(const struct otp_options *options)
{
	char prompt[OTP_PROMPT_SIZE];

	otp_message_prompt(options, "K7", prompt);
	printf("%s\n", prompt);
}

static void
print_prompts(void)
{
	struct otp_options options;

	otp_options_default(&options);
	print_prompt(&options);
	options.forward_pass = true;
	print_prompt(&options);
	options.forward_pass = false;
	options.deliver = OTP_DELIVER_YES;
	print_prompt(&options);
	options.deliver = OTP_DELIVER_NO;
	options.enroll = OTP_ENROLL_INVITED;
	print_prompt(&options);
	options.deliver = OTP_DELIVER_AUTO;
	print_prompt(&options);
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
		else if (option->type == OTP_CONF_NUMBER ||
		    option->type == OTP_CONF_CHOICE)
			size = sizeof(unsigned);
		else if (option->type == OTP_CONF_DATE ||
		    option->type == OTP_CONF_TIME)
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
		fprintf(stderr, "%s: %s\n", fault.where,
		    otp_detail_word(fault.detail));
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
	else if (argc == 2 && strcmp(argv[1], "keys") == 0)
		print_keys();
	else if (argc == 2 && strcmp(argv[1], "messages") == 0)
		print_messages();
	else if (argc == 2 && strcmp(argv[1], "prompts") == 0)
		print_prompts();
	else if (argc == 2 && strcmp(argv[1], "fleet") == 0)
		print_fleet();
	else if (argc == 3 && strcmp(argv[1], "fleet-conf") == 0)
		return print_fleet_conf(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "conf") == 0)
		return print_conf(argv[2]);
	else
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
