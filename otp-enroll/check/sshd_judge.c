/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "otp-enroll/check/sshd.h"

/* What it takes to set up an app. */
#define ENROLL_SECONDS 240

static void add_way(const struct otp_sshd *sshd,
    const struct otp_check_services *services, const char *list,
    struct otp_sshd_ways *ways);
static enum otp_found found_without_code(
    const struct otp_sshd *sshd, bool by_password);
static bool is_short(const char *text);
static enum otp_sshd_keyword where_without_code(const struct otp_sshd *sshd);
static bool is_unlisted(const struct otp_sshd *sshd);
static void add_sshd_finding(const struct otp_check_services *services,
    enum otp_found found, const struct otp_sshd *sshd,
    enum otp_sshd_keyword where, const char *whom);

void
otp_sshd_judge(const struct otp_sshd *sshd,
    const struct otp_check_services *services, bool is_root, bool open)
{
	const struct otp_sshd_ways ways = otp_sshd_ways(sshd, services);
	bool answered = services->sshd_split || services->sshd_alone;

	if (!otp_sshd_is(sshd, OTP_SSHD_USE_PAM, "yes")) {
		add_sshd_finding(services, OTP_FOUND_SSHD_NO_PAM, sshd,
		    OTP_SSHD_USE_PAM, NULL);
		return;
	}
	if (ways.code)
		add_sshd_finding(services,
		    ways.key_alone ? OTP_FOUND_SSHD : OTP_FOUND_SSHD_ALWAYS,
		    sshd, OTP_SSHD_METHODS, NULL);
	else if (!open)
		add_sshd_finding(services,
		    found_without_code(sshd, ways.password), sshd,
		    where_without_code(sshd), NULL);
	if (ways.code && ways.password && !answered)
		add_sshd_finding(services, OTP_FOUND_SSHD_PASSWORD, sshd,
		    OTP_SSHD_PASSWORD, NULL);
	if (ways.code && ways.key_alone)
		add_sshd_finding(services, OTP_FOUND_SSHD_KEY_ONLY, sshd,
		    OTP_SSHD_METHODS, NULL);
	if (ways.code_alone)
		add_sshd_finding(services, OTP_FOUND_SSHD_CODE_ONLY, sshd,
		    OTP_SSHD_METHODS, NULL);
	if (services->sshd_keys && otp_sshd_is(sshd, OTP_SSHD_AGENT, "yes") &&
	    !otp_sshd_is(sshd, OTP_SSHD_FORWARDING, "yes"))
		add_sshd_finding(
		    services, OTP_FOUND_SSHD_AGENT, sshd, OTP_SSHD_AGENT, NULL);
	if (services->sshd_enrolls && is_short(sshd->values[OTP_SSHD_GRACE]))
		add_sshd_finding(
		    services, OTP_FOUND_SSHD_GRACE, sshd, OTP_SSHD_GRACE, NULL);
	if (is_root && !otp_sshd_is(sshd, OTP_SSHD_ROOT, "yes"))
		otp_findings_add(services->findings, OTP_FOUND_SSHD_ROOT,
		    (struct otp_words){
			.where = sshd->places[OTP_SSHD_ROOT].text,
			.what = sshd->values[OTP_SSHD_ROOT] });
}

void
otp_sshd_judge_other(const struct otp_sshd *sshd, const struct otp_sshd *other,
    const struct otp_check_services *services, const char *whom)
{
	const struct otp_sshd_ways ways = otp_sshd_ways(sshd, services);
	const struct otp_sshd_ways others = otp_sshd_ways(other, services);
	bool lost = ways.code && !others.code;
	bool answered = services->sshd_split || services->sshd_alone;

	if (others.key_alone && (lost || !ways.key_alone))
		add_sshd_finding(services, OTP_FOUND_SSHD_KEY_ONLY, other,
		    OTP_SSHD_METHODS, whom);
	else if (lost)
		add_sshd_finding(services,
		    found_without_code(other, others.password), other,
		    where_without_code(other), whom);
	if (others.code && others.password && !ways.password && !answered)
		add_sshd_finding(services, OTP_FOUND_SSHD_PASSWORD, other,
		    OTP_SSHD_PASSWORD, whom);
	if (others.code_alone && !ways.code_alone)
		add_sshd_finding(services, OTP_FOUND_SSHD_CODE_ONLY, other,
		    OTP_SSHD_METHODS, whom);
}

