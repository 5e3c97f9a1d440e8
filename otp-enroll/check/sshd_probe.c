/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/sshd_probe.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "otp-enroll/check/sshd_scan.h"

static bool take_criterion(
    const char *name, const char *value, struct otp_sshd_probe *probe);
static bool take_address(const char *list, char ret_address[64]);
static bool take_host(const char *list, char ret_host[256]);
static bool take_port(const char *list, char ret_port[16]);
static bool first_item(const char *list, size_t size, char *ret_item);

enum otp_sshd_match
otp_sshd_probe(const char *criteria, struct otp_sshd_probe *probe)
{
	char text[OTP_SSHD_CRITERIA];
	char *rest = NULL, *name, *value;
	enum otp_sshd_match match = OTP_SSHD_MATCH_USERS;

	/* What was cut may have had more. */
	if (strlen(criteria) >= sizeof(text) - 1)
		return OTP_SSHD_MATCH_OTHER;
	(void)snprintf(text, sizeof(text), "%s", criteria);
	probe->users = false;
	name = strtok_r(text, " =", &rest);
	for (; name != NULL; name = strtok_r(NULL, " =", &rest)) {
		value = strtok_r(NULL, " =", &rest);
		if (value == NULL)
			return OTP_SSHD_MATCH_OTHER;
		if (strcasecmp(name, "User") == 0 ||
		    strcasecmp(name, "Group") == 0)
			probe->users = true;
		else if (take_criterion(name, value, probe))
			match = OTP_SSHD_MATCH_LOGIN;
		else
			return OTP_SSHD_MATCH_OTHER;
	}
	return match;
}

static bool
take_criterion(
    const char *name, const char *value, struct otp_sshd_probe *probe)
{
	if (strcasecmp(name, "Address") == 0) {
		probe->login.addr = probe->addr;
		return take_address(value, probe->addr);
	}
	if (strcasecmp(name, "LocalAddress") == 0) {
		probe->login.laddr = probe->laddr;
		return take_address(value, probe->laddr);
	}
	if (strcasecmp(name, "Host") == 0) {
		probe->login.host = probe->host;
		return take_host(value, probe->host);
	}
	if (strcasecmp(name, "LocalPort") == 0) {
		probe->login.lport = probe->lport;
		return take_port(value, probe->lport);
	}
	return false;
}

/* The first address of 10.0.0.0/8 is 10.0.0.0. */
static bool
take_address(const char *list, char ret_address[64])
{
	unsigned char bytes[16];

	if (!first_item(list, 64, ret_address))
		return false;
	ret_address[strcspn(ret_address, "/")] = '\0';
	return inet_pton(AF_INET, ret_address, bytes) == 1 ||
	    inet_pton(AF_INET6, ret_address, bytes) == 1;
}

/* A name for *.example.org is a.example.org. */
static bool
take_host(const char *list, char ret_host[256])
{
	if (!first_item(list, 256, ret_host))
		return false;
	for (char *at = ret_host; *at != '\0'; at++)
		if (*at == '*' || *at == '?')
			*at = 'a';
	return true;
}

static bool
take_port(const char *list, char ret_port[16])
{
	if (!first_item(list, 16, ret_port))
		return false;
	for (const char *at = ret_port; *at != '\0'; at++)
		if (!isdigit((unsigned char)*at))
			return false;
	return true;
}

/* The first of "!10.1.2.3,10.0.0.0/8" without an exclamation mark. */
static bool
first_item(const char *list, size_t size, char *ret_item)
{
	while (*list == '!') {
		list += strcspn(list, ",");
		list += *list == ',';
	}
	if (*list == '\0' || strcspn(list, ",") >= size)
		return false;
	(void)snprintf(ret_item, size, "%.*s", (int)strcspn(list, ","), list);
	return true;
}
