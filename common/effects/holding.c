/* SPDX-License-Identifier: BSD-2-Clause */
#include "holding.h"

#include <string.h>

#include "common/core/mark.h"
#include "common/core/recovery.h"
#include "common/core/wipe.h"

static void
load_state(struct otp_holding *holding)
{
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_store_load(holding->store, &holding->state, &fault);

	if (err == OTP_OK && holding->state.uid != holding->subject->uid)
		err = otp_fault_set(&fault, OTP_ERR_UID, 0, NULL,
		    N_("the state is of another account's uid"));
	holding->state_err = err;
	holding->state_fault = fault;
}

static void
read_seed(struct otp_holding *holding)
{
	struct otp_fault fault = { 0 };

	holding->seed_err =
	    otp_store_seed(holding->store, &holding->seed, &fault);
	holding->seed_fault = fault;
}

static enum otp_err
blame(const struct otp_holding *holding, enum otp_err err,
    const struct otp_fault *fault)
{
	if (err != OTP_OK && holding->fault)
		*holding->fault = *fault;
	return err;
}

enum otp_err
otp_holding_blame_state(const struct otp_holding *holding)
{
	return blame(holding, holding->state_err, &holding->state_fault);
}

enum otp_err
otp_holding_blame_seed(const struct otp_holding *holding)
{
	return blame(holding, holding->seed_err, &holding->seed_fault);
}

enum otp_err
otp_holding_open(struct otp_holding *holding, const struct otp_host *host,
    const struct otp_subject *subject, struct otp_fault *fault)
{
	enum otp_err err;

	memset(holding, 0, sizeof(*holding));
	holding->host = host;
	holding->subject = subject;
	holding->fault = fault;
	err = host->sys->time(host->sys->context, &holding->now);
	if (err == OTP_OK)
		err = otp_store_open(
		    host->store, subject->account, &holding->store, fault);
	if (err != OTP_OK)
		return err;
	load_state(holding);
	if (holding->state_err == OTP_ERR_LOCK_TIMEOUT)
		return otp_holding_blame_state(holding);
	read_seed(holding);
	return OTP_OK;
}

void
otp_holding_close(struct otp_holding *holding)
{
	otp_store_close(holding->store);
	otp_wipe(holding, sizeof(*holding));
}

bool
otp_holding_lost_seed(const struct otp_holding *holding)
{
	return holding->seed_err == OTP_ERR_ABSENT &&
	    holding->state_err == OTP_OK && holding->state.enrolled;
}

enum otp_err
otp_holding_need_state(struct otp_holding *holding)
{
	struct otp_state fresh = { .uid = holding->subject->uid };
	enum otp_err err;

	if (holding->state_err != OTP_ERR_ABSENT)
		return otp_holding_blame_state(holding);
	err = otp_store_create(holding->store, &fresh, holding->fault);
	if (err != OTP_OK && err != OTP_ERR_EXISTS)
		return err;
	load_state(holding); /* our own, or the one that came in between */
	if (holding->state_err == OTP_OK)
		read_seed(holding);
	return otp_holding_blame_state(holding);
}

enum otp_err
otp_holding_commit(struct otp_holding *holding)
{
	enum otp_err err = otp_store_put(
	    holding->store, &holding->state, OTP_PUT_COMMIT, holding->fault);

	if (err == OTP_OK)
		err = otp_store_load(
		    holding->store, &holding->state, holding->fault);
	return err;
}

enum otp_err
otp_holding_claim(struct otp_holding *holding, const struct otp_seed *seed,
    enum otp_kind kind, const uint8_t id[OTP_ID_SIZE],
    struct otp_credential **ret_credential)
{
	return otp_state_claim(&holding->state, seed,
	    holding->seed_err == OTP_OK ? &holding->seed : NULL, kind, id,
	    holding->now, ret_credential);
}

/* One new code: its text, and what the seed keeps of it. */
static enum otp_err
make_code(const struct otp_sys *sys, char text[OTP_RECOVERY_TEXT_SIZE],
    struct otp_recovery *ret_recovery)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	uint8_t salt[OTP_RECOVERY_SALT_SIZE];
	enum otp_err err = sys->random(sys->context, code, sizeof(code));

	if (err == OTP_OK)
		err = sys->random(sys->context, salt, sizeof(salt));
	if (err == OTP_OK)
		err = otp_recovery_make(code, salt, ret_recovery);
	if (err == OTP_OK)
		otp_recovery_text(code, text);
	otp_wipe(code, sizeof(code));
	return err;
}

enum otp_err
otp_holding_make_set(
    const struct otp_sys *sys, unsigned count, struct otp_recovery_set *ret_set)
{
	enum otp_err err = OTP_OK;

	memset(ret_set, 0, sizeof(*ret_set));
	if (count > OTP_SEED_RECOVERY)
		return OTP_ERR_FULL;
	for (unsigned i = 0; i < count && err == OTP_OK; i++)
		err = make_code(sys, ret_set->text[i], &ret_set->kept[i]);
	if (err == OTP_OK)
		ret_set->count = count;
	else
		otp_wipe(ret_set, sizeof(*ret_set));
	return err;
}

enum otp_err
otp_holding_recovery(struct otp_holding *holding,
    const struct otp_recovery_set *set, struct otp_seed *seed)
{
	memcpy(seed->recovery, set->kept, sizeof(set->kept));
	seed->recovery_count = set->count;
	for (unsigned i = 0; i < set->count; i++) {
		struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];
		enum otp_err err;

		otp_recovery_id(&seed->recovery[i], id);
		err = otp_holding_claim(
		    holding, seed, OTP_RECOVERY, id, &credential);
		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

enum otp_err
otp_holding_put(struct otp_holding *holding, const struct otp_seed *seed)
{
	enum otp_err err = otp_holding_commit(holding);

	if (err == OTP_OK)
		err = otp_store_put_seed(holding->store, seed, holding->fault);
	if (err != OTP_OK || holding->state.enrolled)
		return err;
	holding->state.enrolled = true;
	return otp_holding_commit(holding);
}
