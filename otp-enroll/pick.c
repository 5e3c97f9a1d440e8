/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "common/core/decimal.h"
#include "language.h"
#include "output.h"
#include "pick.h"
#include "report.h"

/* What is looked for. */
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

/* How many fit; the last of them in *RET_INDEX. */
static unsigned
count(const struct wanted *wanted, unsigned *ret_index)
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
list(const struct wanted *wanted)
{
	for (unsigned i = 0; i < wanted->seed->tokens_count; i++)
		if (is_wanted(wanted, i))
			otp_say("  %u  %s  %s", i + 1,
			    otp_kind_name(wanted->seed->tokens[i].kind),
			    otp_escaped(wanted->seed->tokens[i].label).text);
}

static enum otp_exit
refuse(const struct wanted *wanted, unsigned found)
{
	const bool hotp = wanted->kind == OTP_HOTP;
	struct wanted any = *wanted;
	unsigned index;

	if (found > 1 && wanted->name == NULL) {
		otp_complain(_("Say with --token=WHICH which of these:"));
		list(wanted);
		return OTP_EXIT_USAGE;
	}
	if (found > 1) {
		otp_complain(_("\"%s\" can be any of these; name it by its "
			       "number, as in --token='#1':"),
		    otp_escaped(wanted->name).text);
		list(wanted);
		return OTP_EXIT_USAGE;
	}
	any.name = NULL;
	if (count(&any, &index) == 0) {
		otp_complain("%s",
		    hotp ? _("There is no HOTP token.")
			 : _("There is no token."));
		return OTP_EXIT_FAILED;
	}
	otp_complain(hotp ? _("There is no HOTP token \"%s\", but:")
			  : _("There is no token \"%s\", but:"),
	    otp_escaped(wanted->name).text);
	list(&any);
	return OTP_EXIT_USAGE;
}

enum otp_exit
otp_pick_token(const struct otp_tool *tool, const struct otp_subject *subject,
    enum otp_kind kind, struct otp_view *ret_view, struct otp_pick *ret_pick)
{
	struct wanted wanted = {
		.seed = &ret_view->seed,
		.name = tool->args.token,
		.kind = kind,
	};
	struct otp_fault fault = { 0 };
	struct otp_pick pick = { 0 };
	unsigned found;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, ret_view, &fault);

	if (err == OTP_OK && ret_view->seed_err != OTP_OK) {
		err = ret_view->seed_err;
		fault = ret_view->seed_fault;
	}
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	found = count(&wanted, &pick.index);
	if (found != 1)
		return refuse(&wanted, found);
	err = otp_token_id(&ret_view->seed.tokens[pick.index], pick.id);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	*ret_pick = pick;
	return OTP_EXIT_DONE;
}

enum otp_exit
otp_pick_failed(const struct otp_tool *tool, const struct otp_subject *subject,
    enum otp_err err, const struct otp_fault *fault)
{
	if (err != OTP_ERR_ABSENT)
		return otp_report(tool, subject->account, err, fault);
	otp_complain(_("That token was taken away meanwhile. Nothing was "
		       "changed."));
	return OTP_EXIT_FAILED;
}
