/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Account names: what file an account's is, and whose a file is.  The first
 * byte says whether the rest is an account, or the name of a file.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/store/store.h"
#include "common/store/store_name.h"
#include "tests/fuzz/ground.h"

static unsigned visits;
static char visited[OTP_STORE_NAME_SIZE];

static enum otp_err
visit(void *context, const char *account)
{
	(void)context;
	visits++;
	(void)snprintf(visited, sizeof(visited), "%s", account);
	return OTP_OK;
}

/* Who is in a store that has the one file NAME; false: it cannot be made. */
static bool
look(const char *name)
{
	char path[FUZZ_PATH_SIZE];
	int fd;

	(void)fuzz_store();
	fuzz_path(path, "store/seed/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	FUZZ_MUST(close(fd) == 0);
	visits = 0;
	FUZZ_MUST(otp_store_each((struct otp_place){ .folder = fuzz_store() },
		      visit, NULL, NULL) == OTP_OK);
	FUZZ_MUST(unlink(path) == 0);
	return true;
}

/* The safe name decodes back, and leads nowhere but into its folder. */
static void
check_account(const char *account)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_@.-%";
	char name[OTP_STORE_NAME_SIZE], made[OTP_STORE_NEW_SIZE];

	if (otp_store_name_escape(account, name) != OTP_OK) {
		FUZZ_MUST(account[0] == '\0' ||
		    3 * strlen(account) > OTP_STORE_NAME_MAX);
		return;
	}
	FUZZ_MUST(memchr(name, '\0', sizeof(name)) != NULL);
	FUZZ_MUST(name[0] != '\0' && name[0] != '.');
	FUZZ_MUST(strspn(name, plain) == strlen(name));
	otp_store_name_new(name, made);
	FUZZ_MUST(strlen(made) <= NAME_MAX && made[0] == '.');
	FUZZ_MUST(look(name));
	FUZZ_MUST(visits == 1 && strcmp(visited, account) == 0);
	/* What is being made is nobody's. */
	FUZZ_MUST(look(made));
	FUZZ_MUST(visits == 0);
}

/* A file is one account's, whose name leads back to it, or nobody's. */
static void
check_file(const char *file)
{
	char name[OTP_STORE_NAME_SIZE];

	if (file[0] == '\0' || strlen(file) > NAME_MAX ||
	    strchr(file, '/') != NULL || !look(file))
		return;
	FUZZ_MUST(visits <= 1);
	if (visits == 0)
		return;
	FUZZ_MUST(otp_store_name_escape(visited, name) == OTP_OK);
	FUZZ_MUST(strcmp(name, file) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (data[0] % 2 == 0)
		check_account(text);
	else
		check_file(text);
	free(text);
	return 0;
}
