/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of an account that is enrolled. */
#include "config.h"

#include <string.h>

#include "common/core/code.h"
#include "common/core/little_endian.h"
#include "common/core/send.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "common/effects/active.h"
#include "common/effects/enrol.h"
#include "common/effects/txn.h"

/* No code of a login is that of so late a moment. */
#define PROOF_MOMENT (UINT64_C(1) << 63)

static enum otp_err begin_check(const struct otp_txn *txn,
    const struct otp_account *account, const struct otp_address *address);
static enum otp_err check_room(
    const struct otp_seed *seed, const struct otp_address *address);
static enum otp_err check_sends(const struct otp_txn *txn);
static enum otp_err make_proof(const struct otp_account *,
    const struct otp_seed *, struct otp_address_proof *);
static enum otp_err proof_code(
    const struct otp_seed *, const struct otp_address *, uint32_t *);
static bool is_kept(const struct otp_pending *pending, int64_t now);
static enum otp_err confirm_judge(struct otp_txn *txn,
    const struct otp_code *code, enum otp_verdict *verdict, uint32_t *wait);
static enum otp_err confirm_charged(struct otp_txn *txn,
    const struct otp_code *code, enum otp_verdict *verdict);
static enum otp_err confirm_put(struct otp_txn *txn);
static enum otp_err find_address(
    const struct otp_seed *, const uint8_t[OTP_ID_SIZE], unsigned *);

enum otp_err
otp_enrol_begin_address(struct otp_account *account,
    const struct otp_address *address, struct otp_address_proof *ret_proof)
{
	struct otp_address_proof proof = { .address = *address };
	struct otp_txn txn;
	enum otp_err err = otp_txn_open(&txn, account);

	proof.time = txn.snap.now;
	if (err == OTP_OK)
		err = begin_check(&txn, account, address);
	if (err == OTP_OK)
		err = otp_txn_check_clock(proof.time, &account->fault);
	if (err == OTP_OK)
		err = make_proof(account, &txn.snap.seed, &proof);
	otp_txn_close(&txn);
	if (err == OTP_OK)
		*ret_proof = proof;
	otp_wipe(&proof, sizeof(proof));
	return err;
}

/*
 * A program of the user, which has proven nothing yet, does not learn whether
 * an address is the account's.
 */
static enum otp_err
begin_check(const struct otp_txn *txn, const struct otp_account *account,
    const struct otp_address *address)
{
	enum otp_err err = otp_txn_check_enrolled(txn);

	if (err == OTP_OK)
		err = check_room(&txn->snap.seed, address);
	if (!account->by_other)
		return err;
	return err == OTP_OK || err == OTP_ERR_EXISTS ? check_sends(txn) : err;
}

/* Whether there is room for ADDRESS, which SEED does not have. */
static enum otp_err
check_room(const struct otp_seed *seed, const struct otp_address *address)
{
	for (unsigned i = 0; i < seed->addresses_count; i++)
		if (strcmp(seed->addresses[i].uri, address->uri) == 0)
			return OTP_ERR_EXISTS;
	return seed->addresses_count < OTP_SEED_ADDRESSES ? OTP_OK
							  : OTP_ERR_FULL;
}

static enum otp_err
check_sends(const struct otp_txn *txn)
{
	const uint32_t limit =
	    otp_send_limit(&txn->snap.state.sends, txn->snap.now);

	return limit == 0 ? OTP_OK
			  : otp_fault_set_number(&txn->account->fault,
				OTP_ERR_LIMIT, NULL, OTP_DETAIL_SENDS, limit);
}

/* Create the secret, its code and a tag that only this message has. */
static enum otp_err
make_proof(const struct otp_account *account, const struct otp_seed *seed,
    struct otp_address_proof *proof)
{
	const struct otp_sys *sys = account->host->sys;
	struct otp_address *address = &proof->address;
	char key[16] = "";
	struct otp_tagged tagged = { .key = key,
		.account = account->subject.account,
		.service = "",
		.host = "",
		.now = proof->time };
	enum otp_err err =
	    sys->random(sys->context, address->secret, sizeof(address->secret));

	if (err == OTP_OK)
		err = sys->random(sys->context, key, sizeof(key) - 1);
	if (err == OTP_OK)
		err = proof_code(seed, address, &proof->code);
	if (err == OTP_OK)
		err = otp_tag_make(&tagged, proof->tag);
	return err;
}

