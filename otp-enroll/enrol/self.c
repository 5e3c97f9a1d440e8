/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/self.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/decimal.h"
#include "common/core/wipe.h"
#include "common/effects/attempt.h"
#include "common/effects/look.h"
#include "common/effects/standing.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/when.h"
#include "otp-enroll/enrol/confirm.h"
#include "otp-enroll/enrol/secrets.h"

bool
otp_self_usage(const struct otp_args *args)
{
	static const char *const takes[] = { "self", "qr", NULL };
	const char *other = NULL;

	if (args->user != NULL) {
		otp_complain(_("--self cannot be combined with a user name."));
		return false;
	}
	if (otp_args_allowed(args, takes, &other))
		return true;
	otp_complain(_("--self cannot be combined with --%s."), other);
	return false;
}

/* The real and the effective uid of a process. */
static bool
read_process(pid_t pid, uint32_t *ret_real, uint32_t *ret_effective)
{
	char path[32], line[128], *end = NULL;
	bool found = false;
	FILE *status;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	status = fopen(path, "re");
	if (status == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), status) != NULL)
		found = strncmp(line, "Uid:", 4) == 0;
	(void)fclose(status);
	if (!found)
		return false;
	*ret_real = (uint32_t)strtoul(line + 4, &end, 10);
	*ret_effective = (uint32_t)strtoul(end, NULL, 10);
	return true;
}

/*
 * Whether the user with this UID called sudo.  Sudo keeps the caller's real uid,
 * which the kernel knows, while SUDO_UID can be the caller's own choice.  Where
 * sudo has ended, the parent is another process by then, such as init; one that
 * is not root's is not sudo.
 */
static bool
has_called_sudo(uint32_t uid)
{
	const pid_t parent = getppid();
	uint32_t real = 0, effective = 0;

	return parent > 1 && read_process(parent, &real, &effective) &&
	    getppid() == parent && real == uid &&
	    (effective == 0 || geteuid() != 0);
}

static bool
read_uid(uint32_t *ret_uid)
{
	const char *text = getenv("SUDO_UID");
	const char *wrong = NULL;
	uint64_t uid = 0;

	if (text == NULL ||
	    otp_decimal_read(text, strlen(text), OTP_UID_VIRTUAL - 1, &uid) !=
		OTP_OK)
		wrong = N_("--self must be run through sudo, which sets "
			   "SUDO_UID.");
	else if (uid == 0)
		wrong = N_("--self is not for root: run 'otp-enroll new "
			   "USER'.");
	else if (!has_called_sudo((uint32_t)uid))
		wrong = N_("SUDO_UID is not the uid of the user who called "
			   "sudo.");
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	*ret_uid = (uint32_t)uid;
	return wrong == NULL;
}

static void
say_unknown_uid(uint32_t uid, int errnum)
{
	if (errnum == 0)
		otp_complain(_("No user on this host has the uid %lu."),
		    (unsigned long)uid);
	else
		otp_complain(_("No user on this host has the uid %lu: %s."),
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
		say_unknown_uid(uid, errno);
		return OTP_EXIT_FAILED;
	}
	status = otp_subject_named(tool, entry->pw_name, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	if (subject.uid != uid) {
		otp_complain(_("The user database has a different uid for %s."),
		    otp_escaped(subject.account).text);
		return OTP_EXIT_FAILED;
	}
	*ret_subject = subject;
	return OTP_EXIT_DONE;
}

static void
tell_refusal(const struct otp_answer *answer)
{
	if (answer->verdict == OTP_VERDICT_REPLAY && answer->kind == OTP_HOTP)
		otp_say(_("That code was already used. Press the button for a "
			  "new one."));
	else if (answer->verdict == OTP_VERDICT_REPLAY &&
	    answer->kind == OTP_DELIVERED)
		otp_say(_("That code was already used. A code sent by mail or "
			  "SMS works only once."));
	else if (answer->verdict == OTP_VERDICT_REPLAY)
		otp_say(
		    _("That code was already used. Wait for the next one."));
	else if (answer->verdict == OTP_VERDICT_WAITING)
		otp_say(_("Too many wrong codes; try again in %s."),
		    otp_when_span(answer->wait).text);
	else if (answer->verdict == OTP_VERDICT_LOCKED)
		otp_say(
		    _("The account is locked out after too many wrong codes. "
		      "An administrator can unlock it."));
	else if (answer->verdict == OTP_VERDICT_SUSPENDED)
		otp_say(_("The account is suspended."));
	else if (answer->no_code)
		otp_say(_("A code has 6 to 8 digits."));
	else
		otp_say(_("That code does not match."));
}

/* As a login does: charged before it is compared, and used if it is right. */
static enum otp_exit
self_judge(const struct otp_tool *tool, const struct otp_request *request,
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
self_ask(const struct otp_tool *tool, const struct otp_request *request)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	char typed[OTP_CONFIRM_SIZE];

	otp_say(
	    _("You are already enrolled. To replace your token, first enter a "
	      "code of the current one, or one of your recovery codes."));
	for (unsigned i = 0; i < OTP_CONFIRM_TRIES; i++) {
		enum otp_verdict verdict = OTP_VERDICT_LOCKED;

		if (!otp_confirm_ask(_("Current code: "), typed))
			break;
		status = self_judge(tool, request, typed, &verdict);
		if (verdict == OTP_VERDICT_ACCEPT ||
		    verdict == OTP_VERDICT_WAITING ||
		    verdict == OTP_VERDICT_LOCKED ||
		    verdict == OTP_VERDICT_SUSPENDED)
			break;
	}
	otp_wipe(typed, sizeof(typed));
	if (status != OTP_EXIT_DONE)
		otp_complain(_("Nothing changed. Your existing setup still "
			       "works."));
	return status;
}

static enum otp_err
read_active(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_active *ret_active, struct otp_fault *fault)
{
	struct otp_snapshot snapshot;
	enum otp_err err =
	    otp_snapshot_read(&tool->host, subject->account, &snapshot, fault);

	if (err == OTP_OK)
		err = otp_snapshot_seed_err(&snapshot, fault);
	if (err == OTP_OK)
		err = otp_active_of(&snapshot.seed, ret_active);
	otp_snapshot_wipe(&snapshot);
	return err;
}

enum otp_exit
otp_self_allow(const struct otp_tool *tool, const struct otp_subject *subject,
    bool *ret_proven, struct otp_active *ret_in_force)
{
	struct otp_request request = { .uid = subject->uid };
	struct otp_look look;
	struct otp_fault fault = { 0 };
	enum otp_exit status;
	enum otp_err err;

	memcpy(request.account, subject->account, sizeof(request.account));
	memcpy(request.service, "otp-enroll", sizeof("otp-enroll"));
	err = otp_look_at(&tool->host, &request, true, &look, &fault);
	if (look.standing == OTP_STANDING_SUSPENDED)
		return otp_report(
		    tool, subject->account, OTP_ERR_SUSPENDED, &fault);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	/*
	 * Where the seed is gone and the state says enrolled, a code is needed,
	 * too, although no code can be right.
	 */
	if (look.enrolled == OTP_ENROLLED_NO)
		return OTP_EXIT_DONE;
	/* Read before the code: the code is of this, or of something newer. */
	err = read_active(tool, subject, ret_in_force, &fault);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	if (!otp_secrets_allowed(&tool->args))
		return OTP_EXIT_USAGE;
	status = self_ask(tool, &request);
	*ret_proven = status == OTP_EXIT_DONE;
	return status;
}
