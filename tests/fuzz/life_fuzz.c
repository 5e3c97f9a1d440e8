/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of an account: bytes become enrolments, codes, clock jumps, failing
 * calls, kills, power cuts; after each step all there is in the store is held
 * against a model of what may be there (model.h).
 *
 * Where a step was done, its outcome is the model's, exactly; where it failed
 * or was killed, each thing is as before or as after.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/core/recovery.h"
#include "common/effects/enrol.h"
#include "common/effects/store.h"
#include "tests/fuzz/disk.h"
#include "tests/fuzz/ground.h"
#include "tests/fuzz/model.h"
#include "tests/unit/oracle.h"

#define ACCOUNT "alice"
#define UID	1000
#define STEPS	48
#define START	INT64_C(1790000020)
#define LATEST	INT64_C(4102444800) /* 2100 */

/* What is in the store. */
struct seen {
	bool has_state, has_seed;
	struct otp_state state;
	struct otp_seed seed;
};

static struct life {
	struct fuzz_input input;
	int64_t now;
	uint64_t random;
	bool clock_fails, clock_hit;
	struct otp_host host;
	struct otp_subject subject;
	struct model model;
	struct otp_recovery kept[MODEL_CODES];
	struct seen seen;
	bool by_hand;  /* a seed was put there that nobody adopted yet */
	bool wavering; /* which seed the disk has is not sure */
	bool told;     /* that there is a state is */
	char last[OTP_RECOVERY_TEXT_SIZE]; /* what was typed */
	char old_seed[OTP_SEED_SIZE_MAX + 1];
	size_t old_size;
	/* the step */
	enum disk_fault fault;
	bool hit; /* by its fault */
} life;

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

static const struct otp_sys machine = {
	.time = tell_time,
	.random = give_random,
};

static void
arm(void)
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
static bool
was_told(enum otp_err err)
{
	const bool dead = life.fault == DISK_DIES;

	life.hit = disk_stop() || life.clock_hit;
	life.clock_fails = false;
	return err == OTP_OK && !(dead && life.hit);
}

/* --- What is seen ------------------------------------------------------- */

static void
look(struct seen *seen)
{
	struct otp_store *store = NULL;
	enum otp_err err;

	memset(seen, 0, sizeof(*seen));
	FUZZ_MUST(
	    otp_store_open(life.host.store, ACCOUNT, &store, NULL) == OTP_OK);
	err = otp_store_peek(store, &seen->state, NULL);
	FUZZ_MUST(err == OTP_OK || err == OTP_ERR_ABSENT);
	seen->has_state = err == OTP_OK;
	err = otp_store_seed(store, &seen->seed, NULL);
	FUZZ_MUST(err == OTP_OK || err == OTP_ERR_ABSENT);
	seen->has_seed = err == OTP_OK;
	otp_store_close(store);
}

static struct model_tally
seen_tally(const struct seen *seen)
{
	return (struct model_tally){ seen->state.tally.failures,
		seen->state.tally.wait_length, seen->state.tally.wait_until };
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
	for (unsigned i = 0; i < seen->seed.recovery_count; i++)
		if (memcmp(&seen->seed.recovery[i], kept, sizeof(*kept)) == 0)
			at->in_force = true;
	otp_recovery_id(kept, id);
	credential = otp_state_find(&seen->state, OTP_RECOVERY, id);
	at->known = credential != NULL;
	at->used = at->known && credential->value != 0;
}

/* What is in the store, in the model's terms. */
static struct model
see(void)
{
	struct model model = life.model;

	look(&life.seen);
	model.tally = seen_tally(&life.seen);
	for (unsigned i = 0; i < model.tokens_count; i++)
		see_token(&life.seen, &model.tokens[i]);
	for (unsigned i = 0; i < model.codes_count; i++)
		see_code(&life.seen, &life.kept[i], &model.codes[i]);
	return model;
}

/* --- What may be -------------------------------------------------------- */

static bool
same_tally(const struct model_tally *one, const struct model_tally *other)
{
	return one->failures == other->failures && one->wait == other->wait &&
	    one->until == other->until;
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
	return one->known == other->known && one->used == other->used;
}

/* What is known of what is not in force may go when there is no room. */
static bool
is_dropped(bool known, bool in_force)
{
	return !known && !in_force &&
	    life.seen.state.credentials_count == OTP_STATE_CREDENTIALS;
}

/* Each thing that is in the store is as one of COUNT models has it. */
static void
hold_against(const struct model *may, unsigned count)
{
	struct model now = see();
	bool found = false;

	for (unsigned j = 0; j < count; j++)
		found = found || same_tally(&now.tally, &may[j].tally);
	FUZZ_MUST(found);
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
	life.model = now;
}

