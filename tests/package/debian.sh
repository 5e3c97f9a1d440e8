#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The Debian packages: built twice from the tarball, linted, and in a root of
# their own installed, upgraded, removed and purged for real. As root, with a
# mirror in reach; `make check-packages' calls it.

. "$(dirname "$0")/../check/lib.sh"
. "$(dirname "$0")/tarball.sh"

export LC_ALL=C.UTF-8

for tool in dpkg-buildpackage dh lintian debootstrap unshare; do
	have $tool || lacking="${lacking-}$tool "
done
if [ "$(id -u)" != 0 ] || [ -n "${lacking-}" ]; then
	skip 'debian' "wants root and dpkg-dev, debhelper, lintian, debootstrap"
	finish
fi

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
libraries=libqrencode4,libjansson4,libpng16-16t64,libssl3t64
lint_options=
if [ "$suite" = bookworm ]; then
	libraries=libqrencode4,libjansson4,libpng16-16,libssl3
	# Debian 12's does not know the policy of Debian 13, and wants scripts
	# for sockets, which only systemd has.
	lint_options='--suppress-tags newer-standards-version,package-supports-alternative-init-but-no-init.d-script'
fi
multiarch=$(dpkg-architecture -q DEB_HOST_MULTIARCH)
root=$scratch/root
apt_said=$scratch/apt

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
	make_tarball "$scratch"
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
	# shellcheck disable=SC2086
	lintian $lint_options --pedantic --display-info --tag-display-limit 0 --allow-root \
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
	    --include="$libraries,oathtool,pamtester" \
	    "$suite" "$root" "$(mirror)" &&
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

