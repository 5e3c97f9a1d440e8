# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A host of its own for the scripts beside this file, each of which begins
#
#	. "$(dirname "$0")/ground.sh"
#
# That runs the script once more, as root, in namespaces of its own (mounts,
# processes, network, IPC, name): every file of the machine is there, every
# change to one goes to memory, and all is gone when the script ends, however it
# ends. The network has only a loopback. There are
#
#	/etc/passwd ...	the machine's system accounts, no person; nobody's password
#	/etc/pam.d	Debian's, with the usual common-* files
#	/etc/ssh	without the configuration and the keys of the machine's sshd
#	/dev/log	a listener (tests/bench/logsink); see logged
#	/run /home /root /tmp, and /var/lib/pam_otp, an empty store mounted
#			there (so that it can be unmounted): empty
#	pam_otp.so, otp-enroll	the built ones, where an installation has them
#	the servers that ./dev has unpacked, as if they were installed
#
# Where this cannot be had (not root, no overlayfs, no Debian), the script is
# skipped by name and told why. Functions, besides those of check/lib.sh:
#
#	needs COMMAND...	else the script is skipped
#	person NAME [GROUP...]	a new account with the password $password; and
#				NAME's files if there were any are gone
#	enrol NAME [OPTION...]	enrolled anew: $secret, and recovery codes as
#				words in $recovery; a TOTP token unless --hotp
#	code [SECONDS]		TOTP of $secret, now or so much later
#	hotp COUNTER		HOTP of $secret
#	wrong_code		right at no step near
#	stack SERVICE FILE [SED]	/etc/pam.d/SERVICE is Debian's with the lines of
#				contrib/stacks/FILE, edited by SED, in the place
#				of its `@include common-auth'
#	guess NAME COUNT	so many wrong codes, by no service of the host
#	conf [LINE...]		/etc/security/pam_otp.conf: `nodelay' and these
#	clock SECONDS		the time of day is so much ahead, for every program
#				that begins from now on
#	store_unmount, store_mount	the store, which is empty then
#	talk [PROMPT ANSWER]... -- COMMAND...
#				the command on a terminal; what that showed is
#				$screen, how it ended $status
#	logged [PATTERN]	the lines that were logged since it was last called;
#				false if none has the pattern
#				(without time and process id, such as
#				`authpriv.notice sshd: text'); also in $log
#
# They leave what they say for the result of check, so $(...) around them is
# for code, hotp and wrong_code alone.

ground_top=$(cd "$(dirname "$0")/../.." && pwd)
: "${top_srcdir:=$ground_top}" "${top_builddir:=$top_srcdir/build}"
: "${OTP_ENROLL:=$top_builddir/otp-enroll/otp-enroll}"
: "${PAM_OTP_SO:=$top_builddir/pam_module/.libs/pam_otp.so}"
: "${SERVERS:=$top_builddir/servers}"
export top_srcdir top_builddir OTP_ENROLL PAM_OTP_SO SERVERS

# ground_skip WHY: the whole script.
ground_skip() {
	echo "ok 1 - $(basename "$0" .sh) # SKIP $1"
	echo '1..1'
	exit 0
}

# otpd_start ARGUMENT...: $daemon, pam_otpd without systemd, until it is ended.
otpd_start() {
	mkdir -p -m 755 /run/pam_otp
	"$daemon" --listen "$@" &
	served=$!
	await test -S /run/pam_otp/user
}
otpd_end() {
	kill $served
	wait $served
}

ground_enter() {
	test "$(id -u)" -eq 0 || ground_skip 'not root'
	test -e /etc/debian_version || ground_skip 'not Debian'
	test -z "${INSTRUMENTED-}" ||
	    ground_skip 'no program of Debian loads a sanitized module'
	changed=$(dpkg -V login sudo util-linux 2>/dev/null |
	    sed -n 's|.* \(/etc/pam\.d/\)|\1|p' | tr '\n' ' ')
	test -z "$changed" || ground_skip "not as Debian has it: $changed"
	for tool in unshare pivot_root ip expect oathtool openssl; do
		command -v $tool >/dev/null ||
		    ground_skip "$tool is not installed"
	done
	unshare --mount --pid --net --ipc --uts --fork sh -c '
		mount -t tmpfs ground /mnt &&
		mkdir /mnt/root /mnt/upper /mnt/work &&
		mount -t overlay ground /mnt/root \
		    -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work
	' 2>/dev/null || ground_skip 'no namespaces or no overlayfs to be had'
	export ground=entered
	exec unshare --mount --pid --net --ipc --uts --fork --kill-child=KILL \
	    --propagation private "$(realpath "$0")" "$@"
}

# --- The file system ------------------------------------------------------

# ground_layer DIR: in the new root, changes of it go to memory.
ground_layer() {
	name=$(echo "$1" | tr / _)
	mkdir -p "/mnt/upper/$name" "/mnt/work/$name"
	mount -t overlay ground "/mnt/root$1" -o \
	    "lowerdir=$1,upperdir=/mnt/upper/$name,workdir=/mnt/work/$name"
}

