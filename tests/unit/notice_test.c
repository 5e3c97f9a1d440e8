/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/notice.h"

#define NOW INT64_C(1800000000)

static struct otp_notices notices;
static struct otp_notice notice;
static bool digest_fails;

enum otp_err __real_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[32]);
enum otp_err __wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[32]);

enum otp_err
__wrap_otp_digest(const void *data, size_t size, uint8_t ret_digest[32])
{
	return digest_fails ? OTP_ERR_CRYPTO
			    : __real_otp_digest(data, size, ret_digest);
}

static int
setup(void **state)
{
	(void)state;
	memset(&notices, 0, sizeof(notices));
	digest_fails = false;
	return 0;
}

static enum otp_notice_kind
count(const struct otp_wrong_code *wrong)
{
	memset(&notice, 0xa5, sizeof(notice));
	assert_int_equal(otp_notice_count(&notices, wrong, &notice), OTP_OK);
	assert_int_equal(notice.time, wrong->now);
	return notice.kind;
}

/* A wrong code from HOST, where the last login was from 192.0.2.1. */
static enum otp_notice_kind
wrong(int64_t now, const char *host)
{
	return count(&(struct otp_wrong_code){
	    .now = now, .host = host, .last_host = "192.0.2.1" });
}

/* A local one that begins a delay, or locks out. */
static enum otp_notice_kind
local(int64_t now, bool locks_out)
{
	return count(&(struct otp_wrong_code){ .now = now,
	    .host = "",
	    .last_host = "192.0.2.1",
	    .delays = true,
	    .locks_out = locks_out });
}

static void
wrong_code__is_told_from_a_host_that_the_last_login_was_not_from(void **state)
{
	(void)state;
	assert_int_equal(wrong(NOW, "192.0.2.1"), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW, "::ffff:192.0.2.1"), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW, ""), OTP_NOTICE_NONE);
	assert_false(otp_notices_are_there(&notices));
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
	assert_true(otp_notices_are_there(&notices));
	assert_true(notice.codes == 1);
	assert_int_equal(notice.since, NOW);
}

static void
wrong_code__is_told_of_a_network_and_of_a_name(void **state)
{
	(void)state;
	assert_int_equal(wrong(NOW, "2001:db8::1"), OTP_NOTICE_WRONG);
	assert_int_equal(wrong(NOW + 3600, "2001:db8::2"), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 3600, "2001:db8:0:1::"), OTP_NOTICE_WRONG);
	assert_int_equal(wrong(NOW + 7200, "a.example.org"), OTP_NOTICE_WRONG);
	assert_int_equal(wrong(NOW + 10800, "a.example.org"), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 10800, "b.example.org"), OTP_NOTICE_WRONG);
}

static void
wrong_code__is_told_once_a_day_of_a_host(void **state)
{
	(void)state;
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
	assert_int_equal(wrong(NOW + 86399, "192.0.2.2"), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 86400, "192.0.2.2"), OTP_NOTICE_WRONG);
	/* the clock went back */
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
}

static void
wrong_code__is_told_once_an_hour_and_counted_meanwhile(void **state)
{
	(void)state;
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
	for (int64_t i = 1; i <= 10; i++)
		assert_int_equal(
		    wrong(NOW + i, i % 2 ? "192.0.2.3" : "192.0.2.1"),
		    OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 3599, "192.0.2.4"), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 3600, "192.0.2.4"), OTP_NOTICE_WRONG);
	assert_true(notice.codes == 12);
	assert_int_equal(notice.since, NOW);
	/* what is longer ago than a day is not told */
	assert_int_equal(
	    wrong(NOW + 3600 + 86400, "192.0.2.4"), OTP_NOTICE_WRONG);
	assert_true(notice.codes == 1);
	assert_int_equal(notice.since, NOW + 3600 + 86400);
}

static void
hosts__are_remembered_the_last_four(void **state)
{
	static const char *const hosts[] = { "192.0.2.11", "192.0.2.12",
		"192.0.2.13", "192.0.2.14", "192.0.2.15" };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
		    wrong(NOW + 3600 * i, hosts[i]), OTP_NOTICE_WRONG);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
		    wrong(NOW + 4 * 3600, hosts[i]), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 4 * 3600, hosts[4]), OTP_NOTICE_WRONG);
	for (unsigned i = 1; i < 5; i++)
		assert_int_equal(
		    wrong(NOW + 5 * 3600, hosts[i]), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 5 * 3600, hosts[0]), OTP_NOTICE_WRONG);
}

