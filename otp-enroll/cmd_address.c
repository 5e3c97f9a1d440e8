/* SPDX-License-Identifier: BSD-2-Clause */
/* begin -> send a code there -> ask for it -> add */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/core/decimal.h"
#include "common/core/frame.h"
#include "common/core/wipe.h"
#include "common/effects/letter.h"
#include "common/effects/outbox.h"
#include "otp-enroll/account/address_args.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/status.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/enrol/address_own.h"
#include "otp-enroll/enrol/confirm.h"

/* Has secrets; address_add() wipes it. */
struct adding {
	const struct otp_tool *tool;
	struct otp_account account;
	struct otp_address address;
	char masked[OTP_ADDRESS_MASKED_SIZE];
	struct otp_address_proof proof;
	char frame[OTP_FRAME_MAX];
};

static enum otp_exit address_run(const struct otp_tool *tool);
static bool address_check_usage(const struct otp_args *args);
static enum otp_exit address_read_all(const struct otp_tool *tool,
    const struct otp_subject *subject, struct otp_seed *ret_seed);
static void address_print(
    const struct otp_subject *subject, const struct otp_seed *seed);
static enum otp_exit address_test(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_seed *seed);
static enum otp_exit address_add(
    const struct otp_tool *tool, const struct otp_subject *subject);
static bool address_confirm(struct adding *adding);
static bool address_send(struct adding *adding);
static void address_say_unsent(const struct adding *adding, enum otp_err err);
static bool address_ask(const struct adding *adding);
static enum otp_exit address_put(struct adding *adding);
static enum otp_exit address_add_failed(
    const struct adding *adding, enum otp_err err);
static enum otp_exit address_remove(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_seed *seed);
static enum otp_exit address_remove_failed(const struct otp_tool *tool,
    const struct otp_account *account, enum otp_err err);
static void address_tell(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_owner_told *told,
    const char *masked, const char *done);
static void address_say_unsafe(const struct otp_account *account);

const struct otp_command otp_command_address = {
	.name = "address",
	.operands = "[USER]",
	.summary = N_("list, add or remove addresses to which codes are sent"),
	.help =
	    N_("  --add=ADDRESS  such as alice@example.org or +491701234567; "
	       "it is sent a code,\n"
	       "                 which the command asks for\n"
	       "  --no-confirm   with --add: send and ask for nothing\n"
	       "  --remove=N     remove address N of the list\n"
	       "  --test         send a message to each address\n"
	       "\n"
	       "Codes are sent where a service has the option "
	       "'deliver'.\n"),
	.user = true,
	.takes = { "add", "no-confirm", "remove", "test" },
	.by_users = true,
	.users_take = { "add", "remove" },
	.run = address_run,
};

static enum otp_exit
address_run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_seed seed = { 0 };
	enum otp_exit status = OTP_EXIT_USAGE;

	if (address_check_usage(&tool->args))
		status = otp_subject_find(tool, &subject);
	if (status == OTP_EXIT_DONE && tool->by_daemon)
		return otp_address_own(tool, &subject);
	if (status == OTP_EXIT_DONE && tool->args.add)
		return address_add(tool, &subject);
	if (status == OTP_EXIT_DONE)
		status = address_read_all(tool, &subject, &seed);
	if (status == OTP_EXIT_DONE && tool->args.remove != NULL)
		status = address_remove(tool, &subject, &seed);
	else if (status == OTP_EXIT_DONE && tool->args.test)
		status = address_test(tool, &subject, &seed);
	else if (status == OTP_EXIT_DONE)
		address_print(&subject, &seed);
	otp_wipe(&seed, sizeof(seed));
	return status;
}

static bool
address_check_usage(const struct otp_args *args)
{
	const char *wrong = NULL;

	if (args->add + (args->remove != NULL) + args->test > 1)
		wrong =
		    N_("Only one of --add, --remove and --test can be given.");
	else if (args->add && args->added == NULL)
		wrong = N_("Give the address with =, such as "
			   "--add=alice@example.org.");
	else if (args->no_confirm && !args->add)
		wrong = N_("--no-confirm needs --add.");
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	return wrong == NULL;
}

