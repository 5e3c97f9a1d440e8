/* SPDX-License-Identifier: BSD-2-Clause */
#include "powercut_mixed_break.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/effects/store.h"
#include "common/effects/store_internal.h"
#include "powercut_folder.h"

enum mixed_rule mixed_broken;

/* A commit that comes after the seed. */
static struct {
	bool waits;
	struct otp_state state;
} late;

void
mixed_break(enum mixed_rule rule)
{
	static const enum powercut_lapse lapses[MIXED_RULES] = {
		[MIXED_BREAK_SEED_FLUSH] = POWERCUT_NO_SEED_FLUSH,
		[MIXED_BREAK_STATE_FLUSH] = POWERCUT_NO_STATE_FLUSH,
		[MIXED_BREAK_COMMIT_FLUSH] = POWERCUT_NO_COMMIT_FLUSH,
		[MIXED_BREAK_SEEDS_FLUSH] = POWERCUT_NO_SEEDS_FLUSH,
		[MIXED_BREAK_STATES_FLUSH] = POWERCUT_NO_STATES_FLUSH,
	};

	mixed_broken = rule;
	powercut_lapse = lapses[rule];
}

void
mixed_break_begin(const char *account)
{
	(void)account;
	late.waits = false;
}

const char *
mixed_rule_text(enum mixed_rule rule)
{
	static const char *const texts[MIXED_RULES] = {
		[MIXED_KEEP_ALL] = "nothing is broken",
		[MIXED_BREAK_SEED_FLUSH] = "a seed is renamed unflushed",
		[MIXED_BREAK_STATE_FLUSH] = "a new state is named unflushed",
		[MIXED_BREAK_COMMIT_FLUSH] = "commits are not flushed",
		[MIXED_BREAK_SEEDS_FLUSH] = "the seeds' folder is not flushed",
		[MIXED_BREAK_STATES_FLUSH] =
		    "the states' folder is not flushed",
		[MIXED_BREAK_ORDER] = "the seed comes before its state",
		[MIXED_BREAK_ENROLLED] = "enrolled is set before the seed",
		[MIXED_BREAK_PLACE] = "the seed is written in place",
		[MIXED_BREAK_DROP] = "the seed goes before enrolled does",
		[MIXED_BREAK_KEEP] = "the state goes with the seed",
		[MIXED_BREAK_MOVE] = "a seed is copied, not renamed",
	};

	return texts[rule];
}

enum otp_err __real_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __real_otp_store_put(struct otp_store *store,
    const struct otp_state *state, enum otp_put put, struct otp_fault *fault);
enum otp_err __wrap_otp_store_put(struct otp_store *store,
    const struct otp_state *state, enum otp_put put, struct otp_fault *fault);
enum otp_err __real_otp_store_put_seed(struct otp_store *store,
    const struct otp_seed *seed, struct otp_fault *fault);
enum otp_err __wrap_otp_store_put_seed(struct otp_store *store,
    const struct otp_seed *seed, struct otp_fault *fault);
enum otp_err __real_otp_store_drop_seed(
    struct otp_store *store, struct otp_fault *fault);
enum otp_err __wrap_otp_store_drop_seed(
    struct otp_store *store, struct otp_fault *fault);
enum otp_err __real_otp_store_move_seed(const struct otp_store *from,
    const struct otp_store *to, struct otp_fault *fault);
enum otp_err __wrap_otp_store_move_seed(const struct otp_store *from,
    const struct otp_store *to, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = __real_otp_store_load(store, ret_state, fault);

	if (late.waits && err == OTP_OK)
		*ret_state = late.state;
	return err;
}

/* Is this the commit that a seed comes, or goes, after? */
static bool
comes_too_early(struct otp_store *store, const struct otp_state *state)
{
	bool has_seed = false;

	if (late.waits || otp_store_has_seed(store, &has_seed, NULL) != OTP_OK)
		return false;
	if (mixed_broken == MIXED_BREAK_ORDER)
		return state->credentials_count >
		    store->state.credentials_count;
	return mixed_broken == MIXED_BREAK_DROP && !state->enrolled &&
	    store->state.enrolled;
}

enum otp_err
__wrap_otp_store_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	struct otp_state other = *state;

	if (put == OTP_PUT_COMMIT && comes_too_early(store, state)) {
		late.waits = true;
		late.state = *state;
		return OTP_OK;
	}
	if (put == OTP_PUT_COMMIT && mixed_broken == MIXED_BREAK_ENROLLED &&
	    state->credentials_count > store->state.credentials_count)
		other.enrolled = true;
	return __real_otp_store_put(store, &other, put, fault);
}

static enum otp_err
put_late(struct otp_store *store, struct otp_fault *fault)
{
	if (!late.waits)
		return OTP_OK;
	late.waits = false;
	return __real_otp_store_put(store, &late.state, OTP_PUT_COMMIT, fault);
}

static enum otp_err
overwrite(struct otp_store *store, const struct otp_seed *seed)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;
	int fd;

	if (otp_seed_format(seed, text, &size) != OTP_OK)
		abort();
	fd = openat(
	    store->seeds, store->name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return OTP_ERR_WRITE;
	if (ftruncate(fd, 0) != 0 ||
	    pwrite(fd, text, size, 0) != (ssize_t)size || fsync(fd) != 0) {
		(void)close(fd);
		return OTP_ERR_WRITE;
	}
	(void)close(fd);
	return otp_store_flush_folder(store->seeds, NULL);
}

enum otp_err
__wrap_otp_store_put_seed(struct otp_store *store, const struct otp_seed *seed,
    struct otp_fault *fault)
{
	enum otp_err err;

	if (mixed_broken == MIXED_BREAK_PLACE)
		return overwrite(store, seed);
	err = __real_otp_store_put_seed(store, seed, fault);
	return err == OTP_OK ? put_late(store, fault) : err;
}

enum otp_err
__wrap_otp_store_drop_seed(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = __real_otp_store_drop_seed(store, fault);

	if (err == OTP_OK && mixed_broken == MIXED_BREAK_KEEP)
		err = otp_store_purge(store, fault);
	return err == OTP_OK ? put_late(store, fault) : err;
}

/* The stores are the caller's own, and so not really constant. */
static struct otp_store *
own(const struct otp_store *store)
{
	struct otp_store *changed;

	memcpy(&changed, &store, sizeof(changed));
	return changed;
}

enum otp_err
__wrap_otp_store_move_seed(const struct otp_store *from,
    const struct otp_store *to, struct otp_fault *fault)
{
	struct otp_seed seed;
	enum otp_err err;

	if (mixed_broken != MIXED_BREAK_MOVE)
		return __real_otp_store_move_seed(from, to, fault);
	err = otp_store_seed(own(from), &seed, fault);
	if (err == OTP_OK)
		err = __real_otp_store_put_seed(own(to), &seed, fault);
	if (err == OTP_OK)
		err = __real_otp_store_drop_seed(own(from), fault);
	return err;
}
