/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a person sees who sets up an app: the QR code, and beside it in words
 * what to do, and the key for those who type it.
 *
 * On a terminal all of it stays in view with what follows: below 80 columns the
 * words are above the code, and a code that does not fit is not drawn.
 */
#ifndef OTP_SCREEN_H
#define OTP_SCREEN_H

#include <stdbool.h>

#include "common/core/token.h"
#include "otp-enroll/cli/terminal.h"
#include "otp-enroll/qr/qr.h"

struct otp_screen {
	const struct otp_token *token;
	const char *uri;	 /* shown as well; NULL = not */
	const struct otp_qr *qr; /* NULL = none is drawn */
	enum otp_qr_form form;
	enum otp_palette palette;
	bool picture;	 /* the code is a picture elsewhere */
	bool colourless; /* none is drawn, as the terminal has no colours */
	bool asks;	 /* a code is asked for next */
	int rows_below;	 /* rows that follow, and must fit as well */
};

/* Returns whether a code was drawn.  otp_output_flush() tells of failures. */
bool otp_screen_print(const struct otp_screen *screen);

#endif
