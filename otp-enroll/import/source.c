/* SPDX-License-Identifier: BSD-2-Clause */
/* One source: standard input, a file of root's, or one in a home directory. */
#include "config.h"

#include "otp-enroll/import/source.h"

#include <stdio.h>
#include <string.h>

#include "common/core/import_oath.h"
#include "common/core/uri.h"
#include "common/store/store.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/import/format.h"

#define HOME_MAX 65536		     /* bytes of a file in a home directory */
#define FILE_MAX OTP_IMPORT_OATH_MAX /* bytes of any other */

static bool is_input(const char *file);
static const char *source_file(const struct otp_args *args);
static bool names_its_users(const struct otp_args *args);
static enum otp_exit find_store(
    const struct otp_tool *tool, const struct otp_subject *subject);
static enum otp_exit read_users_file(struct otp_import *import,
    const struct otp_subject *subject, const char *file);
static enum otp_exit read_own_file(struct otp_import *import,
    const struct otp_subject *subject, const char *file);
static enum otp_exit read_text(struct otp_import *import,
    const struct otp_subject *subject, const struct otp_import_source *text);
static enum otp_exit say_no_record(
    const struct otp_args *args, const char *file);
static enum otp_err open_own(const char *file, size_t max,
    struct otp_input *ret_input, struct otp_fault *fault);
static void refuse_file(struct otp_import *import, const char *file,
    enum otp_err err, struct otp_fault *fault);
static void call_file(
    const char *user, const char *path, char *ret_name, size_t size);
static void advise(enum otp_err err);

bool
otp_import_reads_homes(const struct otp_args *args)
{
	return args->users != NULL || args->all_users ||
	    (!names_its_users(args) && !is_input(source_file(args)));
}

