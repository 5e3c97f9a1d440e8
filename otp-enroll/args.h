/* SPDX-License-Identifier: BSD-2-Clause */
/* What was typed behind `otp-enroll'. */
#ifndef OTP_ARGS_H
#define OTP_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#define OTP_ARGS_NONE UINT64_MAX /* of a number: not given */

enum otp_args_qr {
	OTP_ARGS_QR_DEFAULT = 0,
	OTP_ARGS_QR_UTF8,
	OTP_ARGS_QR_ASCII,
	OTP_ARGS_QR_PNG,
	OTP_ARGS_QR_SVG,
	OTP_ARGS_QR_NONE,
};

enum otp_args_format {
	OTP_ARGS_FORMAT_DEFAULT = 0,
	OTP_ARGS_FORMAT_URI,
	OTP_ARGS_FORMAT_GOOGLE,
	OTP_ARGS_FORMAT_OATH,
};

/* An option that may be given again and again. */
#define OTP_ARGS_LIST 64
struct otp_args_list {
	unsigned count;
	const char *at[OTP_ARGS_LIST];
};

/* Every option of every command; texts are argv's own. */
struct otp_args {
	const char *command; /* NULL: none was named */
	const char *user;    /* NULL: nobody was named */
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
	bool replace;
	bool no_confirm;
	const char *batch; /* a file's name, or "-" */
	bool self;
	unsigned qr;	   /* an enum otp_args_qr */
	uint64_t recovery; /* how many codes */
	uint64_t count;	   /* likewise */
	const char *token;
	bool uri;
	unsigned format; /* an enum otp_args_format */
	const char *file;
	const char *users;
	bool all_users;
	struct otp_args_list except;
	bool allow_weak;
	bool dry_run;
	bool purge;
	bool force;
	const char *from;
	const char *root; /* a folder */
};

/* Whether the QR code is to be a picture, and standard output its own. */
bool otp_args_picture(const struct otp_args *args);

/*
 * Read ARGV; options may stand anywhere, and after "--" there are none.
 * False: it was said on standard error what is wrong.
 */
bool otp_args_read(int argc, char **argv, struct otp_args *ret_args);

/*
 * Whether every option given is among TAKES (names, ended by NULL) or one
 * that every command takes.  *RET_OTHER: the first one that is not.
 */
bool otp_args_allowed(const struct otp_args *args, const char *const *takes,
    const char **ret_other);

#endif
