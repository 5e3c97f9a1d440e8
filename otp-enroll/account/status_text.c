/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "common/core/policy.h"
#include "otp-enroll/account/status.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/cli/when.h"

/* The problem, for people. */
static struct otp_reported
problem_text(const struct otp_overview *overview)
{
	struct otp_reported gone = { "" };

	if (overview->problem != OTP_ERR_ABSENT)
		return otp_report_text(overview->problem, &overview->fault);
	(void)snprintf(
	    gone.text, sizeof(gone.text), "%s", _("the seed is missing"));
	return gone;
}

/* --- One account ------------------------------------------------------- */

/* The names in the left column. */
static const char problem[] = N_("Problem");
static const char recovery_codes[] = N_("Recovery codes");
static const char address_name[] = N_("Address");
static const char last_login[] = N_("Last login");
static const char last_failure[] = N_("Last failure");
static const char wrong_codes[] = N_("Wrong codes");
static const char known_devices[] = N_("Known devices");
static const char suspended[] = N_("Suspended");
static const char exempt[] = N_("Exempt");
static const char invitation[] = N_("Invitation");
static const char locked[] = N_("Locked out");
static const char blocked[] = N_("Blocked");
static const char other_callers[] = N_("Own programs");
static const char guess_odds[] = N_("Guessing odds");

static void print_exemption(const struct otp_exemption *exemption);

static void
print_name(const char *name)
{
	static const char *const names[] = { problem, recovery_codes,
		address_name, last_login, last_failure, wrong_codes,
		known_devices, suspended, exempt, invitation, locked, blocked,
		other_callers, guess_odds };
	int width = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		width = otp_wider(width, otp_width(_(names[i])));
	otp_print_column(_(name), -width, "  ");
}

static void
print_use(
    const struct otp_overview_token *token, const struct otp_overview *overview)
{
	const struct otp_when created =
	    otp_when_ago(overview->now, token->created);
	const struct otp_when used =
	    otp_when_ago(overview->now, token->last_used);
	int drift = token->kind == OTP_TOTP ? token->drift : 0;

	/* One step may be slow typing. */
	if (drift == -(int)token->period)
		drift = 0;
	otp_print("     ");
	if (token->last_used == 0)
		otp_print(_("created %s, never used"), created.text);
	else if (drift == 0)
		otp_print(_("created %s, used %s"), created.text, used.text);
	else if (drift < 0)
		otp_print(_("created %s, used %s, clock %d s slow"),
		    created.text, used.text, -drift);
	else
		otp_print(_("created %s, used %s, clock %d s fast"),
		    created.text, used.text, drift);
	otp_print("\n");
}

static void
print_token(const struct otp_overview *overview, unsigned index)
{
	const struct otp_overview_token *token = &overview->tokens[index];
	/* TRANSLATORS: of a HOTP token, in at most six columns. */
	const char *counts = _("counts");

	otp_print("%3u  %s  %-6s  ", index + 1, otp_kind_name(token->kind),
	    otp_hash_name(token->hash));
	otp_print(
	    ngettext("%u digit", "%u digits", token->digits), token->digits);
	otp_print("  ");
	if (token->kind == OTP_TOTP)
		otp_print("%3u s  ", token->period);
	else
		otp_print_column(counts, -7, "");
	otp_print("\"%s\"\n", otp_text_shown(token->label).text);
	if (token->adopted)
		print_use(token, overview);
	else
		otp_print("     %s\n", _("not adopted yet"));
}

