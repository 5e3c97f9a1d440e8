/* SPDX-License-Identifier: BSD-2-Clause */
/* A service that is being judged: its auth lines, and the verdict on them. */
#ifndef OTP_CHECK_JUDGED_H
#define OTP_CHECK_JUDGED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/options.h"
#include "otp-enroll/check/services.h"
#include "otp-enroll/pamconf/simulate.h"

struct otp_judged {
	struct otp_check_services *services;
	const struct otp_service *service;
	size_t count;
	struct otp_step steps[OTP_SERVICE_LINES];
	/* the line of each step */
	const struct otp_service_line *lines[OTP_SERVICE_LINES];
	const struct otp_service_line *ours; /* our first line in auth */
	const struct otp_service_line *last; /* our last one */
	char store[OTP_PATH_SIZE];	     /* of the first */
	bool stores;			     /* our lines have different ones */
	bool passwords;			     /* a module asks for one */
	bool broken; /* a line always fails, and was reported */
	bool flawed; /* a finding worse than a note was added */
	bool nullok;
	bool fresh;	    /* fresh_for */
	bool keys;	    /* remember=key */
	bool enrolls;	    /* it takes invitations */
	const char *groups; /* the option that leaves out users, or NULL */
	bool asks_user;	    /* it does not leave out the one who is checked */
	bool split;
	/* of each line of ours, the option by which it sends, or NULL */
	const char *sends[OTP_SERVICE_LINES];
	bool invites[OTP_SERVICE_LINES]; /* whether it takes invitations */
};

/* "/etc/pam.d/sshd:4" */
struct otp_where {
	char text[OTP_SERVICE_PATH + 16];
};

/* Find what is wrong with the stack as a whole. */
void otp_judged_stack(struct otp_judged *judged);

void otp_judged_add(struct otp_judged *judged, enum otp_found found,
    const char *where, const char *what, const char *more);

/* The same for what is worse than a note. */
void otp_judged_flaw(struct otp_judged *judged, enum otp_found found,
    const char *where, const char *what, const char *more);

struct otp_where otp_judged_where(const struct otp_service_line *line);

/* Whether LINE names a module. */
bool otp_judged_is_module(const struct otp_service_line *line);

#endif