static enum otp_exit
address_read_all(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_seed *ret_seed)
{
	enum otp_exit status = OTP_EXIT_DONE;
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	enum otp_err err = tool->backend->snapshot(
	    &tool->host, subject->account, &snapshot, &fault);

	if (err == OTP_OK)
		err = otp_snapshot_enrolled(&snapshot, &fault);
	if (err == OTP_OK)
		*ret_seed = snapshot.seed;
	else
		status = otp_report(tool, subject->account, err, &fault);
	otp_snapshot_wipe(&snapshot);
	return status;
}

static void
address_print(const struct otp_subject *subject, const struct otp_seed *seed)
{
	if (seed->addresses_count == 0)
		otp_print(_("%s has no addresses.\n"),
		    otp_escaped(subject->account).text);
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		const struct otp_overview_address address =
		    otp_overview_address(&seed->addresses[i]);

		otp_status_print_address(i + 1, &address);
	}
}

static enum otp_exit
address_test(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_seed *seed)
{
	if (seed->addresses_count == 0) {
		otp_complain(_("%s has no addresses; add one with 'otp-enroll "
			       "address %s --add=ADDRESS'."),
		    otp_escaped(subject->account).text,
		    otp_escaped(subject->account).text);
		return OTP_EXIT_FAILED;
	}
	if (!otp_owner_test(tool, subject, seed))
		return OTP_EXIT_FAILED;
	otp_say(_("If one does not arrive, the log says why: 'journalctl -t "
		  "otp-deliver'."));
	return OTP_EXIT_DONE;
}

static enum otp_exit
address_add(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct adding adding = {
		.tool = tool,
		.account = otp_account_of(&tool->host, subject),
	};
	enum otp_exit status = OTP_EXIT_USAGE;
	enum otp_err err;

	if (!otp_address_args_read(tool->args.added, &adding.address))
		return status;
	status = OTP_EXIT_FAILED;
	if (!otp_address_args_allowed(tool, &adding.address))
		return status;
	otp_address_mask(&adding.address, adding.masked);
	err = otp_enrol_begin_address(
	    &adding.account, &adding.address, &adding.proof);
	if (err != OTP_OK)
		status = address_add_failed(&adding, err);
	else if (tool->args.no_confirm || address_confirm(&adding))
		status = address_put(&adding);
	else
		otp_complain(
		    _("Nothing changed: %s was not added."), adding.masked);
	otp_wipe(&adding, sizeof(adding));
	return status;
}

static bool
address_confirm(struct adding *adding)
{
	if (!address_send(adding))
		return false;
	otp_say(_("A code is on its way to %s. If it does not arrive, the log "
		  "says why: 'journalctl -t otp-deliver'."),
	    adding->masked);
	return address_ask(adding);
}

static bool
address_send(struct adding *adding)
{
	const char *folder = adding->tool->options.sockets;
	struct otp_fault *fault = &adding->account.fault;
	size_t size = 0;
	enum otp_err err;

	err = otp_letter_write_proof(adding->account.subject.account,
	    &adding->proof, false, adding->frame, &size);
	if (err == OTP_OK)
		err = otp_outbox_put(folder, adding->frame, size, fault);
	if (err != OTP_OK)
		address_say_unsent(adding, err);
	return err == OTP_OK;
}

static void
address_say_unsent(const struct adding *adding, enum otp_err err)
{
	const struct otp_fault *fault = &adding->account.fault;
	const char *folder = adding->tool->options.sockets;

	if (err == OTP_ERR_ABSENT ||
	    (err == OTP_ERR_WRITE &&
		(fault->errnum == ENOENT || fault->errnum == ECONNREFUSED)))
		otp_complain(_("No code can be sent, since nothing listens at "
			       "the socket of otp-deliver, %s/%s. Run "
			       "'systemctl enable --now "
			       "pam_otp-deliver.socket', or add the address "
			       "without a code, with --no-confirm."),
		    otp_escaped(folder).text, OTP_OUTBOX_NAME);
	else
		(void)otp_report(
		    adding->tool, adding->account.subject.account, err, fault);
}

static bool
address_ask(const struct adding *adding)
{
	char typed[OTP_CONFIRM_SIZE], prompt[64];
	bool proven = false;

	(void)snprintf(prompt, sizeof(prompt), _("Code from message %s: "),
	    adding->proof.tag);
	for (unsigned left = OTP_CONFIRM_TRIES; left-- > 0;) {
		if (!otp_confirm_ask(prompt, typed))
			break;
		proven = otp_enrol_is_proven(&adding->proof, typed);
		if (proven)
			break;
		otp_say(_("That is not the code in message %s."),
		    adding->proof.tag);
		otp_confirm_say_left(left);
	}
	otp_wipe(typed, sizeof(typed));
	return proven;
}

