#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What contrib/postgresql promises of one account: which puts are done, and what
# is known of them afterwards.

. "$(dirname "$0")/server.sh"

server_make one && server_start one && migrate one || exit 99

uuid() {
	printf "'00000000-0000-0000-0000-%012d'" "$1"
}

# Functions of otp in the realm staff; NUMBERS are generation, charge, serial.
# create ROLE NAME ATTEMPT STATE
create() {
	query one "$1" "SELECT * FROM otp.create_state('staff', '$2',
	    $(uuid "$3"), 1, '$4')"
}
# put ROLE NAME ATTEMPT NUMBERS STATE COMMIT KEEP
put() {
	query one "$1" "SELECT * FROM otp.put('staff', '$2', $(uuid "$3"),
	    ${epoch-1}, $4, ${5:-NULL}, $6, $7)"
}
charge() { put "$1" "$2" "$3" "$4" "'charged $3'" false true; }
give_back() { put "$1" "$2" "$3" "$4" "'before $3'" false false; }
commit() { put "$1" "$2" "$3" "$4" "'used $3'" true false; }
# change FUNCTION NAME ATTEMPT NUMBERS [VALUE]
change() {
	query one desk "SELECT * FROM otp.$1('staff', '$2', $(uuid "$3"),
	    ${epoch-1}, $4${5:+, $5})"
}
# row NAME COLUMNS: as they are in the table.
row() {
	query one postgres "SELECT $2 FROM otp.account WHERE name = '$1'"
}
# was_committed ROLE NAME ATTEMPT NUMBERS
was_committed() {
	query one "$1" "SELECT otp.was_committed('staff', '$2', $(uuid "$3"),
	    $4)"
}
count_lost() {
	query one host1 "SELECT otp.count_lost('staff', '{$1}', '{$2}')"
}
load() {
	query one "$1" "SELECT ${3:-*} FROM otp.load('staff', '$2')"
}

# --- An account --------------------------------------------------------------

unknown() {
	same '1|1||||f' "$(load host1 unknown \
	    'fleet_epoch, format, state, seed, generation, is_taken')"
}
check 'load__of_an_unknown_account_has_what_is_the_fleets' unknown

created() {
	same 'done|1|0|0' "$(create desk alice 1 created)" &&
	    same 'exists|||' "$(create desk alice 2 again)" &&
	    same '|created|1|0|0|1' "$(load host1 alice "seed,
		convert_from(state, 'UTF8'), generation, charge, serial, epoch")"
}
check 'create_state__makes_it_once' created

server_clock() {
	same t "$(load host1 alice \
	    'abs(now_us / 1e6 - extract(epoch FROM now())) < 5')"
}
check 'load__tells_the_servers_time' server_clock

together() {
	same 'done|2|1' "$(change put_seed alice 1 1,0,0 "'text of a seed'")" &&
	    same 'text of a seed|1|created' "$(load host2 alice \
		"seed, serial, convert_from(state, 'UTF8')")"
}
check 'load__gives_seed_and_state_in_one_answer' together

# --- Charges -----------------------------------------------------------------

# person NAME: an account with a seed; its numbers are 1,0,1, and it is free.
person() {
	create desk "$1" 1 new >/dev/null &&
	    change put_seed "$1" 1 1,0,0 "'seed'" >/dev/null &&
	    query one postgres "UPDATE otp.account SET generation = 1
		WHERE name = '$1'" &&
	    same 'done|1|0' "$(put desk "$1" 1 1,0,1 '' true false)"
}

takes() {
	person takes &&
	    same 'done|1|1' "$(charge host1 takes 11 1,0,1)" &&
	    same t "$(load host2 takes is_taken)" &&
	    same 'conflict||' "$(charge host2 takes 12 1,1,1)" &&
	    same 'conflict||' "$(commit host2 takes 12 1,1,1)" &&
	    same 'done|2|1' "$(commit host1 takes 11 1,1,1)" &&
	    same f "$(load host2 takes is_taken)" &&
	    same 'done|2|2' "$(charge host2 takes 12 2,1,1)"
}
check 'charge__takes_the_row_until_its_commit' takes

gives_back() {
	person back && charge host1 back 21 1,0,1 >/dev/null &&
	    same 'done|1|2' "$(give_back host1 back 21 1,1,1)" &&
	    same 'done|1|3' "$(charge host2 back 22 1,2,1)"
}
check 'charge__takes_the_row_until_it_is_given_back' gives_back

