#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The Debian packages: built twice from the tarball, linted, and in a root of
# their own installed, upgraded, removed and purged for real. As root, with a
# mirror in reach; `make check-packages' calls it. PACKAGES_DIR keeps the packages.

. "$(dirname "$0")/../check/lib.sh"

# This make is none of the caller's.
unset MAKEFLAGS MFLAGS MAKELEVEL
export LC_ALL=C.UTF-8

for tool in dpkg-buildpackage dh lintian debootstrap unshare; do
	have $tool || lacking="${lacking-}$tool "
done
if [ "$(id -u)" != 0 ] || [ -n "${lacking-}" ]; then
	skip 'debian' "wants root and dpkg-dev, debhelper, lintian, debootstrap"
	finish
fi

version=$(sed -n 's/^AC_INIT(\[pam_otp\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
multiarch=$(dpkg-architecture -q DEB_HOST_MULTIARCH)
root=$scratch/root
said=$scratch/apt

# sources FOLDER: the source package's tree, unpacked, from the one tarball.
sources() {
	mkdir -p "$1" && cp "$scratch/pam_otp-$version.tar.xz" \
	    "$1/pam-otp_$version.orig.tar.xz" &&
	    tar -C "$1" -xf "$1/pam-otp_$version.orig.tar.xz" &&
	    cp -r "$1/pam_otp-$version/contrib/debian" "$1/pam_otp-$version/debian"
}

# build FOLDER [REVISION]: its packages; a REVISION is a later one.
build() {
	sources "$1" || return 1
	[ -z "${2-}" ] || sed -i "1s/-1)/-$2)/" \
	    "$1/pam_otp-$version/debian/changelog"
	(cd "$1/pam_otp-$version" &&
	    DEB_BUILD_OPTIONS='nocheck terse parallel=2' \
	        dpkg-buildpackage -us -uc -F)
}

tarball() {
	$MAKE -C "$top_builddir" dist distdir="pam_otp-$version" &&
	    cp "$top_builddir/pam_otp-$version.tar.xz" "$scratch"
}

# The same path for both, since it is in what the debugger is told.
build_twice() {
	build "$scratch/work" && mv "$scratch/work" "$scratch/first" &&
	    build "$scratch/work" && mv "$scratch/work" "$scratch/second"
}

same_bytes() {
	for package in "$scratch"/first/*.deb; do
		cmp "$package" "$scratch/second/${package##*/}" || return 1
	done
}

lint() {
	lintian --pedantic --display-info --no-tag-display-limit --allow-root \
	    --fail-on error,warning,info,pedantic "$scratch"/first/*.changes
}

# in_root COMMAND...: in the root, with processes and mounts of its own.
in_root() {
	unshare --mount --pid --fork --kill-child chroot "$root" /usr/bin/env -i \
	    PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
	    LC_ALL=C.UTF-8 "$@"
}

# No daemon is started there, whatever is installed.
make_root() {
	debootstrap --variant=minbase \
	    --include=libqrencode4,libjansson4,libpng16-16,libssl3,oathtool,pamtester \
	    bookworm "$root" "$(mirror)" &&
	    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
	    chmod +x "$root/usr/sbin/policy-rc.d"
}

mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	    grep -Eo 'https?://[^ ]*debian/?( |$)' | head -n 1 | grep . ||
	    echo http://deb.debian.org/debian
}

# dpkg_in_root ARGUMENT...: dpkg there, on packages put into its /tmp.
install_packages() {
	rm -rf "$root/tmp/debs" && mkdir -p "$root/tmp/debs" &&
	    cp "$1"/libpam-otp_*.deb "$1"/otp-enroll_*.deb "$root/tmp/debs" &&
	    in_root sh -c 'dpkg --install /tmp/debs/*.deb'
}

users_files() {
	(cd "$root/var/lib/pam_otp" && find . ! -type d ! -name .store | sort)
}

pam_files() {
	(cd "$root/etc/pam.d" && sha256sum ./*)
}

refuses_naming_the_file() {
	! in_root dpkg --remove libpam-otp >"$said" 2>&1 &&
	    grep -Fx '  /etc/pam.d/otp-test' "$said" &&
	    test -e "$root/usr/lib/$multiarch/security/pam_otp.so"
}

check 'tarball__is_made' tarball
check 'packages__are_built_twice' build_twice
[ "$tap_failed" = 0 ] || finish
check 'packages__are_the_same_bytes' same_bytes
check 'packages__please_lintian' lint
if [ -n "${PACKAGES_DIR-}" ]; then
	cp "$scratch"/first/*.deb "$PACKAGES_DIR"
fi

if ! make_root >"$scratch/debootstrap" 2>&1; then
	tail -n 5 "$scratch/debootstrap" | sed 's/^/# /'
	skip 'debian, installed' 'no root of its own could be made here'
	finish
fi
before=$(pam_files)
check 'install__succeeds' install_packages "$scratch/first"
check 'install__makes_an_empty_store' \
    same '700 root .store seed state' \
    "$(stat -c '%a %U' "$root/var/lib/pam_otp") $(ls -A "$root/var/lib/pam_otp" |
        tr '\n' ' ' | sed 's/ $//')"
check 'install__touches_no_pam_d' same "$before" "$(pam_files)"

# A login through the module as installed, by the test that comes with it.
check 'login__accepts_a_code_once' \
    in_root sh -c "cd /tmp && sh -s" <"$top_srcdir/contrib/debian/tests/login"
check 'enrol__succeeds' in_root sh -c 'otp-enroll new root --no-confirm --print'
seeds=$(users_files)

# An upgrade makes no store: one that is missing is a disk that is not mounted.
check 'later__is_built' build "$scratch/later" 2
mv "$root/var/lib/pam_otp" "$root/var/lib/away"
check 'upgrade__succeeds' install_packages "$scratch/later"
check 'upgrade__makes_no_store' test ! -e "$root/var/lib/pam_otp"
mv "$root/var/lib/away" "$root/var/lib/pam_otp"

printf '# a stack\nauth\trequired\tpam_otp.so\n' >"$root/etc/pam.d/otp-test"
check 'remove__refuses_while_a_line_names_the_module' refuses_naming_the_file
printf '# not pam_otp.so any more\n' >"$root/etc/pam.d/otp-test"
check 'remove__succeeds_when_none_does' in_root dpkg --remove libpam-otp
check 'remove__keeps_seeds' same "$seeds" "$(users_files)"
check 'purge__succeeds' in_root dpkg --purge libpam-otp
check 'purge__keeps_seeds' same "$seeds" "$(users_files)"

# The packages' own tests, as Debian's machines would run them; with processes
# of their own, so that no daemon is left, and terminals of their own.
autopkgtests() {
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child sh -euc '
		mount -t proc proc "$0/proc"
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"
		exec autopkgtest --no-built-binaries "$@" -- chroot "$0"' \
	    "$root" "$scratch"/first/*.dsc "$scratch"/first/*.deb
}

# Once more, to go without a trace.
check 'again__install_succeeds' install_packages "$scratch/first"
in_root sh -c 'for file in /var/lib/pam_otp/state/*; do
	otp-enroll remove "${file##*/}" --purge || exit
done' >/dev/null 2>&1
check 'again__remove_succeeds' in_root dpkg --purge libpam-otp otp-enroll
check 'purge__takes_an_empty_store' test ! -e "$root/var/lib/pam_otp"

if have autopkgtest; then
	check 'autopkgtest__passes' autopkgtests
else
	skip 'autopkgtest__passes' 'autopkgtest is not installed'
fi

finish
