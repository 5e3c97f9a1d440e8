/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "pam_otpd/rights.h"

enum {
	ROOT = 0,
	ALICE = 1000,
	BOB = 1001,
	RADIUS = 95,
	OVERFLOW = 65534,
	VIRTUAL = -1, /* OTP_UID_VIRTUAL */
};

static const enum otp_wire_verb verbs[] = { OTP_WIRE_LOOK, OTP_WIRE_TRY,
	OTP_WIRE_TOLD, OTP_WIRE_STATUS, OTP_WIRE_FORGET, OTP_WIRE_RESYNC,
	OTP_WIRE_SEND, OTP_WIRE_PUT, OTP_WIRE_RECOVERY, OTP_WIRE_REMOVE,
	OTP_WIRE_DRAW, OTP_WIRE_ADDRESS, OTP_WIRE_ENROLL };

static const uint32_t peers[] = { ROOT, ALICE, BOB, RADIUS, OVERFLOW,
	(uint32_t)VIRTUAL };

/* The user database: a second name of alice's uid is "alias". */
static const struct otp_entry database[] = {
	{ true, ROOT, "root" },
	{ true, ALICE, "alice" },
	{ true, ALICE, "alias" },
	{ true, BOB, "bob" },
	{ true, OVERFLOW, "nobody" },
};

static const char *const accounts[] = { "root", "alice", "alias", "bob",
	"nobody", "virtual", "" };

static struct otp_entry
by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(database); i++)
		if (strcmp(database[i].name, name) == 0)
			return database[i];
	return (struct otp_entry){ .found = false };
}

/* The first name, as getpwuid(3). */
static struct otp_entry
by_uid(uint32_t uid)
{
	for (size_t i = 0; i < COUNT(database); i++)
		if (database[i].uid == uid)
			return database[i];
	return (struct otp_entry){ .found = false };
}

static bool
is_allowed(enum otp_listener listener, uint32_t peer, enum otp_wire_verb verb,
    const char *account, uint32_t uid)
{
	const struct otp_entry name = by_name(account);
	const struct otp_entry entry = by_uid(peer);
	const struct otp_claim claim = {
		.listener = listener,
		.peer = peer,
		.verb = verb,
		.account = account,
		.uid = uid,
		.by_name = &name,
		.by_uid = &entry,
	};

	return otp_rights_allow(&claim);
}

/* As the page has it, written once more, and in another way. */
static bool
is_expected(enum otp_listener listener, uint32_t peer, enum otp_wire_verb verb,
    const char *account)
{
	if (listener == OTP_LISTENER_ROOT)
		return peer == ROOT && verb != OTP_WIRE_PUT &&
		    verb != OTP_WIRE_RECOVERY && verb != OTP_WIRE_REMOVE &&
		    verb != OTP_WIRE_ADDRESS;
	if (verb == OTP_WIRE_TOLD || verb == OTP_WIRE_DRAW ||
	    verb == OTP_WIRE_ENROLL)
		return false;
	if (listener == OTP_LISTENER_SERVICE)
		return (verb == OTP_WIRE_LOOK || verb == OTP_WIRE_TRY ||
			   verb == OTP_WIRE_SEND) &&
		    peer != OVERFLOW && peer != (uint32_t)VIRTUAL &&
		    strcmp(account, "root") != 0;
	if (verb == OTP_WIRE_SEND)
		return false;
	return (peer == ALICE && strcmp(account, "alice") == 0) ||
	    (peer == BOB && strcmp(account, "bob") == 0);
}

static void
rights__are_those_of_the_table(void **state)
{
	unsigned allowed = 0;

	(void)state;
	for (unsigned socket = 0; socket < OTP_LISTENERS; socket++)
		for (size_t p = 0; p < COUNT(peers); p++)
			for (size_t v = 0; v < COUNT(verbs); v++)
				for (size_t a = 0; a < COUNT(accounts); a++) {
					const struct otp_entry entry =
					    by_name(accounts[a]);
					const bool is = is_allowed(socket,
					    peers[p], verbs[v], accounts[a],
					    entry.found ? entry.uid
							: OTP_UID_VIRTUAL);

					assert_int_equal(is,
					    is_expected(socket, peers[p],
						verbs[v], accounts[a]));
					allowed += is;
				}
	/* root: 7 accounts; service: 4 peers, 6 accounts; user: 2. */
	assert_int_equal(allowed, 9 * 7 + 3 * (4 * 6) + 9 * 2);
}

/* The uid in the message is another than the account's. */
static void
rights__refuse_another_uid(void **state)
{
	static const uint32_t uids[] = { ROOT, BOB, OVERFLOW,
		(uint32_t)VIRTUAL };

	(void)state;
	for (size_t i = 0; i < COUNT(uids); i++) {
		assert_false(is_allowed(
		    OTP_LISTENER_USER, ALICE, OTP_WIRE_TRY, "alice", uids[i]));
		assert_false(is_allowed(OTP_LISTENER_SERVICE, RADIUS,
		    OTP_WIRE_TRY, "alice", uids[i]));
		assert_int_equal(is_allowed(OTP_LISTENER_SERVICE, RADIUS,
				     OTP_WIRE_TRY, "virtual", uids[i]),
		    uids[i] == OTP_UID_VIRTUAL);
		assert_true(is_allowed(
		    OTP_LISTENER_ROOT, ROOT, OTP_WIRE_TRY, "alice", uids[i]));
	}
}

