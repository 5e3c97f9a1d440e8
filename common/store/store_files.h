/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's calls, as files implement them: each is what its namesake in
 * store.h says.  Only dispatch.c, and the files of this folder among
 * themselves, call them.
 */
#ifndef OTP_STORE_FILES_H
#define OTP_STORE_FILES_H

#include "common/store/store.h"

enum otp_err otp_files_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault) OTP_MUST_USE;
void otp_files_close(struct otp_store *store);
enum otp_err otp_files_peek(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;
bool otp_files_may_have_standing(struct otp_place place, const char *account);
enum otp_err otp_files_look(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;
bool otp_files_is_settled(
    const struct otp_store *store, bool by_other) OTP_MUST_USE;
bool otp_files_is_locked(const struct otp_store *store) OTP_MUST_USE;
enum otp_err otp_files_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_check_lock(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_seed(struct otp_store *store, struct otp_seed *ret_seed,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_has_seed(struct otp_store *store, bool *ret_has,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_put(struct otp_store *store,
    const struct otp_state *state, enum otp_put put,
    struct otp_fault *fault) OTP_MUST_USE;
bool otp_files_in_effect(const struct otp_store *store) OTP_MUST_USE;
enum otp_err otp_files_settle(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_create(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_rewrite(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_put_seed(struct otp_store *store,
    const struct otp_seed *seed, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_move_seed(struct otp_store *from, struct otp_store *to,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_drop_seed(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_purge(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_check_uid(struct otp_store *store, uint32_t uid,
    bool *ret_ours, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_claim_uid(struct otp_store *store, uint32_t uid,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_each_uid(struct otp_place place,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_each_left(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *path), void *context,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_init(struct otp_place place, bool *ret_made,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_files_each(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
