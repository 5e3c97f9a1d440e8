/* SPDX-License-Identifier: BSD-2-Clause */
/* One code, many logins at once, each through the real libpam. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/effects/enrol.h"
#include "tests/lib/account.h"
#include "tests/lib/codes.h"
#include "tests/race/race.h"
#include "tests/lib/host.h"

#define STEP 30

static unsigned
rounds(void)
{
	return race_rounds(10);
}

static const struct otp_policy policy = OTP_POLICY_DEFAULT;

static enum otp_err
host_clock(void *context, int64_t *ret_now)
{
	(void)context;
	*ret_now = fake.now;
	return OTP_OK;
}

/* The tool's view of the same store. */
static struct otp_host
tool_host(const struct host *host, struct otp_sys *sys)
{
	*sys = otp_sys_host;
	sys->time = host_clock;
	return (struct otp_host){
		.sys = sys,
		.store = { .folder = host->store },
		.policy = &policy,
	};
}

static struct otp_subject
alice(void)
{
	return (struct otp_subject){
		.account = "alice",
		.uid = HOST_ALICE_UID,
	};
}

static void
unlock(const struct host *host)
{
	struct otp_sys sys;
	struct otp_host tool = tool_host(host, &sys);
	struct otp_subject subject = alice();
	uint32_t failures;

	assert_int_equal(
	    otp_enrol_unlock(ACCOUNT_OF(&tool, subject), &failures), OTP_OK);
}

static void
run(const struct race *race, struct race_lane *lane, void *context)
{
	fake.now = race->now;
	fake.lines_count = 0;
	lane->result = host_login(context, lane->account, lane->code);
}

static unsigned
count(const struct race *race, int result)
{
	unsigned found = 0;

	for (unsigned i = 0; i < race->processes; i++)
		found += race->lanes[i].result == result ? 1 : 0;
	return found;
}

static void
move_clock(struct race *race)
{
	fake.now += STEP;
	race->now = fake.now;
}

/* One round; its yes are noted, and all others are a no. */
static void
run_round(struct race *race, struct race_count *yes, const char *code)
{
	race_fill(race, "alice", code);
	race_run(race);
	race_note(yes, count(race, PAM_SUCCESS));
	assert_int_equal(count(race, PAM_SUCCESS) + count(race, PAM_AUTH_ERR),
	    race->processes);
}

static void
assert_always_once(
    const struct race *race, const char *what, const struct race_count *yes)
{
	race_tell(race, what, yes);
	assert_int_equal(yes->once, rounds());
	assert_int_equal(yes->never, 0);
	assert_int_equal(yes->more, 0);
}

static struct race *
begin(struct host *host)
{
	if (getenv("PAM_OTP_SO") == NULL)
		skip();
	host_service(host, "nodelay");
	return race_start(RACE_PROCESSES, run, host);
}

static int
setup(void **state)
{
	return getenv("PAM_OTP_SO") == NULL ? 0 : host_setup(state);
}

static int
teardown(void **state)
{
	return getenv("PAM_OTP_SO") == NULL ? 0 : host_teardown(state);
}

static void
race__through_pam_accepts_a_totp_code_once(void **state)
{
	struct race *race = begin(*state);
	struct otp_token token = sample_totp(1);
	struct race_count yes = { 0 };

	host_enrol_alice(*state);
	for (unsigned round = 0; round < rounds(); round++) {
		char code[SAMPLE_CODE_SIZE];

		move_clock(race);
		host_code(&token, 0, code);
		run_round(race, &yes, code);
	}
	assert_always_once(race, "TOTP through libpam", &yes);
	race_end(race);
}

static void
race__through_pam_accepts_a_hotp_code_once(void **state)
{
	struct race *race = begin(*state);
	struct otp_token token = sample_hotp(1);
	struct race_count yes = { 0 };

	host_enrol_token(*state, "alice", HOST_ALICE_UID, &token);
	for (unsigned round = 0; round < rounds(); round++) {
		char code[SAMPLE_CODE_SIZE];

		move_clock(race);
		sample_code(&token, round, code);
		run_round(race, &yes, code);
		unlock(*state);
	}
	assert_always_once(race, "HOTP through libpam", &yes);
	race_end(race);
}

static void
race__through_pam_accepts_a_recovery_code_once(void **state)
{
	struct race *race = begin(*state);
	struct otp_sys sys;
	struct otp_host tool = tool_host(*state, &sys);
	struct otp_subject subject = alice();
	struct otp_recovery_set set;
	struct race_count yes = { 0 };

	host_enrol_alice(*state);
	for (unsigned round = 0; round < rounds(); round++) {
		const unsigned code = round % OTP_ENROL_RECOVERY;

		if (code == 0)
			assert_int_equal(codes_renew(ACCOUNT_OF(&tool, subject),
					     OTP_ENROL_RECOVERY, &set),
			    OTP_OK);
		move_clock(race);
		run_round(race, &yes, set.text[code]);
	}
	assert_always_once(race, "recovery through libpam", &yes);
	race_end(race);
}

static void
race__through_pam_never_beats_the_throttle(void **state)
{
	struct race *race = begin(*state);
	struct otp_token token = sample_totp(1);

	host_enrol_alice(*state);
	for (unsigned round = 0; round < rounds() / 2; round++) {
		char wrong[SAMPLE_CODE_SIZE];

		move_clock(race);
		host_wrong_code(&token, wrong);
		race_fill(race, "alice", wrong);
		race_run(race);
		assert_int_equal(count(race, PAM_AUTH_ERR), race->processes);
		assert_int_equal(host_state(*state, "alice").tally.failures,
		    OTP_DELAY_AFTER_DEFAULT);
		unlock(*state);
	}
	race_end(race);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    race__through_pam_accepts_a_totp_code_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    race__through_pam_accepts_a_hotp_code_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    race__through_pam_accepts_a_recovery_code_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    race__through_pam_never_beats_the_throttle, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
