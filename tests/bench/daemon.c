/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins through pam_otpd, whose callers have another user, on the socket of
 * servers; and all at once on that of root, which no module asks.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pwd.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/link/wire.h"

#define CALLER	    "daemon"
#define STORE	    "pam_otpd-store"
#define PATIENCE    500	  /* times 10 ms */
#define SMALL_BREAK 10000 /* microseconds */

static pid_t daemon_pid = -1;
static uid_t caller;

static void open_to_all(const char *name, mode_t mode);
static void append_sockets(const char *name);
static void start(const char *program);
static pid_t a_worker(void);
static long private_memory(pid_t pid);

/* The module was loaded by root, whose file it may be alone. */
bool
bench_daemon_begin(const char *program)
{
	const struct passwd *entry = getpwnam(CALLER);
	char line[2048];

	if (geteuid() != 0 || entry == NULL || access(program, X_OK) != 0) {
		(void)printf("skipped: pam_otpd is measured by root alone\n");
		return false;
	}
	if (dlopen(getenv("PAM_OTP_SO"), RTLD_NOW) == NULL)
		bench_die("PAM_OTP_SO");
	caller = entry->pw_uid;
	bench_store(STORE, BENCH_PEOPLE, 0);
	append_sockets(STORE);
	bench_write("", "pam_otpd.conf"); /* with the rules of the default */
	append_sockets("pam_otpd");
	(void)snprintf(line, sizeof(line), "%s conf=%s/pam_otpd.conf nodelay",
	    getenv("PAM_OTP_SO"), bench.folder);
	bench_service("pam_otpd", line);
	open_to_all("", 0755);
	open_to_all("pam.d", 0755);
	open_to_all("pam.d/other", 0644);
	open_to_all("pam.d/pam_otpd", 0644);
	open_to_all("pam_otpd.conf", 0644);
	start(program);
	return true;
}

void
bench_daemon_end(void)
{
	caller = 0;
	if (kill(daemon_pid, SIGTERM) != 0 ||
	    waitpid(daemon_pid, NULL, 0) != daemon_pid)
		bench_die("pam_otpd");
}

void
bench_daemon_call(const char *service, bool begins)
{
	if (caller != 0 && strcmp(service, "pam_otpd") == 0 &&
	    seteuid(begins ? caller : 0) != 0)
		bench_die("seteuid");
}

static void
open_to_all(const char *name, mode_t mode)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", bench.folder, name);
	if (chmod(path, mode) != 0)
		bench_die(path);
}

static void
append_sockets(const char *name)
{
	char path[1024];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s.conf", bench.folder, name);
	file = fopen(path, "a");
	if (!file || fprintf(file, "sockets = %s/run\n", bench.folder) < 0 ||
	    fclose(file) != 0)
		bench_die(path);
}

static void
start(const char *program)
{
	char conf[1024], run[1024], path[1100];
	struct stat status;
	unsigned tries = 0;

	(void)snprintf(
	    conf, sizeof(conf), "--conf=%s/%s.conf", bench.folder, STORE);
	(void)snprintf(run, sizeof(run), "%s/run", bench.folder);
	(void)snprintf(path, sizeof(path), "%s/service", run);
	if (mkdir(run, 0755) != 0 || chmod(run, 0755) != 0)
		bench_die(run);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		(void)execl(program, program, "--listen", conf, (char *)NULL);
		_exit(127);
	}
	while (lstat(path, &status) != 0 && tries++ < PATIENCE)
		(void)usleep(SMALL_BREAK);
	(void)usleep(20 * SMALL_BREAK);
	/* The group pam_otp need not be there. */
	if (chmod(path, 0666) != 0)
		bench_die(path);
}

