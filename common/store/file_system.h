/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File systems on which all processes that use a store see each other's locks.
 * One that is not known to be such may be shared with another host or a virtual
 * machine, where one code would work twice.
 */
#ifndef OTP_FILE_SYSTEM_H
#define OTP_FILE_SYSTEM_H

#include <stdbool.h>

#include "common/core/err.h"

/*
 * Check that FOLDER (an open directory) is on such a file system.  Errors:
 * FILESYSTEM (FAULT has the type as its name), READ.
 */
enum otp_err otp_file_system_check(
    int folder, struct otp_fault *fault) OTP_MUST_USE;

/* The magic number of FOLDER's file system (statfs(2)).  Errors: READ. */
enum otp_err otp_file_system_magic(
    int folder, unsigned long *ret_magic, struct otp_fault *fault) OTP_MUST_USE;

/* Whether the file system with this magic number is one of them. */
bool otp_file_system_is_local(unsigned long magic);

/* Its type ("ext4", "fuse"), or the number, which is not a name: "0x6969". */
void otp_file_system_name(
    unsigned long magic, char ret_name[OTP_FAULT_NAME_SIZE]);

#endif
