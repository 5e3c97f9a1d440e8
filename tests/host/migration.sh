#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A host with google-authenticator's module, and one with pam_oath, is moved by
# the commands of pam_otp_migration(7) as they stand, and back: the same phones
# log in all the way. Each display of the page has a function of its name here.

handbook=man/pam_otp_migration.7
. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/page.sh"
needs google-authenticator jq setpriv
for module in pam_google_authenticator pam_oath; do
	ls /lib/*/security/$module.so >/dev/null 2>&1 || {
		skip 'migration' "$module.so is not installed"
		finish
	}
done

# old_stack LINE: the service, behind a first factor that is always right.
old_stack() {
	printf 'auth requisite pam_permit.so\n%s\n' "$1" >/etc/pam.d/sshd
}

# google_user NAME OPTION...: by the old tool. The secret is in secret_NAME.
google_user() {
	who=$1
	shift
	person "$who"
	(cd "/home/$who" && HOME=/home/$who setpriv --reuid "$who" \
	    --regid "$(id -g "$who")" --init-groups \
	    google-authenticator --force --quiet --no-rate-limit \
	    --window-size=3 "$@") || return 1
	eval "secret_$who=$(head -n 1 "/home/$who/.google_authenticator")"
}

# of NAME: it is NAME's phone that is used from now on.
of() {
	eval "secret=\$secret_$1"
}

keep_old() {
	for who in alice carol; do
		cp -a "/home/$who/.google_authenticator" "$scratch/old.$who"
	done
}

# --- From google-authenticator ---

# alice used a code of now, carol her first four.
google_host() {
	google_user alice --time-based --disallow-reuse --no-confirm &&
	    google_user carol --counter-based && person dave || return 1
	old_stack 'auth required pam_google_authenticator.so nullok'
	of alice && used=$(code) && enters alice "$used" && of carol &&
	    for counter in 1 2 3 4; do
		enters carol "$(hotp $counter)" || return 1
	    done && enters dave 000000
}
google_look() {
	play google-look 1 && same '' "$(ls /var/lib/pam_otp/seed)"
}
google_import() {
	keep_old && play google-import 1 && same 'alice carol' \
	    "$(ls /var/lib/pam_otp/seed | tr '\n' ' ' | sed 's/ $//')" &&
	    same "$(cat "$scratch/old.alice")" \
		"$(cat /home/alice/.google_authenticator)"
}
google_line() {
	line=$(cat "$page/google-line")
}
# The phones go on, what was used stays used, and nobody more is let in.
google_switch() {
	old=$(cat /etc/pam.d/sshd)
	sed -i 's/ nullok//' /etc/pam.d/sshd && play google-switch 2 3 &&
	    refused dave 000000 && echo "$old" >/etc/pam.d/sshd &&
	    play google-switch 1 && play google-switch 2 3 &&
	    same "$(echo $line)" "$(tail -n 1 /etc/pam.d/sshd | tr -s ' ')" &&
	    of alice && refused alice "$used" && used=$(code 30) &&
	    enters alice "$used" && refused alice "$used" &&
	    of carol && refused carol "$(hotp 4)" && enters carol "$(hotp 5)" &&
	    enters carol "$(hotp 6)" && enters dave 000000
}
# becomes 'DISPLAY N...' OLD NEW: that line by the page's commands. (Lines of other
# hosts: modules by their path, tabs, controls in brackets, comments.)
becomes() {
	printf '%b\n' "$2" >"/etc/pam.d/sshd"
	# shellcheck disable=SC2086
	play $1 >"$scratch/said" 2>&1 || return 1
	same "$(printf '%b' "$3")" "$(sed 's/[[:space:]]*$//' /etc/pam.d/sshd)"
}
lines_of_google() {
	lib=/usr/local/lib/security
	google=pam_google_authenticator.so
	becomes 'google-switch 2 3' "auth required $lib/$google nullok" \
	    'auth required pam_otp.so nullok' &&
	    becomes 'google-switch 2 3' "auth\trequired\t$lib/$google\tnullok\tdebug" \
		'auth\trequired\tpam_otp.so nullok' &&
	    becomes 'google-switch 2 3' "auth [success=1 default=ignore] $google \
secret=/x/nullok" 'auth [success=1 default=ignore] pam_otp.so' &&
	    becomes 'google-switch 2 3' "auth sufficient $google no_nullok nullok=1" \
		'auth sufficient pam_otp.so' &&
	    becomes 'google-switch 2 3' "-auth required $google user=x nullok echo" \
		'-auth required pam_otp.so nullok' &&
	    becomes 'google-switch 2 3' "# auth required $google" \
		"# auth required $google" &&
	    becomes 'google-switch 2 3' 'auth required pam_unix.so nullok' \
		'auth required pam_unix.so nullok'
}
lines_of_oath() {
	becomes 'oath-switch 2' 'auth required /opt/lib/pam_oath.so usersfile=/x' \
	    'auth required pam_otp.so' &&
	    becomes 'oath-switch 2' 'auth\tsufficient\tpam_oath.so\twindow=5' \
		'auth\tsufficient\tpam_otp.so' &&
	    becomes 'oath-switch 2' '# auth required pam_oath.so' \
		'# auth required pam_oath.so'
}
# A module that is not there is found; on the page's line there is none.
checks() {
	cp /etc/pam.d/sshd "$scratch/sshd.now"
	play "$1" 1 >"$scratch/checked" 2>&1
	cat "$scratch/checked"
	grep -q sshd "$scratch/checked" &&
	    ! grep -q '/nowhere' "$scratch/checked" || return 1
	sed -i 's,pam_otp.so,/nowhere/pam_otp.so,' /etc/pam.d/sshd
	! play "$1" 1 >"$scratch/checked" 2>&1
	cp "$scratch/sshd.now" /etc/pam.d/sshd
	cat "$scratch/checked"
	grep -q '/nowhere/pam_otp.so' "$scratch/checked"
}
google_check() {
	checks google-check && lines_of_google &&
	    cp "$scratch/sshd.now" /etc/pam.d/sshd
}
oath_check() {
	checks oath-check && lines_of_oath &&
	    cp "$scratch/sshd.now" /etc/pam.d/sshd
}
google_delete() {
	touch /home/dave/.google_authenticator && play google-delete 1 &&
	    test ! -e /home/alice/.google_authenticator &&
	    test ! -e /home/carol/.google_authenticator &&
	    test -e /home/dave/.google_authenticator
}

# --- From pam_oath ---

oath_host() {
	person bob && person erin
	secret_bob=$(printf 12345678901234567890 | base32)
	secret_erin=$(printf abcdefghijklmnopqrst | base32)
	cat >/etc/users.oath <<-'EOF'
	HOTP bob - 3132333435363738393031323334353637383930
	HOTP/T30 erin - 6162636465666768696a6b6c6d6e6f7071727374
	EOF
	chmod 600 /etc/users.oath
	old_stack 'auth required pam_oath.so usersfile=/etc/users.oath window=5'
	of bob && enters bob "$(hotp 0)" && enters bob "$(hotp 1)" &&
	    of erin && used=$(code) && enters erin "$used"
}
oath_look() {
	play oath-look 1 && test ! -e /var/lib/pam_otp/seed/bob
}
oath_import() {
	play oath-import 1 && test -s /var/lib/pam_otp/seed/bob &&
	    test -s /var/lib/pam_otp/seed/erin
}
# Of which TOTP codes pam_oath has accepted only the last is known, so those of
# now and of the next step count as used. Who has the time waits for the third.
wait_for_step() {
	test "${LONG-}" = yes || return 0
	sleep $((61 - $(date +%s) % 30))
	enters erin "$(code)"
}
oath_switch() {
	play oath-switch 1 && play oath-switch 2 && grep 'pam_otp.so$' /etc/pam.d/sshd &&
	    of erin && refused erin "$used" && refused erin "$(code 30)" &&
	    wait_for_step && of bob && refused bob "$(hotp 1)" && enters bob "$(hotp 2)" &&
	    enters bob "$(hotp 4)" && refused dave 000000
}
oath_delete() {
	cp -p /etc/users.oath "$scratch/users.oath" && play oath-delete 1 &&
	    test ! -e /etc/users.oath && cp -p "$scratch/users.oath" /etc
}

# --- User by user ---

# Each is asked by exactly one module, and frank still by the old one.
both() {
	google_user frank --time-based --disallow-reuse --no-confirm &&
	    otp-enroll remove alice --purge &&
	    cp -a "$scratch/old.alice" /home/alice/.google_authenticator &&
	    old_stack "$(cat "$page/both")" && of frank &&
	    enters frank "$(code)" && refused frank 000000
}
both_move() {
	play both-move 1 && play both-move 2 && of alice &&
	    refused alice 000000 && enters alice "$(code 30)" && of frank &&
	    enters frank "$(code 30)"
}

# --- Back ---

# A code that the new module took is taken once more, as the page says.
google_back() {
	for who in alice carol; do
		cp -a "$scratch/old.$who" "/home/$who/.google_authenticator"
	done
	play google-back 1 && of alice && enters alice "$(code 30)" &&
	    of carol && enters carol "$(hotp 5)"
}
google_counter() {
	play google-counter 1 2 && of carol && enters carol "$(hotp 7)" &&
	    refused carol "$(hotp 6)"
}
oath_back() {
	play oath-back 1 && play oath-back 2 3 4 && of bob &&
	    refused bob "$(hotp 4)" && enters bob "$(hotp 5)" &&
	    of erin && enters erin "$(code 30)"
}

# --- The prompt ---

# asks LINE TEXT: a login with that line asks that, and nothing else.
asks() {
	old_stack "$1"
	ASKED=1 refused alice 000000 >"$scratch/asked"
	sed 's/^/# /' "$scratch/asked"
	same "  asked:  $2" "$(grep asked: "$scratch/asked")"
}
# What the page writes lets programs go on that wait for the old text.
old_prompt() {
	keep=$(sed -n 's/^\.Cm \(\[prompt=.*\]\)$/\1/p' "$top_srcdir/$handbook")
	asks 'auth required pam_google_authenticator.so' 'Verification code: ' &&
	    asks "auth required pam_otp.so $keep" 'Verification code: ' &&
	    asks 'auth required pam_otp.so' 'One-time code: '
}

# --- All of them ----------------------------------------------------------

check 'migration__has_no_display_that_is_not_run' \
    empty unknown "$scratch/displays" migration
check 'migration__has_displays' test "$(wc -l <"$scratch/displays")" -ge 14
while read -r display kind; do
	case $display in
	google-look) check 'migration__old_host_of_google' google_host ;;
	oath-look) check 'migration__old_host_of_oath' oath_host ;;
	esac
	check "migration__$display" perform "$(function_of "$display")" </dev/null
done <"$scratch/displays"
check 'migration__prompt_can_stay_as_it_was' old_prompt

finish
