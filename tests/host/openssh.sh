# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Debian's sshd on 127.0.0.1, with Debian's sshd_config, and ssh as people call
# it; for scripts that sourced ground.sh.
#
#	sshd_run [FILE...]	with these of contrib/stacks as drop-ins, and what
#				is on standard input; ends the one before
#	has_key NAME		the key $key may log in
#	ssh_plain, ssh_key	ssh without and with that key
#	sshd_ident		what a login by ssh is logged by

needs sshd ssh ssh-keygen
sshd=$(command -v sshd)
drop_in=/etc/ssh/sshd_config.d
key=/root/key
sshd_ident=sshd
# OpenSSH 9.8 and later serve each connection by a program of its own.
if [ -e /usr/lib/openssh/sshd-session ]; then
	sshd_ident=sshd-session
fi

mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
ssh-keygen -q -t ed25519 -N '' -f $key
# As the package's installation does it.
cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
rm -f $drop_in/*
echo "ground $(cat /etc/ssh/ssh_host_ed25519_key.pub)" >/etc/ssh/ssh_known_hosts
cat >/root/ssh_config <<-END
	UserKnownHostsFile none
	IdentitiesOnly yes
	NumberOfPasswordPrompts 1
END

sshd_pid=
sshd_run() {
	if [ -n "$sshd_pid" ]; then
		kill "$sshd_pid"
		wait "$sshd_pid"
	fi
	rm -f $drop_in/*
	for file in "$@"; do
		cp "$top_srcdir/contrib/stacks/$file" $drop_in/
	done
	# Behind those, lest it hides what they forget.
	{
		cat
		echo 'ListenAddress 127.0.0.1'
		echo 'HostKey /etc/ssh/ssh_host_ed25519_key'
		# It would refuse all of an address with some failures.
		test $sshd_ident = sshd || echo 'PerSourcePenalties no'
	} >$drop_in/zz-ground.conf
	$sshd -t || return 1
	$sshd -D &
	sshd_pid=$!
	until ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null |
	    grep -q ed25519; do
		kill -0 "$sshd_pid" || return 1
		sleep 0.02
	done
	logged >"$scratch/lines"
}

has_key() {
	mkdir -p "/home/$1/.ssh"
	cp $key.pub "/home/$1/.ssh/authorized_keys"
}

ssh_plain='ssh -F /root/ssh_config -o PubkeyAuthentication=no'
ssh_key="ssh -F /root/ssh_config -i $key"
