/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/options.h"

static enum otp_err
read_one(enum otp_conf_place place, const char *text,
    struct otp_options *options, struct otp_fault *fault)
{
	struct otp_conf conf = otp_options_from(place, options);

	if (place == OTP_CONF_FILE)
		return otp_conf_line(&conf, text, strlen(text), fault);
	return otp_conf_argument(&conf, text, fault);
}

static struct otp_options
with(enum otp_conf_place place, const char *text)
{
	struct otp_options options;
	struct otp_fault fault = { 0 };

	otp_options_default(&options);
	if (read_one(place, text, &options, &fault) != OTP_OK)
		fail_msg("%s: %s %s", text, fault.where, unit_detail(&fault));
	return options;
}

static void
assert_bad(enum otp_conf_place place, const char *text)
{
	struct otp_options options, before;

	otp_options_default(&options);
	otp_options_default(&before);
	if (read_one(place, text, &options, NULL) != OTP_ERR_OPTION)
		fail_msg("%s was taken", text);
	assert_memory_equal(&options, &before, sizeof(options));
}

static void
options__have_their_defaults(void **state)
{
	struct otp_options options;

	(void)state;
	memset(&options, 0xa5, sizeof(options));
	otp_options_default(&options);
	assert_string_equal(options.store, OTP_STORE_DIR);
	assert_int_equal(options.policy.window, 1);
	assert_int_equal(options.policy.lookahead, 10);
	assert_int_equal(options.policy.delay_after, 5);
	assert_int_equal(options.policy.lock_after, 100);
	assert_false(options.virtual_users);
	assert_string_equal(options.conf, "");
	assert_false(options.nullok);
	assert_true(options.nullok_until == 0);
	assert_int_equal(options.tries, 1);
	assert_string_equal(options.prompt, "");
	assert_int_equal(options.self_enroll, OTP_SELF_NO);
	assert_false(options.echo);
	assert_false(options.forward_pass);
	assert_false(options.notify);
	assert_true(options.qr);
	assert_false(options.silent);
	assert_false(options.nodelay);
	assert_false(options.debug);
	assert_int_equal(otp_options_check(&options, NULL), OTP_OK);
}

static void
options__in_the_file_reach_their_fields(void **state)
{
	const enum otp_conf_place file = OTP_CONF_FILE;

	(void)state;
	assert_string_equal(with(file, "store = /srv/otp").store, "/srv/otp");
	assert_int_equal(with(file, "window = 0").policy.window, 0);
	assert_int_equal(with(file, "window = 2").policy.window, 2);
	assert_int_equal(with(file, "lookahead = 1").policy.lookahead, 1);
	assert_int_equal(with(file, "lookahead = 20").policy.lookahead, 20);
	assert_int_equal(with(file, "delay_after = 1").policy.delay_after, 1);
	assert_int_equal(with(file, "delay_after = 10").policy.delay_after, 10);
	assert_int_equal(with(file, "lock_after = 10").policy.lock_after, 10);
	assert_int_equal(with(file, "lock_after = 100").policy.lock_after, 100);
	assert_true(with(file, "virtual_users").virtual_users);
	assert_int_equal(
	    with(file, "self_enroll = no").self_enroll, OTP_SELF_NO);
	assert_int_equal(
	    with(file, "self_enroll = yes").self_enroll, OTP_SELF_YES);
	assert_int_equal(
	    with(file, "self_enroll = invited").self_enroll, OTP_SELF_INVITED);
	assert_true(with(file, "tries = 5").tries == 5);
	assert_true(with(file, "notify = yes").notify);
}

static void
options__as_arguments_reach_their_fields(void **state)
{
	const enum otp_conf_place pam = OTP_CONF_ARGUMENT;

	(void)state;
	assert_string_equal(with(pam, "conf=/etc/x").conf, "/etc/x");
	assert_true(with(pam, "nullok").nullok);
	assert_true(
	    with(pam, "nullok_until=2026-12-31").nullok_until == 1798675200);
	assert_int_equal(with(pam, "tries=1").tries, 1);
	assert_int_equal(with(pam, "tries=5").tries, 5);
	assert_string_equal(with(pam, "prompt=Token: ").prompt, "Token: ");
	assert_true(with(pam, "echo").echo);
	assert_true(with(pam, "forward_pass").forward_pass);
	assert_true(with(pam, "notify").notify);
	assert_true(with(pam, "silent=yes").silent);
	assert_true(with(pam, "nodelay").nodelay);
	assert_true(with(pam, "debug").debug);
}

static void
options__out_of_bounds_are_refused(void **state)
{
	static const char *const lines[] = { "window = 3", "window = -1",
		"lookahead = 0", "lookahead = 21", "delay_after = 0",
		"delay_after = 11", "lock_after = 9", "lock_after = 101",
		"tries = 0", "tries = 6", "store = otp", "store = /srv/../otp",
		"store =", "nullok_until = 2027-02-29",
		"prompt =", "self_enroll",
		"self_enroll = ", "self_enroll = Invited",
		"self_enroll = maybe" };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		assert_bad(OTP_CONF_FILE, lines[i]);
}

