/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/effects/stop.h"
#include "tests/effects/world.h"

static struct snapshot before;
static struct otp_subject bob;

/* --- in which order accounts are opened, and one that cannot be --- */

static char opened[64];	       /* the first letters of their names */
static unsigned open_fails_at; /* the how-manieth; 0 = none */

enum otp_err __real_otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault);
enum otp_err __wrap_otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	const size_t count = strlen(opened);

	if (count + 1 < sizeof(opened)) {
		opened[count] = account[0];
		opened[count + 1] = '\0';
	}
	if (open_fails_at == count + 1)
		return OTP_ERR_READ;
	return __real_otp_store_open(place, account, ret_store, fault);
}

static bool ids_fail;

enum otp_err __real_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __wrap_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);

enum otp_err
__wrap_otp_token_id(const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE])
{
	return ids_fail ? OTP_ERR_CRYPTO : __real_otp_token_id(token, ret_id);
}

/* alice, with a TOTP and a HOTP token and two recovery codes. */
static void
begin(void)
{
	stop_from(0);
	open_fails_at = 0;
	ids_fail = false;
	meanwhile = NULL;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_enrol(&world);
	bob = world.account.subject;
	strcpy(bob.account, "bob");
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

/* What becomes of it is in WORLD's account, whose subject stays. */
static enum otp_err
rename_to(struct otp_subject subject, const char *former, bool force)
{
	struct otp_account account = world.account;
	enum otp_err err;

	account.subject = subject;
	err = otp_enrol_rename(&account, former, force);
	world.account.fault = account.fault;
	world.account.committed = account.committed;
	return err;
}

static enum otp_err
adopt_former(bool force)
{
	memset(&world.account.fault, 0, sizeof(world.account.fault));
	world.account.fault.errnum = 7;
	opened[0] = '\0';
	return rename_to(bob, "alice", force);
}

static void
as(const char *account)
{
	strcpy(world.request.account, account);
}

static struct otp_state
state_of(const char *account)
{
	struct otp_store *store = NULL;
	struct otp_state state;

	assert_int_equal(
	    otp_store_open((struct otp_place){ .folder = world.store }, account,
		&store, NULL),
	    OTP_OK);
	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	otp_store_close(store);
	return state;
}

/* Whether CODE lets anybody in under that name. */
static bool
lets_in(const char *account, const char *code)
{
	as(account);
	return world_try_text(&world, code) == OTP_OK &&
	    world.answer.verdict == OTP_VERDICT_ACCEPT;
}

static void
former__gives_seed_and_state_to_the_new_name(void **unused)
{
	char seed[2000], after[2000], text[OTP_RECOVERY_TEXT_SIZE];
	size_t size = world_read(&world, "seed/alice", seed, sizeof(seed));

	(void)unused;
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_ACCEPT);
	(void)world_guess(&world);
	assert_int_equal(adopt_former(false), OTP_OK);
	assert_false(world_has(&world, "seed/alice"));
	assert_int_equal(
	    world_read(&world, "seed/bob", after, sizeof(after)), size);
	assert_memory_equal(after, seed, size);
	assert_true(state_of("bob").enrolled);
	assert_int_equal(state_of("bob").uid, WORLD_UID);
	assert_int_equal(state_of("bob").tally.failures, 1);
	assert_false(state_of("alice").enrolled);
	as("bob");
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 6), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	as("alice");
	assert_int_equal(world_show(&world, 1, 7), OTP_VERDICT_UNENROLLED);
}

static void
former__takes_nothing_from_who_is_enrolled(void **unused)
{
	char path[96], other[96];

	(void)unused;
	world_path(&world, "seed/alice", path);
	world_path(&world, "seed/bob", other);
	assert_int_equal(link(path, other), 0);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(false), OTP_ERR_EXISTS);
	assert_int_equal(adopt_former(true), OTP_ERR_EXISTS);
	assert_unchanged(&world, &before);
}

static void
former__takes_another_uid_only_by_force(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.exemption.until = WORLD_NOW + 9;
	state.own_code.time = WORLD_NOW;
	world_put_state(&world, &state);
	bob.uid = world.request.uid = 2000;
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(false), OTP_ERR_UID);
	assert_unchanged(&world, &before);
	assert_int_equal(adopt_former(true), OTP_OK);
	assert_int_equal(state_of("bob").uid, 2000);
	/* What another user was allowed. */
	assert_int_equal(state_of("bob").exemption.until, 0);
	assert_int_equal(state_of("bob").own_code.time, 0);
	as("bob");
	assert_int_equal(world_show(&world, 1, 6), OTP_VERDICT_ACCEPT);
}

