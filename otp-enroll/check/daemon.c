/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/link/client.h"
#include "common/store/path.h"
#include "otp-enroll/check/run.h"

#define PATH_SIZE  (OTP_PATH_SIZE + sizeof("/service"))
#define SYSTEMCTL  "/usr/bin/systemctl"
#define SERVICE	   "pam_otpd.service"
#define OUTPUT_MAX (64 * 1024) /* bytes */
#define WORDS_SIZE 512

struct daemon {
	struct otp_findings *findings;
	const char *folder; /* of the sockets */
	const char *store;
	const char *locker; /* a program that needs it, or "" */
	bool serves;	    /* a socket is there */
};

static void check_socket(
    struct daemon *daemon, enum otp_link_socket socket, const char *name);
static void check_answer(
    const struct daemon *daemon, enum otp_link_socket socket, const char *path);
static enum otp_found found_without_answer(
    const struct daemon *daemon, enum otp_link_socket socket, int errnum);
static void check_unit(const struct daemon *daemon);
static void check_enabled(const struct daemon *daemon, const char *unit);
static char *show_unit(const char *unit);
static const char *property(const char *shown, const char *name);
static bool property_begins(
    const char *shown, const char *name, const char *wanted);
static bool property_is(
    const char *shown, const char *name, const char *wanted);
static void check_sandbox(const struct daemon *daemon, const char *shown);
static void check_writable(const struct daemon *daemon, const char *shown);
static bool is_within(const char *path, const char *folder);

void
otp_check_daemon(
    const struct otp_tool *tool, const struct otp_check_services *services)
{
	struct daemon daemon = {
		.findings = services->findings,
		.folder = services->locker[0] != '\0' ? services->locker_sockets
						      : tool->options.sockets,
		.store = services->store,
		.locker = services->locker,
	};

	if (services->root[0] != '\0')
		return;
	check_socket(&daemon, OTP_LINK_USER, "user");
	check_socket(&daemon, OTP_LINK_SERVICE, "service");
	if (daemon.serves)
		check_unit(&daemon);
}

/* --- The sockets -------------------------------------------------------- */

static void
check_socket(
    struct daemon *daemon, enum otp_link_socket socket, const char *name)
{
	char path[PATH_SIZE];
	struct otp_fault fault = { 0 };
	struct stat status;
	int fd = -1;
	enum otp_err err;

	(void)snprintf(path, sizeof(path), "%s/%s", daemon->folder, name);
	if (lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
		if (socket == OTP_LINK_USER && daemon->locker[0] != '\0')
			otp_findings_add(daemon->findings,
			    OTP_FOUND_DAEMON_ABSENT,
			    (struct otp_words){
				.where = path, .what = daemon->locker });
		return;
	}
	daemon->serves = true;
	err = otp_path_folder(daemon->folder, OTP_PATH_ROOTS, &fd, &fault);
	otp_path_close(&fd);
	if (err == OTP_OK)
		check_answer(daemon, socket, path);
	else
		otp_findings_add_err(daemon->findings, err, &fault);
}

static void
check_answer(
    const struct daemon *daemon, enum otp_link_socket socket, const char *path)
{
	const struct otp_link link = { .folder = daemon->folder,
		.socket = socket };
	const struct otp_words words = { .where = path,
		.what = daemon->locker };
	enum otp_found found = OTP_FOUND_DAEMON;
	struct otp_fault fault = { 0 };
	const enum otp_err err = otp_link_version(&link, &fault);

	if (err == OTP_ERR_DAEMON_VERSION)
		found = OTP_FOUND_DAEMON_VERSION;
	else if (err != OTP_OK && fault.errnum == EACCES)
		return; /* it is not for this user */
	else if (err != OTP_OK)
		found = found_without_answer(daemon, socket, fault.errnum);
	otp_findings_add(daemon->findings, found, words);
}

static enum otp_found
found_without_answer(
    const struct daemon *daemon, enum otp_link_socket socket, int errnum)
{
	if (errnum == EPERM)
		return OTP_FOUND_DAEMON_FOREIGN;
	return socket == OTP_LINK_USER && daemon->locker[0] != '\0'
	    ? OTP_FOUND_DAEMON_SILENT
	    : OTP_FOUND_DAEMON_UNUSED;
}

/* --- The service -------------------------------------------------------- */

/* Nothing is known without systemd, or if the daemon is run in another way. */
static void
check_unit(const struct daemon *daemon)
{
	char *shown = show_unit(SERVICE);

	if (shown != NULL) {
		check_enabled(daemon, "pam_otpd-user.socket");
		check_enabled(daemon, "pam_otpd-service.socket");
		check_sandbox(daemon, shown);
		check_writable(daemon, shown);
	}
	free(shown);
}

