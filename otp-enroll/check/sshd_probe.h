/* SPDX-License-Identifier: BSD-2-Clause */
/* What the criteria of a Match block say of the logins that it is for. */
#ifndef OTP_SSHD_PROBE_H
#define OTP_SSHD_PROBE_H

#include <stdbool.h>

#include "otp-enroll/check/sshd_ask.h"

enum otp_sshd_match {
	OTP_SSHD_MATCH_USERS, /* users or groups alone decide */
	OTP_SSHD_MATCH_LOGIN, /* a login that it is for can be named */
	OTP_SSHD_MATCH_OTHER, /* it cannot */
};

/* A login whose fields may point into it. */
struct otp_sshd_probe {
	struct otp_sshd_login login;
	char host[256], addr[64], laddr[64], lport[16];
	bool users; /* users or groups decide, too */
};

/*
 * Read CRITERIA, as "address 10.0.0.0/8 user alice".  For LOGIN, the fields of
 * *PROBE that they name are replaced by one that they are for, as 10.0.0.0;
 * other fields stay.
 */
enum otp_sshd_match otp_sshd_probe(
    const char *criteria, struct otp_sshd_probe *probe);

#endif
