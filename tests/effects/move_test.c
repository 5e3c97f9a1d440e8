/* SPDX-License-Identifier: BSD-2-Clause */
/* An account that moves from one store to another; here, both are of files. */
#include "config.h"

#include "common/effects/move.h"
#include "common/effects/standing.h"
#include "tests/effects/stop.h"
#include "tests/effects/world.h"

static char other[SAMPLE_ROOT_SIZE + 16]; /* the other store */
static char third[SAMPLE_ROOT_SIZE + 16];

static unsigned settled;	 /* calls */
static unsigned settle_fails_at; /* 1 = the first; 0 = never */

enum otp_err __real_otp_store_settle(
    struct otp_store *store, struct otp_fault *fault);
enum otp_err __wrap_otp_store_settle(
    struct otp_store *store, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_settle(struct otp_store *store, struct otp_fault *fault)
{
	return ++settled == settle_fails_at
	    ? OTP_ERR_WRITE
	    : __real_otp_store_settle(store, fault);
}

/* alice, with a TOTP and a HOTP token, two recovery codes and devices. */
static void
begin(void)
{
	stop_from(0);
	meanwhile = NULL;
	settled = settle_fails_at = 0;
	world_open(&world);
	(void)snprintf(other, sizeof(other), "%s/other", world.folder);
	sample_init(other);
	(void)snprintf(third, sizeof(third), "%s/third", world.folder);
	sample_init(third);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_enrol(&world);
}

static int
setup(void **unused)
{
	(void)unused;
	begin();
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	stop_from(0);
	world_close(&world);
	return 0;
}

static struct otp_move move;

static enum otp_err
move_between(const char *from, const char *to)
{
	static uint8_t moves;

	move = (struct otp_move){ .from.folder = from,
		.to.folder = to,
		.now = world.now,
		.id = { ++moves } };
	return otp_move_account(&move, "alice");
}

static enum otp_err
move_there(void)
{
	return move_between(world.store, other);
}

static enum otp_err
move_back(void)
{
	return move_between(other, world.store);
}

static void
use(const char *folder)
{
	world.host.store.folder = folder;
}

static bool
lets_in(const char *folder, const char *code)
{
	use(folder);
	return world_try_text(&world, code) == OTP_OK &&
	    world.answer.verdict == OTP_VERDICT_ACCEPT;
}

static bool
has(const char *folder, const char *name)
{
	struct stat status;
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return lstat(path, &status) == 0;
}

/* The state in FOLDER, marked as moved or not. */
static struct otp_state
state_in(const char *folder)
{
	struct otp_store *store = sample_open(folder, "alice");
	struct otp_state state;
	const enum otp_err err = otp_store_peek(store, &state, NULL);

	assert_int_equal(err, state.moved ? OTP_ERR_MOVED : OTP_OK);
	otp_store_close(store);
	return state;
}

static void
seed_in(const char *folder, struct otp_seed *seed)
{
	struct otp_store *store = sample_open(folder, "alice");

	assert_int_equal(otp_store_seed(store, seed, NULL), OTP_OK);
	otp_store_close(store);
}

/* The suspension of the one in FOLDER ends. */
static void
resume_in(const char *folder)
{
	struct otp_store *store = sample_open(folder, "alice");
	struct otp_state state;

	assert_int_equal(otp_store_load(store, &state, NULL), OTP_OK);
	state.suspended = false;
	assert_int_equal(
	    otp_store_put(store, &state, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
}

static const char *
hotp(uint64_t counter)
{
	static char code[16];

	return oracle_code(&world.seed.tokens[1], counter, code);
}

/* Copy the account's files, as somebody does who copies seeds. */
static void
copy(const char *name)
{
	static char bytes[OTP_SLOTS_FILE_SIZE + 1];
	char path[96];
	const size_t size = world_read(&world, name, bytes, sizeof(bytes));

	assert_true(size > 0);
	(void)snprintf(path, sizeof(path), "%s/%s", other, name);
	sample_write(path, bytes, size, 0600);
}

static void
copy_all(void)
{
	copy("seed/alice");
	copy("state/alice");
	copy("uid/1000");
}

static void
move__takes_all_that_is_known(void **unused)
{
	static struct otp_seed before, after;
	struct otp_state was, is;

	(void)unused;
	was = *world_state(&world);
	was.suspended = true;
	was.forgotten = true;
	was.tally.failures = 3;
	was.others.failures = 2;
	was.others.month_since = was.tally.month_since = WORLD_NOW;
	was.exemption.until = WORLD_NOW + 1000;
	strcpy(was.exemption.reason, "a reason");
	was.sends.moment = 5;
	was.own_code.time = WORLD_NOW - 5;
	world_put_state(&world, &was);
	was = *world_state(&world);
	world_seed(&world, &before);
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_DONE);
	assert_int_equal(move.uid, WORLD_UID);
	is = state_in(other);
	is.generation = was.generation;
	memset(is.move, 0, sizeof(is.move));
	assert_memory_equal(&is, &was, sizeof(is));
	seed_in(other, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_true(has(other, "uid/1000"));
	assert_false(has(world.store, "uid/1000"));
	assert_false(has(world.store, "seed/alice"));
	is = state_in(world.store);
	assert_true(is.moved && !is.enrolled);
}

static void
move__keeps_a_used_code_used(void **unused)
{
	char recovery[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	world_recovery_text(1, recovery);
	assert_true(lets_in(world.store, hotp(3)));
	assert_true(lets_in(world.store, recovery));
	assert_int_equal(move_there(), OTP_OK);
	assert_false(lets_in(other, hotp(3)));
	assert_false(lets_in(other, recovery));
	assert_true(lets_in(other, hotp(4)));
	assert_false(lets_in(world.store, hotp(5)));
	assert_int_equal(move_back(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_DONE);
	assert_false(lets_in(world.store, hotp(4)));
	assert_false(lets_in(other, hotp(5)));
	assert_true(lets_in(world.store, hotp(5)));
}

/* What is refused is not "not enrolled", which nullok lets in. */
static void
move__leaves_an_account_that_is_refused(void **unused)
{
	enum otp_enrolled enrolled = OTP_ENROLLED_UNKNOWN;

	(void)unused;
	assert_int_equal(move_there(), OTP_OK);
	use(world.store);
	assert_int_equal(world_enrolled(&world, &enrolled), OTP_ERR_MOVED);
	assert_int_equal(enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(world_try_text(&world, hotp(1)), OTP_ERR_MOVED);
	assert_int_equal(
	    otp_enrol_remove(&world.account, false), OTP_ERR_MOVED);
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
	assert_int_equal(world_enrolled(&world, &enrolled), OTP_OK);
	assert_int_equal(enrolled, OTP_ENROLLED_NO);
}

static void
move__is_done_once(void **unused)
{
	(void)unused;
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_NOTHING);
	assert_true(lets_in(other, hotp(1)));
}

static void
assert_not_moved(enum otp_err err)
{
	static struct snapshot before;

	snapshot_take(&world, &before);
	assert_int_equal(move_there(), err);
	assert_false(move.begun);
	assert_unchanged(&world, &before);
}

static void
move__replaces_no_other_tokens(void **unused)
{
	(void)unused;
	copy_all();
	world.seed.tokens[0].secret[0] ^= 1;
	world_put_seed(&world);
	assert_not_moved(OTP_ERR_EXISTS);
	assert_true(move.in_target);
	assert_true(lets_in(other, hotp(1)));
}

static void
move__refuses_another_uid(void **unused)
{
	struct otp_state state;

	(void)unused;
	copy_all();
	state = *world_state(&world);
	state.uid = WORLD_UID + 1;
	world_put_state(&world, &state);
	assert_not_moved(OTP_ERR_UID);
	assert_int_equal(move.fault.detail, OTP_DETAIL_OTHER_UID);
}

static void
move__refuses_the_uid_of_another_account(void **unused)
{
	const struct otp_state state = *world_state(&world);

	(void)unused;
	sample_enrol(other, "bob", &state, &world.seed);
	assert_not_moved(OTP_ERR_UID);
	assert_string_equal(move.fault.name, "bob");
	assert_false(has(other, "state/alice"));
}

static void
move__leaves_root_where_it_is(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.uid = 0;
	world_put_state(&world, &state);
	assert_not_moved(OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_ROOT);
	assert_false(has(other, "state/alice"));
}

static void
move__needs_a_seed_that_was_adopted(void **unused)
{
	(void)unused;
	copy("seed/alice");
	assert_not_moved(OTP_ERR_NO_STATE);
	assert_true(move.in_target);
}

/* A code that was used here is used there, and the other way round. */
static void
move__merges_what_two_stores_know(void **unused)
{
	char first[OTP_RECOVERY_TEXT_SIZE], second[OTP_RECOVERY_TEXT_SIZE];
	struct otp_state state;

	(void)unused;
	world_recovery_text(1, first);
	world_recovery_text(2, second);
	copy_all();
	use(world.store);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_true(lets_in(world.store, first));
	assert_true(lets_in(other, hotp(7)));
	assert_true(lets_in(other, second));
	state = *world_state(&world);
	state.suspended = true;
	world_put_state(&world, &state);
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_MERGED);
	assert_true(state_in(other).suspended);
	resume_in(other);
	use(other);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_false(lets_in(other, hotp(7)));
	assert_false(lets_in(other, first));
	assert_false(lets_in(other, second));
	assert_true(lets_in(other, hotp(8)));
	assert_false(lets_in(world.store, hotp(9)));
}

/* Of an account without tokens, what it knows moves as well. */
static void
move__takes_a_state_without_a_seed(void **unused)
{
	(void)unused;
	copy_all();
	assert_true(lets_in(world.store, hotp(3)));
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_MERGED);
	assert_false(lets_in(other, hotp(3)));
	assert_true(lets_in(other, hotp(4)));
}

/*
 * What was left over of a move does not take the place of what became of the
 * account since.
 */
static void
move__takes_no_account_back_that_went_on(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		struct otp_account there = world.account;
		struct otp_host host = world.host;

		assert_true(call < 200);
		world_close(&world);
		begin();
		stop_from(call);
		err = move_there();
		stop_from(0);
		if (!has(world.store, "seed/alice") ||
		    !state_in(world.store).moved)
			continue;
		host = world.host;
		host.store.folder = other;
		there.host = &host;
		assert_int_equal(otp_enrol_discard(&there), OTP_OK);
		assert_int_equal(move_there(), OTP_ERR_MOVED);
		assert_false(lets_in(world.store, hotp(1)));
		assert_false(has(other, "seed/alice"));
	}
}

/* The copy, before the original is marked; both, when a move goes on. */
static void
move__goes_on_from_what_is_on_the_disk(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	unsigned gone_on = 0;

	(void)unused;
	settle_fails_at = 1;
	assert_int_equal(move_there(), OTP_ERR_WRITE);
	assert_false(state_in(world.store).moved);
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 200);
		world_close(&world);
		begin();
		stop_from(call);
		err = move_there();
		stop_from(0);
		if (!state_in(world.store).moved || !state_in(other).moved)
			continue;
		gone_on++;
		for (unsigned which = 1; which <= 2; which++) {
			settled = 0;
			settle_fails_at = which;
			assert_int_equal(move_there(), OTP_ERR_WRITE);
			assert_true(state_in(other).moved);
		}
		settle_fails_at = 0;
		assert_int_equal(move_there(), OTP_OK);
		assert_true(lets_in(other, hotp(1)));
	}
	assert_true(gone_on > 0);
}

