/* SPDX-License-Identifier: BSD-2-Clause */
/* Showing secrets. */
#ifndef OTP_SECRETS_H
#define OTP_SECRETS_H

#include <stdbool.h>

#include "otp-enroll/cli/command.h"
#include "common/effects/enrol.h"
#include "otp-enroll/cli/output.h"

/*
 * Whether secrets may go to standard output: it is a terminal, or --print was
 * given; a picture never goes to a terminal.  If not, it was said.
 */
bool otp_secrets_allowed(const struct otp_args *args);

/* What follows a token that is shown. */
enum otp_secrets_next {
	OTP_SECRETS_NEXT_NOTHING,
	OTP_SECRETS_NEXT_QUESTION, /* for a code of it */
	OTP_SECRETS_NEXT_CODES,	   /* recovery codes, at once */
};

/*
 * TOKEN, as screen.h says.  Where the QR code is a picture, that alone goes to
 * standard output, and everything else, from now on, to standard error.
 * False: it was said what is wrong.
 */
bool otp_secrets_show(const struct otp_args *args,
    const struct otp_token *token, const char *uri, enum otp_secrets_next next);

/*
 * URI as the picture that ARGS ask for, on standard output, which ends with
 * it.  False: it was said what is wrong.
 */
bool otp_secrets_picture(const struct otp_args *args, const char *uri);

/*
 * An object with user, uri and recovery_codes, or without URI (NULL) the
 * others; NULL where there is no memory.
 */
json_t *otp_secrets_json(const struct otp_subject *subject, const char *uri,
    const struct otp_recovery_set *set);

/* The texts of SET alone, an array; NULL where there is no memory. */
json_t *otp_secrets_codes_json(const struct otp_recovery_set *set);

/*
 * A set of recovery codes, once and for all; none is printed of an empty one.
 */
void otp_secrets_recovery(
    const struct otp_subject *subject, const struct otp_recovery_set *set);

/*
 * Closes the output after a change that was not committed: the secrets printed
 * for SUBJECT are not active.
 */
void otp_secrets_void(
    const struct otp_args *args, const struct otp_subject *subject);

#endif