/* It would be enrolled, and have no token. */
static void
former__that_is_only_invited_goes_to_no_other_uid(void **unused)
{
	static const char invited[] =
	    "invite:sha256$000102030405060708090a0b0c0d0e0f$"
	    "00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100"
	    ":2000000000\n";

	(void)unused;
	world_write(&world, "seed/alice", invited, sizeof(invited) - 1);
	bob.uid = 2000;
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(true), OTP_ERR_ABSENT);
	assert_unchanged(&world, &before);
}

static void
former__changes_nothing_where_it_cannot(void **unused)
{
	char path[96];

	(void)unused;
	snapshot_take(&world, &before);
	assert_int_equal(rename_to(bob, "bob", false), OTP_ERR_NAME);
	assert_int_equal(rename_to(bob, "carol", false), OTP_ERR_ABSENT);
	assert_unchanged(&world, &before);
	world_write(&world, "state/alice", "damaged", 7);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(true), OTP_ERR_CHECKSUM);
	assert_unchanged(&world, &before);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(true), OTP_ERR_NO_STATE);
	assert_string_equal(unit_detail(&world.account.fault), "not-adopted");
	assert_int_equal(world.account.fault.errnum, 0);
	assert_unchanged(&world, &before);
	world_write(&world, "seed/alice", "junk\n", 5);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(true), OTP_ERR_PARSE);
	assert_string_equal(world.account.fault.where, "seed/alice");
	assert_unchanged(&world, &before);
}

static void
former__of_another_uid_needs_a_sound_seed(void **unused)
{
	struct otp_subject other = bob;

	(void)unused;
	other.uid++;
	world_write(&world, "seed/alice", "junk\n", 5);
	snapshot_take(&world, &before);
	assert_int_equal(rename_to(other, "alice", true), OTP_ERR_PARSE);
	assert_string_equal(world.account.fault.where, "seed/alice");
	assert_unchanged(&world, &before);
}

static void
former__takes_no_name_that_no_account_can_have(void **unused)
{
	char name[OTP_ACCOUNT_SIZE + 1];

	(void)unused;
	memset(name, 'a', sizeof(name));
	name[OTP_ACCOUNT_SIZE] = '\0';
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < 2; i++) {
		opened[0] = '\0';
		world.account.fault.errnum = 7;
		assert_int_equal(
		    rename_to(bob, i ? "bob" : name, false), OTP_ERR_NAME);
		assert_int_equal(world.account.fault.errnum, 0);
		assert_string_equal(opened, "");
	}
	assert_int_equal(rename_to(bob, "boa", false), OTP_ERR_ABSENT);
	assert_unchanged(&world, &before);
}

/* Two who do it the other way round do not wait for each other. */
static void
former__opens_accounts_in_the_order_of_their_names(void **unused)
{
	const struct otp_subject alice = world.account.subject;

	(void)unused;
	assert_int_equal(adopt_former(false), OTP_OK);
	assert_string_equal(opened, "ab");
	opened[0] = '\0';
	assert_int_equal(rename_to(alice, "bob", false), OTP_OK);
	assert_string_equal(opened, "ab");
}

static void
former__changes_nothing_where_one_cannot_be_opened(void **unused)
{
	const struct otp_subject alice = world.account.subject;

	(void)unused;
	snapshot_take(&world, &before);
	for (open_fails_at = 1; open_fails_at <= 2; open_fails_at++) {
		assert_int_equal(adopt_former(false), OTP_ERR_READ);
		assert_int_equal(strlen(opened), open_fails_at);
		opened[0] = '\0';
		assert_int_equal(rename_to(alice, "bob", false), OTP_ERR_READ);
		assert_int_equal(strlen(opened), open_fails_at);
	}
	open_fails_at = 0;
	assert_unchanged(&world, &before);
}

/* Write bob's state. */
static void
put_state_of_bob(const struct otp_state *state)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	assert_int_equal(otp_slots_init_image(state, file), OTP_OK);
	world_write(&world, "state/bob", file, sizeof(file));
}

