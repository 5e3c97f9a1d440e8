/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call on a stack of its own, which begins full of rubbish, and is looked
 * through when the call is done.  Not for what is sanitized: it knows its own
 * stacks alone.
 */
#ifndef OTP_STACK_H
#define OTP_STACK_H

#include "tests/unit/unit.h"

#include <ucontext.h>

static unsigned char stack[1024 * 1024];
static ucontext_t stack_left, stack_entered;

static inline void
run_on_stack(void (*call)(void))
{
	memset(stack, 0xa5, sizeof(stack));
	assert_int_equal(getcontext(&stack_entered), 0);
	stack_entered.uc_stack.ss_sp = stack;
	stack_entered.uc_stack.ss_size = sizeof(stack);
	stack_entered.uc_link = &stack_left;
	makecontext(&stack_entered, call, 0);
	assert_int_equal(swapcontext(&stack_left, &stack_entered), 0);
}

static inline bool
stack_has(const void *needle, size_t size)
{
	return memmem(stack, sizeof(stack), needle, size) != NULL;
}

#endif
