/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/ground.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/store/calls.h"

static enum otp_err
standing_clock(void *context, int64_t *ret_now)
{
	*ret_now = ((const struct ground *)context)->now;
	return OTP_OK;
}

/* splitmix64: the same bytes in every run. */
static enum otp_err
counted_random(void *context, void *bytes, size_t size)
{
	struct ground *ground = context;

	for (size_t i = 0; i < size; i++) {
		uint64_t z = ground->random += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		((uint8_t *)bytes)[i] = (uint8_t)(z ^ z >> 31);
	}
	return OTP_OK;
}

void
ground_begin(struct ground *ground, const char *root)
{
	memset(ground, 0, sizeof(*ground));
	(void)snprintf(ground->root, sizeof(ground->root), "%s", root);
	(void)snprintf(
	    ground->store, sizeof(ground->store), "%s/store", ground->root);
	ground->now = GROUND_NOW;
	ground->sys = (struct otp_sys){
		.time = standing_clock,
		.random = counted_random,
		.context = ground,
	};
	ground->policy = (struct otp_policy)OTP_POLICY_DEFAULT;
	ground->host = (struct otp_host){
		.sys = &ground->sys,
		.store = { .folder = ground->store },
		.policy = &ground->policy,
	};
}

int
ground_setup(void **state)
{
	struct ground *ground = calloc(1, sizeof(*ground));
	char root[SAMPLE_ROOT_SIZE];

	calls_reset();
	assert_non_null(ground);
	sample_folder(root);
	ground_begin(ground, root);
	sample_init(ground->store);
	*state = ground;
	return 0;
}

int
ground_teardown(void **state)
{
	struct ground *ground = *state;

	calls_reset();
	(void)chmod(ground->root, 0700);
	sample_remove(ground->root);
	free(ground);
	return 0;
}

/* --- files --- */

const char *
ground_path(const struct ground *ground, char ret_path[GROUND_PATH_SIZE],
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	sample_path(
	    ground->root, ret_path, GROUND_PATH_SIZE, format, arguments);
	va_end(arguments);
	return ret_path;
}

struct ground_bytes
ground_read(const char *path)
{
	struct ground_bytes all = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return all;
	got = read(fd, all.bytes, sizeof(all.bytes));
	assert_in_range(got, 0, sizeof(all.bytes) - 1);
	all.size = (size_t)got;
	assert_int_equal(close(fd), 0);
	return all;
}

bool
ground_same(const struct ground_bytes *one, const struct ground_bytes *other)
{
	return one->size == other->size &&
	    memcmp(one->bytes, other->bytes, one->size) == 0;
}

/* --- credentials --- */

struct otp_recovery
ground_recovery(unsigned number, char ret_text[OTP_RECOVERY_TEXT_SIZE])
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	uint8_t salt[OTP_RECOVERY_SALT_SIZE];
	struct otp_recovery recovery = { .made = 1 };

	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (uint8_t)(17 * i + 29 * number);
	memset(salt, (int)number, sizeof(salt));
	assert_int_equal(otp_recovery_make(code, salt, &recovery), OTP_OK);
	otp_recovery_text(code, ret_text);
	return recovery;
}

uint32_t
ground_uid(const char *account)
{
	uint32_t uid = 0;

	if (strcmp(account, "alice") == 0)
		return GROUND_UID;
	while (*account != '\0')
		uid = uid * 31 + (unsigned char)*account++;
	return GROUND_UID + 1 + uid % 1000000;
}

struct otp_state
ground_fresh(const struct otp_seed *seed)
{
	return sample_state(seed, GROUND_UID, GROUND_NOW - 86400);
}

void
ground_enrol_seed(
    struct ground *ground, const char *account, const struct otp_seed *seed)
{
	struct otp_state state = ground_fresh(seed);

	state.uid = ground_uid(account);
	sample_enrol(ground->store, account, &state, seed);
}

void
ground_enrol(
    struct ground *ground, const char *account, const struct otp_token *token)
{
	struct otp_seed seed = sample_seed(token);

	ground_enrol_seed(ground, account, &seed);
}

