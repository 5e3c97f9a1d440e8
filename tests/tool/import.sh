#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Tokens from elsewhere: what the others' programs made, and accepted, is
# imported and logs in here; what was used there is not taken again; what cannot
# be kept is refused, and then nothing changes.

. "$(dirname "$0")/tool.sh"

give_service
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
google='--format=google-authenticator --file=-'
oath='--format=users.oath'
strong=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
key=3132333435363738393031323334353637383930
uri=otpauth://totp/host:alice?secret=$strong

# given TEXT STATUS ARGUMENT...: `import' with TEXT on standard input.
given() {
	text=$1
	expected=$2
	shift 2
	status=0
	printf '%s' "$text" | "$OTP_ENROLL" --conf "$conf" import "$@" \
	    >"$scratch/out" 2>"$scratch/err" || status=$?
	ended "$expected"
}

# refused TEXT STATUS PATTERN ARGUMENT...: it says why, and no file is another.
refused() {
	pattern=$3
	before=$(tree)
	text=$1
	ended=$2
	shift 3
	given "$text" "$ended" "$@" || return 1
	put "$err" | grep -q -e "$pattern" &&
	    put "$err" | grep -q '^otp-enroll: Nothing was imported\.' &&
	    test -z "$out" && same "$before" "$(tree)"
}

# taken TEXT ARGUMENT...
taken() {
	text=$1
	shift
	given "$text" 0 "$@"
}
lf='
'

# secret_of NAME
secret_of() {
	sed -n 's/^otpauth.*secret=\([A-Z2-7]*\).*/\1/p' "$store/seed/$1"
}

# --- URIs -----------------------------------------------------------------

check 'uri__is_imported' taken "$uri$lf" alice
check 'uri__is_told' shows '^alice: 1 token imported$'
check 'uri__is_counted' says '^Users imported: 1, already imported: 0\.$'
check 'uri__is_in_force' same "$uri" "$(cat "$store/seed/alice" 2>&1)"
not_at_once() {
	! login alice "$(oathtool --totp -b $strong)"
}
check 'uri__takes_no_code_that_may_just_have_been_used' not_at_once
# The window was one step, so the next code but one is the first.
soon() {
	configure virtual_users 'window = 2'
	login alice "$(oathtool --totp -b --now 'now + 60 seconds' $strong)"
	soon_status=$?
	configure virtual_users
	return $soon_status
}
check 'uri__logs_in_soon' soon
again() {
	before=$(tree)
	given "$uri$lf" 0 alice && shows '^alice: already imported' &&
	    same "$before" "$(tree)"
}
check 'uri__that_is_in_force_is_left_alone' again
check 'uri__beside_other_tokens_is_refused' refused \
    "otpauth://hotp/x?secret=$strong&counter=3$lf" 4 \
    'alice is already enrolled' alice
check 'uri__replaces_when_told_to' taken \
    "otpauth://hotp/x?secret=$strong&counter=3$lf" alice --replace
counted() {
	! login alice "$(oathtool --hotp -b -c 2 $strong)" &&
	    login alice "$(oathtool --hotp -b -c 3 $strong)"
}
check 'uri__counts_from_its_counter' counted
check 'uri__several_are_several_tokens' taken \
    "# mine$lf$lf$uri$lf${uri%??}AA&digits=8&period=60&algorithm=SHA256
" several
check 'uri__several_are_counted' shows '^several: 2 tokens imported'

# show, then import elsewhere
identity() {
	"$OTP_ENROLL" --conf "$conf" new ida --hotp --digits=8 --print \
	    --algorithm=SHA512 --label='A b:é %' --issuer='I & J' \
	    --no-confirm --recovery=0 >"$scratch/new" || return 1
	login ida "$(oathtool --hotp=SHA512 -d 8 -b -c 0 \
	    "$(secret_of ida)")" || :
	"$OTP_ENROLL" --conf "$conf" show ida --uri --print \
	    >"$scratch/uri" || return 1
	given "$(cat "$scratch/uri")$lf" 0 idb || return 1
	"$OTP_ENROLL" --conf "$conf" show idb --uri --print |
	    cmp - "$scratch/uri"
}
check 'uri__shown_and_imported_is_the_same' identity

for bad in "otpauth://steam/x?secret=$strong$lf" "$uri&digits=9$lf" \
    "$uri&algorithm=MD5$lf" "$uri${lf}hello$lf" "$uri$lf$uri&digits=8$lf" \
    "otpauth://totp/x?secret=GEZDGNBV$lf" "otpauth://hotp/x?secret=$strong$lf" \
    "$lf" ''; do
	check "uri__refused__$(put "$bad" | head -n 2 | tr -c 'a-z0-9&=?:/' _)" \
	    refused "$bad" 2 . bob
done
check 'uri__refused_with_its_line' refused "$uri${lf}hello$lf" 2 \
    '^standard input:2: ' bob
