/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sshd is told: by sshd itself (`sshd -T') where it is there, this is its
 * own host and we are root, else by reading sshd_config(5) with what it
 * includes, up to its Match blocks. That is read anyway: what is wrong has to be
 * mended there.
 */
#ifndef OTP_SSHD_H
#define OTP_SSHD_H

#include <stdbool.h>

#include "finding.h"
#include "wiring.h"

#define OTP_SSHD_VALUE 1024

enum otp_sshd_keyword {
	OTP_SSHD_USE_PAM = 0,
	OTP_SSHD_INTERACTIVE,
	OTP_SSHD_PASSWORD,
	OTP_SSHD_KEY,
	OTP_SSHD_METHODS,
	OTP_SSHD_ROOT,
	OTP_SSHD_KEYWORDS,
};

/* "/etc/ssh/sshd_config:4" */
struct otp_sshd_place {
	char text[OTP_SERVICE_PATH + 16];
};

/* A flat value; the defaults where nothing is said. */
struct otp_sshd {
	char where[OTP_SERVICE_PATH]; /* the file, or "sshd -T" */
	/* where each is written, or would have to be */
	struct otp_sshd_place places[OTP_SSHD_KEYWORDS];
	bool use_pam;
	bool interactive; /* KbdInteractiveAuthentication */
	bool password;
	bool key;
	char methods[OTP_SSHD_VALUE]; /* AuthenticationMethods, or "any" */
	char root[OTP_SSHD_VALUE];    /* PermitRootLogin */
	struct otp_sshd_place match;  /* what was passed over, or "" */
};

/*
 * Read it below ROOT, as it is for USER (NULL: for anybody).  False: *RET_WHY,
 * or NULL where there is no sshd.
 */
bool otp_sshd_read(const char *root, const char *user,
    struct otp_sshd *ret_sshd, const char **ret_why);

/* Whether a code can be asked for, and is; IS_ROOT: it is about root. */
void otp_sshd_judge(
    const struct otp_sshd *sshd, const struct otp_wiring *wiring, bool is_root);

#endif
