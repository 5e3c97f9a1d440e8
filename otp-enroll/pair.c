/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit.h"
#include "common/core/wipe.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "pick.h"

static void
say_why(const struct otp_subject *subject, enum otp_verdict verdict)
{
	if (verdict == OTP_VERDICT_MALFORMED)
		otp_complain(_("These have not the length of this token's "
			       "codes."));
	else if (verdict == OTP_VERDICT_WAITING)
		otp_complain(_("There were too many wrong codes: wait, or run "
			       "`otp-enroll unlock %s' first."),
		    otp_escaped(subject->account).text);
	else if (verdict == OTP_VERDICT_LOCKED)
		otp_complain(_("Locked after too many wrong codes: run "
			       "`otp-enroll unlock %s' first."),
		    otp_escaped(subject->account).text);
	else
		otp_complain(_("These are not two successive codes of this "
			       "token, or none that are to come."));
}

enum otp_confirmed
otp_confirm_pair(const struct otp_tool *tool, const struct otp_subject *subject,
    const uint8_t id[OTP_ID_SIZE], const char *label, int *ret_signal)
{
	char first[OTP_CONFIRM_SIZE] = "", second[OTP_CONFIRM_SIZE] = "";
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	struct otp_fault fault = { 0 };
	enum otp_err err = OTP_OK;
	enum otp_confirmed confirmed =
	    otp_confirm_ask(_("Code: "), first, ret_signal);

	if (confirmed == OTP_CONFIRMED_YES)
		confirmed = otp_confirm_ask(
		    _("The code after it: "), second, ret_signal);
	if (confirmed == OTP_CONFIRMED_YES)
		err = otp_enrol_resync(
		    &tool->host, subject, id, first, second, &verdict, &fault);
	otp_wipe(first, sizeof(first));
	otp_wipe(second, sizeof(second));
	if (confirmed != OTP_CONFIRMED_YES)
		return confirmed;
	if (err == OTP_OK && verdict == OTP_VERDICT_ACCEPT) {
		otp_audit("resynchronised", subject, label);
		otp_print(
		    _("\"%s\" is in step again.\n"), otp_escaped(label).text);
		return OTP_CONFIRMED_YES;
	}
	if (err != OTP_OK)
		(void)otp_pick_failed(tool, subject, err, &fault);
	else
		say_why(subject, verdict);
	return OTP_CONFIRMED_NO;
}
