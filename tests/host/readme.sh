#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# README.md's five minutes as they stand there, from the first line to the last,
# and CONTRIBUTING.md's build (with LONG). README.md's packages are built and
# installed by package/debian.sh.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs sudo

# blocks FILE: its fences, as $scratch/blocks/NUMBER.LANGUAGE (sh, diff or text),
# without their indentation.
mkdir "$scratch/blocks"
blocks() {
	awk -v folder="$scratch/blocks" '
	/^ *```/ {
		if (inside = !inside) {
			indent = match($0, /`/) - 1
			language = substr($0, indent + 4)
			file = sprintf("%s/%02d.%s", folder, ++number,
			    language == "" ? "text" : language)
		}
		next
	}
	inside { print substr($0, indent + 1) >file }' "$1"
}
blocks "$top_srcdir/README.md"
debian=$scratch/blocks/01.sh
fedora=$scratch/blocks/02.sh
undo=$scratch/blocks/03.sh
new=$scratch/blocks/04.sh
drop=$scratch/blocks/05.text
reload=$scratch/blocks/06.sh
sshd_lines=$scratch/blocks/07.diff
sudo_lines=$scratch/blocks/08.diff
words=$scratch/blocks/09.text
why=$scratch/blocks/10.sh
keep=$scratch/blocks/11.sh

# by_package: those that other tests run.
by_package() {
	same './dev packages
sudo apt install ./build/packages/libpam-otp_*.deb ./build/packages/otp-enroll_*.deb' "$(cat "$debian")" &&
	    same './dev packages
sudo dnf install build/packages/*.rpm' "$(cat "$fedora")"
}

# Services that systemd would reload.
cat >/usr/local/bin/systemctl <<'END'
#!/bin/sh
[ "$*" = 'reload ssh' ] && kill -HUP "$(cat /run/sshd.pid)"
END
chmod 755 /usr/local/bin/systemctl

# The root shell: its commands, and an ID that must be there later.
printf '#!/bin/sh\nexec /usr/bin/sleep 60\n' >/usr/local/bin/sleep
chmod 755 /usr/local/bin/sleep
root_shell() {
	(. "$undo" && echo "$undo" >"$scratch/undo")
}

enroll() {
	expect -f "$top_srcdir/tests/host/phone.exp" "$new" \
	    >"$scratch/enrolled" 2>&1
	status=$?
	cat "$scratch/enrolled"
	secret=$(sed -n 's/.*  Key  *\([A-Z2-7 ]*\).*/\1/p' "$scratch/enrolled" | tr -d ' \r')
	test $status = 0 && test -n "$secret"
}

configure_sshd() {
	cp "$drop" /etc/ssh/sshd_config.d/10-pam_otp.conf
	echo "$sshd_pid" >/run/sshd.pid
	sh -e "$reload" || return 1
	until ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null |
	    grep -q ed25519; do
		kill -0 "$sshd_pid" || return 1
	done
}

# patched DIFF SERVICE: its + lines come after the line before them.
patched() {
	awk 'NR == FNR {
		if (/^[+]/) added[line] = added[line] substr($0, 2) "\n"
		else line = substr($0, 2)
		next
	}
	{ print; printf "%s", added[$0] }' "$1" "/etc/pam.d/$2" >/tmp/patched &&
	    ! cmp -s /tmp/patched "/etc/pam.d/$2" &&
	    cp /tmp/patched "/etc/pam.d/$2"
}

# The next code of a phone whose last one was used: the test does not wait.
login() {
	talk 'Password: ' "$password" 'One-time code: ' "$1" \
	    'password for alice: ' "$password" 'Code for sudo: ' "$2" \
	    'password for alice: ' "$password" 'Code for sudo: ' "$3" \
	    -- $ssh_plain -t alice@ground sudo -k id -un
	test $status -eq 0 && echo "$screen"
}
fresh() {
	enrol alice && once=$(code) && login "$once" "$once" "$(code 30)" \
	    >"$scratch/seen" && cat "$scratch/seen" &&
	    grep -qx root "$scratch/seen"
}
as_written() {
	awk 'NR == FNR { lines[n++] = $0; next }
		{ sub(/ +$/, "") }
		$0 == lines[i] { if (++i == n) found = 1; next }
		{ i = 0 }
		END { exit !found }' "$words.plain" "$scratch/seen"
}

person alice
echo 'alice ALL=(ALL) ALL' >/etc/sudoers
echo 'KbdInteractiveAuthentication no' >/tmp/fifty
sshd_run </tmp/fifty
mv /etc/ssh/sshd_config.d/zz-ground.conf /etc/ssh/sshd_config.d/50-cloud-init.conf
conf
sed 's/ *$//' "$words" >"$words.plain"

check 'readme__has_the_blocks_that_are_run_here' \
    same 11 "$(find "$scratch/blocks" -name '[0-9]*[a-z]' ! -name '*.plain' | wc -l)"
check 'readme__installs_packages' by_package
check 'readme__saves_what_there_is' root_shell
check 'readme__enrolls' enroll
check 'readme__configures_sshd' configure_sshd
check 'readme__adds_a_line_for_sshd' patched "$sshd_lines" sshd
check 'readme__adds_a_line_for_sudo' patched "$sudo_lines" sudo
check 'readme__adds_a_line_for_sudo_i' patched "$sudo_lines" sudo-i
check 'readme__logs_in_and_runs_sudo' fresh
check 'readme__has_the_words_of_sudo' as_written
check 'readme__finds_no_fault' sh -e "$why"
undone() {
	undo=$(cat "$scratch/undo") && kill -0 "$undo" && . "$keep" &&
	    while grep -q '^State:[[:space:]]*[^ZX]' "/proc/$undo/status"; do :; done
	grep pam_otp.so /etc/pam.d/sshd
}
check 'readme__keeps_what_was_changed' undone

# The build, in a copy, since it writes there.
from_source() {
	echo 'root ALL=(ALL) ALL' >>/etc/sudoers
	rm -rf "$scratch/blocks"/* && blocks "$top_srcdir/CONTRIBUTING.md" &&
	    mkdir /root/source && (cd "$top_srcdir" && tar -c --exclude=./build \
	        --exclude=./.git .) | tar -C /root/source -x &&
	    rm -f "$(command -v otp-enroll)" && umount /var/lib/pam_otp &&
	    (cd /root/source && make -s distclean >/tmp/said 2>&1
	    bash -euc "$(cat "$scratch/blocks/01.sh")") &&
	    test -e /var/lib/pam_otp/.store &&
	    test -x /usr/bin/otp-enroll
}
if [ -n "${LONG-}" ]; then
	echo '# ran: the build of CONTRIBUTING.md'
	check 'contributing__builds_and_installs' from_source
fi

finish
