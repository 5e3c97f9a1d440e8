/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of the host: the store's disk and labels, and the clock. */
#ifndef OTP_CHECK_HOST_H
#define OTP_CHECK_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/store/store.h"
#include "otp-enroll/check/finding.h"

/* Check that other users cannot read FOLDER, the store or a part of it. */
void otp_check_host_mode(struct otp_findings *findings, const char *folder);

/* Check that the disk of the store at PLACE keeps what is written to it. */
void otp_check_host_disk(struct otp_findings *findings, struct otp_place place);

/* Find the files that interrupted commands left in the store at PLACE. */
enum otp_err otp_check_host_left(struct otp_findings *findings,
    struct otp_place place, struct otp_fault *fault) OTP_MUST_USE;

/* Whether SELinux is enabled below ROOT ("" = on this host). */
bool otp_check_host_has_labels(const char *root);

/*
 * Check that the SELinux type of PATH, a part of the store, lets login programs
 * use it.  Does nothing if SELinux is not enabled below ROOT ("" = this host).
 */
void otp_check_host_label(
    struct otp_findings *findings, const char *root, const char *path);

/* Check whether the clock, which shows NOW, is likely to be right. */
void otp_check_host_clock(struct otp_findings *findings, int64_t now);

#endif
