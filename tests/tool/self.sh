#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# `new --self': users who enrol themselves by way of sudo.

. "$(dirname "$0")/tool.sh"

for tool in expect oathtool; do
	have $tool || {
		skip 'self' "$tool is not installed"
		finish
	}
done
configure
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
give_service

# Root's account has no part in it.
uid=$(id -u)
if [ "$uid" = 0 ]; then
	user=nobody
	uid=$(id -u nobody 2>/dev/null) || {
		skip 'self' 'there is no account nobody'
		finish
	}
fi
caller=$top_builddir/tests/tool/caller

# by_caller UID WORD...: otp-enroll, as sudo runs it for the user of UID.
by_caller() {
	calling=$1
	shift
	"$caller" "$calling" "$OTP_ENROLL" --conf "$conf" "$@"
}

# refuses STATUS WORD...: on a terminal, with `setting'; nothing is asked.
refuses() {
	expected=$1
	shift
	before=$(tree)
	status=0
	env "$setting" script -qec \
	    "'$caller' $as '$OTP_ENROLL' --conf '$conf' $*" /dev/null \
	    </dev/null >"$scratch/seen" 2>&1 || status=$?
	err=$(cat "$scratch/seen")
	put "status $status: $err"
	test $status = "$expected" && ! says '  Key ' &&
	    same "$before" "$(tree)"
}

as=$uid
setting=SUDO_UID=$uid
if have script; then
	check 'self__takes_no_user' refuses 2 "new --self $user"
	for excess in --print --no-confirm --replace --add --hotp \
	    --recovery=16 --recovery=0 --label=x --issuer=x --digits=6 \
	    --algorithm=sha1 --period=30 --json --batch=-; do
		check "self__takes_no_$excess" refuses 2 "new --self $excess"
	done
	check 'self__takes_no_picture' refuses 2 new --self --qr=png
	for wrong in '' -1 +0 0x0 "$uid " 4294967295 4294967296 root; do
		setting="SUDO_UID=$wrong"
		check "self__is_not_for_the_uid \"$wrong\"" \
		    refuses 2 new --self
		check 'self__says_where_the_uid_comes_from' \
		    says 'through sudo'
	done
	setting=OTHER=1
	check 'self__needs_sudo_uid' refuses 2 new --self
	other_uid() {
		for other in $((uid + 1)) 1 4000000123; do
			setting=SUDO_UID=$other
			refuses 2 new --self &&
			    says 'SUDO_UID is not the uid of the user' ||
				return 1
		done
	}
	check 'self__believes_no_other_uid' other_uid
	not_root() {
		setting=SUDO_UID=0
		for as in 0 "$uid"; do
			refuses 2 new --self && says 'not for root' || return 1
		done
	}
	check 'self__is_not_for_root' not_root
	as=$uid
	setting=SUDO_UID=$uid
else
	skip 'self__takes_no_user' 'script is missing'
fi
# without_terminal STATUS: as it is without one, with `setting'; nothing is asked.
without_terminal() {
	before=$(tree)
	status=0
	(export "$setting" && by_caller "$as" new --self) \
	    >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	ended "$1" && test -z "$out" &&
	    same "$before" "$(tree)" && ! says 'urrent code'
}
no_terminal() {
	without_terminal 2 && says 'Refusing to write secrets'
}
check 'self__needs_a_terminal' no_terminal
# An exemption is for those who still have to enroll.
exempt() {
	ends 0 exempt "$user" --until=14d --reason=later && no_terminal &&
	    ends 0 exempt "$user" --end
}
check 'self__is_for_the_exempt' exempt
enroll new --print --no-confirm "$user"
check 'self__needs_a_terminal_before_a_code_is_asked_for' no_terminal
suspended() {
	ends 0 suspend "$user" && without_terminal 1 &&
	    says "^otp-enroll: $user: the account is suspended" &&
	    says "otp-enroll resume $user"
}
check 'self__is_not_for_the_suspended' suspended
suspended_without_tokens() {
	ends 0 remove "$user" && without_terminal 1 && says 'is suspended'
}
check 'self__is_not_for_the_suspended_without_tokens' \
    suspended_without_tokens
enroll remove --purge "$user"
nobody_first() {
	as=4000000123
	setting=SUDO_UID=$as
	without_terminal 1 && ! says 'terminal' &&
	    says '^otp-enroll: No user on this host has the uid 4000000123\.$'
}
if [ "$(id -u)" = 0 ]; then
	check 'self__unknown_uid_is_told_before_the_terminal' nobody_first
else
	skip 'self__unknown_uid_is_told_before_the_terminal' 'needs root'
fi
as=$uid
setting=SUDO_UID=$uid

