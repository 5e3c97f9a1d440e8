#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Every command of pam_otp_admin(7) does what the page says: each display has a
# function of its name here (or in ansible.sh), in the order of the page.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/page.sh"

# What the page calls Debian's log is the listener's file here.
ln -sf "$log" /var/log/auth.log
groupadd no-code
person alice staff
person bob staff
person carol staff no-code
wrong=999999

# seed_of USER: the first secret in force.
seed_of() {
	secret=$(sed -n 's/.*[?&]secret=\([A-Z2-7]*\).*/\1/p' \
	    "/var/lib/pam_otp/seed/$1" | head -n 1)
}

# fresh USER: enrolled by other means, so that a code of now is fresh.
fresh() {
	enrol "$1" >"$scratch/fresh" || cat "$scratch/fresh"
}

# Of an account that waits, and of one that does not.
why() {
	stack_of group && fresh alice && play why 1
	for i in 1 2 3 4 5; do
		refused alice $wrong
	done
	! play why 1 && grep -i 'blocked' "$scratch/printed"
}

# --- Changing pam.d ---

# Nobody waits ten minutes here.
sleepless=$scratch/sleepless
# `otp-enroll check` asks sshd, where there is one.
if have sshd && have ssh-keygen; then
	mkdir -p /run/sshd
	cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
	cp "$top_srcdir/contrib/stacks/sshd-key.conf" \
	    /etc/ssh/sshd_config.d
	ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
