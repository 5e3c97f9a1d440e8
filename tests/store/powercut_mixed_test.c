/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power cuts in long sequences of what module and tool do to one person's
 * seed and states, at random: logins, enrolments, imports, removals, new
 * recovery codes, unlocking, resynchronising, adopting, another name.  Logins
 * are of root's callers, or of others.  Each is
 * answered, or dies after any of its operations, or one of its calls fails;
 * and the power is cut, or not.  After each operation of each of them the
 * store is judged as it is, and as cuts at random would leave it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/codes.h"
#include "tests/unit/unit.h"
#include "common/core/oath.h"
#include "common/effects/attempt.h"
#include "tests/lib/account.h"
#include "common/effects/deliver.h"
#include "common/effects/enrol_import.h"
#include "common/effects/standing.h"
#include "common/store/store.h"
#include "tests/store/powercut_mixed.h"
#include "tests/store/powercut_mixed_break.h"
#include "tests/store/powercut_table.h"

#define START	     INT64_C(1800000000)
#define PERIOD	     30
#define EVENTS	     14 /* of a sequence */
#define CUTS	     3	/* tried after each operation */
#define FAULTS	     30 /* calls, one of which may fail */
#define LOSS_TIME    30
#define AHEAD	     8 /* counters that a resynchronisation may skip */
#define WRONG_FROM   40
#define REMEMBER_FOR (90 * 86400)

enum event {
	EVENT_RIGHT,
	EVENT_AGAIN,
	EVENT_WRONG,
	EVENT_RECOVERY, /* a recovery code is typed */
	EVENT_ENROL,	/* new, or new --replace */
	EVENT_IMPORT,
	EVENT_RENEW, /* the recovery codes */
	EVENT_REMOVE,
	EVENT_UNLOCK,
	EVENT_RESYNC,
	EVENT_ADOPT,
	EVENT_MOVE,    /* adopt --from */
	EVENT_ADDRESS, /* is added */
	EVENT_SEND,    /* a code, there */
	EVENT_SENT,    /* it is typed */
	EVENT_SUSPEND,
	EVENT_RESUME,
	EVENTS_COUNT
};

static const char *const event_names[EVENTS_COUNT] = { "right code",
	"the same code", "wrong code", "recovery code", "enrol", "import",
	"new recovery codes", "remove", "unlock", "resync", "adopt",
	"adopt --from", "address", "send", "sent code", "suspend", "resume" };

/* What one event is to do, and came to. */
struct deed {
	enum event event;
	int account;
	int token; /* the code's, or the new one */
	uint64_t moving;
	uint64_t value; /* of the credential, if it succeeds */
	int recovery;
	unsigned caller; /* of a login; 1 = another than root's */
	uint32_t failures[MIXED_CALLERS]; /* before it */
	bool tells; /* the user of their failures, if they are let in */
	bool told;  /* and that was noted */
	uint32_t news;
	bool sent;
	struct mixed_seed target; /* what is in force, if it succeeds */
	enum otp_err err;
	enum otp_verdict verdict;
	enum otp_verdict due;
	unsigned fault;
};

static struct {
	char folder[32];
	uint64_t dice;
	uint64_t random; /* the store's */
	int64_t now;
	struct mixed mixed;
	struct mixed_seen seen;
	struct deed last; /* right code */
	bool has_last;
	int home; /* the account that has, or had, the seed */
	bool moved;
	unsigned first, ops; /* of this event */
	char log[EVENTS * 2][160];
	unsigned log_count;
	const char *violation;
	unsigned event_number;
	uint64_t judged, cuts, deaths, faults, events;
	uint64_t done[EVENTS_COUNT];
} test;

static const struct otp_policy policy = {
	.window = 1,
	.lookahead = 10,
	.delay_after = 2,
	.lock_after = 10,
};

static enum otp_err
fake_time(void *context, int64_t *ret_now)
{
	(void)context;
	*ret_now = test.now;
	return OTP_OK;
}

static enum otp_err
fake_random(void *context, void *bytes, size_t size)
{
	(void)context;
	unit_fill(&test.random, bytes, size);
	return OTP_OK;
}

static const struct otp_sys fake_sys = {
	.time = fake_time,
	.random = fake_random,
};
static const struct otp_host host = {
	.sys = &fake_sys,
	.store = { .folder = test.folder },
	.policy = &policy,
};

static unsigned
dice(unsigned sides)
{
	return (unsigned)((unit_random(&test.dice) >> 16) % sides);
}

static struct otp_subject
subject_of(int account)
{
	struct otp_subject subject = { .uid = MIXED_UID };

	(void)snprintf(subject.account, sizeof(subject.account), "%s",
	    mixed_accounts[account]);
	return subject;
}

/* --- what was found --- */

static void
note(const struct deed *deed, const char *end)
{
	(void)snprintf(test.log[test.log_count++], sizeof(test.log[0]),
	    "%s%s, %s, err %d, verdict %d, fault %u, operations %u to %u, %s",
	    event_names[deed->event], deed->caller == 1 ? " of others" : "",
	    mixed_accounts[deed->account], (int)deed->err, (int)deed->verdict,
	    deed->fault, test.first, test.ops, end);
}

