/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of one host process, each with a PAM handle of its own, that log in
 * at once.  `make check-threads' in a build with --enable-sanitizers=thread
 * also sees what they share.
 */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/race/race.h"
#include "tests/lib/host.h"

#define THREADS 8
#define STEP	30

#define EXPORTED __attribute__((visibility("default")))

/*
 * What the thread sanitizer cannot judge, since neither was compiled with it:
 * libpam lets libaudit, which keeps one buffer for all, write to the audit log;
 * and the loader, under a lock of its own, loads and unloads modules.
 */
const char *__tsan_default_suppressions(void);

EXPORTED const char *
__tsan_default_suppressions(void)
{
	return "race:libaudit.so\nrace:ld-linux\n";
}

/* One thread, from the first round to the last. */
struct thread {
	pthread_t id;
	struct host *host;
	struct shared *shared;
	int result; /* of this round */
};

struct shared {
	pthread_barrier_t begin, end;
	bool over;
	char code[SAMPLE_CODE_SIZE];
	struct thread threads[THREADS];
};

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *context)
{
	const struct thread *thread = context;
	struct pam_response *response;

	(void)messages;
	response = calloc((size_t)count, sizeof(*response));
	if (response && messages[0]->msg_style == PAM_PROMPT_ECHO_OFF)
		response->resp = strdup(thread->shared->code);
	*ret_responses = response;
	return response ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void
no_delay(int status, unsigned delay, void *context)
{
	(void)status;
	(void)delay;
	(void)context;
}

/* Nothing here may fail a test: this is no thread of cmocka's. */
static int
log_in(struct thread *thread)
{
	const struct pam_conv conv = { converse, thread };
	void (*const delay)(int, unsigned, void *) = no_delay;
	const void *item = NULL;
	pam_handle_t *pamh = NULL;
	int result = pam_start_confdir(
	    "test", "alice", &conv, thread->host->pamd, &pamh);

	memcpy(&item, &delay, sizeof(item));
	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_FAIL_DELAY, item);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	(void)pam_end(pamh, result);
	return result;
}

static void *
run(void *context)
{
	struct thread *thread = context;
	struct shared *shared = thread->shared;

	for (;;) {
		(void)pthread_barrier_wait(&shared->begin);
		if (shared->over)
			return NULL;
		thread->result = log_in(thread);
		(void)pthread_barrier_wait(&shared->end);
	}
}

static void
start(struct shared *shared, struct host *host)
{
	memset(shared, 0, sizeof(*shared));
	assert_int_equal(
	    pthread_barrier_init(&shared->begin, NULL, THREADS + 1), 0);
	assert_int_equal(
	    pthread_barrier_init(&shared->end, NULL, THREADS + 1), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		struct thread *thread = &shared->threads[i];

		thread->host = host;
		thread->shared = shared;
		assert_int_equal(
		    pthread_create(&thread->id, NULL, run, thread), 0);
	}
}

static void
end(struct shared *shared)
{
	shared->over = true;
	(void)pthread_barrier_wait(&shared->begin);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(shared->threads[i].id, NULL), 0);
	assert_int_equal(pthread_barrier_destroy(&shared->begin), 0);
	assert_int_equal(pthread_barrier_destroy(&shared->end), 0);
}

static unsigned
count(const struct shared *shared, int result)
{
	unsigned found = 0;

	for (unsigned i = 0; i < THREADS; i++)
		found += shared->threads[i].result == result ? 1 : 0;
	return found;
}

static void
threads__of_a_host_take_a_code_once(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	const unsigned rounds = race_rounds(20);
	struct race_count yes = { 0 };
	struct shared shared;

	host_service(host, "nodelay");
	host_enrol_alice(host);
	start(&shared, host);
	for (unsigned round = 0; round < rounds; round++) {
		fake.now += STEP;
		fake.lines_count = 0;
		host_code(&token, 0, shared.code);
		(void)pthread_barrier_wait(&shared.begin);
		(void)pthread_barrier_wait(&shared.end);
		race_note(&yes, count(&shared, PAM_SUCCESS));
		assert_int_equal(
		    count(&shared, PAM_SUCCESS) + count(&shared, PAM_AUTH_ERR),
		    THREADS);
	}
	end(&shared);
	print_message("# ran: race of %u threads x %u rounds, TOTP through "
		      "libpam: once=%u never=%u more=%u\n",
	    THREADS, rounds, yes.once, yes.never, yes.more);
	assert_int_equal(yes.once, rounds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(threads__of_a_host_take_a_code_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
