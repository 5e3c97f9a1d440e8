/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/folder.h"
#include "tests/unit/unit.h"
#include "common/effects/options_file.h"
#include "common/effects/options_load.h"

static char path[200];

static int
set_up(void **state)
{
	if (folder_setup(state) != 0)
		return 1;
	(void)snprintf(path, sizeof(path), "%s", in("conf"));
	return 0;
}

static void
write_file(const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
}

static struct otp_fault fault;

/* Read it; where that fails nothing may have changed. */
static enum otp_err
read_file(struct otp_options *options)
{
	struct otp_options before;
	enum otp_err err;

	memset(&fault, 0, sizeof(fault));
	otp_options_default(options);
	memcpy(&before, options, sizeof(before));
	err = otp_options_file_read(path, options, &fault);
	if (err != OTP_OK)
		assert_memory_equal(options, &before, sizeof(before));
	return err;
}

static void
assert_bad(const char *text, unsigned line, const char *where)
{
	struct otp_options options;

	write_file(text, strlen(text));
	assert_int_equal(read_file(&options), OTP_ERR_OPTION);
	assert_int_equal(fault.line, line);
	assert_string_equal(fault.where, where);
	assert_true(unit_detail(&fault)[0] != '\0');
	assert_int_equal(
	    otp_options_file_read(path, &options, NULL), OTP_ERR_OPTION);
}

static void
conffile__is_read_over_the_options(void **state)
{
	static const char text[] = "# how codes are judged\n"
				   "\n"
				   "store = /srv/otp\n"
				   "  window = 2\n"
				   "nullok\n"
				   "prompt = \"Token: \"\n"
				   "tries=3\n";
	struct otp_options options;

	(void)state;
	write_file(text, sizeof(text) - 1);
	assert_int_equal(read_file(&options), OTP_OK);
	assert_string_equal(options.store, "/srv/otp");
	assert_int_equal(options.policy.window, 2);
	assert_int_equal(options.policy.lookahead, 10);
	assert_true(options.nullok);
	assert_string_equal(options.prompt, "Token: ");
	assert_int_equal(options.tries, 3);
}

/* What was cut off might name another store, or refuse the unenrolled. */
static void
conffile__that_was_cut_short_is_refused(void **state)
{
	static const char whole[] = "# the store\n\nstore = /srv/otp\n";
	struct otp_options options;

	(void)state;
	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		bool at_line = size > 0 && whole[size - 1] == '\n';

		write_file(whole, size);
		assert_int_equal(
		    read_file(&options), at_line ? OTP_OK : OTP_ERR_OPTION);
		if (at_line)
			continue;
		assert_int_equal(fault.detail,
		    size == 0 ? OTP_DETAIL_EMPTY : OTP_DETAIL_NO_NEWLINE);
		assert_string_equal(fault.where, path);
		assert_int_equal(fault.line, size == 0 ? 0 : size < 12 ? 1 : 3);
		assert_int_equal(otp_options_file_read(path, &options, NULL),
		    OTP_ERR_OPTION);
	}
}

static void
conffile__may_be_a_comment_or_a_blank_line(void **state)
{
	static const char *const texts[] = { "#\n", "# nothing\n", "\n",
		" \t\n" };
	struct otp_options options, defaults;

	(void)state;
	otp_options_default(&defaults);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file(texts[i], strlen(texts[i]));
		assert_int_equal(read_file(&options), OTP_OK);
		assert_memory_equal(&options, &defaults, sizeof(options));
	}
}

static void
conffile__that_is_absent_is_told_from_all_else(void **state)
{
	struct otp_options options;

	(void)state;
	assert_int_equal(read_file(&options), OTP_ERR_ABSENT);
	assert_string_equal(fault.where, path);
	assert_int_equal(fault.errnum, ENOENT);
	assert_int_equal(
	    otp_options_file_read("conf", &options, NULL), OTP_ERR_NAME);
}

static void
conffile__is_refused_for_one_bad_line(void **state)
{
	(void)state;
	assert_bad("window = 2\njunk\n", 2, "junk");
	assert_bad("\n\nwindow = 3\n", 3, "window");
	assert_bad("window = 1\nwindow = 1\n", 2, "window");
	assert_bad("store = otp\n", 1, "store");
	assert_bad("conf = /etc/x\n", 1, "conf");
	assert_bad("tries = 1\nstore\n", 2, "store");
	assert_bad("debug\r\n", 1, "debug?");
	assert_bad("\xef\xbb\xbf"
		   "debug\n",
	    1, "?");
}

static void
conffile__with_a_nul_byte_is_refused(void **state)
{
	static const char text[] = "debug\nprompt = a\0b\n";
	struct otp_options options;

	(void)state;
	write_file(text, sizeof(text) - 1);
	assert_int_equal(read_file(&options), OTP_ERR_OPTION);
	assert_int_equal(fault.line, 2);
}

static void
conffile__is_at_most_64_kib(void **state)
{
	const size_t size = 64 * 1024;
	char *text = malloc(size + 1);
	struct otp_options options;

	(void)state;
	assert_non_null(text);
	memset(text, '#', size + 1);
	text[size - 1] = text[size] = '\n';
	write_file(text, size);
	assert_int_equal(read_file(&options), OTP_OK);
	write_file(text, size + 1);
	assert_int_equal(read_file(&options), OTP_ERR_OPTION);
	assert_string_equal(fault.where, path);
	assert_string_equal(unit_detail(&fault), "too-large 64");
	free(text);
}

static void
conffile__that_others_could_have_written_is_refused(void **state)
{
	struct otp_options options;

	(void)state;
	write_file("debug\n", 6);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(read_file(&options), OTP_ERR_MODE);
	assert_string_equal(fault.where, path);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(base, 0777), 0);
	assert_int_equal(read_file(&options), OTP_ERR_MODE);
	assert_string_equal(fault.where, base);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(read_file(&options), OTP_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(read_file(&options), OTP_ERR_LINK);
}

/* libpam gives none; another caller of the module may. */
static void
argument__that_is_null_is_refused(void **state)
{
	const char *arguments[] = { "echo", NULL };
	struct otp_options options;

	(void)state;
	assert_int_equal(
	    otp_options_load(2, arguments, &options, &fault), OTP_ERR_OPTION);
	assert_int_equal(fault.detail, OTP_DETAIL_UNKNOWN_OPTION);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(conffile__is_read_over_the_options),
		TEST(conffile__that_was_cut_short_is_refused),
		TEST(conffile__may_be_a_comment_or_a_blank_line),
		TEST(conffile__that_is_absent_is_told_from_all_else),
		TEST(conffile__is_refused_for_one_bad_line),
		TEST(conffile__with_a_nul_byte_is_refused),
		TEST(conffile__is_at_most_64_kib),
		TEST(conffile__that_others_could_have_written_is_refused),
		TEST(argument__that_is_null_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