static enum otp_exit
address_put(struct adding *adding)
{
	struct otp_account *account = &adding->account;
	const struct otp_subject *subject = &account->subject;
	const struct otp_owner_told told =
	    otp_owner_note(adding->tool, subject);
	enum otp_err err =
	    otp_enrol_add_address(account, &adding->proof.address);

	if (account->committed) {
		otp_audit_address("address-added", subject, adding->masked);
		address_tell(
		    adding->tool, subject, &told, adding->masked, "added");
	}
	if (err != OTP_OK)
		return address_add_failed(adding, err);
	otp_print_line(_("Codes of %s can be sent to %s."),
	    otp_escaped(subject->account).text, adding->masked);
	return OTP_EXIT_DONE;
}

static enum otp_exit
address_add_failed(const struct adding *adding, enum otp_err err)
{
	const struct otp_account *account = &adding->account;
	const struct otp_escaped name = otp_escaped(account->subject.account);
	enum otp_exit status = OTP_EXIT_FAILED;

	if (err == OTP_ERR_EXISTS)
		otp_complain(_("%s already has the address %s."), name.text,
		    adding->masked);
	else if (err == OTP_ERR_FULL)
		otp_complain(_("%s already has %d addresses, and cannot have "
			       "more. First remove one with --remove=NUMBER."),
		    name.text, OTP_SEED_ADDRESSES);
	else
		status = otp_report(adding->tool, account->subject.account, err,
		    &account->fault);
	if (err == OTP_ERR_ABSENT)
		otp_say(_("First run 'otp-enroll new %s'."), name.text);
	if (account->committed)
		address_say_unsafe(account);
	return status;
}

static enum otp_exit
address_remove(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_seed *seed)
{
	struct otp_account account = otp_account_of(&tool->host, subject);
	const struct otp_escaped name = otp_escaped(subject->account);
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	const char *which = tool->args.remove;
	char masked[OTP_ADDRESS_MASKED_SIZE];
	uint8_t id[OTP_ID_SIZE];
	uint64_t number = 0;
	enum otp_err err;

	if (otp_decimal_read(which, strlen(which), seed->addresses_count,
		&number) != OTP_OK ||
	    number == 0) {
		otp_complain(_("%s has no address \"%s\"; 'otp-enroll address "
			       "%s' lists them."),
		    name.text, otp_escaped(which).text, name.text);
		return OTP_EXIT_USAGE;
	}
	otp_address_mask(&seed->addresses[number - 1], masked);
	err = otp_address_id(&seed->addresses[number - 1], id);
	if (err == OTP_OK)
		err = otp_enrol_remove_address(&account, id);
	if (account.committed) {
		otp_audit_address("address-removed", subject, masked);
		address_tell(tool, subject, &told, masked, "removed");
	}
	if (err != OTP_OK)
		return address_remove_failed(tool, &account, err);
	otp_print_line(
	    _("Codes of %s are no longer sent to %s."), name.text, masked);
	return OTP_EXIT_DONE;
}

/* Another process may have removed it in the meantime. */
static enum otp_exit
address_remove_failed(const struct otp_tool *tool,
    const struct otp_account *account, enum otp_err err)
{
	const struct otp_escaped name = otp_escaped(account->subject.account);
	enum otp_exit status;

	if (err == OTP_ERR_LIMIT) {
		otp_complain(
		    _("Nothing changed: without a token, %s could no longer "
		      "log in. Use 'otp-enroll remove %s' if you mean it."),
		    name.text, name.text);
		return OTP_EXIT_FAILED;
	}
	if (err == OTP_ERR_ABSENT)
		err = OTP_ERR_CONFLICT;
	status =
	    otp_report(tool, account->subject.account, err, &account->fault);
	if (account->committed)
		address_say_unsafe(account);
	return status;
}

static void
address_tell(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_owner_told *told, const char *masked, const char *done)
{
	char change[OTP_ADDRESS_MASKED_SIZE + 32];

	(void)snprintf(
	    change, sizeof(change), "the address %s was %s", masked, done);
	otp_owner_tell(tool, subject, told, change);
}

static void
address_say_unsafe(const struct otp_account *account)
{
	otp_complain(_("The addresses of %s have changed, but not yet safely "
		       "on disk: a crash now could undo it."),
	    otp_escaped(account->subject.account).text);
}
