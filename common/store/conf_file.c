/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/store/conf_file.h"

#include <stdlib.h>

#include "common/core/line.h"
#include "common/store/path.h"

#define SIZE_MAX_READ (64 * 1024) /* bytes */

static enum otp_err read_text(int fd, const struct statx *status,
    const char *path, struct otp_conf *conf, struct otp_fault *fault);
static enum otp_err read_lines(const char *text, size_t size, const char *path,
    struct otp_conf *conf, struct otp_fault *fault);

enum otp_err
otp_conf_file_read(
    const char *path, struct otp_conf *conf, struct otp_fault *fault)
{
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err =
	    otp_path_open(path, OTP_PATH_PUBLIC, &fd, &status, fault);

	if (err == OTP_OK)
		err = read_text(fd, &status, path, conf, fault);
	otp_path_close(&fd);
	return err;
}

static enum otp_err
read_text(int fd, const struct statx *status, const char *path,
    struct otp_conf *conf, struct otp_fault *fault)
{
	char *text = malloc(SIZE_MAX_READ + 1);
	size_t size = 0;
	enum otp_err err = OTP_ERR_NOMEM;

	if (text == NULL)
		return otp_fault_set(fault, err, 0, path, OTP_DETAIL_NONE);
	err = otp_path_read_file(
	    fd, status, text, SIZE_MAX_READ + 1, &size, fault);
	if (err != OTP_OK)
		err = otp_fault_set(fault, err, fault ? fault->errnum : 0, path,
		    OTP_DETAIL_NONE);
	else if (size > SIZE_MAX_READ)
		err = otp_fault_set_number(fault, OTP_ERR_OPTION, path,
		    OTP_DETAIL_TOO_LARGE, SIZE_MAX_READ / 1024);
	else
		err = read_lines(text, size, path, conf, fault);
	free(text);
	return err;
}

/*
 * A write that was cut short, by a crash or a full disk, leaves an empty file,
 * or a last line without a newline.  What is missing there may name another
 * store, or refuse those who are not enrolled, so the defaults must not take
 * its place.
 */
static enum otp_err
read_lines(const char *text, size_t size, const char *path,
    struct otp_conf *conf, struct otp_fault *fault)
{
	struct otp_lines rest = { text, size, 0 };
	struct otp_line line;

	if (size == 0)
		return otp_fault_set(
		    fault, OTP_ERR_OPTION, 0, path, OTP_DETAIL_EMPTY);
	while (otp_line_next(&rest, &line)) {
		enum otp_err err = line.ended
		    ? otp_conf_line(conf, line.text, line.length, fault)
		    : otp_fault_set(fault, OTP_ERR_OPTION, 0, path,
			  OTP_DETAIL_NO_NEWLINE);

		if (err != OTP_OK) {
			if (fault != NULL)
				fault->line = rest.number;
			return err;
		}
	}
	return OTP_OK;
}
