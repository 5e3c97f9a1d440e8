/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power cuts while a seed is put in force.
 *
 * An enrolment is run once as it should, and once for each operation that
 * fails; after each of its operations the power is cut, with every outcome
 * that powercut_folder.h allows.  Each time one seed is in force, whole, the
 * old one (or none) or the new one; it works; what it had spent is spent, the
 * step that confirmed it too; failures are kept; and enrolling again works.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/codes.h"
#include "tests/unit/unit.h"
#include "common/core/digest.h"
#include "common/core/oath.h"
#include "common/effects/attempt.h"
#include "tests/lib/account.h"
#include "common/effects/enrol.h"
#include "common/effects/look.h"
#include "common/store/store.h"
#include "tests/store/powercut_folder.h"
#include "tests/store/powercut_table.h"

#define ACCOUNT	 "alice"
#define START	 INT64_C(1800000000)
#define PERIOD	 30
#define RECOVERY 2

static struct {
	char folder[32];
	int64_t now;
	uint64_t random;
	uint32_t failures; /* before */
	bool had_seed;
	bool had_state;
	struct otp_enrolment old, new;
	enum otp_err err; /* what putting the new one in force came to */
	unsigned ops, all_ops;
	unsigned fault;
	struct powercut_table known;
	uint64_t cuts;
	uint64_t stayed; /* an error, and the new seed is in force */
	unsigned violations;
} test;

static enum otp_err
fake_time(void *context, int64_t *ret_now)
{
	(void)context;
	*ret_now = test.now;
	return OTP_OK;
}

static enum otp_err
fake_random(void *context, void *bytes, size_t size)
{
	(void)context;
	unit_fill(&test.random, bytes, size);
	return OTP_OK;
}

static const struct otp_sys fake_sys = {
	.time = fake_time,
	.random = fake_random,
};
static const struct otp_policy policy = OTP_POLICY_DEFAULT;
static const struct otp_host host = {
	.sys = &fake_sys,
	.store = { .folder = test.folder },
	.policy = &policy,
};

/* --- what is done --- */

/* The code AFTER steps or counters behind the one that confirmed TOKEN. */
static void
make_code(const struct otp_enrolment *enrolment, uint64_t after, char text[8])
{
	const struct otp_token *token = &enrolment->token;
	uint64_t moving = enrolment->value - 1 + after;
	struct otp_oath *oath = NULL;
	uint32_t value = 0;

	if (token->kind == OTP_TOTP)
		moving = enrolment->value / PERIOD - 1 + after;
	assert_int_equal(
	    otp_oath_new(token->hash, token->secret, token->secret_size, &oath),
	    OTP_OK);
	assert_int_equal(otp_oath_value(oath, moving, 6, &value), OTP_OK);
	otp_oath_free(oath);
	(void)snprintf(text, 8, "%06u", (unsigned)(value % 1000000));
}

static struct otp_subject
subject_of(void)
{
	return (struct otp_subject){
		.account = ACCOUNT,
		.uid = (uint32_t)getuid(),
	};
}

/* Begin, and confirm with the first code. */
static enum otp_err
begin(enum otp_kind kind, enum otp_enrol_mode mode,
    struct otp_enrolment *ret_enrolment)
{
	const struct otp_token token = {
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? PERIOD : 0,
		.label = "host:alice",
	};
	struct otp_confirmation confirmation = { 0 };
	char code[8];
	enum otp_err err = otp_enrol_begin(
	    ACCOUNT_OF(&host, subject_of()), mode, &token, ret_enrolment);

	if (err != OTP_OK)
		return err;
	ret_enrolment->value = kind == OTP_TOTP
	    ? (uint64_t)test.now / PERIOD * PERIOD + PERIOD
	    : 1;
	make_code(ret_enrolment, 0, code);
	err = otp_enrol_confirm(ACCOUNT_OF(&host, subject_of()), ret_enrolment,
	    code, &confirmation);
	assert_int_equal(confirmation.verdict, OTP_VERDICT_ACCEPT);
	return err;
}

