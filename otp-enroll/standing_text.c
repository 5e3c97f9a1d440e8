/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "common/core/policy.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "standing.h"

/* What is wrong, for people. */
static struct otp_reported
problem_text(const struct otp_standing *standing)
{
	struct otp_reported gone = { "" };

	if (standing->problem != OTP_ERR_ABSENT)
		return otp_report_text(standing->problem, &standing->fault);
	(void)snprintf(
	    gone.text, sizeof(gone.text), "%s", _("the seed is missing"));
	return gone;
}

/* --- One account ------------------------------------------------------- */

/* What stands left of the values. */
static const char problem[] = N_("Problem");
static const char recovery_codes[] = N_("Recovery codes");
static const char last_login[] = N_("Last login");
static const char last_failure[] = N_("Last failure");
static const char wrong_codes[] = N_("Wrong codes");
static const char locked[] = N_("Locked");
static const char waits[] = N_("Waits");
static const char guess_chance[] = N_("Guess chance");

static void
print_name(const char *name)
{
	static const char *const names[] = { problem, recovery_codes,
		last_login, last_failure, wrong_codes, locked, waits,
		guess_chance };
	int width = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		width = otp_wider(width, otp_width(_(names[i])));
	otp_print_column(_(name), -width, "  ");
}

static void
print_use(const struct otp_view *view, const struct otp_credential *known)
{
	const struct otp_ago made = otp_ago(view->now, known->created);
	const struct otp_ago used = otp_ago(view->now, known->last_used);
	const int drift = known->kind == OTP_TOTP ? known->drift : 0;

	otp_print("     ");
	if (known->last_used == 0)
		otp_print(_("made %s, never used"), made.text);
	else if (drift == 0)
		otp_print(_("made %s, used %s"), made.text, used.text);
	else if (drift < 0)
		otp_print(_("made %s, used %s, clock %d s slow"), made.text,
		    used.text, -drift);
	else
		otp_print(_("made %s, used %s, clock %d s fast"), made.text,
		    used.text, drift);
	otp_print("\n");
}

static void
print_token(const struct otp_view *view, unsigned index)
{
	const struct otp_token *token = &view->seed.tokens[index];
	const struct otp_credential *known = NULL;
	/* TRANSLATORS: of a token, in a column of six: that it is HOTP. */
	const char *counts = _("counts");

	if (otp_view_credential(view, token, &known) != OTP_OK)
		known = NULL;
	otp_print("%3u  %s  %-6s  ", index + 1, otp_kind_name(token->kind),
	    otp_hash_name(token->hash));
	otp_print(
	    ngettext("%u digit", "%u digits", token->digits), token->digits);
	otp_print("  ");
	if (token->kind == OTP_TOTP)
		otp_print("%3u s  ", token->period);
	else
		otp_print_column(counts, -7, "");
	otp_print("\"%s\"\n", otp_escaped(token->label).text);
	if (known == NULL)
		otp_print("     %s\n", _("not taken over yet"));
	else
		print_use(view, known);
}

static void
print_occasion(
    const char *name, const struct otp_occasion *occasion, int64_t now)
{
	const struct otp_ago when = otp_ago(now, occasion->time);
	const struct otp_escaped service = otp_escaped(occasion->service);
	const struct otp_escaped host = otp_escaped(occasion->host);

	print_name(name);
	if (service.text[0] != '\0' && host.text[0] != '\0')
		/* TRANSLATORS: 3 days ago, sshd, from 192.0.2.1 */
		otp_print(
		    _("%s, %s, from %s"), when.text, service.text, host.text);
	else if (host.text[0] != '\0')
		otp_print(_("%s, from %s"), when.text, host.text);
	else if (service.text[0] != '\0')
		otp_print("%s, %s", when.text, service.text);
	else
		otp_print("%s", when.text);
	otp_print("\n");
}

