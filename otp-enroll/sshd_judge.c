/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sshd.h"

/* What the ways in that are allowed ask for. */
struct ways {
	bool code;     /* some way asks for a code, and can be answered */
	bool password; /* some way is sshd's own question for the password */
	bool key_alone;
	bool code_alone;
};

/* Judge the way in that wants everything in LIST ("publickey,password"). */
static void
add_way(const struct otp_sshd *sshd, const struct otp_wiring *wiring,
    const char *list, struct ways *ways)
{
	bool asks = false, other = false, possible = true;

	while (*list != '\0') {
		size_t whole = strcspn(list, ",");
		size_t length = strcspn(list, ",:");

		if (length == strlen("keyboard-interactive") &&
		    strncasecmp(list, "keyboard-interactive", length) == 0) {
			asks = true;
			possible = possible && sshd->interactive;
		} else if (length == strlen("password") &&
		    strncasecmp(list, "password", length) == 0) {
			/* Its one answer is whatever PAM asks for alone. */
			asks = asks || wiring->sshd_split || wiring->sshd_alone;
			ways->password = ways->password || sshd->password;
			possible = possible && sshd->password;
		} else {
			other = true; /* a key, a host's, a ticket */
			if (length == strlen("publickey") &&
			    strncasecmp(list, "publickey", length) == 0)
				possible = possible && sshd->key;
		}
		list += whole + (list[whole] == ',');
	}
	if (!possible)
		return;
	ways->code = ways->code || asks;
	ways->key_alone = ways->key_alone || (!asks && other);
	ways->code_alone =
	    ways->code_alone || (asks && !other && wiring->sshd_alone);
}

static struct ways
find_ways(const struct otp_sshd *sshd, const struct otp_wiring *wiring)
{
	struct ways ways = { .code = false };
	char methods[OTP_SSHD_VALUE];
	char *rest = NULL;

	(void)snprintf(methods, sizeof(methods), "%s", sshd->methods);
	if (strcasecmp(methods, "any") == 0)
		(void)snprintf(methods, sizeof(methods),
		    "publickey keyboard-interactive password");
	for (const char *list = strtok_r(methods, " \t", &rest); list != NULL;
	     list = strtok_r(NULL, " \t", &rest))
		add_way(sshd, wiring, list, &ways);
	return ways;
}

/* WHERE: what would have to be written in another way. */
static void
tell(const struct otp_wiring *wiring, enum otp_found found,
    const struct otp_sshd *sshd, enum otp_sshd_keyword where, const char *what)
{
	otp_findings_add(wiring->findings, found,
	    (struct otp_words){
		.where = sshd->places[where].text, .what = what });
}

/* Whether a list is given, and PAM's questions are in none of it. */
static bool
is_left_out(const struct otp_sshd *sshd)
{
	return strcasecmp(sshd->methods, "any") != 0 &&
	    strcasestr(sshd->methods, "keyboard-interactive") == NULL;
}

/* No way in asks for a code. */
static void
tell_no_code(const struct otp_wiring *wiring, const struct otp_sshd *sshd,
    bool by_password)
{
	if (is_left_out(sshd))
		tell(wiring,
		    by_password ? OTP_FOUND_SSHD_NO_PROMPT_LISTED
				: OTP_FOUND_SSHD_NO_CODE_LISTED,
		    sshd, OTP_SSHD_METHODS, NULL);
	else
		tell(wiring,
		    by_password ? OTP_FOUND_SSHD_NO_PROMPT
				: OTP_FOUND_SSHD_NO_CODE,
		    sshd, OTP_SSHD_INTERACTIVE, NULL);
}

void
otp_sshd_judge(
    const struct otp_sshd *sshd, const struct otp_wiring *wiring, bool is_root)
{
	struct ways ways = find_ways(sshd, wiring);
	bool answered = wiring->sshd_split || wiring->sshd_alone;

	if (sshd->match.text[0] != '\0')
		otp_findings_add(wiring->findings, OTP_FOUND_SSHD_MATCH,
		    (struct otp_words){ .where = sshd->match.text });
	if (!sshd->use_pam) {
		tell(wiring, OTP_FOUND_SSHD_WITHOUT_PAM, sshd, OTP_SSHD_USE_PAM,
		    NULL);
		return;
	}
	if (ways.code)
		otp_findings_add(wiring->findings, OTP_FOUND_SSHD,
		    (struct otp_words){ .where = sshd->where });
	else
		tell_no_code(wiring, sshd, ways.password);
	if (ways.code && ways.password && !answered)
		tell(wiring, OTP_FOUND_SSHD_PASSWORD, sshd, OTP_SSHD_PASSWORD,
		    NULL);
	if (ways.code && ways.key_alone)
		tell(wiring, OTP_FOUND_SSHD_KEY_ALONE, sshd, OTP_SSHD_METHODS,
		    NULL);
	if (ways.code_alone)
		tell(wiring, OTP_FOUND_SSHD_CODE_ALONE, sshd, OTP_SSHD_METHODS,
		    NULL);
	if (is_root && strcasecmp(sshd->root, "yes") != 0)
		tell(wiring, OTP_FOUND_SSHD_ROOT, sshd, OTP_SSHD_ROOT,
		    sshd->root);
}