/*
 * The code that is sent to ADDRESS is another one as soon as SEED has others
 * than the tokens, addresses and recovery codes by which its owner asked for
 * it: a thief whose recovery code was replaced confirms nothing any more.
 */
static enum otp_err
proof_code(const struct otp_seed *seed, const struct otp_address *address,
    uint32_t *ret_code)
{
	struct otp_active active;
	enum otp_err err = otp_active_of(seed, &active);

	return err == OTP_OK
	    ? otp_send_code(
		  address, otp_get_u64(active.digest) | PROOF_MOMENT, ret_code)
	    : err;
}

enum otp_err
otp_enrol_with_address(struct otp_account *account,
    const struct otp_address *address, struct otp_enrolment *enrolment)
{
	const struct otp_sys *sys = account->host->sys;
	struct otp_address added = *address;
	enum otp_err err =
	    sys->random(sys->context, added.secret, sizeof(added.secret));

	if (err == OTP_OK)
		enrolment->address = added;
	otp_wipe(&added, sizeof(added));
	return err;
}

bool
otp_enrol_is_proven(const struct otp_address_proof *proof, const char *typed)
{
	struct otp_code code;
	bool proven = false;

	otp_code_read(typed, &code);
	proven = code.typed == OTP_TYPED_DIGITS &&
	    code.digits == OTP_SEND_DIGITS &&
	    otp_equal(&code.value, &proof->code, sizeof(proof->code));
	otp_wipe(&code, sizeof(code));
	return proven;
}

enum otp_err
otp_enrol_add_address(
    struct otp_account *account, const struct otp_address *address)
{
	struct otp_txn txn;
	struct otp_seed *seed = &txn.snap.seed;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = otp_txn_check_enrolled(&txn);
	if (err == OTP_OK)
		err = check_room(seed, address);
	if (err == OTP_OK) {
		seed->addresses[seed->addresses_count++] = *address;
		err = otp_txn_put(&txn, seed);
	}
	otp_txn_close(&txn);
	return err;
}

/*
 * The state is committed first, so that the message is counted before it is
 * sent.
 */
enum otp_err
otp_enrol_keep_address(
    struct otp_account *account, const struct otp_address_proof *proof)
{
	/* No code of a login is one of this occasion. */
	static const uint8_t occasion[OTP_OCCASION_SIZE];
	struct otp_txn txn;
	struct otp_seed *seed = &txn.snap.seed;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = otp_txn_check_enrolled(&txn);
	if (err == OTP_OK)
		err = check_room(seed, &proof->address);
	if (err == OTP_OK)
		err = check_sends(&txn);
	if (err == OTP_OK)
		err = otp_txn_check_clock(txn.snap.now, &account->fault);
	if (err == OTP_OK)
		err = otp_address_id(&proof->address, id);
	if (err == OTP_OK) {
		(void)otp_send_charge(
		    &txn.snap.state.sends, id, occasion, txn.snap.now);
		seed->pending.until = txn.snap.now + OTP_PENDING_VALID;
		seed->pending.address = proof->address;
		err = otp_txn_put(&txn, seed);
	}
	otp_txn_close(&txn);
	return err;
}

enum otp_err
otp_enrol_confirm_address(struct otp_account *account, const char *typed,
    enum otp_verdict *ret_verdict, uint32_t *ret_wait)
{
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	const struct otp_pending *pending;
	struct otp_code code;
	struct otp_txn txn;
	uint32_t wait = 0;
	enum otp_err err = otp_txn_open(&txn, account);

	otp_code_read(typed, &code);
	pending = &txn.snap.seed.pending;
	if (err == OTP_OK)
		err = otp_txn_check_enrolled(&txn);
	if (err == OTP_OK && !is_kept(pending, txn.snap.now))
		err = OTP_ERR_CONFLICT;
	if (err == OTP_OK)
		err = check_room(&txn.snap.seed, &pending->address);
	if (err == OTP_OK)
		err = confirm_judge(&txn, &code, &verdict, &wait);
	if (err == OTP_OK) {
		*ret_verdict = verdict;
		*ret_wait = wait;
	}
	otp_wipe(&code, sizeof(code));
	otp_txn_close(&txn);
	return err;
}

/* If the clock went back before it was kept, its end is not known. */
static bool
is_kept(const struct otp_pending *pending, int64_t now)
{
	return now < pending->until &&
	    pending->until - now <= OTP_PENDING_VALID;
}

