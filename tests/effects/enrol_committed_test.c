/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a transaction of enrol.h says of itself where one of its writes fails:
 * `committed' and `partly' are true exactly if the store has it.
 */
#include "config.h"

#include "tests/effects/world.h"
#include "tests/effects/stop.h"
#include "tests/lib/codes.h"

#include "common/effects/enrol.h"
#include "common/effects/enrol_import.h"
#include "common/effects/snapshot.h"
#include "common/effects/standing.h"

static struct otp_snapshot before, after; /* of alice */
static struct otp_recovery_set set;
static uint8_t totp_id[OTP_ID_SIZE], hotp_id[OTP_ID_SIZE];
static struct otp_token token; /* a new one */

/* A change, what is there before, and whether the store has it after. */
struct change {
	const char *name;
	void (*prepare)(void);
	enum otp_err (*run)(void);
	bool (*is_done)(void);
	bool (*is_partly_done)(void); /* NULL = there is no such part */
};

static void
look(struct otp_snapshot *ret_snapshot)
{
	assert_int_equal(otp_snapshot_read(&world.host,
			     world.account.subject.account, ret_snapshot, NULL),
	    OTP_OK);
}

static bool
has_token(const uint8_t id[OTP_ID_SIZE])
{
	for (unsigned i = 0; i < after.seed.tokens_count; i++) {
		uint8_t other[OTP_ID_SIZE];

		assert_int_equal(
		    otp_token_id(&after.seed.tokens[i], other), OTP_OK);
		if (memcmp(other, id, OTP_ID_SIZE) == 0)
			return true;
	}
	return false;
}

static bool
has_new_token(void)
{
	uint8_t id[OTP_ID_SIZE];

	assert_int_equal(otp_token_id(&token, id), OTP_OK);
	return has_token(id);
}

/* --- what is there before --- */

static void
prepare_enrolled(void)
{
	world_enrol(&world);
}

static void
prepare_nothing(void)
{
}

static void
prepare_failures(void)
{
	world_enrol(&world);
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
}

static void
prepare_last_token(void)
{
	world.seed.tokens_count = 1;
	world_enrol(&world);
}

static void
prepare_seed_alone(void)
{
	world_put_seed(&world);
}

static void
prepare_state_alone(void)
{
	char path[96];

	world_enrol(&world);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
}

/* --- the changes --- */

static enum otp_err
put(enum otp_enrol_mode mode)
{
	struct otp_enrolment enrolment = {
		.mode = mode, .token = token, .confirmed = true
	};

	return codes_put(&world.account, &enrolment, 2, &set);
}

static enum otp_err
put_new(void)
{
	return put(OTP_ENROL_NEW);
}

static enum otp_err
put_add(void)
{
	return put(OTP_ENROL_ADD);
}

static enum otp_err
put_replace(void)
{
	return put(OTP_ENROL_REPLACE);
}

static enum otp_err
import_replace(void)
{
	struct otp_imported import = { .count = 1, .tokens = { token } };
	bool there;

	return codes_import(
	    &world.account, OTP_ENROL_REPLACE, &import, 2, true, &there, &set);
}

static enum otp_err
renew(void)
{
	return codes_renew(&world.account, 3, &set);
}

static bool
is_renewed(void)
{
	return after.seed.recovery_count != before.seed.recovery_count ||
	    memcmp(after.seed.recovery, before.seed.recovery,
		sizeof(after.seed.recovery)) != 0;
}

static enum otp_err
remove_token(void)
{
	return otp_enrol_remove_token(&world.account, totp_id);
}

static bool
has_lost_token(void)
{
	return !has_token(totp_id);
}

static void
prepare_address(void)
{
	assert_int_equal(otp_address_read("alice@example.org",
			     &world.seed.addresses[0], NULL),
	    OTP_OK);
	world.seed.addresses[0].secret[0] = 1;
	world.seed.addresses_count = 1;
	world_enrol(&world);
}

static enum otp_err
add_address(void)
{
	struct otp_address address;

	assert_int_equal(
	    otp_address_read("+491701234567", &address, NULL), OTP_OK);
	address.secret[0] = 2;
	return otp_enrol_add_address(&world.account, &address);
}

static bool
has_new_address(void)
{
	return after.seed.addresses_count == before.seed.addresses_count + 1;
}

static enum otp_err
remove_address(void)
{
	uint8_t id[OTP_ID_SIZE];

	assert_int_equal(otp_address_id(&before.seed.addresses[0], id), OTP_OK);
	return otp_enrol_remove_address(&world.account, id);
}

static bool
has_lost_address(void)
{
	return after.seed_err == OTP_OK && after.seed.addresses_count == 0;
}

static enum otp_err
remove_all(void)
{
	return otp_enrol_remove(&world.account, false);
}

static bool
has_no_seed(void)
{
	return after.seed_err == OTP_ERR_ABSENT &&
	    (after.state_err == OTP_ERR_ABSENT || !after.state.enrolled);
}

static bool
has_lost_seed(void)
{
	return has_no_seed() && before.seed_err == OTP_OK;
}

static enum otp_err
purge(void)
{
	return otp_enrol_remove(&world.account, true);
}

static bool
is_purged(void)
{
	return after.seed_err == OTP_ERR_ABSENT &&
	    after.state_err == OTP_ERR_ABSENT;
}

static enum otp_err
unlock(void)
{
	uint32_t failures = 0;

	return otp_enrol_unlock(&world.account, &failures);
}

static bool
is_unlocked(void)
{
	return after.state.tally.failures == 0;
}

static enum otp_err
suspend(void)
{
	bool changed = false;

	return otp_standing_suspend(&world.account, true, &changed);
}

