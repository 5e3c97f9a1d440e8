/* SPDX-License-Identifier: BSD-2-Clause */
/* users.oath: tokens of many users, with their last codes. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include <string.h>
#include <time.h>

#include "common/core/import_oath.h"
#include "common/core/line.h"
#include "common/core/wipe.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"

static void oath_read_line(struct otp_import *import,
    struct otp_import_place *place, const struct otp_line *line);
static void oath_read_of(struct otp_import *import,
    struct otp_import_place *place, const struct otp_line *line,
    const char *user, size_t length);
static void oath_read_record(struct otp_import *import,
    const struct otp_import_place *place, const struct otp_line *line);
static const char *oath_find_used(const struct otp_import *import,
    const struct otp_import_oath *parsed, uint64_t *ret_spent);
static bool oath_seconds(
    const struct otp_import_time *from, int64_t latest, int64_t *ret_seconds);

void
otp_import_format_oath(
    struct otp_import *import, const struct otp_import_source *source)
{
	struct otp_lines rest = { source->text, source->size, 0 };
	struct otp_import_place place = { NULL, source->file, 0 };
	struct otp_line line;

	while (otp_line_next(&rest, &line)) {
		place.line = rest.number;
		oath_read_line(import, &place, &line);
	}
}

static void
oath_read_line(struct otp_import *import, struct otp_import_place *place,
    const struct otp_line *line)
{
	const char *user = NULL;
	size_t length = 0;

	switch (
	    otp_import_oath_look(line->text, line->length, &user, &length)) {
	case OTP_IMPORT_OATH_NOTHING:
		break;
	case OTP_IMPORT_OATH_OTHER:
		otp_import_note(
		    place->file, place->line, N_("not a record; skipped"));
		break;
	case OTP_IMPORT_OATH_RECORD:
		oath_read_of(import, place, line, user, length);
		break;
	}
}

/* A line of USER's (LENGTH bytes), if the arguments ask for that user. */
static void
oath_read_of(struct otp_import *import, struct otp_import_place *place,
    const struct otp_line *line, const char *user, size_t length)
{
	char name[OTP_ACCOUNT_SIZE];

	if (length >= sizeof(name) || memchr(user, '\0', length) != NULL) {
		otp_import_refuse(import, place->file, place->line,
		    N_("the user name is too long or has a NUL byte"));
		return;
	}
	memcpy(name, user, length);
	name[length] = '\0';
	if (!otp_import_wants(import, name))
		return;
	place->user = name;
	oath_read_record(import, place, line);
	place->user = NULL;
}

static void
oath_read_record(struct otp_import *import,
    const struct otp_import_place *place, const struct otp_line *line)
{
	const struct otp_import_teller teller = otp_import_teller_of(place);
	const char *what = NULL;
	struct otp_import_oath parsed;
	struct otp_fault fault = { 0 };
	uint64_t value = 0;
	bool known = false;

	if (otp_import_oath_parse(
		line->text, line->length, &teller, &parsed, &fault) != OTP_OK) {
		otp_import_refuse_fault(
		    import, place->file, place->line, &fault);
		return;
	}
	if (parsed.token.kind == OTP_HOTP) {
		known = true;
		value = parsed.token.counter;
	} else if (parsed.code_known && parsed.time_known) {
		what = oath_find_used(import, &parsed, &value);
	}
	if (!line->ended)
		otp_import_note(place->file, place->line,
		    otp_detail_text(OTP_DETAIL_MAYBE_CUT));
	if (parsed.pin_elsewhere)
		otp_import_note(place->file, place->line,
		    otp_detail_text(OTP_DETAIL_PIN_ELSEWHERE));
	if (what != NULL)
		otp_import_refuse(import, place->file, place->line, what);
	else
		otp_import_accept(import, place, &parsed.token, known, value);
	otp_wipe(&parsed, sizeof(parsed));
}

/*
 * Up to when codes of a TOTP record are used, at least: pam_oath keeps only the
 * last code, and one of a later step may have come before it.  NULL, or what is
 * wrong.
 */
static const char *
oath_find_used(const struct otp_import *import,
    const struct otp_import_oath *parsed, uint64_t *ret_spent)
{
	const int64_t latest = import->now + parsed->token.period;
	int64_t seconds = 0;

	if (!oath_seconds(&parsed->time, latest, &seconds))
		return N_("there is no such time");
	if (seconds > latest)
		return N_("the time is ahead of this host's clock (is TZ that "
			  "of the host it was written on?)");
	if (otp_import_oath_spent(parsed, (uint64_t)seconds, ret_spent) !=
	    OTP_OK)
		return N_("the used codes cannot be computed");
	return NULL;
}

/*
 * A time in this host's time zone.  Of an hour that comes twice, when the
 * clocks go back, it is the later one, so that no used code is valid again,
 * unless that is still to come (after LATEST).
 */
static bool
oath_seconds(
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
		/* A time that mktime(3) shifts is not of that kind. */
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
