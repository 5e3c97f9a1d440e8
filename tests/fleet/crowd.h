/* SPDX-License-Identifier: BSD-2-Clause */
/* What crowd.c and crowd_cuts.c share: tries through the store of a fleet. */
#ifndef TESTS_FLEET_CROWD_H
#define TESTS_FLEET_CROWD_H

#include <stdint.h>

#include "common/effects/attempt.h"

#define CROWD_UID 70001 /* of all accounts, which are copies of one */

struct crowd_try {
	enum otp_err err;
	enum otp_verdict verdict;
	unsigned charges; /* puts of the try that were done */
	const char *reason;
};

/* What was said to the user: whether they are let in. */
bool crowd_let_in(const struct crowd_try *try);

/*
 * One try of ACCOUNT, with the code of COUNTER, as HOST (FOLDER/HOST.conf), in
 * this process.
 */
struct crowd_try crowd_try(const char *folder, const char *host,
    const char *account, uint64_t counter);

/*
 * The connection of a login is cut around each message, of which each has its
 * own account, 'cut0' ...; and a table of what came of it.  HOST's server is at
 * the socket SERVER, and FOLDER/cut.conf names the folder of CUT's.
 */
int crowd_cuts(
    const char *folder, const char *host, const char *cut, const char *server);

#endif
