/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: probe [NAME=VALUE]... login ACCOUNT
 *	  probe [NAME=VALUE]... show ACCOUNT
 *	  probe [NAME=VALUE]... cuts ACCOUNT
 *
 * For scripts: one login of ACCOUNT by common/fleet/database, or what is loaded of it.
 * NAME is a member of struct otp_database_place; 'ms', the deadline of
 * connecting, and of a login; or 'used', the state that a login commits.  With
 * `cuts', the connection is cut after each number of bytes of a commit, in either
 * direction; 'host' is the folder of a Unix socket then.
 */
#include "config.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "common/fleet/database.h"
#include "tests/fleet/cut.h"

static struct otp_database_place place = {
	.port = "5432", .database = "otp", .realm = "staff"
};
static const char *used = "used";
static unsigned ms = 60000;

static bool
set(const char *word)
{
	const struct {
		const char *name;
		const char **value;
	} names[] = {
		{ "host", &place.host },
		{ "address", &place.address },
		{ "port", &place.port },
		{ "role", &place.role },
		{ "realm", &place.realm },
		{ "authority", &place.authority },
		{ "password", &place.password },
		{ "marks", &place.marks },
		{ "used", &used },
	};
	const char *end = strchr(word, '=');

	if (end == NULL)
		return false;
	if (strncmp(word, "ms=", 3) == 0)
		ms = (unsigned)atoi(end + 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == (size_t)(end - word) &&
		    strncmp(word, names[i].name, (size_t)(end - word)) == 0)
			*names[i].value = end + 1;
	return true;
}

static const char *
err_name(enum otp_err err)
{
	return err == OTP_OK ? "done" : otp_err_reason(err);
}

static enum otp_err
load(struct otp_database **database, const char *account,
    struct otp_database_row *row, struct otp_fault *fault)
{
	uint8_t attempt[OTP_DATABASE_ATTEMPT_SIZE];
	enum otp_err err = OTP_OK;

	if (getrandom(attempt, sizeof(attempt), 0) != sizeof(attempt))
		return OTP_ERR_CRYPTO;
	if (*database == NULL)
		err = otp_database_open(&place, ms, database, fault);
	if (err == OTP_OK)
		err = otp_database_load(
		    *database, account, attempt, ms, row, fault);
	return err;
}

static void
set_state(struct otp_database_row *row, const char *text)
{
	row->state_size = strlen(text);
	memcpy(row->state, text, row->state_size);
}

static enum otp_err
charge(struct otp_database **database, const char *account, bool keep,
    struct otp_database_row *row, struct otp_fault *fault)
{
	enum otp_err err = load(database, account, row, fault);

	if (err != OTP_OK)
		return err;
	if (!row->has_state)
		return OTP_ERR_ABSENT;
	set_state(row, "charged");
	return otp_database_put(*database, row, OTP_PUT_CHARGE, keep, fault);
}

static int
login(const char *account)
{
	struct otp_database *database = NULL;
	struct otp_database_row row;
	struct otp_fault fault = { 0 };
	enum otp_err err = charge(&database, account, true, &row, &fault);

	if (err == OTP_OK) {
		printf("charged\n");
		fflush(stdout);
		set_state(&row, used);
		err = otp_database_put(
		    database, &row, OTP_PUT_COMMIT, false, &fault);
	}
	printf("%s%s%s%s\n", err_name(err),
	    database != NULL && otp_database_is_doubtful(database) ? " doubtful"
								   : "",
	    fault.foreign[0] == '\0' ? "" : ": ", fault.foreign);
	otp_database_close(database);
	return err == OTP_OK ? 0 : 1;
}

static int
show(const char *account)
{
	struct otp_database *database = NULL;
	struct otp_database_row row;
	struct otp_fault fault = { 0 };
	const enum otp_err err = load(&database, account, &row, &fault);

	if (err != OTP_OK)
		printf("%s: %s\n", err_name(err), fault.foreign);
	else
		printf("fleet %lld %d account %d uid %d:%u seed %d:%.*s "
		       "state %d:%.*s numbers %lld,%lld,%lld epoch %lld "
		       "taken %d\n",
		    (long long)row.fleet_epoch, row.format, row.has_account,
		    row.has_uid, row.uid, row.has_seed, (int)row.seed_size,
		    row.seed, row.has_state, (int)row.state_size,
		    (const char *)row.state, (long long)row.generation,
		    (long long)row.charge, (long long)row.serial,
		    (long long)row.epoch, row.is_taken);
	otp_database_close(database);
	return err == OTP_OK ? 0 : 1;
}

/* What became of cuts. */
struct table {
	unsigned cuts, heard, asked_yes, asked_no, cut_after;
};

/* A login whose commit is cut; it must say what really happened. */
static void
cut_once(const char *account, struct otp_database **looker, struct cut *cut,
    int to_server, int to_client, struct table *table, bool *ret_over)
{
	struct otp_database *database = NULL;
	struct otp_database_row row, now;
	struct otp_fault fault = { 0 };
	enum otp_err err = charge(&database, account, false, &row, &fault);
	int64_t before;

	if (err != OTP_OK)
		errx(1, "charge: %s: %s", err_name(err), fault.foreign);
	before = row.generation;
	set_state(&row, "used");
	cut->to_server = to_server;
	cut->to_client = to_client;
	err = otp_database_put(database, &row, OTP_PUT_COMMIT, false, &fault);
	*ret_over = to_server < 0 ? cut->to_client > 0 : cut->to_server > 0;
	cut->to_server = cut->to_client = -1;
	if (otp_database_is_doubtful(database))
		errx(1, "%d,%d: doubtful: %s", to_server, to_client,
		    fault.foreign);
	/*
	 * The connection by which it was asked for can be used further.  One
	 * that was cut after the last byte cannot.
	 */
	if (err == OTP_OK && load(&database, account, &now, &fault) != OTP_OK &&
	    table->cut_after++ > 0)
		errx(1, "%d,%d: after the commit: %s", to_server, to_client,
		    fault.foreign);
	otp_database_close(database);
	if (load(looker, account, &now, &fault) != OTP_OK)
		errx(1, "load: %s", fault.foreign);
	if (now.generation != before + (err == OTP_OK ? 1 : 0) ||
	    (err != OTP_OK && err != OTP_ERR_WRITE))
		errx(1, "%d,%d: %s, but %lld after %lld", to_server, to_client,
		    err_name(err), (long long)now.generation,
		    (long long)before);
	table->cuts += *ret_over ? 0 : 1;
	if (*ret_over)
		table->heard++;
	else if (err == OTP_OK)
		table->asked_yes++;
	else
		table->asked_no++;
}

static int
cuts(const char *account)
{
	struct table up = { 0 }, down = { 0 };
	const char *server = place.host;
	char path[64], server_path[64];
	struct otp_database *looker = NULL;
	struct otp_database_row row;
	struct otp_fault fault = { 0 };
	struct cut *cut = NULL;
	bool over = false;

	if (load(&looker, account, &row, &fault) != OTP_OK)
		errx(1, "load: %s", fault.foreign);

	(void)snprintf(path, sizeof(path), "%s/cut", server);
	if (mkdir(path, 0755) != 0)
		err(1, "%s", path);
	place.host = strdup(path);
	(void)snprintf(path, sizeof(path), "%s/cut/.s.PGSQL.5432", server);
	(void)snprintf(
	    server_path, sizeof(server_path), "%s/.s.PGSQL.5432", server);
	cut_start(path, server_path, &cut);
	for (int bytes = 0; !over && bytes < 4096; bytes++)
		cut_once(account, &looker, cut, bytes, -1, &up, &over);
	over = false;
	for (int bytes = 0; !over && bytes < 4096; bytes++)
		cut_once(account, &looker, cut, -1, bytes, &down, &over);
	printf("to the server: cut %u, heard %u, yes %u, no %u\n", up.cuts,
	    up.heard, up.asked_yes, up.asked_no);
	otp_database_close(looker);
	printf("to the client: cut %u, heard %u, yes %u, no %u\n", down.cuts,
	    down.heard, down.asked_yes, down.asked_no);
	return 0;
}

int
main(int argc, char **argv)
{
	int i = 1;

	while (i < argc && set(argv[i]))
		i++;
	if (argc - i != 2)
		errx(2, "usage: probe [NAME=VALUE]... login|show|cuts ACCOUNT");
	if (strcmp(argv[i], "login") == 0)
		return login(argv[i + 1]);
	if (strcmp(argv[i], "show") == 0)
		return show(argv[i + 1]);
	return cuts(argv[i + 1]);
}
