#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Builds with other options than this one: another prefix after the first, the
# module without the tool, the tool without PNG, and flags of packagers. Some
# minutes: `make check-long' runs it.

. "$(dirname "$0")/../tool/tool.sh"

# This make is none of the caller's.
unset MAKEFLAGS MFLAGS MAKELEVEL
jobs=$(getconf _NPROCESSORS_ONLN)

# configured FOLDER ARGUMENT...
configured() {
	mkdir -p "$scratch/$1" && cd "$scratch/$1" || return 1
	shift
	"$top_srcdir/configure" -q CC="$CC" --enable-werror "$@"
}

# made FOLDER ARGUMENT...
made() {
	folder=$1
	shift
	$MAKE --no-print-directory -C "$scratch/$folder" -j"$jobs" "$@" \
	    >"$scratch/made" 2>&1 || {
		cat "$scratch/made"
		return 1
	}
}

built() {
	configured "$@" && made "$1" all
}

# silent FOLDER ARGUMENT...: no warning of a compiler or linker.
silent() {
	built "$@" && ! grep -i 'warning' "$scratch/made"
}

# --- Another prefix -------------------------------------------------------

one=$scratch/one
two=$scratch/two

# What make compiled the last time, without folders.
compiled() {
	sed -n 's|^ *CC  *.*/\(.*\)\.l\{0,1\}o$|\1|p' "$scratch/made" | sort |
	    tr '\n' ' '
}

