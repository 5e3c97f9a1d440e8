/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in the language of whoever reads them.  Marked is each whole
 * sentence: _() shows it translated, N_() only marks what is shown elsewhere.
 * What programs read (JSON, the audit log, words of the command line) is not.
 */
#ifndef OTP_LANGUAGE_H
#define OTP_LANGUAGE_H

#include "common/core/mark.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*): as everybody calls it */

#ifdef OTP_NLS
#include <libintl.h>
#define _(text) gettext(text)
#else
#define _(text)			   (text)
#define ngettext(one, more, count) ((count) == 1 ? (one) : (more))
#endif
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

/* Take the language of the environment.  Before anything is said. */
void otp_language_begin(void);

/* From here on nothing is translated: what is said goes to programs. */
void otp_language_end(void);

#endif
