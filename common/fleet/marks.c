/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/unit/marks_test.c):
 *
 * 1. A lower epoch, or this epoch with another beginning or in another cluster,
 *    is a rollback (judge__of_a_lower_epoch_is_a_rollback,
 *    judge__of_an_epoch_that_began_otherwise_is_a_rollback).
 * 2. A write that is cut short anywhere loses at most its own mark, and no mark
 *    is ever higher than what was noted
 *    (note__cut_short_anywhere_loses_one_mark,
 *    begin__cut_short_anywhere_keeps_an_identity).
 * 3. The size of the file is fixed (marks__have_a_fixed_size).
 */
#include "config.h"

#include "common/fleet/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/digest.h"
#include "common/core/little_endian.h"
#include "common/store/lock.h"
#include "common/store/path.h"

#define VERSION	  1
#define HEAD_SIZE 256
#define HEADS	  2
#define MARK_SIZE 320
#define SUM_SIZE  8
#define TRIES	  20 /* to lock the file */
#define PAUSE	  5  /* milliseconds between them */

#define HEAD_SEQUENCE 16 /* offsets in a head */
#define HEAD_IDENTITY 24
#define IDENTITY_SIZE (3 * 8 + OTP_MARKS_REALM_SIZE)
#define MARK_OF	      8 /* offsets in a mark */
#define MARK_NUMBER   40
#define MARK_ACCOUNT  48

_Static_assert(HEADS *HEAD_SIZE + OTP_MARKS_MAX * MARK_SIZE == OTP_MARKS_SIZE,
    "the size of the file");
_Static_assert(HEAD_IDENTITY + IDENTITY_SIZE + SUM_SIZE <= HEAD_SIZE &&
	MARK_ACCOUNT + OTP_MARKS_NAME_SIZE + SUM_SIZE <= MARK_SIZE,
    "what is in a head and in a mark");

static const char magic[] = "otpmarks";

/* The file's bytes, and what of them is valid. */
struct image {
	uint8_t bytes[OTP_MARKS_SIZE];
	int head;			/* which one counts, or -1 */
	uint64_t sequence;		/* of it */
	uint8_t of[OTP_DIGEST_SIZE];	/* its marks have this */
	bool is_current[OTP_MARKS_MAX]; /* valid, and of this head */
};

static enum otp_err open_file(const char *path, int flags, int *ret_fd,
    struct statx *ret_status, struct otp_fault *fault);
static enum otp_err create_file(
    int folder, const char *name, int *ret_fd, struct otp_fault *fault);
static enum otp_err open_locked(
    const char *path, int *ret_fd, struct otp_fault *fault);
static enum otp_err lock_soon(int fd, struct otp_fault *fault);
static enum otp_err read_image(
    int fd, struct image *image, struct otp_fault *fault);
static enum otp_err judge_image(struct image *image);
static enum otp_err has_sum(const uint8_t *at, size_t size, bool *ret_has);
static enum otp_err add_sum(uint8_t *at, size_t size);
static const uint8_t *head_of(const struct image *image);
static uint8_t *mark_at(struct image *image, unsigned i);
static void put_identity(
    const struct otp_fleet_identity *identity, uint8_t at[IDENTITY_SIZE]);
static struct otp_fleet_identity get_identity(const uint8_t at[IDENTITY_SIZE]);
static bool is_identity(
    const struct image *image, const struct otp_fleet_identity *identity);
static enum otp_err write_head(int fd, const struct image *image,
    const struct otp_fleet_identity *identity, struct otp_fault *fault);
static enum otp_err write_mark(int fd, struct image *image, const char *account,
    int64_t generation, struct otp_fault *fault);
static unsigned choose_mark(
    struct image *image, const char *account, uint64_t *ret_sequence);

/* --- Reading -------------------------------------------------------------- */

