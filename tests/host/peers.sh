#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What README's comparison says of google-authenticator and pam_oath of Debian 12
# and 13, each thing shown by their own programs; a package of another version
# is skipped. Each cell of the table is named in `cells' below.

# shellcheck disable=SC2034,SC2086,SC2317
# (Rounds are only counted; options are words; check calls the rest.)

. "$(dirname "$0")/ground.sh"
needs strace
login=$top_builddir/tests/lib/login
hex=3132333435363738393031323334353637383930
oath=/tmp/oath/users.oath
google=/tmp/google/secret

# has PACKAGE VERSION...: one of these.
has() {
	found=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null)
	shift
	for version in "$@"; do
		test "$found" != "$version" || return 0
	done
	return 1
}

# service NAME LINE
service() {
	printf 'auth required %s\n' "$2" | tee "/tmp/pam.d/$1" >/tmp/pam.d/other
}

mkdir /tmp/pam.d /tmp/oath /tmp/google
service google "pam_google_authenticator.so user=root secret=$google"
service ours pam_otp.so
service oath "pam_oath.so usersfile=$oath window=5"
service oath8 "pam_oath.so usersfile=$oath window=5 digits=8"
secret=$(printf 12345678901234567890 | base32)
person alice

# fresh_SERVICE [OPTION...]: alice's token, of which nothing is used.
fresh_google() {
	rm -f $google
	{
		printf '%s\n' "$secret" '" RATE_LIMIT 3 30' '" DISALLOW_REUSE' \
		    "$@" '" TOTP_AUTH'
	} >$google && chmod 400 $google
}
fresh_oath() {
	echo "${1-HOTP/T30} alice - $hex" >$oath && chmod 600 $oath
}

# lets SERVICE CODE..., refuses SERVICE CODE
lets() {
	service=$1
	shift
	"$login" /tmp/pam.d "$service" alice "$@"
}
refuses() {
	! lets "$@" && test $? -eq 0
}

# stopped SERVICE CODE CALL: a login that stops when it has made that call.
stopped() {
	strace -f -o /tmp/trace -e trace="$3" \
	    -e inject="$3:signal=STOP:when=1" \
	    "$login" /tmp/pam.d "$1" alice "$2" &
	tracer=$!
	until grep -q 'stopped by SIGSTOP' /tmp/trace 2>/dev/null; do
		kill -0 $tracer 2>/dev/null || return 1
		sleep 0.02
	done
}

# twice SERVICE CALL: of two logins with one code both are let in, where one
# stands still behind that call while the other comes.
twice() {
	rm -f /tmp/trace
	"fresh_$1" && once=$(code) && stopped "$1" "$once" "$2" || return 1
	status=0
	lets "$1" "$once" || status=1
	kill -CONT "$(awk '/stopped by SIGSTOP/ { print $1; exit }' /tmp/trace)"
	wait $tracer && test $status = 0
}

# killed SERVICE CODE: when what the login changes is to take effect.
killed() {
	strace -f -o /tmp/trace -e trace=rename -e inject=rename:signal=KILL \
	    "$login" /tmp/pam.d "$1" alice "$2"
	test $? -eq 137
}

# full FILE: its folder, of which nothing is left.
full() {
	mount -t tmpfs -o size=64k full "$(dirname "$1")"
}
fill() {
	! cat /dev/zero >"$(dirname "$1")/fill" 2>/dev/null
}

# right_refused_when_full SERVICE FILE
right_refused_when_full() {
	full "$2" && "fresh_$1" && fill "$2" && refuses "$1" "$(code)"
	status=$?
	umount "$(dirname "$2")"
	"fresh_$1" && lets "$1" "$(code)" && test $status -eq 0
}

# written SERVICE: how many bytes a login with a right code writes to files.
written() {
	strace -f -o /tmp/trace -e trace=write,pwrite64 \
	    "$login" /tmp/pam.d "$1" alice "$(code)" >/tmp/said || return 1
	awk '{ sum += $NF } END { print sum }' /tmp/trace
}

