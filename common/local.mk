# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

noinst_LTLIBRARIES += common/libcore.la common/libeffects.la

# No files, clock, randomness, log or environment: tests/check/purity.sh.
common_libcore_la_SOURCES = \
	%D%/core/err.c %D%/core/err.h \
	%D%/core/mark.h \
	%D%/core/wipe.c %D%/core/wipe.h \
	%D%/core/digest.c %D%/core/digest.h \
	%D%/core/base32.c %D%/core/base32.h \
	%D%/core/nearby.c %D%/core/nearby.h \
	%D%/core/oath.c %D%/core/oath.h \
	%D%/core/token.c %D%/core/token.h \
	%D%/core/uri.c %D%/core/uri.h \
	%D%/core/recovery.c %D%/core/recovery.h \
	%D%/core/code.c %D%/core/code.h \
	%D%/core/seed.c %D%/core/seed.h \
	%D%/core/state.c %D%/core/state.h \
	%D%/core/policy.c %D%/core/policy.h \
	%D%/core/conf.c %D%/core/conf.h \
	%D%/core/options.c %D%/core/options.h \
	%D%/core/throttle.c %D%/core/throttle.h \
	%D%/core/verify.c %D%/core/verify.h \
	%D%/core/event.c %D%/core/event.h \
	%D%/core/import_google.c %D%/core/import_google.h \
	%D%/core/import_oath.c %D%/core/import_oath.h \
	%D%/core/decimal.c %D%/core/decimal.h \
	%D%/core/slots.c %D%/core/slots.h

# The two transactions, and what they do them with.
common_libeffects_la_SOURCES = \
	%D%/effects/sys.c %D%/effects/sys.h \
	%D%/effects/path.c %D%/effects/path.h \
	%D%/effects/store.c %D%/effects/store.h \
	%D%/effects/lock.c %D%/effects/lock.h \
	%D%/effects/attempt.c %D%/effects/attempt.h \
	%D%/effects/enrol.c %D%/effects/enrol.h \
	%D%/effects/adopt.c \
	%D%/effects/arguments.c %D%/effects/arguments.h \
	%D%/effects/conffile.c %D%/effects/conffile.h \
	%D%/effects/enrolled.c \
	%D%/effects/former.c \
	%D%/effects/holder.c %D%/effects/holder.h \
	%D%/effects/inspect.c %D%/effects/inspect.h \
	%D%/effects/holding.c %D%/effects/holding.h \
	%D%/effects/import.c %D%/effects/import.h \
	%D%/effects/store_change.c \
	%D%/effects/store_folder.c \
	%D%/effects/store_look.c \
	%D%/effects/store_internal.h
