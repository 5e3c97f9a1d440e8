/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_mixed.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/slots.h"

#define SEEDS  0 /* folders */
#define STATES 1
#define UIDS   2
#define ENTRY  (2 * POWERCUT_ACCOUNTS) /* the name of the uid's */

const char *const mixed_accounts[POWERCUT_ACCOUNTS] = { "alice", "ally" };

static bool
is_same_seed(const struct mixed_seed *one, const struct mixed_seed *other)
{
	return one->account == other->account && one->token == other->token &&
	    one->set == other->set && one->address == other->address;
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

/* Whether PARSED has these recovery codes. */
static bool
is_set(const struct otp_recovery_set *set, const struct otp_seed *parsed)
{
	for (unsigned i = 0; i < MIXED_RECOVERY; i++)
		if (memcmp(set->kept[i].hash, parsed->recovery[i].hash,
			sizeof(set->kept[i].hash)) != 0)
			return false;
	return true;
}

/* Which of those that were made PARSED is. */
static bool
find_seed(const struct mixed *mixed, const struct otp_seed *parsed,
    struct mixed_seed *ret_seed)
{
	ret_seed->token = ret_seed->set = MIXED_NONE;
	ret_seed->address = parsed->addresses_count == 1;
	if (parsed->tokens_count != 1 ||
	    parsed->recovery_count != MIXED_RECOVERY ||
	    parsed->addresses_count > 1 ||
	    (ret_seed->address &&
		memcmp(&parsed->addresses[0], &mixed->address,
		    sizeof(mixed->address)) != 0))
		return false;
	for (unsigned i = 0; i < mixed->tokens_count; i++)
		if (memcmp(mixed->tokens[i].token.secret,
			parsed->tokens[0].secret,
			parsed->tokens[0].secret_size) == 0)
			ret_seed->token = (int)i;
	for (unsigned i = 0; i < mixed->sets_count; i++)
		if (is_set(&mixed->sets[i].set, parsed))
			ret_seed->set = (int)i;
	return ret_seed->token != MIXED_NONE && ret_seed->set != MIXED_NONE;
}

static const char *
read_seeds(const struct mixed *mixed, const struct powercut_store *left,
    struct mixed_seen *seen)
{
	unsigned found = 0;

	seen->seed =
	    (struct mixed_seed){ MIXED_NONE, MIXED_NONE, MIXED_NONE, false };
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
		seen->made = parsed.recovery[0].made;
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

		if (seen->made <=
		    seen->states[seen->seed.account].recovery_made)
			return "recovery codes are retired that are in force";
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
	for (unsigned i = 0; i < POWERCUT_ACCOUNTS * MIXED_CALLERS; i++) {
		const unsigned account = i / MIXED_CALLERS;
		const unsigned caller = i % MIXED_CALLERS;
		const uint32_t failures =
		    mixed_tally(&seen->states[account], caller)->failures;

		if (!seen->has_state[account])
			continue;
		if (failures < mixed->failures_told[account][caller])
			return "failures whose wait was told are forgotten";
		if (failures > mixed->failures_most[account][caller])
			return "there are failures that nobody made";
	}
	return NULL;
}

const struct otp_send *
mixed_send(const struct mixed_seen *seen, uint64_t moment)
{
	const struct otp_sends *sends = &seen->states[seen->seed.account].sends;

	for (unsigned i = 0; i < OTP_SENDS; i++)
		if (sends->last[i].moment == moment)
			return &sends->last[i];
	return NULL;
}

static const char *
judge_sends(const struct mixed *mixed, const struct mixed_seen *seen)
{
	const struct otp_sends *sends = &seen->states[seen->seed.account].sends;

	if (sends->moment < mixed->moment)
		return "a code was sent, and its moment comes again";
	if (sends->moment == mixed->moment && sends->day < mixed->day)
		return "a code was sent, and does not count";
	for (unsigned i = 0; i < mixed->used_count; i++)
		if (mixed_send(seen, mixed->used[i]) != NULL)
			return "a sent code that was used is fresh";
	return NULL;
}

static bool
is_as_answered(enum mixed_answer answer, bool is_so)
{
	return answer == MIXED_UNSURE || is_so == (answer == MIXED_YES);
}

static const char *
judge_answers(const struct mixed *mixed, const struct mixed_seen *seen)
{
	for (int i = 0; i < POWERCUT_ACCOUNTS; i++) {
		const struct otp_state *state = &seen->states[i];

		if (!seen->has_state[i])
			continue;
		if (!is_as_answered(mixed->suspended[i], state->suspended))
			return "a suspension, or its end, is forgotten";
		if (!is_as_answered(mixed->device[i], state->devices.count > 0))
			return "a device is forgotten, or known again";
		if (state->unreported < mixed->untold[i])
			return "failures are forgotten that nobody was told of";
	}
	return NULL;
}

static bool
is_entry_of(const struct powercut_file *file, const char *account)
{
	const size_t length = strlen(account);

	return file->there && file->size == length + 1 &&
	    memcmp(file->bytes, account, length) == 0 &&
	    file->bytes[length] == '\n';
}

static const char *
judge_uid(const struct powercut_store *left, const struct mixed_seen *seen)
{
	const struct powercut_file *file = &left->files[UIDS][ENTRY];
	bool whole = !file->there;

	for (int i = 0; i < POWERCUT_ACCOUNTS; i++) {
		bool ours = is_entry_of(file, mixed_accounts[i]);

		whole |= ours;
		if (seen->has_state[i] && seen->states[i].enrolled && !ours)
			return "enrolled, and the uid is not known";
	}
	return whole ? NULL : "the uid's entry is torn";
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
		wrong = judge_uid(left, ret_seen);
	if (!wrong)
		wrong = judge_failures(mixed, ret_seen);
	if (!wrong)
		wrong = judge_answers(mixed, ret_seen);
	if (wrong || ret_seen->seed.account == MIXED_NONE)
		return wrong;
	wrong = judge_token(mixed, cut, ret_seen);
	if (!wrong)
		wrong = judge_sends(mixed, ret_seen);
	return wrong ? wrong : judge_recovery(mixed, ret_seen);
}