# spent_refused SERVICE: three codes in a row once more, and once more. (Others
# if a step ends while they are used.)
spent_refused() {
	service=$1
	for round in 1 2 3; do
		"fresh_$service" || return 1
		set -- "$(code -30)" "$(code)" "$(code 30)"
		! lets "$service" "$@" || break
	done
	for spent in "$@" "$@"; do
		refuses "$service" "$spent" || return 1
	done
}

# --- pam_otp --------------------------------------------------------------

fresh_ours() {
	enrol alice
}
ours_writes_one() {
	fresh_ours && alone=$(written ours) && fresh_ours || return 1
	for number in $(seq 10000); do
		printf 'no seed\n' >/var/lib/pam_otp/seed/u$number
		printf 'no state\n' >/var/lib/pam_otp/state/u$number
	done
	among=$(written ours) && echo "$alone $among" &&
	    test "$among" -le $((alone + 8)) && test "$among" -lt 16384
}

# --- google-authenticator -------------------------------------------------

google_counts_wrong_codes() {
	fresh_google && wrong=$(wrong_code) && ! lets google "$wrong" &&
	    ! lets google "$wrong" && ! lets google "$wrong" &&
	    refuses google "$(code)"
}
google_killed() {
	fresh_google && for round in 1 2 3 4 5; do
		killed google "$(wrong_code)" || return 1
	done && lets google "$(code)"
}
google_goes_on() {
	fresh_google && killed google "$(code)" && lets google "$(code 30)"
}
# Steps of a second, so that these codes are of the past within the test; and
# no limit of tries, which counts seconds, too: three steps are longer than that
# as a rule.
second() {
	oathtool --totp -b -s 1s --now "@$1" "$secret"
}
each_second() {
	for spent in "$@"; do
		now=$(date +%s)
		lets google "$spent"
		status=$?
		while [ "$(date +%s)" = "$now" ]; do
			sleep 0.02
		done
	done
	return $status
}
google_skew() {
	for round in 1 2 3; do
		fresh_google '" STEP_SIZE 1' && sed -i /RATE/d $google
		from=$(($(date +%s) + 1))
		sleep 1
		for number in 0 1 2; do
			lets google "$(second $((from + number)))" || continue 2
			sleep 1
		done
		sleep 3
		if each_second "$(second $from)" "$(second $((from + 1)))" \
		    "$(second $((from + 2)))"; then
			return 0
		fi
	done
	return 1
}
google_options="--time-based --disallow-reuse --rate-limit=3 --rate-time=30 \
--window-size=3 --no-confirm --force --label=alice@host --issuer=host"
google_enrols() {
	HOME=/tmp/google google-authenticator $google_options \
	    --secret=$google </dev/null
}
google_enrols_full() {
	full $google && fresh_google && fill $google && ! google_enrols &&
	    test ! -e $google
	status=$?
	umount /tmp/google
	return $status
}
# size MODE ROWS COLUMNS: of the picture, for alice@host.
size() {
	HOME=/tmp/google script -qec "google-authenticator \
	    $google_options --secret=$google --qr-mode=$1" \
	    /dev/null </dev/null | tr -d '\r' | grep -a '47;27m' >/tmp/picture
	sed 's/\x1b\[[0-9;]*m//g' /tmp/picture >/tmp/plain
	same "$2 $3" "$(wc -l </tmp/plain) $(wc -L </tmp/plain)"
}
google_picture() {
	size ANSI 41 82 && size UTF8 21 41
}
google_help() {
	google-authenticator --help >/tmp/help && ! grep -i 'show' /tmp/help &&
	    ! grep -i digits /tmp/help
}
google_writes_one() {
	fresh_google && test "$(written google)" -lt 4096
}
google_logs() {
	fresh_google && ! lets google "$(wrong_code)" >/tmp/said &&
	    grep 'Invalid verification code for alice$' /tmp/said
}

