/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "otp-enroll/cli/read.h"

/* Each call of read(2) gets so many bytes at most, or fails; 0: as it is. */
static size_t piece;
static int interruptions;
static int failure;

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);

ssize_t
__wrap_read(int fd, void *data, size_t size)
{
	if (interruptions > 0) {
		interruptions--;
		errno = EINTR;
		return -1;
	}
	if (failure != 0) {
		errno = failure;
		return -1;
	}
	return __real_read(fd, data, piece != 0 && piece < size ? piece : size);
}

/* The same, where the compiler knows how much room there is. */
ssize_t __wrap___read_chk(int fd, void *data, size_t size, size_t room);

ssize_t
__wrap___read_chk(int fd, void *data, size_t size, size_t room)
{
	assert_true(size <= room);
	return __wrap_read(fd, data, size);
}

static int ends[2]; /* of a pipe; -1: closed */

static int
set_up(void **state)
{
	(void)state;
	piece = 0;
	interruptions = failure = 0;
	return pipe(ends);
}

static int
tear_down(void **state)
{
	(void)state;
	(void)close(ends[0]);
	if (ends[1] >= 0)
		(void)close(ends[1]);
	return 0;
}

/* Put TEXT into the pipe, and then its end. */
static void
put(const char *text)
{
	assert_int_equal(
	    write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	(void)close(ends[1]);
	ends[1] = -1;
}

static void
assert_read(size_t max, int patience, const char *expected)
{
	char *text = NULL;
	size_t size = 0;

	assert_int_equal(
	    otp_read_all(ends[0], max, patience, &text, &size, NULL), OTP_OK);
	assert_int_equal(size, strlen(expected));
	assert_string_equal(text, expected);
	free(text);
}

static void
assert_refused(size_t max, int patience, enum otp_err err, int errnum)
{
	static char untouched;
	struct otp_fault fault = { 0 };
	char *text = &untouched;
	size_t size = 99;

	assert_int_equal(
	    otp_read_all(ends[0], max, patience, &text, &size, &fault), err);
	assert_int_equal(fault.errnum, errnum);
	assert_ptr_equal(text, &untouched);
	assert_int_equal(size, 99);
}

static void
read_all__takes_as_much_as_allowed(void **state)
{
	(void)state;
	put("twelve bytes");
	assert_read(12, OTP_READ_FOREVER, "twelve bytes");
}

static void
read_all__takes_nothing_from_an_empty_pipe(void **state)
{
	(void)state;
	put("");
	assert_read(12, OTP_READ_FOREVER, "");
}

static void
read_all__refuses_one_byte_more(void **state)
{
	(void)state;
	put("twelve bytes");
	assert_refused(11, OTP_READ_FOREVER, OTP_ERR_LIMIT, 0);
}

static void
read_all__does_not_wait_for_what_it_refuses(void **state)
{
	(void)state;
	/* The writer's end stays open. */
	assert_int_equal(write(ends[1], "twelve bytes", 12), 12);
	assert_refused(11, OTP_READ_FOREVER, OTP_ERR_LIMIT, 0);
}

static void
read_all__goes_on_after_short_reads_and_interruptions(void **state)
{
	(void)state;
	piece = 5;
	interruptions = 3;
	put("twelve bytes");
	assert_read(12, 10000, "twelve bytes");
}

static void
read_all__reports_why_it_failed(void **state)
{
	(void)state;
	failure = EIO;
	put("twelve bytes");
	assert_refused(12, OTP_READ_FOREVER, OTP_ERR_READ, EIO);
}

static void
read_all__loses_its_patience(void **state)
{
	const int64_t begin = otp_read_clock();

	(void)state;
	/* The writer's end stays open. */
	assert_int_equal(write(ends[1], "twelve", 6), 6);
	assert_refused(12, 50, OTP_ERR_READ, ETIMEDOUT);
	assert_true(otp_read_clock() - begin >= 50);
}

/* Another process may have made the pipe non-blocking. */
static void
read_all__waits_where_reading_would_not(void **state)
{
	pid_t child;

	(void)state;
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)usleep(50000);
		_exit(write(ends[1], "twelve", 6) != 6);
	}
	(void)close(ends[1]);
	ends[1] = -1;
	assert_read(12, OTP_READ_FOREVER, "twelve");
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(read_all__takes_as_much_as_allowed),
		TEST(read_all__takes_nothing_from_an_empty_pipe),
		TEST(read_all__refuses_one_byte_more),
		TEST(read_all__does_not_wait_for_what_it_refuses),
		TEST(read_all__goes_on_after_short_reads_and_interruptions),
		TEST(read_all__reports_why_it_failed),
		TEST(read_all__loses_its_patience),
		TEST(read_all__waits_where_reading_would_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
