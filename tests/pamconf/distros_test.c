/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stacks of distributions, with our line first or last: whether root and
 * ordinary users are asked for a code.  Each file of distros/ has those of one,
 * each after a line "== NAME".
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "otp-enroll/pamconf/answers.h"
#include "otp-enroll/pamconf/load.h"
#include "otp-enroll/pamconf/simulate.h"

static char root[] = "/tmp/pam_otp-distros.XXXXXX";

static const struct {
	const char *distribution;
	const char *service;
	enum {
		LAST,
		FIRST
	} place; /* of our line */
	const char *for_root;
	const char *for_users;
} table[] = {
	{ "debian-12", "sshd", LAST, "asked", "asked" },
	{ "debian-12", "sshd", FIRST, "asked early", "asked early" },
	{ "debian-12", "sudo", LAST, "asked", "asked" },
	{ "debian-12", "su", LAST, "asked", "asked" },
	{ "debian-12", "su", FIRST, "asked early", "asked early" },
	{ "debian-12", "login", LAST, "asked", "asked" },
	{ "debian-12", "chsh", LAST, "asked", "asked" },
	{ "debian-12", "gdm-password", LAST, "refused", "asked" },
	{ "debian-12", "polkit-1", LAST, "asked", "asked" },
	{ "debian-12", "vsftpd", LAST, "asked", "asked" },
	{ "debian-12-sssd", "sshd", LAST, "asked", "asked" },
	{ "debian-12-sssd", "sudo", LAST, "asked", "asked" },
	{ "debian-12-domain", "sshd", LAST, "asked", "asked" },
	/* "sufficient" ends the service, unless it is in a substack. */
	{ "debian-12-faillock", "sshd", LAST, "past", "past" },
	{ "debian-12-faillock", "sudo", LAST, "asked", "asked" },
	{ "debian-13", "sshd", LAST, "asked", "asked" },
	{ "debian-13", "sudo", LAST, "asked", "asked" },
	{ "debian-13", "sudo-i", LAST, "asked", "asked" },
	{ "debian-13", "su", LAST, "asked", "asked" },
	{ "debian-13", "su-l", LAST, "asked", "asked" },
	{ "debian-13", "login", LAST, "asked", "asked" },
	{ "debian-13", "gdm-password", LAST, "refused", "asked" },
	{ "fedora-local", "sshd", LAST, "asked", "asked" },
	{ "fedora-local", "sshd", FIRST, "asked early", "asked early" },
	{ "fedora-local", "sudo", LAST, "past", "past" },
	{ "fedora-local", "sudo", FIRST, "asked early", "asked early" },
	{ "fedora-local", "su", LAST, "asked", "asked" },
	{ "fedora-local", "login", LAST, "asked", "asked" },
	{ "fedora-local", "gdm-password", LAST, "some", "some" },
	{ "fedora-local", "cockpit", LAST, "asked", "asked" },
	{ "fedora-local", "cockpit", FIRST, "asked early", "asked early" },
	{ "fedora-local", "vsftpd", LAST, "past", "past" },
	{ "fedora-local", "polkit-1", LAST, "past", "past" },
	{ "fedora-sssd", "sshd", LAST, "asked", "asked" },
	{ "fedora-sssd", "sudo", LAST, "past", "past" },
	{ "fedora-sssd", "su", LAST, "asked", "asked" },
	{ "fedora-winbind", "sshd", LAST, "asked", "asked" },
	{ "fedora-winbind", "sudo", LAST, "past", "past" },
	{ "arch", "sshd", LAST, "asked", "asked" },
	{ "arch", "sudo", LAST, "asked", "asked" },
	{ "arch", "su", LAST, "asked", "asked" },
	{ "arch", "login", LAST, "asked", "asked" },
	{ "suse", "sshd", LAST, "asked", "asked" },
	{ "suse", "sudo", LAST, "asked", "asked" },
	{ "suse", "su", LAST, "asked", "asked" },
	{ "suse", "login", LAST, "asked", "asked" },
	{ "suse-sssd", "sshd", LAST, "past", "past" },
	{ "suse-sssd", "sudo", LAST, "asked", "asked" },
	{ "alpine", "sshd", LAST, "asked", "asked" },
	{ "alpine", "sudo", LAST, "asked", "asked" },
	{ "alpine", "su", LAST, "asked", "asked" },
	{ "alpine", "login", LAST, "asked", "asked" },
};

/* --- Writing the files ---------------------------------------------------- */

#define OUR_LINE "auth required pam_otp.so\n"

static FILE *
open_file(size_t row, const char *name)
{
	bool is_it = strcmp(name, table[row].service) == 0;
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/etc/pam.d/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	if (is_it && table[row].place == FIRST)
		fputs(OUR_LINE, file);
	return file;
}

