/* SPDX-License-Identifier: BSD-2-Clause */
/* What a try tells the owner of its account. */
#include "config.h"

#include "tests/effects/stop.h"
#include "tests/effects/world.h"

#include "common/core/notice.h"

static bool digest_fails; /* of a host's id */

enum otp_err __real_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);
enum otp_err __wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);

enum otp_err
__wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE])
{
	static const char purpose[] = "pam_otp notice 1";

	if (digest_fails && size > sizeof(purpose) &&
	    memcmp(data, purpose, sizeof(purpose)) == 0)
		return OTP_ERR_CRYPTO;
	return __real_otp_digest(data, size, ret_digest);
}

/* alice, with so many ADDRESSES, who is to be told. */
static void
use(unsigned addresses)
{
	static const char *const uris[] = { "mailto:alice@example.org",
		"sms:+491701234567" };

	for (unsigned i = 0; i < addresses; i++) {
		strcpy(world.seed.addresses[i].uri, uris[i]);
		world.seed.addresses[i].secret[0] = (uint8_t)(i + 1);
	}
	world.seed.addresses_count = addresses;
	world_enrol(&world);
	world.request.tell = true;
}

static int
setup(void **state)
{
	(void)state;
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	digest_fails = false;
	stop_from(0);
	world_close(&world);
	return 0;
}

static enum otp_notice_kind
guess(void)
{
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	return world.answer.told.notice.kind;
}

static void
wrong_code__is_told_to_all_addresses(void **state)
{
	const struct otp_told *told = &world.answer.told;

	(void)state;
	use(2);
	assert_int_equal(guess(), OTP_NOTICE_WRONG);
	assert_int_equal(told->notice.time, world.now);
	assert_int_equal(told->to_count, 2);
	assert_string_equal(told->to[0], "mailto:alice@example.org");
	assert_string_equal(told->to[1], "sms:+491701234567");
	assert_int_equal(
	    world_state(&world)->tally.notices.wrong.since, world.now);
	assert_int_equal(guess(), OTP_NOTICE_NONE);
	assert_true(world_state(&world)->tally.notices.wrong.codes == 1);
}

static void
wrong_code__is_not_told_where_nobody_is_to_be(void **state)
{
	(void)state;
	use(0);
	assert_int_equal(guess(), OTP_NOTICE_NONE);
	use(1);
	world.request.tell = false;
	assert_int_equal(guess(), OTP_NOTICE_NONE);
	assert_false(
	    otp_notices_are_there(&world_state(&world)->tally.notices));
}

/* Before the code is compared it counts as wrong, and is given back then. */
static void
right_code__is_given_back(void **state)
{
	(void)state;
	use(1);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.told.notice.kind, OTP_NOTICE_NONE);
	assert_false(
	    otp_notices_are_there(&world_state(&world)->tally.notices));
	strcpy(world.request.host, "203.0.113.6");
	assert_int_equal(guess(), OTP_NOTICE_WRONG);
	world.now += 30;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.told.notice.kind, OTP_NOTICE_NONE);
	assert_int_equal(
	    world_state(&world)->tally.notices.wrong.since, world.now - 30);
	assert_true(world_state(&world)->tally.notices.wrong.codes == 0);
}

static void
delays_and_lockouts__are_told(void **state)
{
	uint32_t wait;

	(void)state;
	use(1);
	world.request.host[0] = '\0';
	for (unsigned i = 1; i < 100; i++) {
		const enum otp_notice_kind kind = guess();

		assert_int_equal(kind,
		    i == 5 || i > 11 ? OTP_NOTICE_DELAY : OTP_NOTICE_NONE);
		wait = world.answer.wait;
		world.now += wait;
		if (i < 11)
			assert_true(wait < 3600);
	}
	assert_int_equal(guess(), OTP_NOTICE_LOCKOUT);
	assert_int_equal(world_guess(&world), OTP_VERDICT_LOCKED);
	assert_int_equal(world.answer.told.notice.kind, OTP_NOTICE_NONE);
}

