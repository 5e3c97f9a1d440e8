/* SPDX-License-Identifier: BSD-2-Clause */
/* Which format a text has, and google-authenticator's, which is one token. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include "common/core/import_google.h"
#include "common/core/import_kind.h"
#include "common/core/wipe.h"

static enum otp_import_kind format_kind(const struct otp_args *args,
    const struct otp_import_source *source, enum otp_detail *ret_detail);
static bool format_is_of_one_user(enum otp_import_kind kind);

void
otp_import_read(struct otp_import *import,
    const struct otp_import_source *source, bool *ret_needs_user)
{
	struct otp_import_source text = *source;
	size_t mark = otp_import_kind_mark(text.text, text.size);
	struct otp_fault fault = { 0 };
	enum otp_import_kind kind =
	    format_kind(&import->tool->args, source, &fault.detail);

	text.text += mark;
	text.size -= mark;
	*ret_needs_user = source->user == NULL && format_is_of_one_user(kind);
	if (*ret_needs_user)
		return;
	/* A user's own file must not give tokens to other users. */
	if (source->home && kind != OTP_IMPORT_KIND_UNKNOWN &&
	    !format_is_of_one_user(kind)) {
		kind = OTP_IMPORT_KIND_UNKNOWN;
		fault.detail = OTP_DETAIL_NAMES_USERS;
	}
	switch (kind) {
	case OTP_IMPORT_KIND_UNKNOWN:
		otp_import_refuse_fault(import, source->file, 0, &fault);
		break;
	case OTP_IMPORT_KIND_URI:
		otp_import_format_uri(import, &text);
		break;
	case OTP_IMPORT_KIND_GOOGLE:
		otp_import_format_google(import, &text);
		break;
	case OTP_IMPORT_KIND_OATH:
		otp_import_format_oath(import, &text);
		break;
	case OTP_IMPORT_KIND_CSV:
		otp_import_format_csv(import, &text);
		break;
	case OTP_IMPORT_KIND_JSON:
		otp_import_format_json(import, &text);
		break;
	}
}

/* What was given counts, unless the text is nothing of that sort. */
static enum otp_import_kind
format_kind(const struct otp_args *args, const struct otp_import_source *source,
    enum otp_detail *ret_detail)
{
	static const enum otp_import_kind given[] = {
		[OTP_ARGS_FORMAT_URI] = OTP_IMPORT_KIND_URI,
		[OTP_ARGS_FORMAT_GOOGLE] = OTP_IMPORT_KIND_GOOGLE,
		[OTP_ARGS_FORMAT_OATH] = OTP_IMPORT_KIND_OATH,
		[OTP_ARGS_FORMAT_CSV] = OTP_IMPORT_KIND_CSV,
		[OTP_ARGS_FORMAT_JSON] = OTP_IMPORT_KIND_JSON,
	};
	enum otp_import_kind found =
	    otp_import_kind_find(source->text, source->size, ret_detail);

	if (*ret_detail == OTP_DETAIL_UTF16)
		return found;
	if (args->users != NULL || args->all_users)
		return OTP_IMPORT_KIND_GOOGLE;
	return args->format != OTP_ARGS_FORMAT_DEFAULT ? given[args->format]
						       : found;
}

static bool
format_is_of_one_user(enum otp_import_kind kind)
{
	return kind == OTP_IMPORT_KIND_URI || kind == OTP_IMPORT_KIND_GOOGLE ||
	    kind == OTP_IMPORT_KIND_JSON;
}

void
otp_import_format_google(
    struct otp_import *import, const struct otp_import_source *source)
{
	const struct otp_import_place place = { source->user, source->file, 0 };
	const struct otp_import_teller teller = otp_import_teller_of(&place);
	struct otp_import_google parsed;
	struct otp_fault fault = { 0 };

	if (otp_import_google_parse(source->text, source->size, &teller,
		&parsed, &fault) != OTP_OK) {
		otp_import_refuse_fault(
		    import, source->file, fault.line, &fault);
		return;
	}
	otp_import_accept(
	    import, &place, &parsed.token, parsed.spent_known, parsed.spent);
	otp_wipe(&parsed, sizeof(parsed));
}
