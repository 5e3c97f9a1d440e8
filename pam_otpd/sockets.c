/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_otpd/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/core/decimal.h"
#include "common/store/path.h"

#define FIRST	     3 /* descriptor that systemd passes */
#define BACKLOG	     64
#define NAMES_SIZE   64
#define OWNER_MODE   (S_IRUSR | S_IWUSR)
#define SERVICE_MODE (OWNER_MODE | S_IRGRP | S_IWGRP)
#define USER_MODE    (SERVICE_MODE | S_IROTH | S_IWOTH)

static bool take_named(struct otp_sockets *, char *, unsigned);
static bool socket_prepare(int);
static bool number_of(const char *, uint64_t, uint64_t *);
static enum otp_err sockets_wrong(struct otp_fault *);
static int socket_create(int, enum otp_listener);
static bool socket_open_up(int, enum otp_listener);
static void sockets_close(struct otp_sockets *);

enum otp_err
otp_sockets_take(struct otp_sockets *ret_sockets, struct otp_fault *fault)
{
	struct otp_sockets sockets = { .fds = { -1, -1, -1 } };
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	char copy[NAMES_SIZE] = "";
	uint64_t process = 0, fds = 0;
	bool sound = false;

	if (count == NULL)
		return OTP_ERR_ABSENT;
	sound = number_of(pid, INT32_MAX, &process) &&
	    number_of(count, OTP_LISTENERS, &fds) && names != NULL &&
	    strlen(names) < sizeof(copy);
	if (sound && process != (uint64_t)getpid())
		return OTP_ERR_ABSENT; /* another process' */
	if (sound) {
		memcpy(copy, names, strlen(names) + 1);
		sound = take_named(&sockets, copy, (unsigned)fds);
	}
	if (!sound)
		return sockets_wrong(fault);
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	*ret_sockets = sockets;
	return OTP_OK;
}

/* NAMES are as many as COUNT, with a colon between them. */
static bool
take_named(struct otp_sockets *sockets, char *names, unsigned count)
{
	char *rest = names;

	for (unsigned i = 0; i < count; i++) {
		const char *name = strsep(&rest, ":");
		unsigned listener = 0;

		if (name == NULL)
			return false;
		while (listener < OTP_LISTENERS &&
		    strcmp(name,
			otp_listener_name((enum otp_listener)listener)) != 0)
			listener++;
		if (listener == OTP_LISTENERS || sockets->fds[listener] != -1 ||
		    !socket_prepare((int)(FIRST + i)))
			return false;
		sockets->fds[listener] = (int)(FIRST + i);
	}
	return count > 0 && rest == NULL;
}

static bool
has_option(int fd, int option, int expected)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 &&
	    value == expected;
}

static bool
socket_prepare(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return has_option(fd, SO_DOMAIN, AF_UNIX) &&
	    has_option(fd, SO_TYPE, SOCK_SEQPACKET) &&
	    has_option(fd, SO_ACCEPTCONN, 1) && flags >= 0 &&
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static bool
number_of(const char *text, uint64_t most, uint64_t *ret_number)
{
	return text != NULL &&
	    otp_decimal_read(text, strlen(text), most, ret_number) == OTP_OK;
}

static enum otp_err
sockets_wrong(struct otp_fault *fault)
{
	return otp_fault_set(
	    fault, OTP_ERR_OPTION, 0, "LISTEN_FDS", OTP_DETAIL_NONE);
}

enum otp_err
otp_sockets_create(const char *folder, struct otp_sockets *ret_sockets,
    struct otp_fault *fault)
{
	struct otp_sockets sockets = { .fds = { -1, -1, -1 } };
	int at = -1;
	enum otp_err err =
	    otp_path_folder(folder, OTP_PATH_PRIVATE, &at, fault);

	for (unsigned i = 0; i < OTP_LISTENERS && err == OTP_OK; i++) {
		const enum otp_listener listener = (enum otp_listener)i;

		sockets.fds[i] = socket_create(at, listener);
		if (sockets.fds[i] < 0)
			err = otp_fault_set(fault, OTP_ERR_WRITE, errno,
			    otp_listener_name(listener),
			    OTP_DETAIL_CREATE_FILE);
	}
	otp_path_close(&at);
	if (err == OTP_OK)
		*ret_sockets = sockets;
	else
		sockets_close(&sockets);
	return err;
}

/*
 * One of them in the open folder AT, or -1 with errno.  It is the owner's alone
 * until its mode is set.
 */
static int
socket_create(int at, enum otp_listener listener)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name = otp_listener_name(listener);
	int fd = otp_path_raise(
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	const mode_t before = umask(S_IRWXG | S_IRWXO | S_IXUSR);
	bool created = false;

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/%s", at, name);
	created = fd >= 0 && (unlinkat(at, name, 0) == 0 || errno == ENOENT) &&
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	(void)umask(before);
	if (created && socket_open_up(at, listener) && listen(fd, BACKLOG) == 0)
		return fd;
	otp_path_close(&fd);
	return -1;
}

static bool
socket_open_up(int at, enum otp_listener listener)
{
	const struct group *group = NULL;
	const char *name = otp_listener_name(listener);
	mode_t mode = OWNER_MODE;

	if (listener == OTP_LISTENER_SERVICE && geteuid() == 0) {
		group = getgrnam(OTP_SOCKETS_GROUP);
		if (group != NULL &&
		    fchownat(at, name, (uid_t)-1, group->gr_gid,
			AT_SYMLINK_NOFOLLOW) != 0)
			return false;
		if (group != NULL)
			mode = SERVICE_MODE;
	}
	if (listener == OTP_LISTENER_USER)
		mode = USER_MODE;
	return fchmodat(at, name, mode, 0) == 0;
}

void
otp_sockets_remove(const char *folder)
{
	int at = -1;

	if (otp_path_folder(folder, OTP_PATH_PRIVATE, &at, NULL) != OTP_OK)
		return;
	for (unsigned i = 0; i < OTP_LISTENERS; i++)
		(void)unlinkat(at, otp_listener_name((enum otp_listener)i), 0);
	otp_path_close(&at);
}

static void
sockets_close(struct otp_sockets *sockets)
{
	for (unsigned i = 0; i < OTP_LISTENERS; i++)
		otp_path_close(&sockets->fds[i]);
}
