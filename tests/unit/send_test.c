/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/send.h"
#include "common/core/verify.h"

#define NOW INT64_C(1800000000)

static const uint8_t ssh[OTP_OCCASION_SIZE] = "ssh";
static const uint8_t sudo[OTP_OCCASION_SIZE] = "sudo";
static const uint8_t address[OTP_ID_SIZE] = "mailbox";

static uint64_t
charge(struct otp_sends *sends, int64_t now)
{
	return otp_send_charge(sends, address, ssh, now);
}

static void
send_occasion__is_the_documented_digest(void **state)
{
	/* printf 'pam_otp occasion 1\0sshd\000203.0.113.5\0' | sha256sum */
	static const uint8_t documented[OTP_OCCASION_SIZE] = { 0xfa, 0xb1, 0x1f,
		0x38, 0x76, 0x4e, 0xaf, 0x00 };
	uint8_t occasion[OTP_OCCASION_SIZE], other[OTP_OCCASION_SIZE];

	(void)state;
	assert_int_equal(
	    otp_send_occasion("sshd", "203.0.113.5", occasion), OTP_OK);
	assert_memory_equal(occasion, documented, sizeof(documented));
	assert_int_equal(
	    otp_send_occasion("sshd2", "03.0.113.5", other), OTP_OK);
	assert_memory_not_equal(occasion, other, sizeof(other));
}

static void
send__is_allowed_30_seconds_after_the_last(void **state)
{
	struct otp_sends sends = { 0 };

	(void)state;
	assert_true(otp_send_is_allowed(&sends, NOW));
	(void)charge(&sends, NOW);
	assert_false(otp_send_is_allowed(&sends, NOW));
	assert_false(otp_send_is_allowed(&sends, NOW + 29));
	assert_true(otp_send_is_allowed(&sends, NOW + 30));
	/* the clock went back */
	assert_true(otp_send_is_allowed(&sends, NOW - 1));
}

/* The longest one that is reached: until it is past, no other matters. */
static void
send__limit_is_how_long_to_wait(void **state)
{
	struct otp_sends sends = { .hour = 4 };

	(void)state;
	assert_int_equal(otp_send_limit(&sends, NOW), 0);
	sends.last[0].moment = 1;
	sends.last[0].time = NOW;
	assert_int_equal(otp_send_limit(&sends, NOW), 60);
	sends.hour = 5;
	sends.hour_since = NOW;
	assert_int_equal(otp_send_limit(&sends, NOW), 3600);
	sends.day = 20;
	sends.day_since = NOW;
	assert_int_equal(otp_send_limit(&sends, NOW), 86400);
	assert_int_equal(otp_send_limit(&sends, NOW + 86400), 0);
	sends.moment = UINT64_MAX;
	assert_int_equal(otp_send_limit(&sends, NOW + 86400), 86400);
}

static void
send__is_allowed_5_times_an_hour_and_20_times_a_day(void **state)
{
	struct otp_sends sends = { 0 };
	unsigned sent = 0;

	(void)state;
	for (int64_t at = 0; at < 3600; at += 60) {
		if (!otp_send_is_allowed(&sends, NOW + at))
			continue;
		(void)charge(&sends, NOW + at);
		sent++;
	}
	assert_int_equal(sent, 5);
	assert_false(otp_send_is_allowed(&sends, NOW + 3599));
	assert_true(otp_send_is_allowed(&sends, NOW + 3600));
	for (int64_t at = 3600; at < 86400; at += 60) {
		if (!otp_send_is_allowed(&sends, NOW + at))
			continue;
		(void)charge(&sends, NOW + at);
		sent++;
	}
	assert_int_equal(sent, 20);
	assert_false(otp_send_is_allowed(&sends, NOW + 86399));
	assert_true(otp_send_is_allowed(&sends, NOW + 86400));
	otp_send_clear(&sends);
	assert_true(otp_send_is_allowed(&sends, NOW + 86399));
}

static void
send__begins_its_counts_anew_where_the_clock_went_back(void **state)
{
	struct otp_sends sends = { .hour = 5, .day = 20, .moment = 1 };

	(void)state;
	sends.hour_since = sends.day_since = NOW;
	assert_false(otp_send_is_allowed(&sends, NOW));
	assert_true(otp_send_is_allowed(&sends, NOW - 1));
	(void)charge(&sends, NOW - 1);
	assert_int_equal(sends.hour, 1);
	assert_int_equal(sends.day, 1);
	assert_int_equal(sends.hour_since, NOW - 1);
	assert_int_equal(sends.day_since, NOW - 1);
}