static void
close_file(size_t row, const char *name, FILE *file)
{
	if (file == NULL)
		return;
	if (strcmp(name, table[row].service) == 0 && table[row].place == LAST)
		fputs(OUR_LINE, file);
	assert_int_equal(fclose(file), 0);
}

static void
write_files(size_t row)
{
	const char *top = getenv("top_srcdir");
	char line[256], path[512], name[64] = "";
	FILE *from, *to = NULL;

	snprintf(path, sizeof(path), "rm -rf '%s/etc/pam.d'", root);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s/etc/pam.d", root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/tests/pamconf/distros/%s",
	    top != NULL ? top : ".", table[row].distribution);
	from = fopen(path, "r");
	assert_non_null(from);
	while (fgets(line, sizeof(line), from) != NULL) {
		if (strncmp(line, "== ", 3) != 0) {
			assert_non_null(to);
			fputs(line, to);
			continue;
		}
		close_file(row, name, to);
		snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(line + 3, "\n"), line + 3);
		to = open_file(row, name);
	}
	close_file(row, name, to);
	assert_int_equal(fclose(from), 0);
}

/* --- What comes of them --------------------------------------------------- */

struct asked {
	const char *service;
	enum otp_who who;
	const char *verdict; /* NULL: there is no such service */
};

static bool
is_alike(const struct otp_stack_line *a, const struct otp_stack_line *b)
{
	if (a->name == NULL || b->name == NULL || a->argc != b->argc ||
	    strcmp(a->name, b->name) != 0)
		return false;
	for (int i = 0; i < a->argc; i++)
		if (strcmp(a->argv[i], b->argv[i]) != 0)
			return false;
	return true;
}

static const char *
name_verdict(const struct otp_outcome *outcome)
{
	assert_false(outcome->undecided || outcome->wrong || outcome->twice ||
	    outcome->unavailable || outcome->alone);
	if (outcome->past == OTP_PAST_ALL)
		return "past";
	if (outcome->past == OTP_PAST_SOME)
		return "some";
	if (!outcome->right)
		return "refused";
	return outcome->early ? "asked early" : "asked";
}

static void
visit(void *context, const struct otp_service *service)
{
	struct otp_step steps[OTP_SIMULATE_STEPS];
	const struct otp_stack_line *lines[OTP_SIMULATE_STEPS];
	struct asked *asked = context;
	struct otp_outcome outcome;
	size_t count = 0;

	if (strcmp(service->name, asked->service) != 0)
		return;
	for (size_t i = 0; i < service->count; i++) {
		const struct otp_stack_line *line = &service->lines[i].line;
		struct otp_step *step = &steps[count];

		if (line->type != OTP_STACK_AUTH)
			continue;
		assert_int_not_equal(line->kind, OTP_STACK_BROKEN);
		*step = (struct otp_step){ OTP_STEP_SUBSTACK,
			service->lines[i].level, 0, line->actions, 0 };
		if (line->kind == OTP_STACK_MODULE) {
			step->kind = otp_answers(
			    line, service->name, asked->who, &step->results);
			assert_int_not_equal(step->kind, OTP_STEP_UNKNOWN);
		}
		lines[count] = line;
		while (!is_alike(lines[step->same], line) && step->same < count)
			step->same++;
		count++;
	}
	otp_simulate(steps, count, &outcome);
	asked->verdict = name_verdict(&outcome);
}

static void
unreadable(void *context, const char *path, const char *why)
{
	(void)context;
	fail_msg("%s: %s", path, why);
}

static void
check_verdict(size_t row, enum otp_who who, const char *expected)
{
	struct asked asked = { table[row].service, who, NULL };

	assert_true(otp_services_each(root, visit, unreadable, &asked));
	if (asked.verdict == NULL || strcmp(asked.verdict, expected) != 0)
		fail_msg("%s, %s, our line %s, %s: %s, not %s",
		    table[row].distribution, table[row].service,
		    table[row].place == FIRST ? "first" : "last",
		    who == OTP_WHO_ROOT ? "root" : "user",
		    asked.verdict != NULL ? asked.verdict : "nothing",
		    expected);
}

static void
distributions__are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		write_files(i);
		check_verdict(i, OTP_WHO_ROOT, table[i].for_root);
		check_verdict(i, OTP_WHO_ORDINARY, table[i].for_users);
	}
}

/* --- What modules may return ---------------------------------------------- */

