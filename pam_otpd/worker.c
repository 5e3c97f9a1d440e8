/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/daemon_test.c:
 *
 * 1. No file of the store is opened for a request that is not allowed
 *    (daemon__refuses_another_account).
 * 2. A configuration that is wrong refuses every request
 *    (daemon__refuses_with_a_wrong_configuration).
 * 3. What a caller who is not root states of the account does not count
 *    (daemon__does_not_believe_a_caller).
 */
#include "config.h"

#include "pam_otpd/worker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "common/effects/attempt.h"
#include "common/effects/enrol.h"
#include "common/effects/known.h"
#include "common/effects/look.h"
#include "common/effects/options_load.h"
#include "common/effects/overview.h"
#include "common/effects/place.h"
#include "common/effects/post.h"
#include "common/fleet/load.h"
#include "pam_otpd/account.h"
#include "pam_otpd/change.h"
#include "pam_otpd/draw.h"
#include "pam_otpd/enroll.h"
#include "pam_otpd/address.h"
#include "pam_otpd/report.h"

/* Nothing is charged before: a user database that hangs ends the process. */
#define ALLOW_SECONDS 8

#define ARGUMENT_SIZE (OTP_PATH_SIZE + sizeof("conf="))

static enum otp_err read_options(
    const char *, struct otp_options *, struct otp_fault *);
static enum otp_err request_allow(const struct otp_job *,
    const struct otp_options *, struct otp_request *, struct otp_fault *);
static enum otp_err request_run(const struct otp_job *,
    const struct otp_options *, const struct otp_request *, struct otp_told *,
    struct otp_wire_answer *);
static void request_tell(const struct otp_job *, const struct otp_options *,
    const struct otp_request *, const struct otp_told *,
    const struct otp_wire_answer *);
static bool is_change(enum otp_wire_verb);
static const char *change_text(
    const struct otp_wire_request *, const struct otp_wire_answer *);
static void request_notice(const struct otp_job *, const struct otp_options *,
    const struct otp_request *, struct otp_answer *);
static enum otp_err request_status(const struct otp_host *,
    const struct otp_wire_request *, const struct otp_request *,
    struct otp_wire_answer *);
static bool overview_has(
    const struct otp_overview *, const struct otp_wire_place *);
static enum otp_err request_forget(const struct otp_job *,
    const struct otp_host *, const struct otp_request *,
    struct otp_wire_answer *);
static enum otp_err request_resync(const struct otp_job *,
    const struct otp_host *, const struct otp_request *,
    struct otp_wire_answer *);
static enum otp_err token_id(const struct otp_host *,
    const struct otp_subject *, uint32_t, uint8_t[OTP_ID_SIZE],
    struct otp_wire_answer *);
static enum otp_err snapshot_read(const struct otp_host *,
    const struct otp_subject *, struct otp_snapshot *,
    struct otp_wire_answer *);
static struct otp_subject subject_of(const struct otp_request *);
static bool request_told(const struct otp_host *,
    const struct otp_wire_request *, const struct otp_request *);

void
otp_worker_run(const struct otp_job *job, struct otp_wire_answer *ret_answer)
{
	const struct otp_wire_request *message = job->request;
	struct otp_wire_answer answer = { .version = message->version,
		.verb = message->verb };
	struct otp_request request = message->request;
	struct otp_told told = { .to_count = 0 };
	struct otp_options options;

	memcpy(answer.account, request.account, sizeof(answer.account));
	answer.err = read_options(job->conf, &options, &answer.fault);
	(void)alarm(ALLOW_SECONDS);
	if (answer.err == OTP_OK)
		answer.err =
		    request_allow(job, &options, &request, &answer.fault);
	(void)alarm(0);
	if (answer.err == OTP_OK)
		answer.err =
		    request_run(job, &options, &request, &told, &answer);
	otp_rights_conceal(job->listener, &answer);
	/* What no account has as its name may be a password. */
	if (request.uid == OTP_UID_VIRTUAL &&
	    (answer.err == OTP_ERR_READ || answer.err == OTP_ERR_LIMIT ||
		answer.err == OTP_ERR_NAME || answer.err == OTP_ERR_NOMEM))
		answer.fault.where[0] = '\0';
	if (message->verb == OTP_WIRE_TRY && answer.err != OTP_ERR_DENIED)
		otp_report_try(job, &request, &answer);
	if ((message->verb == OTP_WIRE_TRY && answer.err == OTP_OK) ||
	    message->verb == OTP_WIRE_ENROLL)
		request_notice(job, &options, &request, &answer.answer);
	request_tell(job, &options, &request, &told, &answer);
	if ((message->verb == OTP_WIRE_SEND && answer.err != OTP_ERR_DENIED) ||
	    (message->verb == OTP_WIRE_ADDRESS &&
		answer.sent.delivery != OTP_DELIVERY_NO_ADDRESS))
		otp_report_sent(job, &request, &answer);
	*ret_answer = answer;
	otp_wipe(&answer, sizeof(answer));
}

