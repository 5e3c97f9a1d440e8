/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/life.h"

#include <errno.h>

#include <openssl/sha.h>

#include "common/effects/attempt.h"

struct life life;

/* --- The machine -------------------------------------------------------- */

static enum otp_err
tell_time(void *context, int64_t *ret_now)
{
	(void)context;
	life.clock_hit = life.clock_hit || life.clock_fails;
	if (life.clock_fails)
		return OTP_ERR_CLOCK;
	*ret_now = life.now;
	return OTP_OK;
}

static enum otp_err
give_random(void *context, void *bytes, size_t size)
{
	(void)context;
	for (size_t i = 0; i < size; i++) {
		life.random = life.random * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		((uint8_t *)bytes)[i] = (uint8_t)(life.random >> 56);
	}
	return OTP_OK;
}

const struct otp_sys life_machine = {
	.time = tell_time,
	.random = give_random,
};

void
life_arm(void)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EINTR, ENOMEM,
		EACCES };
	const unsigned choice = fuzz_byte(&life.input);

	life.hit = life.clock_hit = false;
	life.fault = DISK_PASSES;
	life.clock_fails = choice == 255;
	if (choice >= 128 && choice < 255)
		life.fault = (enum disk_fault)(choice % DISK_FAULTS);
	if (life.fault != DISK_PASSES) {
		unsigned at = fuzz_below(&life.input, 24) + 1;

		disk_plan(life.fault, at,
		    errors[fuzz_below(&life.input, COUNT(errors))]);
	}
}

/* Whether ERR, of a call that is over, is what somebody was told. */
bool
life_was_told(enum otp_err err)
{
	const bool dead = life.fault == DISK_DIES;

	life.hit = disk_stop() || life.clock_hit;
	life.clock_fails = false;
	return err == OTP_OK && !(dead && life.hit);
}

void
life_device(unsigned device, uint8_t ret_id[OTP_DEVICE_ID_SIZE])
{
	memset(ret_id, (int)device, OTP_DEVICE_ID_SIZE);
}

struct otp_request
life_request(unsigned occasion)
{
	static const struct {
		const char *service, *host;
	} occasions[LIFE_OCCASIONS] = { { "sshd", "203.0.113.5" },
		{ "sshd", "203.0.113.6" }, { "sudo", "203.0.113.5" },
		{ "login", "" } };
	struct otp_request request = { .uid = life.subject.uid };

	memcpy(request.account, life.subject.account, sizeof(request.account));
	(void)snprintf(request.service, sizeof(request.service), "%s",
	    occasions[occasion].service);
	(void)snprintf(
	    request.host, sizeof(request.host), "%s", occasions[occasion].host);
	life_device(life.who.device, request.device.id);
	request.device.remember_for =
	    life.who.device != 0 ? life.who.remember_for : 0;
	request.owner = (struct otp_owner){
		.has_host = life.who.host != 0,
		.gives_code = life.who.gives_code,
		.is_caller = life.who.is_caller,
		.fresh_for = life.who.fresh_for,
		.host = { (uint8_t)life.who.host },
	};
	request.tell = life.who.tell;
	return request;
}

unsigned
life_host(unsigned occasion)
{
	static const unsigned hosts[LIFE_OCCASIONS] = { 1, 2, 1, 0 };

	return hosts[occasion];
}

/* --- What is seen ------------------------------------------------------- */

static void
look(struct seen *seen)
{
	struct otp_store *store = NULL;
	enum otp_err err;

	memset(seen, 0, sizeof(*seen));
	FUZZ_MUST(otp_store_open(life.host.store, life.subject.account, &store,
		      NULL) == OTP_OK);
	err = otp_store_peek(store, &seen->state, NULL);
	FUZZ_MUST(err == OTP_OK || err == OTP_ERR_ABSENT);
	seen->has_state = err == OTP_OK;
	err = otp_store_seed(store, &seen->seed, NULL);
	FUZZ_MUST(err == OTP_OK || err == OTP_ERR_ABSENT);
	seen->has_file = err == OTP_OK;
	seen->has_seed = seen->has_file && otp_seed_is_active(&seen->seed);
	otp_store_close(store);
}

