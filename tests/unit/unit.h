/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes first. */
#ifndef OTP_UNIT_H
#define OTP_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include <cmocka.h>

#include "common/core/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Numbers that look random and are the same in every run (splitmix64).
 * Each test has a state of its own.
 */
static inline uint64_t
unit_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A number from MIN to MAX. */
static inline uint64_t
unit_between(uint64_t *state, uint64_t min, uint64_t max)
{
	return min + unit_random(state) % (max - min + 1);
}

/*
 * Whether FOLDER is mounted nodev, as Debian 13's /tmp is: there the kernel
 * opens no device, whatever the module makes of one.
 */
static inline bool
unit_is_nodev(const char *folder)
{
	struct statvfs mounted;

	assert_int_equal(statvfs(folder, &mounted), 0);
	return (mounted.f_flag & ST_NODEV) != 0;
}

static inline void
unit_fill(uint64_t *state, void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)bytes)[i] = (unsigned char)unit_random(state);
}

/* A fault's detail and the numbers that come with it, "owner 12345". */
static inline const char *
unit_detail(const struct otp_fault *fault)
{
	static char text[96];
	int length =
	    snprintf(text, sizeof(text), "%s", otp_detail_word(fault->detail));

	for (size_t i = 0; i < 2 && fault->numbers[i] != 0; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
		    " %lu", fault->numbers[i]);
	return text;
}

#endif
