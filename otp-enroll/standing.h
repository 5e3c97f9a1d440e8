/* SPDX-License-Identifier: BSD-2-Clause */
/* How an account stands; never a secret. */
#ifndef OTP_TOOL_STANDING_H
#define OTP_TOOL_STANDING_H

#include <jansson.h>

#include "view.h"

/* What is made of a view.  It has no secret of its own. */
struct otp_standing {
	const char *account;
	bool enrolled;	      /* there is a seed, readable or not */
	enum otp_err problem; /* OTP_OK, or why no code can be right */
	struct otp_fault fault;
	unsigned recovery_left;
	uint32_t failures;
	uint32_t month_failures;
	bool locked;
	uint32_t wait; /* seconds */
	double chance; /* that it is guessed before it is locked */
};

/* Of ACCOUNT, which is pointed to; UID: its own, or NULL where nobody looked. */
struct otp_standing otp_standing_of(const struct otp_host *host,
    const struct otp_view *view, const char *account, const uint32_t *uid);

/* For scripts: contrib/status.schema.json.  NULL: no memory. */
json_t *otp_standing_json(
    const struct otp_standing *standing, const struct otp_view *view);

/* For people: some lines of one account, or a line each of a table. */
void otp_standing_print(
    const struct otp_standing *standing, const struct otp_view *view);
void otp_standing_print_headings(void);
void otp_standing_print_row(
    const struct otp_standing *standing, const struct otp_view *view);

#endif
