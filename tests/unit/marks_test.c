/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/folder.h"
#include "tests/unit/unit.h"
#include "common/fleet/marks.h"
#include "common/store/lock.h"

static char path[200];
static struct otp_fleet_identity fleet = {
	.epoch = 3, .since = 1000, .identifier = -7, .realm = "staff"
};
static struct otp_marks marks;

static int
set_up(void **state)
{
	if (folder_setup(state) != 0)
		return 1;
	(void)snprintf(path, sizeof(path), "%s", in("marks"));
	return 0;
}

static void
begin(void)
{
	assert_int_equal(otp_marks_begin(path, &fleet, NULL), OTP_OK);
}

static void
note(const char *account, int64_t generation)
{
	assert_int_equal(
	    otp_marks_note(path, &fleet, account, generation, NULL), OTP_OK);
}

static void
note_number(unsigned number, int64_t generation)
{
	char account[32];

	(void)snprintf(account, sizeof(account), "user%u", number);
	note(account, generation);
}

static void
read_marks(void)
{
	assert_int_equal(otp_marks_read(path, &marks, NULL), OTP_OK);
}

/* Of ACCOUNT, or 0. */
static int64_t
generation_of(const char *account)
{
	for (size_t i = 0; i < marks.count; i++)
		if (strcmp(marks.list[i].account, account) == 0)
			return marks.list[i].generation;
	return 0;
}

static void
read_file(uint8_t bytes[OTP_MARKS_SIZE])
{
	const int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, OTP_MARKS_SIZE), OTP_MARKS_SIZE);
	close(fd);
}

static void
write_file(const uint8_t *bytes, size_t size, mode_t mode)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* --- Reading -------------------------------------------------------------- */

static void
read__of_an_absent_file_remembers_nothing(void **state)
{
	(void)state;
	marks.has_identity = true;
	marks.count = 1;
	read_marks();
	assert_false(marks.has_identity);
	assert_int_equal(marks.count, 0);
}

static void
read__of_a_short_or_damaged_file_remembers_nothing(void **state)
{
	uint8_t bytes[OTP_MARKS_SIZE];

	(void)state;
	begin();
	note("alice", 5);
	read_file(bytes);
	write_file(bytes, OTP_MARKS_SIZE - 1, 0600);
	read_marks();
	assert_false(marks.has_identity);
	write_file(bytes, 0, 0600);
	read_marks();
	assert_false(marks.has_identity);
	bytes[24] ^= 1; /* the epoch's */
	write_file(bytes, sizeof(bytes), 0600);
	read_marks();
	assert_false(marks.has_identity);
	assert_int_equal(marks.count, 0);
	begin(); /* a file that is damaged is used again */
	note("alice", 6);
	read_marks();
	assert_int_equal(generation_of("alice"), 6);
}

static void
read__refuses_a_file_that_others_can_write(void **state)
{
	uint8_t bytes[OTP_MARKS_SIZE];

	(void)state;
	begin();
	read_file(bytes);
	write_file(bytes, sizeof(bytes), 0622);
	assert_int_equal(otp_marks_read(path, &marks, NULL), OTP_ERR_MODE);
	assert_int_equal(
	    otp_marks_note(path, &fleet, "alice", 1, NULL), OTP_ERR_MODE);
}

/* --- Writing -------------------------------------------------------------- */

static void
marks__have_a_fixed_size(void **state)
{
	struct stat status;

	(void)state;
	begin();
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, OTP_MARKS_SIZE);
	assert_int_equal(status.st_mode & 07777, 0600);
	for (unsigned i = 0; i < 3 * OTP_MARKS_MAX; i++)
		note_number(i, i + 1);
	fleet.epoch++;
	begin();
	fleet.epoch--;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, OTP_MARKS_SIZE);
}

