/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket is found as safely as a file, and whose process listens is looked at. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/folder.h"
#include "tests/unit/unit.h"
#include "common/store/socket.h"

#define SOMEBODY 12345

static int listener = -1;
static struct otp_fault fault;

/* The path of NAME in the folder; until the next call. */
static int
set_up(void **state)
{
	return folder_setup(state) != 0 || chmod(base, 0755) != 0;
}

static int
tear_down(void **state)
{
	if (listener >= 0)
		(void)close(listener);
	listener = -1;
	return folder_teardown(state);
}

/* A socket "s", on which USER listens. */
static void
listen_as(uid_t user)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, in("s"));
	(void)unlink(address.sun_path);
	if (listener >= 0)
		(void)close(listener);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(in("s"), 0666), 0);
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(seteuid(0), 0);
}

/* What USER is told of FOLDER's socket NAME. */
static enum otp_err
open_as(
    uid_t user, const char *folder, const char *name, enum otp_path_trust trust)
{
	const struct otp_socket where = { .folder = folder,
		.name = name,
		.type = SOCK_SEQPACKET,
		.trust = trust };
	enum otp_err err;
	int fd = -7;

	fault = (struct otp_fault){ 0 };
	assert_int_equal(seteuid(user), 0);
	err = otp_socket_open(&where, &fd, &fault);
	assert_int_equal(seteuid(0), 0);
	if (err == OTP_OK) {
		assert_true(fd >= 3);
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
		(void)close(fd);
		fd = accept(listener, NULL, NULL);
		assert_true(fd >= 0);
		(void)close(fd);
	} else {
		assert_int_equal(fd, -7);
	}
	return err;
}

static enum otp_err
roots(uid_t user)
{
	return open_as(user, base, "s", OTP_PATH_ROOTS);
}

static enum otp_err public(uid_t user) {
	return open_as(user, base, "s", OTP_PATH_PUBLIC);
}

static void
needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
socket__of_another_listener_is_refused(void **state)
{
	(void)state;
	needs_root();
	listen_as(0);
	assert_int_equal(roots(0), OTP_OK);
	assert_int_equal(roots(SOMEBODY), OTP_OK);
	assert_int_equal(public(SOMEBODY), OTP_OK);
	listen_as(SOMEBODY);
	assert_int_equal(roots(0), OTP_ERR_WRITE);
	assert_int_equal(fault.errnum, EPERM);
	assert_string_equal(fault.where, in("s"));
	assert_int_equal(roots(SOMEBODY), OTP_ERR_WRITE);
	assert_int_equal(roots(SOMEBODY + 1), OTP_ERR_WRITE);
	assert_int_equal(public(SOMEBODY + 1), OTP_ERR_WRITE);
	listen_as(SOMEBODY); /* the refused ones are still in its queue */
	assert_int_equal(public(SOMEBODY), OTP_OK);
}

static void
socket__is_found_through_no_link(void **state)
{
	char away[64];

	(void)state;
	needs_root();
	listen_as(0);
	strcpy(away, in("l"));
	assert_int_equal(symlink(in("s"), away), 0);
	assert_int_equal(open_as(0, base, "l", OTP_PATH_PUBLIC), OTP_ERR_LINK);
	assert_int_equal(fault.detail, OTP_DETAIL_SYMBOLIC_LINK);
	assert_string_equal(fault.where, away);
	strcpy(away, in("d"));
	assert_int_equal(symlink(base, away), 0);
	assert_int_equal(open_as(0, away, "s", OTP_PATH_PUBLIC), OTP_ERR_LINK);
}

