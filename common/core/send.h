/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The codes that were sent to an account's addresses, and how many.  A code is
 * not kept: it is the HOTP value (RFC 4226) of the address's secret at the
 * send's moment, 8 digits, and its moment is never used again.
 */
#ifndef OTP_SEND_H
#define OTP_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/address.h"
#include "common/core/err.h"
#include "common/core/token.h"

#define OTP_SENDS	4   /* that are remembered */
#define OTP_SEND_VALID	300 /* seconds for which a code is accepted */
#define OTP_SEND_APART	30  /* seconds from one send to the next */
#define OTP_SEND_HOUR	5   /* sends in an hour */
#define OTP_SEND_DAY	20  /* sends in a day */
#define OTP_SEND_DIGITS 8

#define OTP_OCCASION_SIZE 8

/* "1234 5678" and a NUL. */
#define OTP_SEND_TEXT_SIZE 10

/* Where a code is to be sent: what a user typed; zeros: the first address. */
struct otp_send_choice {
	const char *scheme; /* of the address; static, or NULL: any */
	unsigned number;    /* of the address, from 1; 0: the first */
	bool unasked;	    /* so that nothing is sent if there is a token */
};

struct otp_send {
	uint8_t address[OTP_ID_SIZE]; /* its id (address.h) */
	uint64_t moment; /* milliseconds since 1970 or later; 0 = none */
	int64_t time;	 /* when it was sent */
	uint8_t occasion[OTP_OCCASION_SIZE];
};

/* The part of the state that sends change; all zeros: nothing was ever sent. */
struct otp_sends {
	struct otp_send last[OTP_SENDS]; /* newest first */
	uint64_t moment;		 /* the highest ever; never lowered */
	int64_t hour_since, day_since;
	uint32_t hour, day; /* how many since then */
};

/*
 * Which login a code is for: the first bytes of SHA-256 over "pam_otp occasion
 * 1", SERVICE and HOST, each with its NUL.  Errors: CRYPTO.
 */
enum otp_err otp_send_occasion(const char *service, const char *host,
    uint8_t ret_occasion[OTP_OCCASION_SIZE]) OTP_MUST_USE;

/* Whether a code may be sent NOW. */
bool otp_send_is_allowed(const struct otp_sends *sends, int64_t now);

/*
 * The time in seconds, a minute, an hour or a day, of the limit by which none
 * may be sent NOW; or 0.
 */
uint32_t otp_send_limit(const struct otp_sends *sends, int64_t now);

/* Count a code that is to be sent NOW, which is allowed; return its moment. */
uint64_t otp_send_charge(struct otp_sends *sends,
    const uint8_t address[OTP_ID_SIZE],
    const uint8_t occasion[OTP_OCCASION_SIZE], int64_t now);

/* Whether SEND's code is accepted NOW on that OCCASION. */
bool otp_send_is_valid(const struct otp_send *send,
    const uint8_t occasion[OTP_OCCASION_SIZE], int64_t now);

/*
 * The code of MOMENT was accepted: forget it and what was sent before it on its
 * occasion, and give one back to the hour.
 */
void otp_send_accept(struct otp_sends *sends, uint64_t moment);

/*
 * Another code of the account was accepted: count the hour anew.  The day goes
 * on, since it is all that keeps an owner from sending without end.
 */
void otp_send_clear_hour(struct otp_sends *sends);

/* Count both anew: root unlocks the account. */
void otp_send_clear(struct otp_sends *sends);

/* The code of ADDRESS at MOMENT, as a number.  Errors: CRYPTO, NOMEM. */
enum otp_err otp_send_code(const struct otp_address *address, uint64_t moment,
    uint32_t *ret_code) OTP_MUST_USE;

/* CODE as it is shown: two groups of four digits. */
void otp_send_text(uint32_t code, char ret_text[OTP_SEND_TEXT_SIZE]);

/*
 * Whether TYPED asks for a code: "send", "mail", "sms" or "send N", with N from
 * 1 to 9; letter case and white space around it do not count.
 */
bool otp_send_read(const char *typed, struct otp_send_choice *ret_choice);

/* Whether CHOICE is address NUMBER, from 1, with this URI. */
bool otp_send_is_chosen(const struct otp_send_choice *choice, unsigned number,
    const struct otp_address *address);

#endif
