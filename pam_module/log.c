/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "common/core/calendar.h"
#include "common/core/logline.h"
#include "common/core/token.h"
#include "common/effects/options_load.h"

/* The first two values of a line, and its priority. */
struct otp_headline {
	const char *result;
	const char *reason;
	int priority;
};

static void
write_line(const struct otp_login *login, int priority,
    const struct otp_logline *event)
{
	const char *text = event->text;

	pam_syslog(login->pamh, priority, "%s", text + (text[0] == ' '));
}

/* A try during a delay is a notice: the one that began it was a warning. */
static int
verdict_priority(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;

	switch (answer->verdict) {
	case OTP_VERDICT_ACCEPT:
		return LOG_INFO;
	case OTP_VERDICT_LOCKED:
	case OTP_VERDICT_CHANGED_USER:
	case OTP_VERDICT_SUSPENDED:
		return LOG_WARNING;
	case OTP_VERDICT_REPLAY:
		return answer->benign ? LOG_NOTICE : LOG_WARNING;
	case OTP_VERDICT_REJECT:
		if (answer->wait > 0 ||
		    answer->failures >= login->options.policy.lock_after)
			return LOG_WARNING;
		break;
	case OTP_VERDICT_INVITED:
	case OTP_VERDICT_INVITATION_ENDED:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
		break;
	}
	return LOG_NOTICE;
}

static struct otp_headline
verdict_headline(const struct otp_login *login)
{
	const enum otp_verdict verdict = login->answer.verdict;
	struct otp_headline first = { "refused", otp_verdict_reason(verdict),
		verdict_priority(login) };

	if (verdict == OTP_VERDICT_ACCEPT)
		first.result = "accepted";
	if (login->device_known)
		first.reason = OTP_REASON_KNOWN_DEVICE;
	else if (login->answer.fresh)
		first.reason = OTP_REASON_FRESH_LOGIN;
	else if (login->enrolled)
		first.reason = OTP_REASON_ENROLLED;
	return first;
}

static struct otp_headline
ignored(const char *reason, int priority)
{
	return (struct otp_headline){ "ignored", reason, priority };
}

/* Refused without a verdict on a code. */
static struct otp_headline
refused(const char *reason)
{
	return (struct otp_headline){ "refused", reason, LOG_NOTICE };
}

static struct otp_headline
headline(const struct otp_login *login, enum otp_step step)
{
	struct otp_headline first = { "unavailable", "unexpected", LOG_ERR };

	switch (step) {
	case OTP_STEP_VERDICT:
		return verdict_headline(login);
	case OTP_STEP_UNENROLLED:
		return ignored("not-enrolled", LOG_INFO);
	case OTP_STEP_NOT_IN_GROUPS:
		return ignored(OTP_REASON_NOT_IN_GROUPS, LOG_INFO);
	case OTP_STEP_EXEMPT_GROUP:
		return ignored(OTP_REASON_EXEMPT_GROUP, LOG_INFO);
	case OTP_STEP_EXEMPT:
		return ignored(OTP_REASON_EXEMPT, LOG_NOTICE);
	case OTP_STEP_CONVERSATION:
		return refused("conversation");
	case OTP_STEP_UNCONFIRMED:
		return refused(OTP_REASON_UNCONFIRMED);
	case OTP_STEP_OVERTAKEN:
		return refused(OTP_REASON_OVERTAKEN);
	case OTP_STEP_ERROR:
		if (login->err == OTP_ERR_OPTION)
			first.result = "misconfigured";
		if (login->err != OTP_OK)
			first.reason = otp_err_reason(login->err);
		break;
	case OTP_STEP_AGAIN:
	case OTP_STEP_REPEATED:
	case OTP_STEP_CONTINUE:
		break;
	}
	return first;
}

