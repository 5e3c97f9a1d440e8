/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-deliver/report.h"

#include <syslog.h>

#include "common/core/address.h"
#include "common/core/hex.h"
#include "common/core/logline.h"

static const char *const reasons[] = {
	[OTP_OUTCOME_DELIVERED] = NULL,
	[OTP_OUTCOME_FRAME] = "frame",
	[OTP_OUTCOME_NO_PROGRAM] = "no-program",
	[OTP_OUTCOME_PROGRAM] = "program",
	[OTP_OUTCOME_STATE] = "state",
	[OTP_OUTCOME_LIMIT] = "limit",
	[OTP_OUTCOME_START] = "start",
	[OTP_OUTCOME_EXIT] = "exit",
	[OTP_OUTCOME_KILLED] = "killed",
	[OTP_OUTCOME_TIMEOUT] = "timeout",
};

static void add_message(
    struct otp_logline *line, const struct otp_message *message);
static void add_plain(
    struct otp_logline *line, const char *key, const char *escaped);
static void add_program(struct otp_logline *line,
    const struct otp_program *program, enum otp_outcome outcome);
static void add_fault(struct otp_logline *line, const struct otp_fault *fault);
static int outcome_priority(enum otp_outcome outcome);

void
otp_report(enum otp_outcome outcome, const struct otp_message *message,
    const struct otp_program *program, const struct otp_fault *fault)
{
	struct otp_logline line;

	otp_logline_begin(&line);
	otp_logline_word(&line, "result",
	    outcome == OTP_OUTCOME_DELIVERED ? "delivered" : "undelivered");
	otp_logline_word(&line, "reason", reasons[outcome]);
	if (message != NULL)
		add_message(&line, message);
	if (outcome != OTP_OUTCOME_DELIVERED) {
		add_program(&line, program, outcome);
		add_fault(&line, fault);
	}
	openlog("otp-deliver", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_AUTHPRIV | outcome_priority(outcome), "%s", line.text);
	closelog();
}

/* Never where to: the address is in the seed file. */
static void
add_message(struct otp_logline *line, const struct otp_message *message)
{
	char method[OTP_ADDRESS_SCHEME_MAX + 1];

	otp_address_method(&message->to, method);
	otp_logline_word(line, "kind", otp_message_kind_name(message->kind));
	add_plain(line, "user", message->user);
	add_plain(line, "service", message->service);
	otp_logline_word(line, "rhost", message->rhost);
	otp_logline_word(line, "method", method);
	otp_logline_word(line, "tag", message->tag);
}

/* A frame's value has the escapes of a log line, which adds its own. */
static void
add_plain(struct otp_logline *line, const char *key, const char *escaped)
{
	char plain[OTP_FRAME_VALUE_SIZE];
	size_t length = 0;

	while (*escaped != '\0' && length < sizeof(plain) - 1) {
		unsigned value = (unsigned char)*escaped;

		if (*escaped == '\\') {
			value = (unsigned)otp_hex_value(escaped[2]) << 4 |
			    (unsigned)otp_hex_value(escaped[3]);
			escaped += 3;
		}
		escaped++;
		plain[length++] = (char)value;
	}
	plain[length] = '\0';
	otp_logline_word(line, key, plain);
}

static void
add_program(struct otp_logline *line, const struct otp_program *program,
    enum otp_outcome outcome)
{
	otp_logline_word(line, "program", program->path);
	if (outcome == OTP_OUTCOME_EXIT)
		otp_logline_number(line, "status", program->number, "");
	if (outcome == OTP_OUTCOME_KILLED)
		otp_logline_number(line, "signal", program->number, "");
	otp_logline_quoted(line, "output", program->output);
}

static void
add_fault(struct otp_logline *line, const struct otp_fault *fault)
{
	if (fault->where[0] == '/')
		otp_logline_word(line, "file", fault->where);
	otp_logline_errno(line, fault->errnum);
	otp_logline_word(line, "detail", otp_detail_word(fault->detail));
}

static int
outcome_priority(enum otp_outcome outcome)
{
	switch (outcome) {
	case OTP_OUTCOME_DELIVERED:
		return LOG_INFO;
	case OTP_OUTCOME_LIMIT:
		return LOG_WARNING;
	case OTP_OUTCOME_FRAME:
	case OTP_OUTCOME_NO_PROGRAM:
	case OTP_OUTCOME_PROGRAM:
	case OTP_OUTCOME_STATE:
	case OTP_OUTCOME_START:
	case OTP_OUTCOME_EXIT:
	case OTP_OUTCOME_KILLED:
	case OTP_OUTCOME_TIMEOUT:
		break;
	}
	return LOG_ERR;
}
