/* SPDX-License-Identifier: BSD-2-Clause */
/* One request, in a process of its own: a transaction and its answer. */
#ifndef OTP_WORKER_H
#define OTP_WORKER_H

#include <stdint.h>

#include "common/link/wire.h"
#include "pam_otpd/rights.h"

struct otp_job {
	enum otp_listener listener;
	uint32_t peer;	  /* the caller's uid, as the kernel says it */
	const char *conf; /* the configuration file, or NULL: the default one */
	const struct otp_wire_request *request;
};

/*
 * Read the configuration, decide whether the request is allowed, and do what it
 * asks for.  Tries and changes are logged.  Whatever fails is the answer's
 * error; DENIED is a request that is not allowed.  The caller wipes the answer,
 * which may have recovery codes.
 */
void otp_worker_run(
    const struct otp_job *job, struct otp_wire_answer *ret_answer);

#endif