/* Whether a code was compared for the account, so that it is enrolled. */
static bool
was_enrolled(const struct otp_login *login, enum otp_step step)
{
	if (step != OTP_STEP_VERDICT)
		return false;
	switch (login->answer.verdict) {
	case OTP_VERDICT_ACCEPT:
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_REPLAY:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
	case OTP_VERDICT_INVITED:
	case OTP_VERDICT_INVITATION_ENDED:
		return true;
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
	case OTP_VERDICT_SUSPENDED:
		break;
	}
	return false;
}

/* Whether an administrator's decision was found in the account's state. */
static bool
was_decided(const struct otp_login *login, enum otp_step step)
{
	return step == OTP_STEP_EXEMPT ||
	    (step == OTP_STEP_VERDICT &&
		login->answer.verdict == OTP_VERDICT_SUSPENDED);
}

/*
 * Whether an error shows that the account has files in the store.  The
 * store's own are named with a full path.
 */
static bool
has_files(const struct otp_login *login)
{
	const enum otp_err err = login->err;

	if (login->fault.where[0] == '/')
		return false;
	return err == OTP_ERR_PARSE || err == OTP_ERR_CHECKSUM ||
	    err == OTP_ERR_STATE_VERSION || err == OTP_ERR_UID ||
	    err == OTP_ERR_NO_STATE || err == OTP_ERR_LENGTHS ||
	    err == OTP_ERR_LOCK_TIMEOUT || err == OTP_ERR_WRITE;
}

/*
 * Whether the account's name may be logged.  A name that the system does not
 * know may be a password, unless the store knows it.  A virtual user is
 * therefore not named with a malformed code, which may be judged without the
 * store.
 */
static bool
is_known_user(const struct otp_login *login, enum otp_step step)
{
	if (login->request.unknown)
		return false;
	return login->request.uid != OTP_UID_VIRTUAL ||
	    was_enrolled(login, step) || was_decided(login, step) ||
	    (step == OTP_STEP_ERROR && has_files(login));
}

static void
add_item(struct otp_logline *event, const struct otp_login *login,
    const char *key, int type)
{
	const void *item = NULL;

	if (pam_get_item(login->pamh, type, &item) == PAM_SUCCESS)
		otp_logline_word(event, key, item);
}

static void
add_who(struct otp_logline *event, const struct otp_login *login,
    enum otp_step step)
{
	const struct otp_request *request = &login->request;
	const void *host = NULL;

	if (is_known_user(login, step))
		otp_logline_word(event, "user", request->account);
	otp_logline_word(event, "tag", login->tag);
	add_item(event, login, "rhost", PAM_RHOST);
	if (pam_get_item(login->pamh, PAM_RHOST, &host) == PAM_SUCCESS &&
	    host != NULL && ((const char *)host)[0] != '\0')
		return;
	add_item(event, login, "tty", PAM_TTY);
	add_item(event, login, "ruser", PAM_RUSER);
}

static void
add_answer(struct otp_logline *event, const struct otp_login *login,
    enum otp_step step)
{
	const struct otp_answer *answer = &login->answer;

	otp_logline_quoted(event, "token", answer->token);
	if (login->device_known)
		otp_logline_word(event, "method", "device");
	else if (answer->kind == OTP_DELIVERED)
		otp_logline_word(event, "method", answer->method);
	else if (answer->fresh)
		otp_logline_word(event, "method", "earlier-code");
	else if (answer->kind != 0)
		otp_logline_word(event, "method", otp_kind_name(answer->kind));
	otp_logline_word(event, "device", login->device_name);
	if (was_enrolled(login, step))
		otp_logline_number(event, "failures", answer->failures, "");
	if (answer->wait > 0)
		otp_logline_number(event, "delay", answer->wait, "s");
	if (answer->drift_known && answer->drift != 0)
		otp_logline_number(event, "drift", answer->drift, "s");
}

/*
 * Whether the fault is about a file that exists, so that its name does not
 * contain the name of an unknown user.  Before the account is known, only the
 * configuration file can be at fault.
 */
