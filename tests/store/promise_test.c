/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: promise_test [PLACE]
 *
 * What store.h promises of every kind of store: of a new one of files, or of the
 * one at PLACE.  Accounts and uids are this process's own.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "common/effects/attempt.h"
#include "common/effects/sys.h"
#include "common/store/store.h"
#include "tests/lib/sample.h"
#ifdef PROMISE_FLEET
#include "common/fleet/kind_internal.h"
#endif

#define RACERS 8

static struct otp_place place;
static unsigned accounts; /* that were named */

/* A name of its own, and a uid, in buffers that the next two calls leave. */
static const char *
new_account(uint32_t *ret_uid)
{
	static char names[3][64];
	char *name = names[accounts % 3];

	accounts++;
	*ret_uid = 100000 + ((uint32_t)getpid() * 100 + accounts) % 1000000000;
	(void)snprintf(
	    name, sizeof(names[0]), "p%u-%u", (unsigned)getpid(), accounts);
	return name;
}

static struct otp_store *
open_store(const char *account)
{
	struct otp_store *store = NULL;

	assert_int_equal(otp_store_open(place, account, &store, NULL), OTP_OK);
	return store;
}

static int64_t
now(void)
{
	return (int64_t)time(NULL);
}

static struct otp_seed
a_seed(void)
{
	const struct otp_token token = sample_totp(1);

	return sample_seed(&token);
}

/* ACCOUNT, enrolled with UID, as the tool does it. */
static void
enrol(const char *account, uint32_t uid)
{
	const struct otp_seed seed = a_seed();
	struct otp_state state = sample_state(&seed, uid, now() - 86400);
	struct otp_store *store = open_store(account);

	state.enrolled = false;
	assert_int_equal(otp_store_create(store, &state, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(store, uid, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &seed, NULL), OTP_OK);
	assert_int_equal(otp_store_load(store, &state, NULL), OTP_OK);
	state.enrolled = true;
	assert_int_equal(
	    otp_store_put(store, &state, OTP_PUT_COMMIT, NULL), OTP_OK);
	assert_true(otp_store_in_effect(store));
	otp_store_close(store);
}

static struct otp_state
peek(const char *account)
{
	struct otp_store *store = open_store(account);
	struct otp_state state;

	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	otp_store_close(store);
	return state;
}

static void
account__that_is_not_there_is_absent(void **state)
{
	struct otp_seed seed;
	struct otp_state loaded;
	bool has = true;
	uint32_t uid;
	struct otp_store *store = open_store(new_account(&uid));

	(void)state;
	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_ERR_ABSENT);
	assert_int_equal(otp_store_has_seed(store, &has, NULL), OTP_OK);
	assert_false(has);
	assert_int_equal(otp_store_peek(store, &loaded, NULL), OTP_ERR_ABSENT);
	assert_int_equal(otp_store_look(store, &loaded, NULL), OTP_ERR_ABSENT);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_ERR_ABSENT);
	assert_int_equal(otp_store_check_lock(store, NULL), OTP_ERR_ABSENT);
	otp_store_close(store);
}

static void
open__refuses_names_that_no_account_has(void **state)
{
	struct otp_store *store = NULL;
	char name[1024];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(
	    otp_store_open(place, name, &store, NULL), OTP_ERR_NAME);
	assert_int_equal(otp_store_open(place, "", &store, NULL), OTP_ERR_NAME);
}

static void
create__makes_a_state_once(void **state)
{
	const struct otp_seed seed = a_seed();
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state made = sample_state(&seed, uid, now()), loaded;
	struct otp_store *store = open_store(account);

	(void)state;
	made.enrolled = false;
	assert_int_equal(otp_store_create(store, &made, NULL), OTP_OK);
	assert_true(otp_store_in_effect(store));
	assert_true(otp_store_is_locked(store));
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	made.generation = loaded.generation;
	assert_memory_equal(&loaded, &made, sizeof(made));
	otp_store_close(store);
	store = open_store(account);
	assert_int_equal(otp_store_create(store, &made, NULL), OTP_ERR_EXISTS);
	otp_store_close(store);
	loaded = peek(account);
	made.generation = loaded.generation;
	assert_memory_equal(&loaded, &made, sizeof(made));
}

