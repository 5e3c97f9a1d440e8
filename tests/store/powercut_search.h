/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All sequences of so many events from one state file on.
 *
 * An event is a login, or a loss.  A login types a right code, the last right
 * one again, or a wrong one, as soon as no wait is in its way.  It is answered,
 * or dies after any of its writes (half a write too), flushes and comparisons,
 * or any one of its writes and flushes fails.  A loss is a power cut, or the
 * dropping of clean pages, with every outcome that powercut_disk.h allows.
 * What comes after equal files and equal histories is looked at once.
 */
#ifndef TESTS_POWERCUT_SEARCH_H
#define TESTS_POWERCUT_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "common/core/token.h"

/* Where a search begins. */
struct powercut_from {
	const char *name;
	enum otp_kind kind;
	struct otp_policy policy;
	uint32_t failures;
	bool by_other; /* none of root's callers tries */
};

/* What was found first; rule NULL = all holds. */
struct powercut_found {
	const char *rule;
	unsigned events; /* in a row, that lead there */
};

/*
 * Look at all sequences of EVENTS; print what was looked at and the way to
 * what was found, unless QUIET.
 */
struct powercut_found powercut_search(
    const struct powercut_from *from, unsigned events, bool quiet);

#endif
