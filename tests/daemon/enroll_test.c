/* SPDX-License-Identifier: BSD-2-Clause */
/* A login that enrolls through the daemon, as a program of root asks for it. */
#include "config.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/sys.h"
#include "pam_otpd/report.h"
#include "pam_otpd/worker.h"
#include "tests/lib/sample.h"

#define PATH_SIZE (SAMPLE_ROOT_SIZE + 16)

static struct host {
	char root[SAMPLE_ROOT_SIZE];
	char store[PATH_SIZE];
	char conf[PATH_SIZE];
	char name[64]; /* of a user of this machine, not root */
	uid_t uid;
	char invitation[OTP_RECOVERY_TEXT_SIZE];
	struct otp_recovery_set set; /* that was shown */
} host;

static int nowhere = -1, shown = -1; /* for standard error */

static const struct otp_policy policy = OTP_POLICY_DEFAULT;

static const struct otp_token app = { .kind = OTP_TOTP,
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

/* A store that has nobody in it, and an invitation. */
static int
setup(void **state)
{
	char text[3 * PATH_SIZE];

	(void)state;
	memset(&host, 0, sizeof(host));
	find_user();
	sample_folder(host.root);
	(void)snprintf(host.store, PATH_SIZE, "%s/store", host.root);
	(void)snprintf(host.conf, PATH_SIZE, "%s/conf", host.root);
	sample_init(host.store);
	(void)snprintf(text, sizeof(text), "store = %s\nsockets = %s\n",
	    host.store, host.root);
	sample_write(host.conf, text, strlen(text), 0644);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sample_remove(host.root);
	return 0;
}

/* An invitation that replaces what is active, and codes for it. */
static void
invite(void)
{
	const struct otp_host there = { .sys = &otp_sys_host,
		.store = { .folder = host.store },
		.policy = &policy };
	struct otp_subject subject = { .uid = host.uid };
	struct otp_account account;
	struct otp_recovery_set set;

	(void)snprintf(subject.account, OTP_ACCOUNT_SIZE, "%s", host.name);
	account = otp_account_of(&there, &subject);
	assert_int_equal(otp_enrol_make_set(&account, 1, &set), OTP_OK);
	set.until = (int64_t)time(NULL) + 3600;
	assert_int_equal(otp_enrol_invite(&account, true, &set), OTP_OK);
	memcpy(host.invitation, set.text[0], sizeof(host.invitation));
	assert_int_equal(
	    otp_enrol_make_set(&account, OTP_ENROL_RECOVERY, &host.set),
	    OTP_OK);
}

static struct otp_wire_request
request_of(enum otp_wire_verb verb, const char *typed)
{
	struct otp_wire_request request;

	memset(&request, 0, sizeof(request));
	request.verb = verb;
	request.request.uid = host.uid;
	(void)snprintf(
	    request.request.account, OTP_ACCOUNT_SIZE, "%s", host.name);
	strcpy(request.request.service, "sshd");
	strcpy(request.request.host, "203.0.113.5");
	strcpy(request.typed, typed);
	return request;
}

/* The app's code of now came back. */
static struct otp_wire_request
enroll(const char *invitation)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_ENROLL, invitation);
	struct otp_wire_enrol *enrol = &request.enrol;
	const uint64_t step = (uint64_t)time(NULL) / 30;
	char code[SAMPLE_CODE_SIZE];

	memcpy(enrol->secret, app.secret, sizeof(enrol->secret));
	memcpy(enrol->kept, host.set.kept, sizeof(enrol->kept));
	enrol->code =
	    (uint32_t)strtoul(sample_code(&app, step, code), NULL, 10);
	enrol->value = (step + 1) * 30;
	return request;
}

static struct otp_wire_answer
answer_at(
    enum otp_listener listener, uid_t peer, struct otp_wire_request request)
{
	const struct otp_job job = { .listener = listener,
		.peer = peer,
		.conf = host.conf,
		.request = &request };
	struct otp_wire_answer answer;
	uint8_t data[OTP_WIRE_ANSWER_SIZE];

	/* What it logs is not of interest here. */
	assert_true(dup2(nowhere, STDERR_FILENO) == STDERR_FILENO);
	otp_worker_run(&job, &answer);
	assert_true(dup2(shown, STDERR_FILENO) == STDERR_FILENO);
	assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
	return answer;
}

static struct otp_wire_answer
answer_to(struct otp_wire_request request)
{
	return answer_at(OTP_LISTENER_ROOT, 0, request);
}

static enum otp_verdict
tried(const char *typed)
{
	const struct otp_wire_answer answer =
	    answer_to(request_of(OTP_WIRE_TRY, typed));

	assert_int_equal(answer.err, OTP_OK);
	return answer.answer.verdict;
}

static bool
is_enrolled(const struct otp_wire_answer *answer)
{
	return answer->err == OTP_OK && answer->committed &&
	    answer->own.verdict == OTP_VERDICT_ACCEPT;
}

