/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/recovery.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/decimal.h"
#include "common/core/wipe.h"

#define LINE_PREFIX "recovery:"
#define HASH_PREFIX "sha256$"

#define GROUP 4 /* characters between dashes */

/* Crockford's: without I, L, O and U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
otp_recovery_text(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    char ret_text[OTP_RECOVERY_TEXT_SIZE])
{
	char *to = ret_text;

	for (unsigned i = 0; i < OTP_RECOVERY_CHARS; i++) {
		unsigned byte = i * 5 / 8, bit = i * 5 % 8;
		unsigned pair = (unsigned)code[byte] << 8;

		if (byte + 1 < OTP_RECOVERY_CODE_SIZE)
			pair |= code[byte + 1];
		if (i > 0 && i % GROUP == 0)
			*to++ = '-';
		*to++ = alphabet[pair >> (11 - bit) & 31];
	}
	*to = '\0';
}

/* The character's five bits, or -1. */
static int
char_value(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'I' || c == 'L')
		c = '1';
	if (c == 'O')
		c = '0';
	at = c == '\0' ? NULL : strchr(alphabet, c);
	return at == NULL ? -1 : (int)(at - alphabet);
}

enum otp_err
otp_recovery_read(const char *plain, uint8_t ret_code[OTP_RECOVERY_CODE_SIZE])
{
	enum otp_err err = OTP_ERR_PARSE;
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	uint32_t bits = 0;
	unsigned pending = 0, count = 0, size = 0;

	for (; *plain != '\0'; plain++) {
		int value = char_value(*plain);

		if (value < 0 || count++ == OTP_RECOVERY_CHARS)
			goto out;
		bits = bits << 5 | (uint32_t)value;
		pending += 5;
		if (pending >= 8) {
			pending -= 8;
			code[size++] = (uint8_t)(bits >> pending);
		}
	}
	if (count != OTP_RECOVERY_CHARS)
		goto out;
	memcpy(ret_code, code, sizeof(code));
	err = OTP_OK;
out:
	otp_wipe(code, sizeof(code));
	otp_wipe(&bits, sizeof(bits));
	return err;
}

enum otp_err
otp_recovery_make(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    const uint8_t salt[OTP_RECOVERY_SALT_SIZE],
    struct otp_recovery *ret_recovery)
{
	uint8_t text[OTP_RECOVERY_SALT_SIZE + OTP_RECOVERY_CODE_SIZE];
	uint8_t hash[OTP_DIGEST_SIZE];
	enum otp_err err;

	memcpy(text, salt, OTP_RECOVERY_SALT_SIZE);
	memcpy(text + OTP_RECOVERY_SALT_SIZE, code, OTP_RECOVERY_CODE_SIZE);
	err = otp_digest(text, sizeof(text), hash);
	otp_wipe(text, sizeof(text));
	if (err != OTP_OK)
		return err;
	/* SALT may be the one in *RET_RECOVERY. */
	memmove(ret_recovery->salt, salt, OTP_RECOVERY_SALT_SIZE);
	memcpy(ret_recovery->hash, hash, OTP_DIGEST_SIZE);
	return OTP_OK;
}

enum otp_err
otp_recovery_check(const struct otp_recovery *recovery,
    const uint8_t code[OTP_RECOVERY_CODE_SIZE], bool *ret_same)
{
	struct otp_recovery typed;
	enum otp_err err = otp_recovery_make(code, recovery->salt, &typed);

	if (err == OTP_OK)
		*ret_same =
		    otp_equal(typed.hash, recovery->hash, OTP_DIGEST_SIZE);
	return err;
}

