/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking sshd itself what it is told. */
#ifndef OTP_SSHD_ASK_H
#define OTP_SSHD_ASK_H

/*
 * What `sshd -T' prints, as it is for USER (NULL: outside Match blocks), who
 * comes from this host; the caller frees it.  NULL: it is not there, or it did
 * not say.
 */
char *otp_sshd_ask(const char *user);

#endif
