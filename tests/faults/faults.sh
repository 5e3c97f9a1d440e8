# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A command in which one call fails, or which is killed at it: for the scripts
# beside this file. Each call is tried by itself, in a store put back as it was.
#
# A script gives a function that runs the command, as `$under COMMAND...', and
# one that judges what came of it. With LONG=yes every call meets the worst error
# it may have, and from the first change on the worst three; with LONG=all two, and
# all of them. Else it is the calls that change, lock, or come after a change, with
# the worst. With FAULTS=no the scripts are skipped.
#
# The users are otp-a and otp-b, which no host knows: of an account of the host
# another answer comes where /etc/passwd cannot be read.

. "$(dirname "$0")/../tool/tool.sh"

: "${LONG:=}"
under=
tried=0

# faults_here NAME [TOOL...]: or all of it is skipped.
faults_here() {
	what=$1
	shift
	if [ "${FAULTS-}" = no ]; then
		skip "$what" 'FAULTS=no'
		finish
	fi
	if [ -n "${INSTRUMENTED-}" ]; then
		skip "$what" 'the sanitizers have calls of their own'
		finish
	fi
	for tool in strace oathtool "$@"; do
		have "$tool" || {
			skip "$what" "$tool is not installed"
			finish
		}
	done
	strace -qq -o /dev/null -e trace=none true 2>/dev/null || {
		skip "$what" 'nothing can be traced here'
		finish
	}
	"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
	give_service
}

# errors CALL: what it may fail with, the worst first.  (ENOENT of what is there
# is no error that a disk has.  brk() reports a failure by the old end of the
# heap, which cannot be injected: libc takes an injected error for the new one.)
errors() {
	case $1 in
	openat|openat2)
		echo EIO EMFILE ENOMEM EACCES EPERM ENFILE EROFS ELOOP \
		    ESTALE EINTR ENOSPC EDQUOT ENOSYS ;;
	pwrite64|fallocate)
		echo ENOSPC EIO EDQUOT EINTR EFBIG EROFS ENOMEM ESTALE EPERM ;;
	write)
		echo ENOSPC EIO EPIPE EINTR EAGAIN EDQUOT ;;
	read|pread64)
		echo EIO EINTR ENOMEM ESTALE EISDIR ;;
	fsync|fdatasync)
		echo EIO ENOSPC EDQUOT EINTR EROFS ESTALE ;;
	ftruncate)
		echo EIO ENOSPC EINTR EPERM EROFS EFBIG ;;
	renameat|renameat2|rename)
		echo EIO ENOSPC EDQUOT EACCES EPERM EROFS ENOENT ENOMEM \
		    ESTALE ENOSYS EINVAL ;;
	unlinkat|unlink)
		echo EIO EACCES EPERM EROFS ENOMEM ESTALE ;;
	fchmod|fchmodat|mkdirat)
		echo EIO EPERM EROFS ENOSPC ;;
	fcntl)
		echo ENOLCK EIO EINTR EMFILE EAGAIN ESTALE ;;
	statx|fstat|newfstatat|stat|lstat)
		echo EIO ENOMEM EACCES ENOENT ELOOP ESTALE ENOSYS ;;
	fstatfs|statfs)
		echo EIO ENOMEM ENOSYS ESTALE EINTR ;;
	getrandom)
		echo ENOSYS EINTR EAGAIN ;;
	mmap|mremap)
		echo ENOMEM ;;
	socket)
		echo EMFILE ENFILE ENOMEM EACCES EAFNOSUPPORT ;;
	connect)
		echo ECONNREFUSED EACCES EAGAIN EINTR ;;
	sendto|sendmsg)
		echo EPIPE ECONNRESET ENOBUFS EAGAIN ;;
	ioctl)
		echo EIO ENOTTY ;;
	close)
		echo EIO EINTR ;;
	dup|dup2|dup3|pipe2)
		echo EMFILE ENFILE ;;
	clone|clone3|fork|vfork)
		echo EAGAIN ENOMEM ;;
	getdents64|lseek)
		echo EIO ;;
	prlimit64|getrlimit)
		echo EPERM ;;
	esac
}

