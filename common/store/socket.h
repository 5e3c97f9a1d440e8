/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets of services on this host, found as safely as files (path.h). */
#ifndef OTP_SOCKET_H
#define OTP_SOCKET_H

#include "common/core/err.h"
#include "common/store/path.h"

struct otp_socket {
	const char *folder; /* an absolute path */
	const char *name;   /* of the socket in it */
	int type;	    /* SOCK_STREAM or SOCK_SEQPACKET */
	/* Of the folder, of the socket, and of the process that listens. */
	enum otp_path_trust trust;
};

/*
 * Connect to WHERE, without waiting.  No part of the way to it is a link.  The
 * caller closes *RET_FD, which does not block.
 * Errors: ABSENT, OWNER, MODE, LINK, NAME, READ, LIMIT, NOMEM (path.h); WRITE
 * (not connected; with errno, EAGAIN if there is no room at the moment, EPERM
 * if another user listens).
 */
enum otp_err otp_socket_open(const struct otp_socket *where, int *ret_fd,
    struct otp_fault *fault) OTP_MUST_USE;

/* Return ERR; FAULT, which may be NULL, says that WHERE failed with ERRNUM. */
enum otp_err otp_socket_fault(const struct otp_socket *where, enum otp_err err,
    int errnum, struct otp_fault *fault) OTP_MUST_USE;

#endif
