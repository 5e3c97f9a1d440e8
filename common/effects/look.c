/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/look.h"

#include <errno.h>

#include "common/core/wipe.h"
#include "common/effects/known.h"
#include "common/effects/snapshot.h"
#include "common/store/store.h"

/* A secret, if the seed is in it: wiped at the end. */
struct look {
	const struct otp_host *host;
	const struct otp_request *request;
	bool want_enrolled;
	bool want_known;
	struct otp_store *store;
	struct otp_snapshot account;
};

static enum otp_err look_account(
    struct look *, struct otp_look *, struct otp_fault *);
static enum otp_err look_open(struct look *, struct otp_fault *);
static void look_standing(const struct look *, struct otp_look *);
static enum otp_err look_enrolled(
    struct look *, struct otp_look *, struct otp_fault *);
static bool look_seed(struct look *, struct otp_look *);
static enum otp_err check_index(const struct look *, bool, struct otp_fault *);
static void look_known(struct look *, struct otp_answer *);

enum otp_err
otp_look_at(const struct otp_host *host, const struct otp_request *request,
    bool want_enrolled, struct otp_look *ret_look, struct otp_fault *fault)
{
	const bool want_known = otp_known_is_possible(
	    request->uid, &request->device, &request->owner);
	struct otp_look seen = { .known = { .verdict = OTP_VERDICT_REJECT,
				     .last_success = -1 } };
	enum otp_err err = OTP_OK;

	/* Nearly always there is nothing to see, without opening the store. */
	if (!request->unknown &&
	    (want_enrolled || want_known ||
		otp_store_may_have_standing(host->store, request->account))) {
		struct look look = { .host = host,
			.request = request,
			.want_enrolled = want_enrolled,
			.want_known = want_known };

		err = look_account(&look, &seen, want_enrolled ? fault : NULL);
	}
	*ret_look = seen;
	return want_enrolled ? err : OTP_OK;
}

static enum otp_err
look_account(struct look *look, struct otp_look *seen, struct otp_fault *fault)
{
	struct otp_fault ignored = { 0 };
	enum otp_err err = look_open(look, fault);

	if (err != OTP_OK)
		return err;
	look_standing(look, seen);
	switch (seen->standing) {
	case OTP_STANDING_SUSPENDED:
		break;
	case OTP_STANDING_EXEMPT: /* whatever is wrong, they are not asked */
		if (look->want_enrolled &&
		    look_enrolled(look, seen, &ignored) != OTP_OK)
			seen->enrolled = OTP_ENROLLED_UNKNOWN;
		break;
	case OTP_STANDING_USUAL:
		if (look->want_enrolled)
			err = look_enrolled(look, seen, fault);
		if (err == OTP_OK && look->want_known)
			look_known(look, &seen->known);
		break;
	}
	otp_store_close(look->store);
	otp_wipe(look, sizeof(*look));
	return err;
}

/* A clock that fails leaves 0: too early for all that depends on the time. */
static enum otp_err
look_open(struct look *look, struct otp_fault *fault)
{
	const struct otp_host *host = look->host;
	struct otp_snapshot *account = &look->account;
	enum otp_err err = otp_store_open(
	    host->store, look->request->account, &look->store, fault);

	if (err != OTP_OK)
		return err;
	(void)host->sys->time(host->sys->context, &account->now);
	if (look->want_known)
		otp_snapshot_seed(account, look->store);
	otp_snapshot_state(account, look->store);
	/* If it was perhaps just being written, it is read under the lock. */
	if (look->want_enrolled && account->state_err == OTP_ERR_CHECKSUM)
		account->state_err = otp_store_load(
		    look->store, &account->state, &account->state_fault);
	return OTP_OK;
}

static void
look_standing(const struct look *look, struct otp_look *seen)
{
	const struct otp_snapshot *account = &look->account;

	if (account->state_err != OTP_OK)
		return;
	seen->standing = otp_standing_judge(
	    &account->state, look->request->uid, account->now);
	if (seen->standing == OTP_STANDING_EXEMPT)
		seen->exemption = account->state.exemption;
}

static enum otp_err
look_enrolled(struct look *look, struct otp_look *seen, struct otp_fault *fault)
{
	struct otp_snapshot *account = &look->account;
	bool has_seed = false;
	enum otp_err err;

	err = otp_snapshot_state_err(account, fault);
	if (err != OTP_OK && err != OTP_ERR_ABSENT)
		return err;
	err = otp_store_has_seed(look->store, &has_seed, fault);
	if (err != OTP_OK)
		return err;
	if (has_seed && account->state_err == OTP_ERR_ABSENT)
		err = otp_snapshot_not_adopted(fault);
	else if (!has_seed && account->state_err == OTP_OK &&
	    account->state.enrolled)
		err = otp_snapshot_seed_gone(fault);
	else if (has_seed && !account->state.enrolled)
		has_seed = look_seed(look, seen);
	if (err == OTP_OK && !has_seed)
		err = check_index(
		    look, account->state_err == OTP_ERR_ABSENT, fault);
	if (err == OTP_OK)
		seen->enrolled = has_seed ? OTP_ENROLLED_YES : OTP_ENROLLED_NO;
	return err;
}

/* Whether the seed has more than an invitation. */
static bool
look_seed(struct look *look, struct otp_look *seen)
{
	struct otp_snapshot *account = &look->account;

	otp_snapshot_seed(account, look->store);
	if (otp_snapshot_has_seed(account))
		return true;
	seen->invited = account->seed_err == OTP_OK &&
	    otp_state_invitation(&account->state, &account->seed.invitation) !=
		OTP_RECOVERY_USED;
	return false;
}

/*
 * Nothing of the account says that it is enrolled.  It may be under a former
 * name, or its state (LOST) and seed are gone.
 */
static enum otp_err
check_index(const struct look *look, bool lost, struct otp_fault *fault)
{
	bool ours = false;
	enum otp_err err =
	    otp_store_check_uid(look->store, look->request->uid, &ours, fault);

	if (err == OTP_OK && ours && lost)
		err = otp_fault_set(fault, OTP_ERR_NO_STATE, ENOENT, NULL,
		    OTP_DETAIL_STATE_GONE);
	return err;
}

static void
look_known(struct look *look, struct otp_answer *answer)
{
	const struct otp_request *request = look->request;
	const struct otp_policy *policy = look->host->policy;
	struct otp_snapshot *account = &look->account;

	otp_snapshot_bind(account, request->uid);
	if (otp_known_is(account, policy, request->uid, &request->device,
		&answer->device_left))
		answer->verdict = OTP_VERDICT_ACCEPT;
	else
		answer->fresh = otp_known_is_fresh(
		    account, policy, request->uid, &request->owner);
	if (answer->fresh)
		answer->verdict = OTP_VERDICT_ACCEPT;
}
