#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# FREQUENT QUESTIONS of pam_otp_admin(7): what clients of sshd and sudo show and
# do when a code is asked for after the password. A client that is not installed
# is skipped, by name.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/page.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs sudo

# alice at her desk, which is this machine, too; she has an account at web1.
person alice
echo '127.0.0.1 web1' >>/etc/hosts
desk=/home/alice
mkdir -m 700 $desk/.ssh
sed 's/^ground/web1,ground/' /etc/ssh/ssh_known_hosts >$desk/.ssh/known_hosts
echo something >$desk/report
git init -q --bare $desk/project.git 2>/dev/null
mkdir $desk/far && cp $desk/report $desk/far
chown -R alice:alice $desk
export ANSIBLE_NOCOLOR=1
stack sshd sshd-password
sshd_run sshd-password.conf </dev/null
conf

# fresh: no code is used, and no connection open.
fresh() {
	ssh_ends && rm -rf $desk/.ssh/config $desk/copy $desk/project &&
	    enrol alice && logged >"$scratch/lines"
}

# at_desk PROMPT ANSWER... -- COMMAND...: as alice, on a terminal.
at_desk() {
	for word in "$@"; do
		shift
		set -- "$@" "$word"
		[ "$word" != -- ] || set -- "$@" env -C $desk HOME=$desk \
		    setpriv --reuid alice --regid alice --clear-groups
	done
	talk "$@"
}

# once COMMAND: a line for a shell, asked for password and code.
once() {
	at_desk 'Password: ' "$password" 'One-time code: ' "$(code)" -- \
	    sh -c "$1"
	test "$status" = 0
}

# asks_nothing COMMAND: it would have no terminal to ask on.
asks_nothing() {
	status=0
	screen=$(cd $desk && HOME=$desk setpriv --reuid alice --regid alice \
	    --clear-groups setsid -w timeout 60 sh -c "$1" </dev/null 2>&1) ||
	    status=$?
	echo "$screen"
	test "$status" = 0
}

line() {
	cat "$page/$1.$2"
}

faq_master() {
	cp "$page/faq-master" $desk/.ssh/config &&
	    chown alice $desk/.ssh/config
}
ssh_ends() {
	setpriv --reuid alice --regid alice --clear-groups \
	    env HOME=$desk ssh -O exit web1 >"$scratch/ended" 2>&1 || :
}

# --- ssh and what calls it ---

prompts() {
	fresh && once 'ssh web1 id -un' && same '(alice@web1) Password: 
(alice@web1) One-time code: 
alice' "$screen"
}
# ssh asks three times, and says in the end what it says.
starts_anew() {
	fresh && wrong=$(wrong_code) && at_desk \
	    'Password: ' "$password" 'One-time code: ' "$wrong" \
	    'Password: ' "$password" 'One-time code: ' "$wrong" \
	    'Password: ' "$password" 'One-time code: ' "$wrong" \
	    -- ssh web1 id -un
	test "$status" = 255 && echo "$screen" |
	    grep -F 'Permission denied (publickey,keyboard-interactive).'
}
wrong_password() {
	fresh && at_desk 'Password: ' wrong 'Password: ' wrong \
	    'Password: ' wrong -- ssh web1 id -un
	test "$status" = 255 && says_no grep 'One-time' <<-END
		$screen
	END
}
cannot_ask() {
	fresh && at_desk -- sh -c "sftp -b /dev/null web1 || setsid -w ssh web1 </dev/null"
	test "$status" = 255 && echo "$screen" | grep 'Permission denied'
}

faq_copy() {
	for number in 1 2 3 4; do
		command=$(line faq-copy $number)
		case $command in
		rsync*) have rsync || continue ;;
		git*) have git || continue ;;
		esac
		fresh && once "$command" || return 1
	done
	cmp $desk/report $desk/copy || test -e $desk/project
}

# opens COMMAND: a connection that stays. The shell on this terminal stays until
# ssh has left it, as a person's does.
opens() {
	once "$1; until ssh -O check web1 2>/dev/null; do sleep 0.1; done"
}
faq_once() {
	fresh && faq_master && opens "$(line faq-once 1)" &&
	    asks_nothing "$(line faq-once 2)" &&
	    same "$(line faq-once 2.said)" "$screen"
}