# missing_documentation: files that the pages name and no package has.
missing_documentation() {
	sed -n 's|^\.It Pa \(/usr/share/doc/libpam-otp/.*\)|\1|p' \
	    "$top_srcdir"/man/*.[1578] >"$scratch/named"
	grep -q . "$scratch/named" || echo 'the pages name nothing'
	while read -r folder; do
		for name in stacks/README stacks/sshd-password \
		    ansible/pam_otp.yml fail2ban/filter.d/pam-otp.conf; do
			test -e "$root$folder/$name" || echo "$folder/$name"
		done
	done <"$scratch/named"
	test -e "$root/usr/share/doc/libpam-otp/examples/apparmor/pam_otp" ||
	    echo apparmor
}

users_files() {
	(cd "$root/var/lib/pam_otp" && find . ! -type d ! -name .store | sort)
}

pam_files() {
	(cd "$root/etc/pam.d" && sha256sum ./*)
}

# refuses_naming LINE: the removal, which names the line; and the module stays.
refuses_naming() {
	! in_root dpkg --remove libpam-otp >"$apt_said" 2>&1 &&
	    grep -Fx "  $1" "$apt_said" &&
	    test -e "$root/usr/lib/$multiarch/security/pam_otp.so"
}

# Where grep -r would not look.
refuses_by_a_link() {
	mkdir "$root/etc/elsewhere" &&
	    mv "$root/etc/pam.d/otp-test" "$root/etc/elsewhere" &&
	    ln -s ../elsewhere/otp-test "$root/etc/pam.d/otp-test" &&
	    refuses_naming /etc/pam.d/otp-test:2
	status=$?
	rm "$root/etc/pam.d/otp-test"
	return $status
}
refuses_by_an_include() {
	echo '@include /etc/elsewhere/otp-test' >"$root/etc/pam.d/otp-test"
	refuses_naming /etc/elsewhere/otp-test:2
	status=$?
	rm "$root/etc/pam.d/otp-test"
	return $status
}
refuses_by_a_vendors_file() {
	mkdir -p "$root/usr/etc/pam.d" &&
	    mv "$root/etc/elsewhere/otp-test" "$root/usr/etc/pam.d" &&
	    refuses_naming /usr/etc/pam.d/otp-test:2
	status=$?
	rm -r "$root/usr/etc"
	return $status
}

# A store that cannot be created, as where it was moved and linked, leaves no
# half-installed package; and what is there is kept.
installs_without_a_store() {
	mkdir -p "$root/var/lib/moved/seed" && touch "$root/var/lib/moved/.store" &&
	    ln -s moved "$root/var/lib/pam_otp" &&
	    install_packages "$scratch/first" >"$apt_said" 2>&1 && cat "$apt_said" &&
	    grep 'there is no store yet' "$apt_said" &&
	    in_root dpkg --purge libpam-otp otp-enroll &&
	    test -e "$root/var/lib/moved/.store"
	status=$?
	rm -rf "$root/var/lib/pam_otp" "$root/var/lib/moved"
	return $status
}

# README.md's two lines for Debian, but that what ./dev calls is called.
by_the_readme() {
	mkdir "$scratch/readme" && make_tarball "$scratch/readme" &&
	    "$top_srcdir/contrib/packages" \
	        "$scratch/readme/pam_otp-$version.tar.xz" \
	        "$root/root/build/packages" &&
	    line=$(sed -n 's/^sudo \(apt install \)/\1/p' "$top_srcdir/README.md") &&
	    test -n "$line" && in_root sh -ec "cd /root && $line --yes" &&
	    in_root otp-enroll --version
	status=$?
	in_root dpkg --purge libpam-otp otp-enroll
	rm -rf "$root/root/build"
	return $status
}

# For boot/boot.sh, which takes them only if they are of the same tarball.
leave() {
	rm -rf "$top_builddir/tests/package/made"
	made=$top_builddir/tests/package/made/$(sha256sum \
	    <"$scratch/pam_otp-$version.tar.xz" | cut -c 1-64)
	mkdir -p "$made" && cp "$scratch"/first/*.deb "$made"
}

check 'tarball__is_made' tarball
check 'packages__are_built_twice' build_twice
[ "$tap_failed" = 0 ] || finish
check 'packages__are_left_for_others' leave
check 'packages__are_the_same_bytes' same_bytes
# with_libpq: the packages that depend on it.
with_libpq() {
	for package in "$scratch"/first/*.deb; do
		dpkg-deb -f "$package" Depends | grep -q 'libpq5' &&
		    dpkg-deb -f "$package" Package
	done
	return 0
}
check 'packages__one_needs_libpq' same pam-otp-postgresql "$(with_libpq)"
plugin_and_schema() {
	dpkg-deb -c "$scratch"/first/pam-otp-postgresql_*.deb >"$scratch/plugin" &&
	    grep "/usr/lib/$multiarch/pam_otp/pam_otp_postgresql\.so\$" "$scratch/plugin" &&
	    grep '/usr/share/pam_otp/postgresql/0001-tables\.sql$' "$scratch/plugin"
}
check 'packages__one_has_the_plugin' plugin_and_schema
check 'packages__please_lintian' lint
if ! make_root >"$scratch/debootstrap" 2>&1; then
	tail -n 5 "$scratch/debootstrap" | sed 's/^/# /'
	skip 'debian, installed' 'no root of its own could be made here'
	finish
fi
before=$(pam_files)
check 'install__succeeds' install_packages "$scratch/first"
check 'install__makes_an_empty_store' \
    same '700 root .store seed state uid' \
    "$(stat -c '%a %U' "$root/var/lib/pam_otp") $(ls -A "$root/var/lib/pam_otp" |
        tr '\n' ' ' | sed 's/ $//')"
check 'install__has_what_the_pages_name' empty missing_documentation
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
check 'remove__refuses_while_a_line_names_the_module' \
    refuses_naming /etc/pam.d/otp-test:2
check 'remove__refuses_while_a_linked_file_does' refuses_by_a_link
check 'remove__refuses_while_an_included_file_does' refuses_by_an_include
check 'remove__refuses_while_a_vendors_file_does' refuses_by_a_vendors_file
printf '# not pam_otp.so any more\n' >"$root/etc/pam.d/otp-test"
check 'remove__succeeds_when_none_does' in_root dpkg --remove libpam-otp
check 'remove__keeps_seeds' same "$seeds" "$(users_files)"
check 'purge__succeeds' in_root dpkg --purge libpam-otp
check 'purge__keeps_seeds' same "$seeds" "$(users_files)"

# The packages' own tests, as Debian's machines would run them; with processes
# of their own, so that no daemon is left, and terminals of their own.
autopkgtests() {
	ended=0
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child sh -euc '
		mount -t proc proc "$0/proc"
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"
		exec autopkgtest --no-built-binaries "$@" -- chroot "$0"' \
	    "$root" "$scratch"/first/*.dsc "$scratch"/first/*.deb || ended=$?
	# 2: one was skipped, of the daemon, which needs a systemd that runs.
	test $ended -eq 0 || test $ended -eq 2
}

# Once more, to go without a trace.
check 'again__install_succeeds' install_packages "$scratch/first"
in_root sh -c 'for file in /var/lib/pam_otp/state/*; do
	otp-enroll remove "${file##*/}" --purge </dev/null || exit
done' >/dev/null 2>&1
check 'again__remove_succeeds' in_root dpkg --purge libpam-otp otp-enroll
check 'purge__takes_an_empty_store' test ! -e "$root/var/lib/pam_otp"

check 'install__without_a_store_succeeds' installs_without_a_store
check 'install__by_the_readme_succeeds' by_the_readme

if have autopkgtest; then
	check 'autopkgtest__passes' autopkgtests
else
	skip 'autopkgtest__passes' 'autopkgtest is not installed'
fi

finish
