/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/state.h"

#define NOW INT64_C(1700000000)

static void
occasion_set__cuts_to_fit_and_fills_with_zeros(void **unused)
{
	static const char zeros[OTP_HOST_SIZE];
	char text[200];
	struct otp_login_mark occasion;

	(void)unused;
	memset(&occasion, 0xee, sizeof(occasion));
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	otp_login_mark_set(&occasion, NOW, text, text);
	assert_int_equal(occasion.time, NOW);
	assert_int_equal(strlen(occasion.service), OTP_SERVICE_SIZE - 1);
	assert_int_equal(strlen(occasion.host), OTP_HOST_SIZE - 1);
	otp_login_mark_set(&occasion, 0, "su", NULL);
	assert_int_equal(occasion.time, 0);
	assert_memory_equal(occasion.service, "su", 3);
	assert_memory_equal(occasion.service + 2, zeros, OTP_SERVICE_SIZE - 2);
	assert_memory_equal(occasion.host, zeros, OTP_HOST_SIZE);
	otp_login_mark_set(&occasion, 0, NULL, "h");
	assert_memory_equal(occasion.service, zeros, OTP_SERVICE_SIZE);
	assert_string_equal(occasion.host, "h");
}

/* A token that only its number tells from others. */
static struct otp_token
token(enum otp_kind kind, uint8_t number)
{
	struct otp_token made = {
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.secret_size = 20,
		.secret = { 1, number },
		.label = "a",
	};

	return made;
}

static void
token_id(enum otp_kind kind, uint8_t number, uint8_t ret_id[OTP_ID_SIZE])
{
	const struct otp_token made = token(kind, number);

	assert_int_equal(otp_token_id(&made, ret_id), OTP_OK);
}

static struct otp_credential *
claim(struct otp_state *state, const struct otp_seed *seed,
    const struct otp_seed *old, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], int64_t now)
{
	struct otp_credential *credential = NULL;

	assert_int_equal(
	    otp_state_claim(state, seed, old, kind, id, now, &credential),
	    OTP_OK);
	return credential;
}

static void
state_find__goes_by_kind_and_id(void **unused)
{
	static const uint8_t none[OTP_ID_SIZE] = { 1, 2, 3, 4, 5, 6, 7, 9 };
	const struct otp_state state = {
		.credentials_count = 2,
		.credentials = { { .kind = OTP_TOTP,
				     .id = { 1, 2, 3, 4, 5, 6, 7, 8 } },
		    { .kind = OTP_HOTP, .id = { 1, 2, 3, 4, 5, 6, 7, 8 } },
		    /* behind the count: not there */
		    { .kind = OTP_RECOVERY,
			.id = { 1, 2, 3, 4, 5, 6, 7, 8 } } },
	};
	const uint8_t *id = state.credentials[0].id;

	(void)unused;
	assert_ptr_equal(
	    otp_state_find(&state, OTP_TOTP, id), &state.credentials[0]);
	assert_ptr_equal(
	    otp_state_find(&state, OTP_HOTP, id), &state.credentials[1]);
	assert_null(otp_state_find(&state, OTP_RECOVERY, id));
	assert_null(otp_state_find(&state, OTP_TOTP, none));
}

static void
state_claim__finds_what_is_there_and_changes_nothing(void **unused)
{
	static struct otp_seed seed;
	struct otp_state state = { 0 };
	struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	token_id(OTP_TOTP, 1, id);
	credential = claim(&state, &seed, NULL, OTP_TOTP, id, NOW);
	assert_int_equal(state.credentials_count, 1);
	assert_int_equal(credential->kind, OTP_TOTP);
	assert_memory_equal(credential->id, id, OTP_ID_SIZE);
	assert_int_equal(credential->created, NOW);
	assert_int_equal(credential->value, 0);
	assert_int_equal(credential->last_used, 0);
	credential->value = 9;
	assert_ptr_equal(
	    claim(&state, &seed, NULL, OTP_TOTP, id, NOW + 1), credential);
	assert_int_equal(credential->value, 9);
	assert_int_equal(credential->created, NOW);
	assert_int_equal(state.credentials_count, 1);
	/* of another kind it is another one */
	claim(&state, &seed, NULL, OTP_HOTP, id, NOW);
	assert_int_equal(state.credentials_count, 2);
}

/* As many credentials as fit, of tokens 0 and up, each heard of a second after the last. */
static void
fill(struct otp_state *state)
{
	memset(state, 0, sizeof(*state));
	for (uint8_t i = 0; i < OTP_STATE_CREDENTIALS; i++) {
		struct otp_credential *credential = &state->credentials[i];

		credential->kind = OTP_TOTP;
		token_id(OTP_TOTP, i, credential->id);
		credential->created = NOW + i;
		credential->value = 77;
	}
	state->credentials_count = OTP_STATE_CREDENTIALS;
}

