/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done with descriptors: the other half of path.h.
 * What this file guards, and the test (path_test.c) of each:
 *
 * MUST leave the descriptors 0 to 2 alone, and none to a child
 *	path__leaves_standard_descriptors_alone
 * MUST carry interruptions and short reads and writes through
 *	path__carries_interruptions_and_short_transfers_through
 */
#include "config.h"

#include "common/store/path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/store/path_errno.h"

#define STANDARD_DESCRIPTORS 3

/* What is asked of a file. */
#define STATUS                                                           \
	(STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_INO | \
	    STATX_SIZE)

enum otp_err
otp_path_status(
    int at, const char *name, struct statx *ret_status, struct otp_fault *fault)
{
	struct statx status = { 0 };
	int result;

	do
		result = statx(at, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
		    STATUS, &status);
	while (result != 0 && errno == EINTR);
	if (result != 0)
		return name[0] == '\0'
		    ? otp_path_explain_errno(OTP_ERR_READ, errno, NULL, fault)
		    : otp_path_explain_name(errno, NULL, fault);
	if ((status.stx_mask & STATUS) != STATUS)
		return otp_path_explain_errno(
		    OTP_ERR_READ, EOPNOTSUPP, NULL, fault);
	*ret_status = status;
	return OTP_OK;
}

bool
otp_path_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino &&
	    a->stx_dev_major == b->stx_dev_major &&
	    a->stx_dev_minor == b->stx_dev_minor;
}

static enum otp_err read_until(int fd, void *data, size_t capacity,
    off_t offset, off_t end, size_t *ret_size, struct otp_fault *fault);

enum otp_err
otp_path_read(int fd, void *data, size_t capacity, off_t offset,
    size_t *ret_size, struct otp_fault *fault)
{
	return read_until(fd, data, capacity, offset, -1, ret_size, fault);
}

enum otp_err
otp_path_read_file(int fd, const struct statx *status, void *data,
    size_t capacity, size_t *ret_size, struct otp_fault *fault)
{
	return read_until(
	    fd, data, capacity, 0, (off_t)status->stx_size, ret_size, fault);
}

/*
 * A read that is short at END, where the file is known to have ended, was not
 * cut short: no other is needed to see that.
 */
static enum otp_err
read_until(int fd, void *data, size_t capacity, off_t offset, off_t end,
    size_t *ret_size, struct otp_fault *fault)
{
	size_t done = 0;

	while (done < capacity) {
		ssize_t got = pread(fd, (char *)data + done, capacity - done,
		    offset + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return otp_path_explain_errno(
			    OTP_ERR_READ, errno, NULL, fault);
		if (got == 0)
			break;
		done += (size_t)got;
		if (offset + (off_t)done == end)
			break;
	}
	*ret_size = done;
	return OTP_OK;
}

enum otp_err
otp_path_write(int fd, const void *data, size_t size, off_t offset,
    struct otp_fault *fault)
{
	size_t done = 0;

	while (done < size) {
		ssize_t put = pwrite(fd, (const char *)data + done, size - done,
		    offset + (off_t)done);

		if (put < 0 && errno == EINTR)
			continue;
		/* Nothing was written, and no error was given: a failure. */
		if (put <= 0)
			return otp_path_explain_errno(
			    OTP_ERR_WRITE, put < 0 ? errno : EIO, NULL, fault);
		done += (size_t)put;
	}
	return OTP_OK;
}

enum otp_err
otp_path_flush(int fd, enum otp_detail detail, struct otp_fault *fault)
{
	while (fsync(fd) != 0)
		if (errno != EINTR)
			return otp_fault_set(
			    fault, OTP_ERR_WRITE, errno, NULL, detail);
	return OTP_OK;
}

int
otp_path_open_at(int at, const char *name, int flags)
{
	int fd;

	do
		fd = openat(at, name, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
	while (fd < 0 && errno == EINTR);
	return otp_path_raise(fd);
}

int
otp_path_raise(int fd)
{
	int raised, errnum;

	if (fd < 0 || fd >= STANDARD_DESCRIPTORS)
		return fd;
	raised = fcntl(fd, F_DUPFD_CLOEXEC, STANDARD_DESCRIPTORS);
	errnum = errno;
	(void)close(fd);
	errno = errnum;
	return raised;
}

void
otp_path_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

enum otp_err
otp_path_explain_name(int errnum, const char *where, struct otp_fault *fault)
{
	return otp_path_explain_errno(
	    errnum == ENOENT ? OTP_ERR_ABSENT : OTP_ERR_READ, errnum, where,
	    fault);
}

enum otp_err
otp_path_explain_errno(
    enum otp_err err, int errnum, const char *where, struct otp_fault *fault)
{
	enum otp_detail detail = OTP_DETAIL_NONE;

	if (errnum == EMFILE || errnum == ENFILE)
		err = OTP_ERR_LIMIT;
	else if (errnum == ENOMEM)
		err = OTP_ERR_NOMEM;
	else if (errnum == EROFS)
		err = OTP_ERR_WRITE;
	else if ((errnum == EACCES || errnum == EPERM) && geteuid() == 0)
		detail = OTP_DETAIL_DENIED_TO_ROOT;
	if (fault != NULL)
		fault->detail = detail; /* also none: an earlier one is over */
	return otp_fault_set(fault, err, errnum, where, detail);
}
