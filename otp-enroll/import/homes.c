/* SPDX-License-Identifier: BSD-2-Clause */
/* --users and --all-users: google-authenticator's file in each home. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/import_kind.h"
#include "common/core/import_secret.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/import/source.h"

#define NAMES_MAX (16 * 1024 * 1024) /* bytes of users' names */
#define NSSWITCH  "/etc/nsswitch.conf"

struct names {
	char **at;
	size_t count;
	size_t capacity;
};

static enum otp_exit list_all(struct otp_import *import, struct names *names);
static void find_silent(char *ret_service, size_t size);
static bool enumerates(const char *service);
static enum otp_exit list_named(struct otp_import *import, struct names *names);
static bool add_name(struct names *names, const char *name);
static enum otp_exit read_homes(struct otp_import *import, struct names *names);
static int compare_names(const void *a, const void *b);
static enum otp_exit read_home(
    struct otp_import *import, const char *name, const char *path);
static void free_names(struct names *names);

enum otp_exit
otp_import_find_homes(struct otp_import *import)
{
	struct names names = { NULL, 0, 0 };
	enum otp_exit status = import->tool->args.all_users
	    ? list_all(import, &names)
	    : list_named(import, &names);

	if (status == OTP_EXIT_DONE)
		status = read_homes(import, &names);
	else if (status == OTP_EXIT_FAILED && !import->failed)
		otp_complain(_("There is not enough memory."));
	free_names(&names);
	return status;
}

static enum otp_exit
list_all(struct otp_import *import, struct names *names)
{
	const struct passwd *entry;
	char service[64];
	bool listed = true;

	find_silent(service, sizeof(service));
	if (service[0] != '\0') {
		otp_complain(_("This host has accounts from \"%s\", which may "
			       "not list all of them: give the names with "
			       "--users=-."),
		    otp_escaped(service).text);
		return OTP_EXIT_USAGE;
	}
	setpwent();
	errno = 0;
	while (listed && (entry = getpwent()) != NULL) {
		listed = add_name(names, entry->pw_name);
		errno = 0;
	}
	if (errno != 0 && errno != ENOENT) {
		otp_complain(_("The user database cannot be read: %s."),
		    strerror(errno));
		import->failed = true;
	}
	endpwent();
	return listed && !import->failed ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

/* The first service for accounts that may not list all of them; "" = none. */
static void
find_silent(char *ret_service, size_t size)
{
	char line[1024];
	FILE *file = fopen(NSSWITCH, "re");

	ret_service[0] = '\0';
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *rest = line, *word;

		line[strcspn(line, "#\n")] = '\0';
		word = strsep(&rest, ":");
		word += strspn(word, " \t");
		word[strcspn(word, " \t")] = '\0';
		if (rest == NULL || strcmp(word, "passwd") != 0)
			continue;
		while ((word = strsep(&rest, " \t")) != NULL) {
			if (word[0] == '\0' || word[0] == '[' ||
			    enumerates(word) || ret_service[0] != '\0')
				continue;
			(void)snprintf(ret_service, size, "%s", word);
		}
	}
	if (file != NULL)
		(void)fclose(file);
}

/* Whether getpwent(3) lists all accounts of SERVICE (nsswitch.conf(5)). */
static bool
enumerates(const char *service)
{
	static const char *const local[] = { "files", "compat", "db", "systemd",
		"altfiles", "extrausers" };

	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (strcmp(service, local[i]) == 0)
			return true;
	return false;
}

/*
 * A name a line; blank lines and comments do not count.  A line that cannot be
 * a name is not shown: it may be secret, if the wrong file was given.
 */
static enum otp_exit
list_named(struct otp_import *import, struct names *names)
{
	const char *file = import->tool->args.users;
	const char *called = otp_import_called(file);
	struct otp_input input = { NULL, 0 };
	unsigned number = 0;
	char *rest, *line;
	bool listed = true;

	if (!otp_import_open(import, file, NAMES_MAX, &input))
		return OTP_EXIT_USAGE;
	if (memchr(input.text, '\0', input.size) != NULL)
		otp_import_refuse(
		    import, called, 0, otp_detail_text(OTP_DETAIL_NUL_BYTE));
	rest = input.text + otp_import_kind_mark(input.text, input.size);
	while (listed && (line = strsep(&rest, "\n")) != NULL) {
		const char *name = line;
		size_t length = strlen(line);

		number++;
		(void)otp_import_trim(&name, &length);
		line[(size_t)(name - line) + length] = '\0';
		if (name[0] != '#' && strchr(name, ':') != NULL)
			otp_import_refuse(
			    import, called, number, N_("not a user name"));
		else if (name[0] != '\0' && name[0] != '#')
			listed = add_name(names, name);
	}
	otp_input_free(&input);
	return listed ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

static bool
add_name(struct names *names, const char *name)
{
	if (names->count == names->capacity) {
		size_t capacity = names->capacity * 2 + 16;
		char **at =
		    reallocarray(names->at, capacity, sizeof(names->at[0]));

		if (at == NULL)
			return false;
		names->at = at;
		names->capacity = capacity;
	}
	names->at[names->count] = strdup(name);
	if (names->at[names->count] == NULL)
		return false;
	names->count++;
	return true;
}

/* Read each user's file once, however often the name was given. */
static enum otp_exit
read_homes(struct otp_import *import, struct names *names)
{
	const struct otp_args *args = &import->tool->args;
	const char *path = args->file != NULL ? args->file : OTP_IMPORT_GOOGLE;
	enum otp_exit status = OTP_EXIT_DONE;
	const char *last = NULL;

	if (names->count > 0)
		qsort(names->at, names->count, sizeof(names->at[0]),
		    compare_names);
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->at[i];
		enum otp_exit found;

		if (!otp_import_wants(import, name) ||
		    (last != NULL && strcmp(last, name) == 0))
			continue;
		last = name;
		found = read_home(import, name, path);
		if (found != OTP_EXIT_DONE)
			status = found;
	}
	return status;
}

static int
compare_names(const void *a, const void *b)
{
	char *const *first = a, *const *second = b;

	return strcmp(*first, *second);
}

static enum otp_exit
read_home(struct otp_import *import, const char *name, const char *path)
{
	const size_t refused = import->refused;
	struct otp_subject subject;
	enum otp_exit status = otp_subject_named(import->tool, name, &subject);

	if (status == OTP_EXIT_DONE &&
	    !otp_import_read_home(import, &subject, path) &&
	    import->tool->args.users != NULL)
		otp_say(_("%s has no file %s."), otp_escaped(name).text,
		    otp_escaped(path).text);
	if (status != OTP_EXIT_DONE || import->refused > refused)
		otp_import_say_except(name);
	return status;
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->at[i]);
	free(names->at);
}
