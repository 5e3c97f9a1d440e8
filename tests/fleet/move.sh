#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Accounts that move between a host's files and a server: otp-enroll, which is
# killed at each of its calls, logins through the real libpam and pam_otpd, and
# what pg_dump has of it.

. "$(dirname "$0")/server.sh"
needs strace pg_dump setpriv jq
test -e "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" ||
    ground_skip 'libpq was not there to build with'
daemon=$top_builddir/pam_otpd/pam_otpd
test -x "$daemon" || ground_skip 'pam_otpd is not built'
strace -qq -o /dev/null -e trace=none true 2>/dev/null ||
    ground_skip 'nothing can be traced here'

tool_install && server_make one && server_start one && migrate one || exit 99
tool_conf one desk 'marks = /tmp/marks'
files=/var/lib/pam_otp
database=postgresql:/etc/pam_otp/fleet.conf

# One service of a host that has files, one of a host that has the database.
printf '%s\n' nodelay "store = $files" >/etc/files.conf
conf "store = $database"
mkdir -m 755 /tmp/pam.d
echo 'auth required pam_otp.so conf=/etc/files.conf' >/tmp/pam.d/files
echo 'auth required pam_otp.so conf=/etc/files.conf nullok' \
    >/tmp/pam.d/files_nullok
echo 'auth required pam_otp.so' >/tmp/pam.d/fleet
cp /tmp/pam.d/files /tmp/pam.d/other
cp "$top_builddir/tests/lib/login" "$scratch/login"
chmod 755 "$scratch"
otpd_start
# as SERVICE USER CODE
as() {
	"$scratch/login" /tmp/pam.d "$1" "$2" "$3" >/tmp/shown
}
# refuses REASON SERVICE USER CODE
refuses() {
	why=$1
	shift
	! as "$@" || return 1
	cat /tmp/shown
	grep -qE "logged: pam_otp.* reason=$why( |\$)" /tmp/shown
}
# move STATUS TEXT ARGUMENT...
move() {
	wanted=$1 text=$2
	shift 2
	status=0
	timeout 60 otp-enroll fleet --conf=/etc/files.conf "$@" </dev/null >/tmp/said 2>&1 || status=$?
	cat /tmp/said
	test $status = "$wanted" && grep -qF -e "$text" /tmp/said
}
enrol_here() {
	enrol "$@" --conf=/etc/files.conf
}
# by_hand SQL...: what is no rollback.
by_hand() {
	rm -f /tmp/marks && query one postgres "$@"
}
row() {
	query one postgres "SELECT $2 FROM otp.account WHERE name = '$1'"
}

# --- What is asked for --------------------------------------------------------

check 'import__needs_to_know_whom' move 2 'Name one account, or use --all.' import
check 'import__takes_one_or_all' \
    move 2 'Name one account, or use --all.' import alice --all
check 'import__uses_the_hosts_role' \
    move 2 '--role cannot be used' import alice --role=postgres
check 'check__takes_no_account' move 2 'Unexpected argument "alice".' check alice
check 'check__takes_no_all' move 2 '--all can only be used with' check --all
check 'import__says_who_is_not_there' \
    move 3 "zoe is not in this host's files." import zoe
check 'export__says_who_is_not_there' \
    move 3 'zoe is not in the database.' export zoe

# --- There and back -----------------------------------------------------------

