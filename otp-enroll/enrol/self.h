/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 'new --self': users enroll themselves, by a line in sudoers.
 *
 * MUST, each with its test:
 *  - the account is that of sudo's SUDO_UID and no other, and never root's
 *    [self__is_of_sudo_uid, self__takes_no_user, self__is_not_for_root]
 *  - SUDO_UID is believed only if it is the real uid of the parent, which is
 *    sudo: the caller may have chosen it, or killed sudo
 *    [self__believes_no_other_uid, self__believes_no_orphan]
 *  - an existing setup is replaced only after a code of it, which is charged and
 *    used as at a login [self__replaces_only_after_a_present_code,
 *    self__wrong_codes_are_charged]
 *  - and then that setup alone, not one that was made in between
 *    [self__replaces_nothing_that_came_in_between]
 *  - no option can weaken the setup [self__takes_no_*], except --conf, which the
 *    line in sudoers has to keep out: it must have no wildcard
 */
#ifndef OTP_SELF_H
#define OTP_SELF_H

#include <stdbool.h>

#include "otp-enroll/cli/command.h"
#include "common/effects/enrol.h"

/* Whether ARGS has nothing that --self does not take; if not, it was said. */
bool otp_self_usage(const struct otp_args *args);

/*
 * The account of the user who called sudo.  Other than OTP_EXIT_DONE: it was
 * said.
 */
enum otp_exit otp_self_find(
    const struct otp_tool *tool, struct otp_subject *ret_subject);

/*
 * Whether SUBJECT may enroll now: a user who is enrolled has to type a current
 * code.  *RET_PROVEN: they did, and *RET_IN_FORCE is the setup of that code.
 * Other than OTP_EXIT_DONE: it was said.
 */
enum otp_exit otp_self_allow(const struct otp_tool *tool,
    const struct otp_subject *subject, bool *ret_proven,
    struct otp_active *ret_in_force);

#endif
