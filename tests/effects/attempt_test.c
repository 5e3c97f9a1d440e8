/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/effects/world.h"

#include "common/core/calendar.h"
#include "tests/lib/codes.h"
#include "tests/lib/fake.h"
#include "tests/unit/stack.h"

#include <errno.h>
#include <limits.h>

#include "common/core/throttle.h"
#include "common/store/path.h"

static struct snapshot before;

/* --- how often was flushed --- */

static unsigned flushes;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

int
__wrap_fdatasync(int fd)
{
	flushes++;
	return __real_fdatasync(fd);
}

int
__wrap_fsync(int fd)
{
	flushes++;
	return __real_fsync(fd);
}

/* --- how many values were computed --- */

static unsigned values;
static bool values_fail;

enum otp_err __real_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);

enum otp_err
__wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	values++;
	if (values_fail)
		return OTP_ERR_CRYPTO;
	return __real_otp_oath_value(oath, moving, digits, ret_value);
}

/* --- a disk that takes so many writes more --- */

static unsigned writes_left = UINT_MAX;

enum otp_err __real_otp_path_write(int fd, const void *data, size_t size,
    off_t offset, struct otp_fault *fault);
static bool id_fails; /* the next one */

enum otp_err __real_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __wrap_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);

enum otp_err
__wrap_otp_token_id(const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE])
{
	if (!id_fails)
		return __real_otp_token_id(token, ret_id);
	id_fails = false;
	return OTP_ERR_CRYPTO;
}

enum otp_err __wrap_otp_path_write(int fd, const void *data, size_t size,
    off_t offset, struct otp_fault *fault);

enum otp_err
__wrap_otp_path_write(int fd, const void *data, size_t size, off_t offset,
    struct otp_fault *fault)
{
	if (writes_left == 0)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, EIO, NULL, OTP_DETAIL_NONE);
	writes_left--;
	return __real_otp_path_write(fd, data, size, offset, fault);
}

/* --- a reader that a writer came across --- */

static unsigned torn; /* so many reads of a state see no whole record */

static unsigned state_reads;

enum otp_err __real_otp_path_read_file(int fd, const struct statx *status,
    void *data, size_t capacity, size_t *ret_size, struct otp_fault *fault);
enum otp_err __wrap_otp_path_read_file(int fd, const struct statx *status,
    void *data, size_t capacity, size_t *ret_size, struct otp_fault *fault);

enum otp_err
__wrap_otp_path_read_file(int fd, const struct statx *status, void *data,
    size_t capacity, size_t *ret_size, struct otp_fault *fault)
{
	enum otp_err err = __real_otp_path_read_file(
	    fd, status, data, capacity, ret_size, fault);

	if (capacity == OTP_SLOTS_FILE_SIZE + 1)
		state_reads++;
	if (err == OTP_OK && capacity == OTP_SLOTS_FILE_SIZE + 1 && torn > 0) {
		torn--;
		memset((char *)data + 100, 0xee, 16000);
	}
	return err;
}

/* --- what another does before a login holds the account --- */

static void (*meanwhile)(void);

static void
loads(void)
{
	fail_msg("a load waits for the lock");
}

enum otp_err __real_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	void (*const act)(void) = meanwhile;

	meanwhile = NULL;
	if (act)
		act();
	return __real_otp_store_load(store, ret_state, fault);
}

static bool has_seed_fails;

enum otp_err __real_otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault);
enum otp_err __wrap_otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault)
{
	if (has_seed_fails)
		return otp_fault_set(
		    fault, OTP_ERR_READ, EIO, NULL, OTP_DETAIL_NONE);
	return __real_otp_store_has_seed(store, ret_has, fault);
}

/* --- answers that nothing here knows --- */

static bool odd_gate, odd_code;

enum otp_gate __real_otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds);
enum otp_gate __wrap_otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds);
void __real_otp_code_read(const char *typed, struct otp_code *ret_code);
void __wrap_otp_code_read(const char *typed, struct otp_code *ret_code);

enum otp_gate
__wrap_otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds)
{
	enum otp_gate gate =
	    __real_otp_throttle_check(tally, policy, now, ret_seconds);

	return odd_gate ? (enum otp_gate)99 : gate;
}

void
__wrap_otp_code_read(const char *typed, struct otp_code *ret_code)
{
	__real_otp_code_read(typed, ret_code);
	if (odd_code)
		ret_code->typed = (enum otp_typed)99;
}

/* --- alice, enrolled with one TOTP token --- */

static int
setup(void **unused)
{
	(void)unused;
	values_fail = odd_gate = odd_code = false;
	writes_left = UINT_MAX;
	torn = 0;
	meanwhile = NULL;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	return 0;
}

/* Anew, with another seed: none so far. */
static void
start_over(void)
{
	world_close(&world);
	world_open(&world);
}

static void
guess_wrong(unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
}

/* --- a code works once --- */

static void
try__takes_a_right_code_once(void **unused)
{
	const struct otp_state *state;

	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.kind, OTP_TOTP);
	assert_string_equal(world.answer.token, "host:alice0");
	assert_int_equal(world.answer.failures, 0);
	assert_int_equal(world.answer.wait, 0);
	assert_true(world.answer.drift_known);
	assert_int_equal(world.answer.drift, 0);
	assert_int_equal(world.answer.last_success, -1);
	assert_int_equal(world.answer.unreported, 0);
	assert_false(world.answer.recovery_known);
	state = world_state(&world);
	assert_int_equal(state->credentials[0].value, (WORLD_STEP + 1) * 30);
	assert_int_equal(state->credentials[0].last_used, WORLD_NOW);
	assert_int_equal(state->last_success.time, WORLD_NOW);
	assert_string_equal(state->last_success.service, "sshd");
	assert_string_equal(state->last_success.host, "203.0.113.5");
	assert_int_equal(state->tally.failures, 0);

	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_true(world.answer.benign);
	assert_int_equal(world.answer.last_success, -1);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP - 1), OTP_VERDICT_REPLAY);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.last_success, 0);
	assert_int_equal(world.answer.drift, 30);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_REPLAY);
}

static void
try__takes_the_neighbouring_steps_and_charges_for_others(void **unused)
{
	static const int aways[] = { -2, 2 };

	(void)unused;
	for (unsigned i = 0; i < COUNT(aways); i++) {
		assert_int_equal(
		    world_show(&world, 0, (uint64_t)(WORLD_STEP + aways[i])),
		    OTP_VERDICT_REJECT);
		assert_int_equal(world.answer.failures, i + 1);
		assert_int_equal(world.answer.drift_known, aways[i] < 0);
	}
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP - 1), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.drift, -30);
	assert_int_equal(world.answer.unreported, 2);
}

static void
try__takes_hotp_codes_within_the_look_ahead(void **unused)
{
	(void)unused;
	start_over();
	world_token(&world, OTP_HOTP)->counter = 40;
	world_enrol(&world);
	assert_int_equal(world_show(&world, 0, 50), OTP_VERDICT_REJECT);
	assert_int_equal(world_show(&world, 0, 49), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.kind, OTP_HOTP);
	assert_string_equal(world.answer.token, "host:alice0");
	assert_false(world.answer.drift_known);
	/* what was accepted is a replay; what was passed over is wrong */
	assert_int_equal(world_show(&world, 0, 49), OTP_VERDICT_REPLAY);
	assert_int_equal(world.answer.failures, 0);
	assert_int_equal(world.answer.kind, OTP_HOTP);
	assert_int_equal(world_show(&world, 0, 45), OTP_VERDICT_REJECT);
	assert_int_equal(world.answer.failures, 1);
	assert_int_equal(world_show(&world, 0, 50), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->credentials[0].value, 51);
}

