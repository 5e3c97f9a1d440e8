/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/backend.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "common/effects/known.h"
#include "common/link/client.h"
#include "common/store/path.h"
#include "otp-enroll/account/select.h"

static bool is_for_users(
    const struct otp_tool *tool, const struct otp_command *command);
static bool is_of_another(const char *store);
static struct otp_link link_of(const struct otp_tool *tool);
static struct otp_request request_of(const struct otp_subject *subject);
static enum otp_err link_look(const struct otp_tool *tool,
    struct otp_account *account, struct otp_inspection *found);
static void take_answer(
    const struct otp_answer *answer, struct otp_inspection *found);

/* --- The store of this host --------------------------------------------- */

static enum otp_err
store_overview(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_overview *ret_overview, struct otp_fault *fault)
{
	return otp_overview_read(&tool->host, subject, ret_overview, fault);
}

static enum otp_err
store_inspect(const struct otp_tool *tool, struct otp_account *account,
    const uint8_t *id, const char *typed, struct otp_inspection *ret_inspection)
{
	(void)tool;
	return otp_inspect(account, id, typed, ret_inspection);
}

static enum otp_err
store_forget(const struct otp_tool *tool, struct otp_account *account,
    const uint8_t *id, unsigned *ret_count)
{
	(void)tool;
	return otp_known_forget(account, id, ret_count);
}

static enum otp_err
store_resync(const struct otp_tool *tool, struct otp_account *account,
    const struct otp_select *selected, const char *first, const char *second,
    enum otp_verdict *ret_verdict)
{
	(void)tool;
	return otp_enrol_resync(
	    account, selected->id, first, second, ret_verdict);
}

static const struct otp_backend backend_store = {
	.overview = store_overview,
	.inspect = store_inspect,
	.forget = store_forget,
	.snapshot = otp_snapshot_read,
	.make_set = otp_enrol_make_set,
	.put = otp_enrol_put,
	.recovery = otp_enrol_recovery,
	.remove_token = otp_enrol_remove_token,
	.resync = store_resync,
};

/* --- pam_otpd(8) -------------------------------------------------------- */

static enum otp_err
link_overview(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_overview *ret_overview, struct otp_fault *fault)
{
	const struct otp_link link = link_of(tool);
	const struct otp_request request = request_of(subject);

	return otp_link_overview(&link, &request, ret_overview, fault);
}

/* There it is a try, of all tokens. */
static enum otp_err
link_inspect(const struct otp_tool *tool, struct otp_account *account,
    const uint8_t *id, const char *typed, struct otp_inspection *ret_inspection)
{
	const struct otp_link link = link_of(tool);
	const struct otp_request request = request_of(&account->subject);
	struct otp_inspection found = { .tried = typed[0] != '\0' };
	struct otp_answer answer;
	enum otp_err err = OTP_OK;

	(void)id;
	if (!found.tried) {
		err = link_look(tool, account, &found);
	} else {
		err = otp_link_try(
		    &link, &request, typed, &answer, &account->fault);
		if (err == OTP_OK)
			take_answer(&answer, &found);
	}
	if (err == OTP_OK)
		*ret_inspection = found;
	return err;
}

/* Before anything is asked. */
static enum otp_err
link_look(const struct otp_tool *tool, struct otp_account *account,
    struct otp_inspection *found)
{
	const struct otp_link link = link_of(tool);
	const struct otp_request request = request_of(&account->subject);
	struct otp_look look;
	enum otp_err err =
	    otp_link_look(&link, &request, true, &look, &account->fault);

	if (err == OTP_OK && look.enrolled == OTP_ENROLLED_NO)
		err = OTP_ERR_ABSENT;
	found->verdict = OTP_VERDICT_MALFORMED;
	return err;
}

static void
take_answer(const struct otp_answer *answer, struct otp_inspection *found)
{
	found->verdict = answer->verdict;
	found->accepted = answer->verdict == OTP_VERDICT_ACCEPT;
	found->no_code = answer->no_code;
	found->suspended = answer->verdict == OTP_VERDICT_SUSPENDED;
	found->kind = answer->kind;
	memcpy(found->token, answer->token, sizeof(found->token));
	found->drift_known = answer->drift_known;
	found->drift = answer->drift;
	found->wait = answer->wait;
	if (answer->verdict == OTP_VERDICT_LOCKED)
		found->gate = OTP_GATE_LOCKED;
	else if (answer->wait > 0)
		found->gate = OTP_GATE_WAITING;
}

