/* SPDX-License-Identifier: BSD-2-Clause */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "intake.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "subject.h"

enum otp_err
otp_intake_begin(struct otp_intake *intake, const struct otp_tool *tool)
{
	const struct otp_sys *sys = tool->host.sys;

	memset(intake, 0, sizeof(*intake));
	intake->tool = tool;
	return sys->time(sys->context, &intake->now);
}

void
otp_intake_end(struct otp_intake *intake)
{
	for (size_t i = 0; i < intake->records_count; i++) {
		struct otp_intake_record *record = intake->records[i];

		free(record->user);
		otp_wipe(record, sizeof(*record));
		free(record);
	}
	free(intake->records);
	free(intake->users);
	memset(intake, 0, sizeof(*intake));
}

/* NAME as the host has it: one account may be written in several ways. */
static void
find_account(const char *name, char ret_account[OTP_ACCOUNT_SIZE])
{
	const struct passwd *entry = getpwnam(name);

	(void)snprintf(ret_account, OTP_ACCOUNT_SIZE, "%s",
	    entry != NULL ? entry->pw_name : name);
}

/* Whether USER, whose account that is, is called NAME. */
static bool
is_called(const char *user, const char *account, const char *name)
{
	char other[OTP_ACCOUNT_SIZE];

	if (strcmp(user, name) == 0)
		return true;
	find_account(name, other);
	return strcmp(account, other) == 0;
}

bool
otp_intake_wants(const struct otp_intake *intake, const char *user)
{
	const struct otp_args *args = &intake->tool->args;
	char account[OTP_ACCOUNT_SIZE];

	if (args->except.count == 0 && args->user == NULL)
		return true;
	find_account(user, account);
	for (unsigned i = 0; i < args->except.count; i++)
		if (is_called(user, account, args->except.at[i]))
			return false;
	return args->user == NULL || is_called(user, account, args->user);
}

/* FILE:LINE: what. */
void
otp_intake_note(const char *file, unsigned line, const char *what)
{
	const struct otp_reported text = otp_report_what(what);

	if (line == 0)
		otp_say("%s: %s.", otp_escaped(file).text, text.text);
	else
		otp_say("%s:%u: %s.", otp_escaped(file).text, line, text.text);
}

void
otp_intake_refuse(struct otp_intake *intake, const char *file, unsigned line,
    const char *what)
{
	intake->refused++;
	otp_intake_note(file, line, what);
}

static void
fail(struct otp_intake *intake)
{
	if (!intake->failed)
		otp_complain(_("There is not enough memory."));
	intake->failed = true;
}

static bool
make_room(struct otp_intake *intake)
{
	size_t capacity = intake->records_capacity * 2 + 16;
	struct otp_intake_record **records;

	if (intake->records_count < intake->records_capacity)
		return true;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	records = reallocarray(intake->records, capacity, sizeof(records[0]));
	if (records == NULL)
		return false;
	intake->records = records;
	intake->records_capacity = capacity;
	return true;
}

void
otp_intake_keep(struct otp_intake *intake, const char *user,
    const struct otp_token *token, bool known, uint64_t value)
{
	struct otp_intake_record *record = malloc(sizeof(*record));
	char *name = strdup(user);

	if (record == NULL || name == NULL || !make_room(intake)) {
		free(record);
		free(name);
		fail(intake);
		return;
	}
	*record = (struct otp_intake_record){
		.user = name,
		.order = intake->records_count,
		.known = known,
		.value = value,
		.token = *token,
	};
	intake->records[intake->records_count++] = record;
}

/* --- Whose they are ----------------------------------------------------- */

static int
compare_records(const void *a, const void *b)
{
	const struct otp_intake_record *const *first = a, *const *second = b;
	int order = strcmp((*first)->user, (*second)->user);

	if (order != 0)
		return order;
	return (*first)->order < (*second)->order ? -1 : 1;
}

static int
compare_users(const void *a, const void *b)
{
	const struct otp_intake_user *first = a, *second = b;

	return strcmp(first->subject.account, second->subject.account);
}

/* Whether two of the user's tokens have one secret, so are one. */
static bool
is_twice(const struct otp_intake *intake, const struct otp_intake_user *user)
{
	for (size_t i = 0; i < user->count; i++) {
		const struct otp_token *a =
		    &intake->records[user->first + i]->token;

		for (size_t j = 0; j < i; j++) {
			const struct otp_token *b =
			    &intake->records[user->first + j]->token;

			if (a->kind == b->kind &&
			    a->secret_size == b->secret_size &&
			    otp_equal(a->secret, b->secret, a->secret_size))
				return true;
		}
	}
	return false;
}

static enum otp_exit
check_user(const struct otp_intake *intake, struct otp_intake_user *user)
{
	const char *name = intake->records[user->first]->user;

	if (user->count > OTP_SEED_TOKENS)
		otp_complain(_("%s has more than %d tokens."),
		    otp_escaped(name).text, OTP_SEED_TOKENS);
	else if (is_twice(intake, user))
		otp_complain(_("%s has two tokens of one secret."),
		    otp_escaped(name).text);
	else
		return otp_subject_named(intake->tool, name, &user->subject);
	return OTP_EXIT_USAGE;
}

/* Two names of one account, such as another spelling. */
static enum otp_exit
check_accounts(const struct otp_intake *intake)
{
	for (size_t i = 1; i < intake->users_count; i++) {
		const struct otp_intake_user *user = &intake->users[i];

		if (compare_users(user - 1, user) != 0)
			continue;
		otp_complain(_("%s is named in two ways."),
		    otp_escaped(user->subject.account).text);
		return OTP_EXIT_USAGE;
	}
	return OTP_EXIT_DONE;
}

enum otp_exit
otp_intake_group(struct otp_intake *intake)
{
	enum otp_exit status = OTP_EXIT_DONE;
	size_t next;

	if (intake->records_count == 0)
		return OTP_EXIT_DONE;
	qsort(intake->records, intake->records_count,
	    /* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers too */
	    sizeof(intake->records[0]), compare_records);
	intake->users = calloc(intake->records_count, sizeof(intake->users[0]));
	if (intake->users == NULL) {
		fail(intake);
		return OTP_EXIT_FAILED;
	}
	for (size_t at = 0; at < intake->records_count; at = next) {
		struct otp_intake_user *user =
		    &intake->users[intake->users_count++];
		enum otp_exit checked;

		for (next = at; next < intake->records_count &&
		     strcmp(intake->records[next]->user,
			 intake->records[at]->user) == 0;)
			next++;
		user->first = at;
		user->count = next - at;
		checked = check_user(intake, user);
		/* Wrong input weighs more than who is unknown. */
		if (checked != OTP_EXIT_DONE && status != OTP_EXIT_USAGE)
			status = checked;
	}
	if (status != OTP_EXIT_DONE)
		return status;
	qsort(intake->users, intake->users_count, sizeof(intake->users[0]),
	    compare_users);
	return check_accounts(intake);
}

void
otp_intake_of(const struct otp_intake *intake,
    const struct otp_intake_user *user, struct otp_import *ret_import)
{
	memset(ret_import, 0, sizeof(*ret_import));
	for (size_t i = 0; i < user->count && i < OTP_SEED_TOKENS; i++) {
		const struct otp_intake_record *record =
		    intake->records[user->first + i];

		ret_import->tokens[i] = record->token;
		ret_import->known[i] = record->known;
		ret_import->values[i] = record->value;
		ret_import->count++;
	}
}
