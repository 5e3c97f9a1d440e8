#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The RPM packages: built from the tarball and linted, and their scriptlets run
# on folders of their own. And what is for confined services: the SELinux module
# is compiled, the AppArmor rules are parsed. `make check-packages' calls it.

. "$(dirname "$0")/../check/lib.sh"
. "$(dirname "$0")/tarball.sh"

export LC_ALL=C.UTF-8

top=$scratch/rpm

apparmor() {
	cat >"$scratch/profile" <<-EOF
	abi <abi/3.0>,
	include <tunables/global>
	profile probe /usr/bin/probe {
	  include <abstractions/authentication>
	  include if exists <local/probe>
	}
	EOF
	cp -r /etc/apparmor.d "$scratch/apparmor.d" &&
	    cp "$1" "$scratch/apparmor.d/abstractions/pam_otp" &&
	    sed -n "s/^#	echo '\\(.*\\)' >>.*/\\1/p" "$top_srcdir/contrib/apparmor/pam_otp" \
	        >"$scratch/apparmor.d/local/probe" &&
	    grep -qF pam_otp "$scratch/apparmor.d/local/probe" &&
	    apparmor_parser --skip-kernel-load --skip-cache \
	        --base "$scratch/apparmor.d" "$scratch/profile"
	status=$?
	rm -rf "$scratch/apparmor.d"
	return $status
}

if have apparmor_parser; then
	check 'apparmor__is_parsed' apparmor "$top_srcdir/contrib/apparmor/pam_otp"
	echo '  /etc/security/pam_otp.conf q,' >"$scratch/wrong"
	check 'apparmor__wrong_is_refused' says_no apparmor "$scratch/wrong"
else
	skip 'apparmor__is_parsed' 'apparmor_parser is not installed'
fi

if ! have rpmbuild || [ ! -f /usr/share/selinux/devel/Makefile ]; then
	skip 'rpm' 'rpmbuild or the SELinux policy headers are not installed'
	finish
fi

# Build dependencies go by the names of Fedora's packages; ours are there.
build() {
	mkdir -p "$top/SOURCES" && make_tarball "$top/SOURCES" &&
	    rpmbuild -ba --nodeps --nocheck --define "_topdir $top" \
	        "$top_srcdir/contrib/rpm/pam_otp.spec"
}

packages() {
	find "$top" -name '*.rpm'
}

lint() {
	# shellcheck disable=SC2046
	rpmlint --config "$top_srcdir/contrib/rpm/rpmlint.toml" --strict \
	    $(packages) "$top_srcdir/contrib/rpm/pam_otp.spec"
}

package() {
	packages | grep "/$1-$version-[^/]*\.$2\.rpm$"
}

arch=$(uname -m)

check 'rpm__is_built' build
[ "$tap_failed" = 0 ] || finish
if have rpmlint; then
	check 'rpm__pleases_rpmlint' lint
else
	skip 'rpm__pleases_rpmlint' 'rpmlint is not installed'
fi

contents() {
	rpm -qlp "$(package "$1" "$2")"
}
has() {
	contents "$1" "$2" | grep -e "$3"
}
check 'module__is_in_its_package' has pam_otp "$arch" '/security/pam_otp\.so$'
check 'plugin__is_in_its_package' \
    has pam_otp-postgresql "$arch" '/pam_otp/pam_otp_postgresql\.so$'
check 'schema__is_in_its_package' \
    has pam_otp-postgresql "$arch" '/pam_otp/postgresql/0001-tables\.sql$'
check 'policy__is_in_its_package' has pam_otp-selinux noarch '/pam_otp\.pp$'
for name in stacks/README ansible/pam_otp.yml fail2ban/filter.d/pam-otp.conf \
    authselect; do
	check "documentation__has_$name" \
	    has pam_otp "$arch" "^/usr/share/doc/[^/]*pam_otp[^/]*/$name\$"
done
check 'module__brings_nothing_below_etc' says_no has pam_otp "$arch" '^/etc/'

# scriptlet NAME ARGUMENT: one of the module's, with a pam.d, a /var/lib and
# the tool of the tests'.
mkdir -p "$scratch/pam.d" "$scratch/lib" "$scratch/bin"
ln -s "${OTP_ENROLL:-$top_builddir/otp-enroll/otp-enroll}" "$scratch/bin/otp-enroll"
scriptlet() {
	rpm -qp --qf "%{$1}" "$(package pam_otp "$arch")" >"$scratch/scriptlet" &&
	    PATH="$scratch/bin:$PATH" unshare --mount sh -euc '
		mount --bind "$0/pam.d" /etc/pam.d
		mount --bind "$0/lib" /var/lib
		sh "$0/scriptlet" "$1"' "$scratch" "$2"
}
if ! unshare --mount true 2>/dev/null; then
	skip 'scriptlets' 'no mounts of our own'
	finish
fi

# removal_refused LINE
removal_refused() {
	! scriptlet PREUN 0 >"$scratch/said-no" 2>&1 &&
	    grep -Fx "  $1" "$scratch/said-no"
}
# As authselect links system-auth.
refused_by_a_link() {
	mv "$scratch/pam.d/otp-test" "$scratch/elsewhere" &&
	    ln -s "$scratch/elsewhere" "$scratch/pam.d/otp-test" &&
	    removal_refused /etc/pam.d/otp-test:1
	status=$?
	rm "$scratch/pam.d/otp-test"
	return $status
}
no_store_is_no_failure() {
	ln -s nowhere "$scratch/lib/pam_otp" &&
	    scriptlet POSTIN 1 >"$scratch/said-no" 2>&1 &&
	    grep 'there is no store yet' "$scratch/said-no"
	status=$?
	rm "$scratch/lib/pam_otp"
	return $status
}
check 'install__without_a_store_succeeds' no_store_is_no_failure
check 'install__makes_a_store' scriptlet POSTIN 1
check 'install__made_it' test -f "$scratch/lib/pam_otp/.store"
printf 'auth\trequired\tpam_otp.so\n' >"$scratch/pam.d/otp-test"
check 'remove__refuses_while_a_line_names_the_module' \
    removal_refused /etc/pam.d/otp-test:1
check 'upgrade__goes_on_all_the_same' scriptlet PREUN 1
check 'remove__refuses_while_a_linked_file_names_it' refused_by_a_link
printf '# not pam_otp.so any more\n' >"$scratch/pam.d/otp-test"
check 'remove__succeeds_when_none_does' scriptlet PREUN 0
: >"$scratch/lib/pam_otp/seed/alice"
check 'removed__succeeds' scriptlet POSTUN 0
check 'removed__keeps_seeds' test -f "$scratch/lib/pam_otp/seed/alice"
rm "$scratch/lib/pam_otp/seed/alice"
check 'removed__again_succeeds' scriptlet POSTUN 0
check 'removed__takes_an_empty_store' test ! -e "$scratch/lib/pam_otp"
check 'upgrade__makes_no_store' scriptlet POSTIN 2
check 'upgrade__made_none' test ! -e "$scratch/lib/pam_otp"

finish
