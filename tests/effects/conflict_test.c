/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in which another host comes in between: files, whose puts conflict. */
#include "config.h"

#include "tests/effects/world.h"
#include "common/store/store_files.h"
#include "common/store/store_kind.h"

static unsigned conflicts; /* puts that will conflict */
static unsigned skipped;   /* puts before these that will not */
static unsigned done[2];   /* charges and commits that were done */

static struct otp_place
files_of(struct otp_place place)
{
	place.folder = strchr(place.folder, '/');
	return place;
}

static enum otp_err
test_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	return otp_files_open(files_of(place), account, ret_store, fault);
}

static enum otp_err
test_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	if (put != OTP_PUT_NOTHING && skipped > 0) {
		skipped--;
	} else if (put != OTP_PUT_NOTHING && conflicts > 0) {
		conflicts--;
		return OTP_ERR_CONFLICT;
	}
	done[0] += put == OTP_PUT_CHARGE;
	done[1] += put == OTP_PUT_COMMIT;
	return otp_files_put(store, state, put, fault);
}

static const struct otp_store_kind kind = {
	.open = test_open,
	.close = otp_files_close,
	.peek = otp_files_peek,
	.look = otp_files_look,
	.is_settled = otp_files_is_settled,
	.is_locked = otp_files_is_locked,
	.load = otp_files_load,
	.seed = otp_files_seed,
	.has_seed = otp_files_has_seed,
	.put = test_put,
	.in_effect = otp_files_in_effect,
};

static char place[sizeof(world.store) + 8];

static int
set_up(void **state)
{
	(void)state;
	world_open(&world);
	world.seed = sample_seed(&(struct otp_token[]){ sample_totp(1) }[0]);
	world_enrol(&world);
	(void)snprintf(place, sizeof(place), "test:%s", world.store);
	otp_store_register("test:", &kind);
	world.host.store.folder = place;
	memset(done, 0, sizeof(done));
	conflicts = skipped = 0;
	return 0;
}

static enum otp_err
try(const char *typed)
{
	return otp_attempt_try(
	    &world.host, &world.request, typed, &world.answer, NULL);
}

static const char *
right_code(void)
{
	static char code[SAMPLE_CODE_SIZE];
	const struct otp_token token = sample_totp(1);

	return sample_code(&token, (uint64_t)(world.now / 30), code);
}

static const char *
wrong_code(void)
{
	static char code[SAMPLE_CODE_SIZE];
	const struct otp_token token = sample_totp(1);

	return sample_wrong(&token, world.now, code);
}

static void
attempt__that_conflicts_is_judged_once_more(void **state)
{
	(void)state;
	conflicts = 1;
	assert_int_equal(try(right_code()), OTP_OK);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(done[0], 1);
	assert_int_equal(done[1], 1);
	assert_int_equal(try(right_code()), OTP_OK);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REPLAY);
	conflicts = 1;
	assert_int_equal(try(wrong_code()), OTP_OK);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(world.answer.failures, 1);
}

static void
attempt__that_goes_on_conflicting_is_no_yes(void **state)
{
	(void)state;
	conflicts = 1000;
	assert_int_equal(try(right_code()), OTP_ERR_CONFLICT);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(done[0] + done[1], 0);
	assert_int_equal(conflicts, 998);
}

/* Its code was compared: once more would be a second guess for one charge. */
static void
attempt__that_was_charged_is_not_judged_again(void **state)
{
	(void)state;
	skipped = 1;
	conflicts = 1;
	assert_int_equal(try(right_code()), OTP_ERR_CONFLICT);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(done[0], 1);
	assert_int_equal(done[1], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(attempt__that_conflicts_is_judged_once_more),
		TEST(attempt__that_goes_on_conflicting_is_no_yes),
		TEST(attempt__that_was_charged_is_not_judged_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
