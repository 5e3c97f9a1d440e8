/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reader of another program's file told (import_note.h). */
#ifndef OTP_UNIT_NOTES_H
#define OTP_UNIT_NOTES_H

#include "common/core/import_note.h"
#include "tests/unit/unit.h"

#define NOTES_MAX 128

struct notes {
	unsigned count;
	struct otp_fault at[NOTES_MAX];
};

static inline void
notes_take(void *context, const struct otp_fault *note)
{
	struct notes *notes = context;

	assert_in_range(notes->count, 0, NOTES_MAX - 1);
	notes->at[notes->count++] = *note;
}

static inline struct otp_import_teller
notes_teller(struct notes *notes)
{
	memset(notes, 0, sizeof(*notes));
	return (struct otp_import_teller){
		.tell = notes_take, .context = notes, .line = 7
	};
}

/* All of them as "changed-groups() changed-prefix(QR-Code:)". */
static inline const char *
notes_text(const struct notes *notes)
{
	static char text[1024];
	int length = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < notes->count; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
		    "%s%s(%s)", i == 0 ? "" : " ",
		    otp_detail_word(notes->at[i].detail), notes->at[i].name);
	return text;
}

#endif