/* Who waits longer goes on to wait, however many failures there were. */
static void
former__goes_on_with_the_longer_wait(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	for (unsigned i = 0; i < 6; i++) {
		world_close(&world);
		begin();
		state.enrolled = true;
		state.tally.failures = 9;
		state.tally.wait_until = WORLD_NOW + (i % 2 ? 50 : -50);
		state.tally.wait_length = i % 2 ? 90 : 60;
		world_put_state(&world, &state);
		state.enrolled = false;
		state.tally.failures = 8 + i / 2;
		state.tally.wait_until = WORLD_NOW + (i % 2 ? -50 : 50);
		state.tally.wait_length = i % 2 ? 60 : 90;
		put_state_of_bob(&state);
		assert_int_equal(adopt_former(false), OTP_OK);
		assert_int_equal(state_of("bob").tally.wait_length, 90);
		as("bob");
		assert_int_equal(world_show(&world, 1, 6), OTP_VERDICT_WAITING);
	}
}

static void
former__refuses_a_state_that_cannot_be_read(void **unused)
{
	(void)unused;
	world_write(&world, "state/bob", "damaged", 7);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(false), OTP_ERR_CHECKSUM);
	assert_int_equal(adopt_former(true), OTP_ERR_CHECKSUM);
	assert_unchanged(&world, &before);
}

/* Of failures the more, of successes the later; as many: the former's own. */
static void
former__keeps_the_worse_tally_and_the_later_success(void **unused)
{
	static const struct {
		uint32_t failures, kept_month;
		int64_t success;
		const char *kept_service;
	} rows[] = {
		{ 1, 20, 1000, "sshd" },
		{ 2, 20, 2000, "sshd" },
		{ 3, 30, 2001, "sudo" },
	};

	(void)unused;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct otp_state state;

		world_close(&world);
		begin();
		state = *world_state(&world);
		state.tally.failures = 2;
		state.tally.month_failures = 20;
		state.tally.wait_length = 40;
		otp_login_mark_set(&state.last_success, 2000, "sshd", NULL);
		world_put_state(&world, &state);
		state.enrolled = false;
		state.tally.failures = rows[i].failures;
		state.tally.month_failures = 30;
		state.tally.wait_length = 80;
		state.others = state.tally;
		state.others.failures = 7;
		otp_login_mark_set(
		    &state.last_success, rows[i].success, "sudo", NULL);
		put_state_of_bob(&state);
		assert_int_equal(adopt_former(false), OTP_OK);
		state = state_of("bob");
		assert_int_equal(
		    state.tally.month_failures, rows[i].kept_month);
		assert_int_equal(state.tally.wait_length, 40);
		assert_int_equal(
		    state.others.failures, 7); /* none of alice's */
		assert_string_equal(
		    state.last_success.service, rows[i].kept_service);
	}
}

/* Nobody is enrolled before there is a seed, nor ceases to be. */
static void
former__says_enrolled_of_nobody_without_a_seed(void **unused)
{
	(void)unused;
	for (int was = 0; was < 2; was++) {
		unsigned stops = 0;

		for (unsigned call = 1; call < 100; call++) {
			enum otp_err err;

			world_close(&world);
			begin();
			if (was)
				put_state_of_bob(&(struct otp_state){
				    .enrolled = true, .uid = WORLD_UID });
			stop_from(call);
			err = adopt_former(false);
			stop_from(0);
			if (err == OTP_OK)
				break;
			if (err == OTP_ERR_WRITE) /* of either account */
				assert_true(
				    world.account.fault.where[0] != '\0');
			if (world_has(&world, "seed/bob") ||
			    !world_has(&world, "state/bob"))
				continue;
			assert_int_equal(state_of("bob").enrolled, was);
			stops++;
		}
		assert_true(stops > 2);
	}
}

/* The second try, of which the write numbered CALL fails (0 = none does). */
static enum otp_err
adopt_again(unsigned call)
{
	stop_from(call);
	stop_once = call > 0;
	return adopt_former(false);
}

/* A first try, of which the write numbered CALL fails; whether she is left. */
static bool
begin_again(unsigned call)
{
	world_close(&world);
	begin();
	if (call > 0)
		(void)adopt_again(call);
	return world_has(&world, "seed/alice");
}

/* Both states are, and what was moved is when it is said to be. */
static void
former__moves_no_seed_before_what_it_needs_is_on_disk(void **unused)
{
	unsigned found = 0;

	(void)unused;
	for (unsigned first = 0; first < 20; first++) {
		unsigned needed_at_move, needed;

		if (!begin_again(first))
			continue;
		found++;
		assert_int_equal(adopt_again(0), OTP_OK);
		needed_at_move = flushes_at_move;
		needed = flushes;
		for (unsigned call = 1; call < 20; call++) {
			enum otp_err err;

			assert_true(begin_again(first));
			err = adopt_again(call);
			if (err == OTP_OK)
				assert_true(flushes >= needed);
			assert_int_not_equal(world_has(&world, "seed/alice"),
			    world_has(&world, "seed/bob"));
			if (world_has(&world, "seed/bob"))
				assert_true(flushes_at_move >= needed_at_move);
			else
				assert_int_equal(err, OTP_ERR_WRITE);
		}
	}
	stop_from(0);
	assert_in_range(found, 5, 15);
}

