/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

/* What PAM makes of the answers so far. */
enum impression {
	UNDECIDED = 0,
	GOOD, /* and the result would be PAM_SUCCESS */
	ODD,  /* and it would be another one */
	BAD,  /* for good, save for a "reset" */
};

/* What became of ours. */
enum ours {
	UNMET = 0,
	RIGHT,
	WRONG,
	IGNORED,
};

/*
 * Where one can stand before a step: an impression, what became of ours, and
 * whether a first factor was right.  A set of such places is a bit for each.
 */
struct place {
	enum impression impression;
	enum ours ours;
	bool factor;
};

#define PLACES 32

static unsigned
place_number(struct place place)
{
	return (unsigned)place.impression | (unsigned)place.ours << 2 |
	    (place.factor ? 1U : 0U) << 4;
}

static struct place
place_of(unsigned number)
{
	return (struct place){ (enum impression)(number & 3),
		(enum ours)(number >> 2 & 3), (number >> 4 & 1) != 0 };
}

/* A walk: the places before each step, and at [count] those at the end. */
struct walk {
	const struct otp_step *steps;
	size_t count;
	const bool *answers; /* what ours says */
	uint32_t places[OTP_DISPATCH_STEPS + 1];
	/* the impressions there can be where a substack is entered */
	uint32_t entered[OTP_DISPATCH_LEVELS + 1];
};

/* --- What a step can answer --------------------------------------------- */

/* Whether STEP may answer RESULT. */
static bool
can_answer(const struct walk *walk, const struct otp_step *step, int result)
{
	switch (step->kind) {
	case OTP_STEP_OURS:
		return walk->answers[result];
	case OTP_STEP_PASSWORD:
		return result != OTP_STACK_IGNORE;
	case OTP_STEP_CONDITION:
		return true;
	case OTP_STEP_PERMIT:
		return result == OTP_STACK_SUCCESS;
	case OTP_STEP_DENY:
		return result == OTP_STACK_AUTH_ERR;
	case OTP_STEP_MISSING:
		return result == OTP_STACK_UNKNOWN;
	case OTP_STEP_BROKEN:
		return result == OTP_STACK_PERM_DENIED;
	case OTP_STEP_SUBSTACK:
		break;
	}
	return false;
}

static struct place
note_answer(struct place place, const struct otp_step *step, int result)
{
	if (step->kind == OTP_STEP_PASSWORD && result == OTP_STACK_SUCCESS)
		place.factor = true;
	if (step->kind != OTP_STEP_OURS || place.ours == WRONG)
		return place; /* a second line does not make good the first */
	if (result == OTP_STACK_SUCCESS)
		place.ours = RIGHT;
	else if (result != OTP_STACK_IGNORE)
		place.ours = WRONG;
	else if (place.ours == UNMET)
		place.ours = IGNORED;
	return place;
}

/* --- Where it leads ----------------------------------------------------- */

/* Behind the last step of INDEX's level. */
static size_t
end_of_level(const struct walk *walk, size_t index)
{
	unsigned level = walk->steps[index].level;

	do
		index++;
	while (index < walk->count && walk->steps[index].level >= level);
	return index;
}

/*
 * Over JUMP steps of INDEX's level, a substack being one of them; false where
 * there are not so many.
 */
static bool
jump_over(const struct walk *walk, size_t index, int jump, size_t *ret_next)
{
	const struct otp_step *steps = walk->steps;
	unsigned level = steps[index].level;
	size_t next = index + 1;

	for (; jump > 0; jump--) {
		if (next >= walk->count || steps[next].level < level)
			break;
		do
			next++;
		while (next < walk->count && steps[next].level > level);
	}
	*ret_next = next;
	return jump == 0;
}

static enum impression
approve(enum impression impression, int result)
{
	if (impression != UNDECIDED && impression != GOOD)
		return impression;
	return result == OTP_STACK_SUCCESS ? GOOD : ODD;
}

static void
arrive(struct walk *walk, size_t index, struct place place)
{
	walk->places[index] |= UINT32_C(1) << place_number(place);
}

/* Any of the impressions there were before the substack. */
static void
reset(struct walk *walk, size_t index, struct place place)
{
	unsigned level = walk->steps[index].level;

	for (unsigned i = UNDECIDED; i <= BAD; i++) {
		if ((walk->entered[level] & 1U << i) == 0)
			continue;
		place.impression = (enum impression)i;
		arrive(walk, index + 1, place);
	}
}

/* From PLACE before step INDEX, which answers RESULT. */
static void
go(struct walk *walk, size_t index, struct place place, int result)
{
	const struct otp_step *step = &walk->steps[index];
	int action = step->actions[result];
	size_t next = index + 1;

	place = note_answer(place, step, result);
	switch (action) {
	case OTP_STACK_PASS:
		break;
	case OTP_STACK_OK:
		place.impression = approve(place.impression, result);
		break;
	case OTP_STACK_DONE:
		place.impression = approve(place.impression, result);
		if (place.impression != BAD)
			next = end_of_level(walk, index);
		break;
	case OTP_STACK_DIE:
		place.impression = BAD;
		next = end_of_level(walk, index);
		break;
	case OTP_STACK_RESET:
		reset(walk, index, place);
		return;
	default:
		if (action <= 0 || !jump_over(walk, index, action, &next))
			place.impression = BAD;
		break;
	}
	arrive(walk, next, place);
}

