#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The SELinux module of contrib/selinux is compiled, and the rules that it comes to
# are those that its programs need. Where setools and the modules of a policy are
# installed (selinux-policy-default, or below $SELINUX_ROOT), a whole policy with it
# is asked. No kernel of the tests enforces them.

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
for domain in login_pgm sshd_t sshd_session_t local_login_t xdm_t sudodomain \
    policykit_auth_t radiusd_t openvpn_t userdomain; do
	asks() {
		allows $domain pam_otp_runtime_t dir search &&
		    allows $domain pam_otp_runtime_t sock_file write &&
		    allows $domain pam_otpd_t unix_stream_socket connectto
	}
	check "selinux__${domain}_asks_pam_otpd" asks
	# What obeys root is not for users.
	if [ $domain = userdomain ]; then
		check 'selinux__users_connect_to_nothing_else' same 1 \
		    "$(grep -c 'allow userdomain .*connectto' "$rules")"
		continue
	fi
	connects() {
		allows $domain '{ pam_otp_deliver_t init_t }' \
			unix_stream_socket connectto &&
		    allows $domain initrc_t unix_stream_socket connectto &&
		    allows $domain unconfined_service_t unix_stream_socket \
			connectto
	}
	check "selinux__${domain}_connects_to_the_sockets" connects
done
for domain in sudodomain policykit_auth_t radiusd_t openvpn_t; do
	uses() {
		allows $domain var_auth_t dir search &&
		    allows $domain var_auth_t file write &&
		    says_no allows $domain var_auth_t file create
	}
	check "selinux__${domain}_uses_the_store" uses
done

# pam_otpd has what its sandbox leaves it, and no more by an attribute.
writes() {
	for permission in create write rename unlink lock; do
		allows pam_otpd_t var_auth_t file $permission || return 1
	done
}
check 'selinux__pam_otpd_writes_the_store' writes
sends() {
	allows pam_otpd_t pam_otp_deliver_t unix_stream_socket connectto &&
	    says_no allows pam_otpd_t '{*.*init\(rc\)*_t.*' unix_stream_socket \
		connectto
}
check 'selinux__pam_otpd_asks_otp_deliver_and_not_init' sends
offline() {
	sed -nE '/allow pam_otpd_t .*(tcp|udp|rawip|packet|netlink.*)_socket/p' \
	    "$rules"
}
check 'selinux__pam_otpd_has_no_network' empty offline
powers() {
	sed -nE '/allow pam_otpd_t .*(:cap|shadow_t)/p' "$rules"
}
check 'selinux__pam_otpd_has_no_capability' empty powers
attributes() {
	sed -nE 's/^[	 ]*typeattribute pam_otpd_t ([^;]*);.*/\1/p' "$rules" |
	    tr -d ' ' | sort -u | tr '\n' ' '
}
check 'selinux__pam_otpd_is_a_daemon_alone' same 'daemon domain ' "$(attributes)"

modules=${SELINUX_ROOT-}/usr/share/selinux/default
if ! command -v semodule >/dev/null || ! command -v sesearch >/dev/null ||
    [ ! -f "$modules/base.pp.bz2" ]; then
	skip 'selinux_policy' 'setools or selinux-policy-default is not installed'
	finish
fi
root=$scratch/root
policy=$root/etc/selinux/default/policy
links() {
	mkdir -p "$root/etc/selinux" "$root/var/lib/selinux/default"
	cp -r "${SELINUX_ROOT-}/etc/selinux/default" "$root/etc/selinux" &&
	    rm -rf "$policy" && mkdir "$policy" &&
	    echo 'SELINUXTYPE=default' >"$root/etc/selinux/config" &&
	    semodule -p "$root" -s default -S /var/lib/selinux -N -n -X 100 \
		-i "$modules"/*.pp.bz2 "$scratch/pam_otp.pp" &&
	    policy=$(echo "$policy"/policy.*) && test -s "$policy"
}
check 'selinux_policy__takes_the_module' links

# may DOMAIN TYPE CLASS PERMISSION: the rules that allow this.
may() {
	sesearch -A -s "$1" -t "$2" -c "$3" -p "$4" "$policy"
}
# nothing COMMAND...: it finds nothing.
nothing() {
	"$@" >"$scratch/found" && empty cat "$scratch/found"
}
starts() {
	may init_t pam_otpd_t process transition | grep . &&
	    may init_t pam_otpd_t process2 nnp_transition | grep . &&
	    may init_t pam_otp_deliver_t process transition | grep . &&
	    sesearch -T -s init_t -t pam_otpd_exec_t "$policy" |
		grep 'process pam_otpd_t'
}
check 'selinux_policy__pam_otpd_is_started_by_init' starts
check 'selinux_policy__pam_otpd_writes_the_store' \
    test -n "$(may pam_otpd_t var_auth_t file write)"
secrets() {
	sesearch -A -s pam_otpd_t -t shadow_t "$policy"
	sesearch -A -s pam_otp_deliver_t -t shadow_t "$policy"
	sesearch -A -s pam_otp_deliver_t -t var_auth_t "$policy"
}
check 'selinux_policy__passwords_and_seeds_are_not_read' nothing secrets
init() {
	may pam_otpd_t init_t unix_stream_socket connectto
	may pam_otpd_t initrc_t unix_stream_socket connectto
}
check 'selinux_policy__pam_otpd_does_not_ask_init' nothing init
network() {
	sesearch -A -s pam_otpd_t -p name_connect,name_bind,node_bind "$policy"
	sesearch -A -s pam_otpd_t -c tcp_socket,udp_socket,rawip_socket \
	    -p create,connect "$policy"
}
check 'selinux_policy__pam_otpd_has_no_network' nothing network
powers() {
	sesearch -A -s pam_otpd_t -c capability,capability2,cap_userns "$policy"
	sesearch -A -s pam_otpd_t -p execute_no_trans "$policy"
	sesearch -A -s pam_otpd_t -p execmem,execstack "$policy"
}
check 'selinux_policy__pam_otpd_runs_no_program' nothing powers
for domain in sshd_t local_login_t xdm_t policykit_auth_t radiusd_t user_t staff_t; do
	asks() {
		may $domain pam_otp_runtime_t sock_file write | grep . &&
		    may $domain pam_otpd_t unix_stream_socket connectto | grep .
	}
	check "selinux_policy__${domain}_asks_pam_otpd" asks
done
finish