/* The whole record is on the disk, as far as anybody was told. */
static void
flushed(void)
{
	struct model *model = &life.model;

	model->least = model->tally;
	for (unsigned i = 0; i < model->tokens_count; i++)
		if (model->tokens[i].known)
			model->tokens[i].least = model->tokens[i].next;
	for (unsigned i = 0; i < model->codes_count; i++)
		model->codes[i].surely = model->codes[i].used;
	life.told = life.seen.has_state;
}

/*
 * A step that makes AFTER of the model is over; MIDDLE is what it may leave
 * besides (or NULL).  TOLD: it was said to be done.
 */
static void
settle(bool told, const struct model *after, const struct model *middle)
{
	const struct model before = life.model;
	struct model may[3] = { before, *after, middle ? *middle : before };

	if (told)
		hold_against(after, 1);
	else
		hold_against(may, life.hit ? 3 : 1);
}

/* --- Steps -------------------------------------------------------------- */

static enum model_answer
answer_of(enum otp_verdict verdict)
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
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		break;
	}
	return MODEL_MALFORMED;
}

/* What the model is after WANTED was the answer to TYPED. */
static struct model
after_answer(enum model_answer wanted, const char *typed)
{
	const bool digits = strlen(typed) < OTP_RECOVERY_TEXT_SIZE - 1;
	struct model after = life.model;

	if (wanted == MODEL_YES) {
		model_spend(&after, typed, life.now);
		after.tally = (struct model_tally){ 0 };
	} else if (wanted == MODEL_NO && digits) {
		after.tally = model_charge(&after, after.tally, life.now);
	} else if (wanted == MODEL_HELD) {
		after.tally = model_anchor(after.tally, life.now);
	}
	return after;
}

static void
try_code(const char *typed)
{
	struct otp_request request = { .account = ACCOUNT,
		.uid = UID,
		.service = "sshd",
		.host = "203.0.113.5",
		.told = true };
	const enum model_answer wanted =
	    model_judge(&life.model, typed, life.now);
	const struct model after = after_answer(wanted, typed);
	struct model charged = life.model;
	struct otp_answer answer = { .verdict = OTP_VERDICT_ACCEPT };
	bool told, wrote = false;
	enum otp_err err;

	charged.tally = model_charge(&charged, charged.tally, life.now);
	(void)snprintf(life.last, sizeof(life.last), "%s", typed);
	arm();
	err = otp_attempt_try(&life.host, &request, typed, &answer, NULL);
	told = was_told(err);
	FUZZ_MUST(err == OTP_OK || answer.verdict == OTP_VERDICT_REJECT);
	if (told && !life.seen.has_state)
		FUZZ_MUST(!life.seen.has_seed && wanted == MODEL_NOBODY);
	if (told && wanted != MODEL_NOBODY)
		FUZZ_MUST(answer_of(answer.verdict) == wanted);
	if (told && wanted == MODEL_NOBODY)
		FUZZ_MUST(answer.verdict != OTP_VERDICT_ACCEPT);
	if (!life.hit && err != OTP_OK)
		FUZZ_MUST(wanted == MODEL_UNKNOWN || wanted == MODEL_NOBODY ||
		    !life.seen.has_state);
	life.model.least = model_anchor(life.model.least, life.now);
	if (!told && life.hit && wanted == MODEL_YES)
		life.model.least = (struct model_tally){ 0 };
	wrote = told &&
	    (wanted == MODEL_YES || (wanted == MODEL_NO && after.tally.wait));
	settle(told, &after, wanted == MODEL_HELD ? NULL : &charged);
	if (wrote)
		flushed();
}

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
	if (away < 0 && moving < 3)
		return;
	try_code(oracle_code(&at->token, moving + (uint64_t)away, typed));
}

static void
step_typed(void)
{
	const int digits = fuzz_below(&life.input, 2) == 0 ? 6 : 8;
	char typed[16];

	(void)snprintf(typed, sizeof(typed), "%0*u", digits,
	    (unsigned)fuzz_number(&life.input, 2));
	try_code(typed);
}

static void
step_again(void)
{
	char typed[sizeof(life.last)];

	memcpy(typed, life.last, sizeof(typed));
	if (typed[0] != '\0')
		try_code(typed);
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
	try_code(typed);
}