static void
enter_substack(struct walk *walk, size_t index)
{
	unsigned level = walk->steps[index].level + 1;

	walk->entered[level] = 0; /* of one on this level that is over */
	for (unsigned i = 0; i < PLACES; i++)
		if ((walk->places[index] & UINT32_C(1) << i) != 0)
			walk->entered[level] |= 1U
			    << (unsigned)place_of(i).impression;
	walk->places[index + 1] |= walk->places[index];
}

static void
step_on(struct walk *walk, size_t index)
{
	const struct otp_step *step = &walk->steps[index];

	if (step->kind == OTP_STEP_SUBSTACK) {
		enter_substack(walk, index);
		return;
	}
	for (unsigned i = 0; i < PLACES; i++) {
		if ((walk->places[index] & UINT32_C(1) << i) == 0)
			continue;
		for (int result = 0; result < OTP_STACK_RESULTS; result++)
			if (can_answer(walk, step, result))
				go(walk, index, place_of(i), result);
	}
}

/* --- The questions ------------------------------------------------------ */

/* What the module says: one walk for each, so that they are not mixed up. */
static const bool right_code[OTP_STACK_RESULTS] = {
	[OTP_STACK_SUCCESS] = true,
};
static const bool wrong_code[OTP_STACK_RESULTS] = {
	[OTP_STACK_AUTH_ERR] = true,
};
static const bool not_asked[OTP_STACK_RESULTS] = {
	[OTP_STACK_IGNORE] = true,
};
static const bool no_answer[OTP_STACK_RESULTS] = {
	[3] = true,  /* PAM_SERVICE_ERR */
	[4] = true,  /* PAM_SYSTEM_ERR */
	[5] = true,  /* PAM_BUF_ERR */
	[9] = true,  /* PAM_AUTHINFO_UNAVAIL */
	[19] = true, /* PAM_CONV_ERR */
};

static void
begin(struct walk *walk, const struct otp_step *steps, size_t count,
    const bool *answers)
{
	memset(walk, 0, sizeof(*walk));
	walk->steps = steps;
	walk->count = count;
	walk->answers = answers;
	walk->entered[0] = 1U << UNDECIDED;
	arrive(walk, 0, (struct place){ UNDECIDED, UNMET, false });
}

static void
go_through(struct walk *walk, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		step_on(walk, i);
}

/* Whether one can end in a yes after OURS. */
static bool
ends_well(const struct walk *walk, enum ours ours, bool factor)
{
	struct place place = { GOOD, ours, factor };

	return (walk->places[walk->count] &
		   UINT32_C(1) << place_number(place)) != 0;
}

/* The same whatever became of a first factor. */
static bool
can_end_well(const struct walk *walk, enum ours ours)
{
	return ends_well(walk, ours, false) || ends_well(walk, ours, true);
}

struct otp_outcome
otp_dispatch(const struct otp_step *steps, size_t count)
{
	struct otp_outcome outcome = { .right = false };
	struct walk walk;

	begin(&walk, steps, count, right_code);
	go_through(&walk, 0, count);
	outcome.right = can_end_well(&walk, RIGHT);
	outcome.alone = ends_well(&walk, RIGHT, false);
	begin(&walk, steps, count, wrong_code);
	go_through(&walk, 0, count);
	outcome.wrong = can_end_well(&walk, WRONG);
	outcome.skipped = can_end_well(&walk, UNMET);
	begin(&walk, steps, count, not_asked);
	go_through(&walk, 0, count);
	outcome.ignored = can_end_well(&walk, IGNORED);
	begin(&walk, steps, count, no_answer);
	go_through(&walk, 0, count);
	outcome.unavailable = can_end_well(&walk, WRONG);
	return outcome;
}

/* Whether ours stands between two steps. */
static bool
is_passed(const struct walk *walk, size_t index, size_t next)
{
	for (size_t i = index + 1; i < next && i < walk->count; i++)
		if (walk->steps[i].kind == OTP_STEP_OURS)
			return true;
	return false;
}

/* Whether RESULT at step INDEX leads past ours and on to a yes. */
static bool
leads_past(const struct walk *before, size_t index, int result)
{
	struct walk after = *before;
	size_t next = index + 1;

	memset(after.places, 0, sizeof(after.places));
	for (unsigned i = 0; i < PLACES; i++)
		if ((before->places[index] & UINT32_C(1) << i) != 0 &&
		    place_of(i).ours == UNMET)
			go(&after, index, place_of(i), result);
	while (next < after.count && after.places[next] == 0)
		next++;
	if (!is_passed(&after, index, next))
		return false;
	go_through(&after, next, after.count);
	return can_end_well(&after, UNMET);
}

bool
otp_dispatch_skips(
    const struct otp_step *steps, size_t count, size_t index, bool *ret_yes)
{
	struct walk walk;
	bool skips = false;

	*ret_yes = false;
	if (steps[index].kind == OTP_STEP_SUBSTACK ||
	    steps[index].kind == OTP_STEP_OURS)
		return false;
	begin(&walk, steps, count, wrong_code);
	go_through(&walk, 0, index);
	for (int result = 0; result < OTP_STACK_RESULTS; result++) {
		if (!can_answer(&walk, &steps[index], result) ||
		    !leads_past(&walk, index, result))
			continue;
		skips = true;
		if (result == OTP_STACK_SUCCESS)
			*ret_yes = true;
	}
	return skips;
}
