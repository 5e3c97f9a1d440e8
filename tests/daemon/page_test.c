/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_otpd(8) and the messages: its tables are whole, its example is one. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

#include "common/link/wire.h"

static FILE *
page_open(void)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	FILE *page;

	(void)snprintf(
	    path, sizeof(path), "%s/man/pam_otpd.8", top != NULL ? top : ".");
	page = fopen(path, "r");
	assert_non_null(page);
	return page;
}

/* Where a table begins, and where its last field ends. */
struct table {
	unsigned long begin;
	unsigned long end;
};

/*
 * Rows `.It OFFSET Ta BYTES Ta ...' of the tables: each field begins where the
 * one before it ends.  tests/unit/wire_test.c has the ends.
 */
static void
page__has_each_field_in_its_place(void **state)
{
	static const struct table tables[] = {
		{ 0, 432 },			/* a request */
		{ 432, OTP_WIRE_REQUEST_SIZE }, /* try */
		{ 432, 440 },			/* status */
		{ 432, 452 },			/* forget */
		{ 432, 1462 },			/* resync */
		{ 432, 945 },			/* send */
		{ 432, 1514 },			/* put, recovery, remove */
		{ 432, 1233 },			/* address */
		{ 432, 945 },			/* draw */
		{ 432, 1461 },			/* enroll */
		{ 0, 884 },			/* an answer */
		{ 884, 1289 },			/* look, try, told */
		{ 884, 892 },			/* status */
		{ 892, 1320 },			/* the account */
		{ 892, 1444 },			/* a token */
		{ 892, 1157 },			/* an address */
		{ 892, 924 },			/* a device */
		{ 884, 888 },			/* forget */
		{ 884, 888 },			/* resync */
		{ 884, 908 },			/* send */
		{ 884, 1388 },			/* these and address */
		{ 1388, 1412 },			/* address */
		{ 884, 1344 },			/* draw */
	};
	FILE *page = page_open();
	unsigned long offset, bytes, next = 0;
	size_t at = 0;
	char line[1024];

	(void)state;
	while (fgets(line, sizeof(line), page) != NULL) {
		if (sscanf(line, ".It %lu Ta %lu Ta", &offset, &bytes) != 2)
			continue;
		if (next == tables[at].end) {
			assert_true(++at < COUNT(tables));
			next = tables[at].begin;
		}
		assert_int_equal(offset, next);
		next += bytes;
	}
	(void)fclose(page);
	assert_int_equal(at, COUNT(tables) - 1);
	assert_int_equal(next, tables[at].end);
}

/* Lines of an offset of four digits and bytes. */
static size_t
read_dump(const char *line, uint8_t data[OTP_WIRE_REQUEST_SIZE])
{
	char *at = NULL;
	size_t offset, count = 0;

	if (strspn(line, "0123456789abcdef") != 4 || line[4] != ' ')
		return 0;
	offset = strtoul(line, &at, 16);
	while (at[strspn(at, " ")] != '\n') {
		assert_true(offset + count < OTP_WIRE_REQUEST_SIZE);
		data[offset + count++] = (uint8_t)strtoul(at, &at, 16);
	}
	return count;
}

/* Example NUMBER, from 0: each begins at the offset 0. */
static struct otp_wire_request
example(unsigned number)
{
	uint8_t data[OTP_WIRE_REQUEST_SIZE] = { 0 };
	struct otp_wire_request request;
	FILE *page = page_open();
	unsigned begun = 0;
	size_t count = 0;
	char line[1024];

	while (fgets(line, sizeof(line), page) != NULL) {
		begun += strncmp(line, "0000  ", 6) == 0;
		if (begun == number + 1)
			count += read_dump(line, data);
	}
	(void)fclose(page);
	assert_true(count > 0);
	assert_int_equal(
	    otp_wire_get_request(data, sizeof(data), &request), OTP_OK);
	return request;
}

static void
page__has_an_example_that_is_read(void **state)
{
	struct otp_wire_request request = example(0);

	(void)state;
	assert_int_equal(request.verb, OTP_WIRE_TRY);
	assert_int_equal(request.request.uid, 1000);
	assert_string_equal(request.request.account, "alice");
	assert_string_equal(request.request.service, "i3lock");
	assert_string_equal(request.request.host, "");
	assert_string_equal(request.typed, "123456");
	request = example(1);
	assert_int_equal(request.verb, OTP_WIRE_DRAW);
	assert_int_equal(request.request.uid, 1000);
	assert_string_equal(request.request.account, "alice");
	assert_string_equal(request.request.service, "sshd");
	assert_string_equal(request.typed,
	    "otpauth://totp/web1:alice?secret="
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

static void
page__names_the_verdict_that_accepts(void **state)
{
	FILE *page = page_open();
	char line[1024], verdict[64];
	unsigned found = 0;

	(void)state;
	(void)snprintf(verdict, sizeof(verdict), "accepted is %u alone",
	    (unsigned)OTP_VERDICT_ACCEPT);
	while (fgets(line, sizeof(line), page) != NULL)
		found += strstr(line, verdict) != NULL;
	(void)fclose(page);
	assert_int_equal(found, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page__has_each_field_in_its_place),
		cmocka_unit_test(page__has_an_example_that_is_read),
		cmocka_unit_test(page__names_the_verdict_that_accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
