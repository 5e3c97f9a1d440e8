/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/sshd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "otp-enroll/check/sshd_ask.h"
#include "otp-enroll/check/sshd_probe.h"
#include "otp-enroll/check/sshd_scan.h"
#include "otp-enroll/cli/fill.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"

#define OTHERS_MAX 16
#define WORDS_MAX  400 /* bytes of what sshd says */
#define WHOM_MAX   400
#define LINE_END   "\r\n"

/* A login for which a Match block decides something else. */
struct other {
	struct otp_sshd sshd;
	const struct otp_sshd_place *match; /* NULL: root's */
	char whom[WHOM_MAX]; /* ", for logins from 10.0.0.0"; printable */
};

struct checked {
	const struct otp_check_services *services;
	const char *user; /* or NULL */
	bool is_root;
	struct otp_sshd_scan scan;
	struct otp_sshd sshd;		    /* what applies to the user */
	const struct otp_sshd_place *match; /* decides something unknown */
	unsigned count;
	struct other others[OTHERS_MAX];
};

static void check_image(struct checked *checked, bool readable);
static void check_host(struct checked *checked);
static void add_quoted(
    struct checked *checked, enum otp_found found, const char *words);
static bool ask(struct checked *checked);
static void ask_for_blocks(struct checked *checked);
static void ask_for_block(
    struct checked *checked, const struct otp_sshd_setting *setting);
static void ask_for_root(struct checked *checked);
static bool add_other(struct checked *checked,
    const struct otp_sshd_login *login, const struct otp_sshd_place *match,
    const char *whom);
static void name_login(
    const struct otp_sshd_probe *probe, size_t size, char *ret_whom);
static void judge(struct checked *checked);
static const struct otp_sshd_place *find_exception(
    const struct checked *checked, enum otp_sshd_keyword keyword);
static bool is_refused(
    const struct checked *checked, const struct other *other);
static void add_access(struct checked *checked, enum otp_sshd_keyword keyword);
static bool matters(
    const struct checked *checked, enum otp_sshd_keyword keyword);
static bool is_same(const struct otp_sshd *one, const struct otp_sshd *other);
static void add_finding(const struct checked *checked, enum otp_found found,
    const char *where, const char *what);

void
otp_check_sshd(
    const struct otp_check_services *services, const char *user, bool is_root)
{
	struct checked *checked;
	bool readable;

	if (!services->sshd)
		return;
	checked = calloc(1, sizeof(*checked));
	if (checked == NULL) {
		services->findings->failed = true;
		return;
	}
	checked->services = services;
	checked->user = user;
	checked->is_root = is_root;
	readable = otp_sshd_scan(services->root, &checked->scan);
	if (services->root[0] == '\0')
		check_host(checked);
	else
		check_image(checked, readable);
	if (checked->scan.failed)
		services->findings->failed = true;
	otp_sshd_scan_free(&checked->scan);
	free(checked);
}

/*
 * The sshd of an image is not run: what is written outside Match blocks has to
 * do.
 */
static void
check_image(struct checked *checked, bool readable)
{
	if (!readable && (errno == ENOENT || errno == ENOTDIR))
		return; /* no sshd there */
	if (!readable) {
		add_finding(checked, OTP_FOUND_SSHD_UNREADABLE,
		    checked->scan.written.places[0].text, strerror(errno));
		return;
	}
	checked->sshd = checked->scan.written;
	for (size_t i = checked->scan.count; i-- > 0;)
		if (matters(checked, checked->scan.settings[i].keyword))
			checked->match = &checked->scan.settings[i].place;
	judge(checked);
}