/* --- replays --- */

static void
try__gives_a_replay_its_charge_back(void **unused)
{
	struct otp_tally tally;

	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	guess_wrong(3);
	tally = world_state(&world)->tally;
	strcpy(world.request.host, "198.51.100.7");
	flushes = 0;
	tally.replays = 1;
	tally.last_replay = world.now;
	for (unsigned i = 1; i <= 200; i++) {
		assert_int_equal(
		    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_REPLAY);
		assert_false(world.answer.benign);
		assert_int_equal(world.answer.failures, 3);
		assert_memory_equal(
		    &world_state(&world)->tally, &tally, sizeof(tally));
	}
	assert_int_equal(flushes, 0);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.replays, 1);
	assert_int_equal(world.answer.unreported, 3);
	assert_string_equal(world.answer.failure_host, "203.0.113.5");
	assert_true(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	assert_int_equal(world_state(&world)->tally.replays, 0);
}

/* A client that repeats an old code does not block its user. */
static void
try__never_charges_the_last_eight_codes(void **unused)
{
	struct otp_state state;
	char typed[16];

	(void)unused;
	start_over();
	world_token(&world, OTP_HOTP);
	world_token(&world, OTP_TOTP);
	world_enrol(&world);
	for (unsigned i = 0; i <= 8; i++)
		assert_int_equal(world_show(&world, 0, i), OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < 800; i++) {
		assert_int_equal(
		    world_show(&world, 0, 1 + i % 8), OTP_VERDICT_REPLAY);
		assert_int_equal(world.answer.failures, 0);
		world.now += 59;
		state = *world_state(&world);
		assert_int_equal(
		    world_show(&world, 0, 1 + i % 8), OTP_VERDICT_REPLAY);
		assert_int_equal(
		    world_state(&world)->tally.replays, state.tally.replays);
		world.now++;
	}
	assert_int_equal(world_state(&world)->tally.replays, 800);
	/* the oldest is no longer known to have been accepted, nor accepted */
	assert_int_equal(world_show(&world, 0, 0), OTP_VERDICT_REJECT);
	assert_int_equal(world.answer.failures, 1);
	assert_int_equal(world_show(&world, 0, 9), OTP_VERDICT_ACCEPT);
	/* without the token it is a guess like any other */
	(void)oracle_code(&world.seed.tokens[0], 9, typed);
	world.seed.tokens[0] = world.seed.tokens[1];
	world.seed.tokens_count = 1;
	world_put_seed(&world);
	assert_int_equal(world_try(&world, typed), OTP_VERDICT_REJECT);
	assert_int_equal(world.answer.failures, 1);
}

static void
try__knows_a_benign_replay_by_host_and_time(void **unused)
{
	char text[16];

	(void)unused;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP + 1, text);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
	world.now = WORLD_NOW + 49; /* the last second it is in the window */
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
	assert_true(world.answer.benign);
	assert_int_equal(world_state(&world)->tally.replays, 0);
	strcpy(world.request.host, "203.0.113.55");
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
	assert_false(world.answer.benign);
	assert_int_equal(world_state(&world)->tally.replays, 1);
	/* "since" cannot be told where the clock went back */
	strcpy(world.request.host, "203.0.113.5");
	world.now = WORLD_NOW - 1;
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
	assert_false(world.answer.benign);
}

/* Which token it was of cannot be told, so it is not judged. */
static void
try__does_not_judge_a_repeated_code_without_an_id(void **unused)
{
	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	snapshot_take(&world, &before);
	id_fails = true;
	assert_int_equal(world_try_text(&world,
			     oracle_code(&world.seed.tokens[0], WORLD_STEP,
				 (char[16]){ 0 })),
	    OTP_ERR_CRYPTO);
	assert_false(id_fails);
	assert_unchanged(&world, &before);
}

/* Eight codes were accepted since: the credential alone knows it. */
static void
try__knows_a_benign_replay_by_its_step(void **unused)
{
	struct otp_state state;

	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	state = *world_state(&world);
	memset(state.accepted, 0, sizeof(state.accepted));
	world_put_state(&world, &state);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_true(world.answer.benign);
	assert_int_equal(world_state(&world)->tally.replays, 0);
	/* From elsewhere it is counted, as one that is known to be accepted. */
	strcpy(world.request.host, "203.0.113.55");
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_false(world.answer.benign);
	assert_int_equal(world_state(&world)->tally.replays, 1);
}

static void
try__takes_two_periods_for_benign(void **unused)
{
	static const int64_t afters[] = { 60, 61 };
	char text[16];

	(void)unused;
	world.policy.window = 2;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP + 1, text);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < COUNT(afters); i++) {
		world.now = WORLD_NOW + afters[i];
		assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
		assert_int_equal(world.answer.benign, afters[i] == 60);
	}
}

/* --- the throttle --- */

static void
try__makes_who_guessed_wait(void **unused)
{
	(void)unused;
	for (unsigned i = 1; i <= 5; i++) {
		guess_wrong(1);
		assert_int_equal(world.answer.failures, i);
		assert_int_equal(world.answer.month_failures, i);
		assert_int_equal(world.answer.wait, i < 5 ? 0 : 30);
	}
	/* the sixth is right, and not compared */
	world.now += 29;
	snapshot_take(&world, &before);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.wait, 1);
	assert_int_equal(world.answer.failures, 5);
	assert_int_equal(world.answer.month_failures, 5);
	assert_int_equal(world.answer.kind, 0);
	assert_unchanged(&world, &before);
	/* right after the wait it is taken */
	world.now++;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.failures, 0);
	assert_int_equal(world.answer.unreported, 5);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	/* and the next failure is a free one again */
	guess_wrong(1);
	assert_int_equal(world.answer.wait, 0);
	assert_int_equal(world.answer.month_failures, 6);
}

static void
try__doubles_the_wait_and_locks_in_the_end(void **unused)
{
	uint32_t wait = 30;

	(void)unused;
	guess_wrong(4);
	for (unsigned i = 5; i < 100; i++) {
		guess_wrong(1);
		assert_int_equal(world.answer.wait, wait);
		world.now += wait - 1;
		assert_int_equal(
		    world_show_now(&world, 0), OTP_VERDICT_WAITING);
		world.now++;
		wait = wait * 2 < 3600 ? wait * 2 : 3600;
	}
	guess_wrong(1);
	assert_int_equal(world.answer.failures, 100);
	world.now += 1000000;
	snapshot_take(&world, &before);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	assert_int_equal(world.answer.wait, 0);
	assert_int_equal(world.answer.failures, 100);
	assert_unchanged(&world, &before);
}

static void
try__is_not_put_off_by_a_thousand_tries_in_a_wait(void **unused)
{
	(void)unused;
	guess_wrong(5);
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < 1000; i++) {
		world.now = WORLD_NOW + i * 30 / 1000;
		assert_int_equal(world_guess(&world), OTP_VERDICT_WAITING);
	}
	assert_unchanged(&world, &before);
	world.now = WORLD_NOW + 30;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
try__counts_all_services_together(void **unused)
{
	static const char *const services[] = { "sshd", "su", "sudo", "login",
		"vpn" };

	(void)unused;
	for (unsigned i = 0; i < COUNT(services); i++) {
		strcpy(world.request.service, services[i]);
		guess_wrong(1);
	}
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
}

/* --- the tally of other callers --- */

static void
by_other(bool other)
{
	world.request.by_other = other;
	strcpy(world.request.host, other ? "" : "203.0.113.5");
}

