#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# From nothing to a login, in a store of its own that is gone afterwards:
# `make demo` calls this. It needs neither root nor an installed module.

set -eu

: "${top_builddir:=$(cd "$(dirname "$0")/.." && pwd)/build}"
: "${OTP_ENROLL:=$top_builddir/otp-enroll/otp-enroll}"
: "${PAM_OTP_SO:=$top_builddir/pam_module/.libs/pam_otp.so}"
login=$top_builddir/tests/lib/login

for tool in expect oathtool "$login"; do
	command -v "$tool" >/dev/null || {
		echo "demo: $tool is missing; ./dev demo installs what is needed" >&2
		exit 1
	}
done

user=$(id -un)
folder=$(mktemp -d "${TMPDIR:-/tmp}/pam_otp-demo.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
conf=$folder/pam_otp.conf
echo "store = $folder/store" >"$conf"
mkdir "$folder/pam.d"
# "other" is what libpam falls back on; it would miss it aloud.
for service in demo other; do
	echo "auth required $PAM_OTP_SO conf=$conf" >"$folder/pam.d/$service"
done
export OTP_ENROLL conf user folder

title() {
	printf '\n== %s\n\n' "$*"
}

# must STATUS COMMAND...: shown, run, and it ends so.
must() {
	expected=$1
	shift
	status=0
	"$@" || status=$?
	[ $status = "$expected" ] || {
		echo "demo: this should have ended with $expected, not $status" >&2
		exit 1
	}
}

title 'An empty store'
must 0 "$OTP_ENROLL" --conf "$conf" init

title "Enrolment of $user; oathtool is the phone"
# On a terminal, since secrets go to nothing else; what it shows is kept, to
# have the phone scan the secret.
must 0 expect -c '
	set timeout 120
	log_file -noappend $env(folder)/shown
	set stty_init {rows 24 columns 80}
	spawn -noecho $env(OTP_ENROLL) --conf $env(conf) new $env(user)
	expect {
		-ex {app shows: } {}
		timeout { exit 1 }
		eof { exit 1 }
	}
	set groups {(?:[A-Z2-7]{4} ){3}[A-Z2-7]{4}}
	set lines [regexp -all -inline $groups $expect_out(buffer)]
	set secret [string map {{ } {}} [join $lines {}]]
	send "[exec oathtool --totp -b $secret]\r"
	expect {
		eof {}
		timeout { exit 1 }
	}
	exit [lindex [wait] 3]'
secret=$(grep -oE '([A-Z2-7]{4} ){3}[A-Z2-7]{4}' "$folder/shown" |
    tr -d ' \n')
[ -n "$secret" ] || {
	echo 'demo: expect could not talk to otp-enroll' >&2
	exit 1
}

# The code of the present step was spent on enrolling; the next one is
# accepted already, since clocks differ. The phone looks fast to the store.
code=$(oathtool --totp -b --now "@$(($(date +%s) + 30))" "$secret")

title "A login through libpam with the next code, $code"
must 0 "$login" "$folder/pam.d" demo "$user" "$code"

title 'The same code once more'
must 1 "$login" "$folder/pam.d" demo "$user" "$code"

title 'A recovery code, while the phone is away'
recovery=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$folder/shown" |
    head -n 1)
must 0 "$login" "$folder/pam.d" demo "$user" "$recovery"

title 'How the account stands (that code came up to 30 s before its time)'
must 0 "$OTP_ENROLL" --conf "$conf" status "$user"

title 'All of it worked; nothing is left behind.'
