/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the stacks that name the module do what they are there for. */
#ifndef OTP_WIRING_H
#define OTP_WIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"
#include "services.h"

#define OTP_WIRING_SHARED 16

/* A line that several services have by way of an include. */
struct otp_shared {
	char where[OTP_SERVICE_PATH + 16];
	unsigned count;
	char services[256]; /* their names, as many as there is room for */
};

/* Begin with root, conf, store and now; the rest zeroed. */
struct otp_wiring {
	const char *root;  /* "" = this host */
	const char *conf;  /* the configuration that is looked at */
	const char *store; /* its store; NULL where it cannot be read */
	int64_t now;
	struct otp_findings *findings;

	unsigned services;  /* that ask for a code */
	unsigned excepting; /* of them, that let in who is not enrolled */
	bool sshd;	    /* is among them */
	bool sshd_split;    /* and asks for password and code at once */
	bool sshd_alone;    /* and for nothing but the code */
	char split[OTP_SERVICE_NAME]; /* a service with forward_pass, or "" */
	unsigned shared_count;
	struct otp_shared shared[OTP_WIRING_SHARED];
};

/* Judge every service below root. */
void otp_wiring_judge(struct otp_wiring *wiring);

#endif
