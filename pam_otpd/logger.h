/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines to the host's log.  syslog(3) would wait for as long as a log that is
 * full is not read, and all callers with it.
 */
#ifndef OTP_LOGGER_H
#define OTP_LOGGER_H

/* Name the program in each line; static.  The lines go to LOG_AUTHPRIV. */
void otp_logger_begin(const char *program);

/*
 * Log TEXT with the level PRIORITY of syslog(3).  The line is lost if the log
 * does not take it within PATIENCE milliseconds.
 */
void otp_logger_write(int priority, const char *text, int patience);

#endif
