/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/fleet/fleet.sh):
 *
 * 1. The plugin is of the program's own build, or nothing of it is called
 *    (plugin__is_of_the_same_build).
 * 2. It is where it was installed, whatever the environment says
 *    (plugin__is_where_it_was_installed).
 */
#include "config.h"

#include "common/fleet/load.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fleet/kind.h"

#include "build_id.h"
#include "places.h"

static const char path[] = OTP_PLUGIN_DIR "/" OTP_PLUGIN_FILE;

static enum otp_err fail(enum otp_err err, struct otp_fault *fault);

enum otp_err
otp_plugin_load(const struct otp_plugin **ret_plugin, struct otp_fault *fault)
{
	static const struct otp_plugin *loaded;
	const struct otp_plugin *plugin;
	void *object;

	if (loaded != NULL) {
		*ret_plugin = loaded;
		return OTP_OK;
	}
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return otp_fault_set(
		    fault, OTP_ERR_ABSENT, 0, path, OTP_DETAIL_NONE);
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (object == NULL)
		return fail(OTP_ERR_READ, fault);
	plugin = dlsym(object, OTP_PLUGIN_SYMBOL);
	if (plugin == NULL)
		return fail(OTP_ERR_READ, fault);
	if (memcmp(plugin->build_id, OTP_BUILD_ID, sizeof(OTP_BUILD_ID)) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_OPTION, 0, path, OTP_DETAIL_NONE);
	loaded = plugin;
	*ret_plugin = plugin;
	return OTP_OK;
}

enum otp_err
otp_fleet_use(const char *store, struct otp_fault *fault)
{
	const struct otp_plugin *plugin = NULL;
	enum otp_err err;

	if (otp_place_is_folder(store))
		return OTP_OK;
	err = otp_plugin_load(&plugin, fault);
	if (err == OTP_ERR_ABSENT)
		return OTP_ERR_OPTION;
	if (err == OTP_OK && plugin == NULL)
		err = OTP_ERR_READ;
	if (err == OTP_OK)
		otp_store_register(OTP_FLEET_PREFIX, plugin->store);
	return err;
}

static enum otp_err
fail(enum otp_err err, struct otp_fault *fault)
{
	const char *text = dlerror();

	if (fault != NULL)
		(void)snprintf(fault->foreign, sizeof(fault->foreign), "%s",
		    text != NULL ? text : "");
	return otp_fault_set(fault, err, 0, path, OTP_DETAIL_NONE);
}