static void
enroll__makes_the_token_of_a_login_active(void **state)
{
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	struct otp_accepted accepted;
	char code[SAMPLE_CODE_SIZE];

	(void)state;
	invite();
	assert_int_equal(tried(host.invitation), OTP_VERDICT_INVITED);
	request = enroll(host.invitation);
	(void)snprintf(code, sizeof(code), "%06u", request.enrol.code);
	answer = answer_to(request);
	assert_true(is_enrolled(&answer));
	assert_int_equal(answer.codes_count, 0);
	assert_string_equal(
	    sample_peek(host.store, host.name).last_success.service, "sshd");
	assert_string_equal(
	    sample_peek(host.store, host.name).last_success.host,
	    "203.0.113.5");
	accepted = sample_peek(host.store, host.name).accepted[0];
	assert_int_equal(accepted.kind, OTP_TOTP);
	assert_int_equal(accepted.value, request.enrol.code);
	assert_int_equal(accepted.moving, request.enrol.value / 30 - 1);
	assert_int_equal(tried(code), OTP_VERDICT_REPLAY);
	assert_int_equal(
	    tried(sample_code(&app, (uint64_t)time(NULL) / 30 + 1, code)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(tried(host.set.text[9]), OTP_VERDICT_ACCEPT);
}

static void
enroll__needs_a_valid_invitation(void **state)
{
	struct otp_wire_answer answer;
	char former[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	answer = answer_to(enroll("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"));
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	invite();
	memcpy(former, host.invitation, sizeof(former));
	invite(); /* in its place */
	answer = answer_to(enroll(former));
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	assert_false(answer.committed);
	answer = answer_to(enroll(host.set.text[0]));
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	assert_false(sample_peek(host.store, host.name).enrolled);
	answer = answer_to(enroll(host.invitation));
	assert_true(is_enrolled(&answer));
}

static void
enroll__uses_an_invitation_once(void **state)
{
	struct otp_wire_answer answer;

	(void)state;
	invite();
	answer = answer_to(enroll(host.invitation));
	assert_true(is_enrolled(&answer));
	answer = answer_to(enroll(host.invitation));
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	assert_false(answer.committed);
}

static void
enroll__is_for_root_alone(void **state)
{
	struct otp_wire_answer answer;

	(void)state;
	invite();
	answer =
	    answer_at(OTP_LISTENER_USER, host.uid, enroll(host.invitation));
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	answer = answer_at(OTP_LISTENER_SERVICE, 95, enroll(host.invitation));
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_int_equal(tried(host.invitation), OTP_VERDICT_INVITED);
}

/* A message that has come to the socket of otp-deliver, or "". */
static void
take_message(int listener, char *ret_text, size_t size)
{
	const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, ret_text, size - 1) : 0;

	ret_text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

static void
enrol_with_address(void)
{
	struct otp_token token = sample_hotp(1);
	struct otp_seed seed = sample_seed(&token);
	struct otp_state was = sample_state(&seed, host.uid, 2);

	strcpy(seed.addresses[0].uri, "mailto:old@example.org");
	memset(seed.addresses[0].secret, 1, OTP_ADDRESS_SECRET_SIZE);
	seed.addresses_count = 1;
	was = sample_state(&seed, host.uid, 2);
	sample_enrol(host.store, host.name, &was, &seed);
}

static void
enroll__tells_the_addresses_that_it_replaced(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	char text[4096];

	(void)state;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/deliver",
	    host.root);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	enrol_with_address();
	invite();
	request = enroll("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF");
	request.request.tell = true;
	answer = answer_to(request);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	take_message(listener, text, sizeof(text));
	assert_string_equal(text, "");
	request = enroll(host.invitation);
	request.request.tell = true;
	answer = answer_to(request);
	assert_true(is_enrolled(&answer));
	take_message(listener, text, sizeof(text));
	assert_non_null(strstr(text, "to=mailto:old@example.org\n"));
	assert_non_null(strstr(text, "invitation"));
	(void)close(listener);
}

/* Not where the caller does not say so. */
static void
enroll__tells_nobody_unasked(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct otp_wire_answer answer;
	char text[4096];

	(void)state;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/deliver",
	    host.root);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	enrol_with_address();
	invite();
	answer = answer_to(enroll(host.invitation));
	assert_true(is_enrolled(&answer));
	take_message(listener, text, sizeof(text));
	assert_string_equal(text, "");
	(void)close(listener);
}

#define ENROLL_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENROLL_TEST(enroll__makes_the_token_of_a_login_active),
		ENROLL_TEST(enroll__needs_a_valid_invitation),
		ENROLL_TEST(enroll__uses_an_invitation_once),
		ENROLL_TEST(enroll__is_for_root_alone),
		ENROLL_TEST(enroll__tells_the_addresses_that_it_replaced),
		ENROLL_TEST(enroll__tells_nobody_unasked),
	};

	nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	shown = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (nowhere < 0 || shown < 0)
		return 99;
	otp_report_begin(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