static void
socket__folder_is_no_other_users(void **state)
{
	(void)state;
	needs_root();
	listen_as(0);
	assert_int_equal(chmod(base, 0777), 0);
	assert_int_equal(roots(0), OTP_ERR_MODE);
	assert_int_equal(public(0), OTP_ERR_MODE);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(chown(base, SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(roots(SOMEBODY), OTP_ERR_OWNER);
	assert_int_equal(public(SOMEBODY), OTP_OK);
	assert_int_equal(public(0), OTP_ERR_OWNER);
	assert_int_equal(chown(base, 0, (gid_t)-1), 0);
	assert_int_equal(chown(in("s"), SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(roots(SOMEBODY), OTP_ERR_OWNER);
	assert_int_equal(fault.detail, OTP_DETAIL_OWNER);
	assert_int_equal(public(SOMEBODY), OTP_OK);
	assert_int_equal(public(0), OTP_ERR_OWNER);
}

static void
socket__is_a_socket_with_a_listener(void **state)
{
	int file;

	(void)state;
	needs_root();
	assert_int_equal(roots(0), OTP_ERR_ABSENT);
	assert_int_equal(fault.errnum, ENOENT);
	assert_string_equal(fault.where, in("s"));
	assert_int_equal(
	    open_as(0, in("none"), "s", OTP_PATH_ROOTS), OTP_ERR_ABSENT);
	file = open(in("s"), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	assert_true(file >= 0);
	(void)close(file);
	assert_int_equal(roots(0), OTP_ERR_MODE);
	assert_int_equal(fault.detail, OTP_DETAIL_NOT_A_SOCKET);
	/* The folder itself has no name in it. */
	assert_int_equal(open_as(0, base, "", OTP_PATH_ROOTS), OTP_ERR_MODE);
	listen_as(0);
	(void)close(listener);
	listener = -1;
	assert_int_equal(roots(0), OTP_ERR_WRITE);
	assert_int_equal(fault.errnum, ECONNREFUSED);
}

/* Who listens does not come to it. */
static void
socket__is_not_waited_for(void **state)
{
	const struct otp_socket where = { .folder = base,
		.name = "s",
		.type = SOCK_SEQPACKET,
		.trust = OTP_PATH_ROOTS };
	int fds[4];
	unsigned count = 0;
	enum otp_err err = OTP_OK;

	(void)state;
	needs_root();
	listen_as(0);
	while (count < COUNT(fds) && err == OTP_OK) {
		err = otp_socket_open(&where, &fds[count], &fault);
		count += err == OTP_OK;
	}
	assert_true(count > 0 && count < COUNT(fds));
	assert_int_equal(err, OTP_ERR_WRITE);
	assert_int_equal(fault.errnum, EAGAIN);
	while (count > 0)
		(void)close(fds[--count]);
}

/* A path that no address has room for. */
static void
socket__path_has_a_length(void **state)
{
	char folder[200];
	char name[100];

	(void)state;
	needs_root();
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	strcpy(folder, in(name));
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(
	    open_as(0, folder, "s", OTP_PATH_ROOTS), OTP_ERR_ABSENT);
	listen_as(0);
	(void)snprintf(folder, sizeof(folder), "%s/%s/s", base, name);
	assert_int_equal(rename(in("s"), folder), 0);
	strcpy(folder, in(name));
	assert_int_equal(open_as(0, folder, "s", OTP_PATH_ROOTS), OTP_ERR_NAME);
}

/* In a child without standard descriptors; 0, or where it went wrong. */
static int
without_standard_descriptors(void)
{
	const struct otp_socket where = { .folder = base,
		.name = "s",
		.type = SOCK_SEQPACKET,
		.trust = OTP_PATH_ROOTS };
	int fd = -1;

	(void)close(0);
	(void)close(1);
	(void)close(2);
	if (otp_socket_open(&where, &fd, NULL) != OTP_OK || fd < 3)
		return 1;
	for (int i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) != -1)
			return 2;
	return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? 0 : 3;
}

static void
socket__leaves_standard_descriptors_alone(void **state)
{
	pid_t child;
	int status = -1;

	(void)state;
	needs_root();
	listen_as(0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(without_standard_descriptors());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(socket__of_another_listener_is_refused),
		TEST(socket__is_found_through_no_link),
		TEST(socket__folder_is_no_other_users),
		TEST(socket__is_a_socket_with_a_listener),
		TEST(socket__is_not_waited_for),
		TEST(socket__path_has_a_length),
		TEST(socket__leaves_standard_descriptors_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
