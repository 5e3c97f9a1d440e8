/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text has a seed in it.  What is ours is wiped; the library's copies of
 * its input on the heap are out of reach and end with the process.
 */
#include "config.h"

#include "common/qr/symbol.h"

#include <errno.h>
#include <stdlib.h>
#include <qrencode.h>

#include "common/core/wipe.h"

struct otp_qr {
	QRcode *code;
	QRecLevel level;
};

static enum otp_err raise_level(const char *text, struct otp_qr *qr);
static enum otp_err code_new(
    const char *text, QRecLevel level, QRcode **ret_code);
static void code_free(QRcode *code);

enum otp_err
otp_qr_encode(const char *text, struct otp_qr **ret_qr)
{
	enum otp_err err = OTP_ERR_NOMEM;
	struct otp_qr *qr = calloc(1, sizeof(*qr));

	if (qr == NULL)
		goto out;

	qr->level = QR_ECLEVEL_L;
	err = code_new(text, qr->level, &qr->code);
	if (err != OTP_OK)
		goto out;
	err = raise_level(text, qr);
	if (err != OTP_OK)
		goto out;

	*ret_qr = qr;
	qr = NULL;
out:
	otp_qr_free(qr);
	return err;
}

/* Raises QR's error correction as far as the symbol's size allows. */
static enum otp_err
raise_level(const char *text, struct otp_qr *qr)
{
	for (QRecLevel level = QR_ECLEVEL_M; level <= QR_ECLEVEL_H; level++) {
		QRcode *code = NULL;
		enum otp_err err = code_new(text, level, &code);

		if (err == OTP_ERR_LIMIT)
			break;
		if (err != OTP_OK)
			return err;
		if (code->version > qr->code->version) {
			code_free(code);
			break;
		}
		code_free(qr->code);
		qr->code = code;
		qr->level = level;
	}
	return OTP_OK;
}

/*
 * The hint makes the library split the text into runs of digits, capitals and
 * bytes, so that a secret in base32 takes 5.5 bits a character.
 */
static enum otp_err
code_new(const char *text, QRecLevel level, QRcode **ret_code)
{
	QRcode *code = QRcode_encodeString(text, 0, level, QR_MODE_8, 1);

	if (code != NULL) {
		*ret_code = code;
		return OTP_OK;
	}

	switch (errno) {
	case ERANGE:
		return OTP_ERR_LIMIT;
	case EINVAL:
		return OTP_ERR_PARSE;
	default:
		return OTP_ERR_NOMEM;
	}
}

void
otp_qr_free(struct otp_qr *qr)
{
	if (qr == NULL)
		return;

	code_free(qr->code);
	free(qr);
}

static void
code_free(QRcode *code)
{
	if (code == NULL)
		return;

	otp_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
}

int
otp_qr_version(const struct otp_qr *qr)
{
	return qr->code->version;
}

char
otp_qr_level(const struct otp_qr *qr)
{
	static const char letters[] = "LMQH";

	return letters[qr->level];
}

int
otp_qr_side(const struct otp_qr *qr)
{
	return qr->code->width + 2 * OTP_QR_QUIET;
}

bool
otp_qr_dark(const struct otp_qr *qr, int x, int y)
{
	int width = qr->code->width;

	x -= OTP_QR_QUIET;
	y -= OTP_QR_QUIET;
	if (x < 0 || y < 0 || x >= width || y >= width)
		return false;

	return qr->code->data[y * width + x] & 1;
}
