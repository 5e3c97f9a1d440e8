/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/pam/daemon_test.c):
 *
 * 1. Without an answer of the daemon no user is let in, nor ignored
 *    (daemon__that_does_not_answer_lets_nobody_in).
 * 2. A login is decided in one way alone
 *    (daemon__is_not_asked_by_the_owner_of_the_store).
 * 3. The daemon decides about its own store alone, and by its own rules
 *    (daemon__is_not_asked_about_another_store,
 *    daemon__is_not_asked_to_judge_by_other_rules).
 * 4. A database is the daemon's, for root's programs too, and uid 0 is in files
 *    (tests/fleet/login.sh: database__is_the_daemons,
 *    database__is_not_asked_about_root).
 * 5. Root's programs alone tell the daemon from which device a login comes, and
 *    whose it is, and it knows no other login
 *    (daemon__is_told_nothing_that_only_root_can_know, tests/fleet/known.sh:
 *    device__is_known_on_all_hosts).
 */
#include "config.h"

#include "pam_module/decide.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/effects/attempt.h"
#include "common/effects/options_load.h"
#include "common/effects/place.h"
#include "common/effects/sys.h"
#include "common/link/client.h"
#include "common/store/path.h"
#include "pam_module/log.h"

static enum otp_link_socket socket_of(struct otp_login *login, uid_t user);
static enum otp_err check_daemons(struct otp_login *login, enum otp_err found);
static const char *other_rule(
    const struct otp_options *ours, const struct otp_options *daemons);
static struct otp_host host_of(const struct otp_login *login);
static struct otp_link link_of(const struct otp_login *login);
static struct otp_request request_of(const struct otp_login *login);
static bool was_stated(
    const struct otp_request *request, const struct otp_answer *known);

/*
 * Root reads files itself, and so does another user who owns them.  If another
 * store is missing, the module reports that itself.  A database is the daemon's
 * alone.
 */
enum otp_err
otp_decide_way(struct otp_login *login)
{
	const struct otp_place place =
	    otp_place_of(&login->options, login->request.uid);
	const bool is_folder = otp_place_is_folder(place.folder);
	const uid_t user = geteuid();
	struct statx status = { 0 };
	enum otp_err err = OTP_OK;

	login->way = OTP_WAY_DIRECT;
	if (user == 0 && is_folder)
		return OTP_OK;
	if (is_folder)
		err = otp_path_status(AT_FDCWD, place.folder, &status, NULL);
	if (is_folder && err == OTP_OK && status.stx_uid == user)
		return OTP_OK;
	login->socket = socket_of(login, user);
	login->way = OTP_WAY_LINK;
	return check_daemons(login, err);
}

static enum otp_link_socket
socket_of(struct otp_login *login, uid_t user)
{
	if (user == 0) {
		otp_log_debug(login, "way", "pam_otpd, as root");
		return OTP_LINK_ROOT;
	}
	if (login->request.uid == user) {
		otp_log_debug(login, "way", "pam_otpd, as the user");
		return OTP_LINK_USER;
	}
	otp_log_debug(login, "way", "pam_otpd, as a service");
	return OTP_LINK_SERVICE;
}

/*
 * The daemon reads the default configuration file, and judges by the rules that
 * this has.  FOUND: ABSENT, if LOGIN's store is a folder that is missing.
 */
static enum otp_err
check_daemons(struct otp_login *login, enum otp_err found)
{
	struct otp_options options;
	struct otp_fault fault = { 0 };
	const char *other;

	if (login->options.conf[0] == '\0')
		return OTP_OK;
	if (otp_options_load(0, NULL, &options, &fault) != OTP_OK ||
	    strcmp(options.store, login->options.store) != 0) {
		login->way = OTP_WAY_DIRECT;
		return found == OTP_ERR_ABSENT
		    ? OTP_OK
		    : otp_fault_set(&login->fault, OTP_ERR_OPTION, 0, "conf",
			  OTP_DETAIL_OTHER_STORE);
	}
	other = other_rule(&login->options, &options);
	if (other == NULL)
		return OTP_OK;
	return otp_fault_set(
	    &login->fault, OTP_ERR_OPTION, 0, other, OTP_DETAIL_OTHER_RULES);
}

/* The first option by which codes are judged and that is not the same. */
static const char *
other_rule(const struct otp_options *ours, const struct otp_options *daemons)
{
	const struct otp_policy *policy = &daemons->policy;

	if (ours->policy.window != policy->window)
		return "window";
	if (ours->policy.lookahead != policy->lookahead)
		return "lookahead";
	if (ours->policy.delay_after != policy->delay_after)
		return "delay_after";
	if (ours->policy.lock_after != policy->lock_after)
		return "lock_after";
	return ours->virtual_users != daemons->virtual_users ? "virtual_users"
							     : NULL;
}

enum otp_err
otp_decide_look(
    struct otp_login *login, bool want_enrolled, struct otp_look *ret_look)
{
	const struct otp_host host = host_of(login);
	const struct otp_link link = link_of(login);
	const struct otp_request request = request_of(login);
	enum otp_err err;

