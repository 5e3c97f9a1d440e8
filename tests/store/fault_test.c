/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each system call in turn fails: nobody is let in by it, nobody is taken for
 * not enrolled, nothing is lost, and the next one works.
 */
#include "config.h"

#include "tests/lib/codes.h"
#include "tests/store/ground.h"
#include "tests/lib/account.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/store/calls.h"

/* How a call may fail, and what becomes of it in a login. */
struct failure {
	enum call call;
	int errnum;
	enum otp_err err;
};

static const struct failure failures[] = {
	{ CALL_OPENAT, EIO, OTP_ERR_READ },
	{ CALL_OPENAT, EACCES, OTP_ERR_READ },
	{ CALL_OPENAT, EMFILE, OTP_ERR_LIMIT },
	{ CALL_OPENAT, ENFILE, OTP_ERR_LIMIT },
	{ CALL_OPENAT, ENOMEM, OTP_ERR_NOMEM },
	{ CALL_OPENAT, EROFS, OTP_ERR_WRITE },
	{ CALL_OPENAT, ELOOP, OTP_ERR_LINK },
	{ CALL_STATX, EIO, OTP_ERR_READ },
	{ CALL_STATX, EACCES, OTP_ERR_READ },
	{ CALL_STATX, ELOOP, OTP_ERR_READ },
	{ CALL_STATX, ENOMEM, OTP_ERR_NOMEM },
	{ CALL_FSTATFS, EIO, OTP_ERR_READ },
	{ CALL_FCNTL, EIO, OTP_ERR_READ },
	{ CALL_FCNTL, ENOLCK, OTP_ERR_LIMIT },
	{ CALL_GETRLIMIT, EINVAL, OTP_ERR_READ },
	{ CALL_PREAD, EIO, OTP_ERR_READ },
	{ CALL_PREAD, ENOMEM, OTP_ERR_NOMEM },
	{ CALL_PREAD, ENOENT, OTP_ERR_READ }, /* nothing is absent by that */
	{ CALL_PWRITE, EIO, OTP_ERR_WRITE },
	{ CALL_PWRITE, ENOSPC, OTP_ERR_WRITE },
	{ CALL_PWRITE, EDQUOT, OTP_ERR_WRITE },
	{ CALL_PWRITE, EROFS, OTP_ERR_WRITE },
	{ CALL_PWRITE, ENOENT, OTP_ERR_WRITE },
	{ CALL_PWRITE, EFBIG, OTP_ERR_WRITE },
	{ CALL_PWRITE, ENOMEM, OTP_ERR_NOMEM },
	{ CALL_FDATASYNC, EIO, OTP_ERR_WRITE },
	{ CALL_FDATASYNC, ENOSPC, OTP_ERR_WRITE },
	{ CALL_FDATASYNC, EDQUOT, OTP_ERR_WRITE },
	{ CALL_FDATASYNC, EROFS, OTP_ERR_WRITE },
	{ CALL_CALLOC, ENOMEM, OTP_ERR_NOMEM },
};

static void
assert_nothing_left(
    const struct ground *ground, const char *account, unsigned descriptors)
{
	assert_int_equal(sample_descriptors(), descriptors);
	assert_false(ground_is_locked(ground, account));
}

/* The login whose call number AT fails; false where it made fewer. */
static bool
fail_login(struct ground *ground, const struct failure *failure, unsigned at,
    const char *code)
{
	struct otp_state before = ground_state(ground, "alice"), after;
	unsigned descriptors = sample_descriptors();
	enum otp_err err;

	calls_plan(failure->call, at, CALL_FAILS, failure->errnum);
	err = ground_try(ground, "alice", code);
	calls_stop();
	if (calls.hit == CALL_ANY)
		return false;
	after = ground_state(ground, "alice");
	assert_true(after.generation == before.generation ||
	    after.generation == before.generation + 1);
	if (calls.hit_unlock) { /* closing does the rest */
		assert_int_equal(err, OTP_OK);
		assert_int_equal(ground->answer.verdict, OTP_VERDICT_ACCEPT);
		assert_int_equal(after.generation, before.generation + 1);
	} else {
		assert_int_equal(err, failure->err);
		assert_int_equal(ground->answer.verdict, OTP_VERDICT_REJECT);
	}
	assert_nothing_left(ground, "alice", descriptors);
	return true;
}

