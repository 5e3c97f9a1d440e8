/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/label.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* The host's name, up to its first dot. */
static void
host_name(char *ret_name, size_t size)
{
	struct utsname names;

	if (uname(&names) != 0 || names.nodename[0] == '\0' ||
	    names.nodename[0] == '.')
		memcpy(names.nodename, "localhost", sizeof("localhost"));
	names.nodename[strcspn(names.nodename, ".")] = '\0';
	(void)snprintf(ret_name, size, "%s", names.nodename);
}

/* Into an array of OTP_LABEL_SIZE bytes; false where TEXT is longer. */
static bool
copy(const char *text, char *ret_text)
{
	size_t length = strlen(text);

	if (length >= OTP_LABEL_SIZE)
		return false;
	memcpy(ret_text, text, length + 1);
	return true;
}

bool
otp_label_set(const char *issuer, const char *label, const char *account,
    struct otp_token *token)
{
	char usual[2 * OTP_LABEL_SIZE];
	char host[OTP_LABEL_SIZE];

	host_name(host, sizeof(host));
	if (issuer == NULL)
		issuer = label == NULL ? host : "";
	(void)snprintf(usual, sizeof(usual), "%s:%s",
	    issuer[0] != '\0' ? issuer : host, account);
	return copy(issuer, token->issuer) &&
	    copy(label != NULL ? label : usual, token->label);
}
