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
			asks = asks || wiring->sshd_split;
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

static void
tell(const struct otp_wiring *wiring, enum otp_found found,
    const struct otp_sshd *sshd, const char *what)
{
	otp_findings_add(wiring->findings, found,
	    (struct otp_words){ .where = sshd->where, .what = what });
}

void
otp_sshd_judge(
    const struct otp_sshd *sshd, const struct otp_wiring *wiring, bool is_root)
{
	struct ways ways = find_ways(sshd, wiring);

	if (sshd->match[0] != '\0')
		otp_findings_add(wiring->findings, OTP_FOUND_SSHD_MATCH,
		    (struct otp_words){ .where = sshd->match });
	if (!sshd->use_pam) {
		tell(wiring, OTP_FOUND_SSHD_WITHOUT_PAM, sshd, NULL);
		return;
	}
	if (ways.code)
		tell(wiring, OTP_FOUND_SSHD, sshd, NULL);
	else
		tell(wiring,
		    ways.password ? OTP_FOUND_SSHD_NO_PROMPT
				  : OTP_FOUND_SSHD_NO_CODE,
		    sshd, NULL);
	if (ways.code && ways.password && !wiring->sshd_split)
		tell(wiring, OTP_FOUND_SSHD_PASSWORD, sshd, NULL);
	if (ways.code && ways.key_alone)
		tell(wiring, OTP_FOUND_SSHD_KEY_ALONE, sshd, NULL);
	if (ways.code_alone)
		tell(wiring, OTP_FOUND_SSHD_CODE_ALONE, sshd, NULL);
	if (is_root && strcasecmp(sshd->root, "yes") != 0)
		tell(wiring, OTP_FOUND_SSHD_ROOT, sshd, sshd->root);
}
