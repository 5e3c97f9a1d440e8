/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `otp-enroll import' reads, as a whole source: the first byte says as
 * what (1, 2: of google-authenticator's and pam_oath's; else URIs).  What it
 * would keep, and what it says, is caught here.
 */
#include "fuzz.h"

#include "common/core/uri.h"
#include "otp-enroll/intake.h"
#include "otp-enroll/output.h"
#include "otp-enroll/parameters.h"

#define NOW INT64_C(1790000020)

static unsigned kept;

void
otp_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fuzz_message(format, arguments);
	va_end(arguments);
}

struct otp_escaped
otp_escaped(const char *text)
{
	struct otp_escaped escaped = { "" };

	(void)snprintf(escaped.text, sizeof(escaped.text), "%s", text);
	return escaped;
}

struct otp_ago
otp_when(int64_t seconds)
{
	struct otp_ago when = { "" };

	FUZZ_MUST(seconds >= 0);
	(void)snprintf(
	    when.text, sizeof(when.text), "in %lld s", (long long)seconds);
	return when;
}

bool
otp_parameters_name(const char *issuer, const char *label, const char *account,
    struct otp_token *token)
{
	int length =
	    snprintf(token->label, sizeof(token->label), "host:%s", account);

	FUZZ_MUST(issuer == NULL && label == NULL);
	return length > 0 && (size_t)length < sizeof(token->label);
}

bool
otp_intake_wants(const struct otp_intake *intake, const char *user)
{
	(void)intake;
	return user[0] != '!';
}

void
otp_intake_note(const char *file, unsigned line, const char *what)
{
	otp_say("%s:%u: %s.", file, line, what);
}

void
otp_intake_refuse(struct otp_intake *intake, const char *file, unsigned line,
    const char *what)
{
	intake->refused++;
	FUZZ_MUST(what[0] != '\0');
	otp_intake_note(file, line, what);
}

void
otp_intake_keep(struct otp_intake *intake, const char *user,
    const struct otp_token *token, bool known, uint64_t value)
{
	char uri[OTP_URI_MAX + 1];
	struct otp_token again;

	intake->records_count++;
	kept++;
	FUZZ_MUST(user[0] != '\0' && user[0] != '!');
	FUZZ_MUST(otp_token_check(token, NULL) == OTP_OK);
	FUZZ_MUST(token->secret_size >= 16 || intake->tool->args.allow_weak);
	/* Nothing that is kept can shut its owner out for long. */
	FUZZ_MUST(token->kind != OTP_TOTP || value <= (uint64_t)NOW + 86400);
	FUZZ_MUST(
	    token->kind != OTP_HOTP || (known && value >= token->counter));
	if (otp_uri_format(token, uri) != OTP_OK)
		return; /* too long: refused when it is put in force */
	FUZZ_MUST(otp_uri_parse(uri, strlen(uri), &again, NULL) == OTP_OK);
	FUZZ_MUST(fuzz_same_token(token, &again));
}

static void
take(
    struct otp_intake *intake, unsigned format, const struct otp_source *source)
{
	switch (format) {
	case 1:
		otp_intake_google(intake, "alice", "file", source);
		break;
	case 2:
		otp_intake_oath(intake, "file", source);
		break;
	default:
		otp_intake_uri(intake, "alice", "file", source);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct otp_tool tool;
	struct otp_intake intake = { .tool = &tool, .now = NOW };
	struct otp_source source = { 0 };

	if (size == 0)
		return 0;
	tool.args.allow_weak = (data[0] & 4) != 0;
	source.text = fuzz_text(data + 1, size - 1);
	source.size = size - 1;
	kept = 0;
	take(&intake, data[0] & 3, &source);
	/* Nothing is passed over in silence. */
	if ((data[0] & 3) != 2)
		FUZZ_MUST(kept > 0 || intake.refused > 0);
	free(source.text);
	return 0;
}