static void
options__that_judge_are_refused_as_arguments(void **state)
{
	static const char *const arguments[] = { "store=/srv/otp", "window=1",
		"lookahead=10", "delay_after=5", "lock_after=100",
		"virtual_users", "virtual_users=no" };

	(void)state;
	for (size_t i = 0; i < COUNT(arguments); i++)
		assert_bad(OTP_CONF_ARGUMENT, arguments[i]);
	assert_bad(OTP_CONF_FILE, "conf = /etc/x");
	assert_bad(OTP_CONF_ARGUMENT, "use_first_pass");
	assert_bad(OTP_CONF_ARGUMENT, "try_first_pass");
}

static void
options__bound_texts_by_their_fields(void **state)
{
	char text[OTP_PATH_SIZE + 16] = "prompt=";
	size_t length = strlen(text);

	(void)state;
	memset(text + length, 'x', OTP_PROMPT_SIZE - 1);
	assert_int_equal(
	    strlen(with(OTP_CONF_ARGUMENT, text).prompt), OTP_PROMPT_SIZE - 1);
	text[length + OTP_PROMPT_SIZE - 1] = 'x';
	assert_bad(OTP_CONF_ARGUMENT, text);

	memset(text, 0, sizeof(text));
	strcpy(text, "store=/");
	length = strlen(text) - 1;
	memset(text + length + 1, 'x', OTP_PATH_SIZE - 2);
	assert_int_equal(
	    strlen(with(OTP_CONF_FILE, text).store), OTP_PATH_SIZE - 1);
	text[length + OTP_PATH_SIZE - 1] = 'x';
	assert_bad(OTP_CONF_FILE, text);
}

static void
options__have_distinct_names_and_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < otp_options_count; i++)
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(otp_options_table[i].name,
			    otp_options_table[j].name);
			assert_int_not_equal(otp_options_table[i].offset,
			    otp_options_table[j].offset);
		}
}

static void
options_check__refuses_virtual_users_with_nullok(void **state)
{
	struct otp_options options;
	struct otp_fault fault = { 0 };

	(void)state;
	otp_options_default(&options);
	options.virtual_users = true;
	assert_int_equal(otp_options_check(&options, &fault), OTP_OK);
	options.nullok = true;
	assert_int_equal(otp_options_check(&options, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "nullok");
	options.nullok = false;
	options.nullok_until = 1;
	assert_int_equal(otp_options_check(&options, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "nullok_until");
	options.virtual_users = false;
	assert_int_equal(otp_options_check(&options, &fault), OTP_OK);
}

static void
options_check__refuses_remember_with_forward_pass(void **state)
{
	struct otp_options options;
	struct otp_fault fault = { 0 };

	(void)state;
	otp_options_default(&options);
	options.forward_pass = true;
	assert_int_equal(otp_options_check(&options, &fault), OTP_OK);
	options.remember = OTP_REMEMBER_KEY;
	assert_int_equal(otp_options_check(&options, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "remember");
	options.forward_pass = false;
	assert_int_equal(otp_options_check(&options, &fault), OTP_OK);
}

static void
options_check__refuses_delay_after_above_lock_after(void **state)
{
	struct otp_options options;
	struct otp_fault fault = { 0 };

	(void)state;
	otp_options_default(&options);
	options.policy.delay_after = 10;
	options.policy.lock_after = 10;
	assert_int_equal(otp_options_check(&options, &fault), OTP_OK);
	options.policy.delay_after = 11;
	assert_int_equal(otp_options_check(&options, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "delay_after");
}

static void
options_check__refuses_other_prefixes(void **state)
{
	struct otp_options options =
	    with(OTP_CONF_FILE, "sms_prefixes = +49, +43");
	struct otp_fault fault = { 0 };

	(void)state;
	assert_string_equal(options.sms_prefixes, "+49,+43");
	assert_int_equal(otp_options_check(&options, &fault), OTP_OK);
	assert_bad(OTP_CONF_ARGUMENT, "sms_prefixes=+49");
	options = with(OTP_CONF_FILE, "sms_prefixes = +49,0049");
	assert_int_equal(otp_options_check(&options, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "sms_prefixes");
	assert_string_equal(unit_detail(&fault), "not-prefixes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options__have_their_defaults),
		cmocka_unit_test(options__in_the_file_reach_their_fields),
		cmocka_unit_test(options__as_arguments_reach_their_fields),
		cmocka_unit_test(options__out_of_bounds_are_refused),
		cmocka_unit_test(options__that_judge_are_refused_as_arguments),
		cmocka_unit_test(options__bound_texts_by_their_fields),
		cmocka_unit_test(options__have_distinct_names_and_fields),
		cmocka_unit_test(
		    options_check__refuses_virtual_users_with_nullok),
		cmocka_unit_test(
		    options_check__refuses_remember_with_forward_pass),
		cmocka_unit_test(
		    options_check__refuses_delay_after_above_lock_after),
		cmocka_unit_test(options_check__refuses_other_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
