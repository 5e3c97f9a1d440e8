/* SPDX-License-Identifier: BSD-2-Clause */
/* Input from outside the store: bounded, and read with the right ids. */
#ifndef OTP_SOURCE_H
#define OTP_SOURCE_H

#include <stddef.h>

#include "common/core/err.h"
#include "common/effects/enrol.h"

/* A secret: otp_source_free() wipes it. */
struct otp_source {
	char *text; /* SIZE bytes, and a NUL */
	size_t size;
};

/*
 * All of standard input, at most MAX bytes.  Errors: READ, LIMIT (it is
 * longer: nothing behind that is waited for), NOMEM.
 */
enum otp_err otp_source_stdin(size_t max, struct otp_source *ret_source,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The regular file PATH, which belongs to root or ourselves, as does every
 * folder on the way; nobody else may write to them, and there is no symbolic
 * link.  Errors: those, and path.h's.
 */
enum otp_err otp_source_file(const char *path, size_t max,
    struct otp_source *ret_source, struct otp_fault *fault) OTP_MUST_USE;

/*
 * The regular file PATH, read by a child process that has SUBJECT's ids and
 * nothing else: links lead where the user could go, and no further.  It must
 * belong to the user or to root.  PATH may be relative to the user's home.
 * *RET_OPEN: others can read it, too.
 * Errors: ABSENT, OWNER, MODE (not regular), READ (FAULT's errnum says why),
 * LIMIT, NOMEM.
 */
enum otp_err otp_source_user(const struct otp_subject *subject,
    const char *path, size_t max, struct otp_source *ret_source, bool *ret_open,
    struct otp_fault *fault) OTP_MUST_USE;

void otp_source_free(struct otp_source *source);

#endif
