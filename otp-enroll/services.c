/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language.h"
#include "services.h"
#include "slurp.h"

#define FILE_MAX     (256 * 1024) /* bytes of a file */
#define NAMES_MAX    4096	  /* files in all */
#define INCLUDES_MAX 16		  /* files within files, as PAM has it */
#define FILES_MAX    1000	  /* of one service, each time it is read */

struct names {
	size_t count;
	char (*at)[OTP_SERVICE_NAME];
};

/* What is done with every service. */
struct tour {
	const char *root;
	struct names files;
	struct names parts; /* files that others include */
	void (*visit)(void *context, const struct otp_service *service);
	void (*unreadable)(void *context, const char *path, const char *why);
	void *context;
	bool failed; /* no memory */
};

/* In the order in which PAM looks; the last one is where vendors differ. */
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

/* False where there is no memory, or no end. */
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
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* What editors and package managers leave behind is nobody's service. */
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
 * The text of the file that PAM takes for NAME, which may be a whole path;
 * the caller frees it.  NULL: *RET_WHY, and the path in FILE.
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
		text = otp_slurp(file, FILE_MAX, ret_size);
		if (text == NULL)
			*ret_why = strerror(errno);
		if (errno != ENOENT || name[0] == '/')
			break;
	}
	return text;
}

/* NAME without PAM's folder before it, if that is there. */
static const char *
bare_name(const char *name)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t length = strlen(folders[i]);

		if (strncmp(name, folders[i], length) == 0 &&
		    name[length] == '/')
			return name + length + 1;
	}
	return name;
}

/* Programs ask for these by name, and yet others (su-l, sudo-i) include them. */
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

/* Of each file, which others it includes. */
static void
note_parts(struct tour *tour, const char *name)
{
	char file[OTP_SERVICE_PATH];
	struct otp_stack_text text = { NULL, 0, 0 };
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
		    strcmp(bare_name(line.name), name) != 0 &&
		    !add_name(&tour->parts, bare_name(line.name)))
			tour->failed = true;
	free(whole);
}

/* --- Putting together --------------------------------------------------- */

/* Which lines of a file are wanted, and for where. */
struct part {
	enum otp_stack_type type; /* ANY: all of them */
	unsigned level;		  /* of substacks */
	unsigned depth;		  /* of files */
};

static const char *expand(const struct tour *tour, struct otp_service *service,
    const char *name, struct part part);

/* The place for one more line, or NULL. */
static struct otp_service_line *
next_line(struct otp_service *service)
{
	if (service->count < OTP_SERVICE_LINES)
		return &service->lines[service->count];
	service->too_many = true;
	return NULL;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as INCLUDES_MAX; see expand() */

/*
 * The last line, LINE, is an include: what is in there takes its place or,
 * being a substack, comes behind it.  Where that fails, PAM puts a line there
 * that always fails.
 */
static void
include(const struct tour *tour, struct otp_service *service,
    const struct otp_service_line *line, struct part part)
{
	bool substack = line->line.kind == OTP_STACK_SUBSTACK;
	struct otp_service_line failing = *line;
	const char *why;
	struct otp_service_line *last;

	if (line->line.type != OTP_STACK_ANY)
		part.type = line->line.type;
	part.level += substack;
	part.depth++;
	if (substack)
		service->count++;
	failing.line.kind = OTP_STACK_BROKEN;
	(void)snprintf(failing.line.text, sizeof(failing.line.text), "%s",
	    line->line.name);
	why = expand(tour, service, failing.line.text, part);
	last = why != NULL ? next_line(service) : NULL;
	if (last == NULL)
		return;
	*last = failing;
	last->absent = why;
	last->line.name = last->line.text;
	last->line.argc = 0;
	last->line.control = NULL;
	service->count++;
}

/* NULL, or why there is no such file. */
static const char *
expand(const struct tour *tour, struct otp_service *service, const char *name,
    struct part part)
{
	char file[OTP_SERVICE_PATH];
	struct otp_stack_text text = { NULL, 0, 0 };
	struct otp_service_line *at;
	const char *why = NULL;
	char *whole = NULL;

	if (part.depth >= INCLUDES_MAX)
		return N_("files include one another too deeply");
	if (++service->files > FILES_MAX) {
		service->too_many = true;
		return NULL;
	}
	whole = read_file(tour, name, file, &text.size, &why);
	if (whole == NULL)
		return why;
	text.text = whole;
	while ((at = next_line(service)) != NULL &&
	    otp_stack_next(&text, &at->line)) {
		enum otp_stack_type type = at->line.type;

		if (type != OTP_STACK_ANY && part.type != OTP_STACK_ANY &&
		    type != part.type)
			continue;
		memcpy(at->file, file, sizeof(at->file));
		at->level = part.level;
		at->absent = NULL;
		if (at->line.kind == OTP_STACK_INCLUDE ||
		    at->line.kind == OTP_STACK_SUBSTACK)
			include(tour, service, at, part);
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

		if (has_name(&tour->parts, name) && !is_programs(name))
			continue;
		service.too_many = false;
		service.files = 0;
		service.count = 0;
		memcpy(service.name, name, sizeof(service.name));
		if (expand(tour, &service, name, part) == NULL)
			tour->visit(tour->context, &service);
	}
	free(service.lines);
}

bool
otp_services_each(const char *root,
    void (*visit)(void *context, const struct otp_service *service),
    void (*unreadable)(void *context, const char *path, const char *why),
    void *context)
{
	char folder[OTP_SERVICE_PATH];
	struct tour tour = {
		.root = root,
		.visit = visit,
		.unreadable = unreadable,
		.context = context,
	};

	for (unsigned i = 0; otp_services_folder(root, i, folder); i++)
		list_folder(&tour, folder);
	if (tour.files.count > 0)
		qsort(tour.files.at, tour.files.count, sizeof(*tour.files.at),
		    compare);
	for (size_t i = 0; i < tour.files.count; i++)
		note_parts(&tour, tour.files.at[i]);
	if (!tour.failed)
		visit_all(&tour);
	free(tour.files.at);
	free(tour.parts.at);
	return !tour.failed;
}
