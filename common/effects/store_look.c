/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at an account without being in anybody's way. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "holder.h"
#include "path.h"
#include "store.h"
#include "store_internal.h"

#define LOOKS 20
#define PAUSE 50000000 /* nanoseconds */

static enum otp_err
is_locked(int fd, bool *ret_locked, struct otp_fault *fault)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_GETLK, &lock) != 0)
		return otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
	*ret_locked = lock.l_type != F_UNLCK;
	return OTP_OK;
}

enum otp_err
otp_store_holder(
    struct otp_store *store, char *text, size_t size, struct otp_fault *fault)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	struct statx status = { 0 };
	bool locked = true;
	int fd = -1;
	enum otp_err err = otp_path_file(store->states, store->name, O_RDONLY,
	    OTP_PATH_PRIVATE, &fd, &status, fault);

	/* A login has it for a moment; that is nothing. */
	for (unsigned i = 0; err == OTP_OK && locked && i < LOOKS; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		err = is_locked(fd, &locked, fault);
	}
	text[0] = '\0';
	if (err == OTP_OK && locked) {
		(void)snprintf(text, size, "held");
		otp_holder_find(fd, text, size);
	}
	otp_path_close(&fd);
	return otp_store_blame(store, STORE_STATES, fault, err);
}
