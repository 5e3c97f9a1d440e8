/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/pamconf/readfile.h"

#define FILE_MAX     (256 * 1024) /* bytes of a file */
#define NAMES_MAX    4096	  /* files in all */
#define INCLUDES_MAX 16		  /* depth of includes, as in PAM */
#define FILES_MAX    1000	  /* read for one service, repeats included */

struct names {
	size_t count;
	char (*at)[OTP_SERVICE_NAME];
};

/* One run over all services. */
struct tour {
	const char *root;
	bool every; /* files that only others include, too */
	struct names files;
	struct names parts; /* files that others include */
	void (*visit)(void *context, const struct otp_service *service);
	void (*unreadable)(void *context, const char *path, const char *why);
	void *context;
	bool failed; /* no memory */
};

/* In the order in which PAM looks; vendors use different ones of the last. */
static const char *const folders[] = { "/etc/pam.d", "/usr/lib/pam.d",
	"/usr/etc/pam.d", "/usr/share/pam.d" };

bool
otp_services_folder(
    const char *root, unsigned number, char ret_path[OTP_SERVICE_PATH])
{
	int length;

	if (number >= sizeof(folders) / sizeof(folders[0]))
		return false;
	length =
	    snprintf(ret_path, OTP_SERVICE_PATH, "%s%s", root, folders[number]);
	return length > 0 && length < OTP_SERVICE_PATH;
}

/* --- Names -------------------------------------------------------------- */

static bool
has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->at[i], name) == 0)
			return true;
	return false;
}

/* Returns false if there is no memory or there are too many names. */
static bool
add_name(struct names *names, const char *name)
{
	char(*at)[OTP_SERVICE_NAME];

	if (strlen(name) >= OTP_SERVICE_NAME || has_name(names, name))
		return true;
	if (names->count >= NAMES_MAX)
		return false;
	at = reallocarray(names->at, names->count + 1, sizeof(*at));
	if (at == NULL)
		return false;
	names->at = at;
	memcpy(at[names->count++], name, strlen(name) + 1);
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Backup files of editors and package managers are not services. */
static bool
is_leftover(const char *name)
{
	static const char *const ends[] = { "~", ".bak", ".orig", ".swp",
		".rpmnew", ".rpmsave", ".rpmorig", ".dpkg-old", ".dpkg-dist",
		".dpkg-new", ".pam-old", ".ucf-old", ".ucf-dist" };
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (length >= end && strcmp(name + length - end, ends[i]) == 0)
			return true;
	}
	return name[0] == '.';
}

static void
list_folder(struct tour *tour, const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (folder == NULL) {
		if (errno != ENOENT && errno != ENOTDIR)
			tour->unreadable(tour->context, path, strerror(errno));
		return;
	}
	while ((entry = readdir(folder)) != NULL)
		if (!is_leftover(entry->d_name) && entry->d_type != DT_DIR &&
		    !add_name(&tour->files, entry->d_name))
			tour->failed = true;
	(void)closedir(folder);
}

/* --- Files -------------------------------------------------------------- */

/*
 * Read the file that PAM would use for NAME, which may be an absolute path.
 * FILE is set to its path.  The caller frees the text; NULL: *RET_WHY says why.
 */
static char *
read_file(const struct tour *tour, const char *name, char *file,
    size_t *ret_size, const char **ret_why)
{
	char *text = NULL;

	*ret_why = strerror(ENOENT);
	for (unsigned i = 0; text == NULL; i++) {
		char folder[OTP_SERVICE_PATH];
		int length;

		if (name[0] == '/')
			length = snprintf(
			    file, OTP_SERVICE_PATH, "%s%s", tour->root, name);
		else if (otp_services_folder(tour->root, i, folder))
			length = snprintf(
			    file, OTP_SERVICE_PATH, "%s/%s", folder, name);
		else
			break;
		if (length < 0 || length >= OTP_SERVICE_PATH)
			break;
		text = otp_readfile(file, FILE_MAX, ret_size);
		if (text == NULL)
			*ret_why = strerror(errno);
		if (errno != ENOENT || name[0] == '/')
			break;
	}
	return text;
}

/* NAME without PAM's directory, if it begins with one. */
static const char *
strip_folder(const char *name)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t length = strlen(folders[i]);

		if (strncmp(name, folders[i], length) == 0 &&
		    name[length] == '/')
			return name + length + 1;
	}
	return name;
}

