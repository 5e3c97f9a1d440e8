/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of an account: bytes become enrolments, codes, clock jumps, failing
 * calls, kills, power cuts; after each step all there is in the store is held
 * against a model of what may be there (model.h).
 *
 * Where a step was done, its outcome is the model's, exactly; where it failed
 * or was killed, each thing is as before or as after.
 */
#include "config.h"

#include "tests/fuzz/life.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/effects/attempt.h"
#include "common/effects/enrol.h"
#include "common/effects/look.h"
#include "common/effects/standing.h"
#include "common/store/store.h"
#include "tests/fuzz/ground.h"
#include "tests/lib/account.h"
#include "tests/lib/codes.h"
#include "tests/unit/oracle.h"

#define STEPS 48
#define START INT64_C(1790000020)

/* The code of one of the tokens ever enrolled, some steps or counters away. */
static void
step_right(void)
{
	const struct model *model = &life.model;
	const unsigned choice = fuzz_byte(&life.input);
	const int away = (int)fuzz_below(&life.input, 8) - 3;
	const struct model_token *at;
	uint64_t moving;
	char typed[16];

	if (model->tokens_count == 0)
		return;
	at = &model->tokens[choice % model->tokens_count];
	moving = at->token.kind == OTP_HOTP
	    ? at->next
	    : (uint64_t)life.now / at->token.period;
	if ((away < 0 && moving < 3) || moving == UINT64_MAX)
		return;
	life_try(oracle_code(&at->token, moving + (uint64_t)away, typed), 0);
}

static void
step_typed(void)
{
	const int digits = fuzz_below(&life.input, 2) == 0 ? 6 : 8;
	char typed[16];

	(void)snprintf(typed, sizeof(typed), "%0*u", digits,
	    (unsigned)fuzz_number(&life.input, 2));
	life_try(typed, 0);
}

static void
step_again(void)
{
	char typed[sizeof(life.last)];

	memcpy(typed, life.last, sizeof(typed));
	if (typed[0] != '\0')
		life_try(typed, 0);
}

static void
step_recovery(void)
{
	const unsigned choice = fuzz_byte(&life.input);
	char typed[OTP_RECOVERY_TEXT_SIZE];

	if (life.model.codes_count == 0)
		return;
	memcpy(typed, life.model.codes[choice % life.model.codes_count].text,
	    sizeof(typed));
	if (choice >= 224) /* off by one character */
		typed[0] = typed[0] == 'A' ? 'B' : 'A';
	life_try(typed, 0);
}

/* So many renewals that there is room for nothing more. */
static void
crowd(void)
{
	struct otp_store *store = NULL;
	struct otp_state state;

	if (!life.seen.has_state)
		return;
	FUZZ_MUST(otp_store_open(life.host.store, life.subject.account, &store,
		      NULL) == OTP_OK);
	FUZZ_MUST(otp_store_load(store, &state, NULL) == OTP_OK);
	while (state.credentials_count < OTP_STATE_CREDENTIALS) {
		const unsigned at = state.credentials_count++;

		state.credentials[at] = (struct otp_credential){
			.kind = OTP_TOTP,
			.id = { 0xff, 0xff, (uint8_t)at },
			.created = LIFE_LATEST,
		};
	}
	FUZZ_MUST(otp_store_put(store, &state, OTP_PUT_COMMIT, NULL) == OTP_OK);
	otp_store_close(store);
	life.model = life_see();
	life_flushed();
}

static void
step_clock(void)
{
	static const int64_t jumps[] = { 1, 15, 29, 30, 31, 60, 100, 600, 3600,
		3601, 86400, 31 * 86400 };
	const unsigned choice = fuzz_byte(&life.input);
	const int64_t jump = jumps[choice / 2 % COUNT(jumps)];

	if (choice >= 250) {
		crowd();
		return;
	}
	if (choice >= 248) { /* as a machine without a battery begins */
		life.now = MODEL_RELEASE - 1 - choice % 2;
		return;
	}
	life.now += choice % 2 == 0 ? jump : -jump;
	if (life.now < 0)
		life.now = 0;
	if (life.now > LIFE_LATEST)
		life.now = LIFE_LATEST;
}

/* As enrolment makes it: not in force, but it will be. */
static struct model_token *
add_token(const struct otp_enrolment *enrolment)
{
	struct model_token *at = &life.model.tokens[life.model.tokens_count++];

	*at = (struct model_token){
		.token = enrolment->token,
		.next = enrolment->token.counter,
	};
	return at;
}

