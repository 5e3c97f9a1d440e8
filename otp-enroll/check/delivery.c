/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/address.h"
#include "common/effects/outbox.h"
#include "common/effects/snapshot.h"
#include "common/store/path.h"
#include "common/store/store.h"
#include "otp-enroll/cli/report.h"
#include "places.h"

/* The kernel's list of sockets: in a line, the flags and the path. */
#define SOCKETS	  "/proc/net/unix"
#define LISTENING 0x10000u /* __SO_ACCEPTCON */

/* The administrator's programs. */
#define PROGRAMS OTP_DELIVER_CONF_DIR "/deliver.d"

#define PATH_SIZE (OTP_PATH_SIZE + sizeof("/" OTP_OUTBOX_NAME))

struct delivery {
	const struct otp_tool *tool;
	struct otp_findings *findings;
};

static void check_socket(struct otp_findings *findings, const char *folder);
static bool is_listening(const char *path);
static void check_programs(struct otp_findings *findings);
static enum otp_err check_addresses(void *context, const char *account);
static void check_prefixes(const struct delivery *delivery, const char *account,
    const struct otp_address *address, unsigned number);
static void check_program(
    struct otp_findings *findings, const struct otp_address *address);
static bool can_be_run(const struct stat *status);

void
otp_check_delivery(const struct otp_tool *tool,
    const struct otp_check_services *services, const char *account, bool stored)
{
	struct delivery delivery = {
		.tool = tool,
		.findings = services->findings,
	};
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (services->root[0] != '\0' || services->sockets[0] == '\0')
		return;
	check_socket(services->findings, services->sockets);
	check_programs(services->findings);
	if (!stored)
		return;
	if (account != NULL)
		err = check_addresses(&delivery, account);
	else
		err = otp_store_each(
		    tool->host.store, check_addresses, &delivery, &fault);
	if (err != OTP_OK)
		otp_findings_add_err(services->findings, err, &fault);
}

/* It is not connected to: that would begin a delivery. */
static void
check_socket(struct otp_findings *findings, const char *folder)
{
	char path[PATH_SIZE];
	const struct otp_words words = { .where = path };
	struct otp_fault fault = { 0 };
	struct stat status;
	int fd = -1;
	enum otp_err err =
	    otp_path_folder(folder, OTP_PATH_PUBLIC, &fd, &fault);

	otp_path_close(&fd);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, OTP_OUTBOX_NAME);
	if (err != OTP_OK && err != OTP_ERR_ABSENT) {
		otp_findings_add_err(findings, err, &fault);
		return;
	}
	if (lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
		otp_findings_add(findings, OTP_FOUND_SOCKET_ABSENT, words);
		return;
	}
	otp_findings_add(findings,
	    is_listening(path) ? OTP_FOUND_SOCKET : OTP_FOUND_SOCKET_SILENT,
	    words);
	if ((status.st_uid != 0 && status.st_uid != geteuid()) ||
	    (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		otp_findings_add(findings, OTP_FOUND_SOCKET_OPEN, words);
}

/* What is left of LINE after so many words. */
static const char *
words_after(const char *line, unsigned count)
{
	for (; count > 0; count--) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	return line + strspn(line, " ");
}

/* Yes, if the kernel does not tell. */
static bool
is_listening(const char *path)
{
	char line[PATH_SIZE + 128];
	FILE *file = fopen(SOCKETS, "re");
	bool found = file == NULL;

	while (!found && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		found = strcmp(words_after(line, 7), path) == 0 &&
		    (strtoul(words_after(line, 3), NULL, 16) & LISTENING) != 0;
	}
	if (file != NULL)
		(void)fclose(file);
	return found;
}

/* As otp-deliver opens it, whatever the package's folder has. */
static void
check_programs(struct otp_findings *findings)
{
	struct otp_fault fault = { 0 };
	int fd = -1;
	const enum otp_err err =
	    otp_path_folder(PROGRAMS, OTP_PATH_ROOTS, &fd, &fault);
	struct otp_reported reported;

	otp_path_close(&fd);
	if (err == OTP_OK || err == OTP_ERR_ABSENT)
		return;
	reported = otp_report_text(err, &fault);
	otp_findings_add(findings,
	    err == OTP_ERR_LINK ? OTP_FOUND_PROGRAMS_LINK
				: OTP_FOUND_PROGRAMS_REFUSED,
	    (struct otp_words){ .where = fault.where, .what = reported.text });
}

/* Files that cannot be read are another check. */
static enum otp_err
check_addresses(void *context, const char *account)
{
	const struct delivery *delivery = context;
	struct otp_snapshot snapshot;

	if (otp_snapshot_read(
		&delivery->tool->host, account, &snapshot, NULL) == OTP_OK &&
	    snapshot.seed_err == OTP_OK)
		for (unsigned i = 0; i < snapshot.seed.addresses_count; i++) {
			const struct otp_address *address =
			    &snapshot.seed.addresses[i];

			check_prefixes(delivery, account, address, i + 1);
			check_program(delivery->findings, address);
		}
	otp_snapshot_wipe(&snapshot);
	return OTP_OK;
}

static void
check_prefixes(const struct delivery *delivery, const char *account,
    const struct otp_address *address, unsigned number)
{
	const char *prefixes = delivery->tool->options.sms_prefixes;
	char masked[OTP_ADDRESS_MASKED_SIZE], position[16];

	if (otp_address_is_within(address, prefixes))
		return;
	otp_address_mask(address, masked);
	(void)snprintf(position, sizeof(position), "%u", number);
	otp_findings_add(delivery->findings, OTP_FOUND_SMS_PREFIXES,
	    (struct otp_words){
		.where = position, .what = account, .more = masked });
}

/* As otp-deliver looks for it. */
static void
check_program(struct otp_findings *findings, const struct otp_address *address)
{
	static const char *const folders[] = { PROGRAMS, OTP_DELIVER_DIR };
	char scheme[OTP_ADDRESS_SCHEME_MAX + 1], path[OTP_PATH_SIZE];
	const struct otp_words words = { .where = path, .what = scheme };
	struct stat status;

	(void)snprintf(scheme, sizeof(scheme), "%.*s",
	    (int)otp_address_scheme(address), address->uri);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folders[i], scheme);
		if (stat(path, &status) != 0)
			continue;
		/* A link to /dev/null switches it off. */
		if (!S_ISREG(status.st_mode))
			break;
		if (!can_be_run(&status))
			otp_findings_add(
			    findings, OTP_FOUND_PROGRAM_REFUSED, words);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folders[0], scheme);
	otp_findings_add(findings, OTP_FOUND_PROGRAM_ABSENT, words);
}

static bool
can_be_run(const struct stat *status)
{
	const mode_t all = S_IXUSR | S_IXGRP | S_IXOTH;

	return status->st_uid == 0 &&
	    (status->st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    (status->st_mode & all) != 0;
}
