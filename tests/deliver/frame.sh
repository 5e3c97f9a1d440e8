#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What otp-deliver makes of anything that is not a frame: nothing is run, and
# one line without its content is logged. (The fuzzing target `frame' has more.)

. "$(dirname "$0")/post.sh"

for scheme in mailto sms; do
	program $scheme <<-'END'
	#!/bin/sh
	touch /tmp/ran
	END
done

refused='err otp-deliver: result=undelivered reason=frame'

# is_refused FILE [MORE]
is_refused() {
	rm -f /tmp/ran
	deliver_file "$1"
	same "$refused${2:+ $2}" "$line" && test "$status" = 1 &&
	    test ! -e /tmp/ran
}
# refuses [NAME=VALUE]...
refuses() {
	frame "$@" >"$scratch/frame"
	is_refused "$scratch/frame"
}
newline='
'

deliver >"$scratch/sound"
check 'frame__that_is_sound_is_delivered' test -e /tmp/ran

# Each value that says something to some program further on.
check 'frame__with_a_header_in_the_address_is_refused' \
    refuses "to=mailto:alice@example.org?cc=eve@example.org"
check 'frame__with_an_escaped_header_is_refused' \
    refuses "to=mailto:alice@example.org%0ABcc:eve@example.org"
check 'frame__with_two_addresses_is_refused' \
    refuses "to=mailto:alice@example.org,eve@example.org"
check 'frame__with_an_option_for_an_address_is_refused' \
    refuses "to=mailto:-oQ/tmp@example.org"
check 'frame__with_a_pipe_for_an_address_is_refused' \
    refuses "to=mailto:|/tmp/x"
check 'frame__with_a_path_for_a_scheme_is_refused' \
    refuses "to=../../../tmp/x:y"
check 'frame__with_words_for_a_number_is_refused' \
    refuses "to=sms:+49170\$(id)"
for name in to user host service rhost time tag size; do
	check "frame__with_a_newline_in_${name}_is_refused" \
	    refuses "$name=alice${newline}to=mailto:eve@example.org"
	check "frame__with_an_escape_in_${name}_is_refused" \
	    refuses "$name=$(printf 'a\033[2J')"
done
check 'frame__with_a_name_for_an_address_is_refused' \
    refuses rhost=evil.example.org
check 'frame__with_256_bytes_is_refused' \
    refuses "user=$(printf '%0256d' 0)"
check 'frame__with_255_bytes_is_taken' \
    says_no refuses "user=$(printf '%0255d' 0)"
check 'frame__with_a_control_byte_in_its_text_is_refused' \
    refuses "text=$(printf 'a\tb')"

# Sizes.
frame text="$(printf '%03961d' 0)" >"$scratch/large"
check 'frame__of_4096_bytes_is_there' same 4096 "$(wc -c <"$scratch/large")"
check 'frame__of_4096_bytes_is_taken' says_no is_refused "$scratch/large"
frame text="$(printf '%03962d' 0)" >"$scratch/large"
check 'frame__of_4097_bytes_is_refused' is_refused "$scratch/large"
head -c 100000000 /dev/zero >"$scratch/endless"
check 'frame__without_an_end_is_refused' is_refused "$scratch/endless"
head -c 4000 /dev/urandom >"$scratch/random"
check 'frame__of_random_bytes_is_refused' is_refused "$scratch/random"
: >"$scratch/empty"
check 'frame__of_nothing_is_refused' is_refused "$scratch/empty"
frame >"$scratch/twice"
frame >>"$scratch/twice"
check 'frame__and_another_is_refused' is_refused "$scratch/twice"

# A sender that does not end.
never_ends() {
	mkfifo "$scratch/fifo"
	{ frame; sleep 20; } >"$scratch/fifo" &
	sender=$!
	took is_refused "$scratch/fifo" errno=ETIMEDOUT
	as_it_was=$?
	kill $sender
	return $as_it_was
}
check 'frame__that_does_not_end_is_refused' never_ends
check 'frame__has_five_seconds' test "$took" -ge 5 -a "$took" -le 7

arguments() {
	says_no "$libexec/otp-deliver" --help >"$scratch/usage" 2>&1 &&
	    grep 'otp-deliver(8)' "$scratch/usage"
}
check 'otp_deliver__takes_no_arguments' arguments

finish
