/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/model.h"

#include <string.h>

#include "tests/unit/oracle.h"

/* Steps or counters of TOKEN that a login looks at: FIRST to LAST. */
static void
reach(const struct model *model, const struct model_token *at, int64_t now,
    uint64_t *first, uint64_t *last)
{
	const uint64_t window = model->policy.window;

	if (at->token.kind == OTP_HOTP) {
		*first = at->next;
		*last = at->next + model->policy.lookahead - 1;
		return;
	}
	*last = (uint64_t)now / at->token.period + window;
	*first = *last > 2 * window ? *last - 2 * window : 0;
}

/* Spend TYPED where it is right and fresh (SPEND), or say whether it is. */
static enum model_answer
compare(struct model_token *at, const struct model *model, const char *typed,
    int64_t now, bool spend)
{
	enum model_answer answer = MODEL_NO;
	uint64_t first, last, next = at->next;
	char code[16];

	if (at->token.kind == OTP_HOTP && next == UINT64_MAX)
		return MODEL_NO; /* it has to be found first: no code is right */
	reach(model, at, now, &first, &last);
	if (at->token.kind == OTP_HOTP && first > at->token.counter &&
	    strcmp(oracle_code(&at->token, first - 1, code), typed) == 0)
		return MODEL_LAST;
	for (uint64_t moving = first; moving <= last; moving++) {
		if (strcmp(oracle_code(&at->token, moving, code), typed) != 0)
			continue;
		if (!at->known)
			return MODEL_UNKNOWN;
		if (answer == MODEL_SPENT)
			continue; /* and stays so */
		if (moving >= at->next)
			next = moving + 1;
		answer = moving >= at->next ? MODEL_YES : MODEL_SPENT;
		if (at->token.kind == OTP_HOTP)
			break;
	}
	if (spend)
		at->next = next;
	return answer;
}

static void
accept(struct model *model, struct model_accepted accepted)
{
	for (unsigned i = OTP_STATE_ACCEPTED - 1; i > 0; i--)
		model->accepted[i] = model->accepted[i - 1];
	model->accepted[0] = accepted;
}

void
model_accept(struct model *model, unsigned token, uint64_t moving)
{
	accept(model,
	    (struct model_accepted){ .token = token + 1, .moving = moving });
}

const char *
model_sent_code(const struct model_address *at, uint64_t moment, char text[16])
{
	struct otp_token token = {
		.kind = OTP_HOTP,
		.hash = OTP_SHA1,
		.digits = 8,
		.secret_size = OTP_ADDRESS_SECRET_SIZE,
	};

	memcpy(token.secret, at->address.secret, OTP_ADDRESS_SECRET_SIZE);
	return oracle_code(&token, moment, text);
}

/* Whether NOW is in the so many SECONDS that begin at SINCE. */
static bool
is_in(int64_t since, int64_t seconds, int64_t now)
{
	return since <= now && now < since + seconds;
}

/* The send whose code TYPED is, on this occasion, or MODEL_SENDS. */
static unsigned
find_sent(const struct model *model, const char *typed, unsigned occasion,
    int64_t now)
{
	char code[16];

	for (unsigned i = 0; i < MODEL_SENDS; i++) {
		const struct model_send *at = &model->sends.last[i];

		if (at->address != 0 && at->occasion == occasion &&
		    is_in(at->time, 300, now) &&
		    model->addresses[at->address - 1].in_force &&
		    strcmp(typed,
			model_sent_code(&model->addresses[at->address - 1],
			    at->moment, code)) == 0)
			return i;
	}
	return MODEL_SENDS;
}

/* It goes, and with it what was sent before it on its occasion. */
static void
spend_sent(struct model *model, unsigned at)
{
	struct model_sends *sends = &model->sends;
	const struct model_send spent = sends->last[at];
	struct model_send kept[MODEL_SENDS] = { { 0 } };
	unsigned count = 0;

	for (unsigned i = 0; i < MODEL_SENDS; i++)
		if (sends->last[i].occasion != spent.occasion ||
		    sends->last[i].moment > spent.moment)
			kept[count++] = sends->last[i];
	memcpy(sends->last, kept, sizeof(kept));
	sends->hour -= sends->hour > 0;
	accept(model,
	    (struct model_accepted){
		.address = spent.address, .moving = spent.moment });
}

