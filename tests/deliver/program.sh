#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-deliver and the programs that it runs: what they are told, and what becomes
# of those that misbehave.

. "$(dirname "$0")/post.sh"

# Files of the programs', which they can write.
out=/tmp/out
mkdir -m 777 $out

# --- What it is told ---

program mailto <<'END'
#!/bin/sh
exec >/tmp/out/told
tr '\0' '\n' </proc/$$/cmdline
echo --
tr '\0' '\n' </proc/$$/environ
echo --
cat
END
tell() {
	deliver user='a\xc3\xa4\x22b' && test "$status" = 0 && same \
	    'info otp-deliver: result=delivered kind=code user="a\xc3\xa4\x22b" service=sshd rhost=203.0.113.5 method=mail tag=K7' \
	    "$line"
}
check 'program__that_succeeds_has_delivered' tell
told() {
	awk -v part="$1" '/^--$/ { n++; next } n == part' $out/told
}
check 'program__is_told_nothing_by_arguments' \
    same '/bin/sh
/etc/pam_otp/deliver.d/mailto' "$(told 0)"
check 'program__has_a_clean_environment' \
    same 'PATH=/usr/sbin:/usr/bin:/sbin:/bin
OTP_KIND=code
OTP_TO=alice@example.org
OTP_USER=a\xc3\xa4\x22b
OTP_HOST=web1
OTP_SERVICE=sshd
OTP_RHOST=203.0.113.5
OTP_TIME=2026-11-29T06:05:12Z
OTP_TAG=K7' "$(told 1)"
check 'program__has_the_text_on_standard_input' \
    same '4821 9930 is your code for message K7.' "$(told 2)"

# What else a process is given: folder, mask, limits, descriptors, signals.
program mailto <<'END'
#!/bin/sh
cat >/dev/null
{
	pwd
	umask
	ulimit -c
	ulimit -t
	ls /proc/self/fd | wc -l
	# (But for the two that are libc's own, which make(1) may leave.)
	sed -n -e 's/00000001\(80000000\)$/00000000\1/' \
	    -e 's/^\(Sig\(Blk\|Ign\)\):\t*//p' /proc/self/status |
	    sed 's/80000000$/00000000/'
} >/tmp/out/process
END
process() {
	frame >"$scratch/frame"
	(
		trap '' PIPE TERM CHLD
		as_deliver "$libexec/otp-deliver" <"$scratch/frame" \
		    3</etc/passwd 4</etc/passwd 9</etc/passwd
	) && same '/
0077
0
10
4
0000000000000000
0000000000000000' "$(cat $out/process)"
}
check 'program__inherits_nothing' process
closed() {
	frame >"$scratch/frame"
	as_deliver "$libexec/otp-deliver" <"$scratch/frame" >&- 2>&- &&
	    grep -qx 4 $out/process
}
check 'program__runs_where_descriptors_were_closed' closed

# --- Which one it is ---

check 'program__of_no_scheme_is_told' becomes \
    "err otp-deliver: result=undelivered reason=no-program kind=code user=alice service=sshd rhost=203.0.113.5 method=matrix tag=K7 program=$libexec/deliver.d/matrix file=$libexec/deliver.d/matrix errno=ENOENT" \
    to=matrix:@alice:example.org

echo '#!/bin/sh
echo package >/tmp/out/which' >"$libexec/deliver.d/pigeon"
chmod 755 "$libexec/deliver.d/pigeon"
which_is() {
	rm -f $out/which
	deliver to=pigeon:x && same "$1" "$(cat $out/which)"
}
check 'program__of_the_package_is_run' which_is package
program pigeon <<'END'
#!/bin/sh
echo administrator >/tmp/out/which
END
check 'program__of_the_administrator_comes_first' which_is administrator
mv /etc/pam_otp/deliver.d/pigeon /etc/pam_otp/pigeon
ln -s ../pigeon /etc/pam_otp/deliver.d/pigeon
check 'program__may_be_a_link' which_is administrator

# refused MODE OWNER DETAIL: and the package's does not take its place.
refused() {
	chown "$2" /etc/pam_otp/pigeon
	chmod "$1" /etc/pam_otp/pigeon
	rm -f $out/which
	deliver to=pigeon:x
	case $line in
	*'reason=program '*"detail=$3") test ! -e $out/which ;;
	*) return 1 ;;
	esac
}
check 'program__that_others_can_write_is_refused' \
    refused 0775 root writable-by-others
check 'program__of_another_user_is_refused' refused 0755 $post_user owner
chown root /etc/pam_otp/pigeon
ln -sf /dev/null /etc/pam_otp/deliver.d/pigeon
check 'program__is_switched_off_by_a_link_to_dev_null' \
    refused 0755 root not-regular

# Others who can write to the folder can put any file of root's there.
rm /etc/pam_otp/deliver.d/pigeon
mv /etc/pam_otp/pigeon /etc/pam_otp/deliver.d/pigeon
folder=/etc/pam_otp/deliver.d
in_folder() {
	rm -f $out/which
	deliver to=pigeon:x
	case $line in
	*'reason=program '*"file=$1"*"detail=$2"*) test ! -e $out/which ;;
	*) return 1 ;;
	esac
}
writable() {
	chmod 775 "$1" && in_folder "$1" writable-by-others
	ended=$?
	chmod 755 "$1"
	return $ended
}
of_others() {
	writable $folder && writable /etc/pam_otp || return 1
	chown $post_user $folder && in_folder $folder owner
	ended=$?
	chown root $folder
	return $ended
}
check 'program__in_a_folder_of_others_is_refused' of_others
linked() {
	mv $folder /etc/pam_otp/there && ln -s there $folder &&
	    in_folder $folder symbolic-link
	ended=$?
	rm -f $folder && mv /etc/pam_otp/there $folder
	return $ended
}
check 'program__in_a_linked_folder_is_refused' linked
check 'program__in_the_folder_of_root_is_run' which_is administrator
rm /etc/pam_otp/deliver.d/pigeon
cannot_be_run() {
	printf '#!/no/such/interpreter\n' | program pigeon
	deliver to=pigeon:x
	case $line in
	*'reason=exit '*'status=127 output="cannot be run: No such file or directory"') ;;
	*) return 1 ;;
	esac
}
check 'program__that_cannot_be_run_is_told' cannot_be_run