static enum otp_err
read_options(
    const char *conf, struct otp_options *ret_options, struct otp_fault *fault)
{
	char argument[ARGUMENT_SIZE];
	const char *arguments[] = { argument };

	otp_options_default(ret_options);
	if (conf == NULL)
		return otp_options_load(0, NULL, ret_options, fault);
	if ((size_t)snprintf(argument, sizeof(argument), "conf=%s", conf) >=
	    sizeof(argument))
		return otp_fault_set(
		    fault, OTP_ERR_OPTION, 0, "conf", OTP_DETAIL_TOO_LONG);
	return otp_options_load(1, arguments, ret_options, fault);
}

/*
 * Root says what the user database says; for other callers it is asked here.
 */
static enum otp_err
request_allow(const struct otp_job *job, const struct otp_options *options,
    struct otp_request *request, struct otp_fault *fault)
{
	struct otp_entry by_name = { .found = false };
	struct otp_entry by_uid = { .found = false };
	const struct otp_claim claim = {
		.listener = job->listener,
		.peer = job->peer,
		.verb = job->request->verb,
		.account = request->account,
		.uid = request->uid,
		.by_name = &by_name,
		.by_uid = &by_uid,
	};
	enum otp_err err = OTP_OK;

	if (job->listener == OTP_LISTENER_USER)
		err = otp_entry_by_uid(job->peer, &by_uid, fault);
	/* A user does not choose which names are looked up. */
	if (err == OTP_OK && job->listener == OTP_LISTENER_USER &&
	    strcmp(by_uid.name, request->account) != 0)
		err = OTP_ERR_DENIED;
	if (err == OTP_OK && job->listener != OTP_LISTENER_ROOT &&
	    request->account[0] != '\0')
		err = otp_entry_by_name(request->account, &by_name, fault);
	if (err != OTP_OK)
		return err;
	if (!otp_rights_allow(&claim))
		return OTP_ERR_DENIED;
	otp_rights_restrict(job->listener, request);
	if (job->listener != OTP_LISTENER_ROOT)
		request->unknown = !by_name.found &&
		    (!options->virtual_users || request->account[0] == '\0');
	return OTP_OK;
}

static enum otp_err
request_run(const struct otp_job *job, const struct otp_options *options,
    const struct otp_request *request, struct otp_told *told,
    struct otp_wire_answer *answer)
{
	const struct otp_wire_request *message = job->request;
	const struct otp_host ours = {
		.sys = &otp_sys_host,
		.store = otp_place_of(options, request->uid),
		.policy = &options->policy,
	};
	const struct otp_host *host = &ours;
	const struct otp_subject subject = subject_of(request);
	enum otp_err err = otp_fleet_use(ours.store.folder, &answer->fault);

