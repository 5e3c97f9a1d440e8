/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What implements the store: files, or what a program registers beside them.
 */
#ifndef OTP_STORE_KIND_H
#define OTP_STORE_KIND_H

#include "common/store/store.h"

/* Each is what its namesake in store.h says, which is also its type. */
struct otp_store_kind {
	__typeof__(otp_store_open) *open;
	__typeof__(otp_store_close) *close;
	__typeof__(otp_store_peek) *peek;
	__typeof__(otp_store_may_have_standing) *may_have_standing;
	__typeof__(otp_store_look) *look;
	__typeof__(otp_store_is_settled) *is_settled;
	__typeof__(otp_store_is_locked) *is_locked;
	__typeof__(otp_store_load) *load;
	__typeof__(otp_store_check_lock) *check_lock;
	__typeof__(otp_store_seed) *seed;
	__typeof__(otp_store_has_seed) *has_seed;
	__typeof__(otp_store_put) *put;
	__typeof__(otp_store_in_effect) *in_effect;
	__typeof__(otp_store_settle) *settle;
	__typeof__(otp_store_create) *create;
	__typeof__(otp_store_rewrite) *rewrite;
	__typeof__(otp_store_put_seed) *put_seed;
	__typeof__(otp_store_move_seed) *move_seed;
	__typeof__(otp_store_drop_seed) *drop_seed;
	__typeof__(otp_store_purge) *purge;
	__typeof__(otp_store_check_uid) *check_uid;
	__typeof__(otp_store_claim_uid) *claim_uid;
	__typeof__(otp_store_each_uid) *each_uid;
	__typeof__(otp_store_each_left) *each_left;
	__typeof__(otp_store_init) *init;
	__typeof__(otp_store_each) *each;
};

/*
 * What each kind's struct otp_store begins with.  dispatch.c sets it.
 */
struct otp_store_head {
	const struct otp_store_kind *kind;
};

/*
 * Places that begin with PREFIX ("postgresql:") are KIND's from now on.  Both
 * are the caller's and stay.  There is one such kind at a time; no other thread
 * uses a store meanwhile.
 */
void otp_store_register(const char *prefix, const struct otp_store_kind *kind);

#endif
