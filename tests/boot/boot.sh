#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The packages on a Debian that is booted in a container: units, sockets and
# sandboxes as systemd makes them. One boot; its cases are those of inside.sh.
# As root, with a mirror in reach; `make check-packages' calls it. The root that
# is booted is kept for the day in BOOT_CACHE, and the packages are those of
# package/debian.sh, if that ran on the same tarball.

. "$(dirname "$0")/../check/lib.sh"
. "$top_srcdir/tests/package/tarball.sh"

: "${BOOT_CACHE:=/var/cache/pam_otp-boot}" "${LONG:=no}"

for tool in dpkg-buildpackage dh debootstrap systemd-nspawn; do
	have $tool || lacking="${lacking-}$tool "
done
if [ "$(id -u)" != 0 ] || [ -n "${lacking-}" ]; then
	skip 'boot' "wants root and dpkg-dev, debhelper, debootstrap, systemd-container"
	finish
fi

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
include=systemd-sysv,dbus,expect,libpam-systemd,openssh-client,openssh-server
include=$include,oathtool,pamtester,postfix,procps,libqrencode4,libjansson4
case $suite in
bookworm) include=$include,libpng16-16 ;;
*) include=$include,libpng16-16t64 ;;
esac
base=$BOOT_CACHE/$suite-$(date +%F)
root=$scratch/root
log=$root/var/log/boot

mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	    grep -Eo 'https?://[^ ]*debian/?( |$)' | head -n 1 | grep . ||
	    echo http://deb.debian.org/debian
}

# What is yesterday's is not kept.
make_base() {
	[ ! -e "$base" ] || return 0
	rm -rf "$BOOT_CACHE/$suite-"* && mkdir -p "$BOOT_CACHE" &&
	    debootstrap --variant=minbase --include=$include "$suite" \
	        "$base.new" "$(mirror)" &&
	    rm -rf "$base.new/var/cache/apt" "$base.new/usr/share/doc" \
	        "$base.new/usr/share/locale" "$base.new/usr/share/man" &&
	    mv "$base.new" "$base"
}

# made: package/debian.sh leaves them below the tarball's sum.
packages() {
	make_tarball "$scratch" || return 1
	tarball=$scratch/pam_otp-$version.tar.xz
	made=$top_builddir/tests/package/made/$(sha256sum <"$tarball" | cut -c 1-64)
	[ -e "$made" ] || "$top_srcdir/contrib/packages" "$tarball" "$made"
}

in_root() {
	systemd-nspawn -q --register=no --keep-unit -D "$root" \
	    --setenv=DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# As a host would have them: no apt, since there is no network, and so nothing that
# needs libpq.
install_packages() {
	mkdir -p "$root/root/debs" "$log" &&
	    find "$made" -name '*.deb' ! -name '*-dbgsym_*' \
	        ! -name 'pam-otp-postgresql_*' \
	        -exec cp {} "$root/root/debs" \; &&
	    in_root sh -ec 'dpkg --install /root/debs/*.deb'
}

prepare() {
	mkdir -p "$root/tests/check" "$root/tests/boot" &&
	    cp "$top_srcdir/tests/check/lib.sh" "$root/tests/check" &&
	    cp "$top_srcdir"/tests/boot/*.sh "$root/tests/boot" &&
	    cat >"$root/etc/systemd/system/boot-tests.service" <<-END &&
	[Unit]
	After=multi-user.target
	SuccessAction=exit
	FailureAction=exit

	[Service]
	Type=oneshot
	TimeoutStartSec=290
	Environment=LONG=$LONG
	ExecStart=/bin/sh /tests/boot/inside.sh
	StandardOutput=truncate:/var/log/boot/said
	StandardError=truncate:/var/log/boot/errors

	[Install]
	WantedBy=multi-user.target
	END
	    in_root systemctl enable boot-tests.service
}

boot() {
	timeout -k 5 300 systemd-nspawn -q --register=no --keep-unit -b \
	    -D "$root" --private-network </dev/null >"$scratch/booted" 2>&1
	tail -n 3 "$scratch/booted"
	test -s "$log/said"
}

# As they were counted there: each is one of ours.
pass_on() {
	while read -r line; do
		case $line in
		'ok '* | 'not ok '*)
			tap_number=$((tap_number + 1))
			echo "${line%%ok *}ok $tap_number -${line#*-}"
			;;
		1..*) ended=yes ;;
		*) echo "$line" ;;
		esac
	done <"$log/said"
}

if ! make_base >"$scratch/debootstrap" 2>&1; then
	tail -n 5 "$scratch/debootstrap" | sed 's/^/# /'
	skip 'boot' 'no root could be made here'
	finish
fi
cp -a "$base" "$root"
if ! boot_probe=$(in_root true 2>&1); then
	echo "# $boot_probe"
	skip 'boot' 'no container can be made here'
	finish
fi
check 'packages__are_built' packages
check 'packages__are_installed' install_packages
check 'root__is_prepared' prepare
[ "$tap_failed" = 0 ] || finish
check 'root__is_booted' boot
ended=no
pass_on
check 'boot__ran_every_case' test "$ended" = yes
[ "$ended" = yes ] || sed 's/^/# /' "$log/errors"
finish
