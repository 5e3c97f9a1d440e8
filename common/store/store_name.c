/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, with the test that fails without it (tests/store/):
 *
 * 1. No account's file lies outside the store, or is another account's
 *    (open__escapes_every_name).
 */
#include "config.h"

#include "common/store/store_name.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '@' || c == '.' ||
	    c == '-';
}

enum otp_err
otp_store_name_escape(const char *account, char ret_name[OTP_STORE_NAME_SIZE])
{
	static const char hex[] = "0123456789ABCDEF";
	size_t length = 0;

	for (const char *at = account; *at != '\0'; at++) {
		unsigned char byte = (unsigned char)*at;
		bool plain = is_plain(*at) && !(*at == '.' && at == account);

		if (length + (plain ? 1 : 3) > OTP_STORE_NAME_MAX)
			return OTP_ERR_NAME;
		if (plain) {
			ret_name[length++] = *at;
			continue;
		}
		ret_name[length++] = '%';
		ret_name[length++] = hex[byte >> 4];
		ret_name[length++] = hex[byte & 15];
	}
	ret_name[length] = '\0';
	return length > 0 ? OTP_OK : OTP_ERR_NAME;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
otp_store_name_unescape(const char *name, char ret_account[OTP_STORE_NAME_SIZE])
{
	char again[OTP_STORE_NAME_SIZE];
	size_t length = 0;

	for (const char *at = name; *at != '\0'; at++) {
		if (length >= OTP_STORE_NAME_MAX)
			return false;
		if (*at != '%') {
			ret_account[length++] = *at;
			continue;
		}
		if (hex_digit(at[1]) < 0 || hex_digit(at[2]) < 0)
			return false;
		ret_account[length++] =
		    (char)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
		at += 2;
	}
	ret_account[length] = '\0';
	return otp_store_name_escape(ret_account, again) == OTP_OK &&
	    strcmp(again, name) == 0;
}

void
otp_store_name_new(const char *name, char ret_name[OTP_STORE_NEW_SIZE])
{
	/* An account's name does not begin with a dot: no two files collide. */
	(void)snprintf(ret_name, OTP_STORE_NEW_SIZE, ".%s.new", name);
}
