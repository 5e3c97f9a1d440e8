#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Words and phrases that must not come back, in the comments and texts of what
# is listed here. Each hit is printed with its place. Of C sources, comments and
# strings are read; of other files, everything except displays of manual pages.
# No user reads the scripts that are tests.

. "$(dirname "$0")/lib.sh"

# Files and directories whose language was revised.
covered='man README.md CONTRIBUTING.md SECURITY.md NEWS tests/README contrib
    common/store common/core common/effects common/link common/qr pam_module otp-deliver pam_otpd common/fleet
    otp-enroll dev bootstrap configure.ac Makefile.am .ci po/local.mk .github
    tests/tool/check.sh tests/host/check.sh'
# Files below them that others own, or that are not prose.
skipped='contrib/picture/story.svg
    contrib/selinux/pam_otp.if
    contrib/selinux/pam_otp.te
    otp-enroll/local.mk'

# One a line: which texts ("all", or "shown" for what users read: documents,
# pages and strings), an expression over words in lower case that are separated
# by single spaces, with . for the end of a sentence, and what to write instead.
# It is matched as awk does; spaces around it are added.
cat >"$scratch/words" <<'END'
all	behind	after, past
all	mend(s|ed|ing)?	fix, repair
all	nobody	no user, nothing, or name the subject
all	somebody	a user, an attacker, someone
all	in force	active
all	is no [a-z]+	is not a
all	whence|whither	from where
all	lest	so that ... not
all	all the same	still
all	he|him|his|himself	they, them, their
all	fresh (again|once more)	valid again
all	made? fit( again)?	repaired
all	exclude each other	cannot be combined
all	pass(es|ed)? over	skip
all	(hold|holds|held|holding) (the|a|an|its|that|this|their|of the) ([a-z']+ )?locks?	lock, lock owner
all	locks? (is|was|are|were) held	locked
all	(by|for|from|of|than|with|to) who( [a-z]+)	users who
all	[.] who [a-z]+	users who
shown	spent	used
shown	allows? to [a-z]+	can, is allowed to (lintian reports it)
shown	enrol(s|ment|ments)?	enroll, enrollment
shown	(a|the|each|every|this|first|begins?|ends?) waits?	a delay, blocked
shown	(are|is) (dead|void)	no longer valid
END

# texts FILE: lines 'LINE KIND TEXT' of what is to be read.
texts() {
	case $1 in
	*.[ch]) awk '
	# From the end of the last line on: "code", "comment" or "string".
	BEGIN { state = "code" }
	state == "code" && /^#include/ { next }
	{
		text["comment"] = text["string"] = ""
		for (i = 1; i <= length($0); i++) {
			two = substr($0, i, 2)
			one = substr($0, i, 1)
			if (state == "code" && two == "/*") {
				state = "comment"
				text["comment"] = text["comment"] ". "
				i++
			} else if (state == "comment" && two == "*/") {
				state = "code"
				text["comment"] = text["comment"] ". "
				i++
			} else if (state == "code" && one == "\"") {
				state = "string"
			} else if (state == "string" && one == "\\") {
				text[state] = text[state] " "
				i++
			} else if (state == "string" && one == "\"") {
				state = "code"
			} else if (state == "code" && one == "\47") {
				i += substr($0, i + 1, 1) == "\\" ? 3 : 2
			} else if (state != "code") {
				text[state] = text[state] one
			}
		}
		for (kind in text)
			if (text[kind] != "")
				print FNR "\t" kind "\t" text[kind]
	}' "$1" ;;
	*)
		kind=string
		case $1 in
		*/tests/*.sh) kind=comment ;;
		esac
		awk -v kind=$kind '
	/^\.Bd -literal/ { display = 1 }
	/^\.Ed/ { display = 0 }
	!display && !/^\.Dl / {
		if ($0 == "")
			$0 = "."
		print FNR "\t" kind "\t" $0
	}' "$1" ;;
	esac
}

# hits FILE NAME: lines 'NAME:LINE: WORD (use ...)'. A phrase may be broken over
# two lines, so the last two words of a line come before the next one.
hits() {
	texts "$1" | awk -F '\t' -v name="$2" '
	NR == FNR { all[++count] = $1; word[count] = $2; use[count] = $3; next }
	{
		line = tolower($0)
		sub(/^[^\t]*\t[^\t]*\t/, "", line)
		if (match(line, /`[^` \47]([^`\47]*[^` \47])?\47/))
			print name ":" $1 ": " substr(line, RSTART, RLENGTH) \
			    " (use \47...\47)"
		gsub(/[.;:!?]([ )]|$)/, " . ", line)
		gsub(/[^a-z0-9._\47-]+/, " ", line)
		sub(/^ /, "", line)
		sub(/ $/, "", line)
		carried = before[$2]
		if (line != "") {
			n = split(carried " " line, part, " ")
			before[$2] = part[n - 1] " " part[n]
		}
		line = " " carried " " line " "
		gsub(/[ \47]there (is|was) no /, " there ", line)
		gsub(/ is no longer /, " ", line)
		for (i = 1; i <= count; i++) {
			if (all[i] == "shown" && $2 != "string")
				continue
			if (!match(line, " (" word[i] ") "))
				continue
			if (RSTART + RLENGTH <= length(carried) + 2)
				continue # it was told with the line before
			found = substr(line, RSTART + 1, RLENGTH - 2)
			print name ":" $1 ": " found " (use " use[i] ")"
		}
	}' "$scratch/words" -
}

# files: all that is covered.
files() {
	(cd "$top_srcdir" && for path in $covered; do
		find "$path" -type f
	done | sort) | while read -r file; do
		for path in $skipped; do
			case $file in
			"$path" | "$path"/*) continue 2 ;;
			esac
		done
		echo "$file"
	done
}

all_hits() {
	files | while read -r file; do
		hits "$top_srcdir/$file" "$file"
	done
}

check 'words__are_looked_for_in_files' test "$(files | wc -l)" -ge 40
check 'words__do_not_come_back' empty all_hits

# The check itself can fail: each word, in a page, a comment and a string.
cat >"$scratch/sample.8" <<'END'
It stands behind the password.
When that is mended, try again.
Then nobody gets in.
It is somebody else's.
The token is in
force.
This is no folder.
It says whence it came.
Lest it fails, wait.
All the same, it works.
A user and his phone.
The code is fresh again.
The state is made fit again.
These options exclude each other.
The line is passed over.
It holds the lock.
The lock is held.
The page is for who asks.
It is right. Who is late must hurry.
The code is spent.
Users enrol here.
Then a wait begins.
The old codes are dead.
Run `otp-enroll check' now.
END
cat >"$scratch/sample.c" <<'END'
/* Who asks is told: it is right behind `this'. */
static int his; /* a name of its own, but
                 * nobody knows */
char lest = '"'; char *text = "spent: %s is no folder"; /* spent */
END
cat >"$scratch/fine.8" <<'END'
The clock-behind finding; there is no folder, and it is no longer needed:
'there is no other'.
If there
is no seed, nothing happens.  The users, who wait, are asked; he-he.
.Bd -literal
what nobody says
.Ed
It is for root, `code` or 'code', and try__is_spent is the name of a test.
END
found() {
	hits "$scratch/$1" "$1" | sed 's/: .*//' | sort -u
}
check 'words__are_found_in_a_page' same "$(grep -n '' "$scratch/sample.8" |
    sed 's/:.*//' | grep -vx 5 | sed 's/^/sample.8:/' | sort)" \
    "$(found sample.8)"
cat >"$scratch/sample.sh" <<'END'
	# Nobody is asked.
		echo "it	stands	behind"
END
check 'words__are_found_in_indented_lines' same "sample.sh:1: nobody
sample.sh:2: behind" "$(hits "$scratch/sample.sh" sample.sh |
    sed 's/ (use .*//' | sort)"
check 'words__are_found_in_c' same "sample.c:1: . who asks
sample.c:1: \`this'
sample.c:1: behind
sample.c:3: nobody
sample.c:4: is no folder
sample.c:4: spent" "$(hits "$scratch/sample.c" sample.c |
    sed 's/ (use .*//' | sort)"
check 'words__leave_good_sentences_alone' empty hits "$scratch/fine.8" fine.8

finish
