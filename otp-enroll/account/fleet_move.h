/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts that move between this host's files and a fleet's database. */
#ifndef OTP_TOOL_FLEET_MOVE_H
#define OTP_TOOL_FLEET_MOVE_H

#include <stdbool.h>

#include "otp-enroll/cli/command.h"

/*
 * Move the account that TOOL's arguments name, or all, to the database
 * (TO_DATABASE) or from it, and say what became of each.  The files are those
 * of the configuration's 'store', or the default store if that is a database.
 */
enum otp_exit otp_fleet_move(const struct otp_tool *tool, bool to_database);

#endif
