/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's calls, as files implement them: each is what its namesake in
 * store.h says.  Only dispatch.c, and the files of this folder among
 * themselves, call them.
 */
#ifndef OTP_STORE_FILES_H
#define OTP_STORE_FILES_H

#include "common/store/store.h"

__typeof__(otp_store_open) otp_files_open;
__typeof__(otp_store_close) otp_files_close;
__typeof__(otp_store_peek) otp_files_peek;
__typeof__(otp_store_may_have_standing) otp_files_may_have_standing;
__typeof__(otp_store_look) otp_files_look;
__typeof__(otp_store_is_settled) otp_files_is_settled;
__typeof__(otp_store_is_locked) otp_files_is_locked;
__typeof__(otp_store_load) otp_files_load;
__typeof__(otp_store_check_lock) otp_files_check_lock;
__typeof__(otp_store_seed) otp_files_seed;
__typeof__(otp_store_has_seed) otp_files_has_seed;
__typeof__(otp_store_put) otp_files_put;
__typeof__(otp_store_in_effect) otp_files_in_effect;
__typeof__(otp_store_settle) otp_files_settle;
__typeof__(otp_store_create) otp_files_create;
__typeof__(otp_store_rewrite) otp_files_rewrite;
__typeof__(otp_store_put_seed) otp_files_put_seed;
__typeof__(otp_store_move_seed) otp_files_move_seed;
__typeof__(otp_store_drop_seed) otp_files_drop_seed;
__typeof__(otp_store_purge) otp_files_purge;
__typeof__(otp_store_check_uid) otp_files_check_uid;
__typeof__(otp_store_claim_uid) otp_files_claim_uid;
__typeof__(otp_store_each_uid) otp_files_each_uid;
__typeof__(otp_store_each_left) otp_files_each_left;
__typeof__(otp_store_init) otp_files_init;
__typeof__(otp_store_each) otp_files_each;

#endif
