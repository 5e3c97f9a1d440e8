/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: logsink [FILE]
 *
 * Listens on /dev/log until it is killed, and drops what it gets or appends it
 * to FILE: a line for each message, `facility.priority text', without time and
 * process id.  What somebody left there who no longer listens is replaced.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const facilities[] = { "kern", "user", "mail", "daemon",
	"auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp" };
static const char *const priorities[] = { "emerg", "alert", "crit", "err",
	"warning", "notice", "info", "debug" };

/* What a line cannot hold, as rsyslog writes it. */
static void
put_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (iscntrl(c))
			fprintf(out, "#%03o", c);
		else
			putc(c, out);
	}
	putc('\n', out);
}

/* <86>Nov 22 22:20:11 sshd[123]: text */
static void
put_message(FILE *out, char *message)
{
	char *text = message;
	unsigned long number = 0;
	char *pid;
	char *colon;

	if (*text == '<')
		number = strtoul(text + 1, &text, 10);
	if (*text == '>')
		text++;
	if (strlen(text) > 16 && text[3] == ' ' && text[12] == ':')
		text += 16;
	if (number / 8 < sizeof(facilities) / sizeof(*facilities))
		fprintf(out, "%s.%s ", facilities[number / 8],
		    priorities[number % 8]);

	pid = strchr(text, '[');
	colon = strchr(text, ':');
	if (pid != NULL && colon != NULL && pid < colon && colon[-1] == ']') {
		*pid = '\0';
		fputs(text, out);
		text = colon;
	}
	put_text(out, text);
	fflush(out);
}

static bool
bind_to(int fd, const struct sockaddr_un *address)
{
	const struct sockaddr *name = (const struct sockaddr *)address;

	if (bind(fd, name, sizeof(*address)) == 0)
		return true;
	if (errno != EADDRINUSE || connect(fd, name, sizeof(*address)) == 0) {
		errno = EADDRINUSE; /* somebody listens */
		return false;
	}
	return errno == ECONNREFUSED && unlink(address->sun_path) == 0 &&
	    bind(fd, name, sizeof(*address)) == 0;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char line[65536];
	FILE *out = NULL;
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, "/dev/log", sizeof("/dev/log"));
	if (fd < 0 || !bind_to(fd, &address) || chmod("/dev/log", 0666) != 0) {
		perror("/dev/log");
		return 1;
	}
	if (argc > 1 && (out = fopen(argv[1], "ae")) == NULL) {
		perror(argv[1]);
		return 1;
	}
	while ((got = recv(fd, line, sizeof(line) - 1, 0)) >= 0) {
		line[got] = '\0';
		if (out != NULL)
			put_message(out, line);
	}
	return 1;
}
