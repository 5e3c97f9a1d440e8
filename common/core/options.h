/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every option of pam_otp.conf(5) and pam_otp(8), in one table for the module,
 * the tool and the test of the man pages.
 */
#ifndef OTP_OPTIONS_H
#define OTP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/conf.h"
#include "common/core/device.h"
#include "common/core/err.h"
#include "common/core/policy.h"

#define OTP_PATH_SIZE	512 /* bytes, the NUL included */
#define OTP_PROMPT_SIZE 256
#define OTP_GROUPS_SIZE 512
#define OTP_TRIES_MAX	5

#define OTP_SOCKETS_DIR "/run/pam_otp"

#define OTP_REMEMBER_FOR_DEFAULT 1209600 /* seconds: 14 days */
#define OTP_REMEMBER_FOR_MIN	 28800	 /* 8 hours */
#define OTP_REMEMBER_FOR_MAX	 7776000 /* 90 days */
#define OTP_FRESH_FOR_MIN	 60	 /* 1 minute */
#define OTP_FRESH_FOR_MAX	 28800	 /* 8 hours */

/* Whether codes are sent. */
enum otp_deliver_option {
	OTP_DELIVER_NO = 0,
	OTP_DELIVER_YES,  /* to users who ask for one */
	OTP_DELIVER_AUTO, /* also, unasked, to those who have no token */
};

/* Whether users may enroll at a login. */
enum otp_enroll_option {
	OTP_ENROLL_NO = 0,
	OTP_ENROLL_INVITED, /* those who have an invitation */
};

/* Whether users set up their first token themselves, through pam_otpd(8). */
enum otp_self_option {
	OTP_SELF_NO = 0,
	OTP_SELF_YES,
	OTP_SELF_INVITED, /* those who have an invitation */
};

struct otp_options {
	/* how to verify: for the host, only in the file */
	char store[OTP_PATH_SIZE];
	struct otp_policy policy;
	bool virtual_users;
	bool file_system_is_local;
	char sockets[OTP_PATH_SIZE];	    /* their directory */
	char sms_prefixes[OTP_GROUPS_SIZE]; /* as a LIST (conf.h); "" = none */
	unsigned self_enroll;		    /* enum otp_self_option */

	/* how to ask: for the service, as an argument or in the file */
	char conf[OTP_PATH_SIZE]; /* argument only; "" = the default file */
	/* users who are asked, as LISTs (conf.h); argument only */
	char groups[OTP_GROUPS_SIZE];	     /* "" = all users */
	char exempt_groups[OTP_GROUPS_SIZE]; /* "" = no user */
	unsigned remember;    /* enum otp_remember; argument only */
	int64_t remember_for; /* seconds; argument only */
	int64_t fresh_for;    /* seconds, 0 = not given; argument only */
	unsigned deliver;     /* enum otp_deliver_option */
	unsigned enroll;      /* enum otp_enroll_option */
	bool qr;	      /* show one to users who enroll */
	bool notify;
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

/* Set every option to its default. */
void otp_options_default(struct otp_options *options);

/* A source that is about to be read into OPTIONS. */
struct otp_conf otp_options_from(
    enum otp_conf_place place, struct otp_options *options);

/*
 * Check the options together: virtual_users with nullok, nullok_until, groups
 * or exempt_groups, remember, fresh_for, deliver, enroll or notify with
 * forward_pass,
 * and delay_after above lock_after, are errors; so is what sms_prefixes cannot
 * be.
 * Errors: OPTION.
 */
enum otp_err otp_options_check(
    const struct otp_options *options, struct otp_fault *fault) OTP_MUST_USE;

#endif