static void
login__is_refused_whatever_call_fails(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned met[CALLS] = { 0 };

	ground_enrol(ground, "alice", &token);
	calls.no_flush = true;
	calls.no_openat2 = true;
	for (size_t i = 0; i < COUNT(failures); i++) {
		bool met_one = true;

		for (unsigned at = 1; met_one; at++) {
			char code[SAMPLE_CODE_SIZE];

			ground->now += 30;
			met_one = fail_login(ground, &failures[i], at,
			    ground_code(ground, &token, code));
			met[failures[i].call] += met_one ? 1 : 0;
			ground->now += 30;
			ground_expect(ground, "alice",
			    ground_code(ground, &token, code),
			    OTP_VERDICT_ACCEPT);
		}
	}
	/* The list leaves out no call that a login makes. */
	for (unsigned call = 1; call < CALLS; call++)
		assert_true(met[call] > 0 || calls.count[call] == 0);
	assert_in_range(met[CALL_OPENAT], 7 * 6, 7 * 20);
	assert_in_range(met[CALL_PWRITE], 6 * 3, 6 * 6);
}

/* Where the store cannot be opened in one step, it is in several. */
static void
login__goes_the_long_way_where_the_short_one_fails(void **state)
{
	static const int errnums[] = { ENOSYS, EPERM, EAGAIN, EINTR, EMFILE,
		EIO };
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned descriptors, checks;

	ground_enrol(ground, "alice", &token);
	calls.no_flush = true;
	descriptors = sample_descriptors();
	for (size_t i = 0; i < COUNT(errnums); i++) {
		char code[SAMPLE_CODE_SIZE];

		ground->now += 30;
		calls_plan(CALL_OPENAT2, 1, CALL_FAILS, errnums[i]);
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		calls_stop();
		assert_int_equal(calls.hit, CALL_OPENAT2);
	}
	/* "/tmp/NAME/store", and what is above each */
	for (checks = 1; checks <= 4; checks++) {
		char code[SAMPLE_CODE_SIZE];

		ground->now += 30;
		calls_plan(CALL_STATX, checks, CALL_FAILS, EIO);
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		calls_stop();
		assert_int_equal(calls.hit, CALL_STATX);
	}
	assert_int_equal(sample_descriptors(), descriptors);
}

/* With a wrong code as well, and never for free. */
static void
login__with_a_wrong_code_is_charged_or_not_compared(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned values = 0, charged = 0, spared = 0;

	ground_enrol(ground, "alice", &token);
	calls.no_flush = true;
	calls.values = &values;
	for (size_t i = 0; i < COUNT(failures); i++) {
		for (unsigned at = 1;; at++) {
			struct otp_subject alice = ground_subject("alice");
			char code[SAMPLE_CODE_SIZE];
			uint32_t failed;
			enum otp_err err;

			ground_wrong(ground, &token, code);
			values = 0;
			calls_plan(failures[i].call, at, CALL_FAILS,
			    failures[i].errnum);
			err = ground_try(ground, "alice", code);
			calls_stop();
			assert_int_equal(
			    ground->answer.verdict, OTP_VERDICT_REJECT);
			failed = ground_state(ground, "alice").tally.failures;
			assert_true(failed == 1 || values == 0);
			assert_true(failed == 1 || err != OTP_OK);
			charged += failed;
			spared += 1 - failed;
			assert_int_equal(
			    otp_enrol_unlock(
				ACCOUNT_OF(&ground->host, alice), &failed),
			    OTP_OK);
			if (calls.hit == CALL_ANY)
				break;
		}
	}
	assert_in_range(charged, COUNT(failures) + 2, 1000);
	assert_in_range(spared, 50, 1000);
}

static void
login__carries_interruptions_through(void **state)
{
	static const enum call interrupted[] = { CALL_OPENAT, CALL_FCNTL,
		CALL_STATX, CALL_FSTATFS, CALL_PREAD, CALL_PWRITE,
		CALL_FDATASYNC };
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned met = 0;

	ground_enrol(ground, "alice", &token);
	calls.no_flush = true;
	for (size_t i = 0; i < COUNT(interrupted); i++) {
		for (unsigned at = 1;; at++) {
			char code[SAMPLE_CODE_SIZE];

			ground->now += 30;
			calls_plan(interrupted[i], at, CALL_FAILS, EINTR);
			ground_expect(ground, "alice",
			    ground_code(ground, &token, code),
			    OTP_VERDICT_ACCEPT);
			calls_stop();
			if (calls.hit == CALL_ANY)
				break;
			met++;
		}
	}
	assert_in_range(met, 12, 100);
}