static void
check_host(struct checked *checked)
{
	char *words = NULL;

	if (geteuid() != 0) {
		add_finding(checked, OTP_FOUND_SSHD_NOT_CHECKED, NULL, NULL);
		return;
	}
	switch (otp_sshd_test(&words)) {
	case OTP_SSHD_ACCEPTS:
		if (ask(checked))
			judge(checked);
		else
			add_finding(
			    checked, OTP_FOUND_SSHD_SILENT, NULL, "sshd -T");
		break;
	case OTP_SSHD_REFUSES:
		add_quoted(checked, OTP_FOUND_SSHD_INVALID, words);
		break;
	case OTP_SSHD_SILENT:
		add_quoted(
		    checked, OTP_FOUND_SSHD_SILENT, words != NULL ? words : "");
		break;
	case OTP_SSHD_ABSENT:
		break; /* no login by ssh either */
	}
	free(words);
}

/* The lines that sshd says become one. */
static void
add_quoted(struct checked *checked, enum otp_found found, const char *words)
{
	char line[WORDS_MAX] = "";
	size_t used = 0;

	words += strspn(words, LINE_END);
	while (*words != '\0' && used < sizeof(line) - 1) {
		size_t length = strcspn(words, LINE_END);

		(void)snprintf(line + used, sizeof(line) - used, "%s%.*s",
		    used > 0 ? "; " : "", (int)length, words);
		used = strlen(line);
		words += length;
		words += strspn(words, LINE_END);
	}
	add_finding(checked, found, NULL, used > 0 ? line : "sshd -t");
}

/* Ask for what applies to the user, and to others.  False: no answer. */
static bool
ask(struct checked *checked)
{
	const struct otp_sshd_login login = { .user = checked->user };
	char *text = otp_sshd_ask(&login);

	if (text == NULL)
		return false;
	otp_sshd_scan_output(&checked->scan, text, &checked->sshd);
	free(text);
	ask_for_blocks(checked);
	if (checked->user == NULL)
		ask_for_root(checked);
	return true;
}

static void
ask_for_blocks(struct checked *checked)
{
	for (size_t i = 0; i < checked->scan.count; i++) {
		const struct otp_sshd_setting *at = &checked->scan.settings[i];

		if (matters(checked, at->keyword))
			ask_for_block(checked, at);
	}
}

/* Ask for a login that the block of SETTING is for, if one can be made up. */
static void
ask_for_block(struct checked *checked, const struct otp_sshd_setting *setting)
{
	struct otp_sshd_probe probe = { .login.user = checked->user };
	enum otp_sshd_match match = otp_sshd_probe(setting->criteria, &probe);
	char whom[WHOM_MAX];

	if (checked->user == NULL && probe.users)
		match = OTP_SSHD_MATCH_OTHER;
	if (match == OTP_SSHD_MATCH_USERS)
		return; /* sshd has told what applies to the user */
	if (match == OTP_SSHD_MATCH_LOGIN) {
		name_login(&probe, sizeof(whom), whom);
		if (add_other(checked, &probe.login, &setting->place, whom))
			return;
	}
	if (checked->match == NULL)
		checked->match = &setting->place;
}

/* Root is a user whom every host has. */
static void
ask_for_root(struct checked *checked)
{
	const struct otp_sshd_login login = { .user = "root" };

	(void)add_other(checked, &login, NULL, _(", for root"));
}

/* Whether sshd answered, so that nothing is unknown of LOGIN. */
static bool
add_other(struct checked *checked, const struct otp_sshd_login *login,
    const struct otp_sshd_place *match, const char *whom)
{
	struct other *other = &checked->others[checked->count];
	char *text;

	for (unsigned i = 0; i < checked->count; i++)
		if (strcmp(checked->others[i].whom, whom) == 0)
			return true;
	if (checked->count == OTHERS_MAX)
		return false;
	text = otp_sshd_ask(login);
	if (text == NULL)
		return false;
	otp_sshd_scan_output(&checked->scan, text, &other->sshd);
	free(text);
	other->match = match;
	(void)snprintf(other->whom, sizeof(other->whom), "%s", whom);
	if (!is_same(&other->sshd, &checked->sshd))
		checked->count++;
	return true;
}

