/* SPDX-License-Identifier: BSD-2-Clause */
/* What version 2 of the messages has, and version 1 has not. */
#include "config.h"

#include "tests/unit/unit.h"

#include "common/link/wire.h"

enum {
	AT_VERSION = 4,
	ANSWER_ENROLLED = 52
};

/* A login that enrolls with an invitation. */
static struct otp_wire_request
enrol(void)
{
	struct otp_wire_request request;

	memset(&request, 0, sizeof(request));
	request.version = OTP_WIRE_VERSION;
	request.verb = OTP_WIRE_ENROLL;
	strcpy(request.request.account, "alice");
	strcpy(request.typed, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF");
	memcpy(request.enrol.secret, "abcdefghijklmnopqrst", 20);
	request.enrol.code = 123456;
	request.enrol.value = 1800000000;
	request.enrol.drift = 30;
	memset(request.enrol.kept[0].hash, 7, OTP_DIGEST_SIZE);
	return request;
}

static bool
is_written(const struct otp_wire_request *request)
{
	uint8_t data[OTP_WIRE_REQUEST_SIZE];

	return otp_wire_put_request(request, data) == OTP_OK;
}

static bool
is_answered(const struct otp_wire_answer *answer)
{
	uint8_t data[OTP_WIRE_ANSWER_SIZE];

	return otp_wire_put_answer(answer, data) == OTP_OK;
}

static void
wire__enrolls_with_all_that_it_needs(void **state)
{
	struct otp_wire_request request = enrol();

	(void)state;
	assert_true(is_written(&request));
	request.typed[0] = '\0';
	assert_false(is_written(&request));
	request = enrol();
	request.enrol.value++;
	assert_false(is_written(&request));
	request.enrol.value = 0;
	assert_false(is_written(&request));
	request = enrol();
	request.enrol.code = 1000000;
	assert_false(is_written(&request));
	request = enrol();
	request.enrol.drift = OTP_ENROL_DRIFT_MAX + 1;
	assert_false(is_written(&request));
	request.enrol.drift = -OTP_ENROL_DRIFT_MAX - 1;
	assert_false(is_written(&request));
	request = enrol();
	memset(request.enrol.kept, 0, sizeof(request.enrol.kept));
	assert_false(is_written(&request));
}

/* Each field of it is refused in another request. */
static void
wire__of_another_request_enrolls_nothing(void **state)
{
	const struct otp_wire_request full = enrol();
	struct otp_wire_request request = enrol();

	(void)state;
	request.verb = OTP_WIRE_TRY;
	assert_false(is_written(&request));
	memset(&request.enrol, 0, sizeof(request.enrol));
	assert_true(is_written(&request));
	request.enrol.code = full.enrol.code;
	assert_false(is_written(&request));
	request.enrol.code = 0;
	request.enrol.value = full.enrol.value;
	assert_false(is_written(&request));
	request.enrol.value = 0;
	request.enrol.drift = full.enrol.drift;
	assert_false(is_written(&request));
	request.enrol.drift = 0;
	request.enrol.secret[19] = 1;
	assert_false(is_written(&request));
	request.enrol.secret[19] = 0;
	request.enrol.kept[9].salt[15] = 1;
	assert_false(is_written(&request));
}

/* Of what is not committed, or has an error, no answer is a yes. */
static void
wire__enrolled_once_it_is_committed(void **state)
{
	struct otp_wire_answer answer;

	(void)state;
	memset(&answer, 0, sizeof(answer));
	answer.verb = OTP_WIRE_ENROLL;
	answer.own.verdict = OTP_VERDICT_ACCEPT;
	answer.committed = true;
	assert_true(is_answered(&answer));
	answer.committed = false;
	assert_false(is_answered(&answer));
	answer.committed = true;
	answer.err = OTP_ERR_WRITE;
	assert_false(is_answered(&answer));
	answer.own.verdict = OTP_VERDICT_REJECT;
	assert_true(is_answered(&answer));
	answer.codes_count = 1; /* the module has shown them */
	assert_false(is_answered(&answer));
}

static void
wire__of_version_1_has_what_that_has(void **state)
{
	struct otp_wire_request request = enrol(), got;
	struct otp_wire_answer answer, heard;
	uint8_t data[OTP_WIRE_REQUEST_SIZE], bytes[OTP_WIRE_ANSWER_SIZE];

	(void)state;
	request.version = 1;
	assert_false(is_written(&request));
	request.verb = OTP_WIRE_TRY;
	memset(&request.enrol, 0, sizeof(request.enrol));
	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
	assert_int_equal(data[AT_VERSION], 1);
	assert_int_equal(
	    otp_wire_get_request(data, sizeof(data), &got), OTP_OK);
	assert_int_equal(got.version, 1);
	memset(&answer, 0, sizeof(answer));
	answer.verb = OTP_WIRE_LOOK;
	answer.look.enrolled = OTP_ENROLLED_NO;
	answer.look.invited = true;
	assert_int_equal(otp_wire_put_answer(&answer, bytes), OTP_OK);
	assert_int_equal(bytes[ANSWER_ENROLLED], 3);
	assert_int_equal(
	    otp_wire_get_answer(bytes, sizeof(bytes), &heard), OTP_OK);
	assert_int_equal(heard.look.enrolled, OTP_ENROLLED_NO);
	assert_true(heard.look.invited);
	bytes[AT_VERSION] = 1;
	assert_int_equal(
	    otp_wire_get_answer(bytes, sizeof(bytes), &heard), OTP_ERR_PARSE);
	answer.version = 1;
	assert_int_equal(otp_wire_put_answer(&answer, bytes), OTP_OK);
	assert_int_equal(bytes[ANSWER_ENROLLED], OTP_ENROLLED_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire__enrolls_with_all_that_it_needs),
		cmocka_unit_test(wire__of_another_request_enrolls_nothing),
		cmocka_unit_test(wire__enrolled_once_it_is_committed),
		cmocka_unit_test(wire__of_version_1_has_what_that_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
