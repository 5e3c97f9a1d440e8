/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "common/effects/path.h"
#include "language.h"
#include "source.h"

#define CHUNK	       4096
#define CHILD_PATIENCE 10000 /* milliseconds; a home may be far away */
#define END_PATIENCE   1000  /* milliseconds, from its last byte on */

/* What the child has to say before the text. */
struct report {
	int32_t err; /* an enum otp_err */
	int32_t errnum;
	int32_t open; /* others can read the file */
};

void
otp_source_free(struct otp_source *source)
{
	if (source->text != NULL)
		otp_wipe(source->text, source->size);
	free(source->text);
	*source = (struct otp_source){ NULL, 0 };
}

/* Let TEXT have room for twice as much and a NUL; no copy is left behind. */
static bool
grow(char **text, size_t size, size_t *capacity)
{
	size_t twice = *capacity == 0 ? CHUNK : *capacity * 2;
	char *grown = malloc(twice + 1);

	if (grown == NULL)
		return false;
	if (*text != NULL) {
		memcpy(grown, *text, size);
		otp_wipe(*text, size);
		free(*text);
	}
	*text = grown;
	*capacity = twice;
	return true;
}

/* Milliseconds on the monotonic clock; -1 if it fails. */
static int64_t
now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		return -1;
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Whether FD can be read before UNTIL (-1: whenever that is). */
static bool
wait_for(int fd, int64_t until)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = until < 0 ? -1 : until - now();
		int ready;

		if (until >= 0 && left <= 0) {
			errno = ETIMEDOUT;
			return false;
		}
		ready = poll(&waiting, 1, (int)left);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
	}
}

/* From FD to its end, as far as MAX. */
static enum otp_err
read_all(int fd, size_t max, int64_t until, struct otp_source *ret_source,
    struct otp_fault *fault)
{
	struct otp_source source = { NULL, 0 };
	size_t capacity = 0;
	enum otp_err err = OTP_OK;

	for (;;) {
		ssize_t got;

		if (source.size == capacity &&
		    !grow(&source.text, source.size, &capacity)) {
			err =
			    otp_fault_set(fault, OTP_ERR_NOMEM, 0, NULL, NULL);
			break;
		}
		if (!wait_for(fd, until))
			got = -1;
		else
			got = read(fd, source.text + source.size,
			    capacity - source.size);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			err = otp_fault_set(
			    fault, OTP_ERR_READ, errno, NULL, NULL);
		if (got == 0) /* grow() left a byte for it */
			source.text[source.size] = '\0';
		if (got <= 0)
			break;
		source.size += (size_t)got;
		if (source.size > max) {
			err = otp_fault_set(fault, OTP_ERR_LIMIT, 0, NULL,
			    N_("there is more than any such file has"));
			break;
		}
	}
	if (err != OTP_OK) {
		otp_source_free(&source);
		return err;
	}
	*ret_source = source;
	return OTP_OK;
}

enum otp_err
otp_source_stdin(
    size_t max, struct otp_source *ret_source, struct otp_fault *fault)
{
	return read_all(STDIN_FILENO, max, -1, ret_source, fault);
}

/* PATH below the current folder unless it is absolute. */
static enum otp_err
whole_path(const char *path, char **ret_whole)
{
	char *folder, *whole = NULL;

	if (path[0] == '/') {
		*ret_whole = strdup(path);
		return *ret_whole != NULL ? OTP_OK : OTP_ERR_NOMEM;
	}
	/* NOLINTNEXTLINE(*-unix.StdCLibraryFunctions): glibc and musl allocate */
	folder = getcwd(NULL, 0);
	if (folder == NULL)
		return errno == ENOMEM ? OTP_ERR_NOMEM : OTP_ERR_READ;
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (asprintf(&whole, "%s/%s", folder, path) == -1)
		whole = NULL;
	free(folder);
	*ret_whole = whole;
	return whole != NULL ? OTP_OK : OTP_ERR_NOMEM;
}

enum otp_err
otp_source_file(const char *path, size_t max, struct otp_source *ret_source,
    struct otp_fault *fault)
{
	char *whole = NULL;
	struct statx status;
	int fd = -1;
	enum otp_err err = whole_path(path, &whole);

	if (err == OTP_OK)
		err =
		    otp_path_open(whole, OTP_PATH_PUBLIC, &fd, &status, fault);
	if (err == OTP_OK)
		err = read_all(fd, max, -1, ret_source, fault);
	otp_path_close(&fd);
	free(whole);
	return err;
}

/* --- As somebody else --------------------------------------------------- */

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

/*
 * Be the user for good.  Whoever is not root can only be himself.  That
 * changes who may look into our memory, where others' secrets are: nobody.
 */
static bool
become(const struct passwd *user)
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

