/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/outbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/core/calendar.h"
#include "common/core/logline.h"
#include "common/store/socket.h"

static void outbox_host(char ret_host[OTP_FRAME_VALUE_SIZE]);
static void outbox_time(int64_t time, char ret_time[OTP_FRAME_TIME_SIZE]);
static bool outbox_write(int fd, const char *frame, size_t size);

void
otp_outbox_head(struct otp_message *message, const char *account, int64_t time)
{
	otp_logline_escape(account, message->user, sizeof(message->user));
	outbox_host(message->host);
	outbox_time(time, message->time);
}

static void
outbox_host(char ret_host[OTP_FRAME_VALUE_SIZE])
{
	char name[256] = "";

	if (gethostname(name, sizeof(name)) != 0 || name[0] == '\0')
		memcpy(name, "localhost", sizeof("localhost"));
	name[sizeof(name) - 1] = '\0';
	otp_logline_escape(name, ret_host, OTP_FRAME_VALUE_SIZE);
}

static void
outbox_time(int64_t time, char ret_time[OTP_FRAME_TIME_SIZE])
{
	const struct otp_date date = otp_calendar_date(time / OTP_CALENDAR_DAY);
	const unsigned second = (unsigned)(time % OTP_CALENDAR_DAY);
	char text[64];

	(void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    date.year, date.month, date.day, second / 3600, second / 60 % 60,
	    second % 60);
	memcpy(ret_time, text, OTP_FRAME_TIME_SIZE - 1);
	ret_time[OTP_FRAME_TIME_SIZE - 1] = '\0';
}

enum otp_err
otp_outbox_put(
    const char *folder, const char *frame, size_t size, struct otp_fault *fault)
{
	const struct otp_socket socket = {
		.folder = folder,
		.name = OTP_OUTBOX_NAME,
		.type = SOCK_STREAM,
		.trust = OTP_PATH_PUBLIC,
	};
	int fd = -1;
	enum otp_err err = otp_socket_open(&socket, &fd, fault);

	if (err == OTP_OK && !outbox_write(fd, frame, size))
		err = otp_socket_fault(&socket, OTP_ERR_WRITE, errno, fault);
	otp_path_close(&fd);
	return err;
}

/* In one piece, or not at all. */
static bool
outbox_write(int fd, const char *frame, size_t size)
{
	ssize_t sent = 0;

	do
		sent = send(fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0 && (size_t)sent != size)
		errno = EMSGSIZE;
	return sent >= 0 && (size_t)sent == size;
}
