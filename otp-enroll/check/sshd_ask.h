/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking sshd itself, as root: for its opinion of its configuration. */
#ifndef OTP_SSHD_ASK_H
#define OTP_SSHD_ASK_H

enum otp_sshd_test {
	OTP_SSHD_ACCEPTS, /* it would start with its configuration */
	OTP_SSHD_REFUSES,
	OTP_SSHD_ABSENT, /* there is no such program */
	OTP_SSHD_SILENT, /* it does not tell */
};

/* A login; NULL: one that hardly any Match block is for. */
struct otp_sshd_login {
	const char *user;
	const char *host;
	const char *addr;
	const char *laddr;
	const char *lport;
};

/* 'sshd -t'.  *RET_WORDS is what it says, or NULL; the caller frees it. */
enum otp_sshd_test otp_sshd_test(char **ret_words);

/*
 * 'sshd -T -C': the settings that apply to LOGIN, a line each; the caller frees
 * them.  NULL: no answer.
 */
char *otp_sshd_ask(const struct otp_sshd_login *login);

#endif