# ground_empty DIR MODE
ground_empty() {
	mkdir -p "/mnt/root$1"
	mount -t tmpfs -o "mode=$2" ground "/mnt/root$1"
}

# ground_same DIR: the machine's own, but nothing can be changed in it.
ground_same() {
	mkdir -p "/mnt/root$1"
	mount --bind "$1" "/mnt/root$1"
	mount -o remount,bind,ro "/mnt/root$1"
}

ground_devices() {
	ground_empty /dev 755
	for node in null zero full random urandom tty net/tun; do
		test -c "/dev/$node" || continue
		mkdir -p "$(dirname "/mnt/root/dev/$node")"
		touch "/mnt/root/dev/$node"
		mount --bind "/dev/$node" "/mnt/root/dev/$node"
	done
	mkdir /mnt/root/dev/pts /mnt/root/dev/shm
	mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 ground \
	    /mnt/root/dev/pts
	mount -t tmpfs -o mode=1777 ground /mnt/root/dev/shm
	ln -s pts/ptmx /mnt/root/dev/ptmx
	ln -s /proc/self/fd /mnt/root/dev/fd
}

# /mnt is a folder that every host has, and here it hides nothing we need.
ground_mount() {
	mount -t tmpfs ground /mnt
	mkdir /mnt/root /mnt/upper /mnt/work
	ground_layer /
	for folder in /usr /etc /var; do
		! mountpoint -q $folder || ground_layer $folder
	done
	if [ -d "$SERVERS" ]; then
		cp -a "$SERVERS"/* /mnt/root
	fi
	ground_empty /tmp 1777
	ground_empty /run 755
	ground_empty /home 755
	ground_empty /root 700
	ground_empty /mnt 755
	ground_same "$top_srcdir"
	ground_same "$top_builddir"
	ground_devices
	mount -t proc ground /mnt/root/proc
	mount -t sysfs -o ro ground /mnt/root/sys
	cd /mnt/root
	pivot_root . mnt
	umount -l /mnt
	cd /
}

# --- Functions that the ground needs, too ---------------------------------

conf() {
	printf '%s\n' nodelay "$@" >/etc/security/pam_otp.conf
}

store_mount() {
	mount -t tmpfs -o mode=700 ground /var/lib/pam_otp
	otp-enroll init >/dev/null
}

store_unmount() {
	umount /var/lib/pam_otp
}

# --- What is in it --------------------------------------------------------

# Ids stay what they are on the machine, for the sake of files' owners.
ground_accounts() {
	for name in passwd group; do
		awk -F: '$3 < 1000 || $1 ~ /^no(body|group)$/' /etc/$name \
		    >/tmp/$name
		cp /tmp/$name /etc/$name
	done
	awk -F: '{ print $1 ":*:19000:0:99999:7:::" }' /etc/passwd >/etc/shadow
	awk -F: '{ print $1 ":*::" }' /etc/group >/etc/gshadow
	rm -f /etc/subuid /etc/subgid
	grep -q ^sshd: /etc/passwd ||
	    echo 'sshd:x:799:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
	for database in passwd group shadow gshadow; do
		echo "$database: files"
	done >/etc/nsswitch.conf
	echo 'hosts: files' >>/etc/nsswitch.conf
	echo '127.0.0.1 localhost ground' >/etc/hosts
	hostname ground
	touch /run/utmp
}

# What pam-auth-update makes of Debian's standard profiles, less the delays,
# which are switched on where they are the point.
ground_pam() {
	cat >/etc/pam.d/common-auth <<-END
	auth	[success=1 default=ignore]	pam_unix.so nullok nodelay
	auth	requisite			pam_deny.so
	auth	required			pam_permit.so
	END
	cat >/etc/pam.d/common-account <<-END
	account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
	account	requisite			pam_deny.so
	account	required			pam_permit.so
	END
	cat >/etc/pam.d/common-password <<-END
	password	[success=1 default=ignore]	pam_unix.so obscure yescrypt
	password	requisite			pam_deny.so
	password	required			pam_permit.so
	END
	cat >/etc/pam.d/common-session <<-END
	session	[default=1]			pam_permit.so
	session	requisite			pam_deny.so
	session	required			pam_permit.so
	session	required			pam_unix.so
	END
	cp /etc/pam.d/common-session /etc/pam.d/common-session-noninteractive
	# Screen lockers include them; a host without one has no findings of theirs.
	rm -f /etc/pam.d/*lock
	sed -i '/pam_faildelay/d' /etc/pam.d/login
	echo 'FAIL_DELAY 0' >/etc/default/su
	cp -a /etc/pam.d /etc/pam.d.debian
	conf
	rm -f /etc/ssh/sshd_config /etc/ssh/sshd_config.d/* /etc/ssh/ssh_host_*
	cp "$PAM_OTP_SO" "$(ground_modules)/pam_otp.so"
	cp "$OTP_ENROLL" /usr/bin/otp-enroll
}

# ground_modules: where PAM looks for modules.
ground_modules() {
	for folder in /usr/lib/*/security /lib/security /usr/lib*/security; do
		test ! -e "$folder/pam_unix.so" || {
			echo "$folder"
			return
		}
	done
}

