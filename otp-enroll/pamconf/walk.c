/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/walk.h"

#include <stdlib.h>
#include <string.h>

#include "otp-enroll/pamconf/parse.h"

#define BIT(n) (UINT32_C(1) << (n))

/* What PAM has concluded from the results so far. */
enum impression {
	UNDECIDED = 0,
	GOOD, /* it would return PAM_SUCCESS */
	ODD,  /* it would return another result, though no step failed */
	BAD,  /* it fails, unless a "reset" follows */
};

_Static_assert(sizeof(struct otp_place) == 12, "no padding");
_Static_assert(2 * OTP_SIMULATE_LEVELS <= 32, "an impression a level");
_Static_assert(OTP_SIMULATE_CONDITIONS <= 16, "a bit each");

struct walk {
	const struct otp_step *steps;
	size_t count;
	const uint8_t *numbers;
	uint32_t ours;
	bool failed; /* too many places */
	bool exposed[OTP_SIMULATE_STEPS];
	struct otp_places before[OTP_SIMULATE_STEPS + 1]; /* [count]: the end */
};

static void add_place(
    struct walk *walk, size_t from, size_t to, struct otp_place place);
static bool is_passed(const struct walk *walk, size_t from, size_t to);
static void take_step(
    struct walk *walk, size_t index, const struct otp_place *place);
static void enter_substack(
    struct walk *walk, size_t index, struct otp_place place);
static uint32_t possible_results(
    const struct walk *walk, size_t index, const struct otp_place *place);
static bool is_like_another(
    const struct otp_step *step, uint32_t results, unsigned result);
static void take_result(
    struct walk *walk, size_t index, struct otp_place place, unsigned result);
static void note_result(const struct walk *walk, size_t index,
    struct otp_place *place, unsigned result);
static void approve(struct otp_place *place, unsigned result);
static size_t end_of_level(const struct walk *walk, size_t index);
static void take_successes(
    const struct otp_places *places, struct otp_places *ret_ends);

bool
otp_walk(const struct otp_step *steps, size_t count, const uint8_t *numbers,
    uint32_t ours, struct otp_places *ret_ends)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	bool done = false;

	if (walk == NULL)
		return false;
	walk->steps = steps;
	walk->count = count;
	walk->numbers = numbers;
	walk->ours = ours;
	walk->before[0].count = 1; /* nothing has happened */
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < walk->before[i].count; j++)
			take_step(walk, i, &walk->before[i].at[j]);
	if (!walk->failed) {
		take_successes(&walk->before[count], ret_ends);
		memcpy(ret_ends->exposed, walk->exposed, sizeof(walk->exposed));
		done = true;
	}
	free(walk);
	return done;
}

/* Step FROM leads to PLACE before step TO, which comes later. */
static void
add_place(struct walk *walk, size_t from, size_t to, struct otp_place place)
{
	struct otp_places *places = &walk->before[to];

	if (is_passed(walk, from, to))
		place.passed = (uint16_t)(from + 1);
	for (size_t i = 0; i < places->count; i++)
		if (memcmp(&places->at[i], &place, sizeof(place)) == 0)
			return;
	if (places->count == OTP_WALK_PLACES)
		walk->failed = true;
	else
		places->at[places->count++] = place;
}

/* Whether our module is between the steps FROM and TO. */
static bool
is_passed(const struct walk *walk, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++)
		if (walk->steps[i].kind == OTP_STEP_OURS)
			return true;
	return false;
}

/* Go on from PLACE before step INDEX with each result that it may return. */
static void
take_step(struct walk *walk, size_t index, const struct otp_place *place)
{
	const struct otp_step *step = &walk->steps[index];
	uint32_t results;

	if (step->kind == OTP_STEP_SUBSTACK) {
		enter_substack(walk, index, *place);
		return;
	}
	if (step->kind == OTP_STEP_OURS &&
	    (place->happened & OTP_HAPPENED_REFUSED) != 0 &&
	    (place->happened & OTP_HAPPENED_FACTOR) == 0)
		walk->exposed[index] = true;
	results = possible_results(walk, index, place);
	for (unsigned i = 0; i < OTP_STACK_RESULTS; i++)
		if ((results & BIT(i)) != 0 && i != OTP_STACK_INCOMPLETE &&
		    !is_like_another(step, results, i))
			take_result(walk, index, *place, i);
}

/* A "reset" in the substack goes back to what was concluded before it. */
static void
enter_substack(struct walk *walk, size_t index, struct otp_place place)
{
	unsigned level = walk->steps[index].level + 1;

	if (level < OTP_SIMULATE_LEVELS) { /* else it has no steps */
		place.entered &= ~(UINT32_C(3) << 2 * level);
		place.entered |= (uint32_t)place.impression << 2 * level;
	}
	add_place(walk, index, index + 1, place);
}

