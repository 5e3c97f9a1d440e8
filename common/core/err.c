/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <string.h>

#include "err.h"

static const struct {
	const char *reason;
	const char *text;
} texts[] = {
	[OTP_OK] = { "ok", "no error" },
	[OTP_ERR_ABSENT] = { "absent", "there is no such file" },
	[OTP_ERR_EXISTS] = { "exists", "it exists already" },
	[OTP_ERR_FULL] = { "full", "there is room for no more" },
	[OTP_ERR_CHANCE] = { "chance", "a code would be too easy to guess" },
	[OTP_ERR_NAME] = { "name", "the name cannot be a file's" },
	[OTP_ERR_OWNER] = { "owner", "it belongs to somebody else" },
	[OTP_ERR_MODE] = { "mode", "it is too open or not a regular file" },
	[OTP_ERR_LINK] = { "link", "it is a link or has a second name" },
	[OTP_ERR_PARSE] = { "parse", "it is not understood" },
	[OTP_ERR_CHECKSUM] = { "checksum", "the state file is damaged" },
	[OTP_ERR_UID] = { "uid", "the state belongs to another account" },
	[OTP_ERR_FILESYSTEM] = { "filesystem",
	    "a store cannot be on this file system" },
	[OTP_ERR_NO_STORE] = { "no-store", "there is no store" },
	[OTP_ERR_NO_STATE] = { "no-state", "the seed has no state yet" },
	[OTP_ERR_LIMIT] = { "limit", "a limit was reached" },
	[OTP_ERR_LENGTHS] = { "lengths",
	    "the tokens have codes of different lengths" },
	[OTP_ERR_LOCK_TIMEOUT] = { "lock-timeout",
	    "another process holds the lock" },
	[OTP_ERR_READ] = { "read", "it cannot be read" },
	[OTP_ERR_WRITE] = { "write", "it cannot be written" },
	[OTP_ERR_CLOCK] = { "clock", "the clock cannot be read" },
	[OTP_ERR_CRYPTO] = { "crypto", "the cryptographic library failed" },
	[OTP_ERR_OPTION] = { "option", "an option is wrong" },
	[OTP_ERR_CONFLICT] = { "conflict", "it was changed meanwhile" },
	[OTP_ERR_NOMEM] = { "memory", "there is not enough memory" },
};

#define TEXTS_COUNT (sizeof(texts) / sizeof(texts[0]))

_Static_assert(TEXTS_COUNT == OTP_ERR_NOMEM + 1, "an error has no text");

static void
copy_cut(char *target, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	memcpy(target, text, length);
	target[length] = '\0';
}

enum otp_err
otp_fault_set(struct otp_fault *fault, enum otp_err err, int errnum,
    const char *where, const char *what)
{
	if (fault == NULL)
		return err;
	fault->errnum = errnum;
	if (where != NULL)
		copy_cut(fault->where, sizeof(fault->where), where);
	if (what != NULL)
		copy_cut(fault->what, sizeof(fault->what), what);
	return err;
}

const char *
otp_err_reason(enum otp_err err)
{
	return (size_t)err < TEXTS_COUNT ? texts[err].reason : "unknown";
}

const char *
otp_err_text(enum otp_err err)
{
	return (size_t)err < TEXTS_COUNT ? texts[err].text
					 : "something unforeseen happened";
}
