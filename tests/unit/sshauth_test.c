/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <openssl/evp.h>

#include "common/core/sshauth.h"

/* Made by ssh-keygen(1), which printed the names; "sk-" ones by hand. */
static const struct {
	const char *type, *base64, *name;
} keys[] = {
	{ "ssh-ed25519",
	    "AAAAC3NzaC1lZDI1NTE5AAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrwV6jY0W2uel"
	    "So",
	    "SHA256:KZ/2sEfz/lvOhBTxZp50IHdKJPD1+bEnN045Y8GLiqE" },
	{ "ssh-ed25519-cert-v01@openssh.com",
	    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIBcZwskwd8Xb7N"
	    "Q+h8l44QDsjYaTWlgeJ5KBQnIA44ktAAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrw"
	    "V6jY0W2uelSoAAAAAAAAAAAAAAABAAAAAmlkAAAACQAAAAVhbGljZQAAAAAAAAAA//"
	    "////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Bl"
	    "cm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW"
	    "5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAA"
	    "AAAAMwAAAAtzc2gtZWQyNTUxOQAAACCwoKaFw/HYjq8xArZFzUB7o32Tx8ZvSy77Ae"
	    "FbghFvWQAAAFMAAAALc3NoLWVkMjU1MTkAAABAYtYPk2e74IOchmh4rDl+CmiHR9Jh"
	    "exjc1uI7DnyN9vWqCkzzQ02jxNb+Ss6WB39/u+abehE2kdK89cEXxtjzBQ==",
	    "SHA256:KZ/2sEfz/lvOhBTxZp50IHdKJPD1+bEnN045Y8GLiqE" },
	{ "ssh-rsa",
	    "AAAAB3NzaC1yc2EAAAADAQABAAAAgQCfzaTWmhmeWR+aKh2LPAAdIoYSXecXxDoHJe"
	    "AuM4hek4epchGbff0q66v4Zfg6R3j79mVrmW22wvvfVbwQVCn6jqxCzni1JB8fdnPq"
	    "Jqpjp7i5Rr86zndm/GrNnGdfz2RnKlFJL7kHEBIEnynuFh2dI3li5bbSpGiRpgiw85"
	    "ei3Q==",
	    "SHA256:x5hwRxehQM/HVzU8/tb0+nBQx+JsGEEzkJIiDvkkimE" },
	{ "ssh-rsa-cert-v01@openssh.com",
	    "AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgeROxeba/S7YpLEYET6"
	    "43uXD+yM9sBDJAzF1bxiBtW2MAAAADAQABAAAAgQCfzaTWmhmeWR+aKh2LPAAdIoYS"
	    "XecXxDoHJeAuM4hek4epchGbff0q66v4Zfg6R3j79mVrmW22wvvfVbwQVCn6jqxCzn"
	    "i1JB8fdnPqJqpjp7i5Rr86zndm/GrNnGdfz2RnKlFJL7kHEBIEnynuFh2dI3li5bbS"
	    "pGiRpgiw85ei3QAAAAAAAAAAAAAAAQAAAAJpZAAAAAkAAAAFYWxpY2UAAAAAAAAAAP"
	    "//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdw"
	    "ZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZG"
	    "luZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAA"
	    "AAAAADMAAAALc3NoLWVkMjU1MTkAAAAgsKCmhcPx2I6vMQK2Rc1Ae6N9k8fGb0su+w"
	    "HhW4IRb1kAAABTAAAAC3NzaC1lZDI1NTE5AAAAQAI0wCweZzR6kIbHJbz4aLCumuP+"
	    "Aopb5Q+/Z9F4QBSCE8JO0VwVaLG8WbJavO02mbm762yu9ponT9HnC1r2Tgo=",
	    "SHA256:x5hwRxehQM/HVzU8/tb0+nBQx+JsGEEzkJIiDvkkimE" },
	{ "ecdsa-sha2-nistp256",
	    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOWBDjUzAC2QoI"
	    "xaoIJb8MknlDk+YfZSuAjPg45P3YuaM4i91CxXYyYyYeW3CJCNmrDdYuQwiRp2ZvZq"
	    "TE3L6go=",
	    "SHA256:fDuE3NBTVHua3OXgQN7Sq6W6CzoFqwPjQQSYJOeeBBE" },
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    "AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAg2J"
	    "47+NWg6Kz2Pw3Rn+GnbqdJL9Kmh6derZ2uRSU+nb0AAAAIbmlzdHAyNTYAAABBBOWB"
	    "DjUzAC2QoIxaoIJb8MknlDk+YfZSuAjPg45P3YuaM4i91CxXYyYyYeW3CJCNmrDdYu"
	    "QwiRp2ZvZqTE3L6goAAAAAAAAAAAAAAAEAAAACaWQAAAAJAAAABWFsaWNlAAAAAAAA"
	    "AAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAA"
	    "AXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndh"
	    "cmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAA"
	    "AAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAILCgpoXD8diOrzECtkXNQHujfZPHxm9L"
	    "LvsB4VuCEW9ZAAAAUwAAAAtzc2gtZWQyNTUxOQAAAECJQX6YVvlK63FLoSKJD4LPeR"
	    "MEzIANtrEF3DFPgdO8Uz2sAklUDpfXHk8B/H84YZ6EMrdMsHDoi/eD1Vjx/0QJ",
	    "SHA256:fDuE3NBTVHua3OXgQN7Sq6W6CzoFqwPjQQSYJOeeBBE" },
	{ "ecdsa-sha2-nistp384",
	    "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBKyrNxYxUW3rN3"
	    "mRYZYDVnWum49IXtsani2jJ4hOHCEBULK1f7ACOpmudzBWWP987vSFwo0/+VgdIFuy"
	    "9yinox37ZSYJXY2yzH/L1qkplvPoLg8iQ8AiM7OsdO2VGXsx2w==",
	    "SHA256:mc+PDj9GWlVumdIdjfXH88x/Hjq0bq9xVE5Qs89yMVA" },
	{ "ecdsa-sha2-nistp384-cert-v01@openssh.com",
	    "AAAAKGVjZHNhLXNoYTItbmlzdHAzODQtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgx5"
	    "sHWenJ1VEnrM+tMI9Xp1+9IefOBJvOCuZC8E0+DHcAAAAIbmlzdHAzODQAAABhBKyr"
	    "NxYxUW3rN3mRYZYDVnWum49IXtsani2jJ4hOHCEBULK1f7ACOpmudzBWWP987vSFwo"
	    "0/+VgdIFuy9yinox37ZSYJXY2yzH/L1qkplvPoLg8iQ8AiM7OsdO2VGXsx2wAAAAAA"
	    "AAAAAAAAAQAAAAJpZAAAAAkAAAAFYWxpY2UAAAAAAAAAAP//////////AAAAAAAAAI"
	    "IAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9y"
	    "d2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybW"
	    "l0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVk"
	    "MjU1MTkAAAAgsKCmhcPx2I6vMQK2Rc1Ae6N9k8fGb0su+wHhW4IRb1kAAABTAAAAC3"
	    "NzaC1lZDI1NTE5AAAAQItWmi1ub2Un4rUyuhhXBmmvHbmsE1HJQ4O9z2808eGEzi7F"
	    "th+Pqtgn/qyqHxYVYHvQ0cS9jqULe/1/0lzuDg4=",
	    "SHA256:mc+PDj9GWlVumdIdjfXH88x/Hjq0bq9xVE5Qs89yMVA" },
	{ "ecdsa-sha2-nistp521",
	    "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAE3JTWW1J/cOi"
	    "ZQ2bs/rywPL5mRKBo7QMEKgEKsb5nxQaKzVDZKKMw9IsWFLIYmn+6rI2febqQpuHs3"
	    "+HkbI36bCQBhpcOQM/KCpSrAUBfUdMikCg7Og9aTKABQ1Vcnz1uIAhss+XyAh52Sfp"
	    "LTbKElXigmeeHVFimEGFfvpy3HnkppSw==",
	    "SHA256:a4z3P14u3AcwcrMBzSlq6B6mA0E16IW46gDfuKq2ogs" },
	{ "ecdsa-sha2-nistp521-cert-v01@openssh.com",
	    "AAAAKGVjZHNhLXNoYTItbmlzdHA1MjEtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgSs"
	    "+daEnwNsRl0B5yoAqjUETebJU+7dX4MaL6UQ5cAUAAAAAIbmlzdHA1MjEAAACFBAE3"
	    "JTWW1J/cOiZQ2bs/rywPL5mRKBo7QMEKgEKsb5nxQaKzVDZKKMw9IsWFLIYmn+6rI2"
	    "febqQpuHs3+HkbI36bCQBhpcOQM/KCpSrAUBfUdMikCg7Og9aTKABQ1Vcnz1uIAhss"
	    "+XyAh52SfpLTbKElXigmeeHVFimEGFfvpy3HnkppSwAAAAAAAAAAAAAAAQAAAAJpZA"
	    "AAAAkAAAAFYWxpY2UAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgx"
	    "MS1mb3J3YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAA"
	    "AWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAO"
	    "cGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgsKCmhc"
	    "Px2I6vMQK2Rc1Ae6N9k8fGb0su+wHhW4IRb1kAAABTAAAAC3NzaC1lZDI1NTE5AAAA"
	    "QBN2Uv7i0zLU9WAAMYmDqOLBnCaFx5ftfURJUYDpmaS1Lw9KQJ/19dl7CJtz/9H8MU"
	    "IXjEytaGBpT9Rd+V6KQgU=",
	    "SHA256:a4z3P14u3AcwcrMBzSlq6B6mA0E16IW46gDfuKq2ogs" },
	{ "sk-ssh-ed25519@openssh.com",
	    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCwwNDg"
	    "8QERITFBUWFxgZGhscHR4fAAAABHNzaDo=",
	    "SHA256:/p0CbeE3dk2SyW1OXXsThGc12ezDVD8eGw2/vtztDfk" },
	{ "sk-ssh-ed25519-cert-v01@openssh.com",
	    "AAAAI3NrLXNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIDzqljjzX8"
	    "nMAjmxE+Zt1H2p/e5E7eT4FGJgpjSgdhEZAAAAIAABAgMEBQYHCAkKCwwNDg8QERIT"
	    "FBUWFxgZGhscHR4fAAAABHNzaDoAAAAAAAAAAAAAAAEAAAACaWQAAAAJAAAABWFsaW"
	    "NlAAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGlu"
	    "ZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3"
	    "J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2Vy"
	    "LXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAILCgpoXD8diOrzECtkXNQH"
	    "ujfZPHxm9LLvsB4VuCEW9ZAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEC5DG9JY4tc//wJ"
	    "lsilJsjb+sgnRdVddIULkAAVYB1m2TkPY2pAEz7fciRDhs1iIfpFGpF7SAhITQhjb1"
	    "ywktQI",
	    "SHA256:/p0CbeE3dk2SyW1OXXsThGc12ezDVD8eGw2/vtztDfk" },
	{ "sk-ecdsa-sha2-nistp256@openssh.com",
	    "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNT"
	    "YAAABBBOWBDjUzAC2QoIxaoIJb8MknlDk+YfZSuAjPg45P3YuaM4i91CxXYyYyYeW3"
	    "CJCNmrDdYuQwiRp2ZvZqTE3L6goAAAAEc3NoOg==",
	    "SHA256:npD3d9RtmnUH3qFIhZgXbh5dDpSLJ5JWpggZraQKPGg" },
	{ "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    "AAAAK3NrLWVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAA"
	    "AgR+tBN04ID0klKM0Ej4jTxWFGKSxwJeJbSynemQ5k1XsAAAAIbmlzdHAyNTYAAABB"
	    "BOWBDjUzAC2QoIxaoIJb8MknlDk+YfZSuAjPg45P3YuaM4i91CxXYyYyYeW3CJCNmr"
	    "DdYuQwiRp2ZvZqTE3L6goAAAAEc3NoOgAAAAAAAAAAAAAAAQAAAAJpZAAAAAkAAAAF"
	    "YWxpY2UAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YX"
	    "JkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0"
	    "LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LX"
	    "VzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgsKCmhcPx2I6vMQK2"
	    "Rc1Ae6N9k8fGb0su+wHhW4IRb1kAAABTAAAAC3NzaC1lZDI1NTE5AAAAQOXKxs9Fq8"
	    "fMCfC9Z7GJvPuQJs4d9zx1OPrrHvxPX/52gXJzYYn8Hg2iqgB0Yq9R50OetvX7kWO2"
	    "J+vRS3+K6AU=",
	    "SHA256:npD3d9RtmnUH3qFIhZgXbh5dDpSLJ5JWpggZraQKPGg" },
};

