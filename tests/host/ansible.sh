#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The play in contrib/ansible, on two hosts that are one machine with a store
# each, by the lines of pam_otp_admin(7).

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/page.sh"

needs ansible-playbook ansible-vault jq
person dora
stack_of group
mkdir -p "$work"
cd "$work" || exit 99
cp "$top_srcdir/contrib/ansible/pam_otp.yml" .
printf 'store = %s/store\nvirtual_users\n' "$work" >enrol.conf
echo 'a password of the vault' >vault.key
chmod 600 vault.key
export ANSIBLE_NOCOLOR=1 ANSIBLE_LOCAL_TEMP=/tmp/ansible
export ANSIBLE_REMOTE_TEMP=/tmp/ansible ANSIBLE_LOG_PATH=$work/ansible.log
export ANSIBLE_PIPELINING=1
export ANSIBLE_DISPLAY_ARGS_TO_STDOUT=1 ANSIBLE_RETRY_FILES_ENABLED=0

# Each host's modules run where its store is.
: >hosts
for host in web1 web2; do
	mkdir -p -m 700 "/hosts/$host"
	cat >"/hosts/$host.python" <<END
#!/bin/sh
exec unshare --mount sh -c 'mount --bind /hosts/$host /var/lib/pam_otp &&
	exec /usr/bin/python3 "\$@"' sh "\$@"
END
	chmod 755 "/hosts/$host.python"
	echo "$host ansible_connection=local" \
	    "ansible_python_interpreter=/hosts/$host.python" >>hosts
done

# on HOST COMMAND...
on() {
	where=$1
	shift
	unshare --mount sh -c 'mount --bind "/hosts/$0" /var/lib/pam_otp &&
		exec "$@"' "$where" "$@"
}
# both COMMAND...: it is so on both hosts.
both() {
	on web1 "$@" && on web2 "$@"
}
enters_on() {
	where=$1
	shift
	on "$where" "$top_builddir/tests/lib/login" /etc/pam.d sshd "$@"
}
refused_on() {
	! enters_on "$@"
}

# runs [OPTION...]: the play, as the page has it; what it said is in `ran'.
runs() {
	ansible-playbook -i hosts --vault-password-file=vault.key "$@" \
	    pam_otp.yml >"$scratch/ran" 2>&1
	status=$?
	cat "$scratch/ran"
	return $status
}
# changes N [HOSTS]: on each host.
changes() {
	same "${2-2}" "$(grep -cE "ok=[0-9]+ +changed=$1 " "$scratch/ran")"
}
# Where one host shows it as well as two.
one='--limit=web1'
# Each file of both stores, with its inode: nothing was written nor replaced.
stores() {
	(cd /hosts && find web1 web2 -type f -exec stat -c '%n %i %Y %Z' {} + |
	    sort)
}

manage() {
	play manage 1 && phone manage 2 && play manage 3 && play manage 4 &&
	    head -n 1 seeds/dora | grep -q '^.ANSIBLE_VAULT' &&
	    play manage 5
}
check 'ansible__puts_a_seed_in_force_on_each_host' manage
first=$secret
cp "$scratch/printed" "$scratch/ran"
check 'ansible__says_what_it_changed' changes 3
code=$(code)
# The window is taken for spent; the seed's own codes follow.
adopted() {
	both otp-enroll status dora && same 600 "$(stat -c %a \
	    /hosts/web1/seed/dora)" &&
	    same "$(grep -c ^recovery store/seed/dora)" \
		"$(grep -c ^recovery /hosts/web2/seed/dora)" &&
	    refused_on web1 dora "$code"
}
check 'ansible__adopts_it' adopted
each_alone() {
	enters_on web1 dora "$(word 1)" && refused_on web1 dora "$(word 1)" &&
	    enters_on web2 dora "$(word 1)"
}
check 'ansible__each_host_counts_alone' each_alone

again() {
	stores >"$scratch/before" && runs && changes 0 &&
	    stores | diff "$scratch/before" -
}
check 'ansible__changes_nothing_the_second_time' again
checked() {
	printf '%s\n' "otpauth://totp/other?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" \
	    >"$scratch/other" && cp seeds/dora "$scratch/dora" &&
	    cp "$scratch/other" seeds/dora && runs $one --check --diff &&
	    changes 1 1 && stores | diff "$scratch/before" -
	status=$?
	! grep GEZDGNBV "$scratch/ran" || status=1
	cp "$scratch/dora" seeds/dora
	return $status
}
check 'ansible__check_changes_nothing_and_shows_nothing' checked
empty_host() {
	mkdir -m 700 /hosts/keep && mv /hosts/web1 /hosts/kept &&
	    mkdir -m 700 /hosts/web1 && runs $one --check &&
	    test ! -e /hosts/web1/.store
	status=$?
	rmdir /hosts/web1 /hosts/keep && mv /hosts/kept /hosts/web1
	return $status
}
check 'ansible__check_of_a_host_without_a_store' empty_host

