/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_note.h"

#include <stdbool.h>
#include <string.h>

#include "common/core/base32.h"
#include "common/core/hex.h"

#define SECRET_RUN 16 /* characters of the shortest secret, in base32 */
#define HIDDEN	   "..."

static bool may_be_secret(const char *text, size_t length);

void
otp_import_tell(const struct otp_import_teller *teller, enum otp_detail detail,
    const char *name, size_t length)
{
	struct otp_fault note = { 0 };

	if (teller == NULL || teller->tell == NULL)
		return;
	note.line = teller->line;
	/* A note is shown as a refusal is, and only does not refuse. */
	if (otp_import_refused(&note, detail, name, length) != OTP_OK)
		teller->tell(teller->context, &note);
}

enum otp_err
otp_import_refused(struct otp_fault *fault, enum otp_detail detail,
    const char *name, size_t length)
{
	if (fault == NULL)
		return OTP_ERR_PARSE;
	if (may_be_secret(name, length)) {
		name = HIDDEN;
		length = strlen(HIDDEN);
	}
	if (length > sizeof(fault->name) - 1)
		length = sizeof(fault->name) - 1;
	memcpy(fault->name, name, length);
	fault->name[length] = '\0';
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, detail);
}

/*
 * Whether a run of characters is as long as a secret's: with digits or in upper
 * case, whatever signs group them, or else of letters alone, as words have
 * them.
 */
static bool
may_be_secret(const char *text, size_t length)
{
	bool upper = false, lower = false, digit = false;
	size_t run = 0, letters = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		letters = c >= 'a' && c <= 'z' ? letters + 1 : 0;
		if (strchr(" -_=", c) != NULL && c != '\0')
			continue;
		if (otp_base32_value(c) < 0 && otp_hex_value(c) < 0) {
			upper = lower = digit = false;
			run = 0;
			continue;
		}
		upper = upper || (c >= 'A' && c <= 'Z');
		lower = lower || (c >= 'a' && c <= 'z');
		digit = digit || (c >= '0' && c <= '9');
		run++;
		if (letters >= SECRET_RUN ||
		    (run >= SECRET_RUN && (digit || (upper && !lower))))
			return true;
	}
	return false;
}
