/* SPDX-License-Identifier: BSD-2-Clause */
/* The subjects' files: services, stores, and what the peers read. */
#include "config.h"

#include "tests/bench/bench.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/base32.h"
#include "common/core/seed.h"
#include "common/core/slots.h"
#include "common/core/state.h"
#include "common/store/store.h"

static FILE *
create(const char *name)
{
	char path[1024];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", bench.folder, name);
	file = fopen(path, "w");
	if (!file || fchmod(fileno(file), 0600) != 0)
		bench_die(path);
	return file;
}

static void
finish(FILE *file, const char *name)
{
	if (fclose(file) != 0)
		bench_die(name);
}

void
bench_write(const char *text, const char *name)
{
	FILE *file = create(name);

	if (fputs(text, file) == EOF)
		bench_die(name);
	finish(file, name);
}

void
bench_service(const char *name, const char *line)
{
	char text[2100], path[64];

	(void)snprintf(text, sizeof(text), "auth required %s\n", line);
	(void)snprintf(path, sizeof(path), "pam.d/%s", name);
	bench_write(text, path);
}

/* A file of SIZE bytes, none of them written. */
static void
make_empty(const char *store, const char *folder, unsigned number, off_t size)
{
	char path[1024];
	int fd;

	(void)snprintf(
	    path, sizeof(path), "%s/%s/other%u", store, folder, number);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, size) != 0 || close(fd) != 0)
		bench_die(path);
}

static void
enrol(const char *path, const char *account, uint32_t uid)
{
	struct otp_seed seed = { .tokens_count = 1 };
	struct otp_token *token = &seed.tokens[0];
	struct otp_state state = { .uid = uid, .enrolled = true };
	struct otp_credential *credential = NULL;
	struct otp_store *store = NULL;
	struct otp_fault fault = { 0 };
	uint8_t id[OTP_ID_SIZE];

	*token = (struct otp_token){ .kind = OTP_HOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.secret_size = strlen(BENCH_SECRET),
		.label = "bench" };
	memcpy(token->secret, BENCH_SECRET, strlen(BENCH_SECRET));
	if (otp_token_id(token, id) != OTP_OK ||
	    otp_state_claim(
		&state, &seed, NULL, OTP_HOTP, id, 1, &credential) != OTP_OK ||
	    otp_store_open((struct otp_place){ .folder = path }, account,
		&store, &fault) != OTP_OK ||
	    otp_store_create(store, &state, &fault) != OTP_OK ||
	    otp_store_put_seed(store, &seed, &fault) != OTP_OK)
		bench_die(fault.where);
	otp_store_close(store);
}

static uint32_t
uid_of(const char *user)
{
	const struct passwd *entry = getpwnam(user);

	if (!entry)
		bench_die(user);
	return entry->pw_uid;
}

void
bench_store(const char *name, unsigned people, unsigned others)
{
	struct otp_fault fault = { 0 };
	char path[700], text[900], line[2048], conf[128];
	bool made = false;

	(void)snprintf(path, sizeof(path), "%s/%s", bench.folder, name);
	if (otp_store_init(
		(struct otp_place){ .folder = path }, &made, &fault) != OTP_OK)
		bench_die(fault.where);
	enrol(path, bench.user, uid_of(bench.user));
	for (unsigned i = 0; i < people; i++) {
		char person[32];

		(void)snprintf(person, sizeof(person), "user%u", i);
		enrol(path, person, OTP_UID_VIRTUAL);
	}
	for (unsigned i = 0; i < others; i++) {
		make_empty(path, "seed", i, 0);
		make_empty(path, "state", i, OTP_SLOTS_FILE_SIZE);
	}
	/* As many wrong codes as a race has losers begin no wait. */
	(void)snprintf(text, sizeof(text), "store = %s\ndelay_after = 10\n%s",
	    path, people > 0 ? "virtual_users = yes\n" : "");
	(void)snprintf(conf, sizeof(conf), "%s.conf", name);
	bench_write(text, conf);
	(void)snprintf(line, sizeof(line), "%s conf=%s/%s.conf nodelay",
	    getenv("PAM_OTP_SO"), bench.folder, name);
	bench_service(name, line);
}

void
bench_remember(const char *name)
{
	char line[2048];

	(void)snprintf(line, sizeof(line),
	    "%s conf=%s/%s.conf nodelay remember=key", getenv("PAM_OTP_SO"),
	    bench.folder, name);
	bench_service(name, line);
}

static bool
have(const char *module)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", getenv("PEER_DIR"), module);
	if (access(path, R_OK) == 0)
		return true;
	(void)printf("skipped: %s is not installed\n", module);
	return false;
}

bool
bench_have_google(void)
{
	return have("pam_google_authenticator.so");
}

bool
bench_have_oath(void)
{
	return have("pam_oath.so");
}

static void
google_file(const char *name, const char *person)
{
	char secret[OTP_BASE32_SIZE(sizeof(BENCH_SECRET))];
	char text[1024], file[128];

	otp_base32_encode(
	    (const uint8_t *)BENCH_SECRET, strlen(BENCH_SECRET), secret);
	(void)snprintf(text, sizeof(text),
	    "%s\n\" HOTP_COUNTER 1\n\" WINDOW_SIZE 10\n", secret);
	(void)snprintf(file, sizeof(file), "%s-%s", name, person);
	bench_write(text, file);
}

void
bench_google(const char *name, unsigned people)
{
	char line[1024];

	if (people == 0)
		google_file(name, bench.user);
	for (unsigned i = 0; i < people; i++) {
		char person[32];

		(void)snprintf(person, sizeof(person), "user%u", i);
		google_file(name, person);
	}
	(void)snprintf(line, sizeof(line),
	    "pam_google_authenticator.so secret=%s/%s-${USER} user=%s "
	    "no_increment_hotp",
	    bench.folder, name, bench.user);
	bench_service(name, line);
}

void
bench_oath(const char *name, unsigned people, unsigned others)
{
	char line[1024], path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s-users.oath", name);
	file = create(path);
	for (unsigned i = 0; i < others; i++)
		(void)fprintf(
		    file, "HOTP\tother%u\t-\t" BENCH_SECRET_HEX "\t0\n", i);
	for (unsigned i = 0; i < people; i++)
		(void)fprintf(
		    file, "HOTP\tuser%u\t-\t" BENCH_SECRET_HEX "\t0\n", i);
	if (people == 0)
		(void)fprintf(
		    file, "HOTP\t%s\t-\t" BENCH_SECRET_HEX "\t0\n", bench.user);
	finish(file, path);
	(void)snprintf(line, sizeof(line),
	    "pam_oath.so usersfile=%s/%s window=10", bench.folder, path);
	bench_service(name, line);
}
