/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/wire_field.h"

#include <string.h>

static const char magic[] = { 'p', 'O', 'T', 'P' };

static bool is_zero(const void *, size_t);
static bool is_verdict(uint32_t);

bool
otp_wire_is_other_version(const uint8_t *data, size_t size)
{
	uint8_t ours[OTP_WIRE_VERSION_SIZE];

	otp_wire_put_version(ours);
	return size >= sizeof(ours) &&
	    memcmp(data, magic, sizeof(magic)) == 0 &&
	    memcmp(data, ours, sizeof(ours)) != 0;
}

void
otp_wire_put_version(uint8_t ret_data[OTP_WIRE_VERSION_SIZE])
{
	memcpy(ret_data, magic, sizeof(magic));
	memset(
	    ret_data + sizeof(magic), 0, OTP_WIRE_VERSION_SIZE - sizeof(magic));
	ret_data[sizeof(magic)] = OTP_WIRE_VERSION;
}

void
otp_wire_ask_version(uint8_t ret_data[OTP_WIRE_VERSION_SIZE])
{
	otp_wire_put_version(ret_data);
	ret_data[sizeof(magic)] = 0;
}

/* The verbs of a version are those before its last one, and this. */
void
otp_wire_head(struct otp_wire *wire, uint32_t *version,
    enum otp_wire_verb *verb, uint32_t size)
{
	char start[sizeof(magic)];
	uint32_t said = size;

	if (wire->writes && *version == 0)
		*version = OTP_WIRE_VERSION;
	memcpy(start, magic, sizeof(start));
	otp_wire_bytes(wire, start, sizeof(start));
	otp_wire_u32(wire, version);
	*verb = (enum otp_wire_verb)otp_wire_limited(wire, (uint32_t)*verb,
	    *version == OTP_WIRE_VERSION ? OTP_WIRE_ENROLL : OTP_WIRE_ADDRESS);
	otp_wire_u32(wire, &said);
	wire->version = *version;
	wire->sound = wire->sound && said == size && *verb != 0 &&
	    *version >= OTP_WIRE_VERSION_MIN && *version <= OTP_WIRE_VERSION &&
	    memcmp(start, magic, sizeof(start)) == 0;
}

void
otp_wire_flags(struct otp_wire *wire, bool *const *flags, size_t count)
{
	uint32_t word = 0;

	for (size_t i = 0; i < count; i++)
		if (*flags[i])
			word |= UINT32_C(1) << i;
	word = otp_wire_limited(wire, word, (UINT32_C(1) << count) - 1);
	for (size_t i = 0; i < count; i++)
		*flags[i] = (word >> i & 1) != 0;
}

void
otp_wire_number(struct otp_wire *wire, unsigned size, uint64_t *value)
{
	uint8_t *at = wire->bytes + wire->at;
	uint64_t number = 0;

	for (unsigned i = size; i-- > 0;) {
		if (wire->writes)
			at[i] = (uint8_t)(*value >> (8 * i));
		number = number << 8 | at[i];
	}
	*value = number;
	wire->at += size;
}

uint32_t
otp_wire_limited(struct otp_wire *wire, uint32_t value, uint32_t max)
{
	otp_wire_u32(wire, &value);
	if (value <= max)
		return value;
	wire->sound = false;
	return 0;
}

void
otp_wire_u32(struct otp_wire *wire, uint32_t *value)
{
	uint64_t number = *value;

	otp_wire_number(wire, sizeof(*value), &number);
	*value = (uint32_t)number;
}

void
otp_wire_i32(struct otp_wire *wire, int32_t *value)
{
	uint32_t number = (uint32_t)*value;

	otp_wire_u32(wire, &number);
	*value = (int32_t)number;
}

void
otp_wire_i64(struct otp_wire *wire, int64_t *value)
{
	uint64_t number = (uint64_t)*value;

	otp_wire_number(wire, sizeof(number), &number);
	*value = (int64_t)number;
}

void
otp_wire_bytes(struct otp_wire *wire, void *data, size_t size)
{
	uint8_t *at = wire->bytes + wire->at;

	if (wire->writes)
		memcpy(at, data, size);
	else
		memcpy(data, at, size);
	wire->at += size;
}

void
otp_wire_text(struct otp_wire *wire, char *text, size_t size)
{
	const char *field = (const char *)wire->bytes + wire->at;
	const size_t length = strnlen(wire->writes ? text : field, size);

	if (wire->writes)
		memset(text + length, 0, size - length);
	otp_wire_bytes(wire, text, size);
	wire->sound = wire->sound && length < size &&
	    is_zero(text + length, size - length);
}

void
otp_wire_zeros(struct otp_wire *wire, size_t size)
{
	wire->sound = wire->sound && wire->at <= size &&
	    is_zero(wire->bytes + wire->at, size - wire->at);
	wire->at = size > wire->at ? size : wire->at;
}

/* Most of a message is zeros: each byte is compared with the next one. */
static bool
is_zero(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	return size == 0 ||
	    (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

enum otp_verdict
otp_wire_verdict(struct otp_wire *wire, enum otp_verdict verdict)
{
	uint32_t number = verdict;

	otp_wire_u32(wire, &number);
	wire->sound = wire->sound && is_verdict(number);
	return wire->sound ? (enum otp_verdict)number : OTP_VERDICT_REJECT;
}

static bool
is_verdict(uint32_t verdict)
{
	return verdict <= OTP_VERDICT_INVITATION_ENDED ||
	    verdict == OTP_VERDICT_ACCEPT;
}
