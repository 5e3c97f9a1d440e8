/* SPDX-License-Identifier: BSD-2-Clause */
/* One code, many logins at once; and the tool in between. */
#include "config.h"

#include "tests/lib/codes.h"
#include "tests/store/ground.h"
#include "tests/lib/account.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/race/race.h"
#include "tests/store/calls.h"

#define STEP 30

static unsigned
rounds(void)
{
	return race_rounds(20);
}

/* Jobs. */
enum {
	LOGS_IN = 0,
	REPLACES, /* with token number `answer' */
	REMOVES,  /* token number `answer' */
	RENEWS,	  /* the recovery codes; the first one in `text' */
	UNLOCKS,
	STARTS_OVER, /* purges, and enrols token `answer' again */
};

static enum otp_err
log_in(const struct otp_host *host, const char *account, const char *code,
    enum otp_verdict *ret_verdict)
{
	struct otp_request request = { .uid = ground_uid(account) };
	struct otp_answer answer;
	enum otp_err err;

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	err = otp_attempt_try(host, &request, code, &answer, NULL);
	*ret_verdict = answer.verdict;
	return err;
}

static enum otp_err
put(const struct ground *ground, const struct race_lane *lane,
    enum otp_enrol_mode mode, uint64_t spent)
{
	struct otp_token token = sample_totp((unsigned)lane->answer);
	struct otp_enrolment enrolment = ground_enrolment(mode, &token);
	struct otp_recovery_set set;

	enrolment.value = spent;
	return codes_put(
	    ACCOUNT_OF(&ground->host, ground_subject(lane->account)),
	    &enrolment, 0, &set);
}

static enum otp_err
take_away(const struct ground *ground, const struct race_lane *lane)
{
	struct otp_subject subject = ground_subject(lane->account);
	struct otp_token token = sample_totp((unsigned)lane->answer);
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(&token, id);

	return err != OTP_OK
	    ? err
	    : otp_enrol_remove_token(ACCOUNT_OF(&ground->host, subject), id);
}

static enum otp_err
renew(const struct ground *ground, struct race_lane *lane)
{
	struct otp_subject subject = ground_subject(lane->account);
	struct otp_recovery_set set;
	enum otp_err err =
	    codes_renew(ACCOUNT_OF(&ground->host, subject), 2, &set);

	if (err == OTP_OK)
		memcpy(lane->text, set.text[0], sizeof(set.text[0]));
	return err;
}

/* What a process does in one round. */
static void
run(const struct race *race, struct race_lane *lane, void *context)
{
	struct ground *ground = context;
	struct otp_subject subject = ground_subject(lane->account);
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	enum otp_err err = OTP_OK;
	uint32_t failures;

	ground->now = race->now;
	switch (lane->job) {
	case LOGS_IN:
		err =
		    log_in(&ground->host, lane->account, lane->code, &verdict);
		lane->answer = (int)verdict;
		break;
	case REPLACES:
		err = put(ground, lane, OTP_ENROL_REPLACE, 1);
		break;
	case REMOVES:
		err = take_away(ground, lane);
		break;
	case RENEWS: /* never the same ones again */
		ground->random = (uint64_t)race->now;
		err = renew(ground, lane);
		break;
	case UNLOCKS:
		err = otp_enrol_unlock(
		    ACCOUNT_OF(&ground->host, subject), &failures);
		break;
	case STARTS_OVER:
		err =
		    otp_enrol_remove(ACCOUNT_OF(&ground->host, subject), true);
		if (err == OTP_OK)
			err = put(ground, lane, OTP_ENROL_NEW,
			    (uint64_t)(race->now / STEP + 1) * STEP);
		break;
	default:
		break;
	}
	lane->result = (int)err;
}

/* How many logins had VERDICT (with CODE, unless NULL). */
static unsigned
count(const struct race *race, const char *code, enum otp_verdict verdict)
{
	unsigned found = 0;

	for (unsigned i = 0; i < race->processes; i++) {
		const struct race_lane *lane = &race->lanes[i];

		if (lane->job == LOGS_IN && lane->answer == (int)verdict &&
		    (!code || strcmp(lane->code, code) == 0)) {
			found++;
			if (verdict == OTP_VERDICT_ACCEPT)
				assert_int_equal(lane->result, OTP_OK);
		}
	}
	return found;
}