# --- Those that fail ---

# ends REASON-AND-MORE <PROGRAM: so does this one.
ends() {
	program mailto
	deliver
	case $line in
	"err otp-deliver: result=undelivered reason=$1 kind=code user=alice service=sshd rhost=203.0.113.5 method=mail tag=K7 program=/etc/pam_otp/deliver.d/mailto${2:+ $2}") ;;
	*) return 1 ;;
	esac
	test "$status" = 1
}
fails() {
	ends exit 'status=75 output="550 5.1.1 unknown"' <<'END'
#!/bin/sh
echo '550 5.1.1 unknown' >&2
exit 75
END
}
check 'program__that_fails_is_told' fails
dies() {
	ends killed 'signal=11' <<'END'
#!/bin/sh
kill -SEGV $$
END
}
check 'program__that_dies_is_told' dies
closes_input() {
	ends exit 'status=3' <<'END'
#!/bin/sh
exec <&-
exit 3
END
}
check 'program__that_closes_its_input_is_told' closes_input
closes_all() {
	program mailto <<'END'
#!/bin/sh
exec <&- >&- 2>&-
sleep 0.5
END
	deliver
	test "$status" = 0
}
check 'program__that_closes_its_output_is_waited_for' closes_all

shows_no_code() {
	ends exit 'status=1 output="#### #### is your code for message K7.\x0a####-####"' <<'END'
#!/bin/sh
cat
echo 4821-9930
exit 1
END
}
check 'program__that_prints_the_message_shows_no_code' shows_no_code
shows_no_address() {
	ends exit 'status=67 output="<#################>: unknown, ################# is refused"' <<'END'
#!/bin/sh
printf '<%s>: unknown, ALICE@example.org is refused\n' "${OTP_TO#mailto:}"
exit 67
END
}
check 'program__that_names_the_recipient_shows_no_address' shows_no_address
# The first digits alone are what is kept, where it is cut.
cut_code() {
	program mailto <<'END'
#!/bin/sh
printf '%0250d' 0 | tr 0 x
echo 4821 9930
exit 1
END
	deliver
	case $line in
	*x[0-9]*) return 1 ;;
	*'xxx...'*) ;;
	*'xx####'*) ;;
	*) return 1 ;;
	esac
}
check 'program__that_is_cut_in_the_code_shows_none_of_it' cut_code
prints_escapes() {
	ends exit 'status=1 output="\x1b]0;evil\x07\x22 result=delivered\x0auser=root \x80"' <<'END'
#!/bin/sh
printf '\033]0;evil\007" result=delivered\nuser=root\0\200\n'
exit 1
END
}
check 'program__that_prints_escapes_is_escaped' prints_escapes
floods() {
	program mailto <<'END'
#!/bin/sh
trap '' PIPE
yes flood
exit 1
END
	took deliver
	case $line in
	*'reason=exit '*'output="flood\x0aflood'*'..."') ;;
	*) return 1 ;;
	esac
	test "$took" -le 3 && test ${#line} -lt 1000
}
check 'program__that_floods_is_bounded' floods

# --- Those that do not end ---

# Others may not be there, either: all that it starts has a mark.
left() {
	pgrep -u $post_user -a
}
hangs() {
	ends timeout <<'END'
#!/bin/sh
trap '' TERM INT HUP
sleep 1000
END
}
check 'program__that_hangs_is_killed' took hangs
check 'program__has_ten_seconds' test "$took" -ge 10 -a "$took" -le 12
check 'program__that_hangs_leaves_no_process' says_no left
forks() {
	ends timeout <<'END'
#!/bin/sh
(trap '' TERM; sleep 1001) &
(sleep 1002 & sleep 1003 & wait) &
sleep 1004
END
}
check 'program__that_forks_is_killed_whole' forks
check 'program__that_forks_leaves_no_process' says_no left
escapes() {
	ends timeout <<'END'
#!/bin/sh
setsid sh -c 'setsid sleep 1001 & sleep 1002 & wait' &
setsid -f sleep 1003
setsid -f setsid sleep 1004
sleep 1005
END
}
check 'program__that_leaves_its_group_is_killed' escapes
check 'program__that_leaves_its_group_leaves_no_process' says_no left

# As a mail server that goes on by itself: it is told at once, and has ten seconds.
goes_on() {
	program mailto <<'END'
#!/bin/sh
rm -f /tmp/out/later
setsid -f sh -c 'sleep 2; echo later >/tmp/out/later; exec sleep 1000'
END
	took deliver
	same later "$(cat $out/later)" && test "$status" = 0 &&
	    test "$took" -ge 10 -a "$took" -le 12
}
check 'program__may_leave_a_process_that_goes_on' goes_on
check 'program__that_goes_on_is_killed_in_the_end' says_no left

finish
