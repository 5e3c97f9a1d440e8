/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings of sshd.  sshd itself is asked for them ('sshd -T'), which only
 * root can do.  Its files are read to tell where each setting is written, and
 * which of them a Match block decides; for an image (--root) they are all there
 * is.
 */
#ifndef OTP_SSHD_H
#define OTP_SSHD_H

#include <stdbool.h>

#include "otp-enroll/check/finding.h"
#include "otp-enroll/check/services.h"

#define OTP_SSHD_VALUE 1024

enum otp_sshd_keyword {
	OTP_SSHD_USE_PAM = 0,
	OTP_SSHD_INTERACTIVE,
	OTP_SSHD_PASSWORD,
	OTP_SSHD_KEY,
	OTP_SSHD_METHODS,
	OTP_SSHD_ROOT,
	OTP_SSHD_AGENT,
	OTP_SSHD_FORWARDING,
	OTP_SSHD_GRACE,
	OTP_SSHD_DENY_USERS,
	OTP_SSHD_ALLOW_USERS,
	OTP_SSHD_DENY_GROUPS,
	OTP_SSHD_ALLOW_GROUPS,
	OTP_SSHD_KEYWORDS,
};

/* "/etc/ssh/sshd_config:4" */
struct otp_sshd_place {
	char text[OTP_SERVICE_PATH + 16];
};

/* The settings for one login.  A flat value. */
struct otp_sshd {
	/* words with one blank between them; "" = a list without any */
	char values[OTP_SSHD_KEYWORDS][OTP_SSHD_VALUE];
	bool cut; /* a value was too long */
	/* where each is written, or where to write it */
	struct otp_sshd_place places[OTP_SSHD_KEYWORDS];
};

/* What the permitted methods of authentication ask for. */
struct otp_sshd_ways {
	bool code;     /* a method asks for a code, and can be answered */
	bool password; /* a method is sshd's own prompt for the password */
	bool key_alone;
	bool code_alone;
};

/*
 * Check sshd, as far as SERVICES say that it asks for codes, for USER (NULL:
 * for users in general).  IS_ROOT: their uid is 0.
 */
void otp_check_sshd(
    const struct otp_check_services *services, const char *user, bool is_root);

bool otp_sshd_is(const struct otp_sshd *sshd, enum otp_sshd_keyword keyword,
    const char *value);

struct otp_sshd_ways otp_sshd_ways(
    const struct otp_sshd *sshd, const struct otp_check_services *services);

/*
 * Judge whether sshd asks for codes, and takes them; IS_ROOT: from root.  OPEN:
 * a Match block may decide otherwise, so it is not a fault that no method asks.
 */
void otp_sshd_judge(const struct otp_sshd *sshd,
    const struct otp_check_services *services, bool is_root, bool open);

/* Judge what is different for other logins, such as those of WHOM. */
void otp_sshd_judge_other(const struct otp_sshd *sshd,
    const struct otp_sshd *other, const struct otp_check_services *services,
    const char *whom);

/*
 * The keyword by which sshd refuses USER, or OTP_SSHD_KEYWORDS if it does not,
 * or may not.
 */
enum otp_sshd_keyword otp_sshd_refuses(
    const struct otp_sshd *sshd, const char *user, bool is_root);

/* Its name in sshd_config(5). */
const char *otp_sshd_keyword_name(enum otp_sshd_keyword keyword);

#endif
