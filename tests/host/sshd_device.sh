#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Known devices, with Debian's sshd: a key that gave a code is not asked again,
# and another key of the same user is.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"

person alice
has_key alice
other=/root/other
ssh-keygen -q -t ecdsa -N '' -f $other
cat $other.pub >>/home/alice/.ssh/authorized_keys
sshd_run sshd-key.conf </dev/null
stack sshd sshd-key-remember
conf
enrol alice

# come [CODE]: by the key that ssh_key has.
come() {
	talk ${1+'One-time code: ' "$1"} -- $ssh_key alice@ground id -un
	logged >"$scratch/lines"
	echo "$screen"
	cat "$scratch/lines"
	test "$status" = 0
}
name=$(ssh-keygen -lf $key.pub | cut -d ' ' -f 2)

asked() {
	come "$(code)" && echo "$screen" |
	    grep -q 'This device will not be asked for a code for 14 days\.' &&
	    grep -q "reason=ok .*method=totp device=$name" "$scratch/lines"
}
check 'sshd_device__is_asked_once' asked
known() {
	come && test "$screen" = alice &&
	    grep -q "result=accepted reason=known-device user=alice \
rhost=127\.0\.0\.1 method=device device=$name" "$scratch/lines"
}
check 'sshd_device__is_known_then' known
listed() {
	otp-enroll devices alice | grep -q '^1  remembered '
}
check 'sshd_device__is_listed' listed
another() {
	talk 'One-time code: ' "$(wrong_code)" -- \
	    ssh -F /root/ssh_config -i $other alice@ground id -un
	test "$status" = 255
}
check 'sshd_device__another_key_is_asked' another
suspicious() {
	talk 'One-time code: ' "$(wrong_code)" -- $ssh_key alice@ground id -un
	test "$status" = 255
}
check 'sshd_device__is_asked_after_a_wrong_code' suspicious
again() {
	come "$(code 30)" && known
}
check 'sshd_device__is_known_again_after_a_right_code' again
forgotten() {
	otp-enroll devices --forget=all alice && suspicious
}
check 'sshd_device__is_asked_when_it_was_forgotten' forgotten

# --- Other keys and clients, with a token that needs no clock ----------------

person bob
ssh-keygen -q -t rsa -b 2048 -N '' -f /root/rsa
ssh-keygen -q -t ed25519 -N '' -f /root/ca
ssh-keygen -q -t ed25519 -N '' -f /root/certified
cat $key.pub $other.pub /root/rsa.pub | tee /home/alice/.ssh/authorized_keys \
    >/root/keys
mkdir -p /home/bob/.ssh /root/.ssh
cp /root/keys /home/bob/.ssh/authorized_keys
cp /root/keys /root/.ssh/authorized_keys
sshd_run sshd-key.conf <<-END
	TrustedUserCAKeys /root/ca.pub
	PermitRootLogin yes
