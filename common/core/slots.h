/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a state file (pam_otp_store(5)): which of its slots count, and
 * which is to be written next.  Nothing here reads or writes a file.
 *
 *	     0	record slot 0	8192 bytes	flushed when written
 *	  8192	record slot 1	8192 bytes
 *	 16384	charge slot 0	1024 bytes	not flushed
 *	 17408	charge slot 1	1024 bytes
 *	 18432	zeros
 *
 * Of each pair the slot with the higher generation and a right checksum is
 * active; the other one is written next.  A charge counts only if it rests on
 * the active record, which it names by that record's checksum.
 *
 * A slot says how many of its bytes are in use; its checksum follows these.
 * Only they are written, read and digested: a login digests 1 KiB, not 8.
 */
#ifndef OTP_SLOTS_H
#define OTP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/digest.h"
#include "common/core/err.h"
#include "common/core/state.h"

#define OTP_SLOTS_FILE_SIZE	20480
#define OTP_SLOTS_RECORD_SIZE	8192
#define OTP_SLOTS_CHARGE_SIZE	1024
#define OTP_SLOTS_CHARGE_OFFSET 16384

/* What is active; kept between reading a state and writing the next. */
struct otp_slots {
	unsigned record; /* the active record slot, 0 or 1 */
	uint64_t record_generation;
	uint32_t unreported; /* wrong codes, as the record has them */
	uint8_t record_digest[OTP_DIGEST_SIZE];
	uint32_t record_size; /* bytes in use, the checksum included */
	unsigned charge; /* the charge slot that was written last, 0 or 1 */
	uint64_t charge_generation;
	bool on_disk;	     /* the record is known to be there */
	bool settled;	     /* failures and delay are the record's, too */
	bool others_settled; /* likewise, those of other callers */
};

/* A record slot's first bytes, which have its flags. */
#define OTP_SLOTS_HEAD_SIZE 16

/*
 * Whether a record slot that begins with HEAD says "suspended" or "exempt".  It
 * may be torn or old: only otp_slots_read() tells.
 */
bool otp_slots_has_standing(const uint8_t head[OTP_SLOTS_HEAD_SIZE]);

/* One slot's bytes in use, and where in the file they go. */
struct otp_slot {
	uint64_t offset;
	uint32_t size; /* the checksum included */
	uint8_t bytes[OTP_SLOTS_RECORD_SIZE];
};

/*
 * Read a whole file.  Errors: CHECKSUM (no valid record, or two of one
 * generation), PARSE (a version or a value this code does not know), CRYPTO.
 */
enum otp_err otp_slots_read(const uint8_t file[OTP_SLOTS_FILE_SIZE],
    struct otp_state *ret_state, struct otp_slots *ret_slots) OTP_MUST_USE;

/*
 * The next charge: STATE's tallies, resting on the active record.  *RET_NEXT
 * is what is active once the slot is written.  Errors: LIMIT (the last
 * generation), CRYPTO.
 */
enum otp_err otp_slots_charge(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next) OTP_MUST_USE;

/*
 * The next record: the whole STATE.  *RET_NEXT says that it is not known to
 * be on disk; the caller that has flushed it sets on_disk and writes a charge.
 * Errors: LIMIT, CRYPTO.
 */
enum otp_err otp_slots_record(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next) OTP_MUST_USE;

/* A new file: STATE in record slot 0, to be flushed before it is named. */
enum otp_err otp_slots_init_image(const struct otp_state *state,
    uint8_t ret_file[OTP_SLOTS_FILE_SIZE]) OTP_MUST_USE;

#endif