static void
violated(const char *rule)
{
	if (!rule || test.violation)
		return;
	test.violation = rule;
}

static void
tell_violation(unsigned sequence)
{
	print_message("# powercut mixed: %s, in sequence %u:\n", test.violation,
	    sequence);
	for (unsigned i = 0; i < test.log_count; i++)
		print_message("#   %s\n", test.log[i]);
	for (unsigned i = test.first; i < test.ops; i++) {
		char text[96];

		powercut_folder_describe(i, text, sizeof(text));
		print_message("#     %s\n", text);
	}
}

/* --- codes --- */

static uint32_t
code_at(const struct otp_token *token, uint64_t moving)
{
	struct otp_oath *oath = NULL;
	uint32_t value = 0;

	if (otp_oath_new(token->hash, token->secret, token->secret_size,
		&oath) != OTP_OK ||
	    otp_oath_value(oath, moving, 6, &value) != OTP_OK)
		abort();
	otp_oath_free(oath);
	return value % 1000000;
}

/* Right nowhere near MOVING. */
static uint32_t
wrong_at(const struct otp_token *token, uint64_t moving)
{
	uint32_t wrong = 0;

	for (uint64_t i = 0; i <= 2 * WRONG_FROM; i++) {
		if (moving + i < WRONG_FROM ||
		    code_at(token, moving + i - WRONG_FROM) != wrong)
			continue;
		wrong++;
		i = 0;
	}
	return wrong;
}

/* Is the same code right somewhere else near?  Then that may be spent. */
static bool
has_twin(const struct otp_token *token, uint64_t moving)
{
	const uint32_t code = code_at(token, moving);

	for (uint64_t i = 1; i <= OTP_LOOKAHEAD_MAX; i++)
		if (code_at(token, moving + i) == code ||
		    (i <= moving && code_at(token, moving - i) == code))
			return true;
	return false;
}

static enum otp_err
type(struct deed *deed, const char *typed)
{
	struct otp_request request = {
		.uid = MIXED_UID,
		.service = "login",
		.by_other = deed->caller == 1,
		.device = { .id = { 1 }, .remember_for = REMEMBER_FOR },
	};
	struct otp_answer answer;
	enum otp_err err;

	(void)snprintf(request.account, sizeof(request.account), "%s",
	    mixed_accounts[deed->account]);
	err = otp_attempt_try(&host, &request, typed, &answer, NULL);
	deed->verdict = answer.verdict;
	deed->news = answer.unreported;
	if (err == OTP_OK && deed->verdict == OTP_VERDICT_ACCEPT && deed->tells)
		deed->told = otp_attempt_told(&host, &request, &answer);
	return err;
}

static enum otp_err
send_code(struct deed *deed)
{
	struct otp_request request = { .uid = MIXED_UID, .service = "login" };
	const struct otp_send_choice choice = { 0 };
	struct otp_dispatch dispatch = { .code = "" };
	enum otp_err err;

	(void)snprintf(request.account, sizeof(request.account), "%s",
	    mixed_accounts[deed->account]);
	err = otp_deliver(&host, &request, &choice, &dispatch, NULL);
	deed->sent = err == OTP_OK && dispatch.delivery == OTP_DELIVERY_SENT;
	return err;
}

static enum otp_err
type_sent(struct deed *deed)
{
	char text[16];
	uint32_t code = 0;

	if (otp_send_code(&test.mixed.address, deed->moving, &code) != OTP_OK)
		abort();
	(void)snprintf(text, sizeof(text), "%08u", (unsigned)code);
	return type(deed, text);
}

static const struct mixed_token *
token_of(const struct deed *deed)
{
	return &test.mixed.tokens[deed->token];
}

/* --- what is done --- */

static int
make_token(void)
{
	struct mixed_token *made = &test.mixed.tokens[test.mixed.tokens_count];
	const bool hotp = dice(2) == 0;

	if (test.mixed.tokens_count == MIXED_TOKENS)
		abort();
	memset(made, 0, sizeof(*made));
	made->token = (struct otp_token){
		.kind = hotp ? OTP_HOTP : OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = hotp ? 0 : PERIOD,
		.secret_size = 20,
		.label = "host:alice",
	};
	unit_fill(&test.dice, made->token.secret, 20);
	return (int)test.mixed.tokens_count++;
}

/* The set that the store is going to make. */
static int
foresee_set(void)
{
	struct mixed_set *made = &test.mixed.sets[test.mixed.sets_count];
	const uint64_t random = test.random;

	if (test.mixed.sets_count == MIXED_TOKENS)
		abort();
	memset(made, 0, sizeof(*made));
	if (otp_enrol_make_set(ACCOUNT_OF(&host, subject_of(0)), MIXED_RECOVERY,
		&made->set) != OTP_OK)
		abort();
	test.random = random;
	return (int)test.mixed.sets_count++;
}

