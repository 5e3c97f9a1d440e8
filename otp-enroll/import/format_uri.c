/* SPDX-License-Identifier: BSD-2-Clause */
/* otpauth:// lines, and the batches of Google Authenticator's transfers. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/import_migration.h"
#include "common/core/import_secret.h"
#include "common/core/import_uri.h"
#include "common/core/line.h"
#include "common/core/wipe.h"
#include "common/effects/label.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"

#define RECOVERY "recovery:"
#define ENTRIES	 1024 /* lines and transferred tokens of a source */
#define BATCHES	 100

/* One token: a line, or one of a transfer's. */
struct entry {
	struct otp_line line;
	unsigned number;			  /* the line's */
	const struct otp_import_migration *batch; /* or NULL */
	unsigned index;				  /* of the token in it */
};

/* Its batches are secrets; uri_end() wipes them. */
struct uris {
	struct otp_import *import;
	const struct otp_import_source *source;
	char label[OTP_LABEL_SIZE]; /* of a URI without one */
	size_t count;
	struct entry at[ENTRIES];
	unsigned batches;
	struct otp_import_migration *batch[BATCHES];
};

static void uri_take_line(
    struct uris *uris, const struct otp_line *line, unsigned number);
static bool uri_is_nothing(
    const struct uris *uris, const struct otp_line *line, unsigned number);
static void uri_take_batch(
    struct uris *uris, const struct otp_line *line, unsigned number);
static void uri_tell_again(const struct uris *uris,
    const struct otp_import_migration *batch, unsigned number);
static void uri_add(struct uris *uris, const struct entry *entry);
static void uri_tell_missing(struct uris *uris);
static bool uri_has_batch(const struct uris *uris, uint64_t id, unsigned index);
static enum otp_err uri_read(const void *context, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    unsigned *ret_line, struct otp_fault *fault);
static void uri_name(
    const void *context, size_t index, char ret_name[OTP_LABEL_SIZE]);
static void uri_end(struct uris *uris);

void
otp_import_format_uri(
    struct otp_import *import, const struct otp_import_source *source)
{
	struct otp_lines rest = { source->text, source->size, 0 };
	const size_t refused = import->refused;
	struct uris *uris = calloc(1, sizeof(*uris));
	struct otp_token unnamed = { 0 };
	struct otp_line line;

	if (uris == NULL) {
		otp_import_fail(import);
		return;
	}
	uris->import = import;
	uris->source = source;
	if (otp_label_set(NULL, NULL, source->user, &unnamed))
		memcpy(uris->label, unnamed.label, sizeof(uris->label));
	while (otp_line_next(&rest, &line))
		uri_take_line(uris, &line, rest.number);
	if (uris->batches > 0)
		uri_tell_missing(uris);
	if (uris->count == 0 && import->refused == refused)
		otp_import_refuse(import, source->file, 0,
		    otp_detail_text(OTP_DETAIL_NO_TOKEN));
	else if (uris->count > 0 && import->refused == refused)
		otp_import_choose(import, source,
		    &(struct otp_import_choices){
			.count = uris->count,
			.all = uris->batches == 0,
			.context = uris,
			.read = uri_read,
			.name = uri_name,
		    });
	uri_end(uris);
}

static void
uri_take_line(struct uris *uris, const struct otp_line *line, unsigned number)
{
	struct entry entry = { .line = *line, .number = number };

	if (line->has_nul)
		otp_import_refuse(uris->import, uris->source->file, number,
		    otp_detail_text(OTP_DETAIL_NUL_BYTE));
	else if (uri_is_nothing(uris, line, number))
		return;
	else if (otp_import_migration_is(line->text, line->length))
		uri_take_batch(uris, line, number);
	else
		uri_add(uris, &entry);
}

static bool
uri_is_nothing(
    const struct uris *uris, const struct otp_line *line, unsigned number)
{
	const char *text = line->text;
	size_t length = line->length;

	(void)otp_import_trim(&text, &length);
	if (length == 0 || text[0] == '#')
		return true;
	if (length < strlen(RECOVERY) ||
	    memcmp(text, RECOVERY, strlen(RECOVERY)) != 0)
		return false;
	otp_import_note(uris->source->file, number,
	    N_("the recovery code is skipped: it may have been used"));
	return true;
}

