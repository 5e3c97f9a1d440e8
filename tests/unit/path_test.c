/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/folder.h"
#include "tests/unit/unit.h"
#include "common/store/path.h"

#define SOMEBODY 12345

/* --- Calls that are linked with --wrap, under each name they may have ----- */

static unsigned reads;
static int opens_interrupted; /* so many calls return EINTR first */
static int transfers_faulty;  /* EINTR, then a byte a call */
static int transfer_errnum;   /* else this; 0 with write_nothing */
static bool write_nothing;
static char *replaced; /* is replaced once it is open, so many times: */
static int replacements;

int __wrap_openat(int at, const char *name, int flags, ...);
int __wrap_openat64(int at, const char *name, int flags, ...);
int __wrap___openat_2(int at, const char *name, int flags);
int __wrap___openat64_2(int at, const char *name, int flags);
ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *data, size_t size, off_t offset);
long __real_syscall(long number, ...);
long __wrap_syscall(
    long number, int at, const char *path, const void *how, size_t size);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset);

static int
open_at(int at, const char *name, int flags)
{
	int fd;

	if (opens_interrupted > 0) {
		opens_interrupted--;
		errno = EINTR;
		return -1;
	}
	fd = (int)syscall(SYS_openat, at, name, flags, 0600);
	if (fd >= 0 && replacements > 0 && strcmp(name, "file") == 0) {
		char other[208];
		int made;

		replacements--;
		(void)snprintf(other, sizeof(other), "%s.new", replaced);
		made = open(other, O_WRONLY | O_CREAT | O_EXCL, 0600);
		assert_true(made >= 0);
		close(made);
		assert_int_equal(rename(other, replaced), 0);
	}
	return fd;
}

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	return open_at(at, name, flags);
}

int
__wrap_openat64(int at, const char *name, int flags, ...)
{
	return open_at(at, name, flags);
}

int
__wrap___openat_2(int at, const char *name, int flags)
{
	return open_at(at, name, flags);
}

int
__wrap___openat64_2(int at, const char *name, int flags)
{
	return open_at(at, name, flags);
}

/* Whether the call fails; else *SIZE may have become 1. */
static bool
transfer_fails(size_t *size)
{
	if (transfer_errnum != 0) {
		errno = transfer_errnum;
		return true;
	}
	if (transfers_faulty == 0)
		return false;
	*size = 1;
	errno = EINTR;
	return transfers_faulty++ % 2 == 1;
}

ssize_t
__wrap_pread(int fd, void *data, size_t size, off_t offset)
{
	reads++;
	return transfer_fails(&size)
	    ? -1
	    : (ssize_t)syscall(SYS_pread64, fd, data, size, offset);
}

ssize_t
__wrap_pread64(int fd, void *data, size_t size, off_t offset)
{
	return __wrap_pread(fd, data, size, offset);
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	if (write_nothing)
		return 0;
	return transfer_fails(&size)
	    ? -1
	    : (ssize_t)syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t
__wrap_pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	return __wrap_pwrite(fd, data, size, offset);
}

/* --- What is in the folder ------------------------------------------------ */

static void
make_file(const char *name, mode_t mode)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "content", 7), 7);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
make_folder(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in(name), 0700), 0);
	assert_int_equal(chmod(in(name), mode), 0);
}

/* --- Shorthand ------------------------------------------------------------- */

static struct otp_fault fault;

static bool old_kernel;	   /* without openat2(2) */
static const char *detach; /* a mount that goes once openat2(2) was through */

long
__wrap_syscall(
    long number, int at, const char *path, const void *how, size_t size)
{
	long result;

	if (old_kernel && number == SYS_openat2) {
		errno = ENOSYS;
		return -1;
	}
	result = __real_syscall(number, at, path, how, size);
	if (detach && number == SYS_openat2)
		assert_int_equal(umount2(detach, MNT_DETACH), 0);
	return result;
}

/* Open the folder and close it; what was said. */
static enum otp_err
folder_once(const char *path, enum otp_path_trust trust)
{
	int fd = -7;
	enum otp_err err;

	memset(&fault, 0, sizeof(fault));
	err = otp_path_folder(path, trust, &fd, &fault);
	if (err == OTP_OK) {
		assert_true(fd >= 3);
		close(fd);
	} else {
		assert_int_equal(fd, -7);
	}
	return err;
}

