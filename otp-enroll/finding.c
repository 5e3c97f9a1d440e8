/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding_table.h"
#include "language.h"
#include "output.h"
#include "report.h"

static const char *
mend_for(enum otp_err err, const struct otp_fault *fault)
{
	bool denied = fault->errnum == EACCES || fault->errnum == EPERM;

	if (denied)
		return N_("Run this as root; if it was: `lsattr -d {where}', "
			  "and `ausearch -m avc -ts recent' or `dmesg' for "
			  "SELinux and AppArmor.");
	if (fault->errnum == EROFS)
		return otp_finding_rows[OTP_FOUND_READ_ONLY].mend;
	if (err < OTP_FINDING_MENDS && otp_finding_mends[err] != NULL)
		return otp_finding_mends[err];
	return N_("See the system's log for the disk: `dmesg'.");
}

/* --- Sentences ---------------------------------------------------------- */

/*
 * The word that AT, a '{', stands for, or NULL; *RET_LENGTH is its name's.
 * {why} and {cause} are {what} and {more} as texts of our own.
 */
static const char *
word_for(const struct otp_findings *findings, const struct otp_words *words,
    const char *at, size_t *ret_length, bool *ret_ours)
{
	const struct {
		const char *name;
		const char *word;
		bool ours; /* in the reader's language, and safe */
	} names[] = {
		{ "{user}", findings->user != NULL ? findings->user : "USER",
		    false },
		{ "{where}", words->where, false },
		{ "{what}", words->what, false },
		{ "{more}", words->more, false },
		{ "{why}", words->what, true },
		{ "{cause}", words->more, true },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*ret_length = strlen(names[i].name);
		*ret_ours = names[i].ours;
		if (strncmp(at, names[i].name, *ret_length) == 0)
			return names[i].word != NULL ? names[i].word : "";
	}
	return NULL;
}

/* TEXT with its words in place, escaped unless ours; NULL where there is no memory. */
static char *
fill_in(const struct otp_findings *findings, const char *text,
    const struct otp_words *words)
{
	char *filled = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&filled, &size);

	if (stream == NULL)
		return NULL;
	while (*text != '\0') {
		size_t length = 1;
		bool ours = false;
		const char *word = *text == '{'
		    ? word_for(findings, words, text, &length, &ours)
		    : NULL;

		if (word != NULL) {
			(void)fputs(
			    ours ? word : otp_escaped(word).text, stream);
			text += length;
		} else {
			(void)fputc(*text++, stream);
		}
	}
	if (fclose(stream) != 0) {
		free(filled);
		return NULL;
	}
	return filled;
}

/* --- The list ----------------------------------------------------------- */

static bool
is_known(const struct otp_findings *findings, const char *id, const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (strcmp(findings->at[i].id, id) == 0 &&
		    strcmp(findings->at[i].text, text) == 0)
			return true;
	return false;
}

static bool
make_room(struct otp_findings *findings)
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

/* The texts' memory is given up. */
static void
append(struct otp_findings *findings, const char *id, enum otp_level level,
    char *text, char *mend)
{
	if (text != NULL && is_known(findings, id, text)) {
		free(text);
		free(mend);
		return;
	}
	if (text == NULL || (level != OTP_LEVEL_OK && mend == NULL) ||
	    !make_room(findings)) {
		free(text);
		free(mend);
		findings->failed = true;
		return;
	}
	findings->at[findings->count++] = (struct otp_finding_text){
		.id = id, .level = level, .text = text, .mend = mend
	};
}

void
otp_findings_add(
    struct otp_findings *findings, enum otp_found found, struct otp_words words)
{
	const struct otp_finding_row *row = &otp_finding_rows[found];
	char *text = fill_in(findings, _(row->text), &words);
	char *mend =
	    row->mend == NULL ? NULL : fill_in(findings, _(row->mend), &words);

	append(findings, row->id, row->level, text, mend);
}

void
otp_findings_add_err(struct otp_findings *findings, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_reported reported = otp_report_text(err, fault);
	struct otp_words words = { .where = fault->where };

	append(findings, otp_err_reason(err), OTP_LEVEL_FAULT,
	    strdup(reported.text),
	    fill_in(findings, _(mend_for(err, fault)), &words));
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
		free(findings->at[i].mend);
	}
	free(findings->at);
	findings->at = NULL;
	findings->count = findings->room = 0;
}

/* --- What is seen of it ------------------------------------------------- */

static const char *const levels[] = {
	[OTP_LEVEL_OK] = "ok",
	[OTP_LEVEL_NOTE] = "note",
	[OTP_LEVEL_WARNING] = "warning",
	[OTP_LEVEL_FAULT] = "fault",
};

#define LEVEL_WIDTH 8 /* columns */

static void
print_row(const char *level, const char *text)
{
	otp_print("%-*s ", LEVEL_WIDTH, level);
	otp_print_wrapped(text, LEVEL_WIDTH + 1);
}

void
otp_findings_print(const struct otp_findings *findings)
{
	if (otp_findings_worst(findings) <= OTP_LEVEL_NOTE)
		otp_print("%s\n", _("Nothing is wrong as far as can be seen."));
	for (int level = OTP_LEVEL_FAULT; level >= OTP_LEVEL_OK; level--) {
		for (size_t i = 0; i < findings->count; i++) {
			const struct otp_finding_text *at = &findings->at[i];

			if (at->level != (enum otp_level)level)
				continue;
			print_row(levels[level], at->text);
			if (at->mend != NULL)
				print_row("", at->mend);
		}
	}
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
				    "do", at->mend)) != 0) {
				json_decref(list);
				return NULL;
			}
		}
	}
	return list;
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
