# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

helpers += tests/lib/login %D%/term2ppm

script_tests += \
	%D%/commands.sh \
	%D%/dialogue.sh \
	%D%/faults.sh \
	%D%/screen.sh \
	%D%/usage.sh

EXTRA_DIST += %D%/tool.sh %D%/dialogue.exp %D%/audit.c

# The module finds the fakes in it before libc's.
tests_lib_login_LDADD = $(host_libs)
tests_lib_login_LDFLAGS = $(host_flags)
%C%_term2ppm_LDADD =
