/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/core/event.h"
#include "common/core/token.h"
#include "common/effects/arguments.h"

/* A line's first words, and how urgent it is. */
struct otp_headline {
	const char *result;
	const char *reason;
	int priority;
};

static void
write_line(
    const struct otp_login *login, int priority, const struct otp_event *event)
{
	const char *text = event->text;

	pam_syslog(login->pamh, priority, "%s", text + (text[0] == ' '));
}

/* A try during a wait is no news: the code that began it was. */
static int
verdict_priority(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;

	switch (answer->verdict) {
	case OTP_VERDICT_ACCEPT:
		return LOG_INFO;
	case OTP_VERDICT_LOCKED:
	case OTP_VERDICT_CHANGED_USER:
		return LOG_WARNING;
	case OTP_VERDICT_REPLAY:
		return answer->benign ? LOG_NOTICE : LOG_WARNING;
	case OTP_VERDICT_REJECT:
		if (answer->wait > 0 ||
		    answer->failures >= login->options.policy.lock)
			return LOG_WARNING;
		break;
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
headline(const struct otp_login *login, enum otp_end end)
{
	const enum otp_verdict verdict = login->answer.verdict;
	struct otp_headline first = { "unavailable", "unforeseen", LOG_ERR };

	switch (end) {
	case OTP_END_VERDICT:
		first.result = "refused";
		if (verdict == OTP_VERDICT_ACCEPT)
			first.result = "accepted";
		first.reason = otp_verdict_reason(verdict);
		first.priority = verdict_priority(login);
		break;
	case OTP_END_UNENROLLED:
		first.result = "ignored";
		first.reason = "unenrolled";
		first.priority = LOG_INFO;
		break;
	case OTP_END_CONVERSATION:
		first.result = "refused";
		first.reason = "conversation";
		first.priority = LOG_NOTICE;
		break;
	case OTP_END_ERROR:
		if (login->err == OTP_ERR_OPTION)
			first.result = "misconfigured";
		if (login->err != OTP_OK)
			first.reason = otp_err_reason(login->err);
		break;
	case OTP_END_AGAIN:
	case OTP_END_REPEATED:
	case OTP_END_NOT_YET:
		break;
	}
	return first;
}

/* Whether a code was compared for the account, so that it is enrolled. */
static bool
was_enrolled(const struct otp_login *login, enum otp_end end)
{
	if (end != OTP_END_VERDICT)
		return false;
	switch (login->answer.verdict) {
	case OTP_VERDICT_ACCEPT:
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_REPLAY:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
		return true;
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		break;
	}
	return false;
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
 * Whether the account's name is somebody's.  What the system does not know is
 * one only if the store knows it, else perhaps a password.  So a virtual user
 * is not named with a malformed code, which may be judged without the store.
 */
static bool
is_somebody(const struct otp_login *login, enum otp_end end)
{
	if (login->request.unknown)
		return false;
	return login->request.uid != OTP_UID_VIRTUAL ||
	    was_enrolled(login, end) ||
	    (end == OTP_END_ERROR && has_files(login));
}

static void
add_item(struct otp_event *event, const struct otp_login *login,
    const char *key, int type)
{
	const void *item = NULL;

	if (pam_get_item(login->pamh, type, &item) == PAM_SUCCESS)
		otp_event_word(event, key, item);
}

static void
add_who(
    struct otp_event *event, const struct otp_login *login, enum otp_end end)
{
	const struct otp_request *request = &login->request;
	const void *host = NULL;

	if (is_somebody(login, end))
		otp_event_word(event, "user", request->account);
	add_item(event, login, "rhost", PAM_RHOST);
	if (pam_get_item(login->pamh, PAM_RHOST, &host) == PAM_SUCCESS &&
	    host != NULL && ((const char *)host)[0] != '\0')
		return;
	add_item(event, login, "tty", PAM_TTY);
	add_item(event, login, "ruser", PAM_RUSER);
}

static void
add_answer(
    struct otp_event *event, const struct otp_login *login, enum otp_end end)
{
	const struct otp_answer *answer = &login->answer;

	otp_event_quoted(event, "token", answer->token);
	if (answer->kind != 0)
		otp_event_word(event, "method", otp_kind_name(answer->kind));
	if (was_enrolled(login, end))
		otp_event_number(event, "failures", answer->failures, "");
	if (answer->wait > 0)
		otp_event_number(event, "wait", answer->wait, "s");
	if (answer->drift_known && answer->drift != 0)
		otp_event_number(event, "drift", answer->drift, "s");
}

static void
add_errno(struct otp_event *event, int errnum)
{
	const char *name = NULL;

	if (errnum == 0)
		return;
#ifdef HAVE_STRERRORNAME_NP
	name = strerrorname_np(errnum);
#endif
	if (name != NULL)
		otp_event_word(event, "errno", name);
	else
		otp_event_number(event, "errno", errnum, "");
}

/*
 * Whether the fault is of a file that is there, and so names nobody who is
 * not.  (Before the account is known, there is only the configuration.)
 */
static bool
is_of_store(const struct otp_login *login)
{
	return login->secrets.name == NULL ||
	    (login->err != OTP_ERR_READ && login->err != OTP_ERR_LIMIT &&
		login->err != OTP_ERR_NAME && login->err != OTP_ERR_NOMEM);
}

/* An option's fault names the option, or the file where there is no option. */
static void
add_where(struct otp_event *event, const struct otp_login *login)
{
	const struct otp_fault *fault = &login->fault;
	const char *file = otp_arguments_file(&login->options);

	if (login->err == OTP_ERR_OPTION &&
	    strncmp(fault->where, file, sizeof(fault->where) - 1) != 0) {
		otp_event_word(event, "option", fault->where);
		if (fault->line != 0)
			otp_event_word(event, "file", file);
	} else if (is_somebody(login, OTP_END_ERROR) || is_of_store(login)) {
		otp_event_word(event, "file", fault->where);
	}
	if (fault->line != 0)
		otp_event_number(event, "line", fault->line, "");
}

static void
add_fault(struct otp_event *event, const struct otp_login *login)
{
	const struct otp_fault *fault = &login->fault;
	const char *what = fault->what;

	add_where(event, login);
	add_errno(event, fault->errnum);
	if (what[0] == '\0' && login->err != OTP_OK)
		what = otp_err_text(login->err);
	otp_event_quoted(event, "what", what);
	if ((fault->errnum == EACCES || fault->errnum == EPERM) &&
	    geteuid() == 0)
		otp_event_quoted(event, "hint",
		    "refused although root: SELinux or AppArmor?");
}

/* Slow guessing, which no wait would show. */
static void
warn_of_month(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;
	struct otp_event event;
	char text[48] = "";

	if (answer->verdict != OTP_VERDICT_ACCEPT &&
	    answer->verdict != OTP_VERDICT_REJECT)
		return;
	if (answer->month_failures < OTP_MONTH_WARN)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu32 " wrong codes in 30 days",
	    answer->month_failures);
	otp_event_begin(&event);
	otp_event_quoted(&event, "warning", text);
	otp_event_word(&event, "user", login->request.account);
	write_line(login, LOG_WARNING, &event);
}

void
otp_log_end(const struct otp_login *login, enum otp_end end)
{
	const struct otp_headline first = headline(login, end);
	struct otp_event event;

	if (end == OTP_END_AGAIN) {
		otp_log_debug(login, "again", "the application is not ready");
		return;
	}
	otp_event_begin(&event);
	otp_event_word(&event, "result", first.result);
	otp_event_word(&event, "reason", first.reason);
	add_who(&event, login, end);
	if (end == OTP_END_VERDICT)
		add_answer(&event, login, end);
	else if (end == OTP_END_ERROR)
		add_fault(&event, login);
	write_line(login, first.priority, &event);
	if (end == OTP_END_VERDICT)
		warn_of_month(login);
}

void
otp_log_debug(
    const struct otp_login *login, const char *step, const char *detail)
{
	struct otp_event event;

	if (!login->options.debug)
		return;
	otp_event_begin(&event);
	otp_event_word(&event, "debug", step);
	otp_event_quoted(&event, "what", detail);
	write_line(login, LOG_DEBUG, &event);
}
