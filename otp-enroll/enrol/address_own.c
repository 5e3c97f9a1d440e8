/* SPDX-License-Identifier: BSD-2-Clause */
/* look -> prove -> a code is sent there -> confirm */
#include "config.h"

#include "otp-enroll/enrol/address_own.h"

#include <stdio.h>
#include <string.h>

#include "common/core/decimal.h"
#include "common/core/wipe.h"
#include "otp-enroll/account/address_args.h"
#include "otp-enroll/account/status.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/enrol/confirm.h"
#include "otp-enroll/enrol/prove.h"

/* Has secrets; otp_address_own() wipes it. */
struct own {
	const struct otp_tool *tool;
	struct otp_account account;
	struct otp_overview overview;
	struct otp_change change;
	char masked[OTP_ADDRESS_MASKED_SIZE];
};

static enum otp_exit own_look(struct own *own);
static void own_list(const struct own *own);
static enum otp_exit own_add(struct own *own);
static bool own_may_add(struct own *own);
static enum otp_exit own_confirm(struct own *own);
static enum otp_exit own_confirm_once(
    struct own *own, const char *typed, bool *again);
static enum otp_exit own_remove(struct own *own);
static bool own_may_remove(struct own *own);
static enum otp_exit own_prove(struct own *own);
static void own_say_unchanged(const struct own *own);
static void own_say_unsafe(const struct own *own);

enum otp_exit
otp_address_own(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct own own = { .tool = tool,
		.account = otp_account_of(&tool->host, subject),
		.change = { .kind = OTP_CHANGE_ADDRESS } };
	enum otp_exit status = own_look(&own);

	if (status == OTP_EXIT_DONE && tool->args.add)
		status = own_add(&own);
	else if (status == OTP_EXIT_DONE && tool->args.remove != NULL)
		status = own_remove(&own);
	else if (status == OTP_EXIT_DONE)
		own_list(&own);
	otp_wipe(&own, sizeof(own));
	return status;
}

static enum otp_exit
own_look(struct own *own)
{
	const struct otp_subject *subject = &own->account.subject;
	const enum otp_exit status =
	    otp_prove_look(own->tool, subject, &own->overview);

	own->change.proof.former = own->overview.active;
	return status == OTP_EXIT_UNENROLLED
	    ? otp_report(own->tool, subject->account, OTP_ERR_ABSENT,
		  &(const struct otp_fault){ 0 })
	    : status;
}

static void
own_list(const struct own *own)
{
	const struct otp_overview *overview = &own->overview;

	if (overview->addresses_count == 0)
		otp_print(_("%s has no addresses.\n"),
		    otp_escaped(own->account.subject.account).text);
	for (unsigned i = 0; i < overview->addresses_count; i++)
		otp_status_print_address(i + 1, &overview->addresses[i]);
}

static enum otp_exit
own_add(struct own *own)
{
	const struct otp_change *change = &own->change;
	enum otp_exit status = OTP_EXIT_USAGE;

	if (!otp_address_args_read(own->tool->args.added, &own->change.address))
		return status;
	otp_address_mask(&change->address, own->masked);
	status = own_may_add(own) ? own_prove(own) : OTP_EXIT_FAILED;
	if (status == OTP_EXIT_DONE &&
	    change->sent.delivery == OTP_DELIVERY_SENT)
		return own_confirm(own);
	if (status == OTP_EXIT_DONE)
		otp_complain(_("No code can be sent. Ask an administrator to "
			       "run 'systemctl enable --now "
			       "pam_otp-deliver.socket'."));
	own_say_unchanged(own);
	return OTP_EXIT_FAILED;
}

static bool
own_may_add(struct own *own)
{
	own->change.step = OTP_OWN_ADD;
	if (!otp_address_is_mail(&own->change.address)) {
		otp_complain(_("Only mail addresses can be added without "
			       "root: ask an administrator."));
		return false;
	}
	if (own->overview.addresses_count < OTP_SEED_ADDRESSES)
		return true;
	otp_complain(_("%s already has %d addresses, and cannot have more. "
		       "First remove one with --remove=NUMBER."),
	    otp_escaped(own->account.subject.account).text, OTP_SEED_ADDRESSES);
	return false;
}

