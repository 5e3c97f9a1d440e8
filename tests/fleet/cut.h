/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to a server that is cut after so many bytes. */
#ifndef TESTS_FLEET_CUT_H
#define TESTS_FLEET_CUT_H

/* Bytes that still pass; negative: all. */
struct cut {
	volatile int to_server, to_client;
};

/*
 * Begin to pass on connections to the Unix socket at PATH to the one at SERVER,
 * in a process of its own, until this one ends.  What is set in *RET_CUT holds
 * for the next bytes; once one of the two is used up, both ends are closed, and
 * all bytes pass again.
 */
void cut_start(const char *path, const char *server, struct cut **ret_cut);

#endif