/* A certificate of a host, not of a user. */
static const char host_certificate[] =
    "publickey ssh-ed25519-cert-v01@openssh.com "
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIOPEidANhvRZrJ"
    "aTx/QRax1ZrnAvonIa63KEF+dBHENVAAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrw"
    "V6jY0W2uelSoAAAAAAAAAAAAAAACAAAABGhvc3QAAAAFAAAAAWgAAAAAAAAAAP////"
    "//////AAAAAAAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACCwoKaFw/HYjq8x"
    "ArZFzUB7o32Tx8ZvSy77AeFbghFvWQAAAFMAAAALc3NoLWVkMjU1MTkAAABAeSOFm8"
    "x+KcjS3UOcR6RtKA8gghaTY/dRzFR9PKj3+z6nKGmllKvIIy5yXTcy3HCnVsp0OaK6"
    "pLO/eEIqjOjAAw==";

/* A string of more than 255 bytes is in it. */
static const char long_key[] =
    "publickey ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDGmvwA49FRKGkmxXpzPcrI033NzNzdwFJq9T"
    "KlL/MBm/9SEWSm0J6pcIK39b9WQr8LirfDZllMEgW/c//XQrIy3M9HXZpM/eGtkCQn"
    "zYIvlrJsxEzEF/fCBG8MOR7kku9QvkbcPsiGH1aWbRyJ7CRkDArZ0w/5ZR8FyVr023"
    "GbXYEsuXZRUyV8nD5rR2TEzcmwIWlqKlL+V0k2haLXuUTbeLG5KIjDmq5v3mQpQfzj"
    "TK3/cK4FDBpSWi2l8GFy78fm91lTIoMqK+cObIBtloEwnTNGbkNBUCh1zlvpKW18Mm"
    "A32HArFPcxZHBFdLFSKKUHa3e7zwLa2lLNu7TIkwTX";
