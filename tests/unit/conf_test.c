/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "common/core/conf.h"

struct target {
	bool flag;
	unsigned number;
	char text[8];
	char path[16];
	int64_t date;
	int64_t time;
	unsigned choice;
	bool only_file;
	bool only_argument;
	char place[16];
};

static const char *const words[] = { "no", "key", "key+host", NULL };
static const char *const prefixes[] = { "db:", NULL };

static const struct otp_conf_option table[] = {
	{ "flag", OTP_CONF_FLAG, OTP_CONF_BOTH, offsetof(struct target, flag),
	    0, 0, 0, NULL },
	{ "number", OTP_CONF_NUMBER, OTP_CONF_BOTH,
	    offsetof(struct target, number), 0, 2, 20, NULL },
	{ "text", OTP_CONF_TEXT, OTP_CONF_BOTH, offsetof(struct target, text),
	    8, 0, 0, NULL },
	{ "path", OTP_CONF_PATH, OTP_CONF_BOTH, offsetof(struct target, path),
	    16, 0, 0, NULL },
	{ "date", OTP_CONF_DATE, OTP_CONF_BOTH, offsetof(struct target, date),
	    0, 0, 0, NULL },
	{ "time", OTP_CONF_TIME, OTP_CONF_BOTH, offsetof(struct target, time),
	    0, 3600, 86400, NULL },
	{ "choice", OTP_CONF_CHOICE, OTP_CONF_BOTH,
	    offsetof(struct target, choice), 0, 0, 0, words },
	{ "only_file", OTP_CONF_FLAG, OTP_CONF_FILE,
	    offsetof(struct target, only_file), 0, 0, 0, NULL },
	{ "only_argument", OTP_CONF_FLAG, OTP_CONF_ARGUMENT,
	    offsetof(struct target, only_argument), 0, 0, 0, NULL },
	{ "place", OTP_CONF_PATH, OTP_CONF_BOTH, offsetof(struct target, place),
	    16, 0, 0, prefixes },
};

static struct otp_conf
source(enum otp_conf_place place, struct target *target)
{
	struct otp_conf conf = { table, COUNT(table), place, 0, target };

	return conf;
}

static struct target
argument(const char *text)
{
	struct target target = { 0 };
	struct otp_conf conf = source(OTP_CONF_ARGUMENT, &target);
	struct otp_fault fault = { 0 };

	if (otp_conf_argument(&conf, text, &fault) != OTP_OK)
		fail_msg("%s: %s %s", text, fault.where, unit_detail(&fault));
	return target;
}

static struct target
line(const char *text)
{
	struct target target = { 0 };
	struct otp_conf conf = source(OTP_CONF_FILE, &target);
	struct otp_fault fault = { 0 };

	if (otp_conf_line(&conf, text, strlen(text), &fault) != OTP_OK)
		fail_msg("%s: %s %s", text, fault.where, unit_detail(&fault));
	return target;
}

static void
assert_bad(enum otp_conf_place place, const char *text, size_t length,
    const char *where, const char *what)
{
	static const struct target nothing;
	struct target target = { 0 };
	struct otp_conf conf = source(place, &target);
	struct otp_fault fault = { 0 };
	enum otp_err err = place == OTP_CONF_FILE
	    ? otp_conf_line(&conf, text, length, &fault)
	    : otp_conf_argument(&conf, text, &fault);

	if (err != OTP_ERR_OPTION)
		fail_msg("%s was taken", text);
	assert_string_equal(fault.where, where);
	if (what != NULL)
		assert_string_equal(unit_detail(&fault), what);
	assert_true(unit_detail(&fault)[0] != '\0');
	assert_memory_equal(&target, &nothing, sizeof(target));
	assert_int_equal(conf.seen, 0);
}

static void
assert_bad_argument(const char *text, const char *where, const char *what)
{
	assert_bad(OTP_CONF_ARGUMENT, text, 0, where, what);
}

