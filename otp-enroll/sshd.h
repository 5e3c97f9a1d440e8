/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sshd is told: by sshd itself (`sshd -T') where it is there, this is its
 * own host and we are root, else by reading sshd_config(5) with what it
 * includes, up to its Match blocks.
 */
#ifndef OTP_SSHD_H
#define OTP_SSHD_H

#include <stdbool.h>

#include "finding.h"
#include "wiring.h"

#define OTP_SSHD_VALUE 1024

/* A flat value; the defaults where nothing is said. */
struct otp_sshd {
	char where[OTP_SERVICE_PATH]; /* the file, or "sshd -T" */
	bool use_pam;
	bool interactive; /* KbdInteractiveAuthentication */
	bool password;
	bool key;
	char methods[OTP_SSHD_VALUE]; /* AuthenticationMethods, or "any" */
	char root[OTP_SSHD_VALUE];    /* PermitRootLogin */
	char match[OTP_SERVICE_PATH +
	    16]; /* a Match that was passed over, or "" */
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
