/* SPDX-License-Identifier: BSD-2-Clause */
/* --pick: which tokens of an export are the user's. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include <stdio.h>
#include <string.h>

#include "common/core/decimal.h"
#include "common/core/wipe.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"

static bool choose_needs_pick(
    const struct otp_import *import, const struct otp_import_choices *choices);
static void choose_list(struct otp_import *import,
    const struct otp_import_source *source,
    const struct otp_import_choices *choices);
static void choose_pick(struct otp_import *import,
    const struct otp_import_source *source,
    const struct otp_import_choices *choices, const char *pick);
static size_t choose_find(const struct otp_import_choices *choices,
    const char *pick, size_t *ret_index);
static void choose_take(struct otp_import *import,
    const struct otp_import_source *source,
    const struct otp_import_choices *choices, size_t index);

void
otp_import_choose(struct otp_import *import,
    const struct otp_import_source *source,
    const struct otp_import_choices *choices)
{
	const struct otp_args_list *picks = &import->tool->args.pick;

	if (choose_needs_pick(import, choices)) {
		choose_list(import, source, choices);
		return;
	}
	for (unsigned i = 0; i < picks->count; i++)
		choose_pick(import, source, choices, picks->at[i]);
	for (size_t i = 0; i < choices->count && picks->count == 0; i++)
		choose_take(import, source, choices, i);
}

static bool
choose_needs_pick(
    const struct otp_import *import, const struct otp_import_choices *choices)
{
	return import->tool->args.pick.count == 0 && !choices->all &&
	    choices->count > 1;
}

/* Names, never secrets. */
static void
choose_list(struct otp_import *import, const struct otp_import_source *source,
    const struct otp_import_choices *choices)
{
	import->refused++;
	otp_say(_("%s: there are %zu tokens in it; say which one belongs to "
		  "%s, with its number or name, such as --pick=1:"),
	    otp_escaped(source->file).text, choices->count,
	    otp_escaped(source->user).text);
	for (size_t i = 0; i < choices->count; i++) {
		char name[OTP_LABEL_SIZE];

		choices->name(choices->context, i, name);
		otp_say("%4zu  %s", i + 1, otp_escaped(name).text);
	}
}

static void
choose_pick(struct otp_import *import, const struct otp_import_source *source,
    const struct otp_import_choices *choices, const char *pick)
{
	size_t index = 0;
	size_t found = choose_find(choices, pick, &index);

	if (found == 1) {
		choose_take(import, source, choices, index);
		return;
	}
	import->refused++;
	if (found == 0)
		otp_say(_("%s: there is no token \"%s\" in it."),
		    otp_escaped(source->file).text, otp_escaped(pick).text);
	else
		otp_say(_("%s: there are %zu tokens \"%s\" in it; give the "
			  "number of one."),
		    otp_escaped(source->file).text, found,
		    otp_escaped(pick).text);
	choose_list(import, source, choices);
}

/* How many PICK means: those with that name, or else the one of that number. */
static size_t
choose_find(const struct otp_import_choices *choices, const char *pick,
    size_t *ret_index)
{
	uint64_t number = 0;
	size_t found = 0;

	for (size_t i = 0; i < choices->count; i++) {
		char name[OTP_LABEL_SIZE];

		choices->name(choices->context, i, name);
		if (strcmp(name, pick) != 0)
			continue;
		*ret_index = i;
		found++;
	}
	if (found == 0 &&
	    otp_decimal_read(pick, strlen(pick), choices->count, &number) ==
		OTP_OK &&
	    number > 0) {
		*ret_index = (size_t)number - 1;
		found = 1;
	}
	return found;
}

static void
choose_take(struct otp_import *import, const struct otp_import_source *source,
    const struct otp_import_choices *choices, size_t index)
{
	struct otp_import_place place = { source->user, source->file, 0 };
	struct otp_import_teller teller = otp_import_teller_of(&place);
	struct otp_fault fault = { 0 };
	struct otp_token token = { 0 };
	enum otp_err err;

	/* The line is known before anything is told of it. */
	(void)choices->read(
	    choices->context, index, NULL, &token, &place.line, &fault);
	memset(&fault, 0, sizeof(fault));
	teller.line = place.line;
	err = choices->read(
	    choices->context, index, &teller, &token, &place.line, &fault);
	if (err == OTP_OK)
		otp_import_accept_new(import, &place, &token);
	else
		otp_import_refuse_fault(
		    import, source->file, place.line, &fault);
	otp_wipe(&token, sizeof(token));
}
