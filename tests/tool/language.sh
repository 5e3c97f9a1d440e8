#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What people read is in their language; what programs read is in none.

. "$(dirname "$0")/tool.sh"

if [ "${NLS:-yes}" = no ]; then
	skip 'language' 'this build has no translations'
	finish
fi
catalogs=$top_builddir/po/locale
if ! have oathtool || ! have localedef ||
    ! localedef -i de_DE -f UTF-8 "$scratch/de_DE.UTF-8" >/dev/null 2>&1; then
	skip 'language' 'oathtool, or what localedef needs of German, is missing'
	finish
fi
OTP_ENROLL=$top_builddir/tests/tool/translated
export TEST_LOCALE_DIR="$catalogs"

# in_german COMMAND...: a locale's folder holds for it alone, lest C.UTF-8 is
# not found any more.
in_german() {
	# (Some shells try it themselves, and do not find it.)
	export LOCPATH="$scratch" LC_ALL=de_DE.UTF-8 2>/dev/null
	in_german=0
	"$@" || in_german=$?
	unset LOCPATH
	export LC_ALL=C.UTF-8
	return $in_german
}

comma() {
	test "$(locale decimal_point)" = ,
}
check 'language__german_is_a_locale_here' in_german comma

# --- Help -----------------------------------------------------------------

# fits ARGUMENT...: in a screen; characters are counted, not bytes.
fits() {
	in_german enroll "$@"
	put "$out" >"$scratch/help"
	cat "$scratch/help"
	test -z "$err" && shows '^Aufruf: otp-enroll' &&
	    test "$(wc -l <"$scratch/help")" -le 24 &&
	    test "$(wc -L <"$scratch/help")" -le 80
}
check 'help__is_translated' fits --help
for command in $("$OTP_ENROLL" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	check "help__of_${command}_is_translated" fits "$command" --help
done
options() {
	"$OTP_ENROLL" "$@" --help | grep -oE -- '--[a-z-]+' | LC_ALL=C sort -u
}
same_options() {
	in_german options "$@" >"$scratch/german"
	options "$@" >"$scratch/english"
	grep -q . "$scratch/english" && cmp "$scratch/english" "$scratch/german"
}
check 'help__has_the_same_options' same_options
check 'help__of_new_has_the_same_options' same_options new
check 'help__of_import_has_the_same_options' same_options import

# --- The dialogue ---------------------------------------------------------

enroll init
in_german enroll --frobnicate
check 'error__is_translated' says '^otp-enroll: Unbekannte oder mehrdeutige Option'
in_german enroll status nobody-here
check 'status__unenrolled_is_translated' \
    says '^otp-enroll: nobody-here ist nicht registriert\.$'

# The answers come by a pipe, one wrong, then the right one.
dialogue() {
	mkfifo "$scratch/answers"
	in_german "$OTP_ENROLL" --conf "$conf" new --print --label='a %s %n' \
	    alice <"$scratch/answers" >"$scratch/out" 2>"$scratch/err" &
	exec 3>"$scratch/answers"
	await grep -q '^  URI  .*otpauth' "$scratch/out" || return 1
	echo 12345 >&3
	oathtool --totp -b "$(sed -n 's/^  Schlüssel  //p' "$scratch/out" |
		tr -d ' ')" >&3
	exec 3>&-
	wait $! || return 1
	out=$(cat "$scratch/out")
	err=$(cat "$scratch/err")
}
check 'new__ends_well' dialogue
check 'new__says_in_german_what_is_wrong' \
    says 'Das ist kein Code: Codes dieses Geräts haben 6 Ziffern\.$'
check 'new__tells_the_recovery_codes_in_german' \
    shows '^Wiederherstellungscodes für alice\. Jeder gilt einmal, anstelle'
check 'new__concludes_in_german' \
    shows '^alice ist eingerichtet\. '
in_german enroll new alice --print
check 'new__enrolled_already_in_german' says 'alice ist schon registriert\. .*--add'


# --- Status ---------------------------------------------------------------

"$OTP_ENROLL" --conf "$conf" new --no-confirm --add --hotp --print \
    --label=counted alice >/dev/null
in_german enroll status alice
check 'status__is_translated' shows '^Letzte Anmeldung  *nie$'
check 'status__leaves_a_label_alone' shows '"a %s %n"$'

# stands PATTERN COUNT: so many lines have what follows in one column, by
# characters.
stands() {
	put "$out"
	test "$(put "$out" | grep -cE "$1")" = "$2"
}
check 'status__has_its_values_in_one_column' stands '^[A-Z].{22}  [^ ]' 5
check 'status__has_its_labels_in_one_column' \
    stands '^  [12]  [th]otp  .{26}"' 2

"$OTP_ENROLL" --conf "$conf" new --no-confirm --print bob >/dev/null
in_german enroll status --all
check 'status__all_is_translated' shows '^Benutzer  *Tokens  *Wiederh\.'
check 'status__all_has_its_columns_below_their_headings' \
    stands '^.{20}  .{6}  .{8}  .{6}  .{16}  (Stand|ok)$' 3

# --- Check ----------------------------------------------------------------

