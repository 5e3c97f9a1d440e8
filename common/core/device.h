/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Known devices: public keys, alone or together with a remote host, from which
 * a login is accepted for a while without a code.
 */
#ifndef OTP_DEVICE_H
#define OTP_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/digest.h"
#include "common/core/err.h"

#define OTP_DEVICES	   8 /* at most, for an account */
#define OTP_DEVICE_ID_SIZE 16

/* Bytes at most that count of a host: its family, half of an IPv6 address. */
#define OTP_DEVICE_HOST_SIZE 9

/* What makes a device; the numbers stand in the ids. */
enum otp_remember {
	OTP_REMEMBER_NO = 0,
	OTP_REMEMBER_KEY = 1,	   /* the public key */
	OTP_REMEMBER_KEY_HOST = 2, /* the public key and the remote host */
};

struct otp_device {
	uint8_t id[OTP_DEVICE_ID_SIZE];
	int64_t created; /* seconds since 1970 */
	int64_t expires; /* known until then; above 'created' */
};

/* In the order in which they were remembered. */
struct otp_devices {
	unsigned count;
	struct otp_device list[OTP_DEVICES];
};

/*
 * The id of the device that logs in to the account of UID: by its public KEY
 * (sshauth.h), and for KEY_HOST by HOST, which is an IP address; of an IPv6
 * address the first 64 bits count, and an IPv4 address mapped into IPv6 is
 * the IPv4 address.  Errors: ABSENT (KEY_HOST, and HOST is not an IP address;
 * or REMEMBER says NO), CRYPTO.
 */
enum otp_err otp_device_id(enum otp_remember remember, uint32_t uid,
    const uint8_t key[OTP_DIGEST_SIZE], const char *host,
    uint8_t ret_id[OTP_DEVICE_ID_SIZE]) OTP_MUST_USE;

/* How many bytes of HOST count, and which; 0 if it is not an IP address. */
size_t otp_device_host(
    const char *host, uint8_t ret_bytes[OTP_DEVICE_HOST_SIZE]);

/*
 * The device of ID if it is known at NOW, or NULL.  A device that was
 * remembered after NOW is not known, since the clock went back.
 */
const struct otp_device *otp_device_find(const struct otp_devices *devices,
    const uint8_t id[OTP_DEVICE_ID_SIZE], int64_t now);

/*
 * Make the device of ID known from NOW until EXPIRES, and forget those that
 * are not known at NOW.  If there is no room, the one that was remembered
 * first goes.
 */
void otp_device_remember(struct otp_devices *devices,
    const uint8_t id[OTP_DEVICE_ID_SIZE], int64_t now, int64_t expires);

/* Forget device NUMBER, counted from 0. */
void otp_device_forget(struct otp_devices *devices, unsigned number);

#endif
