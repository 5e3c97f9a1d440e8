/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-deliver/settings.h"

#include <string.h>
#include <sys/stat.h>

#include "common/core/line.h"
#include "common/store/path.h"
#include "otp-deliver/submit.h"

#define SIZE_MAX_READ 16384 /* bytes */

static _Noreturn void settings_fail(
    const char *path, enum otp_err err, const struct otp_fault *fault);

bool
otp_settings_text(const char *path, bool secret, char *ret_text, size_t size)
{
	struct otp_fault fault = { 0 };
	struct statx status = { 0 };
	size_t length = 0;
	int fd = -1;
	enum otp_err err =
	    otp_path_open(path, OTP_PATH_PUBLIC, &fd, &status, &fault);

	if (err == OTP_ERR_ABSENT)
		return false;
	if (err == OTP_OK && secret && (status.stx_mode & S_IROTH) != 0)
		err = otp_fault_set(
		    &fault, OTP_ERR_MODE, 0, path, OTP_DETAIL_OPEN_TO_OTHERS);
	if (err == OTP_OK)
		err = otp_path_read(fd, ret_text, size, 0, &length, &fault);
	if (err == OTP_OK && length == size)
		err = otp_fault_set(
		    &fault, OTP_ERR_LIMIT, 0, path, OTP_DETAIL_TOO_LARGE);
	if (err != OTP_OK)
		settings_fail(path, err, &fault);
	otp_path_close(&fd);
	ret_text[length] = '\0';
	return true;
}

/* A file that was cut short may lack an option, so it is refused. */
void
otp_settings_read(const char *path, const struct otp_conf_option *options,
    size_t count, void *target)
{
	struct otp_conf conf = {
		.options = options,
		.count = count,
		.place = OTP_CONF_FILE,
		.target = target,
	};
	char text[SIZE_MAX_READ];
	struct otp_lines rest = { text, 0, 0 };
	struct otp_line line;

	if (!otp_settings_text(path, false, text, sizeof(text)))
		return;
	rest.size = strlen(text);
	while (otp_line_next(&rest, &line)) {
		struct otp_fault fault = { 0 };

		if (!line.ended)
			otp_submit_fail("%s: no newline at the end", path);
		if (otp_conf_line(&conf, line.text, line.length, &fault) !=
		    OTP_OK)
			otp_submit_fail("%s: line %u: %s", path, rest.number,
			    otp_detail_word(fault.detail));
	}
}

static _Noreturn void
settings_fail(const char *path, enum otp_err err, const struct otp_fault *fault)
{
	otp_submit_fail("%s: %s%s%s", path, otp_err_reason(err),
	    fault->detail != OTP_DETAIL_NONE ? " " : "",
	    otp_detail_word(fault->detail));
}
