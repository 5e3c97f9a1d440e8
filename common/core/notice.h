/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the owner of an account is told of a login, by a message to the
 * addresses of the account, and how often.
 */
#ifndef OTP_NOTICE_H
#define OTP_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/token.h"

#define OTP_NOTICE_HOUR	 INT64_C(3600)	/* between two of a kind */
#define OTP_NOTICE_DAY	 INT64_C(86400) /* between two of a remote host */
#define OTP_NOTICE_HOSTS 4		/* that are remembered */

enum otp_notice_kind {
	OTP_NOTICE_NONE = 0,
	OTP_NOTICE_WRONG, /* from a host that the last login was not from */
	OTP_NOTICE_DELAY,
	OTP_NOTICE_LOCKOUT,
	OTP_NOTICE_RECOVERY,   /* a recovery code was used */
	OTP_NOTICE_DEVICE,     /* a device was remembered */
	OTP_NOTICE_INVITATION, /* one was used, and replaced what was there */
};

/* Wrong codes since the last notice of a kind. */
struct otp_notice_count {
	int64_t since; /* when it was sent; 0 = never */
	uint64_t codes;
};

struct otp_noticed_host {
	uint8_t id[OTP_ID_SIZE];
	int64_t time; /* 0 = none */
};

/* A part of the tally; all zeros: nothing was ever sent. */
struct otp_notices {
	struct otp_notice_count wrong, delay;
	struct otp_noticed_host hosts[OTP_NOTICE_HOSTS]; /* newest first */
};

struct otp_wrong_code {
	int64_t now;
	const char *host;      /* the remote one, or "" */
	const char *last_host; /* of the last login, or "" */
	bool delays;	       /* a delay begins */
	bool locks_out;
};

struct otp_notice {
	enum otp_notice_kind kind; /* NONE: there is nothing to tell */
	int64_t time;
	/* WRONG, DELAY, LOCKOUT: the wrong codes since then, and this one */
	uint64_t codes;
	int64_t since;
};

/* Whether a notice was ever sent. */
bool otp_notices_are_there(const struct otp_notices *notices);

/*
 * Count a wrong code, and say what is to be told of it.  Of an IPv6 address the
 * first 64 bits count.  Errors: CRYPTO.
 */
enum otp_err otp_notice_count(struct otp_notices *notices,
    const struct otp_wrong_code *wrong,
    struct otp_notice *ret_notice) OTP_MUST_USE;

/* The log's word for it ("wrong-code", ...); static. */
const char *otp_notice_name(enum otp_notice_kind kind);

#endif
