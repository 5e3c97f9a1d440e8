/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/simulate.h"

#include <string.h>

#include "otp-enroll/pamconf/parse.h"
#include "otp-enroll/pamconf/walk.h"

#define BIT(n) (UINT32_C(1) << (n))

/* A stack, and how a walk with right codes can end. */
struct study {
	const struct otp_step *steps;
	size_t count;
	unsigned conditions;
	uint8_t numbers[OTP_SIMULATE_STEPS];   /* of each step's condition */
	size_t first[OTP_SIMULATE_CONDITIONS]; /* step of each condition */
	struct otp_places ends;
};

static const uint32_t right_code = BIT(OTP_STACK_SUCCESS);
static const uint32_t wrong_code = BIT(OTP_STACK_AUTH_ERR);
static const uint32_t not_asked = BIT(OTP_STACK_IGNORE);
static const uint32_t code_not_checked = BIT(OTP_STACK_SERVICE_ERR) |
    BIT(OTP_STACK_SYSTEM_ERR) | BIT(OTP_STACK_BUF_ERR) |
    BIT(OTP_STACK_AUTHINFO_UNAVAIL) | BIT(OTP_STACK_CONV_ERR);

static bool number_conditions(struct study *study);
static bool is_condition(const struct otp_step *step);
static bool judge(struct study *study, struct otp_outcome *outcome);
static bool can_succeed(
    const struct study *study, uint32_t ours, bool *ret_yes);
static void judge_right(const struct study *study, struct otp_outcome *outcome);
static void judge_past(const struct study *study, struct otp_outcome *outcome);
static bool gets_in(
    const struct study *study, unsigned truth, unsigned happened);
static bool must_answer(const struct study *study, unsigned truth);
static void name_deciding(
    const struct study *study, struct otp_outcome *outcome);
static bool decides(const struct study *study, unsigned condition);
static bool name_passing(const struct study *study, struct otp_outcome *outcome,
    bool with_conditions);

void
otp_simulate(
    const struct otp_step *steps, size_t count, struct otp_outcome *ret_outcome)
{
	struct study study = { .steps = steps, .count = count };
	struct otp_outcome outcome = { .undecided = false };

	if (!number_conditions(&study) || !judge(&study, &outcome))
		outcome = (struct otp_outcome){ .undecided = true };
	*ret_outcome = outcome;
}

/* Returns false if there are too many. */
static bool
number_conditions(struct study *study)
{
	for (size_t i = 0; i < study->count; i++) {
		const struct otp_step *step = &study->steps[i];

		study->numbers[i] = OTP_WALK_NUMBERLESS;
		if (!is_condition(step))
			continue;
		if (step->same < i) {
			study->numbers[i] = study->numbers[step->same];
			continue;
		}
		if (study->conditions >= OTP_SIMULATE_CONDITIONS)
			return false;
		study->first[study->conditions] = i;
		study->numbers[i] = (uint8_t)study->conditions++;
	}
	return true;
}

/* Whether it may succeed for some users and fail for others. */
static bool
is_condition(const struct otp_step *step)
{
	if (step->kind != OTP_STEP_CONDITION && step->kind != OTP_STEP_FACTOR &&
	    step->kind != OTP_STEP_UNKNOWN)
		return false;
	return (step->results & BIT(OTP_STACK_SUCCESS)) != 0 &&
	    step->results != BIT(OTP_STACK_SUCCESS);
}

/* Returns false if there are too many ways. */
static bool
judge(struct study *study, struct otp_outcome *outcome)
{
	if (!otp_walk(study->steps, study->count, study->numbers, right_code,
		&study->ends) ||
	    !can_succeed(study, wrong_code, &outcome->wrong) ||
	    !can_succeed(study, code_not_checked, &outcome->unavailable) ||
	    !can_succeed(study, not_asked, &outcome->ignored))
		return false;
	judge_right(study, outcome);
	judge_past(study, outcome);
	memcpy(outcome->exposed, study->ends.exposed, sizeof(outcome->exposed));
	return true;
}

