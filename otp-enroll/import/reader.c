/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/import/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "otp-enroll/cli/read.h"

#define PATIENCE 10000 /* milliseconds; a home may be far away */

static bool make_request(const struct otp_subject *subject, const char *path,
    size_t max, struct otp_reader_request *ret_request);
static enum otp_err send_request(const struct otp_reader *reader,
    const struct otp_reader_request *request, int *ret_fd,
    struct otp_fault *fault);
static bool send_with(
    int socket, const struct otp_reader_request *request, int fd);
static bool end_request(const struct otp_reader *reader, bool give_up);
static enum otp_err take_apart(
    struct otp_input *input, bool *ret_open, struct otp_fault *fault);

enum otp_err
otp_reader_start(struct otp_reader *ret_reader, struct otp_fault *fault)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, errno, NULL, OTP_DETAIL_NONE);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		otp_reader_serve(ends[1]);
	}
	(void)close(ends[1]);
	if (pid == -1) {
		int errnum = errno;

		(void)close(ends[0]);
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, errnum, NULL, OTP_DETAIL_NONE);
	}
	*ret_reader = (struct otp_reader){ pid, ends[0] };
	return OTP_OK;
}

void
otp_reader_stop(struct otp_reader *reader)
{
	if (reader->pid == 0)
		return;
	(void)close(reader->socket);
	while (waitpid(reader->pid, NULL, 0) == -1 && errno == EINTR)
		;
	reader->pid = 0;
}

enum otp_err
otp_reader_read(const struct otp_reader *reader,
    const struct otp_subject *subject, const char *path, size_t max,
    struct otp_input *ret_input, bool *ret_open, struct otp_fault *fault)
{
	struct otp_input input = { NULL, 0 };
	struct otp_reader_request request;
	enum otp_err err;
	bool well;
	int fd = -1;

	if (!make_request(subject, path, max, &request))
		return otp_fault_set(
		    fault, OTP_ERR_READ, ENAMETOOLONG, NULL, OTP_DETAIL_NONE);
	err = send_request(reader, &request, &fd, fault);
	if (err != OTP_OK)
		return err;
	err = otp_read_all(fd, max + sizeof(struct otp_reader_report), PATIENCE,
	    &input.text, &input.size, fault);
	if (err == OTP_ERR_LIMIT)
		err = otp_fault_set_number(
		    fault, err, NULL, OTP_DETAIL_TOO_LARGE, max / 1024);
	(void)close(fd);
	well = end_request(reader, err != OTP_OK);
	if (err == OTP_OK)
		err = take_apart(&input, ret_open, fault);
	if (err == OTP_OK && !well)
		err = otp_fault_set(
		    fault, OTP_ERR_READ, 0, NULL, OTP_DETAIL_READER_FAILED);
	if (err == OTP_OK)
		*ret_input = input;
	else
		otp_input_free(&input);
	return err;
}

static bool
make_request(const struct otp_subject *subject, const char *path, size_t max,
    struct otp_reader_request *ret_request)
{
	size_t length = strlen(path);

	if (length >= sizeof(ret_request->path))
		return false;
	memset(ret_request, 0, sizeof(*ret_request));
	ret_request->uid = subject->uid;
	ret_request->max = max;
	memcpy(ret_request->account, subject->account,
	    sizeof(ret_request->account));
	memcpy(ret_request->path, path, length + 1);
	return true;
}

/* *RET_FD is where the child writes to. */
static enum otp_err
send_request(const struct otp_reader *reader,
    const struct otp_reader_request *request, int *ret_fd,
    struct otp_fault *fault)
{
	int ends[2];
	bool sent;

	if (reader->pid == 0 || pipe2(ends, O_CLOEXEC) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, errno, NULL, OTP_DETAIL_NONE);
	sent = send_with(reader->socket, request, ends[1]);
	(void)close(ends[1]);
	if (!sent) {
		(void)close(ends[0]);
		return otp_fault_set(
		    fault, OTP_ERR_READ, 0, NULL, OTP_DETAIL_READER_ENDED);
	}
	*ret_fd = ends[0];
	return OTP_OK;
}

/* REQUEST, and the descriptor FD with it. */
static bool
send_with(int socket, const struct otp_reader_request *request, int fd)
{
	struct otp_reader_request copy = *request;
	struct iovec part = { &copy, sizeof(copy) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	ssize_t sent;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent == (ssize_t)sizeof(copy);
}

/*
 * Whether the child ended well.  GIVE_UP: it has not come to its end, and is to
 * be killed.
 */
static bool
end_request(const struct otp_reader *reader, bool give_up)
{
	char word = (char)give_up;
	ssize_t got;

	do
		got = send(reader->socket, &word, 1, MSG_NOSIGNAL);
	while (got == -1 && errno == EINTR);
	while (got == 1) {
		got = recv(reader->socket, &word, 1, 0);
		if (got == -1 && errno == EINTR)
			got = 1;
		else
			break;
	}
	return got == 1 && word == 1;
}

/* What the child wrote: its report, then the text. */
static enum otp_err
take_apart(struct otp_input *input, bool *ret_open, struct otp_fault *fault)
{
	struct otp_reader_report report;

	if (input->size < sizeof(report))
		return otp_fault_set(
		    fault, OTP_ERR_READ, 0, NULL, OTP_DETAIL_READER_ENDED);
	memcpy(&report, input->text, sizeof(report));
	if (report.err != OTP_OK) {
		enum otp_err err =
		    otp_fault_set_number(fault, (enum otp_err)report.err, NULL,
			(enum otp_detail)report.detail,
			(unsigned long)report.number);

		fault->errnum = report.errnum;
		return err;
	}
	input->size -= sizeof(report);
	memmove(input->text, input->text + sizeof(report), input->size + 1);
	otp_wipe(input->text + input->size + 1, sizeof(report));
	*ret_open = report.open != 0;
	return OTP_OK;
}
