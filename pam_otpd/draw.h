/* SPDX-License-Identifier: BSD-2-Clause */
/* A text as a QR code. */
#ifndef OTP_DRAW_H
#define OTP_DRAW_H

#include "common/core/err.h"
#include "common/link/wire.h"

/* Errors: PARSE (TEXT is empty), LIMIT (it is too long), NOMEM. */
enum otp_err otp_draw_run(
    const char *text, struct otp_wire_drawing *ret_drawing) OTP_MUST_USE;

#endif