person alice
person bob
there() {
	enrol_here alice --hotp && as files alice "$(hotp 1)" &&
	    cp -a $files/seed/alice /tmp/seed.alice && logged >/dev/null &&
	    move 0 'alice is in the database now.' import alice &&
	    grep -qF "store = $database" /tmp/said &&
	    logged | grep 'otp-enroll: action=fleet-imported user=alice uid=' &&
	    same "$(cat /tmp/seed.alice)" "$(row alice seed)" &&
	    same "$(id -u alice)" "$(row alice uid)" &&
	    says_no test -e $files/seed/alice &&
	    says_no test -e "$files/uid/$(id -u alice)" &&
	    refuses moved files alice "$(hotp 2)" &&
	    refuses moved files_nullok alice '' &&
	    says_no as fleet alice "$(hotp 1)" && as fleet alice "$(hotp 2)"
}
check 'import__moves_what_is_known_and_ends_the_files' there
again() {
	move 3 'is not in this host' import alice && as fleet alice "$(hotp 3)"
}
check 'import__is_done_once' again
back() {
	logged >/dev/null &&
	    move 0 "alice is in this host's files now." export alice &&
	    logged | grep 'otp-enroll: action=fleet-exported user=alice' &&
	    same "$(cat /tmp/seed.alice)" "$(cat $files/seed/alice)" &&
	    refuses moved fleet alice "$(hotp 4)" &&
	    says_no as files alice "$(hotp 3)" && as files alice "$(hotp 4)" &&
	    same '|' "$(row alice "coalesce(seed, '') || '|' || coalesce(uid::text, '')")"
}
check 'export__moves_it_back' back
dumped() {
	pg_dump -h /tmp/one.at -U postgres --data-only otp >/tmp/dump &&
	    says_no grep "$secret" /tmp/dump &&
	    move 0 'alice is in the database now.' import alice &&
	    pg_dump -h /tmp/one.at -U postgres --data-only otp >/tmp/dump &&
	    grep -q "$secret" /tmp/dump &&
	    says_no grep -r "$secret" $files
}
check 'move__leaves_no_seed_where_it_came_from' dumped
root() {
	enrol_here root && move 1 'root has the uid 0' import root &&
	    test -e $files/seed/root && same '' "$(row root name)"
}
check 'import__leaves_root_in_the_hosts_files' root
everyone() {
	enrol_here bob && move 0 'bob is in the database now.' import --all &&
	    grep -q 'root has the uid 0' /tmp/said &&
	    says_no grep alice /tmp/said &&
	    same t "$(row bob 'seed IS NOT NULL')" &&
	    move 0 'There is no account to move.' import --all
}
check 'import__moves_every_account_but_roots' everyone
asks() {
	talk 'on? [y/N]' n -- otp-enroll fleet export alice
	echo "$screen" | grep -q 'Every other host' && test $status = 1 &&
	    same t "$(row alice 'seed IS NOT NULL')"
}
check 'export__asks_on_a_terminal' asks

# --- What cannot be -----------------------------------------------------------

others() {
	person alice && enrol_here alice && row alice seed >/tmp/before &&
	    move 1 'alice is there already, with other tokens.' import alice &&
	    same "$(cat /tmp/before)" "$(row alice seed)" &&
	    test -e $files/seed/alice
}
check 'import__replaces_no_other_tokens' others
other_uid() {
	row alice state >/tmp/before &&
	    by_hand "UPDATE otp.account SET name = 'alicia'
		WHERE name = 'alice'" &&
	    move 1 'alicia was enrolled with the uid that alice has' import alice &&
	    same '' "$(row alice name)" && test -e $files/seed/alice &&
	    as files alice "$(code)"
}
check 'import__refuses_the_uid_of_another_account' other_uid
away() {
	server_stop one && move 1 'database' import alice &&
	    says_no grep 'has begun' /tmp/said
	status=$?
	server_start one && test $status = 0 && as files alice "$(code 30)"
}
check 'import__fails_while_the_database_is_away' away
reader() {
	by_hand 'DELETE FROM otp.account' &&
	    tool_conf one host1 'marks = /tmp/marks' &&
	    move 1 '42501' import alice
	status=$?
	tool_conf one desk 'marks = /tmp/marks'
	test $status = 0 && test -e $files/seed/alice
}
check 'import__needs_the_role_of_a_host_that_enrolls' reader

# --- Copies -------------------------------------------------------------------

