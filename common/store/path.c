/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this file guards, and the test (path_test.c) of each:
 *
 * MUST follow no symbolic link, in the path or at its end
 *	path_folder__refuses_a_link_on_the_way
 *	path_file__refuses_a_link_and_a_dangling_one
 * MUST check every directory from the descriptor it was opened with
 *	path_folder__refuses_a_parent_writable_by_others
 *	path_folder__refuses_a_parent_of_somebody_else
 *	path_folder__checks_what_was_above_a_mount_that_goes
 * MUST take a shared directory only if it is root's and sticky
 *	path_folder__takes_a_sticky_one_only_of_root
 * MUST take as root's only what is root's, with the way to it
 *	path_folder__takes_roots_alone_on_the_whole_way
 * MUST take as private only what is the effective user's alone
 *	path_folder__takes_a_private_one_only_of_the_effective_user
 * MUST go up through no ".." and take no name that is more than a component
 *	path_folder__refuses_dots
 *	path_file__refuses_a_name_that_is_a_path
 * MUST take a regular file with one name, checked after it was opened
 *	path_file__refuses_what_is_no_regular_file
 *	path_file__refuses_a_second_name
 *	path_file__opens_again_what_was_replaced_meanwhile
 * MUST refuse a file of another user, or more open than its trust allows
 *	path_file__refuses_a_file_of_somebody_else
 *	path_file__refuses_modes_beyond_its_trust
 * MUST never wait for the other end of a FIFO
 *	path_file__returns_at_once_from_a_fifo
 */
#include "config.h"

#include "common/store/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/store/path_errno.h"

