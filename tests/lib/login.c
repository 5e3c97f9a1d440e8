/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login CONFDIR SERVICE USER CODE...: log in through the real libpam, with the
 * service's file in CONFDIR, and once more for each CODE.  Says what the user
 * was shown, what was logged and what came of it; fails unless every one of
 * them was let in.  A CODE that begins with '!' is a command that prints it, with
 * the prompt in its environment as PROMPT.  What SSH_AUTH_INFO holds is in PAM's
 * environment as sshd puts it there; RHOST and RUSER are PAM's items; with ASKED,
 * prompts are said too, those whose answer is seen as "asked in view", and so is
 * a delay that PAM is asked for after a failure.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

#include "tests/lib/fake.h"

/* CODE, or the line that it prints if it is a command; NULL if that fails. */
static char *
answer_to(const char *prompt, const char *code)
{
	char line[256] = "";
	FILE *said;

	if (code[0] != '!')
		return strdup(code);
	if (setenv("PROMPT", prompt, 1) != 0)
		return NULL;
	(void)fflush(stdout);	     /* which the command may read */
	said = popen(code + 1, "r"); /* NOLINT: the script's own command */
	if (said == NULL)
		return NULL;
	if (fgets(line, sizeof(line), said) != NULL)
		line[strcspn(line, "\n")] = '\0';
	return pclose(said) == 0 ? strdup(line) : NULL;
}

/* Answer every prompt with the code, and show everything else; all, if ASKED. */
static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *code)
{
	struct pam_response *responses =
	    calloc((size_t)count, sizeof(*responses));

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;

		bool asks =
		    style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;

		/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
		if (asks && getenv("ASKED") != NULL)
			printf("  asked%s:  %s\n",
			    style == PAM_PROMPT_ECHO_ON ? " in view" : "",
			    messages[i]->msg);
		if (asks)
			responses[i].resp = answer_to(messages[i]->msg, code);
		else
			printf("  shown:  %s\n", messages[i]->msg);
	}
	*ret_responses = responses;
	return PAM_SUCCESS;
}

/* Nobody need wait here. */
static void
no_delay(int status, unsigned microseconds, void *data)
{
	(void)data;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	if (status != PAM_SUCCESS && microseconds > 0 && getenv("ASKED"))
		printf("  delay:  wanted\n");
}

static int
login(const char *confdir, const char *service, const char *user, char *code)
{
	struct pam_conv conversation = { converse, code };
	void (*delay)(int, unsigned, void *) = no_delay;
	const void *item = NULL;
	pam_handle_t *pamh = NULL;
	char info[1024];
	int status;

	memcpy(&item, &delay, sizeof(item));
	fake_reset();
	status =
	    pam_start_confdir(service, user, &conversation, confdir, &pamh);
	if (status == PAM_SUCCESS)
		status = pam_set_item(pamh, PAM_FAIL_DELAY, item);
	if (status == PAM_SUCCESS && getenv("RHOST") != NULL)
		status = pam_set_item(pamh, PAM_RHOST, getenv("RHOST"));
	if (status == PAM_SUCCESS && getenv("RUSER") != NULL)
		status = pam_set_item(pamh, PAM_RUSER, getenv("RUSER"));
	if (status == PAM_SUCCESS && getenv("SSH_AUTH_INFO") != NULL) {
		(void)snprintf(info, sizeof(info), "SSH_AUTH_INFO_0=%s",
		    getenv("SSH_AUTH_INFO"));
		status = pam_putenv(pamh, info);
	}
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pamh, 0);
	for (unsigned i = 0; i < fake.lines_count && i < FAKE_LINES; i++)
		printf("  logged: %s\n", fake.lines[i].text);
	printf("  result: %s\n", pam_strerror(pamh, status));
	if (pamh != NULL && pam_end(pamh, status) != PAM_SUCCESS)
		status = PAM_SYSTEM_ERR;
	return status;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 5) {
		fprintf(stderr, "usage: login CONFDIR SERVICE USER CODE...\n");
		return 2;
	}
	for (int i = 4; i < argc; i++)
		if (login(argv[1], argv[2], argv[3], argv[i]) != PAM_SUCCESS)
			failed = 1;
	return fflush(stdout) == EOF ? 2 : failed;
}
