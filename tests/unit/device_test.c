/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/device.h"

#define NOW INT64_C(1800000000)
#define DAY 86400

/* The key is the bytes 0 to 31. */
static enum otp_err
make_id(enum otp_remember remember, uint32_t uid, const char *host,
    uint8_t ret_id[OTP_DEVICE_ID_SIZE])
{
	uint8_t key[OTP_DIGEST_SIZE];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	return otp_device_id(remember, uid, key, host, ret_id);
}

static void
assert_id(enum otp_remember remember, uint32_t uid, const char *host,
    const char *expected)
{
	uint8_t id[OTP_DEVICE_ID_SIZE];
	char text[2 * OTP_DEVICE_ID_SIZE + 1];

	assert_int_equal(make_id(remember, uid, host, id), OTP_OK);
	for (unsigned i = 0; i < sizeof(id); i++)
		(void)snprintf(text + 2 * (size_t)i, 3, "%02x", id[i]);
	assert_string_equal(text, expected);
}

/* As sha256sum(1) says. */
static void
device_id__is_the_documented_digest(void **state)
{
	(void)state;
	assert_id(OTP_REMEMBER_KEY, 1000, "192.0.2.1",
	    "e38d7d683e058cb089ed5caa1923ae9b");
	assert_id(
	    OTP_REMEMBER_KEY, 1000, "", "e38d7d683e058cb089ed5caa1923ae9b");
	assert_id(
	    OTP_REMEMBER_KEY, 1001, "", "c5ada0cd92f5aa9f6ac32ed793c9c563");
	assert_id(OTP_REMEMBER_KEY, UINT32_C(0xfefffeff), "",
	    "08f0210e6040cbbf904aee9952a26f43");
	assert_id(OTP_REMEMBER_KEY_HOST, 1000, "192.0.2.1",
	    "1021d3901b060189818735c57aa611fb");
	assert_id(OTP_REMEMBER_KEY_HOST, 1000, "::ffff:192.0.2.1",
	    "1021d3901b060189818735c57aa611fb");
	assert_id(OTP_REMEMBER_KEY_HOST, 1000, "2001:db8:1:2::1",
	    "62314d600c31a4dd9b1dad4a7e4070cf");
	assert_id(OTP_REMEMBER_KEY_HOST, 1000, "2001:DB8:1:2:ffff::9",
	    "62314d600c31a4dd9b1dad4a7e4070cf");
}

static void
device_id__needs_an_ip_address_where_the_host_counts(void **state)
{
	static const char *const hosts[] = { "", "localhost", "192.0.2",
		"192.0.2.1 ", " 192.0.2.1", "192.0.2.256", "192.0.2.01",
		"0x7f.1", "fe80::1%eth0", "[::1]", "192.0.2.1:22", "::g" };
	uint8_t id[OTP_DEVICE_ID_SIZE] = { 0xa5 };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++)
		if (make_id(OTP_REMEMBER_KEY_HOST, 1000, hosts[i], id) !=
		    OTP_ERR_ABSENT)
			fail_msg("%s was taken", hosts[i]);
	assert_int_equal(
	    make_id(OTP_REMEMBER_NO, 1000, "192.0.2.1", id), OTP_ERR_ABSENT);
	assert_int_equal(id[0], 0xa5);
}

static const uint8_t *
numbered(uint8_t number)
{
	static uint8_t id[OTP_DEVICE_ID_SIZE];

	id[OTP_DEVICE_ID_SIZE - 1] = number;
	return id;
}

static void
device__is_known_until_it_expires(void **state)
{
	struct otp_devices devices = { 0 };
	const struct otp_device *found;

	(void)state;
	assert_null(otp_device_find(&devices, numbered(1), NOW));
	otp_device_remember(&devices, numbered(1), NOW, NOW + DAY);
	found = otp_device_find(&devices, numbered(1), NOW);
	assert_non_null(found);
	assert_true(found->created == NOW && found->expires == NOW + DAY);
	assert_non_null(otp_device_find(&devices, numbered(1), NOW + DAY - 1));
	assert_null(otp_device_find(&devices, numbered(1), NOW + DAY));
	assert_null(otp_device_find(&devices, numbered(2), NOW));
}

