/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader, and what its children do as the users whose files they read. */
#include "config.h"

#include "otp-enroll/import/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "otp-enroll/cli/read.h"

#define CHUNK	     4096
#define END_PATIENCE 1000 /* milliseconds, from a child's last byte on */

static bool receive(
    int socket, struct otp_reader_request *ret_request, int *ret_fd);
static bool serve(
    int socket, const struct otp_reader_request *request, int out);
static bool end_child(pid_t child, bool kill_it);
static _Noreturn void be_child(
    const struct otp_reader_request *request, int out);
static enum otp_err child_open(const struct otp_reader_request *request,
    int *ret_fd, struct otp_reader_report *report);
static enum otp_err child_find(const struct otp_reader_request *request,
    const struct passwd **ret_user, struct otp_reader_report *report);
static bool child_become(const struct passwd *user);
static enum otp_err child_check_file(
    const struct passwd *user, int fd, struct otp_reader_report *report);
static enum otp_err child_check_way(const struct passwd *user, const char *path,
    struct otp_reader_report *report);
static enum otp_err check_folders(const struct passwd *user, const char *path,
    size_t from, struct otp_reader_report *report);
static enum otp_err check_folder(const struct passwd *user, const char *path,
    struct otp_reader_report *report);
static enum otp_err failed(struct otp_reader_report *report, int errnum);
static enum otp_err refused(struct otp_reader_report *report, enum otp_err err,
    enum otp_detail detail, uint64_t number);
static bool child_copy(int in, size_t max, int out);
static bool write_all(int fd, const void *data, size_t size);

_Noreturn void
otp_reader_serve(int socket)
{
	struct otp_reader_request request;
	int out = -1;

	/*
	 * A parent that ignores it hands that down, and no child could be
	 * waited for.
	 */
	(void)signal(SIGCHLD, SIG_DFL);
	/* Whoever reads these must not have to wait for a child that hangs. */
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	while (receive(socket, &request, &out))
		if (!serve(socket, &request, out))
			break;
	_exit(0);
}

/* The next request and its descriptor; false at the end. */
static bool
receive(int socket, struct otp_reader_request *ret_request, int *ret_fd)
{
	struct iovec part = { ret_request, sizeof(*ret_request) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	const struct cmsghdr *header;
	ssize_t got;

	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got == -1 && errno == EINTR);
	header = CMSG_FIRSTHDR(&message);
	if (got != (ssize_t)sizeof(*ret_request) || header == NULL)
		return false;
	memcpy(ret_fd, CMSG_DATA(header), sizeof(*ret_fd));
	return true;
}

/* Have a child answer to OUT, and say how it ended; false at the end. */
static bool
serve(int socket, const struct otp_reader_request *request, int out)
{
	pid_t child = fork();
	char word = 0;
	ssize_t got;

	if (child == 0) {
		(void)close(socket);
		be_child(request, out);
	}
	(void)close(out);
	do
		got = recv(socket, &word, 1, 0);
	while (got == -1 && errno == EINTR);
	word = (char)(child > 0 && end_child(child, got != 1 || word != 0));
	return got == 1 && send(socket, &word, 1, MSG_NOSIGNAL) == 1;
}

/*
 * Whether the child ended well.  One that has not come to its end is killed.  A
 * child that waits for a file system which does not answer, such as one of the
 * user's own (FUSE), does not even end then: it is left alone.
 */
static bool
end_child(pid_t child, bool kill_it)
{
	const int64_t until = otp_read_clock() + END_PATIENCE;
	int status = 0;

	if (kill_it)
		(void)kill(child, SIGKILL);
	while (otp_read_clock() < until) {
		pid_t ended = waitpid(child, &status, WNOHANG);

		if (ended == child)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (ended == -1 && errno != EINTR)
			return false;
		(void)poll(NULL, 0, 1);
	}
	(void)kill(child, SIGKILL);
	return false;
}

/* --- As the user -------------------------------------------------------- */

static _Noreturn void
be_child(const struct otp_reader_request *request, int out)
{
	struct otp_reader_report report = { 0 };
	int fd = -1;
	bool done;

	report.err = (int32_t)child_open(request, &fd, &report);
	done = write_all(out, &report, sizeof(report));
	if (done && report.err == OTP_OK)
		done = child_copy(fd, request->max, out);
	_exit(!done);
}

/* Open the file as the user would, without waiting for a FIFO's other end. */
static enum otp_err
child_open(const struct otp_reader_request *request, int *ret_fd,
    struct otp_reader_report *report)
{
	const struct passwd *user = NULL;
	const char *path = request->path;
	enum otp_err err = child_find(request, &user, report);
	int fd;

	if (err != OTP_OK)
		return err;
	if (!child_become(user) ||
	    chdir(path[0] == '/' ? "/" : user->pw_dir) != 0)
		return failed(report, errno);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return failed(report, errno);
	err = child_check_file(user, fd, report);
	if (err == OTP_OK)
		err = child_check_way(user, path, report);
	*ret_fd = fd;
	return err;
}

