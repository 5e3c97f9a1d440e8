/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_otpd/logger.h"

#include <errno.h>
#include <paths.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/core/logline.h"

#define LINE_SIZE (sizeof(struct otp_logline) + 128)

static const char *identity = "";

static bool line_send(int, const char *, size_t, int);

void
otp_logger_begin(const char *program)
{
	identity = program;
	tzset();
}

/*
 * A log has one type of socket or the other; in a stream, each line has its
 * NUL.
 */
void
otp_logger_write(int priority, const char *text, int patience)
{
	const time_t now = time(NULL);
	struct tm local = { 0 };
	char stamp[32] = "";
	char line[LINE_SIZE];
	int length;

	if (localtime_r(&now, &local) != NULL)
		(void)strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S ", &local);
	length = snprintf(line, sizeof(line), "<%d>%s%s[%ld]: %s",
	    LOG_AUTHPRIV | priority, stamp, identity, (long)getpid(), text);
	if (length <= 0 || (size_t)length >= sizeof(line))
		return;
	if (!line_send(SOCK_DGRAM, line, (size_t)length, patience))
		(void)line_send(
		    SOCK_STREAM, line, (size_t)length + 1, patience);
}

/* Returns false if the log has another TYPE of socket, or there is none. */
static bool
line_send(int type, const char *line, size_t size, int patience)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = _PATH_LOG };
	struct pollfd log = { .events = POLLOUT };
	const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	bool connected = false;

	log.fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (log.fd < 0)
		return true;
	connected = connect(log.fd, (const struct sockaddr *)&address,
			sizeof(address)) == 0;
	if (connected && send(log.fd, line, size, flags) < 0 &&
	    errno == EAGAIN && poll(&log, 1, patience) == 1)
		(void)send(log.fd, line, size, flags);
	(void)close(log.fd);
	return connected;
}
