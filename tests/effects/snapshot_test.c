/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/enrol.h"
#include "common/effects/snapshot.h"
#include "tests/effects/world.h"
#include "tests/lib/codes.h"

static struct otp_snapshot snap;

static int
setup(void **unused)
{
	(void)unused;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP)->counter = 40;
	world_enrol(&world);
	return 0;
}

/* Over whatever was there before. */
static enum otp_err
read_account(const char *name, struct otp_fault *fault)
{
	memset(&snap, 0xff, sizeof(snap));
	return otp_snapshot_read(world.account.host, name, &snap, fault);
}

static void
read__begins_from_nothing(void **unused)
{
	struct otp_fault fault = { 0 };

	(void)unused;
	assert_int_equal(read_account("nobody", &fault), OTP_OK);
	assert_int_equal(snap.state_err, OTP_ERR_ABSENT);
	assert_int_equal(snap.seed_err, OTP_ERR_ABSENT);
	assert_int_equal(snap.seed.tokens_count, 0);
	assert_int_equal(snap.state.uid, 0);
	assert_int_equal(snap.state_fault.detail, OTP_DETAIL_NONE);
	otp_snapshot_wipe(&snap);
	for (size_t i = 0; i < sizeof(snap); i++)
		assert_int_equal(((unsigned char *)&snap)[i], 0);
}

static void
read__needs_a_store(void **unused)
{
	struct otp_fault fault = { 0 };
	char path[96];

	(void)unused;
	world_path(&world, ".store", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(read_account("alice", &fault), OTP_ERR_NO_STORE);
}

static void
credential__is_that_of_the_token(void **unused)
{
	const struct otp_credential *credential = NULL;
	struct otp_token token;
	struct otp_fault fault = { 0 };
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	assert_int_equal(read_account("alice", &fault), OTP_OK);
	for (unsigned i = 0; i < 2; i++) {
		token = snap.seed.tokens[i];
		assert_int_equal(otp_token_id(&token, id), OTP_OK);
		assert_int_equal(
		    otp_snapshot_credential(&snap, &token, &credential),
		    OTP_OK);
		assert_ptr_equal(
		    credential, otp_state_find(&snap.state, token.kind, id));
		assert_non_null(credential);
	}
	snap.state_err = OTP_ERR_CHECKSUM;
	assert_int_equal(
	    otp_snapshot_credential(&snap, &token, &credential), OTP_OK);
	assert_null(credential);
	token.secret_size = OTP_SECRET_MAX + 1; /* has no id */
	credential = &snap.state.credentials[0];
	assert_int_equal(otp_snapshot_credential(&snap, &token, &credential),
	    OTP_ERR_CRYPTO);
	assert_ptr_equal(credential, &snap.state.credentials[0]);
	otp_snapshot_wipe(&snap);
}

static void
err__tells_only_what_is_wrong(void **unused)
{
	struct otp_fault fault = { .errnum = 7 };

	(void)unused;
	memset(&snap, 0, sizeof(snap));
	snap.state_fault.errnum = 8;
	assert_int_equal(otp_snapshot_state_err(&snap, &fault), OTP_OK);
	assert_int_equal(fault.errnum, 7);
	snap.state_err = OTP_ERR_CHECKSUM;
	assert_int_equal(otp_snapshot_state_err(&snap, NULL), OTP_ERR_CHECKSUM);
	assert_int_equal(
	    otp_snapshot_state_err(&snap, &fault), OTP_ERR_CHECKSUM);
	assert_int_equal(fault.errnum, 8);
}

static void
set_stale(void)
{
	world.account.fault.detail = OTP_DETAIL_TIME;
	world.account.committed = world.account.partly = true;
}

static void
assert_fresh(void)
{
	assert_int_equal(world.account.fault.errnum, 0);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_NONE);
	assert_false(world.account.committed);
	assert_false(world.account.partly);
}

/* Each recovery code is one of these. */
static void
recovery__is_counted(void **unused)
{
	struct otp_snapshot snapshot;
	struct otp_recovery_count count;

	(void)unused;
	assert_int_equal(
	    otp_snapshot_read(world.account.host, "alice", &snapshot, NULL),
	    OTP_OK);
	snapshot.seed.recovery_count = 2;
	snapshot.seed.recovery[0] = (struct otp_recovery){ .made = 1 };
	snapshot.seed.recovery[1] = (struct otp_recovery){ .made = 1 };
	count = otp_snapshot_recovery(&snapshot);
	assert_int_equal(count.unknown, 2);
	assert_int_equal(count.expired, 0);
	snapshot.seed.recovery[1].until = snapshot.now;
	count = otp_snapshot_recovery(&snapshot);
	assert_int_equal(count.unknown, 1);
	assert_int_equal(count.expired, 1);
	snapshot.state.recovery_made = 1; /* all that were made then are used */
	count = otp_snapshot_recovery(&snapshot);
	assert_int_equal(count.used, 1);
	assert_int_equal(count.unknown, 0);
	assert_int_equal(count.unused, 0);
	assert_int_equal(count.expired, 1);
}

/* What an earlier call left is not taken for this one's. */
static void
calls__begin_anew(void **unused)
{
	struct otp_token token = world.seed.tokens[0];
	struct otp_enrolment enrolment;
	struct otp_confirmation confirmation;
	struct otp_recovery_set set;

	(void)unused;
	token.secret_size = 0;
	set_stale();
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, &enrolment),
	    OTP_OK);
	assert_fresh();
	set_stale();
	token.digits = 5;
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, &enrolment),
	    OTP_ERR_PARSE);
	assert_false(world.account.committed);
	token.digits = 6;
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, &enrolment),
	    OTP_OK);
	set_stale();
	assert_int_equal(
	    otp_enrol_confirm(&world.account, &enrolment, "12", &confirmation),
	    OTP_OK);
	assert_fresh();
	set_stale();
	assert_int_equal(otp_enrol_make_set(&world.account, 2, &set), OTP_OK);
	assert_fresh();
}

static unsigned clock_reads;

static enum otp_err
first_reading_only(void *context, int64_t *ret_now)
{
	return clock_reads++ == 0
	    ? world.account.host->sys->time(context, ret_now)
	    : OTP_ERR_CLOCK;
}

/* A state that was just created is judged by a second reading of the clock. */
static void
put__reports_a_clock_that_fails_in_between(void **unused)
{
	struct otp_host host = *world.account.host;
	struct otp_sys sys = *host.sys;
	struct otp_account account = { .host = &host };
	struct otp_token token = world.seed.tokens[0];
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;

	(void)unused;
	host.sys = &sys;
	account.subject = world.account.subject;
	strcpy(account.subject.account, "bob");
	account.subject.uid++;
	token.secret_size = 0;
	assert_int_equal(
	    otp_enrol_begin(&account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
	sys.time = first_reading_only;
	clock_reads = 0;
	assert_int_equal(
	    codes_put(&account, &enrolment, 0, &set), OTP_ERR_CLOCK);
	assert_int_equal(clock_reads, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(read__begins_from_nothing),
		TEST(read__needs_a_store),
		TEST(credential__is_that_of_the_token),
		TEST(err__tells_only_what_is_wrong),
		TEST(recovery__is_counted),
		TEST(calls__begin_anew),
		TEST(put__reports_a_clock_that_fails_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
