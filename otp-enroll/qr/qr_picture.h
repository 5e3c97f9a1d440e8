/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QR codes as pictures: black on white, with the quiet zone on every side,
 * each module a square of OTP_QR_PIXELS, so that no scanner meets a blurred
 * edge.
 */
#ifndef OTP_QR_PICTURE_H
#define OTP_QR_PICTURE_H

#include <stdio.h>

#include "common/core/err.h"
#include "otp-enroll/qr/qr.h"

#define OTP_QR_PIXELS 8 /* of a module's side */

/*
 * Write QR to STREAM as PNG (unless built without), or as SVG, and flush it.
 * The stream's buffer is the caller's: what it held may stay in memory.
 * Errors: NOMEM, WRITE (errno says why).
 */
enum otp_err otp_qr_write_png(
    const struct otp_qr *qr, FILE *stream) OTP_MUST_USE;
enum otp_err otp_qr_write_svg(
    const struct otp_qr *qr, FILE *stream) OTP_MUST_USE;

#endif