static struct model_tally
seen_tally(const struct otp_tally *tally)
{
	return (struct model_tally){ tally->failures, tally->told,
		tally->wait_length, tally->wait_until };
}

static void
see_token(const struct seen *seen, struct model_token *at)
{
	const struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	at->in_force = false;
	for (unsigned i = 0; i < seen->seed.tokens_count; i++)
		if (memcmp(seen->seed.tokens[i].secret, at->token.secret,
			at->token.secret_size) == 0)
			at->in_force = true;
	FUZZ_MUST(otp_token_id(&at->token, id) == OTP_OK);
	credential = otp_state_find(&seen->state, at->token.kind, id);
	at->known = credential != NULL;
	at->next = at->token.counter;
	if (!at->known)
		return;
	at->next = credential->value;
	if (at->token.kind == OTP_TOTP)
		at->next = (credential->value + at->token.period - 1) /
		    at->token.period;
	else if (at->next < at->token.counter)
		at->next = at->token.counter;
}

static void
see_code(const struct seen *seen, const struct otp_recovery *kept,
    struct model_code *at)
{
	const struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	at->in_force = false;
	for (unsigned i = 0; i < seen->seed.recovery_count; i++) {
		if (memcmp(seen->seed.recovery[i].hash, kept->hash,
			sizeof(kept->hash)) != 0)
			continue;
		at->in_force = true;
		at->made = seen->seed.recovery[i].made;
		at->until = seen->seed.recovery[i].until;
	}
	otp_recovery_id(kept, id);
	credential = otp_state_find(&seen->state, OTP_RECOVERY, id);
	at->known = credential != NULL;
	at->used = at->known && credential->value != 0;
	if (at->known)
		at->made = credential->created;
	if (at->made != 0 && at->made <= seen->state.recovery_made)
		at->known = at->used = true;
}

static void
see_invitation(const struct seen *seen, const struct otp_recovery *kept,
    struct model_code *at)
{
	const struct otp_recovery *invitation = &seen->seed.invitation;
	const struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	at->in_force = seen->seed.invited &&
	    memcmp(invitation->hash, kept->hash, sizeof(kept->hash)) == 0;
	if (at->in_force)
		at->until = invitation->until;
	otp_recovery_id(kept, id);
	credential = otp_state_find(&seen->state, OTP_INVITATION, id);
	at->known = credential != NULL;
	at->used = at->known && credential->value != 0;
}

static void
see_address(const struct seen *seen, struct model_address *at)
{
	at->in_force = false;
	for (unsigned i = 0; i < seen->seed.addresses_count; i++)
		if (memcmp(&seen->seed.addresses[i], &at->address,
			sizeof(at->address)) == 0)
			at->in_force = true;
}

/* The number of the address with this ID, plus 1; 0 if it is not ours. */
static unsigned
find_address(const struct model *model, const uint8_t id[OTP_ID_SIZE])
{
	for (unsigned i = 0; i < model->addresses_count; i++) {
		uint8_t other[OTP_ID_SIZE];

		FUZZ_MUST(otp_address_id(&model->addresses[i].address, other) ==
		    OTP_OK);
		if (memcmp(other, id, OTP_ID_SIZE) == 0)
			return i + 1;
	}
	return 0;
}

static unsigned
find_occasion(const uint8_t id[OTP_OCCASION_SIZE])
{
	unsigned i = 0;

	for (; i < LIFE_OCCASIONS; i++) {
		const struct otp_request request = life_request(i);
		uint8_t other[OTP_OCCASION_SIZE];

		FUZZ_MUST(otp_send_occasion(
			      request.service, request.host, other) == OTP_OK);
		if (memcmp(other, id, OTP_OCCASION_SIZE) == 0)
			break;
	}
	FUZZ_MUST(i < LIFE_OCCASIONS);
	return i;
}