endless() {
	before=$(tree)
	status=0
	timeout 20 sh -c "yes | '$OTP_ENROLL' --conf '$conf' import bob" \
	    2>"$scratch/err" || status=$?
	cat "$scratch/err"
	test $status = 2 && same "$before" "$(tree)"
}
check 'uri__endless_input_ends_at_once_with_2' endless
check 'weak__is_refused' refused \
    "otpauth://totp/x?secret=2SH3V3GDW7ZNMGYE$lf" 2 'allow-weak accepts it' bob
check 'weak__is_taken_when_told_to' taken \
    "otpauth://totp/x?secret=2SH3V3GDW7ZNMGYE$lf" bob --allow-weak
check 'recovery_line__is_dropped_and_told' taken "$uri
recovery:1790000000:sha256\$00\$00
" dropped
check 'recovery_line__is_told' says '^standard input:2: the recovery code is skipped'

# --- google-authenticator -------------------------------------------------

# shellcheck disable=SC2086
conformance() {
	printf '2SH3V3GDW7ZNMGYE\n" HOTP_COUNTER 3\n' >"$scratch/ga"
	given "$(cat "$scratch/ga")$lf" 0 gaconf $google --allow-weak ||
		return 1
	! login gaconf 293240 && login gaconf 464407 374703 932068
}
check 'google__gives_the_codes_that_it_gave' conformance

# shellcheck disable=SC2086
refuse_google() {
	check "google__refused__$1" refused "$2" 2 "$3" bad $google
}
good="$strong$lf\" TOTP_AUTH$lf"
refuse_google step_size "$good\" STEP_SIZE 10$lf" 'STEP_SIZE of less than 15'
refuse_google no_kind "$strong$lf" 'neither TOTP_AUTH'
refuse_google short "GEZDGNBV$lf\" TOTP_AUTH$lf" 'has 5 bytes, and must have at least 10'
refuse_google weak "2SH3V3GDW7ZNMGYE$lf\" TOTP_AUTH$lf" 'allow-weak'
refuse_google far "$good\" DISALLOW_REUSE 4000000000$lf" 'ahead of this'
# shellcheck disable=SC2086
dry() {
	before=$(tree)
	# shellcheck disable=SC2086
	given "$good" 0 dry $google --dry-run &&
	    shows '^  totp  SHA1    6 digits  30 s          .*:dry$' &&
	    shows '^dry: 1 token can be imported' && same "$before" "$(tree)"
}
check 'google__dry_run_changes_nothing_and_tells' dry
dry_table() {
	given "otpauth://hotp/A%20B?secret=$strong&counter=1234&digits=8$lf" \
	    0 dry --dry-run &&
	    shows '^  hotp  SHA1    8 digits  counter 1234  A B$' || return 1
	given "otpauth://totp/a?secret=$strong&algorithm=SHA512&period=60$lf" \
	    0 dry --dry-run && ! shows "$strong" &&
	    shows '^  totp  SHA512  6 digits  60 s          a$'
}
check 'uri__dry_run_shows_a_table' dry_table

