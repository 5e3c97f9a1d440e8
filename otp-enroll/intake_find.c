/* SPDX-License-Identifier: BSD-2-Clause */
/* Where what is to be imported is found: files, standard input, homes. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/import_google.h"
#include "common/core/import_oath.h"
#include "common/effects/store.h"
#include "intake.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "subject.h"

#define URI_MAX	       65536		  /* bytes of one user's URIs */
#define NAMES_MAX      (16 * 1024 * 1024) /* bytes of users' names */
#define NSSWITCH       "/etc/nsswitch.conf"
#define GOOGLE_FILE    ".google_authenticator"
#define STANDARD_INPUT _("standard input")

struct names {
	char **at;
	size_t count;
	size_t capacity;
};

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->at[i]);
	free(names->at);
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

static bool
is_input(const char *file)
{
	return strcmp(file, "-") == 0;
}

static void
refuse_source(struct otp_intake *intake, const char *file, enum otp_err err,
    struct otp_fault *fault)
{
	/* It may be there already, and must not be written onto itself. */
	if (file != fault->where)
		(void)snprintf(fault->where, sizeof(fault->where), "%s", file);
	otp_complain("%s.", otp_report_text(err, fault).text);
	intake->refused++;
}

/* Standard input, or a file of our own. */
static bool
open_own(struct otp_intake *intake, const char *file, size_t max,
    struct otp_source *ret_source)
{
	struct otp_fault fault = { 0 };
	enum otp_err err = is_input(file)
	    ? otp_source_stdin(max, ret_source, &fault)
	    : otp_source_file(file, max, ret_source, &fault);

	if (err == OTP_OK)
		return true;
	if (fault.where[0] == '\0' || is_input(file))
		refuse_source(intake, is_input(file) ? STANDARD_INPUT : file,
		    err, &fault);
	else
		refuse_source(intake, fault.where, err, &fault);
	if (err == OTP_ERR_OWNER || err == OTP_ERR_MODE || err == OTP_ERR_LINK)
		otp_say(_("If that is meant so, give it by standard input: "
			  "--file=- <FILE."));
	return false;
}

/* What messages call a file of USER's. */
static void
call_file(const char *user, const char *path, char *ret_name, size_t size)
{
	if (path[0] == '/')
		(void)snprintf(ret_name, size, "%s", path);
	else
		(void)snprintf(ret_name, size, "~%s/%s", user, path);
}

static void
take(struct otp_intake *intake, const char *user, const char *file,
    const struct otp_source *source)
{
	if (intake->tool->args.format == OTP_ARGS_FORMAT_GOOGLE)
		otp_intake_google(intake, user, file, source);
	else
		otp_intake_uri(intake, user, file, source);
}

/* A file below SUBJECT's home, or one that he can read; is it there? */
static bool
take_file(struct otp_intake *intake, const struct otp_subject *subject,
    const char *path)
{
	char name[OTP_FAULT_WHERE_SIZE];
	struct otp_source source = { NULL, 0 };
	struct otp_fault fault = { 0 };
	bool open = false;
	enum otp_err err =
	    otp_source_user(subject, path, URI_MAX, &source, &open, &fault);

	call_file(subject->account, path, name, sizeof(name));
	if (err == OTP_ERR_ABSENT && fault.what[0] == '\0')
		return false;
	if (err != OTP_OK) {
		refuse_source(intake, name, err, &fault);
		return true;
	}
	if (open)
		otp_intake_note(name, 0,
		    N_("others could read it; better make a new secret"));
	take(intake, subject->account, name, &source);
	otp_source_free(&source);
	return true;
}

/* --- One user ----------------------------------------------------------- */

/* Before anything is read, which somebody would have to type. */
static enum otp_exit
find_store(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_store *store = NULL;
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_store_open(tool->host.store, subject->account, &store, &fault);

	otp_store_close(store);
	return err == OTP_OK ? OTP_EXIT_DONE
			     : otp_report(tool, subject->account, err, &fault);
}

