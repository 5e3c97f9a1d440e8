/* SPDX-License-Identifier: BSD-2-Clause */
/* The formats that can be imported, record by record. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/core/import_google.h"
#include "common/core/import_oath.h"
#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "intake.h"
#include "language.h"
#include "output.h"
#include "parameters.h"

#define WEAK	   16	 /* bytes; with less, a secret is weak */
#define AHEAD_TOLD 600	 /* seconds; a longer delay is worth a word */
#define AHEAD_MAX  86400 /* seconds; more is no clock's drift */
#define RECOVERY   "recovery:"

/* Where a record stands. */
struct place {
	const char *user;
	const char *file;
	unsigned line;
};

/* NULL, or why the token cannot be taken. */
static const char *
trouble(const struct otp_intake *intake, const struct otp_token *token,
    uint64_t value, struct otp_fault *fault)
{
	if (otp_token_check(token, fault) != OTP_OK)
		return fault->what;
	if (token->secret_size < WEAK && !intake->tool->args.allow_weak)
		return N_("has a secret of less than 16 bytes, which is weak; "
			  "--allow-weak takes it");
	if (token->kind == OTP_TOTP &&
	    value > (uint64_t)intake->now + AHEAD_MAX)
		return N_(
		    "has a code used more than a day ahead of this host's "
		    "clock");
	return NULL;
}

static void
add(struct otp_intake *intake, const struct place *place,
    const struct otp_token *token, bool known, uint64_t value)
{
	struct otp_fault fault = { 0 };
	const char *what = trouble(intake, token, value, &fault);

	if (what != NULL) {
		otp_intake_refuse(intake, place->file, place->line, what);
		return;
	}
	if (token->kind == OTP_TOTP &&
	    value > (uint64_t)intake->now + AHEAD_TOLD)
		otp_say(_("%s: a code was used that is right %s only; none is "
			  "before."),
		    otp_escaped(place->file).text,
		    otp_when((int64_t)value - intake->now).text);
	otp_intake_keep(intake, place->user, token, known, value);
}

/* Take the next line off SOURCE, without its newline. */
static bool
next_line(struct otp_source *source, const char **ret_line, size_t *ret_length,
    bool *ret_whole)
{
	const char *end;

	if (source->size == 0)
		return false;
	end = memchr(source->text, '\n', source->size);
	*ret_whole = end != NULL;
	*ret_line = source->text;
	*ret_length = end != NULL ? (size_t)(end - source->text) : source->size;
	source->text += *ret_length + *ret_whole;
	source->size -= *ret_length + *ret_whole;
	return true;
}

static void
read_uri(struct otp_intake *intake, const struct place *place, const char *line,
    size_t length)
{
	struct otp_fault fault = { 0 };
	struct otp_token token;

	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (strspn(line, " \t") >= length || line[0] == '#')
		return;
	if (strncmp(line, RECOVERY, strlen(RECOVERY)) == 0) {
		otp_intake_note(place->file, place->line,
		    N_("a recovery code is dropped: nobody knows here whether "
		       "it "
		       "was used"));
		return;
	}
	if (length > OTP_URI_MAX)
		otp_intake_refuse(intake, place->file, place->line,
		    N_("is longer than 1023 bytes"));
	else if (otp_uri_parse(line, length, &token, &fault) != OTP_OK)
		otp_intake_refuse(intake, place->file, place->line, fault.what);
	else
		add(intake, place, &token, token.kind == OTP_HOTP,
		    token.counter);
	otp_wipe(&token, sizeof(token));
}

void
otp_intake_uri(struct otp_intake *intake, const char *user, const char *file,
    const struct otp_source *source)
{
	struct place place = { user, file, 0 };
	struct otp_source rest = *source;
	size_t before = intake->records_count, length = 0;
	size_t refused = intake->refused;
	const char *line = NULL;
	bool whole = true;

	while (next_line(&rest, &line, &length, &whole)) {
		place.line++;
		if (memchr(line, '\0', length) != NULL)
			otp_intake_refuse(
			    intake, file, place.line, N_("has a NUL byte"));
		else if (!whole)
			otp_intake_refuse(intake, file, place.line,
			    N_("does not end in a newline"));
		else
			read_uri(intake, &place, line, length);
	}
	if (intake->records_count == before && intake->refused == refused)
		otp_intake_refuse(intake, file, 0, N_("has no token"));
}

void
otp_intake_google(struct otp_intake *intake, const char *user, const char *file,
    const struct otp_source *source)
{
	const struct place place = { user, file, 0 };
	struct otp_import_google import;
	struct otp_fault fault = { 0 };

	if (otp_import_google_parse(
		source->text, source->size, &import, &fault) != OTP_OK) {
		otp_intake_refuse(intake, file, fault.line, fault.what);
		return;
	}
	if (!otp_parameters_name(NULL, NULL, user, &import.token))
		otp_intake_refuse(intake, file, 0, N_("is of too long a name"));
	else
		add(intake, &place, &import.token, import.spent_known,
		    import.spent);
	for (unsigned i = 0; i < import.notes_count; i++)
		otp_intake_note(
		    file, import.notes[i].line, import.notes[i].what);
	otp_wipe(&import, sizeof(import));
}

