#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What ./dev installs, and says before: with a package manager that lacks
# everything, installs nothing and writes down what it was asked for. And what
# it unpacks for tests/host.

. "$(dirname "$0")/lib.sh"

tree=$scratch/tree
fakes=$scratch/fakes
asked=$scratch/asked
mkdir "$tree" "$fakes"
cp "$top_srcdir/dev" "$tree"
printf '#!/bin/sh\necho made >configure\nchmod +x configure\n' >"$tree/bootstrap"
chmod +x "$tree/bootstrap"

# fake NAME <TEXT
fake() {
	{
		echo '#!/bin/sh'
		cat
	} >"$fakes/$1"
	chmod +x "$fakes/$1"
}

fake dpkg-query <<END
echo \${INSTALLED-no}
END
fake apt-get <<END
echo "\$*" >>"$asked"
echo 'Need to get 12.3 MB of archives.'
echo 'After this operation, 45.6 MB of additional disk space will be used.'
for word; do
	case \$word in
	Dir::Cache::archives=*) cp "$scratch/fake.deb" "\${word#*=}" || exit 1 ;;
	esac
done
END
fake sudo <<'END'
[ "$1" != -n ] || shift
exec "$@"
END
fake make <<END
echo "make \$*" >>"$asked"
END

# dev ARGUMENT...: what was asked for is in $asked then.
dev() {
	: >"$asked"
	(cd "$tree" && PATH="$fakes:$PATH" ./dev "$@") >"$scratch/dev" 2>&1
}

alone_says_how_it_is_used() {
	! dev && grep '^usage: ./dev ' "$scratch/dev" && empty cat "$asked"
}

# installs TARGET PACKAGE
installs() {
	dev "$1" || :
	grep -E "install .*\<$2\>" "$asked"
}

says_the_size() {
	dev setup demo || :
	same '     Need to get 12.3 MB of archives.
     After this operation, 45.6 MB of additional disk space will be used.' \
	    "$(sed -n '/installing:/,/configuring/p' "$scratch/dev" |
	        grep '^ ' | tail -n 2)"
}

makes() {
	INSTALLED=installed dev "$@" &&
	    same "make --no-print-directory -C build -j$((2 * $(getconf _NPROCESSORS_ONLN) + 2)) $expected" \
	        "$(grep ^make "$asked")"
}

# unpacked_servers: of one package, with a program that has both bits.
unpacked_servers() {
	mkdir -p "$scratch/deb/DEBIAN" "$scratch/deb/usr/bin" &&
	    printf '%s\n' 'Package: fake' 'Version: 1' 'Architecture: all' \
	        'Maintainer: nobody' 'Description: none' \
	        >"$scratch/deb/DEBIAN/control" &&
	    echo program >"$scratch/deb/usr/bin/program" &&
	    chmod 6755 "$scratch/deb/usr/bin/program" &&
	    dpkg-deb --build "$scratch/deb" "$scratch/fake.deb" &&
	    INSTALLED=installed dev setup check-host &&
	    test -f "$tree/build/servers/usr/bin/program" &&
	    test -f "$tree/build/database/usr/bin/program" &&
	    same 2 "$(grep -c -e --download-only "$asked")" &&
	    grep -e '--download-only.* install postgresql$' "$asked" &&
	    says_no grep -e '^install .*postgresql' "$asked"
}

check 'dev__alone_installs_nothing' alone_says_how_it_is_used
if [ ! -e /etc/debian_version ] || ! have dpkg-deb; then
	skip 'dev, with packages' 'not Debian'
	finish
fi
mkdir "$tree/build"
echo '#!/bin/sh' >"$tree/configure"
chmod +x "$tree/configure"
check 'demo__installs_what_the_build_needs' installs demo libpam0g-dev
check 'demo__installs_its_phone' installs demo oathtool
for package in zsh fish ansible-core clang-format libcmocka-dev \
    libpam-google-authenticator; do
	check "demo__does_not_install_$package" says_no installs demo $package
	check "check__installs_$package" installs check $package
done
check 'all__does_not_install_oathtool' says_no installs all oathtool
check 'check_packages__installs_build_essential' \
    installs check-packages build-essential
check 'dev__says_first_how_much' says_the_size
expected='check-counted LONG=yes'
check 'dev__check_counts' makes check LONG=yes
expected='demo'
check 'dev__passes_a_target_on' makes demo

if [ "$(id -u)" != 0 ]; then
	skip 'servers__are_unpacked' 'not root'
	finish
fi
check 'servers__are_unpacked' unpacked_servers
check 'servers__have_no_set_user_id_program' \
    empty find "$tree/build/servers" -perm /6000
check 'servers__are_for_root_alone' same 700 \
    "$(stat -c %a "$tree/build/servers")"

# As an earlier ./dev left them.
chmod 4755 "$tree/build/servers/usr/bin/program"
chmod 0755 "$tree/build/servers"
INSTALLED=installed
export INSTALLED
check 'servers__unpacked_before_are_confined' dev setup check-host
check 'servers__unpacked_before_have_no_bit' \
    empty find "$tree/build/servers" -perm /6000
check 'servers__unpacked_before_are_for_root_alone' same 700 \
    "$(stat -c %a "$tree/build/servers")"

finish
