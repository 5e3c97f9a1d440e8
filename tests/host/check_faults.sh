#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The faults that administrators make most, those made most often first: what
# 'otp-enroll check' says of each, made on a host where the ssh of contrib/stacks
# asks for password and code.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs jq
# shellcheck disable=SC2154
config=/etc/ssh/sshd_config own=$drop_in/10-pam_otp.conf pamd=/etc/pam.d/sshd

person alice
person bob
groupadd no-group
person carol no-group
enrol alice --hotp
enrol carol
cp -a /var/lib/pam_otp /tmp/good
cp -p /etc/passwd /etc/shadow /etc/group /tmp
modules=$(ground_modules)

# fresh: the host as it is to be.
fresh() {
	rm -rf /etc/pam.d /etc/nologin
	cp -a /etc/pam.d.debian /etc/pam.d
	cp -p /tmp/passwd /tmp/shadow /tmp/group /etc
	cp /usr/share/openssh/sshd_config $config
	rm -f $drop_in/*
	cp "$top_srcdir/contrib/stacks/sshd-password.conf" $own
	conf
	rm -rf /var/lib/pam_otp/* /var/lib/pam_otp/.store
	cp -a /tmp/good/. /var/lib/pam_otp
	stack sshd sshd-password
	stack sudo sudo
}
# examine [USER]
examine() {
	status=0
	otp-enroll check --json "$@" >/tmp/check.json || status=$?
	found=$(jq -r '.findings[] | select(.level != "ok" and (.id | test(
	    "^(sshd-key-only|clock-unsynchronised|store-(in-memory|on-overlay))$"
	    ) | not)) | "\(.level) \(.id)"' /tmp/check.json | sort -u |
	    tr '\n' ' ' | sed 's/ $//')
	jq -r '.findings[] | select(.level != "ok") |
	    "\(.level) \(.text)\n  \(.fix)"' /tmp/check.json
}
# fault NAME USER STATUS FINDINGS PATTERN COMMAND...: of a fault made by COMMAND,
# `check USER' has these findings, and says so.
faults=0
fault() {
	faults=$((faults + 1))
	fault_name=$1
	shift
	check "$(printf '%02d' $faults)_$fault_name" is_found "$@"
}
is_found() {
	who=$1 expected=$2 ids=$3 pattern=$4
	shift 4
	fresh
	"$@" || return 1
	examine ${who:+"$who"}
	same "$expected: $ids" "$status: $found" &&
	    jq -r '.findings[] | .text, (.fix // empty)' /tmp/check.json |
	    grep -q -e "$pattern"
}
# in_file FILE LINE...: they are its first.
in_file() {
	file=$1
	shift
	{
		printf '%s\n' "$@"
		test ! -e "$file" || cat "$file"
	} >/tmp/new
	cp /tmp/new "$file"
}
# in_config LINE...: they are the last of sshd_config.
in_config() {
	printf '%s\n' "$@" >>$config
}
# line SED: of the module in sshd's stack.
line() {
	sed -i "/pam_otp\\.so/$1" $pamd
}

fresh
healthy() {
	examine
	same '0: ' "$status: $found" || return 1
	examine alice
	same '0: ' "$status: $found"
}
check '00_nothing_is_wrong' healthy

# --- Each day ---

fault user_who_is_not_enrolled bob 3 'fault not-enrolled' \
    "'otp-enroll new bob'" true
blocked() {
	guess alice 6 || true
}
fault user_who_typed_wrong_codes alice 1 'fault blocked' \
    "'otp-enroll unlock alice'" blocked
fault name_that_is_misspelt alcie 1 'fault unknown-user' \
    'no user alcie on this host' true
answers() {
	cat >/usr/bin/journalctl <<-'END'
	#!/bin/sh
	echo "$*" >/tmp/journal.arguments
	cat <<-LINES
	pam_unix(sshd:auth): authentication failure; user=alice
	pam_otp(sshd:auth): result=refused reason=malformed user=alice rhost=192.0.2.1
	pam_otp(sshd:auth): result=refused reason=malformed user=alicette rhost=192.0.2.1
	pam_otp(sudo:auth): result=refused reason=malformed user=alice
	pam_otp(sudo:auth): result=refused reason=wrong user=alice
	x pam_otp(sudo:auth): result=refused reason=malformed user=alice
	pam_otp(sudo:auth): result=refused reason=wrong user=bob token="x): result=refused reason=malformed user=bob"
	LINES
	END
	chmod 755 /usr/bin/journalctl
}
if [ -x /usr/bin/journalctl ]; then
	fault password_typed_as_code alice 0 'note malformed-answers' \
	    'answered with something else (2 times)' answers
	fault password_typed_by_another carol 0 '' '' answers
	no_journal() {
		printf '#!/bin/sh\necho "%s"\nexit 1\n' \
		    'pam_otp(x:auth): result=refused reason=malformed user=alice' \
		    >/usr/bin/journalctl
	}
	fault journal_that_cannot_be_read alice 0 '' '' no_journal
	rm /usr/bin/journalctl
fi

# --- While it is set up ---

fault kbd_interactive_off_in_a_file_before_ours '' 1 'fault sshd-no-code' \
    '05-cloud-init.conf:1' in_file $drop_in/05-cloud-init.conf \
    'KbdInteractiveAuthentication no'
fault passwords_on_in_a_file_before_ours '' 0 'warning sshd-password' \
    '05-cloud-init.conf:1' in_file $drop_in/05-cloud-init.conf \
    'PasswordAuthentication yes'
fault kbd_interactive_off_after_the_includes '' 0 '' '' \
    in_file /tmp/unused 'KbdInteractiveAuthentication no'
fault use_pam_off '' 1 'fault sshd-no-pam' "'UsePAM yes'" \
    in_file $own 'UsePAM no'
fault sshd_config_with_a_misspelt_keyword '' 1 'fault sshd-invalid' \
    'zz.conf.*Bad configuration option: UsePAMM' \
    in_file $drop_in/zz.conf 'UsePAMM yes'
fault option_that_is_misspelt '' 1 'fault option' \
    "nulok: is not an option (did you mean 'nullok'?)" line 's/$/ nulok/'
fault option_that_is_misspelt_with_a_value '' 1 'fault option' \
    "did you mean 'nullok_until'" line 's/$/ nulok_until=2099-01-01/'
fault option_that_is_like_no_other '' 1 'fault option' \
    'frobnicate: is not an option\. ' line 's/$/ frobnicate/'
fault option_given_twice '' 1 'fault option' 'nullok: is given twice' \
    line 's/$/ nullok nullok/'
fault prompt_without_brackets '' 1 'fault option' 'for' \
    line 's/$/ prompt=Code for ssh:/'
fault configuration_with_a_misspelt_option '' 1 'fault configuration-invalid' \
    "pam_otp.conf:2: windw: .*(did you mean 'window'?)" conf 'windw = 1'
fault module_that_is_not_installed '' 1 'fault module-missing' \
    'every stack with this line fails' rm $modules/pam_otp.so
cp "$PAM_OTP_SO" $modules/pam_otp.so
fault control_sufficient '' 1 'fault wrong-code-accepted' 'auth required' \
    line 's/required/sufficient/'
fault control_optional '' 1 'fault wrong-code-accepted' 'auth required' \
    line 's/required/optional/'
fault password_sufficient_before_it '' 1 'fault code-skipped' pam_unix.so \
    sed -i 's/^@include common-auth/auth sufficient pam_unix.so/' $pamd
alone() {
	sed -i 's/^@include common-auth//' $pamd
}
fault code_alone_is_enough '' 1 'fault sshd-code-only' 'without a key' alone
alone_first() {
	stack sshd sshd-key
	sed -i '/pam_otp/a @include common-auth' $pamd
}
fault code_before_the_password '' 0 'warning code-first' \
    'anyone can have accounts blocked' alone_first
twice() {
	sed -i '/pam_otp/p' $pamd
}
fault code_asked_twice '' 1 'fault code-twice' 'refuses the same code' twice
fedora() {
	printf '%s\n' 'auth required pam_env.so' \
	    'auth required pam_faildelay.so delay=2000000' \
	    'auth sufficient pam_unix.so nullok' 'auth required pam_deny.so' \
	    >/etc/pam.d/system-auth
	printf '%s\n' 'auth include system-auth' 'auth required pam_otp.so' \
	    >/etc/pam.d/sudo
}
fault line_after_an_include_that_ends_the_stack '' 1 'fault code-skipped' \
    'system-auth:3' fedora
permit() {
	sed -i '/pam_otp/i auth sufficient pam_permit.so' $pamd
}
fault permit_before_it '' 1 'fault code-skipped' pam_permit.so permit
no_init() {
	store_unmount
}
fault store_that_is_not_mounted alice 1 'fault no-store' 'otp-enroll init' \
    no_init
store_mount

# --- Match blocks, and whom sshd lets in ---

fault match_user_asked_for alice 1 'fault sshd-no-code' "$config:[1-9]" \
    in_config 'Match User alice' 'KbdInteractiveAuthentication no'
fault match_user_without_a_user '' 0 'note sshd-match' "$config:[1-9]" \
    in_config 'Match User alice' 'KbdInteractiveAuthentication no'
fault match_user_of_another carol 0 '' '' \
    in_config 'Match User alice' 'KbdInteractiveAuthentication no'
fault match_address_without_codes '' 0 '' \
    'without a code (.*for logins from 10.0.0.0)' \
    in_config 'Match Address 10.0.0.0/8' 'AuthenticationMethods publickey'
fault allow_users_without_the_user alice 1 'fault sshd-refuses' \
    'sshd refuses alice because of AllowUsers' in_file $own 'AllowUsers carol'
fault deny_users_with_the_user alice 1 'fault sshd-refuses' \
    'sshd refuses alice because of DenyUsers' in_file $own 'DenyUsers alice'
fault allow_groups_without_the_user alice 1 'fault sshd-refuses' \
    'sshd refuses alice because of AllowGroups' \
    in_file $own 'AllowGroups no-group'
root_enrolled() {
	enrol root
}
fault root_whose_answers_sshd_withholds root 0 'warning sshd-root' \
    'PermitRootLogin prohibit-password' root_enrolled
root_refused() {
	root_enrolled && in_file $own 'PermitRootLogin no'
}
fault root_whom_sshd_refuses root 0 'note sshd-refuses' 'PermitRootLogin' \
    root_refused

# --- Accounts ---

renamed() {
	sed -i 's/^alice:/alicia:/' /etc/passwd /etc/shadow
}
fault user_who_was_renamed alicia 1 'fault renamed' \
    "'otp-enroll adopt alicia --from=alice'" renamed
fault old_name_of_a_user alice 1 'fault unknown-user' 'no user alice' renamed
twin() {
	grep ^alice: /etc/passwd | sed 's/^alice/twin/' >>/etc/passwd
}
fault user_who_has_a_twin twin 3 'fault not-enrolled' 'otp-enroll new twin' \
    twin
fault account_that_expired alice 0 'warning account-expired' \
    'alice expired on 2020-01-31.*' chage -E 2020-01-31 alice
fault account_that_expires_one_day alice 0 '' '' chage -E 2999-01-31 alice
password_expired() {
	chage -d 2020-01-01 -M 30 -I 7 alice
}
fault password_that_expired alice 0 'warning password-expired' \
    'expired and was not changed' password_expired
fault password_that_is_old alice 0 '' '' chage -d 2020-01-01 -M 30 alice
fault password_that_is_locked alice 0 'warning password-locked' \
    "'usermod -U alice'" usermod -L alice
fault password_that_is_not_there alice 0 'note no-password' "'passwd alice'" \
    usermod -p '!' alice
fault password_that_is_disabled alice 0 'note no-password' "'passwd alice'" \
    usermod -p '*' alice
fault password_that_is_empty alice 0 'warning password-empty' \
    "'passwd alice'" passwd -d alice
fault shell_that_ends_at_once alice 0 'note shell' \
    'The shell of alice is /usr/sbin/nologin' \
    usermod -s /usr/sbin/nologin alice
fault shell_that_is_not_there alice 0 'warning shell' \
    'The shell of alice, /bin/none, cannot be run' \
    sed -i 's,^\(alice:.*:\)/bin/sh,\1/bin/none,' /etc/passwd
fault shell_of_no_name alice 0 '' '' \
    sed -i 's,^\(alice:.*:\)/bin/sh,\1,' /etc/passwd
closed() {
	echo 'We move house.' >"$1"
}
fault nologin '' 1 'fault nologin' "'rm /etc/nologin'" closed /etc/nologin
fault nologin_of_a_boot '' 1 'fault nologin' "'rm /run/nologin'" \
    closed /run/nologin
rm /run/nologin
exempt() {
	stack sshd sshd-password-group
	cp /etc/pam.d.debian/sudo /etc/pam.d/sudo
}
fault user_whom_a_group_exempts bob 3 'note code-exempt note not-enrolled' \
    'exempts them, as pam_succeed_if.so in /etc/pam.d/sshd:[0-9]' exempt
fault user_whom_one_service_exempts bob 3 'fault not-enrolled note code-exempt' \
    'otp-enroll new bob' stack sshd sshd-password-group
fault account_of_the_system daemon 3 'note not-enrolled note shell' \
    'OK if no person logs in' usermod -p "$ground_hash" daemon
fault seed_that_was_removed alice 1 'fault no-seed' 'new --replace alice' \
    rm /var/lib/pam_otp/seed/alice
fault seed_that_was_put_there alice 1 'fault no-state' 'otp-enroll adopt alice' \
    rm /var/lib/pam_otp/state/alice
fault state_that_was_cut alice 1 'fault checksum' 'adopt --force alice' \
    truncate -s 100 /var/lib/pam_otp/state/alice
fault uid_that_changed alice 1 'fault uid' 'adopt --force alice' \
    usermod -u 2999 alice
fault seed_that_others_can_read alice 1 'fault mode' \
    "^Run 'chmod 600 /var/lib/pam_otp/seed/alice'" \
    chmod 644 /var/lib/pam_otp/seed/alice
fault seed_of_another_user alice 1 'fault owner' \
    "'chown root: /var/lib/pam_otp/seed/alice'" \
    chown daemon /var/lib/pam_otp/seed/alice

# --- The host ---

fault folder_that_others_can_write_to '' 1 'fault mode' "'chmod go-w /var/lib'" \
    chmod 777 /var/lib
chmod 755 /var/lib
store_open() {
	chmod "$1" "$2"
}
fault store_that_others_can_write_to '' 1 'fault mode' \
    "'chmod 700 /var/lib/pam_otp'" store_open 777 /var/lib/pam_otp
chmod 700 /var/lib/pam_otp
fault part_that_others_can_write_to '' 1 'fault mode' \
    "'chmod 700 /var/lib/pam_otp/seed'" store_open 770 /var/lib/pam_otp/seed
fault store_that_others_can_list '' 0 'warning store-readable' \
    "'chmod 700 /var/lib/pam_otp'" store_open 755 /var/lib/pam_otp
chmod 700 /var/lib/pam_otp
if $CC -shared -fPIC -I"$top_builddir" -w -o /tmp/ahead.so \
    "$top_srcdir/tests/tool/ahead.c" -ldl 2>/dev/null; then
	clock() {
		enrol carol
		export LD_PRELOAD=/tmp/ahead.so "CLOCK_AHEAD=$1"
	}
	wrong_clock() {
		is_found "$@"
		ended=$?
		unset LD_PRELOAD CLOCK_AHEAD
		return $ended
	}
	faults=$((faults + 1))
	check "${faults}_clock_of_a_past_year" wrong_clock '' 1 \
	    'fault clock-wrong' 'every TOTP code is refused' clock -200000000
	late() {
		enrol carol
		rm /var/lib/pam_otp/state/carol
		LD_PRELOAD=/tmp/ahead.so CLOCK_AHEAD=7200 otp-enroll adopt carol
	}
	fault clock_two_hours_behind carol 1 'fault clock-behind' \
	    '\(2 h\|120 min\|1 h\|hours\) ' late
else
	skip 'clock' 'no compiler'
fi

# --- One service ---

one() {
	fresh
	line 's/required/optional/'
	examine --service=sudo
	same '0: ' "$status: $found" || return 1
	examine --service=sshd
	same '1: fault wrong-code-accepted' "$status: $found" || return 1
	examine --service=cron
	same '0: warning no-service' "$status: $found"
}
check 'service__is_the_one_that_is_checked' one

echo "# faults made: $faults"
finish
