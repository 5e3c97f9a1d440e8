/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a reader of another program's file says while it reads: what it changed
 * or left out.  An import is liberal in what it takes and exact in what it
 * stores, so each change is told.
 */
#ifndef OTP_IMPORT_NOTE_H
#define OTP_IMPORT_NOTE_H

#include <stddef.h>

#include "common/core/err.h"

/* TELL gets a fault with a detail and, where it is known, a line and a name. */
struct otp_import_teller {
	void (*tell)(void *context, const struct otp_fault *note);
	void *context;
	unsigned line; /* of what is being read, from 1, or 0 */
};

/*
 * Tell what was done.  NAME (LENGTH bytes) is what it was done to, as below.
 * TELLER may be NULL.
 */
void otp_import_tell(const struct otp_import_teller *teller,
    enum otp_detail detail, const char *name, size_t length);

/*
 * Fill FAULT (which may be NULL) with what is refused and why, and return
 * OTP_ERR_PARSE.  NAME is cut to fit; what may be a secret, in the wrong place,
 * is not shown.
 */
enum otp_err otp_import_refused(struct otp_fault *fault, enum otp_detail detail,
    const char *name, size_t length) OTP_MUST_USE;

#endif
