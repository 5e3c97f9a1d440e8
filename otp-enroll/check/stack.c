/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/judged.h"

#include <stdio.h>
#include <string.h>

#include "otp-enroll/check/locker.h"
#include "otp-enroll/pamconf/answers.h"
#include "otp-enroll/pamconf/walk.h"

static void judge_codes(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static void judge_past(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static enum otp_past past_for(
    const struct otp_judged *judged, enum otp_who who);
static void judge_jumps(struct otp_judged *judged);
static bool can_land_elsewhere(const struct otp_judged *judged, size_t index);
static bool lands_elsewhere(
    const struct otp_judged *judged, size_t index, int jump);
static void judge_questions(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static bool has_one_field(const char *service);
static void judge_password(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static void judge_nullok(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static void judge_whom(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static void judge_delivery(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static void judge_invitations(
    struct otp_judged *judged, const struct otp_outcome *outcome);
static bool can_have_a_password(const struct otp_judged *judged, size_t index);
static void note_exempt(
    struct otp_judged *judged, const struct otp_outcome *outcome);

void
otp_judged_stack(struct otp_judged *judged)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;
	struct otp_outcome outcome;

	otp_simulate(judged->steps, judged->count, &outcome);
	if (outcome.undecided) {
		otp_judged_flaw(
		    judged, OTP_FOUND_UNDECIDED, where.text, service, NULL);
		return;
	}
	judge_codes(judged, &outcome);
	judge_past(judged, &outcome);
	judge_jumps(judged);
	judge_questions(judged, &outcome);
	judge_password(judged, &outcome);
	judge_nullok(judged, &outcome);
	judge_whom(judged, &outcome);
	judge_delivery(judged, &outcome);
	judge_invitations(judged, &outcome);
	note_exempt(judged, &outcome);
	if (!judged->flawed)
		otp_locker_judge(judged);
	if (!judged->flawed && outcome.past == OTP_PAST_NONE)
		otp_judged_add(
		    judged, OTP_FOUND_SERVICE, where.text, service, NULL);
}

/* What right and wrong codes lead to. */
static void
judge_codes(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;

	if (!outcome->right && outcome->past == OTP_PAST_NONE &&
	    !judged->broken)
		otp_judged_flaw(
		    judged, OTP_FOUND_LOGIN_FAILS, where.text, service, NULL);
	if (outcome->wrong)
		otp_judged_flaw(judged, OTP_FOUND_WRONG_CODE_ACCEPTED,
		    where.text, service, NULL);
	else if (outcome->unavailable)
		otp_judged_flaw(
		    judged, OTP_FOUND_FAILS_OPEN, where.text, service, NULL);
}

/* Which users get in without being asked, and by which lines. */
static void
judge_past(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;

	for (size_t i = 0; i < judged->count; i++) {
		const struct otp_service_line *line = judged->lines[i];
		const struct otp_where cause = otp_judged_where(line);

		if (!outcome->cause[i])
			continue;
		if (judged->steps[i].kind == OTP_STEP_UNKNOWN)
			otp_judged_flaw(judged, OTP_FOUND_CODE_UNCLEAR,
			    cause.text, line->line.name, service);
		else if (outcome->past == OTP_PAST_ALL)
			otp_judged_flaw(judged, OTP_FOUND_CODE_SKIPPED,
			    cause.text, line->line.name, service);
		else
			otp_judged_add(judged, OTP_FOUND_CODE_EXEMPT,
			    cause.text, line->line.name, service);
	}
	if (outcome->past != OTP_PAST_SOME)
		return;
	if (past_for(judged, OTP_WHO_ROOT) == OTP_PAST_ALL)
		otp_judged_flaw(
		    judged, OTP_FOUND_ROOT_EXEMPT, where.text, service, NULL);
	if (past_for(judged, OTP_WHO_ORDINARY) == OTP_PAST_ALL)
		otp_judged_flaw(
		    judged, OTP_FOUND_USERS_EXEMPT, where.text, service, NULL);
}

static enum otp_past
past_for(const struct otp_judged *judged, enum otp_who who)
{
	struct otp_step steps[OTP_SERVICE_LINES];
	struct otp_outcome outcome;

	for (size_t i = 0; i < judged->count; i++) {
		steps[i] = judged->steps[i];
		if (steps[i].kind == OTP_STEP_CONDITION)
			(void)otp_answers(&judged->lines[i]->line,
			    judged->service->name, who, &steps[i].results);
	}
	otp_simulate(steps, judged->count, &outcome);
	return outcome.past;
}

/*
 * Find jumps from one file into the middle of another: they skip a number of
 * lines, and those of a file that is included count.
 */
static void
judge_jumps(struct otp_judged *judged)
{
	for (size_t i = 0; i < judged->count; i++) {
		const struct otp_service_line *line = judged->lines[i];

		if (can_land_elsewhere(judged, i))
			otp_judged_flaw(judged, OTP_FOUND_PAM_JUMP,
			    otp_judged_where(line).text, line->line.name, NULL);
	}
}

static bool
can_land_elsewhere(const struct otp_judged *judged, size_t index)
{
	const struct otp_service_line *line = judged->lines[index];
	uint32_t results = judged->steps[index].results;

	if (!otp_judged_is_module(line))
		return false;
	for (unsigned i = 0; i < OTP_STACK_RESULTS; i++)
		if ((results >> i & 1) != 0 && line->line.actions[i] > 0 &&
		    lands_elsewhere(judged, index, line->line.actions[i]))
			return true;
	return false;
}

static bool
lands_elsewhere(const struct otp_judged *judged, size_t index, int jump)
{
	const char *from = judged->lines[index]->file;
	size_t to = index;

	if (!otp_walk_jump(judged->steps, judged->count, index, jump, &to))
		return false; /* it fails */
	if (strcmp(judged->lines[to - 1]->file, from) == 0)
		return false; /* right after its own file, at most */
	if (to == judged->count)
		return strcmp(from, judged->service->file) != 0;
	return strcmp(judged->lines[to]->file, from) != 0 &&
	    strcmp(judged->lines[to]->file, judged->lines[to - 1]->file) == 0;
}

/* Which questions are asked, and in which order. */
static void
judge_questions(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;

	if (outcome->twice && !judged->stores)
		otp_judged_flaw(judged, OTP_FOUND_CODE_TWICE,
		    otp_judged_where(judged->last).text, service, NULL);
	if (judged->split || !outcome->right)
		return;
	if (judged->passwords && has_one_field(service))
		otp_judged_flaw(
		    judged, OTP_FOUND_ONE_FIELD, where.text, service, NULL);
	else if (outcome->early)
		otp_judged_flaw(
		    judged, OTP_FOUND_CODE_FIRST, where.text, service, NULL);
}

/* Whether the program answers every question with the password. */
static bool
has_one_field(const char *service)
{
	static const char *const services[] = { "apache2", "cyrus", "dovecot",
		"ejabberd", "exim", "freeradius", "ftp", "httpd", "imap",
		"mariadb", "mysql", "nginx", "pop3", "postgresql", "proftpd",
		"pure-ftpd", "radiusd", "samba", "saslauthd", "sieve", "smtp",
		"smtpd", "squid", "vsftpd", "xrdp-sesman" };

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(service, services[i]) == 0)
			return true;
	return otp_locker_has_one_text(service);
}

/* Whether a code is enough. */
static void
judge_password(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;
	bool sshd = strcmp(service, "sshd") == 0;

	if (outcome->alone && judged->passwords &&
	    outcome->past != OTP_PAST_ALL)
		otp_judged_flaw(judged, OTP_FOUND_PASSWORD_OPTIONAL, where.text,
		    service, NULL);
	else if (outcome->alone && !judged->passwords && !sshd)
		otp_judged_add(
		    judged, OTP_FOUND_CODE_ONLY, where.text, service, NULL);
	if (sshd)
		judged->services->sshd_alone =
		    outcome->alone && !judged->passwords;
}

static void
judge_nullok(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;

	if (!judged->nullok)
		return;
	if (outcome->ignored) {
		judged->services->letting++;
		otp_judged_add(
		    judged, OTP_FOUND_NULLOK, where.text, service, NULL);
	} else {
		otp_judged_flaw(judged, OTP_FOUND_NULLOK_REFUSED, where.text,
		    service, NULL);
	}
}

/* Users who are not asked: not meant, or not for a while. */
static void
judge_whom(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;

	if (judged->groups != NULL && outcome->ignored)
		otp_judged_add(judged, OTP_FOUND_GROUPS, where.text, service,
		    judged->groups);
	else if (judged->groups != NULL)
		otp_judged_flaw(judged, OTP_FOUND_GROUPS_REFUSED, where.text,
		    service, judged->groups);
	if (judged->keys)
		otp_judged_add(judged, OTP_FOUND_REMEMBERS_KEYS, where.text,
		    service, NULL);
	if (judged->fresh)
		otp_judged_add(
		    judged, OTP_FOUND_FRESH, where.text, service, NULL);
}

/* The module sends messages only where a password was typed, right or wrong. */
static void
judge_delivery(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const char *service = judged->service->name;

	for (size_t i = 0; i < judged->count; i++) {
		const struct otp_where where =
		    otp_judged_where(judged->lines[i]);

		if (judged->sends[i] == NULL)
			continue;
		if (outcome->exposed[i])
			otp_judged_flaw(judged, OTP_FOUND_DELIVER_UNGUARDED,
			    where.text, service, judged->sends[i]);
		else if (!can_have_a_password(judged, i))
			otp_judged_flaw(judged, OTP_FOUND_DELIVER_NEVER,
			    where.text, service, judged->sends[i]);
	}
}

/*
 * The module enrolls only where a password was typed.  It does not at lockers,
 * which run as their user and may share a line or pam_otp.conf with others.
 */
static void
judge_invitations(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	const char *service = judged->service->name;

	for (size_t i = 0; i < judged->count; i++) {
		const struct otp_where where =
		    otp_judged_where(judged->lines[i]);

		if (!judged->invites[i] || otp_locker_is_users(service))
			continue;
		if (outcome->exposed[i])
			otp_judged_flaw(judged, OTP_FOUND_ENROLL_UNGUARDED,
			    where.text, service, NULL);
		else if (!can_have_a_password(judged, i))
			otp_judged_flaw(judged, OTP_FOUND_ENROLL_NEVER,
			    where.text, service, NULL);
	}
}

/* Before step INDEX; with sshd, a key is as good. */
static bool
can_have_a_password(const struct otp_judged *judged, size_t index)
{
	bool can = strcmp(judged->service->name, "sshd") == 0;

	for (size_t i = 0; i < index; i++)
		if (judged->steps[i].kind == OTP_STEP_PASSWORD ||
		    judged->steps[i].kind == OTP_STEP_UNKNOWN)
			can = true;
	return can;
}

/* Whether users may get in although they are not enrolled, and why. */
static void
note_exempt(struct otp_judged *judged, const struct otp_outcome *outcome)
{
	struct otp_check_services *services = judged->services;
	bool left_out = judged->groups != NULL && !judged->asks_user;
	bool let = (judged->nullok || left_out) && outcome->ignored;
	bool some = outcome->past == OTP_PAST_SOME;

	if (let ||
	    (some && past_for(judged, OTP_WHO_ORDINARY) != OTP_PAST_NONE))
		services->exempting_users++;
	if (let || (some && past_for(judged, OTP_WHO_ROOT) != OTP_PAST_NONE))
		services->exempting_root++;
	for (size_t i = 0; i < judged->count && some; i++) {
		const struct otp_service_line *line = judged->lines[i];

		if (!outcome->cause[i] || !otp_judged_is_module(line) ||
		    services->exempt_module[0] != '\0')
			continue;
		(void)snprintf(services->exempt_module,
		    sizeof(services->exempt_module), "%s", line->line.name);
		(void)snprintf(services->exempt_where,
		    sizeof(services->exempt_where), "%s",
		    otp_judged_where(line).text);
	}
}