static void
print_gate(const struct otp_standing *standing)
{
	print_name(wrong_codes);
	otp_print(_("%u in a row, %u in 30 days\n"), standing->failures,
	    standing->month_failures);
	if (standing->locked) {
		print_name(locked);
		otp_print(
		    _("until `otp-enroll unlock %s' or a recovery code\n"),
		    otp_escaped(standing->account).text);
	} else if (standing->wait > 0) {
		print_name(waits);
		otp_print(_("%s more\n"), otp_span(standing->wait).text);
	}
}

static void
print_chance(const struct otp_standing *standing)
{
	if (standing->chance <= 0)
		return;
	print_name(guess_chance);
	if (standing->chance > OTP_CHANCE_WARN)
		otp_print(_("1 in %.0f: that is high; take --digits=8, fewer "
			    "tokens or a lower `lock'\n"),
		    1 / standing->chance);
	else
		otp_print(_("1 in %.0f\n"), 1 / standing->chance);
}

static const char *
how(const struct otp_standing *standing)
{
	if (standing->problem != OTP_OK)
		return _("no code can be right");
	if (standing->locked)
		return _("locked");
	return standing->wait > 0 ? _("enrolled, has to wait") : _("enrolled");
}

void
otp_standing_print(
    const struct otp_standing *standing, const struct otp_view *view)
{
	otp_print(
	    "%s: %s\n", otp_escaped(standing->account).text, how(standing));
	if (standing->problem != OTP_OK) {
		print_name(problem);
		otp_print("%s\n", problem_text(standing).text);
	}
	for (unsigned i = 0; i < view->seed.tokens_count; i++)
		print_token(view, i);
	print_name(recovery_codes);
	otp_print(_("%u of %u left\n"), standing->recovery_left,
	    view->seed.recovery_count);
	print_occasion(last_login, &view->state.last_success, view->now);
	print_occasion(
	    last_failure, &view->state.tally.last_failure, view->now);
	print_gate(standing);
	print_chance(standing);
}

/* --- A table ------------------------------------------------------------ */

/* The table of --all; a heading may be wider than what stands below it. */
static const struct {
	const char *heading;
	int width; /* negative: to the left */
} columns[] = {
	{ N_("User"), -20 },
	{ N_("Tokens"), 6 },
	{ N_("Recovery"), 8 },
	{ N_("Wrong"), 6 },
	{ N_("Last login"), -15 },
	{ N_("State"), -1 },
};

enum column {
	USER,
	TOKENS,
	RECOVERY,
	WRONG,
	LAST_LOGIN,
	STATE,
};

static void
print_field(enum column column, const char *text)
{
	int least = columns[column].width;
	int width = otp_width(_(columns[column].heading));

	if (column == STATE)
		otp_print("%s\n", text);
	else
		otp_print_column(text,
		    least < 0 ? -otp_wider(-least, width)
			      : otp_wider(least, width),
		    "  ");
}

void
otp_standing_print_headings(void)
{
	for (unsigned i = USER; i <= STATE; i++)
		print_field((enum column)i, _(columns[i].heading));
}

static void
print_number(enum column column, unsigned number)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", number);
	print_field(column, text);
}

static void
print_state(const struct otp_standing *standing)
{
	if (standing->problem != OTP_OK)
		/* TRANSLATORS: the state of an account, and what it is. */
		otp_print(_("problem: %s\n"), problem_text(standing).text);
	else
		print_field(STATE,
		    !standing->enrolled	     ? _("not enrolled")
			: standing->locked   ? _("locked")
			: standing->wait > 0 ? _("waits")
					     : _("ok"));
}

void
otp_standing_print_row(
    const struct otp_standing *standing, const struct otp_view *view)
{
	char left[40];

	/* TRANSLATORS: recovery codes left, of how many. */
	(void)snprintf(left, sizeof(left), _("%2u of %-2u"),
	    standing->recovery_left, view->seed.recovery_count);
	print_field(USER, otp_escaped(standing->account).text);
	print_number(TOKENS, view->seed.tokens_count);
	print_field(RECOVERY, left);
	print_number(WRONG, standing->failures);
	print_field(
	    LAST_LOGIN, otp_ago(view->now, view->state.last_success.time).text);
	print_state(standing);
}
