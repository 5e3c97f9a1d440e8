/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the store share; only they include this. */
#ifndef OTP_STORE_INTERNAL_H
#define OTP_STORE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/core/err.h"
#include "common/core/slots.h"
#include "common/core/state.h"
#include "common/store/store.h"
#include "common/store/store_files.h"
#include "common/store/store_kind.h"
#include "common/store/store_name.h"

#define STORE_SEEDS	  "seed"
#define STORE_STATES	  "state"
#define STORE_UIDS	  "uid"
#define STORE_MARKER	  ".store"
#define STORE_MARKER_TEXT "pam_otp store 1\n"

/* A store's folders; descriptors, -1 = not open. */
struct otp_store_root {
	int folder;
	int seeds;
	int states;
};

#define STORE_ROOT_CLOSED ((struct otp_store_root){ -1, -1, -1 })

struct otp_store {
	struct otp_store_head head;
	struct otp_store_root root;
	int file;	     /* the account's state; -1 = not open */
	struct statx opened; /* what that file is */
	bool locked;	     /* and 'name' leads to 'file' */
	bool in_effect;	     /* readers see the last change */
	bool read;	     /* the rest was read from the file, or written */
	struct otp_slots slots;
	struct otp_state state;
	char name[OTP_STORE_NAME_SIZE];
	/*
	 * From here on nothing is set before it is read or made, and nothing
	 * is a secret: to clear all of it would take longer than to digest
	 * what is in use.
	 */
	struct otp_slot slot; /* to be written next */
	/* The file, and a byte more, to see a longer one. */
	uint8_t image[OTP_SLOTS_FILE_SIZE + 1];
};

/*
 * Open ROOT's folders: checked, on a local file system, with the marker.  The
 * caller closes them, on failure too.  Errors: NO_STORE and path.h's.
 */
enum otp_err otp_store_root_open(struct otp_store_root *root,
    struct otp_place place, struct otp_fault *fault) OTP_MUST_USE;

void otp_store_root_close(struct otp_store_root *root);

/*
 * Open the state file and lock it, in such a way that the name leads to the
 * file that is locked.  CREATE: make it under its ".NAME.new", empty.
 * Errors: ABSENT, LOCK_TIMEOUT.
 */
enum otp_err otp_store_lock(
    struct otp_store *store, bool create, struct otp_fault *fault) OTP_MUST_USE;

/* Unlock and close the state file. */
void otp_store_unlock(struct otp_store *store);

/*
 * Whether the entry of the account NAME in the index of uids, for UID, was left
 * over by a process that was interrupted.
 */
typedef bool otp_store_left_over(
    const struct otp_store *store, const char *name, uint32_t uid);

/* As otp_files_check_uid(). */
enum otp_err otp_store_find_uid(const struct otp_store *store, uint32_t uid,
    otp_store_left_over *is_left_over, bool *ret_ours,
    struct otp_fault *fault) OTP_MUST_USE;

/* As otp_files_claim_uid(); the state is locked. */
enum otp_err otp_store_enter_uid(const struct otp_store *store, uint32_t uid,
    otp_store_left_over *is_left_over, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Remove from the index of uids the account's entry for UID, or every entry of
 * the account (*RET_FORGOT: whether there was one).  Entries of others stay.
 * The account is not enrolled any more, and its state is locked, if any.
 */
enum otp_err otp_store_release_uid(const struct otp_store *store, uint32_t uid,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_store_forget_uids(const struct otp_store *store,
    bool *ret_forgot, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Call VISIT with each name in the folder AT, in no order, until it returns an
 * error, which is returned.
 */
enum otp_err otp_store_visit_names(int at,
    enum otp_err (*visit)(void *context, const char *name), void *context,
    struct otp_fault *fault) OTP_MUST_USE;

/* Put "FOLDER/NAME" into FAULT, if ERR is an error; return ERR. */
enum otp_err otp_store_fault_at(const struct otp_store *store,
    const char *folder, struct otp_fault *fault, enum otp_err err) OTP_MUST_USE;

#endif