fi
mkdir "$sleepless"
printf '#!/bin/sh\nexec /usr/bin/sleep 0.5\n' >"$sleepless/sleep"
printf '#!/bin/sh\necho "$@" >>/tmp/systemctl\n' >"$sleepless/systemctl"
chmod 755 "$sleepless"/*
undo() {
	echo original >/etc/pam.d/sshd
	cat "$page/undo.1" "$page/undo.2" >"$scratch/undo"
	# The terminal is gone as soon as it sleeps.
	cat >>"$scratch/undo" <<-'EOF'
	echo broken >/etc/pam.d/sshd
	echo UsePAM yes >/etc/ssh/sshd_config.d/10-pam_otp.conf
	for round in $(seq 100); do
		! pgrep -P $undo sleep || break
	done
	kill -HUP $undo
	wait
	EOF
	(PATH=$sleepless:$PATH && bash "$scratch/undo") &&
	    same original "$(cat /etc/pam.d/sshd)" &&
	    test ! -e /etc/ssh/sshd_config.d/10-pam_otp.conf &&
	    same 'reload ssh' "$(cat /tmp/systemctl)"
}
keep() {
	stack_of group && play keep 1 || return 1
	sed -i 's/pam_otp.so/sub\/pam_otp.so/' /etc/pam.d/sshd
	! play keep 1 && grep 'pam_otp.so' "$scratch/printed" || return 1
	cat "$page/undo.1" "$page/undo.2" "$page/keep.2" >"$scratch/keep"
	echo 'echo changed >/etc/pam.d/sshd; wait; exit 0' >>"$scratch/keep"
	(PATH=$sleepless:$PATH && bash "$scratch/keep") && sleep 1 &&
	    same changed "$(cat /etc/pam.d/sshd)"
}
group() {
	fresh alice && stack_of group && enters carol $wrong &&
	    refused alice $wrong && enters alice "$(code)"
}
lines() {
	play lines 1
}

# --- Nobody gets in ---

# As when the store is lost: with the lines, nobody; without, the password, also
# where one is skipped or goes on in the next; and no code alone.
service_lets_in() {
	"$top_builddir/tests/lib/login" /etc/pam.d "$1" alice $wrong
}
out() {
	printf '%s\n' 'auth requisite pam_permit.so' \
	    'auth required pam_otp.so \' '    nodelay' >/etc/pam.d/broken
	echo 'auth required pam_otp.so' >/etc/pam.d/alone
	refused alice $wrong && ! service_lets_in broken && play out 1 &&
	    play out 2 && enters alice $wrong && enters carol $wrong &&
	    service_lets_in broken && ! service_lets_in alone &&
	    same '' "$(cat "$page"/lines.1 | bash)"
}
key() {
	mkdir -p /etc/ssh/sshd_config.d && touch /etc/ssh/sshd_config &&
	    cp "$top_srcdir/contrib/stacks/sshd-key.conf" \
		/etc/ssh/sshd_config.d && play key 1 && play key 2 &&
	    same 'AuthenticationMethods publickey' \
		"$(grep ^Auth /etc/ssh/sshd_config.d/sshd-key.conf)"
}
back() {
	play back 1 && refused alice $wrong
	as_it_was=$?
	rm -f /etc/pam.d/broken /etc/pam.d/alone
	return $as_it_was
}
key_back() {
	play key-back 1 && cmp "$top_srcdir/contrib/stacks/sshd-key.conf" \
	    /etc/ssh/sshd_config.d/sshd-key.conf
}
printed() {
	fresh root && play printed 1 &&
	    recovery=$(jq -er '.recovery_codes[]?' "$work/codes" 2>/dev/null ||
		grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$work/codes") &&
	    same 600 "$(stat -c %a "$work/codes")" &&
	    enters root "$(echo "$recovery" | head -n 1)" &&
	    play printed 2 && test ! -e "$work/codes"
}

# --- Many users ---

# With a day to come, and with one that has come.
letting_until() {
	sed -i "s/nullok_until=.*/nullok_until=$1/" /etc/pam.d/sshd
}
day() {
	person carol staff no-code
	stack_of day && letting_until 2999-12-31 && enters carol $wrong \
	    >"$scratch/told" && cat "$scratch/told" &&
	    grep -q 'shown: *From 2999-12-31 on, you need a one-time code' \
		"$scratch/told" && refused alice $wrong &&
	    letting_until 2020-01-31 && refused carol $wrong >"$scratch/told" &&
	    ! grep shown: "$scratch/told"
}
batch() {
	person alice && person bob
	cp "$page/batch.1.said" "$work/list" && play batch 1 &&
	    play batch 2 && same 600 "$(stat -c %a "$work/given")" &&
	    secret=$(jq -r 'select(.user == "alice").uri' "$work/given" |
		sed 's/.*secret=\([A-Z2-7]*\).*/\1/') &&
	    enters alice "$(code)"
}
show() {
	phone show 1 && same "$secret" "$(jq -r .uri "$work/given" |
	    sed -n '1s/.*secret=\([A-Z2-7]*\).*/\1/p')" && play show 2 &&
	    same "$(jq -r 'select(.user == "bob").uri' "$work/given")" \
		"$(zbarimg -q --raw "$work/bob.png" | sed 's/&issuer.*//
		    ')$(sed -n 's/.*\(&issuer.*\)$/\1/p' \
		    /var/lib/pam_otp/seed/bob)" &&
	    play show 3 && test ! -e "$work/given" && test ! -e "$work/bob.png"
}
letters() {
	play letters 1 && play letters 2 && play letters 3 &&
	    grep -q '^"carol",.\{29\},20' "$work/letters.csv" &&
	    same 600 "$(stat -c %a "$work/letters.csv")"
}
invited() {
	play invited 1 && grep -q '^carol *until' "$scratch/printed" &&
	    phone invited 2 && play invited 3 && play invited 1 &&
	    says_no grep -q carol "$scratch/printed"
}
progress() {
	play progress 1 && play progress 2
}

# --- A lost phone ---

replace() {
	seed_of alice
	old=$secret
	phone replace 1 && enters alice "$(code 30)" &&
	    enters alice "$(word 2)" && new=$secret && secret=$old &&
	    refused alice "$(code 60)" && secret=$new
}
telephone() {
	old=$secret
	phone telephone 1 && given=$(word 2) && secret=$old &&
	    refused alice "$(code)" && enters alice "$(word 1)" &&
	    refused alice "$(word 1)" && enters alice "$given" &&
	    phone replace 1
}