static void
note__remembers_the_accounts_that_committed_last(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < OTP_MARKS_MAX + 2; i++) {
		note_number(i, 10 + i);
		note("often", i + 1); /* takes one place */
	}
	read_marks();
	assert_int_equal(marks.count, OTP_MARKS_MAX);
	assert_int_equal(generation_of("user0"), 0);
	assert_int_equal(generation_of("user2"), 0);
	assert_int_equal(generation_of("user3"), 13);
	assert_int_equal(generation_of("user65"), 75);
	assert_int_equal(generation_of("often"), OTP_MARKS_MAX + 2);
}

static void
note__never_lowers_a_generation(void **state)
{
	(void)state;
	begin();
	note("alice", 7);
	note("alice", 6);
	read_marks();
	assert_int_equal(generation_of("alice"), 7);
	assert_int_equal(marks.count, 1);
}

static void
note__of_another_identity_does_nothing(void **state)
{
	struct otp_fleet_identity other = fleet;

	(void)state;
	begin();
	other.epoch--;
	assert_int_equal(
	    otp_marks_note(path, &other, "alice", 9, NULL), OTP_OK);
	read_marks();
	assert_int_equal(marks.count, 0);
	assert_int_equal(marks.identity.epoch, fleet.epoch);
}

static void
note__refuses_a_long_name(void **state)
{
	char name[OTP_MARKS_NAME_SIZE + 1];

	(void)state;
	begin();
	memset(name, 'a', OTP_MARKS_NAME_SIZE);
	name[OTP_MARKS_NAME_SIZE] = '\0';
	assert_int_equal(
	    otp_marks_note(path, &fleet, name, 1, NULL), OTP_ERR_PARSE);
	name[OTP_MARKS_NAME_SIZE - 1] = '\0';
	note(name, 2);
	read_marks();
	assert_int_equal(generation_of(name), 2);
}

static void
note__does_not_wait_for_a_stopped_process(void **state)
{
	int fd;

	(void)state;
	begin();
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(otp_lock_take(fd, NULL), OTP_OK);
	assert_int_equal(otp_marks_note(path, &fleet, "alice", 1, NULL),
	    OTP_ERR_LOCK_TIMEOUT);
	close(fd);
	note("alice", 1);
}

static void
begin__forgets_the_marks_of_another_identity(void **state)
{
	(void)state;
	begin();
	note("alice", 5);
	begin(); /* the same */
	read_marks();
	assert_int_equal(marks.count, 1);
	fleet.since++;
	begin();
	fleet.since--;
	read_marks();
	assert_true(marks.has_identity);
	assert_int_equal(marks.identity.since, fleet.since + 1);
	assert_int_equal(marks.count, 0);
	begin(); /* the first one anew: its old marks are valid */
	read_marks();
	assert_int_equal(marks.identity.since, fleet.since);
}

/* --- Writes that are cut short -------------------------------------------- */

/* The file as a write left it that was to make AFTER of BEFORE. */
static void
cut_short(const uint8_t *before, const uint8_t *after, size_t written)
{
	uint8_t bytes[OTP_MARKS_SIZE];

	memcpy(bytes, before, sizeof(bytes));
	memcpy(bytes, after, written);
	write_file(bytes, sizeof(bytes), 0600);
	read_marks();
}

static void
note__cut_short_anywhere_loses_one_mark(void **state)
{
	uint8_t before[OTP_MARKS_SIZE], after[OTP_MARKS_SIZE];
	size_t first = 0;

	(void)state;
	begin();
	for (unsigned i = 0; i < OTP_MARKS_MAX; i++)
		note_number(i, 10);
	note("user9", 511); /* of which both bytes change */
	read_file(before);
	note("user9", 512);
	read_file(after);
	while (before[first] == after[first])
		first++;
	for (size_t i = first; i < first + 320; i++) {
		int64_t generation;

		cut_short(before, after, i);
		assert_true(marks.has_identity);
		assert_true(marks.count >= OTP_MARKS_MAX - 1);
		generation = generation_of("user9");
		assert_true(
		    generation == 0 || generation == 511 || generation == 512);
		assert_int_equal(generation_of("user8"), 10);
		assert_int_equal(generation_of("user10"), 10);
	}
}

