/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers as other programs and people write them. */
#ifndef OTP_IMPORT_NUMBER_H
#define OTP_IMPORT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

/* Counters from which resynchronisation can still look ahead. */
#define OTP_IMPORT_COUNTER_MAX (UINT64_MAX - 100000)

/*
 * Read LENGTH characters, which are a number from MIN to MAX; blanks around it
 * and zeros before it do not count.  Errors: PARSE, with DETAIL and the text.
 */
enum otp_err otp_import_number(const char *text, size_t length, uint64_t min,
    uint64_t max, enum otp_detail detail, uint64_t *ret_number,
    struct otp_fault *fault) OTP_MUST_USE;

/* The same of codes' digits, of a period and of a counter. */
enum otp_err otp_import_digits(const char *text, size_t length,
    unsigned *ret_digits, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_import_period(const char *text, size_t length,
    unsigned *ret_period, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_import_counter(const char *text, size_t length,
    uint64_t *ret_counter, struct otp_fault *fault) OTP_MUST_USE;

#endif
