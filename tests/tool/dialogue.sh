#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Enrolment as people do it, on a terminal of its own (dialogue.exp).

. "$(dirname "$0")/tool.sh"

for tool in expect oathtool; do
	have $tool || {
		skip 'dialogue' "$tool is not installed"
		finish
	}
done

"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
give_service
export OTP_ENROLL conf store scratch top_builddir
expect -f "$(dirname "$0")/dialogue.exp"