static void
add_set(const struct otp_recovery_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct model_code *at =
		    &life.model.codes[life.model.codes_count];

		*at = (struct model_code){ .in_force = false };
		memcpy(at->text, set->text[i], sizeof(at->text));
		life.kept[life.model.codes_count++] = set->kept[i];
	}
}

/* What goes out of force: tokens up to TOKEN, codes up to CODE, addresses. */
static void
retire(struct model *after, unsigned token, unsigned code)
{
	for (unsigned i = 0; i < token; i++)
		after->tokens[i].in_force = false;
	for (unsigned i = 0; i < code; i++)
		after->codes[i].in_force = false;
	for (unsigned i = 0; i < after->addresses_count; i++)
		after->addresses[i].in_force = false;
}

/* Nothing is in force, and so nobody is known. */
static void
leave(struct model *after)
{
	retire(after, after->tokens_count, after->codes_count);
	if (life.seen.has_state)
		model_end_invitation(after);
	for (unsigned i = 0; i < after->invitations_count; i++)
		after->invitations[i].in_force = false;
	after->known = (struct model_known){ 0 };
	after->own = (struct model_own){ 0 };
}

/* What is in force up to CODE is replaced: that and all before it are used. */
static void
replace(struct model *after, unsigned code)
{
	int64_t newest = 0;

	for (unsigned i = 0; i < code; i++)
		if (after->codes[i].in_force && after->codes[i].made > newest)
			newest = after->codes[i].made;
	for (unsigned i = 0; i < code; i++)
		if (after->codes[i].made != 0 && after->codes[i].made <= newest)
			after->codes[i].known = after->codes[i].used = true;
}

/* What is put in force: TOKEN and CODE and those behind them. */
static void
install(struct model *after, unsigned code)
{
	for (unsigned i = code; i < after->codes_count; i++) {
		after->codes[i].in_force = after->codes[i].known = true;
		after->codes[i].used = false;
	}
}

struct model
life_after_put(const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set, unsigned host)
{
	const unsigned token = life.model.tokens_count;
	const unsigned code = life.model.codes_count;
	struct model after;

	(void)add_token(enrolment);
	if (enrolment->mode != OTP_ENROL_ADD)
		add_set(set);
	after = life.model;
	if (enrolment->mode != OTP_ENROL_ADD) {
		replace(&after, code);
		retire(&after, token, code);
	}
	if (enrolment->mode != OTP_ENROL_ADD || !life.seen.has_seed)
		model_end_invitation(&after);
	after.tokens[token].in_force = after.tokens[token].known = true;
	after.tokens[token].next = enrolment->token.kind == OTP_TOTP
	    ? enrolment->value / enrolment->token.period
	    : enrolment->value;
	model_accept(&after, token, after.tokens[token].next - 1);
	install(&after, code);
	life_bind(&after);
	if (enrolment->invited) {
		after.news.last_time = life.now;
		after.news.last_host = host;
	}
	return after;
}

bool
life_put(const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set, unsigned host)
{
	const struct model after = life_after_put(enrolment, set, host);
	bool told;

	life_arm();
	told = life_was_told(otp_enrol_put(
	    ACCOUNT_OF(&life.host, life.subject), enrolment, set));
	life_settle_seed(told, &after);
	return told;
}

bool
life_confirm(struct otp_enrolment *enrolment, int away)
{
	const struct otp_token *token = &enrolment->token;
	const unsigned window =
	    life.model.policy.window > 0 ? life.model.policy.window : 1;
	const uint64_t moving = token->kind == OTP_TOTP
	    ? (uint64_t)life.now / token->period
	    : token->counter;
	struct otp_confirmation confirmation = { 0 };
	char typed[16];

	if (away < 0 && moving < 3)
		return false;
	if (token->kind == OTP_TOTP && life.now < MODEL_RELEASE)
		return false;
	FUZZ_MUST(
	    otp_enrol_confirm(ACCOUNT_OF(&life.host, life.subject), enrolment,
		oracle_code(token, moving + (uint64_t)away, typed),
		&confirmation) == OTP_OK);
	FUZZ_MUST(enrolment->confirmed ==
	    (confirmation.verdict == OTP_VERDICT_ACCEPT));
	if (token->kind == OTP_TOTP && (unsigned)abs(away) <= window)
		FUZZ_MUST(enrolment->confirmed &&
		    enrolment->value >=
			(moving + (uint64_t)away + 1) * token->period);
	return enrolment->confirmed;
}

