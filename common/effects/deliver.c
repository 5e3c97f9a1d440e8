/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, with the test that fails without it (tests/effects/deliver_test.c):
 *
 * 1. A send is on the disk before its code is returned
 *    (deliver__charges_before_anything_leaves,
 *    deliver__returns_no_code_where_the_charge_fails).
 * 2. Nothing is sent while the account is blocked, locked out or suspended, or
 *    beyond the limits (deliver__sends_nothing_during_a_delay,
 *    deliver__keeps_the_limits).
 * 3. Addresses come from the seed file alone
 *    (deliver__sends_to_the_address_that_was_chosen).
 * 4. Unasked, nothing is sent to an account that has a token
 *    (deliver__sends_nothing_unasked_where_there_is_a_token).
 */
#include "config.h"

#include "common/effects/deliver.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "common/effects/snapshot.h"
#include "common/store/store.h"

/* One request for a code.  A secret: wiped at the end. */
struct sending {
	const struct otp_host *host;
	const struct otp_request *request;
	const struct otp_send_choice *choice;
	struct otp_store *store;
	struct otp_snapshot account;
	struct otp_dispatch dispatch; /* its delivery until something is sent */
	struct otp_fault *fault;
};

static enum otp_err sending_load(struct sending *sending);
static enum otp_err sending_check(struct sending *sending);
static enum otp_err sending_charge(
    struct sending *sending, const struct otp_address *address);
static const struct otp_address *sending_address(const struct sending *sending);

enum otp_err
otp_deliver(const struct otp_host *host, const struct otp_request *request,
    const struct otp_send_choice *choice, struct otp_dispatch *ret_dispatch,
    struct otp_fault *fault)
{
	struct sending sending = {
		.host = host,
		.request = request,
		.choice = choice,
		.dispatch = { .delivery = OTP_DELIVERY_UNKNOWN_USER },
		.fault = fault,
	};
	enum otp_err err = OTP_OK;

	if (!request->unknown)
		err = sending_load(&sending);
	if (err == OTP_OK)
		*ret_dispatch = sending.dispatch;
	otp_store_close(sending.store);
	otp_wipe(&sending, sizeof(sending));
	return err;
}

static enum otp_err
sending_load(struct sending *sending)
{
	struct otp_snapshot *account = &sending->account;
	enum otp_err err;

	sending->dispatch.delivery = OTP_DELIVERY_UNENROLLED;
	err = otp_store_open(sending->host->store, sending->request->account,
	    &sending->store, sending->fault);
	if (err != OTP_OK)
		return err;
	err = otp_snapshot_peek(account, sending->store, sending->request->uid);
	if (err == OTP_ERR_ABSENT)
		return OTP_OK;
	if (!otp_store_is_locked(sending->store))
		return err == OTP_OK || err == OTP_ERR_CHECKSUM
		    ? OTP_ERR_LOCK_TIMEOUT
		    : otp_snapshot_state_err(account, sending->fault);
	err = otp_snapshot_load(account, sending->host, sending->store,
	    sending->request->uid, sending->fault);
	if (err == OTP_OK)
		err = otp_snapshot_state_err(account, sending->fault);
	if (err != OTP_OK || !otp_snapshot_has_seed(account))
		return err;
	err = otp_snapshot_seed_err(account, sending->fault);
	return err == OTP_OK ? sending_check(sending) : err;
}

static enum otp_err
sending_check(struct sending *sending)
{
	struct otp_snapshot *account = &sending->account;
	const struct otp_address *address = sending_address(sending);
	enum otp_delivery *delivery = &sending->dispatch.delivery;
	uint32_t wait = 0;
	const enum otp_gate gate = otp_throttle_check(
	    otp_throttle_tally(&account->state, sending->request->by_other),
	    sending->host->policy, account->now, &wait);

	if (sending->choice->unasked && account->seed.tokens_count > 0) {
		*delivery = OTP_DELIVERY_HAS_TOKEN;
		return OTP_OK;
	}
	if (account->now < OTP_CALENDAR_EARLIEST)
		return otp_fault_set(sending->fault, OTP_ERR_CLOCK, 0, NULL,
		    OTP_DETAIL_CLOCK_EARLY);
	if (account->state.suspended)
		*delivery = OTP_DELIVERY_SUSPENDED;
	else if (gate != OTP_GATE_OPEN)
		*delivery = gate == OTP_GATE_LOCKED ? OTP_DELIVERY_LOCKED_OUT
						    : OTP_DELIVERY_BLOCKED;
	else if (address == NULL)
		*delivery = OTP_DELIVERY_NO_ADDRESS;
	else if (!otp_send_is_allowed(&account->state.sends, account->now))
		*delivery = OTP_DELIVERY_LIMIT;
	else
		return sending_charge(sending, address);
	return OTP_OK;
}

/* The first address that the user chose, or NULL. */
static const struct otp_address *
sending_address(const struct sending *sending)
{
	const struct otp_seed *seed = &sending->account.seed;

	for (unsigned i = 0; i < seed->addresses_count; i++)
		if (otp_send_is_chosen(
			sending->choice, i + 1, &seed->addresses[i]))
			return &seed->addresses[i];
	return NULL;
}

static enum otp_err
sending_charge(struct sending *sending, const struct otp_address *address)
{
	struct otp_state *state = &sending->account.state;
	const struct otp_request *request = sending->request;
	struct otp_dispatch *dispatch = &sending->dispatch;
	uint8_t occasion[OTP_OCCASION_SIZE];
	uint8_t id[OTP_ID_SIZE];
	uint64_t moment;
	uint32_t code = 0;
	enum otp_err err =
	    otp_send_occasion(request->service, request->host, occasion);

	if (err == OTP_OK)
		err = otp_address_id(address, id);
	if (err != OTP_OK)
		return err;
	moment =
	    otp_send_charge(&state->sends, id, occasion, sending->account.now);
	err = otp_store_put(
	    sending->store, state, OTP_PUT_COMMIT, sending->fault);
	if (err == OTP_OK)
		err = otp_send_code(address, moment, &code);
	if (err != OTP_OK)
		return err;
	memcpy(dispatch->to.uri, address->uri, sizeof(dispatch->to.uri));
	otp_send_text(code, dispatch->code);
	otp_wipe(&code, sizeof(code));
	dispatch->time = sending->account.now;
	dispatch->delivery = OTP_DELIVERY_SENT;
	return OTP_OK;
}

const char *
otp_delivery_reason(enum otp_delivery delivery)
{
	switch (delivery) {
	case OTP_DELIVERY_NO_ADDRESS:
		return "no-address";
	case OTP_DELIVERY_LIMIT:
		return "limit";
	case OTP_DELIVERY_BLOCKED:
		return "blocked";
	case OTP_DELIVERY_LOCKED_OUT:
		return "locked-out";
	case OTP_DELIVERY_UNENROLLED:
		return "not-enrolled";
	case OTP_DELIVERY_UNKNOWN_USER:
		return "unknown-user";
	case OTP_DELIVERY_SUSPENDED:
		return "suspended";
	case OTP_DELIVERY_NO_FIRST_FACTOR:
		return "no-first-factor";
	case OTP_DELIVERY_NO_SOCKET:
		return "no-socket";
	case OTP_DELIVERY_HAS_TOKEN:
		return "has-token";
	case OTP_DELIVERY_NOT_ROOT:
		return "not-root";
	case OTP_DELIVERY_SENT:
		return "ok";
	}
	return "no-address";
}
