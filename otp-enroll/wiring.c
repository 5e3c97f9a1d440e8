/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "common/effects/arguments.h"
#include "language.h"
#include "module.h"
#include "output.h"
#include "report.h"
#include "wiring.h"

#define WHERE_SIZE (OTP_SERVICE_PATH + 16)

/* A service that is being judged. */
struct judged {
	struct otp_wiring *wiring;
	const struct otp_service *service;
	size_t count;
	struct otp_step steps[OTP_SERVICE_LINES];
	const struct otp_service_line *lines[OTP_SERVICE_LINES]; /* of steps */
	const struct otp_service_line *ours; /* the first, of auth */
	bool passwords;			     /* somebody asks for one */
	bool broken; /* a line fails, whatever happens; it was told */
	bool flawed; /* something was told that is no note */
	bool past;   /* a password leads past the code */
	bool nullok;
	bool split;
};

/* "/etc/pam.d/sshd:4" */
struct where {
	char text[WHERE_SIZE];
};

static struct where
where_is(const struct otp_service_line *line)
{
	struct where where;

	(void)snprintf(where.text, sizeof(where.text), "%s:%u", line->file,
	    line->line.number);
	return where;
}

static void
tell(struct judged *judged, enum otp_found found, const char *where,
    const char *what, const char *more)
{
	otp_findings_add(judged->wiring->findings, found,
	    (struct otp_words){ .where = where, .what = what, .more = more });
}

/* The same of what is wrong. */
static void
blame(struct judged *judged, enum otp_found found, const char *where,
    const char *what, const char *more)
{
	judged->flawed = true;
	tell(judged, found, where, what, more);
}

static bool
is_module(const struct otp_service_line *line)
{
	return line->line.kind == OTP_STACK_MODULE && line->line.name != NULL;
}

static bool
is_ours(const struct otp_service_line *line)
{
	return is_module(line) && otp_module_is_ours(line->line.name);
}

/* --- One line ----------------------------------------------------------- */

/* The line as it would have to be, with the module's whole path. */
static void
tell_elsewhere(struct judged *judged, const struct otp_service_line *line,
    const char *path)
{
	char better[OTP_MODULE_PATH + 64];

	(void)snprintf(better, sizeof(better), "`%s  %s  %s'",
	    otp_stack_type_name(line->line.type), line->line.control, path);
	blame(judged, OTP_FOUND_MODULE_ELSEWHERE, where_is(line).text,
	    line->line.name, better);
}

/* The kind that the step is of, after a look at its file. */
static enum otp_step_kind
look_at_module(struct judged *judged, const struct otp_service_line *line)
{
	static const char own[] = OTP_MODULE_DIR "/" OTP_MODULE_NAME;
	const char *root = judged->wiring->root;
	const char *name = line->line.name;
	const struct where where = where_is(line);
	int action = line->line.actions[OTP_STACK_UNKNOWN];
	char path[OTP_MODULE_PATH], other[OTP_MODULE_PATH];
	enum otp_step_kind kind = otp_module_kind(name);
	bool matters =
	    is_ours(line) || action == OTP_STACK_BAD || action == OTP_STACK_DIE;

	switch (otp_module_look(root, name, path)) {
	case OTP_MODULE_FINE:
	case OTP_MODULE_UNCERTAIN:
		return kind;
	case OTP_MODULE_UNSAFE:
		if (is_ours(line))
			blame(judged, OTP_FOUND_MODULE_UNSAFE, where.text, path,
			    NULL);
		return kind;
	case OTP_MODULE_MISSING:
		if (is_ours(line) && name[0] != '/' &&
		    otp_module_look(root, own, other) == OTP_MODULE_FINE)
			tell_elsewhere(judged, line, own);
		else if (matters)
			blame(judged, OTP_FOUND_MODULE_MISSING, where.text,
			    path, NULL);
		break;
	case OTP_MODULE_FOREIGN:
		if (matters)
			blame(judged, OTP_FOUND_MODULE_FOREIGN, where.text,
			    path, NULL);
		break;
	}
	judged->broken = judged->broken || matters;
	return OTP_STEP_MISSING;
}

/* "FILE, line 3: `frob' is not an option", as far as it is known. */
static struct otp_reported
option_text(enum otp_err err, const struct otp_fault *fault, const char *file)
{
	const struct otp_reported what = otp_report_what(fault->what);
	const struct otp_escaped where = otp_escaped(fault->where);
	struct otp_reported text;

	if (err != OTP_ERR_OPTION || fault->what[0] == '\0')
		return otp_report_text(err, fault);
	if (fault->line != 0)
		(void)snprintf(text.text, sizeof(text.text),
		    "%.300s:%u: `%.300s' %.300s", otp_escaped(file).text,
		    fault->line, where.text, what.text);
	else if (fault->where[0] == '/')
		(void)snprintf(text.text, sizeof(text.text), "%.300s %.300s",
		    where.text, what.text);
	else
		(void)snprintf(text.text, sizeof(text.text), "`%.300s' %.300s",
		    where.text, what.text);
	return text;
}