/* Every transaction came to an answer. */
static void
assert_no_errors(const struct race *race)
{
	for (unsigned i = 0; i < race->processes; i++)
		assert_int_equal(race->lanes[i].result, OTP_OK);
}

static void
unlock(const struct ground *ground, const char *account)
{
	struct otp_subject subject = ground_subject(account);
	uint32_t failures;

	assert_int_equal(
	    otp_enrol_unlock(ACCOUNT_OF(&ground->host, subject), &failures),
	    OTP_OK);
}

/* The next round is one step later. */
static void
move_clock(struct race *race, struct ground *ground)
{
	ground->now += STEP;
	race->now = ground->now;
}

static void
assert_always_once(
    struct race *race, const char *what, const struct race_count *yes)
{
	race_tell(race, what, yes);
	assert_int_equal(yes->more, 0);
	assert_int_equal(yes->never, 0);
	assert_int_equal(yes->once, rounds());
}

static void
race__accepts_a_totp_code_once(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	struct race_count yes = { 0 };

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < rounds(); round++) {
		char code[SAMPLE_CODE_SIZE];

		move_clock(race, ground);
		race_fill(race, "alice", ground_code(ground, &token, code));
		race_run(race);
		assert_no_errors(race);
		race_note(&yes, count(race, NULL, OTP_VERDICT_ACCEPT));
		assert_int_equal(
		    count(race, NULL, OTP_VERDICT_REPLAY), RACE_PROCESSES - 1);
	}
	assert_always_once(race, "TOTP", &yes);
	race_end(race);
}

static void
race__accepts_a_hotp_code_once(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_hotp(1);
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	struct race_count yes = { 0 };

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < rounds(); round++) {
		char code[SAMPLE_CODE_SIZE];

		move_clock(race, ground);
		race_fill(race, "alice", sample_code(&token, round, code));
		race_run(race);
		assert_no_errors(race);
		race_note(&yes, count(race, NULL, OTP_VERDICT_ACCEPT));
		assert_int_equal(
		    count(race, NULL, OTP_VERDICT_REPLAY), RACE_PROCESSES - 1);
	}
	assert_always_once(race, "HOTP", &yes);
	race_end(race);
}

static void
race__accepts_a_recovery_code_once(void **state)
{
	struct ground *ground = *state;
	struct otp_subject alice = ground_subject("alice");
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	struct race_count yes = { 0 };
	struct otp_recovery_set set;

	ground_enrol_alice(ground);
	for (unsigned round = 0; round < rounds(); round++) {
		unsigned code = round % OTP_ENROL_RECOVERY;

		if (code == 0)
			assert_int_equal(
			    codes_renew(ACCOUNT_OF(&ground->host, alice),
				OTP_ENROL_RECOVERY, &set),
			    OTP_OK);
		move_clock(race, ground);
		race_fill(race, "alice", set.text[code]);
		race_run(race);
		assert_no_errors(race);
		race_note(&yes, count(race, NULL, OTP_VERDICT_ACCEPT));
		assert_int_equal(
		    count(race, NULL, OTP_VERDICT_REPLAY), RACE_PROCESSES - 1);
	}
	assert_always_once(race, "recovery", &yes);
	race_end(race);
}

static void
race__never_beats_the_throttle(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	unsigned compared = 0;

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < rounds() / 2; round++) {
		char wrong[SAMPLE_CODE_SIZE];
		const unsigned allowed = ground->policy.delay_after;

		move_clock(race, ground);
		race_fill(race, "alice", ground_wrong(ground, &token, wrong));
		race_run(race);
		assert_no_errors(race);
		assert_int_equal(
		    count(race, NULL, OTP_VERDICT_REJECT), allowed);
		assert_int_equal(count(race, NULL, OTP_VERDICT_WAITING),
		    RACE_PROCESSES - allowed);
		assert_int_equal(
		    ground_state(ground, "alice").tally.failures, allowed);
		compared += count(race, NULL, OTP_VERDICT_REJECT);
		/* When the wait is over, one more, and the next wait. */
		move_clock(race, ground);
		race_fill(race, "alice", ground_wrong(ground, &token, wrong));
		race_run(race);
		assert_int_equal(count(race, NULL, OTP_VERDICT_REJECT), 1);
		assert_int_equal(
		    count(race, NULL, OTP_VERDICT_WAITING), RACE_PROCESSES - 1);
		unlock(ground, "alice");
	}
	print_message("# ran: race, %u wrong codes at once, %u rounds: "
		      "compared=%u of %u that are allowed\n",
	    RACE_PROCESSES, rounds() / 2, compared,
	    ground->policy.delay_after * rounds() / 2);
	race_end(race);
}