static enum otp_err
enrol(const struct deed *deed, bool has_seed)
{
	const struct otp_token *token = &token_of(deed)->token;
	const uint64_t next =
	    token->kind == OTP_TOTP ? deed->value / PERIOD : deed->value;
	const struct otp_enrolment enrolment = {
		.mode = has_seed ? OTP_ENROL_REPLACE : OTP_ENROL_NEW,
		.token = *token,
		.value = deed->value,
		.confirmed = true,
		.code = code_at(token, next - 1),
	};
	struct otp_recovery_set set;

	return codes_put(ACCOUNT_OF(&host, subject_of(deed->account)),
	    &enrolment, MIXED_RECOVERY, &set);
}

static enum otp_err
import(const struct deed *deed, bool has_seed)
{
	const struct otp_subject subject = subject_of(deed->account);
	const struct otp_imported tokens = {
		.count = 1,
		.tokens = { token_of(deed)->token },
		.known = { true },
		.values = { deed->value },
	};
	struct otp_recovery_set set;
	bool there;

	return codes_import(ACCOUNT_OF(&host, subject),
	    has_seed ? OTP_ENROL_REPLACE : OTP_ENROL_NEW, &tokens,
	    MIXED_RECOVERY, true, &there, &set);
}

static enum otp_err
resync(struct deed *deed)
{
	const struct otp_subject subject = subject_of(deed->account);
	const struct otp_token *token = &token_of(deed)->token;
	uint8_t id[OTP_ID_SIZE];
	char text[2][8];

	if (otp_token_id(token, id) != OTP_OK)
		abort();
	for (unsigned i = 0; i < 2; i++)
		(void)snprintf(text[i], sizeof(text[i]), "%06u",
		    (unsigned)code_at(token, deed->moving + i));
	return otp_enrol_resync(
	    ACCOUNT_OF(&host, subject), id, text[0], text[1], &deed->verdict);
}

static enum otp_err
move(const struct deed *deed)
{
	const struct otp_subject subject = subject_of(deed->account);

	return otp_enrol_rename(
	    ACCOUNT_OF(&host, subject), mixed_accounts[!deed->account], false);
}

static enum otp_err
type_code(struct deed *deed)
{
	const struct otp_token *token = &token_of(deed)->token;
	char text[8];

	(void)snprintf(text, sizeof(text), "%06u",
	    (unsigned)(deed->event == EVENT_WRONG
		    ? wrong_at(token, deed->moving)
		    : code_at(token, deed->moving)));
	return type(deed, text);
}

static void
perform(struct deed *deed)
{
	const struct otp_subject subject = subject_of(deed->account);
	const bool has_seed = test.seen.seed.account != MIXED_NONE;
	struct otp_recovery_set set;
	struct otp_adoption adoption;
	uint32_t failures;
	bool changed;

	switch (deed->event) {
	case EVENT_RIGHT:
	case EVENT_AGAIN:
	case EVENT_WRONG:
		deed->err = type_code(deed);
		break;
	case EVENT_RECOVERY:
		deed->err = type(deed,
		    test.mixed.sets[test.seen.seed.set]
			.set.text[deed->recovery]);
		break;
	case EVENT_ENROL:
		deed->err = enrol(deed, has_seed);
		break;
	case EVENT_IMPORT:
		deed->err = import(deed, has_seed);
		break;
	case EVENT_RENEW:
		deed->err = codes_renew(
		    ACCOUNT_OF(&host, subject), MIXED_RECOVERY, &set);
		break;
	case EVENT_REMOVE:
		deed->err = otp_enrol_remove(ACCOUNT_OF(&host, subject), false);
		break;
	case EVENT_UNLOCK:
		deed->err =
		    otp_enrol_unlock(ACCOUNT_OF(&host, subject), &failures);
		break;
	case EVENT_RESYNC:
		deed->err = resync(deed);
		break;
	case EVENT_ADOPT:
		deed->err = codes_adopt(
		    ACCOUNT_OF(&host, subject), false, &adoption, &set);
		break;
	case EVENT_MOVE:
		deed->err = move(deed);
		break;
	case EVENT_ADDRESS:
		deed->err = otp_enrol_add_address(
		    ACCOUNT_OF(&host, subject), &test.mixed.address);
		break;
	case EVENT_SEND:
		deed->err = send_code(deed);
		break;
	case EVENT_SENT:
		deed->err = type_sent(deed);
		break;
	case EVENT_SUSPEND:
	case EVENT_RESUME:
		deed->err = otp_standing_suspend(ACCOUNT_OF(&host, subject),
		    deed->event == EVENT_SUSPEND, &changed);
		break;
	case EVENTS_COUNT:
		abort();
	}
}

/* --- what is to be done --- */

static uint64_t
step_value(int64_t now)
{
	return ((uint64_t)now / PERIOD + 1) * PERIOD;
}

static void
raise_to(uint64_t *value, uint64_t least)
{
	if (*value < least)
		*value = least;
}

/* A code that nobody has typed, when it is shown. */
static bool
plan_right(struct deed *deed)
{
	const struct mixed_token *token = token_of(deed);

	if (token->token.kind == OTP_HOTP) {
		deed->moving =
		    mixed_credential(&test.seen, &token->token)->value +
		    dice(3);
		deed->value = deed->moving + 1;
	} else {
		if (test.now < (int64_t)token->ceiling)
			test.now = (int64_t)token->ceiling;
		deed->moving = (uint64_t)test.now / PERIOD;
		deed->value = step_value(test.now);
	}
	deed->due = OTP_VERDICT_ACCEPT;
	return !has_twin(&token->token, deed->moving);
}