static void
try__counts_other_callers_apart(void **unused)
{
	(void)unused;
	by_other(true);
	guess_wrong(4);
	assert_int_equal(world.answer.failures, 4);
	assert_int_equal(world.answer.month_failures, 4);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	assert_int_equal(world_state(&world)->others.failures, 4);
	guess_wrong(1);
	assert_int_equal(world.answer.wait, 30);
	snapshot_take(&world, &before);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.failures, 5);
	assert_int_equal(world.answer.wait, 30);
	assert_unchanged(&world, &before);
	by_other(false); /* five free ones of its own */
	guess_wrong(4);
	assert_int_equal(world.answer.failures, 4);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.failures, 0);
	by_other(true);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_WAITING);
}

static void
try__delays_other_callers_by_no_failure_of_root(void **unused)
{
	(void)unused;
	guess_wrong(5);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	by_other(true);
	guess_wrong(1);
	assert_int_equal(world.answer.failures, 1);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->others.failures, 0);
	by_other(false); /* whose delay this did not end */
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.failures, 5);
	world.now += 30;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

/* A program of the user's that tries for a day. */
static void
try__locks_out_other_callers_alone(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	start_over();
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 7);
	world_enrol(&world);
	world.policy.lock_after = 10;
	by_other(true);
	for (unsigned i = 0; i < 10; i++) {
		guess_wrong(1);
		world.now += 4000;
	}
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	assert_int_equal(world.answer.failures, 10);
	by_other(false);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	world.now += 60;
	by_other(true); /* which that did not unlock, but this does */
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	assert_int_equal(world_try(&world, world_recovery_text(7, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
try__ends_no_lockout_of_root_by_another_callers_recovery_code(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	start_over();
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 7);
	world_enrol(&world);
	world.policy.lock_after = 10;
	for (unsigned i = 0; i < 10; i++) {
		guess_wrong(1);
		world.now += 4000;
	}
	by_other(true);
	assert_int_equal(world_try(&world, world_recovery_text(7, text)),
	    OTP_VERDICT_ACCEPT);
	by_other(false);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	assert_int_equal(world_state(&world)->tally.failures, 10);
}

static void
try__unlocks_other_callers_too(void **unused)
{
	uint32_t failures = 0;

	(void)unused;
	guess_wrong(5);
	by_other(true);
	guess_wrong(5);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 10);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 10);
	by_other(false);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 1), OTP_VERDICT_ACCEPT);
	by_other(true); /* these alone are a reason to write, too */
	guess_wrong(1);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 1);
	assert_int_equal(world_state(&world)->others.failures, 0);
}

/* Of other callers' replays and wrong codes, too, and once. */
static void
try__tells_of_other_callers_at_the_next_login(void **unused)
{
	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	strcpy(world.request.host, "198.51.100.7");
	guess_wrong(2);
	world.now += 60;
	by_other(true);
	guess_wrong(3);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_REPLAY);
	assert_false(world.answer.benign);
	assert_int_equal(world_state(&world)->others.replays, 1);
	by_other(false);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 5);
	assert_int_equal(world.answer.replays, 1);
	assert_string_equal(world.answer.failure_host, "198.51.100.7");
	assert_true(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	assert_int_equal(world_state(&world)->others.replays, 0);
	assert_int_equal(world_state(&world)->others.failures, 3);
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 0);
	assert_int_equal(world.answer.replays, 0);
	by_other(true); /* now from none but these: no host */
	guess_wrong(1);
	world.now += 60;
	by_other(false);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 1);
	assert_string_equal(world.answer.failure_host, "");
}

static void
told__is_noted_by_other_callers_too(void **unused)
{
	(void)unused;
	strcpy(world.request.host, "198.51.100.7");
	guess_wrong(1);
	world.now += 1;
	by_other(true);
	guess_wrong(2);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 2); /* root's are to come */
	assert_string_equal(world.answer.failure_host, "");
	assert_true(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	by_other(false);
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 1);
	assert_string_equal(world.answer.failure_host, "198.51.100.7");
}

/* Neither is the reason to take the lock for the other. */
static void
try__waits_for_no_lock_because_of_another_tally(void **unused)
{
	(void)unused;
	guess_wrong(5);
	by_other(true);
	guess_wrong(1); /* a charge */
	by_other(false);
	meanwhile = loads;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_ptr_equal(meanwhile, loads);
	meanwhile = NULL;
	by_other(true);
	guess_wrong(4);
	by_other(false);
	world.now += 30;
	guess_wrong(1);
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	world.now -= 60;
	guess_wrong(1); /* a charge of root's */
	world.now -= 30;
	by_other(true);
	meanwhile = loads;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	meanwhile = NULL;
}

/* The clock went back: the end of their own delay is kept, and no other's. */
static void
try__keeps_the_new_end_of_other_callers_delay(void **unused)
{
	(void)unused;
	guess_wrong(5);
	by_other(true);
	guess_wrong(5);
	world.now -= 1000;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.wait, 30);
	assert_int_equal(
	    world_state(&world)->others.wait_until, world.now + 30);
	assert_int_equal(world_state(&world)->tally.wait_until, WORLD_NOW + 30);
}

static void
try__gives_other_callers_a_charge_back_that_was_no_guess(void **unused)
{
	struct otp_state state;

	(void)unused;
	start_over();
	world_token(&world, OTP_HOTP);
	world_enrol(&world);
	state = *world_state(&world);
	state.credentials_count = 0; /* not adopted */
	world_put_state(&world, &state);
	by_other(true);
	guess_wrong(1);
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[0], 0, (char[16]){ 0 })),
	    OTP_ERR_NO_STATE);
	assert_int_equal(world_state(&world)->others.failures, 1);
	assert_int_equal(world_state(&world)->tally.failures, 0);
}

static void
try__is_unlocked_by_the_administrator(void **unused)
{
	uint32_t failures = 0;

	(void)unused;
	world.policy.lock_after = 10;
	for (unsigned i = 0; i < 10; i++) {
		guess_wrong(1);
		world.now += 4000;
	}
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 10);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 10);
	assert_int_equal(world.answer.month_failures, 10);
}

static void
try__writes_no_more_for_a_wrong_code_than_it_must(void **unused)
{
	uint8_t old[OTP_SLOTS_FILE_SIZE], new[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	flushes = 0;
	world_read(&world, "state/alice", old, sizeof(old));
	for (unsigned i = 1; i < 5; i++) {
		guess_wrong(1);
		assert_int_equal(flushes, 0);
		world_read(&world, "state/alice", new, sizeof(new));
		assert_memory_equal(old, new, OTP_SLOTS_CHARGE_OFFSET);
		assert_memory_not_equal(old + OTP_SLOTS_CHARGE_OFFSET,
		    new + OTP_SLOTS_CHARGE_OFFSET, 2048);
		assert_memory_equal(old + 18432, new + 18432, 2048);
	}
	/* which begins a wait */
	guess_wrong(1);
	assert_int_equal(flushes, 1);
	world.now += 30;
	flushes = 0;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(flushes, 1);
}

/* --- what is told --- */

static void
try__tells_what_happened_since_the_last_login(void **unused)
{
	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	strcpy(world.request.host, "198.51.100.7");
	guess_wrong(2);
	strcpy(world.request.host, "203.0.113.5");
	world.now += 3600;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 2);
	assert_int_equal(world.answer.last_success, 3600);
	world.now += 60;
	guess_wrong(1);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 3);
	assert_int_equal(world.answer.last_success, 60);
	assert_string_equal(world.answer.failure_host, "203.0.113.5");
	assert_true(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 0);
	world.now -= 1;
	assert_int_equal(world_show(&world, 0, (uint64_t)world.now / 30 + 1),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.last_success, -1);
}

