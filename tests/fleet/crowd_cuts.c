/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fleet/crowd.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fleet/kind_internal.h"
#include "tests/fleet/cut.h"

#define PLACES_MAX 400

/* What is under way, by the statements that have ended. */
static const char *const phases[] = { "connecting", "prepare load", "load",
	"prepare put", "charge", "commit" };
#define PHASES (sizeof(phases) / sizeof(phases[0]))

struct place {
	bool to_server;
	unsigned bytes; /* before the cut */
	unsigned phase;
	bool let_in, used;
};

static struct place places[PLACES_MAX];
static unsigned places_count;

static void
add(bool to_server, unsigned bytes, unsigned phase)
{
	if (places_count == PLACES_MAX || phase >= PHASES)
		errx(1, "more messages than there can be");
	places[places_count++] = (struct place){
		.to_server = to_server, .bytes = bytes, .phase = phase
	};
}

/*
 * Within each message of STREAM, and after it.  Each has a type, but the first
 * one of a client; 'S' of a client and 'Z' of a server end a statement.
 */
static void
find(bool to_server, const uint8_t *stream, unsigned size)
{
	unsigned at = 0, phase = 0;

	while (at < size) {
		const bool typed = at > 0 || !to_server;
		const uint8_t *length = stream + at + (typed ? 1 : 0);
		const unsigned all = (typed ? 1u : 0u) +
		    ((unsigned)length[2] << 8 | (unsigned)length[3]);
		const unsigned char type = typed ? stream[at] : 'S';

		if (type == 'X') /* a client says that this is the end */
			break;
		add(to_server, at + all / 2, phase);
		at += all;
		add(to_server, at, phase);
		if (type == 'Z' || (to_server && type == 'S'))
			phase++;
	}
	if (phase != PHASES || at > size)
		errx(1, "%u statements in %u bytes", phase, size);
}

static void
print(bool to_server)
{
	for (unsigned phase = 0; phase < PHASES; phase++) {
		unsigned cuts = 0, yes = 0, used = 0, unused = 0;

		for (unsigned i = 0; i < places_count; i++) {
			const struct place *place = &places[i];

			if (place->to_server != to_server ||
			    place->phase != phase)
				continue;
			cuts++;
			yes += place->let_in ? 1 : 0;
			used += !place->let_in && place->used ? 1 : 0;
			unused += !place->let_in && !place->used ? 1 : 0;
		}
		printf("to the %s, %s: cut %u, yes %u, no but used %u, no %u\n",
		    to_server ? "server" : "client", phases[phase], cuts, yes,
		    used, unused);
	}
}

/* A login of its own connection, which has no marks to be compared. */
static bool
log_in(const char *folder, const char *account, struct cut *cut)
{
	char marks[256];
	struct crowd_try tried;

	(void)snprintf(marks, sizeof(marks), "%s/cut.marks", folder);
	(void)unlink(marks);
	tried = crowd_try(folder, "cut", account, 0);
	otp_session_close();
	while (cut->busy)
		(void)usleep(1000);
	cut->to_server = cut->to_client = -1;
	return crowd_let_in(&tried);
}

int
crowd_cuts(const char *folder, const char *host, const char *cut_path,
    const char *server)
{
	struct cut *cut = NULL;
	struct crowd_try tried;
	char name[32];

	cut_start(cut_path, server, &cut);
	cut->record = true;
	if (!log_in(folder, "uncut", cut))
		errx(1, "no login without a cut");
	cut->record = false;
	find(true, cut->recorded[0], cut->recorded_size[0]);
	find(false, cut->recorded[1], cut->recorded_size[1]);
	for (unsigned i = 0; i < places_count; i++) {
		struct place *place = &places[i];

		(void)snprintf(name, sizeof(name), "cut%u", i);
		if (place->to_server)
			cut->to_server = (int)place->bytes;
		else
			cut->to_client = (int)place->bytes;
		place->let_in = log_in(folder, name, cut);
	}
	/* By now no account is taken. */
	for (unsigned i = 0; i < places_count; i++) {
		struct place *place = &places[i];

		(void)snprintf(name, sizeof(name), "cut%u", i);
		tried = crowd_try(folder, host, name, 0);
		place->used =
		    tried.err == OTP_OK && tried.verdict == OTP_VERDICT_REPLAY;
		if (crowd_let_in(&tried) == place->used)
			errx(1, "%s: %s", name, tried.reason);
		if (place->let_in && !place->used)
			errx(1, "%s, cut after %u bytes: let in twice", name,
			    place->bytes);
	}
	print(true);
	print(false);
	return 0;
}
