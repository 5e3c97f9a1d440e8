/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules named in pam.d lines, and their files. */
#ifndef OTP_MODULE_H
#define OTP_MODULE_H

#include <stdbool.h>

#define OTP_MODULE_NAME "pam_otp.so"
#define OTP_MODULE_PATH 512

/* Whether NAME in a pam.d line is our module. */
bool otp_module_is_ours(const char *name);

/* Whether NAME in a pam.d line is MODULE, with or without ".so". */
bool otp_module_is_called(const char *name, const char *module);

enum otp_module_state {
	OTP_MODULE_FINE = 0,
	OTP_MODULE_UNCERTAIN, /* PAM's directory is not known */
	OTP_MODULE_MISSING,
	OTP_MODULE_FOREIGN, /* not a module, or one for another machine */
	OTP_MODULE_UNSAFE,  /* users other than root can write to it */
};

/*
 * Examine the file of the module NAME below ROOT ("" = this host); RET_PATH is
 * its path.
 */
enum otp_module_state otp_module_look(
    const char *root, const char *name, char ret_path[OTP_MODULE_PATH]);

#endif
