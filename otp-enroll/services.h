/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services of this host, or of an image: their stacks as PAM puts them
 * together from the files of its folders.
 */
#ifndef OTP_SERVICES_H
#define OTP_SERVICES_H

#include <stdbool.h>
#include <stddef.h>

#include "dispatch.h"
#include "stack.h"

#define OTP_SERVICE_LINES OTP_DISPATCH_STEPS
#define OTP_SERVICE_PATH  512 /* bytes, the NUL included; longer is absent */
#define OTP_SERVICE_NAME  256

/* One line of a stack, and where it stands. */
struct otp_service_line {
	struct otp_stack_line line;
	char file[OTP_SERVICE_PATH];
	unsigned level;	    /* of substacks */
	const char *absent; /* an include that failed: why; else NULL */
};

/* Its lines are the caller's, and not there for longer than the visit. */
struct otp_service {
	char name[OTP_SERVICE_NAME];
	char file[OTP_SERVICE_PATH];
	bool too_many; /* lines or files; not all of them are there */
	unsigned files;
	size_t count;
	struct otp_service_line *lines;
};

/*
 * Where PAM's files are below ROOT ("" = this host's): the folder of that
 * number, from 0, that comes first; false behind the last one.
 */
bool otp_services_folder(
    const char *root, unsigned number, char ret_path[OTP_SERVICE_PATH]);

/*
 * Call VISIT with each service below ROOT that is not a mere part of others,
 * in the order of their names, and UNREADABLE with each file that cannot be
 * read and why.  False: there is not enough memory.
 */
bool otp_services_each(const char *root,
    void (*visit)(void *context, const struct otp_service *service),
    void (*unreadable)(void *context, const char *path, const char *why),
    void *context);

#endif