# What has the prefix in it: the sources that include places.h.
has_the_prefix() {
	(cd "$top_srcdir" && grep -l '^#include "places.h"' common/*/*.c \
	    pam_module/*.c otp-*/*.c otp-*/*/*.c pam_otpd/*.c 2>/dev/null) |
	    sed 's|.*/||; s|\.c$||' | sort | tr '\n' ' '
}

names() {
	"$two/bin/otp-enroll" --version >"$scratch/version" &&
	    cat "$scratch/version" &&
	    grep -Fx "Translations: in $two/share/locale" "$scratch/version"
}

has_its_catalog() {
	test -f "$two/share/locale/de/LC_MESSAGES/otp-enroll.mo"
}

# In a locale that is made here, as hosts may have no German one.
speaks_german() {
	(LOCPATH="$scratch" LC_ALL=de_DE.UTF-8 LANGUAGE='' &&
	    export LOCPATH LC_ALL LANGUAGE && "$two/bin/otp-enroll" --help) |
	    grep '^Aufruf: otp-enroll'
}

check 'prefix__first' built prefix --prefix="$one"
check 'prefix__the_same_again' configured prefix --prefix="$one"
check 'prefix__the_same_again_is_made' made prefix all
check 'prefix__the_same_again_compiles_nothing' same '' "$(compiled)"
check 'prefix__second' configured prefix --prefix="$two"
check 'prefix__second_is_made' made prefix all
check 'prefix__second_compiles_what_has_it_in_it' \
    same "$(has_the_prefix)" "$(compiled)"
check 'prefix__is_installed' made prefix install DESTDIR="$scratch/root"
check 'prefix__destdir_has_all_of_it' \
    empty find "$scratch/root" ! -type d ! -path "$scratch/root$two/*"
mv "$scratch/root$two" "$two"
check 'prefix__is_named_by_the_tool' names
if [ "$NLS" = no ]; then
	skip 'prefix__has_the_catalog_there' 'built without translations'
else
	check 'prefix__has_the_catalog_there' has_its_catalog
	if have localedef && localedef -i de_DE -f UTF-8 \
	    "$scratch/de_DE.UTF-8" >/dev/null 2>&1; then
		check 'prefix__speaks_german' speaks_german
	else
		skip 'prefix__speaks_german' 'localedef lacks what German needs'
	fi
fi

# --- Parts ----------------------------------------------------------------

# only LIBRARY...: pkg-config finds no others.
only() {
	unset PKG_CONFIG_LIBDIR
	rm -rf "$scratch/pkgconfig" && mkdir "$scratch/pkgconfig" || return 1
	for library in "$@"; do
		folder=$(pkg-config --variable=pcfiledir "$library") || continue
		ln -s "$folder/$library.pc" "$scratch/pkgconfig"
	done
	PKG_CONFIG_LIBDIR=$scratch/pkgconfig
	export PKG_CONFIG_LIBDIR
}

# refused_for LIBRARY ARGUMENT...
refused_for() {
	library=$1
	shift
	! configured refused "$@" >"$scratch/refused-for" 2>&1 &&
	    grep -i "$library" "$scratch/refused-for"
}

# tests_pass FOLDER PROGRAMS TESTS: no other program is built.
tests_pass() {
	made "$1" check check_PROGRAMS="$2" TESTS="$3"
}

module_alone() {
	find "$scratch/module-root" ! -type d | sed 's|.*/||' | sort >"$scratch/has"
	cat "$scratch/has"
	grep -qx pam_otp.so "$scratch/has" && grep -qx pam_otp.8 "$scratch/has" &&
	    ! grep otp-enroll "$scratch/has"
}

only libcrypto openssl pam cmocka
check 'tool__needs_libqrencode' refused_for qrencode --disable-daemon
check 'daemon__needs_libqrencode' refused_for qrencode --disable-tool
check 'module__needs_none_of_the_libraries_of_the_tool' \
    built module --disable-tool --disable-daemon --with-pam-dir=/usr/lib/security
check 'module__is_installed_alone' \
    made module install DESTDIR="$scratch/module-root"
check 'module__installed_has_nothing_of_the_tool' module_alone
# shellcheck disable=SC2016
check 'module__passes_its_tests' \
    tests_pass module '$(core_tests) $(pam_tests)' '$(core_tests) $(pam_tests)'

only libcrypto openssl pam cmocka libqrencode jansson
check 'png__needs_libpng' refused_for png
check 'no_png__needs_no_libpng' built no-png --without-png
# shellcheck disable=SC2016
check 'no_png__passes_the_tests_of_the_tool' tests_pass no-png '$(helpers)' \
    'tests/tool/usage.sh tests/tool/tokens.sh'
unset PKG_CONFIG_LIBDIR

OTP_ENROLL=$scratch/no-png/otp-enroll/otp-enroll
check 'no_png__has_no_such_form' ends 2 show --qr=png alice
check 'no_png__says_which_there_are' says 'utf8, ascii, svg, none'
writes_svg() {
	enroll init && enroll new alice --no-confirm --print --qr=svg && shows '<svg '
}
check 'no_png__writes_svg' writes_svg

# --- Flags ----------------------------------------------------------------

check 'flags__lto' silent lto CFLAGS='-O3 -flto=auto'

# --- Places, in a build that is small and English --------------------------

check 'places__are_taken' silent places CFLAGS=-Os --disable-nls \
    --with-store=/srv/otp --with-conf=/usr/etc/otp.conf --prefix=/usr \
    --with-bash-completion-dir=/bash --with-zsh-completion-dir='${libdir}/zsh' \
    --without-fish-completion-dir
check 'places__are_installed_in' made places install DESTDIR="$scratch/places-root"
OTP_ENROLL=$scratch/places/otp-enroll/otp-enroll
has_places() {
	"$OTP_ENROLL" --version >"$scratch/version" &&
	    grep -Fx 'Configuration: /usr/etc/otp.conf' "$scratch/version" &&
	    grep -F 'Store: /srv/otp' "$scratch/version"
}
check 'places__are_named_by_the_tool' has_places
completions() {
	(cd "$scratch/places-root" && find . -path '*share/man*' -prune -o \
	    -name '*otp-enroll*' -print | sort)
}
check 'places__of_completions' same './bash/otp-enroll
./usr/bin/otp-enroll
./usr/lib/zsh/_otp-enroll' "$(completions)"

finish