static void
make_bob_meanwhile(void)
{
	put_state_of_bob(&(struct otp_state){
	    .uid = WORLD_UID, .tally = { .failures = 3 } });
}

static void
former__leaves_alone_who_was_faster(void **unused)
{
	(void)unused;
	meanwhile = make_bob_meanwhile;
	assert_int_equal(adopt_former(false), OTP_ERR_CONFLICT);
	assert_int_equal(state_of("bob").tally.failures, 3);
	assert_true(world_has(&world, "seed/alice"));
	assert_true(state_of("alice").enrolled);
}

/* alice, then bob, then alice again: a state of hers is left. */
static void
former__forgets_nothing_that_either_name_knows(void **unused)
{
	const struct otp_subject alice = world.account.subject;

	(void)unused;
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_ACCEPT);
	assert_int_equal(adopt_former(false), OTP_OK);
	as("bob");
	assert_int_equal(world_show(&world, 1, 9), OTP_VERDICT_ACCEPT);
	(void)world_guess(&world);
	assert_int_equal(rename_to(alice, "bob", false), OTP_OK);
	as("alice");
	assert_int_equal(state_of("alice").tally.failures, 1);
	assert_int_equal(world_show(&world, 1, 9), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 10), OTP_VERDICT_ACCEPT);
}

static void
former__keeps_what_the_new_name_had_spent(void **unused)
{
	struct otp_state state = state_of("alice");
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	state.enrolled = false;
	state.credentials[1].value = 30;
	state.credentials[2].value = WORLD_NOW;
	state.sends.moment = 1;
	state.tally.failures = 3;
	assert_int_equal(otp_slots_init_image(&state, file), OTP_OK);
	world_write(&world, "state/bob", file, sizeof(file));
	assert_int_equal(adopt_former(false), OTP_OK);
	assert_int_equal(state_of("bob").credentials_count, 4);
	assert_int_equal(state_of("bob").credentials[1].value, 30);
	assert_int_equal(state_of("bob").credentials[2].value, WORLD_NOW);
	assert_int_equal(state_of("bob").credentials[3].value, 0);
	assert_int_equal(state_of("bob").sends.moment, 1);
	assert_false(state_of("bob").forgotten);
	assert_int_equal(state_of("bob").tally.failures, 3);
}

static void
former__keeps_the_codes_that_were_accepted_last(void **unused)
{
	struct otp_state state = state_of("alice"), alice, taken;

	(void)unused;
	state.enrolled = false;
	put_state_of_bob(&state);
	assert_int_equal(world_show(&world, 1, 0), OTP_VERDICT_ACCEPT);
	alice = state_of("alice");
	assert_int_equal(alice.accepted[0].kind, OTP_HOTP);
	assert_int_equal(adopt_former(false), OTP_OK);
	taken = state_of("bob");
	assert_memory_equal(
	    taken.accepted, alice.accepted, sizeof(taken.accepted));
}

/* What the former name never had is kept as it is, the first one too. */
static void
former__keeps_what_only_the_new_name_knows(void **unused)
{
	const struct otp_credential other = {
		.kind = OTP_HOTP,
		.id = { 0xff, 1 },
		.value = 77,
		.created = 1,
		.last_used = 2,
	};
	struct otp_state state = { .uid = WORLD_UID };

	(void)unused;
	state.credentials[0] = other;
	state.credentials_count = 1;
	put_state_of_bob(&state);
	assert_int_equal(adopt_former(false), OTP_OK);
	state = state_of("bob");
	assert_int_equal(state.credentials_count, 5);
	assert_int_equal(state.credentials[4].kind, other.kind);
	assert_memory_equal(state.credentials[4].id, other.id, OTP_ID_SIZE);
	assert_int_equal(state.credentials[4].value, 77);
	assert_int_equal(state.credentials[4].created, 1);
	assert_int_equal(state.credentials[4].last_used, 2);
}

