/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that the state lists: the last that were accepted, and those sent. */
#include "config.h"

#include "common/core/verify.h"

#include <string.h>

#include "common/core/wipe.h"

static enum otp_err find_token_of(const struct otp_seed *,
    const struct otp_accepted *, unsigned, struct otp_match *);
static enum otp_err find_address_of(const struct otp_seed *,
    const struct otp_accepted *, unsigned, struct otp_match *);
static enum otp_err compare_sent(const struct otp_seed *,
    const struct otp_send *, const struct otp_code *, struct otp_match *);

enum otp_err
otp_verify_repeated(const struct otp_seed *seed, const struct otp_state *state,
    const struct otp_code *code, struct otp_match *ret_match)
{
	struct otp_match match = { .verdict = OTP_VERDICT_REJECT };
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; err == OTP_OK && i < OTP_STATE_ACCEPTED; i++) {
		const struct otp_accepted *accepted = &state->accepted[i];

		if (match.verdict != OTP_VERDICT_REJECT)
			break;
		if (code->typed == OTP_TYPED_DIGITS && accepted->kind != 0 &&
		    otp_equal(
			&accepted->value, &code->value, sizeof(code->value)))
			err = accepted->kind == OTP_DELIVERED
			    ? find_address_of(
				  seed, accepted, code->digits, &match)
			    : find_token_of(
				  seed, accepted, code->digits, &match);
	}
	if (err == OTP_OK)
		*ret_match = match;
	return err;
}

/* Fill MATCH if SEED has the token of ACCEPTED, and it has DIGITS digits. */
static enum otp_err
find_token_of(const struct otp_seed *seed, const struct otp_accepted *accepted,
    unsigned digits, struct otp_match *match)
{
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		const struct otp_token *token = &seed->tokens[i];
		uint8_t id[OTP_ID_SIZE];
		enum otp_err err;

		if (token->kind != accepted->kind || token->digits != digits)
			continue;
		err = otp_token_id(token, id);
		if (err != OTP_OK)
			return err;
		if (memcmp(id, accepted->id, OTP_ID_SIZE) != 0)
			continue;
		match->verdict = OTP_VERDICT_REPLAY;
		match->kind = token->kind;
		match->token = i;
		break;
	}
	return OTP_OK;
}

/* Likewise if the address of ACCEPTED is. */
static enum otp_err
find_address_of(const struct otp_seed *seed,
    const struct otp_accepted *accepted, unsigned digits,
    struct otp_match *match)
{
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		uint8_t id[OTP_ID_SIZE];
		enum otp_err err = otp_address_id(&seed->addresses[i], id);

		if (err != OTP_OK)
			return err;
		if (digits != OTP_SEND_DIGITS ||
		    memcmp(id, accepted->id, OTP_ID_SIZE) != 0)
			continue;
		match->verdict = OTP_VERDICT_REPLAY;
		match->kind = OTP_DELIVERED;
		match->token = i;
		break;
	}
	return OTP_OK;
}

enum otp_err
otp_verify_sent(const struct otp_seed *seed, const struct otp_state *state,
    const struct otp_code *code, const uint8_t occasion[OTP_OCCASION_SIZE],
    int64_t now, struct otp_match *ret_match)
{
	struct otp_match match = { .verdict = OTP_VERDICT_REJECT };
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; err == OTP_OK && i < OTP_SENDS; i++) {
		if (match.verdict != OTP_VERDICT_REJECT)
			break;
		if (code->digits == OTP_SEND_DIGITS &&
		    otp_send_is_valid(&state->sends.last[i], occasion, now))
			err = compare_sent(
			    seed, &state->sends.last[i], code, &match);
	}
	if (err == OTP_OK)
		*ret_match = match;
	return err;
}

/* Fill MATCH if CODE is the one that SEND sent, to an address in SEED. */
static enum otp_err
compare_sent(const struct otp_seed *seed, const struct otp_send *send,
    const struct otp_code *code, struct otp_match *match)
{
	struct otp_spend spend = { .kind = OTP_DELIVERED,
		.moving = send->moment,
		.code = code->value };

	for (unsigned i = 0; i < seed->addresses_count; i++) {
		const struct otp_address *address = &seed->addresses[i];
		uint32_t sent = 0;
		enum otp_err err = otp_address_id(address, spend.id);

		if (err != OTP_OK)
			return err;
		if (memcmp(spend.id, send->address, OTP_ID_SIZE) != 0)
			continue;
		err = otp_send_code(address, send->moment, &sent);
		if (err != OTP_OK)
			return err;
		if (otp_equal(&sent, &code->value, sizeof(sent)))
			*match = (struct otp_match){
				.verdict = OTP_VERDICT_ACCEPT,
				.kind = OTP_DELIVERED,
				.token = i,
				.spends_count = 1,
				.spends = { spend },
			};
		otp_wipe(&sent, sizeof(sent));
		break;
	}
	return OTP_OK;
}
