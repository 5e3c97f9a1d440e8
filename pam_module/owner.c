/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/owner.h"

#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/core/digest.h"

#define PURPOSE "pam_otp host 1" /* digested with its NUL */

/* A new one at each boot of the kernel: 36 characters and a newline. */
#define BOOT_ID	     "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_SIZE 37

static bool host_id(uint8_t ret_id[OTP_ID_SIZE]);
static bool boot_id(char ret_text[BOOT_ID_SIZE]);

/*
 * A login over the network is its owner's, as is that of a local caller who
 * already is the account; su(1) by another user is not.
 */
void
otp_owner_of_login(struct otp_login *login)
{
	const struct otp_request *request = &login->request;
	struct otp_owner *owner = &login->request.owner;

	owner->is_caller = request->same_user;
	owner->gives_code = request->same_user || request->host[0] != '\0';
	owner->fresh_for = login->options.fresh_for;
	if (owner->is_caller && owner->fresh_for > 0)
		otp_owner_note_host(login);
}

void
otp_owner_note_host(struct otp_login *login)
{
	struct otp_owner *owner = &login->request.owner;

	if (owner->gives_code && !owner->has_host)
		owner->has_host = host_id(owner->host);
}

/* Containers share the kernel and its boot id, but have their own names. */
static bool
host_id(uint8_t ret_id[OTP_ID_SIZE])
{
	struct utsname host = { .nodename = "" };
	uint8_t bytes[sizeof(PURPOSE) + BOOT_ID_SIZE + sizeof(host.nodename)] =
	    PURPOSE;
	uint8_t digest[OTP_DIGEST_SIZE];
	char boot[BOOT_ID_SIZE];
	size_t size = sizeof(PURPOSE), length;

	if (uname(&host) != 0 || !boot_id(boot))
		return false;
	memcpy(bytes + size, boot, sizeof(boot));
	size += sizeof(boot);
	length = strlen(host.nodename);
	memcpy(bytes + size, host.nodename, length);
	size += length;
	if (otp_digest(bytes, size, digest) != OTP_OK)
		return false;
	memcpy(ret_id, digest, OTP_ID_SIZE);
	return true;
}

static bool
boot_id(char ret_text[BOOT_ID_SIZE])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t size;

	if (fd < 0)
		return false;
	size = read(fd, ret_text, BOOT_ID_SIZE);
	(void)close(fd);
	return size == BOOT_ID_SIZE;
}