/* Wrong codes that the next login is to tell of. */
static void
have_news(unsigned count)
{
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	world.now += 60;
	guess_wrong(count);
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, count);
}

static void
told__is_written_but_not_flushed(void **unused)
{
	(void)unused;
	have_news(2);
	flushes = 0;
	assert_true(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	assert_int_equal(flushes, 0);
	assert_int_equal(world_state(&world)->unreported, 0);
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	snapshot_take(&world, &before);
	assert_false(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	assert_unchanged(&world, &before);
}

static void
told__does_not_wait_for_the_lock(void **unused)
{
	struct otp_store *other = NULL;
	struct otp_state state;

	(void)unused;
	have_news(2);
	assert_int_equal(
	    otp_store_open(world.host.store, "alice", &other, NULL), OTP_OK);
	assert_int_equal(otp_store_load(other, &state, NULL), OTP_OK);
	meanwhile = loads;
	assert_false(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	meanwhile = NULL;
	otp_store_close(other);
	assert_int_equal(world_state(&world)->unreported, 2);
}

/* The other login had wrong codes that this one did not tell of. */
static void
told__leaves_what_another_login_is_to_tell(void **unused)
{
	struct otp_answer first;

	(void)unused;
	have_news(2);
	first = world.answer;
	guess_wrong(1);
	world.now += 60;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 3);
	assert_false(otp_attempt_told(&world.host, &world.request, &first));
	assert_int_equal(world_state(&world)->unreported, 3);
}

static void
told__needs_a_store_and_a_state(void **unused)
{
	char away[sizeof(world.store) + 8], path[sizeof(world.store) + 32];

	(void)unused;
	have_news(2);
	(void)snprintf(away, sizeof(away), "%s.away", world.store);
	assert_int_equal(rename(world.store, away), 0);
	assert_false(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
	assert_int_equal(rename(away, world.store), 0);
	(void)snprintf(path, sizeof(path), "%s/state/alice", world.store);
	assert_int_equal(unlink(path), 0);
	assert_false(
	    otp_attempt_told(&world.host, &world.request, &world.answer));
}

/* --- what is typed --- */

static void
try__neither_compares_nor_charges_what_is_no_code(void **unused)
{
	static const char *const malformed[] = { "", "1", "12345", "1234567",
		"12345678", "123456789", "12345a", "+12345", "-12345", "0x1234",
		"123\n456", "\n123456", "123.456", "1e5",
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95",
		"0123-4567-89AB-CDEF-GHJK-MNP" };
	static const char *const withheld[] = { "\b", "\b\n", "\b\n\r\177",
		"\b\n\r\177INCORRECT", "\b123456" };
	static char long_text[1 << 20];

	(void)unused;
	guess_wrong(2);
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(malformed); i++)
		assert_int_equal(
		    world_try(&world, malformed[i]), OTP_VERDICT_MALFORMED);
	for (unsigned i = 0; i < COUNT(withheld); i++)
		assert_int_equal(
		    world_try(&world, withheld[i]), OTP_VERDICT_WITHHELD);
	memset(long_text, '1', sizeof(long_text) - 1);
	assert_int_equal(world_try(&world, long_text), OTP_VERDICT_MALFORMED);
	assert_unchanged(&world, &before);
}

/* Whether it cannot be a code of anybody; one of another length can. */
static void
assert_no_code(const char *typed, bool no_code)
{
	assert_int_equal(world_try(&world, typed), OTP_VERDICT_MALFORMED);
	assert_int_equal(world.answer.no_code, no_code);
}

static void
try__tells_what_is_no_code_by_the_text_alone(void **unused)
{
	struct otp_place nowhere = { .folder = "/nonexistent" };

	(void)unused;
	assert_no_code("1234567", false);
	assert_no_code("12345678", false);
	assert_no_code("", true);
	assert_no_code("12345", true);
	assert_no_code("123456789", true);
	assert_no_code("password", true);
	/* before a file is read, whoever it is */
	world.host.store = nowhere;
	assert_no_code("password", true);
	world.request.unknown = true;
	assert_no_code("password", true);
	assert_int_equal(
	    world_try(&world, "1234567"), OTP_VERDICT_UNKNOWN_USER);
	assert_false(world.answer.no_code);
	/* of password and code only the end is a code */
	world.request.unknown = false;
	world.request.split = true;
	assert_no_code("password", true);
	assert_no_code("s3cret12345", true);
	assert_no_code("123456", true);
	assert_no_code("s3cret12345 6", true);
	assert_no_code("s3cret-123456 ", true);
}

static void
try__reads_a_code_as_apps_show_it(void **unused)
{
	char text[16], spaced[20];

	(void)unused;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP, text);
	(void)snprintf(spaced, sizeof(spaced), "%.3s %s", text, text + 3);
	assert_int_equal(world_try(&world, spaced), OTP_VERDICT_ACCEPT);
}

static void
try__splits_password_and_code(void **unused)
{
	char code[16], text[40];

	(void)unused;
	world.request.split = true;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP, code);
	snapshot_take(&world, &before);
	assert_int_equal(world_try(&world, code), OTP_VERDICT_MALFORMED);
	(void)snprintf(text, sizeof(text), "s3cret12345x");
	assert_int_equal(world_try(&world, text), OTP_VERDICT_MALFORMED);
	/* no recovery code is taken there, whole or at the end */
	assert_int_equal(world_try(&world, "2222-2222-2222-2222-2222-222A"),
	    OTP_VERDICT_MALFORMED);
	assert_unchanged(&world, &before);
	(void)snprintf(text, sizeof(text), "s3cret 12%s\r\n", code);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.password_length, 9);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
	assert_int_equal(
	    world_try(&world, "\b\n\r\177INCORRECT"), OTP_VERDICT_WITHHELD);
	/* the whole of it is digits, and the end alone is the code */
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP + 1, code);
	(void)snprintf(text, sizeof(text), "9%s", code);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.password_length, 1);
}

static void
try__splits_by_the_tokens_length(void **unused)
{
	char code[16], text[40];

	(void)unused;
	start_over();
	world.request.split = true;
	world_token(&world, OTP_TOTP)->digits = 8;
	world_token(&world, OTP_HOTP)->digits = 8;
	world_enrol(&world);
	(void)oracle_code(&world.seed.tokens[1], 3, code);
	snapshot_take(&world, &before);
	assert_int_equal(world_try(&world, code), OTP_VERDICT_MALFORMED);
	assert_unchanged(&world, &before);
	(void)snprintf(text, sizeof(text), "password%s", code);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.password_length, 8);

	world_token(&world, OTP_TOTP); /* of 6 digits */
	world_enrol(&world);
	snapshot_take(&world, &before);
	assert_int_equal(world_try_text(&world, text), OTP_ERR_LENGTHS);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
}

/* --- a clock before the release --- */

static void
try__judges_what_needs_no_clock_where_that_is_wrong(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	start_over();
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_enrol(&world);
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(world_show(&world, 1, 3), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	/* A TOTP code is not compared, but it may be a guess at the other. */
	assert_int_equal(world_try_text(&world,
			     oracle_code(&world.seed.tokens[0],
				 (uint64_t)world.now / 30, text)),
	    OTP_ERR_CLOCK);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 1);
	world.now++;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
try__has_an_answer_where_no_token_of_its_digits_needs_the_clock(void **unused)
{
	(void)unused;
	start_over();
	world_token(&world, OTP_HOTP);
	world_token(&world, OTP_TOTP);
	world.seed.tokens[1].digits = 8;
	world_enrol(&world);
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 1);
}

