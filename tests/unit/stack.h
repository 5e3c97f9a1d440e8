/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call on a stack of its own, which begins full of rubbish, and is looked
 * through when the call is done.  Not for what is sanitized: it knows its own
 * stacks alone.  It is mapped twice, since valgrind lets nobody read where a
 * stack has been.
 */
#ifndef OTP_PARSE_H
#define OTP_PARSE_H

#include "tests/unit/unit.h"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)1024 * 1024)

static unsigned char *stack_seen; /* where it is filled and looked through */
static ucontext_t stack_left, stack_entered;

/* The stack, as it is used. */
static inline void *
stack_used(void)
{
	static void *used;
	int fd;

	if (used)
		return used;
	fd = memfd_create("stack", MFD_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_int_equal(ftruncate(fd, STACK_SIZE), 0);
	used =
	    mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(used, MAP_FAILED);
	stack_seen =
	    mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(stack_seen, MAP_FAILED);
	assert_int_equal(close(fd), 0);
	return used;
}

static inline void
run_on_stack(void (*call)(void))
{
	assert_int_equal(getcontext(&stack_entered), 0);
	stack_entered.uc_stack.ss_sp = stack_used();
	stack_entered.uc_stack.ss_size = STACK_SIZE;
	stack_entered.uc_link = &stack_left;
	memset(stack_seen, 0xa5, STACK_SIZE);
	makecontext(&stack_entered, call, 0);
	assert_int_equal(swapcontext(&stack_left, &stack_entered), 0);
}

static inline bool
stack_has(const void *needle, size_t size)
{
	return memmem(stack_seen, STACK_SIZE, needle, size) != NULL;
}

#endif