/* Hers is full, and nobody can tell what of it may be forgotten. */
static void
former__changes_nothing_where_it_cannot_tell_what_is_in_force(void **unused)
{
	struct otp_state state = *world_state(&world);
	unsigned i = state.credentials_count;

	(void)unused;
	for (; i < OTP_STATE_CREDENTIALS; i++)
		state.credentials[i] =
		    (struct otp_credential){ .kind = OTP_TOTP,
			    .id = { 0xff, (uint8_t)i } };
	state.credentials_count = OTP_STATE_CREDENTIALS;
	world_put_state(&world, &state);
	state.enrolled = false;
	state.credentials[0].id[0] ^= 1;
	state.credentials_count = 1;
	put_state_of_bob(&state);
	snapshot_take(&world, &before);
	ids_fail = true;
	assert_int_equal(adopt_former(false), OTP_ERR_CRYPTO);
	ids_fail = false;
	assert_unchanged(&world, &before);
	assert_int_equal(adopt_former(false), OTP_OK);
}

/*
 * Wherever it stops: one name has the seed, no spent code is fresh under
 * either, what one lets in the other does not, and it can be done again.
 */
static void
former__revives_nothing_wherever_it_is_stopped(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	unsigned kept = 0, moved = 0;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		char spent[16], used[OTP_RECOVERY_TEXT_SIZE], fresh[16];
		const char *in_force, *other;

		assert_true(call < 100);
		world_close(&world);
		begin();
		oracle_code(&world.seed.tokens[1], 5, spent);
		oracle_code(&world.seed.tokens[1], 6, fresh);
		assert_true(lets_in("alice", spent));
		assert_true(lets_in("alice", world_recovery_text(1, used)));
		stop_from(call);
		err = adopt_former(false);
		stop_from(0);
		assert_int_not_equal(world_has(&world, "seed/alice"),
		    world_has(&world, "seed/bob"));
		in_force = world_has(&world, "seed/bob") ? "bob" : "alice";
		other = world_has(&world, "seed/bob") ? "alice" : "bob";
		if (world_has(&world, "seed/bob"))
			moved++;
		else
			kept++;
		assert_false(lets_in("alice", spent));
		assert_false(lets_in("bob", spent));
		assert_false(lets_in("alice", used));
		assert_false(lets_in("bob", used));
		assert_false(lets_in(other, fresh));
		assert_true(lets_in(in_force, fresh));
		if (!world_has(&world, "seed/bob"))
			assert_int_equal(adopt_former(false), OTP_OK);
		assert_false(lets_in("bob", fresh));
		assert_false(lets_in("bob", used));
		oracle_code(&world.seed.tokens[1], 7, fresh);
		assert_true(lets_in("bob", fresh));
		assert_false(lets_in("alice", fresh));
	}
	assert_true(kept > 2 && moved > 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* The account is renamed back, after a rename that was stopped at any write. */
static void
former__can_be_taken_back_wherever_it_was_stopped(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	unsigned moved = 0;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		char code[16];

		assert_true(call < 100);
		world_close(&world);
		begin();
		stop_from(call);
		err = adopt_former(false);
		stop_from(0);
		if (world_has(&world, "seed/bob")) {
			moved++;
			assert_int_equal(
			    rename_to(world.account.subject, "bob", false),
			    OTP_OK);
		}
		oracle_code(&world.seed.tokens[1], 5, code);
		assert_false(lets_in("bob", code));
		assert_true(lets_in("alice", code));
	}
	assert_true(moved > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(former__gives_seed_and_state_to_the_new_name),
		TEST(former__takes_nothing_from_who_is_enrolled),
		TEST(former__takes_another_uid_only_by_force),
		TEST(former__that_is_only_invited_goes_to_no_other_uid),
		TEST(former__changes_nothing_where_it_cannot),
		TEST(former__of_another_uid_needs_a_sound_seed),
		TEST(former__takes_no_name_that_no_account_can_have),
		TEST(former__opens_accounts_in_the_order_of_their_names),
		TEST(former__changes_nothing_where_one_cannot_be_opened),
		TEST(former__goes_on_with_the_longer_wait),
		TEST(former__refuses_a_state_that_cannot_be_read),
		TEST(former__keeps_the_worse_tally_and_the_later_success),
		TEST(former__says_enrolled_of_nobody_without_a_seed),
		TEST(former__moves_no_seed_before_what_it_needs_is_on_disk),
		TEST(former__leaves_alone_who_was_faster),
		TEST(former__forgets_nothing_that_either_name_knows),
		TEST(former__keeps_what_the_new_name_had_spent),
		TEST(former__keeps_the_codes_that_were_accepted_last),
		TEST(former__keeps_what_only_the_new_name_knows),
		TEST(
		    former__changes_nothing_where_it_cannot_tell_what_is_in_force),
		TEST(former__revives_nothing_wherever_it_is_stopped),
		TEST(former__can_be_taken_back_wherever_it_was_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