enum otp_err
otp_marks_read(
    const char *path, struct otp_marks *ret_marks, struct otp_fault *fault)
{
	struct image *image = malloc(sizeof(*image));
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err = OTP_ERR_NOMEM;

	memset(ret_marks, 0, sizeof(*ret_marks));
	if (image == NULL)
		return err;
	err = open_file(path, O_RDONLY, &fd, &status, fault);
	if (err == OTP_OK)
		err = read_image(fd, image, fault);
	if (err == OTP_OK && image->head >= 0) {
		ret_marks->has_identity = true;
		ret_marks->identity =
		    get_identity(head_of(image) + HEAD_IDENTITY);
		for (unsigned i = 0; i < OTP_MARKS_MAX; i++) {
			const uint8_t *at = mark_at(image, i);
			struct otp_mark *mark =
			    &ret_marks->list[ret_marks->count];

			if (!image->is_current[i])
				continue;
			mark->generation = otp_get_i64(at + MARK_NUMBER);
			memcpy(mark->account, at + MARK_ACCOUNT,
			    sizeof(mark->account));
			ret_marks->count++;
		}
	}
	otp_path_close(&fd);
	free(image);
	return err == OTP_ERR_ABSENT ? OTP_OK : err;
}

enum otp_marks_verdict
otp_marks_judge(
    const struct otp_marks *marks, const struct otp_fleet_identity *now)
{
	const struct otp_fleet_identity *then = &marks->identity;

	if (!marks->has_identity || strcmp(then->realm, now->realm) != 0)
		return OTP_MARKS_NONE;
	if (now->epoch > then->epoch)
		return OTP_MARKS_LATER;
	return now->epoch == then->epoch && now->since == then->since &&
		now->identifier == then->identifier
	    ? OTP_MARKS_SAME
	    : OTP_MARKS_ROLLED_BACK;
}

/* --- Writing -------------------------------------------------------------- */

enum otp_err
otp_marks_begin(const char *path, const struct otp_fleet_identity *identity,
    struct otp_fault *fault)
{
	struct image *image = malloc(sizeof(*image));
	int fd = -1;
	enum otp_err err = OTP_ERR_NOMEM;

	if (image == NULL)
		return err;
	err = open_locked(path, &fd, fault);
	if (err == OTP_OK)
		err = read_image(fd, image, fault);
	if (err == OTP_OK && !is_identity(image, identity))
		err = write_head(fd, image, identity, fault);
	if (err == OTP_OK)
		err = otp_path_flush(fd, OTP_DETAIL_NONE, fault);
	otp_path_close(&fd); /* which unlocks it */
	free(image);
	return err;
}

enum otp_err
otp_marks_note(const char *path, const struct otp_fleet_identity *identity,
    const char *account, int64_t generation, struct otp_fault *fault)
{
	struct image *image = malloc(sizeof(*image));
	int fd = -1;
	enum otp_err err = OTP_ERR_NOMEM;

	if (image == NULL)
		return err;
	err = strlen(account) < OTP_MARKS_NAME_SIZE
	    ? open_locked(path, &fd, fault)
	    : OTP_ERR_PARSE;
	if (err == OTP_OK)
		err = read_image(fd, image, fault);
	if (err == OTP_OK && is_identity(image, identity))
		err = write_mark(fd, image, account, generation, fault);
	otp_path_close(&fd);
	free(image);
	return err;
}

/* In place of the head that does not count. */
static enum otp_err
write_head(int fd, const struct image *image,
    const struct otp_fleet_identity *identity, struct otp_fault *fault)
{
	const int which = image->head == 0 ? 1 : 0;
	uint8_t head[HEAD_SIZE] = { 0 };
	enum otp_err err;

	memcpy(head, magic, sizeof(magic) - 1);
	otp_put_u32(head + strlen(magic), VERSION);
	otp_put_u64(head + HEAD_SEQUENCE, image->sequence + 1);
	put_identity(identity, head + HEAD_IDENTITY);
	err = add_sum(head, sizeof(head));
	if (err != OTP_OK)
		return err;
	return otp_path_write(
	    fd, head, sizeof(head), (off_t)which * HEAD_SIZE, fault);
}

static enum otp_err
write_mark(int fd, struct image *image, const char *account, int64_t generation,
    struct otp_fault *fault)
{
	uint64_t sequence = 0;
	const unsigned i = choose_mark(image, account, &sequence);
	const uint8_t *before = mark_at(image, i);
	uint8_t mark[MARK_SIZE] = { 0 };
	enum otp_err err;

