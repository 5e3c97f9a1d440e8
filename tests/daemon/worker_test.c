/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request whose process meets a disk that is full, broken or read-only, at each
 * of its writes, once or from then on.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "common/core/little_endian.h"
#include "common/core/send.h"
#include "pam_otpd/report.h"
#include "pam_otpd/worker.h"
#include "tests/effects/stop.h"
#include "tests/lib/sample.h"

#define PATH_SIZE (SAMPLE_ROOT_SIZE + 16)
#define MOST	  60 /* writes of any request */

static struct host {
	char root[SAMPLE_ROOT_SIZE];
	char store[PATH_SIZE];
	char conf[PATH_SIZE];
	char name[64]; /* of a user of this machine, not root */
	uid_t uid;
	struct otp_token token;
	uint64_t counter; /* of its next code */
} host;

static int nowhere = -1, shown = -1; /* for standard error */

static const struct otp_token own_token = { .kind = OTP_TOTP,
	.hash = OTP_SHA1,
	.digits = 6,
	.period = 30,
	.secret_size = OTP_OWN_SECRET_SIZE,
	.secret = "a secret of her own" };

static void
find_user(void)
{
	const struct passwd *entry;

	setpwent();
	while ((entry = getpwent()) != NULL && host.name[0] == '\0')
		if (entry->pw_uid != 0 && entry->pw_uid < 65534) {
			(void)snprintf(
			    host.name, sizeof(host.name), "%s", entry->pw_name);
			host.uid = entry->pw_uid;
		}
	endpwent();
	assert_true(host.name[0] != '\0');
}

/* Two tokens, and an address; and one that waits for its code. */
static void
host_open(void)
{
	struct otp_token tokens[2] = { sample_hotp(1), sample_hotp(2) };
	struct otp_seed seed;
	struct otp_state state;
	char text[3 * PATH_SIZE];

	memset(&host, 0, sizeof(host));
	find_user();
	sample_folder(host.root);
	(void)snprintf(host.store, PATH_SIZE, "%s/store", host.root);
	(void)snprintf(host.conf, PATH_SIZE, "%s/conf", host.root);
	sample_init(host.store);
	host.token = tokens[0];
	seed = sample_seed(&tokens[0]);
	seed.tokens[seed.tokens_count++] = tokens[1];
	strcpy(seed.addresses[0].uri, "mailto:old@example.org");
	memset(seed.addresses[0].secret, 1, OTP_ADDRESS_SECRET_SIZE);
	seed.addresses_count = 1;
	strcpy(seed.pending.address.uri, "mailto:waits@example.org");
	memset(seed.pending.address.secret, 2, OTP_ADDRESS_SECRET_SIZE);
	seed.pending.until = (int64_t)time(NULL) + 600;
	state = sample_state(&seed, host.uid, 2);
	sample_enrol(host.store, host.name, &state, &seed);
	(void)snprintf(text, sizeof(text), "store = %s\nsockets = %s\n",
	    host.store, host.root);
	sample_write(host.conf, text, strlen(text), 0644);
}

static struct otp_seed
seed_now(void)
{
	struct otp_store *store = sample_open(host.store, host.name);
	struct otp_seed seed;

	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
	return seed;
}

static struct otp_wire_request
request_of(enum otp_wire_verb verb)
{
	struct otp_wire_request request;

	memset(&request, 0, sizeof(request));
	request.verb = verb;
	request.request.uid = host.uid;
	(void)snprintf(
	    request.request.account, OTP_ACCOUNT_SIZE, "%s", host.name);
	return request;
}

static struct otp_wire_answer
answer_to(const struct otp_wire_request *request)
{
	const struct otp_job job = { .listener = OTP_LISTENER_USER,
		.peer = host.uid,
		.conf = host.conf,
		.request = request };
	struct otp_wire_answer answer;
	uint8_t data[OTP_WIRE_ANSWER_SIZE];

	/* What it logs is not of interest here. */
	assert_true(dup2(nowhere, STDERR_FILENO) == STDERR_FILENO);
	otp_worker_run(&job, &answer);
	assert_true(dup2(shown, STDERR_FILENO) == STDERR_FILENO);
	assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
	return answer;
}

/* A request with VERB, proven where it needs to be. */
static struct otp_wire_request
make(enum otp_wire_verb verb, enum otp_own_step step)
{
	struct otp_wire_request request = request_of(verb);
	const struct otp_seed seed = seed_now();
	char code[SAMPLE_CODE_SIZE], text[OTP_SEND_TEXT_SIZE];
	uint32_t value = 0;

	if (verb != OTP_WIRE_TRY)
		assert_int_equal(
		    otp_active_of(&seed, &request.change.former), OTP_OK);
	(void)snprintf(verb == OTP_WIRE_TRY ? request.typed : request.second,
	    OTP_WIRE_CODE_SIZE, "%s",
	    sample_code(&host.token, host.counter, code));
	if (verb == OTP_WIRE_PUT) {
		request.change.mode = OTP_ENROL_ADD;
		memcpy(request.change.secret, own_token.secret,
		    sizeof(request.change.secret));
		(void)snprintf(request.typed, OTP_WIRE_CODE_SIZE, "%s",
		    sample_code(&own_token, (uint64_t)time(NULL) / 30, code));
	}
	if (verb == OTP_WIRE_ADDRESS)
		request.change.step = step;
	if (verb == OTP_WIRE_ADDRESS && step == OTP_OWN_ADD)
		strcpy(request.change.uri, "mailto:new@example.org");
	if (verb == OTP_WIRE_ADDRESS && step == OTP_OWN_CONFIRM) {
		assert_int_equal(otp_send_code(&seed.pending.address,
				     otp_get_u64(request.change.former.digest) |
					 UINT64_C(1) << 63,
				     &value),
		    OTP_OK);
		otp_send_text(value, text);
		(void)snprintf(
		    request.second, sizeof(request.second), "%s", text);
	}
	return request;
}