static uint32_t
results_of(const char *text, const char *service, enum otp_who who)
{
	struct otp_lines rest = { text, strlen(text), 0 };
	struct otp_stack_line line;
	uint32_t results = 0;

	assert_true(otp_stack_next(&rest, &line));
	(void)otp_answers(&line, service, who, &results);
	return results;
}

static void
answers__depend_on_user_service_and_arguments(void **state)
{
	/* Who may succeed, and who may fail: anyone, root, ordinary users. */
	static const struct {
		const char *module;
		const char *service;
		const char *succeed;
		const char *fail;
	} rows[] = {
		{ "pam_permit.so", "x", "aru", "" },
		{ "pam_deny.so", "x", "", "aru" },
		{ "pam_unix.so", "x", "aru", "aru" },
		{ "/lib/security/pam_frob.so", "x", "aru", "aru" },
		{ "pam_limits.so", "x", "", "aru" },
		{ "pam_faillock.so preauth", "x", "aru", "aru" },
		{ "pam_faillock.so authfail", "x", "", "aru" },
		{ "pam_rootok.so", "su", "", "aru" },
		{ "pam_rootok.so", "sshd", "aru", "" },
		{ "pam_rootok.so", "x", "aru", "aru" },
		{ "pam_usertype.so isregular", "x", "au", "ar" },
		{ "pam_usertype.so issystem", "x", "ar", "au" },
		{ "pam_usertype.so", "x", "aru", "aru" },
		{ "pam_succeed_if.so uid < 1000", "x", "ar", "au" },
		{ "pam_succeed_if.so uid lt 0", "x", "", "aru" },
		{ "pam_succeed_if.so uid <= 999", "x", "ar", "au" },
		{ "pam_succeed_if.so uid le 0", "x", "ar", "au" },
		{ "pam_succeed_if.so uid >= 1000", "x", "au", "ar" },
		{ "pam_succeed_if.so uid ge 0", "x", "aru", "" },
		{ "pam_succeed_if.so uid > 999", "x", "au", "ar" },
		{ "pam_succeed_if.so uid gt 1000", "x", "au", "aru" },
		{ "pam_succeed_if.so uid eq 0", "x", "ar", "au" },
		{ "pam_succeed_if.so uid = 1001", "x", "au", "aru" },
		{ "pam_succeed_if.so uid ne 0", "x", "au", "ar" },
		{ "pam_succeed_if.so uid != 5", "x", "aru", "a" },
		{ "pam_succeed_if.so uid =~ 0", "x", "aru", "aru" },
		{ "pam_succeed_if.so uid = x", "x", "aru", "aru" },
		{ "pam_succeed_if.so user = root", "x", "ar", "au" },
		{ "pam_succeed_if.so user != root", "x", "au", "ar" },
		{ "pam_succeed_if.so user = bob", "x", "au", "aru" },
		{ "pam_succeed_if.so user != bob", "x", "aru", "au" },
		{ "pam_succeed_if.so user ingroup x", "x", "aru", "aru" },
		{ "pam_succeed_if.so quiet uid eq 0 debug", "x", "ar", "au" },
		{ "pam_succeed_if.so uid eq 0 user ingroup x", "x", "ar",
		    "aru" },
		{ "pam_succeed_if.so user ingroup x uid eq 0", "x", "ar",
		    "aru" },
		{ "pam_succeed_if.so use_uid uid eq 0", "x", "aru", "aru" },
		{ "pam_succeed_if.so uid eq", "x", "aru", "aru" },
	};
	static const char letters[] = "aru";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[128];

		snprintf(
		    text, sizeof(text), "auth required %s", rows[i].module);
		for (unsigned who = 0; who < 3; who++) {
			uint32_t results = results_of(
			    text, rows[i].service, (enum otp_who)who);
			bool succeed = (results & 1) != 0;
			bool fail = (results & ~UINT32_C(1)) != 0;

			if (succeed !=
				(strchr(rows[i].succeed, letters[who]) !=
				    NULL) ||
			    fail !=
				(strchr(rows[i].fail, letters[who]) != NULL))
				fail_msg(
				    "%s for %c", rows[i].module, letters[who]);
		}
	}
	assert_int_equal(
	    results_of("auth required pam_sss.so", "x", OTP_WHO_ANYONE) >>
		    OTP_STACK_IGNORE &
		1,
	    0);
	assert_int_equal(results_of("auth required pam_sss.so "
				    "ignore_unknown_user",
			     "x", OTP_WHO_ANYONE) >>
		    OTP_STACK_IGNORE &
		1,
	    1);
}

static int
set_up(void **state)
{
	char path[64];

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/etc", root);
	return mkdir(path, 0700);
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distributions__are_judged),
		cmocka_unit_test(answers__depend_on_user_service_and_arguments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