static void
try__charges_nothing_where_no_token_can_be_judged(void **unused)
{
	(void)unused;
	world.now = OTP_CALENDAR_EARLIEST - 1;
	snapshot_take(&world, &before);
	assert_int_equal(world_try_text(&world, "123456"), OTP_ERR_CLOCK);
	assert_int_equal(world.account.fault.errnum, 0);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_CLOCK_EARLY);
	assert_unchanged(&world, &before);
	assert_int_equal(world_try(&world, "12345678"), OTP_VERDICT_MALFORMED);
}

/* --- recovery codes --- */

static void
enrol_with_recovery(void)
{
	start_over();
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_recovery(&world, 3);
	world_enrol(&world);
}

static void
try__takes_a_recovery_code_once(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	enrol_with_recovery();
	for (uint8_t i = 1; i <= 3; i++) {
		(void)world_recovery_text(i, text);
		assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
		assert_int_equal(world.answer.kind, OTP_RECOVERY);
		assert_string_equal(world.answer.token, "");
		assert_true(world.answer.recovery_known);
		assert_int_equal(world.answer.recovery_left, 3 - i);
		snapshot_take(&world, &before);
		assert_int_equal(world_try(&world, text), OTP_VERDICT_REPLAY);
		assert_false(world.answer.benign);
		assert_unchanged(&world, &before);
	}
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_true(world.answer.recovery_known);
	assert_int_equal(world.answer.recovery_left, 0);
}

static void
try__tells_that_the_only_recovery_code_is_left(void **unused)
{
	struct otp_state state;

	(void)unused;
	start_over();
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world_enrol(&world);
	/* the state knows another one, of an id of zeros, too */
	state = *world_state(&world);
	state.credentials[state.credentials_count++].kind = OTP_RECOVERY;
	world_put_state(&world, &state);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_true(world.answer.recovery_known);
	assert_int_equal(world.answer.recovery_left, 1);
}

/* One that was written beside the others by hand cannot be used yet. */
static void
try__counts_no_recovery_code_that_was_not_adopted(void **unused)
{
	(void)unused;
	enrol_with_recovery();
	world_recovery(&world, 4);
	world_put_seed(&world);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.recovery_left, 3);
}

static void
try__never_charges_a_recovery_code(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	enrol_with_recovery();
	guess_wrong(4);
	(void)world_recovery_text(1, text);
	text[3] = text[3] == '7' ? '8' : '7';
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < 200; i++) {
		assert_int_equal(world_try(&world, text), OTP_VERDICT_REJECT);
		assert_int_equal(world.answer.failures, 4);
	}
	assert_unchanged(&world, &before);
}

static void
try__ends_waits_and_locks_by_a_recovery_code(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	enrol_with_recovery();
	guess_wrong(5);
	snapshot_take(&world, &before);
	assert_int_equal(world_try(&world, world_recovery_text(9, text)),
	    OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
	assert_int_equal(world_try(&world, world_recovery_text(2, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.unreported, 5);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < 100; i++) {
		guess_wrong(1);
		world.now += 4000;
	}
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	assert_int_equal(world_try(&world, world_recovery_text(9, text)),
	    OTP_VERDICT_REJECT);
	assert_int_equal(world_try(&world, world_recovery_text(3, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

/* --- the clock --- */

static void
try__keeps_a_code_spent_when_the_clock_goes_back(void **unused)
{
	(void)unused;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	world.now -= 600;
	for (int64_t now = world.now; now <= WORLD_NOW; now += 30) {
		world.now = now;
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
		assert_int_not_equal(
		    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
		assert_int_equal(
		    otp_enrol_unlock(&world.account, &(uint32_t){ 0 }), OTP_OK);
	}
	world.now = WORLD_NOW + 30;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
try__keeps_a_wait_when_the_clock_goes_back(void **unused)
{
	(void)unused;
	guess_wrong(5);
	world.now += 30;
	guess_wrong(1); /* a wait of 60 s */
	world.now += 10;
	assert_int_equal(world_guess(&world), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.wait, 50);
	world.now -= 86400;
	flushes = 0;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.wait, 60);
	assert_int_equal(flushes, 1);
	/* that was written, once: from here on it goes by */
	for (unsigned left = 59; left > 0; left--) {
		world.now++;
		assert_int_equal(
		    world_show_now(&world, 0), OTP_VERDICT_WAITING);
		assert_int_equal(world.answer.wait, left);
	}
	assert_int_equal(flushes, 1);
	world.now++;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
try__is_right_far_ahead(void **unused)
{
	static const int64_t times[] = { 2147483647, 2147483700, 4294967295,
		4294967400, INT64_C(1) << 40 };

	(void)unused;
	for (unsigned i = 0; i < COUNT(times); i++) {
		world.now = times[i];
		guess_wrong(4);
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
		assert_int_equal(
		    world_state(&world)->last_success.time, times[i]);
	}
}

static void
try__answers_nothing_without_a_clock(void **unused)
{
	char text[16];

	(void)unused;
	snapshot_take(&world, &before);
	world.clock_fails = true;
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[0], WORLD_STEP, text)),
	    OTP_ERR_CLOCK);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	world.request.unknown = true;
	assert_int_equal(world_try_text(&world, text), OTP_ERR_CLOCK);
	assert_unchanged(&world, &before);
}

static unsigned readings_left; /* until one fails */

static enum otp_err
stuttering_time(void *context, int64_t *ret_now)
{
	if (readings_left-- == 0)
		return OTP_ERR_CLOCK;
	return world_time(context, ret_now);
}

static void
try__answers_nothing_where_one_reading_of_the_clock_fails(void **unused)
{
	static const char *const names[] = { "alice", "bob" };
	char text[16];

	(void)unused;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP, text);
	world.sys.time = stuttering_time;
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(names); i++) {
		strcpy(world.request.account, names[i]);
		for (unsigned reading = 0; reading < 2; reading++) {
			readings_left = reading;
			assert_int_equal(
			    world_try_text(&world, text), OTP_ERR_CLOCK);
			assert_int_equal(
			    world.answer.verdict, OTP_VERDICT_REJECT);
		}
	}
	assert_unchanged(&world, &before);
}

/* A success in the first second there was is one. */
static void
try__tells_of_a_success_however_long_ago(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.last_success.time = 1;
	world_put_state(&world, &state);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.last_success, WORLD_NOW - 1);
}

/* --- who is not there --- */

static void
try__writes_nothing_for_the_unenrolled_and_the_unknown(void **unused)
{
	static const char *const typed[] = { "123456", "1234567",
		"2222-2222-2222-2222-2222-2222", "12345", "\b" };
	static const char *const both[] = { "s3cret123456", "s3cret12345678",
		"s3cret/6666666", "s3cret12345", "\b" };
	static const char *const names[] = { "bob", "..", ".", "a/b", ".new",
		".alice.new", "%61lice" };

	(void)unused;
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(names) * COUNT(typed); i++) {
		const bool judged = i % COUNT(typed) < 3;

		strcpy(world.request.account, names[i / COUNT(typed)]);
		for (unsigned split = 0; split < 2; split++) {
			const char *text =
			    (split ? both : typed)[i % COUNT(typed)];

			world.request.split = split;
			world.request.unknown = false;
			(void)world_try(&world, text);
			if (judged)
				assert_int_equal(world.answer.verdict,
				    OTP_VERDICT_UNENROLLED);
			world.request.unknown = true;
			(void)world_try(&world, text);
			if (judged)
				assert_int_equal(world.answer.verdict,
				    OTP_VERDICT_UNKNOWN_USER);
		}
	}
	/* in which there is no code */
	assert_int_equal(world_try(&world, "x"), OTP_VERDICT_MALFORMED);
	assert_unchanged(&world, &before);
	world.request.unknown = world.request.split = false;
	strcpy(world.request.account, "");
	assert_int_equal(world_try_text(&world, "123456"), OTP_ERR_NAME);
}

static void
try__answers_nothing_on_the_unknown_without_random_bytes(void **unused)
{
	(void)unused;
	world.random_fails = true;
	world.request.unknown = true;
	assert_int_equal(world_try_text(&world, "123456"), OTP_ERR_CRYPTO);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	/* who is enrolled needs none */
	world.request.unknown = false;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

/* The name may be a password: a fault that is not its file's names no file. */
static void
try__blames_no_file_for_what_failed_without_one(void **unused)
{
	(void)unused;
	world.random_fails = true;
	strcpy(world.request.account, "hunter2");
	assert_int_equal(world_try_text(&world, "123456"), OTP_ERR_CRYPTO);
	assert_string_equal(world.account.fault.where, "");
	assert_int_equal(world.account.fault.errnum, 0);
}

static void
try__costs_the_same_whether_someone_is_enrolled_or_not(void **unused)
{
	static const char *const typed[] = { "", "1234567", "\b", "WRONG",
		"secretWRONG", "secret1234567" };
	static const char *const names[] = { "alice", "bob", "carol" };

	(void)unused;
	for (unsigned i = 0; i < COUNT(typed) * 2; i++) {
		unsigned cost[COUNT(names)];
		char wrong[16], text[32];

		(void)oracle_wrong(
		    &world.seed.tokens[0], WORLD_STEP - 30, 60, wrong);
		strcpy(text, typed[i / 2]);
		if (strstr(text, "WRONG"))
			strcpy(strstr(text, "WRONG"), wrong);
		world.request.split = i % 2;
		for (unsigned j = 0; j < COUNT(names); j++) {
			strcpy(world.request.account, names[j]);
			world.request.unknown = j == 2;
			values = 0;
			assert_int_not_equal(
			    world_try(&world, text), OTP_VERDICT_ACCEPT);
			cost[j] = values;
		}
		assert_int_equal(cost[1], cost[0]);
		assert_int_equal(cost[2], cost[0]);
	}
}

static void
try__compares_nothing_in_a_wait(void **unused)
{
	(void)unused;
	guess_wrong(5);
	values = 0;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(values, 0);
}

static void
try__notes_again_that_someone_is_enrolled(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.enrolled = false; /* a removal that was killed */
	world_put_state(&world, &state);
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_false(world_state(&world)->enrolled);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_true(world_state(&world)->enrolled);
}

/* The clock moves on by a step whenever it is read. */
static enum otp_err
ticking_time(void *context, int64_t *ret_now)
{
	world.now += 30;
	return world_time(context, ret_now);
}

static void
try__judges_by_the_clock_once_the_account_is_held(void **unused)
{
	(void)unused;
	world.policy.window = 0;
	world.sys.time = ticking_time;
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 2), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->last_success.time, world.now);
	assert_int_equal(world.now, WORLD_NOW + 60);
}