# accepts MODULE... : a service `old' of another module.
old_service() {
	echo "auth required $*" >"$scratch/pam.d/old"
}
old_login() {
	name=$1
	shift
	# Of what others leak we are told nothing.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 \
	    "$top_builddir/tests/lib/login" "$scratch/pam.d" old "$name" "$@"
}
security=
for folder in /lib/*/security /usr/lib64/security /lib/security \
    /usr/lib/security; do
	test ! -e "$folder/pam_unix.so" || security=$folder
done

make_google() {
	google-authenticator "$@" -f -C -q -r 3 -R 30 -s "$scratch/made" \
	    >"$scratch/said" 2>&1 || { cat "$scratch/said"; return 1; }
	made=$(head -n 1 "$scratch/made")
}
# shellcheck disable=SC2086
totp_of_google() {
	make_google -t -d -w 3 || return 1
	code=$(oathtool --totp -b "$made")
	next=$(oathtool --totp -b --now 'now + 30 seconds' "$made")
	old_service "$security/pam_google_authenticator.so" \
	    "secret=$scratch/made user=$user"
	old_login "$user" "$code" || return 1
	given "$(cat "$scratch/made")$lf" 0 gtotp $google --recovery=2 \
	    --print || return 1
	put "$err" | grep -q ':[0-9]*: scratch codes are not imported' || return 1
	put "$err" | grep -q ':2: RATE_LIMIT is not imported' || return 1
	# What was used there is not taken here; the next one is, once.
	! login gtotp "$code" && login gtotp "$next" && ! login gtotp "$next"
}
# shellcheck disable=SC2086
hotp_of_google() {
	make_google -c -w 3 || return 1
	old_service "$security/pam_google_authenticator.so" \
	    "secret=$scratch/made user=$user"
	old_login "$user" "$(oathtool --hotp -b -c 1 "$made")" || return 1
	given "$(cat "$scratch/made")$lf" 0 ghotp $google || return 1
	! login ghotp "$(oathtool --hotp -b -c 1 "$made")" &&
	    login ghotp "$(oathtool --hotp -b -c 2 "$made")"
}
codes_of_google() {
	code=$(codes_in "$out" | head -n 1)
	login gtotp "$code"
}
if command -v google-authenticator >"$scratch/said" && [ -n "$security" ]; then
	check 'google__totp_goes_on_behind_what_was_used' totp_of_google
	check 'google__makes_recovery_codes_that_log_in' codes_of_google
	check 'google__hotp_goes_on_behind_what_was_used' hotp_of_google
else
	skip 'google__logs_in' 'google-authenticator is not installed'
fi

# --- users.oath -----------------------------------------------------------

refuse_oath() {
	check "oath__refused__$1" refused "$2$lf" 2 "$3" $oath
}
refuse_oath pin "HOTP bad 1234 $key" '^standard input:1: there is a PIN'
refuse_oath type "HOTP/T45 bad - $key" "the type is 'HOTP/T45', not"
refuse_oath half "HOTP bad - ${key}1" 'odd number'
refuse_oath counter "HOTP bad - $key -1" "the counter is '-1', not"
refuse_oath columns "HOTP bad $key" 'there are 3 columns, and a record'
refuse_oath character "HOTP bad - ${key}x" "character 41 of 41 in the secret is 'x'"
refuse_oath shown "HOTP;bad;-;$key x" "the type is '...', not"
refuse_oath invisible "HOTP b$(printf '\342\200\213')ad - $key" \
    'contains a blank at an end or an invisible character'
refuse_oath end "HOTP bad - $key 18446744073709551615" 'the counter is '
refuse_oath time "HOTP/T30 bad - $key 0 123456 2999-01-01T00:00:00L" 'ahead of'
refuse_oath day "HOTP/T30 bad - $key 0 123456 2026-02-31T00:00:00L" 'there is no such time'
refuse_oath twice "HOTP bad - $key${lf}HOTP/E bad - $key" 'with the same secret'
refuse_oath second_line "HOTP good - $key${lf}HOTP bad x $key" '^[a-z ]*:2: '
refuse_oath none 'hello world' 'is no record in'
check 'oath__one_user_who_is_not_there' refused "HOTP good - $key$lf" 2 \
    'is no record of bad in' $oath bad
check 'oath__users_that_are_enrolled_are_named' refused \
    "HOTP/E/8 alice - $key${lf}HOTP new - $key$lf" 4 'alice is already enrolled' $oath
check 'oath__all_but_one' taken "HOTP alice - $key${lf}HOTP pin 12 $key
HOTP/E/8 eve - $key 5$lf" $oath --except=alice --except=pin
check 'oath__all_but_one_is_in_force' login eve \
    "$(oathtool --hotp -d 8 -c 5 $key)"
check 'oath__one_user_of_many' taken "HOTP pin 12 $key${lf}HOTP uno - $key$lf" \
    $oath uno
check 'oath__other_dialect' taken \
    "HOTP dialect - $key 7 3 755224 2020-01-31T12:00:00L ::1$lf" $oath
check 'oath__other_dialect_goes_on' login dialect \
    "$(oathtool --hotp -c 8 $key)"
zone() {
	now=$(TZ=Asia/Tokyo date +%Y-%m-%dT%H:%M:%SL)
	code=$(oathtool --totp $key)
	line="HOTP/T30 zone - $key 0 $code $now$lf"
	TZ=UTC refused "$line" 2 'is TZ that' $oath && TZ=Asia/Tokyo \
	    given "$line" 0 $oath && ! login zone "$code"
}
check 'oath__reads_times_of_the_zone' zone
# When the clocks go back an hour comes twice. A time in it is the later one if
# that is not to come yet: else a code that was used would be valid again. (The
# device is two minutes ahead, as pam_oath may allow.)
# twice_an_hour TIME: it is that, in UTC, and 02:31:10 in Berlin.
twice_an_hour() {
	moment=$(date -d "2026-10-25 $1 UTC" +%s)
	code=$(oathtool --totp --now "@$((moment + 120))" $key)
	text="HOTP/T30 berlin$1 - $key 0 $code 2026-10-25T02:31:00L$lf"
	put "$text" | TZ=Europe/Berlin LD_PRELOAD=$scratch/ahead.so \
	    CLOCK_AHEAD=$((moment - $(date +%s))) "$OTP_ENROLL" --conf "$conf" \
	    import $oath || return 1
	"$top_srcdir/tests/check/store_reader" state "$store" "berlin$1" \
	    >"$scratch/state" || return 1
	cat "$scratch/state"
	used=$(sed -n 's/^totp [^ ]* [^ ]* \([0-9a-f]*\) .*/\1/p' "$scratch/state")
	test "$(printf '%d' "0x$used")" = $(((moment + 120) / 30 * 30 + 30))
}
if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -I"$top_builddir" -w \
    -o "$scratch/ahead.so" "$top_srcdir/tests/tool/ahead.c" -ldl \
    2>"$scratch/said" && [ -e /usr/share/zoneinfo/Europe/Berlin ]; then
	check 'oath__an_hour_that_comes_twice_is_the_later_one' \
	    twice_an_hour 01:31:10
	check 'oath__an_hour_that_is_to_come_again_is_the_first_one' \
	    twice_an_hour 00:31:10