unsigned
model_address_of(const struct model *model, const struct model_wish *wish)
{
	unsigned number = 0;

	for (unsigned i = 0; i < model->addresses_count; i++) {
		const struct model_address *at = &model->addresses[i];

		if (!at->in_force)
			continue;
		number++;
		if ((wish->number == 0 || wish->number == number) &&
		    (wish->scheme == NULL ||
			strncmp(at->address.uri, wish->scheme,
			    strlen(wish->scheme)) == 0))
			return i;
	}
	return MODEL_ADDRESSES;
}

static bool
has_token(const struct model *model)
{
	for (unsigned i = 0; i < model->tokens_count; i++)
		if (model->tokens[i].in_force)
			return true;
	return false;
}

static bool
has_address(const struct model *model)
{
	return model_address_of(model, &(struct model_wish){ 0 }) <
	    MODEL_ADDRESSES;
}

static bool
is_held(const struct model *model, unsigned caller, int64_t now)
{
	const struct model_tally tally =
	    model_anchor(model->tally[caller], now);

	return tally.failures >= model->policy.lock_after ||
	    (tally.wait > 0 && now < tally.until);
}

enum otp_delivery
model_deliver(
    const struct model *model, const struct model_wish *wish, int64_t now)
{
	const struct model_sends *sends = &model->sends;

	if (!has_token(model) && !has_address(model))
		return OTP_DELIVERY_UNENROLLED;
	if (wish->unasked && has_token(model))
		return OTP_DELIVERY_HAS_TOKEN;
	if (model->suspended)
		return OTP_DELIVERY_SUSPENDED;
	if (is_held(model, 0, now))
		return model->tally[0].failures >= model->policy.lock_after
		    ? OTP_DELIVERY_LOCKED_OUT
		    : OTP_DELIVERY_BLOCKED;
	if (model_address_of(model, wish) == MODEL_ADDRESSES)
		return OTP_DELIVERY_NO_ADDRESS;
	if ((sends->last[0].address != 0 &&
		is_in(sends->last[0].time, 30, now)) ||
	    (is_in(sends->hour_since, 3600, now) && sends->hour >= 5) ||
	    (is_in(sends->day_since, 86400, now) && sends->day >= 20))
		return OTP_DELIVERY_LIMIT;
	return OTP_DELIVERY_SENT;
}

void
model_send(
    struct model *model, unsigned address, unsigned occasion, int64_t now)
{
	struct model_sends *sends = &model->sends;
	const uint64_t least = sends->moment + 1;

	sends->moment = (uint64_t)now * 1000;
	if (sends->moment < least)
		sends->moment = least;
	if (!is_in(sends->hour_since, 3600, now)) {
		sends->hour_since = now;
		sends->hour = 0;
	}
	if (!is_in(sends->day_since, 86400, now)) {
		sends->day_since = now;
		sends->day = 0;
	}
	sends->hour++;
	sends->day++;
	for (unsigned i = MODEL_SENDS - 1; i > 0; i--)
		sends->last[i] = sends->last[i - 1];
	sends->last[0] =
	    (struct model_send){ address + 1, occasion, sends->moment, now };
}

/* Whether TYPED is one of the last codes of what is in force. */
static bool
is_repeated(const struct model *model, const char *typed)
{
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		const struct model_accepted *one = &model->accepted[i];
		const struct model_token *at;
		char code[16];

		if (one->address != 0 &&
		    model->addresses[one->address - 1].in_force &&
		    strcmp(model_sent_code(&model->addresses[one->address - 1],
			       one->moving, code),
			typed) == 0)
			return true;
		if (one->token == 0)
			continue;
		at = &model->tokens[one->token - 1];
		if (at->in_force &&
		    strcmp(oracle_code(&at->token, one->moving, code), typed) ==
			0)
			return true;
	}
	return false;
}

/* By a clock that is wrong, nobody knows. */
static bool
has_ended(const struct model_code *at, int64_t now)
{
	return at->until != 0 && (now >= at->until || now < MODEL_RELEASE);
}

