/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "audit.h"
#include "command.h"
#include "common/core/decimal.h"
#include "output.h"
#include "report.h"
#include "subject.h"
#include "view.h"

/* Whether NAME is token INDEX's label or number (from 1). */
static bool
is_called(const struct otp_seed *seed, unsigned index, const char *name)
{
	uint64_t number = 0;

	if (strcmp(seed->tokens[index].label, name) == 0)
		return true;
	return otp_decimal_read(name, strlen(name), OTP_SEED_TOKENS, &number) ==
	    OTP_OK &&
	    number == index + 1;
}

static void
list(const struct otp_seed *seed, const char *name)
{
	for (unsigned i = 0; i < seed->tokens_count; i++)
		if (name == NULL || is_called(seed, i, name))
			otp_say("  %u  %s  %s", i + 1,
			    otp_kind_name(seed->tokens[i].kind),
			    otp_escaped(seed->tokens[i].label).text);
}

static enum otp_exit
find_token(const struct otp_seed *seed, const char *name, unsigned *ret_index)
{
	unsigned found = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++) {
		if (!is_called(seed, i, name))
			continue;
		*ret_index = i;
		found++;
	}
	if (found == 1)
		return OTP_EXIT_DONE;
	otp_complain(found > 1 ? "\"%s\" can be any of these; name it by its "
				 "number or label alone:"
			       : "There is no token \"%s\", but these:",
	    otp_escaped(name).text);
	list(seed, found > 1 ? name : NULL);
	return found > 1 ? OTP_EXIT_USAGE : OTP_EXIT_FAILED;
}

static enum otp_exit
remove_token(const struct otp_tool *tool, const struct otp_subject *subject)
{
	const char *name = tool->args.token;
	struct otp_fault fault = { 0 };
	struct otp_view view;
	enum otp_exit status = OTP_EXIT_DONE;
	unsigned index = 0;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &view, &fault);

	if (err == OTP_OK && view.seed_err != OTP_OK) {
		err = view.seed_err;
		fault = view.seed_fault;
	}
	if (err == OTP_OK)
		status = find_token(&view.seed, name, &index);
	if (err == OTP_OK && status == OTP_EXIT_DONE)
		err =
		    otp_enrol_remove_token(&tool->host, subject, index, &fault);
	if (err != OTP_OK)
		status = otp_report(tool, subject->account, err, &fault);
	if (status == OTP_EXIT_DONE) {
		const char *label = view.seed.tokens[index].label;

		otp_audit("removed", subject, label);
		otp_print("The token \"%s\" of %s is removed%s.\n",
		    otp_escaped(label).text, otp_escaped(subject->account).text,
		    view.seed.tokens_count == 1
			? ", the last one: no longer enrolled"
			: "");
	}
	otp_view_wipe(&view);
	return status;
}

static enum otp_exit
remove_all(const struct otp_tool *tool, const struct otp_subject *subject)
{
	const bool purge = tool->args.purge;
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_enrol_remove(&tool->host, subject, purge, &fault);

	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	otp_audit(purge ? "purged" : "removed", subject, NULL);
	otp_print("%s is no longer enrolled; %s.\n",
	    otp_escaped(subject->account).text,
	    purge ? "failures and used codes are forgotten"
		  : "failures and used codes are kept");
	return OTP_EXIT_DONE;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	enum otp_exit status;

	if (tool->args.token != NULL && tool->args.purge) {
		otp_complain("--purge takes all there is; it does not go with "
			     "--token.");
		return OTP_EXIT_USAGE;
	}
	status = otp_subject_find(tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	return tool->args.token != NULL ? remove_token(tool, &subject)
					: remove_all(tool, &subject);
}

const struct otp_command otp_command_remove = {
	.name = "remove",
	.operands = "[USER]",
	.summary = "take tokens and recovery codes away",
	.help =
	    "  --token=WHICH  this one only: its label, or its number in "
	    "`status'\n"
	    "  --purge        forget failures and used codes too\n"
	    "\n"
	    "Nothing is asked. Without --purge what was used stays known, so "
	    "that an old\nseed brought back revives no code.\n",
	.user = true,
	.takes = { "token", "purge" },
	.run = run,
};
