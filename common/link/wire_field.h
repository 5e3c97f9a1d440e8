/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields of a message.  Each function writes or reads one, in its place;
 * what is read and wrong leaves the message not 'sound'.
 */
#ifndef OTP_WIRE_FIELD_H
#define OTP_WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/verify.h"
#include "common/link/wire.h"

/*
 * A message that is read or written: each part is named once, in its place, for
 * both.  Numbers are little-endian.
 */
struct otp_wire {
	uint8_t bytes[OTP_WIRE_MAX];
	size_t at;
	uint32_t version; /* once the head was read or written */
	bool writes;
	bool sound;
};

/* Magic, version, verb, and SIZE of the message. */
void otp_wire_head(struct otp_wire *wire, uint32_t *version,
    enum otp_wire_verb *verb, uint32_t size);

/* A word with a bit for each of COUNT flags, the lowest first. */
void otp_wire_flags(struct otp_wire *wire, bool *const *flags, size_t count);

/* A number of SIZE bytes. */
void otp_wire_number(struct otp_wire *wire, unsigned size, uint64_t *value);

/* A word that is at most MAX; its value, or 0 if it is not. */
uint32_t otp_wire_limited(struct otp_wire *wire, uint32_t value, uint32_t max);

void otp_wire_u32(struct otp_wire *wire, uint32_t *value);
void otp_wire_i32(struct otp_wire *wire, int32_t *value);
void otp_wire_i64(struct otp_wire *wire, int64_t *value);
void otp_wire_bytes(struct otp_wire *wire, void *data, size_t size);

/* A text in a field of SIZE bytes: a NUL is in it, and zeros are after that. */
void otp_wire_text(struct otp_wire *wire, char *text, size_t size);

/* Any of them; REJECT if it is none. */
enum otp_verdict otp_wire_verdict(
    struct otp_wire *wire, enum otp_verdict verdict);

/* All that is left of a message of SIZE bytes. */
void otp_wire_zeros(struct otp_wire *wire, size_t size);

#endif
