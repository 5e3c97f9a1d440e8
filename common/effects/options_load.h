/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's arguments and the configuration file -> options. */
#ifndef OTP_OPTIONS_LOAD_H
#define OTP_OPTIONS_LOAD_H

#include "common/core/err.h"
#include "common/core/options.h"

/*
 * Read the configuration file, and the arguments over it.  That file is
 * conf=FILE, or else the default one, which may be absent.
 *
 * Errors: OPTION (an argument, a line or the file itself is invalid), READ and
 * NOMEM (the system's fault).  FAULT is that of otp_conf_argument() or
 * otp_options_file_read().  On failure *RET_OPTIONS has the defaults and, if
 * the arguments were valid, the name of the file.
 */
enum otp_err otp_options_load(int argc, const char **argv,
    struct otp_options *ret_options, struct otp_fault *fault) OTP_MUST_USE;

/* The configuration file that OPTIONS were read from. */
const char *otp_options_source(const struct otp_options *options);

#endif
