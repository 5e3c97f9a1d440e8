/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module's two entry points, and the steps of a login:
 *
 *	options -> user -> groups -> way -> look (standing, nullok, known)
 *		-> prompt -> code -> attempt -> event -> message, PAM code
 *
 * An invitation in place of a code leads from attempt to enroll, and on.
 *
 * This runs inside another program's process, so there are no static or global
 * variables, and the environment is not read.
 */
#include "config.h"

#include <pthread.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <string.h>

#include "common/core/calendar.h"
#include "common/core/wipe.h"
#include "common/effects/attempt.h"
#include "common/effects/options_load.h"
#include "common/effects/sys.h"
#include "pam_module/decide.h"
#include "pam_module/deliver.h"
#include "pam_module/device.h"
#include "pam_module/enroll.h"
#include "pam_module/group.h"
#include "pam_module/log.h"
#include "pam_module/login.h"
#include "pam_module/message.h"
#include "pam_module/notice.h"
#include "pam_module/outcome.h"
#include "pam_module/owner.h"
#include "pam_module/talk.h"
#include "pam_module/user.h"

#define EXPORTED __attribute__((visibility("default")))

#define FAIL_DELAY 2000000 /* microseconds */

/* How often a login can ask for a code. */
#define SENDS_MAX 3

static enum otp_step login_prepare(struct otp_login *, int, int, const char **);
static int login_run(struct otp_login *);
static void login_wipe(struct otp_login *);
static enum otp_step read_options(struct otp_login *, int, int, const char **);
static enum otp_step choose_way(struct otp_login *);
static enum otp_step login_look(struct otp_login *);
static enum otp_step judge_look(
    struct otp_login *, bool, const struct otp_look *);
static enum otp_err nullok_for(struct otp_login *, bool *, bool *);
static enum otp_err nullok_now(struct otp_login *, bool *, bool *);
static enum otp_step login_ask(struct otp_login *);
static enum otp_step login_pass(struct otp_login *);
static enum otp_step login_prompt(struct otp_login *);
static enum otp_step login_judge(struct otp_login *);
static enum otp_err try_typed(struct otp_login *);
static void login_note_told(const struct otp_login *);
static enum otp_step forward_password(struct otp_login *);
static bool verdict_allows_retry(enum otp_verdict);
static bool same_text(const char *, const char *);

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct otp_login login = { .pamh = pamh };
	enum otp_step step;
	int result, cancelable;

	/*
	 * A thread can be cancelled only while the user is asked.  Elsewhere,
	 * open files and the account's lock would remain until the process
	 * ends.  These calls cannot fail, since the states are valid.
	 */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &login.cancelable);
	step = login_prepare(&login, flags, argc, argv);
	result = step == OTP_STEP_CONTINUE ? login_run(&login)
					   : otp_outcome_report(&login, step);
	cancelable = login.cancelable;
	login_wipe(&login);
	(void)pthread_setcancelstate(cancelable, NULL);
	return result;
}

/* There are no credentials to set. */
EXPORTED int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/* Everything before the prompt. */
static enum otp_step
login_prepare(struct otp_login *login, int flags, int argc, const char **argv)
{
	enum otp_step step = read_options(login, flags, argc, argv);

	if (step == OTP_STEP_CONTINUE)
		step = otp_user_find(login);
	if (step == OTP_STEP_CONTINUE)
		step = otp_group_judge(login);
	if (step == OTP_STEP_CONTINUE)
		step = choose_way(login);
	if (step == OTP_STEP_CONTINUE)
		step = login_look(login);
	if (step == OTP_STEP_CONTINUE) {
		otp_owner_note_host(login);
		otp_notice_of_login(login);
	}
	return step;
}

/* Ask and judge, repeatedly if 'tries' and the verdict allow it. */
static int
login_run(struct otp_login *login)
{
	int result = PAM_SYSTEM_ERR;

	for (unsigned i = 0; i < login->options.tries; i++) {
		enum otp_step step = login_ask(login);

		if (step == OTP_STEP_CONTINUE)
			step = login_judge(login);
		if (otp_enroll_is_due(login, step))
			step = otp_enroll_run(login);
		if (step != OTP_STEP_REPEATED)
			result = otp_outcome_report(login, step);
		if (login->told)
			login_note_told(login);
		if (step != OTP_STEP_VERDICT ||
		    !verdict_allows_retry(login->answer.verdict))
			break;
	}
	return result;
}

/*
 * Whether the user is asked again: after a wrong code, and after anything that
 * must look like one, so for accounts that do not exist as well.
 */