static void
step_clock(void)
{
	static const int64_t jumps[] = { 1, 15, 29, 30, 31, 60, 100, 600, 3600,
		3601, 86400, 31 * 86400 };
	const unsigned choice = fuzz_byte(&life.input);
	const int64_t jump = jumps[choice / 2 % COUNT(jumps)];

	life.now += choice % 2 == 0 ? jump : -jump;
	if (life.now < 0)
		life.now = 0;
	if (life.now > LATEST)
		life.now = LATEST;
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

/* Everything else goes out of force: tokens up to FIRST, codes up to CODE. */
static void
retire(struct model *after, unsigned token, unsigned code)
{
	for (unsigned i = 0; i < token; i++)
		after->tokens[i].in_force = false;
	for (unsigned i = 0; i < code; i++)
		after->codes[i].in_force = false;
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

/* A step that writes the seed is over, and the state if it COMMITS. */
static void
settle_seed(bool told, const struct model *after, bool commits)
{
	settle(told, after, NULL);
	if (told) {
		if (commits)
			flushed();
		life.wavering = false;
	} else if (life.hit) {
		life.wavering = true;
	}
}

static void
put_in_force(
    const struct otp_enrolment *enrolment, const struct otp_recovery_set *set)
{
	const unsigned token = life.model.tokens_count;
	const unsigned code = life.model.codes_count;
	struct model after;
	bool told;

	(void)add_token(enrolment);
	if (enrolment->mode != OTP_ENROL_ADD)
		add_set(set);
	after = life.model;
	if (enrolment->mode != OTP_ENROL_ADD)
		retire(&after, token, code);
	after.tokens[token].in_force = after.tokens[token].known = true;
	after.tokens[token].next = enrolment->token.kind == OTP_TOTP
	    ? enrolment->value / enrolment->token.period
	    : enrolment->value;
	install(&after, code);
	arm();
	told = was_told(otp_enrol_put_set(&life.host, enrolment, set, NULL));
	settle_seed(told, &after, true);
}

/* Whether a code AWAY steps from now, or from the first counter, confirms. */
static bool
confirm(struct otp_enrolment *enrolment, int away)
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
	FUZZ_MUST(otp_enrol_confirm(&life.host, enrolment,
		      oracle_code(token, moving + (uint64_t)away, typed),
		      &confirmation, NULL) == OTP_OK);
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
	if (otp_enrol_begin(&life.host, &life.subject,
		(enum otp_enrol_mode)((choice >> 6) % 3), &token, &enrolment,
		NULL) != OTP_OK)
		return;
	FUZZ_MUST(otp_enrol_make_set(&life.host, count, &set, NULL) == OTP_OK);
	if (confirm(&enrolment, (int)fuzz_below(&life.input, 8) - 3))
		put_in_force(&enrolment, &set);
}

static void
step_renew(void)
{
	struct otp_recovery_set set = { 0 };
	const unsigned code = life.model.codes_count;
	struct model after = life.model;
	bool told;

	if (code + 2 > MODEL_CODES)
		return;
	retire(&after, 0, code);
	arm();
	told = was_told(
	    otp_enrol_recovery(&life.host, &life.subject, 2, &set, NULL));
	settle_seed(told, &after, true);
	if (!told)
		return;
	add_set(&set);
	after = life.model;
	install(&after, code);
	settle_seed(true, &after, true);
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
		retire(&after, after.tokens_count, after.codes_count);
		arm();
		told = was_told(
		    otp_enrol_remove(&life.host, &life.subject, false, NULL));
		settle_seed(told, &after, false);
		return;
	}
	index = choice / 4 % after.tokens_count;
	FUZZ_MUST(otp_token_id(&after.tokens[index].token, id) == OTP_OK);
	after.tokens[index].in_force = false;
	for (unsigned i = 0; i < after.tokens_count; i++)
		left += after.tokens[i].in_force;
	if (left == 0)
		retire(&after, after.tokens_count, after.codes_count);
	arm();
	told = was_told(
	    otp_enrol_remove_token(&life.host, &life.subject, id, NULL));
	settle_seed(told, &after, false);
}

/* An administrator's own wish: from here on nothing is known. */
static void
step_purge(void)
{
	struct model *model = &life.model;

	arm();
	(void)was_told(otp_enrol_remove(&life.host, &life.subject, true, NULL));
	*model = see();
	model->least = (struct model_tally){ 0 };
	for (unsigned i = 0; i < model->tokens_count; i++)
		model->tokens[i].least = 0;
	for (unsigned i = 0; i < model->codes_count; i++)
		model->codes[i].surely = false;
	life.wavering = life.by_hand = true;
	life.told = false;
}

static void
step_unlock(void)
{
	struct model after = life.model;
	uint32_t failures = 0;
	const uint32_t before = after.tally.failures;
	bool told;

	after.tally = (struct model_tally){ 0 };
	arm();
	told = was_told(
	    otp_enrol_unlock(&life.host, &life.subject, &failures, NULL));
	if (told)
		FUZZ_MUST(failures == before);
	if (told || life.hit)
		life.model.least = after.tally;
	settle(told, &after, NULL);
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
		    ? at->token.counter
		    : (uint64_t)life.now / at->token.period +
			after.policy.window + 1;
	}
	for (unsigned i = 0; i < after.codes_count; i++)
		if (after.codes[i].in_force && !after.codes[i].known)
			after.codes[i].known = true;
	arm();
	told = was_told(otp_enrol_adopt(
	    &life.host, &life.subject, false, &adoption, &set, NULL));
	settle(told, &after, NULL);
	if (told && adoption.changed)
		flushed();
}

