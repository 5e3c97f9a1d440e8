/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store lies on: disk, labels, and the clock that codes go by. */
#ifndef OTP_GROUND_H
#define OTP_GROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"

/* Whether others can look into FOLDER, the store or a part of it. */
void otp_ground_check_mode(struct otp_findings *findings, const char *folder);

/* Whether the disk of the store FOLDER keeps what is written there. */
void otp_ground_check_disk(struct otp_findings *findings, const char *folder);

/* Whether there is SELinux, below ROOT ("" = on this host). */
bool otp_ground_has_labels(const char *root);

/*
 * Whether the SELinux type of PATH, which is of the store FOLDER or the
 * configuration, lets login programs at it; nothing below ROOT ("" = this
 * host) without SELinux.
 */
void otp_ground_check_label(
    struct otp_findings *findings, const char *root, const char *path);

/* Whether the clock, which says NOW, is likely to be right. */
void otp_ground_check_clock(struct otp_findings *findings, int64_t now);

/* "2026-01-31 12:00:00 UTC", or "". */
struct otp_moment {
	char text[40];
};
struct otp_moment otp_moment(int64_t seconds);

#endif
