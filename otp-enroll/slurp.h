/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a file of the system's that is none of ours, whole. */
#ifndef OTP_SLURP_H
#define OTP_SLURP_H

#include <stddef.h>

/*
 * The regular file PATH, of at most MOST bytes, with a NUL behind them; the
 * caller frees it.  Never waits on a FIFO.  NULL: errno says why.
 */
char *otp_slurp(const char *path, size_t most, size_t *ret_size);

#endif
