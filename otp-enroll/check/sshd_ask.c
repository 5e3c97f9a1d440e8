/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/sshd_ask.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "otp-enroll/check/run.h"

#define OUTPUT_MAX     (64 * 1024) /* bytes */
#define CONNECTION_MAX 1024
/* Addresses for documentation, which no Match block is for. */
#define FROM "192.0.2.1"
#define TO   "192.0.2.2"

static const char *find_sshd(void);
static bool add_field(char *connection, const char *name, const char *value,
    const char *otherwise);

enum otp_sshd_test
otp_sshd_test(char **ret_words)
{
	const char *const arguments[] = { find_sshd(), "-t", NULL };
	char *text = NULL;
	int status = 0;

	if (arguments[0] == NULL)
		return OTP_SSHD_ABSENT;
	*ret_words = NULL;
	if (!otp_run(arguments, OTP_RUN_BOTH, OUTPUT_MAX, &text, &status))
		return OTP_SSHD_SILENT;
	*ret_words = text;
	if (status == 0)
		return OTP_SSHD_ACCEPTS;
	/*
	 * The folder is made by the service when it starts, so that its absence
	 * says nothing of the configuration.
	 */
	return text[0] == '\0' ||
		strstr(text, "Missing privilege separation directory") != NULL
	    ? OTP_SSHD_SILENT
	    : OTP_SSHD_REFUSES;
}

char *
otp_sshd_ask(const struct otp_sshd_login *login)
{
	char connection[CONNECTION_MAX] = "";
	const char *const arguments[] = { find_sshd(), "-T", "-C", connection,
		NULL };
	char *text = NULL;
	int status = 0;

	if (!add_field(connection, "user", login->user, "") ||
	    !add_field(connection, ",host", login->host, FROM) ||
	    !add_field(connection, ",addr", login->addr, FROM) ||
	    !add_field(connection, ",laddr", login->laddr, TO) ||
	    !add_field(connection, ",lport", login->lport, "22") ||
	    !add_field(connection, ",rdomain", NULL, ""))
		return NULL;
	if (arguments[0] == NULL ||
	    !otp_run(arguments, OTP_RUN_STDOUT, OUTPUT_MAX, &text, &status))
		return NULL;
	if (status == 0)
		return text;
	free(text);
	return NULL;
}

static const char *
find_sshd(void)
{
	static const char *const paths[] = { "/usr/sbin/sshd", "/usr/bin/sshd",
		"/usr/lib/ssh/sshd", "/usr/local/sbin/sshd" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

/* "NAME=VALUE", unless VALUE would begin another field or does not fit. */
static bool
add_field(char *connection, const char *name, const char *value,
    const char *otherwise)
{
	size_t used = strlen(connection);
	int length;

	if (value == NULL)
		value = otherwise;
	length = snprintf(
	    connection + used, CONNECTION_MAX - used, "%s=%s", name, value);
	return length > 0 && (size_t)length < CONNECTION_MAX - used &&
	    strpbrk(value, ",= ") == NULL;
}
