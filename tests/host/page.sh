# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The displays of pam_otp_admin(7), or of the page in $handbook, for the scripts
# that run them. Sourced behind ground.sh. In $page/NAME are the lines of the display called NAME, in
# $page/NAME.1, .2, ... its commands, and in $page/NAME.1.said, ... what each
# prints by the page.
#
#	play NAME N...		run command N of NAME as it stands, in $work; it
#				ends well and prints what the page says. As user
#				$as, else as root. Several are run in one shell
#	phone NAME N		the same on a terminal, where whoever sits there
#				answers what is asked with a code of the secret
#				that was shown last ($secret)
#	perform FUNCTION	run the function of a display
#	stack_of NAME		the lines of NAME are /etc/pam.d/sshd's, behind a
#				first factor that is always right
#	enters USER CODE, refused USER CODE
#				a login with that service; what the user is told
#				is said

page=$scratch/page
work=/root/work
mkdir "$page" "$work"

# displays PAGE: lines `NAME KIND'; the files are made.
displays() {
	awk -v folder="$page" '
	function text(line) {
		gsub(/\\e/, "\\", line)
		gsub(/\\&/, "", line)
		return line
	}
	function take(line) {
		line = text(line)
		print line >(folder "/" name)
		if (line ~ /^[#$] /)
			file = folder "/" name "." ++count
		else if (line !~ /^ /)
			file = folder "/" name "." count ".said"
		sub(/^[#$] /, "", line)
		if (kind == "tried")
			print line >file
	}
	/^\.\\" (tried|file|by hand): / {
		line = $0
		sub(/^\.\\" /, "", line)
		kind = line
		sub(/:.*/, "", kind)
		sub(/^.*: */, "", line)
		name = line
		count = 0
		print name, kind
		next
	}
	/^\.Dl / || /^\.Bd / {
		if (name == "")
			print "?", FILENAME ":" FNR
	}
	/^\.Dl / && name != "" { sub(/^\.Dl /, ""); take($0) }
	/^\.Ed/ { inside = 0 }
	inside && name != "" { take($0) }
	/^\.Bd / { inside = 1; next }
	!inside { name = "" }' "$1"
}
displays "$top_srcdir/${handbook-man/pam_otp_admin.7}" >"$scratch/displays"

# as_person COMMAND...: as $as.
as_person() {
	if [ -n "${as-}" ]; then
		setpriv --reuid "$as" --regid "$(id -g "$as")" --init-groups \
		    "$@"
	else
		"$@"
	fi
}

agrees() {
	test ! -e "$page/$1.said" || {
		sort "$page/$1.said" >"$scratch/is.said"
		sort "$scratch/printed" | tr -d '\r' |
		    diff -u "$scratch/is.said" -
	}
}

play() {
	play_name=$1
	shift
	strict=
	test $# = 1 || strict=-e
	commands=
	for play_number in "$@"; do
		commands="$commands
$(cat "$page/$play_name.$play_number")"
	done
	status=0
	(cd "$work" && as_person bash $strict -o pipefail -c "$commands") \
	    >"$scratch/printed" 2>&1 </dev/null || status=$?
	echo "$commands"
	cat "$scratch/printed"
	test $status = 0 && agrees "$play_name.$play_number"
}

phone() {
	status=0
	(cd "$work" && secret=${secret-} as_person \
	    expect -f "$top_srcdir/tests/host/phone.exp" "$page/$1.$2") \
	    >"$scratch/printed" 2>&1 || status=$?
	cat "$page/$1.$2" "$scratch/printed"
	if grep -q '  Key  ' "$scratch/printed"; then
		secret=$(sed -n 's/.*  Key  *\([A-Z2-7 ]*\).*/\1/p' "$scratch/printed" |
		    tail -n 1 | tr -d ' \r')
		recovery=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' \
		    "$scratch/printed" | tr '\n' ' ')
	fi
	test $status = 0
}

stack_of() {
	sed -e "s/^@include common-auth/auth requisite pam_permit.so/" \
	    "$page/$1" >"$scratch/stack"
	head -n 1 "$scratch/stack" | grep -q pam_permit ||
	    sed -i '1i auth requisite pam_permit.so' "$scratch/stack"
	cp "$scratch/stack" /etc/pam.d/sshd
}

enters() {
	"$top_builddir/tests/lib/login" /etc/pam.d sshd "$@"
}

refused() {
	! enters "$@"
}

# word N: of the recovery codes.
word() {
	echo "$recovery" | cut -d' ' -f"$1"
}

function_of() {
	echo "$1" | tr - _
}

# perform FUNCTION: of a display. The shell would rather run a command of its own,
# such as export.
perform() {
	LC_ALL=C type "$1" | head -n 1 | grep -q ' function$' || {
		echo "$1 is not a function"
		return 1
	}
	"$1"
}

# unknown DISPLAYS SCRIPT...: displays that none of these scripts runs.
unknown() {
	unknown_in=$1
	shift
	while read -r unknown_name unknown_kind; do
		test "$unknown_kind" != 'by hand' || continue
		for script in "$@"; do
			cat "$top_srcdir/tests/host/$script.sh"
		done | grep -q "^$(function_of "$unknown_name")() {" ||
		    echo "$unknown_name"
	done <"$unknown_in"
}
