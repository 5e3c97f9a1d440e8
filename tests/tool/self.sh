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
uid=$(id -u)

# refuses STATUS WORD...: on a terminal, with `setting'; nothing is asked.
refuses() {
	expected=$1
	shift
	before=$(tree)
	status=0
	env "$setting" script -qec "'$OTP_ENROLL' --conf '$conf' $*" /dev/null \
	    </dev/null >"$scratch/seen" 2>&1 || status=$?
	err=$(cat "$scratch/seen")
	put "status $status: $err"
	test $status = "$expected" && ! says 'URI:' &&
	    same "$before" "$(tree)"
}

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
	setting=SUDO_UID=4000000123
	check 'self__unknown_uid' refuses 1 new --self
	setting=SUDO_UID=$uid
else
	skip 'self__takes_no_user' 'script is missing'
fi
# without_terminal STATUS: as it is without one, with `setting'; nothing is asked.
without_terminal() {
	before=$(tree)
	status=0
	env "$setting" "$OTP_ENROLL" --conf "$conf" new --self \
	    >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	ended "$1" && test -z "$out" &&
	    same "$before" "$(tree)" && ! says 'resent code'
}
no_terminal() {
	without_terminal 2 && says 'is no terminal'
}
check 'self__needs_a_terminal' no_terminal
enroll new --print --no-confirm "$user"
check 'self__needs_a_terminal_before_a_code_is_asked_for' no_terminal
enroll remove --purge "$user"
nobody_first() {
	setting=SUDO_UID=4000000123
	without_terminal 1 && says 'uid 4000000123' && ! says 'terminal'
}
check 'self__unknown_uid_is_told_before_the_terminal' nobody_first
setting=SUDO_UID=$uid
no_store_first() {
	mv "$store" "$store.away"
	without_terminal 1 && says 'there is no store' && ! says 'terminal'
}
check 'self__missing_store_is_told_before_the_terminal' no_store_first
mv "$store.away" "$store"

# dialogue ANSWERS... of `new --self', as a person has them. It ends with the
# tool's status; what was seen is in `seen'. An answer is a code, or
# present SECRET, or new: the code of the secret shown.
cat >"$scratch/self.exp" <<'EOF'
log_user 1
set timeout 20
spawn -noecho {*}[split $env(COMMAND) "\t"]
set secret {}
foreach answer $argv {
	expect {
		-re {Secret: ([A-Z2-7 ]+)} {
			set secret [string map {{ } {}} $expect_out(1,string)]
			exp_continue
		}
		-ex {code: } { set kind present }
		-ex {shows now: } { set kind new }
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
	-re {Secret: ([A-Z2-7 ]+)} { exp_continue }
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
	COMMAND=${command:-"$OTP_ENROLL$tab--conf$tab$conf${tab}new$tab--self"} \
	    SUDO_UID=$uid expect -f "$scratch/self.exp" -- "$@" \
	    >"$scratch/seen" 2>&1 || status=$?
	out=$(tr -d '\r' <"$scratch/seen")
	put "status $status"
	put "$out"
}

first_done() {
	dialogue new && test $status = 0 && shows 'is in force' &&
	    ! shows 'Present code' &&
	    recovery=$(put "$out" | sed -n 's/^  \([0-9A-Z-]\{29\}\)$/\1/p') &&
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
	dialogue "$@" && test $status != 0 &&
	    ! shows 'URI:' && same "$seed_before" "$(cat "$store/seed/$user")"
}
wrong_codes() {
	code=$(wrong)
	refused "$code" "$code" "$code" && test $status = 1 &&
	    shows 'That code is wrong' && test "$(failures)" = 3
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
	dialogue "$code" new && test $status = 0 && shows 'Present code' &&
	    ! grep -qF "$secret" "$store/seed/$user" &&
	    test "$(failures)" = 0
}
check 'self__is_replaced_after_a_recovery_code_in_a_wait_too' by_recovery

# The present code of a token that was never used.
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
	test $status != 0 && shows 'URI:' &&
	    same "$seed_before" "$(cat "$store/seed/$user")" &&
	    ! login "$user" "$code"
}
check 'self__spends_the_present_code' spent_by_it
replaced() {
	fresh || return 1
	dialogue "$(oathtool --totp -b "$secret")" new && test $status = 0 &&
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
	test $status = 1 && shows 'changed meanwhile' &&
	    shows 'Nothing was changed'
}
by_another() {
	in_between new --replace --no-confirm --print "$user" &&
	    grep -qF "$(secret_in "$(cat "$scratch/meanwhile")")" "$store/seed/$user"
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
fresh

# A seed that is gone, but not by `remove', is no invitation.
lost_seed() {
	rm "$store/seed/$user"
	dialogue 000000 000000 000000
	test $status != 0 && ! shows 'URI:' && test ! -e "$store/seed/$user"
}
check 'self__seed_taken_away_by_other_means' lost_seed
removed() {
	ends 0 remove "$user" && dialogue new && test $status = 0 &&
	    ends 0 status "$user"
}
check 'self__after_remove_is_a_first_time' removed

# --- sudo itself ---

sudoers=/etc/sudoers.d/pam_otp_test_$$
by_sudo() {
	chmod 755 "$scratch"
	chmod 644 "$conf"
	cp "$OTP_ENROLL" "$scratch/otp-enroll" || return 1
	printf '%s\n' "nobody ALL=(root) NOPASSWD: $scratch/otp-enroll --conf $conf new --self" \
	    >"$sudoers"
	chmod 440 "$sudoers"
	command="setpriv${tab}--reuid=65534${tab}--regid=65534${tab}--clear-groups${tab}sudo${tab}-n${tab}$scratch/otp-enroll${tab}--conf${tab}$conf${tab}new${tab}--self"
	dialogue new
	command=
	test $status = 0 && test -e "$store/seed/nobody" &&
	    ends 0 status nobody
}
no_more_by_sudo() {
	! setpriv --reuid=65534 --regid=65534 --clear-groups sudo -n \
	    "$scratch/otp-enroll" --conf "$conf" new --self --print \
	    >"$scratch/out" 2>&1 && ! grep -q URI "$scratch/out"
}
if [ "$(id -u)" = 0 ] && have sudo && [ -d /etc/sudoers.d ] &&
    [ "$(id -un 65534 2>/dev/null)" = nobody ]; then
	trap 'rm -rf "$scratch" "$sudoers"' EXIT
	check 'self__through_sudo' by_sudo
	check 'self__sudo_allows_no_more_than_its_line' no_more_by_sudo
	rm -f "$sudoers"
else
	skip 'self__through_sudo' 'needs root, sudo, and an account nobody'
fi
finish