static unsigned
find_host(const char *host)
{
	unsigned i = 0;

	while (i < LIFE_OCCASIONS && strcmp(life_request(i).host, host) != 0)
		i++;
	/* resynchronised, or never: from here */
	FUZZ_MUST(i < LIFE_OCCASIONS);
	return life_host(i);
}

/* The id, pam_otp_store(5), is of an IPv4 address here. */
static unsigned
find_noticed(const uint8_t id[OTP_ID_SIZE])
{
	for (unsigned i = 0; i < LIFE_OCCASIONS; i++) {
		uint8_t bytes[] = "pam_otp notice 1\0\4\xcb\x00\x71";
		uint8_t digest[SHA256_DIGEST_LENGTH];

		bytes[sizeof(bytes) - 1] = (uint8_t)(4 + life_host(i));
		FUZZ_MUST(SHA256(bytes, sizeof(bytes), digest) != NULL);
		if (life_host(i) != 0 && memcmp(digest, id, OTP_ID_SIZE) == 0)
			return life_host(i);
	}
	return 0;
}

static void
see_news(const struct seen *seen, struct model *model)
{
	const struct otp_tally *tally = &seen->state.tally;
	const struct otp_notices *notices = &tally->notices;

	model->news = (struct model_news){
		.wrong = seen->state.unreported,
		.replays = { tally->replays, seen->state.others.replays },
		.last_replay = { tally->last_replay,
		    seen->state.others.last_replay },
		.last_time = seen->state.last_success.time,
		.last_host = find_host(seen->state.last_success.host),
	};
	model->notices = (struct model_notices){
		.wrong = { notices->wrong.since, notices->wrong.codes },
		.delay = { notices->delay.since, notices->delay.codes },
	};
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++) {
		if (notices->hosts[i].time == 0)
			continue;
		model->notices.hosts[i] = (struct model_noticed){
			find_noticed(notices->hosts[i].id),
			notices->hosts[i].time,
		};
		FUZZ_MUST(model->notices.hosts[i].host != 0);
	}
}

static void
see_sends(const struct seen *seen, struct model *model)
{
	const struct otp_sends *sends = &seen->state.sends;

	model->sends = (struct model_sends){
		.moment = sends->moment,
		.hour_since = sends->hour_since,
		.day_since = sends->day_since,
		.hour = sends->hour,
		.day = sends->day,
	};
	for (unsigned i = 0; i < OTP_SENDS; i++) {
		const struct otp_send *send = &sends->last[i];

		if (send->moment == 0)
			continue;
		model->sends.last[i] = (struct model_send){
			.address = find_address(model, send->address),
			.occasion = find_occasion(send->occasion),
			.moment = send->moment,
			.time = send->time,
		};
		FUZZ_MUST(model->sends.last[i].address != 0);
	}
}

/* The accepted codes, of whichever of our tokens they are. */
static void
see_accepted(const struct seen *seen, struct model *model)
{
	memset(model->accepted, 0, sizeof(model->accepted));
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		const struct otp_accepted *one = &seen->state.accepted[i];
		uint8_t id[OTP_ID_SIZE];

		for (unsigned j = 0; j < model->tokens_count; j++) {
			const struct otp_token *token = &model->tokens[j].token;

			FUZZ_MUST(otp_token_id(token, id) == OTP_OK);
			if (one->kind == token->kind &&
			    memcmp(one->id, id, OTP_ID_SIZE) == 0)
				model->accepted[i] = (struct model_accepted){
					.token = j + 1,
					.moving = one->moving,
				};
		}
		if (one->kind == OTP_DELIVERED)
			model->accepted[i] = (struct model_accepted){
				.address = find_address(model, one->id),
				.moving = one->moving,
			};
		FUZZ_MUST(one->kind == 0 || model->accepted[i].token != 0 ||
		    model->accepted[i].address != 0);
	}
}