else
	skip 'oath__an_hour_that_comes_twice_is_the_later_one' \
	    'no preloading, or no time zones'
fi
# pam_oath knows the last code alone: one of a later step may be spent, too.
earlier() {
	now=$(TZ=UTC date -d '-60 seconds' +%Y-%m-%dT%H:%M:%SL)
	code=$(oathtool --totp --now 'now - 60 seconds' $key)
	TZ=UTC given "HOTP/T30 earlier - $key 0 $code $now$lf" 0 $oath &&
	    ! login earlier "$(oathtool --totp $key)"
}
check 'oath__takes_no_code_that_may_just_have_been_used' earlier
unknown() {
	configure
	refused "HOTP nobody-at-all - $key${lf}HOTP nor-me - $key$lf" 1 \
	    'no user "nobody-at-all"' $oath && says 'no user "nor-me"' &&
	    says '^To leave nor-me out, add --except=nor-me\.$'
	unknown_status=$?
	configure virtual_users
	return $unknown_status
}
check 'oath__users_that_are_unknown_are_named' unknown

old_oath() {
	old_service "$security/pam_oath.so" \
	    "usersfile=$scratch/users.oath window=5"
	cat >"$scratch/users.oath"
	chmod 600 "$scratch/users.oath"
}
hotp_of_oath() {
	put "HOTP ohotp - $key" | old_oath
	old_login ohotp "$(oathtool --hotp -c 2 $key)" || return 1
	cat "$scratch/users.oath"
	given "$(cat "$scratch/users.oath")$lf" 0 $oath || return 1
	! login ohotp "$(oathtool --hotp -c 2 $key)" &&
	    login ohotp "$(oathtool --hotp -c 3 $key)"
}
totp_of_oath() {
	put "HOTP/T30 ototp - $key" | old_oath
	# A device that is ahead: its next code is taken here, too.
	code=$(oathtool --totp --now 'now + 30 seconds' $key)
	next=$(oathtool --totp --now 'now + 60 seconds' $key)
	old_login ototp "$code" || return 1
	cat "$scratch/users.oath"
	given "$(cat "$scratch/users.oath")$lf" 0 $oath || return 1
	! login ototp "$code" || return 1
	configure virtual_users 'window = 2'
	login ototp "$next"
	next_status=$?
	configure virtual_users
	return $next_status
}
if [ -n "$security" ] && [ -e "$security/pam_oath.so" ]; then
	check 'oath__hotp_goes_on_behind_what_was_used' hotp_of_oath
	check 'oath__totp_goes_on_behind_what_was_used' totp_of_oath
else
	skip 'oath__logs_in' 'pam_oath is not installed'
fi
file_of_oath() {
	put "HOTP ofile - $key" >"$scratch/users"
	ln -s users "$scratch/link"
	ends 0 import $oath --file="$scratch/users" --dry-run || return 1
	ends 2 import $oath --file="$scratch/link" && says 'link' || return 1
	ends 2 import $oath --file="$scratch/none" || return 1
	# That there is no such file is said once.
	test "$(put "$err" | grep -io 'no such file' | wc -l)" = 1 || return 1
	(cd "$scratch" && ends 0 import $oath --file=users --dry-run &&
	    ends 0 import $oath --file=./users --dry-run) || return 1
	chmod 666 "$scratch/users"
	ends 2 import $oath --file="$scratch/users" &&
	    says "^otp-enroll: $scratch/users: "
}
check 'oath__file_is_opened_safely' file_of_oath

# --- JSON, usage ----------------------------------------------------------

json() {
	given "HOTP one - $key${lf}HOTP ida - $key$lf" 0 $oath --json \
	    --recovery=1 --except=ida --print || return 1
	put "$out" | jq -e '.user == "one" and .result == "imported" and
	    (.tokens | length) == 1 and (.recovery_codes | length) == 1'
}
check 'json__is_a_line_a_user' json
# What would come, as the table has it; never a secret.
dry_json() {
	given "HOTP first - $key 5${lf}HOTP/T60/8 two - $key$lf" 0 $oath --json \
	    --dry-run && ! shows "$key" && ! shows "$strong" || return 1
	host=$(uname -n | cut -d. -f1)
	same "{\"version\":1,\"user\":\"first\",\"result\":\"possible\",\"tokens\":[{\
\"kind\":\"hotp\",\"algorithm\":\"SHA1\",\"digits\":6,\"period\":null,\"counter\":5,\
\"label\":\"$host:first\",\"issuer\":\"$host\"}],\"recovery_codes\":[]}" \
	    "$(put "$out" | sed -n 1p | jq -c .)" &&
	    same '["two","totp",8,60,null]' "$(put "$out" | sed -n 2p |
		jq -c '[.user, (.tokens[0] | .kind, .digits, .period, .counter)]')"
}
check 'json__dry_run_has_each_token' dry_json
dry_json_counter() {
	given "otpauth://hotp/a?secret=$strong&counter=9223372036854775808$lf" \
	    0 dry --dry-run --json && put "$out" |
	    jq -e '.tokens[0].counter == null and .tokens[0].label == "a"'
}
check 'json__counter_beyond_its_numbers_is_null' dry_json_counter
check 'usage__users_are_for_google' untouched 2 import --users=- --format=uri
check 'usage__users_are_not_picked_for' untouched 2 import --users=- --pick=1
check 'usage__user_and_all_users' untouched 2 import alice --all-users \
    --format=google-authenticator
