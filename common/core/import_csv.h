/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CSV lists of tokens, as vendors of hardware tokens deliver them.  The first
 * line names the columns, in any order and in either case:
 *
 *	secret		in base32 or hexadecimal; the one that must be there
 *	base32, hex	the same, and the encoding is known
 *	user, serial, label, issuer, kind, algorithm, digits, period, counter
 *
 * The columns are separated by commas, semicolons or tabs; the first line shows
 * which.  A line "sep=;" may stand above it.
 */
#ifndef OTP_IMPORT_CSV_H
#define OTP_IMPORT_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/token.h"

#define OTP_IMPORT_CSV_LINE    1023 /* bytes of a line, without the newline */
#define OTP_IMPORT_CSV_COLUMNS 32
#define OTP_IMPORT_CSV_TEXT    256 /* bytes of a name, the NUL included */

/* What is where; begin with zeros. */
struct otp_import_csv {
	char separator;
	int columns;
	unsigned char at[OTP_IMPORT_CSV_COLUMNS]; /* which column it is */
};

/* A secret: wipe it. */
struct otp_import_csv_row {
	char user[OTP_IMPORT_CSV_TEXT];	  /* or "" */
	char serial[OTP_IMPORT_CSV_TEXT]; /* or "" */
	struct otp_token token; /* named by its label, or its serial, or not */
};

/*
 * Whether LINE is such a header; whether it is a list's line without a header.
 */
bool otp_import_csv_is(const char *line, size_t length);
bool otp_import_csv_is_headless(const char *line, size_t length);

/* Whether LINE is "sep=;", by which Excel learns the separator. */
bool otp_import_csv_is_separator(const char *line, size_t length);

/* Whether each line names its user. */
bool otp_import_csv_has_users(const struct otp_import_csv *csv);

/*
 * Read the header in LINE.  Columns that are not known are told, and refused if
 * they may change the codes.  Errors: PARSE.
 */
enum otp_err otp_import_csv_header(const char *line, size_t length,
    const struct otp_import_teller *teller, struct otp_import_csv *ret_csv,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Read a line after it.  Of one that is refused *RET_ROW has the user and the
 * serial number, as far as they were read.  The caller wipes it.  Errors:
 * PARSE.
 */
enum otp_err otp_import_csv_parse(const struct otp_import_csv *csv,
    const char *line, size_t length, const struct otp_import_teller *teller,
    struct otp_import_csv_row *ret_row, struct otp_fault *fault) OTP_MUST_USE;

#endif