# The same seed on two hosts: the second one is merged.
copies() {
	person alice && by_hand 'DELETE FROM otp.account' &&
	    enrol_here alice --hotp --recovery=2 && cp -a $files /tmp/second &&
	    as files alice "$(hotp 1)" &&
	    move 0 'alice is in the database now.' import alice &&
	    as fleet alice "$(hotp 2)" || return 1
	rm -r $files/* && cp -a /tmp/second/. $files &&
	    as files alice "$(hotp 6)" &&
	    move 0 'alice was there already, with the same tokens.' \
		import alice &&
	    says_no as fleet alice "$(hotp 2)" &&
	    says_no as fleet alice "$(hotp 6)" &&
	    says_no as files alice "$(hotp 7)" && as fleet alice "$(hotp 7)"
}
check 'import__of_a_second_copy_keeps_every_used_code_used' copies

# --- Accounts without tokens --------------------------------------------------

removed() {
	person alice && by_hand 'DELETE FROM otp.account' &&
	    enrol_here alice --hotp && otp-enroll fleet import alice &&
	    as fleet alice "$(hotp 1)" && otp-enroll remove alice </dev/null &&
	    move 0 "alice is in this host's files now." export alice &&
	    refuses moved fleet alice "$(hotp 2)" &&
	    refuses not-enrolled files alice "$(hotp 2)" &&
	    enrol_here alice && as files alice "$(code 30)"
}
check 'export__moves_an_account_that_was_removed' removed

# --- Interrupted --------------------------------------------------------------

# What the original keeps until the end is the last to go.
interrupt() {
	strace -f -qq -o "$scratch/trace" -e trace=unlinkat \
	    -e inject=unlinkat:signal=KILL:when=1 \
	    otp-enroll fleet import alice </dev/null >/tmp/said 2>&1
	grep -q SIGKILL "$scratch/trace" &&
	    query one postgres 'UPDATE otp.account SET taken_until = NULL'
}
# here COMMAND...: about the files; what it says is in /tmp/said.
here() {
	otp-enroll --conf=/etc/files.conf "$@" </dev/null >/tmp/said 2>&1
	status=$?
	cat /tmp/said
	return $status
}
is_told() {
	grep -F 'a move of the account between two stores was interrupted' \
	    /tmp/said
}
interrupted() {
	person alice && by_hand 'DELETE FROM otp.account' &&
	    enrol_here alice --hotp && interrupt || return 1
	says_no here check alice --json && jq -e '.findings[] |
	    select(.id == "moving" and .level == "fault") |
	    (.text | test("was interrupted")) and
	    (.fix | test("otp-enroll fleet import alice"))' /tmp/said &&
	    says_no here status alice && is_told &&
	    grep -F "'otp-enroll fleet import alice'" /tmp/said
}
check 'check__finds_a_move_that_was_interrupted' interrupted
unpurged() {
	says_no here remove --purge alice && is_told &&
	    test -e $files/seed/alice &&
	    says_no here remove --force alice &&
	    grep -F -e '--force can only be used with --purge.' /tmp/said
}
check 'remove__keeps_what_a_move_needs' unpurged
ended() {
	move 0 'what was left of it was removed' import alice &&
	    as fleet alice "$(hotp 1)" && here remove --purge alice &&
	    says_no here check alice --json &&
	    says_no grep '"moving"' /tmp/said
}
check 'check__finds_nothing_when_the_move_was_run_again' ended
lost() {
	person alice && by_hand 'DELETE FROM otp.account' &&
	    enrol_here alice && interrupt &&
	    by_hand 'DELETE FROM otp.account' &&
	    move 1 "'otp-enroll remove --purge --force alice'" import alice &&
	    here remove --purge --force alice && enrol_here alice &&
	    as files alice "$(code)"
}
check 'import__says_how_to_remove_what_is_left' lost

# --- Killed at any call -------------------------------------------------------

TRACED=$scratch/trace
keep() {
	rm -rf /tmp/kept && cp -a $files /tmp/kept && by_hand \
	    'DROP TABLE IF EXISTS public.kept' \
	    'CREATE TABLE public.kept AS SELECT * FROM otp.account'
}
afresh() {
	find $files -mindepth 1 -delete && cp -a /tmp/kept/. $files &&
	    by_hand 'DELETE FROM otp.account' \
		'INSERT INTO otp.account SELECT * FROM public.kept'
}
# calls ACTION: those that change something in the files or at the server.
calls() {
	afresh && strace -f -qq -o "$TRACED" -e \
	    trace=pwrite64,fdatasync,fsync,renameat,renameat2,unlinkat,ftruncate,openat,sendto,exit_group \
	    otp-enroll fleet "$1" alice </dev/null >/tmp/said 2>&1 &&
	    awk 'match($0, /[a-z0-9_]+\(/) {
		name = substr($0, RSTART, RLENGTH - 1)
		count[name]++
		if (name != "openat" || $0 ~ /O_CREAT/)
			print name, count[name]
	    }' "$TRACED"
}
# The code that was used stays so; the next is accepted at most once in all, and
# so it is when this has been done to its end.
killed_at() {
	afresh && free || return 1
	strace -f -qq -o "$TRACED" -e trace="$2" \
	    -e inject="$2:signal=KILL:when=$3" otp-enroll fleet "$1" alice \
	    </dev/null >/tmp/said 2>&1
	grep -q SIGKILL "$TRACED" || {
		missed=$((missed + 1))
		return 0
	}
	tried=$((tried + 1))
	free
	accepted=0
	for service in files fleet; do
		as $service alice "$(hotp $used)" && {
			echo "$service: a used code"
			return 1
		}
		as $service alice "$(hotp $((used + 1)))" &&
		    accepted=$((accepted + 1))
	done
	test $accepted -le 1 || {
		echo 'accepted twice'
		return 1
	}
	test $accepted = 1 || neither=$((neither + 1))
	free
	otp-enroll fleet "$1" alice </dev/null >/tmp/said 2>&1 ||
	    grep -q ' is not in ' /tmp/said || {
		cat /tmp/said
		return 1
	}
	for service in files fleet; do
		as $service alice "$(hotp $used)" && return 1
		test $accepted = 0 ||
		    says_no as $service alice "$(hotp $((used + 1)))" ||
		    return 1
	done
	as "$from" alice "$(hotp $((used + 2)))" && return 1
	as "$to" alice "$(hotp $((used + 2)))" || {
		cat /tmp/said /tmp/shown
		return 1
	}
}
# What a killed tool had taken is free after 2 seconds.
free() {
	query one postgres 'UPDATE otp.account SET taken_until = NULL'
}
killed() {
	tried=0 missed=0 neither=0
	keep && calls "$1" >/tmp/calls && test "$(wc -l </tmp/calls)" -gt 8 ||
	    return 1
	while read -r call number <&3; do
		killed_at "$1" "$call" "$number" || {
			echo "killed at $call $number"
			return 1
		}
	done 3</tmp/calls
	echo "# ran: $tried kills of $1, $neither in neither store" >>/tmp/ran
	test $missed -le 1 && test $neither -gt 0
}
first_copy() {
	person alice && by_hand 'DELETE FROM otp.account' &&
	    enrol_here alice --hotp && as files alice "$(hotp 1)"
}
killed_import() {
	used=1 from=files to=fleet
	first_copy && killed import
}
check 'import__killed_at_any_call_accepts_a_code_once' killed_import
killed_export() {
	used=1 from=fleet to=files
	first_copy && otp-enroll fleet import alice && killed export
}
check 'export__killed_at_any_call_accepts_a_code_once' killed_export
cat /tmp/ran

# --- A code through both, while it moves --------------------------------------

# Logins of both kinds try one code again and again while the account moves.
try_often() {
	for round in 1 2 3 4 5 6 7 8; do
		"$scratch/login" /tmp/pam.d "$1" alice "$2" >>"/tmp/often.$1" 2>&1
	done
}
both() {
	first_copy || return 1
	for counter in 2 3 4 5; do
		rm -f /tmp/often.*
		one_code=$(hotp $counter)
		try_often files "$one_code" &
		first=$!
		try_often fleet "$one_code" &
		second=$!
		if [ $((counter % 2)) = 0 ]; then
			otp-enroll fleet import alice
		else
			otp-enroll fleet export alice
		fi </dev/null
		wait $first $second
		accepted=$(cat /tmp/often.* | grep -c 'reason=ok')
		test "$accepted" -le 1 || {
			echo "accepted $accepted times"
			return 1
		}
	done
}
check 'move__accepts_one_code_once_through_both' both

otpd_end
finish
