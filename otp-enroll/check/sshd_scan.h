/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading sshd_config(5) and the files that it includes. */
#ifndef OTP_SSHD_SCAN_H
#define OTP_SSHD_SCAN_H

#include "otp-enroll/check/sshd.h"

#define OTP_SSHD_CRITERIA 512

/* A setting in a Match block. */
struct otp_sshd_setting {
	enum otp_sshd_keyword keyword;
	char value[OTP_SSHD_VALUE];
	struct otp_sshd_place place;
	char criteria[OTP_SSHD_CRITERIA]; /* "user alice"; cut = unknown */
};

struct otp_sshd_scan {
	struct otp_sshd written; /* outside Match blocks, with the defaults */
	size_t count;
	struct otp_sshd_setting *settings; /* in their order */
	bool failed;			   /* no memory */
};

/*
 * Read the files below ROOT.  On failure errno says why.  The caller calls
 * otp_sshd_scan_free() in any case.
 */
bool otp_sshd_scan(const char *root, struct otp_sshd_scan *ret_scan);
void otp_sshd_scan_free(struct otp_sshd_scan *scan);

/*
 * Take the settings from TEXT, the output of 'sshd -T', and find their places.
 */
void otp_sshd_scan_output(
    const struct otp_sshd_scan *scan, char *text, struct otp_sshd *ret_sshd);

#endif
