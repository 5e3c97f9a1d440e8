/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `new --self': users enrol themselves, by way of a line in sudoers.
 *
 * MUST, each with its test:
 *  - the account is that of sudo's SUDO_UID and no other
 *    [self__is_of_sudo_uid, self__takes_no_user]
 *  - what is in force is replaced only after a code of it, which is charged and
 *    spent as at a login [self__replaces_only_after_a_present_code,
 *    self__wrong_codes_are_charged]
 *  - and then that alone, not what came in force in between
 *    [self__replaces_nothing_that_came_in_between]
 *  - nothing that makes it weaker can be asked for [self__takes_no_*], save
 *    --conf, which the line in sudoers has to keep out: no wildcard there
 */
#ifndef OTP_SELF_H
#define OTP_SELF_H

#include <stdbool.h>

#include "command.h"
#include "common/effects/enrol.h"

/* Whether nothing was asked for beside --self; if not, it was said. */
bool otp_self_usage(const struct otp_args *args);

/* Whose uid sudo claims.  Other than OTP_EXIT_DONE: it was said. */
enum otp_exit otp_self_find(
    const struct otp_tool *tool, struct otp_subject *ret_subject);

/*
 * Whether SUBJECT may enrol now: who is enrolled has to type a present code.
 * *RET_PROVEN: that was so, and *RET_IN_FORCE is what it was a code of.  Other
 * than OTP_EXIT_DONE: it was said; with *RET_SIGNAL end by it.
 */
enum otp_exit otp_self_allow(const struct otp_tool *tool,
    const struct otp_subject *subject, bool *ret_proven,
    struct otp_in_force *ret_in_force, int *ret_signal);

#endif