struct otp_sshd_ways
otp_sshd_ways(
    const struct otp_sshd *sshd, const struct otp_check_services *services)
{
	struct otp_sshd_ways ways = { .code = false };
	char methods[OTP_SSHD_VALUE];
	const char *list;
	char *rest = NULL;

	(void)snprintf(
	    methods, sizeof(methods), "%s", sshd->values[OTP_SSHD_METHODS]);
	if (strcasecmp(methods, "any") == 0)
		(void)snprintf(methods, sizeof(methods),
		    "publickey keyboard-interactive password");
	list = strtok_r(methods, " \t", &rest);
	while (list != NULL) {
		add_way(sshd, services, list, &ways);
		list = strtok_r(NULL, " \t", &rest);
	}
	return ways;
}

/* Add the way that needs everything in LIST ("publickey,password"). */
static void
add_way(const struct otp_sshd *sshd, const struct otp_check_services *services,
    const char *list, struct otp_sshd_ways *ways)
{
	bool asks = false, other = false, possible = true;
	bool enabled = otp_sshd_is(sshd, OTP_SSHD_PASSWORD, "yes");

	while (*list != '\0') {
		size_t whole = strcspn(list, ",");
		size_t length = strcspn(list, ",:");

		if (length == strlen("keyboard-interactive") &&
		    strncasecmp(list, "keyboard-interactive", length) == 0) {
			asks = true;
			possible = possible &&
			    otp_sshd_is(sshd, OTP_SSHD_INTERACTIVE, "yes");
		} else if (length == strlen("password") &&
		    strncasecmp(list, "password", length) == 0) {
			/* sshd has one answer, for whatever PAM asks. */
			asks = asks || services->sshd_split ||
			    services->sshd_alone;
			ways->password = ways->password || enabled;
			possible = possible && enabled;
		} else {
			other = true; /* a key, a host key, a ticket */
			if (length == strlen("publickey") &&
			    strncasecmp(list, "publickey", length) == 0)
				possible = possible &&
				    otp_sshd_is(sshd, OTP_SSHD_KEY, "yes");
		}
		list += whole + (list[whole] == ',');
	}
	if (!possible)
		return;
	ways->code = ways->code || asks;
	ways->key_alone = ways->key_alone || (!asks && other);
	ways->code_alone =
	    ways->code_alone || (asks && !other && services->sshd_alone);
}

static enum otp_found
found_without_code(const struct otp_sshd *sshd, bool by_password)
{
	if (is_unlisted(sshd))
		return by_password ? OTP_FOUND_SSHD_NO_PROMPT_LISTED
				   : OTP_FOUND_SSHD_NO_CODE_LISTED;
	return by_password ? OTP_FOUND_SSHD_NO_PROMPT : OTP_FOUND_SSHD_NO_CODE;
}

static enum otp_sshd_keyword
where_without_code(const struct otp_sshd *sshd)
{
	return is_unlisted(sshd) ? OTP_SSHD_METHODS : OTP_SSHD_INTERACTIVE;
}

/* Whether methods are listed, none of them with questions from PAM. */
static bool
is_unlisted(const struct otp_sshd *sshd)
{
	return !otp_sshd_is(sshd, OTP_SSHD_METHODS, "any") &&
	    strcasestr(
		sshd->values[OTP_SSHD_METHODS], "keyboard-interactive") == NULL;
}

bool
otp_sshd_is(const struct otp_sshd *sshd, enum otp_sshd_keyword keyword,
    const char *value)
{
	return strcasecmp(sshd->values[keyword], value) == 0;
}

/*
 * Whether TEXT, such as "120" or "2m30s", is a time in which users do not set
 * up an app.  0 is for ever.
 */
static bool
is_short(const char *text)
{
	unsigned long all = 0, number = 0;

	for (; *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9') {
			number = number * 10 + (unsigned long)(*text - '0');
			continue;
		}
		if (strchr("sSmM", *text) == NULL)
			return false; /* hours, days or weeks */
		all += strchr("mM", *text) != NULL ? 60 * number : number;
		number = 0;
	}
	all += number;
	return all != 0 && all < ENROLL_SECONDS;
}

/* WHERE: the keyword to be changed.  WHOM: ", for ...", or NULL. */
static void
add_sshd_finding(const struct otp_check_services *services,
    enum otp_found found, const struct otp_sshd *sshd,
    enum otp_sshd_keyword where, const char *whom)
{
	otp_findings_add(services->findings, found,
	    (struct otp_words){
		.where = sshd->places[where].text, .more = whom });
}
