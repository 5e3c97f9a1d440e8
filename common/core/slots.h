/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a state file (pam_otp_store(5)): which of its slots count, and
 * which is to be written next.  Nothing here reads or writes a file.
 *
 *	     0	record slot 0	4096 bytes	flushed when written
 *	  4096	record slot 1	4096 bytes
 *	  8192	charge slot 0	 512 bytes	not flushed
 *	  8704	charge slot 1	 512 bytes
 *	  9216	zeros
 *
 * Of each pair the slot with the higher generation and a right checksum is in
 * force; the other one is written next, whole.  A charge counts only if it
 * rests on the record in force, which it names by that record's checksum.
 */
#ifndef OTP_SLOTS_H
#define OTP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"
#include "state.h"

#define OTP_SLOTS_FILE_SIZE	12288
#define OTP_SLOTS_RECORD_SIZE	4096
#define OTP_SLOTS_CHARGE_SIZE	512
#define OTP_SLOTS_CHARGE_OFFSET 8192

/* What is in force; kept between reading a state and writing the next. */
struct otp_slots {
	unsigned record; /* the record slot in force, 0 or 1 */
	uint64_t record_generation;
	uint8_t record_digest[OTP_DIGEST_SIZE];
	unsigned charge; /* the charge slot that was written last, 0 or 1 */
	uint64_t charge_generation;
	bool on_disk; /* the record is known to be there */
	bool settled; /* failures and wait are the record's, too */
};

/* One slot's bytes, and where in the file they go. */
struct otp_slot {
	uint64_t offset;
	uint32_t size;
	uint8_t bytes[OTP_SLOTS_RECORD_SIZE];
};

/*
 * Read a whole file.  Errors: CHECKSUM (no valid record, or two of one
 * generation), PARSE (a version or a value this code does not know), CRYPTO.
 */
enum otp_err otp_slots_read(const uint8_t file[OTP_SLOTS_FILE_SIZE],
    struct otp_state *ret_state, struct otp_slots *ret_slots) OTP_MUST_USE;

/*
 * The next charge: STATE's tally, resting on the record in force.  *RET_NEXT
 * is what is in force once the slot is written.  Errors: LIMIT (the last
 * generation), CRYPTO.
 */
enum otp_err otp_slots_charge(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next) OTP_MUST_USE;

/*
 * The next record: the whole STATE.  *RET_NEXT says that it is not known to
 * be on disk; who has flushed it sets on_disk and writes a charge.
 * Errors: LIMIT, CRYPTO.
 */
enum otp_err otp_slots_record(const struct otp_slots *slots,
    const struct otp_state *state, struct otp_slot *ret_slot,
    struct otp_slots *ret_next) OTP_MUST_USE;

/* A new file: STATE in record slot 0, to be flushed before it is named. */
enum otp_err otp_slots_fresh(const struct otp_state *state,
    uint8_t ret_file[OTP_SLOTS_FILE_SIZE]) OTP_MUST_USE;

#endif
