/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/effects/own_test.c:
 *
 * 1. Nothing changes without a code of what is active
 *    (own__needs_a_code_of_what_is_active), but a first token's
 *    (own__puts_a_first_token), or an invitation, where it is taken
 *    (own__takes_an_invitation_where_it_may).  A code that was sent for a login
 *    is none (sent_code_test.c: sent_code__of_a_login_proves_no_change), nor is
 *    what another function accepts (verdict_test.c: verdict__of_*).
 * 2. That code is charged and used as at a login, to the tally of other callers
 *    (own__charges_the_proof), and the new token's is not
 *    (own__judges_the_new_code_first).
 * 3. What the caller did not see is not changed
 *    (own__is_bound_to_what_was_seen).
 * 4. The last token stays (own__keeps_the_last_token), and what logs in without
 *    one (own__keeps_the_last_address).
 * 5. An address is active only after its code came back
 *    (own__adds_an_address_whose_code_came_back), which is a try like any other
 *    (own__charges_the_code_of_an_address).
 * 6. An account whose state is lost is not new
 *    (own__puts_no_first_token_where_the_state_is_lost).
 * 7. Where a first token needs an invitation, it is put only with one, and each
 *    invitation is used once (own__needs_an_invitation,
 *    own__uses_an_invitation_once).
 * 8. What is answered is what is on the disk
 *    (own_fault_test.c: own__says_what_is_on_the_disk).
 */
#include "config.h"

#include "common/effects/own.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/attempt.h"
#include "common/effects/label.h"
#include "common/store/store.h"

#define SERVICE "otp-enroll"

static enum otp_err own_confirm(struct otp_account *account,
    const struct otp_own_token *token, struct otp_enrolment *enrolment,
    struct otp_own_result *result);
static enum otp_err own_permit(struct otp_account *account,
    const struct otp_own_proof *proof, const struct otp_own_token *token,
    struct otp_enrolment *enrolment, struct otp_own_result *result);
static enum otp_err own_prove(struct otp_account *account,
    const struct otp_own_proof *proof, struct otp_own_result *result);
static bool is_proof(const struct otp_answer *answer);
static enum otp_verdict own_judge(bool permitted, enum otp_verdict verdict);
static enum otp_err own_seed(struct otp_account *account,
    const struct otp_own_proof *proof, struct otp_seed *ret_seed);
static void own_hand_out(const struct otp_account *account,
    struct otp_recovery_set *set, struct otp_recovery_set *ret_set);
static enum otp_err own_finish(enum otp_err err,
    const struct otp_own_result *result, struct otp_own_result *ret_result);

enum otp_err
otp_own_put(struct otp_account *account, const struct otp_own_proof *proof,
    const struct otp_own_token *token, struct otp_recovery_set *ret_set,
    struct otp_own_result *ret_result)
{
	const bool first = token->mode == OTP_ENROL_NEW;
	const unsigned count =
	    token->mode == OTP_ENROL_ADD ? 0 : OTP_ENROL_RECOVERY;
	struct otp_enrolment enrolment = { .mode = token->mode };
	struct otp_own_result result = { .verdict = OTP_VERDICT_REJECT };
	struct otp_recovery_set set = { 0 };
	enum otp_err err;

	account->committed = false;
	err = own_confirm(account, token, &enrolment, &result);
	if (err == OTP_OK && enrolment.confirmed)
		err = otp_enrol_make_set(account, count, &set);
	if (err == OTP_OK && enrolment.confirmed)
		err = own_permit(account, proof, token, &enrolment, &result);
	if (err == OTP_OK && result.verdict == OTP_VERDICT_ACCEPT) {
		account->former = first ? NULL : &proof->former;
		err = otp_enrol_put(account, &enrolment, &set);
		account->former = NULL;
	}
	otp_wipe(&enrolment, sizeof(enrolment));
	own_hand_out(account, &set, ret_set);
	return own_finish(err, &result, ret_result);
}

static enum otp_err
own_confirm(struct otp_account *account, const struct otp_own_token *token,
    struct otp_enrolment *enrolment, struct otp_own_result *result)
{
	struct otp_confirmation confirmation = {
		.verdict = OTP_VERDICT_REJECT,
	};
	struct otp_token *made = &enrolment->token;
	enum otp_err err = OTP_OK;

	enrolment->by_user = true;
	made->kind = OTP_TOTP;
	made->hash = OTP_SHA1;
	made->digits = OTP_DIGITS_DEFAULT;
	made->period = OTP_PERIOD_DEFAULT;
	made->secret_size = OTP_OWN_SECRET_SIZE;
	memcpy(made->secret, token->secret, OTP_OWN_SECRET_SIZE);
	if (!otp_label_set(NULL, NULL, account->subject.account, made))
		err = OTP_ERR_NAME;
	if (err == OTP_OK)
		err = otp_token_check(made, &account->fault);
	if (err == OTP_OK)
		err = otp_enrol_confirm(
		    account, enrolment, token->typed, &confirmation);
	result->verdict = own_judge(false, confirmation.verdict);
	result->of_token = !enrolment->confirmed;
	result->drift_known = confirmation.drift_known;
	result->drift = confirmation.drift;
	return err;
}

