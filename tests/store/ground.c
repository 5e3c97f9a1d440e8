/* SPDX-License-Identifier: BSD-2-Clause */
#include "ground.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "common/core/oath.h"

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
		.store = ground->store,
		.policy = &ground->policy,
	};
}

int
ground_setup(void **state)
{
	struct ground *ground = calloc(1, sizeof(*ground));
	char root[] = "/tmp/pam_otp.XXXXXX";
	bool made = false;

	calls_reset();
	assert_non_null(ground);
	assert_non_null(mkdtemp(root));
	ground_begin(ground, root);
	assert_int_equal(otp_store_init(ground->store, &made, NULL), OTP_OK);
	assert_true(made);
	*state = ground;
	return 0;
}

static int
remove_entry(
    const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

int
ground_teardown(void **state)
{
	struct ground *ground = *state;

	calls_reset();
	(void)chmod(ground->root, 0700);
	(void)nftw(ground->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(ground);
	return 0;
}

/* --- files --- */

const char *
ground_path(const struct ground *ground, char ret_path[GROUND_PATH_SIZE],
    const char *format, ...)
{
	va_list arguments;
	int root = snprintf(ret_path, GROUND_PATH_SIZE, "%s/", ground->root);
	int rest;

	va_start(arguments, format);
	rest = vsnprintf(ret_path + root, GROUND_PATH_SIZE - (size_t)root,
	    format, arguments);
	va_end(arguments);
	assert_in_range(rest, 1, GROUND_PATH_SIZE - root - 1);
	return ret_path;
}

void
ground_write(const char *path, const void *bytes, size_t size, unsigned mode)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
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

static struct otp_token
token_of(enum otp_kind kind, unsigned number)
{
	struct otp_token token = {
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.secret_size = 20,
	};

	for (size_t i = 0; i < token.secret_size; i++)
		token.secret[i] =
		    (uint8_t)(11 * i + 37 * number + number / 256 + 1);
	(void)snprintf(
	    token.label, sizeof(token.label), "host:token%u", number);
	return token;
}

struct otp_token
ground_totp(unsigned number)
{
	return token_of(OTP_TOTP, number);
}

struct otp_token
ground_hotp(unsigned number)
{
	return token_of(OTP_HOTP, number);
}

struct otp_recovery
ground_recovery(unsigned number, char ret_text[OTP_RECOVERY_TEXT_SIZE])
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	uint8_t salt[OTP_RECOVERY_SALT_SIZE];
	struct otp_recovery recovery;

	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (uint8_t)(17 * i + 29 * number);
	memset(salt, (int)number, sizeof(salt));
	assert_int_equal(otp_recovery_make(code, salt, &recovery), OTP_OK);
	otp_recovery_text(code, ret_text);
	return recovery;
}

struct otp_seed
ground_seed(const struct otp_token *token)
{
	struct otp_seed seed = { .tokens_count = 1 };

	seed.tokens[0] = *token;
	return seed;
}

static void
add_credential(
    struct otp_state *state, enum otp_kind kind, const uint8_t id[OTP_ID_SIZE])
{
	struct otp_credential *credential =
	    &state->credentials[state->credentials_count++];

	credential->kind = kind;
	memcpy(credential->id, id, OTP_ID_SIZE);
	credential->created = GROUND_NOW - 86400;
}

struct otp_state
ground_fresh(const struct otp_seed *seed)
{
	struct otp_state state = { .enrolled = true, .uid = GROUND_UID };
	uint8_t id[OTP_ID_SIZE];

	for (unsigned i = 0; i < seed->tokens_count; i++) {
		assert_int_equal(otp_token_id(&seed->tokens[i], id), OTP_OK);
		add_credential(&state, seed->tokens[i].kind, id);
	}
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		otp_recovery_id(&seed->recovery[i], id);
		add_credential(&state, OTP_RECOVERY, id);
	}
	return state;
}

void
ground_enrol_seed(
    struct ground *ground, const char *account, const struct otp_seed *seed)
{
	struct otp_state state = ground_fresh(seed);
	struct otp_store *store = ground_open(ground, account);

	assert_int_equal(otp_store_create(store, &state, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, seed, NULL), OTP_OK);
	otp_store_close(store);
}