static void
send__never_has_a_moment_twice(void **state)
{
	struct otp_sends sends = { 0 };
	const uint64_t first = (uint64_t)NOW * 1000;

	(void)state;
	assert_true(charge(&sends, NOW) == first);
	assert_true(charge(&sends, NOW) == first + 1);
	assert_true(charge(&sends, NOW - 3600) == first + 2);
	otp_send_accept(&sends, first + 2);
	otp_send_clear(&sends);
	assert_true(charge(&sends, NOW - 3600) == first + 3);
	assert_true(charge(&sends, NOW + 1) == first + 1000);
	sends.moment = UINT64_MAX;
	assert_false(otp_send_is_allowed(&sends, NOW + 3600));
}

static void
send__is_valid_for_five_minutes_to_the_second(void **state)
{
	struct otp_sends sends = { 0 };
	const struct otp_send *send = &sends.last[0];

	(void)state;
	assert_false(otp_send_is_valid(send, sends.last[0].occasion, 0));
	(void)charge(&sends, NOW);
	assert_false(otp_send_is_valid(send, ssh, NOW - 1));
	assert_true(otp_send_is_valid(send, ssh, NOW));
	assert_true(otp_send_is_valid(send, ssh, NOW + 299));
	assert_false(otp_send_is_valid(send, ssh, NOW + 300));
	assert_false(otp_send_is_valid(send, sudo, NOW));
}

static void
send__keeps_the_last_four(void **state)
{
	struct otp_sends sends = { 0 };

	(void)state;
	for (int64_t i = 0; i < 6; i++)
		(void)charge(&sends, NOW + 30 * i);
	for (unsigned i = 0; i < OTP_SENDS; i++)
		assert_int_equal(sends.last[i].time, NOW + 30 * (5 - (int)i));
}