two_seconds() {
	person late && charge host1 late 31 1,0,1 >/dev/null &&
	    same t "$(row late "taken_until - clock_timestamp()
		BETWEEN interval '1 s' AND interval '2 s'")" &&
	    query one postgres "UPDATE otp.account
		SET taken_until = clock_timestamp() - interval '1 ms'
		WHERE name = 'late'" &&
	    same 'done|1|2' "$(charge host2 late 32 1,1,1)" &&
	    same 'conflict||' "$(commit host1 late 31 1,1,1)" &&
	    same 'conflict||' "$(commit host1 late 31 1,2,1)"
}
check 'charge__takes_the_row_for_two_seconds_at_most' two_seconds

clock_back() {
	person clock && charge host1 clock 41 1,0,1 >/dev/null &&
	    query one postgres "UPDATE otp.account
		SET taken_until = clock_timestamp() + interval '1 h'
		WHERE name = 'clock'" &&
	    same 'done|1|2' "$(charge host2 clock 42 1,1,1)"
}
check 'charge__takes_no_row_for_longer_after_the_clock_went_back' clock_back

alone() {
	person one && person other && charge host1 one 51 1,0,1 >/dev/null &&
	    same 'done|1|1' "$(charge host2 other 52 1,0,1)"
}
check 'charge__takes_no_other_account' alone

# --- What was loaded ---------------------------------------------------------

stale() {
	person stale && commit host1 stale 61 1,0,1 >/dev/null &&
	    same 'conflict||' "$(commit host2 stale 62 1,0,1)" &&
	    same 'conflict||' "$(charge host2 stale 62 1,0,1)" &&
	    same 'used 61' "$(row stale "convert_from(state, 'UTF8')")"
}
check 'put__refuses_another_generation' stale

stale_charge() {
	person tally && give_back host1 tally 63 1,0,1 >/dev/null &&
	    same 'conflict||' "$(commit host2 tally 64 1,0,1)"
}
check 'put__refuses_what_was_loaded_before_a_charge' stale_charge

stale_seed() {
	person reseed && change put_seed reseed 1 1,0,1 "'next'" >/dev/null &&
	    put desk reseed 1 2,0,2 '' true false >/dev/null &&
	    same 'conflict||' "$(commit host1 reseed 65 1,0,1)" &&
	    same 'conflict||' "$(commit host1 reseed 65 2,0,1)" &&
	    same 'done|3|0' "$(commit host1 reseed 65 2,0,2)"
}
check 'put__refuses_a_code_of_a_seed_that_was_replaced' stale_seed

# Another's put, which takes half a second to end.
under_way() {
	person busy && {
		query one postgres "BEGIN; UPDATE otp.account
		    SET charge = charge + 1 WHERE name = 'busy';
		    SELECT pg_sleep(0.5); COMMIT" >/dev/null &
	} && await asleep && same 'conflict||' "$(charge host1 busy 69 1,0,1)" &&
	    same '1' "$(row busy charge)"
}
asleep() {
	test "$(query one postgres "SELECT count(*) FROM pg_stat_activity
	    WHERE wait_event = 'PgSleep'")" = 1
}
check 'put__waits_for_one_that_is_under_way_and_then_looks' under_way

absent() {
	same 'absent||' "$(charge host1 nobody_there 66 1,0,0)"
}
check 'put__makes_no_account' absent

nulls() {
	person nulls &&
	    same 'conflict||' "$(commit host1 nulls 67 NULL,NULL,NULL)" &&
	    same "ERROR:  22023" "$(query one host1 "SELECT otp.put('staff',
		'nulls', NULL, 1, 1, 0, 1, 'x', true, false)" 2>&1)" &&
	    same 'epoch||' "$(epoch=NULL commit host1 nulls 67 1,0,1)" &&
	    same 'new|1' "$(row nulls "convert_from(state, 'UTF8'), generation")"
}
check 'put__takes_nothing_unsaid_for_a_yes' nulls

too_long() {
	person long && refused 22023 one host1 "SELECT otp.put('staff', 'long',
	    $(uuid 68), 1, 1, 0, 1, repeat('x', 8193)::bytea, true, false)"
}
check 'put__refuses_more_than_a_state_has' too_long

# --- How it ends -------------------------------------------------------------

# ends NUMBERS COMMIT: synchronous_commit as the transaction of a put ends, in a
# session that has set it to the contrary.
ends() {
	query one host1 "SET synchronous_commit = $3; BEGIN;
	    SELECT (otp.put('staff', 'ends', $(uuid 71), 1, $1, 'x', $2,
		false)).outcome;
	    SHOW synchronous_commit; COMMIT" | tr '\n' ' '
}
durable() {
	person ends && same 'done off ' "$(ends 1,0,1 false on)" &&
	    same 'done on ' "$(ends 1,1,1 true off)"
}
check 'put__waits_for_a_commit_and_for_no_charge' durable

