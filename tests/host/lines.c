/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints lines that the module really logs, of each outcome and about hostile
 * names and hosts, for what reads the log (fail2ban.sh):
 *
 *	ADDRESS <tab> PRIORITY <tab> LINE
 *
 * ADDRESS is whom the line is to be counted against, or "-".  Forged is
 * 192.0.2.66, always.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

#define FORGED "192.0.2.66"

static const char *const names[] = {
	"x rhost=" FORGED,
	"x\" rhost=" FORGED " y=\"",
	"x\\\" rhost=" FORGED,
	"x\nrhost=" FORGED,
	"x\r\npam_otp(sshd:auth): result=refused reason=wrong rhost=" FORGED,
	"result=refused reason=wrong rhost=" FORGED,
	"result=refused",
	"reason=wrong",
	"rhost=" FORGED,
	FORGED,
	"\" rhost=" FORGED,
	"user=x rhost=" FORGED " ",
	"%n%s<HOST>",
	"\xe4\xf6\x1b[2J",
	"a.b-c_d@e+f",
	" ",
	"\"",
};
#define NAMES_COUNT (sizeof(names) / sizeof(names[0]))

static const char *const odd_hosts[] = {
	"x rhost=" FORGED,
	FORGED " ",
	" " FORGED,
	FORGED "\n",
	"\n" FORGED,
	FORGED "\" rhost=" FORGED,
	FORGED ".example.org",
	FORGED ":22",
	FORGED "/32",
	"-" FORGED,
	"[" FORGED "]",
	"::ffff:" FORGED "%x y",
	"host.example.org",
	"localhost",
	"0xc0000242",
	"3221226050",
};
#define ODD_HOSTS_COUNT (sizeof(odd_hosts) / sizeof(odd_hosts[0]))

/* An address of its own for each login, by whether its line is to count. */
static const char *
next_address(bool counts)
{
	static char address[32];
	static unsigned last[2];

	snprintf(address, sizeof(address), "%s.%u",
	    counts ? "198.51.100" : "203.0.113", ++last[counts]);
	return address;
}

/* What the last login left in the log. */
static void
print(const char *address)
{
	assert_true(fake.lines_count <= FAKE_LINES);
	for (unsigned i = 0; i < fake.lines_count; i++)
		printf("%s\t%d\t%s\n", address, fake.lines[i].priority,
		    fake.lines[i].text);
}

/* Log in; the line counts against the host that it came from. */
static void
counts(struct host *host, const char *user, const char *typed)
{
	host->app.rhost = next_address(true);
	assert_int_not_equal(host_login(host, user, typed), PAM_SUCCESS);
	assert_int_equal(fake.lines_count, 1);
	print(host->app.rhost);
}

/* Log in; no line counts. */
static void
passes(struct host *host, const char *user, const char *typed)
{
	host->app.rhost = next_address(false);
	host_login(host, user, typed);
	assert_true(fake.lines_count > 0);
	print("-");
}

/* HOST is the application's word for it; "-" where it is to count for none. */
static void
from(struct host *host, const char *rhost, const char *address)
{
	fake.now += 7200;
	host->app.rhost = rhost;
	host_login(host, "mallory", "123456");
	assert_int_equal(fake.lines_count, 1);
	print(address);
}

static void
become_bob(struct host *host)
{
	assert_int_equal(
	    pam_set_item(host->pamh, PAM_USER, "bob"), PAM_SUCCESS);
}

/* --- outcomes --- */

static void
verdicts(struct host *host)
{
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	passes(host, "alice", code); /* ok */
	host_login(host, "alice", code);
	print("-");		     /* replay, from the same host */
	passes(host, "alice", code); /* replay, from another one */
	counts(host, "alice", "hunter2");
	counts(host, "alice", "");
	counts(host, "alice", "\b\n\r\177INCORRECT");
	counts(host, "mallory", wrong);
	counts(host, "bob", wrong);
	for (unsigned i = 0; i < 5; i++) /* the last one begins a wait */
		counts(host, "alice", wrong);
	passes(host, "alice", wrong); /* waiting */
	host->app.at_prompt = become_bob;
	passes(host, "alice", wrong); /* changed-user */
	host->app.at_prompt = NULL;
	host->app.manner = HOST_FAILS;
	passes(host, "alice", wrong); /* conversation */
	host->app.manner = HOST_ANSWERS_TEXT;
	fake.now += 7200;
	host_code(&token, 0, code);
	passes(host, "alice", code); /* and a message of wrong codes */
}

static void
tallies(struct host *host)
{
	const struct otp_token token = sample_totp(1);
	struct otp_state state;
	char wrong[SAMPLE_CODE_SIZE];

	host_wrong_code(&token, wrong);
	state = host_state(host, "alice");
	state.tally.failures = 99;
	host_state_put(host, "alice", &state);
	counts(host, "alice", wrong); /* begins the lock */
	passes(host, "alice", wrong); /* locked */
	state = host_state(host, "alice");
	state.suspended = true;
	host_state_put(host, "alice", &state);
	passes(host, "alice", wrong); /* suspended */
	state = host_state(host, "alice");
	state.suspended = false;
	state.tally.failures = 0;
	state.tally.wait_until = 0;
	state.tally.month_failures = 60;
	state.tally.month_since = fake.now - 86400;
	host_state_put(host, "alice", &state);
	host->app.rhost = next_address(true);
	host_login(host, "alice", wrong); /* and a warning of many */
	assert_int_equal(fake.lines_count, 2);
	fake.lines_count = 1;
	print(host->app.rhost);
	fake.lines[0] = fake.lines[1];
	print("-");
	state = host_state(host, "alice");
	state.tally.month_failures = 0;
	host_state_put(host, "alice", &state);
	fake.now += 7200;
}