lost_at_once() {
	play lost 1 && cp "$scratch/printed" "$scratch/ran" && changes 1 &&
	    both sh -c '! test -e /var/lib/pam_otp/seed/dora' &&
	    refused_on web1 dora "$(code 60)" &&
	    refused_on web2 dora "$(word 2)"
}
check 'ansible__lost_phone_is_worthless_on_each_host' lost_at_once
lost_again() {
	runs $one -e '{"pam_otp_lost": ["dora"]}' && changes 0 1
}
check 'ansible__lost_phone_is_no_change_the_second_time' lost_again
# The old seed, brought back, revives nothing that was used.
brought_back() {
	runs $one && changes 2 1 && refused_on web1 dora "$(word 1)" &&
	    on web1 otp-enroll remove dora
}
check 'ansible__old_seed_brought_back_revives_no_code' brought_back
lost() {
	phone lost 2 && play lost 3 && play lost 4 && play lost 5 &&
	    cp "$scratch/printed" "$scratch/ran" && changes 2 &&
	    enters_on web1 dora "$(word 1)" && enters_on web2 dora "$(word 2)"
}
check 'ansible__new_seed_is_in_force_on_each_host' lost
new=$secret
old_is_dead() {
	secret=$first && refused_on web1 dora "$(code 30)" &&
	    secret=$new
}
check 'ansible__old_device_stays_worthless' old_is_dead

no_hotp() {
	echo 'otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=0' \
	    >seeds/hal
	! runs $one && ! grep GEZD "$scratch/ran" && test ! -e /hosts/web1/seed/hal
	status=$?
	rm seeds/hal
	return $status
}
check 'ansible__refuses_hotp' no_hotp
no_path() {
	! runs $one -e '{"pam_otp_lost": ["../../etc/shadow"]}'
}
check 'ansible__refuses_names_that_are_paths' no_path
# Both would be options or other names where the tool runs.
no_option() {
	for option in --all --force -h; do
		! runs $one -e "{\"pam_otp_lost\": [\"$option\"]}" &&
		    cp store/seed/dora "seeds/$option" && ! runs $one &&
		    rm "seeds/$option" || return 1
	done
}
no_newline() {
	! runs $one -e '{"pam_otp_lost": ["dora\n"]}' &&
	    ! runs $one -e '{"pam_otp_gone": ["dora\n--all"]}'
}
check 'ansible__refuses_names_that_are_options' no_option
check 'ansible__refuses_names_with_a_newline' no_newline
gone() {
	mv seeds/dora "$scratch/dora" && userdel dora &&
	    runs -e '{"pam_otp_gone": ["dora"]}' && changes 1 &&
	    both sh -c '! test -e /var/lib/pam_otp/state/dora' &&
	    runs $one -e '{"pam_otp_gone": ["dora"]}' && changes 0 1
}
check 'ansible__leaves_nothing_of_who_has_gone' gone

# With everything that ansible can say, and in its log and the hosts'.
silent() {
	useradd -u 3222 dora && mv "$scratch/dora" seeds/dora &&
	    ANSIBLE_PIPELINING=0 runs $one -vvv --diff || return 1
	logged >"$scratch/log"
	grep -q 'ansible' "$scratch/log" || echo 'no log of the modules'
	for word in $first $new $recovery; do
		! grep -F -e "$word" "$scratch/ran" "$scratch/log" \
		    ansible.log || return 1
	done
	! grep -E 'otpauth|recovery:' "$scratch/ran" "$scratch/log" ansible.log
}
check 'ansible__tells_no_secret' silent
check 'ansible__never_touches_states' \
    says_no grep -nE 'state/|synchronize|--force' pam_otp.yml
no_leftover() {
	same '' "$(find /hosts /tmp/ansible -name '*.ansible_tmp*' -o \
	    -path '*/ansible-tmp-*' -type f)"
}
check 'ansible__leaves_no_copies' no_leftover

finish