#define REOPENS	   8  /* of a file that is being replaced all the time */
#define LEAP_DEPTH 16 /* components; a deeper path is walked */

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS   (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static enum otp_err open_path_folder(const char *path, size_t length,
    enum otp_path_trust trust, int *ret_fd, struct otp_fault *fault);
static int leap_path(const char *text, enum otp_path_trust trust);
static unsigned count_components(const char *text);
static enum otp_path_trust trust_above(enum otp_path_trust trust);
static bool is_root(const struct statx *folder);
static enum otp_err walk_path(char *text, enum otp_path_trust trust,
    int *ret_fd, struct otp_fault *fault);
static enum otp_err step_down(int *fd, const char *name,
    enum otp_path_trust trust, const char *where, struct otp_fault *fault);
static enum otp_err open_folder(int at, const char *name,
    enum otp_path_trust trust, const char *where, int *ret_fd,
    struct otp_fault *fault);
static enum otp_err check_folder(int at, const char *name,
    enum otp_path_trust trust, const char *where, struct statx *ret_status,
    struct otp_fault *fault);
static bool is_of_another(uid_t uid, enum otp_path_trust trust);
static enum otp_err explain_folder(int at, const char *name, int errnum,
    const char *where, struct otp_fault *fault);
static enum otp_err open_checked(int at, const char *name, int flags,
    enum otp_path_trust trust, const char *where, int *ret_fd,
    struct statx *ret_status, struct otp_fault *fault);
static enum otp_err open_file(int at, const char *name, int flags,
    const char *where, int *ret_fd, struct statx *st, struct otp_fault *fault);
static enum otp_err check_file(const struct statx *st,
    enum otp_path_trust trust, const char *where, struct otp_fault *fault);
static enum otp_err explain_file(
    int errnum, const char *where, struct otp_fault *fault);
static enum otp_err path_fault_at(
    struct otp_fault *fault, enum otp_err err, const char *where);
static enum otp_err refuse_link(const char *where, struct otp_fault *fault);
static enum otp_err refuse_owner(
    uid_t uid, const char *where, struct otp_fault *fault);
static enum otp_err refuse_mode(mode_t mode, enum otp_detail why,
    const char *where, struct otp_fault *fault);
static enum otp_err refuse_name(const char *where, struct otp_fault *fault);
static bool is_component(const char *name);

/* --- Folders ------------------------------------------------------------ */

enum otp_err
otp_path_folder(const char *path, enum otp_path_trust trust, int *ret_fd,
    struct otp_fault *fault)
{
	return open_path_folder(path, strlen(path), trust, ret_fd, fault);
}

enum otp_err
otp_path_subfolder(int at, const char *name, enum otp_path_trust trust,
    int *ret_fd, struct otp_fault *fault)
{
	if (!is_component(name))
		return refuse_name(name, fault);
	return open_folder(at, name, trust, name, ret_fd, fault);
}

/* Open the folder that the first LENGTH bytes of PATH name. */
static enum otp_err
open_path_folder(const char *path, size_t length, enum otp_path_trust trust,
    int *ret_fd, struct otp_fault *fault)
{
	char text[PATH_MAX];
	int fd;

	if (path[0] != '/')
		return refuse_name(path, fault);
	if (length >= sizeof(text))
		return otp_path_explain_errno(
		    OTP_ERR_READ, ENAMETOOLONG, path, fault);
	memcpy(text, path, length);
	text[length] = '\0';
	fd = leap_path(length > 0 ? text : "/", trust);
	if (fd < 0)
		return walk_path(text, trust, ret_fd, fault);
	*ret_fd = fd;
	return OTP_OK;
}

/*
 * Open TEXT in one step, where the kernel can promise that no link is on the
 * way, and check from there upwards: this takes a third of the system calls,
 * and every login does it.  The directories found above the open one are those
 * that led to it, since only a user who may write to them could have moved it.
 * The last one must be the root: ".." does not lead out of a mount that was
 * detached meanwhile.  Return -1 if anything is wrong; walk_path() then finds
 * out what.
 */
static int
leap_path(const char *text, enum otp_path_trust trust)
{
	struct open_how how = {
		.flags = FOLDER_FLAGS,
		.resolve = RESOLVE_NO_SYMLINKS,
	};
	char above[3 * (LEAP_DEPTH + 1) + 1] = "";
	const unsigned depth = count_components(text);
	struct statx top = { 0 }; /* the last that was checked */
	int fd = -1;

	if (depth <= LEAP_DEPTH)
		fd = otp_path_raise((int)syscall(
		    SYS_openat2, AT_FDCWD, text, &how, sizeof(how)));
	for (unsigned i = 0; fd >= 0 && i <= depth; i++) {
		if (check_folder(fd, above, i == 0 ? trust : trust_above(trust),
			NULL, &top, NULL) != OTP_OK)
			otp_path_close(&fd);
		memcpy(above + 3 * i, "../", sizeof("../"));
	}
	if (fd >= 0 && !is_root(&top))
		otp_path_close(&fd);
	return fd;
}

/* How many components TEXT has; more than LEAP_DEPTH if one is "." or "..". */
static unsigned
count_components(const char *text)
{
	unsigned count = 0;

	for (const char *at = text + strspn(text, "/"); *at != '\0'; count++) {
		size_t length = strcspn(at, "/");

		if (at[0] == '.' &&
		    (length == 1 || (length == 2 && at[1] == '.')))
			return LEAP_DEPTH + 1;
		at += length;
		at += strspn(at, "/");
	}
	return count;
}

/* What the folders on the way to one have to be. */
static enum otp_path_trust
trust_above(enum otp_path_trust trust)
{
	return trust == OTP_PATH_ROOTS ? trust : OTP_PATH_PUBLIC;
}

static bool
is_root(const struct statx *folder)
{
	struct statx root = { 0 };

	return otp_path_status(AT_FDCWD, "/", &root, NULL) == OTP_OK &&
	    otp_path_same(folder, &root);
}

/* Go down TEXT, an absolute path; it is cut on the way and restored. */
static enum otp_err
walk_path(
    char *text, enum otp_path_trust trust, int *ret_fd, struct otp_fault *fault)
{
	char *at = text + strspn(text, "/");
	int fd = -1;
	enum otp_err err = open_folder(AT_FDCWD, "/",
	    *at == '\0' ? trust : trust_above(trust), "/", &fd, fault);

	while (err == OTP_OK && *at != '\0') {
		char *end = at + strcspn(at, "/");
		char *next = end + strspn(end, "/");
		char mark = *end;

		*end = '\0';
		err = step_down(&fd, at,
		    *next == '\0' ? trust : trust_above(trust), text, fault);
		*end = mark;
		at = next;
	}
	if (err == OTP_OK)
		*ret_fd = fd;
	else
		otp_path_close(&fd);
	return err;
}

/* Replace *FD by the folder NAME in it. */
static enum otp_err
step_down(int *fd, const char *name, enum otp_path_trust trust,
    const char *where, struct otp_fault *fault)
{
	int below = -1;
	enum otp_err err;

	if (!is_component(name))
		return refuse_name(where, fault);
	err = open_folder(*fd, name, trust, where, &below, fault);
	if (err == OTP_OK) {
		otp_path_close(fd);
		*fd = below;
	}
	return err;
}

/* Open and check one component; WHERE is how a fault names it. */
static enum otp_err
open_folder(int at, const char *name, enum otp_path_trust trust,
    const char *where, int *ret_fd, struct otp_fault *fault)
{
	struct statx st = { 0 };
	enum otp_err err;
	int fd = otp_path_open_at(at, name, FOLDER_FLAGS);

	if (fd < 0)
		return explain_folder(at, name, errno, where, fault);
	err = check_folder(fd, "", trust, where, &st, fault);
	if (err == OTP_OK)
		*ret_fd = fd;
	else
		otp_path_close(&fd);
	return err;
}

static enum otp_err
check_folder(int at, const char *name, enum otp_path_trust trust,
    const char *where, struct statx *ret_status, struct otp_fault *fault)
{
	const bool private = trust == OTP_PATH_PRIVATE;
	struct statx st = { 0 };
	enum otp_err err = otp_path_status(at, name, &st, fault);

	if (err != OTP_OK)
		return path_fault_at(fault, err, where);
	if (is_of_another(st.stx_uid, trust))
		return refuse_owner(st.stx_uid, where, fault);
	if ((st.stx_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    (private || st.stx_uid != 0 || (st.stx_mode & S_ISVTX) == 0))
		return refuse_mode(
		    st.stx_mode, OTP_DETAIL_WRITABLE_BY_OTHERS, where, fault);
	*ret_status = st;
	return OTP_OK;
}

static bool
is_of_another(uid_t uid, enum otp_path_trust trust)
{
	if (uid == 0 && trust != OTP_PATH_PRIVATE)
		return false;
	return trust == OTP_PATH_ROOTS || uid != geteuid();
}

static enum otp_err
explain_folder(int at, const char *name, int errnum, const char *where,
    struct otp_fault *fault)
{
	struct statx st = { 0 };

	/* O_DIRECTORY says ENOTDIR of a link, too. */
	if (errnum == ELOOP ||
	    (errnum == ENOTDIR &&
		otp_path_status(at, name, &st, NULL) == OTP_OK &&
		S_ISLNK(st.stx_mode)))
		return refuse_link(where, fault);
	return otp_path_explain_name(errnum, where, fault);
}

/* --- Files -------------------------------------------------------------- */

enum otp_err
otp_path_open(const char *path, enum otp_path_trust trust, int *ret_fd,
    struct statx *ret_status, struct otp_fault *fault)
{
	const char *slash = strrchr(path, '/');
	int folder = -1;
	enum otp_err err;

	if (slash == NULL)
		return refuse_name(path, fault);
	err = open_path_folder(
	    path, (size_t)(slash - path), OTP_PATH_PUBLIC, &folder, fault);
	if (err == OTP_OK)
		err = open_checked(folder, slash + 1, O_RDONLY, trust, path,
		    ret_fd, ret_status, fault);
	otp_path_close(&folder);
	return err;
}

enum otp_err
otp_path_file(int at, const char *name, int flags, enum otp_path_trust trust,
    int *ret_fd, struct statx *ret_status, struct otp_fault *fault)
{
	return open_checked(
	    at, name, flags, trust, name, ret_fd, ret_status, fault);
}

static enum otp_err
open_checked(int at, const char *name, int flags, enum otp_path_trust trust,
    const char *where, int *ret_fd, struct statx *ret_status,
    struct otp_fault *fault)
{
	struct statx st = { 0 };
	int fd = -1;
	enum otp_err err;

	if (!is_component(name))
		return refuse_name(where, fault);
	err = open_file(at, name, flags, where, &fd, &st, fault);
	if (err == OTP_OK)
		err = check_file(&st, trust, where, fault);
	if (err != OTP_OK) {
		otp_path_close(&fd);
		return err;
	}
	*ret_fd = fd;
	*ret_status = st;
	return OTP_OK;
}

/* Open NAME, again if it was replaced or removed before it was checked. */
static enum otp_err
open_file(int at, const char *name, int flags, const char *where, int *ret_fd,
    struct statx *st, struct otp_fault *fault)
{
	for (unsigned i = 0; i < REOPENS; i++) {
		int fd = otp_path_open_at(at, name, flags | FILE_FLAGS);
		enum otp_err err;

		if (fd < 0)
			return explain_file(errno, where, fault);
		err = otp_path_status(fd, "", st, fault);
		if (err != OTP_OK) {
			otp_path_close(&fd);
			return path_fault_at(fault, err, where);
		}
		if (st->stx_nlink != 0) {
			*ret_fd = fd;
			return OTP_OK;
		}
		otp_path_close(&fd);
	}
	return otp_fault_set(
	    fault, OTP_ERR_READ, 0, where, OTP_DETAIL_KEEPS_CHANGING);
}

static enum otp_err
check_file(const struct statx *st, enum otp_path_trust trust, const char *where,
    struct otp_fault *fault)
{
	bool private = trust == OTP_PATH_PRIVATE;

	if (!S_ISREG(st->stx_mode))
		return otp_fault_set(
		    fault, OTP_ERR_MODE, 0, where, OTP_DETAIL_NOT_REGULAR);
	if (st->stx_nlink != 1)
		return otp_fault_set(
		    fault, OTP_ERR_LINK, 0, where, OTP_DETAIL_HARD_LINK);
	if (is_of_another(st->stx_uid, trust))
		return refuse_owner(st->stx_uid, where, fault);
	if (private && (st->stx_mode & 07777 & ~0600U) != 0)
		return refuse_mode(
		    st->stx_mode, OTP_DETAIL_OPEN_TO_OTHERS, where, fault);
	if ((st->stx_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse_mode(
		    st->stx_mode, OTP_DETAIL_WRITABLE_BY_OTHERS, where, fault);
	return OTP_OK;
}

enum otp_err
otp_path_check_socket(const struct statx *status, enum otp_path_trust trust,
    struct otp_fault *fault)
{
	if (S_ISLNK(status->stx_mode))
		return refuse_link(NULL, fault);
	if (!S_ISSOCK(status->stx_mode))
		return otp_fault_set(
		    fault, OTP_ERR_MODE, 0, NULL, OTP_DETAIL_NOT_A_SOCKET);
	return is_of_another(status->stx_uid, trust)
	    ? refuse_owner(status->stx_uid, NULL, fault)
	    : OTP_OK;
}

static enum otp_err
explain_file(int errnum, const char *where, struct otp_fault *fault)
{
	switch (errnum) {
	case ELOOP:
		return refuse_link(where, fault);
	case EISDIR:
	case ENXIO: /* a socket, or a device that is not there */
	case ENODEV:
		return otp_fault_set(
		    fault, OTP_ERR_MODE, errnum, where, OTP_DETAIL_NOT_REGULAR);
	default:
		return otp_path_explain_name(errnum, where, fault);
	}
}

/* --- What a failure is -------------------------------------------------- */

/* Name in FAULT what ERR is about; return ERR. */
static enum otp_err
path_fault_at(struct otp_fault *fault, enum otp_err err, const char *where)
{
	return otp_fault_set(fault, err, fault != NULL ? fault->errnum : 0,
	    where, OTP_DETAIL_NONE);
}

static enum otp_err
refuse_link(const char *where, struct otp_fault *fault)
{
	return otp_fault_set(
	    fault, OTP_ERR_LINK, 0, where, OTP_DETAIL_SYMBOLIC_LINK);
}

static enum otp_err
refuse_owner(uid_t uid, const char *where, struct otp_fault *fault)
{
	return otp_fault_set_number(
	    fault, OTP_ERR_OWNER, where, OTP_DETAIL_OWNER, uid);
}

static enum otp_err
refuse_mode(mode_t mode, enum otp_detail why, const char *where,
    struct otp_fault *fault)
{
	return otp_fault_set_number(
	    fault, OTP_ERR_MODE, where, why, mode & 07777);
}

static enum otp_err
refuse_name(const char *where, struct otp_fault *fault)
{
	return otp_fault_set(
	    fault, OTP_ERR_NAME, 0, where, OTP_DETAIL_BAD_PATH);
}

/* Whether NAME is one component, and leads down. */
static bool
is_component(const char *name)
{
	return name[0] != '\0' && strchr(name, '/') == NULL &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
