/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * once CONFDIR SERVICE USER CODE [memory]: one login in a fresh process that,
 * like sudo or login, has no libcrypto of its own.  Exit status 0: let in.  With
 * `memory' it prints the most KiB it had.
 */
#include "config.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *code)
{
	struct pam_response *responses =
	    calloc((size_t)count, sizeof(*responses));

	if (!responses)
		return PAM_CONV_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup(code);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static void
print_memory(void)
{
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");
	long size = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			size = strtol(line + 6, NULL, 10);
	(void)printf("%ld\n", size);
	if (file)
		(void)fclose(file);
}

int
main(int argc, char **argv)
{
	struct pam_conv conv = { .conv = answer };
	pam_handle_t *pamh = NULL;
	int status;

	if (argc != 5 && argc != 6)
		return 2;
	conv.appdata_ptr = argv[4];
	status = pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh);
	if (status != PAM_SUCCESS)
		return 2;
	status = pam_authenticate(pamh, 0);
	if (argc == 6)
		print_memory();
	return pam_end(pamh, status) == PAM_SUCCESS && status == PAM_SUCCESS
	    ? 0
	    : 1;
}
