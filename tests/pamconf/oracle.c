/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/pamconf/oracle.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "otp-enroll/pamconf/load.h"
#include "otp-enroll/pamconf/simulate.h"

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define LINES_MAX      24
#define VARIABLES_MAX  24
#define COMBINATIONS   64 /* of what the modules return */
#define RESULTS_MAX    3  /* that a module may return */
#define CONDITIONS_MAX 6  /* two results each */
#define DEPTH_MAX      3

/* What the modules of a stack may return, each by itself or as a condition. */
struct variable {
	enum otp_step_kind kind;
	unsigned count;
	int results[RESULTS_MAX];
	unsigned now; /* the one that it returns */
};

struct line {
	enum otp_step_kind kind;
	bool stub;	   /* else a line that libpam has its own result for */
	unsigned variable; /* of a stub that is not ours */
	uint32_t result;   /* of what is none */
	size_t step;	   /* in what otp-enroll loaded */
};

static char root[] = "/tmp/pam_otp-oracle.XXXXXX";
static char confdir[64];
static bool has_whole_include; /* Debian's @include */

/* The stack that was made last, and one run of it. */
static struct oracle_source source;
static struct variable variables[VARIABLES_MAX];
static unsigned variable_count, combinations, conditions;
static struct line lines[LINES_MAX];
static unsigned line_count;
static int ours; /* what our module returns */
static unsigned trace[4 * LINES_MAX];
static unsigned traced;

/* --- Making a stack ------------------------------------------------------ */

static unsigned
below(unsigned limit)
{
	if (source.left == 0)
		return 0;
	source.left--;
	return *source.at++ % limit;
}

static const char *
some_action(void)
{
	static const char *const actions[] = { "ok", "ignore", "bad", "done",
		"die", "1", "2", "reset", "3", "4" };

	return actions[below(COUNT(actions))];
}

static void
put_control(FILE *file)
{
	static const char *const words[] = { "required", "sufficient",
		"requisite", "optional" };
	static const char *const results[] = { "success", "auth_err", "ignore",
		"user_unknown", "new_authtok_reqd", "module_unknown",
		"perm_denied" };
	unsigned which = below(8);

	if (which < COUNT(words)) {
		fprintf(file, "%s ", words[which]);
		return;
	}
	fputc('[', file);
	for (unsigned i = below(4); i > 0; i--)
		fprintf(file, "%s=%s ", results[below(COUNT(results))],
		    some_action());
	if (below(5) != 0)
		fprintf(file, "default=%s ", some_action());
	fprintf(file, "success=%s] ", some_action());
}

/* A variable of KIND, of which the stack gets not too many combinations. */
static unsigned
make_variable(enum otp_step_kind kind)
{
	static const int results[] = { PAM_AUTH_ERR, PAM_IGNORE,
		PAM_USER_UNKNOWN, PAM_NEW_AUTHTOK_REQD, PAM_PERM_DENIED };
	struct variable *made = &variables[variable_count];
	bool both = kind != OTP_STEP_PLAIN && kind != OTP_STEP_PASSWORD;
	unsigned wanted = both ? 2 : 1 + below(RESULTS_MAX);

	*made = (struct variable){ .kind = kind };
	while (combinations * wanted > COMBINATIONS)
		wanted--;
	combinations *= wanted;
	made->count = wanted;
	made->results[0] = PAM_SUCCESS;
	if (wanted < 2 && below(2) == 1)
		made->results[0] = results[below(COUNT(results))];
	for (unsigned i = 1; i < wanted; i++)
		made->results[i] = results[below(COUNT(results))];
	return variable_count++;
}

/* One that there is, or else a new one. */
static unsigned
some_variable(enum otp_step_kind kind)
{
	unsigned wanted = below(3);

	if (kind != OTP_STEP_PLAIN && kind != OTP_STEP_PASSWORD)
		for (unsigned i = 0; i < variable_count; i++)
			if (variables[i].kind == kind && wanted-- == 0)
				return i;
	return make_variable(kind);
}