/* The id of what is in force, for what has it later. */
static void
see_set(const struct seen *seen, const struct model *model)
{
	const struct life_set one = { .set = model_in_force(model) };
	struct life_set *next = &life.sets[life.sets_count];

	if (!seen->has_seed)
		return;
	for (unsigned i = 0; i < life.sets_count; i++)
		if (life.sets[i].set == one.set)
			return;
	FUZZ_MUST(life.sets_count < LIFE_SETS);
	*next = one;
	FUZZ_MUST(otp_seed_tokens_id(&seen->seed, next->id) == OTP_OK);
	life.sets_count++;
}

static void
see_known(const struct seen *seen, struct model *model)
{
	const struct otp_devices *devices = &seen->state.devices;
	struct model_known *known = &model->known;

	*known = (struct model_known){ .count = devices->count };
	for (unsigned i = 0; i < life.sets_count && known->count > 0; i++)
		if (memcmp(life.sets[i].id, seen->state.devices_of,
			OTP_ID_SIZE) == 0)
			known->with = life.sets[i].set;
	FUZZ_MUST(known->count == 0 || known->with != 0);
	for (unsigned i = 0; i < known->count; i++)
		known->list[i] = (struct model_device){
			.device = devices->list[i].id[0],
			.made = devices->list[i].created,
			.ends = devices->list[i].expires,
		};
}

/* The mark, pam_otp_store(5), is of the tokens and of the host. */
static void
see_own(const struct seen *seen, struct model *model)
{
	static const char purpose[] = "pam_otp own code 1";
	const struct otp_own_code *own = &seen->state.own_code;

	model->own = (struct model_own){ .time = own->time };
	for (unsigned i = 0; i < life.sets_count * LIFE_HOSTS; i++) {
		const struct life_set *set = &life.sets[i / LIFE_HOSTS];
		uint8_t bytes[sizeof(purpose) + 2 * OTP_ID_SIZE] = { 0 };
		uint8_t digest[SHA256_DIGEST_LENGTH];

		memcpy(bytes, purpose, sizeof(purpose));
		memcpy(bytes + sizeof(purpose), set->id, OTP_ID_SIZE);
		bytes[sizeof(purpose) + OTP_ID_SIZE] =
		    (uint8_t)(i % LIFE_HOSTS);
		FUZZ_MUST(SHA256(bytes, sizeof(bytes), digest) != NULL);
		if (own->time == 0 ||
		    memcmp(digest, own->mark, OTP_ID_SIZE) != 0)
			continue;
		model->own.with = set->set;
		model->own.host = i % LIFE_HOSTS;
	}
	FUZZ_MUST(own->time == 0 || model->own.host != 0);
}

/* What is in the store, in the model's terms. */
struct model
life_see(void)
{
	struct model model = life.model;

	look(&life.seen);
	model.tally[0] = seen_tally(&life.seen.state.tally);
	model.tally[1] = seen_tally(&life.seen.state.others);
	for (unsigned i = 0; i < model.tokens_count; i++)
		see_token(&life.seen, &model.tokens[i]);
	for (unsigned i = 0; i < model.codes_count; i++)
		see_code(&life.seen, &life.kept[i], &model.codes[i]);
	for (unsigned i = 0; i < model.invitations_count; i++)
		see_invitation(&life.seen, &life.kept_invitations[i],
		    &model.invitations[i]);
	for (unsigned i = 0; i < model.addresses_count; i++)
		see_address(&life.seen, &model.addresses[i]);
	see_set(&life.seen, &model);
	see_known(&life.seen, &model);
	see_own(&life.seen, &model);
	model.exempt_until = life.seen.state.exemption.until;
	see_sends(&life.seen, &model);
	see_news(&life.seen, &model);
	see_accepted(&life.seen, &model);
	model.suspended = life.seen.state.suspended;
	model.forgotten = life.seen.state.forgotten;
	model.recovery_made = life.seen.state.recovery_made;
	model.uid = life.seen.has_state ? life.seen.state.uid : 0;
	return model;
}

