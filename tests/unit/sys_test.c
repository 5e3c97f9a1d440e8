/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>

#include "tests/unit/unit.h"
#include "common/effects/sys.h"

/* Linked with --wrap. */
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);

static bool clock_is_faked, clock_fails;
static time_t clock_shows;

static bool random_is_faked;
static int random_errnum; /* of the first call, or of all */
static bool random_fails_once;
static unsigned random_calls;

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (!clock_is_faked)
		return __real_clock_gettime(clock, ret_time);
	assert_int_equal(clock, CLOCK_REALTIME);
	ret_time->tv_sec = clock_shows;
	ret_time->tv_nsec = 999999999;
	return clock_fails ? -1 : 0;
}

ssize_t
__wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	if (!random_is_faked)
		return __real_getrandom(bytes, size, flags);
	assert_int_equal(flags, 0);
	if (random_calls++ == 0 || !random_fails_once) {
		errno = random_errnum;
		return random_errnum == 0 ? 0 : -1;
	}
	/* a byte a call */
	assert_true(size > 0);
	memset(bytes, (int)random_calls, 1);
	return 1;
}

static void
sys_time__is_the_machines(void **state)
{
	int64_t now = 0;
	time_t wanted = time(NULL);

	(void)state;
	assert_int_equal(otp_sys_host.time(otp_sys_host.context, &now), OTP_OK);
	assert_in_range(now, wanted - 2, wanted + 2);
}

static void
sys_time__has_64_bits(void **state)
{
	int64_t now = 0;

	(void)state;
	clock_is_faked = true;
	clock_shows = (time_t)INT64_C(20000000000);
	assert_int_equal(otp_sys_host.time(NULL, &now), OTP_OK);
	clock_is_faked = false;
	assert_true(now == INT64_C(20000000000));
}

static void
sys_time__refuses_a_clock_that_fails_or_is_before_1970(void **state)
{
	int64_t now = 99;

	(void)state;
	clock_is_faked = true;
	clock_shows = -1;
	assert_int_equal(otp_sys_host.time(NULL, &now), OTP_ERR_CLOCK);
	clock_shows = 1000;
	clock_fails = true;
	assert_int_equal(otp_sys_host.time(NULL, &now), OTP_ERR_CLOCK);
	clock_fails = false;
	clock_is_faked = false;
	assert_true(now == 99);
}

static void
sys_random__fills_what_it_is_given_and_no_more(void **state)
{
	unsigned char a[66] = { 0 }, b[66] = { 0 };

	(void)state;
	assert_int_equal(otp_sys_host.random(NULL, a + 1, 64), OTP_OK);
	assert_int_equal(otp_sys_host.random(NULL, b + 1, 64), OTP_OK);
	assert_memory_not_equal(a + 1, b + 1, 64);
	assert_memory_not_equal(a + 1, a + 33, 32);
	assert_int_equal(a[0] | a[65], 0);
	assert_int_equal(otp_sys_host.random(NULL, a, 0), OTP_OK);
	assert_int_equal(a[0], 0);
}

static void
sys_random__carries_interruptions_and_short_answers_through(void **state)
{
	unsigned char bytes[4] = { 0 };

	(void)state;
	random_is_faked = true;
	random_fails_once = true;
	random_errnum = EINTR;
	random_calls = 0;
	assert_int_equal(otp_sys_host.random(NULL, bytes, 3), OTP_OK);
	random_is_faked = false;
	assert_int_equal(random_calls, 4);
	assert_memory_equal(bytes, "\2\3\4\0", 4);
}

static void
sys_random__says_so_where_there_is_none(void **state)
{
	static const int errnums[] = { ENOSYS, EAGAIN, EFAULT, 0 };
	unsigned char bytes[4] = { 0 };

	(void)state;
	random_is_faked = true;
	random_fails_once = false;
	for (size_t i = 0; i < COUNT(errnums); i++) {
		random_errnum = errnums[i];
		assert_int_equal(
		    otp_sys_host.random(NULL, bytes, 4), OTP_ERR_CRYPTO);
	}
	random_is_faked = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sys_time__is_the_machines),
		cmocka_unit_test(sys_time__has_64_bits),
		cmocka_unit_test(
		    sys_time__refuses_a_clock_that_fails_or_is_before_1970),
		cmocka_unit_test(
		    sys_random__fills_what_it_is_given_and_no_more),
		cmocka_unit_test(
		    sys_random__carries_interruptions_and_short_answers_through),
		cmocka_unit_test(sys_random__says_so_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
