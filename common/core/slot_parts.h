/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the slots of a state file are made of (pam_otp_store(5)).  Each part but
 * the devices has a fixed size, for which AT must have room.  Bytes that belong
 * to no field are not written.
 */
#ifndef OTP_SLOT_PARTS_H
#define OTP_SLOT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/state.h"

/* In bytes. */
#define OTP_SLOT_ACCEPTED_SIZE	 24
#define OTP_SLOT_OTHERS_SIZE	 152
#define OTP_SLOT_CREDENTIAL_SIZE 48
#define OTP_SLOT_DEVICE_SIZE	 32
#define OTP_SLOT_SENDS_SIZE	 160
#define OTP_SLOT_OWN_CODE_SIZE	 16
#define OTP_SLOT_EXEMPTION_SIZE	 136
#define OTP_SLOT_NOTICES_SIZE	 96

/* The bytes that COUNT devices take; 0 if COUNT is 0. */
uint32_t otp_slot_devices_size(uint32_t count);

void otp_slot_put_accepted(uint8_t *at, const struct otp_accepted *accepted);
void otp_slot_put_tally(uint8_t *at, const struct otp_tally *tally);
void otp_slot_put_others(uint8_t *at, const struct otp_tally *others);
void otp_slot_put_login_mark(uint8_t *at, const struct otp_login_mark *mark);
void otp_slot_put_credential(
    uint8_t *at, const struct otp_credential *credential);
void otp_slot_put_devices(uint8_t *at, const struct otp_state *state);
void otp_slot_put_sends(uint8_t *at, const struct otp_sends *sends);
void otp_slot_put_own_code(uint8_t *at, const struct otp_own_code *own_code);
void otp_slot_put_exemption(uint8_t *at, const struct otp_exemption *exemption);
void otp_slot_put_notices(uint8_t *at, const struct otp_notices *notices);

/* Return false if a value is not known to this version. */
bool otp_slot_get_accepted(const uint8_t *at, struct otp_accepted *accepted);
bool otp_slot_get_tally(const uint8_t *at, struct otp_tally *tally);
bool otp_slot_get_others(const uint8_t *at, struct otp_state *state);
bool otp_slot_get_login_mark(const uint8_t *at, struct otp_login_mark *mark);
bool otp_slot_get_credential(
    const uint8_t *at, struct otp_credential *credential);
bool otp_slot_get_devices(
    const uint8_t *at, uint32_t count, struct otp_state *state);
bool otp_slot_get_sends(const uint8_t *at, struct otp_sends *sends);
bool otp_slot_get_own_code(const uint8_t *at, struct otp_own_code *own_code);
bool otp_slot_get_exemption(const uint8_t *at, struct otp_exemption *exemption);
bool otp_slot_get_notices(const uint8_t *at, struct otp_notices *notices);

#endif