/* --- what cannot be judged --- */

/* The right code, and another one, change nothing and are not answered. */
static void
assert_no_answer(enum otp_err expected)
{
	char text[16];

	snapshot_take(&world, &before);
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[0], WORLD_STEP, text)),
	    expected);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_unchanged(&world, &before);
}

static void
try__answers_nothing_on_a_bad_seed(void **unused)
{
	static const char *const texts[] = { "", "\n", "# nothing\n", "junk\n",
		"otpauth://steam/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\r\n",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOI\n",
		"otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n" };
	static char large[OTP_SEED_SIZE_MAX + 1];

	(void)unused;
	for (unsigned i = 0; i < COUNT(texts); i++) {
		world_write(&world, "seed/alice", texts[i], strlen(texts[i]));
		assert_no_answer(OTP_ERR_PARSE);
		assert_non_null(
		    strstr(world.account.fault.where, "seed/alice"));
	}
	memset(large, '\n', sizeof(large));
	world_write(&world, "seed/alice", large, sizeof(large));
	assert_no_answer(OTP_ERR_PARSE);
	world_put_seed(&world);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

/* A login that nothing delays reads the state once, and so does a refusal. */
static void
try__reads_the_state_once_where_none_has_it_locked(void **unused)
{
	(void)unused;
	state_reads = 0;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(state_reads, 1);
	guess_wrong(1);
	assert_int_equal(state_reads, 2);
	guess_wrong(4);
	state_reads = 0;
	(void)world_guess(&world); /* in a wait */
	assert_int_equal(state_reads, 1);
}

static void
try__answers_nothing_on_a_bad_state(void **unused)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE], bad[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	world_read(&world, "state/alice", file, sizeof(file));
	memcpy(bad, file, sizeof(bad));
	bad[300] ^= 1;
	world_write(&world, "state/alice", bad, sizeof(bad));
	assert_no_answer(OTP_ERR_CHECKSUM);
	assert_non_null(strstr(world.account.fault.where, "state/alice"));
	world_write(&world, "state/alice", file, sizeof(file) - 1);
	assert_no_answer(OTP_ERR_CHECKSUM);
	world_write(&world, "state/alice", file, 0);
	assert_no_answer(OTP_ERR_CHECKSUM);
	memcpy(bad, file, sizeof(bad));
	bad[8] = 2;
	world_seal(bad);
	world_write(&world, "state/alice", bad, sizeof(bad));
	assert_no_answer(OTP_ERR_STATE_VERSION);
	world_write(&world, "state/alice", file, sizeof(file));
	world.request.uid = WORLD_UID + 1;
	assert_no_answer(OTP_ERR_UID);
	assert_int_equal(world.account.fault.errnum, 0);
	assert_string_equal(unit_detail(&world.account.fault), "other-uid");
	world.request.uid = OTP_UID_VIRTUAL;
	assert_no_answer(OTP_ERR_UID);
	world.request.uid = WORLD_UID;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
try__knows_another_uid_before_a_delay(void **unused)
{
	(void)unused;
	guess_wrong(5);
	world.request.uid = WORLD_UID + 1;
	assert_no_answer(OTP_ERR_UID);
}

static void
try__answers_nothing_where_half_is_missing(void **unused)
{
	char path[96];

	(void)unused;
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_no_answer(OTP_ERR_READ); /* the state says `enrolled` */
	assert_int_equal(world.account.fault.errnum, ENOENT);
	world_put_seed(&world);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	has_seed_fails = true;
	assert_no_answer(OTP_ERR_READ);
	has_seed_fails = false;
	assert_no_answer(OTP_ERR_NO_STATE);
	assert_int_equal(world.account.fault.errnum, 0);
	assert_string_equal(unit_detail(&world.account.fault), "not-adopted");
	world_path(&world, ".store", path);
	assert_int_equal(unlink(path), 0);
	assert_no_answer(OTP_ERR_NO_STORE);
}

static void
try__gives_the_charge_back_where_a_right_code_cannot_be_judged(void **unused)
{
	struct otp_tally tally;
	struct otp_state state;
	char text[16], recovery[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	guess_wrong(4);
	world_token(&world, OTP_TOTP); /* beside the one that is known */
	world_recovery(&world, 1);
	world_put_seed(&world);
	tally = world_state(&world)->tally;
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[1], WORLD_STEP, text)),
	    OTP_ERR_NO_STATE);
	assert_int_equal(world.account.fault.line, 2);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_memory_equal(&world_state(&world)->tally, &tally, sizeof(tally));
	snapshot_take(&world, &before);
	assert_int_equal(
	    world_try_text(&world, world_recovery_text(1, recovery)),
	    OTP_ERR_NO_STATE);
	assert_unchanged(&world, &before);

	start_over();
	world_token(&world, OTP_HOTP);
	world_enrol(&world);
	state = *world_state(&world);
	state.credentials[0].value = UINT64_MAX;
	world_put_state(&world, &state);
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[0], UINT64_MAX, text)),
	    OTP_ERR_LIMIT);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	assert_true(world_state(&world)->credentials[0].value == UINT64_MAX);
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 1);
}