static bool
verdict_allows_retry(enum otp_verdict verdict)
{
	switch (verdict) {
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
		return true;
	case OTP_VERDICT_INVITED:
	case OTP_VERDICT_INVITATION_ENDED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_CHANGED_USER:
	case OTP_VERDICT_SUSPENDED:
	case OTP_VERDICT_ACCEPT:
	case OTP_VERDICT_REPLAY:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
		break;
	}
	return false;
}

static void
login_wipe(struct otp_login *login)
{
	otp_wipe_free(login->secrets.name);
	otp_wipe_free(login->secrets.typed);
	otp_wipe_free(login->secrets.former);
	otp_wipe(login, sizeof(*login));
}

static enum otp_step
read_options(struct otp_login *login, int flags, int argc, const char **argv)
{
	login->err =
	    otp_options_load(argc, argv, &login->options, &login->fault);
	login->quiet =
	    login->options.silent || ((unsigned)flags & PAM_SILENT) != 0;
	if (login->err != OTP_OK || !login->options.nodelay)
		(void)pam_fail_delay(login->pamh, FAIL_DELAY);
	if (login->err != OTP_OK)
		return OTP_STEP_ERROR;
	otp_log_debug(login, "options", otp_options_source(&login->options));
	return OTP_STEP_CONTINUE;
}

static enum otp_step
choose_way(struct otp_login *login)
{
	login->err = otp_decide_way(login);
	return login->err == OTP_OK ? OTP_STEP_CONTINUE : OTP_STEP_ERROR;
}

/*
 * Look at the account once.  What an administrator decided goes before all that
 * the line allows, and before what is wrong with that.
 */
static enum otp_step
login_look(struct otp_login *login)
{
	struct otp_look look = { .standing = OTP_STANDING_SUSPENDED };
	bool nullok = false;
	bool untimely = false;
	const enum otp_err line = nullok_for(login, &nullok, &untimely);
	const struct otp_fault fault = login->fault;

	login->fault = (struct otp_fault){ 0 };
	otp_device_of_login(login);
	otp_owner_of_login(login);
	login->err = otp_decide_look(login, nullok, &look);
	if (login->err != OTP_OK)
		return OTP_STEP_ERROR;
	if (look.standing == OTP_STANDING_USUAL && line != OTP_OK) {
		login->fault = fault;
		login->err = line;
		return OTP_STEP_ERROR;
	}
	if (look.standing == OTP_STANDING_USUAL && untimely &&
	    look.enrolled == OTP_ENROLLED_NO) {
		login->err = otp_fault_set(&login->fault, OTP_ERR_CLOCK, 0,
		    NULL, OTP_DETAIL_CLOCK_EARLY);
		return OTP_STEP_ERROR;
	}
	return judge_look(login, nullok, &look);
}

static enum otp_step
judge_look(struct otp_login *login, bool nullok, const struct otp_look *look)
{
	switch (look->standing) {
	case OTP_STANDING_SUSPENDED:
		login->answer.verdict = OTP_VERDICT_SUSPENDED;
		return OTP_STEP_VERDICT;
	case OTP_STANDING_EXEMPT:
		login->exemption = look->exemption;
		return OTP_STEP_EXEMPT;
	case OTP_STANDING_USUAL:
		break;
	}
	login->may_pass =
	    nullok && look->invited && otp_enroll_is_offered(login);
	if (nullok && look->enrolled != OTP_ENROLLED_YES && !login->may_pass)
		return look->enrolled == OTP_ENROLLED_NO ? OTP_STEP_UNENROLLED
							 : OTP_STEP_ERROR;
	login->answer = look->known;
	if (login->answer.verdict != OTP_VERDICT_ACCEPT)
		return OTP_STEP_CONTINUE;
	login->device_known = !login->answer.fresh;
	return OTP_STEP_VERDICT;
}

/*
 * Without nullok every user is asked, with it only enrolled ones, and others by
 * a second name of an account.
 */
static enum otp_err
nullok_for(struct otp_login *login, bool *ret_nullok, bool *ret_untimely)
{
	bool is_main = false;
	bool nullok = false;
	enum otp_err err = nullok_now(login, &nullok, ret_untimely);

	if (err != OTP_OK || !nullok)
		return err;
	err = otp_user_is_main(login, &is_main);
	if (err == OTP_OK && !is_main)
		otp_log_debug(login, "nullok", "not for this name");
	*ret_nullok = is_main;
	return err;
}

/*
 * nullok ends on the date, no matter which of the two came first.  If the clock
 * is wrong (*RET_UNTIMELY), the date may be over: enrolled users are asked, and
 * the others are not let in.
 */
