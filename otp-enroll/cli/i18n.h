/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in the user's language.  Whole sentences are marked: _() translates
 * one, N_() marks one that is translated elsewhere.  What programs read (JSON,
 * the audit log, words of the command line) is not translated.
 */
#ifndef OTP_TOOL_I18N_H
#define OTP_TOOL_I18N_H

#define N_(text) text

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*): the usual names */

#ifdef OTP_NLS
#include <libintl.h>
#define _(text) gettext(text)
#else
#define _(text)			   (text)
#define ngettext(one, more, count) ((count) == 1 ? (one) : (more))
#endif
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

/* Uses the language of the environment.  Called before any output. */
void otp_i18n_begin(void);

/* From here on nothing is translated: the output is for programs. */
void otp_i18n_end(void);

#endif