/* Whether the state says that TOKEN's code at MOVING was accepted. */
static bool
is_accepted(const struct otp_token *token, uint64_t moving)
{
	const struct otp_state *state =
	    &test.seen.states[test.seen.seed.account];
	uint8_t id[OTP_ID_SIZE];

	if (otp_token_id(token, id) != OTP_OK)
		abort();
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++)
		if (state->accepted[i].kind == token->kind &&
		    state->accepted[i].moving == moving &&
		    memcmp(state->accepted[i].id, id, sizeof(id)) == 0)
			return true;
	return false;
}

/* The right code typed last, if it can still be right. */
static bool
plan_again(struct deed *deed)
{
	const struct otp_token *token = &token_of(deed)->token;
	uint64_t value;

	if (!test.has_last || test.last.token != deed->token)
		return false;
	deed->moving = test.last.moving;
	deed->value = test.last.value;
	value = mixed_credential(&test.seen, token)->value;
	if (token->kind == OTP_TOTP &&
	    ((uint64_t)test.now / PERIOD > deed->moving + policy.window ||
		(uint64_t)test.now / PERIOD + policy.window < deed->moving))
		return false;
	if (token->kind == OTP_HOTP && deed->moving >= value + policy.lookahead)
		return false;
	if (deed->value > value)
		deed->due = OTP_VERDICT_ACCEPT;
	else if (token->kind == OTP_TOTP || is_accepted(token, deed->moving))
		deed->due = OTP_VERDICT_REPLAY;
	else
		deed->due = OTP_VERDICT_REJECT;
	return true;
}

static void
plan_wrong(struct deed *deed)
{
	const struct otp_token *token = &token_of(deed)->token;

	deed->moving = token->kind == OTP_TOTP
	    ? (uint64_t)test.now / PERIOD
	    : mixed_credential(&test.seen, token)->value;
	deed->due = OTP_VERDICT_REJECT;
}

static void
plan_recovery(struct deed *deed)
{
	struct mixed_set *set = &test.mixed.sets[test.seen.seed.set];
	const struct otp_credential *credential;

	deed->recovery = (int)dice(MIXED_RECOVERY);
	credential = mixed_recovery(&test.seen, &set->set.kept[deed->recovery]);
	deed->due =
	    credential->value == 0 ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REPLAY;
	set->typed[deed->recovery] = true;
}

static void
plan_enrol(struct deed *deed)
{
	deed->token = make_token();
	deed->value =
	    token_of(deed)->token.kind == OTP_HOTP ? 1 : step_value(test.now);
	deed->target = (struct mixed_seed){ deed->account, deed->token,
		foresee_set(), false };
}

/* Or a token that was in force before: what it spent is known. */
static void
plan_import(struct deed *deed)
{
	if (test.mixed.tokens_count > 0)
		deed->token = (int)dice(test.mixed.tokens_count);
	if (test.moved || !token_of(deed)->was_in_force) {
		plan_enrol(deed);
		return;
	}
	deed->value = 0;
	deed->target = (struct mixed_seed){ deed->account, deed->token,
		foresee_set(), false };
}

static bool
plan_resync(struct deed *deed)
{
	const struct otp_token *token = &token_of(deed)->token;

	if (token->kind != OTP_HOTP)
		return false;
	deed->moving = mixed_credential(&test.seen, token)->value + dice(AHEAD);
	deed->value = deed->moving + 2;
	deed->due = OTP_VERDICT_ACCEPT;
	return true;
}

/* The time at which nothing is held off; false where that is never. */
static bool
wait_for_it(const struct deed *deed)
{
	const struct otp_tally *tally =
	    mixed_tally(&test.seen.states[deed->account], deed->caller);

	if (tally->failures >= policy.lock_after)
		return false;
	if (tally->wait_until > test.now)
		test.now = tally->wait_until;
	return true;
}

/* As soon as the limits allow it. */
static bool
plan_send(const struct deed *deed)
{
	const struct otp_sends *sends = &test.seen.states[deed->account].sends;

	if (!deed->target.address || test.seen.states[deed->account].suspended)
		return false;
	while (!otp_send_is_allowed(sends, test.now))
		test.now += OTP_SEND_APART;
	return true;
}

/* The code that was sent last, if it is right, or was.  It is none for others. */
static bool
plan_sent(struct deed *deed)
{
	const struct otp_state *state = &test.seen.states[deed->account];
	const struct otp_send *send = mixed_send(&test.seen, test.mixed.moment);

	deed->moving = test.mixed.moment;
	if (deed->moving == 0 || !deed->target.address)
		return false;
	if (send != NULL) {
		deed->due =
		    deed->caller == 1 ? OTP_VERDICT_REJECT : OTP_VERDICT_ACCEPT;
		return test.now < send->time + OTP_SEND_VALID;
	}
	deed->due = OTP_VERDICT_REPLAY;
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++)
		if (state->accepted[i].kind == OTP_DELIVERED &&
		    state->accepted[i].moving == deed->moving)
			return true;
	return false;
}

