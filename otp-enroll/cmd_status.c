/* SPDX-License-Identifier: BSD-2-Clause */
/* How an account stands; never a secret. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/core/policy.h"
#include "common/core/throttle.h"
#include "common/effects/store.h"
#include "language.h"
#include "orphans.h"
#include "output.h"
#include "report.h"
#include "subject.h"
#include "view.h"

/* What is made of a view.  It has no secret of its own. */
struct standing {
	const char *account;
	bool enrolled;	      /* there is a seed, readable or not */
	enum otp_err problem; /* OTP_OK, or why no code can be right */
	struct otp_fault fault;
	unsigned recovery_left;
	uint32_t failures;
	uint32_t month_failures;
	bool locked;
	uint32_t wait; /* seconds */
	double chance; /* that it is ever guessed */
};

/* --- Making it out ------------------------------------------------------ */

static void
count_recovery(const struct otp_view *view, struct standing *standing)
{
	for (unsigned i = 0; i < view->seed.recovery_count; i++) {
		const struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];

		otp_recovery_id(&view->seed.recovery[i], id);
		credential = otp_state_find(&view->state, OTP_RECOVERY, id);
		if (credential != NULL && credential->value == 0)
			standing->recovery_left++;
	}
}

static void
take_tally(const struct otp_host *host, const struct otp_view *view,
    struct standing *standing)
{
	const struct otp_tally *tally = &view->state.tally;
	enum otp_gate gate =
	    otp_throttle_check(tally, host->policy, view->now, &standing->wait);

	standing->locked = gate == OTP_GATE_LOCKED;
	standing->failures = tally->failures;
	if (view->now >= tally->month_since &&
	    view->now - tally->month_since < OTP_MONTH)
		standing->month_failures = tally->month_failures;
}

/* Tokens that the state does not know are not adopted yet. */
static enum otp_err
check_known(const struct otp_view *view)
{
	for (unsigned i = 0; i < view->seed.tokens_count; i++) {
		const struct otp_credential *credential = NULL;
		enum otp_err err = otp_view_credential(
		    view, &view->seed.tokens[i], &credential);

		if (err != OTP_OK)
			return err;
		if (credential == NULL)
			return OTP_ERR_NO_STATE;
	}
	return OTP_OK;
}

/* UID: the account's, or NULL where nobody looked. */
static void
find_problem(
    const struct otp_view *view, const uint32_t *uid, struct standing *standing)
{
	if (view->seed_err != OTP_OK && view->seed_err != OTP_ERR_ABSENT) {
		standing->problem = view->seed_err;
		standing->fault = view->seed_fault;
	} else if (view->state_err == OTP_ERR_ABSENT) {
		standing->problem =
		    standing->enrolled ? OTP_ERR_NO_STATE : OTP_OK;
	} else if (view->state_err != OTP_OK) {
		standing->problem = view->state_err;
		standing->fault = view->state_fault;
	} else if (!standing->enrolled) {
		/* Said to be enrolled, and the seed is gone. */
		standing->problem =
		    view->state.enrolled ? OTP_ERR_ABSENT : OTP_OK;
	} else if (uid != NULL && view->state.uid != *uid) {
		standing->problem = OTP_ERR_UID;
	} else {
		standing->problem = check_known(view);
	}
}

static struct standing
stand(const struct otp_host *host, const struct otp_view *view,
    const char *account, const uint32_t *uid)
{
	struct standing standing = {
		.account = account,
		.enrolled = view->seed_err != OTP_ERR_ABSENT,
	};

	if (view->seed_err == OTP_OK)
		standing.chance = otp_policy_chance(host->policy, &view->seed) *
		    host->policy->lock;
	if (view->state_err == OTP_OK) {
		count_recovery(view, &standing);
		take_tally(host, view, &standing);
	}
	find_problem(view, uid, &standing);
	return standing;
}

static const char seed_missing[] = N_("the seed is missing");

/* What is wrong, for people. */
static struct otp_reported
problem_text(const struct standing *standing)
{
	struct otp_reported gone = { "" };

	if (standing->problem != OTP_ERR_ABSENT)
		return otp_report_text(standing->problem, &standing->fault);
	(void)snprintf(gone.text, sizeof(gone.text), "%s", _(seed_missing));
	return gone;
}