static enum otp_err
link_forget(const struct otp_tool *tool, struct otp_account *account,
    const uint8_t *id, unsigned *ret_count)
{
	const struct otp_link link = link_of(tool);
	const struct otp_request request = request_of(&account->subject);

	return otp_link_forget(&link, &request, id, ret_count, &account->fault);
}

static enum otp_err
link_resync(const struct otp_tool *tool, struct otp_account *account,
    const struct otp_select *selected, const char *first, const char *second,
    enum otp_verdict *ret_verdict)
{
	const struct otp_link link = link_of(tool);
	const struct otp_request request = request_of(&account->subject);

	return otp_link_resync(&link, &request, selected->index, first, second,
	    ret_verdict, &account->fault);
}

static enum otp_err
link_change(const struct otp_tool *tool, struct otp_account *account,
    struct otp_change *change, struct otp_recovery_set *ret_set,
    struct otp_own_result *ret_result)
{
	static const enum otp_wire_verb verbs[] = {
		[OTP_CHANGE_PUT] = OTP_WIRE_PUT,
		[OTP_CHANGE_RECOVERY] = OTP_WIRE_RECOVERY,
		[OTP_CHANGE_REMOVE] = OTP_WIRE_REMOVE,
	};
	const struct otp_link link = link_of(tool);
	const struct otp_request request = request_of(&account->subject);
	struct otp_link_done done;
	enum otp_err err;

	if (change->kind == OTP_CHANGE_ADDRESS)
		err = otp_link_address(&link, &request, change->step,
		    &change->proof, &change->address, change->number, &done,
		    &change->sent, &account->fault);
	else
		err = otp_link_change(&link, &request, verbs[change->kind],
		    &change->proof, &change->token, change->number, &done,
		    &account->fault);

	account->committed = done.committed;
	account->unknown = done.unknown;
	*ret_set = done.set;
	*ret_result = done.result;
	otp_wipe(&done, sizeof(done));
	return err;
}

static struct otp_link
link_of(const struct otp_tool *tool)
{
	return (struct otp_link){ .folder = tool->options.sockets,
		.socket = OTP_LINK_USER };
}

static struct otp_request
request_of(const struct otp_subject *subject)
{
	struct otp_request request = { .uid = subject->uid,
		.service = "otp-enroll" };

	memcpy(request.account, subject->account, sizeof(request.account));
	return request;
}

static const struct otp_backend backend_link = {
	.overview = link_overview,
	.inspect = link_inspect,
	.forget = link_forget,
	.resync = link_resync,
	.change = link_change,
};

/* --- Which -------------------------------------------------------------- */

void
otp_backend_choose(struct otp_tool *tool, const struct otp_command *command)
{
	tool->by_daemon = geteuid() != 0 && is_for_users(tool, command) &&
	    is_of_another(tool->options.store);
	tool->backend = tool->by_daemon ? &backend_link : &backend_store;
}

/* For their own account. */
static bool
is_for_users(const struct otp_tool *tool, const struct otp_command *command)
{
	const char *other = NULL;
	const struct passwd *named = NULL;

	if (!command->by_users ||
	    !otp_args_allowed(&tool->args, command->users_take, &other))
		return false;
	if (tool->args.user == NULL)
		return true;
	named = getpwnam(tool->args.user);
	return named != NULL && named->pw_uid == geteuid();
}

/*
 * Without a store there is nothing to ask for, and the store's error says so.
 */
static bool
is_of_another(const char *store)
{
	struct statx status = { 0 };
	enum otp_err err = OTP_OK;

	if (!otp_place_is_folder(store))
		return true; /* only root can read where it is */
	err = otp_path_status(AT_FDCWD, store, &status, NULL);
	if (err == OTP_OK)
		return status.stx_uid != geteuid();
	return err != OTP_ERR_ABSENT;
}
