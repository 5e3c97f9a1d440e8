/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to a server that is cut after so many bytes. */
#ifndef TESTS_FLEET_CUT_H
#define TESTS_FLEET_CUT_H

#include <stdbool.h>
#include <stdint.h>

#define CUT_RECORD_MAX 65536 /* bytes, in one direction */

/* Bytes that still pass; negative: all. */
struct cut {
	volatile int to_server, to_client;
	volatile bool busy; /* with a connection */
	/* With 'record': what passes to the server, and to the client. */
	volatile bool record;
	volatile unsigned recorded_size[2];
	uint8_t recorded[2][CUT_RECORD_MAX];
};

/*
 * Begin to pass on connections to the Unix socket at PATH to the one at SERVER,
 * in a process of its own, until this one ends.  What is set in *RET_CUT holds
 * for the next bytes; once one of the two is used up, both ends are closed, and
 * all bytes pass again.
 */
void cut_start(const char *path, const char *server, struct cut **ret_cut);

#endif
