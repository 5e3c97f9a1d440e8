/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors and details (err.h, detail.h) as people read them: what is wrong, and
 * what to do.  Every command, 'check' too, uses these words.
 */
#ifndef OTP_TOOL_FAULT_H
#define OTP_TOOL_FAULT_H

#include "common/core/err.h"

#define OTP_FAULT_TEXT_SIZE 512

/* A text of its own, cut to fit. */
struct otp_fault_text {
	char text[OTP_FAULT_TEXT_SIZE];
};

/*
 * What is wrong, as a clause that goes on from "WHERE: ", in the reader's
 * language: "others can write to it (mode 0777)".  Escaped.
 */
struct otp_fault_text otp_fault_clause(
    enum otp_err err, const struct otp_fault *fault);

/* The same of a detail without numbers, not translated yet (i18n.h). */
const char *otp_detail_text(enum otp_detail detail);

/*
 * What to do, not translated yet: {user} stands for the account's name, {where}
 * for the file's.  NULL where nothing can be advised.
 */
const char *otp_fault_advice(enum otp_err err, const struct otp_fault *fault);

#endif