/* Of a process that checks a code, in KiB: it waits for the lock of the state. */
long
bench_daemon_memory(struct subject *subject)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[1024];
	long memory = 0;
	pid_t child;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s/state/%s", bench.folder,
	    STORE, bench.user);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fcntl(fd, F_OFD_SETLKW, &lock) != 0)
		bench_die(path);
	bench_next_code(subject);
	child = fork();
	if (child == 0)
		_exit(bench_once(subject, bench_here) ? 0 : 1);
	memory = private_memory(a_worker());
	(void)close(fd);
	if (child < 0 || waitpid(child, NULL, 0) != child)
		bench_die("fork");
	subject->next++;
	return memory;
}

/* One that is there for some time, so that it waits. */
static pid_t
a_worker(void)
{
	char path[64];
	int before = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)daemon_pid, (int)daemon_pid);
	for (unsigned tries = 0; tries < PATIENCE; tries++) {
		FILE *file = fopen(path, "r");
		int pid = -1;

		if (!file)
			bench_die(path);
		if (fscanf(file, "%d", &pid) != 1)
			pid = -1;
		(void)fclose(file);
		if (pid > 0 && pid == before)
			return pid;
		before = pid;
		(void)usleep(20 * SMALL_BREAK);
	}
	bench_die("no process checks a code");
}

static long
private_memory(pid_t pid)
{
	char path[64], line[256];
	long sum = 0, size;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	file = fopen(path, "r");
	if (!file)
		bench_die(path);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Private_Clean: %ld", &size) == 1 ||
		    sscanf(line, "Private_Dirty: %ld", &size) == 1)
			sum += size;
	(void)fclose(file);
	return sum;
}

/* --- All at once on the socket of root ------------------------------------ */

static bool
ask_as_root(unsigned person)
{
	struct otp_wire_request request = { .verb = OTP_WIRE_TRY,
		.request = { .uid = OTP_UID_VIRTUAL, .service = "bench" } };
	const struct subject subject = { .next = 1 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint8_t data[OTP_WIRE_MAX];
	struct otp_wire_answer answer = { .err = OTP_ERR_PARSE };
	ssize_t got = -1;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/run/root", bench.folder);
	(void)snprintf(request.request.account, sizeof(request.request.account),
	    "user%u", person);
	bench_next_code(&subject);
	(void)snprintf(request.typed, sizeof(request.typed), "%s", bench.code);
	if (fd < 0 || otp_wire_put_request(&request, data) != OTP_OK)
		bench_die("request");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, data, OTP_WIRE_REQUEST_SIZE, MSG_NOSIGNAL) > 0)
		got = recv(fd, data, sizeof(data), 0);
	return got > 0 &&
	    otp_wire_get_answer(data, (size_t)got, &answer) == OTP_OK &&
	    answer.err == OTP_OK && answer.answer.verdict == OTP_VERDICT_ACCEPT;
}

void
bench_daemon_rush(void)
{
	sem_t *start_all = mmap(NULL, sizeof(*start_all),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned refused = 0;
	double begin;
	int status;

	if (start_all == MAP_FAILED || sem_init(start_all, 1, 0) != 0)
		bench_die("sem_init");
	for (unsigned i = 0; i < BENCH_PEOPLE; i++) {
		const pid_t child = fork();

		if (child < 0)
			bench_die("fork");
		if (child == 0) {
			while (sem_wait(start_all) != 0)
				continue;
			_exit(ask_as_root(i) ? 0 : 1);
		}
	}
	begin = bench_now();
	for (unsigned i = 0; i < BENCH_PEOPLE; i++)
		if (sem_post(start_all) != 0)
			bench_die("sem_post");
	for (unsigned i = 0; i < BENCH_PEOPLE; i++)
		if (wait(&status) < 0)
			bench_die("wait");
		else if (status != 0)
			refused++;
	(void)printf("  %u callers of the socket root at once: %u refused, "
		     "%.0f ms\n",
	    BENCH_PEOPLE, refused, (bench_now() - begin) / 1e3);
	(void)munmap(start_all, sizeof(*start_all));
}
