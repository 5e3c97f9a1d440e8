/* SPDX-License-Identifier: BSD-2-Clause */
/* fleet.conf(5): where a fleet's database is, and as whom a host uses it. */
#ifndef OTP_FLEET_CONF_H
#define OTP_FLEET_CONF_H

#include <stddef.h>

#include "common/core/conf.h"
#include "common/core/err.h"
#include "common/fleet/database.h"

#define OTP_FLEET_TEXT_SIZE 512 /* bytes, the NUL included */
#define OTP_FLEET_NAME_SIZE 64
#define OTP_FLEET_PORT_SIZE 6

/* "" is what the file does not give. */
struct otp_fleet_conf {
	char host[OTP_FLEET_TEXT_SIZE];	   /* as a LIST (conf.h) */
	char address[OTP_FLEET_TEXT_SIZE]; /* likewise, one for each host */
	unsigned port;
	char port_text[OTP_FLEET_PORT_SIZE]; /* the same, in digits */
	char database[OTP_FLEET_NAME_SIZE];
	char role[OTP_FLEET_NAME_SIZE];
	char realm[OTP_FLEET_NAME_SIZE];
	char authority[OTP_FLEET_TEXT_SIZE];   /* a path */
	char certificate[OTP_FLEET_TEXT_SIZE]; /* likewise */
	char key[OTP_FLEET_TEXT_SIZE];	       /* likewise */
	char password[OTP_FLEET_TEXT_SIZE];    /* likewise */
	char marks[OTP_FLEET_TEXT_SIZE];       /* likewise */
};

/* The table; its fields' offsets are into struct otp_fleet_conf. */
extern const struct otp_conf_option otp_fleet_conf_table[];
extern const size_t otp_fleet_conf_count;

void otp_fleet_conf_default(struct otp_fleet_conf *conf);

/*
 * Read PATH (absolute), which is as a configuration file is (conf_file.h), and
 * look at the files that it names: 'key' and 'password' belong to the effective
 * user and are closed to others, the others are as PATH is.  Nothing is
 * connected to.
 * Errors: OPTION (with the line, if there is one), ABSENT, OWNER, MODE, LINK,
 * NAME and READ, of PATH or of a file that it names (FAULT's 'where').
 */
enum otp_err otp_fleet_conf_read(const char *path,
    struct otp_fleet_conf *ret_conf, struct otp_fault *fault) OTP_MUST_USE;

/* The place that CONF, which the caller keeps meanwhile, describes. */
struct otp_database_place otp_fleet_conf_place(
    const struct otp_fleet_conf *conf);

#endif
