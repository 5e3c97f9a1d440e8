/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/unit/socket_test.c):
 *
 * 1. No part of the way is a link, and no other user can write to it
 *    (socket__is_found_through_no_link, socket__folder_is_no_other_users).
 * 2. Nothing is sent to a process of another user
 *    (socket__of_another_listener_is_refused).
 * 3. The descriptors 0 to 2 are left alone, and no child inherits one
 *    (socket__leaves_standard_descriptors_alone).
 */
#include "config.h"

#include "common/store/socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static enum otp_err socket_find(
    const struct otp_socket *where, struct otp_fault *fault);
static int socket_connect(const struct sockaddr_un *address, int type);
static bool is_trusted(int fd, enum otp_path_trust trust);

enum otp_err
otp_socket_open(
    const struct otp_socket *where, int *ret_fd, struct otp_fault *fault)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const size_t size = sizeof(address.sun_path);
	enum otp_err err = socket_find(where, fault);
	int fd = -1;

	if (err != OTP_OK)
		return err;
	if ((size_t)snprintf(address.sun_path, size, "%s/%s", where->folder,
		where->name) >= size)
		return otp_fault_set(
		    fault, OTP_ERR_NAME, 0, where->folder, OTP_DETAIL_NONE);
	fd = socket_connect(&address, where->type);
	if (fd >= 0 && is_trusted(fd, where->trust)) {
		*ret_fd = fd;
		return OTP_OK;
	}
	err = otp_socket_fault(where, OTP_ERR_WRITE, errno, fault);
	otp_path_close(&fd);
	return err;
}

/* connect(2) would follow a link. */
static enum otp_err
socket_find(const struct otp_socket *where, struct otp_fault *fault)
{
	struct statx status = { 0 };
	int at = -1;
	enum otp_err err =
	    otp_path_folder(where->folder, where->trust, &at, fault);

	if (err != OTP_OK)
		return err;
	err = otp_path_status(at, where->name, &status, fault);
	otp_path_close(&at);
	if (err == OTP_OK)
		err = otp_path_check_socket(&status, where->trust, fault);
	if (err == OTP_OK)
		return OTP_OK;
	return otp_socket_fault(
	    where, err, fault != NULL ? fault->errnum : 0, fault);
}

enum otp_err
otp_socket_fault(const struct otp_socket *where, enum otp_err err, int errnum,
    struct otp_fault *fault)
{
	if (fault == NULL)
		return err;
	(void)snprintf(fault->where, sizeof(fault->where), "%s/%s",
	    where->folder, where->name);
	return otp_fault_set(fault, err, errnum, NULL, OTP_DETAIL_NONE);
}

/* Connected, or -1 with errno. */
static int
socket_connect(const struct sockaddr_un *address, int type)
{
	int fd = otp_path_raise(
	    socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	int errnum = 0;

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	    0)
		return fd;
	errnum = errno;
	otp_path_close(&fd);
	errno = errnum;
	return -1;
}

/* Whose the process is that listens; else errno says why not. */
static bool
is_trusted(int fd, enum otp_path_trust trust)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	if (peer.uid == 0 || (trust != OTP_PATH_ROOTS && peer.uid == geteuid()))
		return true;
	errno = EPERM;
	return false;
}