enum model_answer
model_judge_invitation(
    const struct model *model, const char *typed, int64_t now)
{
	for (unsigned i = 0; i < model->invitations_count; i++) {
		const struct model_code *at = &model->invitations[i];

		if (!at->in_force || strcmp(at->text, typed) != 0)
			continue;
		if (at->known ? at->used : model->forgotten)
			return MODEL_SPENT;
		if (!at->known)
			return MODEL_UNKNOWN;
		return has_ended(at, now) ? MODEL_INVITATION_ENDED
					  : MODEL_INVITED;
	}
	return MODEL_NO;
}

void
model_end_invitation(struct model *model)
{
	for (unsigned i = 0; i < model->invitations_count; i++) {
		struct model_code *at = &model->invitations[i];

		if (at->in_force)
			at->known = at->used = true;
		at->in_force = false;
	}
}

enum model_answer
model_judge(const struct model *model, const char *typed, unsigned occasion,
    int64_t now)
{
	enum model_answer answer = model_judge_invitation(model, typed, now);
	bool found[MODEL_UNKNOWN + 1] = { false };
	bool dropped = false, compared = false;

	if (model->suspended)
		return MODEL_SUSPENDED;
	if (answer != MODEL_NO)
		return answer;
	answer = MODEL_MALFORMED;
	if (!has_token(model) && !has_address(model))
		return MODEL_NOBODY;
	for (unsigned i = 0; i < model->tokens_count; i++) {
		struct model_token at = model->tokens[i];

		if (!at.in_force || at.token.digits != strlen(typed))
			continue;
		answer = MODEL_NO;
		if (now < MODEL_RELEASE && at.token.kind == OTP_TOTP) {
			dropped = true;
			continue;
		}
		compared = true;
		found[compare(&at, model, typed, now, false)] = true;
	}
	if (has_address(model) && strlen(typed) == 8) {
		answer = MODEL_NO;
		dropped = dropped || now < MODEL_RELEASE;
		compared = compared || now >= MODEL_RELEASE;
	}
	for (unsigned i = 0; i < model->codes_count; i++) {
		const struct model_code *at = &model->codes[i];

		if (at->in_force && strcmp(at->text, typed) == 0 &&
		    !has_ended(at, now))
			return !at->known ? MODEL_UNKNOWN
			    : at->used	  ? MODEL_SPENT
					  : MODEL_YES;
	}
	if (strlen(typed) == OTP_RECOVERY_TEXT_SIZE - 1)
		return MODEL_NO;
	if (is_held(model, model->caller, now))
		return MODEL_HELD;
	if (is_repeated(model, typed))
		return MODEL_SPENT;
	if (dropped && !compared)
		return MODEL_UNTIMELY;
	/* What was used by one token is right by no other. */
	if (found[MODEL_SPENT])
		return MODEL_SPENT;
	if (found[MODEL_YES] && !found[MODEL_LAST])
		return MODEL_YES;
	if (found[MODEL_UNKNOWN])
		return MODEL_UNKNOWN;
	if (dropped)
		return MODEL_UNTIMELY_NO;
	return find_sent(model, typed, occasion, now) < MODEL_SENDS ? MODEL_YES
								    : answer;
}

void
model_spend(
    struct model *model, const char *typed, unsigned occasion, int64_t now)
{
	const unsigned sent = find_sent(model, typed, occasion, now);
	bool spent = false;

	for (unsigned i = 0; i < model->tokens_count; i++) {
		struct model_token *at = &model->tokens[i];

		if (!at->in_force || !at->known ||
		    at->token.digits != strlen(typed) ||
		    (now < MODEL_RELEASE && at->token.kind == OTP_TOTP) ||
		    compare(at, model, typed, now, true) != MODEL_YES)
			continue;
		model_accept(model, i, at->next - 1);
		spent = true;
	}
	for (unsigned i = 0; i < model->codes_count; i++) {
		struct model_code *at = &model->codes[i];

		if (!at->in_force || strcmp(at->text, typed) != 0)
			continue;
		at->used = spent = true;
	}
	if (spent)
		model->sends.hour = 0;
	else if (sent < MODEL_SENDS)
		spend_sent(model, sent);
}

static bool
was_noticed(const struct model_notices *notices, unsigned host, int64_t now)
{
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++)
		if (notices->hosts[i].host == host &&
		    is_in(notices->hosts[i].time, 86400, now))
			return true;
	return false;
}