static void
check_enabled(const struct daemon *daemon, const char *unit)
{
	char *shown = show_unit(unit);

	if (shown != NULL && property_is(shown, "ActiveState", "active") &&
	    property_is(shown, "UnitFileState", "disabled"))
		otp_findings_add(daemon->findings, OTP_FOUND_DAEMON_DISABLED,
		    (struct otp_words){ .what = unit });
	free(shown);
}

/* All that systemd knows of UNIT, or NULL.  The caller frees it. */
static char *
show_unit(const char *unit)
{
	const char *const arguments[] = { SYSTEMCTL, "show", "--no-pager", "--",
		unit, NULL };
	char *text = NULL;
	int status = -1;

	if (!otp_run(arguments, OTP_RUN_STDOUT, OUTPUT_MAX, &text, &status))
		return NULL;
	if (status == 0 && property_is(text, "LoadState", "loaded"))
		return text;
	free(text);
	return NULL;
}

/* What is after "NAME=" at the beginning of a line, or NULL. */
static const char *
property(const char *shown, const char *name)
{
	const size_t length = strlen(name);

	while (shown != NULL && *shown != '\0') {
		if (strncmp(shown, name, length) == 0 && shown[length] == '=')
			return shown + length + 1;
		shown = strchr(shown, '\n');
		if (shown != NULL)
			shown++;
	}
	return NULL;
}

static bool
property_is(const char *shown, const char *name, const char *wanted)
{
	const char *value = property(shown, name);
	const size_t length = strlen(wanted);

	return value != NULL && strcspn(value, "\n") == length &&
	    memcmp(value, wanted, length) == 0;
}

/* With a WANTED that may be NULL: then it does not. */
static bool
property_begins(const char *shown, const char *name, const char *wanted)
{
	const char *value = property(shown, name);

	return value != NULL && wanted != NULL &&
	    strncmp(value, wanted, strlen(wanted)) == 0;
}

/* Without these, root in the service is as root elsewhere. */
static void
check_sandbox(const struct daemon *daemon, const char *shown)
{
	static const struct {
		const char *name, *wanted, *stronger; /* or NULL */
	} properties[] = {
		{ "CapabilityBoundingSet", "", NULL },
		{ "NoNewPrivileges", "yes", NULL },
		{ "PrivateNetwork", "yes", NULL },
		{ "ProtectHome", "yes", "tmpfs" },
		{ "ProtectSystem", "strict", NULL },
		{ "RestrictAddressFamilies", "AF_UNIX", NULL },
		{ "TemporaryFileSystem", "/run:ro", "/run:ro " },
	};
	const size_t count = sizeof(properties) / sizeof(properties[0]);
	char words[WORDS_SIZE] = "";

	for (size_t i = 0; i < count; i++) {
		const size_t length = strlen(words);

		if (property(shown, properties[i].name) == NULL ||
		    property_is(
			shown, properties[i].name, properties[i].wanted) ||
		    property_begins(
			shown, properties[i].name, properties[i].stronger))
			continue;
		(void)snprintf(words + length, sizeof(words) - length,
		    "%s%s=", length > 0 ? ", " : "", properties[i].name);
	}
	if (words[0] != '\0')
		otp_findings_add(daemon->findings, OTP_FOUND_DAEMON_SANDBOX,
		    (struct otp_words){ .where = words, .what = SERVICE });
}

/* Every file is read-only there but those that are named. */
static void
check_writable(const struct daemon *daemon, const char *shown)
{
	const char *value = property(shown, "ReadWritePaths");
	char *store =
	    daemon->store != NULL && otp_place_is_folder(daemon->store)
	    ? realpath(daemon->store, NULL)
	    : NULL;
	bool writable = store == NULL || value == NULL ||
	    !property_is(shown, "ProtectSystem", "strict");
	size_t length;

	for (; !writable && *value != '\n' && *value != '\0'; value += length) {
		char word[OTP_PATH_SIZE];
		char *folder;

		value += strspn(value, " ");
		length = strcspn(value, " \n");
		(void)snprintf(word, sizeof(word), "%.*s", (int)length, value);
		folder = realpath(word + strspn(word, "-+"), NULL);
		writable = folder != NULL && is_within(store, folder);
		free(folder);
	}
	if (!writable)
		otp_findings_add(daemon->findings, OTP_FOUND_DAEMON_STORE,
		    (struct otp_words){
			.where = daemon->store, .what = SERVICE });
	free(store);
}

/* Both are resolved. */
static bool
is_within(const char *path, const char *folder)
{
	const size_t length = strlen(folder);

	return strcmp(folder, "/") == 0 ||
	    (strncmp(path, folder, length) == 0 &&
		(path[length] == '/' || path[length] == '\0'));
}