static enum otp_err
exempt(void)
{
	static const struct otp_exemption exemption = { WORLD_NOW + 60, "x" };
	bool changed = false;

	return otp_standing_exempt(&world.account, &exemption, &changed);
}

static bool
is_exempt(void)
{
	return after.state_err == OTP_OK && after.state.exemption.until != 0;
}

static bool
is_suspended(void)
{
	return after.state_err == OTP_OK && after.state.suspended;
}

static enum otp_err
resync(void)
{
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	char first[16], second[16];

	oracle_code(&world.seed.tokens[1], 7, first);
	oracle_code(&world.seed.tokens[1], 8, second);
	return otp_enrol_resync(
	    &world.account, hotp_id, first, second, &verdict);
}

static bool
is_in_step(void)
{
	return otp_state_find(&after.state, OTP_HOTP, hotp_id)->value == 9;
}

static struct otp_adoption adoption;

static enum otp_err
adopt(void)
{
	enum otp_err err = codes_adopt(&world.account, false, &adoption, &set);

	assert_int_equal(adoption.changed,
	    err == OTP_OK || world.account.committed || world.account.partly);
	return err;
}

static enum otp_err
adopt_force(void)
{
	enum otp_err err = codes_adopt(&world.account, true, &adoption, &set);

	assert_int_equal(adoption.replaced,
	    err == OTP_OK || world.account.committed || world.account.partly);
	return err;
}

static bool
is_adopted(void)
{
	return after.state_err == OTP_OK && after.state.enrolled &&
	    otp_state_find(&after.state, OTP_TOTP, totp_id) != NULL;
}

static enum otp_err
rename_to_bob(void)
{
	struct otp_account account = world.account;
	enum otp_err err;

	strcpy(account.subject.account, "bob");
	err = otp_enrol_rename(&account, "alice", false);
	world.account.committed = account.committed;
	world.account.partly = account.partly;
	return err;
}

static bool
is_bobs(void)
{
	return world_has(&world, "seed/bob") &&
	    !world_has(&world, "seed/alice");
}

static const struct change changes[] = {
	{ "put NEW", prepare_nothing, put_new, has_new_token, NULL },
	{ "put ADD", prepare_enrolled, put_add, has_new_token, NULL },
	{ "put REPLACE", prepare_enrolled, put_replace, has_new_token, NULL },
	{ "import", prepare_enrolled, import_replace, has_new_token, NULL },
	{ "recovery", prepare_enrolled, renew, is_renewed, NULL },
	{ "remove_token", prepare_enrolled, remove_token, has_lost_token,
	    NULL },
	{ "remove_token, the last", prepare_last_token, remove_token,
	    has_lost_token, NULL },
	{ "add_address", prepare_address, add_address, has_new_address, NULL },
	{ "remove_address", prepare_address, remove_address, has_lost_address,
	    NULL },
	{ "remove", prepare_enrolled, remove_all, has_no_seed, has_no_seed },
	{ "remove, a lost seed", prepare_state_alone, remove_all, has_no_seed,
	    has_no_seed },
	{ "remove, not adopted", prepare_seed_alone, remove_all, has_no_seed,
	    has_no_seed },
	{ "purge", prepare_enrolled, purge, is_purged, has_lost_seed },
	{ "purge, not adopted", prepare_seed_alone, purge, is_purged,
	    has_lost_seed },
	{ "unlock", prepare_failures, unlock, is_unlocked, NULL },
	{ "suspend", prepare_enrolled, suspend, is_suspended, NULL },
	{ "exempt, no files", prepare_nothing, exempt, is_exempt, NULL },
	{ "suspend, no files", prepare_nothing, suspend, is_suspended, NULL },
	{ "resync", prepare_enrolled, resync, is_in_step, NULL },
	{ "adopt", prepare_seed_alone, adopt, is_adopted, is_adopted },
	{ "adopt FORCE", prepare_seed_alone, adopt_force, is_renewed,
	    is_adopted },
	{ "rename", prepare_enrolled, rename_to_bob, is_bobs, NULL },
};

static void
set_up(const struct change *change)
{
	stop_from(0);
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	memcpy(totp_id, world_id(&world, 0), sizeof(totp_id));
	memcpy(hotp_id, world_id(&world, 1), sizeof(hotp_id));
	token = world.seed.tokens[0];
	token.secret[19] = 77;
	memset(&adoption, 0, sizeof(adoption));
	change->prepare();
	look(&before);
}

/* Whether CALL, of its writes, was one. */
static bool
try_change(
    const struct change *change, unsigned call, bool once, unsigned *late)
{
	bool partly;
	enum otp_err err;

	set_up(change);
	stop_from(call);
	stop_once = once;
	err = change->run();
	stop_from(0);
	look(&after);
	partly = change->is_partly_done != NULL && change->is_partly_done();
	if (world.account.committed != change->is_done() ||
	    world.account.partly != partly)
		fail_msg("%s, call %u%s: committed %d, partly %d", change->name,
		    call, once ? " alone" : "", world.account.committed,
		    world.account.partly);
	if (err == OTP_OK)
		assert_true(world.account.committed);
	*late += err != OTP_OK && world.account.committed;
	world_close(&world);
	return err != OTP_OK;
}

static void
committed__is_what_the_store_has(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		unsigned late = 0;

		for (unsigned once = 0; once < 2; once++) {
			unsigned call = 1;

			while (call < 100 &&
			    try_change(&changes[i], call, once != 0, &late))
				call++;
			assert_in_range(call, 2, 99);
		}
		/* The last call of each comes after the change. */
		if (late == 0)
			fail_msg("%s: never fails late", changes[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(committed__is_what_the_store_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
