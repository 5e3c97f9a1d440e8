/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public key of a login through ssh.  sshd(8) says it in the variable
 * SSH_AUTH_INFO_0 of PAM's environment: a line for each method that succeeded,
 * for a public key
 *
 *	publickey TYPE BASE64
 */
#ifndef OTP_SSHAUTH_H
#define OTP_SSHAUTH_H

#include <stdint.h>

#include "common/core/digest.h"
#include "common/core/err.h"

#define OTP_SSHAUTH_MAX 16384 /* bytes of a text that is read */

/* "SHA256:", 43 characters, and a NUL. */
#define OTP_SSHAUTH_NAME_SIZE 51

/*
 * Find the only public key in TEXT.  *RET_KEY is the SHA-256 of its encoding
 * (RFC 4253, section 6.6).  Of a certificate it is that of the key within, so
 * that a new certificate of a key does not make it another key.
 * Errors: ABSENT (no public key, or several), PARSE (a TYPE that this code
 * does not know, or anything that is not exactly a key of it), NOMEM, CRYPTO.
 */
enum otp_err otp_sshauth_key(
    const char *text, uint8_t ret_key[OTP_DIGEST_SIZE]) OTP_MUST_USE;

/* KEY as ssh-keygen(1) prints it. */
void otp_sshauth_name(
    const uint8_t key[OTP_DIGEST_SIZE], char ret_name[OTP_SSHAUTH_NAME_SIZE]);

#endif