/*
 * What the change needs beside the token: an invitation, or a code of what is
 * active.  What is not an invitation may be one of these, if there are any.
 */
static enum otp_err
own_permit(struct otp_account *account, const struct otp_own_proof *proof,
    const struct otp_own_token *token, struct otp_enrolment *enrolment,
    struct otp_own_result *result)
{
	const bool first = token->mode == OTP_ENROL_NEW;
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	enum otp_err err = OTP_OK;

	if (token->invited && token->mode != OTP_ENROL_ADD)
		err = otp_enrol_by_invitation(
		    account, proof->typed, enrolment, &verdict);
	if (err != OTP_OK)
		return err;
	if (!enrolment->invited && !first)
		return own_prove(account, proof, result);
	otp_login_mark_set(&enrolment->login, 0, SERVICE, NULL);
	*result = (struct otp_own_result){
		.verdict = own_judge(
		    enrolment->invited || (first && !token->invited), verdict),
		.kind = verdict == OTP_VERDICT_REPLAY ? OTP_INVITATION : 0,
		.invited = enrolment->invited,
	};
	return OTP_OK;
}

/* What is not bound to what is active is not charged either. */
static enum otp_err
own_prove(struct otp_account *account, const struct otp_own_proof *proof,
    struct otp_own_result *result)
{
	struct otp_request request = {
		.uid = account->subject.uid,
		.by_other = true,
		.same_user = true,
		.service = SERVICE,
	};
	struct otp_answer answer = { .verdict = OTP_VERDICT_REJECT };
	struct otp_seed seed;
	bool proven = false;
	enum otp_err err = own_seed(account, proof, &seed);

	otp_wipe(&seed, sizeof(seed));
	memcpy(
	    request.account, account->subject.account, sizeof(request.account));
	if (err == OTP_OK)
		err = otp_attempt_try(account->host, &request, proof->typed,
		    &answer, &account->fault);
	proven = err == OTP_OK && is_proof(&answer);
	*result = (struct otp_own_result){
		.verdict = own_judge(proven, answer.verdict),
		.kind = answer.kind,
		.no_code = answer.no_code,
		.wait = answer.wait,
		.proven = proven,
	};
	return err;
}

/* A code that was sent is one of a login, whatever login that was. */
static bool
is_proof(const struct otp_answer *answer)
{
	return answer->verdict == OTP_VERDICT_ACCEPT &&
	    (answer->kind == OTP_TOTP || answer->kind == OTP_HOTP ||
		answer->kind == OTP_RECOVERY);
}

/* The only yes of this file: no verdict of another function becomes one. */
static enum otp_verdict
own_judge(bool permitted, enum otp_verdict verdict)
{
	if (permitted)
		return OTP_VERDICT_ACCEPT;
	return verdict == OTP_VERDICT_ACCEPT ? OTP_VERDICT_REJECT : verdict;
}

/* The seed, if it is what the caller saw.  The caller wipes it in any case. */
static enum otp_err
own_seed(struct otp_account *account, const struct otp_own_proof *proof,
    struct otp_seed *ret_seed)
{
	struct otp_store *store = NULL;
	struct otp_active present;
	enum otp_err err = otp_store_open(account->host->store,
	    account->subject.account, &store, &account->fault);

	if (err == OTP_OK)
		err = otp_store_seed(store, ret_seed, &account->fault);
	if (err == OTP_OK)
		err = otp_active_of(ret_seed, &present);
	otp_store_close(store);
	if (err == OTP_OK &&
	    memcmp(&present, &proof->former, sizeof(present)) != 0)
		err = OTP_ERR_CONFLICT;
	return err;
}

/* The new codes are returned if, and only if, they are active. */
static void
own_hand_out(const struct otp_account *account, struct otp_recovery_set *set,
    struct otp_recovery_set *ret_set)
{
	if (account->committed)
		*ret_set = *set;
	else
		memset(ret_set, 0, sizeof(*ret_set));
	otp_wipe(set, sizeof(*set));
}

static enum otp_err
own_finish(enum otp_err err, const struct otp_own_result *result,
    struct otp_own_result *ret_result)
{
	*ret_result = *result;
	if (err != OTP_OK)
		*ret_result = (struct otp_own_result){
			.verdict = OTP_VERDICT_REJECT,
			.proven = result->proven,
			.invited = result->invited,
		};
	return err;
}

enum otp_err
otp_own_recovery(struct otp_account *account, const struct otp_own_proof *proof,
    struct otp_recovery_set *ret_set, struct otp_own_result *ret_result)
{
	struct otp_own_result result = { .verdict = OTP_VERDICT_REJECT };
	struct otp_recovery_set set;
	enum otp_err err =
	    otp_enrol_make_set(account, OTP_ENROL_RECOVERY, &set);

