/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QR codes (ISO/IEC 18004): a text as a square of dark and light modules.
 * otp_qr_side() and otp_qr_dark() are all that a renderer needs.
 */
#ifndef OTP_SYMBOL_H
#define OTP_SYMBOL_H

#include <stdbool.h>

#include "common/core/err.h"

/* Light modules that a scanner needs around the symbol on every side. */
#define OTP_QR_QUIET 4

struct otp_qr;

/*
 * Encodes TEXT as the smallest symbol that it fits into, with the highest error
 * correction that this size allows.  The caller frees *RET_QR with
 * otp_qr_free().  Errors: PARSE (TEXT is empty), LIMIT (no symbol is large
 * enough; about 2900 bytes), NOMEM.
 */
enum otp_err otp_qr_encode(
    const char *text, struct otp_qr **ret_qr) OTP_MUST_USE;

/* Wipes and frees QR, which has the text's secret; NULL is allowed. */
void otp_qr_free(struct otp_qr *qr);

/* The symbol's version, 1 to 40. */
int otp_qr_version(const struct otp_qr *qr);

/* The symbol's level of error correction: 'L', 'M', 'Q' or 'H'. */
char otp_qr_level(const struct otp_qr *qr);

/* Modules in a side of the square, the quiet zone of both ends included. */
int otp_qr_side(const struct otp_qr *qr);

/*
 * Whether the module in column X and row Y is dark, counted from 0 at the
 * upper left corner of the quiet zone.  All beyond the symbol is light.
 */
bool otp_qr_dark(const struct otp_qr *qr, int x, int y);

#endif
