/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of each test's own, below /tmp. */
#ifndef OTP_UNIT_FOLDER_H
#define OTP_UNIT_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char base[64]; /* /tmp/pam_otp-XXXXXX */

static inline int
folder_setup(void **state)
{
	(void)state;
	strcpy(base, "/tmp/pam_otp-XXXXXX");
	return mkdtemp(base) == NULL;
}

static inline int
folder_teardown(void **state)
{
	char command[100];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	return system(command);
}

/* NAME in it; valid until the next call. */
static inline char *
in(const char *name)
{
	static char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

#endif