static void
login__carries_short_transfers_through(void **state)
{
	static const enum call moving[] = { CALL_PREAD, CALL_PWRITE };
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned met = 0;

	ground_enrol(ground, "alice", &token);
	calls.no_flush = true;
	for (size_t i = 0; i < COUNT(moving); i++) {
		for (unsigned at = 1;; at++) {
			char code[SAMPLE_CODE_SIZE];

			ground->now += 30;
			calls_plan(moving[i], at, CALL_IS_SHORT, 0);
			ground_expect(ground, "alice",
			    ground_code(ground, &token, code),
			    OTP_VERDICT_ACCEPT);
			calls_stop();
			if (calls.hit == CALL_ANY)
				break;
			met++;
		}
	}
	/* marker, state and seed, each at once; a record and two charges */
	assert_int_equal(met, 6);
}

static void
login__takes_no_empty_write_for_a_success(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);

	ground_enrol(ground, "alice", &token);
	for (unsigned at = 1;; at++) {
		char code[SAMPLE_CODE_SIZE];
		enum otp_err err;

		ground->now += 30;
		calls_plan(CALL_PWRITE, at, CALL_MOVES_NONE, 0);
		err = ground_try(
		    ground, "alice", ground_code(ground, &token, code));
		calls_stop();
		if (calls.hit == CALL_ANY)
			break;
		assert_int_equal(err, OTP_ERR_WRITE);
		assert_int_equal(ground->answer.verdict, OTP_VERDICT_REJECT);
	}
}

/* A flush that failed once: what it covered is written and flushed again. */
static void
login__after_a_failed_flush_writes_the_record_again(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_code(ground, &token, code);
	calls_plan(CALL_FDATASYNC, 1, CALL_FAILS, EIO);
	assert_int_equal(ground_try(ground, "alice", code), OTP_ERR_WRITE);
	calls_stop();
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	ground->now += 30;
	calls_start();
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	calls_stop();
	assert_int_equal(calls.count[CALL_FDATASYNC], 2);
	assert_int_equal(calls.count[CALL_PWRITE], 4);
}

static void
look__never_says_not_enrolled_when_a_call_fails(void **state)
{
	static const char *const accounts[] = { "alice", "nobody" };
	struct ground *ground = *state;
	unsigned met = 0;

	ground_enrol_alice(ground);
	calls.no_openat2 = true;
	for (size_t who = 0; who < COUNT(accounts); who++)
		for (size_t i = 0; i < COUNT(failures); i++)
			for (unsigned at = 1;; at++) {
				unsigned descriptors = sample_descriptors();
				enum otp_enrolled ask;
				enum otp_err err;

				calls_plan(failures[i].call, at, CALL_FAILS,
				    failures[i].errnum);
				err = ground_look(ground, accounts[who], &ask);
				calls_stop();
				assert_int_equal(
				    sample_descriptors(), descriptors);
				if (calls.hit == CALL_ANY) {
					assert_int_equal(err, OTP_OK);
					break;
				}
				assert_int_equal(err, failures[i].err);
				assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
				met++;
			}
	assert_in_range(met, 100, 1000);
}

static enum otp_err
failing_clock(void *context, int64_t *ret_now)
{
	(void)context;
	(void)ret_now;
	return OTP_ERR_CLOCK;
}

static enum otp_err
failing_random(void *context, void *bytes, size_t size)
{
	(void)context;
	(void)bytes;
	(void)size;
	return OTP_ERR_CRYPTO;
}