/* Services that programs use by name although others (su-l) include them. */
static bool
is_programs(const char *name)
{
	static const char *const names[] = { "login", "runuser", "sshd", "su",
		"sudo" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Record which other files NAME includes. */
static void
note_parts(struct tour *tour, const char *name)
{
	char file[OTP_SERVICE_PATH];
	struct otp_lines text = { NULL, 0, 0 };
	struct otp_stack_line line;
	const char *why = NULL;
	char *whole = read_file(tour, name, file, &text.size, &why);

	if (whole == NULL) {
		tour->unreadable(tour->context, file, why);
		return;
	}
	text.text = whole;
	while (otp_stack_next(&text, &line))
		if ((line.kind == OTP_STACK_INCLUDE ||
			line.kind == OTP_STACK_SUBSTACK) &&
		    strcmp(strip_folder(line.name), name) != 0 &&
		    !add_name(&tour->parts, strip_folder(line.name)))
			tour->failed = true;
	free(whole);
}

/* --- Assembling a stack --------------------------------------------------- */

/* Which lines of a file are wanted, and where they go. */
struct part {
	enum otp_stack_type type; /* ANY: all of them */
	unsigned level;		  /* of substacks */
	unsigned depth;		  /* of files */
};

static const char *expand_file(const struct tour *tour,
    struct otp_service *service, const char *name, struct part part);

/* Room for one more line, or NULL. */
static struct otp_service_line *
next_service_line(struct otp_service *service)
{
	if (service->count < OTP_SERVICE_LINES)
		return &service->lines[service->count];
	service->too_many = true;
	return NULL;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as INCLUDES_MAX; see expand_file() */

/*
 * LINE, the last one, includes a file: the file's lines replace it, or follow
 * it if it is a substack.  If that fails, PAM uses a line that always fails.
 */
static void
include_file(const struct tour *tour, struct otp_service *service,
    const struct otp_service_line *line, struct part part)
{
	bool substack = line->line.kind == OTP_STACK_SUBSTACK;
	struct otp_service_line failing = *line;
	const char *why;
	struct otp_service_line *last;

	part.type = line->line.type;
	part.level += substack;
	part.depth++;
	if (substack)
		service->count++;
	failing.line.kind = OTP_STACK_BROKEN;
	(void)snprintf(failing.line.text, sizeof(failing.line.text), "%s",
	    line->line.name);
	why = expand_file(tour, service, failing.line.text, part);
	last = why != NULL ? next_service_line(service) : NULL;
	if (last == NULL)
		return;
	*last = failing;
	last->absent = why;
	last->line.name = last->line.text;
	last->line.argc = 0;
	last->line.control = NULL;
	if (part.type == OTP_STACK_ANY) /* an @include */
		service->dead = true;
	service->count++;
}

/* What PAM takes LINE for: one that it does not understand is worst in auth. */
static enum otp_stack_type
type_of(const struct otp_stack_line *line, struct part part)
{
	if (line->type != OTP_STACK_ANY)
		return line->type;
	if (part.type != OTP_STACK_ANY || otp_stack_is_whole(line))
		return part.type;
	return OTP_STACK_AUTH;
}

/* Append the lines of NAME.  NULL, or why they cannot be included. */
static const char *
expand_file(const struct tour *tour, struct otp_service *service,
    const char *name, struct part part)
{
	char file[OTP_SERVICE_PATH];
	struct otp_lines text = { NULL, 0, 0 };
	struct otp_service_line *at;
	const char *why = NULL;
	char *whole = NULL;

	if (part.depth >= INCLUDES_MAX)
		return N_("files include each other too deeply");
	if (++service->files > FILES_MAX) {
		service->too_many = true;
		return NULL;
	}
	whole = read_file(tour, name, file, &text.size, &why);
	if (whole == NULL)
		return why;
	text.text = whole;
	while ((at = next_service_line(service)) != NULL &&
	    otp_stack_next(&text, &at->line)) {
		at->line.type = type_of(&at->line, part);
		if (part.type != OTP_STACK_ANY && at->line.type != part.type)
			continue;
		memcpy(at->file, file, sizeof(at->file));
		at->level = part.level;
		at->absent = NULL;
		if (at->line.kind == OTP_STACK_INCLUDE ||
		    at->line.kind == OTP_STACK_SUBSTACK)
			include_file(tour, service, at, part);
		else
			service->count++;
	}
	if (part.depth == 0)
		memcpy(service->file, file, sizeof(file));
	free(whole);
	return NULL;
}

/* NOLINTEND(misc-no-recursion) */

/* --- All of them -------------------------------------------------------- */

static void
visit_all(struct tour *tour)
{
	struct otp_service service = { .count = 0 };

	service.lines = calloc(OTP_SERVICE_LINES, sizeof(*service.lines));
	if (service.lines == NULL) {
		tour->failed = true;
		return;
	}
	for (size_t i = 0; i < tour->files.count; i++) {
		struct part part = { OTP_STACK_ANY, 0, 0 };
		const char *name = tour->files.at[i];

		if (!tour->every && has_name(&tour->parts, name) &&
		    !is_programs(name))
			continue;
		service.too_many = false;
		service.dead = false;
		service.files = 0;
		service.count = 0;
		memcpy(service.name, name, sizeof(service.name));
		if (expand_file(tour, &service, name, part) == NULL)
			tour->visit(tour->context, &service);
	}
	free(service.lines);
}

static bool
take_tour(struct tour *tour)
{
	char folder[OTP_SERVICE_PATH];

	for (unsigned i = 0; otp_services_folder(tour->root, i, folder); i++)
		list_folder(tour, folder);
	if (tour->files.count > 0)
		qsort(tour->files.at, tour->files.count,
		    sizeof(*tour->files.at), compare_names);
	for (size_t i = 0; i < tour->files.count; i++)
		note_parts(tour, tour->files.at[i]);
	if (!tour->failed)
		visit_all(tour);
	free(tour->files.at);
	free(tour->parts.at);
	return !tour->failed;
}

bool
otp_services_each(const char *root,
    void (*visit)(void *context, const struct otp_service *service),
    void (*unreadable)(void *context, const char *path, const char *why),
    void *context)
{
	struct tour tour = {
		.root = root,
		.visit = visit,
		.unreadable = unreadable,
		.context = context,
	};

	return take_tour(&tour);
}

bool
otp_services_each_file(const char *root,
    void (*visit)(void *context, const struct otp_service *service),
    void (*unreadable)(void *context, const char *path, const char *why),
    void *context)
{
	struct tour tour = {
		.root = root,
		.every = true,
		.visit = visit,
		.unreadable = unreadable,
		.context = context,
	};

	return take_tour(&tour);
}