/* --- For scripts -------------------------------------------------------- */

static json_t *
occasion_json(const struct otp_occasion *occasion)
{
	if (occasion->time == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "time",
	    otp_json_time(occasion->time), "service",
	    otp_json_text(occasion->service), "host",
	    otp_json_text(occasion->host));
}

static json_t *
token_json(const struct otp_view *view, unsigned index)
{
	const struct otp_token *token = &view->seed.tokens[index];
	const struct otp_credential *known = NULL;
	bool totp = token->kind == OTP_TOTP;

	if (otp_view_credential(view, token, &known) != OTP_OK)
		known = NULL;
	return json_pack("{s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "number", (int)index + 1, "kind", otp_kind_name(token->kind),
	    "algorithm", otp_hash_name(token->hash), "digits",
	    (int)token->digits, "period",
	    totp ? json_integer(token->period) : json_null(), "label",
	    otp_json_text(token->label), "issuer", otp_json_text(token->issuer),
	    "created", otp_json_time(known != NULL ? known->created : 0),
	    "last_used", otp_json_time(known != NULL ? known->last_used : 0),
	    "drift",
	    totp && known != NULL && known->last_used != 0
		? json_integer(known->drift)
		: json_null());
}

static json_t *
tokens_json(const struct otp_view *view)
{
	json_t *tokens = json_array();

	for (unsigned i = 0; i < view->seed.tokens_count; i++)
		if (json_array_append_new(tokens, token_json(view, i)) != 0) {
			json_decref(tokens);
			return NULL;
		}
	return tokens;
}

static json_t *
problem_json(const struct standing *standing)
{
	if (standing->problem == OTP_OK)
		return json_null();
	return json_pack("{s:s, s:s}", "reason",
	    standing->problem == OTP_ERR_ABSENT
		? "no-seed"
		: otp_err_reason(standing->problem),
	    "text",
	    standing->problem == OTP_ERR_ABSENT
		? seed_missing
		: otp_report_plain(standing->problem, &standing->fault).text);
}

static json_t *
standing_json(const struct standing *standing, const struct otp_view *view)
{
	const struct otp_state *state = &view->state;

	return json_pack("{s:o, s:b, s:o, s:o, s:{s:i, s:i}, s:o, s:o, "
			 "s:{s:I, s:I}, s:I, s:b, s:f}",
	    "user", otp_json_text(standing->account), "enrolled",
	    standing->enrolled, "problem", problem_json(standing), "tokens",
	    tokens_json(view), "recovery_codes", "left",
	    (int)standing->recovery_left, "total",
	    (int)view->seed.recovery_count, "last_login",
	    occasion_json(&state->last_success), "last_failure",
	    occasion_json(&state->tally.last_failure), "failures", "in_a_row",
	    (json_int_t)standing->failures, "in_30_days",
	    (json_int_t)standing->month_failures, "wait",
	    (json_int_t)standing->wait, "locked", standing->locked,
	    "guess_chance", standing->chance);
}

/* --- For people --------------------------------------------------------- */

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
print_gate(const struct standing *standing)
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
print_chance(const struct standing *standing)
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
how(const struct standing *standing)
{
	if (standing->problem != OTP_OK)
		return _("no code can be right");
	if (standing->locked)
		return _("locked");
	return standing->wait > 0 ? _("enrolled, has to wait") : _("enrolled");
}

static void
print_standing(const struct standing *standing, const struct otp_view *view)
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

/* --- One, or all -------------------------------------------------------- */

/* On standard error, with what to do about it. */
static void
tell_problem(const struct otp_tool *tool, const struct standing *standing)
{
	if (standing->problem == OTP_ERR_ABSENT)
		otp_complain(_("The seed of %s was taken away by other means: "
			       "`otp-enroll new' makes another, `remove' ends "
			       "it."),
		    otp_escaped(standing->account).text);
	else if (standing->problem != OTP_OK)
		(void)otp_report(tool, standing->account, standing->problem,
		    &standing->fault);
}