/* A merge, if MERGES; FIRST is moved before the other way, if BACK. */
static void
assert_once(bool merges, bool back)
{
	enum otp_err err = OTP_ERR_WRITE;
	unsigned neither = 0, unfinished = 0;

	for (unsigned call = 1; err != OTP_OK; call++) {
		unsigned in;

		assert_true(call < 200);
		world_close(&world);
		begin();
		if (merges)
			copy_all();
		assert_true(lets_in(world.store, hotp(5)));
		stop_from(call);
		err = move_there();
		stop_from(0);
		if (!merges) {
			assert_false(lets_in(world.store, hotp(5)));
			assert_false(lets_in(other, hotp(5)));
			in = lets_in(world.store, hotp(6));
			in += lets_in(other, hotp(6));
			assert_true(in <= 1);
			neither += in == 0;
		} else {
			in = lets_in(world.store, hotp(6));
		}
		unfinished += err != OTP_OK;
		if (back && !merges) {
			assert_int_equal(move_back(), OTP_OK);
			assert_false(lets_in(world.store, hotp(5)));
			assert_false(in == 1 && lets_in(world.store, hotp(6)));
			assert_true(lets_in(world.store, hotp(7)));
			assert_false(lets_in(other, hotp(8)));
			continue;
		}
		assert_int_equal(move_there(), OTP_OK);
		assert_false(lets_in(other, hotp(5)));
		assert_false(in == 1 && lets_in(other, hotp(6)));
		assert_true(lets_in(other, hotp(7)));
		assert_false(lets_in(world.store, hotp(8)));
		assert_false(has(world.store, "seed/alice"));
	}
	assert_true(unfinished > 5);
	assert_true(merges || neither > 1);
}