# With a standby that never answers, and then with none.
standby() {
	query one postgres "ALTER SYSTEM SET synchronous_standby_names = '$1'" \
	    'SELECT pg_reload_conf()' >/dev/null && await standby_is "$1"
}
standby_is() {
	test "$(query one postgres 'SHOW synchronous_standby_names')" = "$1"
}
# waiting_is COUNT [SQL]: so many commits wait for the standby.
waiting_is() {
	test "$(query one postgres "SELECT count(${2-*}) FROM pg_stat_activity
	    WHERE wait_event = 'SyncRep'")" = "$1"
}
# committing NUMBERS: its process is $waiting.
committing() {
	commit host1 standby 72 "$1" >/tmp/committed &
	waiting=$!
	await waiting_is 1
}
unheard() {
	person standby && standby absent &&
	    same 'done|1|1' "$(charge host1 standby 72 1,0,1)" &&
	    committing 1,1,1 &&
	    empty cat /tmp/committed &&
	    same 'new 1' "$(load host2 standby 'generation' |
		sed 's/^/new /')" &&
	    refused 55P03 one host2 "SELECT otp.was_committed('staff',
		'standby', $(uuid 72), 2, 1, 1)" &&
	    standby '' && wait "$waiting" &&
	    same 'done|2|1' "$(cat /tmp/committed)" &&
	    same t "$(was_committed host2 standby 72 2,1,1)"
}
check 'commit__is_not_heard_of_before_the_standby_has_it' unheard
standby ''

by_uuid() {
	person asked && same f "$(was_committed host1 asked 81 1,0,1)" &&
	    same '1|0' "$(row asked generation,charge)" &&
	    charge host1 asked 81 1,0,1 >/dev/null &&
	    same f "$(was_committed host1 asked 81 1,1,1)" &&
	    commit host1 asked 81 1,1,1 >/dev/null &&
	    same t "$(was_committed host1 asked 81 2,1,1)" &&
	    same f "$(was_committed host1 asked 82 2,1,1)" &&
	    same f "$(was_committed host1 asked 81 1,1,1)" &&
	    same f "$(was_committed host1 asked 81 2,1,2)" &&
	    charge host2 asked 82 2,1,1 >/dev/null &&
	    same f "$(was_committed host1 asked 81 2,1,1)"
}
check 'was_committed__says_yes_only_of_a_commit_that_is_seen' by_uuid

no_for_good() {
	person never && charge host1 never 84 1,0,1 >/dev/null &&
	    same f "$(was_committed host1 never 84 2,1,1)" &&
	    same 'conflict||' "$(commit host1 never 84 1,1,1)" &&
	    same 'charged 84|1|2' "$(row never \
		"convert_from(state, 'UTF8'), generation, charge")"
}
check 'was_committed__says_a_no_that_nothing_undoes' no_for_good

asked_in_vain() {
	standby absent &&
	    same f "$(was_committed host1 asked 81 2,1,1)" &&
	    give_back host2 asked 82 2,2,1 >/dev/null &&
	    commit_unsure && standby ''
}
# Its connection ends while it waits: the row is seen, but no standby has it.
commit_unsure() {
	commit host1 asked 83 2,3,1 >/tmp/committed 2>/dev/null &
	unsure=$!
	await waiting_is 1 'pg_cancel_backend(pid)' && wait $unsure
	same 3 "$(load host2 asked generation)" &&
	    ! timeout 1 psql -XAtq -h /tmp/one.at -U host1 -d otp -c \
		"SELECT otp.was_committed('staff', 'asked', $(uuid 83),
		    3, 3, 1)"
}
check 'was_committed__waits_for_a_standby_that_has_it_not' asked_in_vain
standby ''

# --- Epochs and what is lost -------------------------------------------------

lost() {
	same 0 "$(count_lost stale,alice 2,1)" &&
	    same 1 "$(count_lost stale,alice 3,1)" &&
	    same 2 "$(count_lost stale,unknown 3,1)" &&
	    same 0 "$(count_lost '' '')" &&
	    same 'ERROR:  22023' "$(count_lost stale,alice 2 2>&1)"
}
check 'count_lost__counts_commits_that_are_gone' lost