static bool
is_recent(const struct model_count *count, int64_t seconds, int64_t now)
{
	return count->since != 0 && is_in(count->since, seconds, now);
}

/* HOST comes first; the last one goes, unless it is there already. */
static void
note_host(struct model_notices *notices, unsigned host, int64_t now)
{
	struct model_noticed kept[OTP_NOTICE_HOSTS] = { { host, now } };
	unsigned count = 1;

	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++)
		if (notices->hosts[i].host != host && count < OTP_NOTICE_HOSTS)
			kept[count++] = notices->hosts[i];
	memcpy(notices->hosts, kept, sizeof(kept));
}

struct otp_notice
model_notice(struct model *model, unsigned host, int64_t now)
{
	struct model_notices *notices = &model->notices;
	struct otp_notice notice = { .time = now };
	struct model_count *count = &notices->delay;
	const struct model_tally *tally = &model->tally[model->caller];

	notices->wrong.codes += notices->wrong.since != 0;
	notices->delay.codes += notices->delay.since != 0;
	if (tally->failures >= model->policy.lock_after) {
		notice.kind = OTP_NOTICE_LOCKOUT;
	} else if (tally->wait > 0 && !is_recent(count, 3600, now)) {
		notice.kind = OTP_NOTICE_DELAY;
	} else if (host != 0 && host != model->news.last_host &&
	    !was_noticed(notices, host, now) &&
	    !is_recent(&notices->wrong, 3600, now)) {
		notice.kind = OTP_NOTICE_WRONG;
		count = &notices->wrong;
	}
	if (notice.kind == OTP_NOTICE_NONE)
		return notice;
	notice.codes = is_recent(count, 86400, now) ? count->codes : 1;
	notice.since = is_recent(count, 86400, now) ? count->since : now;
	*count = (struct model_count){ .since = now };
	if (host != 0)
		note_host(notices, host, now);
	return notice;
}

/* By a clock that is wrong, no code counts that is sent, nor an address. */
bool
model_tells(const struct model *model, const struct model_who *who,
    const char *typed, int64_t now)
{
	return who->tell && has_address(model) &&
	    (now >= MODEL_RELEASE ||
		strlen(typed) == OTP_RECOVERY_TEXT_SIZE - 1);
}

/* A device is told if it is new, three of them in an hour. */
enum otp_notice_kind
model_notice_yes(const struct model *model, const char *typed,
    const struct model_who *who, int64_t now)
{
	const struct model_known *known = &model->known;
	unsigned recent = 0;

	if (!model_tells(model, who, typed, now))
		return OTP_NOTICE_NONE;
	if (strlen(typed) == OTP_RECOVERY_TEXT_SIZE - 1)
		return OTP_NOTICE_RECOVERY;
	for (unsigned i = 0; i < known->count; i++) {
		const struct model_device *at = &known->list[i];

		if (known->with != model_in_force(model) ||
		    !is_in(at->made, at->ends - at->made, now))
			continue;
		if (at->device == who->device)
			return OTP_NOTICE_NONE;
		recent += is_in(at->made, 3600, now);
	}
	return who->device != 0 && recent < 3 ? OTP_NOTICE_DEVICE
					      : OTP_NOTICE_NONE;
}

/* The period of the TOTP token whose used code TYPED is, or 0. */
static unsigned
used_period(const struct model *model, const char *typed)
{
	char code[16];

	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		const struct model_accepted *one = &model->accepted[i];
		const struct model_token *at =
		    one->token != 0 ? &model->tokens[one->token - 1] : NULL;

		if (at != NULL && at->in_force &&
		    strcmp(oracle_code(&at->token, one->moving, code), typed) ==
			0)
			return at->token.kind == OTP_TOTP ? at->token.period
							  : 0;
		if (one->address != 0 &&
		    model->addresses[one->address - 1].in_force &&
		    strcmp(model_sent_code(&model->addresses[one->address - 1],
			       one->moving, code),
			typed) == 0)
			return 0;
	}
	return UINT32_MAX;
}