/* The arguments, for whoever reads the stack, and the number of the line. */
static void
put_arguments(FILE *file, const struct line *line)
{
	static const char *const kinds[] = {
		[OTP_STEP_PLAIN] = "plain",
		[OTP_STEP_OURS] = "ours",
		[OTP_STEP_PASSWORD] = "password",
		[OTP_STEP_FACTOR] = "factor",
		[OTP_STEP_CONDITION] = "condition",
		[OTP_STEP_UNKNOWN] = "unknown",
	};
	const struct variable *variable = &variables[line->variable];

	fprintf(file, STUB " %s", kinds[line->kind]);
	if (line->kind != OTP_STEP_OURS) {
		fprintf(file, " %u:", line->variable);
		for (unsigned i = 0; i < variable->count; i++)
			fprintf(file, " %d", variable->results[i]);
	}
	fprintf(file, " line %u\n", line_count++);
}

static void
put_stub(FILE *file)
{
	static const enum otp_step_kind kinds[] = { OTP_STEP_OURS,
		OTP_STEP_PASSWORD, OTP_STEP_CONDITION, OTP_STEP_PLAIN,
		OTP_STEP_OURS, OTP_STEP_FACTOR, OTP_STEP_UNKNOWN };
	struct line *line = &lines[line_count];

	*line = (struct line){ kinds[below(COUNT(kinds))], true, 0, 0, 0 };
	fputs("auth ", file);
	put_control(file);
	if (line->kind != OTP_STEP_OURS)
		line->variable = some_variable(line->kind);
	put_arguments(file, line);
}

/* A line that is none, or whose module is missing. */
static void
put_odd(FILE *file)
{
	static const char *const starts[] = { "auth ", "-auth ", "ath " };
	unsigned which = below(4);

	lines[line_count++] = (struct line){
		.kind = OTP_STEP_PLAIN,
		.result = which < 2 ? UINT32_C(1) << PAM_MODULE_UNKNOWN
				    : UINT32_C(1) << PAM_PERM_DENIED,
	};
	fputs(which < 3 ? starts[which] : "auth ", file);
	put_control(file);
	fputs(which < 3 ? "/nowhere/pam_none.so\n" : "\n", file);
}

static void make_file(const char *name, unsigned depth);

/* NOLINTBEGIN(misc-no-recursion): as deep as DEPTH_MAX */

/* By whole paths: some versions of libpam look for others in /etc alone. */
static void
put_include(FILE *file, const char *name, unsigned depth)
{
	static const char *const words[] = { "auth include", "auth substack",
		"-AUTH Substack", "@include", "ath include" };
	unsigned which = below(COUNT(words));

	if (which == 3 && !has_whole_include)
		which = 0;
	fprintf(file, "%s %s/%s\n", words[which], confdir, name);
	make_file(name, depth + 1);
}

/* A file of some lines; those in it are named NAME0, NAME1. */
static void
make_file(const char *name, unsigned depth)
{
	unsigned count = 1 + below(depth == 0 ? 8 : 4);
	unsigned within = 0;
	char path[128], part[32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", confdir, name);
	file = fopen(path, "w");
	if (file == NULL)
		abort();
	for (unsigned i = 0; i < count && line_count < LINES_MAX; i++) {
		unsigned which = below(10);

		snprintf(part, sizeof(part), "%s%u", name, within);
		if (which == 9) {
			put_odd(file);
		} else if (which >= 7 && depth < DEPTH_MAX && within < 2) {
			within++;
			put_include(file, part, depth);
		} else {
			put_stub(file);
		}
	}
	if (fclose(file) != 0)
		abort();
}

/* NOLINTEND(misc-no-recursion) */

static void
make_stack(void)
{
	variable_count = conditions = line_count = 0;
	combinations = 1;
	make_file("t", 0);
}

/* --- What libpam says ---------------------------------------------------- */

int
oracle_answer(unsigned at)
{
	const struct line *line = &lines[at];
	const struct variable *variable = &variables[line->variable];

	if (traced < COUNT(trace))
		trace[traced++] = at;
	return line->kind == OTP_STEP_OURS ? ours
					   : variable->results[variable->now];
}

/* libpam opens a socket for each call otherwise. */
__attribute__((visibility("default"))) int audit_open(void);

int
audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *data)
{
	(void)count;
	(void)messages;
	(void)ret_responses;
	(void)data;
	return PAM_CONV_ERR;
}

static pam_handle_t *
start(void)
{
	static const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *pamh = NULL;

	return pam_start_confdir("t", "root", &conversation, confdir, &pamh) ==
		PAM_SUCCESS
	    ? pamh
	    : NULL;
}

/* The next combination; false after the last. */
static bool
next_combination(void)
{
	for (unsigned i = 0; i < variable_count; i++) {
		if (++variables[i].now < variables[i].count)
			return true;
		variables[i].now = 0;
	}
	return false;
}