/* --- What may be -------------------------------------------------------- */

static bool
same_tally(const struct model_tally *one, const struct model_tally *other)
{
	return one->failures == other->failures && one->told == other->told &&
	    one->wait == other->wait && one->until == other->until;
}

static bool
same_token(const struct model_token *one, const struct model_token *other)
{
	return one->known == other->known &&
	    (!one->known || one->next == other->next);
}

static bool
same_code(const struct model_code *one, const struct model_code *other)
{
	return one->known == other->known && one->used == other->used &&
	    (!one->in_force || !other->in_force || one->until == other->until);
}

static bool
same_accepted(
    const struct model_accepted *one, const struct model_accepted *other)
{
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++)
		if (one[i].token != other[i].token ||
		    one[i].address != other[i].address ||
		    one[i].moving != other[i].moving)
			return false;
	return true;
}

static bool
same_send(const struct model_send *one, const struct model_send *other)
{
	return one->address == other->address &&
	    one->occasion == other->occasion && one->moment == other->moment &&
	    one->time == other->time;
}

static bool
same_sends(const struct model_sends *one, const struct model_sends *other)
{
	for (unsigned i = 0; i < MODEL_SENDS; i++)
		if (!same_send(&one->last[i], &other->last[i]))
			return false;
	return one->moment == other->moment &&
	    one->hour_since == other->hour_since &&
	    one->day_since == other->day_since && one->hour == other->hour &&
	    one->day == other->day;
}

bool
life_same_known(const struct model_known *one, const struct model_known *other)
{
	for (unsigned i = 0; i < one->count && i < other->count; i++)
		if (one->list[i].device != other->list[i].device ||
		    one->list[i].made != other->list[i].made ||
		    one->list[i].ends != other->list[i].ends)
			return false;
	return one->count == other->count && one->with == other->with;
}

bool
life_same_own(const struct model_own *one, const struct model_own *other)
{
	return one->time == other->time &&
	    (one->time == 0 ||
		(one->host == other->host && one->with == other->with));
}

static bool
same_count(const struct model_count *one, const struct model_count *other)
{
	return one->since == other->since && one->codes == other->codes;
}

static bool
same_notices(const struct model_notices *one, const struct model_notices *other)
{
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++)
		if (one->hosts[i].host != other->hosts[i].host ||
		    one->hosts[i].time != other->hosts[i].time)
			return false;
	return same_count(&one->wrong, &other->wrong) &&
	    same_count(&one->delay, &other->delay);
}

static bool
same_news(const struct model_news *one, const struct model_news *other)
{
	for (unsigned i = 0; i < 2; i++)
		if (one->replays[i] != other->replays[i] ||
		    one->last_replay[i] != other->last_replay[i])
			return false;
	return one->wrong == other->wrong &&
	    one->last_time == other->last_time &&
	    one->last_host == other->last_host;
}

/* What is known of what is not in force may go when there is no room. */
static bool
is_dropped(bool known, bool in_force)
{
	return !known && !in_force && life.seen.state.forgotten;
}

/* Whether the last one went that had to; recovery codes may have gone since. */
static bool
is_full(void)
{
	return life.seen.state.credentials_count + MODEL_CODES >=
	    OTP_STATE_CREDENTIALS;
}