/* The same, in one step and component by component: no difference. */
static enum otp_err
folder_with(const char *path, enum otp_path_trust trust)
{
	enum otp_err walked, leapt;

	old_kernel = true;
	walked = folder_once(path, trust);
	old_kernel = false;
	leapt = folder_once(path, trust);
	assert_int_equal(leapt, walked);
	return leapt;
}

static enum otp_err
folder(const char *path)
{
	return folder_with(path, OTP_PATH_PUBLIC);
}

/* The same for a file in the test's folder. */
static enum otp_err
file_with(const char *name, int flags, enum otp_path_trust trust)
{
	struct statx st = { .stx_nlink = 99 };
	int at = open(base, O_PATH | O_DIRECTORY), fd = -7;
	enum otp_err err;

	memset(&fault, 0, sizeof(fault));
	err = otp_path_file(at, name, flags, trust, &fd, &st, &fault);
	if (err == OTP_OK) {
		assert_true(fd >= 3);
		assert_int_equal(st.stx_nlink, 1);
		close(fd);
	} else {
		assert_int_equal(fd, -7);
		assert_int_equal(st.stx_nlink, 99);
	}
	close(at);
	return err;
}

static enum otp_err
file(const char *name)
{
	enum otp_err err = file_with(name, O_RDONLY, OTP_PATH_PRIVATE);

	assert_int_equal(file_with(name, O_RDWR, OTP_PATH_PRIVATE), err);
	return err;
}

static enum otp_err
public_file(const char *name)
{
	return file_with(name, O_RDONLY, OTP_PATH_PUBLIC);
}

static void
needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* --- Folders ------------------------------------------------------------ */

static void
path_folder__opens_what_is_in_order(void **state)
{
	char path[208];

	(void)state;
	make_folder("a", 0755);
	make_folder("a/b", 0500);
	assert_int_equal(folder("/"), OTP_OK);
	assert_int_equal(folder("///"), OTP_OK);
	assert_int_equal(folder(base), OTP_OK);
	assert_int_equal(folder(in("a/b")), OTP_OK);
	assert_int_equal(folder(in("a//b/")), OTP_OK);
	(void)snprintf(path, sizeof(path), "//%s", in("a"));
	assert_int_equal(folder(path), OTP_OK);
}

static void
path_folder__refuses_a_link_on_the_way(void **state)
{
	(void)state;
	make_folder("a", 0755);
	make_folder("a/b", 0755);
	assert_int_equal(symlink("a", in("link")), 0);
	assert_int_equal(symlink("nowhere", in("dangling")), 0);
	assert_int_equal(symlink("b", in("a/link")), 0);
	assert_int_equal(folder(in("link/b")), OTP_ERR_LINK);
	assert_string_equal(fault.where, in("link"));
	assert_int_equal(folder(in("link")), OTP_ERR_LINK);
	assert_int_equal(folder(in("link/")), OTP_ERR_LINK);
	assert_int_equal(folder(in("a/link")), OTP_ERR_LINK);
	assert_int_equal(folder(in("dangling")), OTP_ERR_LINK);
	assert_int_equal(folder(in("dangling/b")), OTP_ERR_LINK);
}

static void
path_folder__refuses_a_parent_writable_by_others(void **state)
{
	static const mode_t modes[] = { 0777, 0770, 0757, 0720, 0702 };

	(void)state;
	make_folder("a", 0755);
	make_folder("a/b", 0755);
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(in("a"), modes[i]), 0);
		assert_int_equal(folder(in("a/b")), OTP_ERR_MODE);
		assert_string_equal(fault.where, in("a"));
		assert_int_equal(folder(in("a")), OTP_ERR_MODE);
	}
	assert_int_equal(chmod(in("a"), 0755), 0);
	assert_int_equal(folder(in("a/b")), OTP_OK);
}