static bool
is_accepted(const struct otp_wire_answer *answer)
{
	return answer->err == OTP_OK &&
	    (answer->verb == OTP_WIRE_TRY
		    ? answer->answer.verdict
		    : answer->own.verdict) == OTP_VERDICT_ACCEPT;
}

/* Whether the request changed the seed, as it was before. */
static bool
is_changed(const struct otp_seed *before)
{
	const struct otp_seed now = seed_now();

	return now.tokens_count != before->tokens_count ||
	    now.addresses_count != before->addresses_count ||
	    strcmp(now.pending.address.uri, before->pending.address.uri) != 0 ||
	    now.recovery_count != before->recovery_count;
}

/* One request, with a fault at its write number AT.  Whether it met none. */
static bool
meets(enum otp_wire_verb verb, enum otp_own_step step, unsigned at, bool once,
    int errnum)
{
	struct otp_wire_request request, again;
	struct otp_wire_answer answer;
	struct otp_seed before;
	unsigned accepted = 0;
	bool met;

	host_open();
	before = seed_now();
	request = make(verb, step);
	again = request_of(OTP_WIRE_TRY);
	(void)snprintf(again.typed, sizeof(again.typed), "%s",
	    make(OTP_WIRE_TRY, OTP_OWN_ADD).typed);
	stop_from(at);
	stop_once = once;
	stop_errno = errnum;
	answer = answer_to(&request);
	met = stop_calls >= at;
	stop_from(0);

	/* Never a yes without what it says being on the disk. */
	accepted = verb == OTP_WIRE_TRY && is_accepted(&answer);
	if (!met)
		assert_true(is_accepted(&answer));
	if (verb != OTP_WIRE_TRY) {
		assert_int_equal(answer.committed, is_changed(&before));
		assert_true(!is_accepted(&answer) || answer.committed);
		assert_true(answer.committed || answer.codes_count == 0);
		/* A message is sent of an address that is kept. */
		if (answer.sent.delivery != OTP_DELIVERY_NO_ADDRESS)
			assert_true(is_accepted(&answer));
	}
	/* An error says which it was, and at most one charge is left. */
	if (!is_accepted(&answer))
		assert_true(answer.err == OTP_ERR_WRITE);
	assert_true(sample_peek(host.store, host.name).others.failures <= 1);
	assert_int_equal(sample_peek(host.store, host.name).tally.failures, 0);
	/* The code lets in once at most, even if nothing came of it. */
	for (unsigned i = 0; i < 2; i++) {
		answer = answer_to(&again);
		assert_int_equal(answer.err, OTP_OK);
		accepted += is_accepted(&answer);
	}
	assert_true(accepted <= 1);
	sample_remove(host.root);
	return !met;
}

/* Returns how many writes it has. */
static unsigned
meets_each(enum otp_wire_verb verb, enum otp_own_step step)
{
	static const int errors[] = { ENOSPC, EIO, EROFS };
	unsigned writes = 0;

	for (size_t i = 0; i < COUNT(errors); i++)
		for (unsigned once = 0; once < 2; once++)
			for (unsigned at = 1; at < MOST; at++)
				if (meets(
					verb, step, at, once == 1, errors[i])) {
					writes = at - 1;
					break;
				}
	return writes;
}

static void
worker__says_yes_to_a_code_that_is_used(void **state)
{
	(void)state;
	/* A charge and a commit, each flushed. */
	assert_true(meets_each(OTP_WIRE_TRY, OTP_OWN_ADD) >= 4);
}

static void
worker__makes_a_change_or_says_that_it_did_not(void **state)
{
	(void)state;
	assert_true(meets_each(OTP_WIRE_PUT, OTP_OWN_ADD) >= 8);
	assert_true(meets_each(OTP_WIRE_RECOVERY, OTP_OWN_ADD) >= 8);
	assert_true(meets_each(OTP_WIRE_REMOVE, OTP_OWN_ADD) >= 8);
}

static void
worker__keeps_an_address_or_says_that_it_did_not(void **state)
{
	(void)state;
	assert_true(meets_each(OTP_WIRE_ADDRESS, OTP_OWN_ADD) >= 8);
	assert_true(meets_each(OTP_WIRE_ADDRESS, OTP_OWN_CONFIRM) >= 6);
	assert_true(meets_each(OTP_WIRE_ADDRESS, OTP_OWN_REMOVE) >= 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worker__says_yes_to_a_code_that_is_used),
		cmocka_unit_test(
		    worker__makes_a_change_or_says_that_it_did_not),
		cmocka_unit_test(
		    worker__keeps_an_address_or_says_that_it_did_not),
	};

	nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	shown = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (nowhere < 0 || shown < 0)
		return 99;
	otp_report_begin(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