static uint32_t
possible_results(
    const struct walk *walk, size_t index, const struct otp_place *place)
{
	const struct otp_step *step = &walk->steps[index];
	uint8_t number = walk->numbers[index];

	if (step->kind == OTP_STEP_OURS)
		return walk->ours;
	if (number == OTP_WALK_NUMBERLESS || (place->known & BIT(number)) == 0)
		return step->results;
	if ((place->holding & BIT(number)) != 0)
		return step->results & BIT(OTP_STACK_SUCCESS);
	return step->results & ~BIT(OTP_STACK_SUCCESS);
}

/* Whether a lesser failure of RESULTS does to PAM what RESULT does. */
static bool
is_like_another(const struct otp_step *step, uint32_t results, unsigned result)
{
	for (unsigned i = OTP_STACK_SUCCESS + 1; i < result; i++)
		if ((results & BIT(i)) != 0 && i != OTP_STACK_INCOMPLETE &&
		    step->actions[i] == step->actions[result])
			return true;
	return false;
}

/* Step INDEX returns RESULT. */
static void
take_result(
    struct walk *walk, size_t index, struct otp_place place, unsigned result)
{
	int action = walk->steps[index].actions[result];
	unsigned shift = 2 * walk->steps[index].level;
	size_t next = index + 1;

	note_result(walk, index, &place, result);
	switch (action) {
	case OTP_STACK_PASS:
		break;
	case OTP_STACK_OK:
		approve(&place, result);
		break;
	case OTP_STACK_DONE:
		approve(&place, result);
		if (place.impression != BAD)
			next = end_of_level(walk, index);
		break;
	case OTP_STACK_DIE:
		place.impression = BAD;
		next = end_of_level(walk, index);
		break;
	case OTP_STACK_RESET:
		place.impression = (uint8_t)(place.entered >> shift & 3);
		break;
	default:
		if (action <= 0 ||
		    !otp_walk_jump(
			walk->steps, walk->count, index, action, &next))
			place.impression = BAD;
		break;
	}
	add_place(walk, index, next, place);
}

static void
note_result(const struct walk *walk, size_t index, struct otp_place *place,
    unsigned result)
{
	enum otp_step_kind kind = walk->steps[index].kind;
	uint8_t number = walk->numbers[index];
	bool yes = result == OTP_STACK_SUCCESS;

	if (number != OTP_WALK_NUMBERLESS) {
		place->known |= (uint16_t)BIT(number);
		place->holding |= (uint16_t)(yes ? BIT(number) : 0);
	}
	if (kind == OTP_STEP_OURS) {
		if ((place->happened & OTP_HAPPENED_ASKED) != 0)
			place->happened |= OTP_HAPPENED_TWICE;
		if ((place->happened & OTP_HAPPENED_FACTOR) == 0)
			place->happened |= OTP_HAPPENED_NAKED;
		place->happened |= OTP_HAPPENED_ASKED;
	} else if (yes &&
	    (kind == OTP_STEP_PASSWORD || kind == OTP_STEP_FACTOR ||
		kind == OTP_STEP_UNKNOWN)) {
		if (kind == OTP_STEP_PASSWORD &&
		    (place->happened & OTP_HAPPENED_NAKED) != 0)
			place->happened |= OTP_HAPPENED_EARLY;
		place->happened |= OTP_HAPPENED_FACTOR;
	} else if (kind == OTP_STEP_PASSWORD && result != OTP_STACK_IGNORE &&
	    result != OTP_STACK_NEW_AUTHTOK_REQD) {
		place->happened |= OTP_HAPPENED_REFUSED;
	}
}

static void
approve(struct otp_place *place, unsigned result)
{
	if (place->impression == UNDECIDED || place->impression == GOOD)
		place->impression = result == OTP_STACK_SUCCESS ? GOOD : ODD;
}

/* The index after the last step of INDEX's level. */
static size_t
end_of_level(const struct walk *walk, size_t index)
{
	unsigned level = walk->steps[index].level;

	do
		index++;
	while (index < walk->count && walk->steps[index].level >= level);
	return index;
}

bool
otp_walk_jump(const struct otp_step *steps, size_t count, size_t index,
    int jump, size_t *ret_next)
{
	unsigned level = steps[index].level;
	size_t next = index + 1;

	for (; jump > 0; jump--) {
		if (next >= count || steps[next].level < level)
			break;
		do
			next++;
		while (next < count && steps[next].level > level);
	}
	*ret_next = next;
	return jump == 0;
}

static void
take_successes(const struct otp_places *places, struct otp_places *ret_ends)
{
	ret_ends->count = 0;
	for (size_t i = 0; i < places->count; i++)
		if (places->at[i].impression == GOOD)
			ret_ends->at[ret_ends->count++] = places->at[i];
}
