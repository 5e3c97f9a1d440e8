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

#include "common/core/err.h"
#include "common/core/token.h"

/* The length of the longest URI (one line of a seed file), without the NUL. */
#define OTP_URI_MAX 1023

/*
 * Read LENGTH bytes of URI.  Scheme, type, parameter names and algorithm are
 * read in either case, and unknown parameters are ignored.  The URI is refused
 * if a known parameter is given twice, out of range or not understood, if totp
 * has a counter, or if hotp has a period.  Numbers are decimal digits without
 * a sign or leading zero.  Percent-encoding (RFC 3986, section 2.1) is decoded
 * in label, names and values; '+' is a plus sign.  %00, raw control characters
 * and '#' are refused; other raw bytes are accepted.  The label must not be
 * empty, an empty issuer means none, and padding of the secret is optional.
 * Errors: PARSE, with the detail.  *RET_TOKEN has a secret: the caller wipes
 * it.
 */
enum otp_err otp_uri_parse(const char *uri, size_t length,
    struct otp_token *ret_token, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Write TOKEN as a URI with a NUL.  Parameters at their default are left out;
 * a HOTP URI always has its counter.  Everything outside RFC 3986's unreserved
 * set is percent-encoded, except ':' and '@' in the label.  Reading the URI
 * gives an equal token.  Errors: PARSE (the token is out of bounds, or the URI
 * would be longer than OTP_URI_MAX).
 */
enum otp_err otp_uri_format(
    const struct otp_token *token, char ret_uri[OTP_URI_MAX + 1]) OTP_MUST_USE;

/*
 * The same; but a URI that would be longer than OTP_URI_MAX has only those
 * bytes encoded that could not be read back otherwise.  So every token that
 * was read can be written, even if its label was not encoded.  Errors: PARSE.
 */
enum otp_err otp_uri_format_any(
    const struct otp_token *token, char ret_uri[OTP_URI_MAX + 1]) OTP_MUST_USE;

#endif
