/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store of the test's own, below /tmp, with a clock that stands still; and
 * people enrolled in it.  Works for root and for anybody else.
 *
 * Whatever fails here fails the test that called it: not for a forked child.
 */
#ifndef TESTS_GROUND_H
#define TESTS_GROUND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "common/core/seed.h"
#include "common/core/slots.h"
#include "common/core/state.h"
#include "common/effects/attempt.h"
#include "common/effects/enrol.h"
#include "common/effects/look.h"
#include "common/store/store.h"
#include "common/effects/sys.h"
#include "tests/lib/sample.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define GROUND_PATH_SIZE 512
#define GROUND_NOW	 INT64_C(1790000010) /* where a step of 30 s begins */
#define GROUND_UID	 5001		     /* alice's; see ground_uid() */

struct ground {
	char root[GROUND_PATH_SIZE / 4];
	char store[GROUND_PATH_SIZE / 2];
	int64_t now;
	uint64_t random;
	struct otp_sys sys;
	struct otp_policy policy;
	struct otp_host host;
	struct otp_fault fault; /* of the last try or look */
	struct otp_answer answer;
};

struct ground_bytes {
	size_t size;
	uint8_t bytes[OTP_SLOTS_FILE_SIZE + OTP_SEED_SIZE_MAX];
};

/* The ground that *STATE points to; an empty store, every call passes. */
int ground_setup(void **state);
int ground_teardown(void **state);

#define GROUND_TEST(name) \
	cmocka_unit_test_setup_teardown(name, ground_setup, ground_teardown)

/* Point host, clock and random source of GROUND at its ROOT. */
void ground_begin(struct ground *ground, const char *root);

/* A path below the root, in a buffer of the caller's; returns it. */
const char *ground_path(const struct ground *ground,
    char ret_path[GROUND_PATH_SIZE], const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct ground_bytes ground_read(const char *path);
bool ground_same(
    const struct ground_bytes *one, const struct ground_bytes *other);

/* Recovery code NUMBER: what the seed keeps, and what its owner types. */
struct otp_recovery ground_recovery(
    unsigned number, char ret_text[OTP_RECOVERY_TEXT_SIZE]);

/* Each account has its own. */
uint32_t ground_uid(const char *account);

/* A state that knows all of SEED, nothing of it spent. */
struct otp_state ground_fresh(const struct otp_seed *seed);

/* ACCOUNT with SEED, or with one TOKEN, by the store alone. */
void ground_enrol_seed(
    struct ground *ground, const char *account, const struct otp_seed *seed);
void ground_enrol(
    struct ground *ground, const char *account, const struct otp_token *token);

/* "alice", with sample_totp(1). */
void ground_enrol_alice(struct ground *ground);

struct otp_subject ground_subject(const char *account);

/* An enrolment of TOKEN as if it had been confirmed. */
struct otp_enrolment ground_enrolment(
    enum otp_enrol_mode mode, const struct otp_token *token);

struct otp_store *ground_open(const struct ground *ground, const char *account);

/* The state as it is now. */
struct otp_state ground_state(const struct ground *ground, const char *account);
struct ground_bytes ground_state_bytes(
    const struct ground *ground, const char *account);

/* TOKEN's code at the clock's time; returns it. */
const char *ground_code(const struct ground *ground,
    const struct otp_token *token, char ret_code[SAMPLE_CODE_SIZE]);

/* A code that is right at no step or counter near. */
const char *ground_wrong(const struct ground *ground,
    const struct otp_token *token, char ret_code[SAMPLE_CODE_SIZE]);

/* otp_attempt_try() into ground->answer; its verdict in *RET_VERDICT. */
enum otp_err ground_try(
    struct ground *ground, const char *account, const char *typed);

/* The same, of which the verdict is to be VERDICT. */
void ground_expect(struct ground *ground, const char *account,
    const char *typed, enum otp_verdict verdict);

enum otp_err ground_look(
    struct ground *ground, const char *account, enum otp_enrolled *ret_ask);

/* fork(2), but the child ends with its parent. */
pid_t ground_fork(void);

/* Until it is killed. */
_Noreturn void ground_sleep(void);

/* Whether anybody has a lock on the state file. */
bool ground_is_locked(const struct ground *ground, const char *account);

/* How many files in FOLDER ("seed", "state") have names like ".NAME.new". */
unsigned ground_left_over(const struct ground *ground, const char *folder);

#endif
