/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/select.h"

#include <string.h>

#include "common/core/decimal.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/text.h"

/* What --token asks for. */
struct wanted {
	const struct otp_seed *seed;
	const char *name; /* NULL = whatever it is called */
	enum otp_kind kind;
};

static bool
is_called(const struct otp_seed *seed, unsigned index, const char *name)
{
	uint64_t number = 0;
	const bool by_number = name[0] == '#';

	/* "#2" is the second, even if another one is labelled "2". */
	if (!by_number && strcmp(seed->tokens[index].label, name) == 0)
		return true;
	name += by_number;
	return otp_decimal_read(name, strlen(name), OTP_SEED_TOKENS, &number) ==
	    OTP_OK &&
	    number == index + 1;
}

static bool
is_wanted(const struct wanted *wanted, unsigned index)
{
	if (wanted->kind != 0 &&
	    wanted->seed->tokens[index].kind != wanted->kind)
		return false;
	return wanted->name == NULL ||
	    is_called(wanted->seed, index, wanted->name);
}

/* How many tokens match; *RET_INDEX is the last of them. */
static unsigned
count_wanted(const struct wanted *wanted, unsigned *ret_index)
{
	unsigned found = 0;

	for (unsigned i = 0; i < wanted->seed->tokens_count; i++) {
		if (!is_wanted(wanted, i))
			continue;
		*ret_index = i;
		found++;
	}
	return found;
}

static void
list_wanted(const struct wanted *wanted)
{
	for (unsigned i = 0; i < wanted->seed->tokens_count; i++)
		if (is_wanted(wanted, i))
			otp_say("  %u  %s  %s", i + 1,
			    otp_kind_name(wanted->seed->tokens[i].kind),
			    otp_text_shown(wanted->seed->tokens[i].label).text);
}

static enum otp_exit
select_refuse(const struct wanted *wanted, unsigned found)
{
	const bool hotp = wanted->kind == OTP_HOTP;
	struct wanted any = *wanted;
	unsigned index;

	if (found > 1 && wanted->name == NULL) {
		otp_complain(_("There are several tokens. Choose one with "
			       "--token=WHICH:"));
		list_wanted(wanted);
		return OTP_EXIT_USAGE;
	}
	if (found > 1) {
		otp_complain(_("\"%s\" matches several tokens. Choose one by "
			       "its number, such as --token='#1':"),
		    otp_escaped(wanted->name).text);
		list_wanted(wanted);
		return OTP_EXIT_USAGE;
	}
	any.name = NULL;
	if (count_wanted(&any, &index) == 0) {
		otp_complain("%s",
		    hotp ? _("There is no HOTP token.")
			 : _("There is no token."));
		return OTP_EXIT_FAILED;
	}
	otp_complain(hotp ? _("There is no HOTP token \"%s\". The HOTP "
			      "tokens are:")
			  : _("There is no token \"%s\". The tokens are:"),
	    otp_escaped(wanted->name).text);
	list_wanted(&any);
	return OTP_EXIT_USAGE;
}

/* SUBJECT's account; pam_otpd(8) has no secrets of it. */
static enum otp_err
select_read(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_snapshot *ret_snapshot, struct otp_active *ret_former,
    struct otp_fault *fault)
{
	struct otp_seed *seed = &ret_snapshot->seed;
	struct otp_overview overview;
	enum otp_err err;

	if (!tool->by_daemon)
		return tool->backend->snapshot(
		    &tool->host, subject->account, ret_snapshot, fault);
	memset(ret_snapshot, 0, sizeof(*ret_snapshot));
	err = tool->backend->overview(tool, subject, &overview, fault);
	if (err != OTP_OK)
		return err;
	if (overview.problem != OTP_OK) {
		*fault = overview.fault;
		return overview.problem;
	}
	if (!overview.enrolled)
		return OTP_ERR_ABSENT;
	*ret_former = overview.active;
	seed->addresses_count = overview.addresses_count;
	seed->tokens_count = overview.tokens_count;
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		seed->tokens[i].kind = overview.tokens[i].kind;
		memcpy(seed->tokens[i].label, overview.tokens[i].label,
		    sizeof(seed->tokens[i].label));
	}
	return OTP_OK;
}

enum otp_exit
otp_select_token(const struct otp_tool *tool, const struct otp_subject *subject,
    enum otp_kind kind, struct otp_snapshot *ret_snapshot,
    struct otp_select *ret_selected)
{
	struct wanted wanted = {
		.seed = &ret_snapshot->seed,
		.name = tool->args.token,
		.kind = kind,
	};
	struct otp_fault fault = { 0 };
	struct otp_select selected = { 0 };
	unsigned found;
	enum otp_err err =
	    select_read(tool, subject, ret_snapshot, &selected.former, &fault);

	if (err == OTP_OK && ret_snapshot->seed_err != OTP_OK) {
		err = ret_snapshot->seed_err;
		fault = ret_snapshot->seed_fault;
	}
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	found = count_wanted(&wanted, &selected.index);
	if (found != 1)
		return select_refuse(&wanted, found);
	err = otp_token_id(
	    &ret_snapshot->seed.tokens[selected.index], selected.id);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	*ret_selected = selected;
	return OTP_EXIT_DONE;
}

enum otp_exit
otp_select_failed(const struct otp_tool *tool,
    const struct otp_subject *subject, enum otp_err err,
    const struct otp_fault *fault)
{
	if (err != OTP_ERR_ABSENT)
		return otp_report(tool, subject->account, err, fault);
	otp_complain(_("That token was removed in the meantime. Nothing "
		       "changed."));
	return OTP_EXIT_FAILED;
}
