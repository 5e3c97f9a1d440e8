/* SPDX-License-Identifier: BSD-2-Clause */
/* Check of the services: do the stacks that name the module work? */
#ifndef OTP_CHECK_SERVICES_H
#define OTP_CHECK_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/options.h"
#include "otp-enroll/check/finding.h"
#include "otp-enroll/pamconf/load.h"

#define OTP_CHECK_SERVICES_SHARED 16

/* A line that several services include. */
struct otp_shared {
	char where[OTP_SERVICE_PATH + 16];
	unsigned count;
	char services[256]; /* their names, as many as fit */
};

/* The caller sets root, conf, store, now and findings, and zeroes the rest. */
struct otp_check_services {
	const char *root;  /* "" = this host */
	const char *conf;  /* the configuration file that is checked */
	const char *store; /* its store; NULL if it cannot be read */
	const char *only;  /* the one service to check; NULL = every one */
	const char *user;  /* whose login is checked; NULL = anyone's */
	int64_t now;
	struct otp_findings *findings;

	unsigned asking;  /* services that ask for a code */
	unsigned letting; /* of them, those that let in users without one */
	/* of them, those that may let in a user, or root, without one */
	unsigned exempting_users, exempting_root;
	/* a condition for that, as "pam_succeed_if.so", and its place */
	char exempt_module[OTP_SERVICE_NAME];
	char exempt_where[OTP_SERVICE_PATH + 16];
	bool sshd;		       /* is one of them */
	bool sshd_split;	       /* asks for password and code at once */
	bool sshd_alone;	       /* asks for the code only */
	bool sshd_keys;		       /* remembers keys (remember=key) */
	bool sshd_enrolls;	       /* takes invitations (enroll) */
	char split[OTP_SERVICE_NAME];  /* a service with forward_pass, or "" */
	char sockets[OTP_PATH_SIZE];   /* of a line that sends codes, or "" */
	char locker[OTP_SERVICE_NAME]; /* a program that is not root, or "" */
	char locker_sockets[OTP_PATH_SIZE]; /* of its line */
	unsigned shared_count;
	struct otp_shared shared[OTP_CHECK_SERVICES_SHARED];
};

/* Check every service below root. */
void otp_check_services(struct otp_check_services *services);

#endif