	/* Another process may have noted a later commit before this one. */
	if (image->is_current[i] &&
	    strcmp((const char *)before + MARK_ACCOUNT, account) == 0 &&
	    otp_get_i64(before + MARK_NUMBER) >= generation)
		return OTP_OK;
	otp_put_u64(mark, sequence);
	memcpy(mark + MARK_OF, image->of, sizeof(image->of));
	otp_put_i64(mark + MARK_NUMBER, generation);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): zeros follow */
	memcpy(mark + MARK_ACCOUNT, account, strlen(account));
	err = add_sum(mark, sizeof(mark));
	if (err != OTP_OK)
		return err;
	return otp_path_write(fd, mark, sizeof(mark),
	    HEADS * HEAD_SIZE + (off_t)i * MARK_SIZE, fault);
}

/* The account's own, else one that is not valid, else the oldest. */
static unsigned
choose_mark(struct image *image, const char *account, uint64_t *ret_sequence)
{
	unsigned chosen = 0;
	uint64_t oldest = UINT64_MAX, newest = 0;
	bool is_own = false;

	for (unsigned i = 0; i < OTP_MARKS_MAX; i++) {
		const uint8_t *at = mark_at(image, i);
		const uint64_t sequence =
		    image->is_current[i] ? otp_get_u64(at) : 0;

		if (sequence > newest)
			newest = sequence;
		if (image->is_current[i] &&
		    strcmp((const char *)at + MARK_ACCOUNT, account) == 0) {
			chosen = i;
			is_own = true;
		} else if (!is_own && sequence < oldest) {
			chosen = i;
			oldest = sequence;
		}
	}
	*ret_sequence = newest + 1;
	return chosen;
}

/* --- The file ------------------------------------------------------------- */

/* Where it is to be written and is absent, it is made. */
static enum otp_err
open_file(const char *path, int flags, int *ret_fd, struct statx *ret_status,
    struct otp_fault *fault)
{
	char folder_path[OTP_FAULT_WHERE_SIZE];
	const char *slash = strrchr(path, '/');
	const size_t length = slash == NULL ? 0 : (size_t)(slash - path);
	int folder = -1;
	enum otp_err err;

	if (length == 0 || length >= sizeof(folder_path))
		return otp_fault_set(
		    fault, OTP_ERR_NAME, 0, path, OTP_DETAIL_NONE);
	memcpy(folder_path, path, length);
	folder_path[length] = '\0';
	err = otp_path_folder(folder_path, OTP_PATH_PUBLIC, &folder, fault);
	if (err != OTP_OK)
		return err;
	err = otp_path_file(folder, slash + 1, flags, OTP_PATH_PRIVATE, ret_fd,
	    ret_status, fault);
	if (err == OTP_ERR_ABSENT && flags == O_RDWR)
		err = create_file(folder, slash + 1, ret_fd, fault);
	otp_path_close(&folder);
	return err;
}

static enum otp_err
create_file(int folder, const char *name, int *ret_fd, struct otp_fault *fault)
{
	struct statx status = { 0 };
	const int fd = otp_path_open_at(
	    folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);

	if (fd >= 0) {
		*ret_fd = fd;
		return OTP_OK;
	}
	if (errno != EEXIST)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, name, OTP_DETAIL_NONE);
	/* Another process was faster. */
	return otp_path_file(
	    folder, name, O_RDWR, OTP_PATH_PRIVATE, ret_fd, &status, fault);
}

/* It has its size then. */
static enum otp_err
open_locked(const char *path, int *ret_fd, struct otp_fault *fault)
{
	static const uint8_t zeros[OTP_MARKS_SIZE];
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err = open_file(path, O_RDWR, &fd, &status, fault);

	if (err == OTP_OK)
		err = lock_soon(fd, fault);
	if (err == OTP_OK)
		err = otp_path_status(fd, "", &status, fault);
	if (err == OTP_OK && status.stx_size != OTP_MARKS_SIZE) {
		err = otp_path_write(fd, zeros, sizeof(zeros), 0, fault);
		if (err == OTP_OK && ftruncate(fd, OTP_MARKS_SIZE) != 0)
			err = otp_fault_set(
			    fault, OTP_ERR_WRITE, errno, path, OTP_DETAIL_NONE);
	}
	if (err == OTP_OK)
		*ret_fd = fd;
	else
		otp_path_close(&fd);
	return err;
}

/*
 * No login waits for long for a process that was stopped while it had the lock.
 */
static enum otp_err
lock_soon(int fd, struct otp_fault *fault)
{
	for (unsigned tries = 0; tries < TRIES; tries++) {
		bool locked = false;
		const enum otp_err err = otp_lock_try(fd, &locked, fault);

		if (err != OTP_OK || locked)
			return err;
		(void)poll(NULL, 0, PAUSE);
	}
	return OTP_ERR_LOCK_TIMEOUT;
}