static void
step_enrol(void)
{
	const unsigned choice = fuzz_byte(&life.input);
	struct otp_token token = {
		.kind = choice & 1 ? OTP_HOTP : OTP_TOTP,
		.hash = choice & 2 ? OTP_SHA256 : OTP_SHA1,
		.digits = choice & 4 ? 8 : 6,
		.label = "host:alice",
	};
	struct otp_enrolment enrolment = { 0 };
	struct otp_recovery_set set = { 0 };
	const unsigned count = (choice >> 3) % 4;

	if (life.model.tokens_count == MODEL_TOKENS ||
	    life.model.codes_count + count > MODEL_CODES)
		return;
	if (token.kind == OTP_TOTP)
		token.period = choice & 0x20 ? 60 : 30;
	else
		token.counter = choice & 0x20 ? 5 : 0;
	if (otp_enrol_begin(ACCOUNT_OF(&life.host, life.subject),
		(enum otp_enrol_mode)((choice >> 6) % 3), &token,
		&enrolment) != OTP_OK)
		return;
	FUZZ_MUST(otp_enrol_make_set(ACCOUNT_OF(&life.host, life.subject),
		      count, &set) == OTP_OK);
	if (life_confirm(&enrolment, (int)fuzz_below(&life.input, 8) - 3))
		(void)life_put(&enrolment, &set, 0);
}

/* Recovery codes that did not come into force are as if they were not made. */
static void
forget_set(unsigned code)
{
	for (unsigned i = code; i < life.model.codes_count; i++)
		if (life.model.codes[i].in_force)
			return;
	life.model.codes_count = code;
}

static void
step_renew(void)
{
	struct otp_recovery_set set = { 0 };
	const unsigned code = life.model.codes_count;
	struct model after;
	bool told;

	if (code + 2 > MODEL_CODES)
		return;
	FUZZ_MUST(otp_enrol_make_set(
		      ACCOUNT_OF(&life.host, life.subject), 2, &set) == OTP_OK);
	add_set(&set);
	after = life.model;
	replace(&after, code);
	for (unsigned i = 0; i < code; i++)
		after.codes[i].in_force = false;
	install(&after, code);
	life_bind(&after);
	life_arm();
	told = life_was_told(
	    otp_enrol_recovery(ACCOUNT_OF(&life.host, life.subject), &set));
	life_settle_seed(told, &after);
	forget_set(code);
}

/* When the next recovery code is made: later than any before. */
static int64_t
next_made(const struct model *model)
{
	int64_t before = model->recovery_made;

	for (unsigned i = 0; i < model->codes_count; i++)
		if (model->codes[i].in_force && model->codes[i].made > before)
			before = model->codes[i].made;
	return life.now > before ? life.now : before + 1;
}

/* Codes that have ended go; with the last of them, all before it are used. */
static unsigned
drop_ended(struct model *after, unsigned code)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < code; i++)
		kept += after->codes[i].in_force &&
		    (after->codes[i].until == 0 ||
			life.now < after->codes[i].until);
	if (kept == 0)
		replace(after, code);
	for (unsigned i = 0; i < code; i++)
		after->codes[i].in_force = after->codes[i].in_force &&
		    (after->codes[i].until == 0 ||
			life.now < after->codes[i].until);
	return kept;
}

/* One recovery code beside those that are there, perhaps with an end. */
static void
step_add_code(void)
{
	static const int64_t times[] = { 0, 60, 3600, 86400 };
	const int64_t seconds = times[fuzz_below(&life.input, COUNT(times))];
	const unsigned code = life.model.codes_count;
	struct otp_recovery_set set = { 0 };
	struct model after;
	struct model_code *at;
	bool told, may;
	enum otp_err err;

	if (code == MODEL_CODES)
		return;
	FUZZ_MUST(otp_enrol_make_set(
		      ACCOUNT_OF(&life.host, life.subject), 1, &set) == OTP_OK);
	set.added = true;
	set.until = seconds != 0 ? life.now + seconds : 0;
	add_set(&set);
	after = life.model;
	at = &after.codes[code];
	at->made = next_made(&after);
	at->until = set.until;
	if (set.until != 0 && set.until <= at->made)
		at->until = at->made + seconds;
	may = drop_ended(&after, code) < OTP_SEED_RECOVERY &&
	    (seconds == 0 || life.now >= MODEL_RELEASE) && life.seen.has_seed &&
	    life.seen.has_state;
	install(&after, code);
	life_bind(&after);
	life_arm();
	err = otp_enrol_recovery(ACCOUNT_OF(&life.host, life.subject), &set);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST((err == OTP_OK) == may);
	life_settle_seed(told, &after);
	forget_set(code);
}