static void
state_claim__forgets_what_was_heard_of_longest_ago(void **unused)
{
	static struct otp_seed seed;
	struct otp_state state;
	struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	fill(&state);
	state.credentials[0].last_used = NOW + 1000; /* made first, but used */
	token_id(OTP_TOTP, 100, id);
	credential = claim(&state, &seed, NULL, OTP_TOTP, id, NOW + 2000);
	assert_ptr_equal(credential, &state.credentials[1]);
	assert_int_equal(state.credentials_count, OTP_STATE_CREDENTIALS);
	assert_int_equal(credential->value, 0);
	assert_int_equal(credential->created, NOW + 2000);
	assert_memory_equal(credential->id, id, OTP_ID_SIZE);
	token_id(OTP_TOTP, 101, id);
	credential = claim(&state, &seed, NULL, OTP_TOTP, id, NOW + 2001);
	assert_ptr_equal(credential, &state.credentials[2]);
}

static void
state_claim__keeps_what_either_seed_needs(void **unused)
{
	static struct otp_seed seed, old;
	struct otp_state state;
	struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	fill(&state);
	seed.tokens_count = 2; /* 0 and 1 */
	seed.tokens[0] = token(OTP_TOTP, 0);
	seed.tokens[1] = token(OTP_TOTP, 1);
	old.tokens_count = 1; /* 2 */
	old.tokens[0] = token(OTP_TOTP, 2);
	seed.recovery_count = old.recovery_count = 1;
	memset(seed.recovery[0].hash, 3, OTP_DIGEST_SIZE);
	memset(old.recovery[0].hash, 4, OTP_DIGEST_SIZE);
	state.credentials[3].kind = OTP_RECOVERY;
	otp_recovery_id(&seed.recovery[0], state.credentials[3].id);
	state.credentials[4].kind = OTP_RECOVERY;
	otp_recovery_id(&old.recovery[0], state.credentials[4].id);

	token_id(OTP_HOTP, 100, id);
	credential = claim(&state, &seed, &old, OTP_HOTP, id, NOW + 99);
	assert_ptr_equal(credential, &state.credentials[5]);
	token_id(OTP_HOTP, 101, id);
	credential = claim(&state, &seed, NULL, OTP_HOTP, id, NOW + 99);
	assert_ptr_equal(credential, &state.credentials[2]);
}

/* It may come to nothing, and then they are still in force. */
static void
state_claim__keeps_recovery_codes_of_the_old_seed(void **unused)
{
	static struct otp_seed seed, old;
	struct otp_state state;
	struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	fill(&state);
	old.recovery_count = 2;
	for (unsigned i = 0; i < 2; i++) {
		memset(old.recovery[i].hash, (int)i + 1, OTP_DIGEST_SIZE);
		state.credentials[i].kind = OTP_RECOVERY;
		otp_recovery_id(&old.recovery[i], state.credentials[i].id);
	}
	for (unsigned i = 2; i < OTP_STATE_CREDENTIALS; i++) {
		token_id(OTP_HOTP, (uint8_t)(100 + i), id);
		credential = claim(&state, &seed, &old, OTP_HOTP, id, NOW + 99);
		assert_ptr_equal(credential, &state.credentials[i]);
	}
	token_id(OTP_HOTP, 99, id);
	credential = claim(&state, &seed, NULL, OTP_HOTP, id, NOW + 99);
	assert_ptr_equal(credential, &state.credentials[0]);
}

/* What went may have been used: that is remembered instead. */
static void
state_claim__says_that_something_was_forgotten(void **unused)
{
	static struct otp_seed seed;
	struct otp_state state = { .enrolled = true };
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	for (uint8_t i = 0; i < OTP_STATE_CREDENTIALS; i++) {
		token_id(OTP_HOTP, i, id);
		(void)claim(&state, &seed, NULL, OTP_HOTP, id, NOW);
		assert_false(state.forgotten);
	}
	(void)claim(&state, &seed, NULL, OTP_HOTP, id, NOW); /* is there */
	assert_false(state.forgotten);
	token_id(OTP_HOTP, OTP_STATE_CREDENTIALS, id);
	(void)claim(&state, &seed, NULL, OTP_HOTP, id, NOW);
	assert_true(state.forgotten);
}