static bool
is_suspended(void)
{
	return test.seen.states[test.seen.seed.account].suspended;
}

static bool
is_login(enum event event)
{
	return event <= EVENT_RECOVERY || event == EVENT_SENT;
}

static bool plan_event(struct deed *deed);

/* Whoever is suspended is refused, whatever they type. */
static bool
plan_with_seed(struct deed *deed)
{
	const bool planned = plan_event(deed);

	if (is_suspended() && is_login(deed->event)) {
		deed->due = OTP_VERDICT_SUSPENDED;
		deed->value = 0;
	}
	return planned;
}

static bool
plan_event(struct deed *deed)
{
	struct mixed_seed *target = &deed->target;

	deed->token = target->token;
	switch (deed->event) {
	case EVENT_RIGHT:
		return wait_for_it(deed) && plan_right(deed);
	case EVENT_AGAIN:
		return wait_for_it(deed) && plan_again(deed);
	case EVENT_WRONG:
		if (!wait_for_it(deed))
			return false;
		plan_wrong(deed);
		return true;
	case EVENT_RECOVERY:
		plan_recovery(deed);
		return true;
	case EVENT_ENROL:
		plan_enrol(deed);
		return true;
	case EVENT_IMPORT:
		plan_import(deed);
		return true;
	case EVENT_RENEW:
		target->set = foresee_set();
		return true;
	case EVENT_REMOVE:
		*target = (struct mixed_seed){ MIXED_NONE, MIXED_NONE,
			MIXED_NONE, false };
		return true;
	case EVENT_RESYNC:
		return wait_for_it(deed) && plan_resync(deed);
	case EVENT_MOVE:
		deed->account = target->account = !deed->account;
		test.moved = true;
		return true;
	case EVENT_ADDRESS:
		target->address = true;
		return !test.seen.seed.address;
	case EVENT_SEND:
		return wait_for_it(deed) && plan_send(deed);
	case EVENT_SENT:
		return wait_for_it(deed) && plan_sent(deed);
	case EVENT_SUSPEND:
		return !test.seen.states[deed->account].suspended;
	case EVENT_RESUME:
		return test.seen.states[deed->account].suspended;
	case EVENT_UNLOCK:
	case EVENT_ADOPT:
		return true;
	case EVENTS_COUNT:
		break;
	}
	return false;
}

static bool
plan(struct deed *deed)
{
	*deed = (struct deed){ .event = (enum event)dice(EVENTS_COUNT) };
	if (dice(3) == 0) /* logins are what there is most of */
		deed->event = dice(2) == 0 ? EVENT_RIGHT : EVENT_WRONG;
	else if (test.seen.seed.address && dice(4) == 0)
		deed->event = dice(2) == 0 ? EVENT_SEND : EVENT_SENT;
	else if (test.seen.seed.account != MIXED_NONE && dice(4) == 0)
		deed->event = is_suspended() ? EVENT_RESUME : EVENT_ADDRESS;
	deed->target = test.seen.seed;
	deed->account = test.home;
	deed->fault = dice(4) == 0 ? 1 + dice(FAULTS) : 0;
	deed->tells = dice(2) == 0;
	deed->caller = is_login(deed->event) && dice(2) == 0 ? 1 : 0;
	if (test.seen.seed.account != MIXED_NONE)
		return plan_with_seed(deed);
	if (deed->event == EVENT_ENROL)
		plan_enrol(deed);
	else if (deed->event == EVENT_IMPORT)
		plan_import(deed);
	else
		return false;
	return true;
}

/* --- what is known of it --- */

/* Whether a device may become known by it, or be forgotten. */
static bool
changes_device(const struct deed *deed)
{
	switch (deed->event) {
	case EVENT_RIGHT:
	case EVENT_AGAIN:
	case EVENT_SENT:
		return deed->due == OTP_VERDICT_ACCEPT;
	case EVENT_ENROL:
	case EVENT_IMPORT:
	case EVENT_RENEW:
	case EVENT_REMOVE:
	case EVENT_UNLOCK:
	case EVENT_MOVE:
	case EVENT_ADDRESS:
	case EVENT_SUSPEND:
		return true;
	case EVENT_WRONG:
	case EVENT_RECOVERY:
	case EVENT_RESYNC:
	case EVENT_ADOPT:
	case EVENT_SEND:
	case EVENT_RESUME:
	case EVENTS_COUNT:
		break;
	}
	return false;
}

/* Rule 9, before it begins. */
static void
expect_answers(const struct deed *deed)
{
	struct mixed *mixed = &test.mixed;
	const int account = deed->account, other = !account;

	if (changes_device(deed) &&
	    (mixed->device[account] == MIXED_NO || !is_login(deed->event)))
		mixed->device[account] = MIXED_UNSURE;
	if (deed->event == EVENT_SUSPEND || deed->event == EVENT_RESUME)
		mixed->suspended[account] = MIXED_UNSURE;
	if (deed->event == EVENT_UNLOCK)
		mixed->day = 0;
	if (is_login(deed->event) && deed->tells)
		mixed->untold[account] = 0;
	if (deed->event != EVENT_MOVE)
		return;
	if (mixed->suspended[account] != mixed->suspended[other])
		mixed->suspended[account] = MIXED_UNSURE;
	if (mixed->untold[account] > mixed->untold[other])
		mixed->untold[account] = mixed->untold[other];
}

