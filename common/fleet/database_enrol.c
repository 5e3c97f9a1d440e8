/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/fleet/database_enrol.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "common/fleet/database_internal.h"
#include "common/fleet/rollback.h"

#define PAGE 200 /* accounts that are asked for at once */

/*
 * A page's accounts: a name is in hexadecimal digits, so nothing is in its way.
 */
struct page {
	char *text; /* "61,6162" or "1000:61,1001:6162" */
	size_t size;
	int64_t count;
};

static enum otp_err change(struct otp_database *, const char *statement,
    const struct otp_parameters *, int columns, PGresult **,
    struct otp_fault *);
static void note(const struct otp_database *, const struct otp_database_row *);
static bool get_text(
    const PGresult *, int column, char text[OTP_DATABASE_NAME_SIZE]);
static enum otp_err ask_page(struct otp_database *, const char *statement,
    const struct otp_parameters *, struct page *, struct otp_fault *);
static bool next_name(
    char **at, bool has_uid, uint32_t *, char name[OTP_DATABASE_NAME_SIZE]);

/* --- Changes ------------------------------------------------------------- */

enum otp_err
otp_database_create(struct otp_database *database, struct otp_database_row *row,
    struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	otp_parameters_add_text(&parameters, database->connection.place.realm);
	otp_parameters_add_text(&parameters, row->account);
	otp_parameters_add_text(&parameters, row->attempt);
	otp_parameters_add_number(&parameters, row->fleet_epoch);
	otp_parameters_add_bytes(&parameters, row->state, row->state_size);
	err = change(database,
	    "SELECT * FROM otp.create_state($1, $2, $3, $4, $5)", &parameters,
	    4, &result, fault);
	if (err == OTP_OK &&
	    (!otp_result_number(result, 1, 8, &row->generation) ||
		!otp_result_number(result, 2, 8, &row->charge) ||
		!otp_result_number(result, 3, 8, &row->serial)))
		err = OTP_ERR_WRITE;
	PQclear(result);
	if (err != OTP_OK)
		return err;
	row->has_account = row->has_state = true;
	row->epoch = row->fleet_epoch;
	note(database, row);
	return OTP_OK;
}

enum otp_err
otp_database_put_seed(struct otp_database *database,
    struct otp_database_row *row, const char *seed, size_t size,
    struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	char text[OTP_SEED_SIZE_MAX + 1];
	PGresult *result = NULL;
	enum otp_err err;

	if (size > OTP_SEED_SIZE_MAX)
		return OTP_ERR_PARSE;
	if (seed != NULL)
		memcpy(text, seed, size);
	text[size] = '\0';
	otp_database_name_row(database, row, &parameters);
	otp_parameters_add_text(&parameters, seed == NULL ? NULL : text);
	err = change(database,
	    "SELECT * FROM otp.put_seed($1, $2, $3, $4, $5, $6, $7, $8)",
	    &parameters, 3, &result, fault);
	if (err == OTP_OK &&
	    (!otp_result_number(result, 1, 8, &row->generation) ||
		!otp_result_number(result, 2, 8, &row->serial)))
		err = OTP_ERR_WRITE;
	PQclear(result);
	otp_wipe(text, sizeof(text));
	if (err != OTP_OK)
		return err;
	otp_wipe(row->seed, sizeof(row->seed));
	row->has_seed = seed != NULL;
	row->seed_size = size;
	if (seed != NULL)
		memcpy(row->seed, seed, size);
	note(database, row);
	return OTP_OK;
}

enum otp_err
otp_database_put_uid(struct otp_database *database,
    struct otp_database_row *row, bool has, uint32_t uid,
    char other[OTP_DATABASE_NAME_SIZE], struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	otp_database_name_row(database, row, &parameters);
	if (has)
		otp_parameters_add_number(&parameters, uid);
	else
		otp_parameters_add_text(&parameters, NULL);
	err = change(database,
	    "SELECT * FROM otp.put_uid($1, $2, $3, $4, $5, $6, $7, $8)",
	    &parameters, 2, &result, fault);
	if (err == OTP_ERR_WRITE && result != NULL &&
	    otp_result_is(result, 0, "uid") && get_text(result, 1, other)) {
		database->doubtful = false;
		err = OTP_ERR_UID;
	}
	PQclear(result);
	if (err != OTP_OK)
		return err;
	row->has_uid = has;
	row->uid = uid;
	return OTP_OK;
}

