# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# With FAULTS=long in their environment they try everything.
fault_scripts = \
	%D%/adopt.sh \
	%D%/audit.sh \
	%D%/import.sh \
	%D%/new.sh \
	%D%/remove.sh
script_tests += $(fault_scripts)

EXTRA_DIST += %D%/faults.sh