static enum otp_err
put(const struct otp_enrolment *enrolment)
{
	struct otp_recovery_set set;

	return codes_put(
	    ACCOUNT_OF(&host, subject_of()), enrolment, RECOVERY, &set);
}

static struct otp_request
request(void)
{
	return (struct otp_request){
		.account = ACCOUNT,
		.uid = (uint32_t)getuid(),
		.service = "login",
	};
}

/* Type a code at the time when it is shown. */
static enum otp_err
try(const struct otp_enrolment *enrolment, uint64_t after,
    enum otp_verdict *ret_verdict)
{
	const struct otp_request asked = request();
	struct otp_answer answer;
	char code[8];
	enum otp_err err;

	make_code(enrolment, after, code);
	test.now = START + (int64_t)after * PERIOD;
	if (enrolment->token.kind == OTP_TOTP)
		test.now =
		    (int64_t)enrolment->value + ((int64_t)after - 1) * PERIOD;
	err = otp_attempt_try(&host, &asked, code, &answer, NULL);
	*ret_verdict = answer.verdict;
	return err;
}

/* --- what must hold --- */

/* The confirming code is spent, the next one is not. */
static const char *
judge_seed(const struct otp_enrolment *enrolment)
{
	enum otp_verdict verdict;

	if (try(enrolment, 0, &verdict) != OTP_OK)
		return "the seed in force has no state";
	if (verdict == OTP_VERDICT_ACCEPT)
		return "the confirming code is fresh";
	if (try(enrolment, 1, &verdict) != OTP_OK ||
	    verdict != OTP_VERDICT_ACCEPT)
		return "the seed in force lets nobody in";
	return NULL;
}

static const char *
judge_none(void)
{
	const struct otp_request asked = request();
	struct otp_look look;
	enum otp_verdict verdict;

	if (test.had_seed)
		return "the seed is lost";
	if (otp_look_at(&host, &asked, true, &look, NULL) != OTP_OK ||
	    look.enrolled != OTP_ENROLLED_NO)
		return "without a seed somebody is enrolled";
	if (try(&test.new, 1, &verdict) != OTP_OK ||
	    verdict != OTP_VERDICT_UNENROLLED)
		return "without a seed there is an answer";
	return NULL;
}

/*
 * Somebody else of this uid, to whom the account was renamed: not enrolled only
 * where there is nothing.
 */
static const char *
judge_stranger(const struct otp_enrolment *seed)
{
	struct otp_request asked = request();
	struct otp_look look;
	enum otp_err err;

	memcpy(asked.account, "renamed", sizeof("renamed"));
	err = otp_look_at(&host, &asked, true, &look, NULL);
	if (seed == NULL)
		return err == OTP_OK && look.enrolled == OTP_ENROLLED_NO
		    ? NULL
		    : "an entry that was left over keeps others out";
	return err == OTP_ERR_UID ? NULL
				  : "under another name the uid is let in";
}

static const char *
judge_state(struct otp_store *store, bool has_seed)
{
	struct otp_state state;
	enum otp_err err = otp_store_peek(store, &state, NULL);

	if (err == OTP_ERR_ABSENT && !has_seed && !test.had_state)
		return NULL;
	if (err != OTP_OK)
		return "the state is lost";
	return state.tally.failures == test.failures
	    ? NULL
	    : "the failures are others";
}

/* Which seed is in force?  *RET_SEED: NULL where there is none. */
static const char *
find_seed(const struct otp_enrolment **ret_seed)
{
	struct otp_store *store = NULL;
	struct otp_seed seed;
	const char *wrong = NULL;
	enum otp_err err;

	*ret_seed = NULL;
	if (otp_store_open((struct otp_place){ .folder = test.folder }, ACCOUNT,
		&store, NULL) != OTP_OK)
		return "the store is lost";
	err = otp_store_seed(store, &seed, NULL);
	if (err == OTP_OK && seed.tokens_count == 1 &&
	    seed.recovery_count == RECOVERY) {
		if (memcmp(seed.tokens[0].secret, test.new.token.secret, 20) ==
		    0)
			*ret_seed = &test.new;
		else if (test.had_seed)
			*ret_seed = &test.old;
	}
	if (err != OTP_ERR_ABSENT && !*ret_seed)
		wrong = "the seed is torn";
	if (!wrong)
		wrong = judge_state(store, *ret_seed != NULL);
	otp_store_close(store);
	return wrong;
}