static const char long_key_name[] =
    "SHA256:U3e4VbkZ71jZJHzvT/TM9yXL4ZJbfWfiIoViifddOn4";

#define TEXT_SIZE 20000

static enum otp_err
read_key(const char *text)
{
	uint8_t digest[OTP_DIGEST_SIZE] = { 0xa5 };
	enum otp_err err = otp_sshauth_key(text, digest);

	if (err != OTP_OK)
		assert_int_equal(digest[0], 0xa5);
	return err;
}

/* The line of key NUMBER, before BEFORE and after AFTER. */
static const char *
line_of(size_t number, const char *before, const char *after)
{
	static char text[TEXT_SIZE];

	assert_in_range(snprintf(text, sizeof(text), "%s %s %s%s", before,
			    keys[number].type, keys[number].base64, after),
	    1, sizeof(text) - 1);
	return text;
}

static void
assert_names(const char *text, const char *expected)
{
	uint8_t digest[OTP_DIGEST_SIZE];
	char name[OTP_SSHAUTH_NAME_SIZE];

	assert_int_equal(otp_sshauth_key(text, digest), OTP_OK);
	otp_sshauth_name(digest, name);
	assert_string_equal(name, expected);
}

static void
key__is_named_as_ssh_keygen_names_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_names(line_of(i, "publickey", "\n"), keys[i].name);
	assert_names(long_key, long_key_name);
}

