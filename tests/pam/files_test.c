/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are not what they should be, and names that are no files'. */
#include "config.h"

#include <fcntl.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

/* The right code, with files that cannot be trusted. */
static void
no_answer(struct host *host, const char *reason)
{
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_told(host, PAM_ERROR_MSG,
	    "Codes cannot be checked right now. Please contact your "
	    "administrator.");
	host_logged("unavailable", reason);
}

static void
right_answer(struct host *host)
{
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	fake.now += 60;
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static const char *const both[] = { "store/seed/alice", "store/state/alice" };

static void
symbolic_link__is_not_followed(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];
	char target[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, target, "elsewhere");
	for (size_t i = 0; i < 2; i++) {
		host_path(host, path, "%s", both[i]);
		assert_int_equal(rename(path, target), 0);
		assert_int_equal(symlink(target, path), 0);
		no_answer(host, "link");
		host_service(host, "nullok");
		no_answer(host, "link");
		host_service(host, "");
		assert_int_equal(unlink(path), 0);
		assert_int_equal(rename(target, path), 0);
		right_answer(host);
	}
}

static void
dangling_link__is_not_absence(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];
	char gone[HOST_PATH_SIZE];

	host_service(host, "nullok");
	host_path(host, gone, "gone");
	for (size_t i = 0; i < 2; i++) {
		host_path(host, path, "%s", both[i]);
		assert_int_equal(symlink(gone, path), 0);
		assert_int_equal(
		    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
		assert_null(strstr(host_line(), "ignored"));
		assert_int_not_equal(access(gone, F_OK), 0);
		assert_int_equal(unlink(path), 0);
	}
}

static void
fifo_folder_and_second_name__are_no_files(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];
	char kept[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, kept, "kept");
	for (size_t i = 0; i < 2; i++) {
		host_path(host, path, "%s", both[i]);
		assert_int_equal(link(path, kept), 0);
		no_answer(host, "link");
		assert_int_equal(unlink(path), 0);

		assert_int_equal(mkfifo(path, 0600), 0);
		no_answer(host, "mode");
		assert_int_equal(unlink(path), 0);

		assert_int_equal(mkdir(path, 0700), 0);
		no_answer(host, "mode");
		assert_int_equal(rmdir(path), 0);

		assert_int_equal(rename(kept, path), 0);
		right_answer(host);
	}
}

static void
file_open_to_others__is_not_trusted(void **state)
{
	static const mode_t modes[] = { 0604, 0640, 0660, 0602, 04600 };
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	for (size_t i = 0; i < 2; i++) {
		host_path(host, path, "%s", both[i]);
		for (size_t j = 0; j < sizeof(modes) / sizeof(modes[0]); j++) {
			assert_int_equal(chmod(path, modes[j]), 0);
			no_answer(host, "mode");
		}
		assert_int_equal(chmod(path, 0600), 0);
	}
	host_path(host, path, "%s", both[0]);
	assert_int_equal(chmod(path, 0400), 0);
	right_answer(host);
}

static void
folder_open_to_others__is_not_trusted(void **state)
{
	static const char *const folders[] = { "store", "store/seed",
		"store/state" };
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		host_path(host, path, "%s", folders[i]);
		assert_int_equal(chmod(path, 0720), 0);
		no_answer(host, "mode");
		assert_int_equal(chmod(path, 0702), 0);
		no_answer(host, "mode");
		assert_int_equal(chmod(path, 0700), 0);
	}
	/* Above both the store and the configuration. */
	assert_int_equal(chmod(host->root, 0770), 0);
	assert_int_equal(host_login(host, "alice", "123456"), PAM_SERVICE_ERR);
	assert_int_equal(chmod(host->root, 0700), 0);
	right_answer(host);
}

static void
files_of_others__are_not_trusted(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	if (geteuid() != 0)
		skip();
	host_enrol_alice(host);
	for (size_t i = 0; i < 2; i++) {
		host_path(host, path, "%s", both[i]);
		assert_int_equal(chown(path, 12345, 0), 0);
		no_answer(host, "owner");
		assert_int_equal(chown(path, 0, 0), 0);
	}
	assert_int_equal(chown(host->store, 12345, 0), 0);
	no_answer(host, "owner");
	assert_int_equal(chown(host->store, 0, 0), 0);
	right_answer(host);
}

static void
store_behind_a_link__is_not_reached(void **state)
{
	struct host *host = *state;
	char moved[HOST_PATH_SIZE];

	host_enrol_alice(host);
	host_path(host, moved, "moved");
	assert_int_equal(rename(host->store, moved), 0);
	assert_int_equal(symlink(moved, host->store), 0);
	no_answer(host, "link");
	assert_int_equal(unlink(host->store), 0);
	assert_int_equal(rename(moved, host->store), 0);
	right_answer(host);
}

static void
store_that_is_not_there__is_no_absence_of_users(void **state)
{
	struct host *host = *state;
	char moved[HOST_PATH_SIZE];

	host_service(host, "nullok");
	host_path(host, moved, "moved");
	assert_int_equal(rename(host->store, moved), 0);
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "no-store");
	assert_int_equal(host->seen.prompts, 0);
}

static void
store_not_writable__is_no_answer(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	if (geteuid() == 0)
		skip(); /* root may write anyway */
	host_enrol_alice(host);
	host_path(host, path, "store/state/alice");
	assert_int_equal(chmod(path, 0400), 0);
	no_answer(host, "read");
}

/* Whatever somebody is called, only his own files are opened. */
static void
odd_names__clash_with_nobody(void **state)
{
	static const char *const names[] = { "..", ".", ".new", "a/b",
		"../alice", "/etc/passwd", "..%2Falice", "alice/", "%61lice",
		".alice.new", "alice\n" };
	struct host *host = *state;
	struct otp_token alice = sample_totp(1);
	struct otp_token token = sample_totp(2);
	char code[SAMPLE_CODE_SIZE];
	char other[SAMPLE_CODE_SIZE];

	host_configure(host, "virtual_users\n");
	host_enrol_alice(host);
	host_code(&alice, 0, other);
	host_code(&token, 0, code);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct host_bytes before = host_bytes(host, "alice");

		assert_int_equal(
		    host_login(host, names[i], other), PAM_AUTH_ERR);
		host_logged("refused", "not-enrolled");
		host_enrol_token(host, names[i], OTP_UID_VIRTUAL, &token);
		assert_int_equal(host_login(host, names[i], code), PAM_SUCCESS);
		host_unchanged(host, "alice", &before);
	}
	assert_int_equal(host_login(host, "alice", other), PAM_SUCCESS);
}

static void
name_too_long_for_a_file__is_refused(void **state)
{
	struct host *host = *state;
	char name[256];

	host_configure(host, "virtual_users\n");
	memset(name, '/', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_not_equal(host_login(host, name, "123456"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
	assert_null(strstr(host_line(), "///"));
	assert_null(strstr(host_line(), "2F%2F"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(symbolic_link__is_not_followed),
		HOST_TEST(dangling_link__is_not_absence),
		HOST_TEST(fifo_folder_and_second_name__are_no_files),
		HOST_TEST(file_open_to_others__is_not_trusted),
		HOST_TEST(folder_open_to_others__is_not_trusted),
		HOST_TEST(files_of_others__are_not_trusted),
		HOST_TEST(store_behind_a_link__is_not_reached),
		HOST_TEST(store_that_is_not_there__is_no_absence_of_users),
		HOST_TEST(store_not_writable__is_no_answer),
		HOST_TEST(odd_names__clash_with_nobody),
		HOST_TEST(name_too_long_for_a_file__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
