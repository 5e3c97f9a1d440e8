/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/import/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/line.h"
#include "common/core/wipe.h"
#include "common/store/path.h"
#include "otp-enroll/cli/read.h"

static enum otp_err read_input(
    int fd, size_t max, struct otp_input *ret_input, struct otp_fault *fault);
static enum otp_err whole_path(const char *path, char **ret_whole);

enum otp_err
otp_input_stdin(
    size_t max, struct otp_input *ret_input, struct otp_fault *fault)
{
	return read_input(STDIN_FILENO, max, ret_input, fault);
}

enum otp_err
otp_input_file(const char *path, size_t max, struct otp_input *ret_input,
    struct otp_fault *fault)
{
	char *whole = NULL;
	struct statx status;
	int fd = -1;
	enum otp_err err = whole_path(path, &whole);

	if (err == OTP_OK)
		err =
		    otp_path_open(whole, OTP_PATH_PUBLIC, &fd, &status, fault);
	if (err == OTP_OK)
		err = read_input(fd, max, ret_input, fault);
	otp_path_close(&fd);
	free(whole);
	return err;
}

/* PATH below the current folder unless it is absolute. */
static enum otp_err
whole_path(const char *path, char **ret_whole)
{
	char *folder, *whole = NULL;

	if (path[0] == '/') {
		*ret_whole = strdup(path);
		return *ret_whole != NULL ? OTP_OK : OTP_ERR_NOMEM;
	}
	/* NOLINTNEXTLINE(*-unix.StdCLibraryFunctions): glibc and musl allocate */
	folder = getcwd(NULL, 0);
	if (folder == NULL)
		return errno == ENOMEM ? OTP_ERR_NOMEM : OTP_ERR_READ;
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (asprintf(&whole, "%s/%s", folder, path) == -1)
		whole = NULL;
	free(folder);
	*ret_whole = whole;
	return whole != NULL ? OTP_OK : OTP_ERR_NOMEM;
}

/* From FD to its end, as far as MAX. */
static enum otp_err
read_input(
    int fd, size_t max, struct otp_input *ret_input, struct otp_fault *fault)
{
	enum otp_err err = otp_read_all(fd, max, OTP_READ_FOREVER,
	    &ret_input->text, &ret_input->size, fault);

	if (err == OTP_ERR_LIMIT)
		return otp_fault_set_number(
		    fault, err, NULL, OTP_DETAIL_TOO_LARGE, max / 1024);
	if (err == OTP_OK)
		otp_line_from_returns(ret_input->text, ret_input->size);
	return err;
}

void
otp_input_free(struct otp_input *input)
{
	if (input->text != NULL)
		otp_wipe(input->text, input->size);
	free(input->text);
	*input = (struct otp_input){ NULL, 0 };
}
