/* SPDX-License-Identifier: BSD-2-Clause */
/* An account as its owner may see it: never a secret. */
#ifndef OTP_OVERVIEW_H
#define OTP_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/address.h"
#include "common/core/device.h"
#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/effects/account.h"
#include "common/effects/active.h"
#include "common/effects/snapshot.h"

struct otp_overview_tally {
	uint32_t failures; /* in a row */
	uint32_t month_failures;
	uint32_t wait; /* seconds for which the account is blocked */
	bool locked;
	struct otp_login_mark last_failure;
};

struct otp_overview_token {
	enum otp_kind kind;
	enum otp_hash hash;
	unsigned digits;
	unsigned period;   /* TOTP; else 0 */
	bool adopted;	   /* the state knows it: the rest is filled */
	int32_t drift;	   /* seconds; negative: a slow clock */
	int64_t created;   /* seconds since 1970, as all times here */
	int64_t last_used; /* 0 = never */
	char label[OTP_LABEL_SIZE];
	char issuer[OTP_LABEL_SIZE];
};

struct otp_overview_address {
	char method[OTP_ADDRESS_SCHEME_MAX + 1];
	char masked[OTP_ADDRESS_MASKED_SIZE];
};

/* A flat value.  What cannot be read is left out; 'problem' says so. */
struct otp_overview {
	int64_t now;
	bool enrolled; /* there are tokens or addresses, readable or not */
	bool suspended;
	bool exempt;  /* not asked, now */
	bool invited; /* there is an invitation: */
	enum otp_recovery_use invitation_use;
	int64_t invitation_until; /* it may have ended */
	enum otp_err problem;	  /* OTP_OK, or why no code is accepted */
	struct otp_fault fault;
	double chance; /* 0 to 1: that a code is guessed before the lockout */
	unsigned recovery_total;
	unsigned recovery_left;
	unsigned recovery_expired;	  /* past their end */
	struct otp_overview_tally tally;  /* of all logins but those by */
	struct otp_overview_tally others; /* the user's own programs */
	struct otp_login_mark last_success;
	struct otp_exemption exemption; /* it may have ended */
	struct otp_active active;	/* zeros: nothing is */
	unsigned tokens_count;
	unsigned addresses_count;
	struct otp_overview_token tokens[OTP_SEED_TOKENS];
	struct otp_overview_address addresses[OTP_SEED_ADDRESSES];
	struct otp_devices devices; /* that are known now */
};

/*
 * Of SNAPSHOT.  UID is the account's in the user database, or NULL where that
 * was not looked up.
 */
void otp_overview_of(const struct otp_host *host,
    const struct otp_snapshot *snapshot, const uint32_t *uid,
    struct otp_overview *ret_overview);

/* ADDRESS without what is not shown of it. */
struct otp_overview_address otp_overview_address(
    const struct otp_address *address);

/* Of SUBJECT's account.  Errors: those of otp_snapshot_read(). */
enum otp_err otp_overview_read(const struct otp_host *host,
    const struct otp_subject *subject, struct otp_overview *ret_overview,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
