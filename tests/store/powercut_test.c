/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power cuts, over all sequences of five events (of six in the long form); and
 * that a store which breaks any one of its rules would be found out.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/store/powercut_break.h"
#include "tests/store/powercut_search.h"

/* An event more takes about ten times as long, and so do the sanitizers. */
#define EVENTS	    5
#define EVENTS_LONG 6
#if defined(__SANITIZE_ADDRESS__)
#define EVENTS_LESS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EVENTS_LESS 1
#endif
#endif
#ifndef EVENTS_LESS
#define EVENTS_LESS 0
#endif

static unsigned
events(void)
{
	const char *form = getenv("LONG");

	return (form && *form ? EVENTS_LONG : EVENTS) - EVENTS_LESS;
}

/* clang-format off */
#define STRICT                                                  \
	{                                                       \
		.window = 1, .lookahead = 10, .delay_after = 2, \
		.lock_after = 10                                \
	}
/* clang-format on */

/* The lock begins within the sequence: three failures are left. */
static const struct powercut_from froms[] = {
	{ "totp", OTP_TOTP, STRICT, 0, false },
	{ "hotp", OTP_HOTP, STRICT, 0, false },
	{ "lock", OTP_HOTP, STRICT, 7, false },
	{ "others", OTP_TOTP, STRICT, 0, true },
};

static void
totp__survives_power_cuts_over_five_events(void **state)
{
	(void)state;
	assert_null(powercut_search(&froms[0], events(), false).rule);
}

static void
hotp__survives_power_cuts_over_five_events(void **state)
{
	(void)state;
	assert_null(powercut_search(&froms[1], events(), false).rule);
}

static void
lock__survives_power_cuts_over_five_events(void **state)
{
	(void)state;
	assert_null(powercut_search(&froms[2], events(), false).rule);
}

/* Not root's: they have failures, delays and a lockout of their own. */
static void
others__survive_power_cuts_over_five_events(void **state)
{
	(void)state;
	assert_null(powercut_search(&froms[3], events(), false).rule);
}

/* Is it found that RULE is broken? */
static bool
is_found(enum powercut_rule rule)
{
	struct powercut_found found = { .rule = NULL };
	size_t i = 0;

	powercut_broken = rule;
	for (unsigned depth = 2; depth <= EVENTS && !found.rule; depth++)
		for (i = 0; i < COUNT(froms) && !found.rule; i++)
			found = powercut_search(&froms[i], depth, true);
	powercut_broken = POWERCUT_KEEP_ALL;
	if (!found.rule) {
		print_message("# ran: powercut, broken: %s: NOT FOUND\n",
		    powercut_rule_text(rule));
		return false;
	}
	print_message("# ran: powercut, broken: %s: found after %u events of "
		      "%s: %s\n",
	    powercut_rule_text(rule), found.events, froms[i - 1].name,
	    found.rule);
	return true;
}

static void
every_broken_rule__is_found(void **state)
{
	unsigned found = 0;

	(void)state;
	for (unsigned rule = 1; rule < POWERCUT_RULES; rule++)
		found += is_found((enum powercut_rule)rule) ? 1 : 0;
	print_message("# ran: powercut, rules: %u broken, %u found\n",
	    POWERCUT_RULES - 1, found);
	assert_int_equal(found, POWERCUT_RULES - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totp__survives_power_cuts_over_five_events),
		cmocka_unit_test(hotp__survives_power_cuts_over_five_events),
		cmocka_unit_test(lock__survives_power_cuts_over_five_events),
		cmocka_unit_test(others__survive_power_cuts_over_five_events),
		cmocka_unit_test(every_broken_rule__is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
