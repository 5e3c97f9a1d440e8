/* SPDX-License-Identifier: BSD-2-Clause */
/* An account's status; never a secret. */
#ifndef OTP_STATUS_H
#define OTP_STATUS_H

#include <jansson.h>

#include "common/effects/overview.h"

/* For scripts: contrib/status.schema.json.  NULL: no memory. */
json_t *otp_status_json(
    const char *account, const struct otp_overview *overview);

/* For people: some lines about one account, or a row of a table. */
void otp_status_print(const char *account, const struct otp_overview *overview);
void otp_status_print_headings(void);
void otp_status_print_address(
    unsigned number, const struct otp_overview_address *address);
/* A line about its exemption, which may have ended. */
void otp_status_print_exemption(
    const char *account, const struct otp_overview *overview);
/* A line about its invitation, which may have ended. */
void otp_status_print_invitation(
    const char *account, const struct otp_overview *overview);
void otp_status_print_row(
    const char *account, const struct otp_overview *overview);

#endif