static bool
is_condition(const struct variable *variable)
{
	return variable->kind != OTP_STEP_PLAIN &&
	    variable->kind != OTP_STEP_PASSWORD && variable->count > 1;
}

/* A number for which conditions hold. */
static unsigned
truth_now(void)
{
	unsigned truth = 0, bit = 1;

	for (unsigned i = 0; i < variable_count; i++) {
		if (!is_condition(&variables[i]))
			continue;
		if (variables[i].results[variables[i].now] == PAM_SUCCESS)
			truth |= bit;
		bit *= 2;
	}
	return truth;
}

/* Who got in: [truth][0] without having been asked, [1] after a right code. */
static bool got_in[1 << CONDITIONS_MAX][2];
static bool led_past[LINES_MAX];

/* The line that led past ours, when none of ours was called. */
static void
note_past(void)
{
	unsigned from = 0;
	const unsigned *cause = NULL;

	for (unsigned i = 0; i <= traced; i++) {
		unsigned to = i < traced ? trace[i] : line_count;

		for (unsigned at = from; at < to; at++)
			if (lines[at].kind == OTP_STEP_OURS && i > 0)
				cause = &trace[i - 1];
		from = to;
	}
	if (cause != NULL)
		led_past[*cause] = true;
}

/* What happened in a run that ended in success. */
static void
note_success(struct otp_outcome *outcome)
{
	bool asked = false, factor = false, naked = false, early = false;
	bool twice = false;

	for (unsigned i = 0; i < traced; i++) {
		const struct line *line = &lines[trace[i]];
		const struct variable *variable = &variables[line->variable];
		bool yes = line->kind != OTP_STEP_OURS &&
		    variable->results[variable->now] == PAM_SUCCESS;

		if (line->kind == OTP_STEP_OURS) {
			twice = twice || asked;
			naked = naked || !factor;
			asked = true;
		} else if (yes && line->kind == OTP_STEP_PASSWORD) {
			early = early || naked;
			factor = true;
		} else if (yes &&
		    (line->kind == OTP_STEP_FACTOR ||
			line->kind == OTP_STEP_UNKNOWN)) {
			factor = true;
		}
	}
	got_in[truth_now()][asked ? 1 : 0] = true;
	if (!asked)
		note_past();
	outcome->right = outcome->right || asked;
	outcome->alone = outcome->alone || (asked && !factor);
	outcome->early = outcome->early || (asked && early);
	outcome->twice = outcome->twice || (asked && twice);
}

static bool
was_asked(void)
{
	for (unsigned i = 0; i < traced; i++)
		if (lines[trace[i]].kind == OTP_STEP_OURS)
			return true;
	return false;
}

/*
 * Run every combination with our module returning RESULT.  Returns whether one
 * succeeded in which it was called; notes all of them in OUTCOME if not NULL.
 */
static bool
run_all(pam_handle_t *pamh, int result, struct otp_outcome *outcome,
    struct oracle_counts *counts)
{
	bool succeeded = false;

	ours = result;
	do {
		traced = 0;
		counts->runs++;
		if (pamh == NULL ||
		    pam_authenticate(pamh, PAM_SILENT) != PAM_SUCCESS)
			continue;
		succeeded = succeeded || was_asked();
		if (outcome != NULL)
			note_success(outcome);
	} while (next_combination());
	return succeeded;
}

static bool
decides(unsigned bit)
{
	for (unsigned truth = 0; truth < 1U << conditions; truth++)
		if (got_in[truth][0] && got_in[truth ^ bit][1] &&
		    !got_in[truth ^ bit][0])
			return true;
	return false;
}

static size_t
first_step(unsigned variable)
{
	for (unsigned i = 0; i < line_count; i++)
		if (lines[i].stub && lines[i].kind != OTP_STEP_OURS &&
		    lines[i].variable == variable)
			return lines[i].step;
	abort();
}

/* The lines that led past: conditions only if WANTED. */
static bool
name_past(struct otp_outcome *outcome, bool wanted)
{
	bool found = false;

	for (unsigned i = 0; i < line_count; i++) {
		bool condition = lines[i].stub &&
		    lines[i].kind != OTP_STEP_OURS &&
		    is_condition(&variables[lines[i].variable]);

		if (!led_past[i] || (condition && !wanted))
			continue;
		outcome->cause[lines[i].step] = true;
		found = true;
	}
	return found;
}

