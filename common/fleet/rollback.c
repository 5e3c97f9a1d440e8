/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/fleet/marks.sh):
 *
 * 1. A database that was rolled back is refused, by every host that committed
 *    to it since
 *    (marks__refuse_a_database_that_was_restored_within_its_cluster,
 *    marks__refuse_an_earlier_epoch); what enrolls counts, too
 *    (tests/fleet/store.sh: marks__notice_that_an_account_is_lost,
 *    marks__notice_that_a_seed_is_lost, marks__notice_that_a_purge_is_lost).
 * 2. An ordinary failover is not a rollback
 *    (marks__take_a_failover_for_no_rollback).
 * 3. What cannot be compared is refused, and what cannot be written refuses no
 *    login (marks__that_cannot_be_trusted_refuse_logins,
 *    marks__on_a_full_disk_refuse_no_login).
 * 4. So is one that was rolled back under a connection that a process keeps
 *    (tests/fleet/store.sh:
 *    marks__are_compared_again_on_a_connection_that_is_kept).
 */
#include "config.h"

#include "common/fleet/rollback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fleet/marks.h"

#define COMPARED_FOR 5000 /* milliseconds; then again */

/* An array's text: names with quotes, of which each byte may be escaped. */
#define NAMES_SIZE   (OTP_MARKS_MAX * (2 * OTP_MARKS_NAME_SIZE + 3) + 3)
#define NUMBERS_SIZE (OTP_MARKS_MAX * OTP_PARAMETER_NUMBER_SIZE + 3)

static struct otp_fleet_identity identity_of(
    const struct otp_connection *, const struct otp_database_row *);
static enum otp_err compare(struct otp_connection *, const struct otp_marks *,
    const struct otp_fleet_identity *, struct otp_fault *);
static enum otp_err count_lost(struct otp_connection *,
    const struct otp_marks *, int64_t *ret_lost, struct otp_fault *);
static void write_names(const struct otp_marks *, char names[NAMES_SIZE]);
static void write_generations(
    const struct otp_marks *, char numbers[NUMBERS_SIZE]);

enum otp_err
otp_rollback_check(struct otp_connection *connection,
    const struct otp_database_row *row, struct otp_fault *fault)
{
	const struct otp_fleet_identity now = identity_of(connection, row);
	const int64_t time = otp_connection_now();
	struct otp_marks *marks;
	enum otp_err err;

	if (connection->place.marks == NULL || time < connection->compare_at)
		return OTP_OK;
	marks = malloc(sizeof(*marks));
	if (marks == NULL)
		return OTP_ERR_NOMEM;
	err = otp_marks_read(connection->place.marks, marks, fault);
	if (err == OTP_OK)
		err = compare(connection, marks, &now, fault);
	if (err == OTP_OK && time != INT64_MAX)
		connection->compare_at = time + COMPARED_FOR;
	free(marks);
	return err;
}

void
otp_rollback_note(const struct otp_connection *connection,
    const struct otp_database_row *row, const char *account)
{
	const struct otp_fleet_identity now = identity_of(connection, row);

	if (connection->place.marks != NULL)
		(void)otp_marks_note(connection->place.marks, &now, account,
		    row->generation, NULL);
}

static struct otp_fleet_identity
identity_of(
    const struct otp_connection *connection, const struct otp_database_row *row)
{
	struct otp_fleet_identity identity = {
		.epoch = row->fleet_epoch,
		.since = row->fleet_since,
		.identifier = row->fleet_identifier,
	};

	(void)snprintf(identity.realm, sizeof(identity.realm), "%s",
	    connection->place.realm);
	return identity;
}

static enum otp_err
compare(struct otp_connection *connection, const struct otp_marks *marks,
    const struct otp_fleet_identity *now, struct otp_fault *fault)
{
	int64_t lost = 0;
	enum otp_err err;

	switch (otp_marks_judge(marks, now)) {
	case OTP_MARKS_NONE:
	case OTP_MARKS_LATER:
		/* Marks that cannot be written refuse no login. */
		(void)otp_marks_begin(connection->place.marks, now, NULL);
		return OTP_OK;
	case OTP_MARKS_SAME:
		err = count_lost(connection, marks, &lost, fault);
		if (err != OTP_OK || lost == 0)
			return err;
		break;
	case OTP_MARKS_ROLLED_BACK:
		break;
	}
	return otp_fault_set(fault, OTP_ERR_ROLLED_BACK, 0,
	    connection->place.host, OTP_DETAIL_NONE);
}

static enum otp_err
count_lost(struct otp_connection *connection, const struct otp_marks *marks,
    int64_t *ret_lost, struct otp_fault *fault)
{
	static const char statement[] =
	    "SELECT otp.count_lost($1, $2::text[], $3::bigint[])";
	char *names = malloc(NAMES_SIZE + NUMBERS_SIZE);
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	if (names == NULL)
		return OTP_ERR_NOMEM;
	write_names(marks, names);
	write_generations(marks, names + NAMES_SIZE);
	otp_parameters_add_text(&parameters, connection->place.realm);
	otp_parameters_add_text(&parameters, names);
	otp_parameters_add_text(&parameters, names + NAMES_SIZE);
	err = otp_connection_ask(
	    connection, statement, &parameters, 1, &result, fault);
	if (err == OTP_OK && !otp_result_number(result, 0, 8, ret_lost))
		err =
		    otp_connection_fail(connection, NULL, OTP_ERR_READ, fault);
	PQclear(result);
	free(names);
	return err;
}

/* {"alice","a \"b\""} */
static void
write_names(const struct otp_marks *marks, char names[NAMES_SIZE])
{
	char *at = names;

	*at++ = '{';
	for (size_t i = 0; i < marks->count; i++) {
		const char *from = marks->list[i].account;

		if (i > 0)
			*at++ = ',';
		*at++ = '"';
		for (; *from != '\0'; from++) {
			if (*from == '"' || *from == '\\')
				*at++ = '\\';
			*at++ = *from;
		}
		*at++ = '"';
	}
	*at++ = '}';
	*at = '\0';
}

static void
write_generations(const struct otp_marks *marks, char numbers[NUMBERS_SIZE])
{
	size_t length = 0;

	for (size_t i = 0; i < marks->count; i++)
		length += (size_t)snprintf(numbers + length,
		    NUMBERS_SIZE - length, "%c%lld", i == 0 ? '{' : ',',
		    (long long)marks->list[i].generation);
	(void)snprintf(numbers + length, NUMBERS_SIZE - length, "%s",
	    length == 0 ? "{}" : "}");
}
