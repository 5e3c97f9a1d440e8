/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/overview.h"
#include "tests/effects/world.h"

static struct otp_snapshot snap;
static struct otp_overview seen;

static int
setup(void **unused)
{
	struct otp_fault fault = { 0 };

	(void)unused;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_enrol(&world);
	assert_int_equal(otp_snapshot_read(world.account.host,
			     world.account.subject.account, &snap, &fault),
	    OTP_OK);
	assert_int_equal(snap.seed.tokens_count, 2);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	otp_snapshot_wipe(&snap);
	world_close(&world);
	return 0;
}

/* As the account's owner sees it, over whatever was there before. */
static void
look(void)
{
	memset(&seen, 0xff, sizeof(seen));
	otp_overview_of(
	    world.account.host, &snap, &world.account.subject.uid, &seen);
}

static void
overview__has_what_the_account_has(void **unused)
{
	const struct otp_credential *known = NULL;

	(void)unused;
	snap.seed.addresses_count = 1;
	strcpy(snap.seed.addresses[0].uri, "mailto:alice@example.org");
	snap.state.suspended = true;
	snap.state.tally.failures = 2;
	snap.state.tally.month_failures = 3;
	snap.state.tally.month_since = snap.now - 1;
	snap.state.others.failures = 4;
	snap.state.others.month_failures = 5;
	snap.state.others.month_since = snap.now + 1; /* it has lapsed */
	snap.state.last_success.time = 6;
	snap.state.exemption.until = 7;
	assert_int_equal(
	    otp_snapshot_credential(&snap, &snap.seed.tokens[1], &known),
	    OTP_OK);
	assert_non_null(known);
	look();
	assert_true(seen.enrolled);
	assert_int_equal(seen.problem, OTP_OK);
	assert_int_equal(seen.now, snap.now);
	assert_true(seen.suspended);
	assert_false(seen.exempt);
	assert_int_equal(seen.exemption.until, 7);
	assert_true(seen.chance > 0 && seen.chance < 1);
	assert_int_equal(seen.tally.failures, 2);
	assert_int_equal(seen.tally.month_failures, 3);
	assert_int_equal(seen.others.failures, 4);
	assert_int_equal(seen.others.month_failures, 0);
	assert_int_equal(seen.last_success.time, 6);
	assert_int_equal(seen.recovery_total, snap.seed.recovery_count);
	assert_int_equal(seen.recovery_left + seen.recovery_expired,
	    snap.seed.recovery_count);
	assert_int_equal(seen.tokens_count, 2);
	assert_int_equal(seen.tokens[0].kind, OTP_TOTP);
	assert_int_equal(seen.tokens[1].kind, OTP_HOTP);
	assert_true(seen.tokens[1].adopted);
	assert_int_equal(seen.tokens[1].created, known->created);
	assert_string_equal(seen.tokens[1].label, snap.seed.tokens[1].label);
	assert_int_equal(seen.addresses_count, 1);
	assert_string_equal(seen.addresses[0].method, "mail");
	assert_null(strstr(seen.addresses[0].masked, "alice"));
}

static void
overview__has_no_secret(void **unused)
{
	(void)unused;
	look();
	for (unsigned i = 0; i < 2; i++)
		assert_null(
		    memmem(&seen, sizeof(seen), snap.seed.tokens[i].secret, 8));
}

static void
overview__has_the_devices_that_are_known(void **unused)
{
	const uint8_t id[OTP_DEVICE_ID_SIZE] = "0123456789abcde";

	(void)unused;
	assert_int_equal(
	    otp_state_bind_devices(&snap.state, &snap.seed), OTP_OK);
	otp_device_remember(
	    &snap.state.devices, id, snap.now - 9, snap.now + 9);
	look();
	assert_int_equal(seen.devices.count, 1);
	assert_memory_equal(seen.devices.list[0].id, id, sizeof(id));
	snap.now += 9;
	look();
	assert_int_equal(seen.devices.count, 0);
}