/* What comes after must be able to begin anew. */
static const char *
judge_again(bool has_seed)
{
	struct otp_enrolment again;
	enum otp_verdict verdict;
	enum otp_err err = begin(
	    OTP_TOTP, has_seed ? OTP_ENROL_REPLACE : OTP_ENROL_NEW, &again);

	if (err == OTP_OK)
		err = put(&again);
	if (err == OTP_OK)
		err = try(&again, 1, &verdict);
	return err == OTP_OK && verdict == OTP_VERDICT_ACCEPT
	    ? NULL
	    : "enrolling again does not work";
}

static const char *
judge(void)
{
	const struct otp_enrolment *seed = NULL;
	const char *wrong = find_seed(&seed);

	if (!wrong && test.ops == test.all_ops && test.err == OTP_OK &&
	    seed != &test.new)
		wrong = "the seed that was put in force is not";
	if (test.ops == test.all_ops && test.err != OTP_OK && seed == &test.new)
		test.stayed++;
	if (!wrong)
		wrong = judge_stranger(seed);
	if (!wrong)
		wrong = seed ? judge_seed(seed) : judge_none();
	if (!wrong)
		wrong = judge_again(seed != NULL);
	return wrong;
}

static void
tell(const char *wrong)
{
	if (test.violations++ > 0)
		return;
	printf("# powercut: %s, after %u of %u operations", wrong, test.ops,
	    test.all_ops);
	if (test.fault)
		printf(", of which number %u fails", test.fault);
	printf(":\n");
	for (unsigned i = 0; i < test.ops; i++) {
		char text[96];

		powercut_folder_describe(i, text, sizeof(text));
		printf("#   %s\n", text);
	}
	(void)fflush(stdout);
}

static void
visit(void *context, const struct powercut_store *left)
{
	struct {
		uint8_t digest[OTP_DIGEST_SIZE];
		uint32_t done; /* and answered well */
	} key = { .done = test.ops == test.all_ops && test.err == OTP_OK };
	const char *wrong;
	bool is_new = false;

	(void)context;
	test.cuts++;
	powercut_folder_digest(left, key.digest);
	(void)powercut_table_put(&test.known, &key, &is_new);
	if (!is_new)
		return;
	powercut_folder_put(left);
	wrong = judge();
	if (wrong)
		tell(wrong);
}

/* Put the new seed in force, with one FAULT or none; cut the power. */
static unsigned
run(unsigned fault)
{
	static const char *const accounts[POWERCUT_ACCOUNTS] = { ACCOUNT };
	struct powercut_store *store = powercut_grow(NULL, 1, sizeof(*store));

	powercut_folder_begin(test.folder, accounts, (uint32_t)getuid());
	test.fault = fault;
	test.now = START;
	powercut_folder_record(fault);
	test.err = put(&test.new);
	test.all_ops = powercut_folder_stop();
	for (test.ops = 0; test.ops <= test.all_ops; test.ops++) {
		powercut_folder_see(test.ops, store); /* no cut: killed */
		visit(NULL, store);
		powercut_folder_cut(test.ops, visit, NULL);
	}
	powercut_folder_see(0, store);
	powercut_folder_put(store);
	powercut_folder_end();
	free(store);
	return test.all_ops;
}

/* --- the store --- */

static void
begin_store(void)
{
	bool made = false;

	memset(&test, 0, sizeof(test));
	test.known.size = OTP_DIGEST_SIZE + sizeof(uint32_t);
	test.now = START - 10 * PERIOD;
	(void)snprintf(
	    test.folder, sizeof(test.folder), "/tmp/powercut.XXXXXX");
	assert_non_null(mkdtemp(test.folder));
	assert_int_equal(
	    otp_store_init(
		(struct otp_place){ .folder = test.folder }, &made, NULL),
	    OTP_OK);
}

