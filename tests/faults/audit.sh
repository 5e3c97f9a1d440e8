#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Every change is one line of the log, also where a call fails behind the step
# that brought it about; and without a change there is none.

. "$(dirname "$0")/faults.sh"
faults_here 'audit' jq
$CC -shared -fPIC -I"$top_builddir" -w -o "$scratch/audit.so" "$top_srcdir/tests/tool/audit.c" ||
    { skip 'audit' 'nothing can be preloaded here'; finish; }

secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
other=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U

run() {
	rm -f "$scratch/audit"
	${under:+$under -E AUDIT_LOG="$scratch/audit" \
	    -E LD_PRELOAD="$scratch/audit.so"} \
	    "$OTP_ENROLL" --conf "$conf" "$@" >"$scratch/out" 2>"$scratch/err"
}

# How alice stands, but for what nobody but the store sees.
stands() {
	cat "$store/seed/alice" 2>/dev/null
	"$OTP_ENROLL" --conf "$conf" status --json alice 2>/dev/null
}

is_told() {
	now=$(stands)
	# What fails within the log is no fault of the change.
	grep INJECTED "$scratch/trace" |
	    grep -q "action=\|$scratch/audit" && return 0
	lines=0
	test ! -e "$scratch/audit" || lines=$(wc -l <"$scratch/audit")
	if [ "$now" = "$before" ]; then
		test "$lines" = 0
	else
		test "$lines" = 1
	fi || {
		put "$before"
		put "$now"
		cat "$scratch/audit"
		return 1
	}
}

# each NAME COMMAND
each() {
	keep
	before=$(stands)
	check "audit__is_one_line_for_each_change_$1" fail_each "$2" is_told
	afresh
}

seed() { printf 'otpauth://hotp/%s?secret=%s&counter=0\n' "$@"; }
new() { run new --hotp --recovery=2 --print --no-confirm alice; }
replace() {
	run new --hotp --recovery=2 --print --no-confirm --replace alice
}
batch() { echo alice | run new --batch=- --hotp --print; }
import() { seed one $secret two $other | run import alice; }
one() { run remove --token=1 alice; }
all() { run remove alice; }
purge() { run remove --purge alice; }
renew() { run recovery --count=2 --print alice; }
adopt() { run adopt alice; }
unlock() { run unlock alice; }
suspend() { run suspend alice; }
resume() { run resume alice; }

each new new
each batch batch
each import import
(umask 077 && seed one $secret >"$store/seed/alice")
each adopt adopt
rm -f "$store"/*/alice
import || exit 1
each replace replace
each remove_token one
each remove all
each purge purge
each recovery renew
login alice 000000 000000 >"$scratch/said"
each unlock unlock
each suspend suspend
suspend || exit 1
each resume resume
conclude
