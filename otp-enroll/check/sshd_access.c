/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom sshd refuses before it asks anything: allowed_user() of OpenSSH. */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "otp-enroll/check/sshd.h"

#define GROUPS_MAX 256

enum matched {
	MATCHED_NO = 0,
	MATCHED_BY_NAME, /* whatever the host */
	MATCHED_BY_HOST, /* from some hosts, perhaps */
};

static enum matched match_users(const char *list, const char *user);
static enum matched match_user(const char *pattern, const char *user);
static enum otp_sshd_keyword refuses_groups(
    const struct otp_sshd *sshd, const struct passwd *entry);
static bool match_groups(const char *list, const gid_t *groups, int count);
static bool is_in_list(const char *list, const char *name);
static bool is_match(const char *pattern, const char *text);

enum otp_sshd_keyword
otp_sshd_refuses(const struct otp_sshd *sshd, const char *user, bool is_root)
{
	const char *allowed = sshd->values[OTP_SSHD_ALLOW_USERS];
	const struct passwd *entry;

	if (sshd->cut)
		return OTP_SSHD_KEYWORDS;
	if (is_root && otp_sshd_is(sshd, OTP_SSHD_ROOT, "no"))
		return OTP_SSHD_ROOT;
	if (match_users(sshd->values[OTP_SSHD_DENY_USERS], user) ==
	    MATCHED_BY_NAME)
		return OTP_SSHD_DENY_USERS;
	if (allowed[0] != '\0' && match_users(allowed, user) == MATCHED_NO)
		return OTP_SSHD_ALLOW_USERS;
	entry = getpwnam(user);
	return entry == NULL ? OTP_SSHD_KEYWORDS : refuses_groups(sshd, entry);
}

/* The best match of the words in LIST. */
static enum matched
match_users(const char *list, const char *user)
{
	char text[OTP_SSHD_VALUE];
	char *rest = NULL;
	const char *word;
	enum matched best = MATCHED_NO;

	(void)snprintf(text, sizeof(text), "%s", list);
	word = strtok_r(text, " ", &rest);
	for (; word != NULL; word = strtok_r(NULL, " ", &rest)) {
		enum matched matched = match_user(word, user);

		if (matched == MATCHED_BY_NAME)
			return matched;
		if (matched != MATCHED_NO)
			best = matched;
	}
	return best;
}

/* PATTERN is "alice", "al*" or "alice@10.0.0.0/8". */
static enum matched
match_user(const char *pattern, const char *user)
{
	const char *at = strrchr(pattern, '@');
	char name[OTP_SSHD_VALUE];

	if (at == NULL)
		return is_match(pattern, user) ? MATCHED_BY_NAME : MATCHED_NO;
	(void)snprintf(
	    name, sizeof(name), "%.*s", (int)(at - pattern), pattern);
	if (!is_match(name, user))
		return MATCHED_NO;
	return strcmp(at, "@*") == 0 ? MATCHED_BY_NAME : MATCHED_BY_HOST;
}

static enum otp_sshd_keyword
refuses_groups(const struct otp_sshd *sshd, const struct passwd *entry)
{
	const char *denied = sshd->values[OTP_SSHD_DENY_GROUPS];
	const char *allowed = sshd->values[OTP_SSHD_ALLOW_GROUPS];
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;

	if ((denied[0] == '\0' && allowed[0] == '\0') ||
	    getgrouplist(entry->pw_name, entry->pw_gid, groups, &count) < 0)
		return OTP_SSHD_KEYWORDS;
	if (match_groups(denied, groups, count))
		return OTP_SSHD_DENY_GROUPS;
	if (allowed[0] != '\0' && !match_groups(allowed, groups, count))
		return OTP_SSHD_ALLOW_GROUPS;
	return OTP_SSHD_KEYWORDS;
}

static bool
match_groups(const char *list, const gid_t *groups, int count)
{
	for (int i = 0; i < count; i++) {
		const struct group *group = getgrgid(groups[i]);

		if (group != NULL && is_in_list(list, group->gr_name))
			return true;
	}
	return false;
}

static bool
is_in_list(const char *list, const char *name)
{
	char text[OTP_SSHD_VALUE];
	char *rest = NULL;
	const char *word;

	(void)snprintf(text, sizeof(text), "%s", list);
	word = strtok_r(text, " ", &rest);
	for (; word != NULL; word = strtok_r(NULL, " ", &rest))
		if (is_match(word, name))
			return true;
	return false;
}

/* As sshd does it: '*' is any text, '?' any character. */
static bool
is_match(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
