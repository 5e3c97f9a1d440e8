/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where codes are sent to.  A line of the seed file
 *
 *	deliver:SECRET:URI
 *
 * has one address; SECRET is base32 of 20 bytes, from which its codes are made.
 *
 *	mailto:LOCAL@DOMAIN	LOCAL of [A-Za-z0-9._+-]{1,64}, no dash or dot
 *				first; DOMAIN a host name
 *	sms:+NUMBER		7 to 15 digits
 *	SCHEME:ANY		SCHEME of [a-z][a-z0-9-]{0,15}; ANY printable
 *				ASCII without space, '"' and '\'
 */
#ifndef OTP_ADDRESS_H
#define OTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/token.h"

#define OTP_ADDRESS_SIZE	248 /* of a URI, the NUL included */
#define OTP_ADDRESS_SECRET_SIZE 20  /* bytes */
#define OTP_ADDRESS_SCHEME_MAX	16  /* bytes before the colon */

/* "deliver:", base32 of the secret, ':', a URI, NUL */
#define OTP_ADDRESS_LINE_SIZE 289

/* A secret, unless it has none yet. */
struct otp_address {
	char uri[OTP_ADDRESS_SIZE];
	uint8_t secret[OTP_ADDRESS_SECRET_SIZE];
};

/* An address that is not active yet, and the time until which it can be. */
struct otp_pending {
	int64_t until; /* 0: there is none */
	struct otp_address address;
};

/* "pending:", a time of up to 12 digits, ':', base32, ':', a URI, NUL */
#define OTP_PENDING_LINE_SIZE 302

/* As a masked address; the NUL included. */
#define OTP_ADDRESS_MASKED_SIZE OTP_ADDRESS_SIZE

/*
 * Read LENGTH bytes of a URI.  The secret of *RET_ADDRESS is zeros.  Errors:
 * PARSE, with the detail.
 */
enum otp_err otp_address_parse(const char *uri, size_t length,
    struct otp_address *ret_address, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Likewise what a person types: a URI, or a mail address or telephone number
 * without a scheme.  In a number, spaces and dashes are skipped.
 */
enum otp_err otp_address_read(const char *typed,
    struct otp_address *ret_address, struct otp_fault *fault) OTP_MUST_USE;

/* How many bytes of the URI are before its colon. */
size_t otp_address_scheme(const struct otp_address *address);

bool otp_address_is_mail(const struct otp_address *address);

/*
 * Whether PREFIXES allows it.  They are what telephone numbers begin with, with
 * commas between them; an address that is not a number is always allowed.
 */
bool otp_address_is_within(
    const struct otp_address *address, const char *prefixes);

/* Whether PREFIXES is such a list, of + and 1 to 15 digits each; or "". */
bool otp_address_are_prefixes(const char *prefixes);

/*
 * The log's word for a code that is sent there: "mail", "sms", or the scheme.
 */
void otp_address_method(const struct otp_address *address,
    char ret_method[OTP_ADDRESS_SCHEME_MAX + 1]);

/*
 * Enough of the address for its owner to recognise it:
 * "a***@example.org", "+49***567", "SCHEME:***".
 */
void otp_address_mask(const struct otp_address *address,
    char ret_masked[OTP_ADDRESS_MASKED_SIZE]);

/* Read one line of a seed file, LENGTH bytes.  Errors: PARSE. */
enum otp_err otp_address_parse_line(const char *line, size_t length,
    struct otp_address *ret_address, struct otp_fault *fault) OTP_MUST_USE;

/* Write the same line, with a NUL and without a newline. */
void otp_address_format_line(
    const struct otp_address *address, char ret_line[OTP_ADDRESS_LINE_SIZE]);

/* The same of its line "pending:UNTIL:SECRET:URI", which is there. */
enum otp_err otp_pending_parse_line(const char *line, size_t length,
    struct otp_pending *ret_pending, struct otp_fault *fault) OTP_MUST_USE;
void otp_pending_format_line(
    const struct otp_pending *pending, char ret_line[OTP_PENDING_LINE_SIZE]);

/*
 * The id of the address in the state: the first bytes of SHA-256 over
 * "pam_otp address 1", a NUL, the secret and the URI.  Errors: CRYPTO.
 */
enum otp_err otp_address_id(const struct otp_address *address,
    uint8_t ret_id[OTP_ID_SIZE]) OTP_MUST_USE;

#endif