	if (login->way == OTP_WAY_DIRECT)
		return otp_look_at(&host, &login->request, want_enrolled,
		    ret_look, &login->fault);
	err = otp_link_look(
	    &link, &request, want_enrolled, ret_look, &login->fault);
	if (err == OTP_OK && !was_stated(&request, &ret_look->known))
		ret_look->known.verdict = OTP_VERDICT_REJECT;
	return err;
}

/* The daemon can know a login by what was said of it alone. */
static bool
was_stated(const struct otp_request *request, const struct otp_answer *known)
{
	static const struct otp_caller no_device;
	static const struct otp_owner no_owner;

	return known->fresh
	    ? otp_known_is_possible(request->uid, &no_device, &request->owner)
	    : otp_known_is_possible(request->uid, &request->device, &no_owner);
}

enum otp_err
otp_decide_try(struct otp_login *login, const char *typed)
{
	const struct otp_host host = host_of(login);
	const struct otp_link link = link_of(login);
	const struct otp_request request = request_of(login);

	return login->way == OTP_WAY_DIRECT
	    ? otp_attempt_try(
		  &host, &login->request, typed, &login->answer, &login->fault)
	    : otp_link_try(
		  &link, &request, typed, &login->answer, &login->fault);
}

static bool
has_news(const struct otp_answer *answer)
{
	return answer->unreported > 0 || answer->replays > 0;
}

/*
 * The daemon believes root alone: for others, the user is told again at the
 * next login.
 */
bool
otp_decide_told(const struct otp_login *login)
{
	const struct otp_host host = host_of(login);
	const struct otp_link link = link_of(login);
	const struct otp_request request = request_of(login);

	if (login->way == OTP_WAY_DIRECT)
		return otp_attempt_told(&host, &login->request, &login->answer);
	return login->socket == OTP_LINK_ROOT && has_news(&login->answer) &&
	    otp_link_told(&link, &request, &login->answer);
}

enum otp_err
otp_decide_send(
    struct otp_login *login, const char *typed, struct otp_sent *ret_sent)
{
	const struct otp_host host = host_of(login);
	const struct otp_link link = link_of(login);
	const struct otp_request request = request_of(login);

	if (login->way == OTP_WAY_DIRECT)
		return otp_post_code(&host, login->options.sockets,
		    &login->request, typed, ret_sent, &login->fault);
	if (login->socket != OTP_LINK_USER)
		return otp_link_send(
		    &link, &request, typed, ret_sent, &login->fault);
	ret_sent->delivery = OTP_DELIVERY_NOT_ROOT;
	return OTP_OK;
}

bool
otp_decide_can_enrol(const struct otp_login *login)
{
	return login->way == OTP_WAY_DIRECT ||
	    (login->way == OTP_WAY_LINK && login->socket == OTP_LINK_ROOT);
}

enum otp_err
otp_decide_begin(const struct otp_login *login, struct otp_account *account,
    const struct otp_token *token, struct otp_enrolment *ret_enrolment)
{
	const struct otp_sys *sys = account->host->sys;
	const char *typed = login->secrets.typed;
	struct otp_token *made = &ret_enrolment->token;
	enum otp_err err;

	if (login->way == OTP_WAY_DIRECT)
		return otp_enrol_begin_invited(
		    account, typed != NULL ? typed : "", token, ret_enrolment);
	*ret_enrolment = (struct otp_enrolment){ .mode = OTP_ENROL_REPLACE,
		.token = *token };
	made->secret_size = OTP_OWN_SECRET_SIZE;
	err = sys->random(sys->context, made->secret, made->secret_size);
	return err == OTP_OK ? otp_token_check(made, &account->fault) : err;
}

enum otp_err
otp_decide_put(const struct otp_login *login, struct otp_account *account,
    const struct otp_enrolment *enrolment, const struct otp_recovery_set *set)
{
	const struct otp_link link = link_of(login);
	const struct otp_request request = request_of(login);
	const char *typed = login->secrets.typed;

	if (login->way == OTP_WAY_DIRECT)
		return otp_enrol_put(account, enrolment, set);
	return otp_link_enrol(&link, &request, typed != NULL ? typed : "",
	    enrolment, set, &account->fault);
}

void
otp_decide_host(const struct otp_login *login, struct otp_host *ret_host)
{
	*ret_host = host_of(login);
}

static struct otp_host
host_of(const struct otp_login *login)
{
	return (struct otp_host){
		.sys = &otp_sys_host,
		.store = otp_place_of(&login->options, login->request.uid),
		.policy = &login->options.policy,
	};
}

static struct otp_link
link_of(const struct otp_login *login)
{
	return (struct otp_link){ .folder = login->options.sockets,
		.socket = login->socket };
}

/*
 * What the daemon takes from root alone is not said, nor what it does not take
 * from a user's own programs.
 */
static struct otp_request
request_of(const struct otp_login *login)
{
	struct otp_request request = login->request;

	if (login->socket == OTP_LINK_ROOT)
		return request;
	if (login->socket == OTP_LINK_USER)
		request.tell = false;
	request.device = (struct otp_caller){ .remember_for = 0 };
	request.owner = (struct otp_owner){ .has_host = false };
	return request;
}
