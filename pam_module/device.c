/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/device.h"

#include <string.h>

#include "common/core/device.h"
#include "common/core/sshauth.h"
#include "pam_module/log.h"

/*
 * sshd(8) sets it in PAM's environment, which its client cannot write to.  The
 * process' own environment is never read.
 */
#define AUTH_INFO "SSH_AUTH_INFO_0"

void
otp_device_of_login(struct otp_login *login)
{
	const struct otp_options *options = &login->options;
	struct otp_request *request = &login->request;
	uint8_t key[OTP_DIGEST_SIZE];
	const char *methods;
	enum otp_err err = OTP_ERR_ABSENT;

	if (options->remember == OTP_REMEMBER_NO)
		return;
	methods = pam_getenv(login->pamh, AUTH_INFO);
	if (methods != NULL)
		err = otp_sshauth_key(methods, key);
	if (err != OTP_OK) {
		otp_log_debug(login, "device", "no public key");
		return;
	}
	/* sshd(8) passes an address as a name, if its UseDNS says so. */
	err = otp_device_id(options->remember, request->uid, key, request->host,
	    request->device.id);
	if (err != OTP_OK) {
		otp_log_debug(login, "device", "the host is not an address");
		return;
	}
	request->device.remember_for = options->remember_for;
	otp_sshauth_name(key, login->device_name);
}

bool
otp_device_has_first_factor(const struct otp_login *login)
{
	static const char key[] = "publickey ";
	const char *line = pam_getenv(login->pamh, AUTH_INFO);
	const void *password = NULL;

	if (pam_get_item(login->pamh, PAM_AUTHTOK, &password) == PAM_SUCCESS &&
	    password != NULL && ((const char *)password)[0] != '\0')
		return true;
	while (line != NULL && strncmp(line, key, sizeof(key) - 1) != 0) {
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return line != NULL;
}
