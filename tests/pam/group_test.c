/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * groups= and exempt_groups=: which users are asked, and nobody is let by whose
 * groups are not certain.
 *
 * As in nullok_test.c, PAM_SUCCESS without a prompt is what PAM_IGNORE becomes.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "tests/lib/host.h"

#define STAFF_GID 700
#define HOME_GID  701

static void
stack(struct host *host, const char *arguments)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "auth required @MODULE@ %s\nauth required pam_permit.so\n",
	    arguments);
	host_stack(host, text);
}

/* Two groups of alice's; nobody is in the others. */
static void
use(struct host *host)
{
	static const struct fake_group groups[] = {
		{ .name = "staff", .gid = STAFF_GID, .users = { "alice" } },
		{ .name = "ops", .gid = 702, .members = { "eve", "alice" } },
		{ .name = "empty", .gid = 703 },
		{ .name = "domain users", .gid = 704, .users = { "eve" } },
		{ .name = "wheel", .gid = 705, .users = { "root" } },
	};

	host_enrol_alice(host);
	memcpy(fake.groups, groups, sizeof(groups));
}

static void
is_asked(struct host *host, const char *user)
{
	assert_int_equal(host_login(host, user, "12345"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("refused", "malformed");
}

static void
is_ignored(struct host *host, const char *user, const char *reason)
{
	assert_int_equal(host_login(host, user, "12345"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	host_told_nothing(host);
	host_logged("ignored", reason);
	assert_int_equal(host_level(), LOG_INFO);
}

static void
is_unavailable(struct host *host, const char *user)
{
	assert_int_equal(host_login(host, user, "12345"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->seen.prompts, 0);
	assert_true(host_line_has(0, "detail=user-database"));
	assert_int_equal(host_level(), LOG_ERR);
}

static void
is_misconfigured(struct host *host, const char *user, const char *detail)
{
	assert_int_equal(host_login(host, user, "12345"), PAM_SERVICE_ERR);
	assert_int_equal(host->seen.prompts, 0);
	host_logged("misconfigured", "option");
	assert_true(host_line_has(0, detail));
}

static void
groups__are_asked_and_others_are_not(void **state)
{
	static const char *const alices[] = { "groups=staff", "groups=ops",
		"groups=empty,staff", "groups=ops,empty",
		"[groups=domain users, staff]" };
	struct host *host = *state;

	use(host);
	for (size_t i = 0; i < sizeof(alices) / sizeof(alices[0]); i++) {
		stack(host, alices[i]);
		is_asked(host, "alice");
		is_ignored(host, "bob", "not-in-groups");
		assert_true(host_line_has(0, "user=bob"));
	}
	stack(host, "groups=empty");
	is_ignored(host, "alice", "not-in-groups");
	is_ignored(host, "ALICE", "not-in-groups");
}

static void
primary_group__counts(void **state)
{
	struct host *host = *state;

	use(host);
	fake.groups[5] =
	    (struct fake_group){ .name = "homes", .gid = HOME_GID };
	stack(host, "groups=homes");
	is_ignored(host, "bob", "not-in-groups");
	for (size_t i = 0; i < FAKE_USERS; i++)
		if (fake.users[i].uid == HOST_BOB_UID)
			fake.gids[i] = HOME_GID;
	is_asked(host, "bob");
	is_ignored(host, "alice", "not-in-groups");
}

static void
exempt_groups__are_not_asked_and_others_are(void **state)
{
	struct host *host = *state;

	use(host);
	stack(host, "exempt_groups=empty,ops");
	is_asked(host, "bob");
	is_ignored(host, "alice", "exempt-group");
	assert_true(host_line_has(0, "group=\"ops\""));
	assert_true(host_line_has(0, "user=alice"));
	stack(host, "groups=staff exempt_groups=ops");
	is_ignored(host, "alice", "exempt-group");
	stack(host, "groups=staff exempt_groups=empty");
	is_asked(host, "alice");
	is_ignored(host, "bob", "not-in-groups");
}

/* As sshd's has it after a key: nothing else succeeds. */
static void
only_line__denies(void **state)
{
	struct host *host = *state;

	use(host);
	host_service(host, "groups=staff");
	assert_int_not_equal(host_login(host, "bob", "12345"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	host_logged("ignored", "not-in-groups");
}

static void
root__is_a_user_like_others(void **state)
{
	struct host *host = *state;

	use(host);
	stack(host, "groups=staff");
	is_ignored(host, "root", "not-in-groups");
	stack(host, "groups=wheel");
	is_asked(host, "root");
	stack(host, "exempt_groups=wheel");
	is_ignored(host, "root", "exempt-group");
}

/* Else one name would be a way around the codes of the other. */
static void
second_name_of_a_uid__is_asked(void **state)
{
	struct host *host = *state;

	use(host);
	stack(host, "groups=staff");
	is_asked(host, HOST_SECOND);
	fake.groups[1].members[0] = HOST_SECOND;
	stack(host, "exempt_groups=ops");
	is_asked(host, HOST_SECOND);
}

static void
unknown_user__is_asked(void **state)
{
	struct host *host = *state;

	use(host);
	stack(host, "groups=staff");
	is_asked(host, "nobody-at-all");
	is_asked(host, "");
	stack(host, "exempt_groups=staff");
	is_asked(host, "nobody-at-all");
}

static void
groups__that_do_not_exist_refuse_everybody(void **state)
{
	static const char *const users[] = { "alice", "bob", "root",
		HOST_SECOND, "nobody-at-all", "" };
	struct host *host = *state;

	use(host);
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		stack(host, "groups=staff,stuff");
		is_misconfigured(host, users[i], "detail=unknown-group");
		assert_true(host_line_has(0, "option=groups"));
		assert_true(host_line_has(0, "group=\"stuff\""));
		stack(host, "groups=staff exempt_groups=stuff,ops");
		is_misconfigured(host, users[i], "detail=unknown-group");
		assert_true(host_line_has(0, "option=exempt_groups"));
	}
}

static void
groups__are_names_not_numbers(void **state)
{
	struct host *host = *state;

	use(host);
	stack(host, "groups=700");
	is_misconfigured(host, "alice", "group=\"700\"");
	fake.groups[5] = (struct fake_group){ .name = "700", .gid = 1 };
	is_ignored(host, "alice", "not-in-groups");
	stack(host, "exempt_groups=700");
	is_asked(host, "alice");
}

/* What is asked first, and what is asked again, must be answered. */
static void
groups__that_cannot_be_looked_up_refuse(void **state)
{
	static const int errors[] = { EIO, EMFILE, ETIMEDOUT, ERANGE };
	struct host *host = *state;

	use(host);
	stack(host, "groups=staff,ops exempt_groups=empty");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.group_errno = errors[i];
		for (unsigned calls = 0; calls < 6; calls++) {
			fake.group_calls = calls;
			is_unavailable(host, "alice");
			fake.group_calls = calls;
			is_unavailable(host, "bob");
		}
		fake.group_calls = 6;
		is_ignored(host, "bob", "not-in-groups");
		is_unavailable(host, "nobody-at-all");
	}
	fake.group_errno = 0;
	fake.by_uid_errno = EIO;
	is_unavailable(host, "bob");
}

static void
groups__without_memory_refuse(void **state)
{
	struct host *host = *state;

	use(host);
	stack(host, "groups=staff");
	fake.group_errno = ENOMEM;
	assert_int_equal(host_login(host, "bob", "12345"), PAM_BUF_ERR);
	assert_int_equal(host->seen.prompts, 0);
}

/*
 * A source that does not answer leaves out groups, and getgrouplist(3) succeeds:
 * who may be a member is not let by.
 */
static void
groups__that_cannot_all_be_read_refuse(void **state)
{
	static const int errors[] = { ENOMEM, EMFILE, ENFILE, EIO, EAGAIN,
		ECONNREFUSED, ETIMEDOUT };
	struct host *host = *state;

	use(host);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.list_errno = errors[i];
		stack(host, "groups=staff");
		is_unavailable(host, "alice");
		stack(host, "groups=ops"); /* the group has her */
		is_asked(host, "alice");
		stack(host, "exempt_groups=staff");
		is_asked(host, "alice");
	}
	fake.list_errno = ENOENT; /* as where there is no nscd(8) */
	stack(host, "groups=empty");
	is_ignored(host, "alice", "not-in-groups");
	fake.list_fails = true;
	is_unavailable(host, "alice");
}

static void
groups__may_be_large_and_many(void **state)
{
	struct host *host = *state;

	use(host);
	fake.interrupts = 3;
	fake.more_gids = 65536;
	fake.groups[0].users[0] = "bob"; /* after the 65536 */
	stack(host, "groups=staff");
	is_asked(host, "bob");
	is_ignored(host, "alice", "not-in-groups");
	fake.more_gids = 200000;
	is_unavailable(host, "bob");
	fake.more_gids = 0;
	fake.entry_size = (size_t)1024 * 1024;
	is_asked(host, "bob");
	is_ignored(host, "alice", "not-in-groups");
}

static void
wrong_values__are_refused(void **state)
{
	static const char *const lists[] = { "groups", "groups=", "groups=,",
		"groups=staff,", "groups=,staff", "groups=staff,,ops",
		"[groups=staff, ]", "exempt_groups=staff," };
	struct host *host = *state;

	use(host);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		stack(host, lists[i]);
		is_misconfigured(host, "alice",
		    i < 2 ? "detail=no-value" : "detail=not-a-list");
	}
	stack(host, "groups=staff groups=ops");
	is_misconfigured(host, "alice", "detail=twice");
}

/* For each service by itself, never for all of them. */
static void
options__are_of_a_line_alone(void **state)
{
	struct host *host = *state;

	use(host);
	host_configure(host, "groups = staff\n");
	stack(host, "");
	is_misconfigured(host, "bob", "detail=argument-only");
	host_configure(host, "virtual_users\n");
	stack(host, "groups=staff");
	is_misconfigured(host, "bob", "detail=virtual-users");
	stack(host, "exempt_groups=staff");
	is_misconfigured(host, "bob", "detail=virtual-users");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		HOST_TEST(groups__are_asked_and_others_are_not),
		HOST_TEST(primary_group__counts),
		HOST_TEST(exempt_groups__are_not_asked_and_others_are),
		HOST_TEST(only_line__denies),
		HOST_TEST(root__is_a_user_like_others),
		HOST_TEST(second_name_of_a_uid__is_asked),
		HOST_TEST(unknown_user__is_asked),
		HOST_TEST(groups__that_do_not_exist_refuse_everybody),
		HOST_TEST(groups__are_names_not_numbers),
		HOST_TEST(groups__that_cannot_be_looked_up_refuse),
		HOST_TEST(groups__without_memory_refuse),
		HOST_TEST(groups__that_cannot_all_be_read_refuse),
		HOST_TEST(groups__may_be_large_and_many),
		HOST_TEST(wrong_values__are_refused),
		HOST_TEST(options__are_of_a_line_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
