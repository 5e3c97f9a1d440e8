/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every option of pam_otp.conf(5) and pam_otp(8), in one table that module,
 * tool and the test of the man pages share.
 */
#ifndef OTP_OPTIONS_H
#define OTP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"
#include "policy.h"

#define OTP_PATH_SIZE	512 /* bytes, the NUL included */
#define OTP_PROMPT_SIZE 256
#define OTP_TRIES_MAX	5

struct otp_options {
	/* how to judge: the host's, only in the file */
	char store[OTP_PATH_SIZE];
	struct otp_policy policy;
	bool virtual_users;

	/* how to ask: the service's, as an argument or in the file */
	char conf[OTP_PATH_SIZE]; /* argument only; "" = the default file */
	bool nullok;
	int64_t nullok_until; /* seconds since 1970, 0 = not given */
	unsigned tries;
	char prompt[OTP_PROMPT_SIZE]; /* "" = the default prompt */
	bool echo;
	bool forward_pass;
	bool silent;
	bool nodelay;
	bool debug;
};

/* The table; its fields' offsets are into struct otp_options. */
extern const struct otp_conf_option otp_options_table[];
extern const size_t otp_options_count;

/* Every option at its default. */
void otp_options_default(struct otp_options *options);

/* A source about to be read into OPTIONS. */
struct otp_conf otp_options_from(
    enum otp_conf_place place, struct otp_options *options);

/*
 * What no single option shows: virtual_users with nullok or nullok_until,
 * free above lock.  Errors: OPTION.
 */
enum otp_err otp_options_check(
    const struct otp_options *options, struct otp_fault *fault) OTP_MUST_USE;

#endif
