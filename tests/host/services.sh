#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# With all the stacks in force, nothing else is asked for a code: common-auth
# stays the distribution's, and what root and cron do goes on.

. "$(dirname "$0")/ground.sh"
needs cron runuser su chsh

person alice
stack sshd sshd-password
stack sudo sudo
stack sudo-i sudo
stack su su
stack login login

check 'services__of_ours_alone_name_the_module' same "login
sshd
su
sudo
sudo-i" "$(cd /etc/pam.d && grep -lE '^[^#]*pam_otp' -- * | sort)"
unchanged() {
	for file in /etc/pam.d.debian/*; do
		cmp -s "$file" "/etc/pam.d/${file##*/}" || echo "${file##*/}"
	done
}
check 'services__of_others_are_as_they_were' same "login
sshd
su
sudo
sudo-i" "$(unchanged)"

# From here on no code is right, for nobody.
store_unmount

# cron runs these when it starts; nothing else has it wait for a minute.
echo '@reboot alice id -un >/tmp/job' >/etc/cron.d/job
echo '@reboot id -un >/tmp/table' >/var/spool/cron/crontabs/alice
chown alice /var/spool/cron/crontabs/alice
chmod 600 /var/spool/cron/crontabs/alice

# start_cron COMMAND...: until that is so; what it said is in `lines'.
start_cron() {
	rm -f /run/crond.pid /run/crond.reboot /tmp/job /tmp/table
	cron -f &
	cron=$!
	await "$@"
	kill $cron
	wait $cron
	logged >"$scratch/lines"
	cat "$scratch/lines"
}
jobs_done() {
	test -s /tmp/job && test -s /tmp/table
}
runs_jobs() {
	start_cron jobs_done
	same 'alice alice' "$(cat /tmp/job) $(cat /tmp/table)"
}
check 'cron__runs_jobs' runs_jobs
check 'runuser__becomes_anybody' same alice "$(runuser -u alice -- id -un)"
check 'runuser__becomes_anybody_by_a_login_shell' \
    same alice "$(runuser - alice -c 'id -un')"
check 'su__of_root_becomes_anybody' same alice "$(su alice -c 'id -un')"
check 'su__of_root_becomes_anybody_by_a_login_shell' \
    same alice "$(su - alice -c 'id -un')"

# A service that has the password alone.
shell() {
	talk 'Password: ' "$password" -- setpriv --reuid alice --regid alice \
	    --clear-groups chsh -s /bin/sh
	logged
	same 'Password: ' "$screen" && same 0 "$status"
}
check 'chsh__asks_for_the_password_alone' shell

# Why common-auth is left alone: cron includes it, and although it asks nobody
# there, a line whose module is gone ends its jobs. Where a line before it ends
# the stack, root goes on.
echo 'auth required pam_otp.so' >>/etc/pam.d/common-auth
check 'common_auth__with_the_module_lets_cron_run_jobs' runs_jobs
refused_jobs() {
	test "$(grep -c 'cron.err CRON: Module is unknown' $log)" -eq 2
}
no_jobs() {
	mv "$(ground_modules)/pam_otp.so" /tmp
	start_cron refused_jobs
	refused_jobs && test ! -e /tmp/job && test ! -e /tmp/table
}
check 'common_auth__with_a_missing_module_stops_cron' no_jobs
check 'common_auth__with_a_missing_module_does_not_stop_root' \
    same 'alice alice' "$(su alice -c 'id -un') $(runuser -u alice -- id -un)"

finish