next_epoch() {
	person epoch && charge host1 epoch 91 1,0,1 >/dev/null &&
	    same 2 "$(query one boss 'SELECT otp.begin_epoch()')" &&
	    same 'epoch||' "$(commit host1 epoch 91 1,1,1)" &&
	    same 'epoch||' "$(charge host1 epoch 91 1,1,1)" &&
	    same 'epoch||' "$(change put_seed epoch 91 1,1,1 "'s'")" &&
	    same 'epoch|' "$(change put_uid epoch 91 1,1,1 7)" &&
	    same epoch "$(change purge epoch 91 1,1,1)" &&
	    same 'epoch|||' "$(create desk new 91 x)" &&
	    same '2|1' "$(load host1 epoch 'fleet_epoch, epoch')" &&
	    same 'done|2|1' "$(epoch=2 commit host1 epoch 91 1,1,1)" &&
	    same '2|2' "$(load host1 epoch 'fleet_epoch, epoch')"
}
check 'begin_epoch__refuses_what_was_loaded_before' next_epoch

other_cluster() {
	query one postgres 'UPDATE otp.fleet SET identifier = identifier + 1' &&
	    refused OT001 one host1 "SELECT otp.load('staff', 'alice')" &&
	    refused OT001 one host1 "SELECT otp.put('staff', 'alice',
		$(uuid 92), 2, 1, 0, 1, 'x', true, false)" &&
	    refused OT001 one host1 "SELECT otp.was_committed('staff', 'alice',
		$(uuid 92), 1, 0, 1)" &&
	    refused OT001 one host1 "SELECT otp.count_lost('staff', '{}', '{}')" &&
	    refused OT001 one desk "SELECT otp.create_state('staff', 'x',
		$(uuid 92), 2, 'x')" &&
	    same 3 "$(query one boss 'SELECT otp.begin_epoch()')" &&
	    same 3 "$(load host1 alice fleet_epoch)"
}
check 'load__refuses_in_another_cluster_until_the_next_epoch' other_cluster

# --- Enrollment --------------------------------------------------------------

epoch=3
fresh() {
	query one desk "SELECT outcome FROM otp.create_state('staff', '$1',
	    $(uuid 100), 3, '$1')" >/dev/null
}

uids() {
	fresh uid1 && fresh uid2 &&
	    same 'done|' "$(change put_uid uid1 100 1,0,0 1000)" &&
	    same 'uid|uid1' "$(change put_uid uid2 100 1,0,0 1000)" &&
	    same '' "$(row uid2 uid)" &&
	    same 'done|' "$(change put_uid uid1 100 1,0,0 NULL)" &&
	    same 'done|' "$(change put_uid uid2 100 1,0,0 1000)"
}
check 'put_uid__is_one_accounts' uids

moved() {
	fresh from && fresh to &&
	    change put_seed from 100 1,0,0 "'moved'" >/dev/null &&
	    change put_uid from 100 2,0,1 1001 >/dev/null &&
	    same absent "$(move to 1,0,0 from 2,0,1)" &&
	    same conflict "$(move from 2,0,0 to 1,0,0)" &&
	    same "done" "$(move from 2,0,1 to 1,0,0)" &&
	    same '||2|3' "$(row from seed,uid,serial,generation)" &&
	    same 'moved|1001|1|2' "$(row to seed,uid,serial,generation)" &&
	    change put_seed from 100 3,0,2 "'new'" >/dev/null &&
	    same exists "$(move from 4,0,3 to 2,0,1)" &&
	    same 'new|moved' "$(row from seed)|$(row to seed)"
}
# move FROM NUMBERS TO NUMBERS
move() {
	query one desk "SELECT otp.move_seed('staff', $(uuid 100), 3, '$1', $2,
	    '$3', $4)"
}
check 'move_seed__is_under_one_name' moved

purged() {
	fresh gone && change put_seed gone 100 1,0,0 "'secret'" >/dev/null &&
	    change put_uid gone 100 2,0,1 1002 >/dev/null &&
	    same "done" "$(change purge gone 100 2,0,1)" &&
	    same '|||3|2' "$(row gone seed,state,uid,generation,serial)" &&
	    same 'done|4|0|2' "$(query one desk "SELECT * FROM
		otp.create_state('staff', 'gone', $(uuid 101), 3, 'again')")"
}
check 'purge__blanks_the_row_and_keeps_its_numbers' purged

listed() {
	same 'to
uid1
uid2' "$(query one desk "SELECT otp.names('staff', 'tally', 100)")" &&
	    same alice "$(query one desk "SELECT otp.names('staff', '', 1)")"
}
check 'names__are_told_in_order_and_by_pages' listed

finish