# Two more hosts, which ssh reaches: each has a store.
ssh_stub() {
	cat >/usr/local/bin/ssh <<'END'
#!/bin/sh
host=${1#root@}
shift
exec unshare --mount sh -c 'mount --bind "/hosts/$0" /var/lib/pam_otp &&
	exec "$@"' "$host" "$@"
END
	chmod 755 /usr/local/bin/ssh
	for host in web1 web2; do
		mkdir -p -m 700 /hosts /hosts/$host
		cp -a /var/lib/pam_otp/. /hosts/$host
	done
}
everywhere() {
	ssh_stub && play everywhere 1 && for host in web1 web2; do
		ssh root@$host otp-enroll status alice | grep -q suspended ||
			return 1
	done
}
resumed() {
	play resumed 1 && for host in web1 web2; do
		! ssh root@$host otp-enroll status alice | grep suspended ||
			return 1
	done
}
# The same on a host where logins are tried, with nullok.
suspended_is_not_let_in() {
	stack_of day && letting_until 2999-12-31 &&
	    otp-enroll remove alice && otp-enroll suspend alice &&
	    refused alice $wrong && otp-enroll resume alice &&
	    fresh alice && letting_until 2020-01-31
}
# What the page says of nullok, so that nobody does it.
removed_is_let_in() {
	otp-enroll remove alice && stack_of day && letting_until 2999-12-31 &&
	    enters alice $wrong && fresh alice && refused alice $wrong &&
	    letting_until 2020-01-31
}
log() {
	logger -p authpriv.notice -t sshd \
	    'pam_otp(sshd:auth): result=refused reason=wrong user=alice' &&
	    logged >/dev/null && play log 1 &&
	    grep -q 'reason=wrong user=alice' "$scratch/printed"
}
unlock() {
	fresh alice
	for i in 1 2 3 4 5 6; do
		refused alice $wrong
	done
	refused alice "$(code)" && play unlock 1 &&
	    grep -qi 'blocked' "$scratch/printed" &&
	    play unlock 2 && enters alice "$(code)"
}

# --- Backup ---

backup() {
	mkdir -p -m 700 /root/.gnupg
	gpg -q --batch --passphrase '' --quick-gen-key backup@example.org &&
	    play backup 1 && ! grep -q otpauth "$work/seeds.tar.gpg" &&
	    gpg -q --decrypt "$work/seeds.tar.gpg" | tar -t >"$scratch/listed" &&
	    grep -q '^seed/alice$' "$scratch/listed" &&
	    ! grep state "$scratch/listed"
}
# used_later COMMAND...: codes of alice and bob are used behind it: $code and the
# first of $spent, and of $counting that of counter 5.
used_later() {
	enrol bob --hotp >"$scratch/bob" && counting=$secret && fresh alice &&
	    spent=$recovery && "$@" &&
	    enters alice "$(echo "$spent" | cut -d' ' -f1)" && code=$(code) &&
	    enters alice "$code" && secret=$counting &&
	    enters bob "$(hotp 5)" && seed_of alice
}
restore() {
	used_later play backup 1 &&
	    rm -rf /var/lib/pam_otp/seed /var/lib/pam_otp/state \
		/var/lib/pam_otp/.store && play restore 1 && play restore 2 &&
	    phone restore 3 && grep -q 'recovery codes replaced' \
		"$scratch/printed" && nothing_is_fresh
}
nothing_is_fresh() {
	seed_of alice && refused alice "$code" && refused alice "$(code)" &&
	    refused alice "$(echo "$spent" | cut -d' ' -f1)" &&
	    refused alice "$(echo "$spent" | cut -d' ' -f2)" &&
	    secret=$counting && refused bob "$(hotp 5)" &&
	    refused bob "$(hotp 6)" && { hotp 6; hotp 7; } |
		otp-enroll resync bob && enters bob "$(hotp 8)"
}
# All as it was, the states too: by the page what was used is fresh.
rollback() {
	used_later cp -a /var/lib/pam_otp /root/snapshot && cp -a /root/snapshot/. /var/lib/pam_otp &&
	    spent_is_fresh && play rollback 1 && phone rollback 2 &&
	    nothing_is_fresh
}
spent_is_fresh() {
	secret=$counting && enters alice "$(echo "$spent" | cut -d' ' -f1)" &&
	    enters bob "$(hotp 5)"
}
image() {
	play image 1 && test -e /var/lib/pam_otp/.store &&
	    same 'Nobody is enrolled.' "$(otp-enroll status --all 2>&1 |
		sed 's/.*/Nobody is enrolled./' | sort -u)"
}

