/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins whose users are not asked: from known devices (device.h), and soon
 * after the account's owner gave a code on this host.
 */
#ifndef OTP_KNOWN_H
#define OTP_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/device.h"
#include "common/core/err.h"
#include "common/effects/account.h"
#include "common/effects/snapshot.h"

/* The device of a login. */
struct otp_caller {
	uint8_t id[OTP_DEVICE_ID_SIZE];
	int64_t remember_for; /* seconds; 0: the login has no device */
};

/* Whether a login is its account's owner's, and how long that is remembered. */
struct otp_owner {
	bool has_host;	   /* 'host' is filled; else nothing is fresh */
	bool gives_code;   /* a code given in this login is the owner's */
	bool is_caller;	   /* the local caller is the account itself */
	int64_t fresh_for; /* seconds; 0: the caller is asked */
	uint8_t host[OTP_ID_SIZE]; /* which host this is, since when it runs */
};

/* Whether a login by CALLER and OWNER for UID can be one, by itself. */
bool otp_known_is_possible(uint32_t uid, const struct otp_caller *caller,
    const struct otp_owner *owner);

/*
 * Whether CALLER is a known device of the account of SNAPSHOT, bound to UID.
 * Whatever keeps a device from being known, also an error in SNAPSHOT, the
 * user is asked.  *RET_LEFT: the seconds until it expires, more than 0.
 */
bool otp_known_is(const struct otp_snapshot *snapshot,
    const struct otp_policy *policy, uint32_t uid,
    const struct otp_caller *caller, int64_t *ret_left);

/*
 * Make CALLER known in SNAPSHOT's state, which is committed together with the
 * code that was right.  Return for how long it is known, in seconds, or 0 if it
 * is not: the login has no device, UID is one that is always asked, the clock
 * is wrong, or no id could be computed.
 */
int64_t otp_known_remember(struct otp_snapshot *snapshot, uint32_t uid,
    const struct otp_caller *caller);

/*
 * Whether the account's owner gave a code on this host less than 'fresh_for'
 * ago, and calls now.  Like otp_known_is(), and with the same exceptions.
 */
bool otp_known_is_fresh(const struct otp_snapshot *snapshot,
    const struct otp_policy *policy, uint32_t uid,
    const struct otp_owner *owner);

/*
 * A code was right: if OWNER gave it, note that in SNAPSHOT's state, which is
 * committed together with the code.
 */
void otp_known_note_owner(
    struct otp_snapshot *snapshot, uint32_t uid, const struct otp_owner *owner);

/*
 * The devices of SNAPSHOT, whose seed and state are there, that are known now.
 * Errors: CRYPTO.
 */
enum otp_err otp_known_list(const struct otp_snapshot *snapshot,
    struct otp_devices *ret_devices) OTP_MUST_USE;

/*
 * Forget the device with this ID, or all of them (NULL), and the owner's last
 * code: it may have been given on that device.  *RET_COUNT: how many were
 * known.  'committed': they are forgotten.  Errors: ABSENT (no seed, or no such
 * device), the store's, CRYPTO.
 */
enum otp_err otp_known_forget(struct otp_account *account, const uint8_t *id,
    unsigned *ret_count) OTP_MUST_USE;

#endif