static void
name_login(const struct otp_sshd_probe *probe, size_t size, char *ret_whom)
{
	const char *name = probe->addr;
	const char *sentence = _(", for logins from {name}");
	struct otp_filling filling = { .name = "{name}" };

	if (name[0] == '\0')
		name = probe->host;
	if (name[0] == '\0') {
		name = probe->laddr[0] != '\0' ? probe->laddr : probe->lport;
		sentence = _(", for logins to {name}");
	}
	filling.text = name;
	ret_whom[0] = '\0';
	otp_fill(ret_whom, size, sentence, &filling, 1);
}

/* --- What they mean ----------------------------------------------------- */

static void
judge(struct checked *checked)
{
	const struct otp_sshd *sshd = &checked->sshd;
	enum otp_sshd_keyword keyword = OTP_SSHD_KEYWORDS;

	if (checked->user != NULL)
		keyword =
		    otp_sshd_refuses(sshd, checked->user, checked->is_root);
	if (checked->match == NULL)
		checked->match = find_exception(checked, keyword);
	if (checked->match != NULL)
		add_finding(
		    checked, OTP_FOUND_SSHD_MATCH, checked->match->text, NULL);
	if (keyword != OTP_SSHD_KEYWORDS) {
		add_access(checked, keyword);
		return;
	}
	otp_sshd_judge(
	    sshd, checked->services, checked->is_root, checked->match != NULL);
	for (unsigned i = 0; i < checked->count; i++)
		if (!is_refused(checked, &checked->others[i]))
			otp_sshd_judge_other(sshd, &checked->others[i].sshd,
			    checked->services, checked->others[i].whom);
}

/*
 * The block by which some logins succeed although others do not: KEYWORD
 * refuses the user, or no method asks for a code.
 */
static const struct otp_sshd_place *
find_exception(const struct checked *checked, enum otp_sshd_keyword keyword)
{
	const struct otp_check_services *services = checked->services;

	if (keyword == OTP_SSHD_KEYWORDS &&
	    otp_sshd_ways(&checked->sshd, services).code)
		return NULL;
	for (unsigned i = 0; i < checked->count; i++) {
		const struct other *other = &checked->others[i];

		if (other->match != NULL && !is_refused(checked, other) &&
		    otp_sshd_ways(&other->sshd, services).code)
			return other->match;
	}
	return NULL;
}

static bool
is_refused(const struct checked *checked, const struct other *other)
{
	const char *user = checked->user;
	bool is_root = checked->is_root;

	if (other->match == NULL) {
		user = "root";
		is_root = true;
	}
	if (user == NULL)
		return false;
	return otp_sshd_refuses(&other->sshd, user, is_root) !=
	    OTP_SSHD_KEYWORDS;
}

/* Where a block may decide otherwise, there is a note of that already. */
static void
add_access(struct checked *checked, enum otp_sshd_keyword keyword)
{
	if (checked->match != NULL)
		return;
	add_finding(checked,
	    keyword == OTP_SSHD_ROOT ? OTP_FOUND_SSHD_NO_ROOT
				     : OTP_FOUND_SSHD_REFUSES,
	    checked->sshd.places[keyword].text, otp_sshd_keyword_name(keyword));
}

/* Whether what is found depends on KEYWORD. */
static bool
matters(const struct checked *checked, enum otp_sshd_keyword keyword)
{
	if (keyword == OTP_SSHD_AGENT || keyword == OTP_SSHD_FORWARDING ||
	    keyword == OTP_SSHD_GRACE)
		return false; /* a note of it is of logins in general */
	if (keyword == OTP_SSHD_ROOT)
		return checked->is_root;
	return keyword < OTP_SSHD_ROOT || checked->user != NULL;
}

static bool
is_same(const struct otp_sshd *one, const struct otp_sshd *other)
{
	for (unsigned i = 0; i < OTP_SSHD_KEYWORDS; i++)
		if (strcasecmp(one->values[i], other->values[i]) != 0)
			return false;
	return true;
}

static void
add_finding(const struct checked *checked, enum otp_found found,
    const char *where, const char *what)
{
	otp_findings_add(checked->services->findings, found,
	    (struct otp_words){ .where = where, .what = what });
}
