#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# contrib/fail2ban: fail2ban's own programs read lines that the module really
# logs, from files of each layout and from a journal, and count whom they
# should: never an address that somebody forged into a name.

. "$(dirname "$0")/../check/lib.sh"

: "${SERVERS:=$top_builddir/servers}"
: "${PAM_OTP_SO:=$top_builddir/pam_module/.libs/pam_otp.so}"
export PAM_OTP_SO

# As installed, or as ./dev has unpacked it; with a configuration of ours.
export LC_ALL=C.UTF-8 TZ=UTC
if ! have fail2ban-regex; then
	PATH=$PATH:$SERVERS/usr/bin
	export PYTHONPATH="$SERVERS/usr/lib/python3/dist-packages"
fi
stock=$SERVERS/etc/fail2ban
[ -d "$stock" ] || stock=/etc/fail2ban
have fail2ban-regex && [ -d "$stock" ] || {
	skip 'fail2ban' 'fail2ban is not installed'
	finish
}
cp -R "$stock" "$scratch/etc"
rm -rf "$scratch/etc/jail.d" "$scratch/etc"/*.local
mkdir "$scratch/etc/jail.d"
cp "$top_srcdir/contrib/fail2ban/filter.d/pam-otp.conf" "$scratch/etc/filter.d"
cp "$top_srcdir/contrib/fail2ban/jail.d/pam-otp.conf" "$scratch/etc/jail.d"

# regex ARGUMENT...: fail2ban-regex with this configuration.
regex() {
	fail2ban-regex -c "$scratch/etc" "$@"
}

# --- Lines of a real login each -------------------------------------------

tab=$(printf '\t')
logins() {
	"$top_builddir/tests/host/lines" 2>&1 >"$scratch/out"
}
check 'lines__are_logged' logins
grep "$tab" "$scratch/out" >"$scratch/lines"

# Whom the lines are to be counted against.
awk -F "$tab" '$1 != "-" { print $1 }' "$scratch/lines" >"$scratch/whom"
lines=$(wc -l <"$scratch/lines")
whom=$(wc -l <"$scratch/whom")
check 'lines__are_of_both_kinds' \
    test "$whom" -ge 60 -a "$lines" -ge $((whom + 60))

# Each reason is one that the filter says it counts, or says it does not; and
# of those that refuse there is a line.
filter=$scratch/etc/filter.d/pam-otp.conf
counted=$(sed -n 's/^_reason = //p' "$filter" | tr '|' '\n' | sort)
spoken_of() {
	grep -v '^#   result=' "$filter" |
	    grep -oE '^#   [a-z-]+(, [a-z-]+)*(  |$)' | tr -d '# ' |
	    tr ',' '\n' | sort
}
refusals() {
	"$top_builddir/tests/check/tables" outcomes |
	    awk '$2 == "refused" { print $1 }' | sort -u
}
check 'filter__speaks_of_every_refusal' same "$(refusals)" "$(spoken_of)"
# An invitation that ends while its user enrolls needs an app that reads the key:
# pam/enroll_test has that one.
check 'lines__are_of_every_refusal' same \
    "$(refusals | grep -vx invitation-ended)" \
    "$(sed -n 's/.* result=refused reason=\([a-z-]*\).*/\1/p' \
	"$scratch/lines" | sort -u)"
check 'lines__counted_are_of_every_reason_counted' same "$counted" \
    "$(grep -v '^-' "$scratch/lines" |
	sed 's/.* reason=\([a-z-]*\).*/\1/' | sort -u)"

# --- Files ----------------------------------------------------------------

# layout PREFIX: the lines, as a syslog daemon writes them.
layout() {
	awk -F "$tab" -v prefix="$1" '{ print prefix $3 }' "$scratch/lines"
}

# reads PREFIX: they are counted against whom they should be, and no other.
reads() {
	layout "$1" >"$scratch/file"
	regex "$scratch/file" pam-otp >"$scratch/report" || return 1
	regex -o ip "$scratch/file" pam-otp >"$scratch/banned" || return 1
	same "$(cat "$scratch/whom")" "$(cat "$scratch/banned")" || return 1
	counts=$(grep '^Lines:' "$scratch/report")
	same "Lines: $lines lines, 0 ignored, $whom matched, $((lines - whom)) missed" \
	    "$counts"
}
now=$(date +'%b %e %T')
iso=$(date +'%Y-%m-%dT%T.123456+00:00')
for prefix in "$now host sshd[123]: " "$iso host sshd[123]: " \
    "$now host sshd-session[123]: " "$now host sudo: " \
    "$now host openvpn[9]: " "$now fe80::1 (login)[123]: " "$iso sshd[1]: "; do
	check "file__is_read: $(echo "$prefix" | sed 's/.*[0-9] //')" \
	    reads "$prefix"
done
echo "# fail2ban-regex: ${counts-}"

