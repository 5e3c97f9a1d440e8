/* SPDX-License-Identifier: BSD-2-Clause */
/* What this program is, and what it was put together from. */
#ifndef OTP_VERSION_H
#define OTP_VERSION_H

/* On standard output, a line each. */
void otp_version_print(void);

#endif
