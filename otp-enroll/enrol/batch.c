/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/batch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "otp-enroll/account/address_args.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/account/token_args.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/enrol/batch_input.h"
#include "otp-enroll/enrol/secrets.h"

#define PROGRESS 100 /* lines from one sign of life to the next */

struct batch {
	const struct otp_tool *tool;
	bool progress; /* show it on standard error */
	unsigned long enrolled;
	unsigned long skipped; /* were already enrolled */
	unsigned long failed;
};

/* A user of the list.  A secret: wiped at the end of batch_enroll_row(). */
struct entry {
	struct otp_args args;	    /* the command line's, and the row's */
	struct otp_address address; /* the row's, or its uri is "" */
	struct otp_subject subject;
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	char uri[OTP_URI_MAX + 1];
};

/* What becomes of a row. */
enum outcome {
	DONE,
	SKIPPED,
	FAILED, /* it was said why; the next rows may succeed */
	ENDED,	/* it was said why; no row will succeed */
	LATE,	/* as ENDED, but the user is enrolled */
};

static bool batch_enroll_next(
    struct batch *batch, struct otp_batch_input *input);
static void show_progress(const struct batch *batch);
static enum outcome batch_enroll_row(
    const struct batch *batch, const struct otp_batch_row *row);
static void apply_row(const struct otp_batch_row *row, struct otp_args *args);
static bool batch_read_address(const struct batch *batch,
    const struct otp_batch_row *row, struct otp_address *ret_address);
static enum outcome batch_begin(const struct batch *batch, struct entry *entry);
static bool hand_out(const struct entry *entry);
static enum outcome batch_commit(
    const struct batch *batch, const struct entry *entry);
static enum outcome batch_failed(const struct batch *batch,
    const struct entry *entry, enum otp_err err, const struct otp_fault *fault);
static bool is_hopeless(enum otp_err err);

const char *
otp_batch_usage(const struct otp_args *args)
{
	if (args->user != NULL)
		return N_("--batch cannot be combined with a user name.");
	if (args->add || args->replace)
		return N_(
		    "--batch cannot be combined with --add or --replace.");
	if (args->label != NULL)
		return N_("--batch cannot be combined with --label: labels "
			  "come from the list.");
	if (args->qr != OTP_ARGS_QR_DEFAULT)
		return N_("--batch cannot be combined with --qr.");
	return NULL;
}