/* Open PATH as the user would; never wait for a FIFO's other end. */
static enum otp_err
open_as(const struct passwd *user, const char *path, int *ret_fd,
    struct report *report)
{
	struct stat status;
	int fd;

	if (!become(user) || chdir(path[0] == '/' ? "/" : user->pw_dir) != 0)
		fd = -1;
	else
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &status) != 0) {
		report->errnum = errno;
		return errno == ENOENT || errno == ENOTDIR ? OTP_ERR_ABSENT
							   : OTP_ERR_READ;
	}
	*ret_fd = fd;
	report->open = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
	if (!S_ISREG(status.st_mode))
		return OTP_ERR_MODE;
	if (status.st_uid != user->pw_uid && status.st_uid != 0)
		return OTP_ERR_OWNER;
	return OTP_OK;
}

static _Noreturn void
be_child(const struct passwd *user, const char *path, size_t max, int out)
{
	struct report report = { 0 };
	char bytes[CHUNK];
	size_t passed = 0;
	int fd = -1;
	ssize_t got = 1;

	report.err = (int32_t)open_as(user, path, &fd, &report);
	if (!write_all(out, &report, sizeof(report)) || report.err != OTP_OK)
		_exit(report.err == OTP_OK);
	/* One byte more tells that there is too much. */
	while (got > 0 && passed <= max) {
		got = read(fd, bytes, sizeof(bytes));
		if (got == -1 && errno == EINTR)
			got = 1;
		else if (got > 0 && !write_all(out, bytes, (size_t)got))
			got = -1;
		else if (got > 0)
			passed += (size_t)got;
	}
	otp_wipe(bytes, sizeof(bytes));
	_exit(got == -1);
}

/* What the child wrote: its report, and behind that the text. */
static enum otp_err
take_apart(struct otp_source *source, bool *ret_open, struct otp_fault *fault)
{
	struct report report;

	if (source->size < sizeof(report))
		return otp_fault_set(fault, OTP_ERR_READ, 0, NULL,
		    N_("the process that was to read it ended"));
	memcpy(&report, source->text, sizeof(report));
	if (report.err != OTP_OK)
		return otp_fault_set(
		    fault, (enum otp_err)report.err, report.errnum, NULL, NULL);
	source->size -= sizeof(report);
	memmove(source->text, source->text + sizeof(report), source->size + 1);
	otp_wipe(source->text + source->size + 1, sizeof(report));
	*ret_open = report.open != 0;
	return OTP_OK;
}

/*
 * Whether it ended well.  One that did not come to its end is killed, but not
 * even that ends who waits for a file system that does not answer, such as one
 * of the user's own (FUSE): he is left behind.
 */
static bool
end_child(pid_t child, bool kill_it)
{
	const int64_t until = now() + END_PATIENCE;
	int status = 0;

	if (kill_it)
		(void)kill(child, SIGKILL);
	while (now() < until) {
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

static enum otp_err
read_as(const struct passwd *user, const char *path, size_t max,
    struct otp_source *ret_source, bool *ret_open, struct otp_fault *fault)
{
	struct otp_source source = { NULL, 0 };
	int ends[2];
	pid_t child;
	bool well;
	enum otp_err err;

	/* Where our parent ignored it, so do we: nobody could be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return otp_fault_set(fault, OTP_ERR_LIMIT, errno, NULL, NULL);
	child = fork();
	if (child == 0)
		be_child(user, path, max, ends[1]);
	(void)close(ends[1]);
	if (child == -1) {
		err = otp_fault_set(fault, OTP_ERR_LIMIT, errno, NULL, NULL);
		(void)close(ends[0]);
		return err;
	}
	err = read_all(ends[0], max + sizeof(struct report),
	    now() + CHILD_PATIENCE, &source, fault);
	(void)close(ends[0]);
	well = end_child(child, err != OTP_OK);
	if (err == OTP_OK)
		err = take_apart(&source, ret_open, fault);
	if (err == OTP_OK && !well)
		err = otp_fault_set(fault, OTP_ERR_READ, 0, NULL,
		    N_("the process that was to read it failed"));
	if (err == OTP_OK)
		*ret_source = source;
	else
		otp_source_free(&source);
	return err;
}

enum otp_err
otp_source_user(const struct otp_subject *subject, const char *path, size_t max,
    struct otp_source *ret_source, bool *ret_open, struct otp_fault *fault)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(subject->account);
	if (user == NULL && errno != 0 && errno != ENOENT && errno != ESRCH)
		return otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
	if (user == NULL || user->pw_uid != subject->uid)
		return otp_fault_set(fault, OTP_ERR_ABSENT, 0, NULL,
		    N_("who has no account on this host has no home"));
	return read_as(user, path, max, ret_source, ret_open, fault);
}
