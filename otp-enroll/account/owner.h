/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling the owner of an account that it was changed: a notice to each of its
 * addresses, those that the change removed included, if the option 'notify' of
 * the configuration file or of the command line says so.
 */
#ifndef OTP_TOOL_OWNER_H
#define OTP_TOOL_OWNER_H

#include <stdbool.h>

#include "otp-enroll/cli/command.h"
#include "common/core/seed.h"
#include "common/effects/account.h"

/* Where the owner is told, each address once; not a secret. */
struct otp_owner_told {
	unsigned count;
	char uri[2 * OTP_SEED_ADDRESSES][OTP_ADDRESS_SIZE];
};

/*
 * Before a change: the addresses that SUBJECT has.  Without 'notify', or where
 * they cannot be read, there are none.
 */
struct otp_owner_told otp_owner_note(
    const struct otp_tool *tool, const struct otp_subject *subject);

/*
 * After it: tell those of BEFORE, and those that SUBJECT has now, that CHANGE
 * (in English, such as "a token was added") was made.  What cannot be sent is
 * reported; the change stands.  With --notify, which is for many accounts, an
 * account without an address is reported, too, and messages are sent slowly.
 */
void otp_owner_tell(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_owner_told *before,
    const char *change);

/*
 * Send each address of SEED a message that only says that it arrives; report
 * each.  Returns whether the socket took all of them.
 */
bool otp_owner_test(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_seed *seed);

#endif