# --- pam_oath -------------------------------------------------------------

oath_counts_nothing() {
	fresh_oath && wrong=$(wrong_code) || return 1
	# shellcheck disable=SC2046
	! lets oath $(yes "$wrong" | head -n 200) >/dev/null &&
	    lets oath "$(code)"
}
oath_logs_nothing() {
	fresh_oath && ! lets oath "$(wrong_code)" >/tmp/said &&
	    ! grep logged: /tmp/said
}
oath_lock() {
	fresh_oath && killed oath "$(code)" && refuses oath "$(code 30)" &&
	    rm $oath.lock $oath.new && lets oath "$(code 30)"
}
# Unless digits= says how many, for every user.
oath_digits() {
	eight=$(oathtool --totp -b --digits=8 "$secret")
	fresh_oath HOTP/T30/8 && lets oath "$eight" &&
	    fresh_oath HOTP/T30/8 && lets oath "${eight#??}" &&
	    fresh_oath HOTP/T30/8 && refuses oath8 "${eight#??}" &&
	    lets oath8 "$eight"
}
oath_writes_all() {
	seq -f "HOTP/T30 u%06.0f - $hex" 10000 >$oath &&
	    echo "HOTP/T30 alice - $hex" >>$oath &&
	    test "$(written oath)" -gt 600000
}
oath_has_no_tool() {
	! dpkg -L libpam-oath | grep bin/
}

# --------------------------------------------------------------------------

if has libpam-google-authenticator 20191231-2 20191231-2.1; then
	check 'google__one_code_lets_two_in' twice google fsync
	check 'google__counts_wrong_codes' google_counts_wrong_codes
	check 'google__counts_no_wrong_code_that_is_killed' google_killed
	check 'google__goes_on_after_a_login_was_killed' google_goes_on
	# A matter of seconds, which pass as they like.
	if google_skew >"$scratch/skew" 2>&1; then
		check 'google__takes_three_spent_codes_for_skew' cat "$scratch/skew"
	else
		skip 'google__takes_three_spent_codes_for_skew' \
		    'it did not show in three rounds'
	fi
	check 'google__refuses_right_codes_on_a_full_disk' \
	    right_refused_when_full google $google
	check 'google__enrolling_on_a_full_disk_loses_the_old_seed' \
	    google_enrols_full
	check 'google__picture_is_82_by_41_or_41_by_21' google_picture
	check 'google__has_no_option_to_show_a_seed_or_for_digits' \
	    google_help
	check 'google__logs_wrong_codes' google_logs
	check 'google__a_login_writes_one_file' google_writes_one
else
	skip 'google' 'libpam-google-authenticator of Debian 12 or 13 is not installed'
fi

if has libpam-oath 2.6.7-3.1+deb12u1 2.6.12-1; then
	check 'oath__one_code_lets_two_in' twice oath umask
	check 'oath__takes_no_spent_codes_in_a_row' spent_refused oath
	check 'oath__counts_no_wrong_codes' oath_counts_nothing
	check 'oath__logs_nothing' oath_logs_nothing
	check 'oath__refuses_right_codes_on_a_full_disk' \
	    right_refused_when_full oath $oath
	check 'oath__refuses_everybody_after_a_login_was_killed' oath_lock
	check 'oath__takes_the_last_6_digits_of_8' oath_digits
	check 'oath__a_login_writes_all_users' oath_writes_all
	check 'oath__has_no_tool' oath_has_no_tool
else
	skip 'oath' 'libpam-oath of Debian 12 or 13 is not installed'
fi

# (Last, since enrol gives another secret.)
check 'ours__takes_no_spent_codes_in_a_row' spent_refused ours
check 'ours__a_login_writes_as_much_among_10000' ours_writes_one

finish