static void
name_causes(struct otp_outcome *outcome)
{
	const bool some = outcome->past == OTP_PAST_SOME;
	bool found = false;
	unsigned bit = 1;

	for (unsigned i = 0; some && i < variable_count; i++) {
		if (!is_condition(&variables[i]))
			continue;
		if (decides(bit)) {
			outcome->cause[first_step(i)] = true;
			found = true;
		}
		bit *= 2;
	}
	if (some && !found)
		(void)name_past(outcome, true);
	if (outcome->past == OTP_PAST_ALL && !name_past(outcome, false))
		(void)name_past(outcome, true);
}

static void
ask_libpam(struct otp_outcome *outcome, struct oracle_counts *counts)
{
	static const int others[] = { PAM_SERVICE_ERR, PAM_SYSTEM_ERR,
		PAM_BUF_ERR, PAM_AUTHINFO_UNAVAIL, PAM_CONV_ERR };
	pam_handle_t *pamh = start();
	bool past = false, must = false;

	for (unsigned i = 0; i < variable_count; i++)
		conditions += is_condition(&variables[i]) ? 1 : 0;
	memset(got_in, 0, sizeof(got_in));
	memset(led_past, 0, sizeof(led_past));
	(void)run_all(pamh, PAM_SUCCESS, outcome, counts);
	outcome->wrong = run_all(pamh, PAM_AUTH_ERR, NULL, counts);
	outcome->ignored = run_all(pamh, PAM_IGNORE, NULL, counts);
	for (size_t i = 0; i < COUNT(others); i++)
		if (run_all(pamh, others[i], NULL, counts))
			outcome->unavailable = true;
	for (unsigned truth = 0; truth < 1U << conditions; truth++) {
		past = past || got_in[truth][0];
		must = must || (got_in[truth][1] && !got_in[truth][0]);
	}
	if (past)
		outcome->past = must ? OTP_PAST_SOME : OTP_PAST_ALL;
	name_causes(outcome);
	if (pamh != NULL)
		(void)pam_end(pamh, PAM_SUCCESS);
}

/* --- What otp-enroll says ------------------------------------------------- */

struct told {
	unsigned services;
	bool complained;
	struct otp_outcome outcome;
};

static uint32_t
results_of(const struct line *line)
{
	const struct variable *variable = &variables[line->variable];
	uint32_t results = line->result;

	if (line->stub && line->kind != OTP_STEP_OURS)
		for (unsigned i = 0; i < variable->count; i++)
			results |= UINT32_C(1) << variable->results[i];
	return results;
}

static void
visit(void *context, const struct otp_service *service)
{
	struct otp_step steps[OTP_SIMULATE_STEPS];
	struct told *told = context;
	unsigned at = 0;

	if (strcmp(service->name, "t") != 0)
		return;
	for (size_t i = 0; i < service->count; i++) {
		const struct otp_service_line *loaded = &service->lines[i];

		steps[i] = (struct otp_step){
			.kind = OTP_STEP_SUBSTACK,
			.level = loaded->level,
			.same = i,
			.actions = loaded->line.actions,
		};
		if (loaded->line.kind == OTP_STACK_SUBSTACK)
			continue;
		if (at == line_count)
			abort();
		lines[at].step = i;
		steps[i].kind = lines[at].kind;
		steps[i].results = results_of(&lines[at]);
		if (lines[at].stub && lines[at].kind != OTP_STEP_OURS)
			steps[i].same = first_step(lines[at].variable);
		at++;
	}
	if (at != line_count)
		abort();
	told->services++;
	otp_simulate(steps, service->count, &told->outcome);
}

static void
unreadable(void *context, const char *path, const char *why)
{
	struct told *told = context;

	(void)path;
	(void)why;
	told->complained = true;
}

/* --- Both ---------------------------------------------------------------- */

static void
empty_folder(void)
{
	DIR *folder = opendir(confdir);
	const struct dirent *entry;

	if (folder == NULL)
		abort();
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' &&
		    unlinkat(dirfd(folder), entry->d_name, 0) != 0)
			abort();
	(void)closedir(folder);
}

static void
print_stack(void)
{
	char command[128];

	snprintf(command, sizeof(command), "grep . '%s'/* >&2", confdir);
	(void)fflush(stderr);
	if (system(command) != 0)
		abort();
}

