/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One command of otp-enroll.  A new one is a file cmd_NAME.c with one struct
 * otp_command in it, and a row in main.c.
 */
#ifndef OTP_COMMAND_H
#define OTP_COMMAND_H

#include <stdbool.h>

#include "args.h"
#include "common/core/options.h"
#include "common/effects/attempt.h"

enum otp_exit {
	OTP_EXIT_DONE = 0,
	OTP_EXIT_FAILED = 1,	 /* refused or failed; nothing was changed */
	OTP_EXIT_USAGE = 2,	 /* wrong usage or input; nothing was touched */
	OTP_EXIT_UNENROLLED = 3, /* there is nothing of that user */
	OTP_EXIT_ENROLLED = 4,	 /* there is something already */
};

/* What every command gets. */
struct otp_tool {
	struct otp_args args;
	struct otp_options options; /* of the configuration file */
	struct otp_host host;	    /* points into `options' */
};

#define OTP_COMMAND_TAKES 20

struct otp_command {
	const char *name;
	const char *operands; /* for the synopsis, e.g. "[USER]", or "" */
	const char *summary;
	const char *help; /* the options, and what there is to know */
	bool user;	  /* whether it takes a USER */
	bool lenient;	  /* it reads the configuration itself, however it is */
	const char *takes[OTP_COMMAND_TAKES]; /* options, ended by NULL */
	enum otp_exit (*run)(const struct otp_tool *tool);
};

extern const struct otp_command otp_command_new;
extern const struct otp_command otp_command_show;
extern const struct otp_command otp_command_verify;
extern const struct otp_command otp_command_status;
extern const struct otp_command otp_command_check;
extern const struct otp_command otp_command_recovery;
extern const struct otp_command otp_command_unlock;
extern const struct otp_command otp_command_resync;
extern const struct otp_command otp_command_remove;
extern const struct otp_command otp_command_adopt;
extern const struct otp_command otp_command_import;
extern const struct otp_command otp_command_init;

#endif
