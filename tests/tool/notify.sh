#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Notices of what otp-enroll changes, with a socket that takes them; and what
# pam_otp_deliver(5) says of them.

. "$(dirname "$0")/tool.sh"

for tool in python3 oathtool; do
	have $tool || {
		skip 'notices' "$tool is not installed"
		finish
	}
done
sockets=$scratch/run
frames=$scratch/frames
mkdir -m 700 "$sockets" "$frames"
configure virtual_users notify "sockets = $sockets"
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said" || exit 99

# Each message becomes a file of its own, with a number, once it is whole.
python3 - "$sockets/deliver" "$frames" <<'END_OF_TAKER' &
import os
import socket
import sys

path, frames = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(16)
number = 0
while True:
    peer = listener.accept()[0]
    number += 1
    with open(f"{frames}/part", "wb") as file:
        while part := peer.recv(65536):
            file.write(part)
    peer.close()
    os.rename(f"{frames}/part", f"{frames}/{number}")
END_OF_TAKER
taker=$!
trap 'kill $taker 2>/dev/null; rm -rf "$scratch"' EXIT
await test -e "$sockets/deliver" || exit 99

name=ann
taken=0
# told ADDRESS CHANGE: the next message is a notice to this one of this change.
told() {
	taken=$((taken + 1))
	frame=$frames/$taken
	await test -e "$frame" || return 1
	cat "$frame"
	grep -qx 'kind=notice' "$frame" && grep -qx "to=$1" "$frame" &&
	    grep -qx "user=$name" "$frame" && grep -qx 'service=' "$frame" &&
	    grep -qx 'rhost=' "$frame" && grep -qx 'tag=' "$frame" &&
	    grep -qx "For $name on .*, $2" "$frame"
}
# no_more: nothing else came, as far as an unrelated message shows.
no_more() {
	python3 - "$sockets/deliver" <<'END_OF_PROBE'
import socket
import sys

probe = socket.socket(socket.AF_UNIX)
probe.connect(sys.argv[1])
probe.sendall(b"probe")
END_OF_PROBE
	taken=$((taken + 1))
	await test -e "$frames/$taken" && same probe "$(cat "$frames/$taken")"
}

first=mailto:a@example.org
second=mailto:b@example.org

ends_quietly() {
	ends 0 "$@" && same '' "$err"
}
check 'new__of_who_has_no_address_tells_nobody' \
    ends 0 new --print --no-confirm --hotp --recovery=2 ann
check 'new__has_told_nobody' no_more
added() {
	ends_quietly address ann --add=a@example.org --no-confirm &&
	    told $first 'the address a\*\*\*@example\.org was added' && no_more
}
check 'address__is_told_to_the_new_one' added
another() {
	ends_quietly address ann --add=b@example.org --no-confirm &&
	    told $first 'the address b\*\*\*@example\.org was added' &&
	    told $second 'the address b\*\*\*@example\.org was added' && no_more
}
check 'address__is_told_to_all' another
more() {
	ends 0 new --print --no-confirm --add ann && told $first 'a token was added' &&
	    told $second 'a token was added' && no_more
}
check 'token__is_told' more

# page NAME: the display of the page after this comment, on this host and now.
page() {
	sed -n "/^\\.\\\\\" message: $1\$/,/^\\.Ed/p" \
	    "$top_srcdir/man/pam_otp_deliver.5" | sed -e '/^\./d' \
	    -e "s/alice/ann/; s/web1/$(sed -n 's/^host=//p' "$frame")/" \
	    -e "s/2026-11-29 at 06:05/$(sed -n \
		's/^time=\(.*\)T\(.....\).*/\1 at \2/p' "$frame")/" \
	    -e "s/K7/$(sed -n 's/^tag=//p' "$frame")/" \
	    -e "s/4821 9930/$(sed -n 's/^\(.*\) is your code.*/\1/p' "$frame")/"
}
text() {
	sed '1,/^$/d' "$frame"
}
check 'token__is_told_as_the_page_has_it' same "$(page change)" "$(text)"
check 'page__has_the_text' test "$(page change | wc -l)" -eq 5

