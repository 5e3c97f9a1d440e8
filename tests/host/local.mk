# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Each of these has a host of its own (ground.sh), or says why it cannot and is
# skipped.
host_tests = \
	%D%/ansible.sh \
	%D%/check.sh \
	%D%/check_advice.sh \
	%D%/check_faults.sh \
	%D%/check_sshd.sh \
	%D%/clients.sh \
	%D%/daemon.sh \
	%D%/enroll.sh \
	%D%/enroll_scan.sh \
	%D%/ground_test.sh \
	%D%/handbook.sh \
	%D%/locker.sh \
	%D%/login.sh \
	%D%/migration.sh \
	%D%/openvpn.sh \
	%D%/peers.sh \
	%D%/polkit.sh \
	%D%/radius.sh \
	%D%/readme.sh \
	%D%/services.sh \
	%D%/ssh_sudo.sh \
	%D%/ssh_sudo_fresh.sh \
	%D%/sshd_device.sh \
	%D%/sshd_groups.sh \
	%D%/sshd_key.sh \
	%D%/sshd_password.sh \
	%D%/su.sh \
	%D%/sudo.sh \
	%D%/users.sh

if TOOL
script_tests += $(host_tests)
long_tests += %D%/migration.sh %D%/readme.sh
endif

EXTRA_DIST += $(host_tests) %D%/ground.sh %D%/clock.c %D%/nss_stuck.c %D%/openssh.sh %D%/outcomes.sh %D%/page.sh %D%/peers.rows \
	%D%/enroll.exp %D%/phone.exp %D%/security_key.c %D%/story.sh %D%/talk.exp

# fail2ban reads lines of real logins; anybody can do that.
helpers += %D%/lines
%C%_lines_LDADD = $(host_libs)
%C%_lines_LDFLAGS = $(host_flags)
script_tests += %D%/fail2ban.sh
