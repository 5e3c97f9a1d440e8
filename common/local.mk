# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

noinst_LTLIBRARIES += common/libcore.la common/libeffects.la

# No files, clock, randomness, log or environment: tests/check/purity.sh.
common_libcore_la_SOURCES =

# The two transactions, and what they do them with.
common_libeffects_la_SOURCES =
