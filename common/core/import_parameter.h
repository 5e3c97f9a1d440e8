/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of a URI's parameters as other programs write them. */
#ifndef OTP_IMPORT_PARAMETER_H
#define OTP_IMPORT_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

enum otp_import_parameter {
	OTP_IMPORT_SECRET,
	OTP_IMPORT_ISSUER,
	OTP_IMPORT_ALGORITHM,
	OTP_IMPORT_DIGITS,
	OTP_IMPORT_PERIOD,
	OTP_IMPORT_COUNTER,
	OTP_IMPORT_HTML,     /* "amp;digits": '&' was written as in HTML */
	OTP_IMPORT_SUSPECT,  /* not known, and may change the codes */
	OTP_IMPORT_HARMLESS, /* changes no code: the address of an image */
	OTP_IMPORT_OTHER,    /* not known: its value tells whether it may */
};

/* The number of those that are known, the first ones. */
#define OTP_IMPORT_PARAMETERS 6

/* What NAME (LENGTH bytes, decoded, either case) is. */
enum otp_import_parameter otp_import_parameter_find(
    const char *name, size_t length);

/*
 * Whether VALUE may change the codes under whatever name: a number, an
 * algorithm or a type.
 */
bool otp_import_parameter_is_telling(const char *value, size_t length);

#endif