check 'usage__one_file_is_not_many_users' untouched 2 import --all-users \
    --format=google-authenticator --file=/x
check 'usage__format' untouched 2 import alice --format=pskc
check 'usage__recovery_codes_need_a_terminal' refused "$uri$lf" 2 \
    'Refusing to write secrets.*--print' --recovery=3 fresh
dry_needs_none() {
	taken "$uri$lf" --recovery=3 --dry-run fresh
}
check 'usage__recovery_codes_of_a_dry_run_need_none' dry_needs_none

# --- Homes ----------------------------------------------------------------

library=
for folder in /usr/lib/*/ /usr/lib64/ /usr/lib/; do
	test ! -e "${folder}libnss_wrapper.so" ||
	    library=${folder}libnss_wrapper.so
done
if [ -z "$library" ] || [ -n "${INSTRUMENTED-}" ] || [ "$(id -u)" != 0 ]; then
	skip 'homes' 'needs root, nss_wrapper and a build without sanitizers'
	finish
fi

chmod 711 "$scratch"
homes=$scratch/homes
uid=54321
for name in amy ben cat; do
	mkdir -p "$homes/$name"
	echo "$name:x:$uid:$uid::$homes/$name:/bin/sh" >>"$scratch/passwd"
	chown $uid:$uid "$homes/$name"
	uid=$((uid + 1))
done
echo 'root:x:0:0::/root:/bin/sh' >>"$scratch/passwd"
echo 'root:x:0:' >"$scratch/group"
chmod 644 "$scratch/passwd" "$scratch/group"
configure

# homely STATUS ARGUMENT...: in that world.
homely() {
	expected=$1
	shift
	status=0
	LD_PRELOAD=$library NSS_WRAPPER_PASSWD=$scratch/passwd \
	    NSS_WRAPPER_GROUP=$scratch/group timeout 30 "$OTP_ENROLL" \
	    --conf "$conf" import --format=google-authenticator "$@" \
	    >"$scratch/out" 2>"$scratch/err" || status=$?
	ended "$expected"
}
# give NAME: a file of that user's.
give() {
	file=$homes/$1/.google_authenticator
	rm -rf "$file"
	printf '%s' "$good" >"$file"
	chown "$(stat -c %u:%g "$homes/$1")" "$file"
	chmod 400 "$file"
}
none_changed() {
	before=$(tree)
	homely "$@" && same "$before" "$(tree)"
}
give amy
chmod 700 "$homes/amy"
check 'home__file_is_read' homely 0 amy --dry-run
# Who starts us may ignore what tells of children, and we inherit that.
ignored() {
	printf '#!/bin/sh\nexec env --ignore-signal=CHLD "%s" "$@"\n' \
	    "$OTP_ENROLL" >"$scratch/ignoring"
	chmod 755 "$scratch/ignoring"
	(OTP_ENROLL=$scratch/ignoring && homely 0 amy --dry-run)
}
check 'home__file_is_read_where_children_are_ignored' ignored
stolen() {
	rm -f "$homes/ben/.google_authenticator"
	printf '%s' "$good" >"$homes/secret"
	chmod 600 "$homes/secret"
	ln -s "$homes/secret" "$homes/ben/.google_authenticator"
	none_changed 2 ben && says 'Permission denied'
}
check 'home__link_leads_no_further_than_the_user_gets' stolen
foreign() {
	chmod 644 "$homes/secret"
	chown 54399 "$homes/secret"
	none_changed 2 ben && says 'belongs to'
}
check 'home__file_of_somebody_else_is_refused' foreign
# What others may have written is not what the user chose.
writable() {
	rm -f "$homes/ben/.google_authenticator"
	give ben
	for mode in 0620 0602 0666; do
		chmod $mode "$homes/ben/.google_authenticator"
		none_changed 2 ben && says 'others can write to it' &&
		    says "may be another user's" || return 1
	done
	chmod 600 "$homes/ben/.google_authenticator"
	homely 0 ben --dry-run
}
check 'home__file_that_others_write_is_refused' writable
writable_home() {
	for mode in 0777 0775 0772; do
		chmod $mode "$homes/ben"
		none_changed 2 ben && says 'write to a directory above it' ||
			return 1
	done
	chmod 755 "$homes/ben"
	homely 0 ben --dry-run
}
check 'home__that_others_write_is_refused' writable_home
writable_below() {
	mkdir -p "$homes/ben/a/b"
	cp -p "$homes/ben/.google_authenticator" "$homes/ben/a/b/file"
	chown -R 54322 "$homes/ben/a"
	homely 0 ben --file=a/b/file --dry-run || return 1
	chmod 777 "$homes/ben/a"
	none_changed 2 ben --file=a/b/file || return 1
	chmod 1777 "$homes/ben/a"
	homely 0 ben --file=a/b/file --dry-run || return 1
	chown 54399 "$homes/ben/a"
	none_changed 2 ben --file=a/b/file &&
	    says 'a directory above it belongs to uid 54399' || return 1
	chown 54322 "$homes/ben/a"
	chmod 755 "$homes/ben/a"
}
check 'home__directories_below_it_count' writable_below
# A link is followed, and the folders it leads to count as well.
linked() {
	mkdir -p "$homes/shared"
	cp -p "$homes/ben/.google_authenticator" "$homes/shared/file"
	rm -f "$homes/ben/.google_authenticator"
	ln -s ../shared/file "$homes/ben/.google_authenticator"
	homely 0 ben --dry-run || return 1
	chmod 777 "$homes/shared"
	none_changed 2 ben && says 'write to a directory above it' || return 1
	rm -rf "$homes/shared"
}
check 'home__directories_of_a_link_count' linked
second_name() {
	rm -f "$homes/ben/.google_authenticator"
	give ben
	ln "$homes/ben/.google_authenticator" "$homes/other"
	none_changed 2 ben && says 'has another name, a hard link' || return 1
	rm "$homes/other"
	homely 0 ben --dry-run
}
check 'home__file_with_another_name_is_refused' second_name
roots_own() {
	chown 0 "$homes/ben/.google_authenticator"
	chmod 644 "$homes/ben/.google_authenticator"
	none_changed 2 ben && says 'belongs to uid 0' || return 1
	rm -f "$homes/ben/.google_authenticator"
}
check 'home__file_of_root_is_refused' roots_own
# A user's file gives tokens to that user alone, whatever is in it.
for_others() {
	printf 'HOTP amy - %s\n' $key >"$homes/ben/tokens"
	chown 54322 "$homes/ben/tokens"
	chmod 600 "$homes/ben/tokens"
	before=$(tree)
	status=0
	LD_PRELOAD=$library NSS_WRAPPER_PASSWD=$scratch/passwd \
	    NSS_WRAPPER_GROUP=$scratch/group "$OTP_ENROLL" --conf "$conf" \
	    import ben --file=tokens >"$scratch/out" 2>"$scratch/err" ||
		status=$?
	ended 2 && says 'names its users' && same "$before" "$(tree)"
}
check 'home__file_names_no_other_users' for_others
# An absolute path may be root's, also for a user without an account.
absolute() {
	printf '%s' "$good" >"$homes/central"
	chmod 600 "$homes/central"
	homely 0 ben --file="$homes/central" --dry-run || return 1
	configure virtual_users
	homely 0 nobody-here --file="$homes/central" --dry-run &&
	    chmod 666 "$homes/central" &&
	    none_changed 2 nobody-here --file="$homes/central" &&
	    says 'others can write to it' && says 'use standard input' &&
	    none_changed 2 nobody-here --file="$homes/none" &&
	    says 'there is no such file'
	absolute_status=$?
	configure
	rm "$homes/central"
	return $absolute_status
}
check 'home__absolute_path_may_be_roots' absolute
relative() {
	none_changed 2 ben --file=nothing-here &&
	    says 'ben has no file nothing-here' &&
	    says 'below the user.s home directory'
}
check 'home__relative_path_is_below_it' relative
# The reader is forked before anything is read, and forks the children.
reader_first() {
	printf 'amy\nben\n' | LD_PRELOAD='' strace -f -qq -o "$scratch/trace" \
	    -e trace=clone,clone3,fork,vfork,read,openat,socketpair \
	    -E LD_PRELOAD="$library" \
	    -E NSS_WRAPPER_PASSWD="$scratch/passwd" \
	    -E NSS_WRAPPER_GROUP="$scratch/group" "$OTP_ENROLL" --conf "$conf" \
	    import --users=- --format=google-authenticator --dry-run \
	    >"$scratch/said" 2>&1
	parent=$(head -n 1 "$scratch/trace" | cut -d' ' -f1)
	sed -n '/socketpair/,$p' "$scratch/trace" >"$scratch/after"
	grep -E "^$parent .*(clone|fork)" "$scratch/after"
	# One child of the parent, before it reads the names.
	test "$(grep -cE "^$parent .*(clone|fork).*= [0-9]" \
	    "$scratch/after")" = 1 && ! sed -n '1,/socketpair/p' \
	    "$scratch/trace" | grep -q "^$parent .*read(0,"
}
if have strace && strace -qq -o /dev/null true 2>"$scratch/said"; then
	check 'home__reader_is_forked_first_and_once' reader_first
else
	skip 'home__reader_is_forked_first_and_once' 'nothing can be traced here'
fi
fifo() {
	rm -f "$homes/ben/.google_authenticator"
	mkfifo "$homes/ben/.google_authenticator"
	chown 54322 "$homes/ben/.google_authenticator"
	none_changed 2 ben && says 'not a regular file'
}
check 'home__fifo_does_not_hang' fifo
huge() {
	rm -f "$homes/ben/.google_authenticator"
	ln -s /dev/zero "$homes/ben/.google_authenticator"
	none_changed 2 ben || return 1
	rm -f "$homes/ben/.google_authenticator"
	yes | head -c 70000 >"$homes/ben/.google_authenticator"
	chown 54322 "$homes/ben/.google_authenticator"
	none_changed 2 ben && says 'is larger than 64 KiB'
}
check 'home__file_is_bounded' huge
rm -f "$homes/ben/.google_authenticator"
check 'home__without_a_file_is_2' none_changed 2 ben
as_them() {
	command -v strace >"$scratch/said" || return 0
	LD_PRELOAD='' strace -f -qq -o "$scratch/trace" -e trace=openat,execve \
	    -E LD_PRELOAD="$library" -E NSS_WRAPPER_PASSWD="$scratch/passwd" \
	    -E NSS_WRAPPER_GROUP="$scratch/group" "$OTP_ENROLL" --conf "$conf" \
	    import amy --format=google-authenticator --dry-run >"$scratch/said" ||
		return 1
	parent=$(head -n 1 "$scratch/trace" | cut -d' ' -f1)
	grep -q '"\.google_auth' "$scratch/trace" &&
	    ! grep '"\.google_auth' "$scratch/trace" | grep -q "^$parent "
}
check 'home__is_never_opened_by_root' as_them
# A file that root's groups may read, and the user may not.
without_groups() {
	printf '%s' "$good" >"$homes/staff"
	chown root:54390 "$homes/staff"
	chmod 640 "$homes/staff"
	rm -f "$homes/ben/.google_authenticator"
	ln -s "$homes/staff" "$homes/ben/.google_authenticator"
	printf '#!/bin/sh\nexec setpriv --groups 54390 "%s" "$@"\n' \
	    "$OTP_ENROLL" >"$scratch/grouped"
	chmod 755 "$scratch/grouped"
	(OTP_ENROLL=$scratch/grouped && library=$scratch/groups.so:$library &&
	    none_changed 2 ben) &&
	    grep -q 'Permission denied' "$scratch/err"
}
# Of nss_wrapper 1.1.16 initgroups(3) does nothing.
cat >"$scratch/groups.c" <<-'END'
	#include <grp.h>
	int
	initgroups(const char *name, gid_t group)
	{
		return setgroups(1, &group);
	}
END
if have setpriv && [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -w \
    -o "$scratch/groups.so" "$scratch/groups.c" 2>/dev/null; then
	chmod 755 "$scratch/groups.so"
	check 'home__is_read_without_the_groups_of_root' without_groups
else
	skip 'home__is_read_without_the_groups_of_root' 'no setpriv, or no preloading'
fi
rm -f "$homes/ben/.google_authenticator"
# After the change of ids, since that may allow it again (fs.suid_dumpable).
nobody_looks() {
	LD_PRELOAD='' strace -f -qq -o "$scratch/trace" \
	    -e trace=prctl,setresuid,openat -E LD_PRELOAD="$library" \
	    -E NSS_WRAPPER_PASSWD="$scratch/passwd" \
	    -E NSS_WRAPPER_GROUP="$scratch/group" "$OTP_ENROLL" --conf "$conf" \
	    import amy --format=google-authenticator --dry-run >"$scratch/said" ||
		return 1
	child=$(sed -n 's/^\([0-9]*\) .*"\.google_auth.*/\1/p' "$scratch/trace")
	grep "^$child " "$scratch/trace"
	grep "^$child " "$scratch/trace" |
	    sed -n '/setresuid(/,/"\.google_auth/p' |
	    grep -q 'PR_SET_DUMPABLE, SUID_DUMP_DISABLE'
}
# killed CALL: whoever reads the file is killed at that call with it.
killed() {
	before=$(tree)
	status=0
	LD_PRELOAD='' strace -f -qq -o "$scratch/trace" \
	    -P "$homes/amy/.google_authenticator" -P .google_authenticator \
	    -e trace="$1" -e inject="$1:signal=KILL" \
	    -E LD_PRELOAD="$library" -E NSS_WRAPPER_PASSWD="$scratch/passwd" \
	    -E NSS_WRAPPER_GROUP="$scratch/group" "$OTP_ENROLL" --conf "$conf" \
	    import amy --format=google-authenticator >"$scratch/out" \
	    2>"$scratch/err" || status=$?
	cat "$scratch/trace"
	ended 2 && grep -q SIGKILL "$scratch/trace" &&
	    says 'the process that was reading it' && same "$before" "$(tree)"
}
if have strace && strace -qq -o /dev/null true 2>"$scratch/said"; then
	check 'home__reader_killed_before_it_has_the_file' killed openat
	check 'home__reader_killed_while_it_reads' killed read
	check 'home__reader_cannot_be_looked_into_by_its_user' nobody_looks
