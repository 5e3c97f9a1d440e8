/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "mark.h"
#include "options.h"

#define FIELD(field) offsetof(struct otp_options, field)
#define ROOM(field)  sizeof(((struct otp_options *)NULL)->field)

#define FLAG(name, where, field)                                  \
	{                                                         \
		name, OTP_CONF_FLAG, where, FIELD(field), 0, 0, 0 \
	}
#define NUMBER(name, where, field, min, max)                            \
	{                                                               \
		name, OTP_CONF_NUMBER, where, FIELD(field), 0, min, max \
	}
#define TEXT(name, where, field)                                            \
	{                                                                   \
		name, OTP_CONF_TEXT, where, FIELD(field), ROOM(field), 0, 0 \
	}
#define PATH(name, where, field)                                            \
	{                                                                   \
		name, OTP_CONF_PATH, where, FIELD(field), ROOM(field), 0, 0 \
	}
#define DATE(name, where, field)                                  \
	{                                                         \
		name, OTP_CONF_DATE, where, FIELD(field), 0, 0, 0 \
	}

const struct otp_conf_option otp_options_table[] = {
	PATH("store", OTP_CONF_FILE, store),
	NUMBER("window", OTP_CONF_FILE, policy.window, 0, OTP_WINDOW_MAX),
	NUMBER("lookahead", OTP_CONF_FILE, policy.lookahead, OTP_LOOKAHEAD_MIN,
	    OTP_LOOKAHEAD_MAX),
	NUMBER("free", OTP_CONF_FILE, policy.free, OTP_FREE_MIN, OTP_FREE_MAX),
	NUMBER("lock", OTP_CONF_FILE, policy.lock, OTP_LOCK_MIN, OTP_LOCK_MAX),
	FLAG("virtual_users", OTP_CONF_FILE, virtual_users),

	PATH("conf", OTP_CONF_ARGUMENT, conf),

	FLAG("nullok", OTP_CONF_BOTH, nullok),
	DATE("nullok_until", OTP_CONF_BOTH, nullok_until),
	NUMBER("tries", OTP_CONF_BOTH, tries, 1, OTP_TRIES_MAX),
	TEXT("prompt", OTP_CONF_BOTH, prompt),
	FLAG("echo", OTP_CONF_BOTH, echo),
	FLAG("forward_pass", OTP_CONF_BOTH, forward_pass),
	FLAG("silent", OTP_CONF_BOTH, silent),
	FLAG("nodelay", OTP_CONF_BOTH, nodelay),
	FLAG("debug", OTP_CONF_BOTH, debug),
};

#define COUNT (sizeof(otp_options_table) / sizeof(otp_options_table[0]))

_Static_assert(COUNT <= 32, "struct otp_conf has a bit for each option");
_Static_assert(sizeof(OTP_STORE_DIR) <= OTP_PATH_SIZE, "the store's path fits");

const size_t otp_options_count = COUNT;

void
otp_options_default(struct otp_options *options)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;

	memset(options, 0, sizeof(*options));
	memcpy(options->store, OTP_STORE_DIR, sizeof(OTP_STORE_DIR));
	options->policy = policy;
	options->tries = 1;
}

struct otp_conf
otp_options_from(enum otp_conf_place place, struct otp_options *options)
{
	struct otp_conf conf = {
		.options = otp_options_table,
		.count = COUNT,
		.place = place,
		.seen = 0,
		.target = options,
	};

	return conf;
}

enum otp_err
otp_options_check(const struct otp_options *options, struct otp_fault *fault)
{
	if (options->virtual_users &&
	    (options->nullok || options->nullok_until != 0))
		return otp_fault_set(fault, OTP_ERR_OPTION, 0,
		    options->nullok ? "nullok" : "nullok_until",
		    N_("does not go with virtual_users"));
	if (options->policy.free > options->policy.lock)
		return otp_fault_set(
		    fault, OTP_ERR_OPTION, 0, "free", N_("is above lock"));
	return OTP_OK;
}
