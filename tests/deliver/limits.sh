#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The host's limits: a hundred codes and a hundred notices an hour, for all
# accounts together.

. "$(dirname "$0")/post.sh"

program mailto <<'END'
#!/bin/sh
echo sent >>/tmp/out/sent
END
mkdir -m 777 /tmp/out
sent() {
	wc -l </tmp/out/sent
}

# crowd COUNT [NAME=VALUE]...: so many at once.
crowd() {
	count=$1
	shift
	: >/tmp/out/sent
	chmod 666 /tmp/out/sent
	frame "$@" >"$scratch/frame"
	# The senders alone, not the listener of the log.
	seq "$count" | as_deliver xargs -P 32 -I{} sh -c \
	    '"$0" <"$1" || :' "$libexec/otp-deliver" "$scratch/frame"
}
chmod 755 "$scratch"

# One of two waits between reading the limits and charging them.
last_of_a_hundred() {
	crowd 99
	: >/tmp/out/sent
	post_clock='strace -o /dev/null -e trace=pwrite64
	    -e inject=pwrite64:delay_enter=1500000'
	as_deliver "$libexec/otp-deliver" <"$scratch/frame" &
	slow=$!
	sleep 0.7
	post_clock=
	deliver_file "$scratch/frame"
	wait $slow
	same 1 "$(sent)"
}
needs strace
check 'limits__let_one_at_a_time_take_a_place' last_of_a_hundred
logged >"$scratch/earlier"
forget

crowd 130
check 'limits__let_a_hundred_of_many_at_once_pass' same 100 "$(sent)"
check 'limits__are_told' same 30 \
    "$(logged 'warning otp-deliver: result=undelivered reason=limit kind=code user=alice .*tag=K7' | wc -l)"
check 'limits__are_those_of_all_accounts' becomes \
    "warning otp-deliver: result=undelivered reason=limit kind=code user=bob service=sshd rhost=203.0.113.5 method=mail tag=K7 program=/etc/pam_otp/deliver.d/mailto" \
    user=bob to=mailto:bob@example.org
: >/tmp/out/sent
deliver kind=notice tag= text='12 wrong codes since 14:03.' \
    >"$scratch/delivered"
check 'limits__of_codes_starve_no_notice' same 1 "$(sent)"
check 'limits__are_in_a_file_of_fixed_size' \
    test "$(stat -c %s $post_state/limits)" -le 1600

forget
crowd 120 kind=notice tag=
check 'limits__of_notices_are_as_many' same 100 "$(sent)"
crowd 120
check 'limits__of_notices_starve_no_code' same 100 "$(sent)"

# A hundred were sent; a clock goes on without anybody waiting for it.
if ! unshare --time --boottime 1 true 2>/dev/null; then
	skip 'limits__count_an_hour' 'no time namespaces here'
	skip 'limits__count_no_more_than_an_hour' 'no time namespaces here'
	skip 'limits__count_nothing_of_another_start' 'no time namespaces here'
else
	sent_later() {
		later "$1"
		: >/tmp/out/sent
		deliver
		post_clock=
		same "$2" "$(sent)"
	}
	check 'limits__count_an_hour' sent_later 3500 0
	check 'limits__count_no_more_than_an_hour' sent_later 3700 1
	# The last one was sent later than now.
	forget
	later 100000
	crowd 100
	post_clock=
	check 'limits__count_nothing_of_another_start' sent_later 0 1
fi

# What fails is charged: a program that is killed for it could send for ever.
forget
program mailto <<'END'
#!/bin/sh
exit 1
END
crowd 101
check 'limits__charge_a_message_that_fails' test -n \
    "$(logged 'reason=limit')"
forget
as_deliver sh -c 'head -c 20 /dev/zero | '"$libexec/otp-deliver"
check 'limits__charge_no_frame_that_is_refused' test ! -s $post_state/limits
deliver to=matrix:x >"$scratch/delivered"
check 'limits__charge_none_without_a_program' test ! -s $post_state/limits

# Where they cannot be kept, nothing leaves.
program mailto <<'END'
#!/bin/sh
echo sent >>/tmp/out/sent
END
# state_fails DETAIL
state_fails() {
	: >/tmp/out/sent
	deliver
	case $line in
	*'reason=state '*"$1"*) same 0 "$(sent)" ;;
	*) return 1 ;;
	esac
}
chmod 777 $post_state
check 'limits__are_not_kept_where_others_can_write' state_fails detail=writable
chmod 700 $post_state
chown root $post_state
check 'limits__are_not_kept_in_a_folder_of_another' state_fails detail=owner
chown $post_user $post_state
ln -s /tmp/out/sent $post_state/limits
check 'limits__are_not_kept_through_a_link' state_fails errno=ELOOP
rm $post_state/limits
mount -t tmpfs -o size=4k,nr_inodes=4,mode=700,uid=798 full $post_state
as_deliver dd if=/dev/zero of=$post_state/full bs=4k count=1 2>/dev/null
check 'limits__are_not_kept_on_a_full_disk' state_fails errno=ENOSPC
umount $post_state
mv $post_state $post_state.away
check 'limits__are_not_kept_nowhere' state_fails errno=ENOENT
mv $post_state.away $post_state
check 'limits__are_kept_again' says_no state_fails ''
check 'limits__are_for_their_user_alone' same "600 $post_user" \
    "$(stat -c '%a %U' $post_state/limits)"

finish
