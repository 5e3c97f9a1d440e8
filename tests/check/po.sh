#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Every message is marked, and every language has all of them.

. "$(dirname "$0")/lib.sh"

export LC_ALL=C

# joined FILE: without comments, on one line, strings in one piece.
joined() {
	sed -e 's,/\*.*\*/,,' -e '/\/\*/,/\*\//d' -e '/^#/d' "$1" |
	    tr '\n\t' '  ' | sed -e 's/"  *"//g' -e 's/(  */(/g'
}

# Names, numbers of versions and seconds are the same everywhere.
allowed='^(otp-enroll|libqrencode|libpng|jansson) %s.n$|^%3u s  $'

# unmarked FILE: strings with words that are printed as they are.
unmarked() {
	joined "$1" | grep -oE \
	    "(otp_(print|print_line|say|complain|confirm_ask|question)|print_field)\([^;\"]*\"([^\"\\\\]|\\\\.)*\"|(wrong|why|what) = \"[^\"]*\"|(fprintf\(stderr,|[.](summary|help) =) *\"[^\"]*\"|otp_print_column\(\"[^\"]*\"|return bad\([a-z]*, \"[^\"]*\"" |
	    grep -vE '(_|ngettext)\([^)]*"' | sed -e 's/^[^"]*"//' -e 's/"$//' |
	    grep -vE "$allowed" | sed -e 's/%[-0-9.*]*[lz]*[a-z]//g' \
	    -e 's/\\.//g' | grep '[A-Za-z]' || :
}
unmarked_anywhere() {
	for file in "$top_srcdir"/otp-enroll/*.c "$top_srcdir"/otp-enroll/*/*.c
	do
		unmarked "$file" | sed "s,^,${file##*/}: ,"
	done
}
check 'po__has_every_message_of_the_tool_marked' empty unmarked_anywhere

# sentences FILE: strings that are for people; each has a blank in it.
sentences() {
	joined "$1" | sed 's/_Static_assert([^;]*;//g' |
	    grep -oE '[^ "]*"[^"]*"' | grep -E '"[a-z]+ [a-z]' | grep -v ' "$' || :
}
sentences_anywhere() {
	for file in "$top_srcdir"/common/*/*.c; do
		# What a database's client says is quoted, as what libpq says.
		case $file in */common/fleet/*) continue ;; esac
		sentences "$file" | sed "s,^,${file##*/}: ,"
	done
}
check 'common__has_no_sentence' empty sentences_anywhere

# The check itself can fail.
put_probe() {
	printf '%s\n' "$1" >"$scratch/probe.c"
}
for line in 'otp_say("Hello.");' 'otp_print("%s is here\n", user);' \
    'otp_complain("One " "and two.");' 'wrong = "That is wrong.";' \
    'otp_print(a ? "So." : _("Or so."));' '.help = "how"'; do
	put_probe "$line"
	check "po__flags: $line" test -n "$(unmarked "$scratch/probe.c")"
done
put_probe 'otp_say(_("Hello.")); otp_print("%s\n", text);'
check 'po__takes_what_is_marked' empty unmarked "$scratch/probe.c"
put_probe 'return "is wrong";'
check 'common__flags_a_sentence' test -n "$(sentences "$scratch/probe.c")"
put_probe 'fd = open_at(at, ".", 0); return "is wrong";'
check 'common__flags_a_sentence_after_another_string' \
    test -n "$(sentences "$scratch/probe.c")"

# --- Catalogs -------------------------------------------------------------

for tool in xgettext msgmerge msgattrib msgfmt; do
	have $tool || {
		skip 'po__catalogs' "$tool is missing"
		finish
	}
done
unset MAKEFLAGS MFLAGS MAKELEVEL
template=$top_builddir/po/otp-enroll.pot
check 'po__template_can_be_made' empty $MAKE -s -C "$top_builddir" pot
check 'po__template_has_messages' \
    test "$(grep -c '^msgid ' "$template")" -gt 400

# rest FILE OPTION...: messages of the catalog, once brought up to date.
rest() {
	msgmerge -q -N -o "$scratch/merged.po" "$1" "$template" || return 1
	shift
	msgattrib "$@" --no-wrap "$scratch/merged.po" | grep '^#~\|^msgid ".'
	return 0
}
format_clean() {
	msgfmt -c --check-format -o /dev/null "$1" 2>&1
}
for file in "$top_srcdir"/po/*.po; do
	name=$(basename "$file" .po)
	check "po__${name}_has_every_message" empty rest "$file" --untranslated
	check "po__${name}_has_nothing_doubtful" \
	    empty msgattrib --only-fuzzy "$file"
	check "po__${name}_has_nothing_left_over" \
	    empty rest "$file" --only-obsolete
	check "po__${name}_has_the_same_formats" empty format_clean "$file"
	check "po__${name}_is_built_and_installed" \
	    grep -qw "$name" "$top_srcdir/po/local.mk"
done
sed '/^msgid "is empty"/,/^msgstr/s/^msgstr.*/msgstr ""/' \
    "$top_srcdir/po/de.po" >"$scratch/less.po"
check 'po__flags_a_message_left_out' \
    says_no empty rest "$scratch/less.po" --untranslated

# --- The tests' own language ----------------------------------------------

language_of_tests() {
	LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 LANGUAGE=de sh -c \
	    '. "$0"; echo "$LC_ALL ${LANGUAGE-none}"' \
	    "$top_srcdir/tests/check/lib.sh"
}
check 'tests__are_in_one_language' same 'C.UTF-8 none' "$(language_of_tests)"

finish