renewed() {
	ends 0 recovery ann --print --yes &&
	    told $first 'the recovery codes were replaced' &&
	    told $second 'the recovery codes were replaced' &&
	    ends 0 recovery ann --print --add=1 &&
	    told $first 'recovery codes were added' &&
	    told $second 'recovery codes were added' && no_more
}
check 'recovery_codes__are_told' renewed
removed() {
	ends_quietly remove ann --token=2 --yes && told $first 'a token was removed' &&
	    told $second 'a token was removed' && no_more
}
check 'removal__is_told' removed
forgotten() {
	ends 0 devices ann --forget=all && no_more
}
check 'devices__are_told_where_there_were_some' forgotten
# Root is always asked, so another account is root's here.
who=$user
if [ "$(id -u)" -eq 0 ]; then
	who=daemon
fi
blob=$(printf '\000\000\000\013ssh-ed25519\000\000\000\040%032d' 1 | base64 -w 0)
remembered() {
	give_service && sed -i 's/$/ remember=key/' "$scratch/pam.d/test" &&
	    ends 0 new --print --no-confirm "$who" || return 1
	secret=$(secret_in "$out")
	ends 0 address "$who" --add=a@example.org --no-confirm &&
	    told $first 'the address .* was added' || return 1
	SSH_AUTH_INFO="publickey ssh-ed25519 $blob" login "$who" \
	    "$(oathtool --totp -b "$secret")" || return 1
	taken=$((taken + 1))
	await test -e "$frames/$taken" &&
	    grep -q "^A device of $who was remembered" "$frames/$taken" &&
	    ends 0 devices "$who" --forget=all &&
	    told $first 'known devices were forgotten' && no_more
}
device() {
	name=$who
	remembered
	set -- $?
	name=ann
	return "$1"
}
check 'device__is_told' device
unlocked() {
	ends 0 unlock ann && no_more
}
check 'unlock__is_not_told' unlocked

# What an attacker would do first.
gone() {
	ends_quietly address ann --remove=1 &&
	    told $first 'the address a\*\*\*@example\.org was removed' &&
	    told $second 'the address a\*\*\*@example\.org was removed' && no_more
}
check 'address__is_told_to_the_one_that_was_removed' gone
replaced() {
	ends 0 new --print --no-confirm --replace ann &&
	    told $second 'all tokens, recovery codes and addresses were replaced' &&
	    no_more && ends 0 address ann && shows 'has no addresses'
}
check 'replacement__is_told_to_the_former_address' replaced
adopted() {
	ends_quietly address ann --add=a@example.org --no-confirm &&
	    told $first 'the address .* was added' &&
	    echo "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:$second" \
		>>"$store/seed/ann" && ends 0 adopt ann && no_more
}
check 'adoption__is_not_told' adopted

# Many accounts at once: only with --notify, and by itself.
printf '%s\n' 'user,address' 'bea,bea@example.org' 'bob,' >"$scratch/list"
batch_quiet() {
	ends 0 new --print --batch="$scratch/list" && no_more
}
check 'batch__is_not_told' batch_quiet
sed -i 's/b\([eo]\)/c\1/g' "$scratch/list"
batch_told() {
	name=cea
	ends 0 new --print --notify --batch="$scratch/list" &&
	    says '^cob has no address, so no notice was sent\.$' &&
	    told mailto:cea@example.org 'a token and this address were added' &&
	    no_more
}
check 'batch__is_told_with_notify' batch_told
name=ann
# imports ARGUMENT...: this token.
imports() {
	ends 0 import --file="$scratch/token" "$@"
}
echo 'otpauth://totp/x?secret=ON2XAZLSMR2XAZLSON2XAZLSMR2XAZLS' >"$scratch/token"
import_quiet() {
	imports --replace bea && no_more
}
check 'import__is_not_told' import_quiet
import_told() {
	name=cea
	imports --dry-run --replace --notify cea && no_more &&
	    imports --replace --notify cea &&
	    told mailto:cea@example.org \
		'all tokens, recovery codes and addresses were replaced' &&
	    no_more &&
	    ends_quietly address cea --add=c@example.org --no-confirm &&
	    told mailto:c@example.org 'the address .* was added' &&
	    imports --notify cea && no_more
}
check 'import__is_told_with_notify' import_told
name=ann
adopt_told() {
	echo 'otpauth://totp/y?secret=MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK' \
		>>"$store/seed/ann" && ends 0 adopt --all --notify &&
	    told $first 'tokens or recovery codes were adopted' &&
	    told $second 'tokens or recovery codes were adopted' &&
	    no_more && ends 0 adopt ann --notify && no_more
}
check 'adoption__is_told_with_notify' adopt_told
forced_told() {
	rm "$store/state/ann" && ends 0 adopt ann --force --print --notify \
		</dev/null
	told $first 'the recovery codes were replaced' &&
	    told $second 'the recovery codes were replaced' && no_more
}
check 'forced_adoption__is_told_with_notify' forced_told
former_told() {
	name=ann2
	ends 0 adopt ann2 --from=ann --notify &&
	    told $first 'the tokens of a former name were adopted' &&
	    told $second 'the tokens of a former name were adopted' &&
	    no_more && name=ann && ends 0 remove --purge --yes ann &&
	    ends 0 adopt ann --from=ann2 && no_more
}
check 'former_name__is_told_with_notify' former_told
name=ann