static void
move__stopped_anywhere_accepts_a_code_once(void **unused)
{
	(void)unused;
	assert_once(false, false);
}

static void
move__stopped_anywhere_can_be_taken_back(void **unused)
{
	(void)unused;
	assert_once(false, true);
}

static void
merge__stopped_anywhere_ends_with_each_code_used(void **unused)
{
	(void)unused;
	assert_once(true, false);
}

/* Of one error, as of a full disk that has room again. */
static void
move__with_one_call_that_fails_loses_nothing(void **unused)
{
	bool failed = true;
	unsigned errors = 0;

	(void)unused;
	for (unsigned call = 1; failed; call++) {
		assert_true(call < 200);
		world_close(&world);
		begin();
		assert_true(lets_in(world.store, hotp(5)));
		stop_from(call);
		stop_once = true;
		errors += move_there() != OTP_OK;
		failed = stop_calls >= call;
		stop_from(0);
		assert_int_equal(move_there(), OTP_OK);
		assert_false(lets_in(other, hotp(5)));
		assert_true(lets_in(other, hotp(6)));
		assert_false(lets_in(world.store, hotp(7)));
		assert_false(has(world.store, "seed/alice"));
	}
	assert_true(errors > 5);
}

/* Whether ACTION was stopped at its call CALL, and not done. */
static bool
is_stopped(enum otp_err (*action)(void), unsigned call)
{
	enum otp_err err;

	stop_from(call);
	err = action();
	stop_from(0);
	return err != OTP_OK;
}

