/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/qr/qr_picture.h"

/*
 * A row's dark modules, run by run: begin at the upper left corner, right,
 * down, left, close.  One path for all, as neighbouring rectangles would show
 * hairlines between them.
 */
static void
write_row(const struct otp_qr *qr, int y, FILE *stream)
{
	int side = otp_qr_side(qr);

	for (int x = 0; x < side; x++) {
		int from = x;

		while (x < side && otp_qr_dark(qr, x, y))
			x++;
		if (x > from)
			(void)fprintf(stream, "M%d %dh%dv1h-%dz\n", from, y,
			    x - from, x - from);
	}
}

enum otp_err
otp_qr_write_svg(const struct otp_qr *qr, FILE *stream)
{
	int side = otp_qr_side(qr);

	(void)fprintf(stream,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\" "
	    "shape-rendering=\"crispEdges\">\n"
	    "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
	    "<path fill=\"#000000\" d=\"\n",
	    side * OTP_QR_PIXELS, side * OTP_QR_PIXELS, side, side, side, side);
	for (int y = 0; y < side; y++)
		write_row(qr, y, stream);
	(void)fputs("\"/>\n</svg>\n", stream);
	/* Whatever went wrong above shows here. */
	return fflush(stream) == EOF || ferror(stream) ? OTP_ERR_WRITE : OTP_OK;
}
