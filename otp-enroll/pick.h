/* SPDX-License-Identifier: BSD-2-Clause */
/* Which token: by its label, or by its number in `status'. */
#ifndef OTP_PICK_H
#define OTP_PICK_H

#include <stdint.h>

#include "command.h"
#include "common/effects/enrol.h"
#include "view.h"

struct otp_pick {
	unsigned index;		 /* in the seed it was picked from */
	uint8_t id[OTP_ID_SIZE]; /* by which a change names it */
};

/*
 * Read SUBJECT's account into RET_VIEW, which the caller wipes in any case,
 * and find the token that --token names; where none is named, the only one
 * there is.  KIND: of this kind only; 0 = of any.  Other than OTP_EXIT_DONE:
 * it was said what is wrong, and which tokens there are.
 */
enum otp_exit otp_pick_token(const struct otp_tool *tool,
    const struct otp_subject *subject, enum otp_kind kind,
    struct otp_view *ret_view, struct otp_pick *ret_pick);

/*
 * ERR is of a change to the token picked: ABSENT says that somebody else was
 * faster.  What the process is to end with.
 */
enum otp_exit otp_pick_failed(const struct otp_tool *tool,
    const struct otp_subject *subject, enum otp_err err,
    const struct otp_fault *fault);

#endif