static void
uri_take_batch(struct uris *uris, const struct otp_line *line, unsigned number)
{
	const struct otp_import_place place = { uris->source->user,
		uris->source->file, number };
	const struct otp_import_teller teller = otp_import_teller_of(&place);
	struct otp_import_migration *batch = calloc(1, sizeof(*batch));
	struct otp_fault fault = { 0 };

	if (batch == NULL) {
		otp_import_fail(uris->import);
		return;
	}
	if (otp_import_migration_parse(
		line->text, line->length, &teller, batch, &fault) != OTP_OK ||
	    uris->batches == BATCHES) {
		otp_import_refuse_fault(
		    uris->import, uris->source->file, number, &fault);
		otp_wipe(batch, sizeof(*batch));
		free(batch);
		return;
	}
	if (uri_has_batch(uris, batch->id, batch->index)) {
		uri_tell_again(uris, batch, number);
		otp_wipe(batch, sizeof(*batch));
		free(batch);
		return;
	}
	uris->batch[uris->batches++] = batch;
	for (unsigned i = 0; i < batch->tokens; i++)
		uri_add(uris, &(struct entry){ *line, number, batch, i });
}

/* The same QR code was scanned twice. */
static void
uri_tell_again(const struct uris *uris,
    const struct otp_import_migration *batch, unsigned number)
{
	const struct otp_fault note = { .detail = OTP_DETAIL_MIGRATION_AGAIN,
		.numbers = { batch->index + 1, batch->count } };

	otp_import_note_fault(uris->source->file, number, &note);
}

static void
uri_add(struct uris *uris, const struct entry *entry)
{
	const struct otp_fault fault = { .detail = OTP_DETAIL_TOO_MANY_LINES,
		.numbers = { ENTRIES } };

	if (uris->count < ENTRIES)
		uris->at[uris->count++] = *entry;
	else
		otp_import_refuse_fault(
		    uris->import, uris->source->file, entry->number, &fault);
}

/*
 * Tell which parts of the first transfer are missing: the token may be there.
 */
static void
uri_tell_missing(struct uris *uris)
{
	const struct otp_import_migration *first = uris->batch[0];
	struct otp_fault note = { .detail = OTP_DETAIL_MIGRATION_BATCHES,
		.numbers = { 0, first->count } };

	for (unsigned i = 0; i < first->count; i++) {
		note.numbers[0] = i + 1;
		if (!uri_has_batch(uris, first->id, i))
			otp_import_note_fault(uris->source->file, 0, &note);
	}
}

static bool
uri_has_batch(const struct uris *uris, uint64_t id, unsigned index)
{
	for (unsigned i = 0; i < uris->batches; i++)
		if (uris->batch[i]->id == id && uris->batch[i]->index == index)
			return true;
	return false;
}

static enum otp_err
uri_read(const void *context, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    unsigned *ret_line, struct otp_fault *fault)
{
	const struct uris *uris = context;
	const struct entry *entry = &uris->at[index];

	*ret_line = entry->number;
	if (entry->batch != NULL)
		return otp_import_migration_token(
		    entry->batch, entry->index, ret_token, fault);
	return otp_import_uri_parse(entry->line.text, entry->line.length,
	    uris->label, teller, ret_token, fault);
}

static void
uri_name(const void *context, size_t index, char ret_name[OTP_LABEL_SIZE])
{
	struct otp_token token;
	unsigned line;

	ret_name[0] = '\0';
	if (uri_read(context, index, NULL, &token, &line, NULL) == OTP_OK)
		memcpy(ret_name, token.label, OTP_LABEL_SIZE);
	otp_wipe(&token, sizeof(token));
}

static void
uri_end(struct uris *uris)
{
	for (unsigned i = 0; i < uris->batches; i++) {
		struct otp_import_migration *batch = uris->batch[i];

		otp_wipe(batch, sizeof(*batch));
		free(batch);
	}
	free(uris);
}
