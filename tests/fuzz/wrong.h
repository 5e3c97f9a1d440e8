/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that go wrong: of those that pass through here some fail, or are
 * short, as the input says.  Link with $(wrong_wrap), which lists them.
 */
#ifndef TESTS_FUZZ_WRONG_H
#define TESTS_FUZZ_WRONG_H

#include <stdbool.h>

#include "tests/fuzz/fuzz.h"

/* From here on; INPUT is {how many calls pass, how the next one fails}... */
void wrong_begin(struct fuzz_input *input);
void wrong_end(void);

/* Whether anything went wrong since wrong_begin(). */
bool wrong_was(void);

/* For a while nothing does; wrong_resume() is given what this returned. */
bool wrong_pause(void);
void wrong_resume(bool armed);

/* Whether the call that is being made fails; errno says with what. */
bool wrong_now(void);

#endif