/* Until the code comes back, what is kept changes nothing. */
static enum otp_exit
own_confirm(struct own *own)
{
	char typed[OTP_CONFIRM_SIZE], prompt[64];
	enum otp_exit status = OTP_EXIT_FAILED;
	bool again = true;

	otp_say(_("A code is on its way to %s."), own->masked);
	(void)snprintf(prompt, sizeof(prompt), _("Code from message %s: "),
	    own->change.sent.tag);
	own->change.step = OTP_OWN_CONFIRM;
	for (unsigned left = OTP_CONFIRM_TRIES; again && left-- > 0;) {
		again = false;
		own->account.committed = own->account.unknown = false;
		if (otp_confirm_ask(prompt, typed))
			status = own_confirm_once(own, typed, &again);
		if (again)
			otp_confirm_say_left(left);
	}
	otp_wipe(typed, sizeof(typed));
	if (own->account.committed && status != OTP_EXIT_DONE)
		own_say_unsafe(own);
	else if (own->account.committed)
		otp_print_line(_("Codes of %s can be sent to %s."),
		    otp_escaped(own->account.subject.account).text,
		    own->masked);
	else if (own->account.unknown)
		otp_complain(_("It is not known whether %s was added: pam_otpd "
			       "did not answer in time. In a minute, "
			       "'otp-enroll address' shows it."),
		    own->masked);
	else
		own_say_unchanged(own);
	return status;
}

static enum otp_exit
own_confirm_once(struct own *own, const char *typed, bool *again)
{
	struct otp_own_result result;
	struct otp_recovery_set none;
	enum otp_err err;

	own->change.proof.typed = typed;
	err = otp_prove_once(
	    own->tool, &own->account, &own->change, &none, &result);
	own->change.proof.typed = NULL;
	if (err == OTP_ERR_CONFLICT) {
		otp_complain(_("That code is no longer valid. Add the address "
			       "again."));
		return OTP_EXIT_FAILED;
	}
	if (err != OTP_OK)
		return otp_report(own->tool, own->account.subject.account, err,
		    &own->account.fault);
	if (result.verdict == OTP_VERDICT_ACCEPT)
		return OTP_EXIT_DONE;
	*again = result.verdict == OTP_VERDICT_REJECT ||
	    result.verdict == OTP_VERDICT_MALFORMED;
	if (*again)
		otp_say(_("That is not the code in message %s."),
		    own->change.sent.tag);
	else
		otp_prove_explain(&result);
	return OTP_EXIT_FAILED;
}

static enum otp_exit
own_remove(struct own *own)
{
	enum otp_exit status = OTP_EXIT_USAGE;

	if (own_may_remove(own))
		status = own_prove(own);
	if (status == OTP_EXIT_USAGE)
		return status;
	if (own->account.committed && status != OTP_EXIT_DONE)
		own_say_unsafe(own);
	else if (own->account.committed)
		otp_print_line(_("Codes of %s are no longer sent to %s."),
		    otp_escaped(own->account.subject.account).text,
		    own->masked);
	else if (own->account.unknown)
		otp_complain(_("It is not known whether %s was removed: "
			       "pam_otpd did not answer in time. In a minute, "
			       "'otp-enroll address' shows it."),
		    own->masked);
	else
		otp_complain(
		    _("Nothing changed. Your existing setup still works."));
	return status;
}

static bool
own_may_remove(struct own *own)
{
	const struct otp_overview *overview = &own->overview;
	const char *which = own->tool->args.remove;
	const struct otp_escaped name =
	    otp_escaped(own->account.subject.account);
	uint64_t number = 0;

	if (otp_decimal_read(which, strlen(which), overview->addresses_count,
		&number) != OTP_OK ||
	    number == 0) {
		otp_complain(_("%s has no address \"%s\"; 'otp-enroll address "
			       "%s' lists them."),
		    name.text, otp_escaped(which).text, name.text);
		return false;
	}
	if (overview->tokens_count == 0 && overview->addresses_count == 1) {
		otp_complain(_("Without a token, the last address cannot be "
			       "removed."));
		return false;
	}
	own->change.step = OTP_OWN_REMOVE;
	own->change.number = (unsigned)number - 1;
	memcpy(own->masked, overview->addresses[number - 1].masked,
	    sizeof(own->masked));
	return true;
}

/* Other than OTP_EXIT_DONE: it was said why not. */
static enum otp_exit
own_prove(struct own *own)
{
	struct otp_recovery_set none;

	otp_say(_("Enter a code of a token, or one of your recovery codes."));
	return otp_prove(own->tool, &own->account, &own->change, NULL, &none);
}

static void
own_say_unchanged(const struct own *own)
{
	otp_complain(_("Nothing changed: %s was not added."), own->masked);
}

static void
own_say_unsafe(const struct own *own)
{
	otp_complain(_("The addresses of %s have changed, but not yet safely "
		       "on disk: a crash now could undo it."),
	    otp_escaped(own->account.subject.account).text);
}