static void
race__spoils_no_right_code_by_wrong_ones(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race *race = race_start(5, run, ground);
	struct race_count yes = { 0 };

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < rounds(); round++) {
		char code[SAMPLE_CODE_SIZE];

		move_clock(race, ground);
		race_fill(race, "alice", ground_wrong(ground, &token, code));
		ground_code(ground, &token, code);
		memcpy(race->lanes[round % 5].code, code, sizeof(code));
		race_run(race);
		assert_no_errors(race);
		race_note(&yes, count(race, code, OTP_VERDICT_ACCEPT));
		assert_int_equal(count(race, NULL, OTP_VERDICT_REJECT), 4);
		unlock(ground, "alice");
	}
	assert_always_once(race, "one right code among wrong ones", &yes);
	race_end(race);
}

static void
race__lets_different_users_in_at_once(void **state)
{
	struct ground *ground = *state;
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	char name[RACE_TEXT_SIZE];

	for (unsigned i = 0; i < RACE_PROCESSES; i++) {
		struct otp_token token = sample_totp(i + 1);

		(void)snprintf(name, sizeof(name), "user%u", i);
		ground_enrol(ground, name, &token);
	}
	for (unsigned round = 0; round < 3; round++) {
		move_clock(race, ground);
		race_fill(race, "", "");
		for (unsigned i = 0; i < RACE_PROCESSES; i++) {
			struct otp_token token = sample_totp(i + 1);
			struct race_lane *lane = &race->lanes[i];
			char code[SAMPLE_CODE_SIZE];

			ground_code(ground, &token, code);
			memcpy(lane->code, code, sizeof(code));
			(void)snprintf(
			    lane->account, sizeof(lane->account), "user%u", i);
		}
		race_run(race);
		assert_no_errors(race);
		assert_int_equal(
		    count(race, NULL, OTP_VERDICT_ACCEPT), RACE_PROCESSES);
	}
	race_end(race);
}

/* --- threads --- */

#define THREADS 16

struct thread {
	pthread_t id;
	const struct ground *ground;
	pthread_barrier_t *begin;
	const char *code;
	enum otp_err err;
	enum otp_verdict verdict;
};

static void *
run_thread(void *context)
{
	struct thread *thread = context;

	(void)pthread_barrier_wait(thread->begin);
	thread->err = log_in(
	    &thread->ground->host, "alice", thread->code, &thread->verdict);
	return NULL;
}

static unsigned
run_threads(const struct ground *ground, const char *code)
{
	struct thread threads[THREADS];
	pthread_barrier_t begin;
	unsigned yes = 0;

	assert_int_equal(pthread_barrier_init(&begin, NULL, THREADS), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){
			.ground = ground,
			.begin = &begin,
			.code = code,
		};
		assert_int_equal(pthread_create(&threads[i].id, NULL,
				     run_thread, &threads[i]),
		    0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i].id, NULL), 0);
		assert_int_equal(threads[i].err, OTP_OK);
		yes += threads[i].verdict == OTP_VERDICT_ACCEPT ? 1 : 0;
	}
	assert_int_equal(pthread_barrier_destroy(&begin), 0);
	return yes;
}

static void
race__of_threads_accepts_a_code_once(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race_count yes = { 0 };
	unsigned descriptors;

	ground_enrol(ground, "alice", &token);
	descriptors = sample_descriptors();
	for (unsigned round = 0; round < rounds(); round++) {
		char code[SAMPLE_CODE_SIZE];

		ground->now += STEP;
		ground_code(ground, &token, code);
		race_note(&yes, run_threads(ground, code));
	}
	print_message("# ran: race, %u threads x %u rounds, TOTP: "
		      "once=%u never=%u more=%u\n",
	    THREADS, rounds(), yes.once, yes.never, yes.more);
	assert_int_equal(yes.once, rounds());
	assert_int_equal(sample_descriptors(), descriptors);
}

/* --- the tool meanwhile --- */

