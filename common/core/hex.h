/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OTP_HEX_H
#define OTP_HEX_H

/* The value of a hexadecimal digit in either case, or -1. */
static inline int
otp_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
