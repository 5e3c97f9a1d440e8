/* SPDX-License-Identifier: BSD-2-Clause */
/* How the files of an account are called.  Texts alone, no files. */
#ifndef OTP_STORE_NAME_H
#define OTP_STORE_NAME_H

#include <limits.h>
#include <stdbool.h>

#include "common/core/err.h"

/* An escaped account name; ".NAME.new" must be a file name too. */
#define OTP_STORE_NAME_MAX  (NAME_MAX - 5)
#define OTP_STORE_NAME_SIZE (OTP_STORE_NAME_MAX + 1)
#define OTP_STORE_NEW_SIZE  (NAME_MAX + 1)

/*
 * The account name as a file name: bytes outside [A-Za-z0-9_@.-], and a
 * leading '.', as %XX.  Errors: NAME (empty, too long).
 */
enum otp_err otp_store_name_escape(
    const char *account, char ret_name[OTP_STORE_NAME_SIZE]) OTP_MUST_USE;

/* The account of a file name; false if no account's file is called so. */
bool otp_store_name_unescape(
    const char *name, char ret_account[OTP_STORE_NAME_SIZE]);

/* ".NAME.new", what a file is called while it is being made. */
void otp_store_name_new(const char *name, char ret_name[OTP_STORE_NEW_SIZE]);

#endif
