#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# `check --named` prints each line that names the module wherever PAM would read
# it, since packages remove the module only if there is none.

. "$(dirname "$0")/tool.sh"

root=$scratch/root
line='auth required pam_otp.so'

# host: one with stacks that do not name the module, but in a comment.
host() {
	rm -rf "$root"
	mkdir -p "$root/etc/pam.d" "$root/usr/lib/pam.d" \
	    "$root/usr/etc/pam.d" "$root/usr/share/pam.d" "$root/etc/authselect"
	printf '# auth required pam_otp.so\nauth required pam_unix.so\n' \
	    >"$root/etc/pam.d/sshd"
	cp "$root/etc/pam.d/sshd" "$root/etc/pam.d/other"
}

named() {
	"$OTP_ENROLL" check --named --root="$root" | sed "s|^$root||"
}

# names LINE...: these, and nothing else.
names() {
	same "$(printf '%s\n' "$@")" "$(named)"
}

# line_in FILE LINE...
line_in() {
	file=$root$1
	shift
	printf '%s\n' "$@" >"$file"
}

in_a_stack() {
	host && line_in /etc/pam.d/sudo 'auth required pam_unix.so' "$line" &&
	    names /etc/pam.d/sudo:2
}
by_path() {
	host && line_in /etc/pam.d/su "auth required /opt/lib/pam_otp.so nullok" &&
	    names /etc/pam.d/su:1
}
by_a_link() {
	host && line_in /etc/authselect/sshd "$line" &&
	    ln -sf ../authselect/sshd "$root/etc/pam.d/sshd" &&
	    names /etc/pam.d/sshd:1
}
by_a_folder_that_is_a_link() {
	host && mv "$root/etc/pam.d" "$root/etc/real" &&
	    ln -s real "$root/etc/pam.d" && line_in /etc/real/sshd "$line" &&
	    names /etc/pam.d/sshd:1
}
by_an_absolute_include() {
	host && line_in /etc/codes '# codes' "$line" &&
	    line_in /etc/pam.d/sshd '@include /etc/codes' &&
	    line_in /etc/pam.d/sudo 'auth include /etc/codes' &&
	    names /etc/codes:2
}
in_a_folder_of_vendors() {
	for folder in /usr/lib /usr/etc /usr/share; do
		host && line_in $folder/pam.d/login "$line" &&
		    names $folder/pam.d/login:1 || return 1
	done
}
hidden_by_the_hosts_own() {
	host && line_in /usr/lib/pam.d/sshd "$line" && named && empty named
}
included_by_none() {
	host && line_in /etc/pam.d/codes "$line" && names /etc/pam.d/codes:1
}
of_any_type() {
	host && line_in /etc/pam.d/codes 'session required pam_otp.so' &&
	    line_in /etc/pam.d/sshd 'auth include codes' &&
	    names /etc/pam.d/codes:1
}
continued() {
	host && line_in /etc/pam.d/sshd 'auth \' ' required \' ' pam_otp.so' &&
	    names /etc/pam.d/sshd:1
}
not_to_be_read() {
	host && ln -sf sshd "$root/etc/pam.d/sshd" &&
	    line_in /etc/pam.d/sudo "$line" && ! "$OTP_ENROLL" check --named \
	    --root="$root" >"$scratch/out" 2>"$scratch/err" &&
	    grep "/sudo:1\$" "$scratch/out" && grep /etc/pam.d/sshd "$scratch/err"
}
too_long() {
	host && {
		seq -f 'auth optional pam_%g.so' 300
		echo "$line"
	} >"$root/etc/pam.d/sshd" &&
	    ! "$OTP_ENROLL" check --named --root="$root"
}
cannot_be_combined() {
	! "$OTP_ENROLL" check --named "$1" >"$scratch/refusal" 2>&1 &&
	    grep "cannot be combined" "$scratch/refusal"
}

host
check 'named__none_prints_nothing' empty named
check 'named__in_a_stack' in_a_stack
check 'named__by_its_path' by_path
check 'named__by_a_symbolic_link' by_a_link
check 'named__in_a_folder_that_is_a_link' by_a_folder_that_is_a_link
check 'named__by_an_absolute_include_once' by_an_absolute_include
check 'named__in_the_folders_of_vendors' in_a_folder_of_vendors
check 'named__not_in_a_file_that_the_hosts_own_hides' hidden_by_the_hosts_own
check 'named__in_a_file_that_none_includes' included_by_none
check 'named__in_a_line_of_any_type' of_any_type
check 'named__in_a_line_that_is_continued' continued
check 'named__fails_if_a_file_cannot_be_read' not_to_be_read
check 'named__fails_if_a_stack_is_too_long' too_long
check 'named__cannot_be_combined_with_json' cannot_be_combined --json
check 'named__cannot_be_combined_with_a_user' cannot_be_combined root

finish