static void
try__says_so_where_the_charge_cannot_be_given_back(void **unused)
{
	char text[16];

	(void)unused;
	world_token(&world, OTP_TOTP);
	world_put_seed(&world);
	writes_left = 1;
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[1], WORLD_STEP, text)),
	    OTP_ERR_WRITE);
	assert_int_equal(world.account.fault.errnum, EIO);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	writes_left = UINT_MAX;
	assert_int_equal(world_state(&world)->tally.failures, 1);
}

/* Else who makes a login fail would have his guesses for nothing. */
static void
try__stays_charged_where_no_value_can_be_computed(void **unused)
{
	char text[16];

	(void)unused;
	values_fail = true;
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[0], WORLD_STEP, text)),
	    OTP_ERR_CRYPTO);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	values_fail = false;
	assert_int_equal(world_state(&world)->tally.failures, 1);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

/* Of a right code the charge, the record, and the charge upon it. */
static void
try__answers_nothing_where_it_cannot_write(void **unused)
{
	char right[16], wrong[16];

	(void)unused;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP, right);
	(void)oracle_wrong(&world.seed.tokens[0], WORLD_STEP - 30, 60, wrong);
	for (unsigned i = 0; i < 4; i++) {
		writes_left = i;
		assert_int_equal(world_try_text(&world, i < 3 ? right : wrong),
		    i < 3 ? OTP_ERR_WRITE : OTP_OK);
		assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
		world_enrol(&world);
	}
	writes_left = 0;
	assert_int_equal(world_try_text(&world, wrong), OTP_ERR_WRITE);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	/* a wait that has to be told anew */
	writes_left = UINT_MAX;
	guess_wrong(5);
	world.now -= 86400;
	writes_left = 0;
	assert_int_equal(world_try_text(&world, wrong), OTP_ERR_WRITE);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
}

static void
try__answers_nothing_on_the_unknown_where_no_value_can_be_computed(
    void **unused)
{
	(void)unused;
	values_fail = world.request.unknown = true;
	assert_int_equal(world_try_text(&world, "123456"), OTP_ERR_CRYPTO);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
}

static void
try__compares_nothing_where_it_does_not_know_what_it_was_told(void **unused)
{
	(void)unused;
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < 2; i++) {
		odd_gate = i == 0;
		odd_code = i == 1;
		values = 0;
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REJECT);
		assert_int_equal(values, 0);
	}
	assert_unchanged(&world, &before);
	odd_code = false;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static char typed_recovery[OTP_RECOVERY_TEXT_SIZE];

static void
show_now(void)
{
	(void)world_show_now(&world, 0);
}

static void
try_recovery(void)
{
	(void)world_try(&world, typed_recovery);
}

static void
try__leaves_no_secret_on_the_stack(void **unused)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];

	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	enrol_with_recovery();
	run_on_stack(show_now);
	assert_false(stack_has(world.seed.tokens[0].secret, 20));
	memset(code, 2, sizeof(code));
	(void)world_recovery_text(2, typed_recovery);
	run_on_stack(try_recovery);
	assert_false(stack_has(code, sizeof(code)));
	assert_false(stack_has(typed_recovery, strlen(typed_recovery)));
}

/* --- who else is at the account --- */

static struct otp_store *rival;
static struct otp_state others;

static void
other_holds(void)
{
	assert_int_equal(
	    otp_store_open((struct otp_place){ .folder = world.store }, "alice",
		&rival, NULL),
	    OTP_OK);
	assert_int_equal(otp_store_load(rival, &others, NULL), OTP_OK);
}

static void
other_lets_go(void)
{
	otp_store_close(rival);
}

/* Else who holds the account could make tries queue up. */
static void
try__tells_a_wait_and_a_lock_without_waiting_for_anybody(void **unused)
{
	(void)unused;
	world.policy.lock_after = 10;
	guess_wrong(5);
	other_holds();
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	assert_int_equal(world.answer.wait, 30);
	other_lets_go();
	for (unsigned i = 5; i < 10; i++) {
		world.now += 4000;
		guess_wrong(1);
	}
	other_holds();
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_LOCKED);
	other_lets_go();
}

/* The code of another one is right, and has been charged so far. */
static void
other_was_right(void)
{
	others.tally = (struct otp_tally){ 0 };
	assert_int_equal(
	    otp_store_put(rival, &others, OTP_PUT_COMMIT, NULL), OTP_OK);
	other_lets_go();
}

