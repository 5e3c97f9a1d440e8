/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/model.h"

#include <string.h>

#include "tests/unit/oracle.h"

/* Steps or counters of TOKEN that a login looks at: FIRST to LAST. */
static void
reach(const struct model *model, const struct model_token *at, int64_t now,
    uint64_t *first, uint64_t *last)
{
	const uint64_t window = model->policy.window;

	if (at->token.kind == OTP_HOTP) {
		*first = at->next;
		*last = at->next + model->policy.lookahead - 1;
		return;
	}
	*last = (uint64_t)now / at->token.period + window;
	*first = *last > 2 * window ? *last - 2 * window : 0;
}

/* Spend TYPED where it is right and fresh (SPEND), or say whether it is. */
static enum model_answer
compare(struct model_token *at, const struct model *model, const char *typed,
    int64_t now, bool spend)
{
	enum model_answer answer = MODEL_NO;
	uint64_t first, last, next = at->next;
	char code[16];

	reach(model, at, now, &first, &last);
	if (at->token.kind == OTP_HOTP && first > at->token.counter &&
	    strcmp(oracle_code(&at->token, first - 1, code), typed) == 0)
		return MODEL_LAST;
	for (uint64_t moving = first; moving <= last; moving++) {
		if (strcmp(oracle_code(&at->token, moving, code), typed) != 0)
			continue;
		if (!at->known)
			return MODEL_UNKNOWN;
		if (answer == MODEL_SPENT)
			continue; /* and stays so */
		if (moving >= at->next)
			next = moving + 1;
		answer = moving >= at->next ? MODEL_YES : MODEL_SPENT;
		if (at->token.kind == OTP_HOTP)
			break;
	}
	if (spend)
		at->next = next;
	return answer;
}

enum model_answer
model_judge(const struct model *model, const char *typed, int64_t now)
{
	const struct model_tally tally = model_anchor(model->tally, now);
	enum model_answer answer = MODEL_MALFORMED;
	bool enrolled = false, found[MODEL_UNKNOWN + 1] = { false };

	for (unsigned i = 0; i < model->tokens_count; i++) {
		struct model_token at = model->tokens[i];

		enrolled = enrolled || at.in_force;
		if (!at.in_force || at.token.digits != strlen(typed))
			continue;
		found[compare(&at, model, typed, now, false)] = true;
		answer = MODEL_NO;
	}
	if (!enrolled)
		return MODEL_NOBODY;
	for (unsigned i = 0; i < model->codes_count; i++) {
		const struct model_code *at = &model->codes[i];

		if (at->in_force && strcmp(at->text, typed) == 0)
			return !at->known ? MODEL_UNKNOWN
			    : at->used	  ? MODEL_SPENT
					  : MODEL_YES;
	}
	if (strlen(typed) == OTP_RECOVERY_TEXT_SIZE - 1)
		return MODEL_NO;
	if (tally.failures >= model->policy.lock ||
	    (tally.wait > 0 && now < tally.until))
		return MODEL_HELD;
	/* What was used by one token is right by no other. */
	return found[MODEL_SPENT]		     ? MODEL_SPENT
	    : found[MODEL_YES] && !found[MODEL_LAST] ? MODEL_YES
	    : found[MODEL_UNKNOWN]		     ? MODEL_UNKNOWN
						     : answer;
}

void
model_spend(struct model *model, const char *typed, int64_t now)
{
	for (unsigned i = 0; i < model->tokens_count; i++)
		if (model->tokens[i].in_force && model->tokens[i].known &&
		    model->tokens[i].token.digits == strlen(typed))
			(void)compare(
			    &model->tokens[i], model, typed, now, true);
	for (unsigned i = 0; i < model->codes_count; i++)
		if (model->codes[i].in_force &&
		    strcmp(model->codes[i].text, typed) == 0)
			model->codes[i].used = true;
}

struct model_tally
model_charge(const struct model *model, struct model_tally tally, int64_t now)
{
	tally.failures++;
	tally.wait = tally.failures >= model->policy.free ? 30 : 0;
	for (uint32_t i = model->policy.free; i < tally.failures; i++)
		tally.wait = tally.wait < 1800 ? 2 * tally.wait : 3600;
	tally.until = tally.wait > 0 ? now + tally.wait : 0;
	return tally;
}

struct model_tally
model_anchor(struct model_tally tally, int64_t now)
{
	if (tally.wait > 0 && tally.until - now > tally.wait)
		tally.until = now + tally.wait;
	return tally;
}