# The caller killed sudo: whoever is the parent then did not call it.
orphan() {
	mkfifo "$scratch/end"
	SUDO_UID=$uid "$caller" orphan "$OTP_ENROLL" --conf "$conf" new --self \
	    >"$scratch/end" 2>"$scratch/orphan" </dev/null &
	cat "$scratch/end" # until it has ended
	wait
	cat "$scratch/orphan"
	grep -q 'SUDO_UID is not the uid' "$scratch/orphan"
}
check 'self__believes_no_orphan' orphan
no_store_first() {
	mv "$store" "$store.away"
	without_terminal 1 && says 'there is no store' && ! says 'terminal'
}
check 'self__missing_store_is_told_before_the_terminal' no_store_first
mv "$store.away" "$store"

# A user database that gives one name two uids.
library=
for folder in /usr/lib/*/ /usr/lib64/ /usr/lib/; do
	test ! -e "${folder}libnss_wrapper.so" ||
	    library=${folder}libnss_wrapper.so
done
two_uids() {
	printf '%s\n' 'twin:x:54331:54331::/:/bin/sh' \
	    'twin:x:54332:54332::/:/bin/sh' 'root:x:0:0::/:/bin/sh' \
	    >"$scratch/passwd"
	echo 'root:x:0:' >"$scratch/group"
	before=$(tree)
	status=0
	SUDO_UID=54332 "$caller" 54332 env LD_PRELOAD="$library" \
	    NSS_WRAPPER_PASSWD="$scratch/passwd" \
	    NSS_WRAPPER_GROUP="$scratch/group" "$OTP_ENROLL" --conf "$conf" \
	    new --self >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	ended 1 && says 'a different uid for twin' && same "$before" "$(tree)"
}
if [ -n "$library" ] && [ -z "${INSTRUMENTED-}" ] && [ "$(id -u)" = 0 ]; then
	check 'self__name_of_another_uid_is_refused' two_uids
else
	skip 'self__name_of_another_uid_is_refused' \
	    'needs root, nss_wrapper and a build without sanitizers'
fi

# dialogue ANSWERS... of `new --self', as a person has them. It ends with the
# tool's status; what was seen is in `seen'. An answer is a code, or
# present SECRET, or new: the code of the secret shown.
cat >"$scratch/self.exp" <<'EOF'
log_user 1
set timeout 20
# So wide that the key is in one line.
set stty_init {rows 24 columns 100}
spawn -noecho {*}[split $env(COMMAND) "\t"]
set secret {}
foreach answer $argv {
	expect {
		-re {Key +([A-Z2-7 ]+)\r} {
			set secret [string map {{ } {}} $expect_out(1,string)]
			exp_continue
		}
		-ex {code: } { set kind present }
		-ex {app shows: } { set kind new }
		timeout { exit 98 }
		eof { break }
	}
	if {$answer eq "new" && [info exists env(MEANWHILE)]} {
		exec sh -c $env(MEANWHILE)
	}
	if {$answer eq "new"} {
		set answer [exec oathtool --totp -b $secret]
	}
	if {$answer eq "interrupt"} {
		send "\003"
	} else {
		send "$answer\r"
	}
}
expect {
	-re {Key +([A-Z2-7 ]+)\r} { exp_continue }
	eof {}
	timeout { exit 98 }
}
set result [wait]
if {[llength $result] > 4} { exit 130 }
exit [lindex $result 3]
EOF
tab=$(printf '\t')
dialogue() {
	status=0
	COMMAND=${command:-"$caller$tab$uid$tab$OTP_ENROLL$tab--conf$tab$conf${tab}new$tab--self"} \
	    SUDO_UID=$uid expect -f "$scratch/self.exp" -- "$@" \
	    >"$scratch/seen" 2>&1 || status=$?
	out=$(tr -d '\r' <"$scratch/seen")
	put "status $status"
	put "$out"
}

first_done() {
	dialogue new && test $status = 0 && shows 'is set up' &&
	    ! shows 'Current code' &&
	    recovery=$(codes_in "$out") &&
	    test -n "$recovery" && ends 0 status "$user" &&
	    test "$(grep -c ^recovery "$store/seed/$user")" = 10 || return 1
	secret=$(sed -n 's/.*secret=\([A-Z2-7]*\).*/\1/p' "$store/seed/$user")
}
check 'self__is_of_sudo_uid' first_done

