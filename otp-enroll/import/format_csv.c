/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of hardware tokens: each line names its user, or --pick chooses one. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/import_csv.h"
#include "common/core/import_secret.h"
#include "common/core/line.h"
#include "common/core/wipe.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"

#define LINES 65536 /* of a list */

/* A line after the header. */
struct row {
	const char *text;
	size_t length;
	unsigned number;
};

struct list {
	struct otp_import *import;
	const struct otp_import_source *source;
	struct otp_import_csv csv;
	bool has_header;
	size_t count;
	struct row at[LINES];
};

static void list_take(
    struct list *list, const struct otp_line *line, unsigned number);
static void list_take_header(struct list *list, const struct row *row);
static bool list_is_chosen(const struct list *list);
static enum otp_err list_read(const void *context, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    unsigned *ret_line, struct otp_fault *fault);
static void list_name(
    const void *context, size_t index, char ret_name[OTP_LABEL_SIZE]);
static void list_accept(const struct list *list, const struct row *row);

void
otp_import_format_csv(
    struct otp_import *import, const struct otp_import_source *source)
{
	struct otp_lines rest = { source->text, source->size, 0 };
	const size_t refused = import->refused;
	struct list *list = calloc(1, sizeof(*list));
	struct otp_line line;

	if (list == NULL) {
		otp_import_fail(import);
		return;
	}
	list->import = import;
	list->source = source;
	while (import->refused == refused && otp_line_next(&rest, &line))
		list_take(list, &line, rest.number);
	if (import->refused > refused)
		; /* it was said */
	else if (list->count == 0)
		otp_import_refuse(import, source->file, 0,
		    otp_detail_text(OTP_DETAIL_NO_TOKEN));
	else if (list_is_chosen(list))
		otp_import_choose(import, source,
		    &(struct otp_import_choices){
			.count = list->count,
			.context = list,
			.read = list_read,
			.name = list_name,
		    });
	else
		for (size_t i = 0; i < list->count; i++)
			list_accept(list, &list->at[i]);
	free(list);
}

static void
list_take(struct list *list, const struct otp_line *line, unsigned number)
{
	struct row row = { line->text, line->length, number };
	const struct otp_fault fault = { .detail = OTP_DETAIL_TOO_MANY_LINES,
		.numbers = { LINES } };

	(void)otp_import_trim(&row.text, &row.length);
	if (row.length == 0 || row.text[0] == '#')
		return;
	if (!list->has_header &&
	    otp_import_csv_is_separator(row.text, row.length))
		return;
	if (!list->has_header)
		list_take_header(list, &row);
	else if (list->count < LINES)
		list->at[list->count++] = row;
	else
		otp_import_refuse_fault(
		    list->import, list->source->file, number, &fault);
}

static void
list_take_header(struct list *list, const struct row *row)
{
	const struct otp_import_place place = { NULL, list->source->file,
		row->number };
	const struct otp_import_teller teller = otp_import_teller_of(&place);
	struct otp_fault fault = { 0 };

	list->has_header = true;
	if (otp_import_csv_header(
		row->text, row->length, &teller, &list->csv, &fault) != OTP_OK)
		otp_import_refuse_fault(
		    list->import, list->source->file, row->number, &fault);
}

/*
 * A USER gets a token that --pick names, or the only one of a list without
 * users.
 */
static bool
list_is_chosen(const struct list *list)
{
	return list->source->user != NULL &&
	    (list->import->tool->args.pick.count > 0 ||
		!otp_import_csv_has_users(&list->csv));
}

static enum otp_err
list_read(const void *context, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    unsigned *ret_line, struct otp_fault *fault)
{
	const struct list *list = context;
	const struct row *row = &list->at[index];
	struct otp_import_csv_row parsed;
	enum otp_err err;

	*ret_line = row->number;
	err = otp_import_csv_parse(
	    &list->csv, row->text, row->length, teller, &parsed, fault);
	if (err == OTP_OK)
		*ret_token = parsed.token;
	otp_wipe(&parsed, sizeof(parsed));
	return err;
}

/* Its serial number, or its label. */
static void
list_name(const void *context, size_t index, char ret_name[OTP_LABEL_SIZE])
{
	const struct list *list = context;
	const struct row *row = &list->at[index];
	struct otp_import_csv_row parsed;

	/* One that is refused may have a serial number. */
	if (otp_import_csv_parse(&list->csv, row->text, row->length, NULL,
		&parsed, NULL) != OTP_OK)
		parsed.token.label[0] = '\0';
	memcpy(ret_name,
	    parsed.serial[0] != '\0' ? parsed.serial : parsed.token.label,
	    OTP_LABEL_SIZE);
	otp_wipe(&parsed, sizeof(parsed));
}

/* The line's own user, if the arguments ask for that user. */
static void
list_accept(const struct list *list, const struct row *row)
{
	struct otp_import_place place = { NULL, list->source->file,
		row->number };
	const struct otp_import_teller teller = otp_import_teller_of(&place);
	struct otp_import_csv_row parsed;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	/* First the name alone: nothing is told of other users' lines. */
	err = otp_import_csv_parse(
	    &list->csv, row->text, row->length, NULL, &parsed, &fault);
	place.user = parsed.user;
	if (parsed.user[0] == '\0' && err == OTP_OK)
		otp_import_refuse(list->import, place.file, place.line,
		    N_("the line names no user: name a USER and choose the "
		       "token with --pick"));
	else if (parsed.user[0] != '\0' &&
	    !otp_import_wants(list->import, parsed.user))
		; /* of another user */
	else if (err != OTP_OK)
		otp_import_refuse_fault(
		    list->import, place.file, place.line, &fault);
	else if (otp_import_csv_parse(&list->csv, row->text, row->length,
		     &teller, &parsed, &fault) == OTP_OK)
		otp_import_accept_new(list->import, &place, &parsed.token);
	otp_wipe(&parsed, sizeof(parsed));
}
