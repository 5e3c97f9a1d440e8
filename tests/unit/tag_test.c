/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/tag.h"

static const struct otp_tagged plain = { .key = "key",
	.account = "alice",
	.service = "sshd",
	.host = "192.0.2.1",
	.now = 1800000000 };

static const char *
tag_of(struct otp_tagged tagged)
{
	static char tag[OTP_TAG_SIZE];

	assert_int_equal(otp_tag_make(&tagged, tag), OTP_OK);
	assert_int_equal(strspn(tag, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 2);
	assert_int_equal(strlen(tag), 2);
	return tag;
}

static void
tag__stays_for_five_minutes(void **state)
{
	struct otp_tagged later = plain;
	char tag[OTP_TAG_SIZE];

	(void)state;
	strcpy(tag, tag_of(plain));
	later.now += 299;
	assert_string_equal(tag_of(later), tag);
	later.now += 1;
	assert_string_not_equal(tag_of(later), tag);
}

/* Each of these alone makes another tag (of 1024, these do not meet). */
static void
tag__depends_on_all_that_it_is_of(void **state)
{
	struct otp_tagged other[4] = { plain, plain, plain, plain };
	char tag[OTP_TAG_SIZE], longest[400];

	(void)state;
	strcpy(tag, tag_of(plain));
	other[0].key = "kez";
	other[1].account = "alicf";
	other[2].service = "sshe";
	other[3].host = "192.0.2.2";
	for (unsigned i = 0; i < COUNT(other); i++)
		assert_string_not_equal(tag_of(other[i]), tag);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	other[0] = (struct otp_tagged){ longest, longest, longest, longest,
		INT64_MAX };
	(void)tag_of(other[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tag__stays_for_five_minutes),
		cmocka_unit_test(tag__depends_on_all_that_it_is_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
