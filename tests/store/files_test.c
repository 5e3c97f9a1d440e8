/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are not what they should be: no answer, and nothing touched. */
#include "config.h"

#include "tests/lib/codes.h"
#include "tests/store/ground.h"
#include "tests/lib/account.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/store/calls.h"
#include "tests/unit/unit.h"

static const char *const files[] = { "store/seed/alice", "store/state/alice" };

struct place {
	struct ground *ground;
	struct otp_token token;
	char path[GROUND_PATH_SIZE];  /* of the file in question */
	char aside[GROUND_PATH_SIZE]; /* of the good one, meanwhile */
	char code[SAMPLE_CODE_SIZE];
};

static struct place
enrol(struct ground *ground)
{
	struct place place = { .ground = ground, .token = sample_totp(1) };

	ground_enrol(ground, "alice", &place.token);
	ground_code(ground, &place.token, place.code);
	ground_path(ground, place.aside, "aside");
	return place;
}

/* Neither a login nor the tool takes it, and nobody is "not enrolled". */
static void
assert_refused(struct place *place, enum otp_err expected)
{
	struct otp_recovery_set set;
	struct otp_subject subject = ground_subject("alice");
	unsigned descriptors = sample_descriptors();
	enum otp_enrolled ask;
	enum otp_err err;

	(void)alarm(20); /* nothing here may wait for anybody */
	assert_int_equal(
	    ground_try(place->ground, "alice", place->code), expected);
	assert_int_equal(place->ground->answer.verdict, OTP_VERDICT_REJECT);
	err = ground_look(place->ground, "alice", &ask);
	assert_int_not_equal(ask, OTP_ENROLLED_NO);
	assert_true(err == expected || ask == OTP_ENROLLED_YES);
	assert_int_equal(
	    codes_renew(ACCOUNT_OF(&place->ground->host, subject), 1, &set),
	    expected);
	(void)alarm(0);
	assert_int_equal(sample_descriptors(), descriptors);
}

static void
assert_fine(struct place *place)
{
	ground_expect(place->ground, "alice", place->code, OTP_VERDICT_ACCEPT);
	place->ground->now += 30;
	ground_code(place->ground, &place->token, place->code);
}

/* For each of the two files: the good one put aside, then put back. */
static void
put_aside(struct place *place, const char *file)
{
	ground_path(place->ground, place->path, "%s", file);
	assert_int_equal(rename(place->path, place->aside), 0);
}

static void
put_back(struct place *place)
{
	(void)rmdir(place->path);
	(void)unlink(place->path);
	assert_int_equal(rename(place->aside, place->path), 0);
	assert_fine(place);
}

static void
file__is_no_symbolic_link(void **state)
{
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		struct ground_bytes before, after;

		put_aside(&place, files[i]);
		before = ground_read(place.aside);
		assert_int_equal(symlink(place.aside, place.path), 0);
		assert_refused(&place, OTP_ERR_LINK);
		after = ground_read(place.aside);
		assert_true(ground_same(&before, &after));
		put_back(&place);
	}
}

static void
file__is_no_dangling_link(void **state)
{
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		put_aside(&place, files[i]);
		assert_int_equal(symlink("/nowhere/at/all", place.path), 0);
		assert_refused(&place, OTP_ERR_LINK);
		put_back(&place);
	}
}

static void
file__is_no_fifo(void **state)
{
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		put_aside(&place, files[i]);
		assert_int_equal(mkfifo(place.path, 0600), 0);
		assert_refused(&place, OTP_ERR_MODE);
		put_back(&place);
	}
}

static void
file__is_no_folder(void **state)
{
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		put_aside(&place, files[i]);
		assert_int_equal(mkdir(place.path, 0700), 0);
		assert_refused(&place, OTP_ERR_MODE);
		put_back(&place);
	}
}