/* One that is noticed again takes no second place. */
static void
host__has_one_place(void **state)
{
	(void)state;
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
	assert_int_equal(wrong(NOW + 3600, "192.0.2.3"), OTP_NOTICE_WRONG);
	assert_int_equal(wrong(NOW + 86400, "192.0.2.2"), OTP_NOTICE_WRONG);
	assert_int_equal(notices.hosts[0].time, NOW + 86400);
	assert_int_equal(notices.hosts[1].time, NOW + 3600);
	assert_int_equal(notices.hosts[2].time, 0);
}

static void
delay__is_told_once_an_hour_wherever_it_is(void **state)
{
	(void)state;
	assert_int_equal(local(NOW, false), OTP_NOTICE_DELAY);
	assert_int_equal(local(NOW + 3599, false), OTP_NOTICE_NONE);
	assert_int_equal(local(NOW + 3600, false), OTP_NOTICE_DELAY);
	assert_true(notice.codes == 2);
	assert_int_equal(notice.since, NOW);
	assert_int_equal(notices.hosts[0].time, 0);
}

/* A notice of one kind is none of the other. */
static void
delay__is_told_after_a_wrong_code(void **state)
{
	const struct otp_wrong_code delaying = { .now = NOW + 1,
		.host = "192.0.2.2",
		.last_host = "",
		.delays = true };

	(void)state;
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
	assert_int_equal(count(&delaying), OTP_NOTICE_DELAY);
	assert_true(notice.codes == 1);
	assert_int_equal(count(&delaying), OTP_NOTICE_NONE);
	assert_int_equal(wrong(NOW + 3600, "192.0.2.3"), OTP_NOTICE_WRONG);
	assert_true(notice.codes == 3);
}

static void
lockout__is_always_told(void **state)
{
	(void)state;
	assert_int_equal(local(NOW, false), OTP_NOTICE_DELAY);
	assert_int_equal(local(NOW + 1, true), OTP_NOTICE_LOCKOUT);
	assert_true(notice.codes == 1);
	assert_int_equal(notice.since, NOW);
	assert_int_equal(local(NOW + 2, true), OTP_NOTICE_LOCKOUT);
}

static void
host__has_the_documented_id(void **state)
{
	/* printf 'pam_otp notice 1\0\004\300\000\002\002' | sha256sum */
	static const uint8_t address[OTP_ID_SIZE] = { 0xcb, 0x72, 0xe1, 0x58,
		0xdc, 0xcf, 0xc8, 0x68 };
	/* printf 'pam_otp notice 1\0a.example.org' | sha256sum */
	static const uint8_t name[OTP_ID_SIZE] = { 0x44, 0x90, 0xd1, 0x2f, 0x05,
		0xf0, 0x6d, 0x0a };

	(void)state;
	assert_int_equal(wrong(NOW, "192.0.2.2"), OTP_NOTICE_WRONG);
	assert_memory_equal(notices.hosts[0].id, address, OTP_ID_SIZE);
	assert_int_equal(wrong(NOW + 3600, "a.example.org"), OTP_NOTICE_WRONG);
	assert_memory_equal(notices.hosts[0].id, name, OTP_ID_SIZE);
}

static void
wrong_code__is_not_counted_without_a_digest(void **state)
{
	static const struct otp_notices nothing;
	const struct otp_wrong_code code = {
		.now = NOW, .host = "192.0.2.2", .last_host = ""
	};

	(void)state;
	digest_fails = true;
	assert_int_equal(
	    otp_notice_count(&notices, &code, &notice), OTP_ERR_CRYPTO);
	assert_memory_equal(&notices, &nothing, sizeof(nothing));
}

static void
notice_name__is_the_logs_word(void **state)
{
	static const char *const names[] = { "none", "wrong-code", "delay",
		"lockout", "recovery-code", "device" };

	(void)state;
	for (unsigned i = 0; i < COUNT(names); i++)
		assert_string_equal(
		    otp_notice_name((enum otp_notice_kind)i), names[i]);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    wrong_code__is_told_from_a_host_that_the_last_login_was_not_from),
		TEST(wrong_code__is_told_of_a_network_and_of_a_name),
		TEST(wrong_code__is_told_once_a_day_of_a_host),
		TEST(wrong_code__is_told_once_an_hour_and_counted_meanwhile),
		TEST(hosts__are_remembered_the_last_four),
		TEST(host__has_one_place),
		TEST(delay__is_told_once_an_hour_wherever_it_is),
		TEST(delay__is_told_after_a_wrong_code),
		TEST(lockout__is_always_told),
		TEST(host__has_the_documented_id),
		TEST(wrong_code__is_not_counted_without_a_digest),
		TEST(notice_name__is_the_logs_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
