/* SPDX-License-Identifier: BSD-2-Clause */
/* The sending transaction. */
#include "config.h"

#include "tests/effects/stop.h"
#include "tests/effects/world.h"

#include "common/core/calendar.h"
#include "common/effects/deliver.h"

static struct otp_dispatch dispatch;
static const struct otp_send_choice any;

static bool occasion_fails;
enum otp_err __real_otp_send_occasion(const char *service, const char *host,
    uint8_t ret_occasion[OTP_OCCASION_SIZE]);
enum otp_err __wrap_otp_send_occasion(const char *service, const char *host,
    uint8_t ret_occasion[OTP_OCCASION_SIZE]);

enum otp_err
__wrap_otp_send_occasion(const char *service, const char *host,
    uint8_t ret_occasion[OTP_OCCASION_SIZE])
{
	return occasion_fails
	    ? OTP_ERR_CRYPTO
	    : __real_otp_send_occasion(service, host, ret_occasion);
}

static int
setup(void **state)
{
	static const char *const uris[] = { "mailto:alice@example.org",
		"sms:+491701234567", "mailto:a@example.org" };

	(void)state;
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	for (unsigned i = 0; i < COUNT(uris); i++) {
		strcpy(world.seed.addresses[i].uri, uris[i]);
		world.seed.addresses[i].secret[0] = (uint8_t)(i + 1);
	}
	world.seed.addresses_count = COUNT(uris);
	world_enrol(&world);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stop_from(0);
	occasion_fails = false;
	world_close(&world);
	return 0;
}

static enum otp_err
deliver(const struct otp_send_choice *choice)
{
	memset(&dispatch, 0xa5, sizeof(dispatch));
	return otp_deliver(
	    &world.host, &world.request, choice, &dispatch, NULL);
}

/* What became of it; nothing of a code is left where it is not sent. */
static enum otp_delivery
delivered(const struct otp_send_choice *choice)
{
	static const char nothing[OTP_SEND_TEXT_SIZE];

	assert_int_equal(deliver(choice), OTP_OK);
	if (dispatch.delivery != OTP_DELIVERY_SENT)
		assert_memory_equal(dispatch.code, nothing, sizeof(nothing));
	return dispatch.delivery;
}

static void
deliver__charges_before_anything_leaves(void **state)
{
	static const uint8_t zeros[OTP_ADDRESS_SECRET_SIZE];
	const struct otp_sends *sends;
	char code[OTP_SEND_TEXT_SIZE];
	uint32_t value = 0;

	(void)state;
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
	sends = &world_state(&world)->sends;
	assert_true(sends->moment == (uint64_t)WORLD_NOW * 1000);
	assert_true(sends->last[0].moment == sends->moment);
	assert_int_equal(sends->last[0].time, WORLD_NOW);
	assert_int_equal(sends->hour, 1);
	assert_int_equal(dispatch.time, WORLD_NOW);
	assert_memory_equal(dispatch.to.secret, zeros, sizeof(zeros));
	assert_int_equal(
	    otp_send_code(&world.seed.addresses[0], sends->moment, &value),
	    OTP_OK);
	otp_send_text(value, code);
	assert_string_equal(dispatch.code, code);
}

/* Whatever part of it fails: a full disk, a flush. */
static void
deliver__returns_no_code_where_the_charge_fails(void **state)
{
	unsigned fails = 1;

	(void)state;
	for (;; fails++) {
		stop_from(fails);
		if (deliver(&any) == OTP_OK)
			break;
		assert_int_not_equal(dispatch.delivery, OTP_DELIVERY_SENT);
	}
	stop_from(0);
	assert_true(fails > 2); /* a write and a flush at least */
	/* the one that went through was sent, or the charge stood before */
	assert_true(dispatch.delivery == OTP_DELIVERY_SENT ||
	    dispatch.delivery == OTP_DELIVERY_LIMIT);
}

