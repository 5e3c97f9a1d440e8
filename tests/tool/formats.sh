#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Each format that otp-enroll(1) says is recognized: a token of it logs in with
# the code that oathtool computes. What people, apps and vendors write is taken,
# each change is told, and what cannot be taken is named, with what to do.

. "$(dirname "$0")/tool.sh"

have jq && have oathtool || {
	skip 'formats' 'jq or oathtool is missing'
	finish
}
give_service
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
strong=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
hex=3132333435363738393031323334353637383930
uri=otpauth://totp/Example:alice?secret=$strong
users=0

# given STATUS ARGUMENT...: `import' of the file $scratch/in.
given() {
	expected=$1
	shift
	status=0
	"$OTP_ENROLL" --conf "$conf" import "$@" <"$scratch/in" \
	    >"$scratch/out" 2>"$scratch/err" || status=$?
	ended "$expected"
}

# fresh: a user of its own for each import.
fresh() {
	users=$((users + 1))
	name=u$users
}

# takes TEXT TOLD ARGUMENT...: it is taken for a user of its own, and of changes
# exactly TOLD (a line each, "" for none) is said.
takes() {
	printf '%b' "$1" >"$scratch/in"
	told=$2
	shift 2
	fresh
	given 0 "$name" "$@" || return 1
	same "$told" "$(put "$err" | sed -e '/^Users imported/d' \
	    -e 's/^standard input//')"
}

# names TEXT PATTERN ARGUMENT...: it is refused, and says so.
names() {
	printf '%b' "$1" >"$scratch/in"
	pattern=$2
	shift 2
	fresh
	before=$(tree)
	given 2 "$name" "$@" || return 1
	says "$pattern" && says '^otp-enroll: Nothing was imported' &&
	    same "$before" "$(tree)"
}

# by_clock [OATHTOOL-OPTION...]: the code of the user's token logs in, once.
# (Codes of the window count as used, so a wider one is needed afterwards.)
by_clock() {
	configure virtual_users 'window = 2'
	by_clock_now "$@"
	by_clock_status=$?
	configure virtual_users
	return $by_clock_status
}
by_clock_now() {
	code=$(oathtool "${1---totp}" -d "${2-6}" -s "${3-30}" -b \
	    --now "now + $((${3-30} * 2)) seconds" $strong)
	login "$name" "$code" && ! login "$name" "$code"
}
# by_counter COUNTER [DIGITS]
by_counter() {
	! login "$name" "$(oathtool --hotp -d "${2-6}" -b -c $(($1 - 1)) \
	    $strong)" &&
	    login "$name" "$(oathtool --hotp -d "${2-6}" -b -c "$1" $strong)"
}

# --- Formats that are recognized ------------------------------------------

format__uri() {
	takes "$uri&algorithm=SHA256&digits=8&period=60\n" '' &&
	    by_clock --totp=SHA256 8 60 &&
	    takes "otpauth://hotp/a?secret=$strong&counter=5" '' && by_counter 5
}

