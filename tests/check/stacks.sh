#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# contrib/stacks: pam_otp(8) and README quote what is there, and a test logs in
# through each.

. "$(dirname "$0")/lib.sh"

stacks=$top_srcdir/contrib/stacks
page=$top_srcdir/man/pam_otp.8

# lines FILE: without its comments.
lines() {
	grep -v '^#' "$1"
}

# quoted PAGE NAME: what EXAMPLES shows under that name.
quoted() {
	awk -v name="$2" '
		/^\.Sh / { examples = $2 == "EXAMPLES" }
		examples && /^\.(It|El)/ { inside = $2 == "Pa" && $3 == name }
		/^\.Ed/ { literal = 0 }
		inside && literal
		/^\.Bd/ { literal = 1 }' "$1" | sed 's/\\e/\\/g'
}

# What goes with OpenVPN's and FreeRADIUS's is long, and theirs.
ours() {
	(cd "$stacks" && ls | LC_ALL=C sort |
	    grep -E '^(sshd|su|login)|^(openvpn|freeradius)[a-z-]*$')
}

check 'stacks__are_there' test "$(ours | wc -l)" -ge 15
for name in $(ours); do
	check "stacks__page_quotes_$name" \
	    same "$(lines "$stacks/$name")" "$(quoted "$page" "$name")"
done
check 'stacks__page_quotes_no_other' same "$(ours)" \
    "$(awk '/^\.Sh / { examples = $2 == "EXAMPLES" }
	examples && /^\.It Pa/ { print $3 }' "$page" | LC_ALL=C sort)"

# displays FILE: what is in its fences, without their indentation. In a diff the
# sign is taken away.
displays() {
	awk '
	/^ *```/ {
		if (inside = !inside)
			indent = match($0, /`/) - 1
		diff = /diff$/
		print ""
		next
	}
	inside { print substr($0, indent + diff + 1) }' "$1"
}

# in_readme FILE: README shows its lines, one after the other.
in_readme() {
	displays "$top_srcdir/README.md" >"$scratch/readme"
	lines "$1" >"$scratch/lines"
	awk 'NR == FNR { lines[n++] = $0; next }
		$0 == lines[i] { if (++i == n) { found = 1; exit } next }
		{ i = $0 == lines[0] }
		END { exit !found }' "$scratch/lines" "$scratch/readme"
}
for name in sshd-password sshd-password.conf sudo; do
	check "stacks__readme_quotes_$name" in_readme "$stacks/$name"
done

# The handbook's way back is tried by host/handbook.sh.
way_back() {
	sed -n '/^\.\\" tried: undo/,/^\.Ed/ { /^\./d; s/^# //; p; }' \
	    "$top_srcdir/man/pam_otp_admin.7" >"$scratch/undo"
	test "$(wc -l <"$scratch/undo")" -ge 2 && in_readme "$scratch/undo"
}
check 'stacks__readme_quotes_the_way_back' way_back

# untried: files that no script of tests/host names.
untried() {
	for name in $(ours); do
		grep -qE "[ /]$name([ \"]|\$)" "$top_srcdir"/tests/host/*.sh ||
			echo "$name"
	done
}
check 'stacks__each_is_logged_in_through' empty untried

check 'stacks__say_what_a_missing_module_does' \
    grep -q 'module that does not exist' "$stacks/README"

# The check itself can fail.
sed 's/nullok_until=2027/nullok_until=2028/' "$page" >"$scratch/page.8"
check 'stacks__flags_a_page_that_differs' says_no \
    same "$(lines "$stacks/sshd-key-rollout")" \
    "$(quoted "$scratch/page.8" sshd-key-rollout)"

finish