void
ground_enrol(
    struct ground *ground, const char *account, const struct otp_token *token)
{
	struct otp_seed seed = ground_seed(token);

	ground_enrol_seed(ground, account, &seed);
}

void
ground_enrol_alice(struct ground *ground)
{
	struct otp_token token = ground_totp(1);

	ground_enrol(ground, "alice", &token);
}

struct otp_subject
ground_subject(const char *account)
{
	struct otp_subject subject = { .uid = GROUND_UID };

	(void)snprintf(subject.account, sizeof(subject.account), "%s", account);
	return subject;
}

struct otp_enrolment
ground_enrolment(const char *account, enum otp_enrol_mode mode,
    const struct otp_token *token)
{
	struct otp_enrolment enrolment = {
		.subject = ground_subject(account),
		.mode = mode,
		.token = *token,
		.value = 1,
		.confirmed = true,
	};

	return enrolment;
}

/* --- the store --- */

struct otp_store *
ground_open(const struct ground *ground, const char *account)
{
	struct otp_store *store = NULL;

	assert_int_equal(
	    otp_store_open(ground->store, account, &store, NULL), OTP_OK);
	return store;
}

struct otp_state
ground_state(const struct ground *ground, const char *account)
{
	struct otp_store *store = ground_open(ground, account);
	struct otp_state state;

	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	otp_store_close(store);
	return state;
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
ground_code_at(const struct otp_token *token, uint64_t moving,
    char ret_code[GROUND_CODE_SIZE])
{
	struct otp_oath *oath = NULL;
	uint32_t value = 0;

	assert_int_equal(
	    otp_oath_new(token->hash, token->secret, token->secret_size, &oath),
	    OTP_OK);
	assert_int_equal(
	    otp_oath_value(oath, moving, token->digits, &value), OTP_OK);
	otp_oath_free(oath);
	(void)snprintf(
	    ret_code, GROUND_CODE_SIZE, "%0*u", (int)token->digits, value);
	return ret_code;
}

const char *
ground_code(const struct ground *ground, const struct otp_token *token,
    char ret_code[GROUND_CODE_SIZE])
{
	return ground_code_at(token, (uint64_t)ground->now / 30, ret_code);
}

const char *
ground_wrong(const struct ground *ground, const struct otp_token *token,
    char ret_code[GROUND_CODE_SIZE])
{
	char right[GROUND_CODE_SIZE];
	bool is_right = true;

	for (unsigned guess = 100000; is_right; guess++) {
		(void)snprintf(ret_code, GROUND_CODE_SIZE, "%06u", guess);
		is_right = false;
		for (unsigned i = 0; i <= 60 && !is_right; i++) {
			uint64_t moving = token->kind == OTP_HOTP
			    ? i
			    : (uint64_t)ground->now / 30 + i - 30;

			ground_code_at(token, moving, right);
			is_right = strcmp(right, ret_code) == 0;
		}
	}
	return ret_code;
}

enum otp_err
ground_try(struct ground *ground, const char *account, const char *typed)
{
	struct otp_request request = {
		.uid = GROUND_UID,
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
ground_look(struct ground *ground, const char *account, enum otp_ask *ret_ask)
{
	struct otp_request request = { .uid = GROUND_UID };

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	*ret_ask = OTP_ASK_NOTHING;
	memset(&ground->fault, 0, sizeof(ground->fault));
	return otp_attempt_look(
	    &ground->host, &request, ret_ask, &ground->fault);
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

static unsigned
count_entries(const char *path, bool (*counts)(const char *name))
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL)
		count += counts(entry->d_name) ? 1 : 0;
	assert_int_equal(closedir(folder), 0);
	return count;
}

static bool
is_visible(const char *name)
{
	return name[0] != '.';
}

static bool
is_left_over(const char *name)
{
	size_t length = strlen(name);

	return name[0] == '.' && length > 4 &&
	    strcmp(name + length - 4, ".new") == 0;
}

unsigned
ground_descriptors(void)
{
	return count_entries("/proc/self/fd", is_visible);
}

unsigned
ground_left_over(const struct ground *ground, const char *folder)
{
	char path[GROUND_PATH_SIZE];

	return count_entries(
	    ground_path(ground, path, "store/%s", folder), is_left_over);
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
