# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# For the scripts beside this file, after check/lib.sh.

# This make is none of the caller's.
unset MAKEFLAGS MFLAGS MAKELEVEL

version=$(sed -n 's/^AC_INIT(\[pam_otp\], \[\([^]]*\)\].*/\1/p' "$top_srcdir/configure.ac")

# make_tarball FOLDER: into it. The scripts may run at the same time, and there
# is one build folder.
make_tarball() {
	export MAKE top_builddir
	flock "$top_builddir/Makefile" sh -euc '
		$MAKE -C "$top_builddir" tarball distdir="$1"
		cp "$top_builddir/$1.tar.xz" "$2"' sh "pam_otp-$version" "$1"
}
