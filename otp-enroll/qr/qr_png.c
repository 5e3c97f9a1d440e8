/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pixels have a secret in them.  As with libqrencode, the library's copies
 * of them on the heap end with the process.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <png.h>

#include "otp-enroll/qr/qr_picture.h"

struct drawing {
	png_structp png;
	png_infop info;
	png_bytep row; /* one bit a pixel, the leftmost one highest */
	size_t row_size;
	FILE *stream;
	enum otp_err err; /* why it failed */
	int errnum;
};

static enum otp_err png_try_to_draw(
    const struct otp_qr *qr, struct drawing *drawing);
static void png_draw(const struct otp_qr *qr, struct drawing *drawing);
static void fill_row(
    const struct otp_qr *qr, int y, png_bytep row, size_t size);
static void png_put(png_structp png, png_bytep data, size_t size);
static void png_no_flush(png_structp png);
static void png_fail(png_structp png, png_const_charp what);
static void png_ignore(png_structp png, png_const_charp what);

enum otp_err
otp_qr_write_png(const struct otp_qr *qr, FILE *stream)
{
	struct drawing drawing = {
		.row_size = (size_t)(otp_qr_side(qr) * OTP_QR_PIXELS + 7) / 8,
		.stream = stream,
		.err = OTP_ERR_NOMEM, /* unless png_put() says otherwise */
	};
	enum otp_err err = OTP_ERR_NOMEM;

	drawing.row = malloc(drawing.row_size);
	drawing.png = png_create_write_struct(
	    PNG_LIBPNG_VER_STRING, NULL, png_fail, png_ignore);
	if (drawing.png != NULL)
		drawing.info = png_create_info_struct(drawing.png);
	if (drawing.row == NULL || drawing.info == NULL)
		goto out;

	err = png_try_to_draw(qr, &drawing);
	if (err == OTP_OK && fflush(stream) == EOF) {
		drawing.errnum = errno;
		err = OTP_ERR_WRITE;
	}
out:
	png_destroy_write_struct(&drawing.png, &drawing.info);
	free(drawing.row);
	errno = drawing.errnum;
	return err;
}

/* A function of its own: longjmp() loses the variables of the one it is in. */
static enum otp_err
png_try_to_draw(const struct otp_qr *qr, struct drawing *drawing)
{
	if (setjmp(png_jmpbuf(drawing->png)) != 0)
		return drawing->err;
	png_draw(qr, drawing);
	return OTP_OK;
}

static void
png_draw(const struct otp_qr *qr, struct drawing *drawing)
{
	png_uint_32 pixels = (png_uint_32)(otp_qr_side(qr) * OTP_QR_PIXELS);

	png_set_write_fn(drawing->png, drawing, png_put, png_no_flush);
	png_set_IHDR(drawing->png, drawing->info, pixels, pixels, 1,
	    PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
	    PNG_FILTER_TYPE_BASE);
	png_write_info(drawing->png, drawing->info);
	for (int y = 0; y < otp_qr_side(qr); y++) {
		fill_row(qr, y, drawing->row, drawing->row_size);
		for (int i = 0; i < OTP_QR_PIXELS; i++)
			png_write_row(drawing->png, drawing->row);
	}
	png_write_end(drawing->png, NULL);
}

static void
fill_row(const struct otp_qr *qr, int y, png_bytep row, size_t size)
{
	int pixels = otp_qr_side(qr) * OTP_QR_PIXELS;

	memset(row, 0xff, size);
	for (int x = 0; x < pixels; x++)
		if (otp_qr_dark(qr, x / OTP_QR_PIXELS, y))
			row[x / 8] &= (png_byte) ~(0x80 >> x % 8);
}

static void
png_put(png_structp png, png_bytep data, size_t size)
{
	struct drawing *drawing = png_get_io_ptr(png);

	if (fwrite(data, 1, size, drawing->stream) == size)
		return;
	drawing->err = OTP_ERR_WRITE;
	drawing->errnum = errno;
	png_error(png, "not written");
}

static void
png_no_flush(png_structp png)
{
	(void)png; /* the stream is flushed once, at the end */
}

static void
png_fail(png_structp png, png_const_charp what)
{
	(void)what;
	png_longjmp(png, 1);
}

static void
png_ignore(png_structp png, png_const_charp what)
{
	(void)png;
	(void)what;
}