enum otp_exit
otp_intake_find_one(struct otp_intake *intake)
{
	const struct otp_args *args = &intake->tool->args;
	const char *file = args->file;
	struct otp_source source = { NULL, 0 };
	struct otp_subject subject;
	enum otp_exit status = otp_subject_find(intake->tool, &subject);

	if (status == OTP_EXIT_DONE)
		status = find_store(intake->tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	if (file == NULL)
		file =
		    args->format == OTP_ARGS_FORMAT_GOOGLE ? GOOGLE_FILE : "-";
	if (!is_input(file)) {
		if (take_file(intake, &subject, file))
			return OTP_EXIT_DONE;
		otp_complain(_("%s has no file %s."),
		    otp_escaped(subject.account).text, otp_escaped(file).text);
		return OTP_EXIT_USAGE;
	}
	if (open_own(intake, file, URI_MAX, &source))
		take(intake, subject.account, STANDARD_INPUT, &source);
	otp_source_free(&source);
	return OTP_EXIT_DONE;
}

/* --- Many users --------------------------------------------------------- */

/* A service of nsswitch.conf(5) that can tell of everybody it knows. */
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
 * The first service for accounts that may know more of them than it tells;
 * "" if there is none.
 */
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

static enum otp_exit
list_all(struct otp_intake *intake, struct names *names)
{
	const struct passwd *entry;
	char service[64];
	bool listed = true;

	find_silent(service, sizeof(service));
	if (service[0] != '\0') {
		otp_complain(_("This host has accounts from \"%s\", which need "
			       "not tell of all it knows: give the names with "
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
		intake->failed = true;
	}
	endpwent();
	return listed && !intake->failed ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

/*
 * A name a line; blank lines and comments are none.  What can be no name is
 * not shown: it may be a line of a file that was not meant, and secret.
 */
static enum otp_exit
list_named(struct otp_intake *intake, struct names *names)
{
	const char *file = intake->tool->args.users;
	const char *called = is_input(file) ? STANDARD_INPUT : file;
	unsigned number = 0;
	struct otp_source source = { NULL, 0 };
	char *rest, *line;
	bool listed = true;

	if (!open_own(intake, file, NAMES_MAX, &source))
		return OTP_EXIT_USAGE;
	if (memchr(source.text, '\0', source.size) != NULL)
		otp_intake_refuse(intake, called, 0, N_("has a NUL byte"));
	rest = source.text;
	while (listed && (line = strsep(&rest, "\n")) != NULL) {
		number++;
		line[strcspn(line, "\r")] = '\0';
		if (line[0] != '#' && strchr(line, ':') != NULL)
			otp_intake_refuse(
			    intake, called, number, N_("is no user's name"));
		else if (line[strspn(line, " \t")] != '\0' && line[0] != '#')
			listed = add_name(names, line);
	}
	otp_source_free(&source);
	return listed ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

static int
compare_names(const void *a, const void *b)
{
	char *const *first = a, *const *second = b;

	return strcmp(*first, *second);
}

/* Each name once, however often it was given. */
static enum otp_exit
take_names(struct otp_intake *intake, struct names *names)
{
	const struct otp_args *args = &intake->tool->args;
	const char *path = args->file != NULL ? args->file : GOOGLE_FILE;
	enum otp_exit status = OTP_EXIT_DONE;
	const char *last = NULL;

	if (names->count > 0)
		qsort(names->at, names->count, sizeof(names->at[0]),
		    compare_names);
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->at[i];
		const size_t refused = intake->refused;
		struct otp_subject subject;
		enum otp_exit found;

		if (!otp_intake_wants(intake, name) ||
		    (last != NULL && strcmp(last, name) == 0))
			continue;
		last = name;
		found = otp_subject_named(intake->tool, name, &subject);
		if (found != OTP_EXIT_DONE)
			status = found;
		else if (!take_file(intake, &subject, path) &&
		    args->users != NULL)
			otp_say(_("%s has no file %s."), otp_escaped(name).text,
			    otp_escaped(path).text);
		if (intake->refused > refused)
			otp_say(_("To leave %s out, add --except=%s."),
			    otp_escaped(name).text, otp_escaped(name).text);
	}
	return status;
}

enum otp_exit
otp_intake_find_many(struct otp_intake *intake)
{
	struct names names = { NULL, 0, 0 };
	enum otp_exit status = intake->tool->args.all_users
	    ? list_all(intake, &names)
	    : list_named(intake, &names);

	if (status == OTP_EXIT_DONE)
		status = take_names(intake, &names);
	else if (status == OTP_EXIT_FAILED && !intake->failed)
		otp_complain(_("There is not enough memory."));
	free_names(&names);
	return status;
}

static void
say_no_record(const char *called, const char *user)
{
	if (user != NULL)
		otp_complain(_("There is no record of %s in %s."),
		    otp_escaped(user).text, otp_escaped(called).text);
	else
		otp_complain(
		    _("There is no record in %s."), otp_escaped(called).text);
}

enum otp_exit
otp_intake_find_oath(struct otp_intake *intake)
{
	const struct otp_args *args = &intake->tool->args;
	const char *file = args->file;
	struct otp_source source = { NULL, 0 };

	if (file == NULL)
		file = "-";
	if (open_own(intake, file, OTP_IMPORT_OATH_MAX, &source))
		otp_intake_oath(
		    intake, is_input(file) ? STANDARD_INPUT : file, &source);
	otp_source_free(&source);
	if (intake->records_count > 0 || intake->refused > 0 ||
	    args->except.count > 0)
		return OTP_EXIT_DONE;
	say_no_record(is_input(file) ? STANDARD_INPUT : file, args->user);
	return OTP_EXIT_USAGE;
}
