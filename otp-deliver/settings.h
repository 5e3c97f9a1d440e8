/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in OTP_DELIVER_CONF_DIR, for the programs that are shipped. */
#ifndef OTP_DELIVER_SETTINGS_H
#define OTP_DELIVER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/conf.h"

/*
 * Read up to SIZE - 1 bytes of the file PATH, and a NUL: false if there is
 * none.  It must be root's or the caller's, not writable by others, and where
 * it is SECRET not readable by all; else the process ends.
 */
bool otp_settings_text(
    const char *path, bool secret, char *ret_text, size_t size);

/* Read the COUNT options of PATH into TARGET, where there is such a file. */
void otp_settings_read(const char *path, const struct otp_conf_option *options,
    size_t count, void *target);

#endif
