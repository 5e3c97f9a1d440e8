/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/judged.h"

#include <stdio.h>

struct otp_where
otp_judged_where(const struct otp_service_line *line)
{
	struct otp_where where;

	(void)snprintf(where.text, sizeof(where.text), "%s:%u", line->file,
	    line->line.number);
	return where;
}

void
otp_judged_add(struct otp_judged *judged, enum otp_found found,
    const char *where, const char *what, const char *more)
{
	otp_findings_add(judged->services->findings, found,
	    (struct otp_words){ .where = where, .what = what, .more = more });
}

void
otp_judged_flaw(struct otp_judged *judged, enum otp_found found,
    const char *where, const char *what, const char *more)
{
	judged->flawed = true;
	otp_judged_add(judged, found, where, what, more);
}

bool
otp_judged_is_module(const struct otp_service_line *line)
{
	return line->line.kind == OTP_STACK_MODULE && line->line.name != NULL;
}