static void
end_store(void)
{
	static const char *const names[] = { "seed/" ACCOUNT, "state/" ACCOUNT,
		"seed/." ACCOUNT ".new", "state/." ACCOUNT ".new", "seed",
		"state", "uid", ".store", "" };
	char entry[64];

	powercut_table_clear(&test.known);
	(void)snprintf(
	    entry, sizeof(entry), "%s/uid/%u", test.folder, (unsigned)getuid());
	(void)remove(entry);
	(void)snprintf(entry, sizeof(entry), "%s/uid/.%u.new", test.folder,
	    (unsigned)getuid());
	(void)remove(entry);
	for (unsigned i = 0; i < COUNT(names); i++) {
		char path[64];

		(void)snprintf(
		    path, sizeof(path), "%s/%s", test.folder, names[i]);
		(void)remove(path);
	}
}

/* An old seed in force, of KIND, and one failure. */
static void
enrol_old(enum otp_kind kind)
{
	const struct otp_request asked = request();
	struct otp_answer answer;

	assert_int_equal(begin(kind, OTP_ENROL_NEW, &test.old), OTP_OK);
	assert_int_equal(put(&test.old), OTP_OK);
	assert_int_equal(
	    otp_attempt_try(&host, &asked, "000000", &answer, NULL), OTP_OK);
	assert_int_equal(answer.verdict, OTP_VERDICT_REJECT);
	test.failures = 1;
	test.had_state = test.had_seed = true;
}

static void
run_all(const char *name, enum otp_kind kind, enum otp_enrol_mode mode)
{
	unsigned runs = 0, ops;
	unsigned violations;

	test.now = START;
	assert_int_equal(begin(kind, mode, &test.new), OTP_OK);
	ops = run(0);
	assert_int_equal(test.err, OTP_OK);
	/* until the fault lies behind the last operation */
	while (test.violations == 0 && (runs == 0 || test.err != OTP_OK))
		(void)run(++runs);
	printf("# ran: powercut %s: %u operations, %u faults, %" PRIu64
	       " power cuts, %u distinct stores, %" PRIu64
	       " in which a failed enrolment is in force, %u violations\n",
	    name, ops, runs - 1, test.cuts, test.known.count, test.stayed,
	    test.violations);
	(void)fflush(stdout);
	violations = test.violations;
	end_store();
	assert_int_equal(violations, 0);
}

static void
new_seed__survives_power_cuts(void **state)
{
	(void)state;
	begin_store();
	run_all("new", OTP_TOTP, OTP_ENROL_NEW);
}

static void
new_hotp_seed__survives_power_cuts(void **state)
{
	(void)state;
	begin_store();
	run_all("new hotp", OTP_HOTP, OTP_ENROL_NEW);
}

static void
new_seed_on_an_old_state__survives_power_cuts(void **state)
{

	(void)state;
	begin_store();
	enrol_old(OTP_TOTP);
	assert_int_equal(
	    otp_enrol_remove(ACCOUNT_OF(&host, subject_of()), false), OTP_OK);
	test.had_seed = false;
	run_all("new after remove", OTP_TOTP, OTP_ENROL_NEW);
}

static void
replaced_seed__survives_power_cuts(void **state)
{
	(void)state;
	begin_store();
	enrol_old(OTP_TOTP);
	run_all("replace", OTP_TOTP, OTP_ENROL_REPLACE);
}

static void
replaced_hotp_seed__survives_power_cuts(void **state)
{
	(void)state;
	begin_store();
	enrol_old(OTP_HOTP);
	run_all("replace hotp", OTP_HOTP, OTP_ENROL_REPLACE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_seed__survives_power_cuts),
		cmocka_unit_test(new_hotp_seed__survives_power_cuts),
		cmocka_unit_test(new_seed_on_an_old_state__survives_power_cuts),
		cmocka_unit_test(replaced_seed__survives_power_cuts),
		cmocka_unit_test(replaced_hotp_seed__survives_power_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
