/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users' own files, each read by a process that has that user's ids.
 *
 * The reader is forked before anything is read.  It forks a child for each
 * file, so that no child has another user's secret in its memory.  A child
 * sends what it read to the caller, past the reader.
 */
#ifndef OTP_READER_H
#define OTP_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/core/err.h"
#include "common/effects/account.h"
#include "otp-enroll/import/input.h"

#define OTP_READER_PATH 4096 /* bytes of a path, the NUL included */

struct otp_reader {
	pid_t pid;  /* 0: it was not started */
	int socket; /* to it */
};

/* What a child is to read. */
struct otp_reader_request {
	uint32_t uid;
	uint64_t max; /* bytes */
	char account[OTP_ACCOUNT_SIZE];
	char path[OTP_READER_PATH]; /* absolute, or below the home directory */
};

/* What it says before the text. */
struct otp_reader_report {
	int32_t err; /* an enum otp_err */
	int32_t errnum;
	int32_t detail; /* an enum otp_detail */
	int32_t open;	/* others can read the file */
	uint64_t number;
};

/* Errors: LIMIT. */
enum otp_err otp_reader_start(
    struct otp_reader *ret_reader, struct otp_fault *fault) OTP_MUST_USE;

void otp_reader_stop(struct otp_reader *reader);

/*
 * Read PATH of SUBJECT's, at most MAX bytes.  Links lead only to where the user
 * could go.  The file must be the user's own, with one name; it and the folders
 * above it, up to the home directory, must be writable by no other user.
 * *RET_OPEN: others can read it.
 * Errors: ABSENT, OWNER, MODE, LINK, READ (FAULT's errnum says why), LIMIT,
 * NOMEM.
 */
enum otp_err otp_reader_read(const struct otp_reader *reader,
    const struct otp_subject *subject, const char *path, size_t max,
    struct otp_input *ret_input, bool *ret_open,
    struct otp_fault *fault) OTP_MUST_USE;

/* The reader itself, which serves SOCKET to its end (reader_child.c). */
_Noreturn void otp_reader_serve(int socket);

#endif
