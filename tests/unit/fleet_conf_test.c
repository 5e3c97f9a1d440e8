/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/folder.h"
#include "tests/unit/unit.h"
#include "common/fleet/conf.h"

static struct otp_fleet_conf conf;
static struct otp_fault fault;

static void
write_file(const char *name, const char *text, mode_t mode)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
set_up(void **state)
{
	if (folder_setup(state) != 0)
		return 1;
	write_file("ca", "", 0644);
	write_file("certificate", "", 0644);
	write_file("key", "", 0600);
	write_file("password", "", 0600);
	return 0;
}

/* Read TEXT, in which @ is the folder of the files. */
static enum otp_err
read_conf(const char *text)
{
	struct otp_fleet_conf before;
	char whole[1024] = "";
	enum otp_err err;

	for (const char *at = text; *at != '\0'; at++) {
		const char letter[] = { *at, '\0' };

		strcat(whole, *at == '@' ? base : letter);
	}
	write_file("conf", whole, 0644);
	memset(&conf, 'x', sizeof(conf));
	memset(&fault, 0, sizeof(fault));
	memcpy(&before, &conf, sizeof(before));
	err = otp_fleet_conf_read(in("conf"), &conf, &fault);
	if (err != OTP_OK)
		assert_memory_equal(&conf, &before, sizeof(before));
	return err;
}

static void
assert_bad(const char *text, const char *where, enum otp_detail detail)
{
	assert_int_equal(read_conf(text), OTP_ERR_OPTION);
	assert_string_equal(fault.where, where);
	assert_int_equal(fault.detail, detail);
	assert_int_equal(
	    otp_fleet_conf_read(in("conf"), &conf, NULL), OTP_ERR_OPTION);
}

#define ROLE "role = web1\nrealm = staff\n"
#define HOST "host = db1\naddress = 192.0.2.1\nauthority = @/ca\n"

static void
fleetconf__is_a_place(void **state)
{
	struct otp_database_place place;

	(void)state;
	assert_int_equal(
	    read_conf(HOST ROLE "port = 5433\ndatabase = codes\n"
				"certificate = @/certificate\nkey = @/key\n"
				"password = @/password\n"),
	    OTP_OK);
	place = otp_fleet_conf_place(&conf);
	assert_string_equal(place.host, "db1");
	assert_string_equal(place.address, "192.0.2.1");
	assert_string_equal(place.port, "5433");
	assert_string_equal(place.database, "codes");
	assert_string_equal(place.role, "web1");
	assert_string_equal(place.realm, "staff");
	assert_string_equal(place.authority, in("ca"));
	assert_string_equal(place.certificate, in("certificate"));
	assert_string_equal(place.key, in("key"));
	assert_string_equal(place.password, in("password"));
}

static void
fleetconf__has_defaults(void **state)
{
	struct otp_database_place place;

	(void)state;
	assert_int_equal(read_conf("host = /run/postgresql\n" ROLE), OTP_OK);
	place = otp_fleet_conf_place(&conf);
	assert_string_equal(place.port, "5432");
	assert_string_equal(place.database, "otp");
	assert_null(place.address);
	assert_null(place.authority);
	assert_null(place.certificate);
	assert_null(place.key);
	assert_null(place.password);
}

static void
fleetconf__needs_a_host_a_role_and_a_realm(void **state)
{
	(void)state;
	assert_bad(ROLE, "host", OTP_DETAIL_MISSING);
	assert_bad(HOST "realm = staff\n", "role", OTP_DETAIL_MISSING);
	assert_bad(HOST "role = web1\n", "realm", OTP_DETAIL_MISSING);
}

static void
fleetconf__needs_what_a_server_is_verified_by(void **state)
{
	(void)state;
	assert_bad("host = db1\naddress = 192.0.2.1\n" ROLE, "authority",
	    OTP_DETAIL_MISSING);
	assert_bad("host = db1\nauthority = @/ca\n" ROLE, "address",
	    OTP_DETAIL_MISSING);
	assert_bad(
	    HOST ROLE "key = @/key\n", "certificate", OTP_DETAIL_MISSING);
	assert_bad(HOST ROLE "certificate = @/certificate\n", "key",
	    OTP_DETAIL_MISSING);
}

