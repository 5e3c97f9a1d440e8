/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/daemon_test.c:
 *
 * 1. A symbol that the answer has no room for is an error
 *    (daemon__draws_what_fits).
 */
#include "config.h"

#include "pam_otpd/draw.h"

#include "common/qr/symbol.h"

static void copy_row(const struct otp_qr *qr, unsigned y, uint64_t *ret_row);

/* (The symbol is wiped; the library's own copies end with the worker.) */
enum otp_err
otp_draw_run(const char *text, struct otp_wire_drawing *ret_drawing)
{
	struct otp_qr *qr = NULL;
	enum otp_err err = otp_qr_encode(text, &qr);
	unsigned side = 0;

	if (err == OTP_OK) {
		side = (unsigned)otp_qr_side(qr) - 2 * OTP_QR_QUIET;
		if (side > OTP_WIRE_SIDE_MAX)
			err = OTP_ERR_LIMIT;
	}
	if (err == OTP_OK) {
		ret_drawing->side = side;
		for (unsigned y = 0; y < side; y++)
			copy_row(qr, y, &ret_drawing->rows[y]);
	}
	otp_qr_free(qr);
	return err;
}

static void
copy_row(const struct otp_qr *qr, unsigned y, uint64_t *ret_row)
{
	uint64_t row = 0;

	for (unsigned x = 0; x < OTP_WIRE_SIDE_MAX; x++)
		if (otp_qr_dark(
			qr, (int)(x + OTP_QR_QUIET), (int)(y + OTP_QR_QUIET)))
			row |= UINT64_C(1) << x;
	*ret_row = row;
}
