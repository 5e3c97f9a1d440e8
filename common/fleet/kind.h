/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store of accounts in PostgreSQL: places are "postgresql:" and the path of
 * a fleet.conf(5).
 *
 * A process has one connection, from its first transaction on; after a failure
 * the next transaction makes another.  A child of a process that has connected
 * makes its own.
 */
#ifndef OTP_FLEET_KIND_H
#define OTP_FLEET_KIND_H

#include "common/store/store_kind.h"

#define OTP_FLEET_PREFIX "postgresql:"

extern const struct otp_store_kind otp_fleet_kind;

#endif
