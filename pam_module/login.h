/* SPDX-License-Identifier: BSD-2-Clause */
/* One authentication: what the module's rooms share. */
#ifndef OTP_LOGIN_H
#define OTP_LOGIN_H

#include <stdbool.h>

#include <security/pam_modules.h>

#include "common/core/err.h"
#include "common/core/options.h"
#include "common/effects/attempt.h"

/* How far an authentication has come.  Zero is a failure. */
enum otp_end {
	OTP_END_ERROR = 0,    /* nothing could be judged: `err' and `fault' */
	OTP_END_VERDICT,      /* a code was judged: `answer' */
	OTP_END_UNENROLLED,   /* nullok: surely not enrolled, not asked */
	OTP_END_CONVERSATION, /* the application could not ask */
	OTP_END_AGAIN,	      /* the application wants to be called again */
	OTP_END_REPEATED,     /* the application repeats its last answer */
	OTP_END_NOT_YET,      /* go on */
};

/* Everything that must not stay in memory. */
struct otp_secrets {
	char *name;   /* PAM_USER as it was given: at times a password */
	char *typed;  /* the answer, or NULL */
	char *former; /* the answer before, where it is asked several times */
};

struct otp_login {
	pam_handle_t *pamh;
	struct otp_options options;
	int cancelable; /* pthread_setcancelstate(3), as the host has it */
	bool quiet;	/* the user is told nothing */
	unsigned asked; /* how often */
	struct otp_request request;
	struct otp_answer answer;
	enum otp_err err;
	struct otp_fault fault;
	struct otp_secrets secrets;
};

#endif
