/* SPDX-License-Identifier: BSD-2-Clause */
/* The account that a command is about. */
#ifndef OTP_SUBJECT_H
#define OTP_SUBJECT_H

#include "otp-enroll/cli/command.h"
#include "common/effects/enrol.h"

/*
 * The account that TOOL's arguments name or, where they name none and we are
 * not root, the caller's own.  Its name is the one that the user database
 * gives.  Other than OTP_EXIT_DONE: it was said what is wrong.
 */
enum otp_exit otp_subject_find(
    const struct otp_tool *tool, struct otp_subject *ret_subject);

/*
 * OTP_EXIT_DONE if NAME can be a former name: no account on this host has it.
 */
enum otp_exit otp_subject_former(const char *name);

/*
 * Whether ERRNUM is what the user database leaves in errno where it has no such
 * user: see getpwnam(3), ERRORS.
 */
bool otp_subject_is_nobody(int errnum);

/* The account called NAME. */
enum otp_exit otp_subject_named(const struct otp_tool *tool, const char *name,
    struct otp_subject *ret_subject);

#endif
