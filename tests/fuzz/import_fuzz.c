/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `otp-enroll import' reads, as a whole source: the first byte says as
 * what and whose.  What it would keep, and what it says, is caught here.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/logline.h"
#include "common/core/uri.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/import/format.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/when.h"
#include "common/effects/label.h"

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

	otp_logline_escape(text, escaped.text, sizeof(escaped.text));
	return escaped;
}

struct otp_when
otp_when_span(int64_t seconds)
{
	struct otp_when when = { "" };

	FUZZ_MUST(seconds >= 0);
	(void)snprintf(
	    when.text, sizeof(when.text), "%lld s", (long long)seconds);
	return when;
}

bool
otp_label_set(const char *issuer, const char *label, const char *account,
    struct otp_token *token)
{
	int length = snprintf(token->label, sizeof(token->label), "%.100s:%s",
	    issuer != NULL ? issuer : "host", account);

	FUZZ_MUST(label == NULL);
	return length > 0 && (size_t)length < sizeof(token->label);
}

bool
otp_import_wants(const struct otp_import *intake, const char *user)
{
	(void)intake;
	return user[0] != '!';
}

void
otp_import_note(const char *file, unsigned line, const char *what)
{
	otp_say("%s:%u: %s.", file, line, what);
}

void
otp_import_note_fault(
    const char *file, unsigned line, const struct otp_fault *fault)
{
	FUZZ_MUST(fuzz_is_sound(fault) && fault->detail != OTP_DETAIL_NONE);
	otp_say("%s:%u: %s.", file, line,
	    otp_fault_clause(OTP_ERR_PARSE, fault).text);
}

void
otp_import_fail(struct otp_import *intake)
{
	intake->failed = true;
}

void
otp_import_refuse(struct otp_import *intake, const char *file, unsigned line,
    const char *what)
{
	intake->refused++;
	FUZZ_MUST(what[0] != '\0');
	otp_import_note(file, line, what);
}

void
otp_import_refuse_fault(struct otp_import *intake, const char *file,
    unsigned line, const struct otp_fault *fault)
{
	intake->refused++;
	otp_import_note_fault(file, line, fault);
}

void
otp_import_keep(struct otp_import *intake, const char *user,
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct otp_tool tool;
	struct otp_import intake = { .tool = &tool, .now = NOW };
	struct otp_import_source source = { .file = "file" };
	bool needs_user = false;
	char *text;

	if (size == 0)
		return 0;
	tool.args.allow_weak = (data[0] & 8) != 0;
	tool.args.pick.count = data[0] >> 4 & 1;
	tool.args.pick.at[0] = "1";
	tool.args.format = (data[0] & 7) % 6;
	text = fuzz_text(data + 1, size - 1);
	source.user = (data[0] & 32) != 0 ? "alice" : NULL;
	source.home = (data[0] & 64) != 0 && source.user != NULL;
	source.text = text;
	source.size = size - 1;
	kept = 0;
	otp_import_read(&intake, &source, &needs_user);
	FUZZ_MUST(!needs_user || (source.user == NULL && kept == 0));
	/* Nothing is passed over in silence, but other users' lines. */
	if (source.user != NULL && source.home)
		FUZZ_MUST(kept > 0 || intake.refused > 0);
	free(text);
	return 0;
}