/* What came before it on its own occasion goes with it, and nothing else. */
static void
send_accept__forgets_it_and_what_was_before(void **state)
{
	static const struct otp_send none;
	struct otp_sends sends = { 0 };
	uint64_t moments[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		moments[i] = otp_send_charge(
		    &sends, address, i == 1 ? sudo : ssh, NOW + i);
	otp_send_accept(&sends, moments[2]);
	assert_true(sends.last[0].moment == moments[3]);
	assert_true(sends.last[1].moment == moments[1]);
	assert_memory_equal(&sends.last[2], &none, sizeof(none));
	assert_memory_equal(&sends.last[3], &none, sizeof(none));
	assert_int_equal(sends.hour, 3);
	assert_int_equal(sends.day, 4);
	otp_send_accept(&sends, moments[2]);
	assert_int_equal(sends.hour, 3);
	otp_send_clear(&sends);
	otp_send_accept(&sends, moments[3]);
	assert_int_equal(sends.hour, 0);
	assert_true(sends.moment == moments[3]);
}

/* RFC 4226, appendix D, has this secret's values: of counter 0 1284755224. */
static void
send_code__is_the_hotp_value_of_its_moment(void **state)
{
	struct otp_address mailbox = { .secret = "12345678901234567890" };
	uint32_t code = 0;

	(void)state;
	assert_int_equal(otp_send_code(&mailbox, 0, &code), OTP_OK);
	assert_int_equal(code, 84755224);
	assert_int_equal(otp_send_code(&mailbox, 9, &code), OTP_OK);
	assert_int_equal(code, 45520489);
}

static void
send_text__has_two_groups_of_four(void **state)
{
	char text[OTP_SEND_TEXT_SIZE];

	(void)state;
	otp_send_text(48219930, text);
	assert_string_equal(text, "4821 9930");
	otp_send_text(7, text);
	assert_string_equal(text, "0000 0007");
}

static void
send_read__takes_its_words_and_no_others(void **state)
{
	static const struct {
		const char *typed, *scheme;
		unsigned number;
	} good[] = { { "send", NULL, 0 }, { " \tSeNd\r\n", NULL, 0 },
		{ "MAIL", "mailto", 0 }, { "sms", "sms", 0 },
		{ "send 1", NULL, 1 }, { "SEND 9 ", NULL, 9 } };
	static const char *const bad[] = { "", " ", "sen", "sendx", "send 0",
		"send 10", "send  2", "send2", "send x", "mail 2", "sms 1",
		"123456", "sendsend", "mailto" };
	struct otp_send_choice choice;

	(void)state;
	for (unsigned i = 0; i < COUNT(good); i++) {
		assert_true(otp_send_read(good[i].typed, &choice));
		assert_int_equal(choice.number, good[i].number);
		if (good[i].scheme == NULL)
			assert_null(choice.scheme);
		else
			assert_string_equal(choice.scheme, good[i].scheme);
	}
	for (unsigned i = 0; i < COUNT(bad); i++)
		if (otp_send_read(bad[i], &choice))
			fail_msg("\"%s\" was taken", bad[i]);
}

/* --- verifying --- */

static struct otp_seed seed;
static struct otp_state account;
static struct otp_match match;

static void
prepare(void)
{
	memset(&seed, 0, sizeof(seed));
	memset(&account, 0, sizeof(account));
	for (unsigned i = 0; i < 2; i++) {
		memset(seed.addresses[i].secret, (int)i + 1,
		    OTP_ADDRESS_SECRET_SIZE);
		(void)snprintf(seed.addresses[i].uri, OTP_ADDRESS_SIZE,
		    "mailto:alice%u@example.org", i);
	}
	seed.addresses_count = 2;
}

/* otp_address_id() or otp_send_code() fails: the how-manieth; 0 = none. */
static unsigned calls, fails_at;

enum otp_err __real_otp_address_id(
    const struct otp_address *whose, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __wrap_otp_address_id(
    const struct otp_address *whose, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err
__wrap_otp_address_id(
    const struct otp_address *whose, uint8_t ret_id[OTP_ID_SIZE])
{
	return ++calls == fails_at ? OTP_ERR_CRYPTO
				   : __real_otp_address_id(whose, ret_id);
}

enum otp_err __real_otp_send_code(
    const struct otp_address *whose, uint64_t moment, uint32_t *ret_code);
enum otp_err __wrap_otp_send_code(
    const struct otp_address *whose, uint64_t moment, uint32_t *ret_code);
enum otp_err
__wrap_otp_send_code(
    const struct otp_address *whose, uint64_t moment, uint32_t *ret_code)
{
	return ++calls == fails_at
	    ? OTP_ERR_CRYPTO
	    : __real_otp_send_code(whose, moment, ret_code);
}

/* How often the code 'looked_for' was wiped, each time where it alone was. */
static struct {
	uint32_t looked_for;
	unsigned count;
} wiped;

void __real_otp_wipe(void *data, size_t size);
void __wrap_otp_wipe(void *data, size_t size);
void
__wrap_otp_wipe(void *data, size_t size)
{
	if (size == sizeof(wiped.looked_for) &&
	    memcmp(data, &wiped.looked_for, size) == 0)
		wiped.count++;
	__real_otp_wipe(data, size);
}

/* Send a code to address INDEX; return it. */
static struct otp_code
sent(unsigned index, const uint8_t *occasion, int64_t now)
{
	struct otp_code code = { .typed = OTP_TYPED_DIGITS, .digits = 8 };
	uint8_t id[OTP_ID_SIZE];

	assert_int_equal(otp_address_id(&seed.addresses[index], id), OTP_OK);
	assert_int_equal(otp_send_code(&seed.addresses[index],
			     otp_send_charge(&account.sends, id, occasion, now),
			     &code.value),
	    OTP_OK);
	return code;
}

static enum otp_verdict
judged(const struct otp_code *code, const uint8_t *occasion, int64_t now)
{
	assert_int_equal(
	    otp_verify_sent(&seed, &account, code, occasion, now, &match),
	    OTP_OK);
	assert_int_equal(
	    match.spends_count, match.verdict == OTP_VERDICT_ACCEPT ? 1 : 0);
	return match.verdict;
}

static void
verify_sent__accepts_the_code_of_its_own_login(void **state)
{
	struct otp_code code, other;

	(void)state;
	prepare();
	code = sent(1, ssh, NOW);
	other = sent(0, sudo, NOW + 30);
	assert_true(otp_verify_comparable(&seed, &code));
	assert_int_equal(judged(&code, ssh, NOW + 299), OTP_VERDICT_ACCEPT);
	assert_int_equal(match.kind, OTP_DELIVERED);
	assert_int_equal(match.token, 1);
	assert_int_equal(judged(&code, ssh, NOW + 300), OTP_VERDICT_REJECT);
	assert_int_equal(judged(&code, sudo, NOW + 30), OTP_VERDICT_REJECT);
	assert_int_equal(judged(&other, ssh, NOW + 30), OTP_VERDICT_REJECT);
	assert_int_equal(judged(&other, sudo, NOW + 30), OTP_VERDICT_ACCEPT);
	code.value ^= 1;
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_REJECT);
	code.value ^= 1;
	code.digits = 7;
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_REJECT);
	assert_false(otp_verify_comparable(&seed, &code));
	seed.addresses_count = 1;
	code.digits = 8;
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_REJECT);
	seed.addresses_count = 0;
	assert_false(otp_verify_comparable(&seed, &code));
}

