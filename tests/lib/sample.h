/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all tests with a store share: a folder below /tmp, tokens, seeds, states
 * and codes.  Works for root and for other users.
 *
 * Whatever fails here fails the test that called it: not for a forked child.
 */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/store/store.h"

#define SAMPLE_ROOT_SIZE 32
#define SAMPLE_CODE_SIZE 16

/* --- files --- */

/* A new folder below /tmp; and its end, with all that is in it. */
void sample_folder(char ret_root[SAMPLE_ROOT_SIZE]);
void sample_remove(const char *root);

/* A path below ROOT, which SIZE bytes have room for. */
void sample_path(const char *root, char *ret_path, size_t size,
    const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

/* A new file at PATH, in place of the one that is there. */
void sample_write(
    const char *path, const void *bytes, size_t size, unsigned mode);

/* How many descriptors this process has. */
unsigned sample_descriptors(void);

/* --- tokens, seeds, states --- */

/* SHA-1, 6 digits, 30 s or counter 0; the secret depends on NUMBER. */
struct otp_token sample_totp(unsigned number);
struct otp_token sample_hotp(unsigned number);

struct otp_seed sample_seed(const struct otp_token *token);

/* A state that knows all of SEED since CREATED, nothing of it used. */
struct otp_state sample_state(
    const struct otp_seed *seed, uint32_t uid, int64_t created);

/* --- the store in FOLDER --- */

void sample_init(const char *folder);
struct otp_store *sample_open(const char *folder, const char *account);
void sample_enrol(const char *folder, const char *account,
    const struct otp_state *state, const struct otp_seed *seed);

/* The state as it is now. */
struct otp_state sample_peek(const char *folder, const char *account);

/* --- codes --- */

/* TOKEN's code at MOVING, a step or a counter; returns it. */
const char *sample_code(const struct otp_token *token, uint64_t moving,
    char ret_code[SAMPLE_CODE_SIZE]);

/* A code that is right at no step within 30 of NOW, or counter below 60. */
const char *sample_wrong(const struct otp_token *token, int64_t now,
    char ret_code[SAMPLE_CODE_SIZE]);

#endif