static void
state_retire__lets_all_be_used_that_were_made_by_then(void **unused)
{
	struct otp_recovery recovery = { .made = NOW };
	struct otp_state state = { .credentials_count = 4 };

	(void)unused;
	memset(recovery.hash, 7, sizeof(recovery.hash));
	state.credentials[0] =
	    (struct otp_credential){ .kind = OTP_RECOVERY, .created = NOW };
	state.credentials[1] =
	    (struct otp_credential){ .kind = OTP_TOTP, .created = 5 };
	state.credentials[2] =
	    (struct otp_credential){ .kind = OTP_RECOVERY, .created = NOW + 1 };
	state.credentials[3] =
	    (struct otp_credential){ .kind = OTP_RECOVERY, .created = 1 };
	otp_recovery_id(&recovery, state.credentials[0].id);
	assert_int_equal(
	    otp_state_recovery(&state, &recovery), OTP_RECOVERY_UNUSED);
	otp_state_retire(&state, 0);
	assert_int_equal(state.credentials_count, 4);
	otp_state_retire(&state, NOW);
	assert_int_equal(state.recovery_made, NOW);
	assert_int_equal(state.credentials_count, 2);
	assert_int_equal(state.credentials[0].kind, OTP_TOTP);
	assert_int_equal(state.credentials[1].created, NOW + 1);
	assert_int_equal(state.credentials[2].kind, 0);
	assert_false(state.forgotten); /* the time says all of them */
	assert_int_equal(
	    otp_state_recovery(&state, &recovery), OTP_RECOVERY_USED);
	otp_state_retire(&state, NOW - 1);
	assert_int_equal(state.recovery_made, NOW);
	recovery.made++;
	assert_int_equal(
	    otp_state_recovery(&state, &recovery), OTP_RECOVERY_UNKNOWN);
	otp_recovery_id(&recovery, state.credentials[1].id);
	state.credentials[1].value = 1;
	assert_int_equal(
	    otp_state_recovery(&state, &recovery), OTP_RECOVERY_USED);
}

static void
state_accept__keeps_the_newest(void **unused)
{
	struct otp_state state = { .enrolled = true };

	(void)unused;
	for (unsigned i = 1; i <= OTP_STATE_ACCEPTED + 3; i++) {
		const struct otp_accepted accepted = { .kind = OTP_HOTP,
			.value = i };

		otp_state_accept(&state, &accepted);
		for (unsigned j = 0; j < OTP_STATE_ACCEPTED; j++)
			assert_int_equal(
			    state.accepted[j].value, j < i ? i - j : 0);
	}
	assert_int_equal(state.credentials_count, 0);
}

static void
state_claim__is_full_where_all_are_needed(void **unused)
{
	static struct otp_seed seed, old;
	struct otp_credential *credential = NULL;
	struct otp_state state;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	fill(&state);
	seed.tokens_count = old.tokens_count = 1;
	seed.tokens[0] = token(OTP_TOTP, 0);
	old.tokens[0] = token(OTP_TOTP, 1);
	state.credentials_count = OTP_STATE_CREDENTIALS;
	for (unsigned i = 0; i < OTP_STATE_CREDENTIALS; i++)
		memcpy(state.credentials[i].id, state.credentials[i % 2].id,
		    OTP_ID_SIZE);
	token_id(OTP_TOTP, 100, id);
	assert_int_equal(otp_state_claim(&state, &seed, &old, OTP_TOTP, id, NOW,
			     &credential),
	    OTP_ERR_FULL);
	assert_null(credential);
}

static void
state_give__ends_what_another_was_allowed(void **unused)
{
	struct otp_state state = { .uid = 1000,
		.suspended = true,
		.exemption = { .until = 9, .reason = "a lost phone" },
		.own_code = { .time = 8 } };

	(void)unused;
	otp_state_give(&state, 1000);
	assert_int_equal(state.exemption.until, 9);
	assert_int_equal(state.own_code.time, 8);
	otp_state_give(&state, 1005);
	assert_int_equal(state.uid, 1005);
	assert_int_equal(state.exemption.until, 0);
	assert_string_equal(state.exemption.reason, "");
	assert_int_equal(state.own_code.time, 0);
	assert_true(state.suspended);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    occasion_set__cuts_to_fit_and_fills_with_zeros),
		cmocka_unit_test(state_find__goes_by_kind_and_id),
		cmocka_unit_test(
		    state_claim__finds_what_is_there_and_changes_nothing),
		cmocka_unit_test(
		    state_claim__forgets_what_was_heard_of_longest_ago),
		cmocka_unit_test(state_claim__keeps_what_either_seed_needs),
		cmocka_unit_test(
		    state_claim__keeps_recovery_codes_of_the_old_seed),
		cmocka_unit_test(
		    state_claim__says_that_something_was_forgotten),
		cmocka_unit_test(
		    state_retire__lets_all_be_used_that_were_made_by_then),
		cmocka_unit_test(state_accept__keeps_the_newest),
		cmocka_unit_test(state_give__ends_what_another_was_allowed),
		cmocka_unit_test(state_claim__is_full_where_all_are_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
