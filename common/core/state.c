/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include <string.h>

static void
copy_cut(char *field, size_t size, const char *text)
{
	size_t length = text ? strnlen(text, size - 1) : 0;

	memset(field, 0, size);
	if (length > 0)
		memcpy(field, text, length);
}

void
otp_occasion_set(struct otp_occasion *occasion, int64_t now,
    const char *service, const char *host)
{
	occasion->time = now;
	copy_cut(occasion->service, sizeof(occasion->service), service);
	copy_cut(occasion->host, sizeof(occasion->host), host);
}

static bool
is_credential(const struct otp_credential *credential, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE])
{
	return credential->kind == kind &&
	    memcmp(credential->id, id, OTP_ID_SIZE) == 0;
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

static int64_t
last_heard_of(const struct otp_credential *credential)
{
	return credential->last_used > credential->created
	    ? credential->last_used
	    : credential->created;
}

/* The place of the credential that can be forgotten with the least harm. */
static enum otp_err
find_oldest_gone(struct otp_state *state, const struct otp_seed *seed,
    const struct otp_seed *old, struct otp_credential **ret_oldest)
{
	struct otp_credential *oldest = NULL;
	bool oldest_is_old = false;

	for (unsigned i = 0; i < state->credentials_count; i++) {
		struct otp_credential *credential = &state->credentials[i];
		const bool is_old = old && is_recovery_of(credential, old);
		bool live = true;
		enum otp_err err = is_token_of(credential, seed, &live);

		if (err == OTP_OK && !live && old)
			err = is_token_of(credential, old, &live);
		if (err != OTP_OK)
			return err;
		if (live || is_recovery_of(credential, seed))
			continue;
		if (oldest && is_old != oldest_is_old) {
			if (is_old)
				continue;
		} else if (oldest &&
		    last_heard_of(credential) >= last_heard_of(oldest)) {
			continue;
		}
		oldest = credential;
		oldest_is_old = is_old;
	}
	if (!oldest)
		return OTP_ERR_FULL;
	*ret_oldest = oldest;
	return OTP_OK;
}

enum otp_err
otp_state_claim(struct otp_state *state, const struct otp_seed *seed,
    const struct otp_seed *old, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], int64_t now,
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
	}
	memset(place, 0, sizeof(*place));
	place->kind = kind;
	memcpy(place->id, id, OTP_ID_SIZE);
	place->created = now;
	*ret_credential = place;
	return OTP_OK;
}