/*
 * Whether what it puts in force may be what a device is known with: a seed that
 * a power cut took comes back, or what comes is as what is there.
 */
static bool
brings_back(enum event event)
{
	return event == EVENT_IMPORT || event == EVENT_ADDRESS ||
	    event == EVENT_RENEW;
}

/* ... and once it was answered. */
static void
believe_answers(const struct deed *deed, const struct mixed_seen *after)
{
	struct mixed *mixed = &test.mixed;
	const int account = deed->account;
	const struct otp_state *state = &after->states[account];
	const bool let_in =
	    is_login(deed->event) && deed->due == OTP_VERDICT_ACCEPT;

	if (deed->event == EVENT_MOVE) {
		mixed->device[account] = mixed->device[!account];
		mixed->untold[account] = mixed->untold[!account];
	} else if (changes_device(deed) && !brings_back(deed->event)) {
		mixed->device[account] = let_in ? MIXED_YES : MIXED_NO;
	}
	if (deed->event == EVENT_SUSPEND || deed->event == EVENT_RESUME)
		mixed->suspended[account] =
		    deed->event == EVENT_SUSPEND ? MIXED_YES : MIXED_NO;
	if (!let_in)
		return;
	if (!deed->told) {
		mixed->untold[account] = deed->news;
		if (state->unreported != deed->news)
			violated("not the failures that were told");
	} else if (state->unreported != 0) {
		violated("failures that were told are told again");
	}
}

/* Before it begins: all that it may do. */
static void
expect(const struct deed *deed)
{
	struct mixed *mixed = &test.mixed;
	uint32_t *most = mixed->failures_most[deed->account];
	uint32_t *told = mixed->failures_told[deed->account];

	mixed_candidate(mixed, &deed->target);
	if (deed->event != EVENT_WRONG && deed->event != EVENT_RECOVERY)
		raise_to(&mixed->tokens[deed->token].ceiling, deed->value);
	if (deed->event <= EVENT_WRONG || deed->event == EVENT_RESYNC ||
	    deed->event == EVENT_SENT)
		++most[deed->caller];
	expect_answers(deed);
	if (deed->due == OTP_VERDICT_ACCEPT)
		told[deed->caller] = 0;
	if (deed->event == EVENT_UNLOCK)
		told[0] = told[1] = 0;
	for (unsigned i = 0; i < MIXED_CALLERS; i++)
		if (deed->event == EVENT_MOVE &&
		    most[i] < mixed->failures_most[!deed->account][i])
			most[i] = mixed->failures_most[!deed->account][i];
	if (deed->event == EVENT_ENROL) {
		raise_to(&mixed->tokens[deed->token].spent, deed->value);
		raise_to(&mixed->tokens[deed->token].seen, deed->value);
	}
}

/* What others find may be of somebody who died before its name was flushed. */
static bool
puts_seed(enum event event)
{
	return event == EVENT_ENROL || event == EVENT_IMPORT ||
	    event == EVENT_RENEW || event == EVENT_REMOVE ||
	    event == EVENT_MOVE || event == EVENT_ADDRESS;
}

/* Its moment is higher than any before. */
static void
believe_sent(const struct deed *deed, const struct mixed_seen *after)
{
	const uint64_t moment = after->states[deed->account].sends.moment;

	if (!deed->sent)
		violated("a code is not sent");
	else if (moment <= test.mixed.moment ||
	    after->states[deed->account].sends.last[0].moment != moment)
		violated("what was sent is not charged");
	test.mixed.moment = moment;
	test.mixed.day = after->states[deed->account].sends.day;
}

/* Of callers of one kind alone. */
static void
believe_failures(const struct deed *deed, const struct otp_state *state)
{
	const bool ends = deed->due == OTP_VERDICT_ACCEPT;
	const bool counts =
	    deed->event == EVENT_WRONG && deed->due == OTP_VERDICT_REJECT;
	uint32_t *most = test.mixed.failures_most[deed->account];
	uint32_t *told = test.mixed.failures_told[deed->account];
	const unsigned caller = deed->caller;
	const uint32_t failures = mixed_tally(state, caller)->failures;

	if (is_login(deed->event) &&
	    mixed_tally(state, !caller)->failures != deed->failures[!caller])
		violated("failures of callers of another kind changed");
	if (counts && failures != deed->failures[caller] + 1)
		violated("a try is not charged to its caller");
	if (counts && failures >= policy.delay_after)
		told[caller] = failures;
	if (ends)
		most[caller] = 0;
	/* Where an unlock found none, those given back may still come up. */
	if (deed->event == EVENT_UNLOCK && test.ops > test.first)
		most[0] = most[1] = 0;
}