	if (err != OTP_OK)
		return err;
	if (options->notify && is_change(message->verb))
		otp_post_note(host, subject.account, told);
	switch (message->verb) {
	case OTP_WIRE_LOOK:
		return otp_look_at(host, request, message->want_enrolled,
		    &answer->look, &answer->fault);
	case OTP_WIRE_TRY:
		return otp_attempt_try(host, request, message->typed,
		    &answer->answer, &answer->fault);
	case OTP_WIRE_TOLD:
		answer->noted = request_told(host, message, request);
		return OTP_OK;
	case OTP_WIRE_STATUS:
		return request_status(host, message, request, answer);
	case OTP_WIRE_FORGET:
		return request_forget(job, host, request, answer);
	case OTP_WIRE_RESYNC:
		return request_resync(job, host, request, answer);
	case OTP_WIRE_SEND:
		return otp_post_code(host, options->sockets, request,
		    message->typed, &answer->sent, &answer->fault);
	case OTP_WIRE_PUT:
	case OTP_WIRE_RECOVERY:
	case OTP_WIRE_REMOVE:
		return otp_change_run(
		    job, host, &subject, options->self_enroll, answer);
	case OTP_WIRE_ADDRESS:
		return otp_own_address_run(
		    job, host, &subject, options->sockets, answer);
	case OTP_WIRE_ENROLL:
		return otp_enroll_run(job, host, request, answer);
	case OTP_WIRE_DRAW:
		return otp_draw_run(message->typed, &answer->drawing);
	}
	return OTP_ERR_DENIED;
}

/* Sent here, so that no answer has an address. */
static void
request_notice(const struct otp_job *job, const struct otp_options *options,
    const struct otp_request *request, struct otp_answer *answer)
{
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (answer->told.notice.kind == OTP_NOTICE_NONE)
		return;
	err = otp_post_notice(options->sockets, request, answer, &fault);
	otp_report_notice(job, request,
	    otp_notice_name(answer->told.notice.kind), err, &fault);
	memset(&answer->told, 0, sizeof(answer->told));
}

/*
 * The addresses that the account had before, which a change may have removed.
 */
static void
request_tell(const struct otp_job *job, const struct otp_options *options,
    const struct otp_request *request, const struct otp_told *told,
    const struct otp_wire_answer *answer)
{
	const char *text = change_text(job->request, answer);
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (text == NULL || told->to_count == 0)
		return;
	err = otp_post_change(&otp_sys_host, options->sockets, request->account,
	    told, text, &fault);
	otp_report_notice(job, request, "change", err, &fault);
}

static bool
is_change(enum otp_wire_verb verb)
{
	return verb == OTP_WIRE_FORGET || otp_wire_is_own(verb);
}

/* What was changed, or NULL. */
static const char *
change_text(const struct otp_wire_request *message,
    const struct otp_wire_answer *answer)
{
	if (message->verb == OTP_WIRE_FORGET)
		return answer->err == OTP_OK && answer->forgotten > 0
		    ? "known devices were forgotten"
		    : NULL;
	if (!answer->committed)
		return NULL;
	if (message->verb == OTP_WIRE_ADDRESS)
		return otp_own_address_text(message->change.step);
	if (message->verb == OTP_WIRE_REMOVE)
		return "a token was removed";
	if (message->verb == OTP_WIRE_RECOVERY)
		return "the recovery codes were replaced";
	if (answer->own.invited)
		return "an invitation was used: all tokens, recovery codes\n"
		       "and addresses were replaced";
	return message->change.mode == OTP_ENROL_REPLACE
	    ? "all tokens, recovery codes and addresses were replaced"
	    : "a token was added";
}

/*
 * The client asked for the whole first, so it knows how many parts there are.
 */
static enum otp_err
request_status(const struct otp_host *host,
    const struct otp_wire_request *message, const struct otp_request *request,
    struct otp_wire_answer *answer)
{
	const struct otp_subject subject = subject_of(request);
	struct otp_overview *overview = &answer->overview;
	struct otp_snapshot snapshot;
	enum otp_err err = snapshot_read(host, &subject, &snapshot, answer);

	if (err == OTP_OK)
		otp_overview_of(host, &snapshot, &subject.uid, overview);
	otp_snapshot_wipe(&snapshot);
	if (err != OTP_OK)
		return err;
	answer->place = message->place;
	if (!overview_has(overview, &message->place))
		return OTP_ERR_CONFLICT;
	answer->fault = overview->fault;
	answer->look.exemption = overview->exemption;
	return OTP_OK;
}