static void
deliver__sends_to_the_address_that_was_chosen(void **state)
{
	static const struct {
		struct otp_send_choice choice;
		const char *uri;
	} cases[] = {
		{ { 0 }, "mailto:alice@example.org" },
		{ { .scheme = "mailto" }, "mailto:alice@example.org" },
		{ { .scheme = "sms" }, "sms:+491701234567" },
		{ { .number = 2 }, "sms:+491701234567" },
		{ { .number = 3 }, "mailto:a@example.org" },
	};
	const struct otp_send_choice fourth = { .number = 4 };

	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		world.now += 3600;
		assert_int_equal(
		    delivered(&cases[i].choice), OTP_DELIVERY_SENT);
		assert_string_equal(dispatch.to.uri, cases[i].uri);
	}
	world.now += 3600;
	assert_int_equal(delivered(&fourth), OTP_DELIVERY_NO_ADDRESS);
	world.seed.addresses_count = 1;
	world_put_seed(&world);
	assert_int_equal(delivered(&cases[2].choice), OTP_DELIVERY_NO_ADDRESS);
}

/* Whatever else is the case: the clock does not matter, nor a delay. */
static void
deliver__sends_nothing_unasked_where_there_is_a_token(void **state)
{
	static const struct otp_send_choice unasked = { .unasked = true };

	(void)state;
	assert_int_equal(delivered(&unasked), OTP_DELIVERY_HAS_TOKEN);
	assert_int_equal(world_state(&world)->sends.moment, 0);
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(delivered(&unasked), OTP_DELIVERY_HAS_TOKEN);
	world.now = WORLD_NOW;
	world.seed.tokens_count = 0;
	world_put_seed(&world);
	assert_int_equal(delivered(&unasked), OTP_DELIVERY_SENT);
	assert_string_equal(dispatch.to.uri, "mailto:alice@example.org");
}

static void
deliver__keeps_the_limits(void **state)
{
	(void)state;
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
	assert_int_equal(delivered(&any), OTP_DELIVERY_LIMIT);
	world.now += 29;
	assert_int_equal(delivered(&any), OTP_DELIVERY_LIMIT);
	world.now += 1;
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
	assert_int_equal(world_state(&world)->sends.hour, 2);
	assert_int_equal(
	    otp_enrol_unlock(&world.account, &(uint32_t){ 0 }), OTP_OK);
	assert_int_equal(world_state(&world)->sends.hour, 0);
}

/* Also where the one that was sent this day was accepted. */
static void
unlock__counts_the_day_anew(void **state)
{
	(void)state;
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
	assert_int_equal(world_try(&world, dispatch.code), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->sends.day, 1);
	assert_int_equal(
	    otp_enrol_unlock(&world.account, &(uint32_t){ 0 }), OTP_OK);
	assert_int_equal(world_state(&world)->sends.day, 0);
}

/* Whoever has both a token and an address sends no more by that in a day. */
static void
deliver__keeps_the_day_whatever_else_is_accepted(void **state)
{
	unsigned sent = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		world.now += 30;
		if (delivered(&any) == OTP_DELIVERY_SENT)
			sent++;
		assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
		assert_int_equal(world_state(&world)->sends.hour, 0);
	}
	assert_int_equal(sent, 20);
}

static void
deliver__sends_nothing_during_a_delay(void **state)
{
	struct otp_state changed = *world_state(&world);

	(void)state;
	changed.tally.failures = 5;
	changed.tally.wait_length = 30;
	changed.tally.wait_until = WORLD_NOW + 30;
	world_put_state(&world, &changed);
	assert_int_equal(delivered(&any), OTP_DELIVERY_BLOCKED);
	changed.tally.failures = 100;
	world_put_state(&world, &changed);
	assert_int_equal(delivered(&any), OTP_DELIVERY_LOCKED_OUT);
	changed.tally.failures = 0;
	changed.suspended = true;
	world_put_state(&world, &changed);
	assert_int_equal(delivered(&any), OTP_DELIVERY_SUSPENDED);
	assert_true(world_state(&world)->sends.moment == 0);
}

