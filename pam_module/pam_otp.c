/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module's two entry points, and the way of a code:
 *
 *	options -> user -> look -> prompt -> code -> attempt
 *		-> event -> message, PAM code
 *
 * This runs inside somebody else's process: nothing here is static or
 * global, and no environment is read.
 */
#include <pthread.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/arguments.h"
#include "common/effects/attempt.h"
#include "common/effects/sys.h"
#include "pam_module/account.h"
#include "pam_module/log.h"
#include "pam_module/login.h"
#include "pam_module/message.h"
#include "pam_module/report.h"
#include "pam_module/talk.h"

#define EXPORTED __attribute__((visibility("default")))

#define FAIL_DELAY 2000000 /* microseconds */

#define PROMPT_CODE "One-time code: "
#define PROMPT_BOTH "Password and one-time code: "

static struct otp_host
host_of(const struct otp_login *login)
{
	return (struct otp_host){
		.sys = &otp_sys_host,
		.store = login->options.store,
		.policy = &login->options.policy,
	};
}

static enum otp_end
read_options(struct otp_login *login, int flags, int argc, const char **argv)
{
	login->err =
	    otp_arguments_read(argc, argv, &login->options, &login->fault);
	login->quiet =
	    login->options.silent || ((unsigned)flags & PAM_SILENT) != 0;
	if (login->err != OTP_OK || !login->options.nodelay)
		(void)pam_fail_delay(login->pamh, FAIL_DELAY);
	if (login->err != OTP_OK)
		return OTP_END_ERROR;
	otp_log_debug(login, "options", otp_arguments_file(&login->options));
	return OTP_END_NOT_YET;
}

/* A date limits nullok, wherever the two were given. */
static enum otp_err
nullok_now(struct otp_login *login, bool *ret_nullok)
{
	const struct otp_options *options = &login->options;
	int64_t now = 0;
	enum otp_err err = OTP_OK;

	if (options->nullok_until == 0) {
		*ret_nullok = options->nullok;
		return OTP_OK;
	}
	err = otp_sys_host.time(otp_sys_host.context, &now);
	if (err == OTP_OK)
		*ret_nullok = now < options->nullok_until;
	return err;
}

/* Must the user be asked?  Only nullok asks before it asks. */
static enum otp_end
look(struct otp_login *login)
{
	struct otp_host host = host_of(login);
	enum otp_ask ask = OTP_ASK_NOTHING;
	bool nullok = false;
	bool is_main = false;

	login->err = nullok_now(login, &nullok);
	if (login->err == OTP_OK && !nullok)
		return OTP_END_NOT_YET;
	if (login->err == OTP_OK)
		login->err = otp_account_is_main(login, &is_main);
	if (login->err == OTP_OK && !is_main) {
		otp_log_debug(login, "look", "nullok is not for this name");
		return OTP_END_NOT_YET;
	}
	if (login->err == OTP_OK)
		login->err = otp_attempt_look(
		    &host, &login->request, &ask, &login->fault);
	if (login->err != OTP_OK || ask == OTP_ASK_NOTHING)
		return OTP_END_ERROR;
	return ask == OTP_ASK_UNENROLLED ? OTP_END_UNENROLLED : OTP_END_NOT_YET;
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* Ask once; an answer given twice is the application repeating itself. */
static enum otp_end
ask(struct otp_login *login)
{
	struct otp_secrets *secrets = &login->secrets;
	const char *prompt = login->options.prompt;
	enum otp_talk talk = OTP_TALK_FAILED;

	if (prompt[0] == '\0')
		prompt =
		    login->options.forward_pass ? PROMPT_BOTH : PROMPT_CODE;
	otp_log_debug(login, "ask",
	    login->options.forward_pass ? "for password and code"
					: "for a code");
	otp_wipe_free(secrets->former);
	secrets->former = secrets->typed;
	secrets->typed = NULL;
	(void)pthread_setcancelstate(login->cancelable, NULL);
	talk = otp_talk_ask(
	    login->pamh, prompt, login->options.echo, &secrets->typed);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (talk != OTP_TALK_DONE)
		return talk == OTP_TALK_AGAIN ? OTP_END_AGAIN
					      : OTP_END_CONVERSATION;
	if (login->asked++ > 0 && same_text(secrets->typed, secrets->former)) {
		otp_log_debug(login, "ask", "the same answer: not judged");
		return OTP_END_REPEATED;
	}
	return OTP_END_NOT_YET;
}

/* With forward_pass: hand the password on to the modules after this one. */
static enum otp_end
hand_on(struct otp_login *login)
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
		return OTP_END_VERDICT;
	login->err = status == PAM_BUF_ERR ? OTP_ERR_NOMEM : OTP_OK;
	return OTP_END_ERROR;
}

/* No text at all is an empty answer. */
static enum otp_err
try_typed(struct otp_login *login)
{
	const struct otp_host host = host_of(login);
	const char *typed = login->secrets.typed;

	return otp_attempt_try(&host, &login->request,
	    typed != NULL ? typed : "", &login->answer, &login->fault);
}

/* Judge what was typed. */
static enum otp_end
judge(struct otp_login *login)
{
	struct otp_answer *answer = &login->answer;

	*answer = (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
	login->fault = (struct otp_fault){ 0 };
	if (otp_account_changed(login)) {
		answer->verdict = OTP_VERDICT_CHANGED_USER;
		return OTP_END_VERDICT;
	}
	login->err = try_typed(login);
	if (login->err != OTP_OK)
		return OTP_END_ERROR;
	if (answer->verdict == OTP_VERDICT_ACCEPT &&
	    login->options.forward_pass)
		return hand_on(login);
	return OTP_END_VERDICT;
}

static bool
ask_again(const struct otp_login *login, enum otp_end end)
{
	return end == OTP_END_VERDICT &&
	    otp_message_is_mute(login->answer.verdict);
}

static void
forget(struct otp_login *login)
{
	otp_wipe_free(login->secrets.name);
	otp_wipe_free(login->secrets.typed);
	otp_wipe_free(login->secrets.former);
	otp_wipe(login, sizeof(*login));
}

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int result = PAM_SYSTEM_ERR, cancelable;
	struct otp_login login = { .pamh = pamh };
	enum otp_end end = OTP_END_ERROR;

	/*
	 * A thread that its host cancels goes on until the user is asked, or to
	 * the end: what is open, and the account's lock, would stay as long as
	 * the process.  (None of these calls fails with states that there are.)
	 */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &login.cancelable);
	end = read_options(&login, flags, argc, argv);
	if (end == OTP_END_NOT_YET)
		end = otp_account_find(&login);
	if (end == OTP_END_NOT_YET)
		end = look(&login);
	if (end != OTP_END_NOT_YET) {
		result = otp_report(&login, end);
		goto out;
	}

	for (unsigned i = 0; i < login.options.tries; i++) {
		end = ask(&login);
		if (end == OTP_END_NOT_YET)
			end = judge(&login);
		if (end != OTP_END_REPEATED)
			result = otp_report(&login, end);
		if (!ask_again(&login, end))
			break;
	}
out:
	cancelable = login.cancelable;
	forget(&login);
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
