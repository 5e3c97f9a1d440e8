/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/options.h"

#include <string.h>

#include "common/core/address.h"

#define ROOM(field) sizeof(((struct otp_options *)NULL)->field)

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): fields' names and initializers */
#define OPTION(option, kind, where, field)              \
	.name = option, .type = kind, .place = where,   \
	.offset = offsetof(struct otp_options, field)
#define FLAG(name, where, field)                        \
	{ OPTION(name, OTP_CONF_FLAG, where, field) }
#define DATE(name, where, field)                        \
	{ OPTION(name, OTP_CONF_DATE, where, field) }
#define NUMBER(name, where, field, least, most)         \
	{ OPTION(name, OTP_CONF_NUMBER, where, field),  \
	    .min = least, .max = most }
#define TIME(name, where, field, least, most)           \
	{ OPTION(name, OTP_CONF_TIME, where, field),    \
	    .min = least, .max = most }
#define TEXT(name, where, field)                        \
	{ OPTION(name, OTP_CONF_TEXT, where, field),    \
	    .size = ROOM(field) }
#define PATH(name, where, field)                        \
	{ OPTION(name, OTP_CONF_PATH, where, field),    \
	    .size = ROOM(field) }
#define LIST(name, where, field)                        \
	{ OPTION(name, OTP_CONF_LIST, where, field),    \
	    .size = ROOM(field) }
#define CHOICE(name, where, field, choices)             \
	{ OPTION(name, OTP_CONF_CHOICE, where, field),  \
	    .words = choices }
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* What a store begins with that is not a directory. */
static const char *const store_words[] = { "postgresql:", NULL };

/* In the order of enum otp_remember. */
static const char *const remember_words[] = { "no", "key", "key+host", NULL };

/* In the order of enum otp_deliver_option. */
static const char *const deliver_words[] = { "no", "yes", "auto", NULL };

/* In the order of enum otp_enroll_option. */
static const char *const enroll_words[] = { "no", "invited", NULL };

/* In the order of enum otp_self_option. */
static const char *const self_words[] = { "no", "yes", "invited", NULL };

const struct otp_conf_option otp_options_table[] = {
	{ OPTION("store", OTP_CONF_PATH, OTP_CONF_FILE, store),
	    .size = ROOM(store), .words = store_words },
	NUMBER("window", OTP_CONF_FILE, policy.window, 0, OTP_WINDOW_MAX),
	NUMBER("lookahead", OTP_CONF_FILE, policy.lookahead, OTP_LOOKAHEAD_MIN,
	    OTP_LOOKAHEAD_MAX),
	NUMBER("delay_after", OTP_CONF_FILE, policy.delay_after,
	    OTP_DELAY_AFTER_MIN, OTP_DELAY_AFTER_MAX),
	NUMBER("lock_after", OTP_CONF_FILE, policy.lock_after,
	    OTP_LOCK_AFTER_MIN, OTP_LOCK_AFTER_MAX),
	FLAG("virtual_users", OTP_CONF_FILE, virtual_users),
	FLAG("file_system_is_local", OTP_CONF_FILE, file_system_is_local),
	PATH("sockets", OTP_CONF_FILE, sockets),
	LIST("sms_prefixes", OTP_CONF_FILE, sms_prefixes),
	CHOICE("self_enroll", OTP_CONF_FILE, self_enroll, self_words),

	PATH("conf", OTP_CONF_ARGUMENT, conf),
	LIST("groups", OTP_CONF_ARGUMENT, groups),
	LIST("exempt_groups", OTP_CONF_ARGUMENT, exempt_groups),
	CHOICE("remember", OTP_CONF_ARGUMENT, remember, remember_words),
	TIME("remember_for", OTP_CONF_ARGUMENT, remember_for,
	    OTP_REMEMBER_FOR_MIN, OTP_REMEMBER_FOR_MAX),
	TIME("fresh_for", OTP_CONF_ARGUMENT, fresh_for, OTP_FRESH_FOR_MIN,
	    OTP_FRESH_FOR_MAX),

	CHOICE("deliver", OTP_CONF_BOTH, deliver, deliver_words),
	CHOICE("enroll", OTP_CONF_BOTH, enroll, enroll_words),
	FLAG("qr", OTP_CONF_BOTH, qr),
	FLAG("notify", OTP_CONF_BOTH, notify),
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
	memcpy(options->sockets, OTP_SOCKETS_DIR, sizeof(OTP_SOCKETS_DIR));
	options->policy = policy;
	options->tries = 1;
	options->qr = true;
	options->remember_for = OTP_REMEMBER_FOR_DEFAULT;
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

/* The option that virtual users cannot have, or NULL. */
static const char *
not_virtual(const struct otp_options *options)
{
	if (options->nullok)
		return "nullok";
	if (options->nullok_until != 0)
		return "nullok_until";
	if (options->groups[0] != '\0')
		return "groups";
	return options->exempt_groups[0] != '\0' ? "exempt_groups" : NULL;
}

enum otp_err
otp_options_check(const struct otp_options *options, struct otp_fault *fault)
{
	if (options->virtual_users && not_virtual(options) != NULL)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0,
		    not_virtual(options), OTP_DETAIL_VIRTUAL_USERS);
	if (options->remember != OTP_REMEMBER_NO && options->forward_pass)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "remember",
		    OTP_DETAIL_FORWARD_PASS);
	if (options->fresh_for != 0 && options->forward_pass)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "fresh_for",
		    OTP_DETAIL_FORWARD_PASS);
	if (options->deliver != OTP_DELIVER_NO && options->forward_pass)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "deliver",
		    OTP_DETAIL_FORWARD_PASS);
	if (options->enroll != OTP_ENROLL_NO && options->forward_pass)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "enroll",
		    OTP_DETAIL_FORWARD_PASS);
	if (options->notify && options->forward_pass)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "notify",
		    OTP_DETAIL_FORWARD_PASS);
	if (!otp_address_are_prefixes(options->sms_prefixes))
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "sms_prefixes",
		    OTP_DETAIL_NOT_PREFIXES);
	if (options->policy.delay_after > options->policy.lock_after)
		return otp_fault_set(fault, OTP_ERR_OPTION, 0, "delay_after",
		    OTP_DETAIL_ABOVE_LOCK_AFTER);
	return OTP_OK;
}