static enum otp_err
confirm_judge(struct otp_txn *txn, const struct otp_code *code,
    enum otp_verdict *verdict, uint32_t *wait)
{
	const struct otp_account *account = txn->account;
	enum otp_err err = OTP_OK;

	switch (otp_throttle_check(
	    otp_throttle_tally(&txn->snap.state, account->by_other),
	    account->host->policy, txn->snap.now, wait)) {
	case OTP_GATE_LOCKED:
		*verdict = OTP_VERDICT_LOCKED;
		break;
	case OTP_GATE_WAITING:
		*verdict = OTP_VERDICT_WAITING;
		break;
	case OTP_GATE_OPEN:
		*verdict = OTP_VERDICT_MALFORMED;
		if (code->typed == OTP_TYPED_DIGITS &&
		    code->digits == OTP_SEND_DIGITS)
			err = confirm_charged(txn, code, verdict);
		break;
	}
	return err;
}

/*
 * Charge, compare and commit.  A right code ends no delay: its address is not
 * the account's yet, and may be anyone's.
 */
static enum otp_err
confirm_charged(
    struct otp_txn *txn, const struct otp_code *code, enum otp_verdict *verdict)
{
	struct otp_state *state = &txn->snap.state;
	const struct otp_account *account = txn->account;
	const struct otp_tallies before = { state->tally, state->others };
	struct otp_fault *fault = &txn->account->fault;
	struct otp_login_mark mark;
	uint32_t value = 0;
	enum otp_err err;

	*verdict = OTP_VERDICT_REJECT;
	otp_login_mark_set(&mark, txn->snap.now, "otp-enroll", NULL);
	otp_throttle_charge(otp_throttle_tally(state, account->by_other),
	    account->host->policy, &mark);
	err = otp_store_put(txn->store, state, OTP_PUT_CHARGE, fault);
	if (err == OTP_OK)
		err = proof_code(
		    &txn->snap.seed, &txn->snap.seed.pending.address, &value);
	if (err != OTP_OK)
		return err;
	if (otp_equal(&code->value, &value, sizeof(value))) {
		state->tally = before.tally;
		state->others = before.others;
		err = confirm_put(txn);
		if (err == OTP_OK)
			*verdict = OTP_VERDICT_ACCEPT;
	} else {
		err = otp_store_put(txn->store, state,
		    otp_throttle_settle(
			state, account->by_other, &before, *verdict),
		    fault);
	}
	otp_wipe(&value, sizeof(value));
	return err;
}

/* The address that was kept is one of the account's. */
static enum otp_err
confirm_put(struct otp_txn *txn)
{
	struct otp_seed *seed = &txn->snap.seed;

	seed->addresses[seed->addresses_count++] = seed->pending.address;
	otp_wipe(&seed->pending, sizeof(seed->pending));
	return otp_txn_put(txn, seed);
}

enum otp_err
otp_enrol_remove_address(
    struct otp_account *account, const uint8_t id[OTP_ID_SIZE])
{
	struct otp_txn txn;
	struct otp_seed *seed = &txn.snap.seed;
	unsigned index = 0;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = otp_txn_check_enrolled(&txn);
	if (err == OTP_OK)
		err = find_address(seed, id, &index);
	if (err == OTP_OK && seed->tokens_count == 0 &&
	    seed->addresses_count == 1)
		err = OTP_ERR_LIMIT;
	if (err == OTP_OK) {
		seed->addresses_count--;
		memmove(&seed->addresses[index], &seed->addresses[index + 1],
		    (seed->addresses_count - index) * sizeof(*seed->addresses));
		err = otp_txn_put(&txn, seed);
	}
	otp_txn_close(&txn);
	return err;
}

/* Find the address with this id; its place may have changed. */
static enum otp_err
find_address(const struct otp_seed *seed, const uint8_t id[OTP_ID_SIZE],
    unsigned *ret_index)
{
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		uint8_t other[OTP_ID_SIZE];
		enum otp_err err = otp_address_id(&seed->addresses[i], other);

		if (err != OTP_OK)
			return err;
		if (memcmp(other, id, OTP_ID_SIZE) == 0) {
			*ret_index = i;
			return OTP_OK;
		}
	}
	return OTP_ERR_ABSENT;
}
