/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of CSV (RFC 4180), whose fields do not extend over lines. */
#ifndef OTP_CSV_H
#define OTP_CSV_H

/*
 * The number of fields in TEXT, which SEPARATOR separates; *RET_FIELDS are the
 * first MAX of them, in place.  -1: a quotation mark is out of place or
 * missing.
 */
int otp_csv_split(char *text, char separator, char **ret_fields, int max);

#endif