static enum otp_err
nullok_now(struct otp_login *login, bool *ret_nullok, bool *ret_untimely)
{
	const struct otp_options *options = &login->options;
	int64_t now = 0;
	enum otp_err err = OTP_OK;

	if (options->nullok_until == 0) {
		*ret_nullok = options->nullok;
		return OTP_OK;
	}
	err = otp_sys_host.time(otp_sys_host.context, &now);
	if (err != OTP_OK)
		return err;
	*ret_nullok = now < options->nullok_until;
	*ret_untimely = now < OTP_CALENDAR_EARLIEST;
	return OTP_OK;
}

/* Ask for a code; one that has to be sent is sent first, and once. */
static enum otp_step
login_ask(struct otp_login *login)
{
	enum otp_step step;

	if (login->tag[0] == '\0')
		otp_deliver_unasked(login);
	step = login_prompt(login);
	for (unsigned i = 0; i < SENDS_MAX; i++) {
		if (step != OTP_STEP_CONTINUE || !otp_deliver_is_asked(login) ||
		    otp_user_changed(login))
			break;
		otp_deliver_answer(login);
		otp_wipe_free(login->secrets.typed);
		login->secrets.typed = NULL;
		login->prompts = 0; /* the next answer repeats none */
		step = login_prompt(login);
	}
	if (step == OTP_STEP_CONTINUE && login->may_pass &&
	    same_text(login->secrets.typed, ""))
		return login_pass(login);
	return step;
}

/*
 * The user goes on without a code.  A prompt can be left open for long: the
 * user may be enrolled or suspended by now, or nullok_until be over.
 */
static enum otp_step
login_pass(struct otp_login *login)
{
	enum otp_step step;

	if (otp_user_changed(login))
		return OTP_STEP_CONTINUE;
	login->may_pass = false;
	step = login_look(login);
	return step == OTP_STEP_CONTINUE && login->may_pass
	    ? OTP_STEP_UNENROLLED
	    : step;
}

/* Ask once.  The same answer again means that the application repeats it. */
static enum otp_step
login_prompt(struct otp_login *login)
{
	struct otp_secrets *secrets = &login->secrets;
	const bool both = login->options.forward_pass;
	enum otp_talk talk = OTP_TALK_FAILED;
	char prompt[OTP_PROMPT_SIZE];

	otp_log_debug(
	    login, "prompt", both ? "for password and code" : "for a code");
	otp_wipe_free(secrets->former);
	secrets->former = secrets->typed;
	secrets->typed = NULL;
	otp_message_prompt_of(login, prompt);
	(void)pthread_setcancelstate(login->cancelable, NULL);
	talk = otp_talk_ask(
	    login->pamh, prompt, login->options.echo, &secrets->typed);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (talk != OTP_TALK_DONE)
		return talk == OTP_TALK_AGAIN ? OTP_STEP_AGAIN
					      : OTP_STEP_CONVERSATION;
	if (login->prompts++ > 0 &&
	    same_text(secrets->typed, secrets->former)) {
		otp_log_debug(login, "prompt", "the same answer: not judged");
		return OTP_STEP_REPEATED;
	}
	return OTP_STEP_CONTINUE;
}

/* Judge what was typed. */
static enum otp_step
login_judge(struct otp_login *login)
{
	struct otp_answer *answer = &login->answer;

	*answer = (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
	login->fault = (struct otp_fault){ 0 };
	if (otp_user_changed(login)) {
		answer->verdict = OTP_VERDICT_CHANGED_USER;
		return OTP_STEP_VERDICT;
	}
	login->err = try_typed(login);
	if (login->err != OTP_OK)
		return OTP_STEP_ERROR;
	if (answer->verdict == OTP_VERDICT_ACCEPT &&
	    login->options.forward_pass)
		return forward_password(login);
	return OTP_STEP_VERDICT;
}

/* A response without text counts as an empty answer. */
static enum otp_err
try_typed(struct otp_login *login)
{
	const char *typed = login->secrets.typed;

	return otp_decide_try(login, typed != NULL ? typed : "");
}

/* An application that shows nothing leaves the news to the next login. */
static void
login_note_told(const struct otp_login *login)
{
	if (otp_decide_told(login))
		otp_log_debug(login, "news", "were shown");
}

/* With forward_pass, pass the password on to the modules after this one. */
static enum otp_step
forward_password(struct otp_login *login)
{
	char *typed = login->secrets.typed;
	const size_t length = login->answer.password_length;
	int status = PAM_SYSTEM_ERR;
	char kept = '\0';

	if (typed != NULL && length > 0 && length < strlen(typed)) {
		kept = typed[length];
		typed[length] = '\0';
		status = pam_set_item(login->pamh, PAM_AUTHTOK, typed);
		typed[length] = kept;
	}
	if (status == PAM_SUCCESS)
		return OTP_STEP_VERDICT;
	login->err = status == PAM_BUF_ERR ? OTP_ERR_NOMEM : OTP_OK;
	return OTP_STEP_ERROR;
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}
