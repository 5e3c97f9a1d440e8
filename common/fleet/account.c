/* SPDX-License-Identifier: BSD-2-Clause */
/* An account's row, as it is loaded, judged and put. */
#include "config.h"

#include <string.h>
#include <time.h>

#include "common/core/wipe.h"
#include "common/fleet/kind_internal.h"

#define CLOCKS_APART 30 /* seconds */
#define STATE_FORMAT 1

static enum otp_err decode(struct otp_store *store, struct otp_fault *fault);

/* Load the row; what is in it is judged later. */
enum otp_err
otp_fleet_fetch(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = OTP_ERR_DATABASE;

	store->read = store->locked = store->kept = store->taken = false;
	if (otp_session.database != NULL)
		err = otp_session_outcome(
		    otp_database_load(otp_session.database, store->account,
			otp_session.attempt, LOAD_MS, &store->row, fault));
	store->read = err == OTP_OK;
	return err;
}

/* The row, loaded if it is not yet, and its state. */
enum otp_err
otp_fleet_read(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = store->read ? OTP_OK : otp_fleet_fetch(store, fault);

	if (err == OTP_OK)
		err = otp_fleet_check_clock(store, fault);
	if (err == OTP_OK && !store->row.has_state)
		return otp_fault_set(
		    fault, OTP_ERR_ABSENT, 0, store->account, OTP_DETAIL_NONE);
	return err == OTP_OK ? decode(store, fault) : err;
}

/* Codes are right or used by this host's clock, and delays end by it. */
enum otp_err
otp_fleet_check_clock(const struct otp_store *store, struct otp_fault *fault)
{
	struct timespec now;
	int64_t apart;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return OTP_ERR_CLOCK;
	apart = (int64_t)now.tv_sec - store->row.now / 1000000;
	return apart <= CLOCKS_APART && apart >= -CLOCKS_APART
	    ? OTP_OK
	    : otp_fault_set(
		  fault, OTP_ERR_CLOCK, 0, NULL, OTP_DETAIL_CLOCKS_APART);
}

static enum otp_err
decode(struct otp_store *store, struct otp_fault *fault)
{
	const struct otp_database_row *row = &store->row;
	struct otp_slots slots;
	enum otp_err err;

	if (row->epoch != row->fleet_epoch)
		return otp_fault_set(fault, OTP_ERR_CHECKSUM, 0, store->account,
		    OTP_DETAIL_EARLIER_EPOCH);
	if (row->format != STATE_FORMAT)
		return otp_fault_set(fault, OTP_ERR_STATE_VERSION, 0,
		    store->account, OTP_DETAIL_FLEET_FORMAT);
	memset(store->image, 0, sizeof(store->image));
	memcpy(store->image, row->state, row->state_size);
	err = otp_slots_read(store->image, &store->state, &slots);
	if (err == OTP_OK && slots.record_size != row->state_size)
		err = OTP_ERR_CHECKSUM;
	if (err != OTP_OK)
		return otp_fault_set(
		    fault, err, 0, store->account, OTP_DETAIL_NONE);
	store->state.generation = (uint64_t)row->generation;
	return OTP_OK;
}

/* STATE into the row, as a record of pam_otp_store(5). */
enum otp_err
otp_fleet_encode(struct otp_store *store, const struct otp_state *state)
{
	struct otp_state same;
	struct otp_slots slots;
	enum otp_err err = otp_slots_init_image(state, store->image);

	if (err == OTP_OK)
		err = otp_slots_read(store->image, &same, &slots);
	otp_wipe(&same, sizeof(same));
	if (err != OTP_OK)
		return err;
	memcpy(store->row.state, store->image, slots.record_size);
	store->row.state_size = slots.record_size;
	return OTP_OK;
}

enum otp_err
otp_fleet_put_state(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	const bool keep = put == OTP_PUT_CHARGE || store->taken;
	enum otp_err err = otp_fleet_encode(store, state);

	if (err == OTP_OK && otp_session.database == NULL)
		err = OTP_ERR_DATABASE;
	if (err != OTP_OK)
		return err;
	otp_database_begin(otp_session.database, CHANGE_MS);
	err = otp_database_put(
	    otp_session.database, &store->row, put, keep, fault);
	if (put == OTP_PUT_COMMIT)
		store->in_effect = err == OTP_OK ||
		    otp_database_is_doubtful(otp_session.database);
	store->kept = err == OTP_OK && keep;
	err = otp_session_outcome(err);
	if (err != OTP_OK) {
		store->read = store->locked = false;
		return err;
	}
	store->state = *state;
	store->state.generation = (uint64_t)store->row.generation;
	store->row.epoch = store->row.fleet_epoch;
	return OTP_OK;
}

/* What a change of the row ends with, but for its state. */
enum otp_err
otp_fleet_changed(struct otp_store *store, enum otp_err err)
{
	const bool doubtful = err != OTP_OK && otp_session.database != NULL &&
	    otp_database_is_doubtful(otp_session.database);

	store->in_effect = err == OTP_OK || doubtful;
	store->kept = err == OTP_OK;
	if (err != OTP_OK)
		store->read = store->locked = false;
	return otp_session_outcome(err);
}
