/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line. */
#ifndef OTP_ARGS_H
#define OTP_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/effects/sys.h"

#define OTP_ARGS_NONE UINT64_MAX /* of a number: not given */

enum otp_args_qr {
	OTP_ARGS_QR_DEFAULT = 0,
	OTP_ARGS_QR_UTF8,
	OTP_ARGS_QR_ASCII,
#ifdef OTP_PNG
	OTP_ARGS_QR_PNG,
#endif
	OTP_ARGS_QR_SVG,
	OTP_ARGS_QR_NONE,
};

enum otp_args_format {
	OTP_ARGS_FORMAT_DEFAULT = 0,
	OTP_ARGS_FORMAT_URI,
	OTP_ARGS_FORMAT_GOOGLE,
	OTP_ARGS_FORMAT_OATH,
	OTP_ARGS_FORMAT_CSV,
	OTP_ARGS_FORMAT_JSON,
};

/* An option that may be repeated. */
#define OTP_ARGS_LIST 64
struct otp_args_list {
	unsigned count;
	const char *at[OTP_ARGS_LIST];
};

/* Every option of every command; texts are argv's own. */
struct otp_args {
	const char *command; /* or NULL; 'help' is read as --help */
	const char *user;    /* or NULL */
	const char *account; /* after it, where a command has both; or NULL */
	uint64_t seen;	     /* a bit for each row of the table */

	bool help;
	bool version;
	const char *conf;
	bool json;
	bool print;
	bool all;
	bool orphans;

	bool hotp;
	bool totp;
	unsigned algorithm; /* an enum otp_hash; 0 = not given */
	uint64_t digits;
	uint64_t period; /* seconds */
	uint64_t counter;
	const char *label;
	const char *issuer;
	bool add;
	const char *added;     /* the value of --add, or NULL */
	const char *valid_for; /* a time or a date, of added recovery codes */
	bool replace;
	bool no_confirm;
	bool notify;
	bool test;
	const char *secret; /* "-" */
	const char *batch;  /* a file's name, or "-" */
	unsigned qr;	    /* an enum otp_args_qr */
	uint64_t recovery;  /* how many codes */
	uint64_t count;	    /* likewise */
	const char *token;
	bool uri;
	unsigned format; /* an enum otp_args_format */
	const char *file;
	const char *users;
	bool all_users;
	struct otp_args_list except;
	struct otp_args_list pick;
	bool allow_weak;
	bool dry_run;
	bool purge;
	bool force;
	bool yes;
	const char *from;
	const char *root;    /* a folder */
	const char *service; /* a file in pam.d */
	bool named;
	const char *until; /* a time or a date */
	const char *reason;
	bool end;
	bool exempt;
	bool invited;
	const char *forget; /* a device's number, or "all" */
	const char *remove; /* an address's number */
	const char *role;   /* of a database */
};

/* Whether the QR code is a picture, which has standard output to itself. */
bool otp_args_picture(const struct otp_args *args);

/*
 * Reads ARGV; options may appear anywhere before "--".  False: the error was
 * reported.
 */
bool otp_args_read(int argc, char **argv, struct otp_args *ret_args);

/*
 * How many recovery codes --add asks for: 1 if it has no value.  False: it has
 * another one, which was reported.
 */
bool otp_args_read_added(const struct otp_args *args, uint64_t *ret_count);

/*
 * Read TEXT, the value of OPTION: a length of time from now on, or a date
 * (duration.h).  False: it is neither, which was reported.
 */
bool otp_args_read_until(const struct otp_sys *sys, const char *option,
    const char *text, int64_t *ret_until);

/*
 * Whether every option given is among TAKES (names, ended by NULL) or one
 * that every command takes.  *RET_OTHER: the first one that is not.
 */
bool otp_args_allowed(const struct otp_args *args, const char *const *takes,
    const char **ret_other);

#endif