# wrong: a code that is right at no time near.
wrong() {
	all=$(oathtool --totp -b -w 60 \
	    -N "@$(($(date +%s) - 900))" "$secret")
	i=0
	while put "$all" | grep -q "$(printf %06d $i)"; do
		i=$((i + 1))
	done
	printf %06d $i
}
failures() {
	"$OTP_ENROLL" --conf "$conf" status --json "$user" |
	    sed 's/.*"in_a_row":\([0-9]*\).*/\1/'
}
seed_before=$(cat "$store/seed/$user")
refused() {
	dialogue "$@" && test $status != 0 && ! shows 'Scan this code' &&
	    shows 'Nothing changed\. Your existing setup still works\.' && same "$seed_before" "$(cat "$store/seed/$user")"
}
wrong_codes() {
	code=$(wrong)
	refused "$code" "$code" "$code" && test $status = 1 &&
	    shows 'That code does not match' && test "$(failures)" = 3
}
check 'self__wrong_codes_are_charged' wrong_codes
check 'self__interrupted_changes_nothing' refused interrupt
waits() {
	code=$(wrong)
	refused "$code" "$code" && shows 'try again in' ||
	    { refused "$code" && shows 'try again in'; }
}
check 'self__waits_after_wrong_codes_as_a_login_does' waits
by_recovery() {
	code=$(put "$recovery" | head -n 1)
	dialogue "$code" new && test $status = 0 && shows 'Current code' &&
	    ! grep -qF "$secret" "$store/seed/$user" &&
	    test "$(failures)" = 0
}
check 'self__is_replaced_after_a_recovery_code_in_a_wait_too' by_recovery

# The current code of a token that was never used.
fresh() {
	"$OTP_ENROLL" --conf "$conf" new --replace --no-confirm --print \
	    --recovery=1 "$user" >"$scratch/said" || return 1
	secret=$(secret_in "$(cat "$scratch/said")")
	seed_before=$(cat "$store/seed/$user")
}
spent_by_it() {
	fresh || return 1
	code=$(oathtool --totp -b "$secret")
	# Right, and then no new code: the old seed stays, the code is spent.
	dialogue "$code" interrupt
	test $status != 0 && shows 'Scan this code' &&
	    same "$seed_before" "$(cat "$store/seed/$user")" &&
	    ! login "$user" "$code"
}
check 'self__spends_the_present_code' spent_by_it
replaced() {
	fresh || return 1
	dialogue "$(oathtool --totp -b "$secret")" new && test $status = 0 &&
	    ! shows 'Nothing changed' &&
	    ! grep -qF "$secret" "$store/seed/$user" &&
	    test "$(grep -c ^otpauth "$store/seed/$user")" = 1
}
check 'self__replaces_only_after_a_present_code' replaced

# Who has a code of a stolen phone, and waits with the new one until the phone
# was reported, gets nothing.
in_between() {
	fresh || return 1
	MEANWHILE="'$OTP_ENROLL' --conf '$conf' $* >'$scratch/meanwhile'" \
	    dialogue "$(oathtool --totp -b "$secret")" new
	test $status = 1 && shows 'another process changed' &&
	    shows 'secrets that were printed for' && shows 'not valid'
}
by_another() {
	in_between new --replace --no-confirm --print "$user" &&
	    grep -qF "$(secret_in "$(cat "$scratch/meanwhile")")" "$store/seed/$user"
}
by_a_suspension() {
	enroll remove --purge "$user"
	MEANWHILE="'$OTP_ENROLL' --conf '$conf' suspend $user" dialogue new
	test $status = 1 && shows 'account is suspended' &&
	    shows 'not valid' && test ! -e "$store/seed/$user" &&
	    ends 0 remove --purge "$user"
}
by_recovery_codes() {
	in_between recovery --print "$user" &&
	    grep -qF "$secret" "$store/seed/$user"
}
by_nothing() {
	in_between remove "$user" && test ! -e "$store/seed/$user"
}
check 'self__replaces_nothing_that_came_in_between' by_another
check 'self__replaces_nothing_whose_recovery_codes_are_others' by_recovery_codes
check 'self__replaces_nothing_that_was_removed' by_nothing
check 'self__enrolls_none_who_was_suspended_in_between' by_a_suspension
fresh

# A seed that is gone, but not by `remove', is no invitation.
lost_seed() {
	rm "$store/seed/$user"
	dialogue 000000 000000 000000
	test $status != 0 && ! shows 'Scan this code' && test ! -e "$store/seed/$user"
}
check 'self__seed_taken_away_by_other_means' lost_seed
removed() {
	ends 0 remove "$user" && dialogue new && test $status = 0 &&
	    ends 0 status "$user"
}
check 'self__after_remove_is_a_first_time' removed

# --- sudo itself ---

if [ "$(id -u)" != 0 ] || ! have sudo || ! [ -d /etc/sudoers.d ]; then
	skip 'self__through_sudo' 'needs root and sudo'
	finish
fi
sudoers=/etc/sudoers.d/pam_otp_test_$$
trap 'rm -rf "$scratch" "$sudoers"' EXIT
chmod 755 "$scratch"
chmod 644 "$conf"
tool=$scratch/otp-enroll
cp "$OTP_ENROLL" "$tool"
line="$tool --conf $conf new --self"