static void
step_remove(void)
{
	const unsigned choice = fuzz_byte(&life.input);
	struct model after = life.model;
	unsigned left = 0, index;
	uint8_t id[OTP_ID_SIZE];
	bool told;

	if (choice % 4 == 0 || after.tokens_count == 0) {
		leave(&after);
		life_arm();
		told = life_was_told(otp_enrol_remove(
		    ACCOUNT_OF(&life.host, life.subject), false));
		life_settle_seed(told, &after);
		return;
	}
	index = choice / 4 % after.tokens_count;
	FUZZ_MUST(otp_token_id(&after.tokens[index].token, id) == OTP_OK);
	after.tokens[index].in_force = false;
	for (unsigned i = 0; i < after.tokens_count; i++)
		left += after.tokens[i].in_force;
	for (unsigned i = 0; i < after.addresses_count; i++)
		left += after.addresses[i].in_force;
	if (left == 0)
		leave(&after);
	else
		life_bind(&after);
	life_arm();
	told = life_was_told(
	    otp_enrol_remove_token(ACCOUNT_OF(&life.host, life.subject), id));
	life_settle_seed(told, &after);
}

/* An administrator's own wish: from here on nothing is known. */
static void
step_purge(void)
{
	struct model *model = &life.model;

	life_arm();
	(void)life_was_told(
	    otp_enrol_remove(ACCOUNT_OF(&life.host, life.subject), true));
	*model = life_see();
	memset(model->least, 0, sizeof(model->least));
	memset(model->told, 0, sizeof(model->told));
	model->told_sends = (struct model_sends){ 0 };
	life.moment = 0;
	life.sent_count = 0;
	model->told_suspended = model->told_forgotten = false;
	model->told_made = 0;
	for (unsigned i = 0; i < model->tokens_count; i++)
		model->tokens[i].least = 0;
	for (unsigned i = 0; i < model->codes_count; i++)
		model->codes[i].surely = false;
	for (unsigned i = 0; i < model->invitations_count; i++)
		model->invitations[i].surely = false;
	life.wavering = life.by_hand = life.unsure = true;
	life.told = false;
}

static void
step_unlock(void)
{
	struct model after = life.model;
	uint32_t failures = 0;
	const uint32_t before =
	    after.tally[0].failures + after.tally[1].failures;
	bool told;

	model_quit(&after, 0);
	model_quit(&after, 1);
	after.sends.hour = after.sends.day = 0;
	after.known = (struct model_known){ 0 };
	after.own = (struct model_own){ 0 };
	life_arm();
	told = life_was_told(
	    otp_enrol_unlock(ACCOUNT_OF(&life.host, life.subject), &failures));
	if (told)
		FUZZ_MUST(failures == before);
	if (life.hit) {
		memset(life.model.least, 0, sizeof(life.model.least));
		life.model.told_sends.hour = life.model.told_sends.day = 0;
	}
	life_settle(told, &after, NULL);
	if (told)
		life_flushed();
}

/* To suspend a seed that no state knows is refused, and changes nothing. */
static void
step_suspend(void)
{
	struct model after = life.model;
	bool changed = false, told;
	enum otp_err err;

	after.suspended = fuzz_below(&life.input, 2) == 0;
	if (after.suspended) {
		after.known = (struct model_known){ 0 };
		after.own = (struct model_own){ 0 };
	}
	life_arm();
	err = otp_standing_suspend(
	    ACCOUNT_OF(&life.host, life.subject), after.suspended, &changed);
	told = life_was_told(err);
	FUZZ_MUST(err == OTP_OK || life.hit || !life.seen.has_state);
	if (told)
		FUZZ_MUST(changed == (after.suspended != life.model.suspended));
	life_settle(told, &after, NULL);
	if (told && changed) /* else a charge may be lost */
		life_flushed();
}

