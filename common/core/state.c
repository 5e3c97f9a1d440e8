/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/state.h"

#include <string.h>

static void copy_cut(char *field, size_t size, const char *text);
static enum otp_err find_oldest_gone(struct otp_state *state,
    const struct otp_seed *seed, const struct otp_seed *old,
    struct otp_credential **ret_oldest);
static enum otp_err is_of(const struct otp_credential *credential,
    const struct otp_seed *seed, bool *ret_is);
static enum otp_err is_token_of(const struct otp_credential *credential,
    const struct otp_seed *seed, bool *ret_is);
static bool is_recovery_of(
    const struct otp_credential *credential, const struct otp_seed *seed);
static bool is_invitation_of(
    const struct otp_credential *credential, const struct otp_seed *seed);
static enum otp_recovery_use use_of(const struct otp_credential *credential);
static bool is_credential(const struct otp_credential *credential,
    enum otp_kind kind, const uint8_t id[OTP_ID_SIZE]);
static int64_t last_heard_of(const struct otp_credential *credential);

bool
otp_state_has_others(const struct otp_state *state)
{
	return state->others.month_failures > 0 || state->others.replays > 0 ||
	    state->others.last_replay > 0;
}

void
otp_login_mark_set(struct otp_login_mark *mark, int64_t now,
    const char *service, const char *host)
{
	mark->time = now;
	copy_cut(mark->service, sizeof(mark->service), service);
	copy_cut(mark->host, sizeof(mark->host), host);
}

static void
copy_cut(char *field, size_t size, const char *text)
{
	size_t length = text ? strnlen(text, size - 1) : 0;

	memset(field, 0, size);
	if (length > 0)
		memcpy(field, text, length);
}

const struct otp_credential *
otp_state_find(const struct otp_state *state, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE])
{
	for (unsigned i = 0; i < state->credentials_count; i++)
		if (is_credential(&state->credentials[i], kind, id))
			return &state->credentials[i];
	return NULL;
}

void
otp_state_accept(struct otp_state *state, const struct otp_accepted *accepted)
{
	memmove(&state->accepted[1], &state->accepted[0],
	    (OTP_STATE_ACCEPTED - 1) * sizeof(state->accepted[0]));
	state->accepted[0] = *accepted;
}

enum otp_err
otp_state_claim(struct otp_state *state, const struct otp_seed *seed,
    const struct otp_seed *old, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], int64_t created,
    struct otp_credential **ret_credential)
{
	struct otp_credential *place = NULL;

	for (unsigned i = 0; i < state->credentials_count; i++) {
		if (is_credential(&state->credentials[i], kind, id)) {
			*ret_credential = &state->credentials[i];
			return OTP_OK;
		}
	}
	if (state->credentials_count < OTP_STATE_CREDENTIALS) {
		place = &state->credentials[state->credentials_count++];
	} else {
		enum otp_err err = find_oldest_gone(state, seed, old, &place);

		if (err != OTP_OK)
			return err;
		state->forgotten = true;
	}
	memset(place, 0, sizeof(*place));
	place->kind = kind;
	memcpy(place->id, id, OTP_ID_SIZE);
	place->created = created;
	*ret_credential = place;
	return OTP_OK;
}

/* Find the credential that can be forgotten with the least harm. */
static enum otp_err
find_oldest_gone(struct otp_state *state, const struct otp_seed *seed,
    const struct otp_seed *old, struct otp_credential **ret_oldest)
{
	struct otp_credential *oldest = NULL;

	for (unsigned i = 0; i < state->credentials_count; i++) {
		struct otp_credential *credential = &state->credentials[i];
		bool live = true;
		enum otp_err err = is_of(credential, seed, &live);

		if (err == OTP_OK && !live && old != NULL)
			err = is_of(credential, old, &live);
		if (err != OTP_OK)
			return err;
		if (!live &&
		    (oldest == NULL ||
			last_heard_of(credential) < last_heard_of(oldest)))
			oldest = credential;
	}
	if (oldest == NULL)
		return OTP_ERR_FULL;
	*ret_oldest = oldest;
	return OTP_OK;
}

