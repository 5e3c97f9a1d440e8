/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "common/core/mark.h"
#include "conffile.h"
#include "path.h"

#define SIZE_MAX_READ (64 * 1024) /* bytes */

/* Read the lines of TEXT over OPTIONS. */
static enum otp_err
read_lines(const char *text, size_t size, struct otp_options *options,
    struct otp_fault *fault)
{
	struct otp_conf conf = otp_options_from(OTP_CONF_FILE, options);

	for (unsigned line = 1; size > 0; line++) {
		const char *end = memchr(text, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - text);
		enum otp_err err = otp_conf_line(&conf, text, length, fault);

		if (err != OTP_OK) {
			if (fault != NULL)
				fault->line = line;
			return err;
		}
		/* An editor may have left the last newline out. */
		length += end != NULL;
		text += length;
		size -= length;
	}
	return OTP_OK;
}

static enum otp_err
read_text(int fd, const char *path, struct otp_options *options,
    struct otp_fault *fault)
{
	struct otp_options read = *options;
	char *text = malloc(SIZE_MAX_READ + 1);
	size_t size = 0;
	enum otp_err err = OTP_ERR_NOMEM;

	if (text == NULL)
		return otp_fault_set(fault, err, 0, path, NULL);
	err = otp_path_read(fd, text, SIZE_MAX_READ + 1, 0, &size, fault);
	if (err != OTP_OK)
		err = otp_fault_set(
		    fault, err, fault ? fault->errnum : 0, path, NULL);
	else if (size > SIZE_MAX_READ)
		err = otp_fault_set(fault, OTP_ERR_OPTION, 0, path,
		    N_("is larger than 64 KiB"));
	else
		err = read_lines(text, size, &read, fault);
	if (err == OTP_OK)
		*options = read;
	free(text);
	return err;
}

enum otp_err
otp_conffile_read(
    const char *path, struct otp_options *options, struct otp_fault *fault)
{
	struct statx st = { 0 };
	int fd = -1;
	enum otp_err err =
	    otp_path_open(path, OTP_PATH_PUBLIC, &fd, &st, fault);

	if (err == OTP_OK)
		err = read_text(fd, path, options, fault);
	otp_path_close(&fd);
	return err;
}
