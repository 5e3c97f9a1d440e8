/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/send.h"

#include <stdio.h>
#include <string.h>

#include "common/core/digest.h"
#include "common/core/letter.h"
#include "common/core/oath.h"

#define OCCASION_PREFIX	   "pam_otp occasion 1" /* with its NUL */
#define OCCASION_PART_SIZE 256			/* of a name, with its NUL */

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

static bool is_within(int64_t since, int64_t length, int64_t now);

enum otp_err
otp_send_occasion(const char *service, const char *host,
    uint8_t ret_occasion[OTP_OCCASION_SIZE])
{
	uint8_t text[sizeof(OCCASION_PREFIX) + 2 * OCCASION_PART_SIZE] =
	    OCCASION_PREFIX;
	const char *const parts[] = { service, host };
	uint8_t digest[OTP_DIGEST_SIZE];
	size_t size = sizeof(OCCASION_PREFIX);
	enum otp_err err;

	for (unsigned i = 0; i < 2; i++) {
		const size_t length = strnlen(parts[i], OCCASION_PART_SIZE - 1);

		memcpy(text + size, parts[i], length);
		size += length;
		text[size++] = '\0';
	}
	err = otp_digest(text, size, digest);
	if (err == OTP_OK)
		memcpy(ret_occasion, digest, OTP_OCCASION_SIZE);
	return err;
}

bool
otp_send_is_allowed(const struct otp_sends *sends, int64_t now)
{
	return otp_send_limit(sends, now) == 0;
}

/* If the clock went back, what was counted later than NOW does not count. */
uint32_t
otp_send_limit(const struct otp_sends *sends, int64_t now)
{
	const struct otp_send *last = &sends->last[0];

	if (sends->moment == UINT64_MAX)
		return DAY; /* there is no later one */
	if (is_within(sends->day_since, DAY, now) && sends->day >= OTP_SEND_DAY)
		return DAY;
	if (is_within(sends->hour_since, HOUR, now) &&
	    sends->hour >= OTP_SEND_HOUR)
		return HOUR;
	if (last->moment != 0 && is_within(last->time, OTP_SEND_APART, now))
		return MINUTE;
	return 0;
}

/* Whether NOW is less than LENGTH seconds after SINCE, and not before it. */
static bool
is_within(int64_t since, int64_t length, int64_t now)
{
	return now >= since && now - since < length;
}

uint64_t
otp_send_charge(struct otp_sends *sends, const uint8_t address[OTP_ID_SIZE],
    const uint8_t occasion[OTP_OCCASION_SIZE], int64_t now)
{
	struct otp_send *last = &sends->last[0];
	const uint64_t moment = (uint64_t)now * 1000;

	sends->moment = moment > sends->moment ? moment : sends->moment + 1;
	if (!is_within(sends->hour_since, HOUR, now)) {
		sends->hour_since = now;
		sends->hour = 0;
	}
	if (!is_within(sends->day_since, DAY, now)) {
		sends->day_since = now;
		sends->day = 0;
	}
	sends->hour++;
	sends->day++;
	memmove(&sends->last[1], last, (OTP_SENDS - 1) * sizeof(*last));
	memcpy(last->address, address, OTP_ID_SIZE);
	memcpy(last->occasion, occasion, OTP_OCCASION_SIZE);
	last->moment = sends->moment;
	last->time = now;
	return sends->moment;
}

bool
otp_send_is_valid(const struct otp_send *send,
    const uint8_t occasion[OTP_OCCASION_SIZE], int64_t now)
{
	return send->moment != 0 &&
	    memcmp(send->occasion, occasion, OTP_OCCASION_SIZE) == 0 &&
	    is_within(send->time, OTP_SEND_VALID, now);
}

void
otp_send_accept(struct otp_sends *sends, uint64_t moment)
{
	struct otp_send *last = sends->last;
	uint8_t occasion[OTP_OCCASION_SIZE];
	unsigned kept = 0, at = 0;

	while (at < OTP_SENDS && last[at].moment != moment)
		at++;
	if (at == OTP_SENDS)
		return;
	memcpy(occasion, last[at].occasion, sizeof(occasion));
	for (unsigned i = 0; i < OTP_SENDS; i++)
		if (i < at ||
		    memcmp(last[i].occasion, occasion, sizeof(occasion)) != 0)
			last[kept++] = last[i];
	memset(last + kept, 0, (OTP_SENDS - kept) * sizeof(*last));
	if (sends->hour > 0)
		sends->hour--;
}

void
otp_send_clear_hour(struct otp_sends *sends)
{
	sends->hour = 0;
}

void
otp_send_clear(struct otp_sends *sends)
{
	otp_send_clear_hour(sends);
	sends->day = 0;
}

enum otp_err
otp_send_code(
    const struct otp_address *address, uint64_t moment, uint32_t *ret_code)
{
	struct otp_oath *oath = NULL;
	enum otp_err err = otp_oath_new(
	    OTP_SHA1, address->secret, OTP_ADDRESS_SECRET_SIZE, &oath);

	if (err == OTP_OK)
		err = otp_oath_value(oath, moment, OTP_SEND_DIGITS, ret_code);
	otp_oath_free(oath);
	return err;
}

void
otp_send_text(uint32_t code, char ret_text[OTP_SEND_TEXT_SIZE])
{
	(void)snprintf(ret_text, OTP_SEND_TEXT_SIZE, "%04u %04u",
	    (unsigned)(code / 10000 % 10000), (unsigned)(code % 10000));
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
otp_send_read(const char *typed, struct otp_send_choice *ret_choice)
{
	static const struct {
		const char *word;
		const char *scheme;
	} words[] = { { "send", NULL }, { "mail", "mailto" },
		{ "sms", "sms" } };
	struct otp_send_choice choice = { 0 };
	size_t length;

	while (is_blank(*typed))
		typed++;
	length = strlen(typed);
	while (length > 0 && is_blank(typed[length - 1]))
		length--;
	if (length == sizeof("send N") - 1 && otp_is_word(typed, 5, "send ") &&
	    typed[5] >= '1' && typed[5] <= '9') {
		choice.number = (unsigned)(typed[5] - '0');
		length = 4;
	}
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!otp_is_word(typed, length, words[i].word))
			continue;
		choice.scheme = words[i].scheme;
		*ret_choice = choice;
		return true;
	}
	return false;
}

bool
otp_send_is_chosen(const struct otp_send_choice *choice, unsigned number,
    const struct otp_address *address)
{
	const size_t length = otp_address_scheme(address);

	if (choice->number != 0 && choice->number != number)
		return false;
	return choice->scheme == NULL ||
	    otp_is_word(address->uri, length, choice->scheme);
}