static enum otp_err
child_find(const struct otp_reader_request *request,
    const struct passwd **ret_user, struct otp_reader_report *report)
{
	errno = 0;
	*ret_user = getpwnam(request->account);
	if (*ret_user == NULL && errno != 0 && errno != ENOENT &&
	    errno != ESRCH)
		return refused(
		    report, OTP_ERR_READ, OTP_DETAIL_USER_DATABASE, 0);
	if (*ret_user == NULL || (*ret_user)->pw_uid != request->uid)
		return refused(report, OTP_ERR_ABSENT, OTP_DETAIL_NO_HOME, 0);
	return OTP_OK;
}

/*
 * Become the user for good; a caller other than root can only stay the same
 * user.  The change of ids may let the user look into this process: hence
 * PR_SET_DUMPABLE, after it.
 */
static bool
child_become(const struct passwd *user)
{
	if (geteuid() != 0) {
		errno = EPERM;
		return geteuid() == user->pw_uid;
	}
	return initgroups(user->pw_name, user->pw_gid) == 0 &&
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0 &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/*
 * What is in it becomes what the user logs in with, so no other user may have
 * had a say in that.
 */
static enum otp_err
child_check_file(
    const struct passwd *user, int fd, struct otp_reader_report *report)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return failed(report, errno);
	report->open = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
	if (!S_ISREG(status.st_mode))
		return refused(report, OTP_ERR_MODE, OTP_DETAIL_NOT_REGULAR, 0);
	if (status.st_uid != user->pw_uid)
		return refused(
		    report, OTP_ERR_OWNER, OTP_DETAIL_OWNER, status.st_uid);
	if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refused(report, OTP_ERR_MODE,
		    OTP_DETAIL_WRITABLE_BY_OTHERS, status.st_mode & 07777);
	if (status.st_nlink != 1)
		return refused(report, OTP_ERR_LINK, OTP_DETAIL_SECOND_NAME, 0);
	return OTP_OK;
}

/*
 * The folders by which PATH is named, and those in which the file really is:
 * below the home directory, or all of them.
 */
static enum otp_err
child_check_way(const struct passwd *user, const char *path,
    struct otp_reader_report *report)
{
	char *home = realpath(".", NULL), *real = realpath(path, NULL);
	enum otp_err err = OTP_OK;
	size_t below = 0;

	if (home == NULL || real == NULL) {
		err = failed(report, errno);
		goto out;
	}
	if (path[0] != '/') {
		below = strlen(home);
		err = check_folder(user, ".", report);
	}
	if (strncmp(real, home, below) != 0 || real[below] != '/')
		below = 0;
	if (err == OTP_OK)
		err = check_folders(user, path, 0, report);
	if (err == OTP_OK)
		err = check_folders(user, real, below, report);
out:
	free(home);
	free(real);
	return err;
}

/* Each folder on the way of PATH whose name ends at FROM or after it. */
static enum otp_err
check_folders(const struct passwd *user, const char *path, size_t from,
    struct otp_reader_report *report)
{
	for (size_t i = from; path[i] != '\0'; i++) {
		char folder[OTP_READER_PATH];
		size_t length = i == 0 ? 1 : i;
		enum otp_err err;

		if (path[i] != '/' || length >= sizeof(folder))
			continue;
		memcpy(folder, path, length);
		folder[length] = '\0';
		err = check_folder(user, folder, report);
		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

/* In a sticky folder, such as /tmp, others cannot replace the user's files. */
static enum otp_err
check_folder(const struct passwd *user, const char *path,
    struct otp_reader_report *report)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return failed(report, errno);
	if (status.st_uid != user->pw_uid && status.st_uid != 0)
		return refused(report, OTP_ERR_OWNER, OTP_DETAIL_FOLDER_OWNER,
		    status.st_uid);
	if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    (status.st_mode & S_ISVTX) == 0)
		return refused(report, OTP_ERR_MODE, OTP_DETAIL_FOLDER_WRITABLE,
		    status.st_mode & 07777);
	return OTP_OK;
}

static enum otp_err
failed(struct otp_reader_report *report, int errnum)
{
	report->errnum = errnum;
	return errnum == ENOENT || errnum == ENOTDIR ? OTP_ERR_ABSENT
						     : OTP_ERR_READ;
}

static enum otp_err
refused(struct otp_reader_report *report, enum otp_err err,
    enum otp_detail detail, uint64_t number)
{
	report->detail = (int32_t)detail;
	report->number = number;
	return err;
}

static bool
child_copy(int in, size_t max, int out)
{
	char bytes[CHUNK];
	size_t passed = 0;
	ssize_t got = 1;

	/* One byte more tells that there is too much. */
	while (got > 0 && passed <= max) {
		got = read(in, bytes, sizeof(bytes));
		if (got == -1 && errno == EINTR)
			got = 1;
		else if (got > 0 && !write_all(out, bytes, (size_t)got))
			got = -1;
		else if (got > 0)
			passed += (size_t)got;
	}
	otp_wipe(bytes, sizeof(bytes));
	return got != -1;
}

static bool
write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t written = write(fd, at, size);

		if (written == -1 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		size -= (size_t)written;
	}
	return true;
}
