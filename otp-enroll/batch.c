/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "batch.h"
#include "batch_input.h"
#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "language.h"
#include "output.h"
#include "parameters.h"
#include "report.h"
#include "secrets.h"
#include "signals.h"
#include "subject.h"
#include "view.h"

#define PROGRESS 100 /* lines from one sign of life to the next */

struct batch {
	const struct otp_tool *tool;
	bool progress; /* somebody looks on */
	unsigned long enrolled;
	unsigned long skipped; /* who were enrolled already */
	unsigned long failed;
};

/* One of them.  A secret: wiped at the end of do_row(). */
struct entry {
	struct otp_args args; /* the command line's, and the row's */
	struct otp_subject subject;
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	char uri[OTP_URI_MAX + 1];
};

/* What becomes of a row. */
enum outcome {
	DONE,
	SKIPPED,
	FAILED, /* it was said why; others may fare better */
	ENDED,	/* likewise, and none will */
	LATE,	/* likewise, but what failed came behind the last step */
};

const char *
otp_batch_usage(const struct otp_args *args)
{
	if (args->user != NULL)
		return N_("--batch and a USER exclude each other.");
	if (args->self)
		return N_("--batch and --self exclude each other.");
	if (args->add || args->replace)
		return N_("--batch is for users who are not enrolled: neither "
			  "--add nor --replace.");
	if (args->label != NULL)
		return N_("With --batch the labels stand in the list.");
	if (args->qr != OTP_ARGS_QR_DEFAULT)
		return N_(
		    "With --batch there is no QR code, but the URI in it.");
	return NULL;
}

/* Faults of the host, which the next user would meet as well. */
static enum outcome
judge(enum otp_err err)
{
	static const enum otp_err hopeless[] = { OTP_ERR_NO_STORE,
		OTP_ERR_FILESYSTEM, OTP_ERR_WRITE, OTP_ERR_READ, OTP_ERR_LIMIT,
		OTP_ERR_NOMEM, OTP_ERR_CRYPTO, OTP_ERR_CLOCK };

	for (size_t i = 0; i < sizeof(hopeless) / sizeof(hopeless[0]); i++)
		if (err == hopeless[i])
			return ENDED;
	return FAILED;
}

static enum outcome
fail(const struct batch *batch, const struct entry *entry, enum otp_err err,
    const struct otp_fault *fault)
{
	(void)otp_report(batch->tool, entry->subject.account, err, fault);
	return judge(err);
}

/* What the row says comes before what the command line says. */
static void
take_row(const struct otp_batch_row *row, struct otp_args *args)
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

static enum outcome
make(const struct batch *batch, struct entry *entry)
{
	const struct otp_host *host = &batch->tool->host;
	struct otp_fault fault = { 0 };
	struct otp_token token;
	enum otp_err err;

	if (!otp_parameters_token(&entry->args, entry->subject.account, &token))
		return FAILED;
	err = otp_enrol_begin(host, &entry->subject, OTP_ENROL_NEW, &token,
	    &entry->enrolment, &fault);
	if (err == OTP_ERR_EXISTS)
		return SKIPPED;
	if (err == OTP_OK)
		err = otp_enrol_make_set(host,
		    otp_parameters_number(
			entry->args.recovery, OTP_ENROL_RECOVERY),
		    &entry->set, &fault);
	if (err != OTP_OK)
		return fail(batch, entry, err, &fault);
	if (otp_uri_format(&entry->enrolment.token, entry->uri) == OTP_OK)
		return DONE;
	otp_complain(_("The URI would be longer than %d bytes."), OTP_URI_MAX);
	return FAILED;
}

/*
 * Into the hands of whoever takes it; where that is a file, onto the disk, as
 * the seed will be.
 */
static bool
hand_out(const struct entry *entry)
{
	if (!otp_json_print(
		otp_secrets_json(&entry->subject, entry->uri, &entry->set)))
		return false;
	if (fdatasync(STDOUT_FILENO) == 0 || errno == EINVAL ||
	    errno == EROFS || errno == ENOTSUP)
		return true;
	otp_complain(
	    _("Standard output cannot be flushed: %s."), strerror(errno));
	return false;
}

static enum outcome
put(const struct batch *batch, const struct entry *entry)
{
	const struct otp_token *token = &entry->enrolment.token;
	const char *account = entry->subject.account;
	struct otp_fault fault = { 0 };
	enum otp_err err = otp_enrol_put_set(
	    &batch->tool->host, &entry->enrolment, &entry->set, &fault);
	enum outcome outcome;
	bool in_force = err == OTP_OK ||
	    otp_view_in_force(&batch->tool->host, account, &token, 1);

	if (in_force)
		otp_audit("enrolled", &entry->subject, token->label);
	if (err == OTP_OK)
		return DONE;
	outcome = fail(batch, entry, err, &fault);
	if (!in_force) {
		otp_complain(_("What was given out for %s is void."),
		    otp_escaped(account).text);
		return outcome;
	}
	otp_complain(_("What was given out for %s is in force all the same, "
		       "until a crash maybe."),
	    otp_escaped(account).text);
	return LATE;
}

static enum outcome
do_row(const struct batch *batch, const struct otp_batch_row *row)
{
	struct entry entry = { .args = batch->tool->args };
	enum outcome outcome = FAILED;
	sigset_t before;

	take_row(row, &entry.args);
	if (otp_subject_named(batch->tool, row->user, &entry.subject) ==
	    OTP_EXIT_DONE)
		outcome = make(batch, &entry);
	if (outcome == DONE) {
		/* Who interrupts does it before or after both. */
		otp_signals_hold(&before);
		outcome = hand_out(&entry) ? put(batch, &entry) : ENDED;
		otp_signals_release(&before);
	}
	otp_wipe(&entry, sizeof(entry));
	if (outcome == FAILED || outcome == ENDED)
		otp_complain(_("Line %lu: %s was not enrolled."), row->line,
		    otp_escaped(row->user).text);
	return outcome;
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

/* False: no further row. */
static bool
next(struct batch *batch, struct otp_batch_input *input)
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
		outcome = do_row(batch, &row);
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

enum otp_exit
otp_batch_run(const struct otp_tool *tool)
{
	struct batch batch = {
		.tool = tool,
		/* Where the lines go to a terminal, they are progress. */
		.progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
	};
	struct otp_batch_input *input = otp_batch_open(tool->args.batch);

	if (input == NULL)
		return OTP_EXIT_USAGE;
	while (next(&batch, input))
		;
	otp_batch_close(input);
	if (batch.progress)
		(void)fputc('\r', stderr);
	otp_say(_("%lu enrolled, %lu skipped as enrolled already, %lu failed."),
	    batch.enrolled, batch.skipped, batch.failed);
	return batch.failed == 0 ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}
