/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <string.h>

#include "err.h"
#include "mark.h"

static const struct {
	const char *reason;
	const char *text;
} texts[] = {
	[OTP_OK] = { "ok", N_("no error") },
	[OTP_ERR_ABSENT] = { "absent", N_("there is no such file") },
	[OTP_ERR_EXISTS] = { "exists", N_("it exists already") },
	[OTP_ERR_FULL] = { "full", N_("there is room for no more") },
	[OTP_ERR_CHANCE] = { "chance",
	    N_("a code would be too easy to guess") },
	[OTP_ERR_NAME] = { "name", N_("the name cannot be a file's") },
	[OTP_ERR_OWNER] = { "owner", N_("it belongs to somebody else") },
	[OTP_ERR_MODE] = { "mode", N_("it is too open or not a regular file") },
	[OTP_ERR_LINK] = { "link", N_("it is a link or has a second name") },
	[OTP_ERR_PARSE] = { "parse", N_("it is not understood") },
	[OTP_ERR_CHECKSUM] = { "checksum", N_("the state file is damaged") },
	[OTP_ERR_STORE_VERSION] = { "store-version",
	    N_("the store is of a version that is not known") },
	[OTP_ERR_STATE_VERSION] = { "state-version",
	    N_("the state is of a version that is not known") },
	[OTP_ERR_UID] = { "uid", N_("the state belongs to another account") },
	[OTP_ERR_FILESYSTEM] = { "filesystem",
	    N_("a store cannot be on this file system") },
	[OTP_ERR_NO_STORE] = { "no-store", N_("there is no store") },
	[OTP_ERR_NO_STATE] = { "no-state", N_("the seed has no state yet") },
	[OTP_ERR_LIMIT] = { "limit", N_("a limit was reached") },
	[OTP_ERR_LENGTHS] = { "lengths",
	    N_("the tokens have codes of different lengths") },
	[OTP_ERR_LOCK_TIMEOUT] = { "lock-timeout",
	    N_("another process holds the lock") },
	[OTP_ERR_READ] = { "read", N_("it cannot be read") },
	[OTP_ERR_WRITE] = { "write", N_("it cannot be written") },
	[OTP_ERR_CLOCK] = { "clock", N_("the clock cannot be read") },
	[OTP_ERR_CRYPTO] = { "crypto", N_("the cryptographic library failed") },
	[OTP_ERR_OPTION] = { "option", N_("an option is wrong") },
	[OTP_ERR_CONFLICT] = { "conflict", N_("it was changed meanwhile") },
	[OTP_ERR_NOMEM] = { "memory", N_("there is not enough memory") },
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
					 : N_("something unforeseen happened");
}