void
life_hold_against(const struct model *may, unsigned count)
{
	struct model now = life_see();
	bool found;

	for (unsigned i = 0; i < 2; i++) {
		found = false;
		for (unsigned j = 0; j < count; j++)
			found = found ||
			    same_tally(&now.tally[i], &may[j].tally[i]);
		FUZZ_MUST(found);
	}
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || now.suspended == may[j].suspended;
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || now.recovery_made >= may[j].recovery_made;
	FUZZ_MUST(found);
	found = now.forgotten && is_full();
	for (unsigned j = 0; j < count; j++)
		found = found || now.forgotten == may[j].forgotten;
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || now.uid == 0 || may[j].uid == 0 ||
		    now.uid == may[j].uid;
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || same_accepted(now.accepted, may[j].accepted);
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || same_sends(&now.sends, &may[j].sends);
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || same_notices(&now.notices, &may[j].notices);
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || same_news(&now.news, &may[j].news);
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || life_same_known(&now.known, &may[j].known);
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || life_same_own(&now.own, &may[j].own);
	FUZZ_MUST(found);
	found = false;
	for (unsigned j = 0; j < count; j++)
		found = found || now.exempt_until == may[j].exempt_until;
	FUZZ_MUST(found);
	for (unsigned i = 0; i < now.addresses_count; i++) {
		found = false;
		for (unsigned j = 0; j < count; j++)
			found = found ||
			    now.addresses[i].in_force ==
				may[j].addresses[i].in_force;
		FUZZ_MUST(found);
	}
	for (unsigned i = 0; i < now.tokens_count; i++) {
		struct model_token *at = &now.tokens[i];
		bool in_force = false;

		found = is_dropped(at->known, at->in_force);
		at->least = found ? 0 : at->least;
		for (unsigned j = 0; j < count; j++) {
			const struct model_token *other = &may[j].tokens[i];

			found = found || same_token(at, other);
			in_force = in_force || at->in_force == other->in_force;
		}
		FUZZ_MUST(found && in_force);
		FUZZ_MUST(life.by_hand || !at->in_force || at->known);
	}
	for (unsigned i = 0; i < now.codes_count; i++) {
		struct model_code *at = &now.codes[i];
		bool in_force = false;

		found = is_dropped(at->known, at->in_force);
		at->surely = at->surely && !found;
		for (unsigned j = 0; j < count; j++) {
			const struct model_code *other = &may[j].codes[i];

			found = found || same_code(at, other);
			in_force = in_force || at->in_force == other->in_force;
		}
		FUZZ_MUST(found && in_force);
	}
	for (unsigned i = 0; i < now.invitations_count; i++) {
		struct model_code *at = &now.invitations[i];
		bool in_force = false;

		found = is_dropped(at->known, at->in_force);
		at->surely = at->surely && !found;
		for (unsigned j = 0; j < count; j++) {
			const struct model_code *other = &may[j].invitations[i];

			found = found || same_code(at, other);
			in_force = in_force || at->in_force == other->in_force;
		}
		FUZZ_MUST(found && in_force);
	}
	life.model = now;
}

/* The whole record is on the disk, as far as anybody was told. */
void
life_flushed(void)
{
	struct model *model = &life.model;

	memcpy(model->least, model->tally, sizeof(model->least));
	memcpy(model->told, model->accepted, sizeof(model->told));
	model->told_sends = model->sends;
	model->told_known = model->known;
	model->told_own = model->own;
	model->told_exempt = model->exempt_until;
	model->told_wrong = model->news.wrong;
	model->told_uid = model->uid;
	life.noted = false;
	model->told_suspended = model->suspended;
	model->told_forgotten = model->forgotten;
	model->told_made = model->recovery_made;
	for (unsigned i = 0; i < model->tokens_count; i++)
		if (model->tokens[i].known)
			model->tokens[i].least = model->tokens[i].next;
	for (unsigned i = 0; i < model->codes_count; i++)
		model->codes[i].surely = model->codes[i].used;
	for (unsigned i = 0; i < model->invitations_count; i++)
		model->invitations[i].surely = model->invitations[i].used;
	life.told = life.seen.has_state;
	life.unsure = false;
}

/*
 * A step that makes AFTER of the model is over; MIDDLE is what it may leave
 * besides (or NULL).  TOLD: it was said to be done.
 */