# sshd sends what modules have told as a banner when the login has succeeded, and
# until 10.3 forgets that it did, so that the session shows it again on its
# terminal.
told() {
	echo "$screen" | grep -c '^1 wrong code before your first login'
}
messages_of_a_session() {
	fresh && wrong=$(wrong_code) && at_desk \
	    'Password: ' "$password" 'One-time code: ' "$wrong" \
	    'Password: ' "$password" 'One-time code: ' "$(code)" \
	    '$ ' exit -- ssh web1
	test "$status" = 0 && same "$1" "$(told)"
}
messages_of_a_command() {
	fresh && wrong=$(wrong_code) && at_desk \
	    'Password: ' "$password" 'One-time code: ' "$wrong" \
	    'Password: ' "$password" 'One-time code: ' "$(code)" \
	    -- ssh web1 id -un
	test "$status" = 0 && same 1 "$(told)"
}
# since VERSION: of OpenSSH, such as 10.3.
since() {
	ssh -V 2>&1 | sed 's/^OpenSSH_\([0-9]*\.[0-9]*\).*/\1/' |
	    awk -F. -v wanted="$1" '{
		split(wanted, version, ".")
		exit !($1 > version[1] + 0 ||
		    $1 == version[1] + 0 && $2 >= version[2] + 0) }'
}

# --- Programs without a terminal ---

# answers_askpass COMMAND...: $asked is what the program of SSH_ASKPASS, which
# answers, was asked.
answers_askpass() {
	cat >$desk/askpass <<-END
		#!/bin/sh
		echo "\$1" >>$desk/asked
		case \$1 in
		*Password*) echo '$password' ;;
		*) echo '$(code)' ;;
		esac
	END
	chmod 755 $desk/askpass && rm -f $desk/asked
	SSH_ASKPASS=$desk/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=:none \
	    asks_nothing "$1"
	status=$?
	asked=$(cat $desk/asked)
	return $status
}
askpass_is_asked() {
	fresh && answers_askpass 'echo id -un | ssh -T web1 sh' &&
	    same alice "$screen" && same '(alice@web1) Password: 
(alice@web1) One-time code: ' "$asked"
}
second_window_is_refused() {
	fresh && answers_askpass 'ssh -T web1 true' &&
	    ! answers_askpass 'ssh -T -o NumberOfPasswordPrompts=1 web1 true' &&
	    echo "$screen" | grep -F 'That code was already used.'
}

# with_auth FILE [SED]: sshd's stack has these lines of the page in place of
# Debian's.
with_auth() {
	sed -e "${2-}" "$page/$1" >/tmp/auth
	sed -e '/^@include common-auth/ {
		r /tmp/auth
		d
	}' /etc/pam.d.debian/sshd >/etc/pam.d/sshd
}
faq_gio() {
	with_auth faq-gio 's/^/@include common-auth\n/'
	fresh && at_desk 'assword: ' "$password" \
	    "$(printf 'code for alice on web1\r\nPassword: ')" "$(code)" -- \
	    dbus-run-session sh -c 'gio mount sftp://alice@web1 &&
		gio cat sftp://alice@web1/home/alice/report'
	stack sshd sshd-password
	test "$status" = 0 && echo "$screen" | grep -x something
}
faq_cockpit() {
	with_auth faq-cockpit
	wrong_password && fresh && once 'ssh web1 true'
	status=$?
	stack sshd sshd-password
	return $status
}
# As the page warns, it is asked for after a wrong password.
cockpit_with_substack() {
	with_auth faq-cockpit s/include/substack/
	fresh && at_desk 'Password: ' wrong 'One-time code: ' "$(wrong_code)" \
	    'Password: ' ^C -- ssh web1 id -un
	stack sshd sshd-password
	logged 'result=refused reason=wrong user=alice .*failures=1$'
}

# --- Programs that answer one question ---

faq_lftp() {
	fresh && faq_master && opens "$(line faq-lftp 1)" &&
	    asks_nothing "cd /tmp && cp $desk/report . && $(line faq-lftp 2)"
}
lftp_alone() {
	fresh && at_desk 'assword: ' "$password" -- lftp -c \
	    'set net:max-retries 1; open -u alice sftp://web1; ls'
	test "$status" != 0
}
sshpass_alone() {
	fresh && at_desk -- timeout 4 sshpass -p "$password" ssh web1 id -un
	same 124 "$status"
}