static void
deliver__says_whom_it_does_not_know(void **state)
{
	struct otp_recovery_set set;
	char path[96];

	(void)state;
	world.request.unknown = true;
	assert_int_equal(delivered(&any), OTP_DELIVERY_UNKNOWN_USER);
	world.request.unknown = false;
	world.request.uid++;
	assert_int_equal(deliver(&any), OTP_ERR_UID);
	world.request.uid--;
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(delivered(&any), OTP_DELIVERY_UNENROLLED);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(delivered(&any), OTP_DELIVERY_UNENROLLED);
	/* An invitation alone enrolls nobody. */
	world_path(&world, "uid/1000", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(otp_enrol_make_set(&world.account, 1, &set), OTP_OK);
	set.until = world.now + 60;
	assert_int_equal(otp_enrol_invite(&world.account, false, &set), OTP_OK);
	assert_int_equal(delivered(&any), OTP_DELIVERY_UNENROLLED);
}

static void
deliver__fails_where_the_files_or_the_clock_do(void **state)
{
	(void)state;
	world.clock_fails = true;
	assert_int_equal(deliver(&any), OTP_ERR_CLOCK);
	world.clock_fails = false;
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(deliver(&any), OTP_ERR_CLOCK);
	world.now = WORLD_NOW;
	world_write(&world, "seed/alice", "x\n", 2);
	assert_int_equal(deliver(&any), OTP_ERR_PARSE);
	world_write(&world, "state/alice", "x", 1);
	assert_int_equal(deliver(&any), OTP_ERR_CHECKSUM);
	world.host.store.folder = "/nonexistent";
	assert_int_equal(deliver(&any), OTP_ERR_NO_STORE);
}

/* A process that keeps the lock makes no login wait here. */
static void
deliver__does_not_wait_for_the_lock(void **state)
{
	struct otp_store *other = sample_open(world.store, "alice");
	struct otp_state loaded;

	(void)state;
	assert_int_equal(otp_store_load(other, &loaded, NULL), OTP_OK);
	assert_int_equal(deliver(&any), OTP_ERR_LOCK_TIMEOUT);
	otp_store_close(other);
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
}

/* A password and a code in one answer: what is sent has a prompt of its own. */
static void
sent_code__is_not_split_off(void **state)
{
	(void)state;
	world.seed.tokens_count = 0;
	world_put_seed(&world);
	world.request.split = true;
	assert_int_equal(
	    world_try(&world, "secret12345678"), OTP_VERDICT_MALFORMED);
	world.request.split = false;
}

static void
sent_code__needs_the_clock(void **state)
{
	(void)state;
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(world_try_text(&world, "12345678"), OTP_ERR_CLOCK);
	assert_int_equal(world_try_text(&world, "123456"), OTP_ERR_CLOCK);
	world.seed.tokens_count = 0;
	world_put_seed(&world);
	assert_int_equal(world_try_text(&world, "12345678"), OTP_ERR_CLOCK);
	assert_int_equal(world_try(&world, "123456"), OTP_VERDICT_MALFORMED);
}

/* An old clock said when it was sent, and says now that it is still valid. */
static void
sent_code__of_an_old_clock_is_not_compared(void **state)
{
	struct otp_state known = *world_state(&world);
	struct otp_send *last = &known.sends.last[0];
	uint32_t value = 0;
	char typed[16];

	(void)state;
	world.now = OTP_CALENDAR_EARLIEST - 1;
	last->moment = known.sends.moment = 5;
	last->time = world.now - 10;
	assert_int_equal(
	    otp_address_id(&world.seed.addresses[0], last->address), OTP_OK);
	assert_int_equal(otp_send_occasion(world.request.service,
			     world.request.host, last->occasion),
	    OTP_OK);
	world_put_state(&world, &known);
	assert_int_equal(
	    otp_send_code(&world.seed.addresses[0], 5, &value), OTP_OK);
	(void)snprintf(typed, sizeof(typed), "%08u", value);
	assert_int_equal(world_try_text(&world, typed), OTP_ERR_CLOCK);
}

static void
eight_digits__of_a_counter_need_no_clock(void **state)
{
	struct otp_token *token = &world.seed.tokens[0];

	(void)state;
	world.seed.addresses_count = 0;
	token->kind = OTP_HOTP;
	token->period = 0;
	token->digits = 8;
	world_enrol(&world);
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(world_try(&world, "12345678"), OTP_VERDICT_REJECT);
}

static void
sent_code__is_that_of_the_only_address(void **state)
{
	(void)state;
	world.seed.addresses_count = 1;
	world_put_seed(&world);
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
	assert_int_equal(world_try(&world, dispatch.code), OTP_VERDICT_ACCEPT);
}

/* It is not called wrong, and the charge stands. */
static void
sent_code__of_an_unknown_login_is_not_judged(void **state)
{
	(void)state;
	world.seed.addresses_count = 1;
	world_put_seed(&world);
	assert_int_equal(delivered(&any), OTP_DELIVERY_SENT);
	occasion_fails = true;
	assert_int_equal(world_try_text(&world, dispatch.code), OTP_ERR_CRYPTO);
	assert_int_equal(world_state(&world)->tally.failures, 1);
	occasion_fails = false;
	assert_int_equal(world_try(&world, dispatch.code), OTP_VERDICT_ACCEPT);
}

static void
delivery__has_a_reason(void **state)
{
	static const char *const reasons[] = {
		[OTP_DELIVERY_NO_ADDRESS] = "no-address",
		[OTP_DELIVERY_LIMIT] = "limit",
		[OTP_DELIVERY_BLOCKED] = "blocked",
		[OTP_DELIVERY_LOCKED_OUT] = "locked-out",
		[OTP_DELIVERY_UNENROLLED] = "not-enrolled",
		[OTP_DELIVERY_UNKNOWN_USER] = "unknown-user",
		[OTP_DELIVERY_SUSPENDED] = "suspended",
		[OTP_DELIVERY_NO_FIRST_FACTOR] = "no-first-factor",
		[OTP_DELIVERY_NO_SOCKET] = "no-socket",
		[OTP_DELIVERY_HAS_TOKEN] = "has-token",
		[OTP_DELIVERY_NOT_ROOT] = "not-root",
		[OTP_DELIVERY_SENT] = "ok",
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(reasons); i++)
		assert_string_equal(
		    otp_delivery_reason((enum otp_delivery)i), reasons[i]);
	assert_string_equal(
	    otp_delivery_reason((enum otp_delivery)99), "no-address");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(deliver__charges_before_anything_leaves),
		TEST(deliver__returns_no_code_where_the_charge_fails),
		TEST(deliver__sends_to_the_address_that_was_chosen),
		TEST(deliver__sends_nothing_unasked_where_there_is_a_token),
		TEST(deliver__keeps_the_limits),
		TEST(unlock__counts_the_day_anew),
		TEST(deliver__keeps_the_day_whatever_else_is_accepted),
		TEST(deliver__sends_nothing_during_a_delay),
		TEST(deliver__says_whom_it_does_not_know),
		TEST(deliver__fails_where_the_files_or_the_clock_do),
		TEST(deliver__does_not_wait_for_the_lock),
		TEST(sent_code__is_not_split_off),
		TEST(sent_code__needs_the_clock),
		TEST(sent_code__of_an_old_clock_is_not_compared),
		TEST(eight_digits__of_a_counter_need_no_clock),
		TEST(sent_code__is_that_of_the_only_address),
		TEST(sent_code__of_an_unknown_login_is_not_judged),
		cmocka_unit_test(delivery__has_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
