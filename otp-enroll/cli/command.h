/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One command of otp-enroll.  A new one is a file cmd_NAME.c with one struct
 * otp_command in it, and a row in main.c.
 */
#ifndef OTP_COMMAND_H
#define OTP_COMMAND_H

#include <stdbool.h>

#include "otp-enroll/cli/args.h"
#include "common/core/options.h"
#include "common/effects/attempt.h"

enum otp_exit {
	OTP_EXIT_DONE = 0,
	OTP_EXIT_FAILED = 1,	 /* refused or failed; nothing changed */
	OTP_EXIT_USAGE = 2,	 /* wrong usage or input; nothing was touched */
	OTP_EXIT_UNENROLLED = 3, /* the user is not enrolled */
	OTP_EXIT_ENROLLED = 4,	 /* the user already is */
};

struct otp_backend; /* otp-enroll/account/backend.h */

/* What every command gets. */
struct otp_tool {
	struct otp_args args;
	struct otp_options options; /* of the configuration file */
	struct otp_host host;	    /* points into 'options' */
	const struct otp_backend *backend;
	/* pam_otpd(8) reads and changes the account, and logs the changes.  No
	   notice is sent. */
	bool by_daemon;
};

#define OTP_COMMAND_TAKES 20

struct otp_command {
	const char *name;
	const char *operands; /* for the synopsis, e.g. "[USER]", or "" */
	const char *summary;
	const char *help; /* the options, and notes */
	bool user;	  /* whether it takes a USER */
	bool lenient; /* it reads the configuration itself, even a wrong one */
	const char *takes[OTP_COMMAND_TAKES]; /* options, ended by NULL */
	/*
	 * Whether users who do not own the store may ask pam_otpd(8) for it,
	 * for themselves, and with which of these options.
	 */
	bool by_users;
	const char *users_take[OTP_COMMAND_TAKES];
	enum otp_exit (*run)(const struct otp_tool *tool);
};

extern const struct otp_command otp_command_new;
extern const struct otp_command otp_command_show;
extern const struct otp_command otp_command_verify;
extern const struct otp_command otp_command_status;
extern const struct otp_command otp_command_check;
extern const struct otp_command otp_command_recovery;
extern const struct otp_command otp_command_unlock;
extern const struct otp_command otp_command_suspend;
extern const struct otp_command otp_command_resume;
extern const struct otp_command otp_command_exempt;
extern const struct otp_command otp_command_devices;
extern const struct otp_command otp_command_address;
extern const struct otp_command otp_command_resync;
extern const struct otp_command otp_command_remove;
extern const struct otp_command otp_command_adopt;
extern const struct otp_command otp_command_import;
extern const struct otp_command otp_command_init;
extern const struct otp_command otp_command_invite;
extern const struct otp_command otp_command_fleet;

#endif
