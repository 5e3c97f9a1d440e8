/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/decimal.h"
#include "common/core/wipe.h"
#include "common/effects/attempt.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "secrets.h"
#include "self.h"
#include "subject.h"

bool
otp_self_usage(const struct otp_args *args)
{
	static const char *const takes[] = { "self", "qr", NULL };
	const char *other = NULL;

	if (args->user != NULL) {
		otp_complain(_("--self is for oneself: it takes no USER."));
		return false;
	}
	if (otp_args_allowed(args, takes, &other))
		return true;
	otp_complain(_("--self does not go with --%s."), other);
	return false;
}

static bool
read_uid(uint32_t *ret_uid)
{
	const char *text = getenv("SUDO_UID");
	uint64_t uid = 0;

	if (text == NULL ||
	    otp_decimal_read(text, strlen(text), OTP_UID_VIRTUAL - 1, &uid) !=
		OTP_OK) {
		otp_complain(_("--self is for use through sudo, which says in "
			       "SUDO_UID who asks."));
		return false;
	}
	*ret_uid = (uint32_t)uid;
	return true;
}

static void
say_nobody(uint32_t uid, int errnum)
{
	if (errnum == 0)
		otp_complain(_("Nobody on this host has the uid %lu."),
		    (unsigned long)uid);
	else
		otp_complain(_("Nobody on this host has the uid %lu: %s."),
		    (unsigned long)uid, strerror(errnum));
}

enum otp_exit
otp_self_find(const struct otp_tool *tool, struct otp_subject *ret_subject)
{
	const struct passwd *entry;
	struct otp_subject subject;
	enum otp_exit status;
	uint32_t uid = 0;

	if (!read_uid(&uid))
		return OTP_EXIT_USAGE;
	errno = 0;
	entry = getpwuid(uid);
	if (entry == NULL) {
		say_nobody(uid, errno);
		return OTP_EXIT_FAILED;
	}
	status = otp_subject_named(tool, entry->pw_name, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	if (subject.uid != uid) {
		otp_complain(_("The user database has another uid for %s."),
		    otp_escaped(subject.account).text);
		return OTP_EXIT_FAILED;
	}
	*ret_subject = subject;
	return OTP_EXIT_DONE;
}

static void
tell_refusal(const struct otp_answer *answer)
{
	if (answer->verdict == OTP_VERDICT_REPLAY)
		otp_say(
		    _("That code was used already; wait for the next one."));
	else if (answer->verdict == OTP_VERDICT_WAITING)
		otp_say(_("Too many wrong codes; try again %s."),
		    otp_when(answer->wait).text);
	else if (answer->verdict == OTP_VERDICT_LOCKED)
		otp_say(_("Locked after too many wrong codes; an administrator "
			  "can unlock it."));
	else
		otp_say(_("That code is wrong."));
}

/* A login in all but name: charged before it is compared, spent if right. */
static enum otp_exit
judge(const struct otp_tool *tool, const struct otp_request *request,
    const char *typed, enum otp_verdict *ret_verdict)
{
	struct otp_answer answer = { 0 };
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_attempt_try(&tool->host, request, typed, &answer, &fault);

	if (err != OTP_OK)
		return otp_report(tool, request->account, err, &fault);
	*ret_verdict = answer.verdict;
	if (answer.verdict == OTP_VERDICT_ACCEPT)
		return OTP_EXIT_DONE;
	tell_refusal(&answer);
	return OTP_EXIT_FAILED;
}

static enum otp_exit
ask(const struct otp_tool *tool, const struct otp_request *request,
    int *ret_signal)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	char typed[OTP_CONFIRM_SIZE];

	otp_say(
	    _("You are enrolled: the new token will replace the present one, "
	      "of which a code is\nneeded, or one of your recovery codes."));
	for (unsigned i = 0; i < OTP_CONFIRM_TRIES; i++) {
		enum otp_verdict verdict = OTP_VERDICT_LOCKED;

		if (otp_confirm_ask(_("Present code: "), typed, ret_signal) !=
		    OTP_CONFIRMED_YES)
			break;
		status = judge(tool, request, typed, &verdict);
		if (verdict == OTP_VERDICT_ACCEPT ||
		    verdict == OTP_VERDICT_WAITING ||
		    verdict == OTP_VERDICT_LOCKED)
			break;
	}
	otp_wipe(typed, sizeof(typed));
	if (*ret_signal != 0)
		otp_say("%s", ""); /* off the prompt's line */
	if (status != OTP_EXIT_DONE)
		otp_complain(_("Nothing was changed: what you had is still in "
			       "force."));
	return status;
}

enum otp_exit
otp_self_allow(const struct otp_tool *tool, const struct otp_subject *subject,
    bool *ret_proven, struct otp_in_force *ret_in_force, int *ret_signal)
{
	struct otp_request request = { .uid = subject->uid };
	enum otp_ask wanted = OTP_ASK_NOTHING;
	struct otp_fault fault = { 0 };
	enum otp_exit status;
	enum otp_err err;

	memcpy(request.account, subject->account, sizeof(request.account));
	memcpy(request.service, "otp-enroll", sizeof("otp-enroll"));
	err = otp_attempt_look(&tool->host, &request, &wanted, &fault);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	/* A seed that is gone while the state says `enrolled' is a code's, too,
	 * which then nobody has. */
	if (wanted == OTP_ASK_UNENROLLED)
		return OTP_EXIT_DONE;
	/* Before the code, which is of this or of what came later. */
	err = otp_enrol_in_force(&tool->host, subject, ret_in_force, &fault);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	if (!otp_secrets_allowed(&tool->args))
		return OTP_EXIT_USAGE;
	status = ask(tool, &request, ret_signal);
	*ret_proven = status == OTP_EXIT_DONE;
	return status;
}
