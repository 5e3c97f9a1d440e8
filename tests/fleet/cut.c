/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fleet/cut.h"

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un
address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static void
record(struct cut *cut, unsigned which, const char *bytes, size_t size)
{
	const unsigned before = cut->recorded_size[which];

	if (!cut->record || size > CUT_RECORD_MAX - before)
		return;
	memcpy(cut->recorded[which] + before, bytes, size);
	cut->recorded_size[which] = before + (unsigned)size;
}

/* One read of FROM, written to TO; false: the connection is over. */
static bool
pass(int from, int to, struct cut *cut, unsigned which)
{
	volatile int *budget = which == 0 ? &cut->to_server : &cut->to_client;
	char bytes[4096];
	size_t most = sizeof(bytes);
	ssize_t got;

	if (*budget >= 0 && (size_t)*budget < most)
		most = (size_t)*budget;
	got = most == 0 ? 0 : read(from, bytes, most);
	if (got <= 0 || write(to, bytes, (size_t)got) != got)
		return false;
	record(cut, which, bytes, (size_t)got);
	if (*budget >= 0)
		*budget -= (int)got;
	return *budget != 0;
}

static void
serve(int client, const char *path, struct cut *cut)
{
	const struct sockaddr_un address = address_of(path);
	const int server = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pollfd ends[2] = { { .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };
	bool open = true;

	if (connect(server, (const struct sockaddr *)&address,
		sizeof(address)) != 0)
		err(1, "%s", path);
	while (open && poll(ends, 2, -1) > 0) {
		if (ends[0].revents != 0)
			open = pass(client, server, cut, 0);
		if (open && ends[1].revents != 0)
			open = pass(server, client, cut, 1);
	}
	cut->to_server = cut->to_client = -1;
	close(server);
}

void
cut_start(const char *path, const char *server, struct cut **ret_cut)
{
	const struct sockaddr_un address = address_of(path);
	const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct cut *cut = mmap(NULL, sizeof(*cut), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (cut == MAP_FAILED ||
	    bind(listener, (const struct sockaddr *)&address,
		sizeof(address)) != 0 ||
	    listen(listener, 8) != 0)
		err(1, "%s", path);
	cut->to_server = cut->to_client = -1;
	*ret_cut = cut;
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		break;
	default:
		close(listener);
		return;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		const int client = accept(listener, NULL, NULL);

		cut->busy = true;
		serve(client, server, cut);
		close(client);
		cut->busy = false;
	}
}