static void
path_folder__refuses_a_parent_of_somebody_else(void **state)
{
	(void)state;
	needs_root();
	make_folder("a", 0755);
	make_folder("a/b", 0755);
	assert_int_equal(chown(in("a"), SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(folder(in("a/b")), OTP_ERR_OWNER);
	assert_string_equal(fault.where, in("a"));
	assert_string_equal(unit_detail(&fault), "owner 12345");
}

/*
 * A mount that is taken off its place leads nowhere upwards: what stood above
 * it must not go unseen.
 */
static void
path_folder__checks_what_was_above_a_mount_that_goes(void **state)
{
	char path[208];
	pid_t child;
	int status = 0;

	(void)state;
	needs_root();
	make_folder("a", 0755);
	make_folder("a/m", 0755);
	assert_int_equal(chown(in("a"), SOMEBODY, (gid_t)-1), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (unshare(CLONE_NEWNS) != 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("none", in("a/m"), "tmpfs", 0, "mode=0755") != 0 ||
		    mkdir(in("a/m/b"), 0700) != 0)
			_exit(77);
		(void)snprintf(path, sizeof(path), "%s", in("a/m"));
		detach = path;
		_exit(folder_once(in("a/m/b"), OTP_PATH_PUBLIC) == OTP_ERR_OWNER
			? 0
			: 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* root without the right to mount */
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
path_folder__takes_the_effective_users_and_roots(void **state)
{
	enum otp_err own, roots;

	(void)state;
	needs_root();
	make_folder("a", 0755);
	make_folder("a/b", 0755);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(chown(in("a"), SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	own = folder(in("a/b"));
	roots = folder(base);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(own, OTP_OK);
	assert_int_equal(roots, OTP_OK);
}

static void
path_folder__takes_a_sticky_one_only_of_root(void **state)
{
	enum otp_err own;

	(void)state;
	assert_int_equal(folder("/tmp"), OTP_OK);
	needs_root();
	make_folder("a", 01777);
	make_folder("a/b", 0755);
	assert_int_equal(folder(in("a/b")), OTP_OK);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(chown(in("a"), SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	own = folder(in("a/b"));
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(own, OTP_ERR_MODE);
}

/* Also if the effective user is the one to whom a part of it belongs. */
static void
path_folder__takes_roots_alone_on_the_whole_way(void **state)
{
	static const char *const others[] = { "a", "a/b", "a/b/c" };
	enum otp_err public, roots;

	(void)state;
	needs_root();
	make_folder("a", 0755);
	make_folder("a/b", 0755);
	make_folder("a/b/c", 0755);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(folder_with(in("a/b/c"), OTP_PATH_ROOTS), OTP_OK);
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_int_equal(chown(in(others[i]), SOMEBODY, (gid_t)-1), 0);
		assert_int_equal(seteuid(SOMEBODY), 0);
		public = folder_with(in("a/b/c"), OTP_PATH_PUBLIC);
		roots = folder_with(in("a/b/c"), OTP_PATH_ROOTS);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(public, OTP_OK);
		assert_int_equal(roots, OTP_ERR_OWNER);
		assert_int_equal(chown(in(others[i]), 0, (gid_t)-1), 0);
	}
	assert_int_equal(chmod(in("a/b"), 0775), 0);
	assert_int_equal(
	    folder_with(in("a/b/c"), OTP_PATH_ROOTS), OTP_ERR_MODE);
}

/* The store itself: not even root's, not even sticky. */
static void
path_folder__takes_a_private_one_only_of_the_effective_user(void **state)
{
	enum otp_err public, private;

	(void)state;
	make_folder("own", 0755);
	assert_int_equal(folder_with(in("own"), OTP_PATH_PRIVATE), OTP_OK);
	make_folder("group", 0770);
	assert_int_equal(
	    folder_with(in("group"), OTP_PATH_PRIVATE), OTP_ERR_MODE);
	needs_root();
	make_folder("sticky", 01777);
	assert_int_equal(folder_with(in("sticky"), OTP_PATH_PUBLIC), OTP_OK);
	assert_int_equal(
	    folder_with(in("sticky"), OTP_PATH_PRIVATE), OTP_ERR_MODE);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	public = folder_with(in("own"), OTP_PATH_PUBLIC);
	private = folder_with(in("own"), OTP_PATH_PRIVATE);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(public, OTP_OK);
	assert_int_equal(private, OTP_ERR_OWNER);
}

static void
path_folder__refuses_dots(void **state)
{
	(void)state;
	make_folder("a", 0755);
	assert_int_equal(folder(in("a/..")), OTP_ERR_NAME);
	assert_int_equal(folder(in("../tmp")), OTP_ERR_NAME);
	assert_int_equal(folder(in("./a")), OTP_ERR_NAME);
	assert_int_equal(folder(in("a/.")), OTP_ERR_NAME);
	assert_int_equal(folder("/."), OTP_ERR_NAME);
	assert_int_equal(folder("/.."), OTP_ERR_NAME);
	assert_int_equal(folder(""), OTP_ERR_NAME);
	assert_int_equal(folder("a"), OTP_ERR_NAME);
	assert_int_equal(folder("."), OTP_ERR_NAME);
	assert_int_equal(folder("tmp/"), OTP_ERR_NAME);
}

static void
path_folder__tells_absent_from_unreadable(void **state)
{
	char *endless = malloc(8193);

	(void)state;
	make_file("file", 0600);
	assert_int_equal(folder(in("none")), OTP_ERR_ABSENT);
	assert_int_equal(folder(in("none/below")), OTP_ERR_ABSENT);
	assert_string_equal(fault.where, in("none"));
	assert_int_equal(fault.errnum, ENOENT);
	assert_int_equal(folder(in("file")), OTP_ERR_READ);
	assert_int_equal(fault.errnum, ENOTDIR);
	assert_int_equal(folder(in("file/below")), OTP_ERR_READ);
	assert_non_null(endless);
	memset(endless, '/', 8192);
	endless[8192] = '\0';
	assert_int_equal(folder(endless), OTP_ERR_READ);
	assert_int_equal(fault.errnum, ENAMETOOLONG);
	memset(endless + 1, 'x', 300);
	endless[300] = '\0';
	assert_int_equal(folder(endless), OTP_ERR_READ);
	assert_int_equal(fault.errnum, ENAMETOOLONG);
	free(endless);
}

static void
path_folder__does_not_stop_at_a_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_int_equal(folder(in("fifo")), OTP_ERR_READ);
	assert_int_equal(fault.errnum, ENOTDIR);
}

static void
path_subfolder__opens_one_component(void **state)
{
	int at = open(base, O_PATH | O_DIRECTORY), fd = -7;

	(void)state;
	make_folder("a", 0700);
	make_folder("shared", 0777);
	make_file("file", 0600);
	assert_int_equal(symlink("a", in("link")), 0);
	assert_int_equal(
	    otp_path_subfolder(at, "a", OTP_PATH_PUBLIC, &fd, NULL), OTP_OK);
	assert_true(fd >= 3);
	close(fd);
	fd = -7;
	assert_int_equal(
	    otp_path_subfolder(at, "none", OTP_PATH_PUBLIC, &fd, NULL),
	    OTP_ERR_ABSENT);
	assert_int_equal(
	    otp_path_subfolder(at, "link", OTP_PATH_PUBLIC, &fd, NULL),
	    OTP_ERR_LINK);
	assert_int_equal(
	    otp_path_subfolder(at, "shared", OTP_PATH_PUBLIC, &fd, &fault),
	    OTP_ERR_MODE);
	assert_string_equal(fault.where, "shared");
	assert_int_equal(
	    otp_path_subfolder(at, "file", OTP_PATH_PUBLIC, &fd, NULL),
	    OTP_ERR_READ);
	assert_int_equal(
	    otp_path_subfolder(at, "..", OTP_PATH_PUBLIC, &fd, NULL),
	    OTP_ERR_NAME);
	assert_int_equal(
	    otp_path_subfolder(at, "a/", OTP_PATH_PUBLIC, &fd, NULL),
	    OTP_ERR_NAME);
	assert_int_equal(otp_path_subfolder(at, "", OTP_PATH_PUBLIC, &fd, NULL),
	    OTP_ERR_NAME);
	assert_int_equal(fd, -7);
	close(at);
}

/* --- Files -------------------------------------------------------------- */

static void
path_file__opens_what_is_in_order(void **state)
{
	(void)state;
	make_file("rw", 0600);
	make_file("r", 0400);
	make_file("..a", 0600);
	make_file("public", 0644);
	assert_int_equal(file("rw"), OTP_OK);
	assert_int_equal(file_with("r", O_RDONLY, OTP_PATH_PRIVATE), OTP_OK);
	assert_int_equal(file("..a"), OTP_OK);
	assert_int_equal(public_file("public"), OTP_OK);
	assert_int_equal(public_file("rw"), OTP_OK);
	assert_int_equal(file("none"), OTP_ERR_ABSENT);
	assert_string_equal(fault.where, "none");
	assert_int_equal(fault.errnum, ENOENT);
}

static void
path_file__refuses_a_link_and_a_dangling_one(void **state)
{
	(void)state;
	make_file("target", 0600);
	assert_int_equal(symlink("target", in("link")), 0);
	assert_int_equal(symlink("nowhere", in("dangling")), 0);
	assert_int_equal(symlink("loop", in("loop")), 0);
	assert_int_equal(file("link"), OTP_ERR_LINK);
	assert_int_equal(public_file("link"), OTP_ERR_LINK);
	assert_int_equal(file("dangling"), OTP_ERR_LINK);
	assert_int_equal(file("loop"), OTP_ERR_LINK);
	assert_int_equal(access(in("nowhere"), F_OK), -1);
}

static void
path_file__refuses_a_name_that_is_a_path(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b",
		"/etc/passwd", "../x", "a/", "/" };

	(void)state;
	make_folder("a", 0700);
	make_file("a/b", 0600);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(file(names[i]), OTP_ERR_NAME);
}

static void
path_file__refuses_what_is_no_regular_file(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	strcpy(address.sun_path, in("socket"));
	assert_int_equal(
	    bind(listener, (const struct sockaddr *)&address, sizeof(address)),
	    0);
	assert_int_equal(chmod(in("socket"), 0600), 0);
	make_folder("folder", 0700);
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_int_equal(file("socket"), OTP_ERR_MODE);
	assert_int_equal(file("folder"), OTP_ERR_MODE);
	assert_int_equal(file("fifo"), OTP_ERR_MODE);
	assert_string_equal(unit_detail(&fault), "not-regular");
	close(listener);
}

static void
path_file__refuses_a_device(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(mknod(in("device"), S_IFCHR | 0600, 0x103), 0);
	assert_int_equal(
	    file("device"), unit_is_nodev(base) ? OTP_ERR_READ : OTP_ERR_MODE);
}

static void
path_file__refuses_a_second_name(void **state)
{
	char one[200];

	(void)state;
	make_file("one", 0600);
	assert_int_equal(file("one"), OTP_OK);
	strcpy(one, in("one"));
	assert_int_equal(link(one, in("two")), 0);
	assert_int_equal(file("one"), OTP_ERR_LINK);
	assert_int_equal(file("two"), OTP_ERR_LINK);
	assert_int_equal(public_file("two"), OTP_ERR_LINK);
	assert_string_equal(unit_detail(&fault), "hard-link");
}

static void
path_file__opens_again_what_was_replaced_meanwhile(void **state)
{
	char name[200];

	(void)state;
	make_file("file", 0600);
	strcpy(name, in("file"));
	replaced = name;
	replacements = 3;
	assert_int_equal(file_with("file", O_RDONLY, OTP_PATH_PRIVATE), OTP_OK);
	assert_int_equal(replacements, 0);
	replacements = 1000;
	assert_int_equal(
	    file_with("file", O_RDONLY, OTP_PATH_PRIVATE), OTP_ERR_READ);
	assert_true(replacements > 900);
	replacements = 0;
}

static void
path_file__refuses_a_file_of_somebody_else(void **state)
{
	enum otp_err roots_private, roots_public, own;

	(void)state;
	needs_root();
	make_file("roots", 0644);
	make_file("other", 0600);
	assert_int_equal(chown(in("other"), SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(file("other"), OTP_ERR_OWNER);
	assert_string_equal(unit_detail(&fault), "owner 12345");
	assert_int_equal(public_file("other"), OTP_ERR_OWNER);

	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	own = file("other");
	roots_private = file_with("roots", O_RDONLY, OTP_PATH_PRIVATE);
	roots_public = public_file("roots");
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(own, OTP_OK);
	assert_int_equal(roots_private, OTP_ERR_OWNER);
	assert_int_equal(roots_public, OTP_OK);
}

static void
path_file__refuses_modes_beyond_its_trust(void **state)
{
	static const mode_t private_modes[] = { 0604, 0640, 0660, 0602, 0620,
		0610, 0601, 0700, 0644, 0666, 04600, 02600, 01600 };
	static const mode_t public_modes[] = { 0660, 0646, 0664, 0602, 0620,
		0666, 0777 };

	(void)state;
	make_file("file", 0600);
	for (size_t i = 0; i < COUNT(private_modes); i++) {
		assert_int_equal(chmod(in("file"), private_modes[i]), 0);
		assert_int_equal(file("file"), OTP_ERR_MODE);
	}
	assert_string_equal(unit_detail(&fault), "open-to-others 896");
	for (size_t i = 0; i < COUNT(public_modes); i++) {
		assert_int_equal(chmod(in("file"), public_modes[i]), 0);
		assert_int_equal(public_file("file"), OTP_ERR_MODE);
	}
	assert_int_equal(chmod(in("file"), 0755), 0);
	assert_int_equal(public_file("file"), OTP_OK);
}

static void
path_file__returns_at_once_from_a_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	alarm(5); /* would kill the test */
	assert_int_equal(file("fifo"), OTP_ERR_MODE);
	assert_int_equal(public_file("fifo"), OTP_ERR_MODE);
	alarm(0);
}

static void
path_file__says_why_it_cannot_be_read(void **state)
{
	enum otp_err err;

	(void)state;
	needs_root();
	make_file("file", 0000);
	assert_int_equal(chown(in("file"), SOMEBODY, (gid_t)-1), 0);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	err = file("file");
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(err, OTP_ERR_READ);
	assert_int_equal(fault.errnum, EACCES);
}

static void
path_open__names_the_part_that_was_refused(void **state)
{
	struct statx st;
	int fd = -7;

	(void)state;
	make_folder("a", 0755);
	make_file("a/conf", 0644);
	make_file("a/open", 0666);
	assert_int_equal(
	    otp_path_open(in("a/conf"), OTP_PATH_PUBLIC, &fd, &st, &fault),
	    OTP_OK);
	assert_true(fd >= 3);
	assert_int_equal(st.stx_nlink, 1);
	otp_path_close(&fd);
	assert_int_equal(fd, -1);
	otp_path_close(&fd);

	assert_int_equal(
	    otp_path_open(in("a/open"), OTP_PATH_PUBLIC, &fd, &st, &fault),
	    OTP_ERR_MODE);
	assert_string_equal(fault.where, in("a/open"));
	assert_int_equal(
	    otp_path_open(in("a/none"), OTP_PATH_PUBLIC, &fd, &st, &fault),
	    OTP_ERR_ABSENT);
	assert_string_equal(fault.where, in("a/none"));
	assert_int_equal(
	    otp_path_open(in("b/none"), OTP_PATH_PUBLIC, &fd, &st, &fault),
	    OTP_ERR_ABSENT);
	assert_string_equal(fault.where, in("b"));
	assert_int_equal(
	    otp_path_open(in("a/conf/"), OTP_PATH_PUBLIC, &fd, &st, &fault),
	    OTP_ERR_READ);
	assert_int_equal(otp_path_open("conf", OTP_PATH_PUBLIC, &fd, &st, NULL),
	    OTP_ERR_NAME);
	assert_int_equal(
	    otp_path_open("a/conf", OTP_PATH_PUBLIC, &fd, &st, NULL),
	    OTP_ERR_NAME);
	assert_int_equal(
	    otp_path_open("/", OTP_PATH_PUBLIC, &fd, &st, NULL), OTP_ERR_NAME);
	assert_int_equal(fd, -1);
}

/* --- Descriptors and transfers --------------------------------------------- */

/* In a child without standard descriptors; 0, or where it went wrong. */
static int
without_standard_descriptors(void)
{
	struct statx st;
	int at = -1, fd = -1, sub = -1;

	close(0);
	close(1);
	close(2);
	if (otp_path_folder(base, OTP_PATH_PUBLIC, &at, NULL) != OTP_OK ||
	    at < 3)
		return 1;
	if (otp_path_file(at, "file", O_RDWR, OTP_PATH_PRIVATE, &fd, &st,
		NULL) != OTP_OK ||
	    fd < 3)
		return 2;
	if (otp_path_subfolder(at, "sub", OTP_PATH_PUBLIC, &sub, NULL) !=
		OTP_OK ||
	    sub < 3)
		return 3;
	for (int i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) != -1)
			return 4;
	if ((fcntl(at, F_GETFD) & fcntl(fd, F_GETFD) & fcntl(sub, F_GETFD) &
		FD_CLOEXEC) == 0)
		return 5;
	return 0;
}

static void
path__leaves_standard_descriptors_alone(void **state)
{
	pid_t child;
	int status = -1;

	(void)state;
	make_file("file", 0600);
	make_folder("sub", 0700);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(without_standard_descriptors());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
path_raise__takes_what_open_returns(void **state)
{
	(void)state;
	errno = EACCES;
	assert_int_equal(otp_path_raise(-1), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(otp_path_raise(3), 3);
}

static int
open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

static void
path__leaves_no_descriptor_open(void **state)
{
	int before = open_descriptors();

	(void)state;
	make_folder("a", 0755);
	make_folder("a/shared", 0777);
	make_file("file", 0644);
	assert_int_equal(folder(in("a")), OTP_OK);
	assert_int_equal(folder(in("a/none")), OTP_ERR_ABSENT);
	assert_int_equal(folder(in("a/shared")), OTP_ERR_MODE);
	assert_int_equal(folder(in("a/..")), OTP_ERR_NAME);
	assert_int_equal(file("file"), OTP_ERR_MODE);
	assert_int_equal(open_descriptors(), before);
}

static void
path__says_limit_where_no_descriptor_is_left(void **state)
{
	struct rlimit old, low;
	struct statx st;
	int fd = -7;
	enum otp_err err;

	(void)state;
	make_file("file", 0600);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	err = otp_path_open(in("file"), OTP_PATH_PRIVATE, &fd, &st, &fault);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(err, OTP_ERR_LIMIT);
	assert_int_equal(fault.errnum, EMFILE);
	assert_int_equal(fd, -7);
}

static void
path__carries_interruptions_and_short_transfers_through(void **state)
{
	char data[32] = "";
	size_t size = 99;
	int fd;

	(void)state;
	make_file("file", 0600);
	opens_interrupted = 5;
	assert_int_equal(folder(base), OTP_OK);
	opens_interrupted = 2;
	assert_int_equal(file_with("file", O_RDONLY, OTP_PATH_PRIVATE), OTP_OK);

	fd = open(in("file"), O_RDWR);
	transfers_faulty = 1;
	assert_int_equal(otp_path_write(fd, "CONTENTS", 8, 0, NULL), OTP_OK);
	assert_int_equal(
	    otp_path_read(fd, data, sizeof(data), 0, &size, NULL), OTP_OK);
	assert_int_equal(size, 8);
	assert_string_equal(data, "CONTENTS");
	assert_int_equal(otp_path_read(fd, data, 3, 2, &size, NULL), OTP_OK);
	assert_int_equal(size, 3);
	assert_memory_equal(data, "NTE", 3);
	transfers_faulty = 0;
	close(fd);
}

static void
path__reads_a_file_at_once(void **state)
{
	char data[32] = "";
	struct statx st = { 0 };
	size_t size = 99;
	int fd = -1;

	(void)state;
	make_file("file", 0600);
	assert_int_equal(
	    otp_path_open(in("file"), OTP_PATH_PRIVATE, &fd, &st, NULL),
	    OTP_OK);
	reads = 0;
	assert_int_equal(
	    otp_path_read_file(fd, &st, data, sizeof(data), &size, NULL),
	    OTP_OK);
	assert_int_equal(size, 7);
	assert_memory_equal(data, "content", 7);
	assert_int_equal(reads, 1);
	/* what is not the file's size any more is no end of it */
	st.stx_size = 3;
	assert_int_equal(
	    otp_path_read_file(fd, &st, data, sizeof(data), &size, NULL),
	    OTP_OK);
	assert_int_equal(size, 7);
	st.stx_size = 20;
	assert_int_equal(
	    otp_path_read_file(fd, &st, data, sizeof(data), &size, NULL),
	    OTP_OK);
	assert_int_equal(size, 7);
	/* nor is a read that was cut short */
	transfers_faulty = 1;
	assert_int_equal(
	    otp_path_read_file(fd, &st, data, sizeof(data), &size, NULL),
	    OTP_OK);
	transfers_faulty = 0;
	assert_int_equal(size, 7);
	close(fd);
}

static void
path__says_why_a_transfer_failed(void **state)
{
	char data[8] = "";
	size_t size = 99;
	int fd;

	(void)state;
	make_file("file", 0600);
	fd = open(in("file"), O_RDWR);
	strcpy(fault.where, "kept");
	transfer_errnum = EIO;
	assert_int_equal(
	    otp_path_read(fd, data, 8, 0, &size, &fault), OTP_ERR_READ);
	assert_int_equal(fault.errnum, EIO);
	transfer_errnum = ENOSPC;
	assert_int_equal(otp_path_write(fd, data, 8, 0, &fault), OTP_ERR_WRITE);
	assert_int_equal(fault.errnum, ENOSPC);
	transfer_errnum = 0;
	write_nothing = true;
	assert_int_equal(otp_path_write(fd, data, 8, 0, &fault), OTP_ERR_WRITE);
	assert_int_equal(fault.errnum, EIO);
	assert_int_equal(otp_path_write(fd, data, 0, 0, &fault), OTP_OK);
	write_nothing = false;
	assert_string_equal(fault.where, "kept");
	assert_int_equal(size, 99);
	close(fd);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(path_folder__opens_what_is_in_order),
		TEST(path_folder__refuses_a_link_on_the_way),
		TEST(path_folder__refuses_a_parent_writable_by_others),
		TEST(path_folder__refuses_a_parent_of_somebody_else),
		TEST(path_folder__checks_what_was_above_a_mount_that_goes),
		TEST(path_folder__takes_the_effective_users_and_roots),
		TEST(path_folder__takes_a_sticky_one_only_of_root),
		TEST(path_folder__takes_roots_alone_on_the_whole_way),
		TEST(
		    path_folder__takes_a_private_one_only_of_the_effective_user),
		TEST(path_folder__refuses_dots),
		TEST(path_folder__tells_absent_from_unreadable),
		TEST(path_folder__does_not_stop_at_a_fifo),
		TEST(path_subfolder__opens_one_component),
		TEST(path_file__opens_what_is_in_order),
		TEST(path_file__refuses_a_link_and_a_dangling_one),
		TEST(path_file__refuses_a_name_that_is_a_path),
		TEST(path_file__refuses_what_is_no_regular_file),
		TEST(path_file__refuses_a_device),
		TEST(path_file__refuses_a_second_name),
		TEST(path_file__opens_again_what_was_replaced_meanwhile),
		TEST(path_file__refuses_a_file_of_somebody_else),
		TEST(path_file__refuses_modes_beyond_its_trust),
		TEST(path_file__returns_at_once_from_a_fifo),
		TEST(path_file__says_why_it_cannot_be_read),
		TEST(path_open__names_the_part_that_was_refused),
		TEST(path__leaves_standard_descriptors_alone),
		TEST(path_raise__takes_what_open_returns),
		TEST(path__leaves_no_descriptor_open),
		TEST(path__says_limit_where_no_descriptor_is_left),
		TEST(path__carries_interruptions_and_short_transfers_through),
		TEST(path__reads_a_file_at_once),
		TEST(path__says_why_a_transfer_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
