/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of users to enroll: CSV (RFC 4180, but a field ends on its line)
 * with a header that names the columns, or JSON lines, one object a line.
 * Columns and keys are user, label, kind and address.  The first line tells the
 * format, and whether commas, semicolons or tabs separate the columns; a line
 * "sep=;" may stand above it.
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
	char label[OTP_LABEL_SIZE];	/* "" = the usual one */
	enum otp_kind kind;		/* 0 = the usual one */
	char address[OTP_ADDRESS_SIZE]; /* as it was typed; "" = none */
};

enum otp_batch_read {
	OTP_BATCH_END,
	OTP_BATCH_ROW,
	OTP_BATCH_BAD,	  /* this line cannot be used, and it was said why */
	OTP_BATCH_FAILED, /* no more can be read, and it was said why */
};

/*
 * Open the file NAME; "-" is standard input.  NULL: it was said what is wrong.
 * The caller closes it.
 */
struct otp_batch_input *otp_batch_open(const char *name);

void otp_batch_close(struct otp_batch_input *input);

/* The next line that is not blank. */
enum otp_batch_read otp_batch_next(
    struct otp_batch_input *input, struct otp_batch_row *ret_row);

#endif