static bool
lets_unenrolled(const struct otp_options *options, int64_t now)
{
	if (options->nullok_until != 0)
		return now < options->nullok_until;
	return options->nullok;
}

/* The arguments of our own line, as the module will read them. */
static void
read_options(struct judged *judged, const struct otp_service_line *line)
{
	struct otp_wiring *wiring = judged->wiring;
	const struct where where = where_is(line);
	struct otp_options options;
	struct otp_fault fault = { 0 };
	/* libpam's own type; nothing is written there. */
	enum otp_err err = otp_arguments_read(line->line.argc,
	    /* NOLINTNEXTLINE(performance-no-int-to-ptr): a const less, so */
	    (const char **)(uintptr_t)line->line.argv, &options, &fault);
	const char *file = otp_arguments_file(&options);
	bool same = strcmp(file, wiring->conf) == 0;
	/* The configuration that is looked at anyway has been told of. */
	bool told = same && wiring->store == NULL &&
	    (fault.line != 0 || fault.where[0] == '/');

	if (err != OTP_OK && !told)
		blame(judged, OTP_FOUND_OPTION, where.text,
		    option_text(err, &fault, file).text, NULL);
	if (err != OTP_OK) {
		judged->flawed = true;
		return;
	}
	if (!same && wiring->store != NULL &&
	    strcmp(options.store, wiring->store) != 0)
		blame(judged, OTP_FOUND_OTHER_STORE, where.text, file,
		    options.store);
	judged->nullok = lets_unenrolled(&options, wiring->now);
	judged->split = options.forward_pass;
}

/* What is wrong with LINE whatever stands around it. */
static void
judge_line(struct judged *judged, const struct otp_service_line *line)
{
	const struct where where = where_is(line);

	if (line->absent != NULL)
		blame(judged, OTP_FOUND_INCLUDE, where.text, line->line.name,
		    _(line->absent));
	else if (line->line.kind == OTP_STACK_BROKEN)
		blame(judged, OTP_FOUND_LINE, where.text, NULL, NULL);
	else if (line->line.bad_control)
		blame(judged, OTP_FOUND_CONTROL, where.text, line->line.control,
		    NULL);
	else if (is_ours(line) && line->line.type != OTP_STACK_AUTH)
		blame(
		    judged, OTP_FOUND_TYPE, where.text, line->line.name, NULL);
	else
		return;
	judged->broken = true;
}

/* --- The steps of the auth stack ---------------------------------------- */

static void
add_step(struct judged *judged, const struct otp_service_line *line)
{
	struct otp_step *step = &judged->steps[judged->count];

	*step = (struct otp_step){
		.kind = OTP_STEP_BROKEN,
		.level = line->level,
		.actions = line->line.actions,
	};
	if (line->line.kind == OTP_STACK_SUBSTACK)
		step->kind = OTP_STEP_SUBSTACK;
	if (is_module(line)) {
		step->kind = look_at_module(judged, line);
		if (otp_module_is_password(line->line.name))
			judged->passwords = true;
	}
	if (is_ours(line)) {
		if (judged->ours == NULL)
			judged->ours = line;
		read_options(judged, line);
	}
	judged->lines[judged->count++] = line;
}

static void
add_steps(struct judged *judged)
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

static bool
names_us(const struct otp_service *service)
{
	for (size_t i = 0; i < service->count; i++)
		if (is_ours(&service->lines[i]))
			return true;
	return false;
}

/* --- The stack as a whole ----------------------------------------------- */

/* Which lines lead past the code. */
static void
judge_ways_past(struct judged *judged)
{
	const char *service = judged->service->name;

	for (size_t i = 0; i < judged->count; i++) {
		const struct otp_service_line *line = judged->lines[i];
		bool yes = false;

		if (!otp_dispatch_skips(judged->steps, judged->count, i, &yes))
			continue;
		if (yes && is_module(line) &&
		    otp_module_is_password(line->line.name)) {
			judged->past = true;
			blame(judged, OTP_FOUND_SKIPPED, where_is(line).text,
			    line->line.name, service);
		} else if (!is_module(line) ||
		    !otp_module_is_for_root(line->line.name)) {
			tell(judged, OTP_FOUND_EXCEPTED, where_is(line).text,
			    line->line.name, service);
		}
	}
}

static void
judge_nullok(
    struct judged *judged, const struct otp_outcome *outcome, const char *where)
{
	const char *service = judged->service->name;