void
life_settle(bool told, const struct model *after, const struct model *middle)
{
	const struct model before = life.model;
	struct model may[3] = { before, *after, middle ? *middle : before };

	life.unsure = life.unsure || life.hit;
	if (told)
		life_hold_against(after, 1);
	else
		life_hold_against(may, life.hit ? 3 : 1);
}

void
life_settle_seed(bool told, const struct model *after)
{
	life_settle(told, after, NULL);
	if (told) {
		life_flushed();
		life.wavering = false;
	} else if (life.hit) {
		life.wavering = true;
	}
}

void
life_bind(struct model *after)
{
	if (after->known.with != model_in_force(after))
		after->known = (struct model_known){ 0 };
}

/* --- A try -------------------------------------------------------------- */

enum model_answer
life_answer(enum otp_verdict verdict)
{
	switch (verdict) {
	case OTP_VERDICT_ACCEPT:
		return MODEL_YES;
	case OTP_VERDICT_REJECT:
		return MODEL_NO;
	case OTP_VERDICT_REPLAY:
		return MODEL_SPENT;
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
		return MODEL_HELD;
	case OTP_VERDICT_UNENROLLED:
		return MODEL_NOBODY;
	case OTP_VERDICT_SUSPENDED:
		return MODEL_SUSPENDED;
	case OTP_VERDICT_INVITED:
		return MODEL_INVITED;
	case OTP_VERDICT_INVITATION_ENDED:
		return MODEL_INVITATION_ENDED;
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		break;
	}
	return MODEL_MALFORMED;
}

/* Whether WANTED, the answer to TYPED, is counted.  No recovery code is. */
static bool
is_failure(enum model_answer wanted, const char *typed)
{
	return wanted == MODEL_UNTIMELY_NO ||
	    (wanted == MODEL_NO && strlen(typed) < OTP_RECOVERY_TEXT_SIZE - 1);
}

/* As a try with TYPED is charged; what its owner would be told of it. */
static struct otp_notice
charge(struct model *model, const char *typed, unsigned occasion)
{
	struct otp_notice notice = { .kind = OTP_NOTICE_NONE };

	struct model_tally *tally = &model->tally[model->caller];

	*tally = model_charge(model, *tally, life.now);
	if (model_tells(model, &life.who, typed, life.now))
		notice = model_notice(model, life_host(occasion), life.now);
	return notice;
}

/* What the model is after WANTED was the answer to TYPED, and what is told. */
static struct model
after_answer(enum model_answer wanted, const char *typed, unsigned occasion,
    struct otp_notice *ret_notice)
{
	struct model after = life.model;
	struct model_tally *tally = &after.tally[after.caller];

	*ret_notice = (struct otp_notice){ .kind = OTP_NOTICE_NONE };
	if (wanted == MODEL_YES) {
		model_spend(&after, typed, occasion, life.now);
		ret_notice->kind =
		    model_notice_yes(&after, typed, &life.who, life.now);
		model_remember(&after, typed, &life.who, life.now);
		model_let_in(&after);
		after.news.last_time = life.now;
		after.news.last_host = life_host(occasion);
	} else if (is_failure(wanted, typed)) {
		*ret_notice = charge(&after, typed, occasion);
	} else if (wanted == MODEL_SPENT &&
	    strlen(typed) < OTP_RECOVERY_TEXT_SIZE - 1) {
		model_replay(&after, typed, life_host(occasion), life.now);
	} else if (wanted == MODEL_HELD) {
		*tally = model_anchor(*tally, life.now);
	}
	return after;
}

/* Whether something is judged, or at least charged. */
static bool
is_charged(enum model_answer wanted)
{
	return wanted != MODEL_HELD && wanted != MODEL_SUSPENDED &&
	    wanted != MODEL_UNTIMELY;
}

/* For how long a yes to TYPED makes the device known. */
static int64_t
remembered_for(const char *typed)
{
	return life.who.device == 0 || life.now < MODEL_RELEASE ||
		strlen(typed) == OTP_RECOVERY_TEXT_SIZE - 1
	    ? 0
	    : life.who.remember_for;
}