static void
put__is_seen_by_the_next_load(void **state)
{
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state loaded, again;
	struct otp_store *store;

	(void)state;
	enrol(account, uid);
	store = open_store(account);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_true(otp_store_is_locked(store));
	loaded.tally.failures = 3;
	loaded.others.failures = loaded.others.month_failures = 2;
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_CHARGE, NULL), OTP_OK);
	again = peek(account);
	assert_int_equal(again.tally.failures, 3);
	assert_int_equal(again.others.failures, 2);
	assert_int_equal(again.generation, loaded.generation);
	loaded.last_success.time = 12345;
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	assert_true(otp_store_in_effect(store));
	again = peek(account);
	assert_int_equal(again.last_success.time, 12345);
	assert_true(again.generation > loaded.generation);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(loaded.generation, again.generation);
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_NOTHING, NULL), OTP_OK);
	assert_int_equal(otp_store_settle(store, NULL), OTP_OK);
	otp_store_close(store);
}

static void
put__conflicts_with_what_came_in_between(void **state)
{
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state first, second;
	struct otp_store *one, *other;

	(void)state;
	enrol(account, uid);
	one = open_store(account);
	other = open_store(account);
	assert_int_equal(otp_store_look(one, &first, NULL), OTP_OK);
	assert_int_equal(otp_store_look(other, &second, NULL), OTP_OK);
	assert_true(otp_store_is_locked(one));
	first.tally.failures = 1;
	second.tally.failures = 9;
	assert_int_equal(
	    otp_store_put(one, &first, OTP_PUT_CHARGE, NULL), OTP_OK);
	assert_int_equal(otp_store_put(other, &second, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	assert_false(otp_store_in_effect(other));
	assert_int_equal(peek(account).tally.failures, 1);
	assert_int_equal(
	    otp_store_put(one, &first, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(other);
	otp_store_close(one);
}

static void
put_seed__conflicts_with_what_came_in_between(void **state)
{
	const struct otp_token token = sample_hotp(2);
	const struct otp_seed first = a_seed(), second = sample_seed(&token);
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state loaded;
	struct otp_seed found;
	struct otp_store *one, *other;

	(void)state;
	enrol(account, uid);
	one = open_store(account);
	other = open_store(account);
	assert_int_equal(otp_store_look(one, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_look(other, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(one, &first, NULL), OTP_OK);
	assert_int_equal(
	    otp_store_put_seed(other, &second, NULL), OTP_ERR_CONFLICT);
	assert_false(otp_store_in_effect(other));
	otp_store_close(other);
	otp_store_close(one);
	one = open_store(account);
	assert_int_equal(otp_store_seed(one, &found, NULL), OTP_OK);
	assert_int_equal(found.tokens[0].kind, OTP_TOTP);
	otp_store_close(one);
}

static void
put__of_what_was_not_loaded_is_refused(void **state)
{
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state loaded;
	const struct otp_seed seed = a_seed();
	struct otp_store *store;

	(void)state;
	enrol(account, uid);
	loaded = peek(account);
	store = open_store(account);
	assert_int_equal(otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_peek(store, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	assert_int_equal(
	    otp_store_put_seed(store, &seed, NULL), OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_settle(store, NULL), OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.generation++;
	assert_int_equal(otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	otp_store_close(store);
}

/* Another process that charges, and commits a third of a second later. */
static pid_t
start_other(const char *account, bool commits)
{
	int ends[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct otp_store *store = NULL;
		struct otp_state state;
		struct timespec third = { .tv_nsec = 333000000 };

		if (otp_store_open(place, account, &store, NULL) != OTP_OK ||
		    otp_store_look(store, &state, NULL) != OTP_OK)
			_exit(1);
		state.tally.failures = 5;
		if (otp_store_put(store, &state, OTP_PUT_CHARGE, NULL) !=
			OTP_OK ||
		    write(ends[1], "x", 1) != 1)
			_exit(2);
		if (!commits)
			_exit(0);
		(void)nanosleep(&third, NULL);
		state.tally.failures = 0;
		state.last_success.time = 777;
		if (otp_store_put(store, &state, OTP_PUT_COMMIT, NULL) !=
		    OTP_OK)
			_exit(3);
		otp_store_close(store);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return child;
}

static void
load__waits_for_another_attempt(void **state)
{
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state loaded;
	struct otp_store *store;
	int status = 1;
	pid_t child;

	(void)state;
	enrol(account, uid);
	child = start_other(account, true);
	store = open_store(account);
	assert_int_equal(otp_store_look(store, &loaded, NULL), OTP_OK);
	assert_false(otp_store_is_locked(store));
	assert_false(otp_store_is_settled(store, false));
	assert_int_equal(loaded.tally.failures, 5);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(loaded.last_success.time, 777);
	assert_int_equal(loaded.tally.failures, 0);
	otp_store_close(store);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* One that ended in the middle does not keep others from the account. */
static void
load__goes_on_after_an_attempt_that_ended(void **state)
{
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_state loaded;
	struct otp_store *store;
	int status = 1;
	pid_t child;

	(void)state;
	enrol(account, uid);
	child = start_other(account, false);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	store = open_store(account);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(loaded.tally.failures, 5);
	otp_store_close(store);
}

static void
seed__is_what_was_put(void **state)
{
	const struct otp_token token = sample_hotp(2);
	const struct otp_seed other = sample_seed(&token);
	struct otp_seed seed;
	struct otp_state loaded;
	uint32_t uid;
	const char *account = new_account(&uid);
	struct otp_store *store;
	bool has = false;

	(void)state;
	enrol(account, uid);
	store = open_store(account);
	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_OK);
	assert_int_equal(seed.tokens[0].kind, OTP_TOTP);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &other, NULL), OTP_OK);
	assert_true(otp_store_in_effect(store));
	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_OK);
	assert_int_equal(seed.tokens[0].kind, OTP_HOTP);
	otp_store_close(store);
	store = open_store(account);
	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_OK);
	assert_int_equal(seed.tokens[0].kind, OTP_HOTP);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_OK);
	assert_true(otp_store_in_effect(store));
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_OK);
	assert_false(otp_store_in_effect(store));
	otp_store_close(store);
	store = open_store(account);
	assert_int_equal(otp_store_has_seed(store, &has, NULL), OTP_OK);
	assert_false(has);
	otp_store_close(store);
}

static void
seed__moves_to_another_name(void **state)
{
	const struct otp_seed seed = a_seed();
	struct otp_seed found;
	struct otp_state loaded;
	uint32_t uid, ignored;
	const char *former = new_account(&uid);
	const char *name = new_account(&ignored);
	struct otp_state fresh = sample_state(&seed, uid, now());
	struct otp_store *from, *to;

	(void)state;
	fresh.enrolled = false;
	enrol(former, uid);
	from = open_store(former);
	to = open_store(name);
	assert_int_equal(otp_store_create(to, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_load(from, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_OK);
	assert_true(otp_store_in_effect(to));
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_ERR_ABSENT);
	otp_store_close(from);
	otp_store_close(to);
	from = open_store(former);
	assert_int_equal(otp_store_seed(from, &found, NULL), OTP_ERR_ABSENT);
	to = open_store(name);
	assert_int_equal(otp_store_seed(to, &found, NULL), OTP_OK);
	otp_store_close(from);
	otp_store_close(to);
}

static void
seed__takes_no_others_place_when_it_moves(void **state)
{
	struct otp_state loaded;
	uint32_t uid, other;
	const char *former = new_account(&uid), *name = new_account(&other);
	struct otp_store *from, *to;

	(void)state;
	enrol(former, uid);
	enrol(name, other);
	from = open_store(former);
	to = open_store(name);
	assert_int_equal(otp_store_load(from, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_load(to, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_ERR_EXISTS);
	otp_store_close(from);
	otp_store_close(to);
}

static void
purge__leaves_nothing(void **state)
{
	const struct otp_seed seed = a_seed();
	struct otp_seed found;
	struct otp_state loaded;
	uint32_t uid, other;
	const char *account = new_account(&uid), *next = new_account(&other);
	struct otp_state fresh = sample_state(&seed, uid, now());
	struct otp_store *store;
	bool ours = true;

	(void)state;
	fresh.enrolled = false;
	enrol(account, uid);
	store = open_store(account);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_OK);
	assert_int_equal(otp_store_purge(store, NULL), OTP_OK);
	assert_true(otp_store_in_effect(store));
	otp_store_close(store);
	store = open_store(account);
	assert_int_equal(otp_store_peek(store, &loaded, NULL), OTP_ERR_ABSENT);
	assert_int_equal(otp_store_seed(store, &found, NULL), OTP_ERR_ABSENT);
	assert_int_equal(otp_store_purge(store, NULL), OTP_OK);
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	otp_store_close(store);
	store = open_store(next);
	assert_int_equal(otp_store_check_uid(store, uid, &ours, NULL), OTP_OK);
	assert_false(ours);
	otp_store_close(store);
}

static void
uid__is_one_accounts(void **state)
{
	const struct otp_seed seed = a_seed();
	uint32_t uid, ignored;
	const char *account = new_account(&uid), *other = new_account(&ignored);
	struct otp_state fresh = sample_state(&seed, uid, now()), loaded;
	struct otp_fault fault = { 0 };
	struct otp_store *store;
	bool ours = false;

	(void)state;
	fresh.enrolled = false;
	enrol(account, uid);
	store = open_store(account);
	assert_int_equal(otp_store_check_uid(store, uid, &ours, NULL), OTP_OK);
	assert_true(ours);
	otp_store_close(store);
	store = open_store(other);
	assert_int_equal(
	    otp_store_check_uid(store, uid, &ours, &fault), OTP_ERR_UID);
	assert_string_equal(fault.name, account);
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(store, uid, NULL), OTP_ERR_UID);
	assert_int_equal(
	    otp_store_claim_uid(store, OTP_UID_VIRTUAL, NULL), OTP_OK);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.enrolled = true;
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_ERR_UID);
	otp_store_close(store);
	assert_false(peek(other).enrolled);
}

/* A process was interrupted between the index and the state. */
static void
uid__that_was_left_over_can_be_claimed(void **state)
{
	const struct otp_seed seed = a_seed();
	uint32_t uid, ignored;
	const char *account = new_account(&uid), *other = new_account(&ignored);
	struct otp_state fresh = sample_state(&seed, uid, now());
	struct otp_store *store;
	bool ours = true;

	(void)state;
	fresh.enrolled = false;
	store = open_store(account);
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(store, uid, NULL), OTP_OK);
	otp_store_close(store);
	store = open_store(other);
	assert_int_equal(otp_store_check_uid(store, uid, &ours, NULL), OTP_OK);
	assert_false(ours);
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(store, uid, NULL), OTP_OK);
	assert_int_equal(otp_store_check_uid(store, uid, &ours, NULL), OTP_OK);
	assert_true(ours);
	otp_store_close(store);
}

/* Another account takes over what was left over, while this one goes on. */
static void
uid__is_never_that_of_two_who_are_enrolled(void **state)
{
	const struct otp_seed seed = a_seed();
	uint32_t uid, ignored;
	const char *account = new_account(&uid), *other = new_account(&ignored);
	struct otp_state fresh = sample_state(&seed, uid, now()), loaded;
	struct otp_store *one = open_store(account), *two;
	enum otp_err err;
	bool ours = false;

	(void)state;
	fresh.enrolled = false;
	assert_int_equal(otp_store_create(one, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(one, uid, NULL), OTP_OK);
	otp_store_close(one);
	one = open_store(account);
	assert_int_equal(otp_store_look(one, &loaded, NULL), OTP_OK);
	two = open_store(other);
	assert_int_equal(otp_store_create(two, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(two, uid, NULL), OTP_OK);
	loaded.enrolled = true;
	err = otp_store_put(one, &loaded, OTP_PUT_COMMIT, NULL);
	assert_true(err == OTP_OK || err == OTP_ERR_UID);
	assert_int_equal(otp_store_check_uid(two, uid, &ours, NULL),
	    err == OTP_OK ? OTP_ERR_UID : OTP_OK);
	assert_int_equal(peek(account).enrolled, err == OTP_OK);
	otp_store_close(two);
	otp_store_close(one);
}

static void
uid__goes_with_the_seed_of_who_is_not_enrolled(void **state)
{
	uint32_t uid, ignored;
	const char *account = new_account(&uid), *other = new_account(&ignored);
	struct otp_state loaded;
	struct otp_store *store;
	bool ours = true;

	(void)state;
	enrol(account, uid);
	store = open_store(account);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.enrolled = false;
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	assert_int_equal(otp_store_check_uid(store, uid, &ours, NULL), OTP_OK);
	assert_true(ours);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_OK);
	otp_store_close(store);
	store = open_store(other);
	assert_int_equal(otp_store_check_uid(store, uid, &ours, NULL), OTP_OK);
	assert_false(ours);
	otp_store_close(store);
}

/* What is searched for among all accounts, and how often it was found. */
struct search {
	const char *account;
	uint32_t uid;
	unsigned found, all;
};

static enum otp_err
visit_account(void *context, const char *account)
{
	struct search *search = context;

	search->all++;
	if (strcmp(account, search->account) == 0)
		search->found++;
	return OTP_OK;
}

static enum otp_err
visit_uid(void *context, uint32_t uid, const char *account)
{
	struct search *search = context;

	if (uid != search->uid)
		return OTP_OK;
	assert_string_equal(account, search->account);
	search->found++;
	return OTP_ERR_LIMIT;
}

static void
each__visits_every_account_once(void **state)
{
	struct search search = { 0 };

	(void)state;
	search.account = new_account(&search.uid);
	enrol(search.account, search.uid);
	assert_int_equal(
	    otp_store_each(place, visit_account, &search, NULL), OTP_OK);
	assert_int_equal(search.found, 1);
	assert_true(search.all > 1);
	assert_int_equal(
	    otp_store_each_uid(place, visit_uid, &search, NULL), OTP_ERR_LIMIT);
	assert_int_equal(search.found, 2);
	assert_int_equal(
	    otp_store_each_left(place, visit_account, &search, NULL), OTP_OK);
}

#ifdef PROMISE_FLEET
/* As reading an account does that fails; CONTEXT: to be read again afterwards. */
static enum otp_err
lose_connection(void *context, const char *account)
{
	otp_session_close();
	if (context != NULL)
		otp_store_close(open_store(account));
	return OTP_OK;
}

static enum otp_err
lose_connection_of_uid(void *context, uint32_t uid, const char *account)
{
	(void)uid;
	return lose_connection(context, account);
}

static void
each__ends_with_its_connection(void **state)
{
	bool again = true;
	uint32_t uid;
	const char *account = new_account(&uid);

	(void)state;
	enrol(account, uid);
	assert_int_equal(otp_store_each(place, lose_connection, NULL, NULL),
	    OTP_ERR_DATABASE);
	assert_int_equal(otp_store_each(place, lose_connection, &again, NULL),
	    OTP_ERR_DATABASE);
	assert_int_equal(
	    otp_store_each_uid(place, lose_connection_of_uid, &again, NULL),
	    OTP_ERR_DATABASE);
}
#endif

#ifdef PROMISE_FLEET
/* By another account that is open, as in a renaming. */
static void
change__fails_without_the_connection_of_its_load(void **state)
{
	const struct otp_state other = { 0 };
	struct otp_state loaded;
	struct otp_store *store;
	uint32_t uid;
	const char *account = new_account(&uid);

	(void)state;
	enrol(account, uid);
	store = open_store(account);
	assert_int_equal(otp_store_peek(store, &loaded, NULL), OTP_OK);
	otp_session_close();
	assert_int_equal(otp_store_purge(store, NULL), OTP_ERR_DATABASE);
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_ERR_DATABASE);
	assert_int_equal(
	    otp_store_rewrite(store, &other, NULL), OTP_ERR_DATABASE);
	otp_store_close(store);
	assert_true(peek(account).enrolled);
}
#endif

/* --- Logins -------------------------------------------------------------- */

static enum otp_err
try(const char *account, uint32_t uid, const char *typed,
    struct otp_answer *ret_answer)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	const struct otp_host host = {
		.sys = &otp_sys_host, .store = place, .policy = &policy
	};
	struct otp_request request = { .uid = uid, .service = "sshd" };

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	return otp_attempt_try(&host, &request, typed, ret_answer, NULL);
}

static const char *
code_now(void)
{
	static char code[SAMPLE_CODE_SIZE];
	const struct otp_token token = sample_totp(1);

	return sample_code(&token, (uint64_t)now() / 30, code);
}

static void
code__works_once(void **state)
{
	const struct otp_token token = sample_totp(1);
	char wrong[SAMPLE_CODE_SIZE];
	struct otp_answer answer;
	const char *code;
	uint32_t uid;
	const char *account = new_account(&uid);

	(void)state;
	enrol(account, uid);
	code = code_now();
	assert_int_equal(try(account, uid, code, &answer), OTP_OK);
	assert_int_equal(answer.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(try(account, uid, code, &answer), OTP_OK);
	assert_int_equal(answer.verdict, OTP_VERDICT_REPLAY);
	assert_int_equal(peek(account).tally.failures, 0);
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(
		    try(account, uid, sample_wrong(&token, now(), wrong),
			&answer),
		    OTP_OK);
		assert_int_equal(answer.verdict, OTP_VERDICT_REJECT);
		assert_int_equal(peek(account).tally.failures, i);
	}
	assert_int_equal(try(account, uid, code, &answer), OTP_OK);
	assert_int_equal(answer.verdict, OTP_VERDICT_WAITING);
}

/* One of them is let in; every other one finds the code used. */
static void
code__works_once_for_many_at_once(void **state)
{
	uint32_t uid;
	const char *account = new_account(&uid);
	const char *code;
	pid_t racers[RACERS];
	unsigned accepted = 0, replayed = 0;

	(void)state;
	enrol(account, uid);
	code = code_now();
	for (unsigned i = 0; i < RACERS; i++) {
		racers[i] = fork();
		assert_true(racers[i] >= 0);
		if (racers[i] == 0) {
			struct otp_answer answer;
			const enum otp_err err =
			    try(account, uid, code, &answer);

			if (err != OTP_OK)
				_exit(2);
			_exit(answer.verdict == OTP_VERDICT_ACCEPT     ? 0
				: answer.verdict == OTP_VERDICT_REPLAY ? 1
								       : 3);
		}
	}
	for (unsigned i = 0; i < RACERS; i++) {
		int status = 0;

		assert_int_equal(waitpid(racers[i], &status, 0), racers[i]);
		assert_true(WIFEXITED(status));
		accepted += WEXITSTATUS(status) == 0;
		replayed += WEXITSTATUS(status) == 1;
	}
	assert_int_equal(accepted, 1);
	assert_int_equal(replayed, RACERS - 1);
	assert_int_equal(peek(account).tally.failures, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(account__that_is_not_there_is_absent),
		cmocka_unit_test(open__refuses_names_that_no_account_has),
		cmocka_unit_test(create__makes_a_state_once),
		cmocka_unit_test(put__is_seen_by_the_next_load),
		cmocka_unit_test(put__conflicts_with_what_came_in_between),
		cmocka_unit_test(put_seed__conflicts_with_what_came_in_between),
		cmocka_unit_test(put__of_what_was_not_loaded_is_refused),
		cmocka_unit_test(load__waits_for_another_attempt),
		cmocka_unit_test(load__goes_on_after_an_attempt_that_ended),
		cmocka_unit_test(seed__is_what_was_put),
		cmocka_unit_test(seed__moves_to_another_name),
		cmocka_unit_test(seed__takes_no_others_place_when_it_moves),
		cmocka_unit_test(purge__leaves_nothing),
		cmocka_unit_test(uid__is_one_accounts),
		cmocka_unit_test(uid__that_was_left_over_can_be_claimed),
		cmocka_unit_test(uid__is_never_that_of_two_who_are_enrolled),
		cmocka_unit_test(
		    uid__goes_with_the_seed_of_who_is_not_enrolled),
		cmocka_unit_test(each__visits_every_account_once),
#ifdef PROMISE_FLEET
		cmocka_unit_test(each__ends_with_its_connection),
		cmocka_unit_test(
		    change__fails_without_the_connection_of_its_load),
#endif
		cmocka_unit_test(code__works_once),
		cmocka_unit_test(code__works_once_for_many_at_once),
	};
	char root[SAMPLE_ROOT_SIZE] = "";
	char folder[SAMPLE_ROOT_SIZE + 16];
	int failed;

#ifdef PROMISE_FLEET
	otp_store_register(OTP_FLEET_PREFIX, &otp_fleet_kind);
#endif
	if (argc > 1) {
		place.folder = argv[1];
	} else {
		sample_folder(root);
		(void)snprintf(folder, sizeof(folder), "%s/store", root);
		sample_init(folder);
		place =
		    (struct otp_place){ .folder = folder, .is_local = true };
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (root[0] != '\0')
		sample_remove(root);
	return failed;
}
