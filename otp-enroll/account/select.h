/* SPDX-License-Identifier: BSD-2-Clause */
/* Choosing a token: by its label, or by its number in 'status'. */
#ifndef OTP_SELECT_H
#define OTP_SELECT_H

#include <stdint.h>

#include "otp-enroll/cli/command.h"
#include "common/effects/enrol.h"
#include "common/effects/snapshot.h"

struct otp_select {
	unsigned index;		  /* in the seed of the snapshot */
	uint8_t id[OTP_ID_SIZE];  /* by which a change of the store names it */
	struct otp_active former; /* by pam_otpd: what the index is of */
};

/*
 * Read SUBJECT's account (through pam_otpd, only the kinds and labels of its
 * tokens) into RET_SNAPSHOT, which the caller wipes in any case, and find the
 * token that --token names; where none is named, the only one there is.  KIND:
 * only tokens of this kind; 0 = any.  Other than OTP_EXIT_DONE: it was said
 * what is wrong, and which tokens there are.
 */
enum otp_exit otp_select_token(const struct otp_tool *tool,
    const struct otp_subject *subject, enum otp_kind kind,
    struct otp_snapshot *ret_snapshot, struct otp_select *ret_selected);

/*
 * Report ERR of a change to the selected token: ABSENT means that it was
 * removed in the meantime.  Returns what the process ends with.
 */
enum otp_exit otp_select_failed(const struct otp_tool *tool,
    const struct otp_subject *subject, enum otp_err err,
    const struct otp_fault *fault);

#endif
