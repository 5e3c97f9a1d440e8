/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services of this host, or of an image, with their stacks as PAM assembles
 * them from its directories.
 */
#ifndef OTP_LOAD_H
#define OTP_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "otp-enroll/pamconf/simulate.h"
#include "otp-enroll/pamconf/parse.h"

#define OTP_SERVICE_LINES OTP_SIMULATE_STEPS
#define OTP_SERVICE_PATH \
	512 /* bytes with the NUL; longer paths count as absent */
#define OTP_SERVICE_NAME 256

/* One line of a stack, and where it is written. */
struct otp_service_line {
	struct otp_stack_line line;
	char file[OTP_SERVICE_PATH];
	unsigned level;	    /* of substacks */
	const char *absent; /* why an include failed, or NULL */
};

/* Valid only during the visit. */
struct otp_service {
	char name[OTP_SERVICE_NAME];
	char file[OTP_SERVICE_PATH];
	bool too_many; /* lines or files: some are left out */
	bool dead;     /* PAM refuses the whole service: an @include fails */
	unsigned files;
	size_t count;
	struct otp_service_line *lines;
};

/*
 * PAM's directories below ROOT ("" = this host), in the order in which they are
 * searched, NUMBER counting from 0.  Returns false after the last one.
 */
bool otp_services_folder(
    const char *root, unsigned number, char ret_path[OTP_SERVICE_PATH]);

/*
 * Call VISIT for each service below ROOT, sorted by name, and UNREADABLE for
 * each file that cannot be read, with the reason.  Files that only others
 * include are not services.  Returns false if there is not enough memory.
 */
bool otp_services_each(const char *root,
    void (*visit)(void *context, const struct otp_service *service),
    void (*unreadable)(void *context, const char *path, const char *why),
    void *context);

/*
 * The same for every file in PAM's directories, those that only others include
 * among them: a program may use any of them as its service.
 */
bool otp_services_each_file(const char *root,
    void (*visit)(void *context, const struct otp_service *service),
    void (*unreadable)(void *context, const char *path, const char *why),
    void *context);

#endif