# --- ansible ---

faq_ansible() {
	cp "$page/faq-ansible" $desk/ansible.cfg
}
faq_ansible_run() {
	fresh && faq_master && faq_ansible &&
	    opens "$(line faq-ansible-run 1)" &&
	    asks_nothing "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3
	        export ANSIBLE_PYTHON_INTERPRETER; $(line faq-ansible-run 2)" &&
	    echo "$screen" | grep -F '"ping": "pong"'
}
ansible_becomes() {
	echo 'alice ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers
	stack sudo sudo
	asks_nothing 'ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 \
	    ansible all -i web1, -b -m command -a "id -un"' &&
	    echo "$screen" | grep -x root
	status=$?
	echo 'alice ALL=(ALL) ALL' >/etc/sudoers
	return $status
}
# With a password for sudo, which it gives: the code is not to be had.
ansible_cannot() {
	! asks_nothing "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 \
	    ANSIBLE_TIMEOUT=4 ansible all -i web1, -b \
	    -e \"ansible_become_password='$password'\" -m command -a 'id -un'" &&
	    test "$status" != 124 && ! echo "$screen" | grep UNREACHABLE
}

# --- PuTTY ---

putty_key() {
	fingerprint=$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub |
	    cut -d' ' -f2)
}
plink_asks() {
	fresh && putty_key && at_desk 'Password: ' "$password" \
	    'One-time code: ' "$(code)" 'begin session.' '' -- \
	    plink -hostkey "$fingerprint" alice@web1 id -un
	test "$status" = 0 && echo "$screen" |
	    grep -i 'keyboard-interactive authentication prompts from server:' &&
	    echo "$screen" | grep '^| Password: ' &&
	    echo "$screen" | grep '^| One-time code: '
}
plink_with_password() {
	fresh && putty_key && at_desk -- plink -pw "$password" \
	    -hostkey "$fingerprint" alice@web1 id -un
	test "$status" != 0 && echo "$screen" |
	    grep -F 'Configured password was not accepted'
}
psftp_asks() {
	fresh && putty_key && at_desk 'Password: ' "$password" \
	    'One-time code: ' "$(code)" 'psftp> ' 'bye' -- \
	    psftp -hostkey "$fingerprint" alice@web1
	test "$status" = 0
}
pscp_asks() {
	fresh && putty_key && at_desk 'Password: ' "$password" \
	    'One-time code: ' "$(code)" -- \
	    pscp -hostkey "$fingerprint" report alice@web1:copy
	test "$status" = 0 && cmp $desk/report $desk/copy
}

# --- sudo ---

sudo_replaces() {
	fresh && at_desk 'secret: ' "$password" 'secret: ' "$(code)" -- \
	    sudo -k -p 'secret: ' id -un
	test "$status" = 0 && same 'secret: 
secret: 
root' "$screen"
}
sudo_target() {
	fresh && person bob && alices=$secret && enrol bob &&
	    echo 'Defaults targetpw' >>/etc/sudoers &&
	    at_desk 'assword for bob: ' "$password" 'Code for sudo: ' \
	        "$(code)" -- sudo -k -u bob id -un
	sed -i /targetpw/d /etc/sudoers
	secret=$alices
	test "$status" = 0
}
faq_silent() {
	fresh && cat "$page/faq-silent" >>/etc/sudoers && used=$(code) &&
	    once 'ssh web1 true' && at_desk \
	    'assword for alice: ' "$password" 'Code for sudo: ' "$used" \
	    'assword for alice: ' ^C -- sudo -k id -un
	sed -i /silent/d /etc/sudoers
	echo "$screen"
	echo "$screen" |
	    grep -Fx 'That code was already used. Wait for the next one.'
}
sudo_is_new() {
	sudo -V | awk 'NR == 1 { split($3, v, /[.p]/)
		exit !(v[1] > 1 || v[2] > 9 || v[2] == 9 && v[3] >= 16) }'
}

# --- sshd ---