static bool
is_of_existing_file(const struct otp_login *login)
{
	return login->secrets.name == NULL ||
	    (login->err != OTP_ERR_READ && login->err != OTP_ERR_LIMIT &&
		login->err != OTP_ERR_NAME && login->err != OTP_ERR_NOMEM);
}

/* For a wrong option, log its name, or the file's if it has no name. */
static void
add_where(struct otp_logline *event, const struct otp_login *login)
{
	const struct otp_fault *fault = &login->fault;
	const char *file = otp_options_source(&login->options);

	if (login->err == OTP_ERR_OPTION &&
	    strncmp(fault->where, file, sizeof(fault->where) - 1) != 0) {
		otp_logline_word(event, "option", fault->where);
		if (fault->line != 0)
			otp_logline_word(event, "file", file);
	} else if (is_known_user(login, OTP_STEP_ERROR) ||
	    is_of_existing_file(login)) {
		otp_logline_word(event, "file", fault->where);
	}
	if (fault->line != 0)
		otp_logline_number(event, "line", fault->line, "");
}

/* The detail's word, and the number or name that goes with it. */
static void
add_detail(struct otp_logline *event, const struct otp_fault *fault)
{
	char text[OTP_FAULT_NAME_SIZE + 32];

	otp_logline_word(event, "detail", otp_detail_word(fault->detail));
	if (fault->detail == OTP_DETAIL_RANGE) {
		(void)snprintf(text, sizeof(text), "%lu-%lu", fault->numbers[0],
		    fault->numbers[1]);
		otp_logline_word(event, "range", text);
	} else if (fault->detail == OTP_DETAIL_TIME_RANGE) {
		otp_logline_word(event, "range", fault->name);
	} else if (fault->detail == OTP_DETAIL_UNKNOWN_GROUP) {
		otp_logline_quoted(event, "group", fault->name);
	} else if (fault->detail == OTP_DETAIL_WRITABLE_BY_OTHERS ||
	    fault->detail == OTP_DETAIL_OPEN_TO_OTHERS) {
		(void)snprintf(text, sizeof(text), "%04lo", fault->numbers[0]);
		otp_logline_word(event, "mode", text);
	} else if (fault->detail == OTP_DETAIL_OWNER) {
		(void)snprintf(text, sizeof(text), "%lu", fault->numbers[0]);
		otp_logline_word(event, "owner", text);
	} else if (fault->detail == OTP_DETAIL_OTHER_NAME) {
		otp_logline_word(event, "name", fault->name);
	} else if (fault->detail == OTP_DETAIL_FILE_SYSTEM) {
		otp_logline_word(event, "type", fault->name);
	} else if (fault->detail == OTP_DETAIL_LOCKED_BY) {
		(void)snprintf(text, sizeof(text), "%s[%lu]", fault->name,
		    fault->numbers[0]);
		otp_logline_word(event, "process", text);
	}
}

static void
add_fault(struct otp_logline *event, const struct otp_login *login)
{
	const struct otp_fault *fault = &login->fault;

	add_where(event, login);
	otp_logline_errno(event, fault->errnum);
	add_detail(event, fault);
	if ((fault->errnum == EACCES || fault->errnum == EPERM) &&
	    geteuid() == 0)
		otp_logline_quoted(event, "hint",
		    "refused although root: SELinux or AppArmor?");
}

/* The text is an administrator's, and quoted like all others. */
static void
add_exemption(struct otp_logline *event, const struct otp_login *login)
{
	const int64_t until = login->exemption.until;
	const struct otp_date date =
	    otp_calendar_date(until / OTP_CALENDAR_DAY);
	const unsigned minutes = (unsigned)(until % OTP_CALENDAR_DAY / 60);
	char text[64];

	(void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02uZ",
	    date.year, date.month, date.day, minutes / 60, minutes % 60);
	otp_logline_word(event, "until", text);
	otp_logline_quoted(event, "because", login->exemption.reason);
}

