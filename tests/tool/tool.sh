# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll on a store of its own, for the scripts beside this file. Works for
# root and for anybody else; they run by hand too, on build/.

. "$(dirname "$0")/../check/lib.sh"

: "${OTP_ENROLL:=$top_builddir/otp-enroll/otp-enroll}"
: "${PAM_OTP_SO:=$top_builddir/pam_module/.libs/pam_otp.so}"

user=$(id -un)
store=$scratch/store
conf=$scratch/conf

# put TEXT: as it is; some shells' echo would read a backslash.
put() {
	printf '%s\n' "$1"
}

# configure LINE...: the configuration file.
configure() {
	{
		echo "store = $store"
		printf '%s\n' "$@"
	} >"$conf"
}

# Names that the host does not know, so that there are many.
configure virtual_users
export TERM=xterm-256color
unset SUDO_USER SUDO_UID NO_COLOR POSIXLY_CORRECT

# enroll ARGUMENT...: the tool; `out' and `err' are what it said, `status' how
# it ended.
enroll() {
	status=0
	"$OTP_ENROLL" --conf "$conf" "$@" >"$scratch/out" 2>"$scratch/err" \
	    </dev/null || status=$?
	out=$(cat "$scratch/out")
	err=$(cat "$scratch/err")
}

# ended STATUS: what left `status', and what it said in these files, ended so;
# `out' and `err' are that.
ended() {
	out=$(cat "$scratch/out")
	err=$(cat "$scratch/err")
	put "status $status"
	put "$out"
	put "$err"
	test "$status" = "$1"
}

# ends STATUS ARGUMENT...: it ends so, and says something unless all is well.
ends() {
	expected=$1
	shift
	enroll "$@"
	ended "$expected" || return 1
	test "$expected" = 0 || test -n "$err"
}

# in_window COLUMNS ARGUMENT...: the same on a terminal so wide; with colours if
# `colours' is empty.
in_window() {
	columns=$1
	shift
	status=0
	script -qec "stty cols $columns; ${colours-NO_COLOR=1} '$OTP_ENROLL' --conf '$conf' $*" \
	    /dev/null >"$scratch/seen" </dev/null || status=$?
	out=$(tr -d '\r' <"$scratch/seen")
}

# is_wrapped COLUMNS ARGUMENT...: on such a terminal no line of some words is
# longer, each goes on below its own text, and the words are those that are
# said elsewhere in one line. (The clock may have gone on meanwhile.)
is_wrapped() {
	wide=$1
	shift
	enroll "$@"
	whole=$(put "$out" | tr '0-9' 0)
	test "$(put "$whole" | wc -L)" -gt "$wide" || return 1
	in_window "$wide" "$@"
	put "$out"
	same "$(put "$whole" | tr -s ' \n' ' ')" \
	    "$(put "$out" | tr '0-9' 0 | tr -s ' \n' ' ')" &&
	    test "$(put "$out" | cut -c 10- | grep ' ' | wc -L)" -le \
		$((wide - 9)) &&
	    says_no grep -vE '^((ok|note|warning|fault|Hinweis|Warnung|Fehler) *| {9}|No problems|Faults: |Keine Probleme)[^ ]' \
		"$scratch/seen"
}

# says PATTERN: what it said last on standard error.
says() {
	put "$err"
	put "$err" | grep -q -e "$1"
}

# shows PATTERN: likewise on standard output.
shows() {
	put "$out"
	put "$out" | grep -q -e "$1"
}

# tree: every file of the store with its content.
tree() {
	find "$store" -type f -exec sha256sum {} + 2>/dev/null | sort
}

# untouched STATUS ARGUMENT...: it ends so, and no file is another one.
untouched() {
	before=$(tree)
	ends "$@" || return 1
	same "$before" "$(tree)"
}

# secret_in TEXT, uri_in TEXT: of what `new' showed where it was no terminal.
secret_in() {
	put "$1" | sed -n 's/^  Key *//p' | tr -d ' \r'
}
uri_in() {
	put "$1" | sed -n 's/^  URI *//p' | tr -d '\r'
}

# codes_in TEXT: the recovery codes, one a line, in no certain order.
codes_in() {
	put "$1" | grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}'
}

# give_service: a service `test' for tests/lib/login, with the module alone.
give_service() {
	mkdir -p "$scratch/pam.d"
	for service in test other; do
		echo "auth required $PAM_OTP_SO conf=$conf" \
		    >"$scratch/pam.d/$service"
	done
}

# login USER CODE...
login() {
	"$top_builddir/tests/lib/login" "$scratch/pam.d" test "$@"
}
