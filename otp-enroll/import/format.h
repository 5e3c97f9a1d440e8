/* SPDX-License-Identifier: BSD-2-Clause */
/* The formats that can be imported: from a text to records (records.h). */
#ifndef OTP_IMPORT_FORMAT_H
#define OTP_IMPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/import_note.h"
#include "common/core/token.h"
#include "otp-enroll/import/records.h"

/* A text, whose it is, and what it is called in messages. */
struct otp_import_source {
	const char *user; /* NULL: the text has to name its users */
	bool home;	  /* it is USER's own: others in it do not count */
	const char *file;
	const char *text; /* SIZE bytes, and a NUL */
	size_t size;
};

/*
 * Read SOURCE as the arguments' format or, without one, as what it is.  Each
 * change and each fault is said; faults are counted.  *RET_NEEDS_USER: nothing
 * was read, because tokens of this format are one user's.
 */
void otp_import_read(struct otp_import *import,
    const struct otp_import_source *source, bool *ret_needs_user);

/* Each format; the text has no byte order mark. */
void otp_import_format_uri(
    struct otp_import *import, const struct otp_import_source *source);
void otp_import_format_google(
    struct otp_import *import, const struct otp_import_source *source);
void otp_import_format_oath(
    struct otp_import *import, const struct otp_import_source *source);
void otp_import_format_csv(
    struct otp_import *import, const struct otp_import_source *source);
void otp_import_format_json(
    struct otp_import *import, const struct otp_import_source *source);

/* Where a token is, and whose. */
struct otp_import_place {
	const char *user;
	const char *file;
	unsigned line; /* or 0 */
};

/*
 * Check TOKEN, name it if it has no label, and add it to the records; or say
 * what is wrong.  KNOWN and VALUE are what was used (enrol_import.h).
 */
void otp_import_accept(struct otp_import *import,
    const struct otp_import_place *place, struct otp_token *token, bool known,
    uint64_t value);

/* The same of a token of which nothing but a counter is known. */
void otp_import_accept_new(struct otp_import *import,
    const struct otp_import_place *place, struct otp_token *token);

/* A teller that says each note of PLACE, which must stay. */
struct otp_import_teller otp_import_teller_of(
    const struct otp_import_place *place);

/*
 * Tokens to choose from, since an app's export has those of other services too.
 * READ and NAME get CONTEXT and an index from 0.
 */
struct otp_import_choices {
	size_t count;
	bool all; /* without --pick all are meant, not one */
	const void *context;
	/* PARSE: it cannot be imported.  *RET_LINE is set in any case. */
	enum otp_err (*read)(const void *context, size_t index,
	    const struct otp_import_teller *teller, struct otp_token *ret_token,
	    unsigned *ret_line, struct otp_fault *fault);
	/* A name for people, and what --pick is compared with; "" is none. */
	void (*name)(
	    const void *context, size_t index, char ret_name[OTP_LABEL_SIZE]);
};

/* Import those that --pick names, or the only one, or all. */
void otp_import_choose(struct otp_import *import,
    const struct otp_import_source *source,
    const struct otp_import_choices *choices);

#endif
