/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/import/records.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/fault.h"

enum otp_err
otp_import_begin(struct otp_import *import, const struct otp_tool *tool,
    bool reads_homes, struct otp_fault *fault)
{
	const struct otp_sys *sys = tool->host.sys;
	enum otp_err err;

	memset(import, 0, sizeof(*import));
	import->tool = tool;
	err = sys->time(sys->context, &import->now);
	if (err == OTP_OK && reads_homes)
		err = otp_reader_start(&import->reader, fault);
	return err;
}

void
otp_import_end(struct otp_import *import)
{
	for (size_t i = 0; i < import->records_count; i++) {
		struct otp_import_record *record = import->records[i];

		free(record->user);
		otp_wipe(record, sizeof(*record));
		free(record);
	}
	otp_reader_stop(&import->reader);
	free(import->records);
	free(import->users);
	memset(import, 0, sizeof(*import));
}

/*
 * The account's own name for NAME, since some servers take several spellings.
 */
static void
find_account(const char *name, char ret_account[OTP_ACCOUNT_SIZE])
{
	const struct passwd *entry = getpwnam(name);

	(void)snprintf(ret_account, OTP_ACCOUNT_SIZE, "%s",
	    entry != NULL ? entry->pw_name : name);
}

/* Whether NAME means USER, whose account is ACCOUNT. */
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
otp_import_wants(const struct otp_import *import, const char *user)
{
	const struct otp_args *args = &import->tool->args;
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
otp_import_note(const char *file, unsigned line, const char *what)
{
	if (line == 0)
		otp_say("%s: %s.", otp_escaped(file).text, _(what));
	else
		otp_say("%s:%u: %s.", otp_escaped(file).text, line, _(what));
}

void
otp_import_note_fault(
    const char *file, unsigned line, const struct otp_fault *fault)
{
	const struct otp_fault_text clause =
	    otp_fault_clause(OTP_ERR_PARSE, fault);

	if (line == 0)
		otp_say("%s: %s.", otp_escaped(file).text, clause.text);
	else
		otp_say(
		    "%s:%u: %s.", otp_escaped(file).text, line, clause.text);
}

void
otp_import_refuse_fault(struct otp_import *import, const char *file,
    unsigned line, const struct otp_fault *fault)
{
	import->refused++;
	otp_import_note_fault(file, line, fault);
}

void
otp_import_refuse(struct otp_import *import, const char *file, unsigned line,
    const char *what)
{
	import->refused++;
	otp_import_note(file, line, what);
}

void
otp_import_fail(struct otp_import *import)
{
	if (!import->failed)
		otp_complain(_("There is not enough memory."));
	import->failed = true;
}

static bool
make_room(struct otp_import *import)
{
	size_t capacity = import->records_capacity * 2 + 16;
	struct otp_import_record **records;

	if (import->records_count < import->records_capacity)
		return true;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	records = reallocarray(import->records, capacity, sizeof(records[0]));
	if (records == NULL)
		return false;
	import->records = records;
	import->records_capacity = capacity;
	return true;
}

void
otp_import_keep(struct otp_import *import, const char *user,
    const struct otp_token *token, bool known, uint64_t value)
{
	struct otp_import_record *record = malloc(sizeof(*record));
	char *name = strdup(user);

	if (record == NULL || name == NULL || !make_room(import)) {
		free(record);
		free(name);
		otp_import_fail(import);
		return;
	}
	*record = (struct otp_import_record){
		.user = name,
		.order = import->records_count,
		.known = known,
		.value = value,
		.token = *token,
	};
	import->records[import->records_count++] = record;
}

/* --- Users -------------------------------------------------------------- */

static int
compare_records(const void *a, const void *b)
{
	const struct otp_import_record *const *first = a, *const *second = b;
	int order = strcmp((*first)->user, (*second)->user);

	if (order != 0)
		return order;
	return (*first)->order < (*second)->order ? -1 : 1;
}

static int
compare_users(const void *a, const void *b)
{
	const struct otp_import_user *first = a, *second = b;

	return strcmp(first->subject.account, second->subject.account);
}

/* Whether two of the user's tokens have the same secret. */
static bool
is_twice(const struct otp_import *import, const struct otp_import_user *user)
{
	for (size_t i = 0; i < user->count; i++) {
		const struct otp_token *a =
		    &import->records[user->first + i]->token;

		for (size_t j = 0; j < i; j++) {
			const struct otp_token *b =
			    &import->records[user->first + j]->token;

			if (otp_token_same_secret(a, b))
				return true;
		}
	}
	return false;
}

static enum otp_exit
check_user(const struct otp_import *import, struct otp_import_user *user)
{
	const char *name = import->records[user->first]->user;

	if (user->count > OTP_SEED_TOKENS)
		otp_complain(_("%s has more than %d tokens."),
		    otp_escaped(name).text, OTP_SEED_TOKENS);
	else if (is_twice(import, user))
		otp_complain(_("%s has two tokens with the same secret."),
		    otp_escaped(name).text);
	else
		return otp_subject_named(import->tool, name, &user->subject);
	return OTP_EXIT_USAGE;
}

void
otp_import_say_except(const char *user)
{
	otp_say(_("To leave %s out, add --except=%s."), otp_escaped(user).text,
	    otp_escaped(user).text);
}

/* Whether two names are one account, such as another spelling. */
static enum otp_exit
check_accounts(const struct otp_import *import)
{
	for (size_t i = 1; i < import->users_count; i++) {
		const struct otp_import_user *user = &import->users[i];

		if (compare_users(user - 1, user) != 0)
			continue;
		otp_complain(_("%s appears under two names."),
		    otp_escaped(user->subject.account).text);
		return OTP_EXIT_USAGE;
	}
	return OTP_EXIT_DONE;
}

enum otp_exit
otp_import_group(struct otp_import *import)
{
	enum otp_exit status = OTP_EXIT_DONE;
	size_t next;

	if (import->records_count == 0)
		return OTP_EXIT_DONE;
	qsort(import->records, import->records_count,
	    /* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers too */
	    sizeof(import->records[0]), compare_records);
	import->users = calloc(import->records_count, sizeof(import->users[0]));
	if (import->users == NULL) {
		otp_import_fail(import);
		return OTP_EXIT_FAILED;
	}
	for (size_t at = 0; at < import->records_count; at = next) {
		struct otp_import_user *user =
		    &import->users[import->users_count++];
		enum otp_exit checked;

		next = at + 1;
		while (next < import->records_count &&
		    strcmp(import->records[next]->user,
			import->records[at]->user) == 0)
			next++;
		user->first = at;
		user->count = next - at;
		checked = check_user(import, user);
		if (checked != OTP_EXIT_DONE && import->tool->args.user == NULL)
			otp_import_say_except(import->records[at]->user);
		/* Wrong input weighs more than an unknown user. */
		if (checked != OTP_EXIT_DONE && status != OTP_EXIT_USAGE)
			status = checked;
	}
	if (status != OTP_EXIT_DONE)
		return status;
	qsort(import->users, import->users_count, sizeof(import->users[0]),
	    compare_users);
	return check_accounts(import);
}

void
otp_import_of(const struct otp_import *import,
    const struct otp_import_user *user, struct otp_imported *ret_import)
{
	memset(ret_import, 0, sizeof(*ret_import));
	for (size_t i = 0; i < user->count && i < OTP_SEED_TOKENS; i++) {
		const struct otp_import_record *record =
		    import->records[user->first + i];

		ret_import->tokens[i] = record->token;
		ret_import->known[i] = record->known;
		ret_import->values[i] = record->value;
		ret_import->count++;
	}
}