# calls RUN WHICH: those that it makes when nothing befalls it, each as `NAME
# NUMBER WORST': the NUMBER-th of that name, with so many of its errors.  WHICH:
# `changes', that may leave something else behind, or `all'.  What comes before
# the store and its configuration are met is the loader's.
calls() {
	afresh
	under="strace -qq -s 256 -o $scratch/trace"
	"$1"
	under=
	awk -v which="$2" -v long="$LONG" -v place="$scratch" '
	match($0, /^[a-z0-9_]+\(/) {
		name = substr($0, 1, RLENGTH - 1)
		count[name]++
		change = $0 ~ /O_CREAT/ ||
		    name ~ /^(p?write|send|rename|unlink|mkdir|ftruncate)/ ||
		    name ~ /^(f(data)?sync|exit_group)/
		met = met || (name != "execve" && index($0, place))
		changed = changed || change
		if (which == "all" && long != "")
			wanted = met
		else if (which == "all")
			wanted = change || /F_OFD_SETLK/ || (changed &&
			    name ~ /^(openat|socket|getrandom|fchmod)/)
		else
			wanted = change
		if (wanted)
			print name, count[name],
			    long == "all" ? (changed ? 99 : 2) : \
			    long == "yes" && changed ? 3 : 1
	}' "$scratch/trace"
}

# befalls RUN JUDGE CALL NUMBER FAULT: that, and what the judge says of it.
befalls() {
	how=$5
	afresh
	under="strace -qq -o $scratch/trace -e trace=$3 -e inject=$3:$5:when=$4"
	ended=0
	"$1" || ended=$?
	under=
	grep -q 'INJECTED\|SIGKILL' "$scratch/trace" || {
		missed=$((missed + 1))
		return 0
	}
	tried=$((tried + 1))
	"$2" && return 0
	echo "$3 number $4, $5: ended with $ended"
	cat "$scratch/out" "$scratch/err"
	return 1
}

# kill_at_each RUN JUDGE: it is killed before each call that changes something.
kill_at_each() {
	missed=0
	calls "$1" changes >"$scratch/calls"
	while read -r call number worst <&3; do
		befalls "$1" "$2" "$call" "$number" signal=KILL || return 1
	done 3<"$scratch/calls"
	enough
}

# fail_each RUN JUDGE: each call fails.
fail_each() {
	missed=0
	calls "$1" all >"$scratch/calls"
	while read -r call number worst <&3; do
		for error in $(errors "$call" | cut -d ' ' -f "1-$worst"); do
			befalls "$1" "$2" "$call" "$number" "error=$error" ||
			    return 1
		done
	done 3<"$scratch/calls"
	enough
}

# Of what was planned hardly anything may not have come about.
enough() {
	planned=$(wc -l <"$scratch/calls")
	test "$planned" -ge 5 && test $((missed * 10)) -le "$planned" ||
	    { echo "of $planned calls $missed were not met"; return 1; }
}

# conclude: how often it was tried, and the end.
conclude() {
	echo "# ran: otp-enroll, $(basename "$0" .sh): $tried calls failing or" \
	    "killed at"
	finish
}

# keep: the store as it is, for afresh().
keep() {
	rm -rf "$scratch/kept"
	cp -a "$store" "$scratch/kept"
}
afresh() {
	rm -rf "$store"
	cp -a "$scratch/kept" "$store"
}

was_killed() {
	test "$how" = signal=KILL
}

# says_so PATTERN: on standard error.
says_so() {
	grep -q "$1" "$scratch/err" || {
		echo "not said: $1"
		return 1
	}
}

# secrets NAME: those of its seed, a line each.
secrets() {
	sed -n 's/^otpauth.*secret=\([A-Z2-7]*\).*/\1/p' "$store/seed/$1" \
	    2>/dev/null
}

# code SECRET COUNTER
code() {
	oathtool --hotp -b -c "$2" "$1"
}

# once NAME CODE: it lets in, and not again.
once() {
	login "$1" "$2" "$2" >"$scratch/logins"
	test "$(grep -c 'result: Success' "$scratch/logins")" = 1 &&
	    grep -q 'reason=ok' "$scratch/logins" || {
		echo "$1 with $2:"
		cat "$scratch/logins"
		return 1
	}
}

# refused NAME CODE REASON
refused() {
	login "$1" "$2" >"$scratch/logins" && return 1
	grep -qw "result=refused reason=$3" "$scratch/logins" || {
		echo "$1 with $2:"
		cat "$scratch/logins"
		return 1
	}
}

# tidy: no file is left over but one of a kill, one that could not be removed,
# and an empty one that was not held yet, and so was nobody's to remove.
tidy() {
	find "$store" -name '.*.new' >"$scratch/left"
	test -s "$scratch/left" || return 0
	test "$(wc -l <"$scratch/left")" = 1 && { was_killed ||
	    test "$call" = unlinkat ||
	    ! test -s "$(cat "$scratch/left")"; } || {
		find "$store"
		return 1
	}
}

# sound JUDGE: of a store that was judged before, that is known.
sound() {
	seen=$scratch/seen-$(sha256sum "$store/.store" "$store"/*/* 2>&1 |
	    sha256sum | cut -c1-40)
	tidy && { test -e "$seen" || { "$@" && : >"$seen"; }; }
}
