/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "otp-enroll/check/advice.h"
#include "otp-enroll/check/finding_table.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/terminal.h"

static const char *const levels[] = {
	[OTP_LEVEL_OK] = N_("ok"),
	[OTP_LEVEL_NOTE] = N_("note"),
	[OTP_LEVEL_WARNING] = N_("warning"),
	[OTP_LEVEL_FAULT] = N_("fault"),
};

/* A note has none of its own. */
static const char *const level_colours[] = {
	[OTP_LEVEL_OK] = "\033[32m",
	[OTP_LEVEL_NOTE] = "",
	[OTP_LEVEL_WARNING] = "\033[33m",
	[OTP_LEVEL_FAULT] = "\033[1;31m",
};

#define LEVEL_WIDTH 8	 /* columns */
#define FILLED_SIZE 8192 /* bytes */

/* What stands for each name in braces. */
struct fillings {
	struct otp_filling at[OTP_ADVICE_WORDS];
};

/* Both return NULL if there is no memory. */
static char *fill_text(const struct otp_findings *findings, const char *text,
    const struct otp_words *words);
static char *fill_fix(const struct otp_findings *findings, const char *fix,
    const struct otp_words *words);
static struct fillings make_fillings(
    const struct otp_findings *findings, const struct otp_words *words);
static void append_finding(struct otp_findings *findings, const char *id,
    enum otp_level level, char *text, char *fix);
static bool is_present(
    const struct otp_findings *findings, const char *id, const char *text);
static bool make_room_for_one(struct otp_findings *findings);
static char *text_of(enum otp_err err, const struct otp_reported *reported);
static const char *advice_for(enum otp_err err, const struct otp_fault *fault);
static void print_finding(const struct otp_finding_text *finding);
static void print_counts(const struct otp_findings *findings);
static json_t *findings_json(const struct otp_findings *findings);

void
otp_findings_add(
    struct otp_findings *findings, enum otp_found found, struct otp_words words)
{
	const struct otp_finding_row *row = &otp_finding_rows[found];
	char *text = fill_text(findings, _(row->text), &words);
	char *fix =
	    row->fix == NULL ? NULL : fill_fix(findings, _(row->fix), &words);

	append_finding(findings, row->id, row->level, text, fix);
}

static char *
fill_text(const struct otp_findings *findings, const char *text,
    const struct otp_words *words)
{
	const struct fillings all = make_fillings(findings, words);
	char filled[FILLED_SIZE] = "";

	otp_fill(filled, sizeof(filled), text, all.at, OTP_ADVICE_WORDS);
	return strdup(filled);
}

static char *
fill_fix(const struct otp_findings *findings, const char *fix,
    const struct otp_words *words)
{
	const struct fillings all = make_fillings(findings, words);
	char filled[FILLED_SIZE] = "";

	otp_advice_fill(filled, sizeof(filled), fix, all.at);
	return strdup(filled);
}

/* {why} and {cause} are {what} and {more} as texts of this program. */
static struct fillings
make_fillings(
    const struct otp_findings *findings, const struct otp_words *words)
{
	const char *user = findings->user != NULL ? findings->user : "USER";

	return (struct fillings){ .at = {
				      { "{user}", user, false },
				      { "{where}", words->where, false },
				      { "{what}", words->what, false },
				      { "{more}", words->more, false },
				      { "{why}", words->what, true },
				      { "{cause}", words->more, true },
				  } };
}

/* Takes ownership of the texts. */
static void
append_finding(struct otp_findings *findings, const char *id,
    enum otp_level level, char *text, char *fix)
{
	if (text != NULL && is_present(findings, id, text)) {
		free(text);
		free(fix);
		return;
	}
	if (text == NULL || (level != OTP_LEVEL_OK && fix == NULL) ||
	    !make_room_for_one(findings)) {
		free(text);
		free(fix);
		findings->failed = true;
		return;
	}
	findings->at[findings->count++] = (struct otp_finding_text){
		.id = id, .level = level, .text = text, .fix = fix
	};
}

static bool
is_present(
    const struct otp_findings *findings, const char *id, const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (strcmp(findings->at[i].id, id) == 0 &&
		    strcmp(findings->at[i].text, text) == 0)
			return true;
	return false;
}

static bool
make_room_for_one(struct otp_findings *findings)
{
	size_t room = findings->room == 0 ? 32 : 2 * findings->room;
	struct otp_finding_text *at;

	if (findings->count < findings->room)
		return true;
	at = reallocarray(findings->at, room, sizeof(*at));
	if (at == NULL)
		return false;
	findings->at = at;
	findings->room = room;
	return true;
}