static void
begin__cut_short_anywhere_keeps_an_identity(void **state)
{
	uint8_t before[OTP_MARKS_SIZE], after[OTP_MARKS_SIZE];

	(void)state;
	begin();
	note("alice", 5);
	read_file(before);
	fleet.epoch++;
	begin();
	fleet.epoch--;
	read_file(after);
	for (size_t i = 0; i <= 512; i++) {
		cut_short(before, after, i);
		assert_true(marks.has_identity);
		if (marks.identity.epoch == fleet.epoch) {
			assert_int_equal(generation_of("alice"), 5);
			continue;
		}
		assert_int_equal(marks.identity.epoch, fleet.epoch + 1);
		assert_int_equal(marks.count, 0);
	}
}

/* --- Judging -------------------------------------------------------------- */

static void
judge__of_what_is_remembered_is_the_same(void **state)
{
	(void)state;
	begin();
	read_marks();
	assert_int_equal(otp_marks_judge(&marks, &fleet), OTP_MARKS_SAME);
}

static void
judge__of_a_lower_epoch_is_a_rollback(void **state)
{
	struct otp_fleet_identity now = fleet;

	(void)state;
	begin();
	read_marks();
	now.epoch--;
	assert_int_equal(otp_marks_judge(&marks, &now), OTP_MARKS_ROLLED_BACK);
}

static void
judge__of_an_epoch_that_began_otherwise_is_a_rollback(void **state)
{
	struct otp_fleet_identity now = fleet;

	(void)state;
	begin();
	read_marks();
	now.since++;
	assert_int_equal(otp_marks_judge(&marks, &now), OTP_MARKS_ROLLED_BACK);
	now = fleet;
	now.identifier++;
	assert_int_equal(otp_marks_judge(&marks, &now), OTP_MARKS_ROLLED_BACK);
}

static void
judge__of_the_next_epoch_is_later(void **state)
{
	struct otp_fleet_identity now = fleet;

	(void)state;
	begin();
	read_marks();
	now.epoch++;
	now.identifier++;
	assert_int_equal(otp_marks_judge(&marks, &now), OTP_MARKS_LATER);
}

static void
judge__of_another_realm_compares_nothing(void **state)
{
	struct otp_fleet_identity now = fleet;

	(void)state;
	read_marks();
	assert_int_equal(otp_marks_judge(&marks, &now), OTP_MARKS_NONE);
	begin();
	read_marks();
	strcpy(now.realm, "visitors");
	now.epoch--;
	assert_int_equal(otp_marks_judge(&marks, &now), OTP_MARKS_NONE);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(read__of_an_absent_file_remembers_nothing),
		TEST(read__of_a_short_or_damaged_file_remembers_nothing),
		TEST(read__refuses_a_file_that_others_can_write),
		TEST(marks__have_a_fixed_size),
		TEST(note__remembers_the_accounts_that_committed_last),
		TEST(note__never_lowers_a_generation),
		TEST(note__of_another_identity_does_nothing),
		TEST(note__refuses_a_long_name),
		TEST(note__does_not_wait_for_a_stopped_process),
		TEST(begin__forgets_the_marks_of_another_identity),
		TEST(note__cut_short_anywhere_loses_one_mark),
		TEST(begin__cut_short_anywhere_keeps_an_identity),
		TEST(judge__of_what_is_remembered_is_the_same),
		TEST(judge__of_a_lower_epoch_is_a_rollback),
		TEST(judge__of_an_epoch_that_began_otherwise_is_a_rollback),
		TEST(judge__of_the_next_epoch_is_later),
		TEST(judge__of_another_realm_compares_nothing),
	};

	return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