/* Else it is a step of the window: of the last token that has it. */
static unsigned
spent_period(const struct model *model, const char *typed, int64_t now)
{
	unsigned period = used_period(model, typed);

	if (period != UINT32_MAX)
		return period;
	for (unsigned i = 0; i < model->tokens_count; i++) {
		struct model_token at = model->tokens[i];

		if (at.in_force && at.token.kind == OTP_TOTP &&
		    at.token.digits == strlen(typed) &&
		    compare(&at, model, typed, now, false) == MODEL_SPENT)
			period = at.token.period;
	}
	return period;
}

/* What a client repeats just after its own login is not told. */
void
model_replay(struct model *model, const char *typed, unsigned host, int64_t now)
{
	struct model_news *news = &model->news;
	const int64_t twice = 2 * (int64_t)spent_period(model, typed, now);

	if (twice > 0 && news->last_host == host && news->last_time <= now &&
	    now - news->last_time <= twice)
		return;
	if (is_in(news->last_replay[model->caller], 60, now))
		return;
	news->replays[model->caller]++;
	news->last_replay[model->caller] = now;
}

static void
report(struct model *model, unsigned caller)
{
	struct model_tally *tally = &model->tally[caller];

	model->news.wrong += tally->failures - tally->told;
	tally->told = tally->failures;
}

void
model_quit(struct model *model, unsigned caller)
{
	report(model, caller);
	model->tally[caller] = (struct model_tally){ 0 };
}

void
model_let_in(struct model *model)
{
	model_quit(model, model->caller);
	report(model, 1);
}

model_set
model_in_force(const struct model *model)
{
	model_set set = 0;

	for (unsigned i = 0; i < model->tokens_count; i++)
		if (model->tokens[i].in_force)
			set |= 1U << i;
	for (unsigned i = 0; i < model->addresses_count; i++)
		if (model->addresses[i].in_force)
			set |= 1U << (MODEL_TOKENS + i);
	return set;
}

static bool
is_still_known(
    const struct model *model, const struct model_device *at, int64_t now)
{
	return model->known.with == model_in_force(model) && now >= at->made &&
	    now < at->ends;
}

static void
drop_device(struct model_known *known, unsigned at)
{
	known->count--;
	for (unsigned i = at; i < known->count; i++)
		known->list[i] = known->list[i + 1];
	if (known->count == 0)
		known->with = 0;
}

/* Let those go that are not known at NOW, and DEVICE. */
unsigned
model_forget(struct model *model, unsigned device, int64_t now)
{
	struct model_known *known = &model->known;
	unsigned count = 0, i = 0;

	while (i < known->count) {
		const bool is_known =
		    is_still_known(model, &known->list[i], now);
		const bool is_it = known->list[i].device == device;

		count += is_known && is_it;
		if (is_known && !is_it)
			i++;
		else
			drop_device(known, i);
	}
	return count;
}

void
model_remember(struct model *model, const char *typed,
    const struct model_who *who, int64_t now)
{
	struct model_known *known = &model->known;

	if (now < MODEL_RELEASE)
		return;
	if (who->gives_code && who->host != 0)
		model->own =
		    (struct model_own){ now, who->host, model_in_force(model) };
	if (who->device == 0 || strlen(typed) == OTP_RECOVERY_TEXT_SIZE - 1)
		return;
	(void)model_forget(model, who->device, now);
	if (known->count == MODEL_DEVICES)
		drop_device(known, 0);
	known->with = model_in_force(model);
	known->list[known->count++] =
	    (struct model_device){ who->device, now, now + who->remember_for };
}

/* Nobody is let in unasked after a failure, or by a clock that is wrong. */
static bool
is_quiet(const struct model *model, int64_t now)
{
	return !model->suspended && model->tally[0].failures == 0 &&
	    !is_held(model, 0, now) && now >= MODEL_RELEASE;
}

int64_t
model_is_known(
    const struct model *model, const struct model_who *who, int64_t now)
{
	const struct model_known *known = &model->known;

	for (unsigned i = 0; i < known->count; i++)
		if (who->device != 0 && known->list[i].device == who->device &&
		    is_still_known(model, &known->list[i], now) &&
		    is_quiet(model, now))
			return known->list[i].ends - now;
	return 0;
}

