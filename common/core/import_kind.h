/* SPDX-License-Identifier: BSD-2-Clause */
/* What a whole input is, by its content. */
#ifndef OTP_IMPORT_KIND_H
#define OTP_IMPORT_KIND_H

#include <stddef.h>

#include "common/core/err.h"

enum otp_import_kind {
	OTP_IMPORT_KIND_UNKNOWN = 0, /* the detail says what it may be */
	OTP_IMPORT_KIND_URI,	     /* also otpauth-migration:// */
	OTP_IMPORT_KIND_GOOGLE,	     /* google-authenticator's file */
	OTP_IMPORT_KIND_OATH,	     /* users.oath */
	OTP_IMPORT_KIND_CSV,	     /* with a header */
	OTP_IMPORT_KIND_JSON,	     /* an app's export */
};

/*
 * The kind of SIZE bytes of TEXT.  *RET_DETAIL, of an unknown kind: what it is,
 * so far as it can be told (another app's export, a picture, UTF-16, ...).
 */
enum otp_import_kind otp_import_kind_find(
    const char *text, size_t size, enum otp_detail *ret_detail);

/* The length of a byte order mark at TEXT, which editors write before UTF-8. */
size_t otp_import_kind_mark(const char *text, size_t size);

#endif