	if (err == OTP_OK)
		err = own_prove(account, proof, &result);
	if (err == OTP_OK && result.verdict == OTP_VERDICT_ACCEPT) {
		account->former = &proof->former;
		err = otp_enrol_recovery(account, &set);
		account->former = NULL;
	}
	own_hand_out(account, &set, ret_set);
	return own_finish(err, &result, ret_result);
}

/* What of a seed users remove, and how. */
struct removal {
	enum otp_err (*id_of)(const struct otp_seed *seed, unsigned number,
	    uint8_t ret_id[OTP_ID_SIZE]);
	enum otp_err (*remove)(
	    struct otp_account *account, const uint8_t id[OTP_ID_SIZE]);
};

static enum otp_err
token_id(
    const struct otp_seed *seed, unsigned number, uint8_t ret_id[OTP_ID_SIZE])
{
	if (number >= seed->tokens_count)
		return OTP_ERR_ABSENT;
	if (seed->tokens_count == 1)
		return OTP_ERR_CONFLICT;
	return otp_token_id(&seed->tokens[number], ret_id);
}

static enum otp_err
address_id(
    const struct otp_seed *seed, unsigned number, uint8_t ret_id[OTP_ID_SIZE])
{
	if (number >= seed->addresses_count)
		return OTP_ERR_ABSENT;
	if (seed->tokens_count == 0 && seed->addresses_count == 1)
		return OTP_ERR_CONFLICT;
	return otp_address_id(&seed->addresses[number], ret_id);
}

/* The number is that of the seed which the change is bound to. */
static enum otp_err
own_remove(struct otp_account *account, const struct otp_own_proof *proof,
    const struct removal *removal, unsigned number,
    struct otp_own_result *ret_result)
{
	struct otp_own_result result = { .verdict = OTP_VERDICT_REJECT };
	uint8_t id[OTP_ID_SIZE];
	struct otp_seed seed;
	enum otp_err err = own_seed(account, proof, &seed);

	account->committed = false;
	if (err == OTP_OK)
		err = removal->id_of(&seed, number, id);
	otp_wipe(&seed, sizeof(seed));
	if (err == OTP_OK)
		err = own_prove(account, proof, &result);
	if (err == OTP_OK && result.verdict == OTP_VERDICT_ACCEPT) {
		account->former = &proof->former;
		err = removal->remove(account, id);
		account->former = NULL;
	}
	return own_finish(err, &result, ret_result);
}

enum otp_err
otp_own_remove(struct otp_account *account, const struct otp_own_proof *proof,
    unsigned number, struct otp_own_result *ret_result)
{
	static const struct removal of_token = { token_id,
		otp_enrol_remove_token };

	return own_remove(account, proof, &of_token, number, ret_result);
}

enum otp_err
otp_own_add_address(struct otp_account *account,
    const struct otp_own_proof *proof, const struct otp_address *address,
    struct otp_address_proof *ret_made, struct otp_own_result *ret_result)
{
	struct otp_own_result result = { .verdict = OTP_VERDICT_REJECT };
	struct otp_address_proof made = { .code = 0 };
	enum otp_err err = OTP_OK;

	account->committed = false;
	if (!otp_address_is_mail(address))
		err = OTP_ERR_DENIED;
	account->former = &proof->former;
	if (err == OTP_OK)
		err = otp_enrol_begin_address(account, address, &made);
	account->former = NULL;
	if (err == OTP_OK)
		err = own_prove(account, proof, &result);
	if (err == OTP_OK && result.verdict == OTP_VERDICT_ACCEPT) {
		account->former = &proof->former;
		err = otp_enrol_keep_address(account, &made);
		account->former = NULL;
	}
	memset(ret_made, 0, sizeof(*ret_made));
	if (err == OTP_OK && result.verdict == OTP_VERDICT_ACCEPT)
		*ret_made = made;
	otp_wipe(&made, sizeof(made));
	return own_finish(err, &result, ret_result);
}

enum otp_err
otp_own_confirm_address(struct otp_account *account,
    const struct otp_own_proof *proof, struct otp_own_result *ret_result)
{
	struct otp_own_result result = { .verdict = OTP_VERDICT_REJECT };
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	enum otp_err err;

	account->former = &proof->former;
	err = otp_enrol_confirm_address(
	    account, proof->typed, &verdict, &result.wait);
	account->former = NULL;
	result.verdict = own_judge(
	    account->committed && verdict == OTP_VERDICT_ACCEPT, verdict);
	result.no_code = result.verdict == OTP_VERDICT_MALFORMED;
	return own_finish(err, &result, ret_result);
}

enum otp_err
otp_own_remove_address(struct otp_account *account,
    const struct otp_own_proof *proof, unsigned number,
    struct otp_own_result *ret_result)
{
	static const struct removal of_address = { address_id,
		otp_enrol_remove_address };

	return own_remove(account, proof, &of_address, number, ret_result);
}