static void
verify_sent__spends_the_code_for_good(void **state)
{
	struct otp_code code;

	(void)state;
	prepare();
	code = sent(1, ssh, NOW);
	assert_int_equal(
	    otp_verify_repeated(&seed, &account, &code, &match), OTP_OK);
	assert_int_equal(match.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_ACCEPT);
	otp_verify_spend(&match, NOW, &account);
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(
	    otp_verify_repeated(&seed, &account, &code, &match), OTP_OK);
	assert_int_equal(match.verdict, OTP_VERDICT_REPLAY);
	assert_int_equal(match.kind, OTP_DELIVERED);
	assert_int_equal(match.token, 1);
	assert_int_equal(account.sends.hour, 0);
	assert_int_equal(account.sends.day, 1);
	code.digits = 7;
	assert_int_equal(
	    otp_verify_repeated(&seed, &account, &code, &match), OTP_OK);
	assert_int_equal(match.verdict, OTP_VERDICT_REJECT);
	code.digits = 8;
	seed.addresses[1].secret[0] ^= 1;
	assert_int_equal(
	    otp_verify_repeated(&seed, &account, &code, &match), OTP_OK);
	assert_int_equal(match.verdict, OTP_VERDICT_REJECT);
}

static void
verify_sent__fails_where_nothing_can_be_computed(void **state)
{
	struct otp_code code;

	(void)state;
	prepare();
	code = sent(1, ssh, NOW);
	for (fails_at = 1; fails_at <= 3; fails_at++) {
		memset(&match, 0xee, sizeof(match));
		calls = 0;
		assert_int_equal(
		    otp_verify_sent(&seed, &account, &code, ssh, NOW, &match),
		    OTP_ERR_CRYPTO);
		assert_int_equal(match.token, 0xeeeeeeee);
	}
	fails_at = 0;
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_ACCEPT);
	otp_verify_spend(&match, NOW, &account);
	for (fails_at = 1; fails_at <= 2; fails_at++) {
		memset(&match, 0xee, sizeof(match));
		calls = 0;
		assert_int_equal(
		    otp_verify_repeated(&seed, &account, &code, &match),
		    OTP_ERR_CRYPTO);
		assert_int_equal(match.token, 0xeeeeeeee);
	}
	fails_at = 0;
}

/* It may be what a wrong code was compared with, and still be valid. */
static void
verify_sent__leaves_no_code_in_memory(void **state)
{
	struct otp_code code;

	(void)state;
	prepare();
	code = sent(0, ssh, NOW);
	wiped.looked_for = code.value;
	wiped.count = 0;
	code.value ^= 1;
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_REJECT);
	assert_int_equal(wiped.count, 1);
	code.value ^= 1;
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_ACCEPT);
	assert_int_equal(wiped.count, 2);
}

/* Another code shows that the owner is there. */
static void
verify_spend__of_another_code_begins_the_hour_anew(void **state)
{
	const struct otp_match totp = { .verdict = OTP_VERDICT_ACCEPT,
		.kind = OTP_TOTP,
		.spends_count = 1,
		.spends = { { .kind = OTP_TOTP } } };
	struct otp_code code;

	(void)state;
	prepare();
	code = sent(0, ssh, NOW);
	otp_verify_spend(&totp, NOW, &account);
	assert_int_equal(account.sends.hour, 0);
	assert_int_equal(account.sends.day, 1);
	assert_int_equal(judged(&code, ssh, NOW), OTP_VERDICT_ACCEPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(send_occasion__is_the_documented_digest),
		cmocka_unit_test(send__is_allowed_30_seconds_after_the_last),
		cmocka_unit_test(send__limit_is_how_long_to_wait),
		cmocka_unit_test(
		    send__is_allowed_5_times_an_hour_and_20_times_a_day),
		cmocka_unit_test(
		    send__begins_its_counts_anew_where_the_clock_went_back),
		cmocka_unit_test(send__never_has_a_moment_twice),
		cmocka_unit_test(send__is_valid_for_five_minutes_to_the_second),
		cmocka_unit_test(send__keeps_the_last_four),
		cmocka_unit_test(send_accept__forgets_it_and_what_was_before),
		cmocka_unit_test(send_code__is_the_hotp_value_of_its_moment),
		cmocka_unit_test(send_text__has_two_groups_of_four),
		cmocka_unit_test(send_read__takes_its_words_and_no_others),
		cmocka_unit_test(
		    verify_sent__accepts_the_code_of_its_own_login),
		cmocka_unit_test(verify_sent__spends_the_code_for_good),
		cmocka_unit_test(
		    verify_sent__fails_where_nothing_can_be_computed),
		cmocka_unit_test(verify_sent__leaves_no_code_in_memory),
		cmocka_unit_test(
		    verify_spend__of_another_code_begins_the_hour_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
