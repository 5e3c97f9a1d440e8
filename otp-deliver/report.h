/* SPDX-License-Identifier: BSD-2-Clause */
/* The one log line of a message. */
#ifndef OTP_DELIVER_REPORT_H
#define OTP_DELIVER_REPORT_H

#include "common/core/err.h"
#include "common/core/frame.h"
#include "otp-deliver/program.h"

/* What became of a message, where it was not delivered: the log's reason. */
enum otp_outcome {
	OTP_OUTCOME_DELIVERED = 0, /* the program says so */
	OTP_OUTCOME_FRAME,	   /* not a frame */
	OTP_OUTCOME_NO_PROGRAM,	   /* none for the scheme */
	OTP_OUTCOME_PROGRAM,	   /* one that is not root's alone */
	OTP_OUTCOME_STATE,	   /* the limits cannot be kept */
	OTP_OUTCOME_LIMIT,
	OTP_OUTCOME_START,   /* no process or descriptor left */
	OTP_OUTCOME_EXIT,    /* the program says that it failed */
	OTP_OUTCOME_KILLED,  /* by a signal */
	OTP_OUTCOME_TIMEOUT, /* it did not end */
};

/* MESSAGE is NULL where there is none; PROGRAM's path is "" likewise. */
void otp_report(enum otp_outcome outcome, const struct otp_message *message,
    const struct otp_program *program, const struct otp_fault *fault);

#endif