# transfer FIELD...: each is "NUMBER=VALUE" or "NUMBER:TEXT" of a message; in
# base64. (Numbers and lengths are below 128.)
message() {
	for field in "$@"; do
		number=${field%%[=:]*}
		value=${field#*[=:]}
		case $field in
		[0-9]=*) printf '%b' "\\0$(printf %o $((number << 3)))\\0$(
			printf %o "$value")" ;;
		*) printf '%b%b' "\\0$(printf %o $((number << 3 | 2)))\\0$(
			printf %o "$(printf '%b' "$value" | wc -c)")" \
			"$value" ;;
		esac
	done
}
# nested FIELD...: a message as another's first field.
nested() {
	message "$@" >"$scratch/inner"
	printf '%b' "\\0012\\0$(printf %o "$(wc -c <"$scratch/inner")")"
	cat "$scratch/inner"
}
# batch COUNT INDEX: of the tokens that are on standard input.
batch() {
	{
		cat
		message 2=1 3="$1" 4="$2" 5=77
	} >"$scratch/message"
	printf 'otpauth-migration://offline?data=%s\n' \
	    "$(base64 -w 0 "$scratch/message" | sed 's/+/%2B/g')"
}
ten=12345678901234567890
format__migration() {
	nested 1:$ten 2:Example:alice 3:Example 4=1 5=1 6=2 |
	    batch 1 0 >"$scratch/in"
	fresh
	given 0 "$name" && by_clock || return 1
	nested 1:$ten 2:bob 4=1 5=2 6=1 7=9 | batch 1 0 >"$scratch/in"
	fresh
	given 0 "$name" && by_counter 9 8
}
migration_of_the_app() {
	takes 'otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC\n' \
	    '' --allow-weak || return 1
	grep -q 'Example:alice@google.com?secret=JBSWY3DPEHPK3PXP&issuer=Example$' \
	    "$store/seed/$name"
}
# Of two batches one is missing; the one that is there has three tokens.
migration_batches() {
	{
		nested 1:abcdefghijklmnopqrst 2:one 6=2
		nested 1:$ten 2:two 6=2
		nested 1:short 2:three 6=2
	} | batch 2 1 >"$scratch/in"
	fresh
	given 2 "$name" && says 'part 1 of 2 of the transfer is missing' &&
	    says '3 tokens in it; say which one belongs to' &&
	    says '^   1  one$' && says '^   2  two$' || return 1
	given 2 "$name" --pick=four && says 'no token "four" in it' || return 1
	given 2 "$name" --pick=3 && says ':1: the secret has 5 bytes' || return 1
	nested 1:abcdefghijklmnopqrst 2:two 6=2 | batch 2 0 >>"$scratch/in"
	given 2 "$name" --pick=two &&
	    says 'there are 2 tokens "two" in it; give the number' || return 1
	! says 'is missing' >"$scratch/said" || return 1
	# One of the QR codes was scanned twice.
	sed -n 2p "$scratch/in" >"$scratch/again"
	cat "$scratch/again" >>"$scratch/in"
	given 0 "$name" --pick=2 && by_clock &&
	    says ':3: part 1 of 2 of the transfer was read before; skipped'
}

format__google_authenticator() {
	takes "$strong\n\" TOTP_AUTH\n" '' && by_clock &&
	    takes "$strong\n\" HOTP_COUNTER 4\n" '' && by_counter 4
}
format__users_oath() {
	fresh
	echo "HOTP/T30/8 $name - $hex" >"$scratch/in"
	given 0 && by_clock --totp 8
}
format__csv() {
	fresh
	one=$name
	fresh
	printf 'User,Serial number,Secret,Kind,Digits,Period,Counter\n' \
	    >"$scratch/in"
	printf '%s,1,%s,totp,8,60,\n%s,2,%s,hotp,6,,3\n' "$one" "$strong" \
	    "$name" "$hex" >>"$scratch/in"
	given 0 && by_counter 3 || return 1
	name=$one
	by_clock --totp 8 60
}
# As Excel writes them, and programs of old Macs.
csv_of() {
	fresh
	printf "$1" "$name" $strong >"$scratch/in" && given 0 && by_clock
}
csv_excel() {
	csv_of '\357\273\277sep=;\r\nuser;secret\r\n%s;%s\r\n' &&
	    csv_of 'sep=;\nuser;secret\n%s;%s\n' &&
	    csv_of '"sep=\t"\nuser\tsecret\n%s\t%s\n' &&
	    csv_of '\n# made today\nSep=,\nuser,secret\n%s,%s\n' || return 1
	printf 'user;secret\nsep=;\n' >"$scratch/in" && given 2 &&
	    says ':2: there is no secret'
}
csv_returns() {
	csv_of 'user,secret\r%s,%s\r' && csv_of 'sep=;\ruser;secret\r%s;%s'
}
# A token is given out: the list names no user, or another.
csv_picked() {
	printf 'serial;hex\n10;%s\n11;%s\n' $hex \
	    6162636465666768696a6b6c6d6e6f7071727374 >"$scratch/in"
	fresh
	given 2 "$name" && says '^   2  11$' && given 0 "$name" --pick=10 &&
	    by_clock && enroll status --json "$name" &&
	    same 10 "$(put "$out" | jq -r '.tokens[0].label')"
}
csv_others() {
	printf 'user,secret\nmax,x\n,%s\nmoritz,%s\n' $hex $hex >"$scratch/in"
	before=$(tree)
	given 2 && says ':2: the number of characters in the secret, 1, ' &&
	    says ':3: the line names no user' && same "$before" "$(tree)" ||
	    return 1
	printf 'user,secret\nmax,x\nmoritz,%s\n' $hex >"$scratch/in"
	given 0 --except=max && shows '^moritz: 1 token' &&
	    given 2 lempel && says 'There is no record of lempel in'
}

