/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of an account that is enrolled. */
#include "config.h"

#include <string.h>

#include "common/core/code.h"
#include "common/core/send.h"
#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/txn.h"

/* No code of a login is that of this moment. */
#define PROOF_MOMENT 0

static enum otp_err open_for(
    struct otp_txn *, struct otp_account *, const struct otp_address *);
static enum otp_err make_proof(
    const struct otp_account *, struct otp_address_proof *);
static enum otp_err find_address(
    const struct otp_seed *, const uint8_t[OTP_ID_SIZE], unsigned *);

enum otp_err
otp_enrol_begin_address(struct otp_account *account,
    const struct otp_address *address, struct otp_address_proof *ret_proof)
{
	struct otp_address_proof proof = { .address = *address };
	struct otp_txn txn;
	enum otp_err err = open_for(&txn, account, address);

	proof.time = txn.snap.now;
	if (err == OTP_OK)
		err = otp_txn_check_clock(proof.time, &account->fault);
	otp_txn_close(&txn);
	if (err == OTP_OK)
		err = make_proof(account, &proof);
	if (err == OTP_OK)
		*ret_proof = proof;
	otp_wipe(&proof, sizeof(proof));
	return err;
}

/* Open ACCOUNT, which is enrolled and has room for ADDRESS. */
static enum otp_err
open_for(struct otp_txn *txn, struct otp_account *account,
    const struct otp_address *address)
{
	const struct otp_seed *seed = &txn->snap.seed;
	enum otp_err err = otp_txn_open(txn, account);

	if (err == OTP_OK)
		err = otp_snapshot_enrolled(&txn->snap, &account->fault);
	if (err != OTP_OK)
		return err;
	for (unsigned i = 0; i < seed->addresses_count; i++)
		if (strcmp(seed->addresses[i].uri, address->uri) == 0)
			return OTP_ERR_EXISTS;
	return seed->addresses_count < OTP_SEED_ADDRESSES ? OTP_OK
							  : OTP_ERR_FULL;
}

/* Create the secret, its code and a tag that only this message has. */
static enum otp_err
make_proof(const struct otp_account *account, struct otp_address_proof *proof)
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
		err = otp_send_code(address, PROOF_MOMENT, &proof->code);
	if (err == OTP_OK)
		err = otp_tag_make(&tagged, proof->tag);
	return err;
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
	enum otp_err err = open_for(&txn, account, address);

	if (err == OTP_OK) {
		seed->addresses[seed->addresses_count++] = *address;
		err = otp_txn_put(&txn, seed);
	}
	otp_txn_close(&txn);
	return err;
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
		err = otp_snapshot_enrolled(&txn.snap, &account->fault);
	if (err == OTP_OK)
		err = find_address(seed, id, &index);
	if (err == OTP_OK && seed->tokens_count == 0 &&
	    seed->addresses_count == 1)
		err = OTP_ERR_LIMIT;
	if (err == OTP_OK) {
		seed->addresses_count--;
		memmove(&seed->addresses[index], &seed->addresses[index + 1],
		    (seed->addresses_count - index) *
			sizeof(seed->addresses[0]));
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
