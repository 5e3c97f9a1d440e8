/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/services.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>

#include "common/effects/options_load.h"
#include "otp-enroll/check/judged.h"
#include "otp-enroll/check/locker.h"
#include "otp-enroll/check/whom.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/pamconf/answers.h"
#include "otp-enroll/pamconf/module.h"
#include "places.h"

static void judge_service(void *context, const struct otp_service *service);
static bool names_us(const struct otp_service *service);
static void add_steps(struct otp_judged *judged);
static void judge_line(
    struct otp_judged *judged, const struct otp_service_line *line);
static void add_step(
    struct otp_judged *judged, const struct otp_service_line *line);
static size_t first_like(
    const struct otp_judged *judged, const struct otp_service_line *line);
static bool is_alike(
    const struct otp_service_line *a, const struct otp_service_line *b);
static void add_module(struct otp_judged *judged,
    const struct otp_service_line *line, struct otp_step *step);
static bool can_load(
    struct otp_judged *judged, const struct otp_service_line *line);
static void add_misplaced(struct otp_judged *judged,
    const struct otp_service_line *line, const char *path);
static void read_options(
    struct otp_judged *judged, const struct otp_service_line *line);
static void note_locker(
    struct otp_judged *judged, const struct otp_options *options);
static void read_whom(struct otp_judged *judged,
    const struct otp_service_line *line, const struct otp_options *options);
static void judge_groups(struct otp_judged *judged,
    const struct otp_service_line *line, const char *option, const char *list);
static void judge_user(struct otp_judged *judged,
    const struct otp_service_line *line, const struct otp_options *options);
static void judge_environment(
    struct otp_judged *judged, const struct otp_service_line *ours);
static bool lets_unenrolled(const struct otp_options *options, int64_t now);
static void note_service(struct otp_judged *judged);
static void note_shared(struct otp_judged *judged);
static void add_unreadable(void *context, const char *path, const char *why);
static void add_shared(struct otp_check_services *services);
static bool is_ours(const struct otp_service_line *line);

void
otp_check_services(struct otp_check_services *services)
{
	char folder[OTP_SERVICE_PATH];

	if (!otp_services_each(
		services->root, judge_service, add_unreadable, services))
		services->findings->failed = true;
	add_shared(services);
	if (services->asking > 0 ||
	    !otp_services_folder(services->root, 0, folder))
		return;
	if (services->only != NULL)
		otp_findings_add(services->findings, OTP_FOUND_NOT_ASKING,
		    (struct otp_words){ .where = folder,
			.what = OTP_MODULE_NAME,
			.more = services->only });
	else if (otp_findings_worst(services->findings) < OTP_LEVEL_FAULT)
		otp_findings_add(services->findings, OTP_FOUND_NO_SERVICE,
		    (struct otp_words){
			.where = folder, .what = OTP_MODULE_NAME });
}

static void
judge_service(void *context, const struct otp_service *service)
{
	struct otp_judged judged = { .services = context, .service = service };
	char most[32];

	if (judged.services->only != NULL &&
	    strcmp(judged.services->only, service->name) != 0)
		return;
	if (service->too_many) {
		(void)snprintf(most, sizeof(most), "%d", OTP_SERVICE_LINES);
		otp_judged_flaw(
		    &judged, OTP_FOUND_PAM_TOO_LONG, service->file, most, NULL);
		return;
	}
	if (!names_us(service))
		return;
	add_steps(&judged);
	if (judged.ours == NULL)
		return;
	note_service(&judged);
	if (service->dead)
		return;
	for (size_t i = 0; i < judged.count; i++)
		if (is_ours(judged.lines[i]) &&
		    judged.steps[i].kind != OTP_STEP_OURS)
			return; /* it is missing */
	otp_judged_stack(&judged);
}

static bool
names_us(const struct otp_service *service)
{
	for (size_t i = 0; i < service->count; i++)
		if (is_ours(&service->lines[i]))
			return true;
	return false;
}

static void
add_steps(struct otp_judged *judged)
{
	const struct otp_service *service = judged->service;

	for (size_t i = 0; i < service->count; i++) {
		const struct otp_service_line *line = &service->lines[i];

		judge_line(judged, line);
		if (line->line.type == OTP_STACK_AUTH ||
		    line->line.type == OTP_STACK_ANY)
			add_step(judged, line);
	}
}