/* The tokens that a seed has which somebody put there are taken over. */
static void
step_adopt(void)
{
	struct otp_adoption adoption = { 0 };
	struct otp_recovery_set set = { 0 };
	struct model after = life.model;
	bool told;

	for (unsigned i = 0; i < after.tokens_count; i++) {
		struct model_token *at = &after.tokens[i];

		if (!at->in_force || at->known)
			continue;
		at->known = true;
		at->next = at->token.kind == OTP_HOTP
		    ? (after.forgotten ? UINT64_MAX : at->token.counter)
		    : (uint64_t)life.now / at->token.period +
			after.policy.window + 1;
	}
	for (unsigned i = 0; i < after.codes_count; i++)
		if (after.codes[i].in_force && !after.codes[i].known) {
			after.codes[i].known = true;
			after.codes[i].used = after.forgotten;
		}
	for (unsigned i = 0; i < after.invitations_count; i++)
		if (after.invitations[i].in_force &&
		    !after.invitations[i].known) {
			after.invitations[i].known = true;
			after.invitations[i].used = after.forgotten;
		}
	life_arm();
	told = life_was_told(codes_adopt(
	    ACCOUNT_OF(&life.host, life.subject), false, &adoption, &set));
	life_settle(told, &after, NULL);
	if (told && adoption.changed)
		life_flushed();
}

/* The old recovery codes are used, where it is not known whether they are. */
static void
replace_adopted(struct model *after, unsigned code)
{
	for (unsigned i = 0; i < code; i++) {
		struct model_code *at = &after->codes[i];

		if (!at->in_force)
			continue;
		at->known = at->used = true;
	}
	replace(after, code);
	for (unsigned i = 0; i < code; i++)
		after->codes[i].in_force = false;
	install(after, code);
}

/* As if what is not known had been forgotten; nothing is used ahead of time. */
static void
adopt_by_force(struct model *after)
{
	for (unsigned i = 0; i < after->tokens_count; i++) {
		struct model_token *at = &after->tokens[i];
		const bool counts = at->token.kind == OTP_HOTP;
		const uint64_t past = counts
		    ? UINT64_MAX
		    : (uint64_t)life.now / at->token.period +
			after->policy.window + 1;

		if (!at->in_force)
			continue;
		if (!at->known || (!counts && at->next > past))
			at->next = past;
		at->known = true;
	}
	for (unsigned i = 0; i < after->invitations_count; i++)
		if (after->invitations[i].in_force &&
		    !after->invitations[i].known)
			after->invitations[i].known =
			    after->invitations[i].used = true;
	after->exempt_until = 0;
	after->own = (struct model_own){ 0 };
	after->uid = life.subject.uid;
}

/* Whether an active token is time-based. */
static bool
has_totp(const struct model *model)
{
	for (unsigned i = 0; i < model->tokens_count; i++)
		if (model->tokens[i].in_force &&
		    model->tokens[i].token.kind == OTP_TOTP)
			return true;
	return false;
}

/* The account has another uid: no code is accepted until that is confirmed. */
static void
step_adopt_uid(void)
{
	const unsigned code = life.model.codes_count;
	const uint32_t uid = life.subject.uid;
	const bool enrolled = life.seen.state.enrolled;
	const bool timely = life.now >= MODEL_RELEASE || !has_totp(&life.model);
	struct otp_adoption adoption = { 0 };
	struct otp_recovery_set set = { 0 };
	struct otp_answer answer = { .verdict = OTP_VERDICT_ACCEPT };
	struct otp_request request;
	struct model after;
	enum otp_err err;
	bool told;

	if (!life.seen.has_state || !life.seen.has_seed ||
	    code + OTP_SEED_RECOVERY > MODEL_CODES)
		return;
	life.subject.uid = life_other_uid();
	request = life_request(0);
	FUZZ_MUST(otp_attempt_try(&life.host, &request, "000000", &answer,
		      NULL) == OTP_ERR_UID &&
	    answer.verdict == OTP_VERDICT_REJECT);
	FUZZ_MUST(codes_adopt(ACCOUNT_OF(&life.host, life.subject), false,
		      &adoption, &set) == OTP_ERR_UID);
	life_hold_against(&life.model, 1);
	life_arm();
	err = codes_adopt(
	    ACCOUNT_OF(&life.host, life.subject), true, &adoption, &set);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST((err == OTP_OK) == timely);
	add_set(&set);
	after = life.model;
	adopt_by_force(&after);
	/* What was used ahead of time may be so already. */
	for (unsigned i = 0; life.hit && i < after.tokens_count; i++)
		if (life.model.tokens[i].least > after.tokens[i].next)
			life.model.tokens[i].least = after.tokens[i].next;
	if (set.count > 0)
		replace_adopted(&after, code);
	if (set.count > 0) {
		life_settle_seed(told, &after);
	} else { /* no seed is written */
		life_settle(told, &after, NULL);
		if (told)
			life_flushed();
	}
	forget_set(code);
	if (told) /* where a purge was stopped, an entry is left over */
		FUZZ_MUST(life_is_entered(life.subject.uid) &&
		    (!enrolled || !life_is_entered(uid)));
	else
		life.subject.uid = life.model.uid;
}