aegis() {
	printf '{"version":1,"header":{"slots":null,"params":null},"db":
	    {"version":3,"entries":[{"type":"%s","uuid":"1","name":"alice",
	    "issuer":"Example","note":"","favorite":false,"icon":null,
	    "info":{"secret":"%s","algo":"SHA256","digits":8,%s}}%s],
	    "groups":[]}}' "$1" "$strong" "$2" "${3-}"
}
format__aegis() {
	takes "$(aegis totp '"period":60')" '' && by_clock --totp=SHA256 8 60 &&
	    enroll show "$name" --uri --print &&
	    shows '^otpauth://totp/alice?.*&issuer=Example&' &&
	    names "$(aegis steam '"period":30')" 'a Steam token' &&
	    names "$(aegis hotp '"x":1')" 'parameter .x. is not known' &&
	    names "$(aegis hotp '"z":1')" 'hotp needs a counter'
}
twofas() {
	printf '{"services":[{"name":"Shop","secret":"%s","updatedAt":1,
	    "otp":{"link":"otpauth://totp/other?secret=GEZDGNBVGY3TQOJQ",
	    "label":"l","account":"alice","issuer":"Example",
	    "digits":6,"period":30,"algorithm":"SHA1","counter":%s,
	    "tokenType":"%s","source":"Link"},"order":{"position":0},
	    "icon":{"selected":"Label"}}],"groups":[],"updatedAt":1,
	    "schemaVersion":4,"appVersionCode":1,"appOrigin":"android"}' \
	    "$strong" "$1" "$2"
}
format__2fas() {
	takes "$(twofas 0 TOTP)" '' && by_clock &&
	    takes "$(twofas 6 HOTP)" '' && by_counter 6
}
freeotp() {
	printf '{"tokenOrder":["Example:alice"],"tokens":[{"algo":"SHA1",
	    "counter":%s,"digits":6,"issuerExt":"Example","issuerInt":"Example",
	    "label":"alice","period":30,"secret":[49,50,51,52,53,54,55,56,57,48,
	    49,50,51,52,53,54,55,56,57,48],"type":"%s"}]}' "$1" "$2"
}
# An app's other keys: what may change codes is refused, the rest is told.
json_keys() {
	takes "$(aegis totp '"period":60,"sortIndex":3')" \
	    ": 'sortIndex' is not known and was left out." &&
	    names "$(aegis totp '"period":60,"hashAlgo":"SHA512"')" \
		"'hashAlgo' is not known and may" &&
	    takes "$(aegis totp '"period":"060"')" '' &&
	    by_clock --totp=SHA256 8 60 &&
	    names "$(aegis totp '"period":5')" "the period is '5', not 15" &&
	    names "$(aegis totp '"period":[]')" "'period' is of the wrong type"
}
# Of other apps' JSON the URIs in it are taken.
json_uris() {
	takes "{\"items\":[{\"name\":\"x\",\"login\":{\"password\":\"p\",\"totp\":
	    \"$uri\"}},{\"notes\":\"see $uri\"}]}" '' && by_clock || return 1
	printf '["%s&algo=x", "otpauth:\\/\\/hotp\\/b?secret=%s&counter=4"]' \
	    "$uri" "$strong" >"$scratch/in"
	fresh
	given 2 "$name" && says '^   1  $' && says '^   2  b$' &&
	    given 2 "$name" --pick=1 && says "'algo' is not known" &&
	    given 0 "$name" --pick=b && by_counter 4
}
# Of a secret alone nothing says how its codes are made.
json_secrets() {
	printf '{"items":[{"totp":"%s"},{"totp":"%s"},{"totp":""},{"totp":null}]}' \
	    "$uri" "$strong" >"$scratch/in"
	fresh
	given 0 "$name" && says 'secrets that are not otpauth:// URIs' && by_clock
}
format__freeotp_() {
	takes "$(freeotp 0 TOTP)" '' && by_clock &&
	    takes "$(freeotp 8 HOTP)" '' && by_counter 8
}
# Bytes of 128 and more have a sign there.
freeotp_signed() {
	takes "$(freeotp 0 TOTP | sed 's/49,50,51/-1,-128,127/')" '' &&
	    grep -q 'secret=76AH6' "$store/seed/$name" &&
	    names "$(freeotp 0 TOTP | sed 's/49,50,51/49,500,51/')" \
		"byte 2 of 20 of the secret is not a byte"
}
format__andotp() {
	takes "[{\"secret\":\"$strong\",\"issuer\":\"\",\"label\":\"alice\",
	    \"digits\":6,\"type\":\"TOTP\",\"algorithm\":\"HmacSHA1\",
	    \"thumbnail\":\"Default\",\"last_used\":1,\"used_frequency\":0,
	    \"period\":30,\"tags\":[]}]" \
	    ": the algorithm 'HmacSHA1' was rewritten in the usual way." &&
	    by_clock
}