/* Find what is wrong with LINE regardless of the other lines. */
static void
judge_line(struct otp_judged *judged, const struct otp_service_line *line)
{
	const struct otp_where where = otp_judged_where(line);

	if (line->absent != NULL)
		otp_judged_flaw(judged, OTP_FOUND_PAM_INCLUDE, where.text,
		    line->line.name, _(line->absent));
	else if (line->line.kind == OTP_STACK_BROKEN)
		otp_judged_flaw(
		    judged, OTP_FOUND_PAM_LINE, where.text, NULL, NULL);
	else if (line->line.bad_control)
		otp_judged_flaw(judged, OTP_FOUND_PAM_CONTROL, where.text,
		    line->line.control, NULL);
	else if (is_ours(line) && line->line.type != OTP_STACK_AUTH)
		otp_judged_flaw(judged, OTP_FOUND_PAM_TYPE, where.text,
		    line->line.name, NULL);
	else
		return;
	judged->broken = true;
}

static void
add_step(struct otp_judged *judged, const struct otp_service_line *line)
{
	struct otp_step *step = &judged->steps[judged->count];

	*step = (struct otp_step){
		.kind = OTP_STEP_PLAIN,
		.level = line->level,
		.same = first_like(judged, line),
		.actions = line->line.actions,
		.results = UINT32_C(1) << OTP_STACK_PERM_DENIED,
	};
	if (line->line.kind == OTP_STACK_SUBSTACK)
		step->kind = OTP_STEP_SUBSTACK;
	if (otp_judged_is_module(line))
		add_module(judged, line, step);
	if (is_ours(line)) {
		if (judged->ours == NULL)
			judged->ours = line;
		judged->last = line;
		read_options(judged, line);
	}
	judged->lines[judged->count++] = line;
}

/* The first step with the module and the arguments of LINE, the next one. */
static size_t
first_like(const struct otp_judged *judged, const struct otp_service_line *line)
{
	size_t i = 0;

	while (i < judged->count && !is_alike(judged->lines[i], line))
		i++;
	return i;
}

static bool
is_alike(const struct otp_service_line *a, const struct otp_service_line *b)
{
	if (!otp_judged_is_module(a) || !otp_judged_is_module(b) ||
	    strcmp(a->line.name, b->line.name) != 0 ||
	    a->line.argc != b->line.argc)
		return false;
	for (int i = 0; i < a->line.argc; i++)
		if (strcmp(a->line.argv[i], b->line.argv[i]) != 0)
			return false;
	return true;
}

static void
add_module(struct otp_judged *judged, const struct otp_service_line *line,
    struct otp_step *step)
{
	step->results = UINT32_C(1) << OTP_STACK_UNKNOWN;
	if (!can_load(judged, line))
		return;
	step->kind = otp_answers(
	    &line->line, judged->service->name, OTP_WHO_ANYONE, &step->results);
	if (step->kind == OTP_STEP_PASSWORD)
		judged->passwords = true;
}

/* Examine the file of the line's module. */
static bool
can_load(struct otp_judged *judged, const struct otp_service_line *line)
{
	static const char own[] = OTP_MODULE_DIR "/" OTP_MODULE_NAME;
	const char *root = judged->services->root;
	const char *name = line->line.name;
	const struct otp_where where = otp_judged_where(line);
	int action = line->line.actions[OTP_STACK_UNKNOWN];
	char path[OTP_MODULE_PATH], other[OTP_MODULE_PATH];
	bool matters =
	    is_ours(line) || action == OTP_STACK_BAD || action == OTP_STACK_DIE;

	switch (otp_module_look(root, name, path)) {
	case OTP_MODULE_FINE:
	case OTP_MODULE_UNCERTAIN:
		return true;
	case OTP_MODULE_UNSAFE:
		if (is_ours(line))
			otp_judged_flaw(judged, OTP_FOUND_MODULE_WRITABLE,
			    where.text, path, NULL);
		return true;
	case OTP_MODULE_MISSING:
		if (is_ours(line) && name[0] != '/' &&
		    otp_module_look(root, own, other) == OTP_MODULE_FINE)
			add_misplaced(judged, line, own);
		else if (matters)
			otp_judged_flaw(judged, OTP_FOUND_MODULE_MISSING,
			    where.text, path, NULL);
		break;
	case OTP_MODULE_FOREIGN:
		if (matters)
			otp_judged_flaw(judged, OTP_FOUND_MODULE_INVALID,
			    where.text, path, NULL);
		break;
	}
	judged->broken = judged->broken || matters;
	return false;
}