else
	skip 'home__reader_cannot_be_looked_into_by_its_user' \
	    'nothing can be traced here'
fi
world_readable() {
	chmod 444 "$homes/amy/.google_authenticator"
	homely 0 amy --dry-run && says 'other users could read this file'
}
check 'home__file_that_others_read_is_told' world_readable

give ben
partly() {
	printf '" STEP_SIZE 1\n' >>"$homes/ben/.google_authenticator"
	printf 'amy\nben\ncat\n' >"$scratch/names"
	none_changed 2 --users="$scratch/names" &&
	    says '~ben/.google_authenticator: a STEP_SIZE of less' &&
	    says '^To leave ben out, add --except=ben'
}
check 'users__all_or_nothing' partly
some() {
	homely 0 --users=- --except=ben <"$scratch/names" || return 1
	says '^cat has no file' && shows '^amy: 1 token imported' &&
	    test -e "$store/seed/amy" && test ! -e "$store/seed/ben"
}
check 'users__from_standard_input_but_one' some
unknown_name() {
	put 'who-is-this' | none_changed 1 --users=- || return 1
	# A file that was not meant: what is in it is not told.
	put 'root:secret:1' >"$scratch/names"
	none_changed 2 --users=- <"$scratch/names" &&
	    says '^standard input:1: not a user name' && ! says secret
}
check 'users__unknown_name_changes_nothing' unknown_name
give ben
# The host's own file says where accounts come from; here it lists them.
everybody() {
	if grep -E '^passwd:' /etc/nsswitch.conf | grep -qE 'sss|ldap|winbind'
	then
		homely 2 --all-users
		return
	fi
	homely 0 --all-users && shows '^amy: already imported' &&
	    shows '^ben: 1 token imported' &&
	    says '^Users imported: 1, already imported: 1\.'
}
check 'all_users__imports_who_has_a_file' everybody
# One account, two ways to write it, as servers of accounts have it.
cat >"$scratch/spell.c" <<-'END'
	#define _GNU_SOURCE
	#include <dlfcn.h>
	#include <pwd.h>
	#include <string.h>
	struct passwd *
	getpwnam(const char *name)
	{
		struct passwd *(*really)(const char *) =
		    (struct passwd * (*)(const char *))
			dlsym(RTLD_NEXT, "getpwnam");
		return really(strcmp(name, "SPELT") == 0 ? USER : name);
	}
