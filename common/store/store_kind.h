/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What implements the store: files, or what a program registers beside them.
 */
#ifndef OTP_STORE_KIND_H
#define OTP_STORE_KIND_H

#include "common/store/store.h"

/* Each is what its namesake in store.h says. */
struct otp_store_kind {
	enum otp_err (*open)(struct otp_place place, const char *account,
	    struct otp_store **ret_store, struct otp_fault *fault);
	void (*close)(struct otp_store *store);
	enum otp_err (*peek)(struct otp_store *store,
	    struct otp_state *ret_state, struct otp_fault *fault);
	bool (*may_have_standing)(struct otp_place place, const char *account);
	enum otp_err (*look)(struct otp_store *store,
	    struct otp_state *ret_state, struct otp_fault *fault);
	bool (*is_settled)(const struct otp_store *store, bool by_other);
	bool (*is_locked)(const struct otp_store *store);
	enum otp_err (*load)(struct otp_store *store,
	    struct otp_state *ret_state, struct otp_fault *fault);
	enum otp_err (*check_lock)(
	    struct otp_store *store, struct otp_fault *fault);
	enum otp_err (*seed)(struct otp_store *store, struct otp_seed *ret_seed,
	    struct otp_fault *fault);
	enum otp_err (*has_seed)(
	    struct otp_store *store, bool *ret_has, struct otp_fault *fault);
	enum otp_err (*put)(struct otp_store *store,
	    const struct otp_state *state, enum otp_put put,
	    struct otp_fault *fault);
	bool (*in_effect)(const struct otp_store *store);
	enum otp_err (*settle)(
	    struct otp_store *store, struct otp_fault *fault);
	enum otp_err (*create)(struct otp_store *store,
	    const struct otp_state *state, struct otp_fault *fault);
	enum otp_err (*rewrite)(struct otp_store *store,
	    const struct otp_state *state, struct otp_fault *fault);
	enum otp_err (*put_seed)(struct otp_store *store,
	    const struct otp_seed *seed, struct otp_fault *fault);
	enum otp_err (*move_seed)(struct otp_store *from, struct otp_store *to,
	    struct otp_fault *fault);
	enum otp_err (*drop_seed)(
	    struct otp_store *store, struct otp_fault *fault);
	enum otp_err (*purge)(struct otp_store *store, struct otp_fault *fault);
	enum otp_err (*check_uid)(struct otp_store *store, uint32_t uid,
	    bool *ret_ours, struct otp_fault *fault);
	enum otp_err (*claim_uid)(
	    struct otp_store *store, uint32_t uid, struct otp_fault *fault);
	enum otp_err (*each_uid)(struct otp_place place,
	    enum otp_err (*visit)(
		void *context, uint32_t uid, const char *account),
	    void *context, struct otp_fault *fault);
	enum otp_err (*each_left)(struct otp_place place,
	    enum otp_err (*visit)(void *context, const char *path),
	    void *context, struct otp_fault *fault);
	enum otp_err (*init)(
	    struct otp_place place, bool *ret_made, struct otp_fault *fault);
	enum otp_err (*each)(struct otp_place place,
	    enum otp_err (*visit)(void *context, const char *account),
	    void *context, struct otp_fault *fault);
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
