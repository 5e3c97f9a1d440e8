/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pam_otp_postgresql.so, the only object that links libpq, has for the
 * programs that load it.
 */
#ifndef OTP_FLEET_PLUGIN_H
#define OTP_FLEET_PLUGIN_H

#include "common/fleet/admin.h"
#include "common/store/store_kind.h"

#define OTP_PLUGIN_FILE	  "pam_otp_postgresql.so"
#define OTP_PLUGIN_SYMBOL "otp_plugin"
#define OTP_BUILD_ID_SIZE 80 /* bytes, the NUL included */

/* The functions of admin.h. */
struct otp_admin_calls {
	enum otp_err (*open)(const struct otp_database_place *, unsigned ms,
	    struct otp_admin **, struct otp_fault *);
	void (*close)(struct otp_admin *);
	enum otp_err (*survey)(
	    struct otp_admin *, struct otp_fleet_survey *, struct otp_fault *);
	enum otp_err (*migrate)(
	    struct otp_admin *, const char *script, struct otp_fault *);
	enum otp_err (*begin_epoch)(
	    struct otp_admin *, int64_t *, struct otp_fault *);
};

/* The build id comes first: what follows is another's in another build. */
struct otp_plugin {
	char build_id[OTP_BUILD_ID_SIZE];
	const struct otp_admin_calls *admin;
	const struct otp_store_kind
	    *store; /* of places with OTP_FLEET_PREFIX */
};

#endif