enum otp_exit
otp_import_find_source(struct otp_import *import)
{
	const struct otp_args *args = &import->tool->args;
	const char *file = source_file(args);
	struct otp_subject subject;
	enum otp_exit status;

	if (args->user == NULL &&
	    (names_its_users(args) || args->format == OTP_ARGS_FORMAT_DEFAULT))
		return read_own_file(import, NULL, file);
	if (args->format == OTP_ARGS_FORMAT_OATH)
		return read_own_file(import, NULL, file);
	status = otp_subject_find(import->tool, &subject);
	if (status == OTP_EXIT_DONE)
		status = find_store(import->tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	if (is_input(file) || args->format == OTP_ARGS_FORMAT_CSV)
		return read_own_file(import, &subject, file);
	return read_users_file(import, &subject, file);
}

static bool
is_input(const char *file)
{
	return strcmp(file, "-") == 0;
}

static const char *
source_file(const struct otp_args *args)
{
	if (args->file != NULL)
		return args->file;
	return args->format == OTP_ARGS_FORMAT_GOOGLE ? OTP_IMPORT_GOOGLE : "-";
}

/* Such a file is the administrator's. */
static bool
names_its_users(const struct otp_args *args)
{
	return args->format == OTP_ARGS_FORMAT_OATH ||
	    args->format == OTP_ARGS_FORMAT_CSV;
}

/* Before anything is read: the user may have to type it. */
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

/*
 * A relative path is below the home directory.  An absolute one may be root's
 * or the caller's own; if it is not, it is read as the user.
 */
static enum otp_exit
read_users_file(struct otp_import *import, const struct otp_subject *subject,
    const char *file)
{
	struct otp_fault fault = { 0 };
	struct otp_input input = { NULL, 0 };
	enum otp_err err = OTP_ERR_OWNER;

	if (file[0] == '/')
		err = open_own(file, FILE_MAX, &input, &fault);
	if (err == OTP_OK) {
		const struct otp_import_source text = {
			.user = subject->account,
			.file = file,
			.text = input.text,
			.size = input.size,
		};
		enum otp_exit status = read_text(import, subject, &text);

		otp_input_free(&input);
		return status;
	}
	if (file[0] == '/' && subject->uid == OTP_UID_VIRTUAL) {
		refuse_file(import, file, err, &fault);
		advise(err);
		return OTP_EXIT_DONE;
	}
	if (otp_import_read_home(import, subject, file))
		return OTP_EXIT_DONE;
	otp_complain(_("%s has no file %s."),
	    otp_escaped(subject->account).text, otp_escaped(file).text);
	if (file[0] != '/')
		otp_say(_("A relative --file is below the user's home "
			  "directory. Give an absolute path, or use standard "
			  "input: --file=- <FILE."));
	return OTP_EXIT_USAGE;
}

static enum otp_exit
read_own_file(struct otp_import *import, const struct otp_subject *subject,
    const char *file)
{
	struct otp_input input = { NULL, 0 };
	struct otp_import_source text = {
		.user = subject != NULL ? subject->account : NULL,
		.file = otp_import_called(file),
	};
	enum otp_exit status = OTP_EXIT_DONE;

	if (!otp_import_open(import, file, FILE_MAX, &input))
		return OTP_EXIT_DONE;
	text.text = input.text;
	text.size = input.size;
	status = read_text(import, subject, &text);
	otp_input_free(&input);
	return status;
}

static enum otp_exit
read_text(struct otp_import *import, const struct otp_subject *subject,
    const struct otp_import_source *text)
{
	const struct otp_args *args = &import->tool->args;
	struct otp_import_source named = *text;
	struct otp_subject found;
	bool needs_user = false;
	enum otp_exit status;

	otp_import_read(import, &named, &needs_user);
	if (needs_user) {
		status = otp_subject_find(import->tool, &found);
		if (status == OTP_EXIT_DONE)
			status = find_store(import->tool, &found);
		if (status != OTP_EXIT_DONE)
			return status;
		named.user = found.account;
		otp_import_read(import, &named, &needs_user);
	}
	if (subject != NULL && args->format != OTP_ARGS_FORMAT_DEFAULT &&
	    !names_its_users(args))
		return OTP_EXIT_DONE;
	if (import->records_count > 0 || import->refused > 0 ||
	    args->except.count > 0)
		return OTP_EXIT_DONE;
	return say_no_record(args, text->file);
}

static enum otp_exit
say_no_record(const struct otp_args *args, const char *file)
{
	if (args->user != NULL)
		otp_complain(_("There is no record of %s in %s."),
		    otp_escaped(args->user).text, otp_escaped(file).text);
	else
		otp_complain(
		    _("There is no record in %s."), otp_escaped(file).text);
	return OTP_EXIT_USAGE;
}

/* --- Files of root's or the caller's ------------------------------------ */

bool
otp_import_open(struct otp_import *import, const char *file, size_t max,
    struct otp_input *ret_input)
{
	struct otp_fault fault = { 0 };
	enum otp_err err = open_own(file, max, ret_input, &fault);

	if (err == OTP_OK)
		return true;
	if (fault.where[0] == '\0' || is_input(file))
		refuse_file(import, otp_import_called(file), err, &fault);
	else
		refuse_file(import, fault.where, err, &fault);
	advise(err);
	return false;
}

const char *
otp_import_called(const char *file)
{
	return is_input(file) ? _("standard input") : file;
}

static enum otp_err
open_own(const char *file, size_t max, struct otp_input *ret_input,
    struct otp_fault *fault)
{
	return is_input(file) ? otp_input_stdin(max, ret_input, fault)
			      : otp_input_file(file, max, ret_input, fault);
}

static void
refuse_file(struct otp_import *import, const char *file, enum otp_err err,
    struct otp_fault *fault)
{
	/* FILE may be fault->where itself. */
	if (file != fault->where)
		(void)snprintf(fault->where, sizeof(fault->where), "%s", file);
	otp_complain("%s.", otp_report_text(err, fault).text);
	import->refused++;
}

static void
advise(enum otp_err err)
{
	if (err == OTP_ERR_OWNER || err == OTP_ERR_MODE || err == OTP_ERR_LINK)
		otp_say(_("If that is intended, use standard input: --file=- "
			  "<FILE."));
}

/* --- Files of users' ---------------------------------------------------- */

bool
otp_import_read_home(struct otp_import *import,
    const struct otp_subject *subject, const char *path)
{
	char name[OTP_FAULT_WHERE_SIZE];
	struct otp_input input = { NULL, 0 };
	struct otp_fault fault = { 0 };
	struct otp_import_source text = {
		.user = subject->account, .home = true, .file = name
	};
	bool open = false, needs_user;
	enum otp_err err = otp_reader_read(
	    &import->reader, subject, path, HOME_MAX, &input, &open, &fault);

	call_file(subject->account, path, name, sizeof(name));
	if (err == OTP_ERR_ABSENT && fault.detail == OTP_DETAIL_NONE)
		return false;
	if (err != OTP_OK) {
		refuse_file(import, name, err, &fault);
		if (err == OTP_ERR_OWNER || err == OTP_ERR_MODE ||
		    err == OTP_ERR_LINK)
			otp_say(_("The secret in it may be another user's. If "
				  "it is not, correct that first; otherwise "
				  "enroll the user with 'otp-enroll new'."));
		return true;
	}
	if (open)
		otp_import_note(name, 0,
		    N_("other users could read this file; a new secret would "
		       "be safer"));
	text.text = input.text;
	text.size = input.size;
	otp_import_read(import, &text, &needs_user);
	otp_input_free(&input);
	return true;
}

/* The name of a file of USER's in messages. */
static void
call_file(const char *user, const char *path, char *ret_name, size_t size)
{
	if (path[0] == '/')
		(void)snprintf(ret_name, size, "%s", path);
	else
		(void)snprintf(ret_name, size, "~%s/%s", user, path);
}
