/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qr_print FORM PALETTE: the line on standard input as a QR code, as
 * otp-enroll prints it.  FORM is utf8 or ascii, PALETTE none, 8 or 256.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "otp-enroll/qr/qr.h"

static enum otp_palette
palette_named(const char *name)
{
	if (strcmp(name, "256") == 0)
		return OTP_PALETTE_256;
	if (strcmp(name, "8") == 0)
		return OTP_PALETTE_8;
	return OTP_PALETTE_NONE;
}

int
main(int argc, char **argv)
{
	char text[8192] = "";
	struct otp_qr *qr = NULL;
	enum otp_qr_form form;

	if (argc != 3 || !fgets(text, sizeof(text), stdin)) {
		fprintf(stderr, "usage: qr_print FORM PALETTE < TEXT\n");
		return 2;
	}
	text[strcspn(text, "\n")] = '\0';
	form = strcmp(argv[1], "ascii") ? OTP_QR_HALF_BLOCKS : OTP_QR_ASCII;

	if (otp_qr_encode(text, &qr) != OTP_OK ||
	    otp_qr_print(qr, form, palette_named(argv[2]), stdout) != OTP_OK) {
		fprintf(stderr, "qr_print: failed\n");
		return 1;
	}
	otp_qr_free(qr);
	return 0;
}