/* No more is written, and nothing more is flushed. */
static void
notice__costs_no_flush(void **state)
{
	unsigned calls[2][6] = { { 0 } }, flushed[2][6] = { { 0 } };

	(void)state;
	for (unsigned tell = 0; tell < 2; tell++) {
		use(1);
		world.request.tell = tell;
		for (unsigned i = 0; i < 6; i++) {
			stop_from(0);
			if (i < 5)
				(void)guess();
			else
				assert_int_equal(world_try(&world,
						     world_recovery_text(
							 1, (char[32]){ "" })),
				    OTP_VERDICT_ACCEPT);
			calls[tell][i] = stop_calls;
			flushed[tell][i] = flushes;
			assert_int_equal(
			    world.answer.told.notice.kind != OTP_NOTICE_NONE,
			    tell && (i == 0 || i > 3));
		}
	}
	assert_memory_equal(calls[0], calls[1], sizeof(calls[0]));
	assert_memory_equal(flushed[0], flushed[1], sizeof(flushed[0]));
	assert_int_equal(flushed[1][0], 0);
}

static void
login__does_not_fail_by_a_notice(void **state)
{
	(void)state;
	use(1);
	digest_fails = true;
	assert_int_equal(guess(), OTP_NOTICE_NONE);
	assert_int_equal(world_state(&world)->tally.failures, 1);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
recovery_code__is_told_each_time(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	use(1);
	for (uint8_t i = 1; i <= 2; i++) {
		assert_int_equal(
		    world_try(&world, world_recovery_text(i, text)),
		    OTP_VERDICT_ACCEPT);
		assert_int_equal(
		    world.answer.told.notice.kind, OTP_NOTICE_RECOVERY);
		assert_int_equal(world.answer.told.notice.time, world.now);
		assert_int_equal(world.answer.told.to_count, 1);
		assert_int_equal(
		    world_try(&world, world_recovery_text(i, text)),
		    OTP_VERDICT_REPLAY);
		assert_int_equal(
		    world.answer.told.notice.kind, OTP_NOTICE_NONE);
	}
}

static enum otp_notice_kind
remembered(void)
{
	world.now += 30;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	return world.answer.told.notice.kind;
}

static void
device__is_told_once(void **state)
{
	(void)state;
	use(1);
	assert_int_equal(remembered(), OTP_NOTICE_NONE); /* it has none */
	world.request.device.remember_for = 86400;
	assert_int_equal(remembered(), OTP_NOTICE_DEVICE);
	assert_int_equal(world.answer.told.to_count, 1);
	assert_int_equal(remembered(), OTP_NOTICE_NONE);
	world.request.device.id[0] = 1;
	assert_int_equal(remembered(), OTP_NOTICE_DEVICE);
	world.now += 86400 + 30;
	assert_int_equal(remembered(), OTP_NOTICE_DEVICE);
	world.request.tell = false;
	world.request.device.id[0] = 2;
	assert_int_equal(remembered(), OTP_NOTICE_NONE);
}

/* Many keys fill neither a mailbox nor the limit of the host. */
static void
device__is_told_three_times_an_hour(void **state)
{
	(void)state;
	use(1);
	world.request.device.remember_for = 86400;
	for (uint8_t i = 1; i <= 5; i++) {
		world.request.device.id[0] = i;
		assert_int_equal(
		    remembered(), i <= 3 ? OTP_NOTICE_DEVICE : OTP_NOTICE_NONE);
	}
	world.now += 3600;
	world.request.device.id[0] = 6;
	assert_int_equal(remembered(), OTP_NOTICE_DEVICE);
}

/* Of a virtual user no device is remembered. */
static void
device__is_not_told_where_none_is_remembered(void **state)
{
	struct otp_state virtual;

	(void)state;
	use(1);
	virtual = *world_state(&world);
	virtual.uid = world.request.uid = OTP_UID_VIRTUAL;
	world_put_state(&world, &virtual);
	world.request.device.remember_for = 86400;
	assert_int_equal(remembered(), OTP_NOTICE_NONE);
	assert_int_equal(world.answer.device_left, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_code__is_told_to_all_addresses),
		TEST(wrong_code__is_not_told_where_nobody_is_to_be),
		TEST(right_code__is_given_back),
		TEST(delays_and_lockouts__are_told),
		TEST(notice__costs_no_flush),
		TEST(login__does_not_fail_by_a_notice),
		TEST(recovery_code__is_told_each_time),
		TEST(device__is_told_once),
		TEST(device__is_told_three_times_an_hour),
		TEST(device__is_not_told_where_none_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
