/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs that are shipped have in common: they take a message as
 * otp-deliver gives it, and become the command that submits it.
 */
#ifndef OTP_DELIVER_SUBMIT_H
#define OTP_DELIVER_SUBMIT_H

#include <stddef.h>

#define OTP_SUBMIT_MAX (32 * 1024) /* bytes of what is submitted */

/* A text that grows; begin with zeros. */
struct otp_submission {
	char text[OTP_SUBMIT_MAX];
	size_t length;
};

/* End the process with status 1, and FORMAT and a newline on standard error. */
_Noreturn void otp_submit_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The variable NAME, which must be printable ASCII. */
const char *otp_submit_variable(const char *name);

/* The text on standard input: printable ASCII and line feeds. */
void otp_submit_read(char *ret_text, size_t size);

/* Add to SUBMISSION; what does not fit ends the process. */
void otp_submit_add(struct otp_submission *submission, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Become ARGUMENTS[0], which is looked for in PATH unless it is one, with
 * SUBMISSION on its standard input.
 */
_Noreturn void otp_submit(
    const struct otp_submission *submission, char *const arguments[]);

#endif
