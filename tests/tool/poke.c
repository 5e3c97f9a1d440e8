/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poke lock FILE: hold the lock that a login takes, say so, and wait to be
 * killed.
 * poke label FILE TEXT: give it a label of SELinux, which need not be there.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static int
lock(const char *path)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &whole) != 0)
		return 1;
	if (puts("held") == EOF || fflush(stdout) == EOF)
		return 1;
	for (;;)
		(void)pause();
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "lock") == 0)
		return lock(argv[2]);
	if (argc == 4 && strcmp(argv[1], "label") == 0)
		return lsetxattr(argv[2], "security.selinux", argv[3],
			   strlen(argv[3]) + 1, 0) == 0
		    ? 0
		    : 1;
	return 2;
}