END
anew() {
	enrol alice --hotp && counter=0
}
certify() {
	ssh-keygen -q -s /root/ca -I "$1" -z "$1" -n alice /root/certified.pub
}
by='ssh -F /root/ssh_config -i'
# is_asked COMMAND: what cannot be a code is refused, and not charged.
is_asked() {
	talk 'One-time code: ' 12345 -- "$@"
	test "$status" = 255 && echo "$screen" | grep -q 'A code has 6 to 8 digits'
}
not_asked() {
	talk -- "$@"
	test "$status" = 0 && ! echo "$screen" | grep -q 'One-time'
}
gives() {
	talk 'One-time code: ' "$(hotp $counter)" -- "$@"
	counter=$((counter + 1))
	test "$status" = 0
}
# shellcheck disable=SC2086
kinds() {
	anew && certify 1 || return 1
	for at in $key $other /root/rsa /root/certified; do
		is_asked $by $at alice@ground true &&
		    gives $by $at alice@ground true || return 1
	done
	certify 2
	for at in $key $other /root/rsa /root/certified; do
		not_asked $by $at alice@ground true || return 1
	done
	test "$(otp-enroll devices alice | wc -l)" = 4
}
check 'sshd_device__each_kind_of_key_is_asked_once' kinds
# This stack remembers where from, too.
# shellcheck disable=SC2086
another_host() {
	is_asked $by $key -b 127.0.0.2 alice@ground true &&
	    not_asked $by $key alice@ground true
}
check 'sshd_device__is_asked_on_another_host' another_host
copies() {
	not_asked scp -F /root/ssh_config -i $key /root/keys alice@ground:/tmp/by-scp &&
	    cmp /root/keys /tmp/by-scp && echo 'put /root/keys /tmp/by-sftp' >/root/batch &&
	    not_asked sftp -F /root/ssh_config -i $key -o BatchMode=no \
		-b /root/batch alice@ground && cmp /root/keys /tmp/by-sftp
}
check 'sshd_device__scp_and_sftp_are_not_asked' copies
# ssh leaves out what could ask, and sshd needs it.
batch() {
	talk -- ssh -F /root/ssh_config -i $key -o BatchMode=yes alice@ground true
	test "$status" = 255
}
check 'sshd_device__is_refused_in_batch_mode' batch
if have plink puttygen; then
	putty() {
		puttygen $key -O private -o /root/key.ppk &&
		    not_asked plink -i /root/key.ppk -no-antispoof -hostkey \
			"$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key | cut -d ' ' -f 2)" \
			alice@ground true
	}
	check 'sshd_device__plink_is_not_asked' putty
fi
if have ansible; then
	by_ansible() {
		# As pam_otp(8) says.
		sed -n '/^\[ssh_connection\]/,/^\.Ed/p' \
		    "$top_srcdir/man/pam_otp.8" | sed '$d' >/root/ansible.cfg
		talk -- env ANSIBLE_NOCOLOR=1 ANSIBLE_HOST_KEY_CHECKING=no \
		    ANSIBLE_SSH_EXTRA_ARGS='-F /root/ssh_config' \
		    ANSIBLE_CONFIG=/root/ansible.cfg \
		    ansible all -i ground, -u alice --private-key $key -m raw -a true
		test "$status" = 0 && echo "$screen" | grep -q 'ground | CHANGED'
	}
	check 'sshd_device__ansible_is_not_asked' by_ansible
fi
# shellcheck disable=SC2086
others_gain_nothing() {
	secret_of_alice=$secret
	enrol bob --hotp && is_asked $by $key bob@ground true &&
	    enrol root --hotp && counter=0 && gives $by $key root@ground true &&
	    is_asked $by $key root@ground true
	ended=$?
	secret=$secret_of_alice
	return $ended
}
check 'sshd_device__of_alice_is_not_bobs_and_never_roots' others_gain_nothing
# --- Security keys, which security_key.c is ------------------------------------