static void
file__is_no_socket(void **state)
{
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		put_aside(&place, files[i]);
		assert_int_not_equal(fd, -1);
		assert_in_range(
		    strlen(place.path), 1, sizeof(address.sun_path) - 1);
		memcpy(address.sun_path, place.path, strlen(place.path));
		assert_int_equal(
		    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		assert_refused(&place, OTP_ERR_MODE);
		assert_int_equal(close(fd), 0);
		put_back(&place);
	}
}

/* /dev/zero and /dev/full, under another name: needs root. */
static void
file__is_no_device(void **state)
{
	struct place place = enrol(*state);

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < COUNT(files); i++) {
		put_aside(&place, files[i]);
		if (mknod(place.path, S_IFCHR | 0600, makedev(1, 5)) != 0) {
			put_back(&place);
			skip(); /* a container may forbid it */
		}
		assert_refused(&place,
		    unit_is_nodev(place.ground->root) ? OTP_ERR_READ
						      : OTP_ERR_MODE);
		put_back(&place);
	}
}

static void
file__is_its_owners(void **state)
{
	static const char *const all[] = { "store/seed/alice",
		"store/state/alice", "store/.store" };
	struct place place = enrol(*state);

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < COUNT(all); i++) {
		ground_path(place.ground, place.path, "%s", all[i]);
		assert_int_equal(chown(place.path, 5001, (gid_t)-1), 0);
		assert_refused(&place, OTP_ERR_OWNER);
		assert_int_equal(chown(place.path, 0, (gid_t)-1), 0);
		assert_fine(&place);
	}
}

static void
file__is_nobody_elses_to_read_or_write(void **state)
{
	static const mode_t modes[] = { 0604, 0602, 0601, 0640, 0620, 0610,
		0660, 0644, 0666, 0700, 01600, 02600, 04600 };
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		ground_path(place.ground, place.path, "%s", files[i]);
		for (size_t j = 0; j < COUNT(modes); j++) {
			assert_int_equal(chmod(place.path, modes[j]), 0);
			assert_refused(&place, OTP_ERR_MODE);
		}
		assert_int_equal(chmod(place.path, 0600), 0);
		assert_fine(&place);
	}
}

static void
seed__may_be_read_only(void **state)
{
	struct place place = enrol(*state);

	ground_path(place.ground, place.path, "store/seed/alice");
	assert_int_equal(chmod(place.path, 0400), 0);
	assert_fine(&place);
}

static void
file__has_one_name(void **state)
{
	struct place place = enrol(*state);

	for (size_t i = 0; i < COUNT(files); i++) {
		ground_path(place.ground, place.path, "%s", files[i]);
		assert_int_equal(link(place.path, place.aside), 0);
		assert_refused(&place, OTP_ERR_LINK);
		assert_int_equal(unlink(place.aside), 0);
		assert_fine(&place);
	}
}

static const char *const folders[] = { "store", "store/seed", "store/state" };

static void
folder__is_nobody_elses_to_write(void **state)
{
	static const mode_t modes[] = { 0702, 0720, 0777, 0770 };
	struct place place = enrol(*state);
	enum otp_enrolled ask;

	for (size_t i = 0; i < COUNT(folders); i++) {
		ground_path(place.ground, place.path, "%s", folders[i]);
		for (size_t j = 0; j < COUNT(modes); j++) {
			assert_int_equal(chmod(place.path, modes[j]), 0);
			assert_refused(&place, OTP_ERR_MODE);
			assert_int_equal(
			    ground_look(place.ground, "nobody", &ask),
			    OTP_ERR_MODE);
			assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
		}
		assert_int_equal(chmod(place.path, 0700), 0);
		assert_fine(&place);
	}
}

static void
folder__above_is_nobody_elses_to_write(void **state)
{
	struct place place = enrol(*state);

	assert_int_equal(chmod(place.ground->root, 0702), 0);
	assert_refused(&place, OTP_ERR_MODE);
	assert_int_equal(chmod(place.ground->root, 0720), 0);
	assert_refused(&place, OTP_ERR_MODE);
	assert_int_equal(chmod(place.ground->root, 0755), 0);
	assert_fine(&place);
}