static bool
overview_has(
    const struct otp_overview *overview, const struct otp_wire_place *place)
{
	switch (place->part) {
	case OTP_PART_WHOLE:
		return true;
	case OTP_PART_TOKEN:
		return place->number < overview->tokens_count;
	case OTP_PART_ADDRESS:
		return place->number < overview->addresses_count;
	case OTP_PART_DEVICE:
		return place->number < overview->devices.count;
	}
	return false;
}

static enum otp_err
request_forget(const struct otp_job *job, const struct otp_host *host,
    const struct otp_request *request, struct otp_wire_answer *answer)
{
	const struct otp_subject subject = subject_of(request);
	struct otp_account account = otp_account_of(host, &subject);
	const uint8_t *id = job->request->all ? NULL : job->request->forgotten;
	const enum otp_err err =
	    otp_known_forget(&account, id, &answer->forgotten);

	answer->fault = account.fault;
	if (account.committed)
		otp_report_change(
		    job, &subject, "devices-forgotten", NULL, NULL);
	return err;
}

/*
 * A number stands for the token that has it now: the codes prove that it does.
 */
static enum otp_err
request_resync(const struct otp_job *job, const struct otp_host *host,
    const struct otp_request *request, struct otp_wire_answer *answer)
{
	const struct otp_wire_request *message = job->request;
	const struct otp_subject subject = subject_of(request);
	struct otp_account account = otp_account_of(host, &subject);
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = token_id(host, &subject, message->token, id, answer);

	account.by_other = request->by_other;
	if (err != OTP_OK)
		return err;
	err = otp_enrol_resync(
	    &account, id, message->typed, message->second, &answer->resync);
	answer->fault = account.fault;
	if (account.committed)
		otp_report_change(job, &subject, "resynchronised", NULL, NULL);
	else if (err == OTP_OK)
		otp_report_change(job, &subject, "resync-refused",
		    otp_verdict_reason(answer->resync), NULL);
	if (err != OTP_OK)
		answer->resync = OTP_VERDICT_REJECT;
	return err;
}

/* The id of token NUMBER of SUBJECT. */
static enum otp_err
token_id(const struct otp_host *host, const struct otp_subject *subject,
    uint32_t number, uint8_t ret_id[OTP_ID_SIZE],
    struct otp_wire_answer *answer)
{
	struct otp_snapshot snapshot;
	enum otp_err err = snapshot_read(host, subject, &snapshot, answer);

	if (err == OTP_OK)
		err = otp_snapshot_enrolled(&snapshot, &answer->fault);
	if (err == OTP_OK && number >= snapshot.seed.tokens_count)
		err = OTP_ERR_ABSENT;
	if (err == OTP_OK)
		err = otp_token_id(&snapshot.seed.tokens[number], ret_id);
	otp_snapshot_wipe(&snapshot);
	return err;
}

/* A state of another uid is a former user's of that name, and not shown. */
static enum otp_err
snapshot_read(const struct otp_host *host, const struct otp_subject *subject,
    struct otp_snapshot *ret_snapshot, struct otp_wire_answer *answer)
{
	enum otp_err err = otp_snapshot_read(
	    host, subject->account, ret_snapshot, &answer->fault);

	if (err != OTP_OK)
		return err;
	otp_snapshot_bind(ret_snapshot, subject->uid);
	if (ret_snapshot->state_err == OTP_ERR_UID)
		err = otp_snapshot_state_err(ret_snapshot, &answer->fault);
	return err;
}

static struct otp_subject
subject_of(const struct otp_request *request)
{
	struct otp_subject subject = { .uid = request->uid };

	memcpy(subject.account, request->account, sizeof(subject.account));
	return subject;
}

static bool
request_told(const struct otp_host *host,
    const struct otp_wire_request *message, const struct otp_request *request)
{
	const struct otp_answer news = {
		.verdict = OTP_VERDICT_ACCEPT,
		.generation = message->generation,
		.unreported = message->unreported,
		.replays = message->replays,
	};

	return !request->unknown && otp_attempt_told(host, request, &news);
}