enum otp_exit
otp_batch_run(const struct otp_tool *tool)
{
	struct batch batch = {
		.tool = tool,
		/* Lines that go to a terminal are progress themselves. */
		.progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
	};
	struct otp_batch_input *input = otp_batch_open(tool->args.batch);

	if (input == NULL)
		return OTP_EXIT_USAGE;
	while (batch_enroll_next(&batch, input))
		;
	otp_batch_close(input);
	if (batch.progress)
		(void)fputc('\r', stderr);
	otp_say(_("%lu enrolled, %lu already enrolled, %lu failed."),
	    batch.enrolled, batch.skipped, batch.failed);
	return batch.failed == 0 ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

/* Read and enroll the next row.  False: there is none, or none can succeed. */
static bool
batch_enroll_next(struct batch *batch, struct otp_batch_input *input)
{
	enum outcome outcome = FAILED;
	struct otp_batch_row row;

	switch (otp_batch_next(input, &row)) {
	case OTP_BATCH_END:
		return false;
	case OTP_BATCH_FAILED:
		batch->failed++;
		return false;
	case OTP_BATCH_BAD:
		break;
	case OTP_BATCH_ROW:
		outcome = batch_enroll_row(batch, &row);
		break;
	}
	if (outcome == DONE)
		batch->enrolled++;
	else if (outcome == SKIPPED)
		batch->skipped++;
	else
		batch->failed++;
	show_progress(batch);
	return outcome != ENDED && outcome != LATE;
}

static void
show_progress(const struct batch *batch)
{
	unsigned long all = batch->enrolled + batch->skipped + batch->failed;

	if (!batch->progress || all % PROGRESS != 0)
		return;
	(void)fputc('\r', stderr);
	(void)fprintf(stderr, _("%lu lines done "), all);
}

static enum outcome
batch_enroll_row(const struct batch *batch, const struct otp_batch_row *row)
{
	struct entry entry = { .args = batch->tool->args };
	enum outcome outcome = FAILED;
	sigset_t before;

	apply_row(row, &entry.args);
	if (otp_subject_named(batch->tool, row->user, &entry.subject) ==
		OTP_EXIT_DONE &&
	    batch_read_address(batch, row, &entry.address))
		outcome = batch_begin(batch, &entry);
	if (outcome == DONE) {
		/* A signal takes effect before or after both. */
		otp_signals_block(&before);
		outcome =
		    hand_out(&entry) ? batch_commit(batch, &entry) : ENDED;
		otp_signals_unblock(&before);
	}
	otp_wipe(&entry, sizeof(entry));
	if (outcome == FAILED || outcome == ENDED)
		otp_complain(_("Line %lu: %s was not enrolled."), row->line,
		    otp_escaped(row->user).text);
	return outcome;
}

/* The row's label and kind replace those of the command line. */
static void
apply_row(const struct otp_batch_row *row, struct otp_args *args)
{
	if (row->label[0] != '\0')
		args->label = row->label;
	if (row->kind != 0)
		args->hotp = row->kind == OTP_HOTP;
	if (args->hotp)
		args->period = OTP_ARGS_NONE;
	else
		args->counter = OTP_ARGS_NONE;
}

static bool
batch_read_address(const struct batch *batch, const struct otp_batch_row *row,
    struct otp_address *ret_address)
{
	return row->address[0] == '\0' ||
	    (otp_address_args_read(row->address, ret_address) &&
		otp_address_args_allowed(batch->tool, ret_address));
}

static enum outcome
batch_begin(const struct batch *batch, struct entry *entry)
{
	struct otp_account account =
	    otp_account_of(&batch->tool->host, &entry->subject);
	struct otp_token token;
	enum otp_err err;

	if (!otp_token_args_token(&entry->args, entry->subject.account, &token))
		return FAILED;
	err =
	    otp_enrol_begin(&account, OTP_ENROL_NEW, &token, &entry->enrolment);
	if (err == OTP_ERR_EXISTS)
		return SKIPPED;
	if (err == OTP_OK && entry->address.uri[0] != '\0')
		err = otp_enrol_with_address(
		    &account, &entry->address, &entry->enrolment);
	if (err == OTP_OK)
		err = otp_enrol_make_set(&account,
		    otp_token_args_number(
			entry->args.recovery, OTP_ENROL_RECOVERY),
		    &entry->set);
	if (err != OTP_OK)
		return batch_failed(batch, entry, err, &account.fault);
	if (otp_uri_format(&entry->enrolment.token, entry->uri) == OTP_OK)
		return DONE;
	otp_complain(_("The URI would be longer than %d bytes."), OTP_URI_MAX);
	return FAILED;
}

/* Write what the user is given to standard output. */
static bool
hand_out(const struct entry *entry)
{
	return otp_json_print(otp_secrets_json(
		   &entry->subject, entry->uri, &entry->set)) &&
	    otp_output_sync();
}

static enum outcome
batch_commit(const struct batch *batch, const struct entry *entry)
{
	const char *name = entry->subject.account;
	struct otp_account account =
	    otp_account_of(&batch->tool->host, &entry->subject);
	enum otp_err err =
	    otp_enrol_put(&account, &entry->enrolment, &entry->set);
	const struct otp_owner_told none = { 0 };
	enum outcome outcome;

	if (account.committed) {
		otp_audit(
		    "enrolled", &entry->subject, entry->enrolment.token.label);
		if (batch->tool->args.notify)
			otp_owner_tell(batch->tool, &entry->subject, &none,
			    "a token and this address were added");
	}
	if (err == OTP_OK)
		return DONE;
	outcome = batch_failed(batch, entry, err, &account.fault);
	if (!account.committed) {
		otp_secrets_void(&entry->args, &entry->subject);
		return outcome;
	}
	otp_complain(
	    _("%s is enrolled, but not yet safely on disk: a crash now "
	      "could undo it."),
	    otp_escaped(name).text);
	return LATE;
}

static enum outcome
batch_failed(const struct batch *batch, const struct entry *entry,
    enum otp_err err, const struct otp_fault *fault)
{
	(void)otp_report(batch->tool, entry->subject.account, err, fault);
	return is_hopeless(err) ? ENDED : FAILED;
}

/* Whether ERR is the host's, so that the next user would meet it as well. */
static bool
is_hopeless(enum otp_err err)
{
	static const enum otp_err hopeless[] = { OTP_ERR_NO_STORE,
		OTP_ERR_FILESYSTEM, OTP_ERR_WRITE, OTP_ERR_READ, OTP_ERR_LIMIT,
		OTP_ERR_NOMEM, OTP_ERR_CRYPTO, OTP_ERR_CLOCK };

	for (size_t i = 0; i < sizeof(hopeless) / sizeof(hopeless[0]); i++)
		if (err == hopeless[i])
			return true;
	return false;
}