/* Configuration management brings an older seed, or keeps the present one. */
static void
step_old_seed(void)
{
	char path[FUZZ_PATH_SIZE];
	int fd;
	ssize_t size;

	if (fuzz_below(&life.input, 2) == 0 && life.old_size > 0 &&
	    !life.other.seen.has_seed) {
		disk_put_seed(
		    life.subject.account, life.old_seed, life.old_size);
		life.by_hand = true;
		life.wavering = false;
		life.model = life_see();
		return;
	}
	fuzz_path(path, "store/seed/%s", life.subject.account);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	size = read(fd, life.old_seed, sizeof(life.old_seed));
	FUZZ_MUST(close(fd) == 0 && size > 0);
	life.old_size = (size_t)size;
}

static void
step_resync(void)
{
	const struct model_token *at = life.model.tokens;
	const unsigned away = fuzz_below(&life.input, 40);
	const bool right = fuzz_below(&life.input, 4) > 0;
	struct model after = life.model, charged = life.model;
	const struct model_tally open = model_anchor(after.tally[0], life.now);
	enum otp_verdict verdict = OTP_VERDICT_MALFORMED;
	char first[16], second[16];
	uint8_t id[OTP_ID_SIZE];
	uint64_t next;
	unsigned i = 0;
	bool told, held;
	enum otp_err err;

	while (i < after.tokens_count &&
	    (!at[i].in_force || !at[i].known || at[i].token.kind != OTP_HOTP))
		i++;
	if (i == after.tokens_count)
		return;
	held = open.failures >= after.policy.lock_after ||
	    (open.wait > 0 && life.now < open.until);
	next = at[i].next == UINT64_MAX ? at[i].token.counter : at[i].next;
	(void)oracle_code(&at[i].token, next + away, first);
	(void)oracle_code(&at[i].token, next + away + 1, second);
	if (!right)
		(void)oracle_wrong(
		    &at[i].token, next, OTP_RESYNC_RANGE + 2, second);
	charged.tally[0] = model_charge(&after, after.tally[0], life.now);
	if (!held && right) {
		model_accept(&after, i, next + away);
		model_accept(&after, i, next + away + 1);
		after.tokens[i].next = next + away + 2;
		after.caller = 0;
		model_let_in(&after);
	} else if (!held) {
		after = charged;
	}
	FUZZ_MUST(otp_token_id(&at[i].token, id) == OTP_OK);
	life_arm();
	err = otp_enrol_resync(
	    ACCOUNT_OF(&life.host, life.subject), id, first, second, &verdict);
	told = life_was_told(err);
	FUZZ_MUST(err == OTP_OK || life.hit || !life.seen.has_state);
	if (told)
		FUZZ_MUST(life_answer(verdict) ==
		    (held	    ? MODEL_HELD
			    : right ? MODEL_YES
				    : MODEL_NO));
	if (!told && life.hit && right)
		life.model.least[0] = (struct model_tally){ 0 };
	life_settle(told, &after, held ? NULL : &charged);
	if (told && !held && (right || after.tally[0].wait))
		life_flushed();
}

/* Whether NOW has what was told to be accepted, perhaps after newer codes. */
static bool
has_told(const struct model *now, const struct model *before)
{
	for (unsigned newer = 0; newer <= OTP_STATE_ACCEPTED; newer++) {
		bool same = true;

		for (unsigned i = newer; i < OTP_STATE_ACCEPTED; i++) {
			const struct model_accepted *one = &now->accepted[i];
			const struct model_accepted *told =
			    &before->told[i - newer];

			same = same && one->token == told->token &&
			    one->address == told->address &&
			    one->moving == told->moving;
		}
		if (same && newer < OTP_STATE_ACCEPTED)
			return true;
	}
	return false;
}