/* Suggest the line with the full path of the module. */
static void
add_misplaced(struct otp_judged *judged, const struct otp_service_line *line,
    const char *path)
{
	char better[OTP_MODULE_PATH + 64];

	(void)snprintf(better, sizeof(better), "'%s  %s  %s'",
	    otp_stack_type_name(line->line.type), line->line.control, path);
	otp_judged_flaw(judged, OTP_FOUND_MODULE_MISPLACED,
	    otp_judged_where(line).text, line->line.name, better);
}

/* Read the arguments of our line as the module will. */
static void
read_options(struct otp_judged *judged, const struct otp_service_line *line)
{
	struct otp_check_services *services = judged->services;
	const struct otp_where where = otp_judged_where(line);
	struct otp_options options;
	struct otp_fault fault = { 0 };
	/* The type is libpam's; the arguments are not written to. */
	enum otp_err err = otp_options_load(line->line.argc,
	    /* NOLINTNEXTLINE(performance-no-int-to-ptr): a const less, so */
	    (const char **)(uintptr_t)line->line.argv, &options, &fault);
	const char *file = otp_options_source(&options);
	bool same = strcmp(file, services->conf) == 0;
	/* The configuration that is checked anyway was reported already. */
	bool reported = same && services->store == NULL &&
	    (fault.line != 0 || fault.where[0] == '/');

	if (err != OTP_OK && !reported)
		otp_judged_flaw(judged, OTP_FOUND_OPTION, where.text,
		    fault.line != 0
			? otp_report_conf_text(file, err, &fault).text
			: otp_report_text(err, &fault).text,
		    NULL);
	if (err != OTP_OK) {
		judged->flawed = true;
		return;
	}
	if (!same && services->store != NULL &&
	    strcmp(options.store, services->store) != 0)
		otp_judged_flaw(judged, OTP_FOUND_STORE_DIFFERS, where.text,
		    file, options.store);
	if (judged->ours == line)
		(void)snprintf(
		    judged->store, sizeof(judged->store), "%s", options.store);
	else if (strcmp(judged->store, options.store) != 0)
		judged->stores = true;
	if (options.notify)
		judged->sends[judged->count] = "notify";
	if (options.deliver != OTP_DELIVER_NO)
		judged->sends[judged->count] = "deliver";
	if (judged->sends[judged->count] != NULL) {
		memcpy(services->sockets, options.sockets,
		    sizeof(services->sockets));
	}
	otp_locker_judge_store(judged, line, &options);
	note_locker(judged, &options);
	judged->nullok = lets_unenrolled(&options, services->now);
	read_whom(judged, line, &options);
	judged->split = options.forward_pass;
}

static void
note_locker(struct otp_judged *judged, const struct otp_options *options)
{
	struct otp_check_services *services = judged->services;
	const char *service = judged->service->name;

	if (!otp_locker_is_users(service))
		return;
	(void)snprintf(
	    services->locker, sizeof(services->locker), "%s", service);
	memcpy(services->locker_sockets, options->sockets,
	    sizeof(services->locker_sockets));
}

/* Whom the line asks, and who is not asked for a while. */
static void
read_whom(struct otp_judged *judged, const struct otp_service_line *line,
    const struct otp_options *options)
{
	judged->fresh = options->fresh_for != 0;
	judged->keys = options->remember == OTP_REMEMBER_KEY;
	judged->enrolls = options->enroll == OTP_ENROLL_INVITED;
	if (judged->enrolls && options->silent)
		otp_judged_flaw(judged, OTP_FOUND_ENROLL_SILENT,
		    otp_judged_where(line).text, judged->service->name, NULL);
	else
		judged->invites[judged->count] = judged->enrolls;
	judged->groups = NULL;
	if (options->exempt_groups[0] != '\0')
		judged->groups = "exempt_groups";
	if (options->groups[0] != '\0')
		judged->groups = "groups";
	judge_groups(judged, line, "groups", options->groups);
	judge_groups(judged, line, "exempt_groups", options->exempt_groups);
	judge_user(judged, line, options);
	if (options->remember != OTP_REMEMBER_NO)
		judge_environment(judged, line);
}

/* The groups of an image are not known here. */
static void
judge_groups(struct otp_judged *judged, const struct otp_service_line *line,
    const char *option, const char *list)
{
	char names[OTP_GROUPS_SIZE];
	char *rest = names;
	const char *name;

	(void)snprintf(names, sizeof(names), "%s", list);
	if (judged->services->root[0] != '\0' || names[0] == '\0')
		return;
	while ((name = strsep(&rest, ",")) != NULL)
		if (getgrnam(name) == NULL)
			otp_judged_flaw(judged, OTP_FOUND_GROUP_UNKNOWN,
			    otp_judged_where(line).text, name, option);
}