too_late() {
	export password
	echo 'LoginGraceTime 2' >/tmp/grace
	sshd_run sshd-password.conf </tmp/grace
	fresh && late=$(code) expect -c '
		set timeout 30
		spawn -noecho setpriv --reuid alice --regid alice \
		    --clear-groups env HOME=/home/alice ssh web1 id -un
		expect "Password: "
		send "$env(password)\r"
		expect "One-time code: "
		sleep 8
		send "$env(late)\r"
		expect eof' >"$scratch/late"
	cat "$scratch/late"
	sshd_run sshd-password.conf </dev/null
	grep 'Connection closed by' "$scratch/late"
}
penalties() {
	printf '%s\n' 'PerSourcePenalties authfail:30s min:1s' >/tmp/penalties
	sshd_ident=sshd sshd_run sshd-password.conf </tmp/penalties
	sshd_ident=sshd-session
	fresh && at_desk 'Password: ' "$password" 'One-time code: ' \
	    "$(wrong_code)" 'Password: ' ^C -- ssh web1 id -un
	at_desk -- ssh web1 id -un
	refused=$screen
	echo 'PerSourcePenaltyExemptList 127.0.0.0/8' >>/tmp/penalties
	sshd_ident=sshd sshd_run sshd-password.conf </tmp/penalties
	sshd_ident=sshd-session
	echo "$refused" && echo "$refused" |
	    grep -E 'Not allowed at this time|Connection (closed|reset)' &&
	    fresh && once 'ssh web1 id -un'
}

# with PROGRAM CHECK...: a check that needs it.
with() {
	if have "$1"; then
		check "$2" "$3"
	else
		skip "$2" "$1 is not installed"
	fi
}

check 'ssh__shows_both_questions' prompts
check 'ssh__starts_anew_after_a_wrong_code' starts_anew
check 'ssh__asks_for_no_code_after_a_wrong_password' wrong_password
check 'ssh__without_a_terminal_is_refused' cannot_ask
if since 10.3; then
	check 'messages__come_once_in_a_session' messages_of_a_session 1
else
	check 'messages__come_twice_in_a_session' messages_of_a_session 2
fi
check 'messages__come_once_with_a_command' messages_of_a_command
check 'faq__scp_sftp_rsync_git' faq_copy
check 'faq__one_connection_asks_once' faq_once
check 'askpass__is_asked_both_questions' askpass_is_asked
check 'askpass__with_a_used_code_is_refused' second_window_is_refused
if [ -x /usr/libexec/gvfsd-sftp ]; then
	with dbus-run-session 'faq__gio_knows_the_question' faq_gio
else
	skip 'faq__gio_knows_the_question' 'gvfs-backends is not installed'
fi
check 'faq__cockpit_asks_for_no_code_after_a_wrong_password' faq_cockpit
check 'cockpit__with_substack_asks_for_a_code_after_a_wrong_password' \
    cockpit_with_substack
with lftp 'faq__lftp_over_a_connection' faq_lftp
with lftp 'lftp__alone_fails' lftp_alone
with sshpass 'sshpass__alone_waits' sshpass_alone
with ansible 'faq__ansible_over_a_connection' faq_ansible_run
with ansible 'ansible__becomes_without_a_password' ansible_becomes
with ansible 'ansible__cannot_answer_sudo' ansible_cannot
with plink 'plink__shows_both_questions' plink_asks
with plink 'plink__with_pw_fails' plink_with_password
with psftp 'psftp__asks_for_both' psftp_asks
with pscp 'pscp__asks_for_both' pscp_asks
echo 'alice ALL=(ALL) ALL' >/etc/sudoers
stack sudo sudo
check 'sudo__p_replaces_both_questions' sudo_replaces
check 'sudo__targetpw_asks_for_the_targets' sudo_target
if sudo_is_new; then
	check 'faq__sudo_tells_of_a_used_code' faq_silent
else
	skip 'faq__sudo_tells_of_a_used_code' 'sudo is older than 1.9.16'
fi
check 'sshd__closes_after_its_grace_time' too_late
if since 9.8; then
	check 'sshd__refuses_an_address_after_failures' penalties
else
	skip 'sshd__refuses_an_address_after_failures' \
	    'OpenSSH is older than 9.8'
fi

finish