/* The database changes names: "Alice" finds alice. */
static void
rights__refuse_another_spelling(void **state)
{
	const struct otp_entry alice = { true, ALICE, "alice" };
	struct otp_claim claim = {
		.listener = OTP_LISTENER_USER,
		.peer = ALICE,
		.verb = OTP_WIRE_TRY,
		.account = "Alice",
		.uid = ALICE,
		.by_name = &alice,
		.by_uid = &alice,
	};

	(void)state;
	assert_false(otp_rights_allow(&claim));
	claim.listener = OTP_LISTENER_SERVICE;
	assert_false(otp_rights_allow(&claim));
	claim.account = "alice";
	assert_true(otp_rights_allow(&claim));
	claim.listener = OTP_LISTENER_USER;
	assert_true(otp_rights_allow(&claim));
}

static void
rights__refuse_what_is_not_known(void **state)
{
	const struct otp_entry none = { .found = false };
	const struct otp_entry unnamed = { true, ALICE, "" };
	const struct otp_entry other = { true, BOB, "alice" };
	const struct otp_entry alice = { true, ALICE, "alice" };
	struct otp_claim claim = {
		.listener = OTP_LISTENER_USER,
		.peer = ALICE,
		.verb = OTP_WIRE_TRY,
		.account = "alice",
		.uid = ALICE,
		.by_name = &none,
		.by_uid = &alice,
	};

	(void)state;
	assert_false(otp_rights_allow(&claim));
	claim.by_name = &alice;
	claim.by_uid = &none;
	assert_false(otp_rights_allow(&claim));
	claim.by_uid = &other;
	assert_false(otp_rights_allow(&claim));
	claim.account = "";
	claim.by_name = claim.by_uid = &unnamed;
	assert_false(otp_rights_allow(&claim));
	for (unsigned socket = 0; socket <= OTP_LISTENERS; socket++) {
		const enum otp_listener listener = (enum otp_listener)socket;

		assert_false(is_allowed(
		    listener, ROOT, (enum otp_wire_verb)0, "alice", ALICE));
		assert_false(is_allowed(listener, ROOT,
		    (enum otp_wire_verb)(OTP_WIRE_ENROLL + 1), "alice", ALICE));
	}
	assert_false(is_allowed((enum otp_listener)OTP_LISTENERS, ROOT,
	    OTP_WIRE_TRY, "alice", ALICE));
}

static struct otp_request
stated(void)
{
	struct otp_request request;

	memset(&request, 0, sizeof(request));
	strcpy(request.account, "alice");
	request.uid = ALICE;
	strcpy(request.service, "sshd");
	strcpy(request.host, "203.0.113.5");
	request.same_user = request.tell = request.split = true;
	request.device.remember_for = 86400;
	request.device.id[0] = 1;
	request.owner.has_host = request.owner.gives_code = true;
	request.owner.is_caller = true;
	request.owner.fresh_for = 300;
	request.owner.host[0] = 1;
	return request;
}

static void
rights__restrict_what_a_caller_states(void **state)
{
	const struct otp_request before = stated();
	const struct otp_caller no_device = { .remember_for = 0 };
	const struct otp_owner no_owner = { .has_host = false };
	struct otp_request request = stated();

	(void)state;
	otp_rights_restrict(OTP_LISTENER_ROOT, &request);
	assert_memory_equal(&request, &before, sizeof(request));

	request.by_other = true;
	otp_rights_restrict(OTP_LISTENER_SERVICE, &request);
	assert_false(request.by_other);
	assert_memory_equal(
	    &request.device, &no_device, sizeof(request.device));
	assert_memory_equal(&request.owner, &no_owner, sizeof(request.owner));
	assert_true(request.tell);
	assert_false(request.same_user);
	assert_true(request.split);
	assert_string_equal(request.account, "alice");
	assert_int_equal(request.uid, ALICE);
	assert_string_equal(request.service, "sshd");
	assert_string_equal(request.host, "203.0.113.5");

	request = stated();
	otp_rights_restrict(OTP_LISTENER_USER, &request);
	assert_true(request.by_other);
	assert_memory_equal(
	    &request.device, &no_device, sizeof(request.device));
	assert_memory_equal(&request.owner, &no_owner, sizeof(request.owner));
	assert_false(request.tell);
	assert_true(request.same_user); /* the peer is the account */
	assert_string_equal(request.service, "");
	assert_string_equal(request.host, "");
	assert_string_equal(request.account, "alice");
}

static void
rights__name_their_sockets(void **state)
{
	(void)state;
	assert_string_equal(otp_listener_name(OTP_LISTENER_ROOT), "root");
	assert_string_equal(otp_listener_name(OTP_LISTENER_SERVICE), "service");
	assert_string_equal(otp_listener_name(OTP_LISTENER_USER), "user");
}

static void
rights__conceal_what_is_not_for_users(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OTP_LISTENERS; i++) {
		const bool told = i != OTP_LISTENER_USER;
		struct otp_wire_answer answer;

		memset(&answer, 'x', sizeof(answer));
		otp_rights_conceal((enum otp_listener)i, &answer);
		assert_int_equal(answer.look.exemption.reason[0] == 'x', told);
		assert_int_equal(answer.fault.foreign[0] == 'x', told);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights__are_those_of_the_table),
		cmocka_unit_test(rights__refuse_another_uid),
		cmocka_unit_test(rights__refuse_another_spelling),
		cmocka_unit_test(rights__refuse_what_is_not_known),
		cmocka_unit_test(rights__restrict_what_a_caller_states),
		cmocka_unit_test(rights__name_their_sockets),
		cmocka_unit_test(rights__conceal_what_is_not_for_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
