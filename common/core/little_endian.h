/* SPDX-License-Identifier: BSD-2-Clause */
/* Little-endian numbers.  AT has 4 or 8 bytes, and need not be aligned. */
#ifndef OTP_LITTLE_ENDIAN_H
#define OTP_LITTLE_ENDIAN_H

#include <stdint.h>

static inline void
otp_put_u32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline void
otp_put_u64(uint8_t *at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline void
otp_put_i64(uint8_t *at, int64_t value)
{
	otp_put_u64(at, (uint64_t)value);
}

static inline uint32_t
otp_get_u32(const uint8_t *at)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)at[i] << (8 * i);
	return value;
}

static inline uint64_t
otp_get_u64(const uint8_t *at)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

static inline int64_t
otp_get_i64(const uint8_t *at)
{
	return (int64_t)otp_get_u64(at);
}

#endif