# The page's list is this script's.
listed() {
	sed -n '/has a test format__NAME/,/^\.El/p' "$top_srcdir/man/otp-enroll.1" |
	    sed -n 's/^\.It Cm //p' | tr -d ' ' | tr ',' '\n' |
	    sed 's/[^a-z0-9]/_/g'
}
check 'formats__are_listed_in_the_page' test "$(listed | wc -l)" -ge 9
for format in $(listed); do
	check "format__$format" "format__$format"
done
check 'migration__that_the_app_made' migration_of_the_app
check 'migration__of_several_batches_and_tokens' migration_batches
check 'csv__token_is_picked_for_a_user' csv_picked
check 'csv__lines_of_others_do_not_count' csv_others
check 'csv__of_excel' csv_excel
check 'csv__of_lines_that_end_in_carriage_returns' csv_returns
check 'freeotp__bytes_have_a_sign' freeotp_signed
check 'json__keys_that_are_not_known' json_keys
check 'json__of_other_apps_has_uris' json_uris
check 'json__of_other_apps_has_secrets_alone' json_secrets

# --- A secret alone ---------------------------------------------------------

# secret LINE ARGUMENT...: `new --secret=-' for a user of its own.
secret() {
	printf '%s\n' "$1" >"$scratch/in"
	shift
	fresh
	status=0
	"$OTP_ENROLL" --conf "$conf" new "$name" --secret=- --recovery=0 "$@" \
	    <"$scratch/in" >"$scratch/out" 2>"$scratch/err" || status=$?
	ended 0
}
secret_confirmed() {
	code=$(oathtool --totp -b $strong)
	secret "gezd gnbv gy3t qojq gezd gnbv gy3t qojq
$code" && says 'blanks or dashes in the secret' && ! shows "$strong" &&
	    ! login "$name" "$code" && by_clock
}
secret_unconfirmed() {
	secret $strong --no-confirm || return 1
	for ahead in 0 30; do
		! login "$name" "$(oathtool --totp -b \
		    --now "now + $ahead seconds" $strong)" || return 1
	done
	by_clock
}
secret_hex() {
	secret $hex --no-confirm --hotp --counter=5 --digits=8 &&
	    by_counter 5 8
}
secret_refused() {
	before=$(tree)
	! secret GEZD0NBVGY3TQOJQ --no-confirm &&
	    says "character 5 of 16 in the secret is '0'" &&
	    ! secret '' --no-confirm && says 'there is no secret' &&
	    ! secret GEZDGNBVGY3TQOJQ --no-confirm && says 'allow-weak' &&
	    same "$before" "$(tree)" &&
	    secret GEZDGNBVGY3TQOJQ --no-confirm --allow-weak
}
secret_shown() {
	secret $strong --no-confirm --print && shows "secret=$strong"
}
check 'secret__is_confirmed_by_a_code' secret_confirmed
check 'secret__without_a_code_takes_none_that_may_be_used' secret_unconfirmed
check 'secret__is_hexadecimal_with_such_digits' secret_hex
check 'secret__is_refused_by_name' secret_refused
check 'secret__is_shown_when_asked_for' secret_shown
check 'secret__is_not_an_argument' untouched 2 new eve --secret=$strong
check 'secret__is_not_for_a_list' untouched 2 new --secret=- --batch=/dev/null
check 'secret__alone_may_be_weak' untouched 2 new eve --allow-weak