static void
assert_bad_line(const char *text, const char *where, const char *what)
{
	assert_bad(OTP_CONF_FILE, text, strlen(text), where, what);
}

static void
conf__reads_flags(void **state)
{
	struct target target = { .flag = true };
	struct otp_conf conf = source(OTP_CONF_ARGUMENT, &target);

	(void)state;
	assert_true(argument("flag").flag);
	assert_true(argument("flag=yes").flag);
	assert_true(line("flag").flag);
	assert_true(line("flag = yes").flag);
	assert_int_equal(otp_conf_argument(&conf, "flag=no", NULL), OTP_OK);
	assert_false(target.flag);
}

static void
conf__refuses_other_words_for_a_flag(void **state)
{
	static const char *const cases[] = { "flag=", "flag=Yes", "flag=true",
		"flag=1", "flag=0", "flag=on", "flag= yes", "flag=yes ",
		"flag=yesyes", "flag==yes", "flag=n" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_bad_argument(cases[i], "flag", "not-yes-or-no");
	assert_bad_line("flag = maybe", "flag", NULL);
	assert_bad_line("flag =", "flag", NULL);
}

static void
conf__reads_numbers_within_their_bounds(void **state)
{
	(void)state;
	assert_int_equal(argument("number=2").number, 2);
	assert_int_equal(argument("number=20").number, 20);
	assert_int_equal(line("number = 7").number, 7);
}

static void
conf__refuses_other_numbers(void **state)
{
	static const char *const cases[] = { "number=1", "number=21",
		"number=0", "number=-3", "number=+3", "number=03", "number=3 ",
		"number= 3", "number=0x3", "number=3.0", "number=4294967299",
		"number=18446744073709551619", "number=three" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_bad_argument(cases[i], "number", "out-of-range 2 20");
	assert_bad_argument("number", "number", "no-value");
	assert_bad_argument("number=", "number", "no-value");
}

static void
conf__reads_printable_utf8(void **state)
{
	static const char *const cases[] = { "a", "Code: ", "a=b#c", "\"q\"",
		" ", "\xc3\xbc", "\xc2\xa0", "\xe2\x82\xac", "\xef\xbf\xbd",
		"\xf0\x9f\x94\x91", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf",
		"1234567" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[32] = "text=";

		strcat(text, cases[i]);
		assert_string_equal(argument(text).text, cases[i]);
	}
}

static void
conf__refuses_text_that_is_not_printable_utf8(void **state)
{
	static const char *const cases[] = { "\n", "a\tb", "\033[1m", "\x7f",
		"a\x01", "\x80", "\xbf", "\xc3", "\xc3(", "a\xc3", "\xc0\x80",
		"\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82",
		"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x94",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x80\x80\x80",
		"\xff", "\xed\xa0\x80", "\xed\xbf\xbf", "\xc2\x80", "\xc2\x85",
		"\xc2\x9f", "\xe2\x80\xa8", "\xe2\x80\xa9" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[32] = "text=";

		strcat(text, cases[i]);
		assert_bad_argument(text, "text", "not-printable");
	}
	/* the rest of a character behind the line's end is not part of it */
	assert_bad(
	    OTP_CONF_FILE, "text = \xc3\xbc", 8, "text", "not-printable");
	assert_bad_argument("text=12345678", "text", "too-long");
	assert_bad_argument("text=", "text", "no-value");
	assert_bad_argument("text", "text", "no-value");
}

static void
conf__reads_absolute_paths(void **state)
{
	static const char *const cases[] = { "/", "/a", "/a/b.c", "//a//b/",
		"/..a/.b", "/a../b.", "/a/...", "/12345678901234" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[32] = "path=";

		strcat(text, cases[i]);
		assert_string_equal(argument(text).path, cases[i]);
	}
}

static void
conf__refuses_other_paths(void **state)
{
	static const char *const relative[] = { "a", "a/b", "./a", "../a",
		"~/a", " /a", "unix:/a" };
	static const char *const dotted[] = { "/.", "/..", "/./a", "/../a",
		"/a/.", "/a/..", "/a/../b", "/a/./b", "/a//../b" };
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(relative); i++) {
		strcat(strcpy(text, "path="), relative[i]);
		assert_bad_argument(text, "path", "not-absolute");
	}
	for (size_t i = 0; i < COUNT(dotted); i++) {
		strcat(strcpy(text, "path="), dotted[i]);
		assert_bad_argument(text, "path", "dots");
	}
	assert_bad_argument("path=/123456789012345", "path", "too-long");
	assert_bad_argument("path=/a\nb", "path", "not-printable");
	assert_bad_argument("path=", "path", "no-value");
}

static void
conf__reads_a_path_after_a_prefix(void **state)
{
	(void)state;
	assert_string_equal(argument("place=/a/b").place, "/a/b");
	assert_string_equal(argument("place=db:/a/b").place, "db:/a/b");
	assert_bad_argument("place=db:", "place", "not-absolute");
	assert_bad_argument("place=db:a", "place", "not-absolute");
	assert_bad_argument("place=db:db:/a", "place", "not-absolute");
	assert_bad_argument("place=/a/../db:/b", "place", "dots");
	assert_bad_argument("place=db:/a/../b", "place", "dots");
	assert_bad_argument("place=DB:/a", "place", "not-absolute");
	assert_bad_argument("place=db:/234567890123", "place", "too-long");
	assert_bad_argument("path=db:/a", "path", "not-absolute");
}

static void
conf__reads_dates_as_the_start_of_the_day_in_utc(void **state)
{
	static const struct {
		const char *text;
		int64_t date;
	} cases[] = {
		{ "date=1970-01-02", 86400 },
		{ "date=1972-02-29", 68169600 },
		{ "date=1999-12-31", 946598400 },
		{ "date=2000-02-29", 951782400 },
		{ "date=2000-03-01", 951868800 },
		{ "date=2026-12-31", 1798675200 },
		{ "date=2038-01-19", 2147472000 },
		{ "date=2100-03-01", INT64_C(4107542400) },
		{ "date=9999-12-31", INT64_C(253402214400) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(argument(cases[i].text).date == cases[i].date);
}

static void
conf__reads_times_within_their_bounds(void **state)
{
	static const char *const bad[] = { "time=59m", "time=25h", "time=2d",
		"time=3600", "time=3600s", "time=1w", "time=1H", "time= 1h",
		"time=1h ", "time=01h", "time=-1h", "time=h" };

	(void)state;
	assert_true(argument("time=60m").time == 3600);
	assert_true(argument("time=8h").time == 28800);
	assert_true(line("time = 1d").time == 86400);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_bad_argument(bad[i], "time", "time-out-of-range");
	assert_bad_argument("time", "time", "no-value");
	assert_bad_argument("time=", "time", "no-value");
}

static void
conf__reads_one_of_the_words(void **state)
{
	static const char *const bad[] = { "choice=yes", "choice=ke",
		"choice=keys", "choice=key+", "choice=KEY", "choice= key",
		"choice=key ", "choice=1" };

	(void)state;
	assert_int_equal(argument("choice=no").choice, 0);
	assert_int_equal(argument("choice=key").choice, 1);
	assert_int_equal(line("choice = key+host").choice, 2);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_bad_argument(bad[i], "choice", "not-a-choice");
	assert_bad_argument("choice", "choice", "no-value");
	assert_bad_argument("choice=", "choice", "no-value");
}

static void
conf__refuses_what_is_no_date(void **state)
{
	static const char *const cases[] = { "date=2027-02-29",
		"date=2100-02-29", "date=2027-13-01", "date=2027-00-01",
		"date=2027-01-00", "date=2027-01-32", "date=2027-04-31",
		"date=1970-01-01", "date=1969-12-31", "date=0000-01-01",
		"date=2027-1-1", "date=27-01-01", "date=2027/01/01",
		"date=20270101", "date=2027-01-01 ", "date= 2027-01-01",
		"date=2027-01-01T", "date=+027-01-01", "date=2027-01-+1",
		"date=2027-01- 1", "date=10000-01-01", "date=tomorrow",
		"date=-001-01-01" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_bad_argument(cases[i], "date", "not-a-date");
	assert_bad_argument("date", "date", "no-value");
}

static void
conf__refuses_what_it_does_not_know(void **state)
{
	static const char *const cases[] = { "flags", "fla", "Flag", "FLAG", "",
		"=", "=yes", "use_first_pass", "try_first_pass", "-flag",
		"no_flag" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[32] = "";

		strncat(name, cases[i], strcspn(cases[i], "="));
		assert_bad_argument(cases[i], name, "unknown-option");
	}
	assert_bad_line("unknown = 1", "unknown", "unknown-option");
	assert_bad_line("= 1", "", "unknown-option");
}

/* It may be a line of a file that nobody meant: /etc/shadow, say. */
static void
conf__tells_no_more_than_a_name(void **state)
{
	(void)state;
	assert_bad_argument(" flag", "?", "unknown-option");
	assert_bad_argument("flag ", "flag?", "unknown-option");
	assert_bad_argument("#", "?", "unknown-option");
	assert_bad_argument("flag,number", "flag?", "unknown-option");
	assert_bad_line("flag number", "flag?", "unknown-option");
	assert_bad_line("[section]", "?", "unknown-option");
	assert_bad_line("root:$y$j9T$abc:19000:", "root?", "unknown-option");
}

static void
conf__refuses_an_option_where_it_may_not_stand(void **state)
{
	(void)state;
	assert_true(line("only_file").only_file);
	assert_true(argument("only_argument").only_argument);
	assert_bad_argument("only_file", "only_file", "file-only");
	assert_bad_line("only_argument", "only_argument", "argument-only");
}

static void
conf__refuses_a_name_twice_in_one_source(void **state)
{
	struct target target = { 0 };
	struct otp_conf file = source(OTP_CONF_FILE, &target);
	struct otp_conf pam = source(OTP_CONF_ARGUMENT, &target);
	struct otp_fault fault = { 0 };

	(void)state;
	assert_int_equal(otp_conf_line(&file, "number=3", 8, &fault), OTP_OK);
	assert_int_equal(
	    otp_conf_line(&file, "number=3", 8, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "number");
	assert_string_equal(unit_detail(&fault), "twice");
	/* another source may say it again */
	assert_int_equal(otp_conf_argument(&pam, "number=4", &fault), OTP_OK);
	assert_int_equal(otp_conf_argument(&pam, "flag", &fault), OTP_OK);
	assert_int_equal(
	    otp_conf_argument(&pam, "flag=no", &fault), OTP_ERR_OPTION);
	assert_int_equal(target.number, 4);
	assert_true(target.flag);
}

static void
conf_line__drops_space_and_keeps_what_is_quoted(void **state)
{
	(void)state;
	assert_string_equal(line("text=a").text, "a");
	assert_string_equal(line("  text  =  a b  ").text, "a b");
	assert_string_equal(line("\ttext\t=\ta\t").text, "a");
	assert_string_equal(line("text = \" a \"").text, " a ");
	assert_string_equal(line("text=\"a#b\" ").text, "a#b");
	assert_string_equal(line("text = a#b").text, "a#b");
	assert_string_equal(line("text = a \"b\"").text, "a \"b\"");
	assert_string_equal(line("text = a=b").text, "a=b");
	assert_int_equal(line("number = \"3\"").number, 3);
}

static void
conf_line__refuses_odd_quotes(void **state)
{
	(void)state;
	assert_bad_line("text = \"", "text", "odd-quote");
	assert_bad_line("text = \"a", "text", "odd-quote");
	assert_bad_line("text = \"a\" b", "text", "odd-quote");
	assert_bad_line("text = \"a\"b\"", "text", "odd-quote");
	assert_bad_line("text = \"\"", "text", "no-value");
}

static void
conf_line__skips_blanks_and_comments(void **state)
{
	static const char *const cases[] = { "", " ", "\t \t", "#",
		"# number = 99", "  # flag = maybe" };
	static const struct target nothing;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct target target = line(cases[i]);

		assert_memory_equal(&target, &nothing, sizeof(target));
	}
}

static void
conf_line__refuses_control_characters(void **state)
{
	(void)state;
	assert_bad_line("flag\r", "flag?", "unknown-option");
	assert_bad_line("flag = yes\r", "flag", NULL);
	assert_bad_line("text = a\r", "text", "not-printable");
	assert_bad(OTP_CONF_FILE, "text = a\0b", 10, "text", "not-printable");
	assert_bad(OTP_CONF_FILE, "flag\0", 5, "flag?", "unknown-option");
	assert_bad(OTP_CONF_FILE, "path = /a\0b", 11, "path", "not-printable");
	assert_bad_line("\xef\xbb\xbf"
			"flag",
	    "?", "unknown-option");
}

static void
conf_argument__bounds_the_fault_of_endless_text(void **state)
{
	const size_t size = 64 * 1024;
	char *text = malloc(size + 1);
	struct target target = { 0 };
	struct otp_conf conf = source(OTP_CONF_ARGUMENT, &target);
	struct otp_fault fault = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	text[size] = '\0';
	assert_int_equal(
	    otp_conf_argument(&conf, text, &fault), OTP_ERR_OPTION);
	assert_in_range(strlen(fault.where), 20, 40);
	memcpy(text, "text=", 5);
	assert_int_equal(
	    otp_conf_argument(&conf, text, &fault), OTP_ERR_OPTION);
	assert_string_equal(fault.where, "text");
	assert_string_equal(unit_detail(&fault), "too-long");
	memset(text, '\n', size);
	assert_int_equal(otp_conf_argument(&conf, text, NULL), OTP_ERR_OPTION);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conf__reads_flags),
		cmocka_unit_test(conf__refuses_other_words_for_a_flag),
		cmocka_unit_test(conf__reads_numbers_within_their_bounds),
		cmocka_unit_test(conf__refuses_other_numbers),
		cmocka_unit_test(conf__reads_printable_utf8),
		cmocka_unit_test(conf__refuses_text_that_is_not_printable_utf8),
		cmocka_unit_test(conf__reads_absolute_paths),
		cmocka_unit_test(conf__refuses_other_paths),
		cmocka_unit_test(conf__reads_a_path_after_a_prefix),
		cmocka_unit_test(
		    conf__reads_dates_as_the_start_of_the_day_in_utc),
		cmocka_unit_test(conf__refuses_what_is_no_date),
		cmocka_unit_test(conf__reads_times_within_their_bounds),
		cmocka_unit_test(conf__reads_one_of_the_words),
		cmocka_unit_test(conf__refuses_what_it_does_not_know),
		cmocka_unit_test(conf__tells_no_more_than_a_name),
		cmocka_unit_test(
		    conf__refuses_an_option_where_it_may_not_stand),
		cmocka_unit_test(conf__refuses_a_name_twice_in_one_source),
		cmocka_unit_test(
		    conf_line__drops_space_and_keeps_what_is_quoted),
		cmocka_unit_test(conf_line__refuses_odd_quotes),
		cmocka_unit_test(conf_line__skips_blanks_and_comments),
		cmocka_unit_test(conf_line__refuses_control_characters),
		cmocka_unit_test(
		    conf_argument__bounds_the_fault_of_endless_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
