/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random stacks, with substacks, includes and jumps, run by the real libpam and
 * gone through by dispatch.c, come to the same.  All modules are pam_debug.so,
 * which says what its argument is; ours is the one that says "debug" too.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "otp-enroll/services.h"

#define ROUNDS 200

static char root[] = "/tmp/pam_otp-dispatch.XXXXXX";
static char confdir[64];

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *data)
{
	(void)count;
	(void)messages;
	(void)ret_responses;
	(void)data;
	return PAM_CONV_ERR;
}

/* --- Making one --------------------------------------------------------- */

static const char *
random_action(uint64_t *seed)
{
	static const char *const actions[] = { "ignore", "ok", "done", "bad",
		"die", "reset", "1", "2", "3" };

	return actions[unit_between(seed, 0, COUNT(actions) - 1)];
}

static void
put_control(uint64_t *seed, FILE *file)
{
	static const char *const words[] = { "required", "requisite",
		"sufficient", "optional" };
	uint64_t which = unit_between(seed, 0, 7);

	if (which < COUNT(words))
		fprintf(file, "auth %s ", words[which]);
	else
		fprintf(file, "auth [success=%s auth_err=%s default=%s] ",
		    random_action(seed), random_action(seed),
		    random_action(seed));
}

static bool placed; /* ours, of which a stack has one at most */

/* What ours says stands in its argument. */
static void
put_module(uint64_t *seed, FILE *file, const char *ours)
{
	uint64_t which = unit_between(seed, 0, 7);

	put_control(seed, file);
	if (which < 2 && !placed) {
		placed = true;
		fprintf(file, "pam_debug.so auth=%s ours\n", ours);
	} else if (which == 2) {
		fprintf(file, "pam_there_is_none.so\n");
	} else {
		fprintf(file, "pam_debug.so auth=%s\n",
		    which < 6 ? "success" : "auth_err");
	}
}

/*
 * A file of up to five lines; those in it are named NAME0, NAME1, by whole
 * paths, because some versions of libpam look for others in /etc alone.
 */
static void
make_file(uint64_t *seed, const char *name, const char *ours, unsigned depth)
{
	uint64_t lines = unit_between(seed, 1, 5);
	unsigned within = 0;
	char path[128], below[32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", confdir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	for (uint64_t i = 0; i < lines; i++) {
		if (depth == 3 || within == 2 ||
		    unit_between(seed, 0, 4) != 0) {
			put_module(seed, file, ours);
			continue;
		}
		snprintf(below, sizeof(below), "%s%u", name, within++);
		fprintf(file, "auth %s %s/%s\n",
		    unit_between(seed, 0, 2) == 0 ? "include" : "substack",
		    confdir, below);
		make_file(seed, below, ours, depth + 1);
	}
	assert_int_equal(fclose(file), 0);
}

/* --- What comes of it --------------------------------------------------- */

struct told {
	unsigned services;
	struct otp_outcome outcome;
};

static enum otp_step_kind
kind_of(const struct otp_stack_line *line)
{
	if (line->kind == OTP_STACK_SUBSTACK)
		return OTP_STEP_SUBSTACK;
	if (line->kind == OTP_STACK_BROKEN)
		return OTP_STEP_BROKEN;
	if (strcmp(line->name, "pam_debug.so") != 0)
		return OTP_STEP_MISSING;
	if (line->argc == 2)
		return OTP_STEP_OURS;
	return strcmp(line->argv[0], "auth=success") == 0 ? OTP_STEP_PERMIT
							  : OTP_STEP_DENY;
}

static void
visit(void *context, const struct otp_service *service)
{
	struct otp_step steps[OTP_DISPATCH_STEPS];
	struct told *told = context;

	if (strcmp(service->name, "t") != 0)
		return;
	assert_false(service->too_many);
	for (size_t i = 0; i < service->count; i++)
		steps[i] = (struct otp_step){
			.kind = kind_of(&service->lines[i].line),
			.level = service->lines[i].level,
			.actions = service->lines[i].line.actions,
		};
	told->services++;
	told->outcome = otp_dispatch(steps, service->count);
}

static void
unreadable(void *context, const char *path, const char *why)
{
	(void)context;
	fail_msg("%s: %s", path, why);
}

static bool
says_yes(void)
{
	const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *pamh = NULL;
	int status;

	assert_int_equal(
	    pam_start_confdir("t", "root", &conversation, confdir, &pamh),
	    PAM_SUCCESS);
	status = pam_authenticate(pamh, PAM_SILENT);
	(void)pam_end(pamh, status);
	return status == PAM_SUCCESS;
}

static void
empty_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -f '%s'/*", confdir);
	assert_int_equal(system(command), 0);
}

/* What libpam says of the stack of SEED, ours saying OURS; likewise *TOLD. */
static bool
try_stack(uint64_t seed, const char *ours, struct told *told)
{
	*told = (struct told){ .services = 0 };
	empty_folder();
	placed = false;
	make_file(&seed, "t", ours, 0);
	assert_true(otp_services_each(root, visit, unreadable, told));
	assert_int_equal(told->services, 1);
	return says_yes();
}

static void
dispatch__comes_to_what_libpam_says(void **state)
{
	unsigned yes = 0, no = 0;

	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct told told;
		const struct otp_outcome *outcome = &told.outcome;
		bool right = try_stack(round, "success", &told);
		bool wrong, ignored;

		if (right != (outcome->right || outcome->skipped))
			fail_msg("stack %u, right code", (unsigned)round);
		wrong = try_stack(round, "auth_err", &told);
		if (wrong != (outcome->wrong || outcome->skipped))
			fail_msg("stack %u, wrong code", (unsigned)round);
		ignored = try_stack(round, "ignore", &told);
		if (ignored != (outcome->ignored || outcome->skipped))
			fail_msg("stack %u, ignored", (unsigned)round);
		yes += right ? 1 : 0;
		no += wrong ? 0 : 1;
	}
	/* Both must have been met, and often. */
	assert_true(yes > ROUNDS / 20 && no > ROUNDS / 20);
}

static int
set_up(void **state)
{
	char path[64];

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/etc", root);
	snprintf(confdir, sizeof(confdir), "%s/etc/pam.d", root);
	if (mkdir(path, 0700) != 0 || mkdir(confdir, 0700) != 0)
		return -1;
	/* Below the root, whole paths lead to where libpam finds them. */
	snprintf(path, sizeof(path), "%s/tmp", root);
	if (mkdir(path, 0700) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s%s", root, root);
	return symlink(root, path);
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dispatch__comes_to_what_libpam_says),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
