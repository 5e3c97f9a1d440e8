# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# TAP for the scripts beside this file. They run by hand too: tests/check/X.sh
# looks at build/.

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${CC:=cc}" "${NM:=nm}" "${MAKE:=make}"

# Whatever the language of who runs this.
export LC_ALL=C.UTF-8
unset LANGUAGE

tap_number=0
tap_failed=0

scratch=$(mktemp -d "${TMPDIR:-/tmp}/pam_otp-check.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# check NAME COMMAND...: one result; what the command says is shown if it fails.
check() {
	tap_name=$1
	shift
	tap_number=$((tap_number + 1))
	if "$@" >"$scratch/said" 2>&1; then
		echo "ok $tap_number - $tap_name"
	else
		echo "not ok $tap_number - $tap_name"
		tap_failed=$((tap_failed + 1))
		sed 's/^/# /' "$scratch/said"
	fi
}

# says_no COMMAND...: for a check of the check: it must find fault.
says_no() {
	! "$@"
}

# empty COMMAND...: the command succeeds and prints nothing.
empty() {
	said=$("$@") || return 1
	test -z "$said" || { echo "$said"; return 1; }
}

# same EXPECTED ACTUAL: two texts.
same() {
	printf '%s\n' "$1" >"$scratch/expected"
	printf '%s\n' "$2" >"$scratch/actual"
	diff -u "$scratch/expected" "$scratch/actual"
}

skip() {
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $1 # SKIP $2"
}

# Failures are told by TAP, not by the exit status, lest they count twice.
finish() {
	echo "1..$tap_number"
	exit 0
}

# await COMMAND...: until it succeeds, for a minute or more: no wait of a test is
# short for a busy machine.
await() {
	awaited=0
	until "$@"; do
		awaited=$((awaited + 1))
		test $awaited -lt 3000 || {
			echo "not within a minute: $*"
			return 1
		}
		sleep 0.02
	done
}

have() {
	command -v "$1" >/dev/null 2>&1
}