/*
 * A time of this host's zone.  Of an hour that comes twice, when the clocks go
 * back, it is the later one, lest a spent code be fresh, unless that is to
 * come (is behind LATEST).
 */
static bool
to_seconds(
    const struct otp_import_time *from, int64_t latest, int64_t *ret_seconds)
{
	const struct tm parts = {
		.tm_year = (int)from->year - 1900,
		.tm_mon = (int)from->month - 1,
		.tm_mday = (int)from->day,
		.tm_hour = (int)from->hour,
		.tm_min = (int)from->minute,
		.tm_sec = (int)from->second,
	};
	bool found = false;

	for (int summer = -1; summer <= 1; summer++) {
		struct tm local = parts;
		time_t seconds;

		local.tm_isdst = summer;
		seconds = mktime(&local);
		/* Who is shifted was no time of that kind. */
		if (seconds < 0 || local.tm_mday != parts.tm_mday ||
		    (summer != -1 && local.tm_hour != parts.tm_hour))
			continue;
		if (!found || *ret_seconds > latest ||
		    (seconds > *ret_seconds && seconds <= latest))
			*ret_seconds = seconds;
		found = true;
	}
	return found;
}

/*
 * What of a TOTP record is spent, at least: of a later step a code may have
 * come before the last one, which alone is kept.  NULL, or what is wrong.
 */
static const char *
find_spent(const struct otp_intake *intake,
    const struct otp_import_oath *import, uint64_t *ret_spent)
{
	const int64_t latest = intake->now + import->token.period;
	int64_t seconds = 0;

	if (!to_seconds(&import->time, latest, &seconds))
		return N_("has a time that there never was");
	if (seconds > latest)
		return N_(
		    "has a time ahead of this host's clock (is TZ that of "
		    "the host it was written on?)");
	if (otp_import_oath_spent(import, (uint64_t)seconds, ret_spent) !=
	    OTP_OK)
		return N_("cannot be computed");
	return NULL;
}

static void
read_oath(struct otp_intake *intake, const struct place *place,
    const char *line, size_t length)
{
	const char *what = NULL;
	struct otp_import_oath import;
	struct otp_fault fault = { 0 };
	uint64_t value = 0;
	bool known = false;

	if (otp_import_oath_parse(line, length, &import, &fault) != OTP_OK) {
		otp_intake_refuse(intake, place->file, place->line, fault.what);
		return;
	}
	if (import.token.kind == OTP_HOTP) {
		known = true;
		value = import.token.counter;
	} else if (import.code_known && import.time_known) {
		what = find_spent(intake, &import, &value);
	}
	if (what == NULL &&
	    !otp_parameters_name(NULL, NULL, place->user, &import.token))
		what = N_("has too long a user");
	if (what != NULL)
		otp_intake_refuse(intake, place->file, place->line, what);
	else
		add(intake, place, &import.token, known, value);
	otp_wipe(&import, sizeof(import));
}

/* A line of USER's (LENGTH bytes), unless nobody asks for it. */
static void
read_oath_of(struct otp_intake *intake, struct place *place, const char *line,
    size_t length, const char *user, size_t user_length)
{
	char name[OTP_ACCOUNT_SIZE];

	if (user_length >= sizeof(name) ||
	    memchr(user, '\0', user_length) != NULL) {
		otp_intake_refuse(intake, place->file, place->line,
		    N_("has a user that cannot be"));
		return;
	}
	memcpy(name, user, user_length);
	name[user_length] = '\0';
	if (!otp_intake_wants(intake, name))
		return;
	place->user = name;
	read_oath(intake, place, line, length);
	place->user = NULL;
}

void
otp_intake_oath(struct otp_intake *intake, const char *file,
    const struct otp_source *source)
{
	struct place place = { NULL, file, 0 };
	struct otp_source rest = *source;
	const char *line = NULL, *user = NULL;
	size_t length = 0, user_length = 0;
	bool whole = true;

	while (next_line(&rest, &line, &length, &whole)) {
		place.line++;
		switch (
		    otp_import_oath_look(line, length, &user, &user_length)) {
		case OTP_IMPORT_OATH_NOTHING:
			continue;
		case OTP_IMPORT_OATH_OTHER:
			otp_intake_note(file, place.line,
			    N_("is no record, and passed over"));
			continue;
		case OTP_IMPORT_OATH_RECORD:
			break;
		}
		if (!whole)
			otp_intake_refuse(intake, file, place.line,
			    N_("does not end in a newline"));
		else
			read_oath_of(
			    intake, &place, line, length, user, user_length);
	}
}
