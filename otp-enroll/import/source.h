/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the texts of an import come from. */
#ifndef OTP_IMPORT_SOURCE_H
#define OTP_IMPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "otp-enroll/import/input.h"
#include "otp-enroll/import/records.h"

#define OTP_IMPORT_GOOGLE ".google_authenticator" /* in a home directory */

/*
 * Whether a user's own file may be read, so that the reader has to be started
 * (reader.h).
 */
bool otp_import_reads_homes(const struct otp_args *args);

/*
 * Find what the arguments name, and read it: one source; the homes of the users
 * that --users or --all-users name.  Other than OTP_EXIT_DONE: it was said what
 * is wrong.
 */
enum otp_exit otp_import_find_source(struct otp_import *import);
enum otp_exit otp_import_find_homes(struct otp_import *import);

/*
 * Read FILE, of root's or the caller's, or standard input if it is "-".  False:
 * it was said what is wrong, and counted.
 */
bool otp_import_open(struct otp_import *import, const char *file, size_t max,
    struct otp_input *ret_input);

/* FILE in messages. */
const char *otp_import_called(const char *file);

/*
 * Read PATH below SUBJECT's home directory, or absolute, as that user.  False:
 * there is no such file.
 */
bool otp_import_read_home(struct otp_import *import,
    const struct otp_subject *subject, const char *path);

#endif
