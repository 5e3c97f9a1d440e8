/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/device.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define PURPOSE "pam_otp device 1" /* digested with its NUL */

/* What of a host counts: which family, and its bytes. */
#define FAMILY_IPV4 4
#define FAMILY_IPV6 6

static bool is_known(const struct otp_device *device, int64_t now);
static size_t put(uint8_t *at, const void *bytes, size_t size);

enum otp_err
otp_device_id(enum otp_remember remember, uint32_t uid,
    const uint8_t key[OTP_DIGEST_SIZE], const char *host,
    uint8_t ret_id[OTP_DEVICE_ID_SIZE])
{
	const uint8_t numbers[] = { (uint8_t)uid, (uint8_t)(uid >> 8),
		(uint8_t)(uid >> 16), (uint8_t)(uid >> 24), (uint8_t)remember };
	uint8_t bytes[sizeof(PURPOSE) + sizeof(numbers) + OTP_DIGEST_SIZE +
	    OTP_DEVICE_HOST_SIZE];
	uint8_t digest[OTP_DIGEST_SIZE], where[OTP_DEVICE_HOST_SIZE] = { 0 };
	size_t size = 0, where_size = 0;
	enum otp_err err;

	if (remember == OTP_REMEMBER_KEY_HOST)
		where_size = otp_device_host(host, where);
	if (remember == OTP_REMEMBER_NO ||
	    (remember == OTP_REMEMBER_KEY_HOST && where_size == 0))
		return OTP_ERR_ABSENT;
	size += put(bytes + size, PURPOSE, sizeof(PURPOSE));
	size += put(bytes + size, numbers, sizeof(numbers));
	size += put(bytes + size, key, OTP_DIGEST_SIZE);
	size += put(bytes + size, where, where_size);
	err = otp_digest(bytes, size, digest);
	if (err == OTP_OK)
		memcpy(ret_id, digest, OTP_DEVICE_ID_SIZE);
	return err;
}

const struct otp_device *
otp_device_find(const struct otp_devices *devices,
    const uint8_t id[OTP_DEVICE_ID_SIZE], int64_t now)
{
	for (unsigned i = 0; i < devices->count; i++)
		if (is_known(&devices->list[i], now) &&
		    memcmp(devices->list[i].id, id, OTP_DEVICE_ID_SIZE) == 0)
			return &devices->list[i];
	return NULL;
}

void
otp_device_remember(struct otp_devices *devices,
    const uint8_t id[OTP_DEVICE_ID_SIZE], int64_t now, int64_t expires)
{
	struct otp_device device = { .created = now, .expires = expires };
	unsigned i = 0;

	memcpy(device.id, id, OTP_DEVICE_ID_SIZE);
	while (i < devices->count)
		if (!is_known(&devices->list[i], now) ||
		    memcmp(devices->list[i].id, id, OTP_DEVICE_ID_SIZE) == 0)
			otp_device_forget(devices, i);
		else
			i++;
	if (devices->count == OTP_DEVICES)
		otp_device_forget(devices, 0);
	devices->list[devices->count++] = device;
}

void
otp_device_forget(struct otp_devices *devices, unsigned number)
{
	devices->count--;
	memmove(&devices->list[number], &devices->list[number + 1],
	    (devices->count - number) * sizeof(devices->list[0]));
	memset(&devices->list[devices->count], 0, sizeof(devices->list[0]));
}

static bool
is_known(const struct otp_device *device, int64_t now)
{
	return device->created <= now && now < device->expires;
}

size_t
otp_device_host(const char *host, uint8_t ret_bytes[OTP_DEVICE_HOST_SIZE])
{
	struct in6_addr address;
	uint8_t *bytes = address.s6_addr;

	if (inet_pton(AF_INET, host, bytes) == 1) {
		ret_bytes[0] = FAMILY_IPV4;
		memcpy(ret_bytes + 1, bytes, 4);
		return 5;
	}
	if (inet_pton(AF_INET6, host, bytes) != 1)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(&address)) {
		ret_bytes[0] = FAMILY_IPV4;
		memcpy(ret_bytes + 1, bytes + 12, 4);
		return 5;
	}
	ret_bytes[0] = FAMILY_IPV6;
	memcpy(ret_bytes + 1, bytes, 8);
	return 9;
}

static size_t
put(uint8_t *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	return size;
}