static void
device__is_not_known_before_it_was_remembered(void **state)
{
	struct otp_devices devices = { 0 };

	(void)state;
	otp_device_remember(&devices, numbered(1), NOW, NOW + DAY);
	assert_null(otp_device_find(&devices, numbered(1), NOW - 1));
}

static void
device__is_remembered_once(void **state)
{
	struct otp_devices devices = { 0 };

	(void)state;
	otp_device_remember(&devices, numbered(1), NOW, NOW + DAY);
	otp_device_remember(&devices, numbered(1), NOW + 9, NOW + 2 * DAY);
	assert_int_equal(devices.count, 1);
	assert_true(devices.list[0].created == NOW + 9);
	assert_true(devices.list[0].expires == NOW + 2 * DAY);
}

static void
device__that_expired_makes_room(void **state)
{
	struct otp_devices devices = { 0 };

	(void)state;
	for (uint8_t i = 0; i < OTP_DEVICES; i++)
		otp_device_remember(
		    &devices, numbered(i), NOW + i, NOW + (i == 3 ? 50 : DAY));
	otp_device_remember(&devices, numbered(100), NOW + 50, NOW + DAY);
	assert_int_equal(devices.count, OTP_DEVICES);
	for (uint8_t i = 0; i < OTP_DEVICES; i++)
		assert_int_equal(
		    otp_device_find(&devices, numbered(i), NOW + 50) == NULL,
		    i == 3);
	assert_non_null(otp_device_find(&devices, numbered(100), NOW + 50));
}

static void
device__that_was_remembered_first_makes_room(void **state)
{
	struct otp_devices devices = { 0 };

	(void)state;
	for (uint8_t i = 0; i < OTP_DEVICES; i++)
		otp_device_remember(&devices, numbered(i), NOW, NOW + DAY);
	otp_device_remember(&devices, numbered(0), NOW + 1, NOW + DAY);
	otp_device_remember(&devices, numbered(100), NOW + 2, NOW + DAY);
	assert_int_equal(devices.count, OTP_DEVICES);
	for (uint8_t i = 0; i < OTP_DEVICES; i++)
		assert_int_equal(
		    otp_device_find(&devices, numbered(i), NOW + 2) == NULL,
		    i == 1);
	assert_non_null(otp_device_find(&devices, numbered(100), NOW + 2));
}

static void
device__is_forgotten_with_its_bytes(void **state)
{
	static const struct otp_device none;
	struct otp_devices devices = { 0 };

	(void)state;
	for (uint8_t i = 1; i <= 3; i++)
		otp_device_remember(&devices, numbered(i), NOW, NOW + DAY);
	otp_device_forget(&devices, 1);
	assert_int_equal(devices.count, 2);
	assert_non_null(otp_device_find(&devices, numbered(1), NOW));
	assert_null(otp_device_find(&devices, numbered(2), NOW));
	assert_non_null(otp_device_find(&devices, numbered(3), NOW));
	assert_memory_equal(&devices.list[2], &none, sizeof(none));
	otp_device_forget(&devices, 1);
	otp_device_forget(&devices, 0);
	assert_int_equal(devices.count, 0);
	assert_memory_equal(&devices.list[0], &none, sizeof(none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_id__is_the_documented_digest),
		cmocka_unit_test(
		    device_id__needs_an_ip_address_where_the_host_counts),
		cmocka_unit_test(device__is_known_until_it_expires),
		cmocka_unit_test(device__is_not_known_before_it_was_remembered),
		cmocka_unit_test(device__is_remembered_once),
		cmocka_unit_test(device__that_expired_makes_room),
		cmocka_unit_test(device__that_was_remembered_first_makes_room),
		cmocka_unit_test(device__is_forgotten_with_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