# --- What is normalised, and told -----------------------------------------

changed() {
	check "changed__$1" takes "$2" "$3"
}
changed nothing "$uri" ''
changed groups "otpauth://totp/a?secret=GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ\n" \
    ':1: blanks or dashes in the secret were left out.'
changed plus "otpauth://totp/a?secret=GEZD+GNBV+GY3T+QOJQ+GEZD+GNBV+GY3T+QOJQ\n" \
    ':1: blanks or dashes in the secret were left out.'
changed case "# mine\n\notpauth://totp/a?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq\n" \
    ':3: the secret was converted to upper case.'
changed padding "$uri====\n" ":1: the '=' after the secret were left out."
changed bits 'otpauth://totp/a?secret=ABCDEFGHIJKLMNOPQRSTUVWXYB\n' \
    ":1: unused bits of the secret's last character were left out."
changed kind "otpauth://hotp/a?secret=$strong&period=30&counter=6\n" \
    ":1: the parameter 'period' does not belong to this type and was left out."
changed algorithm "$uri&algorithm=Algorithm.sha1\n" \
    ":1: the algorithm 'Algorithm.sha1' was rewritten in the usual way."
changed issuer "$uri&issuer&algorithm=SHA1\n" \
    ':1: the empty issuer was left out.'
changed parameter "$uri&image=x\n" \
    ":1: the parameter 'image' is not known and was left out."
changed blanks "  $uri  \r\n" \
    ':1: blanks, quotes or invisible characters around the URI were left out.'
changed mark "\0357\0273\0277$uri\n" ''
changed prefix "QR-Code:$uri\n" ":1: 'QR-Code:' before the URI was left out."
changed label "otpauth://totp?secret=$strong" \
    ":1: the token has no label and is named '$(uname -n | cut -d. -f1):u$((
	users + 1))'."
changed long_marks "\0342\0200\0217$uri\0343\0200\0200\n" \
    ':1: blanks, quotes or invisible characters around the URI were left out.'
changed typographic_quotes "\0342\0200\0236$uri\0342\0200\0234\n" \
    ':1: blanks, quotes or invisible characters around the URI were left out.'
changed list_mark "- $uri\n" ":1: '-' before the URI was left out."
changed dashes "otpauth://totp/a?secret=GEZD\0342\0200\0223GNBV_GY3TQOJQGEZDGNBVGY3TQOJQ" \
    ':1: blanks or dashes in the secret were left out.'
changed zeros "$uri&digits=06&period=030\n" ''
changed google_mark "\0357\0273\0277$strong\n\" TOTP_AUTH\n" ''
changed google_comment "$strong\n# my phone\n\" TOTP_AUTH\n" \
    ':2: neither an option nor a scratch code; skipped.'
changed google_quote "$strong\n\" TOTP_AUTH\n\"\n" \
    ':3: neither an option nor a scratch code; skipped.'
changed google_end "$strong\n\" TOTP_AUTH" \
    ':2: the last line does not end in a newline; if the file was cut short, so may be that line.'
pin_elsewhere() {
	fresh
	echo "HOTP $name + $hex" >"$scratch/in"
	given 0 && says ":1: the PIN '+', a password that is checked elsewhere"
}
check 'changed__pin_that_is_checked_elsewhere' pin_elsewhere
# Labels that are not UTF-8 are of the locale's encoding, or of none.
latin1() {
	printf 'otpauth://totp/caf\351?secret=%s\n' $strong >"$scratch/in"
	fresh
	given 2 "$name" && says 'is not UTF-8: convert the file' || return 1
	LC_ALL=$latin given 0 "$name" &&
	    says 'was converted from ISO-8859-1 to UTF-8' &&
	    grep -q 'caf%C3%A9' "$store/seed/$name"
}
latin=$(locale -a 2>/dev/null | grep -iE '\.iso88591$' | head -n 1)
if [ -n "$latin" ]; then
	check 'changed__encoding_of_a_label' latin1
else
	latin1_refused() {
		names 'otpauth://totp/caf\0351?secret='$strong \
		    'is not UTF-8: convert the file'
	}
	check 'named__label_that_is_not_utf8' latin1_refused
fi

# --- What is named --------------------------------------------------------

