#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The ground the scripts beside this one stand on: what they do stays there.

if [ "${1-}" = spoil ]; then
	. "$(dirname "$0")/ground.sh"
	person alice
	enrol alice
	echo spoilt | tee /etc/passwd /etc/shadow /etc/pam.d/* \
	    /etc/security/* /usr/bin/otp-enroll /var/spoilt /home/spoilt \
	    /tmp/spoilt >/dev/null 2>&1
	umount /var/lib/pam_otp
	mkdir -p /var/lib/pam_otp/seed
	hostname spoilt
	echo spoilt
	kill -KILL $$
	exit
fi

if [ "${1-}" = look ]; then
	. "$(dirname "$0")/ground.sh"
	check 'ground__is_root' same 0 "$(id -u)"
	check 'ground__has_a_store' test -f /var/lib/pam_otp/.store
	check 'ground__has_no_other_network' same lo \
	    "$(ip -o link show | awk -F': ' '$3 ~ /UP/ { print $2 }')"
	logger -t try hello
	check 'ground__has_a_log' logged '^user.notice try: hello$'
	check 'ground__loads_the_built_module' \
	    cmp "$PAM_OTP_SO" "$(ground_modules)/pam_otp.so"
	check 'ground__cannot_change_the_sources' \
	    says_no touch "$top_srcdir/spoilt" "$top_builddir/spoilt"
	person alice
	sed -i 's/^@include common-auth/auth required pam_unix.so/' \
	    /etc/pam.d/su
	talk 'Password: ' "$password" -- setpriv --reuid alice --regid alice \
	    --clear-groups su alice -c 'id -un'
	check 'ground__has_people_with_a_password' same "Password: 
alice" "$screen"
	finish
fi

# The machine, as far as anybody here could change it.
machine() {
	sha256sum /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/hosts \
	    /etc/nsswitch.conf /etc/pam.d/* /etc/security/* 2>&1
	ls -la /etc /etc/ssh /var /var/lib /var/lib/pam_otp /home \
	    "$(dirname "$0")" 2>&1
	hostname
	cat /proc/self/mounts
	ls -l /dev/log /dev/ptmx /usr/bin/otp-enroll 2>&1
}

. "$(dirname "$0")/../check/lib.sh"

self=$(dirname "$0")/$(basename "$0")
said=$("$self" look)
echo "$said" | grep -v '^1\.\.'
tap_number=$(echo "$said" | sed -n 's/^1\.\.//p')
case $said in
*'# SKIP'*) finish ;;
esac

# The dots of a listing have times of their own.
machine | grep -v ' \.$' >"$scratch/before"
"$self" spoil >"$scratch/spoil" 2>&1
machine | grep -v ' \.$' >"$scratch/after"
check 'ground__was_spoilt' grep -q '^spoilt$' "$scratch/spoil"
check 'ground__changes_nothing_of_the_machine' \
    diff "$scratch/before" "$scratch/after"

finish
