/* SPDX-License-Identifier: BSD-2-Clause */
/* What random stacks do not reach: the limits of a walk, and odd stacks. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

#include "otp-enroll/pamconf/parse.h"
#include "otp-enroll/pamconf/simulate.h"

#define BIT(n) (UINT32_C(1) << (n))

static int optional[OTP_STACK_RESULTS];
static int required[OTP_STACK_RESULTS];
static int jump[OTP_STACK_RESULTS]; /* over one step, if it succeeds */

static struct otp_step steps[OTP_SIMULATE_STEPS];
static size_t count;

static void
add_step(enum otp_step_kind kind, const int *actions)
{
	assert_true(count < OTP_SIMULATE_STEPS);
	steps[count] = (struct otp_step){
		.kind = kind,
		.same = count,
		.actions = actions,
		.results = BIT(OTP_STACK_SUCCESS) | BIT(OTP_STACK_AUTH_ERR),
	};
	count++;
}

static struct otp_outcome
simulate(void)
{
	struct otp_outcome outcome;

	memset(&outcome, 0xa5, sizeof(outcome));
	otp_simulate(steps, count, &outcome);
	return outcome;
}

static bool
has_cause(const struct otp_outcome *outcome)
{
	for (size_t i = 0; i < OTP_SIMULATE_STEPS; i++)
		if (outcome->cause[i])
			return true;
	return false;
}

static int
set_up(void **state)
{
	(void)state;
	count = 0;
	for (size_t i = 0; i < OTP_STACK_RESULTS; i++) {
		optional[i] = jump[i] = OTP_STACK_PASS;
		required[i] = OTP_STACK_BAD;
	}
	optional[OTP_STACK_SUCCESS] = OTP_STACK_OK;
	required[OTP_STACK_SUCCESS] = OTP_STACK_OK;
	jump[OTP_STACK_SUCCESS] = 1;
	return 0;
}

static void
walk__of_no_steps_never_succeeds(void **state)
{
	struct otp_outcome outcome = simulate();

	(void)state;
	assert_false(outcome.undecided || outcome.right || outcome.wrong);
	assert_int_equal(outcome.past, OTP_PAST_NONE);
}

static void
walk__without_our_module_has_no_cause(void **state)
{
	struct otp_outcome outcome;

	(void)state;
	add_step(OTP_STEP_PLAIN, required);
	add_step(OTP_STEP_CONDITION, optional);
	outcome = simulate();
	assert_int_equal(outcome.past, OTP_PAST_ALL);
	assert_false(outcome.right || has_cause(&outcome));
}

static void
walk__does_not_grow_with_the_length_of_the_stack(void **state)
{
	struct otp_outcome outcome;

	(void)state;
	add_step(OTP_STEP_PASSWORD, required);
	while (count < OTP_SIMULATE_STEPS - 1)
		add_step(OTP_STEP_PLAIN, optional);
	add_step(OTP_STEP_OURS, required);
	outcome = simulate();
	assert_false(outcome.undecided || outcome.wrong || outcome.alone);
	assert_true(outcome.right);
	assert_int_equal(outcome.past, OTP_PAST_NONE);
}

/* Conditions, and our module. */
static struct otp_outcome
simulate_conditions(unsigned conditions)
{
	count = 0;
	for (unsigned i = 0; i < conditions; i++)
		add_step(OTP_STEP_CONDITION, jump);
	add_step(OTP_STEP_OURS, required);
	return simulate();
}

static void
walk__gives_up_with_too_many_conditions(void **state)
{
	struct otp_outcome outcome;

	(void)state;
	outcome = simulate_conditions(OTP_SIMULATE_CONDITIONS);
	assert_false(outcome.undecided);
	assert_true(outcome.right && outcome.alone);
	outcome = simulate_conditions(OTP_SIMULATE_CONDITIONS + 1);
	assert_true(outcome.undecided);
	assert_false(outcome.right || outcome.wrong || has_cause(&outcome));
}

