#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The SELinux module of contrib/selinux is compiled, and the rules that it comes to
# are those that its programs need. No kernel of the tests enforces them.

. "$(dirname "$0")/lib.sh"

devel=/usr/share/selinux/devel/Makefile
if [ ! -f $devel ]; then
	skip 'selinux' 'selinux-policy-dev is not installed'
	finish
fi
cp "$top_srcdir"/contrib/selinux/pam_otp.* "$scratch"
compiles() {
	make -C "$scratch" -f $devel pam_otp.pp && test -s "$scratch/pam_otp.pp"
}
check 'selinux__is_compiled' compiles
rules=$scratch/tmp/pam_otp.tmp

# allows DOMAIN TYPE CLASS PERMISSION
allows() {
	sed -n "s/^[	 ]*allow $1 $2:$3 \(.*\);.*/ \1 /p" "$rules" |
	    tr '{}' '  ' | grep " $4 "
}
for domain in login_pgm sshd_t sshd_session_t local_login_t xdm_t userdomain \
    sudodomain radiusd_t openvpn_t; do
	connects() {
		allows $domain var_run_t dir search &&
		    allows $domain var_run_t sock_file write &&
		    allows $domain init_t unix_stream_socket connectto &&
		    allows $domain initrc_t unix_stream_socket connectto &&
		    allows $domain unconfined_service_t unix_stream_socket \
			connectto
	}
	check "selinux__${domain}_connects_to_the_sockets" connects
done
for domain in sudodomain radiusd_t openvpn_t; do
	uses() {
		allows $domain var_auth_t dir search &&
		    allows $domain var_auth_t file write &&
		    says_no allows $domain var_auth_t file create
	}
	check "selinux__${domain}_uses_the_store" uses
done
finish