static void
folder__is_its_owners(void **state)
{
	struct place place = enrol(*state);

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i <= COUNT(folders); i++) {
		ground_path(place.ground, place.path, "%s",
		    i < COUNT(folders) ? folders[i] : ".");
		assert_int_equal(chown(place.path, 5001, (gid_t)-1), 0);
		assert_refused(&place, OTP_ERR_OWNER);
		assert_int_equal(chown(place.path, 0, (gid_t)-1), 0);
		assert_fine(&place);
	}
}

static void
folder__is_reached_through_no_link(void **state)
{
	struct place place = enrol(*state);
	struct ground *ground = place.ground;
	char link[GROUND_PATH_SIZE], through[GROUND_PATH_SIZE];

	ground_path(ground, link, "link");
	assert_int_equal(symlink(ground->store, link), 0);
	ground->host.store.folder = link;
	assert_refused(&place, OTP_ERR_LINK);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink(ground->root, link), 0);
	ground->host.store.folder = ground_path(ground, through, "link/store");
	assert_refused(&place, OTP_ERR_LINK);
	ground->host.store.folder =
	    ground_path(ground, through, "store/../store");
	assert_refused(&place, OTP_ERR_NAME);
	ground->host.store.folder = "store";
	assert_refused(&place, OTP_ERR_NO_STORE);
	ground->host.store.folder = ground->store;
	assert_fine(&place);
}

static void
folder__that_is_a_file_is_no_store(void **state)
{
	struct place place = enrol(*state);
	enum otp_enrolled ask;

	for (size_t i = 0; i < COUNT(folders); i++) {
		put_aside(&place, folders[i]);
		sample_write(place.path, "", 0, 0600);
		assert_int_not_equal(
		    ground_try(place.ground, "alice", place.code), OTP_OK);
		assert_int_not_equal(
		    ground_look(place.ground, "alice", &ask), OTP_OK);
		assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
		put_back(&place);
	}
}

static void
look__takes_no_link_for_an_absent_seed(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];
	enum otp_enrolled ask;

	ground_path(ground, path, "store/seed/alice");
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	assert_int_equal(ground_look(ground, "alice", &ask), OTP_ERR_NO_STATE);
	assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(
	    ground_try(ground, "alice", "123456"), OTP_ERR_NO_STATE);
}

static void
state__is_of_the_uid_that_logs_in(void **state)
{
	struct place place = enrol(*state);
	struct otp_request request = { .account = "alice", .uid = 5002 };
	struct otp_answer answer;

	assert_int_equal(otp_attempt_try(&place.ground->host, &request,
			     place.code, &answer, NULL),
	    OTP_ERR_UID);
	assert_int_equal(answer.verdict, OTP_VERDICT_REJECT);
	request.uid = OTP_UID_VIRTUAL;
	assert_int_equal(otp_attempt_try(&place.ground->host, &request,
			     place.code, &answer, NULL),
	    OTP_ERR_UID);
	assert_fine(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(file__is_no_symbolic_link),
		GROUND_TEST(file__is_no_dangling_link),
		GROUND_TEST(file__is_no_fifo),
		GROUND_TEST(file__is_no_folder),
		GROUND_TEST(file__is_no_socket),
		GROUND_TEST(file__is_no_device),
		GROUND_TEST(file__is_its_owners),
		GROUND_TEST(file__is_nobody_elses_to_read_or_write),
		GROUND_TEST(seed__may_be_read_only),
		GROUND_TEST(file__has_one_name),
		GROUND_TEST(folder__is_nobody_elses_to_write),
		GROUND_TEST(folder__above_is_nobody_elses_to_write),
		GROUND_TEST(folder__is_its_owners),
		GROUND_TEST(folder__is_reached_through_no_link),
		GROUND_TEST(folder__that_is_a_file_is_no_store),
		GROUND_TEST(look__takes_no_link_for_an_absent_seed),
		GROUND_TEST(state__is_of_the_uid_that_logs_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
