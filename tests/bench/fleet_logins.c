/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: fleet_logins CONFDIR SERVICE CLIENTS SECONDS
 *
 * For tests/bench/fleet_daemon: CLIENTS processes log in through libpam for
 * SECONDS, each as a user of its own, bench0 ..., whose codes are those of one
 * HOTP token.  The counter that is next is in the file CONFDIR/USER.
 */
#include "config.h"

#include <err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "tests/lib/sample.h"

static struct {
	unsigned long logins, refused;
	double busy; /* seconds of all clients */
} * all;

static double
now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		err(1, "clock_gettime");
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *code)
{
	struct pam_response *responses =
	    calloc((size_t)count, sizeof(*responses));

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup(code);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static bool
log_in(
    const char *folder, const char *service, const char *user, uint64_t counter)
{
	const struct otp_token token = sample_hotp(1);
	char code[SAMPLE_CODE_SIZE];
	struct pam_conv conversation = { converse, code };
	pam_handle_t *pamh = NULL;
	int status;

	(void)sample_code(&token, counter, code);
	status = pam_start_confdir(service, user, &conversation, folder, &pamh);
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pamh, 0);
	if (pamh != NULL)
		(void)pam_end(pamh, status);
	return status == PAM_SUCCESS;
}

static void
log_in_until(double end, const char *folder, const char *service, unsigned self)
{
	char user[32], path[256];
	uint64_t counter = 0;
	unsigned long logins = 0, refused = 0;
	const double began = now();
	FILE *file;

	(void)snprintf(user, sizeof(user), "bench%u", self);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, user);
	file = fopen(path, "r");
	if (file != NULL) {
		if (fread(&counter, sizeof(counter), 1, file) != 1)
			errx(1, "%s", path);
		(void)fclose(file);
	}
	while (now() < end && refused < 10)
		if (log_in(folder, service, user, counter++))
			logins++;
		else
			refused++;
	file = fopen(path, "w");
	if (file == NULL || fwrite(&counter, sizeof(counter), 1, file) != 1 ||
	    fclose(file) != 0)
		err(1, "%s", path);
	(void)__atomic_add_fetch(&all->logins, logins, __ATOMIC_SEQ_CST);
	(void)__atomic_add_fetch(&all->refused, refused, __ATOMIC_SEQ_CST);
	if (self == 0)
		all->busy = now() - began;
	_exit(0);
}

int
main(int argc, char **argv)
{
	unsigned clients;
	double end;

	if (argc != 5)
		errx(2, "usage: fleet_logins CONFDIR SERVICE CLIENTS SECONDS");
	clients = (unsigned)atoi(argv[3]);
	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		err(1, "mmap");
	end = now() + atof(argv[4]);
	for (unsigned i = 0; i < clients; i++)
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			log_in_until(end, argv[1], argv[2], i);
			break;
		default:
			break;
		}
	for (unsigned i = 0; i < clients; i++)
		if (wait(NULL) < 0)
			err(1, "wait");
	printf("daemon %u %.0f %.2f refused %lu\n", clients,
	    (double)all->logins / all->busy,
	    all->busy * clients * 1000 / (double)all->logins, all->refused);
	return 0;
}
