/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_mixed_break.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/store/replace.h"
#include "common/store/store.h"
#include "common/store/store_internal.h"
#include "tests/store/powercut_folder.h"

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
		[MIXED_BREAK_UID_FLUSH] = POWERCUT_NO_UID_FLUSH,
		[MIXED_BREAK_UIDS_FLUSH] = POWERCUT_NO_UIDS_FLUSH,
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
		[MIXED_BREAK_UID_FLUSH] = "a uid's entry is named unflushed",
		[MIXED_BREAK_UIDS_FLUSH] = "the uids' folder is not flushed",
		[MIXED_BREAK_CLAIM] = "enrolled is set before the uid's entry",
		[MIXED_BREAK_RELEASE] = "the uid's entry goes before enrolled",
		[MIXED_BREAK_SEND] = "a send is not committed",
		[MIXED_BREAK_SENT] = "what was sent stays when it is used",
		[MIXED_BREAK_STANDING] = "a suspension is not committed",
		[MIXED_BREAK_DEVICE] = "a device is not forgotten",
		[MIXED_BREAK_DAY] = "other commits forget a send's count",
		[MIXED_BREAK_TOLD] = "users count as told before they are",
		[MIXED_BREAK_CALLER] = "a try of others is charged to root's",
		[MIXED_BREAK_OTHERS] = "commits forget the others' failures",
		[MIXED_BREAK_TALLY] = "a yes ends the failures of all",
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
enum otp_err __real_otp_store_move_seed(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault);
enum otp_err __wrap_otp_store_move_seed(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = __real_otp_store_load(store, ret_state, fault);

	if (late.waits && err == OTP_OK)
		*ret_state = late.state;
	return err;
}

enum otp_err __real_otp_store_enter_uid(const struct otp_store *store,
    uint32_t uid, otp_store_left_over *is_left_over, struct otp_fault *fault);
enum otp_err __wrap_otp_store_enter_uid(const struct otp_store *store,
    uint32_t uid, otp_store_left_over *is_left_over, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_enter_uid(const struct otp_store *store, uint32_t uid,
    otp_store_left_over *is_left_over, struct otp_fault *fault)
{
	if (mixed_broken == MIXED_BREAK_CLAIM)
		return OTP_OK; /* and so far it has none */
	return __real_otp_store_enter_uid(store, uid, is_left_over, fault);
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

/* What the commit of STATE is made to say, or to be. */
static enum otp_put
spoil(const struct otp_store *store, struct otp_state *state)
{
	const struct otp_state *old = &store->state;

	if (mixed_broken == MIXED_BREAK_SEND &&
	    state->sends.moment > old->sends.moment)
		return OTP_PUT_CHARGE;
	if (mixed_broken == MIXED_BREAK_SENT)
		memcpy(state->sends.last,
		    state->sends.moment > old->sends.moment ? state->sends.last
							    : old->sends.last,
		    sizeof(state->sends.last));
	if (mixed_broken == MIXED_BREAK_STANDING &&
	    state->suspended != old->suspended)
		return OTP_PUT_CHARGE;
	if (mixed_broken == MIXED_BREAK_DEVICE && state->devices.count == 0)
		state->devices = old->devices;
	if (mixed_broken == MIXED_BREAK_DAY &&
	    state->sends.moment == old->sends.moment)
		state->sends.day = 0;
	if (mixed_broken == MIXED_BREAK_TOLD)
		state->unreported = 0;
	if (mixed_broken == MIXED_BREAK_OTHERS)
		state->others = (struct otp_tally){ 0 };
	if (mixed_broken == MIXED_BREAK_TALLY &&
	    state->accepted[0].moving != old->accepted[0].moving)
		state->tally = state->others = (struct otp_tally){ 0 };
	return OTP_PUT_COMMIT;
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
	if (mixed_broken == MIXED_BREAK_CALLER &&
	    state->others.failures > store->state.others.failures) {
		other.tally = state->others;
		other.others = store->state.others;
	}
	if (put == OTP_PUT_COMMIT)
		put = spoil(store, &other);
	if (put == OTP_PUT_COMMIT && mixed_broken == MIXED_BREAK_RELEASE &&
	    !state->enrolled && store->state.enrolled &&
	    otp_store_release_uid(store, state->uid, fault) != OTP_OK)
		return OTP_ERR_WRITE;
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
	fd = openat(store->root.seeds, store->name,
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return OTP_ERR_WRITE;
	if (ftruncate(fd, 0) != 0 ||
	    pwrite(fd, text, size, 0) != (ssize_t)size || fsync(fd) != 0) {
		(void)close(fd);
		return OTP_ERR_WRITE;
	}
	(void)close(fd);
	return otp_replace_sync(store->root.seeds, NULL);
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
__wrap_otp_store_move_seed(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault)
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