static enum otp_err
read_image(int fd, struct image *image, struct otp_fault *fault)
{
	size_t size = 0;
	enum otp_err err;

	memset(image, 0, sizeof(*image));
	image->head = -1;
	err = otp_path_read(
	    fd, image->bytes, sizeof(image->bytes), 0, &size, fault);
	if (err != OTP_OK || size != sizeof(image->bytes))
		return err;
	return judge_image(image);
}

static enum otp_err
judge_image(struct image *image)
{
	enum otp_err err = OTP_OK;

	for (int i = 0; err == OTP_OK && i < HEADS; i++) {
		const uint8_t *at = image->bytes + (size_t)i * HEAD_SIZE;
		bool valid = false;

		err = has_sum(at, HEAD_SIZE, &valid);
		if (!valid || memcmp(at, magic, strlen(magic)) != 0 ||
		    otp_get_u32(at + strlen(magic)) != VERSION ||
		    otp_get_u64(at + HEAD_SEQUENCE) <= image->sequence)
			continue;
		image->head = i;
		image->sequence = otp_get_u64(at + HEAD_SEQUENCE);
	}
	if (err == OTP_OK && image->head >= 0)
		err = otp_digest(
		    head_of(image) + HEAD_IDENTITY, IDENTITY_SIZE, image->of);
	for (unsigned i = 0; err == OTP_OK && i < OTP_MARKS_MAX; i++) {
		const uint8_t *at = mark_at(image, i);

		bool valid = false;

		err = has_sum(at, MARK_SIZE, &valid);
		image->is_current[i] = valid && image->head >= 0 &&
		    memcmp(at + MARK_OF, image->of, sizeof(image->of)) == 0 &&
		    memchr(at + MARK_ACCOUNT, '\0', OTP_MARKS_NAME_SIZE) !=
			NULL;
	}
	return err;
}

/* --- Bytes ---------------------------------------------------------------- */

static enum otp_err
has_sum(const uint8_t *at, size_t size, bool *ret_has)
{
	uint8_t digest[OTP_DIGEST_SIZE];
	const enum otp_err err = otp_digest(at, size - SUM_SIZE, digest);

	*ret_has = err == OTP_OK &&
	    memcmp(at + size - SUM_SIZE, digest, SUM_SIZE) == 0;
	return err;
}

static enum otp_err
add_sum(uint8_t *at, size_t size)
{
	uint8_t digest[OTP_DIGEST_SIZE];
	const enum otp_err err = otp_digest(at, size - SUM_SIZE, digest);

	if (err == OTP_OK)
		memcpy(at + size - SUM_SIZE, digest, SUM_SIZE);
	return err;
}

static const uint8_t *
head_of(const struct image *image)
{
	return image->bytes + (size_t)image->head * HEAD_SIZE;
}

static uint8_t *
mark_at(struct image *image, unsigned i)
{
	return image->bytes + HEADS * HEAD_SIZE + (size_t)i * MARK_SIZE;
}

static void
put_identity(
    const struct otp_fleet_identity *identity, uint8_t at[IDENTITY_SIZE])
{
	memset(at, 0, IDENTITY_SIZE);
	otp_put_i64(at, identity->epoch);
	otp_put_i64(at + 8, identity->since);
	otp_put_i64(at + 16, identity->identifier);
	memcpy(at + 24, identity->realm,
	    strnlen(identity->realm, OTP_MARKS_REALM_SIZE - 1));
}

static struct otp_fleet_identity
get_identity(const uint8_t at[IDENTITY_SIZE])
{
	struct otp_fleet_identity identity = {
		.epoch = otp_get_i64(at),
		.since = otp_get_i64(at + 8),
		.identifier = otp_get_i64(at + 16),
	};

	memcpy(identity.realm, at + 24, OTP_MARKS_REALM_SIZE - 1);
	return identity;
}

static bool
is_identity(
    const struct image *image, const struct otp_fleet_identity *identity)
{
	uint8_t bytes[IDENTITY_SIZE];

	put_identity(identity, bytes);
	return image->head >= 0 &&
	    memcmp(head_of(image) + HEAD_IDENTITY, bytes, sizeof(bytes)) == 0;
}
