/* SPDX-License-Identifier: BSD-2-Clause */
/* One authentication, as the module's files share it. */
#ifndef OTP_LOGIN_H
#define OTP_LOGIN_H

#include <stdbool.h>

#include <sys/types.h>
#include <security/pam_modules.h>

#include "common/core/err.h"
#include "common/core/options.h"
#include "common/core/sshauth.h"
#include "common/core/tag.h"
#include "common/effects/attempt.h"
#include "common/link/client.h"

/* What comes next in an authentication.  Zero is a failure. */
enum otp_step {
	OTP_STEP_ERROR = 0,	/* nothing could be judged: 'err' and 'fault' */
	OTP_STEP_VERDICT,	/* a code was judged: 'answer' */
	OTP_STEP_UNENROLLED,	/* nullok, and certainly not enrolled */
	OTP_STEP_NOT_IN_GROUPS, /* 'groups' are others */
	OTP_STEP_EXEMPT_GROUP,	/* 'group' is one of 'exempt_groups' */
	OTP_STEP_EXEMPT,	/* by an administrator: 'exemption' */
	OTP_STEP_CONVERSATION,	/* the application could not ask */
	OTP_STEP_AGAIN,		/* the application wants to be called again */
	OTP_STEP_REPEATED,	/* the application repeats its last answer */
	OTP_STEP_UNCONFIRMED,	/* no code of a new token came back */
	OTP_STEP_OVERTAKEN,	/* an invitation ended while it was used */
	OTP_STEP_CONTINUE,
};

/* How the store is reached.  Zero: not at all. */
enum otp_way {
	OTP_WAY_NONE = 0,
	OTP_WAY_DIRECT, /* this process, whose effective user owns it */
	OTP_WAY_LINK,	/* pam_otpd(8) */
};

/* Everything that must be wiped from memory. */
struct otp_secrets {
	char *name;   /* PAM_USER as given, which may be a password */
	char *typed;  /* the answer, or NULL */
	char *former; /* the previous answer, if there are several prompts */
};

struct otp_login {
	pam_handle_t *pamh;
	struct otp_options options;
	int cancelable;	  /* the application's pthread_setcancelstate(3) */
	bool quiet;	  /* show the user no messages */
	unsigned prompts; /* how many were answered since a code was sent */
	struct otp_request request;
	enum otp_way way;		/* to the store */
	enum otp_link_socket socket;	/* LINK */
	gid_t gid;			/* the user's primary group */
	char group[OTP_GROUPS_SIZE];	/* EXEMPT_GROUP: its name, else "" */
	struct otp_exemption exemption; /* EXEMPT */
	char device_name[OTP_SSHAUTH_NAME_SIZE]; /* of its key, or "" */
	char tag[OTP_TAG_SIZE]; /* once a code may have been sent, else "" */
	bool code_requested;	/* by the user */
	bool device_known;	/* so that nothing was asked */
	bool may_pass; /* nullok: an empty answer to the prompt is enough */
	bool enrolled; /* with an invitation, just now */
	bool told;     /* the user saw the news of 'answer' */
	struct otp_answer answer;
	enum otp_err err;
	struct otp_fault fault;
	struct otp_secrets secrets;
};

#endif