static void
login__needs_clock_and_randomness(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct otp_sys good = ground->sys;
	char code[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_code(ground, &token, code);
	ground->sys.time = failing_clock;
	assert_int_equal(ground_try(ground, "alice", code), OTP_ERR_CLOCK);
	assert_int_equal(ground->answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(ground_try(ground, "nobody", code), OTP_ERR_CLOCK);
	ground->sys = good;
	ground->sys.random = failing_random;
	assert_int_equal(ground_try(ground, "nobody", code), OTP_ERR_CRYPTO);
	ground_expect(ground, "alice", code, OTP_VERDICT_ACCEPT);
}

/* --- the tool's transactions --- */

#define OLD 1 /* numbers of tokens */
#define NEW 2

static enum otp_err
enrol_new(struct ground *ground, const char *account)
{
	struct otp_token token = sample_totp(NEW);
	struct otp_enrolment enrolment =
	    ground_enrolment(OTP_ENROL_NEW, &token);
	struct otp_recovery_set set;

	return codes_put(ACCOUNT_OF(&ground->host, ground_subject(account)),
	    &enrolment, 3, &set);
}

static enum otp_err
enrol_replace(struct ground *ground, const char *account)
{
	struct otp_token token = sample_totp(NEW);
	struct otp_enrolment enrolment =
	    ground_enrolment(OTP_ENROL_REPLACE, &token);
	struct otp_recovery_set set;

	return codes_put(ACCOUNT_OF(&ground->host, ground_subject(account)),
	    &enrolment, 3, &set);
}

static enum otp_err
enrol_recovery(struct ground *ground, const char *account)
{
	struct otp_subject subject = ground_subject(account);
	struct otp_recovery_set set;

	return codes_renew(ACCOUNT_OF(&ground->host, subject), 3, &set);
}

static enum otp_err
enrol_remove(struct ground *ground, const char *account)
{
	struct otp_subject subject = ground_subject(account);

	return otp_enrol_remove(ACCOUNT_OF(&ground->host, subject), false);
}

static enum otp_err
enrol_purge(struct ground *ground, const char *account)
{
	struct otp_subject subject = ground_subject(account);

	return otp_enrol_remove(ACCOUNT_OF(&ground->host, subject), true);
}

static enum otp_err
enrol_unlock(struct ground *ground, const char *account)
{
	struct otp_subject subject = ground_subject(account);
	uint32_t failed;

	return otp_enrol_unlock(ACCOUNT_OF(&ground->host, subject), &failed);
}

static enum otp_err
enrol_adopt(struct ground *ground, const char *account)
{
	struct otp_subject subject = ground_subject(account);
	struct otp_adoption adoption;
	struct otp_recovery_set set;

	return codes_adopt(
	    ACCOUNT_OF(&ground->host, subject), false, &adoption, &set);
}

struct change {
	enum otp_err (*make)(struct ground *ground, const char *account);
	bool enrolled;	/* before, with token OLD */
	unsigned after; /* the token in force after it, 0 = none */
	bool stateless; /* before: nobody knows what is spent */
};

/* Which token of ACCOUNT is in force: the seed is whole, or not there. */
static unsigned
token_in_force(const struct ground *ground, const char *account)
{
	struct otp_store *store = ground_open(ground, account);
	struct otp_token token = sample_totp(OLD);
	struct otp_seed seed;
	enum otp_err err = otp_store_seed(store, &seed, NULL);

	otp_store_close(store);
	if (err == OTP_ERR_ABSENT)
		return 0;
	assert_int_equal(err, OTP_OK);
	assert_int_equal(seed.tokens_count, 1);
	return memcmp(seed.tokens[0].secret, token.secret, 20) == 0 ? OLD : NEW;
}

/* Whoever is enrolled gets in, whoever is not is refused, with an answer. */
static void
assert_works(struct ground *ground, const char *account)
{
	unsigned number = token_in_force(ground, account);
	struct otp_token token = sample_totp(number ? number : OLD);
	char code[SAMPLE_CODE_SIZE];
	enum otp_enrolled ask;

	ground->now += 300; /* what was adopted is usable by then */
	ground_code(ground, &token, code);
	if (number == 0) {
		assert_int_equal(ground_look(ground, account, &ask), OTP_OK);
		assert_int_equal(ask, OTP_ENROLLED_NO);
		ground_expect(ground, account, code, OTP_VERDICT_UNENROLLED);
	} else {
		ground_expect(ground, account, code, OTP_VERDICT_ACCEPT);
		ground_expect(ground, account, code, OTP_VERDICT_REPLAY);
	}
}

/* What was not adopted is as little use as before. */
static bool
is_adopted(struct ground *ground, const char *account)
{
	struct otp_token token = sample_totp(OLD);
	char code[SAMPLE_CODE_SIZE];
	enum otp_err err;

	ground->now += 300;
	err = ground_try(ground, account, ground_code(ground, &token, code));
	assert_true(err == OTP_OK || err == OTP_ERR_NO_STATE);
	return err == OTP_OK;
}

/* CHANGE, whose call number AT fails; false where it made fewer. */
static bool
fail_change(struct ground *ground, const struct change *change,
    const char *account, unsigned at, int errnum)
{
	const unsigned before = change->enrolled ? OLD : 0;
	char path[GROUND_PATH_SIZE];
	unsigned descriptors, number;
	enum otp_err err;

	if (change->enrolled) {
		struct otp_token token = sample_totp(OLD);

		ground_enrol(ground, account, &token);
	}
	if (change->stateless)
		(void)unlink(
		    ground_path(ground, path, "store/state/%s", account));
	descriptors = sample_descriptors();
	calls_plan(CALL_ANY, at, CALL_FAILS, errnum);
	err = change->make(ground, account);
	calls_stop();
	assert_nothing_left(ground, account, descriptors);
	number = token_in_force(ground, account);
	if (calls.hit == CALL_ANY) {
		assert_int_equal(err, OTP_OK);
		assert_int_equal(number, change->after);
		return false;
	}
	assert_true(number == before || number == change->after);
	if (err == OTP_OK)
		assert_int_equal(number, change->after);
	assert_in_range(ground_left_over(ground, "seed"), 0, 1);
	assert_in_range(ground_left_over(ground, "state"), 0, 1);
	return true;
}

static void
fail_everywhere(struct ground *ground, const struct change *change)
{
	static const int errnums[] = { EIO, ENOSPC, EMFILE };
	unsigned made = 0, failed = 0;

	calls.no_flush = true;
	for (size_t i = 0; i < COUNT(errnums); i++) {
		bool met = true;

		for (unsigned at = 1; met; at++) {
			struct otp_subject subject;
			char account[32];
			enum otp_err err;
			bool done;

			(void)snprintf(
			    account, sizeof(account), "user%u", made++);
			met = fail_change(
			    ground, change, account, at, errnums[i]);
			failed += met ? 1 : 0;
			done =
			    token_in_force(ground, account) == change->after &&
			    (!change->stateless || is_adopted(ground, account));
			if (!change->stateless || done)
				assert_works(ground, account);
			if (!done) {
				err = change->make(ground, account);
				assert_int_equal(err, OTP_OK);
				assert_works(ground, account);
			}
			/* The next that writes leaves nothing lying about. */
			subject = ground_subject(account);
			assert_int_not_equal(
			    otp_enrol_remove(
				ACCOUNT_OF(&ground->host, subject), true),
			    OTP_ERR_WRITE);
			if (change->enrolled) {
				struct otp_token token = sample_totp(OLD);

				ground_enrol(ground, account, &token);
			} else {
				assert_int_equal(
				    enrol_new(ground, account), OTP_OK);
			}
			assert_int_equal(ground_left_over(ground, "seed"), 0);
			assert_int_equal(ground_left_over(ground, "state"), 0);
		}
	}
	assert_in_range(failed, 20, 2000);
}

static void
put__of_a_new_seed_leaves_none_or_all_of_it(void **state)
{
	fail_everywhere(*state,
	    &(struct change){
		.make = enrol_new, .enrolled = false, .after = NEW });
}

static void
put__that_replaces_leaves_the_old_seed_or_the_new_one(void **state)
{
	fail_everywhere(*state,
	    &(struct change){
		.make = enrol_replace, .enrolled = true, .after = NEW });
}

static void
recovery__leaves_the_token_in_force(void **state)
{
	fail_everywhere(*state,
	    &(struct change){
		.make = enrol_recovery, .enrolled = true, .after = OLD });
}

static void
remove__leaves_the_old_seed_or_none(void **state)
{
	fail_everywhere(*state,
	    &(struct change){
		.make = enrol_remove, .enrolled = true, .after = 0 });
}

static void
purge__leaves_the_old_seed_or_none(void **state)
{
	fail_everywhere(*state,
	    &(struct change){
		.make = enrol_purge, .enrolled = true, .after = 0 });
}

/* An account of which the index's entry is left. */
static void
purge__of_an_entry_alone_says_whether_it_is_gone(void **state)
{
	struct ground *ground = *state;
	const struct otp_subject alice = ground_subject("alice");
	struct otp_account *account = ACCOUNT_OF(&ground->host, alice);
	char path[GROUND_PATH_SIZE];

	ground_enrol_alice(ground);
	assert_int_equal(
	    unlink(ground_path(ground, path, "store/seed/alice")), 0);
	assert_int_equal(
	    unlink(ground_path(ground, path, "store/state/alice")), 0);
	calls_plan(CALL_UNLINKAT, 1, CALL_FAILS, EIO);
	assert_int_equal(otp_enrol_remove(account, true), OTP_ERR_WRITE);
	calls_stop();
	assert_int_equal(calls.hit, CALL_UNLINKAT);
	assert_false(account->committed);
	assert_int_equal(otp_enrol_remove(account, true), OTP_OK);
	assert_true(account->committed);
	assert_int_equal(otp_enrol_remove(account, true), OTP_ERR_ABSENT);
	assert_false(account->committed);
}

static void
unlock__leaves_the_token_in_force(void **state)
{
	fail_everywhere(*state,
	    &(struct change){
		.make = enrol_unlock, .enrolled = true, .after = OLD });
}

static void
adopt__leaves_the_token_in_force(void **state)
{
	fail_everywhere(*state,
	    &(struct change){ .make = enrol_adopt,
		.enrolled = true,
		.after = OLD,
		.stateless = true });
}

/* Signals come while the tool writes, too. */
static void
put__carries_interruptions_and_short_writes_through(void **state)
{
	static const struct {
		enum call call;
		enum call_end end;
	} ends[] = { { CALL_OPENAT, CALL_FAILS }, { CALL_FCNTL, CALL_FAILS },
		{ CALL_PREAD, CALL_FAILS }, { CALL_PWRITE, CALL_FAILS },
		{ CALL_FSYNC, CALL_FAILS }, { CALL_FDATASYNC, CALL_FAILS },
		{ CALL_FTRUNCATE, CALL_FAILS }, { CALL_PREAD, CALL_IS_SHORT },
		{ CALL_PWRITE, CALL_IS_SHORT } };
	struct ground *ground = *state;
	unsigned made = 0;

	calls.no_flush = true;
	for (size_t i = 0; i < COUNT(ends); i++)
		for (unsigned at = 1;; at++) {
			char account[32];
			enum otp_err err;

			(void)snprintf(
			    account, sizeof(account), "user%u", made++);
			calls_plan(ends[i].call, at, ends[i].end, EINTR);
			err = enrol_new(ground, account);
			calls_stop();
			assert_int_equal(err, OTP_OK);
			assert_int_equal(token_in_force(ground, account), NEW);
			if (calls.hit == CALL_ANY)
				break;
		}
	assert_in_range(made, 40, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(login__is_refused_whatever_call_fails),
		GROUND_TEST(login__goes_the_long_way_where_the_short_one_fails),
		GROUND_TEST(
		    login__with_a_wrong_code_is_charged_or_not_compared),
		GROUND_TEST(login__carries_interruptions_through),
		GROUND_TEST(login__carries_short_transfers_through),
		GROUND_TEST(login__takes_no_empty_write_for_a_success),
		GROUND_TEST(
		    login__after_a_failed_flush_writes_the_record_again),
		GROUND_TEST(look__never_says_not_enrolled_when_a_call_fails),
		GROUND_TEST(login__needs_clock_and_randomness),
		GROUND_TEST(put__of_a_new_seed_leaves_none_or_all_of_it),
		GROUND_TEST(
		    put__that_replaces_leaves_the_old_seed_or_the_new_one),
		GROUND_TEST(recovery__leaves_the_token_in_force),
		GROUND_TEST(remove__leaves_the_old_seed_or_none),
		GROUND_TEST(purge__leaves_the_old_seed_or_none),
		GROUND_TEST(purge__of_an_entry_alone_says_whether_it_is_gone),
		GROUND_TEST(unlock__leaves_the_token_in_force),
		GROUND_TEST(adopt__leaves_the_token_in_force),
		GROUND_TEST(
		    put__carries_interruptions_and_short_writes_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