enum otp_err
otp_database_move_seed(struct otp_database *database,
    struct otp_database_row *from, struct otp_database_row *to,
    struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	otp_parameters_add_text(&parameters, database->connection.place.realm);
	otp_parameters_add_text(&parameters, to->attempt);
	otp_parameters_add_number(&parameters, to->fleet_epoch);
	otp_parameters_add_text(&parameters, from->account);
	otp_parameters_add_number(&parameters, from->generation);
	otp_parameters_add_number(&parameters, from->charge);
	otp_parameters_add_number(&parameters, from->serial);
	otp_parameters_add_text(&parameters, to->account);
	otp_parameters_add_number(&parameters, to->generation);
	otp_parameters_add_number(&parameters, to->charge);
	otp_parameters_add_number(&parameters, to->serial);
	err = change(database,
	    "SELECT otp.move_seed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
	    " $11)",
	    &parameters, 1, &result, fault);
	PQclear(result);
	if (err != OTP_OK)
		return err;
	memcpy(to->seed, from->seed, sizeof(to->seed));
	to->seed_size = from->seed_size;
	to->has_seed = true;
	if (!to->has_uid) {
		to->has_uid = from->has_uid;
		to->uid = from->uid;
	}
	to->serial++;
	to->generation++;
	otp_wipe(from->seed, sizeof(from->seed));
	from->has_seed = from->has_uid = false;
	from->serial++;
	from->generation++;
	note(database, from);
	note(database, to);
	return OTP_OK;
}

enum otp_err
otp_database_purge(struct otp_database *database, struct otp_database_row *row,
    struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	otp_database_name_row(database, row, &parameters);
	err = change(database, "SELECT otp.purge($1, $2, $3, $4, $5, $6, $7)",
	    &parameters, 1, &result, fault);
	PQclear(result);
	if (err != OTP_OK)
		return err;
	otp_wipe(row->seed, sizeof(row->seed));
	row->has_seed = row->has_state = row->has_uid = false;
	row->generation++;
	row->serial++;
	note(database, row);
	return OTP_OK;
}

/* A dump of before this is noticed (rollback.h). */
static void
note(const struct otp_database *database, const struct otp_database_row *row)
{
	otp_rollback_note(&database->connection, row, row->account);
}

/*
 * A change that was not heard of, or with a warning, may be done: it is not
 * asked for again, since no login depends on it.
 */
static enum otp_err
change(struct otp_database *database, const char *statement,
    const struct otp_parameters *parameters, int columns, PGresult **ret_result,
    struct otp_fault *fault)
{
	enum otp_err err = otp_connection_ask(&database->connection, statement,
	    parameters, columns, ret_result, fault);

	database->doubtful = true;
	if (err != OTP_OK || database->connection.warned)
		return OTP_ERR_WRITE;
	err = otp_database_outcome(*ret_result);
	database->doubtful = err == OTP_ERR_WRITE;
	return err;
}

/* False if it is NULL or too long. */
static bool
get_text(const PGresult *result, int column, char text[OTP_DATABASE_NAME_SIZE])
{
	size_t size = 0;
	bool has = false;

	if (!otp_result_bytes(result, column, text, OTP_DATABASE_NAME_SIZE - 1,
		&size, &has) ||
	    !has)
		return false;
	text[size] = '\0';
	return true;
}

/* --- Looking ------------------------------------------------------------- */

enum otp_err
otp_database_uid_name(struct otp_database *database, uint32_t uid,
    char ret_name[OTP_DATABASE_NAME_SIZE], struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	otp_parameters_add_text(&parameters, database->connection.place.realm);
	otp_parameters_add_number(&parameters, uid);
	err = otp_connection_ask(&database->connection,
	    "SELECT otp.uid_name($1, $2)", &parameters, 1, &result, fault);
	ret_name[0] = '\0';
	if (err == OTP_OK && PQgetisnull(result, 0, 0) == 0 &&
	    !get_text(result, 0, ret_name))
		err = OTP_ERR_READ;
	PQclear(result);
	return err;
}

