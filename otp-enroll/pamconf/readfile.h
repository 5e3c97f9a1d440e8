/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a whole file of the system's. */
#ifndef OTP_READFILE_H
#define OTP_READFILE_H

#include <stddef.h>

/*
 * Read the regular file PATH, of at most MAX bytes; a NUL follows them.  The
 * caller frees the text.  A FIFO is never waited for.  NULL: errno says why.
 */
char *otp_readfile(const char *path, size_t max, size_t *ret_size);

#endif