/* The second half of the lanes types CODE instead. */
static void
fill_half(struct race *race, const char *code)
{
	for (unsigned i = race->processes / 2; i < race->processes; i++)
		(void)snprintf(race->lanes[i].code, sizeof(race->lanes[i].code),
		    "%s", code);
}

static void
race__with_a_replacement_accepts_each_code_at_most_once(void **state)
{
	struct ground *ground = *state;
	struct otp_token old = sample_totp(1);
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	unsigned yes_old = 0, yes_new = 0;

	ground->policy.delay_after = OTP_DELAY_AFTER_MAX;
	ground_enrol(ground, "alice", &old);
	for (unsigned round = 0; round < rounds(); round++) {
		struct otp_token new = sample_totp(round + 2);
		struct race_lane *tool =
		    &race->lanes[round * 7 % RACE_PROCESSES];
		char code[2][SAMPLE_CODE_SIZE];
		unsigned yes[2];

		move_clock(race, ground);
		ground_code(ground, &old, code[0]);
		ground_code(ground, &new, code[1]);
		race_fill(race, "alice", code[0]);
		fill_half(race, code[1]);
		tool->job = REPLACES;
		tool->answer = (int)round + 2;
		race_run(race);
		assert_no_errors(race);
		for (unsigned i = 0; i < 2; i++) {
			yes[i] = count(race, code[i], OTP_VERDICT_ACCEPT);
			assert_in_range(yes[i], 0, 1);
		}
		yes_old += yes[0];
		yes_new += yes[1];
		unlock(ground, "alice");
		ground_expect(ground, "alice", code[0], OTP_VERDICT_REJECT);
		ground_expect(ground, "alice", code[1],
		    yes[1] ? OTP_VERDICT_REPLAY : OTP_VERDICT_ACCEPT);
		old = new;
	}
	print_message("# ran: race, replaced meanwhile, %u rounds: "
		      "old=%u new=%u more=0\n",
	    rounds(), yes_old, yes_new);
	race_end(race);
}

static void
race__with_a_removal_accepts_a_code_at_most_once(void **state)
{
	struct ground *ground = *state;
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	unsigned yes = 0;

	for (unsigned round = 0; round < rounds(); round++) {
		struct otp_token token = sample_totp(round + 1);
		struct otp_enrolment enrolment =
		    ground_enrolment(OTP_ENROL_NEW, &token);
		struct otp_recovery_set set;
		struct race_lane *tool =
		    &race->lanes[round * 7 % RACE_PROCESSES];
		char code[SAMPLE_CODE_SIZE];
		unsigned accepted;

		move_clock(race, ground);
		assert_int_equal(codes_put(ACCOUNT_OF(&ground->host,
					       ground_subject("alice")),
				     &enrolment, 0, &set),
		    OTP_OK);
		race_fill(race, "alice", ground_code(ground, &token, code));
		tool->job = REMOVES;
		tool->answer = (int)round + 1;
		race_run(race);
		assert_no_errors(race);
		accepted = count(race, NULL, OTP_VERDICT_ACCEPT);
		assert_in_range(accepted, 0, 1);
		yes += accepted;
		ground_expect(ground, "alice", code, OTP_VERDICT_UNENROLLED);
	}
	print_message(
	    "# ran: race, removed meanwhile, %u rounds: yes=%u more=0\n",
	    rounds(), yes);
	race_end(race);
}

static void
race__with_new_recovery_codes_leaves_the_old_ones_dead(void **state)
{
	struct ground *ground = *state;
	struct otp_subject alice = ground_subject("alice");
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	struct otp_recovery_set set;
	char code[RACE_TEXT_SIZE];
	unsigned yes = 0;

	ground_enrol_alice(ground);
	assert_int_equal(
	    codes_renew(ACCOUNT_OF(&ground->host, alice), 2, &set), OTP_OK);
	memcpy(code, set.text[0], sizeof(set.text[0]));
	for (unsigned round = 0; round < rounds(); round++) {
		struct race_lane *tool =
		    &race->lanes[round * 7 % RACE_PROCESSES];
		unsigned accepted;

		move_clock(race, ground);
		race_fill(race, "alice", code);
		tool->job = RENEWS;
		race_run(race);
		assert_no_errors(race);
		accepted = count(race, NULL, OTP_VERDICT_ACCEPT);
		assert_in_range(accepted, 0, 1);
		yes += accepted;
		ground_expect(ground, "alice", code, OTP_VERDICT_REJECT);
		memcpy(code, tool->text, sizeof(code));
	}
	ground_expect(ground, "alice", code, OTP_VERDICT_ACCEPT);
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	print_message(
	    "# ran: race, recovery codes renewed meanwhile, %u rounds: "
	    "old=%u more=0\n",
	    rounds(), yes);
	race_end(race);
}

