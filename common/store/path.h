/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening safely: by descriptor, never through a symbolic link, every
 * component checked.
 *
 * Every directory on the way belongs to root or the effective user and is not
 * writable by group or others, unless it is root's and sticky (as /tmp is).
 * Every descriptor has O_CLOEXEC and is 3 or higher, whatever the host
 * process has closed.
 *
 * FAULT may be NULL.  Its where is the part of the path that was refused, or
 * NAME; reading and writing leave it alone.  Besides those named, everything
 * may fail with READ, LIMIT (no descriptor left) and NOMEM.
 */
#ifndef OTP_PATH_H
#define OTP_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h> /* struct statx */

#include "common/core/err.h"

/* Whose a file or a folder may be, and how open it may be. */
enum otp_path_trust {
	OTP_PATH_PRIVATE, /* the effective user's, and no other user may
			     write to it; a file has no mode bit beyond 0600 */
	OTP_PATH_PUBLIC,  /* root's or the effective user's, and no other user
			     may write to it; a folder may be root's, sticky */
	OTP_PATH_ROOTS,	  /* root's alone, likewise, and the way to it too */
};

/*
 * Open the directory PATH (absolute, without "." and "..") with O_PATH: to
 * open what is in it, not to read or flush it.  TRUST is about the directory
 * itself; the way to it is PUBLIC.  The caller closes *RET_FD.
 * Errors: ABSENT, OWNER, MODE, LINK, NAME.
 */
enum otp_err otp_path_folder(const char *path, enum otp_path_trust trust,
    int *ret_fd, struct otp_fault *fault) OTP_MUST_USE;

/* The same for one component NAME in the open directory AT. */
enum otp_err otp_path_subfolder(int at, const char *name,
    enum otp_path_trust trust, int *ret_fd,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Owner, mode, links, size and identity of NAME in the open directory AT, or
 * with "" of AT itself.  Its times are never asked for: on kernels with
 * multigrain timestamps the first write after such a question has the journal
 * write the inode too, and the flush of a login would pay for it.
 * Errors: ABSENT, READ.
 */
enum otp_err otp_path_status(int at, const char *name, struct statx *ret_status,
    struct otp_fault *fault) OTP_MUST_USE;

/* Whether two of them are of one file. */
bool otp_path_same(const struct statx *a, const struct statx *b);

/*
 * Open the regular file NAME (one component) in the open directory AT with
 * FLAGS (O_RDONLY or O_RDWR), checked after opening: one link, owner, mode.
 * Never blocks on a FIFO.  Errors: ABSENT, OWNER, MODE, LINK, NAME, WRITE (a
 * file system that is read-only).
 */
enum otp_err otp_path_file(int at, const char *name, int flags,
    enum otp_path_trust trust, int *ret_fd, struct statx *ret_status,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Check that STATUS, without following a link, is that of a socket.
 * Errors: OWNER, MODE, LINK.
 */
enum otp_err otp_path_check_socket(const struct statx *status,
    enum otp_path_trust trust, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Open PATH's folder, then PATH in it.  For the configuration file.
 */
enum otp_err otp_path_open(const char *path, enum otp_path_trust trust,
    int *ret_fd, struct statx *ret_status,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Read up to CAPACITY bytes from OFFSET on, carrying interruptions and short
 * reads through; *RET_SIZE is less than CAPACITY only at the file's end.
 * Errors: READ.
 */
enum otp_err otp_path_read(int fd, void *data, size_t capacity, off_t offset,
    size_t *ret_size, struct otp_fault *fault) OTP_MUST_USE;

/*
 * The same from the beginning of a file with STATUS, in one call where the file
 * still has the size it had then.
 */
enum otp_err otp_path_read_file(int fd, const struct statx *status, void *data,
    size_t capacity, size_t *ret_size, struct otp_fault *fault) OTP_MUST_USE;

/* Write all SIZE bytes at OFFSET, likewise.  Errors: WRITE. */
enum otp_err otp_path_write(int fd, const void *data, size_t size, off_t offset,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Flush FD, carrying interruptions through.  DETAIL says in a fault what could
 * not be flushed.  Errors: WRITE.
 */
enum otp_err otp_path_flush(
    int fd, enum otp_detail detail, struct otp_fault *fault) OTP_MUST_USE;

/*
 * openat(2), carrying interruptions through, unchecked: for files that the
 * caller makes (0600), or folders of its own.  -1 with errno on failure.
 */
int otp_path_open_at(int at, const char *name, int flags) OTP_MUST_USE;

/*
 * FD, or where it is 0 to 2 a copy from 3 on, FD then being closed; -1 stays
 * -1, with errno.
 */
int otp_path_raise(int fd) OTP_MUST_USE;

/* Close *FD unless it is -1, and make it -1. */
void otp_path_close(int *fd);

#endif