/* Configuration management brings an older seed, or keeps the present one. */
static void
step_old_seed(void)
{
	char path[FUZZ_PATH_SIZE];
	int fd;
	ssize_t size;

	if (fuzz_below(&life.input, 2) == 0 && life.old_size > 0) {
		disk_put_seed(life.old_seed, life.old_size);
		life.by_hand = true;
		life.wavering = false;
		life.model = see();
		return;
	}
	fuzz_path(path, "store/seed/%s", ACCOUNT);
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
	const struct model_tally open = model_anchor(after.tally, life.now);
	enum otp_verdict verdict = OTP_VERDICT_MALFORMED;
	char first[16], second[16];
	uint8_t id[OTP_ID_SIZE];
	unsigned i = 0;
	bool told, held;
	enum otp_err err;

	while (i < after.tokens_count &&
	    (!at[i].in_force || !at[i].known || at[i].token.kind != OTP_HOTP))
		i++;
	if (i == after.tokens_count)
		return;
	held = open.failures >= after.policy.lock ||
	    (open.wait > 0 && life.now < open.until);
	(void)oracle_code(&at[i].token, at[i].next + away, first);
	(void)oracle_code(&at[i].token, at[i].next + away + 1, second);
	if (!right)
		(void)oracle_wrong(
		    &at[i].token, at[i].next, OTP_RESYNC_RANGE + 2, second);
	charged.tally = model_charge(&after, after.tally, life.now);
	if (!held && right) {
		after.tokens[i].next += away + 2;
		after.tally = (struct model_tally){ 0 };
	} else if (!held) {
		after = charged;
	}
	FUZZ_MUST(otp_token_id(&at[i].token, id) == OTP_OK);
	arm();
	err = otp_enrol_resync(
	    &life.host, &life.subject, id, first, second, &verdict, NULL);
	told = was_told(err);
	FUZZ_MUST(err == OTP_OK || life.hit || !life.seen.has_state);
	if (told)
		FUZZ_MUST(answer_of(verdict) ==
		    (held	    ? MODEL_HELD
			    : right ? MODEL_YES
				    : MODEL_NO));
	if (!told && life.hit && right)
		life.model.least = (struct model_tally){ 0 };
	settle(told, &after, held ? NULL : &charged);
	if (told && !held && (right || after.tally.wait))
		flushed();
}

/* What was told is still so, and nothing is in the store that never was. */
static void
step_cut(void)
{
	const struct model before = life.model;
	struct model now;

	disk_cut(&life.input);
	now = see();
	FUZZ_MUST(!life.told || life.seen.has_state);
	FUZZ_MUST(now.tally.failures >= before.least.failures);
	if (now.tally.failures == before.least.failures && before.least.wait)
		FUZZ_MUST(now.tally.wait == before.least.wait &&
		    now.tally.until >= before.least.until);
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
	life.model = now;
	flushed();
	life.wavering = false;
}

static void
step_look(void)
{
	struct otp_request request = { .account = ACCOUNT, .uid = UID };
	enum otp_ask ask = OTP_ASK_NOTHING;
	enum otp_err err = otp_attempt_look(&life.host, &request, &ask, NULL);

	if (err == OTP_OK)
		FUZZ_MUST((ask == OTP_ASK_UNENROLLED) == !life.seen.has_seed);
	else
		FUZZ_MUST(ask == OTP_ASK_NOTHING &&
		    life.seen.has_seed != life.seen.has_state);
	if (life.seen.has_state && !life.wavering && !life.by_hand)
		FUZZ_MUST(err == OTP_OK);
}

/* With FUZZ_TELL in the environment: what happened, for whoever looks into it. */
static void
tell(unsigned step)
{
	if (getenv("FUZZ_TELL") == NULL)
		return;
	(void)fprintf(stderr,
	    "step %2u%s fault %d now %lld failures %u/%u wait %u until "
	    "%lld%s%s\n",
	    step, life.hit ? " hit by" : "", life.fault, (long long)life.now,
	    life.model.tally.failures, life.model.least.failures,
	    life.model.tally.wait, (long long)life.model.tally.until,
	    life.seen.has_seed ? " seed" : "",
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
		.free = 1 + choice / 12 % 4,
		.lock = 10,
	};
	life.host = (struct otp_host){
		.sys = &machine,
		.store = fuzz_store(),
		.policy = &life.model.policy,
	};
	(void)snprintf(
	    life.subject.account, sizeof(life.subject.account), "%s", ACCOUNT);
	life.subject.uid = UID;
	fuzz_store_clear("seed");
	fuzz_store_clear("state");
	disk_begin(life.host.store, ACCOUNT);
	life.model = see();
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
