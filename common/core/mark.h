/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * N_() marks a text that the tool shows in the reader's language.  It is the
 * text itself: the log and the core have no language but English.
 */
#ifndef OTP_MARK_H
#define OTP_MARK_H

#define N_(text) text

#endif
