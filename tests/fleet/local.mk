# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# contrib/postgresql, with servers on a host of their own, as the scripts in host/.

fleet_tests = \
	%D%/put.sh \
	%D%/race.sh \
	%D%/rights.sh
if TOOL # the host has it
script_tests += $(fleet_tests)
endif

EXTRA_DIST += $(fleet_tests) %D%/server.sh