# What other programs write of names that are no names.
forged='pam_otp(sshd:auth): result=refused reason=wrong rhost=192.0.2.66'
cat >"$scratch/others" <<END
$now host sshd[1]: Invalid user $forged from 203.0.113.9 port 1
$now host sshd[1]: Failed password for invalid user $forged from 203.0.113.9 port 1 ssh2
$now host sshd[1]: pam_unix(sshd:auth): authentication failure; rhost=203.0.113.9 user=$forged
$now host su[1]: FAILED SU (to $forged) mallory on pts/0
$now host sudo: mallory : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/$forged
$now host otp-enroll[1]: action=removed account="$forged" by=root
$now host sshd[1]: x $forged
$now host sshd[1]: pam_otp(x y:auth): ${forged#*: }
$now host sshd[1]: pam_otp(sshd:auth): debug=x detail="${forged#*: }"
$now host sshd[1]: pam_otp(sshd:auth): result=accepted reason=ok user=alice token="${forged#*: }"
END
others() {
	regex -o ip "$scratch/others" pam-otp
}
check 'file__others_lines_count_for_nobody' empty others

# --- A journal ------------------------------------------------------------

# entries UID IDENTIFIER: the lines as root's sshd, or as somebody's logger.
entries() {
	awk -F "$tab" -v uid="$1" -v ident="$2" -v now="$(date +%s)" '{
		print "__REALTIME_TIMESTAMP=" now "000000"
		print "__MONOTONIC_TIMESTAMP=" NR
		print "_BOOT_ID=0123456789abcdef0123456789abcdef"
		print "_HOSTNAME=host"
		print "_UID=" uid
		print "SYSLOG_IDENTIFIER=" ident
		print "SYSLOG_PID=123"
		print "_PID=123"
		print "SYSLOG_FACILITY=" int($2 / 8)
		print "PRIORITY=" $2 % 8
		print "MESSAGE=" $3
		print ""
	}' "$scratch/lines"
}

# journal UID: a new one.
journal() {
	rm -rf "$scratch/journal"
	mkdir "$scratch/journal"
	entries "$1" sshd >"$scratch/entries"
	LD_LIBRARY_PATH=$libraries "$remote" \
	    -o "$scratch/journal/system.journal" "$scratch/entries"
}

# matches: what the filter itself would have the journal asked for.
matches() {
	sed -n 's/^journalmatch = //p' "$filter"
}

journal_regex() {
	regex "$@" -m "$(matches)" \
	    "systemd-journal[journalpath=$scratch/journal,journalflags=0]" \
	    pam-otp
}

# journal_reads UID FILE: the addresses are those of FILE.
journal_reads() {
	journal "$1" || return 1
	journal_regex >"$scratch/report" || return 1
	grep '^Lines:' "$scratch/report"
	journal_regex -o ip >"$scratch/banned" || return 1
	same "$(cat "$2")" "$(cat "$scratch/banned")"
}

remote=/lib/systemd/systemd-journal-remote
[ -x $remote ] || remote=$SERVERS$remote
libraries=$(echo "$SERVERS"/usr/lib/*-linux-gnu)
libraries=$libraries:$libraries/systemd
if [ -x "$remote" ] && python3 -c 'import systemd.journal' 2>/dev/null; then
	check 'journal__is_read' journal_reads 0 "$scratch/whom"
	echo "# fail2ban-regex, journal: $(grep '^Lines:' "$scratch/report")"
	check 'journal__others_lines_count_for_nobody' \
	    journal_reads 1000 /dev/null
else
	skip 'journal' 'python3-systemd or systemd-journal-remote is missing'
fi

# --- The jail -------------------------------------------------------------

# jail: what fail2ban makes of it, as its server would be told.
jail() {
	fail2ban-client -c "$scratch/etc" -d >"$scratch/jail" 2>&1 || {
		cat "$scratch/jail"
		return 1
	}
	! grep -w ERROR "$scratch/jail"
}

told() {
	grep -qF -- "$1" "$scratch/jail" || {
		cat "$scratch/jail"
		return 1
	}
}
check 'jail__is_understood' jail
check 'jail__reads_the_journal' told "['add', 'pam-otp', 'systemd']"
check 'jail__asks_for_roots_lines' told \
    "'addjournalmatch', 'SYSLOG_FACILITY=10', '_UID=0'"
check 'jail__counts_to_five' told "['set', 'pam-otp', 'maxretry', 5]"
check 'jail__is_started' told "['start', 'pam-otp']"

# The other way that its comment shows.
sed -i -e '/^backend = systemd/d' -e 's/^#\(backend\|logpath\) =/\1 =/' \
    "$scratch/etc/jail.d/pam-otp.conf"
layout "$now host sshd[123]: " >"$scratch/auth.log"
sed -i "s|^syslog_authpriv = .*|syslog_authpriv = $scratch/auth.log|" \
    "$scratch/etc/paths-common.conf"
check 'jail__with_a_file_is_understood' jail
check 'jail__with_a_file_reads_it' told \
    "['set', 'pam-otp', 'addlogpath', '$scratch/auth.log'"

# --- The check itself can fail --------------------------------------------

sed -i 's/^_value = .*/_value = .+?/' "$filter"
check 'file__flags_a_filter_that_can_be_forged' \
    says_no reads "$now host sshd[123]: "
forgeable() {
	grep -qx '192\.0\.2\.66' "$scratch/banned"
}
check 'file__would_have_banned_the_forged_address' forgeable

finish