/* Once it was answered: what must be so from now on. */
static void
believe(const struct deed *deed, const struct mixed_seen *after)
{
	struct mixed *mixed = &test.mixed;
	struct mixed_token *token = &mixed->tokens[deed->token];
	const int account = deed->account;

	if (deed->err != OTP_OK) {
		if (!deed->fault)
			violated("an error without a fault");
		return;
	}
	if (puts_seed(deed->event))
		mixed->candidates_count = 0;
	mixed_candidate(mixed, &deed->target);
	mixed->has_state[account] = true;
	if (is_login(deed->event) || deed->event == EVENT_RESYNC)
		if (deed->verdict != deed->due)
			violated("not the verdict that was due");
	believe_answers(deed, after);
	if (deed->event == EVENT_SEND)
		believe_sent(deed, after);
	believe_failures(deed, &after->states[account]);
	if (deed->due != OTP_VERDICT_ACCEPT)
		return;
	if (deed->event == EVENT_RECOVERY)
		mixed->sets[deed->target.set].spent[deed->recovery] = true;
	else if (deed->event == EVENT_SENT)
		mixed->used[mixed->used_count++ % MIXED_SENT] = deed->moving;
	else
		raise_to(&token->spent, deed->value);
}

/* What a death leaves may go or stay when the power is cut. */
static void
remember(const struct mixed_seen *seen)
{
	if (seen->seed.account == MIXED_NONE)
		return;
	test.home = seen->seed.account;
	test.mixed.tokens[seen->seed.token].was_in_force = true;
	test.mixed.tokens[seen->seed.token].seen =
	    mixed_credential(seen, &test.mixed.tokens[seen->seed.token].token)
		->value;
}

static void
judge(const struct powercut_store *left, bool cut, struct mixed_seen *ret_seen)
{
	const char *wrong = mixed_judge(&test.mixed, left, cut, ret_seen);

	test.judged++;
	violated(wrong);
}

/* As it is after OPS operations, and as some cuts would leave it. */
static void
judge_at(unsigned ops, struct mixed_seen *ret_seen)
{
	static struct powercut_store left;
	struct mixed_seen seen;

	powercut_folder_see(ops, &left);
	judge(&left, false, ret_seen);
	for (unsigned i = 0; i < CUTS; i++) {
		powercut_folder_sample(ops, &test.dice, &left);
		judge(&left, true, &seen);
		test.cuts++;
	}
}

static void
cut_power(unsigned ops)
{
	static struct powercut_store left;

	powercut_folder_sample(ops, &test.dice, &left);
	judge(&left, true, &test.seen);
	if (test.violation)
		return;
	powercut_folder_put(&left);
	powercut_folder_begin(test.folder, mixed_accounts, MIXED_UID);
	test.now += LOSS_TIME;
	test.mixed.candidates_count = 0;
	mixed_candidate(&test.mixed, &test.seen.seed);
	for (unsigned i = 0; i < POWERCUT_ACCOUNTS; i++) {
		const struct otp_state *state = &test.seen.states[i];

		test.mixed.has_state[i] |= test.seen.has_state[i];
		test.mixed.suspended[i] =
		    state->suspended ? MIXED_YES : MIXED_NO;
		test.mixed.device[i] =
		    state->devices.count > 0 ? MIXED_YES : MIXED_NO;
	}
	for (unsigned i = 0; i < test.mixed.tokens_count; i++)
		test.mixed.tokens[i].seen = test.mixed.tokens[i].spent;
	remember(&test.seen);
}

/* Dead after OPS operations: nothing was answered. */
static void
die(unsigned ops)
{
	static struct powercut_store left;

	powercut_folder_keep(ops);
	powercut_folder_see(ops, &left);
	judge(&left, false, &test.seen);
	test.ops = ops;
	test.deaths++;
	if (!test.violation)
		remember(&test.seen);
}

static void
answer(const struct deed *deed)
{
	struct mixed_seen after;

	judge_at(test.ops, &after);
	if (test.violation)
		return;
	believe(deed, &after);
	if (!test.violation)
		judge_at(test.ops, &test.seen);
	if (!test.violation)
		remember(&test.seen);
	if (deed->event == EVENT_RIGHT && deed->due == OTP_VERDICT_ACCEPT) {
		test.last = *deed;
		test.has_last = true;
	}
	test.done[deed->event]++;
}

static void
run_event(void)
{
	struct deed deed;
	bool dies, cut;

	if (!plan(&deed))
		return;
	test.event_number++;
	test.events++;
	test.faults += deed.fault ? 1 : 0;
	expect(&deed);
	for (unsigned i = 0; i < MIXED_CALLERS; i++)
		deed.failures[i] =
		    mixed_tally(&test.seen.states[deed.account], i)->failures;
	test.first = powercut_folder_stop();
	powercut_folder_record(deed.fault);
	mixed_break_begin(mixed_accounts[deed.account]);
	perform(&deed);
	test.ops = powercut_folder_stop();
	dies = test.ops > test.first && dice(4) == 0;
	cut = dice(4) == 0;
	note(&deed,
	    dies      ? cut ? "killed, cut" : "killed"
		: cut ? "cut"
		      : "answered");
	for (unsigned i = test.first; i < test.ops && !test.violation; i++)
		judge_at(i, &test.seen);
	if (test.violation)
		return;
	if (dies)
		die(test.first + dice(test.ops - test.first));
	else
		answer(&deed);
	if (cut && !test.violation)
		cut_power(test.ops);
	test.now++;
}

