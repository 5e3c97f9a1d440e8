/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzzing leaves behind where it is killed, and who takes it away. */
#include "config.h"

#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/ground.h"

struct fuzzer {
	pid_t process;
	char folder[FUZZ_PATH_SIZE]; /* that its store is in */
};

/* Another process that has a store, and keeps it. */
static void
start(struct fuzzer *fuzzer)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fuzzer->process = fork();
	if (fuzzer->process == 0) {
		/* Not longer than this test, however that ends. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)fuzz_store();
		fuzz_path(fuzzer->folder, "%s", ".");
		if (write(ends[1], fuzzer->folder, FUZZ_PATH_SIZE) ==
		    FUZZ_PATH_SIZE)
			(void)pause();
		_exit(1);
	}
	assert_true(fuzzer->process > 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(
	    read(ends[0], fuzzer->folder, FUZZ_PATH_SIZE), FUZZ_PATH_SIZE);
	assert_int_equal(close(ends[0]), 0);
}

static void
kill_one(const struct fuzzer *fuzzer)
{
	assert_int_equal(kill(fuzzer->process, SIGKILL), 0);
	assert_int_equal(waitpid(fuzzer->process, NULL, 0), fuzzer->process);
}

static bool
is_there(const struct fuzzer *fuzzer)
{
	return access(fuzzer->folder, F_OK) == 0;
}

static void
store__of_a_killed_process_is_taken_away(void **state)
{
	struct fuzzer killed, next;

	(void)state;
	start(&killed);
	kill_one(&killed);
	assert_true(is_there(&killed));
	start(&next);
	assert_false(is_there(&killed));
	assert_true(is_there(&next));
	kill_one(&next);
}

static void
store__in_use_is_left_alone(void **state)
{
	struct fuzzer running, next;

	(void)state;
	start(&running);
	start(&next);
	assert_true(is_there(&running));
	assert_true(is_there(&next));
	kill_one(&running);
	kill_one(&next);
}

/* What the killed ones here left behind. */
static int
sweep(void **state)
{
	(void)state;
	(void)fuzz_store();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(store__of_a_killed_process_is_taken_away),
		cmocka_unit_test(store__in_use_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, sweep);
}