bool
otp_recovery_is_valid(const struct otp_recovery *recovery, int64_t now)
{
	return recovery->until == 0 ||
	    (now >= OTP_CALENDAR_EARLIEST && now < recovery->until);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool
hex_read(const char *text, uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		data[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static char *
hex_write(const uint8_t *data, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*text++ = digits[data[i] >> 4];
		*text++ = digits[data[i] & 15];
	}
	return text;
}

/* Read a time of LENGTH digits, from LEAST on. */
static bool
time_read(const char *text, size_t length, int64_t least, int64_t *ret_time)
{
	uint64_t time = 0;

	if (otp_decimal_read(text, length, OTP_RECOVERY_TIME_MAX, &time) !=
		OTP_OK ||
	    (int64_t)time < least)
		return false;
	*ret_time = (int64_t)time;
	return true;
}

/* Read "MADE" or "MADE-UNTIL", of LENGTH bytes. */
static bool
times_read(const char *text, size_t length, struct otp_recovery *recovery)
{
	const char *dash = memchr(text, '-', length);
	const size_t made = dash == NULL ? length : (size_t)(dash - text);

	recovery->until = 0;
	if (!time_read(text, made, 1, &recovery->made))
		return false;
	return dash == NULL ||
	    time_read(dash + 1, length - made - 1, recovery->made + 1,
		&recovery->until);
}

bool
otp_recovery_read_hash(const char *text, struct otp_recovery *recovery)
{
	const char *salt = text + sizeof(HASH_PREFIX) - 1;
	const char *dollar = salt + 2 * OTP_RECOVERY_SALT_SIZE;

	return memcmp(text, HASH_PREFIX, sizeof(HASH_PREFIX) - 1) == 0 &&
	    *dollar == '$' &&
	    hex_read(salt, recovery->salt, OTP_RECOVERY_SALT_SIZE) &&
	    hex_read(dollar + 1, recovery->hash, OTP_DIGEST_SIZE);
}

enum otp_err
otp_recovery_parse(
    const char *line, size_t length, struct otp_recovery *ret_recovery)
{
	const size_t prefix = sizeof(LINE_PREFIX) - 1;
	struct otp_recovery recovery;
	const char *hash;

	if (length < prefix + 1 + OTP_RECOVERY_HASH_LENGTH ||
	    length > OTP_RECOVERY_LINE_SIZE - 1 ||
	    memcmp(line, LINE_PREFIX, prefix) != 0)
		return OTP_ERR_PARSE;
	hash = line + length - OTP_RECOVERY_HASH_LENGTH;
	if (hash[-1] != ':' ||
	    !times_read(
		line + prefix, (size_t)(hash - 1 - line) - prefix, &recovery) ||
	    !otp_recovery_read_hash(hash, &recovery))
		return OTP_ERR_PARSE;
	/* cppcheck-suppress uninitvar; it was filled above */
	*ret_recovery = recovery;
	return OTP_OK;
}

static char *
time_write(int64_t time, char *to)
{
	char text[OTP_DECIMAL_SIZE];

	(void)otp_decimal_write((uint64_t)time, text);
	return stpcpy(to, text);
}

void
otp_recovery_format(
    const struct otp_recovery *recovery, char ret_line[OTP_RECOVERY_LINE_SIZE])
{
	char *to = stpcpy(ret_line, LINE_PREFIX);

	to = time_write(recovery->made, to);
	if (recovery->until != 0) {
		*to++ = '-';
		to = time_write(recovery->until, to);
	}
	*to++ = ':';
	to = otp_recovery_write_hash(recovery, to);
	*to = '\0';
}

char *
otp_recovery_write_hash(const struct otp_recovery *recovery, char *to)
{
	to = stpcpy(to, HASH_PREFIX);
	to = hex_write(recovery->salt, OTP_RECOVERY_SALT_SIZE, to);
	*to++ = '$';
	return hex_write(recovery->hash, OTP_DIGEST_SIZE, to);
}

void
otp_recovery_id(
    const struct otp_recovery *recovery, uint8_t ret_id[OTP_ID_SIZE])
{
	memcpy(ret_id, recovery->hash, OTP_ID_SIZE);
}
