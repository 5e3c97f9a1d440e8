/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "common/core/recovery.h"
#include "common/core/wipe.h"
#include "common/effects/store.h"
#include "view.h"

enum otp_err
otp_view_read(const struct otp_host *host, const char *account,
    struct otp_view *ret_view, struct otp_fault *fault)
{
	struct otp_store *store = NULL;
	enum otp_err err;

	memset(ret_view, 0, sizeof(*ret_view));
	err = host->sys->time(host->sys->context, &ret_view->now);
	if (err == OTP_OK)
		err = otp_store_open(host->store, account, &store, fault);
	if (err != OTP_OK)
		return err;
	ret_view->state_err =
	    otp_store_peek(store, &ret_view->state, &ret_view->state_fault);
	ret_view->seed_err =
	    otp_store_seed(store, &ret_view->seed, &ret_view->seed_fault);
	otp_store_close(store);
	return OTP_OK;
}

void
otp_view_wipe(struct otp_view *view)
{
	otp_wipe(view, sizeof(*view));
}

enum otp_err
otp_view_enrolled(const struct otp_view *view, struct otp_fault *fault)
{
	if (view->seed_err != OTP_OK) {
		*fault = view->seed_fault;
		return view->seed_err;
	}
	if (view->state_err == OTP_ERR_ABSENT)
		return otp_fault_set(fault, OTP_ERR_NO_STATE, 0, NULL, NULL);
	*fault = view->state_fault;
	return view->state_err;
}

static bool
has_token(const struct otp_seed *seed, const struct otp_token *token)
{
	bool found = false;

	for (unsigned i = 0; i < seed->tokens_count; i++)
		if (otp_equal(
			seed->tokens[i].secret, token->secret, OTP_SECRET_MAX))
			found = true;
	return found;
}

bool
otp_view_in_force(const struct otp_host *host, const char *account,
    const struct otp_token *const tokens[], size_t count)
{
	struct otp_fault fault = { 0 };
	struct otp_view view;
	bool all = otp_view_read(host, account, &view, &fault) == OTP_OK &&
	    view.seed_err == OTP_OK;

	for (size_t i = 0; all && i < count; i++)
		all = has_token(&view.seed, tokens[i]);
	otp_view_wipe(&view);
	return all;
}

bool
otp_view_written(const struct otp_host *host, const char *account,
    const struct otp_view *before, struct otp_state *ret_now)
{
	struct otp_fault fault = { 0 };
	struct otp_view now;
	bool written = otp_view_read(host, account, &now, &fault) == OTP_OK &&
	    now.state_err == OTP_OK &&
	    (before->state_err != OTP_OK ||
		before->state.generation != now.state.generation);

	if (written)
		*ret_now = now.state;
	otp_view_wipe(&now);
	return written;
}

bool
otp_view_renewed(const struct otp_host *host, const char *account,
    const struct otp_view *before)
{
	struct otp_fault fault = { 0 };
	struct otp_view now;
	bool renewed = otp_view_read(host, account, &now, &fault) == OTP_OK &&
	    now.seed_err == OTP_OK && before->seed_err == OTP_OK &&
	    (now.seed.recovery_count != before->seed.recovery_count ||
		memcmp(now.seed.recovery, before->seed.recovery,
		    sizeof(now.seed.recovery)) != 0);

	otp_view_wipe(&now);
	return renewed;
}

enum otp_err
otp_view_credential(const struct otp_view *view, const struct otp_token *token,
    const struct otp_credential **ret_credential)
{
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(token, id);

	if (err == OTP_OK)
		*ret_credential = view->state_err == OTP_OK
		    ? otp_state_find(&view->state, token->kind, id)
		    : NULL;
	return err;
}

unsigned
otp_view_recovery_left(const struct otp_view *view)
{
	unsigned left = 0;

	for (unsigned i = 0; i < view->seed.recovery_count; i++) {
		const struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];

		otp_recovery_id(&view->seed.recovery[i], id);
		credential = otp_state_find(&view->state, OTP_RECOVERY, id);
		if (credential != NULL && credential->value == 0)
			left++;
	}
	return left;
}