static void
overview__says_why_no_code_is_accepted(void **unused)
{
	(void)unused;
	snap.seed.tokens[1].secret[0] ^= 1; /* another token */
	look();
	assert_int_equal(seen.problem, OTP_ERR_NO_STATE);
	assert_true(seen.tokens[0].adopted);
	assert_false(seen.tokens[1].adopted);
	snap.seed.tokens[1].secret[0] ^= 1;
	snap.seed.tokens[0].secret[0] ^= 1;
	look();
	assert_int_equal(seen.problem, OTP_ERR_NO_STATE);
	snap.seed.tokens[0].secret[0] ^= 1;
	snap.state.uid++;
	look();
	assert_int_equal(seen.problem, OTP_ERR_UID);
	otp_overview_of(world.account.host, &snap, NULL, &seen);
	assert_int_equal(seen.problem, OTP_OK);
	snap.state.uid--;
	snap.state_err = OTP_ERR_CHECKSUM;
	snap.state_fault.errnum = 5;
	look();
	assert_int_equal(seen.problem, OTP_ERR_CHECKSUM);
	assert_int_equal(seen.fault.errnum, 5);
	assert_int_equal(seen.tally.failures, 0);
	assert_int_equal(seen.devices.count, 0);
	snap.state_err = OTP_ERR_ABSENT;
	look();
	assert_int_equal(seen.problem, OTP_ERR_NO_STATE);
	snap.seed_err = OTP_ERR_PARSE;
	snap.seed_fault.line = 6;
	look();
	assert_int_equal(seen.problem, OTP_ERR_PARSE);
	assert_int_equal(seen.fault.line, 6);
	assert_true(seen.enrolled);
	assert_int_equal(seen.tokens_count, 0);
}

/* One that the state does not know was not made here. */
static void
overview__says_what_became_of_an_invitation(void **unused)
{
	struct otp_credential *known = NULL;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	look();
	assert_false(seen.invited);
	assert_int_equal(seen.invitation_use, OTP_RECOVERY_UNKNOWN);
	assert_int_equal(seen.problem, OTP_OK);
	snap.seed.invited = true;
	snap.seed.invitation.until = 8;
	look();
	assert_true(seen.invited);
	assert_int_equal(seen.invitation_until, 8);
	assert_int_equal(seen.invitation_use, OTP_RECOVERY_UNKNOWN);
	assert_int_equal(seen.problem, OTP_ERR_NO_STATE);
	otp_recovery_id(&snap.seed.invitation, id);
	assert_int_equal(otp_state_claim(&snap.state, &snap.seed, NULL,
			     OTP_INVITATION, id, snap.now, &known),
	    OTP_OK);
	look();
	assert_int_equal(seen.invitation_use, OTP_RECOVERY_UNUSED);
	assert_int_equal(seen.problem, OTP_OK);
	known->value = (uint64_t)snap.now;
	look();
	assert_int_equal(seen.invitation_use, OTP_RECOVERY_USED);
	assert_int_equal(seen.problem, OTP_OK);
	snap.state_err = OTP_ERR_CHECKSUM;
	look();
	assert_int_equal(seen.invitation_use, OTP_RECOVERY_UNKNOWN);
}

/* A lost seed is a problem; an account that is not enrolled has none. */
static void
overview__tells_a_lost_seed_from_none(void **unused)
{
	(void)unused;
	snap.seed_err = OTP_ERR_ABSENT;
	look();
	assert_false(seen.enrolled);
	assert_int_equal(seen.problem, OTP_ERR_ABSENT);
	snap.state.enrolled = false;
	look();
	assert_int_equal(seen.problem, OTP_OK);
	snap.state_err = OTP_ERR_ABSENT;
	look();
	assert_false(seen.enrolled);
	assert_int_equal(seen.problem, OTP_OK);
}

static void
overview__is_read_from_the_store(void **unused)
{
	struct otp_fault fault = { 0 };
	char path[96];

	(void)unused;
	assert_int_equal(otp_overview_read(world.account.host,
			     &world.account.subject, &seen, &fault),
	    OTP_OK);
	assert_int_equal(seen.tokens_count, 2);
	world_path(&world, ".store", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(otp_overview_read(world.account.host,
			     &world.account.subject, &seen, &fault),
	    OTP_ERR_NO_STORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    overview__has_what_the_account_has, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    overview__has_no_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    overview__has_the_devices_that_are_known, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    overview__says_why_no_code_is_accepted, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    overview__says_what_became_of_an_invitation, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    overview__tells_a_lost_seed_from_none, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    overview__is_read_from_the_store, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
