/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_otp_postgresql.so: its one symbol. */
#include "config.h"

#include "common/fleet/kind.h"
#include "common/fleet/plugin.h"

#include "build_id.h"

/* Declared here: programs have it from dlsym(3). */
extern const struct otp_plugin otp_plugin
    __attribute__((visibility("default")));

static const struct otp_admin_calls admin_calls = {
	.open = otp_admin_open,
	.close = otp_admin_close,
	.survey = otp_admin_survey,
	.migrate = otp_admin_migrate,
	.begin_epoch = otp_admin_begin_epoch,
};

const struct otp_plugin otp_plugin = {
	.build_id = OTP_BUILD_ID,
	.admin = &admin_calls,
	.store = &otp_fleet_kind,
};
