/* SPDX-License-Identifier: BSD-2-Clause */
#include "powercut_mixed.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/slots.h"

#define SEEDS  0 /* folders */
#define STATES 1

const char *const mixed_accounts[POWERCUT_ACCOUNTS] = { "alice", "ally" };

static bool
is_same_seed(const struct mixed_seed *one, const struct mixed_seed *other)
{
	return one->account == other->account && one->token == other->token &&
	    one->set == other->set;
}

static bool
is_candidate(const struct mixed *mixed, const struct mixed_seed *seed)
{
	for (unsigned i = 0; i < mixed->candidates_count; i++)
		if (is_same_seed(&mixed->candidates[i], seed))
			return true;
	return false;
}

void
mixed_candidate(struct mixed *mixed, const struct mixed_seed *seed)
{
	if (is_candidate(mixed, seed))
		return;
	if (mixed->candidates_count == MIXED_CANDIDATES)
		abort();
	mixed->candidates[mixed->candidates_count++] = *seed;
}

/* Which of those that were made PARSED is. */
static bool
find_seed(const struct mixed *mixed, const struct otp_seed *parsed,
    struct mixed_seed *ret_seed)
{
	ret_seed->token = ret_seed->set = MIXED_NONE;
	if (parsed->tokens_count != 1 ||
	    parsed->recovery_count != MIXED_RECOVERY)
		return false;
	for (unsigned i = 0; i < mixed->tokens_count; i++)
		if (memcmp(mixed->tokens[i].token.secret,
			parsed->tokens[0].secret,
			parsed->tokens[0].secret_size) == 0)
			ret_seed->token = (int)i;
	for (unsigned i = 0; i < mixed->sets_count; i++)
		if (memcmp(mixed->sets[i].set.kept, parsed->recovery,
			sizeof(parsed->recovery[0]) * MIXED_RECOVERY) == 0)
			ret_seed->set = (int)i;
	return ret_seed->token != MIXED_NONE && ret_seed->set != MIXED_NONE;
}

static const char *
read_seeds(const struct mixed *mixed, const struct powercut_store *left,
    struct mixed_seen *seen)
{
	unsigned found = 0;

	seen->seed = (struct mixed_seed){ MIXED_NONE, MIXED_NONE, MIXED_NONE };
	for (int i = 0; i < POWERCUT_ACCOUNTS; i++) {
		const struct powercut_file *file = &left->files[SEEDS][2 * i];
		struct otp_seed parsed;

		if (!file->there)
			continue;
		if (otp_seed_parse((const char *)file->bytes, file->size,
			&parsed, NULL) != OTP_OK ||
		    !find_seed(mixed, &parsed, &seen->seed))
			return "the seed is torn";
		seen->seed.account = i;
		found++;
	}
	if (found > 1)
		return "the seed is under both names";
	return is_candidate(mixed, &seen->seed) ? NULL
	    : found ? "a seed is in force that should not be"
		    : "the seed is lost";
}

static const char *
read_states(const struct mixed *mixed, const struct powercut_store *left,
    struct mixed_seen *seen)
{
	for (int i = 0; i < POWERCUT_ACCOUNTS; i++) {
		const struct powercut_file *file = &left->files[STATES][2 * i];
		struct otp_slots slots;

		seen->has_state[i] = file->there;
		if (mixed->has_state[i] && !file->there)
			return "a state is lost";
		if (!file->there)
			continue;
		if (file->size != OTP_SLOTS_FILE_SIZE ||
		    otp_slots_read(file->bytes, &seen->states[i], &slots) !=
			OTP_OK)
			return "a state cannot be read";
		if (seen->states[i].enrolled && seen->seed.account != i)
			return "enrolled, but the seed is gone";
	}
	return NULL;
}

const struct otp_credential *
mixed_credential(const struct mixed_seen *seen, const struct otp_token *token)
{
	uint8_t id[OTP_ID_SIZE];

	if (otp_token_id(token, id) != OTP_OK)
		abort();
	return otp_state_find(
	    &seen->states[seen->seed.account], token->kind, id);
}

const struct otp_credential *
mixed_recovery(
    const struct mixed_seen *seen, const struct otp_recovery *recovery)
{
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(recovery, id);
	return otp_state_find(
	    &seen->states[seen->seed.account], OTP_RECOVERY, id);
}

static const char *
judge_token(const struct mixed *mixed, bool cut, const struct mixed_seen *seen)
{
	const struct mixed_token *token = &mixed->tokens[seen->seed.token];
	const struct otp_credential *credential;

	if (!seen->has_state[seen->seed.account])
		return "the seed has no state";
	credential = mixed_credential(seen, &token->token);
	if (!credential)
		return "the state does not know the seed";
	if (credential->value < token->spent)
		return "a spent code is fresh";
	if (!cut && credential->value < token->seen)
		return "a code that was spent is fresh without a cut";
	if (credential->value > token->ceiling)
		return "a code that nobody typed is spent";
	return NULL;
}

static const char *
judge_recovery(const struct mixed *mixed, const struct mixed_seen *seen)
{
	const struct mixed_set *set = &mixed->sets[seen->seed.set];

	for (unsigned i = 0; i < MIXED_RECOVERY; i++) {
		const struct otp_credential *credential =
		    mixed_recovery(seen, &set->set.kept[i]);

		if (!credential)
			return "the state does not know the recovery codes";
		if (set->spent[i] && credential->value == 0)
			return "a spent recovery code is fresh";
		if (!set->typed[i] && credential->value != 0)
			return "a recovery code that nobody typed is spent";
	}
	return NULL;
}

static const char *
judge_failures(const struct mixed *mixed, const struct mixed_seen *seen)
{
	for (int i = 0; i < POWERCUT_ACCOUNTS; i++) {
		const struct otp_tally *tally = &seen->states[i].tally;

		if (!seen->has_state[i])
			continue;
		if (tally->failures < mixed->failures_told[i])
			return "failures whose wait was told are forgotten";
		if (tally->failures > mixed->failures_most[i])
			return "there are failures that nobody made";
	}
	return NULL;
}

const char *
mixed_judge(const struct mixed *mixed, const struct powercut_store *left,
    bool cut, struct mixed_seen *ret_seen)
{
	const char *wrong;

	memset(ret_seen, 0, sizeof(*ret_seen));
	wrong = read_seeds(mixed, left, ret_seen);
	if (!wrong)
		wrong = read_states(mixed, left, ret_seen);
	if (!wrong)
		wrong = judge_failures(mixed, ret_seen);
	if (wrong || ret_seen->seed.account == MIXED_NONE)
		return wrong;
	wrong = judge_token(mixed, cut, ret_seen);
	return wrong ? wrong : judge_recovery(mixed, ret_seen);
}
