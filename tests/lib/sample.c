/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/lib/sample.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/oath.h"
#include "common/core/recovery.h"
#include "common/core/token.h"

/* --- files --- */

void
sample_folder(char ret_root[SAMPLE_ROOT_SIZE])
{
	strcpy(ret_root, "/tmp/pam_otp.XXXXXX");
	assert_non_null(mkdtemp(ret_root));
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

void
sample_remove(const char *root)
{
	(void)nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void
sample_path(const char *root, char *ret_path, size_t size, const char *format,
    va_list arguments)
{
	const int above = snprintf(ret_path, size, "%s/", root);
	const int rest = vsnprintf(
	    ret_path + above, size - (size_t)above, format, arguments);

	assert_in_range(rest, 1, size - (size_t)above - 1);
}

void
sample_write(const char *path, const void *bytes, size_t size, unsigned mode)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

unsigned
sample_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	assert_int_equal(closedir(folder), 0);
	return count;
}

/* --- tokens, seeds, states --- */

static struct otp_token
sample_token(enum otp_kind kind, unsigned number)
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
		    (uint8_t)(7 * i + 31 * number + number / 256 + 1);
	(void)snprintf(
	    token.label, sizeof(token.label), "host:token%u", number);
	return token;
}

struct otp_token
sample_totp(unsigned number)
{
	return sample_token(OTP_TOTP, number);
}

struct otp_token
sample_hotp(unsigned number)
{
	return sample_token(OTP_HOTP, number);
}

struct otp_seed
sample_seed(const struct otp_token *token)
{
	struct otp_seed seed = { .tokens_count = 1 };

	seed.tokens[0] = *token;
	return seed;
}

struct otp_state
sample_state(const struct otp_seed *seed, uint32_t uid, int64_t created)
{
	struct otp_state state = { .enrolled = true, .uid = uid };
	struct otp_credential *at = state.credentials;

	for (unsigned i = 0; i < seed->tokens_count; i++, at++) {
		at->kind = seed->tokens[i].kind;
		assert_int_equal(
		    otp_token_id(&seed->tokens[i], at->id), OTP_OK);
	}
	for (unsigned i = 0; i < seed->recovery_count; i++, at++) {
		at->kind = OTP_RECOVERY;
		otp_recovery_id(&seed->recovery[i], at->id);
	}
	state.credentials_count = (unsigned)(at - state.credentials);
	for (unsigned i = 0; i < state.credentials_count; i++)
		state.credentials[i].created = created;
	return state;
}

/* --- the store --- */

void
sample_init(const char *folder)
{
	bool made = false;

	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = folder }, &made, NULL),
	    OTP_OK);
	assert_true(made);
}

struct otp_store *
sample_open(const char *folder, const char *account)
{
	struct otp_store *store = NULL;

	assert_int_equal(otp_store_open((struct otp_place){ .folder = folder },
			     account, &store, NULL),
	    OTP_OK);
	return store;
}

void
sample_enrol(const char *folder, const char *account,
    const struct otp_state *state, const struct otp_seed *seed)
{
	struct otp_store *store = sample_open(folder, account);

	assert_int_equal(otp_store_create(store, state, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, seed, NULL), OTP_OK);
	otp_store_close(store);
}

struct otp_state
sample_peek(const char *folder, const char *account)
{
	struct otp_store *store = sample_open(folder, account);
	struct otp_state state;

	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	otp_store_close(store);
	return state;
}

/* --- codes --- */

const char *
sample_code(const struct otp_token *token, uint64_t moving,
    char ret_code[SAMPLE_CODE_SIZE])
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
	    ret_code, SAMPLE_CODE_SIZE, "%0*u", (int)token->digits, value);
	return ret_code;
}

static bool
is_right_near(const struct otp_token *token, int64_t now, const char *code)
{
	const uint64_t first =
	    token->kind == OTP_HOTP ? 0 : (uint64_t)now / token->period - 30;
	char right[SAMPLE_CODE_SIZE];

	for (unsigned i = 0; i <= 60; i++)
		if (strcmp(sample_code(token, first + i, right), code) == 0)
			return true;
	return false;
}

const char *
sample_wrong(
    const struct otp_token *token, int64_t now, char ret_code[SAMPLE_CODE_SIZE])
{
	unsigned guess = 100000;

	do {
		(void)snprintf(ret_code, SAMPLE_CODE_SIZE, "%0*u",
		    (int)token->digits, guess++);
	} while (is_right_near(token, now, ret_code));
	return ret_code;
}