provider=/usr/lib/security_key.so
by_security="ssh -F /root/ssh_config -o SecurityKeyProvider=$provider -i"
make_security_keys() {
	# shellcheck disable=SC2086
	${CC:-cc} -shared -fPIC -O -I "$top_builddir" -o $provider \
	    "$top_srcdir/tests/host/security_key.c" -lcrypto || return 1
	for type in ecdsa-sk ed25519-sk; do
		for at in 1 2; do
			ssh-keygen -q -t $type -N '' -w $provider \
			    -f /root/$type-$at || return 1
		done
	done
}
# sk_login FILE: not asked, and logged by the name of FILE.pub.
# shellcheck disable=SC2086
sk_login() {
	logged >/dev/null
	not_asked $by_security "$1" alice@ground true || return 1
	logged | grep "reason=known-device user=alice .*device=$(
		ssh-keygen -lf "$1.pub" | cut -d ' ' -f 2)"
}
# shellcheck disable=SC2086
security_keys() {
	anew && cat /root/*-sk-[12].pub >>/home/alice/.ssh/authorized_keys
	for type in ecdsa-sk ed25519-sk; do
		is_asked $by_security /root/$type-1 alice@ground true &&
		    gives $by_security /root/$type-1 alice@ground true &&
		    sk_login /root/$type-1 &&
		    is_asked $by_security /root/$type-2 alice@ground true ||
		    return 1
	done
}
# Then a certificate of the same key is all that lets it in.
# shellcheck disable=SC2086
security_certificates() {
	cp /root/keys /home/alice/.ssh/authorized_keys
	for type in ecdsa-sk ed25519-sk; do
		talk -- $by_security /root/$type-1 alice@ground true
		test "$status" = 255 || return 1
		ssh-keygen -q -s /root/ca -I $type -n alice /root/$type-1.pub &&
		    sk_login /root/$type-1 || return 1
	done
}
make_security_keys >/tmp/security_keys 2>&1
ended=$?
if grep -E 'unknown key type|unsupported version' /tmp/security_keys; then
	skip sshd_device__a_security_key_is_asked_once 'ssh has no support'
else
	made() { cat /tmp/security_keys && test $ended = 0; }
	check 'sshd_device__security_keys_are_made' made
	check 'sshd_device__a_security_key_is_asked_once' security_keys
	check 'sshd_device__a_certificate_of_a_security_key_is_that_key' \
	    security_certificates
fi

# --- What ends it -------------------------------------------------------------

# shellcheck disable=SC2086
suspended() {
	otp-enroll suspend alice
	talk -- $by $key alice@ground true
	test "$status" = 255 && otp-enroll resume alice &&
	    is_asked $by $key alice@ground true
}
check 'sshd_device__is_refused_while_suspended_and_asked_then' suspended
# shellcheck disable=SC2086
other_tokens() {
	anew && gives $by $key alice@ground true || return 1
	cp -p /var/lib/pam_otp/seed/alice /tmp/seed
	otp-enroll new alice --replace --no-confirm --print --hotp >/tmp/enrolled
	is_asked $by $key alice@ground true || return 1
	secret=$(sed -n 's/^  Key *//p' /tmp/enrolled | tr -d ' ')
	counter=0
	gives $by $key alice@ground true && not_asked $by $key alice@ground true &&
	    cp -p /tmp/seed /var/lib/pam_otp/seed/alice &&
	    is_asked $by $key alice@ground true
}
check 'sshd_device__is_asked_with_other_tokens' other_tokens
# shellcheck disable=SC2086
unlocked() {
	anew && gives $by $key alice@ground true &&
	    not_asked $by $key alice@ground true &&
	    otp-enroll unlock alice && is_asked $by $key alice@ground true
}
check 'sshd_device__is_asked_after_unlock' unlocked
# A file of the user's, read before the module, changes nothing: sshd's own
# variable is set last, and this one is of another key.
# shellcheck disable=SC2086
environment() {
	anew && gives $by $key alice@ground true || return 1
	echo "SSH_AUTH_INFO_0=publickey $(cut -d ' ' -f 1,2 $key.pub)" \
	    >/home/alice/.pam_environment
	sed -i '1i auth required pam_env.so user_readenv=1' /etc/pam.d/sshd
	is_asked $by $other alice@ground true
}
check 'sshd_device__a_file_of_the_users_makes_none_known' environment

# --- The clock ------------------------------------------------------------

day=86400
# shellcheck disable=SC2086
expired() {
	rm -f /home/alice/.pam_environment
	stack sshd sshd-key-remember
	clock 0 && anew && gives $by $key alice@ground true &&
	    clock $((14 * day - 60)) && not_asked $by $key alice@ground true &&
	    clock $((14 * day + 1)) && is_asked $by $key alice@ground true
}
check 'sshd_device__is_asked_when_the_time_is_over' expired
# What was remembered then is not known before, and is when that time comes.
# shellcheck disable=SC2086
set_back() {
	clock $((20 * day)) && gives $by $key alice@ground true &&
	    not_asked $by $key alice@ground true &&
	    clock $((19 * day)) && is_asked $by $key alice@ground true &&
	    clock $((20 * day)) && not_asked $by $key alice@ground true
}
check 'sshd_device__is_asked_after_the_clock_went_back' set_back

finish
