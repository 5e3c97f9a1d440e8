/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * otpauth:// URIs <-> tokens, as authenticator apps read them:
 *
 *	otpauth://totp/LABEL?secret=BASE32[&issuer=...][&algorithm=SHA1|...]
 *		[&digits=6|7|8][&period=15...120]
 *	otpauth://hotp/LABEL?secret=BASE32&counter=N[&...]
 */
#ifndef OTP_URI_H
#define OTP_URI_H

#include <stddef.h>

#include "err.h"
#include "token.h"

/* A URI's longest length in bytes (one line of a seed file), without NUL. */
#define OTP_URI_MAX 1023

/*
 * Read LENGTH bytes of URI.  Scheme, type, parameter names and algorithm are
 * read in either case; parameters that are not known are ignored; one known
 * parameter twice, out of range, or not understood refuses the whole, and so
 * does `counter` with totp or `period` with hotp.  Numbers are plain decimal
 * digits without sign or leading zero.  Percent-encoding (RFC 3986, section
 * 2.1) is decoded in the label, names and values, and '+' is a plus; %00, raw
 * control characters and '#' are refused, other raw bytes are taken as they
 * are.  The label must not be empty, an empty issuer is none, and the secret's
 * padding may be there or not.  Errors: PARSE, with FAULT's `what` (never
 * content).  *RET_TOKEN holds a secret: the caller wipes it.
 */
enum otp_err otp_uri_parse(const char *uri, size_t length,
    struct otp_token *ret_token, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Write TOKEN as a URI with a NUL.  Parameters at their default are left out;
 * a HOTP URI always has its counter.  Everything outside RFC 3986's
 * unreserved set is percent-encoded, save ':' and '@' in the label.  Parsed
 * again it gives an equal token.  Errors: PARSE (the token is out of bounds,
 * or the URI would be longer than OTP_URI_MAX).
 */
enum otp_err otp_uri_format(
    const struct otp_token *token, char ret_uri[OTP_URI_MAX + 1]) OTP_MUST_USE;

/*
 * The same; or, where that would be longer than OTP_URI_MAX, with nothing
 * encoded but what could not be read back as it is.  So every token that was
 * read can be written, also one whose label nobody encoded.  Errors: PARSE.
 */
enum otp_err otp_uri_format_any(
    const struct otp_token *token, char ret_uri[OTP_URI_MAX + 1]) OTP_MUST_USE;

#endif
