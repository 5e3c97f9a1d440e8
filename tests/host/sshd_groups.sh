#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Whom sshd asks, by groups, with the system's own database of them.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs jq

person alice
person bob
has_key alice
mkdir -p /home/bob/.ssh
cp /home/alice/.ssh/authorized_keys /home/bob/.ssh/
chown -R bob: /home/bob/.ssh
echo 'code-users:x:7001:alice' >>/etc/group
echo 'no-code:x:7002:bob' >>/etc/group
sshd_run sshd-key.conf </dev/null
stack sshd sshd-key-group
conf
enrol alice

# come USER [CODE]
come() {
	who=$1
	shift
	# shellcheck disable=SC2086
	talk ${1+'One-time code: ' "$1"} -- $ssh_key "$who@ground" id -un
	logged >"$scratch/lines"
	echo "$screen"
	cat "$scratch/lines"
	test "$status" = 0
}
others() {
	come bob && test "$screen" = bob &&
	    grep -q 'result=ignored reason=not-in-groups user=bob' \
		"$scratch/lines"
}
member() {
	come alice "$(code)" &&
	    grep -q 'result=accepted reason=ok user=alice' "$scratch/lines"
}
check 'groups__members_are_asked' member
check 'groups__others_are_not' others

# judged USER fault|fine ID TEXT: what check says of the groups of USER, with the
# user's own login beside it.
judged() {
	otp-enroll check --service=sshd --json "$1" >/tmp/check.json
	cat /tmp/check.json
	same "$2 $3" "$(jq -r '"\(if .level == "fault" then "fault" else "fine" end) \(.findings[] | .id |
	    select(startswith("group-")))"' /tmp/check.json)" &&
	    jq -r '.findings[].text' /tmp/check.json | grep -q "$4"
}
check 'groups__check_says_who_is_asked' judged alice fine group-asked \
    'sshd asks alice for a code, as far as groups decide\.'
check 'groups__check_says_who_is_not' judged bob fine group-not-asked \
    'sshd does not ask bob for a code, who is in none of these groups: code-users\.'
# The generic note of such users would hide that this one is asked.
not_enrolled() {
	person carol code-users
	judged carol fault group-asked \
	    'carol is not enrolled and cannot log in where a code is required' &&
	    ! come carol "$(code)"
}
check 'groups__check_says_that_a_member_must_enroll' not_enrolled
# primary GROUP: it is bob's only by the user's entry.
primary() {
	sed -i 's/^\(bob:[^:]*:[0-9]*\):[0-9]*:/\1:7001:/' /etc/passwd
	! come bob '12345' &&
	    grep -q 'result=refused reason=malformed' "$scratch/lines"
}
check 'groups__primary_one_counts' primary
check 'groups__primary_one_counts_for_check' judged bob fault group-asked \
    'sshd asks bob for a code'

stack sshd sshd-key-group 's/groups=.*/exempt_groups=no-code/'
exempt() {
	come bob && grep -q 'result=ignored reason=exempt-group user=bob .*group="no-code"' \
	    "$scratch/lines" &&
	    ! come alice '12345'
}
check 'groups__exempt_are_not_asked' exempt
check 'groups__check_says_who_is_exempt' judged bob fine group-not-asked \
    "sshd does not ask bob for a code, who is in no-code ('exempt_groups')\."
check 'groups__check_says_who_is_not_exempt' judged alice fine group-asked \
    'sshd asks alice for a code'

misspelt() {
	! come bob && grep -q 'result=misconfigured reason=option user=bob .*option=exempt_groups detail=unknown-group group="no-cod"' \
	    "$scratch/lines" && ! come alice
}
stack sshd sshd-key-group 's/groups=.*/exempt_groups=no-cod/'
check 'groups__misspelt_refuse_everybody' misspelt
found_by_check() {
	otp-enroll check --json >/tmp/check.json
	cat /tmp/check.json
	grep -q 'group-unknown' /tmp/check.json &&
	    grep -q 'names a group that does not exist, no-cod\.' /tmp/check.json
}
check 'groups__misspelt_are_found_by_check' found_by_check
check 'groups__check_says_nothing_of_who_is_asked_then' judged bob fault \
    group-unknown 'names a group that does not exist, no-cod\.'
unreadable() {
	chmod 600 /etc/group # root can read it
	mv /etc/group /etc/group.away && mkdir /etc/group
	! come bob
	refused=$?
	rmdir /etc/group
	mv /etc/group.away /etc/group
	chmod 644 /etc/group
	test $refused = 0
}
stack sshd sshd-key-group
check 'groups__that_cannot_be_read_refuse' unreadable

finish