static bool
has_odd_lines(void)
{
	for (unsigned i = 0; i < line_count; i++)
		if (!lines[i].stub)
			return true;
	return false;
}

/* The first thing that they do not agree on, or NULL. */
static const char *
difference(const struct otp_outcome *ours_is, const struct otp_outcome *theirs)
{
	const struct {
		const char *name;
		bool differs;
	} all[] = {
		{ "right", ours_is->right != theirs->right },
		{ "wrong", ours_is->wrong != theirs->wrong },
		{ "unavailable", ours_is->unavailable != theirs->unavailable },
		{ "ignored", ours_is->ignored != theirs->ignored },
		{ "alone", ours_is->alone != theirs->alone },
		{ "early", ours_is->early != theirs->early },
		{ "twice", ours_is->twice != theirs->twice },
		{ "past", ours_is->past != theirs->past },
		/* A line that is none leaves no trace. */
		{ "cause",
		    !has_odd_lines() &&
			memcmp(ours_is->cause, theirs->cause,
			    sizeof(theirs->cause)) != 0 },
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (all[i].differs)
			return all[i].name;
	return NULL;
}

static void
count_outcome(struct oracle_counts *counts, const struct otp_outcome *outcome)
{
	counts->stacks++;
	counts->right += outcome->right ? 1 : 0;
	counts->wrong += outcome->wrong ? 1 : 0;
	counts->unavailable += outcome->unavailable ? 1 : 0;
	counts->ignored += outcome->ignored ? 1 : 0;
	counts->alone += outcome->alone ? 1 : 0;
	counts->early += outcome->early ? 1 : 0;
	counts->twice += outcome->twice ? 1 : 0;
	counts->some += outcome->past == OTP_PAST_SOME ? 1 : 0;
	counts->all += outcome->past == OTP_PAST_ALL ? 1 : 0;
	counts->causes +=
	    outcome->past != OTP_PAST_NONE && !has_odd_lines() ? 1 : 0;
}

const char *
oracle_try(struct oracle_source bytes, struct oracle_counts *counts)
{
	struct told told = { 0 };
	struct otp_outcome outcome = { 0 };
	const char *differs = NULL;

	source = bytes;
	empty_folder();
	make_stack();
	if (!otp_services_each(root, visit, unreadable, &told) ||
	    told.services != 1 || told.complained) {
		print_stack();
		return "not loaded";
	}
	ask_libpam(&outcome, counts);
	count_outcome(counts, &outcome);
	if (told.outcome.undecided) {
		counts->undecided++;
		return NULL;
	}
	differs = difference(&told.outcome, &outcome);
	if (differs != NULL)
		print_stack();
	return differs;
}

/* Whether libpam knows @include. */
static bool
take_whole_include(void)
{
	char path[128];
	FILE *file;
	pam_handle_t *pamh;
	bool taken;

	snprintf(path, sizeof(path), "%s/t", confdir);
	file = fopen(path, "w");
	if (file == NULL)
		return false;
	fprintf(file, "@include %s/part\n", confdir);
	if (fclose(file) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/part", confdir);
	file = fopen(path, "w");
	if (file == NULL || fputs("auth required pam_permit.so\n", file) < 0 ||
	    fclose(file) != 0)
		return false;
	pamh = start();
	taken = pamh != NULL && pam_authenticate(pamh, 0) == PAM_SUCCESS;
	if (pamh != NULL)
		(void)pam_end(pamh, PAM_SUCCESS);
	return taken;
}

bool
oracle_begin(void)
{
	char path[64];

	/* It stays loaded: libFuzzer counts in it, and it is quicker. */
	if (dlopen(STUB, RTLD_NOW | RTLD_NODELETE) == NULL ||
	    mkdtemp(root) == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/etc", root);
	snprintf(confdir, sizeof(confdir), "%s/etc/pam.d", root);
	if (mkdir(path, 0700) != 0 || mkdir(confdir, 0700) != 0)
		return false;
	/* Below the root, whole paths lead to where libpam finds them. */
	snprintf(path, sizeof(path), "%s/tmp", root);
	if (mkdir(path, 0700) != 0)
		return false;
	snprintf(path, sizeof(path), "%s%s", root, root);
	if (symlink(root, path) != 0)
		return false;
	has_whole_include = take_whole_include();
	return true;
}

void
oracle_end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	if (system(command) != 0)
		abort();
}