purged() {
	ends_quietly remove ann --purge --yes &&
	    told $first 'all tokens, recovery codes and addresses were removed' &&
	    told $second 'all tokens, recovery codes and addresses were removed' &&
	    no_more
}
check 'purge__is_told' purged

# The message that confirms an address is in the page, too.
ends 0 new --print --no-confirm ann >"$scratch/said"
confirming() {
	ends 1 address ann --add=a@example.org
	taken=$((taken + 1))
	frame=$frames/$taken
	await test -e "$frame" && same "$(page address)" "$(text)"
}
check 'address__is_confirmed_as_the_page_has_it' confirming

check 'test__without_an_address_fails' ends 1 address ann --test
quiet() {
	configure virtual_users "sockets = $sockets" &&
	    ends_quietly address ann --add=a@example.org --no-confirm && no_more
}
check 'notices__are_off_by_default' quiet
# Also where notices are off, since codes go there, too.
tested() {
	ends 0 address ann --test && shows 'on its way to a\*\*\*@example\.org' &&
	    taken=$((taken + 1)) && frame=$frames/$taken && await test -e "$frame" &&
	    grep -qx "to=$first" "$frame" && same "$(page test)" "$(text)" &&
	    no_more
}
check 'test__is_sent_as_the_page_has_it' tested
check 'test__goes_alone' ends 2 address ann --test --remove=1
# Four addresses are one account's; an hour has a hundred notices.
crowd() {
	for i in $(seq 26); do
		{
			cat "$scratch/token"
			for j in 4 5 6 7; do
				echo "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ$j:mailto:a$i.$j@example.org"
			done
		} >"$store/seed/crowd$i"
		chmod 600 "$store/seed/crowd$i"
	done
	ends 0 adopt --all --notify && taken=$((taken + 100)) &&
	    await test -e "$frames/$taken" && no_more &&
	    same 4 "$(grep -c '^otp-enroll: The account crowd.* was changed, but the notice' "$scratch/err")" &&
	    says 'could not be sent: this command has sent 100'
}
check 'notices__that_an_hour_has_no_room_for_are_told' crowd
# A listener that takes one in 20 ms, and has room for six beside it.
slow() {
	kill $taker
	wait $taker
	rm "$sockets/deliver"
	python3 - "$sockets/deliver" <<-'END_OF_SLOW' &
	import socket, sys, time
	listener = socket.socket(socket.AF_UNIX)
	listener.bind(sys.argv[1])
	listener.listen(6)
	while True:
	    connection = listener.accept()[0]
	    while connection.recv(4096):
	        pass
	    connection.close()
	    time.sleep(0.02)
	END_OF_SLOW
	taker=$!
	await test -e "$sockets/deliver" || return 1
	rm "$store"/state/crowd[1-9]
	ends 0 adopt --all --notify && same "" "$err"
}
check 'notices__do_not_flood_the_socket' slow
configure virtual_users notify "sockets = $sockets"
untold() {
	kill $taker
	wait $taker
	rm "$sockets/deliver"
	ends 1 address ann --test &&
	    says '^otp-enroll: No message could be sent to a\*\*\*@example\.org: .*/deliver: '
}
check 'test__fails_without_a_socket' untold
unsent() {
	ends 0 remove ann --yes &&
	    says '^otp-enroll: The account ann was changed, but the notice to a\*\*\*@example\.org could not be sent: .*/deliver: '
}
check 'change__stands_without_a_notice' unsent
check 'change__has_taken_place' ends 3 address ann

finish
