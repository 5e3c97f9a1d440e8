/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The index of uids: for each uid of an enrolled account, a file in uid/ with
 * the account's name, so that the account is found under its former name when
 * it was renamed.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. No state says "enrolled" before the index has its uid on the disk
 *    (index__is_on_the_disk_before_a_state_says_enrolled,
 *    new_seed__survives_power_cuts).
 * 2. An entry is removed by its own account alone, and not before the account
 *    is not enrolled any more and has no seed
 *    (index__is_removed_after_the_seed_by_its_own_account).
 * 3. An entry of another account that may be enrolled is never replaced
 *    (index__keeps_what_another_account_has,
 *    index__replaces_what_was_left_over).
 * 4. What cannot be read is not an entry that is missing
 *    (index__that_cannot_be_read_is_an_error).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/core/decimal.h"
#include "common/store/lock.h"
#include "common/store/path.h"
#include "common/store/replace.h"
#include "common/store/store.h"
#include "common/store/store_internal.h"

/* The open index; descriptors, -1 = not open. */
struct uids {
	const struct otp_store *store;
	int folder;
	int marker; /* locked, as long as an entry is changed */
	otp_store_left_over *is_left_over;
};

enum owner {
	OWNER_ANOTHER = 0,
	OWNER_OURS,
	OWNER_NOBODY,
};

static enum otp_err open_uids(struct uids *, int folder, struct otp_fault *);
static enum otp_err lock_uids(
    struct uids *, const struct otp_store *, struct otp_fault *);
static void close_uids(struct uids *);
static enum otp_err find_owner(
    const struct uids *, uint32_t, enum owner *, struct otp_fault *);
static enum otp_err read_entry(
    int, const char *, char[OTP_STORE_NAME_SIZE], struct otp_fault *);
static bool is_entry(const char *, size_t);
static enum otp_err claim(const struct uids *, uint32_t, struct otp_fault *);
static enum otp_err refuse_owner(const char *, struct otp_fault *);
static enum otp_err release(
    const struct uids *, const char *, bool *, struct otp_fault *);
static enum otp_err forget_entry(void *, const char *);
static enum otp_err visit_entry(void *, const char *);
static bool read_number(const char *, uint32_t *);
static enum otp_err fault_of(uint32_t, struct otp_fault *, enum otp_err);

/* --- Looking ------------------------------------------------------------ */

enum otp_err
otp_store_find_uid(const struct otp_store *store, uint32_t uid,
    otp_store_left_over *is_left_over, bool *ret_ours, struct otp_fault *fault)
{
	struct uids uids = { .store = store, .is_left_over = is_left_over };
	enum owner owner = OWNER_ANOTHER;
	enum otp_err err;

	if (uid == OTP_UID_VIRTUAL) {
		*ret_ours = false;
		return OTP_OK;
	}
	err = open_uids(&uids, store->root.folder, fault);
	if (err == OTP_OK)
		err = find_owner(&uids, uid, &owner, fault);
	close_uids(&uids);
	if (err == OTP_OK)
		*ret_ours = owner == OWNER_OURS;
	return fault_of(uid, fault, err);
}

static enum otp_err
open_uids(struct uids *uids, int folder, struct otp_fault *fault)
{
	enum otp_err err;

	uids->folder = uids->marker = -1;
	err = otp_path_subfolder(
	    folder, STORE_UIDS, OTP_PATH_PRIVATE, &uids->folder, fault);
	return err == OTP_ERR_ABSENT ? OTP_ERR_NO_STORE : err;
}

/* Open the index to change it.  The account's state is locked before. */
static enum otp_err
lock_uids(
    struct uids *uids, const struct otp_store *store, struct otp_fault *fault)
{
	struct statx status = { 0 };
	enum otp_err err = open_uids(uids, store->root.folder, fault);

	uids->store = store;
	if (err == OTP_OK)
		err = otp_path_file(store->root.folder, STORE_MARKER, O_RDWR,
		    OTP_PATH_PRIVATE, &uids->marker, &status, fault);
	if (err != OTP_OK)
		return err;
	err = otp_lock_take(uids->marker, fault);
	if (err != OTP_OK)
		otp_path_close(&uids->marker);
	return err;
}

static void
close_uids(struct uids *uids)
{
	if (uids->marker >= 0)
		otp_lock_release(uids->marker);
	otp_path_close(&uids->marker);
	otp_path_close(&uids->folder);
}