static void
print_occasion(
    const char *name, const struct otp_login_mark *occasion, int64_t now)
{
	const struct otp_when when = otp_when_ago(now, occasion->time);
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
print_gate(const char *account, const struct otp_overview *overview)
{
	print_name(wrong_codes);
	otp_print(_("%u in a row, %u in 30 days\n"), overview->tally.failures,
	    overview->tally.month_failures);
	if (overview->tally.locked) {
		print_name(locked);
		otp_print(
		    _("until 'otp-enroll unlock %s' or a recovery code\n"),
		    otp_escaped(account).text);
	} else if (overview->tally.wait > 0) {
		print_name(blocked);
		otp_print(_("%s left (too many wrong codes)\n"),
		    otp_when_span(overview->tally.wait).text);
	}
}

/* Programs that are not root, and have wrong codes and delays of their own. */
static void
print_others(const struct otp_overview *overview)
{
	const struct otp_overview_tally *others = &overview->others;

	if (others->failures == 0 && others->month_failures == 0)
		return;
	print_name(other_callers);
	if (others->locked)
		/* TRANSLATORS: codes entered in screen lockers. */
		otp_print(_("%u wrong in a row, %u in 30 days, locked out\n"),
		    others->failures, others->month_failures);
	else if (others->wait > 0)
		otp_print(
		    _("%u wrong in a row, %u in 30 days, blocked for %s\n"),
		    others->failures, others->month_failures,
		    otp_when_span(others->wait).text);
	else
		otp_print(_("%u wrong in a row, %u in 30 days\n"),
		    others->failures, others->month_failures);
}

static void
print_chance(const struct otp_overview *overview)
{
	if (overview->chance <= 0)
		return;
	print_name(guess_odds);
	if (overview->chance > OTP_CHANCE_WARN)
		otp_print(_("1 in %.0f before lockout, which is high: use "
			    "--digits=8, fewer tokens or a lower "
			    "'lock_after'\n"),
		    1 / overview->chance);
	else
		otp_print(
		    _("1 in %.0f before lockout\n"), 1 / overview->chance);
}

static void
print_devices(const struct otp_overview *overview)
{
	if (overview->devices.count == 0)
		return;
	print_name(known_devices);
	otp_print("%u\n", overview->devices.count);
}

static void
print_addresses(const struct otp_overview *overview)
{
	for (unsigned i = 0; i < overview->addresses_count; i++) {
		print_name(address_name);
		otp_status_print_address(i + 1, &overview->addresses[i]);
	}
}

void
otp_status_print_address(
    unsigned number, const struct otp_overview_address *address)
{
	otp_print("%u  %s  %s\n", number, address->method, address->masked);
}

/* An account without tokens and addresses. */
static const char *
not_enrolled(const struct otp_overview *overview)
{
	return overview->invited &&
		overview->invitation_use != OTP_RECOVERY_USED &&
		overview->now < overview->invitation_until
	    ? _("invited")
	    : _("not enrolled");
}

static void
print_invitation(const struct otp_overview *overview)
{
	const struct otp_when until =
	    otp_when_moment(overview->invitation_until);

	if (overview->invitation_use == OTP_RECOVERY_USED)
		otp_print("%s\n", _("used"));
	else if (overview->invitation_use == OTP_RECOVERY_UNKNOWN)
		otp_print("%s\n", _("not adopted yet"));
	else if (overview->now < overview->invitation_until)
		otp_print(_("until %s\n"), until.text);
	else
		otp_print(_("expired %s\n"), until.text);
}

static const char *
summary(const struct otp_overview *overview)
{
	if (overview->problem != OTP_OK)
		return _("no code is accepted");
	if (overview->suspended)
		return _("suspended");
	if (overview->exempt)
		return _("exempt");
	if (!overview->enrolled)
		return not_enrolled(overview);
	if (overview->tally.locked)
		return _("locked out");
	return overview->tally.wait > 0 ? _("blocked") : _("enrolled");
}

void
otp_status_print(const char *account, const struct otp_overview *overview)
{
	otp_print("%s: %s\n", otp_escaped(account).text, summary(overview));
	if (overview->problem != OTP_OK) {
		print_name(problem);
		otp_print("%s\n", problem_text(overview).text);
	}
	if (overview->suspended) {
		print_name(suspended);
		otp_print(_("until 'otp-enroll resume %s'\n"),
		    otp_escaped(account).text);
	}
	if (overview->exempt) {
		print_name(exempt);
		print_exemption(&overview->exemption);
	}
	if (overview->invited) {
		print_name(invitation);
		print_invitation(overview);
	}
	for (unsigned i = 0; i < overview->tokens_count; i++)
		print_token(overview, i);
	print_name(recovery_codes);
	if (overview->recovery_expired == 0)
		otp_print(_("%u of %u left\n"), overview->recovery_left,
		    overview->recovery_total);
	else
		otp_print(_("%u of %u left, %u expired\n"),
		    overview->recovery_left, overview->recovery_total,
		    overview->recovery_expired);
	print_addresses(overview);
	print_occasion(last_login, &overview->last_success, overview->now);
	print_occasion(
	    last_failure, &overview->tally.last_failure, overview->now);
	print_gate(account, overview);
	print_others(overview);
	print_devices(overview);
	print_chance(overview);
}

/* --- A table ------------------------------------------------------------ */

/* The table of --all; a heading may be wider than the fields below it. */
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
otp_status_print_headings(void)
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
print_state(const struct otp_overview *overview)
{
	if (overview->problem != OTP_OK)
		/* TRANSLATORS: in the column "State", and the problem. */
		otp_print(_("problem: %s\n"), problem_text(overview).text);
	else
		print_field(STATE,
		    overview->suspended		   ? _("suspended")
			: overview->exempt	   ? _("exempt")
			: !overview->enrolled	   ? not_enrolled(overview)
			: overview->tally.locked   ? _("locked out")
			: overview->tally.wait > 0 ? _("blocked")
						   : _("ok"));
}

void
otp_status_print_row(const char *account, const struct otp_overview *overview)
{
	char left[40];

	/* TRANSLATORS: recovery codes left, of how many. */
	(void)snprintf(left, sizeof(left), _("%2u of %-2u"),
	    overview->recovery_left, overview->recovery_total);
	print_field(USER, otp_escaped(account).text);
	print_number(TOKENS, overview->tokens_count);
	print_field(RECOVERY, left);
	print_number(WRONG, overview->tally.failures);
	print_field(LAST_LOGIN,
	    otp_when_ago(overview->now, overview->last_success.time).text);
	print_state(overview);
}

/* The daemon tells users no reason. */
static void
print_exemption(const struct otp_exemption *exemption)
{
	const struct otp_when until = otp_when_moment(exemption->until);

	if (exemption->reason[0] != '\0')
		otp_print(_("until %s (%s)\n"), until.text,
		    otp_escaped(exemption->reason).text);
	else
		otp_print(_("until %s\n"), until.text);
}

void
otp_status_print_exemption(
    const char *account, const struct otp_overview *overview)
{
	const struct otp_exemption *exemption = &overview->exemption;
	const struct otp_when until = otp_when_moment(exemption->until);

	print_field(USER, otp_escaped(account).text);
	if (overview->exempt)
		otp_print(_("until %s  %s\n"), until.text,
		    otp_escaped(exemption->reason).text);
	else
		otp_print(_("ended %s  %s\n"), until.text,
		    otp_escaped(exemption->reason).text);
}

void
otp_status_print_invitation(
    const char *account, const struct otp_overview *overview)
{
	print_field(USER, otp_escaped(account).text);
	print_invitation(overview);
}
