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
	        ../configure -q && $MAKE dist) &&
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

check 'release__clone' clone
check 'release__key' key
check 'release__draft' release --draft --sign release@example.org "$out"
check 'release__sums_are_right' sums_are_right
check 'release__is_signed' signed
check 'release__of_the_tarball_is_the_same' same_again
check 'release__not_of_what_is_unreleased' unreleased
echo >>"$clone/NEWS"
check 'release__not_of_what_is_not_committed' refuses_for 'not committed'
git -C "$clone" checkout -q NEWS
sed -i 's/^Version: .*/Version: 9/' "$clone/contrib/rpm/pam_otp.spec"
git -C "$clone" commit -qam 'another version'
check 'release__not_of_two_versions' refuses_for 'pam_otp.spec is of another'

finish