mkdir -p "$scratch/root/etc/pam.d"
echo 'auth required pam_otp.so frob' >"$scratch/root/etc/pam.d/sudo"
in_german enroll check --root="$scratch/root" nobody-here
for level in Fehler Hinweis ok; do
	check "check__has_the_level_${level}_in_german" \
	    shows "^$level  *[^ ]"
done
check 'check__of_a_user_is_translated' \
    shows '^Fehler   nobody-here ist nicht registriert'

# --- What programs read ---------------------------------------------------

printf 'junk\n' >"$store/seed/bob"

# in_both ARGUMENT...: standard output is the same in either language.
in_both() {
	enroll "$@"
	test -n "$out" || return 1
	english=$out
	in_german enroll "$@"
	same "$english" "$out"
}
check 'json__is_in_no_language' in_both status --json alice
check 'json__of_a_problem_is_in_no_language' in_both status --json bob
check 'json__of_a_problem_is_english' \
    shows '"text":".*bob:1: not an otpauth:// URI"'
check 'json__of_all_is_in_no_language' in_both status --all --json

# The clock may go on between the two.
without_times() {
	enroll "$@"
	put "$out" | sed 's/[0-9]/0/g'
}
checked() {
	english=$(without_times check --json --root="$scratch" bob)
	put "$english" | grep -q '"text"' &&
	    same "$english" "$(in_german without_times check --json \
		--root="$scratch" bob)"
}
check 'json__of_a_check_is_in_no_language' checked
in_german enroll check --root="$scratch" bob
check 'check__is_translated' shows '^Warnung  Kein Dienst'
if have script; then
	for columns in 40 64; do
		check "check__in_german_breaks_lines_at_$columns" \
		    in_german is_wrapped $columns check --root="$scratch" bob
	done
	has_umlauts() {
		put "$out" | LC_ALL=C grep -q '[^ -~]'
	}
	check 'check__in_german_has_letters_of_two_bytes' has_umlauts
else
	skip 'check__in_german_breaks_lines' 'script is missing'
fi
put 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' >"$scratch/uris"
check 'json__of_an_import_is_in_no_language' \
    in_both import --json --dry-run --file="$scratch/uris" "$user"
in_german enroll status bob
check 'problem__is_translated_for_people' \
    shows 'bob:1: keine otpauth://-URI$'

# The words of a fault that have a number in them.
in_german enroll --conf "$scratch/absent" init
check 'conf__is_translated' says 'die Datei gibt es nicht'
configure virtual_users 'tries = 9'
in_german enroll status bob
check 'conf__bounds_are_translated' \
    says ':3: tries: muss eine Zahl von 1 bis 5 sein\. Die Datei berichtigen'
configure virtual_users 'prompt = "x'
in_german enroll check --root="$scratch"
check 'check__shows_letters_as_they_are' \
    shows ': prompt: hat ein Anführungszeichen ohne Gegenstück\.'
configure virtual_users
chmod 0644 "$store/seed/bob"
in_german enroll status bob
check 'conf__modes_are_translated' \
    shows 'andere haben Zugriff darauf (Modus 0644)'
chmod 0600 "$store/seed/bob"

if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -I"$top_builddir" -w -o "$scratch/audit.so" \
    "$top_srcdir/tests/tool/audit.c" 2>/dev/null; then
	audited() {
		: >"$scratch/audit"
		AUDIT_LOG=$scratch/audit LD_PRELOAD=$scratch/audit.so \
		    "$OTP_ENROLL" --conf "$conf" "$@" >"$scratch/out" 2>&1
		cat "$scratch/audit"
	}
	same_audit() {
		english=$(audited "$@")
		put "$english" | grep -q 'action=' || return 1
		same "$english" "$(in_german audited "$@")" &&
		    grep -q 'Wiederherstellungscodes' "$scratch/out"
	}
	check 'audit__is_in_no_language' same_audit recovery --print alice
else
	skip 'audit__is_in_no_language' 'nothing can be preloaded'
fi

# --- Which language -------------------------------------------------------

french() {
	LC_ALL=xx_XX.UTF-8 LANGUAGE=xx enroll status nobody-here
	says 'nobody-here is not enrolled\.$'
}
check 'language__unknown_is_english' french
language_first() {
	LANGUAGE=xx:de in_german enroll status nobody-here
	says 'nobody-here ist nicht registriert\.$'
}
check 'language__is_chosen_by_LANGUAGE' language_first

# A catalog of somebody's own: gettext takes it, the tool must not.
mkdir -p "$scratch/evil/LC_MESSAGES"
cat >"$scratch/evil.po" <<'EOF'
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"
msgid "%s is not enrolled."
msgstr "taken in"
EOF
way=$(cd "$catalogs" && pwd -P | sed 's,/[^/]*,../,g')$(cd "$scratch" && pwd -P)
evil() {
	LANGUAGE=$way/evil in_german "$@"
}
msgfmt -o "$scratch/evil/LC_MESSAGES/otp-enroll.mo" "$scratch/evil.po"
if have gettext; then
	check 'language__may_be_a_way_to_a_file' same 'taken in' \
	    "$(TEXTDOMAINDIR=$catalogs evil gettext otp-enroll \
	        '%s is not enrolled.')"
fi
no_way() {
	evil enroll status nobody-here
	says 'nobody-here ist nicht registriert\.$'
}
check 'language__that_is_a_way_to_a_file_is_not_taken' no_way

finish
