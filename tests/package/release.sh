#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# contrib/release makes what a release consists of: one tarball whoever builds it
# where, sums, an SBOM, a signature. `make check-packages' calls it.

. "$(dirname "$0")/../check/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL

if ! have reuse || ! have gpg ||
    [ ! -e "$top_srcdir/.git" ] || ! git -C "$top_srcdir" log -1 >/dev/null; then
	skip 'release' 'wants reuse, gpg, and a clone of the repository'
	finish
fi

# A clone, since what is not committed is refused.
clone=$scratch/clone
out=$scratch/out
export GNUPGHOME="$scratch/gnupg"
mkdir -m 0700 "$GNUPGHOME"

clone() {
	git clone -q "$top_srcdir" "$clone" &&
	    git -C "$clone" config user.email nobody@example.org &&
	    git -C "$clone" config user.name nobody
}

key() {
	gpg --batch --quiet --passphrase '' --quick-generate-key \
	    'release test <release@example.org>'
}

release() {
	(cd "$clone" && contrib/release "$@")
}

sums_are_right() {
	(cd "$out" && sha256sum --check SHA256SUMS)
}

signed() {
	gpg --verify "$out/SHA256SUMS.asc" "$out/SHA256SUMS"
}

# A tarball of the tarball is the same one.
same_again() {
	tar -C "$scratch" -xf "$out"/pam_otp-*.tar.xz &&
	    (cd "$scratch"/pam_otp-*/ && mkdir build && cd build &&
	        ../configure -q && $MAKE tarball) &&
	    cmp "$scratch"/pam_otp-*/build/pam_otp-*.tar.xz "$out"/pam_otp-*.tar.xz
}

refuses() {
	! release "$@" >"$scratch/refusal" 2>&1 && cat "$scratch/refusal"
}

refuses_for() {
	refuses --draft "$out" | grep -e "$1"
}

unreleased() {
	refuses "$out" | grep 'unreleased'
}

without_addresses() {
	refuses "$out" | grep 'has no addresses'
}

# Of a release that has addresses, and whose tag is for another commit at first.
unsigned_tag() {
	tag=v$(sed -n 's/^AC_INIT(\[pam_otp\], \[\([^]]*\)\].*/\1/p' \
	    "$clone/configure.ac")
	git -C "$clone" tag -a -m 'not signed' "$tag" &&
	    sed -i 's|pam-otp\.invalid|example.org|' "$clone/configure.ac" &&
	    git -C "$clone" commit -qam 'addresses' || return 1
	refuses "$out" | grep "has no tag $tag" || return 1
	git -C "$clone" tag -f -a -m 'not signed' "$tag" &&
	    refuses --sign release@example.org "$out" | grep 'is not signed'
}

# The tarball has those of configure.ac where packages are made.
has_addresses() {
	sed -i -e 's|maintainers@pam-otp.invalid|reports@example.org|' \
	    -e 's|https://pam-otp.invalid|https://example.org/otp|' \
	    "$clone/configure.ac" &&
	    git -C "$clone" commit -qam 'addresses' &&
	    release --draft "$scratch/addressed" || return 1
	mkdir "$scratch/unpacked"
	tar -C "$scratch/unpacked" -xf "$scratch"/addressed/pam_otp-*.tar.xz
	(cd "$scratch"/unpacked/pam_otp-* &&
	    grep -F 'reports@example.org' contrib/debian/control &&
	    grep -Fx 'Homepage: https://example.org/otp' contrib/debian/control &&
	    grep -F 'https://example.org/otp/' contrib/debian/watch &&
	    grep -E '^URL: +https://example.org/otp$' contrib/rpm/pam_otp.spec &&
	    ! grep -rl 'pam-otp\.invalid' contrib configure.ac configure)
}

check 'release__clone' clone
check 'release__key' key
check 'release__draft' release --draft --sign release@example.org "$out"
check 'release__sums_are_right' sums_are_right
check 'release__is_signed' signed
check 'release__of_the_tarball_is_the_same' same_again
check 'release__not_of_what_is_unreleased' unreleased
check 'release__has_the_addresses_of_configure' has_addresses
git -C "$clone" reset -q --hard HEAD~
sed -i 's/ (unreleased)/ (2026-12-01)/' "$clone/NEWS"
sed -i '1s/UNRELEASED/unstable/' "$clone/contrib/debian/changelog"
git -C "$clone" commit -qam 'released'
check 'release__not_without_addresses' without_addresses
check 'release__not_of_a_tag_that_is_not_signed' unsigned_tag
git -C "$clone" reset -q --hard HEAD~~
echo >>"$clone/NEWS"
check 'release__not_of_what_is_not_committed' refuses_for 'uncommitted'
git -C "$clone" checkout -q NEWS
sed -i 's/^Version: .*/Version: 9/' "$clone/contrib/rpm/pam_otp.spec"
git -C "$clone" commit -qam 'another version'
check 'release__not_of_two_versions' refuses_for 'pam_otp.spec does not have'

finish