/*
 * Whether NOW has all that was sent: no moment comes again, nor does what was
 * sent, and is used.
 */
static bool
has_told_sends(const struct model_sends *now, const struct model_sends *told)
{
	if (now->moment < told->moment ||
	    (now->moment == told->moment &&
		(now->hour < told->hour || now->day < told->day)))
		return false;
	for (unsigned i = 0; i < MODEL_SENDS; i++) {
		bool known = now->last[i].moment == 0 ||
		    now->last[i].moment > told->moment;

		for (unsigned j = 0; j < MODEL_SENDS; j++)
			known = known ||
			    now->last[i].moment == told->last[j].moment;
		if (!known)
			return false;
	}
	return true;
}

/* Whether NOW has who is suspended, exempt and known, as it was told. */
static bool
has_told_whom(const struct model *now, const struct model *before)
{
	return now->suspended == before->told_suspended &&
	    (now->news.wrong == before->told_wrong ||
		(life.noted && now->news.wrong == 0)) &&
	    now->exempt_until == before->told_exempt &&
	    (before->told_uid == 0 || now->uid == before->told_uid) &&
	    life_same_known(&now->known, &before->told_known) &&
	    life_same_own(&now->own, &before->told_own);
}

/* What was told is still so, and nothing is in the store that never was. */
static void
check_cut(void)
{
	const struct model before = life.model;
	struct model now = life_see();

	FUZZ_MUST(!life.told || life.seen.has_state);
	FUZZ_MUST(!life.told || has_told(&now, &before));
	FUZZ_MUST(!life.told || has_told_sends(&now.sends, &before.told_sends));
	FUZZ_MUST(life.unsure || has_told_whom(&now, &before));
	FUZZ_MUST(now.forgotten || !before.told_forgotten);
	FUZZ_MUST(now.recovery_made >= before.told_made);
	for (unsigned i = 0; i < 2; i++) {
		const struct model_tally *least = &before.least[i];
		const struct model_tally *tally = &now.tally[i];

		FUZZ_MUST(tally->failures >= least->failures);
		if (tally->failures == least->failures && least->wait)
			FUZZ_MUST(tally->wait == least->wait &&
			    tally->until >= least->until);
	}
	for (unsigned i = 0; i < now.tokens_count; i++) {
		const struct model_token *at = &now.tokens[i];

		FUZZ_MUST(at->known || at->least == 0);
		FUZZ_MUST(!at->known || at->next >= at->least);
		FUZZ_MUST(
		    life.wavering || at->in_force == before.tokens[i].in_force);
		FUZZ_MUST(life.by_hand || !at->in_force || at->known);
	}
	for (unsigned i = 0; i < now.codes_count; i++) {
		const struct model_code *at = &now.codes[i];

		FUZZ_MUST(!at->surely || (at->known && at->used));
		FUZZ_MUST(
		    life.wavering || at->in_force == before.codes[i].in_force);
	}
	for (unsigned i = 0; i < now.invitations_count; i++) {
		const struct model_code *at = &now.invitations[i];

		FUZZ_MUST(!at->surely || (at->known && at->used));
		FUZZ_MUST(life.wavering ||
		    at->in_force == before.invitations[i].in_force);
	}
	life.model = now;
	life_flushed();
	life.wavering = false;
}

static void
step_cut(void)
{
	disk_cut(&life.input);
	check_cut();
	life_swap();
	check_cut();
	life_swap();
	if (life.seen.has_state)
		life.subject.uid = life.model.uid;
	for (unsigned i = 0; i < life.model.tokens_count; i++)
		FUZZ_MUST(life.by_hand || !life.model.tokens[i].in_force ||
		    !life.other.model.tokens[i].in_force);
}

/* Whether there is an invitation that was not used; it may have ended. */
static bool
is_invited(void)
{
	for (unsigned i = 0; i < life.model.invitations_count; i++) {
		const struct model_code *at = &life.model.invitations[i];

		if (at->in_force)
			return at->known ? !at->used : !life.model.forgotten;
	}
	return false;
}