# --- Accounts ---

rename() {
	fresh alice && play rename 1 && play rename 2 &&
	    code=$(code) && enters beth "$code" && refused beth "$code"
}
delete() {
	fresh bob && play delete 1 && play delete 2 && ! getent passwd bob
}
orphans() {
	fresh carol && play orphans 1 && play orphans 2 && play orphans 3 &&
	    test ! -e /var/lib/pam_otp/state/carol
}
# The next one with that name has another uid.
another_uid() {
	person erin && fresh erin && userdel erin && person erin2 &&
	    useradd -u 3111 erin &&
	    refused erin "$(code)" >"$scratch/told"
	cat "$scratch/told"
	grep -q 'reason=uid' "$scratch/told" && otp-enroll remove erin --purge &&
	    enrol erin && enters erin "$(code)"
}

# --- The store's place ---

where() {
	play where 1 && same tmpfs "$(cat "$scratch/printed")"
}
place() {
	mkdir -p /data && mount -t tmpfs ground /data &&
	    cp "$page/place" /etc/security/pam_otp.conf
}
place_init() {
	play place-init 1 && otp-enroll new beth --no-confirm --print \
	    >/tmp/enrolled && secret=$(sed -n 's/^  Key *//p' /tmp/enrolled |
	    tr -d ' ') && mount -o remount,ro /data &&
	    refused beth "$(code)" >"$scratch/told" && cat "$scratch/told" &&
	    grep -q 'reason=write .*errno=EROFS' "$scratch/told" &&
	    mount -o remount,rw /data && enters beth "$(code)" && umount /data &&
	    refused beth "$(code 30)" >"$scratch/told" && cat "$scratch/told" &&
	    grep -q 'reason=no-store' "$scratch/told" &&
	    stack_of day && letting_until 2999-12-31 && refused beth $wrong &&
	    rm /etc/security/pam_otp.conf
}
on_overlay() {
	mkdir -p /data/low /data/up /data/work /data/all &&
	    mount -t tmpfs ground /data && mkdir /data/low /data/up \
		/data/work /data/all && cp -a /var/lib/pam_otp /data/low &&
	    mount -t overlay ground /data/all -o \
		lowerdir=/data/low,upperdir=/data/up,workdir=/data/work &&
	    echo 'store = /data/all/pam_otp' >/etc/security/pam_otp.conf &&
	    fresh beth && otp-enroll new beth --replace --no-confirm --print \
		>/tmp/enrolled && secret=$(sed -n 's/^  Key *//p' \
		/tmp/enrolled | tr -d ' ') && code=$(code) &&
	    enters beth "$code" && refused beth "$code" &&
	    rm /etc/security/pam_otp.conf
}

# --- Upgrading ---

kept() {
	module=$(ground_modules)/pam_otp.so
	cp "$module" "$module.new"
	LD_PRELOAD=$module sleep 60 &
	keeper=$!
	until grep -q pam_otp.so /proc/$keeper/maps; do :; done
	! play kept 1 && mv "$module.new" "$module" && play kept 1 &&
	    same "/proc/$keeper/maps" "$(cat "$scratch/printed")"
	as_it_was=$?
	kill $keeper
	return $as_it_was
}

# --- Time ---