/* Warn of guessing that is too slow to cause a delay. */
static void
warn_of_month(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;
	struct otp_logline event;
	char text[48] = "";

	if (answer->verdict != OTP_VERDICT_ACCEPT &&
	    answer->verdict != OTP_VERDICT_REJECT)
		return;
	if (answer->month_failures < OTP_MONTH_WARN)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu32 " wrong codes in 30 days",
	    answer->month_failures);
	otp_logline_begin(&event);
	otp_logline_quoted(&event, "warning", text);
	otp_logline_word(&event, "user", login->request.account);
	write_line(login, LOG_WARNING, &event);
}

void
otp_log_outcome(const struct otp_login *login, enum otp_step step)
{
	const struct otp_headline first = headline(login, step);
	struct otp_logline event;

	if (step == OTP_STEP_AGAIN) {
		otp_log_debug(login, "again", "the application is not ready");
		return;
	}
	otp_logline_begin(&event);
	otp_logline_word(&event, "result", first.result);
	otp_logline_word(&event, "reason", first.reason);
	add_who(&event, login, step);
	otp_logline_quoted(&event, "group", login->group);
	if (step == OTP_STEP_EXEMPT)
		add_exemption(&event, login);
	if (step == OTP_STEP_VERDICT)
		add_answer(&event, login, step);
	else if (step == OTP_STEP_ERROR)
		add_fault(&event, login);
	write_line(login, first.priority, &event);
	if (step == OTP_STEP_VERDICT)
		warn_of_month(login);
}

void
otp_log_delivery(const struct otp_login *login, const struct otp_sent *sent)
{
	const enum otp_err err = login->err;
	const enum otp_delivery delivery = sent->delivery;
	const bool is_sent = err == OTP_OK && delivery == OTP_DELIVERY_SENT;
	const bool failed = err != OTP_OK || delivery == OTP_DELIVERY_NO_SOCKET;
	struct otp_logline event;

	otp_logline_begin(&event);
	otp_logline_word(&event, "result", is_sent ? "sent" : "unsent");
	otp_logline_word(&event, "reason",
	    err != OTP_OK ? otp_err_reason(err)
			  : otp_delivery_reason(delivery));
	add_who(&event, login, OTP_STEP_CONTINUE);
	if (is_sent)
		otp_logline_word(&event, "method", sent->method);
	if (failed)
		add_fault(&event, login);
	write_line(login,
	    is_sent	 ? LOG_INFO
		: failed ? LOG_ERR
			 : LOG_NOTICE,
	    &event);
}

void
otp_log_notice(const struct otp_login *login, enum otp_err err,
    const struct otp_fault *fault)
{
	const enum otp_delivery delivery =
	    err == OTP_OK ? OTP_DELIVERY_SENT : OTP_DELIVERY_NO_SOCKET;
	struct otp_logline event;

	otp_logline_begin(&event);
	otp_logline_word(&event, "result", err == OTP_OK ? "sent" : "unsent");
	otp_logline_word(&event, "reason", otp_delivery_reason(delivery));
	add_who(&event, login, OTP_STEP_VERDICT);
	otp_logline_word(
	    &event, "notice", otp_notice_name(login->answer.told.notice.kind));
	if (err != OTP_OK) {
		otp_logline_word(&event, "file", fault->where);
		otp_logline_errno(&event, fault->errnum);
		add_detail(&event, fault);
	}
	write_line(login, err == OTP_OK ? LOG_INFO : LOG_ERR, &event);
}

void
otp_log_debug(
    const struct otp_login *login, const char *step, const char *detail)
{
	struct otp_logline event;

	if (!login->options.debug)
		return;
	otp_logline_begin(&event);
	otp_logline_word(&event, "debug", step);
	otp_logline_quoted(&event, "detail", detail);
	write_line(login, LOG_DEBUG, &event);
}
