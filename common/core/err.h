/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors: whether something could be done.  An error is never a verdict on a
 * code; that is enum otp_verdict (verify.h).
 */
#ifndef OTP_ERR_H
#define OTP_ERR_H

#include "common/core/detail.h"

/* The compiler warns if the result is not used. */
#define OTP_MUST_USE __attribute__((warn_unused_result))

enum otp_err {
	OTP_OK = 0,
	OTP_ERR_ABSENT,	       /* there is no such file; callers judge it */
	OTP_ERR_EXISTS,	       /* already exists */
	OTP_ERR_FULL,	       /* too many tokens or recovery codes */
	OTP_ERR_CHANCE,	       /* codes would be too easy to guess */
	OTP_ERR_SUSPENDED,     /* only an administrator can enroll it */
	OTP_ERR_NAME,	       /* the account name cannot be a file name */
	OTP_ERR_OWNER,	       /* belongs to another user */
	OTP_ERR_MODE,	       /* too open, or not a regular file */
	OTP_ERR_LINK,	       /* a symbolic link, or hard links */
	OTP_ERR_PARSE,	       /* a text that is not understood */
	OTP_ERR_CHECKSUM,      /* a state file without a valid record */
	OTP_ERR_STORE_VERSION, /* of a later pam_otp, or a damaged marker */
	OTP_ERR_STATE_VERSION, /* the same of a state file */
	OTP_ERR_UID,	       /* the state file is another account's */
	OTP_ERR_FILESYSTEM,    /* where a code cannot work exactly once */
	OTP_ERR_NO_STORE,      /* no marker: not created, or not mounted */
	OTP_ERR_NO_STATE,      /* a seed without a state file */
	OTP_ERR_LIMIT,	       /* a number or a resource is exhausted */
	OTP_ERR_LENGTHS,       /* codes of several lengths cannot be split */
	OTP_ERR_LOCK_TIMEOUT,  /* another process kept the lock */
	OTP_ERR_READ,
	OTP_ERR_WRITE,
	OTP_ERR_CLOCK,
	OTP_ERR_CRYPTO,		/* digest, MAC or random source failed */
	OTP_ERR_OPTION,		/* an option or the configuration is wrong */
	OTP_ERR_NO_DAEMON,	/* pam_otpd(8) gave no answer */
	OTP_ERR_DAEMON_VERSION, /* it is of another version */
	OTP_ERR_DENIED,		/* the caller may not ask for it */
	OTP_ERR_DATABASE,	/* a fleet's database gave no answer */
	OTP_ERR_CONFLICT,	/* changed since it was loaded: load again */
	OTP_ERR_ROLLED_BACK,	/* a fleet's database has lost commits */
	OTP_ERR_MOVED,		/* the account is in another store by now */
	OTP_ERR_NOMEM,
};

/* Sizes of the texts in struct otp_fault, the NUL included. */
#define OTP_FAULT_WHERE_SIZE   272
#define OTP_FAULT_NAME_SIZE    64
#define OTP_FAULT_FOREIGN_SIZE 96

/*
 * What else is known of a failure.  The caller owns it and zeroes it first; a
 * flat value.  It never holds a secret, a code or the content of a file.
 */
struct otp_fault {
	int errnum; /* errno, or 0 */
	enum otp_detail detail;
	unsigned line;		  /* of the file, from 1, or 0 */
	unsigned long numbers[2]; /* as the detail has them (detail.h) */
	char where[OTP_FAULT_WHERE_SIZE]; /* file or option, or "" */
	char name[OTP_FAULT_NAME_SIZE];	  /* as the detail has it, or "" */
	/* A library's own text, quoted and never parsed, or "". */
	char foreign[OTP_FAULT_FOREIGN_SIZE];
};

/*
 * Fill FAULT (which may be NULL) and return ERR, so that a failing function
 * ends in one statement.  WHERE is cut to fit; where it is NULL, and where
 * DETAIL is NONE, what FAULT has stays.
 */
enum otp_err otp_fault_set(struct otp_fault *fault, enum otp_err err,
    int errnum, const char *where, enum otp_detail detail) OTP_MUST_USE;

/* As otp_fault_set(), for a detail that has NUMBER. */
enum otp_err otp_fault_set_number(struct otp_fault *fault, enum otp_err err,
    const char *where, enum otp_detail detail,
    unsigned long number) OTP_MUST_USE;

/* The log's word for ERR ("owner", "no-store", ...); static, never NULL. */
const char *otp_err_reason(enum otp_err err);

#endif