/* Whether the user who is checked is asked, as far as groups decide that. */
static void
judge_user(struct otp_judged *judged, const struct otp_service_line *line,
    const struct otp_options *options)
{
	const struct otp_check_services *services = judged->services;
	const struct otp_where where = otp_judged_where(line);
	const char *service = judged->service->name;
	char group[OTP_GROUPS_SIZE] = "";

	judged->asks_user = false;
	if (services->user == NULL || services->root[0] != '\0')
		return;
	switch (otp_whom_is(options, services->user, group)) {
	case OTP_WHOM_ASKED:
		judged->asks_user = true;
		otp_judged_add(
		    judged, OTP_FOUND_GROUP_ASKED, where.text, service, NULL);
		break;
	case OTP_WHOM_NOT_IN_GROUPS:
		otp_judged_add(judged, OTP_FOUND_GROUP_LEFT_OUT, where.text,
		    service, options->groups);
		break;
	case OTP_WHOM_EXEMPT_GROUP:
		otp_judged_add(
		    judged, OTP_FOUND_GROUP_EXEMPT, where.text, service, group);
		break;
	case OTP_WHOM_UNKNOWN:
		break;
	}
}

/* Lines before ours that read a file of the user's into PAM's environment. */
static void
judge_environment(
    struct otp_judged *judged, const struct otp_service_line *ours)
{
	for (size_t i = 0; i < judged->count; i++) {
		const struct otp_service_line *line = judged->lines[i];

		if (!otp_judged_is_module(line) ||
		    !otp_module_is_called(line->line.name, "pam_env"))
			continue;
		for (int j = 0; j < line->line.argc; j++)
			if (strcmp(line->line.argv[j], "user_readenv=1") == 0)
				otp_judged_flaw(judged, OTP_FOUND_ENVIRONMENT,
				    otp_judged_where(line).text,
				    line->line.name, ours->line.name);
	}
}

static bool
lets_unenrolled(const struct otp_options *options, int64_t now)
{
	if (options->nullok_until != 0)
		return now < options->nullok_until;
	return options->nullok;
}

static void
note_service(struct otp_judged *judged)
{
	struct otp_check_services *services = judged->services;
	const char *service = judged->service->name;

	services->asking++;
	if (judged->split)
		(void)snprintf(
		    services->split, sizeof(services->split), "%s", service);
	if (strcmp(service, "sshd") == 0) {
		services->sshd = true;
		services->sshd_split = judged->split;
		services->sshd_keys = judged->keys;
		services->sshd_enrolls = judged->enrolls;
	}
	note_shared(judged);
}

static void
note_shared(struct otp_judged *judged)
{
	struct otp_check_services *services = judged->services;
	const struct otp_where where = otp_judged_where(judged->ours);
	struct otp_shared *shared = services->shared;
	struct otp_shared *end = shared + services->shared_count;
	size_t length;

	if (strcmp(judged->ours->file, judged->service->file) == 0)
		return;
	while (shared < end && strcmp(shared->where, where.text) != 0)
		shared++;
	if (shared == end) {
		if (services->shared_count == OTP_CHECK_SERVICES_SHARED)
			return;
		services->shared_count++;
		memset(shared, 0, sizeof(*shared));
		(void)snprintf(
		    shared->where, sizeof(shared->where), "%s", where.text);
	}
	length = strlen(shared->services);
	(void)snprintf(shared->services + length,
	    sizeof(shared->services) - length, "%s%s",
	    shared->count > 0 ? ", " : "", judged->service->name);
	shared->count++;
}

static void
add_unreadable(void *context, const char *path, const char *why)
{
	struct otp_check_services *services = context;

	otp_findings_add(services->findings, OTP_FOUND_PAM_UNREADABLE,
	    (struct otp_words){ .where = path, .what = why });
}

static void
add_shared(struct otp_check_services *services)
{
	for (unsigned i = 0; i < services->shared_count; i++) {
		const struct otp_shared *shared = &services->shared[i];

		if (shared->count > 1)
			otp_findings_add(services->findings,
			    OTP_FOUND_SHARED_STACK,
			    (struct otp_words){ .where = shared->where,
				.what = shared->services });
	}
}

static bool
is_ours(const struct otp_service_line *line)
{
	return otp_judged_is_module(line) &&
	    otp_module_is_ours(line->line.name);
}
