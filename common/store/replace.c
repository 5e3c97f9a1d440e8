/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. A file is replaced whole or not at all
 *    (put_seed__is_whole_or_not_at_all,
 *    put_seed__is_flushed_before_it_has_its_name).
 */
#include "config.h"

#include "common/store/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat() */
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/path.h"
#include "common/store/store_name.h"

static enum otp_err fill(
    int fd, const void *text, size_t size, struct otp_fault *fault);

enum otp_err
otp_replace_file(int at, const char *name, const void *text, size_t size,
    bool *ret_replaced, struct otp_fault *fault)
{
	char new_name[OTP_STORE_NEW_SIZE];
	enum otp_err err;
	int fd;

	*ret_replaced = false;
	otp_store_name_new(name, new_name);
	if (unlinkat(at, new_name, 0) != 0 && errno != ENOENT)
		return otp_fault_set(fault, OTP_ERR_WRITE, errno, NULL,
		    OTP_DETAIL_REMOVE_LEFTOVER);
	fd = otp_path_open_at(
	    at, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	if (fd < 0)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_CREATE_FILE);
	err = fill(fd, text, size, fault);
	otp_path_close(&fd);
	if (err == OTP_OK && renameat(at, new_name, at, name) != 0)
		err = otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_NAME_FILE);
	if (err != OTP_OK) {
		/* If this fails too, the next call removes the file. */
		(void)unlinkat(at, new_name, 0);
		return err;
	}
	*ret_replaced = true;
	return otp_replace_sync(at, fault);
}

/* Write TEXT to the new file FD, and flush it. */
static enum otp_err
fill(int fd, const void *text, size_t size, struct otp_fault *fault)
{
	enum otp_err err;

	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0) /* whatever the umask is */
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_NONE);
	err = otp_path_write(fd, text, size, 0, fault);
	if (err != OTP_OK)
		return err;
	return otp_path_flush(fd, OTP_DETAIL_FLUSH, fault);
}

enum otp_err
otp_replace_sync(int at, struct otp_fault *fault)
{
	enum otp_err err;
	int fd = otp_path_open_at(at, ".", O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_FLUSH_FOLDER);
	err = otp_path_flush(fd, OTP_DETAIL_FLUSH_FOLDER, fault);
	otp_path_close(&fd);
	return err;
}
