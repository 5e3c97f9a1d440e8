/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module that returns what the program says: its last argument is the number
 * of the line in the whole stack.
 */
#include "config.h"

#include <stdlib.h>

#define PAM_SM_AUTH
#include <security/pam_modules.h>

#include "tests/pamconf/oracle.h"

__attribute__((visibility("default"))) int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	return oracle_answer((unsigned)atoi(argv[argc - 1]));
}

__attribute__((visibility("default"))) int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