ground_log() {
	log=/tmp/log
	"$top_builddir/tests/bench/logsink" $log &
	until [ -S /dev/log ] && [ -e $log ]; do
		sleep 0.02
	done
}

ground_make() {
	set -e
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export PATH HOME=/root LC_ALL=C.UTF-8 TERM=xterm TMPDIR=/tmp
	unset SUDO_USER SUDO_UID SUDO_GID SUDO_COMMAND SSH_AUTH_SOCK SSH_ASKPASS
	umask 022
	ground_mount
	ip link set lo up
	ground_accounts
	ground_pam
	ground_log
	mkdir -p /var/lib/pam_otp
	store_mount
	set +e
}

# The second time round is inside.
if [ "${ground-}" != entered ]; then
	ground_enter "$@"
fi
unset ground
ground_make
. "$top_srcdir/tests/check/lib.sh"

# --- Functions for tests --------------------------------------------------

password='correct horse'
ground_hash=$(openssl passwd -5 -salt ground "$password")
ground_uid=2000

needs() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null ||
		    ground_skip "$tool is not there"
	done
}

person() {
	person=$1
	shift
	if ! grep -q "^$person:" /etc/passwd; then
		ground_uid=$((ground_uid + 1))
		home=/home/$person
		echo "$person:x:$ground_uid:$ground_uid::$home:/bin/sh" \
		    >>/etc/passwd
		echo "$person:x:$ground_uid:" >>/etc/group
		echo "$person:$ground_hash:19000:0:99999:7:::" >>/etc/shadow
		mkdir -m 755 "$home"
		chown "$ground_uid:$ground_uid" "$home"
	fi
	for group in "$@"; do
		usermod -a -G "$group" "$person"
	done
	forget_files "$person"
}

# forget_files NAME: as if the account had never been enrolled.
forget_files() {
	rm -f "/var/lib/pam_otp/seed/$1" "/var/lib/pam_otp/state/$1" \
	    "/var/lib/pam_otp/uid/$(id -u "$1")"
}

enrol() {
	enrol_user=$1
	shift
	forget_files "$enrol_user"
	otp-enroll new "$enrol_user" --no-confirm --print --qr=none \
	    --recovery=4 "$@" >/tmp/enrolled 2>&1 || {
		cat /tmp/enrolled
		return 1
	}
	secret=$(sed -n 's/^  Key *//p' /tmp/enrolled | tr -d ' ')
	recovery=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' /tmp/enrolled |
	    tr '\n' ' ')
}

code() {
	oathtool --totp -b --now "@$(($(date +%s) + ${1:-0}))" "$secret"
}

hotp() {
	oathtool --hotp -b -c "$1" "$secret"
}

wrong_code() {
	near=$(oathtool --totp -b --now "@$(($(date +%s) - 900))" -w 60 \
	    "$secret"; oathtool --hotp -b -w 60 "$secret")
	for wrong in 000000 000001 000002 000003 000004 000005 000006; do
		case $near in
		*"$wrong"*) ;;
		*) echo $wrong; return ;;
		esac
	done
}

# (Each code is a login of its own.)
guess() {
	mkdir -p /tmp/guess
	echo 'auth required pam_otp.so' | tee /tmp/guess/guess >/tmp/guess/other
	guess=$(wrong_code)
	# shellcheck disable=SC2046
	! "$top_builddir/tests/lib/login" /tmp/guess guess "$1" \
	    $(yes "$guess" | head -n "$2")
}

clock() {
	echo "$1" >/etc/clock-offset
	test -e /etc/ld.so.preload && return
	# shellcheck disable=SC2086
	${CC:-cc} -shared -fPIC -O -I "$top_builddir" \
	    -o /usr/lib/clock.so "$top_srcdir/tests/host/clock.c" &&
	    echo /usr/lib/clock.so >/etc/ld.so.preload
}

stack() {
	sed -e "${3-}" "$top_srcdir/contrib/stacks/$2" >/tmp/stack
	sed -e '/^@include common-auth/ {
		r /tmp/stack
		d
	}' "/etc/pam.d.debian/$1" >"/etc/pam.d/$1"
}

talk() {
	status=0
	expect -f "$top_srcdir/tests/host/talk.exp" -- "$@" \
	    >"$scratch/screen" 2>&1 || status=$?
	screen=$(cat "$scratch/screen")
	printf '%s\n[status %s]\n' "$screen" "$status"
}

# All that was sent to the listener before is there when this mark is.
ground_marks=0
ground_read=0
logged() {
	ground_marks=$((ground_marks + 1))
	logger -p user.debug -t ground "mark $ground_marks"
	await grep -q "ground: mark $ground_marks\$" $log || return 1
	ground_status=0
	ground_lines=$(wc -l <$log) # what comes meanwhile is for the next call
	head -n "$ground_lines" $log | tail -n +$((ground_read + 1)) |
	    grep -v ' ground: mark ' | grep -e "${1-}" || ground_status=$?
	ground_read=$ground_lines
	[ $# = 0 ] || return $ground_status
}
