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
runs_jobs() {
	echo "@reboot alice id -un >/tmp/job" >/etc/cron.d/job
	echo "@reboot id -un >/tmp/table" >/var/spool/cron/crontabs/alice
	chown alice /var/spool/cron/crontabs/alice
	chmod 600 /var/spool/cron/crontabs/alice
	rm -f /run/crond.pid /run/crond.reboot
	cron -f &
	cron=$!
	tries=0
	until [ -s /tmp/job ] && [ -s /tmp/table ]; do
		tries=$((tries + 1))
		test $tries -lt 250 || break
		sleep 0.04
	done
	kill $cron
	logged
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

finish
