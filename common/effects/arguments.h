/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's arguments and the configuration file -> options. */
#ifndef OTP_ARGUMENTS_H
#define OTP_ARGUMENTS_H

#include "common/core/err.h"
#include "common/core/options.h"

/*
 * Read the configuration file, and the arguments over it.  That file is
 * conf=FILE, or else the default one, which may be absent.
 *
 * Errors: OPTION (an argument, a line, or the file itself is not as it has to
 * be), READ and NOMEM (the machine's fault).  FAULT is as of
 * otp_conf_argument() and otp_conffile_read().  On failure *RET_OPTIONS holds
 * the defaults and, where the arguments were right, the name of the file.
 */
enum otp_err otp_arguments_read(int argc, const char **argv,
    struct otp_options *ret_options, struct otp_fault *fault) OTP_MUST_USE;

/* The configuration file that OPTIONS were read from. */
const char *otp_arguments_file(const struct otp_options *options);

#endif