/* Whether the stack can succeed after our module returned one of OURS. */
static bool
can_succeed(const struct study *study, uint32_t ours, bool *ret_yes)
{
	struct otp_places ends;
	bool yes = false;

	if (!otp_walk(study->steps, study->count, study->numbers, ours, &ends))
		return false;
	for (size_t i = 0; i < ends.count; i++)
		if ((ends.at[i].happened & OTP_HAPPENED_ASKED) != 0)
			yes = true;
	*ret_yes = yes;
	return true;
}

static void
judge_right(const struct study *study, struct otp_outcome *outcome)
{
	for (size_t i = 0; i < study->ends.count; i++) {
		unsigned happened = study->ends.at[i].happened;

		if ((happened & OTP_HAPPENED_ASKED) == 0)
			continue;
		outcome->right = true;
		if ((happened & OTP_HAPPENED_FACTOR) == 0)
			outcome->alone = true;
		if ((happened & OTP_HAPPENED_EARLY) != 0)
			outcome->early = true;
		if ((happened & OTP_HAPPENED_TWICE) != 0)
			outcome->twice = true;
	}
}

/*
 * Whether users get in without having been asked: all of them do, unless there
 * are users who get in only with a code.
 */
static void
judge_past(const struct study *study, struct otp_outcome *outcome)
{
	bool past = false, must = false;

	for (unsigned truth = 0; truth < BIT(study->conditions); truth++) {
		past = past || gets_in(study, truth, 0);
		must = must || must_answer(study, truth);
	}
	if (!past)
		return;
	outcome->past = must ? OTP_PAST_SOME : OTP_PAST_ALL;
	if (must)
		name_deciding(study, outcome);
	else if (!name_passing(study, outcome, false))
		(void)name_passing(study, outcome, true);
}

/*
 * Whether users for whom the conditions TRUTH hold can get in, HAPPENED being
 * OTP_HAPPENED_ASKED or 0.
 */
static bool
gets_in(const struct study *study, unsigned truth, unsigned happened)
{
	for (size_t i = 0; i < study->ends.count; i++) {
		const struct otp_place *end = &study->ends.at[i];

		if ((truth & end->known) == end->holding &&
		    (end->happened & OTP_HAPPENED_ASKED) == happened)
			return true;
	}
	return false;
}

static bool
must_answer(const struct study *study, unsigned truth)
{
	return gets_in(study, truth, OTP_HAPPENED_ASKED) &&
	    !gets_in(study, truth, 0);
}

static void
name_deciding(const struct study *study, struct otp_outcome *outcome)
{
	bool found = false;

	for (unsigned i = 0; i < study->conditions; i++) {
		if (!decides(study, i))
			continue;
		outcome->cause[study->first[i]] = true;
		found = true;
	}
	if (!found) /* several do, together */
		(void)name_passing(study, outcome, true);
}

/* Whether CONDITION alone can make users be asked who else are not. */
static bool
decides(const struct study *study, unsigned condition)
{
	for (unsigned truth = 0; truth < BIT(study->conditions); truth++)
		if (gets_in(study, truth, 0) &&
		    must_answer(study, truth ^ BIT(condition)))
			return true;
	return false;
}

/* Name the steps that lead past.  Returns false if there are none. */
static bool
name_passing(const struct study *study, struct otp_outcome *outcome,
    bool with_conditions)
{
	bool found = false;

	for (size_t i = 0; i < study->ends.count; i++) {
		const struct otp_place *end = &study->ends.at[i];
		size_t step = end->passed - 1U;

		/* A stack without our module leads past no line. */
		if ((end->happened & OTP_HAPPENED_ASKED) != 0 ||
		    end->passed == 0 ||
		    (study->numbers[step] != OTP_WALK_NUMBERLESS &&
			!with_conditions))
			continue;
		outcome->cause[step] = true;
		found = true;
	}
	return found;
}
