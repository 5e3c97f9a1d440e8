/* SPDX-License-Identifier: BSD-2-Clause */
/* What the three files of the store share; nobody else includes this. */
#ifndef OTP_STORE_INTERNAL_H
#define OTP_STORE_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/core/err.h"
#include "common/core/slots.h"
#include "common/core/state.h"

#define STORE_SEEDS	  "seed"
#define STORE_STATES	  "state"
#define STORE_MARKER	  ".store"
#define STORE_MARKER_TEXT "pam_otp store 1\n"

/* An escaped account name; ".NAME.new" must be a file name too. */
#define STORE_NAME_MAX	(NAME_MAX - 5)
#define STORE_NAME_SIZE (STORE_NAME_MAX + 1)
#define STORE_NEW_SIZE	(NAME_MAX + 1)

struct otp_store {
	int folder; /* descriptors; -1 = not open */
	int seeds;
	int states;
	int file;	     /* the account's state */
	struct statx opened; /* what that file is */
	bool held;	     /* `file` is locked, and is what `name` leads to */
	bool read; /* what follows was read from `file`, or written to it */
	struct otp_slots slots;
	struct otp_state state;
	uint8_t image[OTP_SLOTS_FILE_SIZE];
	char name[STORE_NAME_SIZE];
};

/*
 * Fill STORE's folder descriptors: checked folders, no network file system,
 * the marker.  Errors: NO_STORE and path.h's.
 */
enum otp_err otp_store_enter(struct otp_store *store, const char *folder,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The account name as a file name: bytes outside [A-Za-z0-9_@.-], and a
 * leading '.', as %XX.  Errors: NAME (empty, too long).
 */
enum otp_err otp_store_escape(
    const char *account, char ret_name[STORE_NAME_SIZE]) OTP_MUST_USE;

/* ".NAME.new", what a file is called while it is being made. */
void otp_store_new_name(const char *name, char ret_name[STORE_NEW_SIZE]);

/*
 * Open the state file and hold it, in such a way that the name leads to the
 * file that is locked.  CREATE: make it under its ".NAME.new", empty.
 * Errors: ABSENT, LOCK_TIMEOUT.
 */
enum otp_err otp_store_hold(
    struct otp_store *store, bool create, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Open the account's state file under its ".NAME.new", made or left over.
 * Errors: WRITE, OWNER, LINK.
 */
enum otp_err otp_store_new_file(
    struct otp_store *store, int *ret_fd, struct otp_fault *fault) OTP_MUST_USE;

/* Unlock and close the state file. */
void otp_store_release(struct otp_store *store);

/* Put "FOLDER/NAME" into FAULT, if ERR is one; return ERR. */
enum otp_err otp_store_blame(const struct otp_store *store, const char *folder,
    struct otp_fault *fault, enum otp_err err) OTP_MUST_USE;

/*
 * Write TEXT as the file NAME in the open folder AT: a new file (0600),
 * flushed, put in the old one's place, the folder flushed.  A left-over
 * ".NAME.new" is replaced; who writes the same NAME at once must be kept out
 * by the caller.  Errors: WRITE.
 */
enum otp_err otp_store_place(int at, const char *name, const void *text,
    size_t size, struct otp_fault *fault) OTP_MUST_USE;

/* Make what was renamed or unlinked in the open folder AT last. */
enum otp_err otp_store_flush_folder(
    int at, struct otp_fault *fault) OTP_MUST_USE;

#endif