# rules LINE...: of sudoers, until the next ones.
rules() {
	printf '%s\n' "$@" >"$sudoers"
	chmod 440 "$sudoers"
	visudo -cqf "$sudoers"
}

# as_nobody WORD...: without a terminal; `out', `err' and `status'.
as_nobody() {
	status=0
	setpriv --reuid="$uid" --regid="$(id -g nobody)" --clear-groups "$@" \
	    >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}

by_sudo() {
	enroll remove --purge nobody
	rules "nobody ALL=(root) NOPASSWD: $line" || return 1
	command=$(put "setpriv --reuid=$uid --regid=$(id -g nobody)
	    --clear-groups sudo -n $line" | tr -s ' \n\t' "$tab")
	command=${command%"$tab"}
	dialogue new
	command=
	test $status = 0 && test -e "$store/seed/nobody" &&
	    ends 0 status nobody
}
check 'self__through_sudo' by_sudo
no_more_by_sudo() {
	# shellcheck disable=SC2086
	as_nobody sudo -n $line --print
	test "$status" != 0 && ! grep -q URI "$scratch/out"
}
check 'self__sudo_allows_no_more_than_its_line' no_more_by_sudo
enroll remove --purge nobody

# believes SETTING TAG: with these in sudoers, the user themselves comes as far
# as the terminal that is missing, and no other user comes anywhere.
believes() {
	before=$(tree)
	rules "Defaults!$tool iolog_dir=$scratch/io" "Defaults!$tool $1" \
	    "nobody ALL=(root) NOPASSWD: $2 $line" || return 1
	# shellcheck disable=SC2086
	as_nobody sudo -n $line
	ended 2 && says 'Refusing to write secrets' || return 1
	for other in 1 0; do
		# shellcheck disable=SC2086
		as_nobody env SUDO_UID=$other sudo -n SUDO_UID=$other $line
		ended 2 && says 'SUDO_UID is not the uid\|not for root' ||
			return 1
	done
	same "$before" "$(tree)"
}
for more in !use_pty use_pty log_output; do
	check "self__believes_no_other_uid_with SETENV, $more" \
	    believes "$more" SETENV:
	for given in setenv !env_reset 'env_keep+=SUDO_UID'; do
		check "self__believes_no_other_uid_with $given, $more" \
		    believes "$given, $more" ''
	done
done

# The lines of otp-enroll(1), after others that would spoil them.
page() {
	rules "Defaults!$tool iolog_dir=$scratch/io, !compress_io" \
	    "Defaults!$tool setenv, !env_reset, log_output" \
	    "nobody ALL=(root) NOPASSWD: $1 $line" "$2"
}
documented() {
	for text in man/otp-enroll.1 contrib/sudoers/otp-enroll; do
		grep -qx 'Defaults!/usr/bin/otp-enroll env_reset, !setenv' \
		    "$top_srcdir/$text" && grep -qxF \
		    '%staff ALL=(root) NOSETENV: NOLOG_OUTPUT: /usr/bin/otp-enroll new --self' \
		    "$top_srcdir/$text" || { put "not in $text"; return 1; }
	done
	visudo -cqf "$top_srcdir/contrib/sudoers/otp-enroll" || return 1
	page 'NOSETENV: NOLOG_OUTPUT:' "Defaults!$tool env_reset, !setenv" ||
		return 1
	for other in 1 0; do
		# shellcheck disable=SC2086
		as_nobody env SUDO_UID=$other sudo -n SUDO_UID=$other $line
		ended 1 && says 'not allowed to set' || return 1
	done
}
check 'self__documented_lines_let_no_variable_through' documented
logged() {
	rm -rf "$scratch/io"
	enroll remove --purge nobody
	page "$1" "Defaults!$tool env_reset, !setenv" || return 1
	command=$(put "setpriv --reuid=$uid --regid=$(id -g nobody)
	    --clear-groups sudo -n $line" | tr -s ' \n\t' "$tab")
	command=${command%"$tab"}
	dialogue new
	command=
	test $status = 0 || return 1
	shown=$(sed -n 's/.*secret=\([A-Z2-7]\{4\}\)\(.\{4\}\).*/\1 ?\2/p' \
	    "$store/seed/nobody")
	grep -rqaE "$shown" "$scratch/io"
}
check 'self__secret_is_in_the_log_of_sudo_without_the_tag' \
    logged 'NOSETENV: LOG_OUTPUT:'
check 'self__documented_lines_keep_the_secret_out_of_the_log' \
    says_no logged 'NOSETENV: NOLOG_OUTPUT:'
kept_out() {
	test -s "$store/seed/nobody"
}
check 'self__documented_lines_enroll' kept_out
rm -f "$sudoers"
finish
