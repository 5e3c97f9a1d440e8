/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors: whether something could be done.  An error is never a verdict on a
 * code; enum otp_verdict (verify.h) is.
 */
#ifndef OTP_ERR_H
#define OTP_ERR_H

/* The compiler insists that the result is looked at. */
#define OTP_MUST_USE __attribute__((warn_unused_result))

enum otp_err {
	OTP_OK = 0,
	OTP_ERR_ABSENT,	       /* no file of that name; callers judge it */
	OTP_ERR_EXISTS,	       /* already there */
	OTP_ERR_FULL,	       /* too many tokens or recovery codes */
	OTP_ERR_CHANCE,	       /* too easy to guess, were this added */
	OTP_ERR_NAME,	       /* an account name no file can have */
	OTP_ERR_OWNER,	       /* belongs to somebody else */
	OTP_ERR_MODE,	       /* too open, or not a regular file */
	OTP_ERR_LINK,	       /* a symbolic link, or a second name */
	OTP_ERR_PARSE,	       /* a text that is not understood */
	OTP_ERR_CHECKSUM,      /* a state file without a valid record */
	OTP_ERR_STORE_VERSION, /* a later pam_otp's, or its marker is damaged */
	OTP_ERR_STATE_VERSION, /* a state likewise */
	OTP_ERR_UID,	       /* the state is another account's */
	OTP_ERR_FILESYSTEM,    /* where a code cannot work exactly once */
	OTP_ERR_NO_STORE,      /* no marker: not made, or not mounted */
	OTP_ERR_NO_STATE,      /* a seed whose spent codes nobody knows */
	OTP_ERR_LIMIT,	       /* a number's or a resource's end */
	OTP_ERR_LENGTHS,       /* tokens of several lengths: no split */
	OTP_ERR_LOCK_TIMEOUT,  /* somebody else held the lock all the time */
	OTP_ERR_READ,
	OTP_ERR_WRITE,
	OTP_ERR_CLOCK,
	OTP_ERR_CRYPTO,	  /* digest, MAC or random source failed */
	OTP_ERR_OPTION,	  /* an option or the configuration is wrong */
	OTP_ERR_CONFLICT, /* changed since it was loaded: load again */
	OTP_ERR_NOMEM,
};

/* Sizes of the texts in struct otp_fault, the NUL included. */
#define OTP_FAULT_WHERE_SIZE 272
#define OTP_FAULT_WHAT_SIZE  96

/*
 * What else is known of a failure.  Owned by the caller, who zeroes it; a
 * flat value.  It never holds a secret, a code or the content of a file.
 */
struct otp_fault {
	int errnum;			  /* errno, or 0 */
	unsigned line;			  /* of the file, from 1, or 0 */
	char where[OTP_FAULT_WHERE_SIZE]; /* file or option, or "" */
	char what[OTP_FAULT_WHAT_SIZE];	  /* a few words more, or "" */
};

/*
 * Fill FAULT (which may be NULL) and return ERR, so that a failing function
 * ends in one statement.  WHERE and WHAT may be NULL (kept as they are) and
 * are cut to fit.
 */
enum otp_err otp_fault_set(struct otp_fault *fault, enum otp_err err,
    int errnum, const char *where, const char *what) OTP_MUST_USE;

/* The log's word for ERR ("owner", "no-store", ...); static, never NULL. */
const char *otp_err_reason(enum otp_err err);

/* ERR for people: a clause without a full stop; static, never NULL. */
const char *otp_err_text(enum otp_err err);

#endif
