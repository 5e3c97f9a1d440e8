/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: TARGET_fuzz [FILE...]
 *
 * Gives a target each FILE, or else each file of its corpus, in a process of
 * its own, and prints TAP: what fuzzing has found once is not to come back.
 */
#include "config.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define SIZE_MAX_READ (1024 * 1024)

static unsigned number;

static void
give(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(SIZE_MAX_READ);
	uint8_t *exact;
	size_t size;

	FUZZ_MUST(file != NULL && data != NULL);
	size = fread(data, 1, SIZE_MAX_READ, file);
	FUZZ_MUST(ferror(file) == 0 && fclose(file) == 0);
	/* Of just its size, so that reading beyond it is seen. */
	exact = malloc(size > 0 ? size : 1);
	FUZZ_MUST(exact != NULL);
	memcpy(exact, data, size);
	free(data);
	FUZZ_MUST(LLVMFuzzerTestOneInput(exact, size) == 0);
	free(exact);
}

/* One test: its name is the target's and the file's. */
static void
replay(const char *target, const char *path)
{
	const char *slash = strrchr(path, '/');
	int status = -1;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		give(path);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		status = -1;
	(void)printf("%s %u - %s__%s\n", status == 0 ? "ok" : "not ok",
	    ++number, target, slash != NULL ? slash + 1 : path);
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
replay_corpus(const char *target)
{
	const char *top = getenv("top_srcdir");
	struct dirent **entries = NULL;
	char folder[512], path[1024];
	int count;

	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    top != NULL ? top : ".", target);
	count = scandir(folder, &entries, is_shown, alphasort);
	if (count <= 0)
		(void)printf("Bail out! %s holds no file\n", folder);
	for (int i = 0; i < count; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		replay(target, path);
		free(entries[i]);
	}
	free(entries);
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	char target[64];

	(void)snprintf(
	    target, sizeof(target), "%s", slash != NULL ? slash + 1 : argv[0]);
	/* libtool runs seed_fuzz as lt-seed_fuzz. */
	if (strncmp(target, "lt-", 3) == 0)
		memmove(target, target + 3, strlen(target + 3) + 1);
	target[strcspn(target, "_")] = '\0';
	if (argc == 1)
		replay_corpus(target);
	for (int i = 1; i < argc; i++)
		replay(target, argv[i]);
	(void)printf("1..%u\n", number);
	return 0;
}