static enum otp_err
move_on(void)
{
	return move_between(other, third);
}

static enum otp_err
move_from_third(void)
{
	return move_between(third, other);
}

static bool
is_left(const char *folder)
{
	return has(folder, "seed/alice") && state_in(folder).moved;
}

static void
assert_in_one_store(void)
{
	unsigned in = lets_in(world.store, hotp(1));

	in += lets_in(other, hotp(1));
	in += lets_in(third, hotp(1));
	assert_true(in <= 1);
}

/*
 * An original that is left takes no copy for its own that is another move's, or
 * an original of the next.
 */
static void
move__goes_on_with_its_own_copy(void **unused)
{
	unsigned left = 0;
	bool stopped = true;

	(void)unused;
	for (unsigned first = 1; stopped; first++) {
		bool next = true;

		for (unsigned call = 1; stopped && next; call++) {
			world_close(&world);
			begin();
			stopped = is_stopped(move_there, first);
			if (!is_left(world.store) || is_left(other))
				break;
			left++;
			next = is_stopped(move_on, call);
			(void)move_there();
			assert_in_one_store();
		}
	}
	assert_true(left > 5);
}

static void
move__goes_on_with_no_copy_of_a_later_move(void **unused)
{
	unsigned left = 0;
	bool stopped = true;

	(void)unused;
	for (unsigned first = 1; stopped; first++) {
		bool next = true;

		for (unsigned call = 1; stopped && next; call++) {
			world_close(&world);
			begin();
			stopped = is_stopped(move_there, first);
			if (!is_left(world.store) || is_left(other))
				break;
			left++;
			assert_int_equal(move_on(), OTP_OK);
			next = is_stopped(move_from_third, call);
			(void)move_there();
			assert_in_one_store();
		}
	}
	assert_true(left > 5);
}

/* An exemption that ended meanwhile is not what the former store remembers. */
static void
move__brings_no_exemption_back_that_ended(void **unused)
{
	const struct otp_exemption none = { 0 };
	struct otp_state state = *world_state(&world);
	struct otp_account there = world.account;
	struct otp_host host = world.host;
	bool changed = false;

	(void)unused;
	state.exemption.until = WORLD_NOW + 1000;
	strcpy(state.exemption.reason, "a reason");
	world_put_state(&world, &state);
	assert_int_equal(move_there(), OTP_OK);
	host.store.folder = other;
	there.host = &host;
	assert_int_equal(otp_standing_exempt(&there, &none, &changed), OTP_OK);
	assert_true(changed);
	assert_int_equal(move_back(), OTP_OK);
	assert_int_equal(state_in(world.store).exemption.until, 0);
}

/* Those who use the other store did not exempt the user there. */
static void
merge__exempts_nobody(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	copy_all();
	state.exemption.until = WORLD_NOW + 1000;
	strcpy(state.exemption.reason, "a reason");
	world_put_state(&world, &state);
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_MERGED);
	assert_int_equal(state_in(other).exemption.until, 0);
}