void
otp_findings_add_err(struct otp_findings *findings, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_reported reported = otp_report_text(err, fault);
	struct otp_words words = { .where = fault->where };

	append_finding(findings, otp_err_reason(err), OTP_LEVEL_FAULT,
	    text_of(err, &reported),
	    fill_fix(findings, _(advice_for(err, fault)), &words));
}

/* Without a store, every login is refused. */
static char *
text_of(enum otp_err err, const struct otp_reported *reported)
{
	char *text = NULL;

	if (err != OTP_ERR_NO_STORE)
		return strdup(reported->text);
	if (asprintf(&text,
		_("%s, so that every login through pam_otp.so is refused"),
		reported->text) < 0)
		return NULL;
	return text;
}

/* What to do about ERR. */
static const char *
advice_for(enum otp_err err, const struct otp_fault *fault)
{
	const char *advice = otp_fault_advice(err, fault);

	return advice != NULL ? advice
			      : N_("See the system's log for the disk: "
				   "'dmesg'.");
}

enum otp_level
otp_findings_worst(const struct otp_findings *findings)
{
	enum otp_level worst = OTP_LEVEL_OK;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->at[i].level > worst)
			worst = findings->at[i].level;
	return worst;
}

void
otp_findings_free(struct otp_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->at[i].text);
		free(findings->at[i].fix);
	}
	free(findings->at);
	findings->at = NULL;
	findings->count = findings->room = 0;
}

void
otp_findings_print(const struct otp_findings *findings)
{
	for (int level = OTP_LEVEL_FAULT; level >= OTP_LEVEL_OK; level--)
		for (size_t i = 0; i < findings->count; i++)
			if (findings->at[i].level == (enum otp_level)level)
				print_finding(&findings->at[i]);
	print_counts(findings);
}

static void
print_finding(const struct otp_finding_text *finding)
{
	bool colours = otp_terminal_colours(STDOUT_FILENO);
	char *fix = NULL;

	otp_print("%s", colours ? level_colours[finding->level] : "");
	otp_print_column(
	    _(levels[finding->level]), -LEVEL_WIDTH, colours ? "\033[m " : " ");
	otp_print_wrapped(finding->text, LEVEL_WIDTH + 1);
	if (finding->fix == NULL ||
	    asprintf(&fix, _("fix: %s"), finding->fix) < 0)
		return;
	otp_print_column("", -LEVEL_WIDTH, " ");
	otp_print_wrapped(fix, LEVEL_WIDTH + 1);
	free(fix);
}

/* The last line, which is seen first on a terminal. */
static void
print_counts(const struct otp_findings *findings)
{
	size_t counts[OTP_LEVEL_FAULT + 1] = { 0 };

	for (size_t i = 0; i < findings->count; i++)
		counts[findings->at[i].level]++;
	if (counts[OTP_LEVEL_FAULT] + counts[OTP_LEVEL_WARNING] > 0)
		otp_print(_("Faults: %zu, warnings: %zu, notes: %zu.\n"),
		    counts[OTP_LEVEL_FAULT], counts[OTP_LEVEL_WARNING],
		    counts[OTP_LEVEL_NOTE]);
	else if (counts[OTP_LEVEL_NOTE] > 0)
		otp_print(_("No problems found. Notes: %zu.\n"),
		    counts[OTP_LEVEL_NOTE]);
	else
		otp_print("%s\n", _("No problems found."));
}

bool
otp_findings_print_json(
    const struct otp_findings *findings, const bool *enrolled)
{
	return otp_json_print(json_pack("{s:o, s:s, s:o, s:o}", "user",
	    otp_json_text(findings->user != NULL ? findings->user : ""),
	    "level", levels[otp_findings_worst(findings)], "enrolled",
	    enrolled != NULL ? json_boolean(*enrolled) : json_null(),
	    "findings", findings_json(findings)));
}

static json_t *
findings_json(const struct otp_findings *findings)
{
	json_t *list = json_array();

	for (int level = OTP_LEVEL_FAULT; level >= OTP_LEVEL_OK; level--) {
		for (size_t i = 0; i < findings->count; i++) {
			const struct otp_finding_text *at = &findings->at[i];

			if (at->level != (enum otp_level)level)
				continue;
			if (json_array_append_new(list,
				json_pack("{s:s, s:s, s:s, s:s?}", "id", at->id,
				    "level", levels[level], "text", at->text,
				    "fix", at->fix)) != 0) {
				json_decref(list);
				return NULL;
			}
		}
	}
	return list;
}
