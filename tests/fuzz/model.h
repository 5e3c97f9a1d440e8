/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be answered, and what may be remembered of it, written down
 * independently of what it is held against: the steps and counters that were
 * accepted, failures and waits.  It knows neither stores nor ids, and computes
 * its codes its own way (tests/unit/oracle.h).
 */
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "common/core/recovery.h"
#include "common/core/token.h"

#define MODEL_TOKENS 12
#define MODEL_CODES  24

struct model_token {
	struct otp_token token;
	bool in_force;
	bool known;	/* somebody knows what of it is spent: */
	uint64_t next;	/* the first step or counter that is fresh */
	uint64_t least; /* at least so, whatever the power does */
};

struct model_code {
	char text[OTP_RECOVERY_TEXT_SIZE];
	bool in_force;
	bool known; /* somebody knows whether it is */
	bool used;
	bool surely; /* used, whatever the power does */
};

struct model_tally {
	uint32_t failures;
	uint32_t wait; /* seconds; 0 = none */
	int64_t until; /* its end */
};

struct model {
	struct otp_policy policy;
	struct model_tally tally;
	struct model_tally least; /* what is on the disk, at least */
	unsigned tokens_count, codes_count;
	struct model_token tokens[MODEL_TOKENS];
	struct model_code codes[MODEL_CODES];
};

enum model_answer {
	MODEL_NO,
	MODEL_YES,
	MODEL_SPENT,
	MODEL_LAST, /* a NO: a HOTP token's last code once more */
	MODEL_HELD, /* in a wait, or locked */
	MODEL_MALFORMED,
	MODEL_NOBODY,  /* not enrolled */
	MODEL_UNKNOWN, /* right, but nobody knows whether it is spent */
};

/* What TYPED, digits or a recovery code, must be answered at NOW. */
enum model_answer model_judge(
    const struct model *model, const char *typed, int64_t now);

/* After a yes to TYPED: what it spends. */
void model_spend(struct model *model, const char *typed, int64_t now);

/* What one more failure at NOW makes of TALLY. */
struct model_tally model_charge(
    const struct model *model, struct model_tally tally, int64_t now);

/* TALLY at NOW, where the clock may have gone back: no wait is longer. */
struct model_tally model_anchor(struct model_tally tally, int64_t now);

#endif