static enum otp_exit
show_one(const struct otp_tool *tool, const struct otp_subject *subject)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	struct otp_fault fault = { 0 };
	struct standing standing;
	struct otp_view view;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &view, &fault);

	if (err != OTP_OK) {
		status = otp_report(tool, subject->account, err, &fault);
		goto out;
	}
	standing = stand(&tool->host, &view, subject->account, &subject->uid);
	if (standing.problem == OTP_OK)
		status =
		    standing.enrolled ? OTP_EXIT_DONE : OTP_EXIT_UNENROLLED;
	if (tool->args.json) {
		if (!otp_json_print(standing_json(&standing, &view)))
			status = OTP_EXIT_FAILED;
	} else if (status == OTP_EXIT_UNENROLLED) {
		(void)otp_report(
		    tool, subject->account, OTP_ERR_ABSENT, &fault);
	} else {
		print_standing(&standing, &view);
		tell_problem(tool, &standing);
	}
out:
	otp_view_wipe(&view);
	return status;
}

struct sweep {
	const struct otp_tool *tool;
	enum otp_exit status;
	unsigned long problems; /* accounts for which no code can be right */
};

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

static void
print_headings(void)
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
print_state(const struct standing *standing)
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

static void
print_row(const struct standing *standing, const struct otp_view *view)
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

/* What went away meanwhile is not worth a word. */
static enum otp_err
visit(void *context, const char *account)
{
	struct sweep *sweep = context;
	const struct otp_tool *tool = sweep->tool;
	struct otp_fault fault = { 0 };
	struct standing standing;
	struct otp_view view;
	enum otp_err err = otp_view_read(&tool->host, account, &view, &fault);

	if (err != OTP_OK) {
		sweep->status = otp_report(tool, account, err, &fault);
		otp_view_wipe(&view);
		return err == OTP_ERR_NOMEM ? err : OTP_OK;
	}
	standing = stand(&tool->host, &view, account, NULL);
	if (standing.problem != OTP_OK)
		sweep->problems++;
	if (!tool->args.json)
		print_row(&standing, &view);
	else if (!otp_json_print(standing_json(&standing, &view)))
		sweep->status = OTP_EXIT_FAILED;
	otp_view_wipe(&view);
	return OTP_OK;
}

static enum otp_exit
show_all(const struct otp_tool *tool)
{
	struct sweep sweep = { .tool = tool, .status = OTP_EXIT_DONE };
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (!tool->args.json)
		print_headings();
	err = otp_store_each(tool->host.store, visit, &sweep, &fault);
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	if (sweep.problems == 0)
		return sweep.status;
	otp_complain(ngettext("%lu account has a problem.",
			 "%lu accounts have a problem.", sweep.problems),
	    sweep.problems);
	return OTP_EXIT_FAILED;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	enum otp_exit status;

	if (tool->args.orphans && (tool->args.all || tool->args.user != NULL)) {
		otp_complain(
		    _("--orphans is of all the store: neither --all nor "
		      "a USER."));
		return OTP_EXIT_USAGE;
	}
	if (tool->args.orphans)
		return otp_orphans_show(tool);
	if (tool->args.all && tool->args.user != NULL) {
		otp_complain(_("--all and a USER exclude each other."));
		return OTP_EXIT_USAGE;
	}
	if (tool->args.all)
		return show_all(tool);
	status = otp_subject_find(tool, &subject);
	return status == OTP_EXIT_DONE ? show_one(tool, &subject) : status;
}

const struct otp_command otp_command_status = {
	.name = "status",
	.operands = "[USER | --all | --orphans]",
	.summary = N_("show how an account stands; never a secret"),
	.help =
	    N_("  --all      every account in the store, a line each\n"
	       "  --orphans  seeds and states of accounts that are gone or "
	       "renamed\n"
	       "  --json     a JSON object for each account, a line each\n"
	       "\n"
	       "Exit status 1: no code can be right, and it says why. 3: not "
	       "enrolled.\n"),
	.user = true,
	.takes = { "all", "orphans", "json" },
	.run = run,
};