/* Find which account has UID.  Errors: UID (another one has it). */
static enum otp_err
find_owner(const struct uids *uids, uint32_t uid, enum owner *ret_owner,
    struct otp_fault *fault)
{
	char number[OTP_DECIMAL_SIZE], name[OTP_STORE_NAME_SIZE];
	enum otp_err err;

	(void)otp_decimal_write(uid, number);
	err = read_entry(uids->folder, number, name, fault);
	if (err == OTP_ERR_ABSENT) {
		*ret_owner = OWNER_NOBODY;
		return OTP_OK;
	}
	if (err != OTP_OK)
		return err;
	if (strcmp(name, uids->store->name) == 0)
		*ret_owner = OWNER_OURS;
	else if (uids->is_left_over(uids->store, name, uid))
		*ret_owner = OWNER_NOBODY;
	else
		return refuse_owner(name, fault);
	return OTP_OK;
}

/* The account's name in the entry NUMBER, as it is in names of files. */
static enum otp_err
read_entry(int folder, const char *number, char ret_name[OTP_STORE_NAME_SIZE],
    struct otp_fault *fault)
{
	char text[OTP_STORE_NAME_SIZE + 1];
	struct statx status = { 0 };
	size_t size = 0;
	int fd = -1;
	enum otp_err err = otp_path_file(
	    folder, number, O_RDONLY, OTP_PATH_PRIVATE, &fd, &status, fault);

	if (err == OTP_OK)
		err = otp_path_read(fd, text, sizeof(text), 0, &size, fault);
	otp_path_close(&fd);
	if (err != OTP_OK)
		return err;
	if (!is_entry(text, size))
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_UID_ENTRY);
	memcpy(ret_name, text, size - 1);
	ret_name[size - 1] = '\0';
	return OTP_OK;
}

/* One line, which is a name that an account's files can have. */
static bool
is_entry(const char *text, size_t size)
{
	char name[OTP_STORE_NAME_SIZE], account[OTP_STORE_NAME_SIZE];

	if (size < 2 || size > sizeof(name) || text[size - 1] != '\n')
		return false;
	memcpy(name, text, size - 1);
	name[size - 1] = '\0';
	return strlen(name) == size - 1 &&
	    otp_store_name_unescape(name, account);
}

static enum otp_err
refuse_owner(const char *name, struct otp_fault *fault)
{
	char account[OTP_STORE_NAME_SIZE] = "";

	(void)otp_store_name_unescape(name, account);
	if (fault != NULL)
		(void)snprintf(fault->name, sizeof(fault->name), "%.*s",
		    (int)sizeof(fault->name) - 1, account);
	return otp_fault_set(
	    fault, OTP_ERR_UID, 0, NULL, OTP_DETAIL_OTHER_NAME);
}

/* --- Changing ----------------------------------------------------------- */

enum otp_err
otp_store_enter_uid(const struct otp_store *store, uint32_t uid,
    otp_store_left_over *is_left_over, struct otp_fault *fault)
{
	struct uids uids = { .is_left_over = is_left_over };
	enum otp_err err;

	if (uid == OTP_UID_VIRTUAL)
		return OTP_OK;
	err = lock_uids(&uids, store, fault);
	if (err == OTP_OK)
		err = claim(&uids, uid, fault);
	close_uids(&uids);
	return fault_of(uid, fault, err);
}

static enum otp_err
claim(const struct uids *uids, uint32_t uid, struct otp_fault *fault)
{
	char number[OTP_DECIMAL_SIZE], text[OTP_STORE_NAME_SIZE + 1];
	enum owner owner = OWNER_ANOTHER;
	bool replaced;
	enum otp_err err = find_owner(uids, uid, &owner, fault);
	int size;

	if (err != OTP_OK)
		return err;
	/* The process that made it may have died before its flush. */
	if (owner == OWNER_OURS)
		return otp_replace_sync(uids->folder, fault);
	(void)otp_decimal_write(uid, number);
	size = snprintf(text, sizeof(text), "%s\n", uids->store->name);
	return otp_replace_file(
	    uids->folder, number, text, (size_t)size, &replaced, fault);
}

enum otp_err
otp_store_release_uid(
    const struct otp_store *store, uint32_t uid, struct otp_fault *fault)
{
	char number[OTP_DECIMAL_SIZE];
	struct uids uids;
	bool released = false;
	enum otp_err err;

	if (uid == OTP_UID_VIRTUAL)
		return OTP_OK;
	(void)otp_decimal_write(uid, number);
	err = lock_uids(&uids, store, fault);
	if (err == OTP_OK)
		err = release(&uids, number, &released, fault);
	if (err == OTP_OK && released)
		err = otp_replace_sync(uids.folder, fault);
	close_uids(&uids);
	return fault_of(uid, fault, err);
}

