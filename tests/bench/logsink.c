/* SPDX-License-Identifier: BSD-2-Clause */
/* Listens on /dev/log and drops what it gets, until it is killed. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int
main(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char line[65536];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, "/dev/log", sizeof("/dev/log"));
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod("/dev/log", 0666) != 0) {
		perror("/dev/log");
		return 1;
	}
	while (recv(fd, line, sizeof(line), 0) >= 0)
		;
	return 1;
}