static void
services(struct host *host)
{
	const struct otp_token token = sample_totp(1);
	char wrong[SAMPLE_CODE_SIZE];
	char typed[64];

	host_wrong_code(&token, wrong);
	snprintf(typed, sizeof(typed), "hunter2%s", wrong);
	host_service(host, "nullok");
	passes(host, "bob", wrong); /* ignored */
	host_service(host, "forward_pass");
	counts(host, "alice", "hunter2");
	counts(host, "alice", typed);
	host_service(host, "debug");
	host->app.rhost = next_address(true);
	host_login(host, "alice", wrong);
	assert_true(fake.lines_count > 1);
	for (unsigned i = 0; i < fake.lines_count; i++)
		printf("%s\t%d\t%s\n",
		    strstr(fake.lines[i].text, "debug=") == NULL
			? host->app.rhost
			: "-",
		    fake.lines[i].priority, fake.lines[i].text);
	host_service(host, "window=9");
	passes(host, "alice", wrong); /* misconfigured */
	host_service(host, "");
	fake.now += 7200;
}

/* An invitation is right, but does not enroll. */
static void
invitations(struct host *host)
{
	char typed[OTP_RECOVERY_TEXT_SIZE];
	const int64_t until = fake.now + 3600;

	host_invite(host, "bob", HOST_BOB_UID, NULL, until, typed);
	host->app.pam_env = HOST_PUBLIC_KEY;
	passes(host, "bob", typed); /* invited */
	host_service(host, "enroll=invited");
	host->app.answers[0] = typed;
	host->app.answers[1] = host->app.answers[2] = host->app.answers[3] =
	    "1";
	passes(host, "bob", NULL); /* not-confirmed */
	memset(host->app.answers, 0, sizeof(host->app.answers));
	fake.now = until;
	passes(host, "bob", typed); /* invitation-expired */
	host->app.pam_env = NULL;
	host_service(host, "");
	fake.now += 7200;
}

/* No answer: each for another reason. */
static void
faults(struct host *host)
{
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store/seed/alice");
	assert_int_equal(chmod(path, 0644), 0);
	passes(host, "alice", "123456"); /* mode */
	host_seed(host, "alice", "rubbish rhost=" FORGED "\n");
	passes(host, "alice", "123456"); /* parse */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/rhost=" FORGED, path), 0);
	passes(host, "alice", "123456"); /* link */
	host_path(host, path, "store/state/alice");
	assert_int_equal(truncate(path, 7), 0);
	passes(host, "alice", "123456"); /* checksum */
	fake.by_name_errno = EIO;
	passes(host, "alice", "123456"); /* read */
	fake.by_name_errno = 0;
	host_path(host, path, "store/.store");
	assert_int_equal(unlink(path), 0);
	passes(host, "alice", "123456"); /* no-store */
	sample_write(path, "pam_otp store 1\n", 16, 0600);
}

/* --- forgeries --- */

static void
forged_names(struct host *host)
{
	const struct otp_token token = sample_totp(1);

	for (size_t i = 0; i < NAMES_COUNT; i++)
		counts(host, names[i], "123456"); /* unknown-user */
	host_configure(host, "virtual_users\n");
	for (size_t i = 0; i < NAMES_COUNT; i++) {
		counts(host, names[i], "123456"); /* unenrolled */
		host_enrol_token(host, names[i], OTP_UID_VIRTUAL, &token);
		counts(host, names[i], "123456"); /* wrong, and named */
	}
	host_configure(host, "");
}

static void
forged_hosts(struct host *host)
{
	static char endless[4097];

	memset(endless, ' ', sizeof(endless) - 1);
	memcpy(endless, FORGED, sizeof(FORGED) - 1);
	from(host, endless, "-");
	for (size_t i = 0; i < ODD_HOSTS_COUNT; i++)
		from(host, odd_hosts[i], "-");
	from(host, "2001:db8::5", "2001:db8::5");
	from(host, "fe80::7%eth0", "fe80::7");
	from(host, "::ffff:198.51.100.250", "198.51.100.250");
	for (size_t i = 0; i < NAMES_COUNT; i++) {
		host->app.tty = host->app.ruser = names[i];
		from(host, NULL, "-"); /* nobody came from anywhere */
		from(host, "", "-");
		host->app.tty = host->app.ruser = NULL;
	}
}

static void
all(void **state)
{
	struct host *host = *state;

	verdicts(host);
	tallies(host);
	services(host);
	invitations(host);
	forged_names(host);
	forged_hosts(host);
	faults(host);
}

/* Among the lines there is TAP, which has no tab. */
int
main(void)
{
	const struct CMUnitTest tests[] = { HOST_TEST(all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