static void
fleetconf__has_an_address_for_each_host(void **state)
{
	(void)state;
	assert_int_equal(
	    read_conf("host = db1, db2\naddress = 192.0.2.1, 2001:db8::2\n"
		      "authority = @/ca\n" ROLE),
	    OTP_OK);
	assert_string_equal(conf.host, "db1,db2");
	assert_string_equal(conf.address, "192.0.2.1,2001:db8::2");
	assert_bad("host = db1, db2\naddress = 192.0.2.1\n"
		   "authority = @/ca\n" ROLE,
	    "address", OTP_DETAIL_NOT_ADDRESSES);
	assert_bad("host = db1\naddress = 192.0.2.1, 192.0.2.2\n"
		   "authority = @/ca\n" ROLE,
	    "address", OTP_DETAIL_NOT_ADDRESSES);
	assert_bad("host = db1\naddress = db1\nauthority = @/ca\n" ROLE,
	    "address", OTP_DETAIL_NOT_ADDRESSES);
}

static void
fleetconf__mixes_no_socket_with_hosts(void **state)
{
	(void)state;
	assert_bad("host = /run/x, db1\n" ROLE, "host", OTP_DETAIL_NOT_HOSTS);
	assert_bad("host = db1, /run/x\naddress = 192.0.2.1, 192.0.2.2\n"
		   "authority = @/ca\n" ROLE,
	    "host", OTP_DETAIL_NOT_HOSTS);
	assert_bad("host = @x\naddress = 192.0.2.1\nauthority = @/ca\n" ROLE
		   "certificate = @/certificate\nkey = @/key\n",
	    "address", OTP_DETAIL_SOCKET); /* the folder, and an x */
	assert_bad("host = -x\naddress = 192.0.2.1\nauthority = @/ca\n" ROLE,
	    "host", OTP_DETAIL_NOT_HOSTS);
	assert_bad("host = /run/x\naddress = 192.0.2.1\n" ROLE, "address",
	    OTP_DETAIL_SOCKET);
	assert_bad("host = /run/x\nauthority = @/ca\n" ROLE, "authority",
	    OTP_DETAIL_SOCKET);
	assert_bad("host = /run/x\ncertificate = @/certificate\n"
		   "key = @/key\n" ROLE,
	    "certificate", OTP_DETAIL_SOCKET);
}

static void
fleetconf__refuses_secrets_that_others_can_read(void **state)
{
	static const char *const names[] = { "key", "password" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(chmod(in(names[i]), 0640), 0);
		assert_int_equal(
		    read_conf(HOST ROLE "certificate = @/certificate\n"
					"key = @/key\npassword = @/password\n"),
		    OTP_ERR_MODE);
		assert_string_equal(fault.where, in(names[i]));
		assert_int_equal(chmod(in(names[i]), 0600), 0);
	}
}

static void
fleetconf__refuses_what_others_can_write(void **state)
{
	static const char *const names[] = { "ca", "certificate" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(chmod(in(names[i]), 0664), 0);
		assert_int_equal(
		    read_conf(HOST ROLE "certificate = @/certificate\n"
					"key = @/key\n"),
		    OTP_ERR_MODE);
		assert_string_equal(fault.where, in(names[i]));
		assert_int_equal(chmod(in(names[i]), 0644), 0);
	}
	assert_int_equal(unlink(in("ca")), 0);
	assert_int_equal(read_conf(HOST ROLE), OTP_ERR_ABSENT);
	assert_string_equal(fault.where, in("ca"));
}

static void
fleetconf__is_a_configuration_file(void **state)
{
	(void)state;
	assert_bad(
	    HOST ROLE "window = 1\n", "window", OTP_DETAIL_UNKNOWN_OPTION);
	assert_int_equal(fault.line, 6);
	assert_bad(HOST ROLE "port = 0\n", "port", OTP_DETAIL_RANGE);
	assert_bad(HOST ROLE ROLE, "role", OTP_DETAIL_TWICE);
	assert_bad(HOST ROLE "key = key\n", "key", OTP_DETAIL_NOT_ABSOLUTE);
	assert_bad(HOST ROLE "port = 1", in("conf"), OTP_DETAIL_NO_NEWLINE);
	assert_int_equal(
	    otp_fleet_conf_read(in("none"), &conf, &fault), OTP_ERR_ABSENT);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fleetconf__is_a_place),
		TEST(fleetconf__has_defaults),
		TEST(fleetconf__needs_a_host_a_role_and_a_realm),
		TEST(fleetconf__needs_what_a_server_is_verified_by),
		TEST(fleetconf__has_an_address_for_each_host),
		TEST(fleetconf__mixes_no_socket_with_hosts),
		TEST(fleetconf__refuses_secrets_that_others_can_read),
		TEST(fleetconf__refuses_what_others_can_write),
		TEST(fleetconf__is_a_configuration_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