/* COPIES of one condition are one; those that always fail are none. */
static void
walk__counts_a_condition_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * OTP_SIMULATE_CONDITIONS; i++) {
		add_step(OTP_STEP_CONDITION, optional);
		if (i % 2 == 0)
			steps[i].same = 0;
		else
			steps[i].results = i % 4 == 1 ? BIT(OTP_STACK_AUTH_ERR)
						      : BIT(OTP_STACK_SUCCESS);
	}
	add_step(OTP_STEP_OURS, required);
	assert_false(simulate().undecided);
}

static void
walk__gives_up_with_too_many_places(void **state)
{
	struct otp_outcome outcome;

	(void)state;
	add_step(OTP_STEP_PASSWORD, optional);
	add_step(OTP_STEP_PLAIN, required);
	for (unsigned i = 0; i < OTP_SIMULATE_CONDITIONS; i++)
		add_step(OTP_STEP_CONDITION, optional);
	add_step(OTP_STEP_OURS, required);
	outcome = simulate();
	assert_false(outcome.undecided);
	assert_true(outcome.right);
	add_step(OTP_STEP_PLAIN, jump);
	add_step(OTP_STEP_OURS, required);
	/* Asked twice, or led past by the step before: 2048 places. */
	outcome = simulate();
	assert_true(outcome.undecided);
	assert_false(outcome.right || has_cause(&outcome));
}

/* The application calls again; until then nothing was decided. */
static void
walk__ends_at_an_incomplete_result(void **state)
{
	(void)state;
	add_step(OTP_STEP_PLAIN, optional);
	steps[0].results = BIT(OTP_STACK_INCOMPLETE);
	add_step(OTP_STEP_OURS, required);
	assert_false(simulate().right);
	steps[0].results |= BIT(OTP_STACK_AUTH_ERR);
	assert_true(simulate().right);
	/* It is not one that another may stand for, either. */
	steps[0].results = BIT(OTP_STACK_INCOMPLETE) | BIT(OTP_STACK_IGNORE);
	assert_true(simulate().right);
}

static void
walk__enters_no_substack_below_the_deepest(void **state)
{
	(void)state;
	add_step(OTP_STEP_SUBSTACK, required);
	steps[0].level = OTP_SIMULATE_LEVELS - 1;
	add_step(OTP_STEP_OURS, required);
	assert_true(simulate().right);
}

/* "reset" in the second of two goes back to the start of the second. */
static void
walk__resets_to_the_start_of_this_substack(void **state)
{
	int reset[OTP_STACK_RESULTS];

	(void)state;
	for (size_t i = 0; i < OTP_STACK_RESULTS; i++)
		reset[i] = OTP_STACK_RESET;
	add_step(OTP_STEP_PLAIN, required);
	steps[0].results = BIT(OTP_STACK_AUTH_ERR);
	add_step(OTP_STEP_SUBSTACK, required);
	add_step(OTP_STEP_PLAIN, reset);
	steps[2].level = 1;
	add_step(OTP_STEP_PLAIN, reset);
	add_step(OTP_STEP_SUBSTACK, required);
	add_step(OTP_STEP_PLAIN, reset);
	steps[5].level = 1;
	add_step(OTP_STEP_OURS, required);
	assert_true(simulate().right);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    walk__of_no_steps_never_succeeds, set_up),
		cmocka_unit_test_setup(
		    walk__without_our_module_has_no_cause, set_up),
		cmocka_unit_test_setup(
		    walk__does_not_grow_with_the_length_of_the_stack, set_up),
		cmocka_unit_test_setup(
		    walk__gives_up_with_too_many_conditions, set_up),
		cmocka_unit_test_setup(walk__counts_a_condition_once, set_up),
		cmocka_unit_test_setup(
		    walk__gives_up_with_too_many_places, set_up),
		cmocka_unit_test_setup(
		    walk__ends_at_an_incomplete_result, set_up),
		cmocka_unit_test_setup(
		    walk__resets_to_the_start_of_this_substack, set_up),
		cmocka_unit_test_setup(
		    walk__enters_no_substack_below_the_deepest, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
