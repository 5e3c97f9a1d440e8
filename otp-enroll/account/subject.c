/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/subject.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/import_secret.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"

static enum otp_exit
subject_set(const char *name, uint32_t uid, struct otp_subject *ret_subject)
{
	struct otp_subject subject = { .uid = uid };
	size_t length = strlen(name);

	if (length == 0 || length >= sizeof(subject.account)) {
		otp_complain(
		    _("A user name cannot be %zu bytes long."), length);
		return OTP_EXIT_FAILED;
	}
	memcpy(subject.account, name, length + 1);
	*ret_subject = subject;
	return OTP_EXIT_DONE;
}

static enum otp_exit
database_failed(int errnum)
{
	otp_complain(
	    _("The user database cannot be read: %s."), strerror(errnum));
	return OTP_EXIT_FAILED;
}

bool
otp_subject_is_nobody(int errnum)
{
	return errnum == 0 || errnum == ENOENT || errnum == ESRCH;
}

/* The entry of NAME, or NULL where no user has that name. */
static enum otp_exit
look_up(const char *name, const struct passwd **ret_entry)
{
	const struct passwd *entry;

	if (name[0] == '\0') {
		otp_complain(_("A user name cannot be empty."));
		return OTP_EXIT_USAGE;
	}
	errno = 0;
	entry = getpwnam(name);
	if (entry == NULL && !otp_subject_is_nobody(errno))
		return database_failed(errno);
	*ret_entry = entry;
	return OTP_EXIT_DONE;
}

enum otp_exit
otp_subject_named(const struct otp_tool *tool, const char *name,
    struct otp_subject *ret_subject)
{
	const struct passwd *entry = NULL;
	enum otp_exit status = look_up(name, &entry);

	if (status != OTP_EXIT_DONE)
		return status;
	if (entry != NULL && (uint32_t)entry->pw_uid != OTP_UID_VIRTUAL)
		return subject_set(entry->pw_name, entry->pw_uid, ret_subject);
	if (entry == NULL && tool->options.virtual_users) {
		if (otp_import_name_is_plain(name))
			return subject_set(name, OTP_UID_VIRTUAL, ret_subject);
		otp_complain(
		    _("The user name \"%s\" contains a blank at an end "
		      "or an invisible character."),
		    otp_escaped(name).text);
		return OTP_EXIT_USAGE;
	}
	otp_complain(_("There is no user \"%s\" on this host. Check the "
		       "spelling: 'getent passwd'."),
	    otp_escaped(name).text);
	return OTP_EXIT_FAILED;
}

enum otp_exit
otp_subject_former(const char *name)
{
	const struct passwd *entry = NULL;
	enum otp_exit status = look_up(name, &entry);

	if (status != OTP_EXIT_DONE)
		return status;
	if (entry == NULL)
		return OTP_EXIT_DONE;
	otp_complain(_("\"%s\" is a user on this host, not a former name. "
		       "Nothing changed."),
	    otp_escaped(name).text);
	return OTP_EXIT_FAILED;
}

/* Root has to name the user: root itself is hardly ever meant. */
static enum otp_exit
ask_for_whom(const struct otp_tool *tool)
{
	const char *sudo_user = getenv("SUDO_USER");

	otp_complain(_("Which user? Run: otp-enroll %s %s"), tool->args.command,
	    sudo_user != NULL && sudo_user[0] != '\0'
		? otp_escaped(sudo_user).text
		: "USER");
	return OTP_EXIT_USAGE;
}

enum otp_exit
otp_subject_find(const struct otp_tool *tool, struct otp_subject *ret_subject)
{
	const struct passwd *entry;

	if (tool->args.user != NULL)
		return otp_subject_named(tool, tool->args.user, ret_subject);
	if (getuid() == 0 || geteuid() == 0)
		return ask_for_whom(tool);
	errno = 0;
	entry = getpwuid(getuid());
	if (entry == NULL && !otp_subject_is_nobody(errno))
		return database_failed(errno);
	if (entry != NULL)
		return subject_set(entry->pw_name, entry->pw_uid, ret_subject);
	otp_complain(_("No user on this host has your uid, %lu."),
	    (unsigned long)getuid());
	return OTP_EXIT_FAILED;
}
