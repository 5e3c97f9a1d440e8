/* SPDX-License-Identifier: BSD-2-Clause */
/* Modules as pam.d lines name them, and their files. */
#ifndef OTP_MODULE_H
#define OTP_MODULE_H

#include <stdbool.h>

#include "dispatch.h"

#define OTP_MODULE_NAME "pam_otp.so"
#define OTP_MODULE_PATH 512

/* Whether NAME, of a line, is this module's. */
bool otp_module_is_ours(const char *name);

/* What is known of a module by its NAME. */
enum otp_step_kind otp_module_kind(const char *name);

/* Whether it is known to ask for a password. */
bool otp_module_is_password(const char *name);

/* Whether it says yes to root alone, who needs no code to be anybody. */
bool otp_module_is_for_root(const char *name);

enum otp_module_state {
	OTP_MODULE_FINE = 0,
	OTP_MODULE_UNCERTAIN, /* where PAM looks is not known */
	OTP_MODULE_MISSING,
	OTP_MODULE_FOREIGN, /* no module, or one of another machine */
	OTP_MODULE_UNSAFE,  /* others can write to it */
};

/*
 * How it is with the file of NAME below ROOT ("" = this host).  RET_PATH: what
 * was looked at.
 */
enum otp_module_state otp_module_look(
    const char *root, const char *name, char ret_path[OTP_MODULE_PATH]);

#endif
