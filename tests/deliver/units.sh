#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The units: systemd understands them whole; and what they say.

. "$(dirname "$0")/../check/lib.sh"

systemd=$top_srcdir/contrib/systemd
service=$top_builddir/contrib/systemd/pam_otp-deliver@.service
socket=$systemd/pam_otp-deliver.socket

if [ ! -e "$service" ]; then
	skip 'units' 'this build has none'
	finish
fi

check 'service__has_the_path_of_the_program' grep -x \
    'ExecStart=/.*/pam_otp/otp-deliver' "$service"
has() {
	grep -x "$2" "$1"
}
for line in Accept=yes MaxConnections=64 SocketMode=0600 \
    ListenStream=/run/pam_otp/deliver; do
	check "socket__has_$line" has "$socket" "$line"
done
for line in CollectMode=inactive-or-failed User=pam_otp_deliver \
    StandardInput=socket CapabilityBoundingSet= LimitCORE=0; do
	check "service__has_$line" has "$service" "$line"
done

# Debian's packages: sockets that were enabled stay so until a purge.
# links WORD: what is left of all links after the scripts were called with WORD.
links() {
	etc=$scratch/etc/systemd
	rm -rf "$etc"
	for unit in "$systemd"/*.socket; do
		folder=$etc/system/$(sed -n 's/^WantedBy=//p' "$unit").wants
		mkdir -p "$folder" && ln -s /nowhere "$folder/$(basename "$unit")"
	done
	for package in otp-deliver pam-otpd; do
		sed "s|/etc/systemd|$etc|" \
		    "$top_srcdir/contrib/debian/$package.postrm" |
		    sh -s "$1" || return 1
	done
	find "$etc" -type l | wc -l
}
check 'debian__removal_keeps_sockets_enabled' same 4 "$(links remove)"
check 'debian__purge_forgets_that_sockets_were_enabled' same 0 "$(links purge)"

# reasons: of the source, and of the page.
source_reasons() {
	sed -n 's/^	\[OTP_OUTCOME_.*\] = "\(.*\)",$/\1/p' \
	    "$top_srcdir/otp-deliver/report.c" | sort
}
page_reasons() {
	sed -n '/^\.Sh LOGGING/,/^\.Sh FILES/s/^\.It Li //p' \
	    "$top_srcdir/man/otp-deliver.8" | sort
}
check 'page__lists_the_reasons' same "$(source_reasons)" "$(page_reasons)"
check 'reasons__are_found' test "$(source_reasons | wc -l)" -ge 9

# forbidding: directives that keep set-group-ID helpers from working, by the list
# in the service's own comment.
forbidding() {
	sed -n 's/^#	//p' "$1" | grep -oE '[A-Z][A-Za-z]+='
	echo NoNewPrivileges=
	echo PrivateUsers=
}
set_nevertheless() {
	forbidding "$service" >"$scratch/forbidding"
	grep -E '^[A-Z]' "$1" | grep -F -f "$scratch/forbidding" |
	    grep -v '^Protect\(ControlGroups\|Home\|Proc\|System\)='
}
check 'service__lists_what_it_is_without' test \
    "$(forbidding "$service" | wc -l)" -ge 15
check 'service__has_nothing_that_forbids_the_helper' \
    says_no set_nevertheless "$service"
sed 's/^PrivateTmp=yes/SystemCallFilter=@system-service/' "$service" \
    >"$scratch/forbids"
check 'units__flag_what_forbids_the_helper' set_nevertheless "$scratch/forbids"

if ! have systemd-analyze; then
	skip 'units__are_understood' 'there is no systemd-analyze'
	finish
fi

# With the program where the unit says, and nothing of this host's.
mkdir -p "$scratch/root"
units=$scratch/units
mkdir "$units"
cp "$socket" "$units"
sed "s|^ExecStart=.*|ExecStart=$top_builddir/otp-deliver/otp-deliver|" \
    "$service" >"$units/pam_otp-deliver@.service"
understood() {
	SYSTEMD_UNIT_PATH="$1:" systemd-analyze verify --man=no \
	    "$1/pam_otp-deliver.socket" "$1/pam_otp-deliver@x.service" \
	    >"$scratch/verified" 2>&1
	grep pam_otp "$scratch/verified"
}
cp "$units/pam_otp-deliver@.service" "$units/pam_otp-deliver@x.service"
check 'units__are_understood' says_no understood "$units"
cp -r "$units" "$scratch/wrong"
echo 'ProtectEverything=yes' >>"$scratch/wrong/pam_otp-deliver@x.service"
check 'units__flag_what_is_not_understood' understood "$scratch/wrong"

if have systemd-sysusers; then
	sysusers() {
		mkdir -p "$scratch/root/etc" &&
		    systemd-sysusers --root="$scratch/root" \
		        "$systemd/sysusers.d/pam_otp-deliver.conf" &&
		    grep '^pam_otp_deliver:' "$scratch/root/etc/passwd" &&
		    grep '^pam_otp_deliver:' "$scratch/root/etc/group"
	}
	check 'sysusers__makes_the_user' sysusers
else
	skip 'sysusers__makes_the_user' 'there is no systemd-sysusers'
fi
if have systemd-tmpfiles && [ "$(id -u)" = 0 ] &&
    [ -e "$scratch/root/etc/passwd" ]; then
	tmpfiles() {
		mkdir -p "$scratch/root/run" &&
		    systemd-tmpfiles --create --root="$scratch/root" \
		        "$systemd/tmpfiles.d/pam_otp-deliver.conf" &&
		    same '755 0' "$(stat -c '%a %u' "$scratch/root/run/pam_otp")" &&
		    same "700 $(sed -n 's/^pam_otp_deliver:[^:]*:\([0-9]*\):.*/\1/p' \
			"$scratch/root/etc/passwd")" \
			"$(stat -c '%a %u' "$scratch/root/run/pam_otp-deliver")"
	}
	check 'tmpfiles__make_the_folders' tmpfiles
else
	skip 'tmpfiles__make_the_folders' 'not root, or no systemd-tmpfiles'
fi

finish