static void
try__is_not_put_off_by_a_charge_that_is_being_judged(void **unused)
{
	struct otp_login_mark occasion;

	(void)unused;
	guess_wrong(4);
	other_holds();
	otp_login_mark_set(&occasion, world.now, "sshd", "203.0.113.5");
	otp_throttle_charge(&others.tally, &world.policy, &occasion);
	assert_int_equal(
	    otp_store_put(rival, &others, OTP_PUT_CHARGE, NULL), OTP_OK);
	meanwhile = other_was_right;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
other_changed_the_uid(void)
{
	others.uid++;
	assert_int_equal(
	    otp_store_put(rival, &others, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(rival);
}

static void
try__believes_what_it_holds_and_not_what_it_saw_before(void **unused)
{
	char text[16];

	(void)unused;
	other_holds();
	meanwhile = other_changed_the_uid;
	assert_int_equal(
	    world_try_text(
		&world, oracle_code(&world.seed.tokens[0], WORLD_STEP, text)),
	    OTP_ERR_UID);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
}

static void
try__reads_again_under_the_lock_what_was_torn(void **unused)
{
	(void)unused;
	other_holds();
	meanwhile = other_lets_go;
	torn = 2;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(torn, 0);
}

/* --- what changes while someone sits at the prompt --- */

static void
try__refuses_the_old_token_after_another_enrolment(void **unused)
{
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	struct otp_token fresh = world.seed.tokens[0];
	char code[16], other[16];

	(void)unused;
	(void)oracle_code(&world.seed.tokens[0], WORLD_STEP, code);
	fresh.secret_size = 0;
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &fresh, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    codes_put(&world.account, &enrolment, 0, &set), OTP_OK);
	assert_int_equal(world_try(&world, code), OTP_VERDICT_REJECT);
	assert_int_equal(
	    world_try(&world, oracle_code(&enrolment.token, WORLD_STEP, other)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	snapshot_take(&world, &before);
	assert_int_equal(
	    world_try(
		&world, oracle_code(&enrolment.token, WORLD_STEP + 1, other)),
	    OTP_VERDICT_UNENROLLED);
	assert_unchanged(&world, &before);
}

static void
try__says_unenrolled_of_who_was_removed_in_a_wait(void **unused)
{
	(void)unused;
	guess_wrong(5);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	snapshot_take(&world, &before);
	values = 0;
	assert_int_equal(world_guess(&world), OTP_VERDICT_UNENROLLED);
	assert_int_equal(values, 2 + OTP_DRIFT_STEPS);
	assert_unchanged(&world, &before);
	/* a removal that was killed in the middle: the wait goes on */
	world_put_seed(&world);
	snapshot_take(&world, &before);
	assert_int_equal(world_guess(&world), OTP_VERDICT_WAITING);
	assert_unchanged(&world, &before);
}

/* --- before the prompt --- */

static void
assert_look(enum otp_err err, enum otp_enrolled expected)
{
	enum otp_enrolled ask = OTP_ENROLLED_UNKNOWN;

	snapshot_take(&world, &before);
	assert_int_equal(world_enrolled(&world, &ask), err);
	assert_int_equal(ask, expected);
	assert_unchanged(&world, &before);
}

static void
look__asks_unless_surely_nobody_is_enrolled(void **unused)
{
	struct otp_state state;
	char path[96];

	(void)unused;
	assert_look(OTP_OK, OTP_ENROLLED_YES);
	strcpy(world.request.account, "bob");
	assert_look(OTP_ERR_UID, OTP_ENROLLED_UNKNOWN); /* once alice? */
	world.request.uid = WORLD_UID + 1;
	assert_look(OTP_OK, OTP_ENROLLED_NO);
	world.request.uid = WORLD_UID;
	strcpy(world.request.account, "alice");
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_look(OTP_ERR_READ, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(symlink("nowhere", path), 0);
	assert_look(OTP_OK, OTP_ENROLLED_YES);
	assert_int_equal(unlink(path), 0);
	state = *world_state(&world);
	state.enrolled = false;
	world_put_state(&world, &state);
	assert_look(OTP_OK, OTP_ENROLLED_NO);
	world_write(&world, "state/alice", "x", 1);
	assert_look(OTP_ERR_CHECKSUM, OTP_ENROLLED_UNKNOWN);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_look(OTP_ERR_NO_STATE, OTP_ENROLLED_UNKNOWN);
	(void)snprintf(
	    path, sizeof(path), "%s/uid/%u", world.store, (unsigned)WORLD_UID);
	assert_int_equal(unlink(path), 0);
	assert_look(OTP_OK, OTP_ENROLLED_NO);
	world_put_seed(&world);
	assert_look(OTP_ERR_NO_STATE, OTP_ENROLLED_UNKNOWN);
	world_path(&world, ".store", path);
	assert_int_equal(unlink(path), 0);
	assert_look(OTP_ERR_NO_STORE, OTP_ENROLLED_UNKNOWN);
}

static void
look__reads_again_under_the_lock_what_was_torn(void **unused)
{
	char path[96];

	(void)unused;
	torn = 2;
	assert_look(OTP_OK, OTP_ENROLLED_YES);
	assert_int_equal(torn, 0);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	torn = 2;
	assert_look(OTP_ERR_READ, OTP_ENROLLED_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(try__takes_a_right_code_once),
		TEST(try__takes_the_neighbouring_steps_and_charges_for_others),
		TEST(try__takes_hotp_codes_within_the_look_ahead),
		TEST(try__gives_a_replay_its_charge_back),
		TEST(try__never_charges_the_last_eight_codes),
		TEST(try__knows_a_benign_replay_by_host_and_time),
		TEST(try__takes_two_periods_for_benign),
		TEST(try__makes_who_guessed_wait),
		TEST(try__doubles_the_wait_and_locks_in_the_end),
		TEST(try__is_not_put_off_by_a_thousand_tries_in_a_wait),
		TEST(try__counts_all_services_together),
		TEST(try__is_unlocked_by_the_administrator),
		TEST(try__counts_other_callers_apart),
		TEST(try__delays_other_callers_by_no_failure_of_root),
		TEST(try__locks_out_other_callers_alone),
		TEST(
		    try__ends_no_lockout_of_root_by_another_callers_recovery_code),
		TEST(try__unlocks_other_callers_too),
		TEST(try__tells_of_other_callers_at_the_next_login),
		TEST(told__is_noted_by_other_callers_too),
		TEST(try__waits_for_no_lock_because_of_another_tally),
		TEST(try__keeps_the_new_end_of_other_callers_delay),
		TEST(try__gives_other_callers_a_charge_back_that_was_no_guess),
		TEST(try__writes_no_more_for_a_wrong_code_than_it_must),
		TEST(try__tells_what_happened_since_the_last_login),
		TEST(told__is_written_but_not_flushed),
		TEST(told__does_not_wait_for_the_lock),
		TEST(told__leaves_what_another_login_is_to_tell),
		TEST(told__needs_a_store_and_a_state),
		TEST(try__neither_compares_nor_charges_what_is_no_code),
		TEST(try__tells_what_is_no_code_by_the_text_alone),
		TEST(try__reads_a_code_as_apps_show_it),
		TEST(try__splits_password_and_code),
		TEST(try__splits_by_the_tokens_length),
		TEST(try__judges_what_needs_no_clock_where_that_is_wrong),
		TEST(
		    try__has_an_answer_where_no_token_of_its_digits_needs_the_clock),
		TEST(try__charges_nothing_where_no_token_can_be_judged),
		TEST(try__knows_a_benign_replay_by_its_step),
		TEST(try__does_not_judge_a_repeated_code_without_an_id),
		TEST(try__takes_a_recovery_code_once),
		TEST(try__tells_that_the_only_recovery_code_is_left),
		TEST(try__counts_no_recovery_code_that_was_not_adopted),
		TEST(try__never_charges_a_recovery_code),
		TEST(try__ends_waits_and_locks_by_a_recovery_code),
		TEST(try__keeps_a_code_spent_when_the_clock_goes_back),
		TEST(try__keeps_a_wait_when_the_clock_goes_back),
		TEST(try__is_right_far_ahead),
		TEST(try__answers_nothing_without_a_clock),
		TEST(try__answers_nothing_where_one_reading_of_the_clock_fails),
		TEST(try__tells_of_a_success_however_long_ago),
		TEST(try__writes_nothing_for_the_unenrolled_and_the_unknown),
		TEST(try__answers_nothing_on_the_unknown_without_random_bytes),
		TEST(try__blames_no_file_for_what_failed_without_one),
		TEST(try__costs_the_same_whether_someone_is_enrolled_or_not),
		TEST(try__compares_nothing_in_a_wait),
		TEST(try__notes_again_that_someone_is_enrolled),
		TEST(try__judges_by_the_clock_once_the_account_is_held),
		TEST(try__answers_nothing_on_a_bad_seed),
		TEST(try__reads_the_state_once_where_none_has_it_locked),
		TEST(try__answers_nothing_on_a_bad_state),
		TEST(try__knows_another_uid_before_a_delay),
		TEST(try__answers_nothing_where_half_is_missing),
		TEST(
		    try__gives_the_charge_back_where_a_right_code_cannot_be_judged),
		TEST(try__says_so_where_the_charge_cannot_be_given_back),
		TEST(try__stays_charged_where_no_value_can_be_computed),
		TEST(try__answers_nothing_where_it_cannot_write),
		TEST(
		    try__answers_nothing_on_the_unknown_where_no_value_can_be_computed),
		TEST(
		    try__compares_nothing_where_it_does_not_know_what_it_was_told),
		TEST(try__leaves_no_secret_on_the_stack),
		TEST(try__tells_a_wait_and_a_lock_without_waiting_for_anybody),
		TEST(try__is_not_put_off_by_a_charge_that_is_being_judged),
		TEST(try__believes_what_it_holds_and_not_what_it_saw_before),
		TEST(try__reads_again_under_the_lock_what_was_torn),
		TEST(try__refuses_the_old_token_after_another_enrolment),
		TEST(try__says_unenrolled_of_who_was_removed_in_a_wait),
		TEST(look__asks_unless_surely_nobody_is_enrolled),
		TEST(look__reads_again_under_the_lock_what_was_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
