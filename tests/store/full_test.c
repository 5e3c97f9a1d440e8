/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login on a full disk: a small tmpfs in a mount namespace of its own, as
 * root or in a user namespace; skipped where neither is to be had.
 */
#include "config.h"

#include "tests/lib/codes.h"
#include "tests/store/ground.h"
#include "tests/lib/account.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/calls.h"

#define SKIPPED 77

/* In the child, which is no cmocka's: say which line, and end. */
#define EXPECT(condition)                                                    \
	do {                                                                 \
		if (!(condition)) {                                          \
			fprintf(stderr, "# %s:%d: %s\n", __FILE__, __LINE__, \
			    #condition);                                     \
			_exit(1);                                            \
		}                                                            \
	} while (0)

static bool
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && done;
}

static bool
enter_namespace(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (uid == 0 && unshare(CLONE_NEWNS) == 0)
		return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return false;
	(void)snprintf(map, sizeof(map), "0 %lu 1\n", (unsigned long)uid);
	if (!write_text("/proc/self/setgroups", "deny") ||
	    !write_text("/proc/self/uid_map", map))
		return false;
	(void)snprintf(map, sizeof(map), "0 %lu 1\n", (unsigned long)gid);
	return write_text("/proc/self/gid_map", map);
}

/*
 * A tmpfs is all that there is: so nothing above it belongs to somebody whom
 * the namespace does not know.
 */
static bool
enter_small_disk(const char *folder)
{
	return mount("none", folder, "tmpfs", 0, "size=128k,mode=0755") == 0 &&
	    chroot(folder) == 0 && chdir("/") == 0;
}

/* Not a byte more fits. */
static bool
fill_disk(void)
{
	static const char block[4096];
	int fd = open("/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ssize_t put = 1;

	if (fd < 0)
		return false;
	for (size_t size = sizeof(block); size > 0; size /= 2)
		do
			put = write(fd, block, size);
		while (put > 0);
	return put < 0 && errno == ENOSPC && close(fd) == 0;
}

/* ground.h's helpers fail a test of cmocka, which a child has none of. */
static void
enrol_in_child(struct ground *ground, const struct otp_token *token)
{
	struct otp_enrolment enrolment = ground_enrolment(OTP_ENROL_NEW, token);
	struct otp_recovery_set set;
	bool made = false;

	EXPECT(otp_store_init((struct otp_place){ .folder = "/store" }, &made,
		   NULL) == OTP_OK);
	EXPECT(codes_put(ACCOUNT_OF(&ground->host, ground_subject("alice")),
		   &enrolment, 2, &set) == OTP_OK);
}

static bool
answers(struct ground *ground, const struct otp_token *token,
    enum otp_verdict verdict)
{
	char code[SAMPLE_CODE_SIZE];

	return ground_try(ground, "alice", ground_code(ground, token, code)) ==
	    OTP_OK &&
	    ground->answer.verdict == verdict;
}

static void
log_in(struct ground *ground)
{
	struct otp_token token = sample_totp(1);
	char wrong[SAMPLE_CODE_SIZE];

	enrol_in_child(ground, &token);
	EXPECT(fill_disk());
	for (unsigned i = 0; i < 5; i++) {
		EXPECT(answers(ground, &token, OTP_VERDICT_ACCEPT));
		EXPECT(answers(ground, &token, OTP_VERDICT_REPLAY));
		ground->now += 30;
	}
	ground_wrong(ground, &token, wrong);
	for (unsigned i = 0; i < ground->policy.delay_after; i++) {
		EXPECT(ground_try(ground, "alice", wrong) == OTP_OK);
		EXPECT(ground->answer.verdict == OTP_VERDICT_REJECT);
	}
	EXPECT(answers(ground, &token, OTP_VERDICT_WAITING));
}

static void
replace(struct ground *ground)
{
	struct otp_token old = sample_totp(1), new = sample_totp(2);
	struct otp_enrolment enrolment =
	    ground_enrolment(OTP_ENROL_REPLACE, &new);
	struct otp_recovery_set set;
	const struct otp_subject subject = ground_subject("alice");
	struct otp_account account;

	enrol_in_child(ground, &old);
	EXPECT(fill_disk());
	account = otp_account_of(&ground->host, &subject);
	EXPECT(codes_put(&account, &enrolment, 2, &set) == OTP_ERR_WRITE);
	EXPECT(account.fault.errnum == ENOSPC);
	EXPECT(!account.committed);
	EXPECT(answers(ground, &old, OTP_VERDICT_ACCEPT));
	ground->now += 30;
	EXPECT(answers(ground, &new, OTP_VERDICT_REJECT));
	EXPECT(unlink("/filler") == 0);
	EXPECT(codes_put(ACCOUNT_OF(&ground->host, ground_subject("alice")),
		   &enrolment, 2, &set) == OTP_OK);
	EXPECT(answers(ground, &old, OTP_VERDICT_REJECT));
	EXPECT(answers(ground, &new, OTP_VERDICT_ACCEPT));
}

static void
enrol_another(struct ground *ground)
{
	struct otp_token token = sample_totp(1);
	struct otp_enrolment enrolment =
	    ground_enrolment(OTP_ENROL_NEW, &token);
	struct otp_recovery_set set;
	enum otp_enrolled ask;

	enrol_in_child(ground, &token);
	EXPECT(fill_disk());
	EXPECT(codes_put(ACCOUNT_OF(&ground->host, ground_subject("bob")),
		   &enrolment, 2, &set) == OTP_ERR_WRITE);
	EXPECT(ground_look(ground, "bob", &ask) == OTP_OK);
	EXPECT(ask == OTP_ENROLLED_NO);
	EXPECT(answers(ground, &token, OTP_VERDICT_ACCEPT));
}

/* Run BODY in a child on a small disk of its own. */
static void
run_on_small_disk(struct ground *outside, void (*body)(struct ground *ground))
{
	char folder[GROUND_PATH_SIZE];
	struct ground ground;
	int status = 0;
	pid_t child;

	ground_path(outside, folder, "disk");
	assert_int_equal(mkdir(folder, 0755), 0);
	child = ground_fork();
	if (child == 0) {
		if (!enter_namespace() || !enter_small_disk(folder))
			_exit(SKIPPED);
		ground_begin(&ground, "");
		body(&ground);
		_exit(0);
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
login__succeeds_on_a_full_disk(void **state)
{
	run_on_small_disk(*state, log_in);
}

static void
put__on_a_full_disk_leaves_the_old_seed_in_force(void **state)
{
	run_on_small_disk(*state, replace);
}

static void
put__on_a_full_disk_enrols_nobody(void **state)
{
	run_on_small_disk(*state, enrol_another);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(login__succeeds_on_a_full_disk),
		GROUND_TEST(put__on_a_full_disk_leaves_the_old_seed_in_force),
		GROUND_TEST(put__on_a_full_disk_enrols_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