enum otp_err
otp_database_each(struct otp_database *database, unsigned ms,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault)
{
	char name[OTP_DATABASE_NAME_SIZE] = "";
	enum otp_err err = OTP_OK;

	for (bool more = true; err == OTP_OK && more;) {
		struct otp_parameters parameters = { 0 };
		struct page page = { 0 };
		char *at;

		otp_parameters_add_text(
		    &parameters, database->connection.place.realm);
		otp_parameters_add_text(&parameters, name);
		otp_parameters_add_number(&parameters, PAGE);
		otp_connection_begin(&database->connection, ms);
		err = ask_page(database,
		    "SELECT count(*), coalesce(string_agg(encode(convert_to(n,"
		    " 'UTF8'), 'hex'), ',' ORDER BY n COLLATE \"C\"), '')"
		    " FROM otp.names($1, $2, $3) n",
		    &parameters, &page, fault);
		at = page.text;
		while (err == OTP_OK && next_name(&at, false, NULL, name))
			err = visit(context, name);
		if (err == OTP_OK && *at != '\0')
			err = OTP_ERR_READ;
		more = page.count == PAGE;
		free(page.text);
	}
	return err;
}

enum otp_err
otp_database_each_uid(struct otp_database *database, unsigned ms,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault)
{
	char name[OTP_DATABASE_NAME_SIZE] = "";
	enum otp_err err = OTP_OK;
	int64_t after = -1;

	for (bool more = true; err == OTP_OK && more;) {
		struct otp_parameters parameters = { 0 };
		struct page page = { 0 };
		uint32_t uid = 0;
		char *at;

		otp_parameters_add_text(
		    &parameters, database->connection.place.realm);
		otp_parameters_add_number(&parameters, after);
		otp_parameters_add_number(&parameters, PAGE);
		otp_connection_begin(&database->connection, ms);
		err = ask_page(database,
		    "SELECT count(*), coalesce(string_agg(n.uid || ':' ||"
		    " encode(convert_to(n.name, 'UTF8'), 'hex'), ','"
		    " ORDER BY n.uid), '') FROM otp.uids($1, $2, $3) n",
		    &parameters, &page, fault);
		at = page.text;
		while (err == OTP_OK && next_name(&at, true, &uid, name)) {
			after = uid;
			err = visit(context, uid, name);
		}
		if (err == OTP_OK && *at != '\0')
			err = OTP_ERR_READ;
		more = page.count == PAGE;
		free(page.text);
	}
	return err;
}

/* The caller frees *RET_PAGE's text. */
static enum otp_err
ask_page(struct otp_database *database, const char *statement,
    const struct otp_parameters *parameters, struct page *ret_page,
    struct otp_fault *fault)
{
	PGresult *result = NULL;
	enum otp_err err = otp_connection_ask(
	    &database->connection, statement, parameters, 2, &result, fault);
	bool has = false;

	if (err == OTP_OK) {
		const size_t size = (size_t)PQgetlength(result, 0, 1);

		ret_page->text = calloc(1, size + 1);
		if (ret_page->text == NULL)
			err = OTP_ERR_NOMEM;
		else if (!otp_result_bytes(result, 1, ret_page->text, size,
			     &ret_page->size, &has) ||
		    !otp_result_number(result, 0, 8, &ret_page->count))
			err = OTP_ERR_READ;
	}
	PQclear(result);
	return err;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The next one at *AT; false at the end, and where nothing can be understood.
 */
static bool
next_name(char **at, bool has_uid, uint32_t *ret_uid,
    char name[OTP_DATABASE_NAME_SIZE])
{
	size_t length = 0;

	if (**at == ',')
		(*at)++;
	if (**at == '\0')
		return false;
	if (has_uid) {
		*ret_uid = (uint32_t)strtoul(*at, at, 10);
		if (**at != ':')
			return false;
		(*at)++;
	}
	while (digit((*at)[0]) >= 0 && digit((*at)[1]) >= 0 &&
	    length < OTP_DATABASE_NAME_SIZE - 1) {
		name[length++] = (char)(digit((*at)[0]) << 4 | digit((*at)[1]));
		*at += 2;
	}
	name[length] = '\0';
	return length > 0 && (**at == ',' || **at == '\0');
}
