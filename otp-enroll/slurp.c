/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/path.h"
#include "slurp.h"

static char *
read_whole(int fd, size_t most, size_t *ret_size)
{
	struct otp_fault fault = { 0 };
	struct stat status;
	size_t size = 0;
	char *text;

	if (fstat(fd, &status) != 0)
		return NULL;
	if (!S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	/* One more than that, to see a longer file. */
	text = malloc(most + 2);
	if (text == NULL)
		return NULL;
	if (otp_path_read(fd, text, most + 1, 0, &size, &fault) != OTP_OK ||
	    size > most) {
		free(text);
		errno = size > most ? EFBIG : fault.errnum;
		return NULL;
	}
	text[size] = '\0';
	*ret_size = size;
	return text;
}

char *
otp_slurp(const char *path, size_t most, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text;
	int errnum;

	if (fd < 0)
		return NULL;
	text = read_whole(fd, most, ret_size);
	errnum = errno;
	otp_path_close(&fd);
	errno = errnum;
	return text;
}