/* Whether CREDENTIAL is one of SEED's. */
static enum otp_err
is_of(const struct otp_credential *credential, const struct otp_seed *seed,
    bool *ret_is)
{
	*ret_is = is_recovery_of(credential, seed) ||
	    is_invitation_of(credential, seed);
	return *ret_is ? OTP_OK : is_token_of(credential, seed, ret_is);
}

/* Whether CREDENTIAL is one of SEED's tokens. */
static enum otp_err
is_token_of(const struct otp_credential *credential,
    const struct otp_seed *seed, bool *ret_is)
{
	*ret_is = false;
	for (unsigned i = 0; i < seed->tokens_count && !*ret_is; i++) {
		uint8_t id[OTP_ID_SIZE];
		enum otp_err err = otp_token_id(&seed->tokens[i], id);

		if (err != OTP_OK)
			return err;
		*ret_is = is_credential(credential, seed->tokens[i].kind, id);
	}
	return OTP_OK;
}

static bool
is_recovery_of(
    const struct otp_credential *credential, const struct otp_seed *seed)
{
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		uint8_t id[OTP_ID_SIZE];

		otp_recovery_id(&seed->recovery[i], id);
		if (is_credential(credential, OTP_RECOVERY, id))
			return true;
	}
	return false;
}

static bool
is_invitation_of(
    const struct otp_credential *credential, const struct otp_seed *seed)
{
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(&seed->invitation, id);
	return seed->invited && is_credential(credential, OTP_INVITATION, id);
}

static bool
is_credential(const struct otp_credential *credential, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE])
{
	return credential->kind == kind &&
	    memcmp(credential->id, id, OTP_ID_SIZE) == 0;
}

static int64_t
last_heard_of(const struct otp_credential *credential)
{
	return credential->last_used > credential->created
	    ? credential->last_used
	    : credential->created;
}

enum otp_recovery_use
otp_state_recovery(
    const struct otp_state *state, const struct otp_recovery *recovery)
{
	uint8_t id[OTP_ID_SIZE];

	if (recovery->made <= state->recovery_made)
		return OTP_RECOVERY_USED;
	otp_recovery_id(recovery, id);
	return use_of(otp_state_find(state, OTP_RECOVERY, id));
}

static enum otp_recovery_use
use_of(const struct otp_credential *credential)
{
	if (credential == NULL)
		return OTP_RECOVERY_UNKNOWN;
	return credential->value == 0 ? OTP_RECOVERY_UNUSED : OTP_RECOVERY_USED;
}

enum otp_recovery_use
otp_state_invitation(
    const struct otp_state *state, const struct otp_recovery *invitation)
{
	enum otp_recovery_use use;
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(invitation, id);
	use = use_of(otp_state_find(state, OTP_INVITATION, id));
	return use == OTP_RECOVERY_UNKNOWN && state->forgotten
	    ? OTP_RECOVERY_USED
	    : use;
}

void
otp_state_retire(struct otp_state *state, int64_t made)
{
	struct otp_credential *credentials = state->credentials;
	unsigned count = 0;

	if (made <= state->recovery_made)
		return;
	state->recovery_made = made;
	for (unsigned i = 0; i < state->credentials_count; i++)
		if (credentials[i].kind != OTP_RECOVERY ||
		    credentials[i].created > made)
			credentials[count++] = credentials[i];
	memset(credentials + count, 0,
	    (state->credentials_count - count) * sizeof(credentials[0]));
	state->credentials_count = count;
}

void
otp_state_give(struct otp_state *state, uint32_t uid)
{
	if (state->uid != uid) {
		state->exemption = (struct otp_exemption){ 0 };
		state->own_code = (struct otp_own_code){ 0 };
	}
	state->uid = uid;
}

enum otp_err
otp_state_bind_devices(struct otp_state *state, const struct otp_seed *seed)
{
	uint8_t tokens[OTP_ID_SIZE];
	enum otp_err err = otp_seed_tokens_id(seed, tokens);

	if (err != OTP_OK)
		return err;
	if (memcmp(state->devices_of, tokens, sizeof(tokens)) != 0)
		memset(&state->devices, 0, sizeof(state->devices));
	memcpy(state->devices_of, tokens, sizeof(tokens));
	return OTP_OK;
}