END
spelt() {
	configure virtual_users
	printf 'HOTP\t%s\t-\t%s\nHOTP\tsigi\t-\t%s\n' "$1" \
	    3132333435363738393031323334353637383931 \
	    3132333435363738393031323334353637383932 |
	    LD_PRELOAD=$scratch/spell.so "$OTP_ENROLL" --conf "$conf" import \
	    --format=users.oath --dry-run --except="$2" >"$scratch/out" 2>&1
	configure
	cat "$scratch/out"
	grep -q '^sigi: ' "$scratch/out" && ! grep -q "^$user: " "$scratch/out"
}
if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -w -DUSER="\"$user\"" \
    -o "$scratch/spell.so" "$scratch/spell.c" 2>/dev/null; then
	check 'except__is_the_account_however_it_is_written' \
	    spelt SPELT "$user"
	check 'except__may_be_written_otherwise' spelt "$user" SPELT
else
	skip 'except__is_the_account_however_it_is_written' 'no preloading here'
	skip 'except__may_be_written_otherwise' 'no preloading here'
fi
# silent LINE: of the file that says where accounts come from.
silent() {
	echo "$1" >"$scratch/nsswitch"
	chmod 644 "$scratch/nsswitch"
	before=$(tree)
	status=0
	unshare -m sh -c "mount --bind '$scratch/nsswitch' /etc/nsswitch.conf &&
	    exec '$OTP_ENROLL' --conf '$conf' import --all-users \
	    --format=google-authenticator" 2>"$scratch/err" || status=$?
	cat "$scratch/err"
	test $status = 2 && grep -q '"sss"' "$scratch/err" &&
	    same "$before" "$(tree)"
}
if unshare -m true 2>"$scratch/said"; then
	check 'all_users__refused_where_accounts_are_not_listed' \
	    silent 'passwd: files sss'
	check 'all_users__refused_however_that_is_written' \
	    silent ' passwd : files sss'
else
	skip 'all_users__refused_where_accounts_are_not_listed' \
	    'no mount can be made here'
	skip 'all_users__refused_however_that_is_written' \
	    'no mount can be made here'
fi
finish
