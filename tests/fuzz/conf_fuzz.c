/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration file's lines and a pam.d line's arguments.  The first byte
 * says which the input is; arguments are ended by NUL or newline.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <ctype.h>

#include "common/core/options.h"

static void
check_bounds(const struct otp_options *options)
{
	const struct otp_policy *policy = &options->policy;

	FUZZ_MUST(policy->window <= OTP_WINDOW_MAX);
	FUZZ_MUST(policy->lookahead >= OTP_LOOKAHEAD_MIN &&
	    policy->lookahead <= OTP_LOOKAHEAD_MAX);
	FUZZ_MUST(policy->delay_after >= OTP_DELAY_AFTER_MIN &&
	    policy->delay_after <= OTP_DELAY_AFTER_MAX);
	FUZZ_MUST(policy->lock_after >= OTP_LOCK_AFTER_MIN &&
	    policy->lock_after <= OTP_LOCK_AFTER_MAX);
	FUZZ_MUST(options->tries >= 1 && options->tries <= OTP_TRIES_MAX);
	FUZZ_MUST((options->store[0] == '/' ||
		      strncmp(options->store, "postgresql:/", 12) == 0) &&
	    memchr(options->store, '\0', sizeof(options->store)) != NULL &&
	    strstr(options->store, "/../") == NULL);
	FUZZ_MUST(options->conf[0] == '\0' || options->conf[0] == '/');
	FUZZ_MUST(memchr(options->conf, '\0', sizeof(options->conf)) != NULL);
	FUZZ_MUST(
	    memchr(options->prompt, '\0', sizeof(options->prompt)) != NULL);
	FUZZ_MUST(options->nullok_until % 86400 == 0);
	for (const char *at = options->prompt; *at != '\0'; at++)
		FUZZ_MUST(!iscntrl((unsigned char)*at));
}

/* What is refused leaves the options as they were. */
static void
check_refusal(const struct otp_options *before, const struct otp_options *after,
    const struct otp_fault *fault)
{
	FUZZ_MUST(memcmp(before, after, sizeof(*before)) == 0);
	FUZZ_MUST(fuzz_is_sound(fault) && fault->detail != OTP_DETAIL_NONE);
	for (const char *at = fault->where; *at != '\0'; at++)
		FUZZ_MUST(
		    isalnum((unsigned char)*at) || strchr("_-?", *at) != NULL);
}

/* One piece of the input; what was taken once is refused a second time. */
static bool
give(struct otp_conf *conf, const char *text, size_t length)
{
	struct otp_options *options = conf->target;
	struct otp_options before = *options;
	struct otp_fault fault = { 0 };
	const uint32_t seen = conf->seen;
	enum otp_err err = conf->place == OTP_CONF_FILE
	    ? otp_conf_line(conf, text, length, &fault)
	    : otp_conf_argument(conf, text, &fault);

	if (err != OTP_OK) {
		FUZZ_MUST(err == OTP_ERR_OPTION && conf->seen == seen);
		check_refusal(&before, options, &fault);
		return false;
	}
	check_bounds(options);
	if (conf->seen == seen) /* a comment, or nothing at all */
		return true;
	before = *options;
	err = conf->place == OTP_CONF_FILE
	    ? otp_conf_line(conf, text, length, &fault)
	    : otp_conf_argument(conf, text, &fault);
	FUZZ_MUST(err == OTP_ERR_OPTION);
	check_refusal(&before, options, &fault);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct otp_options options;
	struct otp_conf conf;
	struct otp_fault fault = { 0 };
	const bool file = size > 0 && data[0] % 2 == 0;

	memset(&options, 0, sizeof(options));
	otp_options_default(&options);
	check_bounds(&options);
	conf = otp_options_from(
	    file ? OTP_CONF_FILE : OTP_CONF_ARGUMENT, &options);
	for (size_t i = 1; i < size;) {
		size_t length = 0;
		char *text;

		while (i + length < size && data[i + length] != '\n' &&
		    (file || data[i + length] != '\0'))
			length++;
		text = fuzz_text(data + i, length);
		(void)give(&conf, text, length);
		free(text);
		i += length + 1;
	}
	if (otp_options_check(&options, &fault) == OTP_OK)
		FUZZ_MUST(!options.virtual_users ||
		    (!options.nullok && options.nullok_until == 0));
	else
		FUZZ_MUST(
		    fuzz_is_sound(&fault) && fault.detail != OTP_DETAIL_NONE);
	return 0;
}
