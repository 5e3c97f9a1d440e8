/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of a new token, as a QR code of characters. */
#ifndef OTP_MODULE_DRAW_H
#define OTP_MODULE_DRAW_H

#include <stdbool.h>

#include "common/core/token.h"
#include "pam_module/login.h"

/*
 * A terminal of 80x24 has these rows beside the heading, two lines of the key
 * and the prompt; a character has up to 3 bytes.
 */
#define OTP_DRAW_COLUMNS 41
#define OTP_DRAW_ROWS	 20
#define OTP_DRAW_SIZE	 ((3 * OTP_DRAW_COLUMNS + 1) * OTP_DRAW_ROWS + 1)

/*
 * TOKEN's QR code, drawn by pam_otpd(8): rows of half blocks, each but the last
 * ended by a newline.  A secret: the caller wipes it.  False: there is none,
 * and the log says why if LOGIN has 'debug'.
 */
bool otp_draw(const struct otp_login *login, const struct otp_token *token,
    char ret_text[OTP_DRAW_SIZE]);

#endif
