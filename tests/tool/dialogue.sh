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
if [ "${NLS:-yes}" != no ] && have localedef && localedef -i de_DE -f UTF-8 \
    "$scratch/de_DE.UTF-8" >"$scratch/said" 2>&1; then
	GERMAN="LOCPATH='$scratch' LC_ALL=de_DE.UTF-8"
	GERMAN="$GERMAN TEST_LOCALE_DIR='$top_builddir/po/locale'"
	export GERMAN="$GERMAN '$top_builddir/tests/tool/translated'"
fi
export OTP_ENROLL conf store scratch top_builddir
expect -f "$(dirname "$0")/dialogue.exp"