bool
model_is_fresh(
    const struct model *model, const struct model_who *who, int64_t now)
{
	const struct model_own *own = &model->own;

	return own->time != 0 && who->is_caller && who->host == own->host &&
	    is_in(own->time, who->fresh_for, now) &&
	    own->with == model_in_force(model) && is_quiet(model, now);
}

bool
model_is_exempt(const struct model *model, int64_t now)
{
	return now >= MODEL_RELEASE && now < model->exempt_until;
}

/* The more failures count, with all that was told of them; the later end. */
static void
take_over_tally(struct model *to, const struct model *from, unsigned caller)
{
	struct model_tally *tally = &to->tally[caller];
	const struct model_tally theirs = from->tally[caller], ours = *tally;

	if (ours.failures <= theirs.failures) {
		*tally = theirs;
		to->news.replays[caller] = from->news.replays[caller];
		to->news.last_replay[caller] = from->news.last_replay[caller];
		if (caller == 0)
			to->notices = from->notices;
	}
	tally->wait = theirs.until >= ours.until ? theirs.wait : ours.wait;
	tally->until = theirs.until >= ours.until ? theirs.until : ours.until;
}

static void
take_over_token(struct model_token *to, const struct model_token *from)
{
	to->in_force = from->in_force;
	if (from->known && (!to->known || to->next < from->next))
		to->next = from->next;
	to->known = to->known || from->known;
}

static void
take_over_codes(struct model *to, const struct model *from)
{
	if (to->recovery_made < from->recovery_made)
		to->recovery_made = from->recovery_made;
	for (unsigned i = 0; i < to->codes_count; i++) {
		struct model_code *at = &to->codes[i];
		const struct model_code *other = &from->codes[i];
		const bool retired =
		    at->made != 0 && at->made <= to->recovery_made;

		at->in_force = other->in_force;
		at->until = other->until;
		at->known = at->known || other->known || retired;
		at->used = at->used || other->used || retired;
	}
}

static void
take_over_invitations(struct model *to, const struct model *from)
{
	for (unsigned i = 0; i < to->invitations_count; i++) {
		struct model_code *at = &to->invitations[i];
		const struct model_code *other = &from->invitations[i];

		at->in_force = other->in_force;
		at->until = other->until;
		at->known = at->known || other->known;
		at->used = at->used || other->used;
	}
}

void
model_take_over(struct model *to, const struct model *from, uint32_t uid)
{
	const uint64_t moment = to->sends.moment;
	const int64_t exempt = from->uid == uid ? from->exempt_until : 0;

	for (unsigned i = 0; i < 2; i++)
		take_over_tally(to, from, i);
	for (unsigned i = 0; i < to->tokens_count; i++)
		take_over_token(&to->tokens[i], &from->tokens[i]);
	take_over_codes(to, from);
	take_over_invitations(to, from);
	for (unsigned i = 0; i < to->addresses_count; i++)
		to->addresses[i].in_force = from->addresses[i].in_force;
	memcpy(to->accepted, from->accepted, sizeof(to->accepted));
	to->sends = from->sends;
	if (to->sends.moment < moment)
		to->sends.moment = moment;
	to->known = from->known;
	to->own = from->uid == uid ? from->own : (struct model_own){ 0 };
	if (to->exempt_until < exempt)
		to->exempt_until = exempt;
	to->suspended = to->suspended || from->suspended;
	to->forgotten = to->forgotten || from->forgotten;
	to->news.wrong = from->news.wrong;
	if (to->news.last_time <= from->news.last_time) {
		to->news.last_time = from->news.last_time;
		to->news.last_host = from->news.last_host;
	}
	to->uid = uid;
}

struct model_tally
model_charge(const struct model *model, struct model_tally tally, int64_t now)
{
	tally.failures++;
	tally.wait = tally.failures >= model->policy.delay_after ? 30 : 0;
	for (uint32_t i = model->policy.delay_after; i < tally.failures; i++)
		tally.wait = tally.wait < 1800 ? 2 * tally.wait : 3600;
	tally.until = tally.wait > 0 ? now + tally.wait : 0;
	return tally;
}

struct model_tally
model_anchor(struct model_tally tally, int64_t now)
{
	if (tally.wait > 0 && tally.until - now > tally.wait)
		tally.until = now + tally.wait;
	return tally;
}