/* ACTION on the account in the store at FOLDER. */
static struct otp_account
account_in(struct otp_host *host, const char *folder)
{
	struct otp_account account = world.account;

	*host = world.host;
	host->store.folder = folder;
	account.host = host;
	return account;
}

static void
remove_in(const char *folder, bool purge)
{
	struct otp_host host;
	struct otp_account account = account_in(&host, folder);

	assert_int_equal(otp_enrol_remove(&account, purge), OTP_OK);
}

/* Also in the middle of a move. */
static void
discard_in(const char *folder)
{
	struct otp_host host;
	struct otp_account account = account_in(&host, folder);

	assert_int_equal(otp_enrol_discard(&account), OTP_OK);
}

/* The one in FOLDER is not enrolled, can be, and knows that code 3 was used. */
static void
assert_can_be_enrolled(const char *folder)
{
	const struct otp_state state = state_in(folder);
	const struct otp_credential *hotp =
	    otp_state_find(&state, OTP_HOTP, world_id(&world, 1));

	assert_false(state.moved);
	assert_false(state.enrolled);
	assert_false(has(folder, "seed/alice"));
	assert_non_null(hotp);
	assert_int_equal(hotp->value, 4);
}

/* What it knows goes to where it came from, also where that is stopped. */
static void
move__takes_a_removed_account_back(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	unsigned unfinished = 0;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 200);
		world_close(&world);
		begin();
		assert_int_equal(move_there(), OTP_OK);
		assert_true(lets_in(other, hotp(3)));
		remove_in(other, false);
		stop_from(call);
		err = move_back();
		stop_from(0);
		unfinished += err != OTP_OK;
		assert_false(lets_in(world.store, hotp(4)));
		assert_false(lets_in(other, hotp(4)));
		if (err != OTP_OK)
			assert_int_equal(move_back(), OTP_OK);
		assert_can_be_enrolled(world.store);
		assert_true(state_in(other).moved);
	}
	assert_true(unfinished > 3);
}

/* The mark that OTHER has is of what is in the third store. */
static void
move__ends_no_mark_of_an_account_elsewhere(void **unused)
{
	struct otp_host host;
	struct otp_account here;
	bool changed = false;

	(void)unused;
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move_on(), OTP_OK);
	remove_in(world.store, true);
	here = account_in(&host, world.store);
	assert_int_equal(otp_standing_suspend(&here, true, &changed), OTP_OK);
	assert_not_moved(OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_ELSEWHERE);
	assert_true(state_in(other).moved);
	assert_true(lets_in(third, hotp(1)));
	/* As it is advised. */
	remove_in(other, true);
	assert_int_equal(move_there(), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_DONE);
	assert_false(state_in(other).moved);
}

/* FROM without tokens; TO has a seed that a move left there, as ADVISED. */
static void
assert_unfinished(const char *from, const char *to)
{
	assert_int_equal(move_between(from, to), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_UNFINISHED);
	assert_true(has(to, "seed/alice"));
	assert_true(state_in(to).moved);
	assert_false(state_in(from).moved);
	/* As it is advised; the second time, with a copy that is too old. */
	if (move_between(to, from) == OTP_ERR_MOVED)
		discard_in(to);
	assert_int_equal(move_between(from, to), OTP_OK);
	assert_int_equal(move.outcome, OTP_MOVE_DONE);
	assert_false(state_in(to).moved);
	assert_false(has(to, "seed/alice"));
	assert_false(lets_in(to, hotp(1)));
}

static void
move__ends_no_move_that_was_interrupted(void **unused)
{
	unsigned copies = 0, originals = 0;
	bool stopped = true;

	(void)unused;
	for (unsigned call = 1; stopped; call++) {
		world_close(&world);
		begin();
		stopped = is_stopped(move_there, call);
		if (stopped && has(other, "seed/alice") &&
		    !state_in(world.store).moved) {
			copies++;
			remove_in(world.store, false);
			assert_unfinished(world.store, other);
		} else if (is_left(world.store) && !is_left(other)) {
			originals++;
			remove_in(other, false);
			assert_unfinished(other, world.store);
		}
	}
	assert_true(copies > 0 && originals > 0);
}

/* alice is suspended, and blocked after wrong codes of each kind of caller. */
static void
block(void)
{
	struct otp_state state = *world_state(&world);

	state.suspended = true;
	state.tally.failures = state.others.failures = 9;
	state.tally.wait_until = state.others.wait_until = WORLD_NOW + 1000;
	state.tally.wait_length = state.others.wait_length = 1000;
	state.tally.month_failures = state.others.month_failures = 9;
	world_put_state(&world, &state);
}

