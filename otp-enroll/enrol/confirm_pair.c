/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/wipe.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/select.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/confirm.h"

static void
pair_refuse(const struct otp_tool *tool, const struct otp_subject *subject,
    enum otp_verdict verdict)
{
	if (verdict == OTP_VERDICT_MALFORMED)
		otp_complain(_("Those are not codes of this device: their "
			       "length is wrong."));
	else if (tool->by_daemon &&
	    (verdict == OTP_VERDICT_WAITING || verdict == OTP_VERDICT_LOCKED))
		otp_complain(_(
		    "Your own programs are blocked after too many wrong codes. "
		    "'otp-enroll status' shows for how long. To end this now, "
		    "enter a recovery code with 'otp-enroll verify'."));
	else if (verdict == OTP_VERDICT_WAITING)
		otp_complain(_("The account is blocked after too many wrong "
			       "codes. Wait, or run 'otp-enroll unlock %s'."),
		    otp_escaped(subject->account).text);
	else if (verdict == OTP_VERDICT_LOCKED)
		otp_complain(_("The account is locked out after too many wrong "
			       "codes. First run 'otp-enroll unlock %s'."),
		    otp_escaped(subject->account).text);
	else
		otp_complain(_("Those are not two consecutive codes of this "
			       "device that are still unused."));
}

enum otp_confirmed
otp_confirm_pair(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_select *selected, const char *label)
{
	char first[OTP_CONFIRM_SIZE] = "", second[OTP_CONFIRM_SIZE] = "";
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	struct otp_account account = otp_account_of(&tool->host, subject);
	enum otp_err err = OTP_OK;
	bool asked = otp_confirm_ask(_("Code: "), first) &&
	    otp_confirm_ask(_("The next code: "), second);

	if (asked)
		err = tool->backend->resync(
		    tool, &account, selected, first, second, &verdict);
	otp_wipe(first, sizeof(first));
	otp_wipe(second, sizeof(second));
	if (!asked)
		return OTP_CONFIRMED_NOT_ASKED;
	if (err == OTP_OK && verdict == OTP_VERDICT_ACCEPT) {
		if (!tool->by_daemon)
			otp_audit("resynchronised", subject, label);
		otp_print_line(_("\"%s\" is synchronised again."),
		    otp_text_shown(label).text);
		return OTP_CONFIRMED_YES;
	}
	if (err != OTP_OK)
		(void)otp_select_failed(tool, subject, err, &account.fault);
	else
		pair_refuse(tool, subject, verdict);
	return OTP_CONFIRMED_NO;
}
