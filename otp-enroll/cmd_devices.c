/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "common/core/decimal.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/when.h"

static enum otp_exit devices_run(const struct otp_tool *tool);
static enum otp_exit devices_read(const struct otp_tool *tool,
    const struct otp_subject *subject, struct otp_devices *ret_devices,
    int64_t *ret_now);
static enum otp_exit devices_print(const struct otp_subject *subject,
    const struct otp_devices *devices, int64_t now);
static enum otp_exit devices_forget(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_devices *devices);
static bool devices_choose(const char *which, const struct otp_devices *devices,
    const uint8_t **ret_id);
static enum otp_exit devices_failed(const struct otp_tool *tool,
    const struct otp_account *account, enum otp_err err);

const struct otp_command otp_command_devices = {
	.name = "devices",
	.operands = "[USER]",
	.summary = N_("list or forget devices that are not asked for a code"),
	.help = N_("  --forget=N|all  ask again from device N of the list, or "
		   "from all\n"
		   "\n"
		   "Devices are remembered where a service has the option "
		   "'remember'.\n"),
	.user = true,
	.takes = { "forget" },
	.by_users = true,
	.users_take = { "forget" },
	.run = devices_run,
};

static enum otp_exit
devices_run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_devices devices = { 0 };
	int64_t now = 0;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status == OTP_EXIT_DONE)
		status = devices_read(tool, &subject, &devices, &now);
	if (status != OTP_EXIT_DONE)
		return status;
	return tool->args.forget == NULL
	    ? devices_print(&subject, &devices, now)
	    : devices_forget(tool, &subject, &devices);
}

static enum otp_exit
devices_read(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_devices *ret_devices, int64_t *ret_now)
{
	struct otp_fault fault = { 0 };
	struct otp_overview overview;
	enum otp_err err =
	    tool->backend->overview(tool, subject, &overview, &fault);

	if (err == OTP_OK && overview.problem != OTP_OK) {
		err = overview.problem;
		fault = overview.fault;
	} else if (err == OTP_OK && !overview.enrolled) {
		err = OTP_ERR_ABSENT;
	}
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	*ret_devices = overview.devices;
	*ret_now = overview.now;
	return OTP_EXIT_DONE;
}

static enum otp_exit
devices_print(const struct otp_subject *subject,
    const struct otp_devices *devices, int64_t now)
{
	if (devices->count == 0)
		otp_print(_("%s has no known devices.\n"),
		    otp_escaped(subject->account).text);
	for (unsigned i = 0; i < devices->count; i++) {
		const struct otp_device *device = &devices->list[i];

		/* TRANSLATORS: a list's number; "3 h ago"; "13 d". */
		otp_print(_("%u  remembered %s, asked again in %s\n"), i + 1,
		    otp_when_ago(now, device->created).text,
		    otp_when_span(device->expires - now).text);
	}
	return OTP_EXIT_DONE;
}

static enum otp_exit
devices_forget(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_devices *devices)
{
	struct otp_account account = otp_account_of(&tool->host, subject);
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	const uint8_t *id = NULL;
	unsigned count = 0;
	enum otp_err err;

	if (!devices_choose(tool->args.forget, devices, &id)) {
		otp_complain(_("%s has no known device \"%s\"; 'otp-enroll "
			       "devices %s' lists them."),
		    otp_escaped(subject->account).text,
		    otp_escaped(tool->args.forget).text,
		    otp_escaped(subject->account).text);
		return OTP_EXIT_USAGE;
	}
	err = tool->backend->forget(tool, &account, id, &count);
	if (account.committed && !tool->by_daemon) {
		otp_audit("devices-forgotten", subject, NULL);
		otp_owner_tell(
		    tool, subject, &told, "known devices were forgotten");
	}
	if (err != OTP_OK)
		return devices_failed(tool, &account, err);
	otp_print(ngettext("%s: %u device is asked for a code again.\n",
		      "%s: %u devices are asked for a code again.\n", count),
	    otp_escaped(subject->account).text, count);
	return OTP_EXIT_DONE;
}

/* *RET_ID stays NULL for "all". */
static bool
devices_choose(const char *which, const struct otp_devices *devices,
    const uint8_t **ret_id)
{
	uint64_t number = 0;

	if (strcmp(which, "all") == 0)
		return true;
	if (otp_decimal_read(which, strlen(which), devices->count, &number) !=
		OTP_OK ||
	    number == 0)
		return false;
	*ret_id = devices->list[number - 1].id;
	return true;
}

/* Another process may have forgotten it in the meantime. */
static enum otp_exit
devices_failed(const struct otp_tool *tool, const struct otp_account *account,
    enum otp_err err)
{
	const char *name = account->subject.account;
	enum otp_exit status;

	if (err == OTP_ERR_ABSENT)
		err = OTP_ERR_CONFLICT;
	status = otp_report(tool, name, err, &account->fault);
	if (account->committed)
		otp_complain(_("The devices are forgotten, but not yet safely "
			       "on disk: a crash now could undo it."));
	return status;
}
