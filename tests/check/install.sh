#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# `make install' puts down what belongs, nothing else, and takes it up again.
# Above all nothing below /etc/pam.d, and no store.

. "$(dirname "$0")/lib.sh"

# This make is none of the caller's.
unset MAKEFLAGS MFLAGS MAKELEVEL

run() {
	$MAKE -C "$top_builddir" "$1" DESTDIR="$scratch/root" prefix=/p \
	    exec_prefix=/p libdir=/p/lib pamdir=/p/lib/security \
	    bindir=/p/bin datarootdir=/p/share mandir=/p/share/man \
	    docdir=/p/share/doc
}

files() {
	(cd "$scratch/root" && find . ! -type d | sort)
}

export LC_ALL=C
catalogs='
./p/share/locale/de/LC_MESSAGES/otp-enroll.mo'
test "${NLS:-yes}" != no || catalogs=
stacks=$(cd "$top_srcdir/contrib/stacks" && find . -type f |
	sed 's|^\.|./p/share/doc/stacks|' | sort)
expected="./p/bin/otp-enroll
./p/lib/security/pam_otp.so
./p/share/bash-completion/completions/otp-enroll
./p/share/doc/COPYING
./p/share/doc/NEWS
./p/share/doc/ansible/pam_otp.yml
./p/share/doc/check.schema.json
./p/share/doc/fail2ban/filter.d/pam-otp.conf
./p/share/doc/fail2ban/jail.d/pam-otp.conf
./p/share/doc/pam_otp.conf
$stacks
./p/share/doc/status.schema.json
./p/share/fish/vendor_completions.d/otp-enroll.fish$catalogs
./p/share/man/man1/otp-enroll.1
./p/share/man/man5/pam_otp.conf.5
./p/share/man/man5/pam_otp_store.5
./p/share/man/man7/pam_otp_admin.7
./p/share/man/man7/pam_otp_migration.7
./p/share/man/man8/pam_otp.8
./p/share/zsh/site-functions/_otp-enroll"
if [ "${DELIVER:-yes}" != no ]; then
	expected=$(printf '%s\n' "$expected" \
	    ./p/libexec/pam_otp/deliver.d/mailto \
	    ./p/libexec/pam_otp/otp-deliver ./p/libexec/pam_otp/sms-http \
	    ./p/share/man/man5/pam_otp_deliver.5 \
	    ./p/share/man/man8/otp-deliver.8 | sort)
fi
if [ "${DAEMON:-yes}" != no ]; then
	expected=$(printf '%s\n' "$expected" \
	    ./p/libexec/pam_otp/pam_otpd ./p/share/man/man8/pam_otpd.8 | sort)
fi
if [ "${LIBPQ:-yes}" != no ]; then
	expected=$(printf '%s\n' "$expected" \
	    ./p/lib/pam_otp/pam_otp_postgresql.so \
	    ./p/share/man/man5/fleet.conf.5 \
	    ./p/share/man/man7/pam_otp_fleet.7 \
	    $(cd "$top_srcdir/contrib/postgresql" &&
		printf './p/share/pam_otp/postgresql/%s\n' *.sql) \
	    ./p/share/doc/postgresql/README | sort)
fi
if [ -e "$top_builddir/contrib/systemd/pam_otpd.service" ]; then
	expected=$(printf '%s\n' "$expected" \
	    ./p/lib/systemd/system/pam_otpd-root.socket \
	    ./p/lib/systemd/system/pam_otpd-service.socket \
	    ./p/lib/systemd/system/pam_otpd-user.socket \
	    ./p/lib/systemd/system/pam_otpd.service \
	    ./p/lib/systemd/system-preset/90-pam_otpd.preset \
	    ./p/lib/sysusers.d/pam_otpd.conf \
	    ./p/lib/tmpfiles.d/pam_otpd.conf | sort)
fi
if [ -e "$top_builddir/contrib/systemd/pam_otp-deliver@.service" ]; then
	expected=$(printf '%s\n' "$expected" \
	    ./p/lib/systemd/system/pam_otp-deliver.socket \
	    ./p/lib/systemd/system/pam_otp-deliver@.service \
	    ./p/lib/sysusers.d/pam_otp-deliver.conf \
	    ./p/lib/tmpfiles.d/pam_otp-deliver.conf | sort)
fi

if [ "${TOOL:-yes}" = no ]; then
	expected=$(printf '%s\n' "$expected" |
	    grep -vE 'otp-enroll|\.schema\.json$')
fi

check 'install__succeeds' run install
check 'install__puts_down_what_belongs' same "$expected" "$(files)"
check 'install__leaves_nothing_writable_by_others' \
    empty find "$scratch/root" -perm /022 ! -type l
# preset: what `systemctl preset-all' makes of the sockets on a new host.
preset() {
	preset_root=$scratch/preset
	mkdir -p "$preset_root/usr/lib" "$preset_root/etc"
	cp -R "$scratch/root/p/lib/systemd" "$preset_root/usr/lib"
	systemctl --root="$preset_root" preset pam_otpd-root.socket \
	    pam_otpd-service.socket pam_otpd-user.socket
	! find "$preset_root/etc" -name 'pam_otpd*' | grep .
}
if [ -e "$top_builddir/contrib/systemd/pam_otpd.service" ] &&
    command -v systemctl >/dev/null; then
	check 'preset__leaves_the_sockets_to_the_administrator' preset
fi
check 'uninstall__succeeds' run uninstall
check 'uninstall__leaves_nothing' same '' "$(files)"

finish
