/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/named.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/pamconf/load.h"
#include "otp-enroll/pamconf/module.h"

/* Several services may include one line. */
struct named_line {
	struct named_line *next;
	unsigned number;
	char file[OTP_SERVICE_PATH];
};

struct named {
	struct named_line *first;
	bool failed; /* something was not read */
};

static void look_through(void *context, const struct otp_service *service);
static void add_line(struct named *named, const struct otp_service_line *line);
static void report_unreadable(void *context, const char *path, const char *why);
static void print_lines(struct named *named);

enum otp_exit
otp_check_named(const char *root)
{
	struct named named = { .first = NULL };

	if (!otp_services_each_file(
		root, look_through, report_unreadable, &named)) {
		otp_complain(_("There is not enough memory."));
		named.failed = true;
	}
	print_lines(&named);
	return named.failed ? OTP_EXIT_FAILED : OTP_EXIT_DONE;
}

static void
look_through(void *context, const struct otp_service *service)
{
	struct named *named = context;

	if (service->too_many)
		report_unreadable(named, service->file, _("is too long"));
	for (size_t i = 0; i < service->count; i++) {
		const struct otp_service_line *line = &service->lines[i];

		if (line->line.kind == OTP_STACK_MODULE &&
		    otp_module_is_ours(line->line.name))
			add_line(named, line);
	}
}

static void
add_line(struct named *named, const struct otp_service_line *line)
{
	struct named_line **at = &named->first;

	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->number == line->line.number &&
		    strcmp((*at)->file, line->file) == 0)
			return;
	*at = calloc(1, sizeof(**at));
	if (*at == NULL) {
		otp_complain(_("There is not enough memory."));
		named->failed = true;
		return;
	}
	(*at)->number = line->line.number;
	memcpy((*at)->file, line->file, sizeof((*at)->file));
}

static void
report_unreadable(void *context, const char *path, const char *why)
{
	struct named *named = context;

	otp_complain("%s: %s", otp_escaped(path).text, why);
	named->failed = true;
}

/* Frees them, too. */
static void
print_lines(struct named *named)
{
	while (named->first != NULL) {
		struct named_line *line = named->first;

		otp_print(
		    "%s:%u\n", otp_escaped(line->file).text, line->number);
		named->first = line->next;
		free(line);
	}
}
