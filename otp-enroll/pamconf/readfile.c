/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/store/path.h"
#include "otp-enroll/cli/read.h"

char *
otp_readfile(const char *path, size_t max, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct otp_fault fault = { 0 };
	struct stat status;
	char *text = NULL;
	enum otp_err err;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) != 0) {
		fault.errnum = errno;
	} else if (!S_ISREG(status.st_mode)) {
		fault.errnum = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	} else {
		err = otp_read_all(
		    fd, max, OTP_READ_FOREVER, &text, ret_size, &fault);
		if (err == OTP_ERR_LIMIT)
			fault.errnum = EFBIG;
		else if (err == OTP_ERR_NOMEM)
			fault.errnum = ENOMEM;
	}
	otp_path_close(&fd);
	errno = fault.errnum;
	return text;
}