void
ground_enrol_alice(struct ground *ground)
{
	struct otp_token token = sample_totp(1);

	ground_enrol(ground, "alice", &token);
}

struct otp_subject
ground_subject(const char *account)
{
	struct otp_subject subject = { .uid = ground_uid(account) };

	(void)snprintf(subject.account, sizeof(subject.account), "%s", account);
	return subject;
}

struct otp_enrolment
ground_enrolment(enum otp_enrol_mode mode, const struct otp_token *token)
{
	struct otp_enrolment enrolment = {
		.mode = mode,
		.token = *token,
		.value = 1,
		.confirmed = true,
		.code = UINT32_MAX, /* no code is that */
	};

	return enrolment;
}

/* --- the store --- */

struct otp_store *
ground_open(const struct ground *ground, const char *account)
{
	return sample_open(ground->store, account);
}

struct otp_state
ground_state(const struct ground *ground, const char *account)
{
	return sample_peek(ground->store, account);
}

struct ground_bytes
ground_state_bytes(const struct ground *ground, const char *account)
{
	char path[GROUND_PATH_SIZE];

	return ground_read(
	    ground_path(ground, path, "store/state/%s", account));
}

/* --- codes --- */

const char *
ground_code(const struct ground *ground, const struct otp_token *token,
    char ret_code[SAMPLE_CODE_SIZE])
{
	return sample_code(token, (uint64_t)ground->now / 30, ret_code);
}

const char *
ground_wrong(const struct ground *ground, const struct otp_token *token,
    char ret_code[SAMPLE_CODE_SIZE])
{
	return sample_wrong(token, ground->now, ret_code);
}

enum otp_err
ground_try(struct ground *ground, const char *account, const char *typed)
{
	struct otp_request request = {
		.uid = ground_uid(account),
		.service = "test",
		.host = "203.0.113.5",
	};

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	memset(&ground->fault, 0, sizeof(ground->fault));
	return otp_attempt_try(
	    &ground->host, &request, typed, &ground->answer, &ground->fault);
}

void
ground_expect(struct ground *ground, const char *account, const char *typed,
    enum otp_verdict verdict)
{
	assert_int_equal(ground_try(ground, account, typed), OTP_OK);
	assert_string_equal(otp_verdict_reason(ground->answer.verdict),
	    otp_verdict_reason(verdict));
}

enum otp_err
ground_look(
    struct ground *ground, const char *account, enum otp_enrolled *ret_ask)
{
	struct otp_request request = { .uid = ground_uid(account) };
	struct otp_look look = { .enrolled = OTP_ENROLLED_UNKNOWN };
	enum otp_err err;

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	memset(&ground->fault, 0, sizeof(ground->fault));
	err = otp_look_at(&ground->host, &request, true, &look, &ground->fault);
	*ret_ask = look.enrolled;
	return err;
}

pid_t
ground_fork(void)
{
	pid_t child = fork();

	if (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(1);
	return child;
}

void
ground_sleep(void)
{
	for (;;)
		(void)pause();
}

/* --- what is left --- */

static bool
is_left_over(const char *name)
{
	size_t length = strlen(name);

	return name[0] == '.' && length > 4 &&
	    strcmp(name + length - 4, ".new") == 0;
}

unsigned
ground_left_over(const struct ground *ground, const char *folder)
{
	char path[GROUND_PATH_SIZE];
	DIR *open_folder;
	const struct dirent *entry;
	unsigned count = 0;

	open_folder = opendir(ground_path(ground, path, "store/%s", folder));
	assert_non_null(open_folder);
	while ((entry = readdir(open_folder)) != NULL)
		count += is_left_over(entry->d_name) ? 1 : 0;
	assert_int_equal(closedir(open_folder), 0);
	return count;
}

bool
ground_is_locked(const struct ground *ground, const char *account)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[GROUND_PATH_SIZE];
	int fd;

	ground_path(ground, path, "store/state/%s", account);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	assert_int_equal(fcntl(fd, F_OFD_GETLK, &lock), 0);
	assert_int_equal(close(fd), 0);
	return lock.l_type != F_UNLCK;
}