static void
unblock_in(const char *folder)
{
	struct otp_host host;
	struct otp_account account = account_in(&host, folder);
	uint32_t failures = 0;

	assert_int_equal(otp_enrol_unlock(&account, &failures), OTP_OK);
	assert_int_equal(failures, 18);
	resume_in(folder);
}

static void
move__brings_nothing_back_that_ended(void **unused)
{
	struct otp_state state;

	(void)unused;
	block();
	assert_int_equal(move_there(), OTP_OK);
	unblock_in(other);
	assert_int_equal(move_back(), OTP_OK);
	state = state_in(world.store);
	assert_false(state.suspended);
	assert_int_equal(state.tally.failures + state.others.failures, 0);
	assert_int_equal(state.tally.wait_until + state.others.wait_until, 0);
	assert_true(lets_in(world.store, hotp(1)));
}

/* A copy of it that was never there ends nothing. */
static void
move__ends_no_suspension_of_another_move(void **unused)
{
	struct otp_state state;

	(void)unused;
	copy_all();
	block();
	assert_int_equal(move_between(world.store, third), OTP_OK);
	assert_int_equal(move_back(), OTP_OK);
	state = state_in(world.store);
	assert_true(state.suspended);
	assert_int_equal(state.tally.failures, 9);
	assert_int_equal(state.others.failures, 9);
}

/* Whether FOLDER, where a move was stopped, keeps what that move needs. */
static void
assert_kept(const char *folder)
{
	struct otp_host host;
	struct otp_account account = account_in(&host, folder);
	struct otp_snapshot snapshot;

	assert_int_equal(
	    otp_snapshot_read(&host, "alice", &snapshot, NULL), OTP_OK);
	assert_int_equal(snapshot.state_fault.detail, OTP_DETAIL_MOVING);
	otp_snapshot_wipe(&snapshot);
	assert_int_equal(otp_enrol_remove(&account, true), OTP_ERR_MOVED);
	assert_int_equal(account.fault.detail, OTP_DETAIL_MOVING);
	assert_false(account.committed || account.partly);
	assert_true(is_left(folder));
}

/* Neither the original goes before its copy is used, nor the copy. */
static void
purge__waits_for_the_end_of_a_move(void **unused)
{
	unsigned originals = 0, copies = 0;
	bool stopped = true;

	(void)unused;
	for (unsigned call = 1; stopped; call++) {
		world_close(&world);
		begin();
		stopped = is_stopped(move_there, call);
		if (is_left(world.store)) {
			originals++;
			assert_kept(world.store);
		}
		if (is_left(other)) {
			copies++;
			assert_kept(other);
		}
		if (stopped)
			assert_int_equal(move_there(), OTP_OK);
		remove_in(world.store, true);
		assert_true(lets_in(other, hotp(1)));
	}
	assert_true(originals > 0 && copies > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(move__takes_all_that_is_known),
		TEST(move__keeps_a_used_code_used),
		TEST(move__leaves_an_account_that_is_refused),
		TEST(move__is_done_once),
		TEST(move__replaces_no_other_tokens),
		TEST(move__refuses_another_uid),
		TEST(move__refuses_the_uid_of_another_account),
		TEST(move__leaves_root_where_it_is),
		TEST(move__needs_a_seed_that_was_adopted),
		TEST(move__merges_what_two_stores_know),
		TEST(move__takes_a_state_without_a_seed),
		TEST(move__takes_no_account_back_that_went_on),
		TEST(move__goes_on_from_what_is_on_the_disk),
		TEST(move__stopped_anywhere_accepts_a_code_once),
		TEST(move__stopped_anywhere_can_be_taken_back),
		TEST(merge__stopped_anywhere_ends_with_each_code_used),
		TEST(move__with_one_call_that_fails_loses_nothing),
		TEST(move__goes_on_with_its_own_copy),
		TEST(move__goes_on_with_no_copy_of_a_later_move),
		TEST(move__brings_no_exemption_back_that_ended),
		TEST(merge__exempts_nobody),
		TEST(move__takes_a_removed_account_back),
		TEST(move__ends_no_mark_of_an_account_elsewhere),
		TEST(move__ends_no_move_that_was_interrupted),
		TEST(move__brings_nothing_back_that_ended),
		TEST(move__ends_no_suspension_of_another_move),
		TEST(purge__waits_for_the_end_of_a_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
