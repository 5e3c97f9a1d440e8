/* SPDX-License-Identifier: BSD-2-Clause */
/* The program that delivers messages to addresses of one scheme. */
#ifndef OTP_DELIVER_PROGRAM_H
#define OTP_DELIVER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h> /* pid_t */

#include "common/core/err.h"
#include "common/core/frame.h"

#define OTP_PROGRAM_PATH_SIZE	320 /* bytes, the NUL included */
#define OTP_PROGRAM_OUTPUT_SIZE 257 /* likewise, of what is logged */
#define OTP_PROGRAM_TIMEOUT	10  /* seconds */

enum otp_program_end {
	OTP_PROGRAM_TIMED_OUT = 0, /* it is killed by otp_program_finish() */
	OTP_PROGRAM_EXITED,	   /* number: its status */
	OTP_PROGRAM_KILLED,	   /* number: the signal */
};

/* A program, and how it ended. */
struct otp_program {
	char path[OTP_PROGRAM_PATH_SIZE];
	pid_t leader;	  /* of its process group */
	int64_t deadline; /* milliseconds of the monotonic clock */
	enum otp_program_end end;
	int number;
	/* The beginning of what it printed, with '#' for each of four or more
	   digits in a row, since it may be the message.  Not escaped. */
	char output[OTP_PROGRAM_OUTPUT_SIZE];
};

/*
 * Find the program for the LENGTH bytes of SCHEME: the administrator's, or else
 * the package's.  It must be root's and not writable by others; a link is
 * followed.  Errors: ABSENT, OWNER, MODE, READ; FAULT's where is the
 * path.
 */
enum otp_err otp_program_find(const char *scheme, size_t length,
    struct otp_program *ret_program, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Run PROGRAM with the text of MESSAGE, and wait for its end, for
 * OTP_PROGRAM_TIMEOUT at most.  otp_program_finish() must follow, also after
 * an error.  Errors: LIMIT (no process or descriptor), CLOCK.
 */
enum otp_err otp_program_run(struct otp_program *program,
    const struct otp_message *message, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Processes that PROGRAM left running, as a mail server's that goes on by
 * itself, have the rest of the time; then all of them are killed.
 */
void otp_program_finish(const struct otp_program *program);

#endif
