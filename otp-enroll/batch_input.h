/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is to be enrolled, line by line: CSV (RFC 4180, but no field goes over
 * the end of its line) with a header that names the columns, or a JSON object a
 * line.  Columns and keys are user, label and kind.  The first line tells
 * which it is.
 */
#ifndef OTP_BATCH_INPUT_H
#define OTP_BATCH_INPUT_H

#include <stdbool.h>

#include "common/core/token.h"
#include "common/effects/attempt.h"

#define OTP_BATCH_LINE 4096 /* bytes of a line, the NUL included */

struct otp_batch_input;

struct otp_batch_row {
	unsigned long line; /* from 1 */
	char user[OTP_ACCOUNT_SIZE];
	char label[OTP_LABEL_SIZE]; /* "" = the usual one */
	enum otp_kind kind;	    /* 0 = the usual one */
};

enum otp_batch_read {
	OTP_BATCH_END,
	OTP_BATCH_ROW,
	OTP_BATCH_BAD,	  /* this line cannot be used; it was said why */
	OTP_BATCH_FAILED, /* nothing more can be read; likewise */
};

/*
 * Open the file NAME, "-" being standard input.  NULL: it was said what is
 * wrong.  The caller closes it.
 */
struct otp_batch_input *otp_batch_open(const char *name);

void otp_batch_close(struct otp_batch_input *input);

/* The next line that is not blank. */
enum otp_batch_read otp_batch_next(
    struct otp_batch_input *input, struct otp_batch_row *ret_row);

#endif