named() {
	check "named__$1" names "$2" "$3"
}
# Whatever is in the wrong place, a secret is not shown.
hidden() {
	check "hidden__$1" hides "$2" "$3"
}
hides() {
	names "$(printf '%s' "$1" | sed "s/^USER,/u$((users + 1)),/;s/nUSER,/nu$((
	    users + 1)),/")" "$2" || return 1
	says_no grep -iE 'GEZD|3132' "$scratch/err"
}
hidden in_a_column "user,kind,secret\nUSER,$strong,totp\n" "the type is '...'"
hidden in_a_number "user,digits,secret\nUSER,$hex,6\n" "digits is '...'"
hidden before_a_uri "$strong,$uri\n" "'...' is before"
hidden as_a_parameter "otpauth://totp/a?$strong\n" 'there is no secret'
hidden in_json "{\"x\":\"$strong\",\"uri\":\"$uri&algo=1\"}\n" "'algo' is not"
named html "$uri&amp;digits=8\n" ":1: the parameter 'amp;digits' begins with"
named encoder "$uri&encoder=steam\n" ":1: the parameter 'encoder' is not known and may"
named algo "$uri&algo=SHA256\n" ":1: the parameter 'algo' is not known and may"
named twice "$uri&digits=6&digits=8\n" ":1: the parameter 'digits' is given twice"
named character "otpauth://totp/a?secret=GEZD0NBV\n" \
    ":1: character 5 of 8 in the secret is '0'"
named invisible "otpauth://totp/a?secret=GEZD\0342\0200\0246NBV\n" \
    ":1: character 5 of 8 in the secret is '.xe2.x80.xa6'"
named length "$uri""A\n" ':1: the number of characters in the secret, 33, '
named short "otpauth://totp/a?secret=GEZDGNBV\n" ':1: the secret has 5 bytes'
named second "$uri\nhello\n" ':2: not an otpauth'
named before "see $uri\n" ":1: 'see' is before the otpauth"
named md5 "$uri&algorithm=MD5\n" ":1: the algorithm is 'MD5'"
named steam_uri "otpauth://steam/a?secret=$strong\n" ':1: a Steam token'
named steam "steam://$strong\n" 'a Steam token.*otp-enroll new'
named secret_alone 'GEZD GNBV GY3T QOJQ\n' 'new --secret=-'
named headless "2308726530001,$hex,TOTP,6,30\n" "put a first line above it"
named telling_value "$uri&refresh=60\n" ":1: the parameter 'refresh' is not known and may"
named digits "$uri&digits=10\n" ":1: the number of digits is '10', not"
named period "$uri&period=60s\n" ":1: the period is '60s', not"
named counter "otpauth://hotp/a?secret=$strong&counter=-1\n" ":1: the counter is '-1', not"
named control "$uri\0001\n" ":1: character 69 of the URI is '.x01', a control"
named percent "$uri%00\n" ":1: a '%' in the secret is not followed"
named no_secret_column "user,serial\nu,1\n" "does not name a column 'secret'"
named utf32 '\0377\0376\0000\0000o\0000\0000\0000' 'iconv -f UTF-32'
named scheme 'otpauth:totp/a?secret=x\n' 'not an otpauth:// URI'
named utf16 'o\0000t\0000p\0000a\0000' 'iconv -f UTF-16'
named picture '\0211PNG\r\n' 'zbarimg'
named encrypted '{"db":"x","header":{"slots":[]},"encrypted":true}' \
    'without a password'
named aegis_encrypted '{"version":1,"header":{"slots":[{"type":1}],
    "params":{}},"db":"c2VjcmV0"}' 'without a password'
named twofas_encrypted '{"services":[],"servicesEncrypted":"x:y:z"}' \
    'without a password'
named pskc '<?xml version="1.0"?>\n<KeyContainer>' 'a PSKC file'
named authy '{"authenticator_tokens":[]}' 'an export of Authy'
named battle_net 'US-1234-1234-1234' 'a Battle.net token'
named unknown 'hello world\n' 'not recognized'
named other_json '{"items":[]}' 'not an export of'
named cut_json '[{"secret":' 'not valid JSON'
named empty_export '[]' 'there is no token in it'
named damaged_transfer 'otpauth-migration://offline?data=CjEK' 'scan its QR code'
named empty '' 'is empty'
finish
