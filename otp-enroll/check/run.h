/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking a program of the system, which is run without input. */
#ifndef OTP_CHECK_RUN_H
#define OTP_CHECK_RUN_H

#include <stdbool.h>
#include <stddef.h>

enum otp_run_output {
	OTP_RUN_STDOUT, /* what it says on standard error is dropped */
	OTP_RUN_BOTH,
};

/*
 * Run the program ARGUMENTS[0], an absolute path, with an empty environment and
 * for at most 10 seconds.  *RET_TEXT is its output of at most MAX bytes, which
 * the caller frees; *RET_STATUS is its exit status.  False if it did not run,
 * did not end by itself, or said more.
 */
bool otp_run(const char *const *arguments, enum otp_run_output output,
    size_t max, char **ret_text, int *ret_status);

#endif
