/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin, for programs that have no libpq. */
#ifndef OTP_FLEET_LOAD_H
#define OTP_FLEET_LOAD_H

#include "common/core/err.h"
#include "common/fleet/plugin.h"

/*
 * Load pam_otp_postgresql.so from where it is installed, once; it stays loaded.
 * Errors: ABSENT (it is not installed), READ (it cannot be loaded; FAULT has
 * dlerror(3)'s text in 'foreign'), OPTION (it is of another build).  FAULT's
 * 'where' is its path.
 */
enum otp_err otp_plugin_load(
    const struct otp_plugin **ret_plugin, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Let the place STORE be used by this process: if it is a database, load the
 * plugin and register its kind of store.
 * Errors: OPTION (the plugin is absent, or of another build), READ; FAULT as
 * above.
 */
enum otp_err otp_fleet_use(
    const char *store, struct otp_fault *fault) OTP_MUST_USE;

#endif
