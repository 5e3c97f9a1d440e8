/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds a lock: for the log line of a login that waited in vain. */
#ifndef OTP_HOLDER_H
#define OTP_HOLDER_H

#include <stddef.h>

/*
 * The process that holds an open-file-description lock on FD's file, as "held
 * by su[1234]".  The kernel names no owner of such locks, so /proc is
 * searched, for at most a second.  TEXT (of SIZE bytes) stays as it is where
 * none is found.  The name in it is the process's own choice: escape it.
 */
void otp_holder_find(int fd, char *text, size_t size);

#endif
