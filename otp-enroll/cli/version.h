/* SPDX-License-Identifier: BSD-2-Clause */
/* The version of this program and of its libraries. */
#ifndef OTP_VERSION_H
#define OTP_VERSION_H

/* Prints them on standard output, one per line. */
void otp_version_print(void);

#endif