	if (!judged->nullok)
		return;
	if (outcome->ignored) {
		judged->wiring->excepting++;
		tell(judged, OTP_FOUND_NULLOK, where, service, NULL);
	} else {
		blame(judged, OTP_FOUND_NULLOK_DENIES, where, service, NULL);
	}
}

static void
judge_stack(struct judged *judged)
{
	const struct otp_outcome outcome =
	    otp_dispatch(judged->steps, judged->count);
	const struct where where = where_is(judged->ours);
	const char *service = judged->service->name;
	bool sshd = strcmp(service, "sshd") == 0;

	if (!outcome.right && !outcome.skipped && !judged->broken)
		blame(judged, OTP_FOUND_NO_LOGIN, where.text, service, NULL);
	if (outcome.wrong)
		blame(judged, OTP_FOUND_NO_EFFECT, where.text, service, NULL);
	else if (outcome.unavailable)
		blame(judged, OTP_FOUND_FAILS_OPEN, where.text, service, NULL);
	if (outcome.skipped)
		judge_ways_past(judged);
	if (outcome.alone && judged->passwords && !judged->past)
		blame(judged, OTP_FOUND_CODE_ENOUGH, where.text, service, NULL);
	else if (outcome.alone && !judged->passwords && !sshd)
		tell(judged, OTP_FOUND_CODE_ALONE, where.text, service, NULL);
	judge_nullok(judged, &outcome, where.text);
	if (sshd)
		judged->wiring->sshd_alone =
		    outcome.alone && !judged->passwords;
}

/* --- Lines that several services share ---------------------------------- */

static void
note_shared(struct judged *judged)
{
	struct otp_wiring *wiring = judged->wiring;
	const struct where where = where_is(judged->ours);
	struct otp_shared *shared = wiring->shared;
	struct otp_shared *end = shared + wiring->shared_count;
	size_t length;

	if (strcmp(judged->ours->file, judged->service->file) == 0)
		return;
	while (shared < end && strcmp(shared->where, where.text) != 0)
		shared++;
	if (shared == end) {
		if (wiring->shared_count == OTP_WIRING_SHARED)
			return;
		wiring->shared_count++;
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
tell_shared(struct otp_wiring *wiring)
{
	for (unsigned i = 0; i < wiring->shared_count; i++) {
		const struct otp_shared *shared = &wiring->shared[i];

		if (shared->count > 1)
			otp_findings_add(wiring->findings, OTP_FOUND_SHARED,
			    (struct otp_words){ .where = shared->where,
				.what = shared->services });
	}
}

/* --- All services ------------------------------------------------------- */

static void
note_service(struct judged *judged)
{
	struct otp_wiring *wiring = judged->wiring;
	const char *service = judged->service->name;

	wiring->services++;
	if (judged->split)
		(void)snprintf(
		    wiring->split, sizeof(wiring->split), "%s", service);
	if (strcmp(service, "sshd") == 0) {
		wiring->sshd = true;
		wiring->sshd_split = judged->split;
	}
	note_shared(judged);
}

static void
visit(void *context, const struct otp_service *service)
{
	struct judged judged = { .wiring = context, .service = service };
	char most[32];

	if (service->too_many) {
		(void)snprintf(most, sizeof(most), "%d", OTP_SERVICE_LINES);
		blame(&judged, OTP_FOUND_TOO_MANY, service->file, most, NULL);
		return;
	}
	if (!names_us(service))
		return;
	add_steps(&judged);
	if (judged.ours == NULL)
		return;
	note_service(&judged);
	for (size_t i = 0; i < judged.count; i++)
		if (judged.steps[i].kind == OTP_STEP_MISSING &&
		    is_ours(judged.lines[i]))
			return;
	judge_stack(&judged);
	if (!judged.flawed)
		tell(&judged, OTP_FOUND_SERVICE, where_is(judged.ours).text,
		    service->name, NULL);
}

static void
tell_unreadable(void *context, const char *path, const char *why)
{
	struct otp_wiring *wiring = context;

	otp_findings_add(wiring->findings, OTP_FOUND_UNREADABLE,
	    (struct otp_words){ .where = path, .what = why });
}

void
otp_wiring_judge(struct otp_wiring *wiring)
{
	char folder[OTP_SERVICE_PATH];

	if (!otp_services_each(wiring->root, visit, tell_unreadable, wiring))
		wiring->findings->failed = true;
	tell_shared(wiring);
	if (wiring->services == 0 &&
	    otp_services_folder(wiring->root, 0, folder) &&
	    otp_findings_worst(wiring->findings) < OTP_LEVEL_FAULT)
		otp_findings_add(wiring->findings, OTP_FOUND_NO_SERVICE,
		    (struct otp_words){
			.where = folder, .what = OTP_MODULE_NAME });
}