drift() {
	fresh beth && stack_of group && refused beth "$(code -120)" \
	    >"$scratch/told" && cat "$scratch/told" &&
	    grep -q 'reason=wrong .*drift=-[0-9]*s' "$scratch/told" &&
	    grep -q 'pam_otp' "$page/drift.1" &&
	    logger -p authpriv.notice -t sshd \
		'pam_otp(sshd:auth): result=refused drift=-90s' &&
	    logged >"$scratch/lines" && play drift 1 && refused beth "$(code 120)" >"$scratch/told" &&
	    cat "$scratch/told" && ! grep drift= "$scratch/told" &&
	    sed -i 's/alice/beth/' "$page/drift.2" && phone drift 2 &&
	    grep -q '^Correct' "$scratch/printed"
}
# Nothing is ahead here, and nothing changes; what is mended otherwise stands in
# tests/effects/enrol_adopt_test.c, whose clock can be set.
ahead() {
	person alice && fresh alice && phone ahead 1 &&
	    grep -q 'nothing to adopt' "$scratch/printed" &&
	    enters alice "$(code)"
}

# --- sudo ---

nopasswd() {
	cp "$page/nopasswd" /etc/sudoers.d/backup &&
	    chmod 440 /etc/sudoers.d/backup
}
nopasswd_run() {
	sed -i '/common-auth/a auth required pam_otp.so' /etc/pam.d/sudo
	as=backup
	play nopasswd-run 1 && as= || return 1
	as=
	logged >"$scratch/before"
	setpriv --reuid backup --regid backup --clear-groups sudo -n true \
	    >"$scratch/told" 2>&1
	status=$?
	cat "$scratch/told"
	test $status = 1 && same 'sudo: a password is required' \
	    "$(cat "$scratch/told")" && logged pam_otp >"$scratch/lines"
	same '' "$(cat "$scratch/lines")"
}
service() {
	cp "$page/service" /etc/pam.d/sshd && enters backup $wrong && fresh alice &&
	    refused alice $wrong && enters alice "$(code)"
}

# --- Lockers ---

locker() {
	stack_of group && fresh beth && as=beth &&
	    ! as_person "$top_builddir/tests/lib/login" /etc/pam.d sshd beth \
		"$(code)" >"$scratch/told"
	as=
	cat "$scratch/told"
	grep -q 'shown: *Codes cannot be checked right now' \
	    "$scratch/told" && grep -q 'reason=no-daemon' "$scratch/told" &&
	    enters beth "$(code)"
}

# --- All of them ---

check 'handbook__has_no_display_that_is_not_run' empty unknown "$scratch/displays" handbook ansible clients
check 'handbook__has_displays' test "$(wc -l <"$scratch/displays")" -ge 30

stack_of group
while read -r name kind; do
	case $name:$kind in
	*'by hand' | manage:* | lost:* | faq-*) continue ;;
	backup:* | restore:*)
		have gpg || {
			skip "handbook__$name" 'gpg is not installed'
			continue
		} ;;
	esac
	check "handbook__$name" perform "$(function_of "$name")" </dev/null
	case $name in
	everywhere)
		check 'handbook__removed_is_let_in_with_nullok' removed_is_let_in
		check 'handbook__suspended_is_not_let_in_with_nullok' \
		    suspended_is_not_let_in ;;
	orphans) check 'handbook__next_owner_of_a_name' another_uid ;;
	place-init) check 'handbook__overlay' on_overlay ;;
	service) check 'handbook__locker' locker ;;
	esac
done <"$scratch/displays"

# The check itself can fail.
printf '.\\" tried: nothing\n.Dl # true\n.Dl # false\n' >"$scratch/other.7"
displays "$scratch/other.7" >"$scratch/other"
check 'handbook__tells_a_display_without_a_name' \
    grep -q '^? .*other.7:3' "$scratch/other"
check 'handbook__tells_a_display_without_a_function' \
    says_no empty unknown "$scratch/other" handbook ansible clients

finish