/* --- the store --- */

static void
remove_files(void)
{
	char entry[96];

	(void)snprintf(entry, sizeof(entry), "%s/uid/%u", test.folder,
	    (unsigned)MIXED_UID);
	(void)remove(entry);
	(void)snprintf(entry, sizeof(entry), "%s/uid/.%u.new", test.folder,
	    (unsigned)MIXED_UID);
	(void)remove(entry);
	for (unsigned i = 0; i < POWERCUT_ACCOUNTS; i++) {
		static const char *const forms[] = { "%s/seed/%s",
			"%s/seed/.%s.new", "%s/state/%s", "%s/state/.%s.new" };
		char path[96];

		for (unsigned j = 0; j < COUNT(forms); j++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			(void)snprintf(path, sizeof(path), forms[j],
			    test.folder, mixed_accounts[i]);
#pragma GCC diagnostic pop
			(void)remove(path);
		}
	}
}

static void
run_sequence(unsigned number)
{
	remove_files();
	memset(&test.mixed, 0, sizeof(test.mixed));
	for (unsigned i = 0; i < POWERCUT_ACCOUNTS; i++)
		test.mixed.suspended[i] = test.mixed.device[i] = MIXED_NO;
	test.mixed.address = (struct otp_address){
		.uri = "mailto:alice@example.org",
		.secret = { 1, 2, 3 },
	};
	test.dice = number;
	test.random = UINT64_C(1) << 40 | number;
	test.now = START;
	test.home = 0;
	test.moved = test.has_last = false;
	test.log_count = test.event_number = 0;
	test.seen = (struct mixed_seen){ .seed = { MIXED_NONE, MIXED_NONE,
					     MIXED_NONE, false } };
	mixed_candidate(&test.mixed, &test.seen.seed);
	powercut_folder_begin(test.folder, mixed_accounts, MIXED_UID);
	while (test.event_number < EVENTS && !test.violation)
		run_event();
	if (test.violation && mixed_broken == MIXED_KEEP_ALL)
		tell_violation(number);
	powercut_folder_end();
}

static int
setup(void **state)
{
	bool made = false;

	(void)state;
	memset(&test, 0, sizeof(test));
	(void)snprintf(
	    test.folder, sizeof(test.folder), "/tmp/powercut.XXXXXX");
	if (!mkdtemp(test.folder) ||
	    otp_store_init((struct otp_place){ .folder = test.folder }, &made,
		NULL) != OTP_OK)
		return -1;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "seed", "state", "uid", ".store",
		"" };

	(void)state;
	remove_files();
	for (unsigned i = 0; i < COUNT(names); i++) {
		char path[64];

		(void)snprintf(
		    path, sizeof(path), "%s/%s", test.folder, names[i]);
		if (remove(path) != 0)
			return -1;
	}
	return 0;
}

/* How many sequences until one violates a rule; all of them otherwise. */
static unsigned
run_sequences(unsigned count)
{
	unsigned i = 0;

	test.violation = NULL;
	while (i < count && !test.violation)
		run_sequence(++i);
	return i;
}

static void
tool_and_module__survive_power_cuts_in_long_sequences(void **state)
{
	const char *form = getenv("LONG");
	const unsigned count = run_sequences(form && *form ? 2000 : 400);

	(void)state;
	print_message(
	    "# ran: powercut mixed: %u sequences of %u events, %" PRIu64
	    " killed, %" PRIu64 " with a fault, %" PRIu64
	    " power cuts of %" PRIu64 " stores judged; %s\n",
	    count, EVENTS, test.deaths, test.faults, test.cuts, test.judged,
	    test.violation ? test.violation : "all rules held");
	print_message("# ran: powercut mixed, answered:");
	for (unsigned i = 0; i < EVENTS_COUNT; i++)
		print_message(" %s %" PRIu64 "%s", event_names[i], test.done[i],
		    i + 1 < EVENTS_COUNT ? "," : "\n");
	assert_null(test.violation);
	for (unsigned i = 0; i < EVENTS_COUNT; i++)
		assert_true(test.done[i] > 0);
}

static bool
is_found(enum mixed_rule rule)
{
	unsigned count;

	mixed_break(rule);
	count = run_sequences(400);
	mixed_break(MIXED_KEEP_ALL);
	print_message("# ran: powercut mixed, broken: %s: %s, sequence %u\n",
	    mixed_rule_text(rule),
	    test.violation ? test.violation : "NOT FOUND", count);
	return test.violation != NULL;
}

static void
every_broken_rule_of_tool_and_module__is_found(void **state)
{
	unsigned found = 0;

	(void)state;
	for (unsigned rule = 1; rule < MIXED_RULES; rule++)
		found += is_found((enum mixed_rule)rule) ? 1 : 0;
	print_message("# ran: powercut mixed, rules: %u broken, %u found\n",
	    MIXED_RULES - 1, found);
	assert_int_equal(found, MIXED_RULES - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    tool_and_module__survive_power_cuts_in_long_sequences,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_broken_rule_of_tool_and_module__is_found, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
