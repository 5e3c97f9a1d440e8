/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/address_args.h"

#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

bool
otp_address_args_read(const char *typed, struct otp_address *ret_address)
{
	struct otp_fault fault = { 0 };
	enum otp_err err = otp_address_read(typed, ret_address, &fault);

	if (err == OTP_OK)
		return true;
	err = otp_fault_set(&fault, err, 0, typed, OTP_DETAIL_NONE);
	otp_complain("%s.", otp_report_text(err, &fault).text);
	return false;
}

bool
otp_address_args_allowed(
    const struct otp_tool *tool, const struct otp_address *address)
{
	const char *prefixes = tool->options.sms_prefixes;
	char masked[OTP_ADDRESS_MASKED_SIZE];

	if (otp_address_is_within(address, prefixes))
		return true;
	otp_address_mask(address, masked);
	if (prefixes[0] == '\0')
		otp_complain(
		    _("No telephone number can be added, since the option "
		      "'sms_prefixes' is not set. Add the allowed prefixes to "
		      "pam_otp.conf, such as 'sms_prefixes = +49,+43'."));
	else
		otp_complain(_("%s begins with none of the prefixes that the "
			       "option 'sms_prefixes' allows: %s."),
		    masked, otp_escaped(prefixes).text);
	return false;
}