static void
step_look(void)
{
	const struct otp_request request = life_request(0);
	/* An older seed, put there by hand, can have an invitation alone. */
	const bool none = !life.seen.has_seed &&
	    !(life.seen.has_file && life.seen.state.enrolled);
	struct otp_look look;
	enum otp_err err = otp_look_at(&life.host, &request, true, &look, NULL);

	FUZZ_MUST((look.standing == OTP_STANDING_SUSPENDED) ==
	    (life.seen.has_state && life.model.suspended));
	if (life_is_second() && !life.seen.has_seed &&
	    look.standing == OTP_STANDING_USUAL) {
		FUZZ_MUST(err == OTP_ERR_UID &&
		    look.enrolled == OTP_ENROLLED_UNKNOWN);
		return;
	}
	/* Of the exempt, it may be unknown: they are not asked. */
	if (err == OTP_OK && look.standing == OTP_STANDING_EXEMPT)
		FUZZ_MUST(look.enrolled == OTP_ENROLLED_UNKNOWN ||
		    (look.enrolled == OTP_ENROLLED_NO) == none);
	else if (err == OTP_OK)
		FUZZ_MUST((look.enrolled == OTP_ENROLLED_NO) ==
		    (none && look.standing == OTP_STANDING_USUAL));
	else
		FUZZ_MUST(look.enrolled == OTP_ENROLLED_UNKNOWN &&
		    life.seen.has_file != life.seen.has_state);
	if (life.seen.has_state && !life.wavering && !life.by_hand)
		FUZZ_MUST(err == OTP_OK);
	if (err == OTP_OK && look.enrolled == OTP_ENROLLED_NO)
		FUZZ_MUST(look.invited == is_invited());
}

/* With FUZZ_TELL in the environment: what happened, for whoever looks into it. */
static void
tell(unsigned step)
{
	if (getenv("FUZZ_TELL") == NULL)
		return;
	(void)fprintf(stderr, "step %2u%s fault %d now %lld", step,
	    life.hit ? " hit by" : "", life.fault, (long long)life.now);
	for (unsigned i = 0; i < 2; i++)
		(void)fprintf(stderr, " failures %u/%u wait %u until %lld",
		    life.model.tally[i].failures, life.model.least[i].failures,
		    life.model.tally[i].wait,
		    (long long)life.model.tally[i].until);
	(void)fprintf(stderr, "%s%s\n", life.seen.has_seed ? " seed" : "",
	    !life.seen.has_state	   ? ""
		: life.seen.state.enrolled ? " enrolled"
					   : " state");
}

static void (*const steps[])(void) = {
	step_right,
	step_right,
	step_typed,
	step_again,
	step_recovery,
	step_clock,
	step_enrol,
	step_renew,
	step_remove,
	step_purge,
	step_unlock,
	step_adopt,
	step_old_seed,
	step_resync,
	step_cut,
	step_look,
	step_suspend,
	step_address,
	step_send,
	step_sent,
	step_who,
	step_known,
	step_forget,
	step_exempt,
	step_told,
	step_add_code,
	step_rename,
	step_adopt_uid,
	step_invite,
	step_redeem,
};

static void
begin(const uint8_t *data, size_t size)
{
	unsigned choice;

	memset(&life, 0, sizeof(life));
	life.input = (struct fuzz_input){ data, size };
	life.now = START;
	choice = fuzz_byte(&life.input);
	life.model.policy = (struct otp_policy){
		.window = choice % 3,
		.lookahead = 1 + choice / 3 % 4,
		.delay_after = 1 + choice / 12 % 4,
		.lock_after = 10,
	};
	life.others = choice / 48 == 3;
	life.host = (struct otp_host){
		.sys = &life_machine,
		.store = { .folder = fuzz_store() },
		.policy = &life.model.policy,
	};
	(void)snprintf(life.subject.account, sizeof(life.subject.account), "%s",
	    LIFE_ACCOUNT);
	(void)snprintf(life.other.name, sizeof(life.other.name), LIFE_OTHER);
	life.subject.uid = LIFE_UID;
	fuzz_store_clear("seed");
	fuzz_store_clear("state");
	fuzz_store_clear("uid");
	disk_begin(life.host.store.folder, LIFE_ACCOUNT, LIFE_OTHER);
	life.model = life_see();
}

/* The lowest descriptor that is free. */
static int
free_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	FUZZ_MUST(fd >= 0 && close(fd) == 0);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int descriptor;

	begin(data, size);
	descriptor = free_descriptor();
	for (unsigned i = 0; i < STEPS && life.input.left > 0; i++) {
		unsigned step = fuzz_below(&life.input, COUNT(steps));

		life.hit = false;
		steps[step]();
		tell(step);
	}
	FUZZ_MUST(free_descriptor() == descriptor);
	return 0;
}