/* Remove the entry NUMBER, if it is the account's; *RET_RELEASED turns true. */
static enum otp_err
release(const struct uids *uids, const char *number, bool *ret_released,
    struct otp_fault *fault)
{
	char name[OTP_STORE_NAME_SIZE];
	enum otp_err err = read_entry(uids->folder, number, name, fault);

	if (err == OTP_ERR_ABSENT ||
	    (err == OTP_OK && strcmp(name, uids->store->name) != 0))
		return OTP_OK;
	if (err != OTP_OK)
		return err;
	if (unlinkat(uids->folder, number, 0) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_REMOVE);
	*ret_released = true;
	return OTP_OK;
}

struct forgetting {
	const struct uids *uids;
	bool released;
	struct otp_fault *fault;
};

enum otp_err
otp_store_forget_uids(
    const struct otp_store *store, bool *ret_forgot, struct otp_fault *fault)
{
	struct uids uids;
	struct forgetting forgetting = { .uids = &uids, .fault = fault };
	enum otp_err err = lock_uids(&uids, store, fault);

	if (err == OTP_OK)
		err = otp_store_visit_names(
		    uids.folder, forget_entry, &forgetting, fault);
	if (err == OTP_OK && forgetting.released)
		err = otp_replace_sync(uids.folder, fault);
	close_uids(&uids);
	*ret_forgot = forgetting.released;
	return err;
}

static enum otp_err
forget_entry(void *context, const char *name)
{
	struct forgetting *forgetting = context;
	uint32_t uid;
	enum otp_err err;

	if (!read_number(name, &uid))
		return OTP_OK;
	err = release(
	    forgetting->uids, name, &forgetting->released, forgetting->fault);
	if (err == OTP_ERR_PARSE) /* it is not known to be ours */
		return OTP_OK;
	return fault_of(uid, forgetting->fault, err);
}

/* --- All of them -------------------------------------------------------- */

struct visiting {
	int folder;
	enum otp_err (*visit)(void *context, uint32_t uid, const char *account);
	void *context;
	struct otp_fault *fault;
};

enum otp_err
otp_files_each_uid(struct otp_place place,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault)
{
	struct otp_store_root root = STORE_ROOT_CLOSED;
	struct visiting visiting = {
		.visit = visit, .context = context, .fault = fault
	};
	struct uids uids = { .folder = -1, .marker = -1 };
	enum otp_err err = otp_store_root_open(&root, place, fault);

	if (err == OTP_OK)
		err = open_uids(&uids, root.folder, fault);
	visiting.folder = uids.folder;
	if (err == OTP_OK)
		err = otp_store_visit_names(
		    uids.folder, visit_entry, &visiting, fault);
	close_uids(&uids);
	otp_store_root_close(&root);
	return err;
}

/* One that was removed in the meantime is skipped. */
static enum otp_err
visit_entry(void *context, const char *name)
{
	const struct visiting *visiting = context;
	char file_name[OTP_STORE_NAME_SIZE], account[OTP_STORE_NAME_SIZE] = "";
	uint32_t uid = 0;
	enum otp_err err;

	if (!read_number(name, &uid))
		return OTP_OK;
	err = read_entry(visiting->folder, name, file_name, visiting->fault);
	if (err == OTP_ERR_ABSENT)
		return OTP_OK;
	if (err != OTP_OK)
		return fault_of(uid, visiting->fault, err);
	(void)otp_store_name_unescape(file_name, account);
	return visiting->visit(visiting->context, uid, account);
}

/* --- Names of entries --------------------------------------------------- */

/* Only as otp_decimal_write() writes it. */
static bool
read_number(const char *name, uint32_t *ret_uid)
{
	uint64_t number = 0;

	if (otp_decimal_read(name, strlen(name), UINT32_MAX, &number) != OTP_OK)
		return false;
	*ret_uid = (uint32_t)number;
	return true;
}

/* Put "uid/UID" into FAULT, if ERR is an error; return ERR. */
static enum otp_err
fault_of(uint32_t uid, struct otp_fault *fault, enum otp_err err)
{
	if (err == OTP_ERR_NO_STORE)
		return otp_fault_set(
		    fault, err, 0, STORE_UIDS, OTP_DETAIL_NONE);
	if (err != OTP_OK && fault != NULL)
		(void)snprintf(fault->where, sizeof(fault->where),
		    STORE_UIDS "/%" PRIu32, uid);
	return err;
}
