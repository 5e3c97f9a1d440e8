/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of an account (life_fuzz.c): its addresses, and codes sent there. */
#include "config.h"

#include "tests/fuzz/life.h"

#include "common/core/little_endian.h"
#include "common/effects/active.h"
#include "common/effects/enrol.h"
#include "tests/lib/account.h"

#define ADDRESSES_MAX 4 /* of an account */

static unsigned
count_addresses(const struct model *model)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->addresses_count; i++)
		count += model->addresses[i].in_force;
	return count;
}

/* Whether one that is in force has URI already. */
static bool
is_there(const struct model *model, const char *uri)
{
	for (unsigned i = 0; i < model->addresses_count; i++)
		if (model->addresses[i].in_force &&
		    strcmp(model->addresses[i].address.uri, uri) == 0)
			return true;
	return false;
}

/* One with a secret of its own, proven by the code that was sent there. */
static void
add(const char *uri)
{
	struct otp_address_proof proof = { .time = -1 };
	struct otp_address address = { .uri = "" };
	const bool fits = !is_there(&life.model, uri) &&
	    count_addresses(&life.model) < ADDRESSES_MAX;
	struct model after;
	struct model_address *at;
	struct otp_active active;
	uint64_t moment;
	char typed[16];
	enum otp_err err;
	bool told;

	(void)snprintf(address.uri, sizeof(address.uri), "%s", uri);
	err = otp_enrol_begin_address(
	    ACCOUNT_OF(&life.host, life.subject), &address, &proof);
	FUZZ_MUST((err == OTP_OK) ==
	    (fits && life.now >= MODEL_RELEASE && life.seen.has_seed &&
		life.seen.has_state));
	if (err != OTP_OK)
		return;
	at = &life.model.addresses[life.model.addresses_count++];
	*at = (struct model_address){ .address = proof.address };
	FUZZ_MUST(otp_active_of(&life.seen.seed, &active) == OTP_OK);
	moment = otp_get_u64(active.digest) | UINT64_C(1) << 63;
	FUZZ_MUST(
	    otp_enrol_is_proven(&proof, model_sent_code(at, moment, typed)));
	FUZZ_MUST(!otp_enrol_is_proven(
	    &proof, model_sent_code(at, moment + 1, typed)));
	after = life.model;
	after.addresses[after.addresses_count - 1].in_force = true;
	life_bind(&after);
	life_arm();
	told = life_was_told(otp_enrol_add_address(
	    ACCOUNT_OF(&life.host, life.subject), &proof.address));
	life_settle_seed(told, &after);
}

/* The last thing that makes an account be asked is not removed. */
static void
remove_address(unsigned number)
{
	struct model after = life.model;
	const bool there =
	    life.seen.has_state && after.addresses[number].in_force;
	bool may;
	uint8_t id[OTP_ID_SIZE];
	unsigned left = 0;
	enum otp_err err;
	bool told;

	after.addresses[number].in_force = false;
	for (unsigned i = 0; i < after.tokens_count; i++)
		left += after.tokens[i].in_force;
	life_bind(&after);
	may = there && left + count_addresses(&after) > 0;
	FUZZ_MUST(
	    otp_address_id(&after.addresses[number].address, id) == OTP_OK);
	life_arm();
	err =
	    otp_enrol_remove_address(ACCOUNT_OF(&life.host, life.subject), id);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST((err == OTP_OK) == may &&
		    (err == OTP_ERR_LIMIT) == (there && !may));
	life_settle_seed(told, may ? &after : &life.model);
}

void
step_address(void)
{
	static const char *const uris[] = { "mailto:alice@example.org",
		"sms:+4917012345", "mailto:al@example.net", "sms:+15550100",
		"signal:alice", "mailto:alice@example.com" };
	const unsigned choice = fuzz_byte(&life.input);

	if (choice % 2 == 0 && life.model.addresses_count < MODEL_ADDRESSES)
		add(uris[choice / 2 % COUNT(uris)]);
	else if (choice % 2 == 1 && life.model.addresses_count > 0)
		remove_address(choice / 2 % life.model.addresses_count);
}

/* What was sent: to which address, which code, charged to the last. */
static void
check_sent(const struct otp_dispatch *dispatch, const struct model *after)
{
	const struct model_send *sent = &after->sends.last[0];
	const struct model_address *to = &after->addresses[sent->address - 1];
	char code[16], text[OTP_SEND_TEXT_SIZE];

	FUZZ_MUST(sent->moment > life.moment);
	life.moment = sent->moment;
	life.sent[life.sent_count++ % LIFE_SENT] = *sent;
	(void)model_sent_code(to, sent->moment, code);
	(void)snprintf(text, sizeof(text), "%.4s %.4s", code, code + 4);
	FUZZ_MUST(strcmp(dispatch->code, text) == 0);
	FUZZ_MUST(strcmp(dispatch->to.uri, to->address.uri) == 0);
	FUZZ_MUST(
	    fuzz_is_zero(dispatch->to.secret, sizeof(dispatch->to.secret)));
	FUZZ_MUST(dispatch->time == life.now);
}

void
step_send(void)
{
	static const char *const schemes[] = { NULL, "mailto", "sms" };
	static const char *const beginnings[] = { NULL, "mailto:", "sms:" };
	const unsigned occasion = fuzz_below(&life.input, LIFE_OCCASIONS);
	const unsigned choice = fuzz_byte(&life.input);
	const struct otp_send_choice asked = {
		.scheme = schemes[choice / 4 % COUNT(schemes)],
		.number = choice % 4,
		.unasked = choice / 12 % 2 == 1,
	};
	const struct model_wish wish = {
		.occasion = occasion,
		.number = asked.number,
		.scheme = beginnings[choice / 4 % COUNT(schemes)],
		.unasked = asked.unasked,
	};
	const struct otp_request request = life_request(occasion);
	const enum otp_delivery due = life.seen.has_state
	    ? model_deliver(&life.model, &wish, life.now)
	    : OTP_DELIVERY_UNENROLLED;
	const bool untimely = life.now < MODEL_RELEASE &&
	    due != OTP_DELIVERY_UNENROLLED && due != OTP_DELIVERY_HAS_TOKEN;
	const bool sends = due == OTP_DELIVERY_SENT && !untimely;
	struct otp_dispatch dispatch = { .code = "" };
	struct model after = life.model;
	enum otp_err err;
	bool told;

	if (sends)
		model_send(&after, model_address_of(&after, &wish), occasion,
		    life.now);
	life_arm();
	err = otp_deliver(&life.host, &request, &asked, &dispatch, NULL);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST(err == (untimely ? OTP_ERR_CLOCK : OTP_OK));
	FUZZ_MUST(err == OTP_OK || dispatch.code[0] == '\0');
	if (told)
		FUZZ_MUST(dispatch.delivery == due);
	if (told && sends)
		check_sent(&dispatch, &after);
	life_settle(told, &after, NULL);
	if (told && sends)
		life_flushed();
}

/* A code that was sent is typed, on its occasion or on another. */
void
step_sent(void)
{
	const unsigned choice = fuzz_byte(&life.input);
	const unsigned count =
	    life.sent_count < LIFE_SENT ? life.sent_count : LIFE_SENT;
	const struct model_send *sent;
	char typed[16];

	if (count == 0)
		return;
	sent =
	    &life.sent[(life.sent_count - 1 - choice / 4 % count) % LIFE_SENT];
	(void)model_sent_code(
	    &life.model.addresses[sent->address - 1], sent->moment, typed);
	life_try(typed, (sent->occasion + choice) % LIFE_OCCASIONS);
}