/* Whether root's caller tries, or another: in some lives each second one. */
static unsigned
choose_caller(void)
{
	return life.others ? fuzz_below(&life.input, 2) : 0;
}

/* What a user who is let in may want to know, and are told of it later. */
static void
check_yes(const struct otp_answer *answer, const struct model *after,
    const char *typed)
{
	FUZZ_MUST(answer->device_left == remembered_for(typed));
	FUZZ_MUST(answer->unreported == after->news.wrong);
	FUZZ_MUST(
	    answer->replays == after->news.replays[0] + after->news.replays[1]);
	life.news = *answer;
}

/* What the owner is told at once, and where. */
static void
check_notice(const struct otp_told *told, enum model_answer wanted,
    const struct otp_notice *due)
{
	unsigned count = 0;

	FUZZ_MUST(told->notice.kind == due->kind);
	if (due->kind == OTP_NOTICE_NONE)
		return;
	FUZZ_MUST(told->notice.time == life.now);
	if (wanted != MODEL_YES)
		FUZZ_MUST(told->notice.codes == due->codes &&
		    told->notice.since == due->since);
	for (unsigned i = 0; i < life.model.addresses_count; i++) {
		const struct model_address *at = &life.model.addresses[i];

		if (at->in_force)
			FUZZ_MUST(
			    strcmp(told->to[count++], at->address.uri) == 0);
	}
	FUZZ_MUST(told->to_count == count);
}

void
life_try(const char *typed, unsigned occasion)
{
	const unsigned by = life.model.caller = choose_caller();
	struct otp_request request = life_request(occasion);
	const enum model_answer wanted =
	    model_judge(&life.model, typed, occasion, life.now);
	struct otp_notice notice;
	const struct model after =
	    after_answer(wanted, typed, occasion, &notice);
	const bool untimely =
	    wanted == MODEL_UNTIMELY || wanted == MODEL_UNTIMELY_NO;
	struct model charged = life.model;
	struct model_tally *least = &life.model.least[by];
	struct otp_answer answer = { .verdict = OTP_VERDICT_ACCEPT };
	bool told, done;
	enum otp_err err;

	request.by_other = by == 1;
	(void)charge(&charged, typed, occasion);
	(void)snprintf(life.last, sizeof(life.last), "%s", typed);
	life_arm();
	err = otp_attempt_try(&life.host, &request, typed, &answer, NULL);
	told = life_was_told(err);
	FUZZ_MUST(err == OTP_OK || answer.verdict == OTP_VERDICT_REJECT);
	if (told && wanted == MODEL_YES)
		check_yes(&answer, &after, typed);
	if (told)
		check_notice(&answer.told, wanted, &notice);
	if (told && !life.seen.has_state)
		FUZZ_MUST(!life.seen.has_seed && wanted == MODEL_NOBODY);
	if (told && wanted != MODEL_NOBODY)
		FUZZ_MUST(life_answer(answer.verdict) == wanted);
	if (told && wanted == MODEL_NOBODY)
		FUZZ_MUST(answer.verdict != OTP_VERDICT_ACCEPT);
	if (!life.hit && err != OTP_OK)
		FUZZ_MUST(wanted == MODEL_UNKNOWN || wanted == MODEL_NOBODY ||
		    (untimely && err == OTP_ERR_CLOCK) || !life.seen.has_state);
	*least = model_anchor(*least, life.now);
	if (!told && life.hit && wanted == MODEL_YES) {
		*least = (struct model_tally){ 0 };
		life.model.told_sends.hour = 0;
	}
	done = told || (untimely && !life.hit && life.seen.has_state);
	life_settle(done, &after, is_charged(wanted) ? &charged : NULL);
	if (done &&
	    (wanted == MODEL_YES ||
		(is_failure(wanted, typed) && after.tally[by].wait)))
		life_flushed();
}