static void
key__of_a_certificate_is_the_key_within(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i += 2)
		assert_string_equal(keys[i].name, keys[i + 1].name);
}

static void
key__is_found_among_other_methods(void **state)
{
	const char *name = keys[0].name;

	(void)state;
	assert_names(line_of(0, "publickey", ""), name);
	assert_names(line_of(0, "publickey", "\npassword\n"), name);
	assert_names(
	    line_of(0, "password\nkeyboard-interactive/pam\npublickey", "\n"),
	    name);
	assert_names(
	    line_of(0, "hostbased ssh-rsa AAAA\npublickey", "\n"), name);
	assert_names(line_of(0, "publickey", " and further words\n"), name);
	assert_names(line_of(0, "\n\npublickey", " \n\n"), name);
}

static void
key__is_absent_unless_there_is_exactly_one(void **state)
{
	static const char *const cases[] = {
		"",
		"\n",
		"password\n",
		"keyboard-interactive/pam\n",
		"hostbased ssh-ed25519 AAAA\n",
		"xpublickey ssh-ed25519 AAAA\n",
		"publickeyx ssh-ed25519 AAAA\n",
		"PUBLICKEY ssh-ed25519 AAAA\n",
		" publickey ssh-ed25519 AAAA\n",
		"publickey\tssh-ed25519 AAAA\n",
		"publickey\npublickey\n",
	};
	char text[2 * TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(read_key(cases[i]), OTP_ERR_ABSENT);
	(void)snprintf(text, sizeof(text), "publickey %s %s\n%s", keys[0].type,
	    keys[0].base64, line_of(2, "publickey", "\n"));
	assert_int_equal(read_key(text), OTP_ERR_ABSENT);
	(void)snprintf(
	    text, sizeof(text), "publickey\n%s", line_of(2, "publickey", "\n"));
	assert_int_equal(read_key(text), OTP_ERR_ABSENT);
	(void)snprintf(text, sizeof(text), "publickey %s %s\n%s", keys[0].type,
	    keys[0].base64, line_of(0, "publickey", "\n"));
	assert_int_equal(read_key(text), OTP_ERR_ABSENT);
}

static void
key__must_be_written_exactly(void **state)
{
	static const char *const cases[] = {
		"publickey\n",
		"publickey ssh-ed25519\n",
		"publickey ssh-ed25519 \n",
		"publickey ssh-ed25519 A\n",
		"publickey ssh-ed25519 ====\n",
		"publickey ssh-ed25519 AAAA\n",
		"publickey ssh-ed25519 AAA=\n",
		"publickey ssh-ed25519 ////\n",
		"publickey  ssh-ed25519 AAAA\n",
		"publickey ssh-dss AAAAB3NzaC1kc3M=\n",
	};
	char text[TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(read_key(cases[i]), OTP_ERR_PARSE);
	for (size_t i = 0; i < COUNT(keys); i++) {
		assert_int_equal(
		    read_key(line_of(i, "publickey", "\r\n")), OTP_ERR_PARSE);
		assert_int_equal(
		    read_key(line_of(i, "publickey", "=\n")), OTP_ERR_PARSE);
		assert_int_equal(
		    read_key(line_of(i, "publickey", "AAAA\n")), OTP_ERR_PARSE);
		for (size_t j = 0; j < COUNT(keys); j++) {
			(void)snprintf(text, sizeof(text), "publickey %s %s\n",
			    keys[j].type, keys[i].base64);
			assert_int_equal(
			    read_key(text), i == j ? OTP_OK : OTP_ERR_PARSE);
		}
	}
	assert_int_equal(read_key(host_certificate), OTP_ERR_PARSE);
}

/* A key line of SIZE bytes of BLOB. */
static enum otp_err
read_blob(const char *type, const uint8_t *blob, size_t size)
{
	char text[TEXT_SIZE];
	int at = snprintf(text, sizeof(text), "publickey %s ", type);

	(void)EVP_EncodeBlock((unsigned char *)text + at, blob, (int)size);
	return read_key(text);
}

static void
key__of_another_length_is_not_one(void **state)
{
	uint8_t blob[TEXT_SIZE] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *base64 = keys[i].base64;
		size_t length = strlen(base64), size;

		assert_true(EVP_DecodeBlock(blob, (const uint8_t *)base64,
				(int)length) > 0);
		size = length / 4 * 3 - (base64[length - 1] == '=') -
		    (base64[length - 2] == '=');
		assert_int_equal(read_blob(keys[i].type, blob, size), OTP_OK);
		for (size_t cut = 1; cut < size; cut++)
			assert_int_equal(
			    read_blob(keys[i].type, blob, cut), OTP_ERR_PARSE);
		assert_int_equal(
		    read_blob(keys[i].type, blob, size + 1), OTP_ERR_PARSE);
		/* The first string's length, as large as it can be. */
		memset(blob, 0xff, 4);
		assert_int_equal(
		    read_blob(keys[i].type, blob, size), OTP_ERR_PARSE);
	}
}

static void
text__that_is_too_long_is_not_read(void **state)
{
	char text[OTP_SSHAUTH_MAX + 2];
	const char *line = line_of(0, "publickey", "\n");

	(void)state;
	memset(text, '\n', sizeof(text));
	memcpy(text, line, strlen(line));
	text[OTP_SSHAUTH_MAX] = '\0';
	assert_int_equal(read_key(text), OTP_OK);
	text[OTP_SSHAUTH_MAX] = '\n';
	text[OTP_SSHAUTH_MAX + 1] = '\0';
	assert_int_equal(read_key(text), OTP_ERR_PARSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key__is_named_as_ssh_keygen_names_it),
		cmocka_unit_test(key__of_a_certificate_is_the_key_within),
		cmocka_unit_test(key__is_found_among_other_methods),
		cmocka_unit_test(key__is_absent_unless_there_is_exactly_one),
		cmocka_unit_test(key__must_be_written_exactly),
		cmocka_unit_test(key__of_another_length_is_not_one),
		cmocka_unit_test(text__that_is_too_long_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