static void
race__with_an_unlock_compares_no_more_than_it_frees(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	const unsigned allowed = ground->policy.delay_after;

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < rounds(); round++) {
		char wrong[SAMPLE_CODE_SIZE];

		move_clock(race, ground);
		race_fill(race, "alice", ground_wrong(ground, &token, wrong));
		race->lanes[round * 7 % RACE_PROCESSES].job = UNLOCKS;
		race_run(race);
		assert_no_errors(race);
		assert_in_range(count(race, NULL, OTP_VERDICT_REJECT), allowed,
		    2 * allowed);
		unlock(ground, "alice");
	}
	race_end(race);
}

/* The state file is another one afterwards: no lock on the old one counts. */
static void
race__with_a_fresh_start_accepts_a_code_at_most_once(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race *race = race_start(RACE_PROCESSES, run, ground);
	unsigned yes = 0;

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < rounds(); round++) {
		struct race_lane *tool =
		    &race->lanes[round * 7 % RACE_PROCESSES];
		char code[SAMPLE_CODE_SIZE];
		unsigned accepted;

		move_clock(race, ground);
		race_fill(race, "alice", ground_code(ground, &token, code));
		tool->job = STARTS_OVER;
		tool->answer = 1;
		race_run(race);
		assert_int_equal(tool->result, OTP_OK);
		accepted = count(race, NULL, OTP_VERDICT_ACCEPT);
		assert_in_range(accepted, 0, 1);
		yes += accepted;
		ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	}
	print_message("# ran: race, started over meanwhile, %u rounds: "
		      "yes=%u more=0\n",
	    rounds(), yes);
	race_end(race);
}

/* Everybody waits for somebody who dies. */
static void
race__goes_on_when_the_holder_is_killed(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct race *race = race_start(8, run, ground);
	struct otp_store *store;
	struct otp_state loaded;
	struct race_count yes = { 0 };

	ground_enrol(ground, "alice", &token);
	for (unsigned round = 0; round < 5; round++) {
		char code[SAMPLE_CODE_SIZE];
		pid_t owner;

		move_clock(race, ground);
		race_fill(race, "alice", ground_code(ground, &token, code));
		store = ground_open(ground, "alice");
		assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
		owner = ground_fork(); /* the lock is its own now, too */
		if (owner == 0)
			ground_sleep();
		assert_int_not_equal(owner, -1);
		(void)pthread_barrier_wait(&race->begin);
		assert_int_equal(kill(owner, SIGKILL), 0);
		assert_int_equal(waitpid(owner, NULL, 0), owner);
		otp_store_close(store);
		(void)pthread_barrier_wait(&race->end);
		assert_no_errors(race);
		race_note(&yes, count(race, NULL, OTP_VERDICT_ACCEPT));
	}
	race_tell(race, "owner killed", &yes);
	assert_int_equal(yes.once, 5);
	race_end(race);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(race__accepts_a_totp_code_once),
		GROUND_TEST(race__accepts_a_hotp_code_once),
		GROUND_TEST(race__accepts_a_recovery_code_once),
		GROUND_TEST(race__never_beats_the_throttle),
		GROUND_TEST(race__spoils_no_right_code_by_wrong_ones),
		GROUND_TEST(race__lets_different_users_in_at_once),
		GROUND_TEST(race__of_threads_accepts_a_code_once),
		GROUND_TEST(
		    race__with_a_replacement_accepts_each_code_at_most_once),
		GROUND_TEST(race__with_a_removal_accepts_a_code_at_most_once),
		GROUND_TEST(
		    race__with_new_recovery_codes_leaves_the_old_ones_dead),
		GROUND_TEST(
		    race__with_an_unlock_compares_no_more_than_it_frees),
		GROUND_TEST(
		    race__with_a_fresh_start_accepts_a_code_at_most_once),
		GROUND_TEST(race__goes_on_when_the_holder_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
