# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# An example, each line commented out: without a file every default holds.
dist_doc_DATA += %D%/pam_otp.conf

# Each shell looks for the file under just this name.
bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = %D%/completions/bash/otp-enroll
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = %D%/completions/zsh/_otp-enroll
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = %D%/completions/fish/otp-enroll.fish

EXTRA_DIST += %D%/README

# What `status --json' prints.
dist_doc_DATA += %D%/status.schema.json

# What `check --json' prints.
dist_doc_DATA += %D%/check.schema.json

# fail2ban wants them in folders of these names, below /etc, which is not ours.
f2bfilterdir = $(docdir)/fail2ban/filter.d
dist_f2bfilter_DATA = %D%/fail2ban/filter.d/pam-otp.conf
f2bjaildir = $(docdir)/fail2ban/jail.d
dist_f2bjail_DATA = %D%/fail2ban/jail.d/pam-otp.conf

# For confined services.
EXTRA_DIST += %D%/apparmor/pam_otp \
	%D%/selinux/pam_otp.fc %D%/selinux/pam_otp.if %D%/selinux/pam_otp.te \
	%D%/systemd/polkit-agent-helper-pam_otp.conf

EXTRA_DIST += %D%/picture/draw %D%/picture/enrolment.svg

EXTRA_DIST += %D%/release

EXTRA_DIST += %D%/rpm/authselect %D%/rpm/pam_otp.spec \
	%D%/rpm/rpmlint.toml

# For packagers: copied to debian/ beside the sources.
EXTRA_DIST += \
	%D%/debian/changelog %D%/debian/control %D%/debian/copyright \
	%D%/debian/examples/pam-configs %D%/debian/libpam-otp.README.Debian \
	%D%/debian/libpam-otp.docs %D%/debian/libpam-otp.examples \
	%D%/debian/libpam-otp.install \
	%D%/debian/libpam-otp.lintian-overrides %D%/debian/libpam-otp.postinst \
	%D%/debian/libpam-otp.postrm %D%/debian/libpam-otp.prerm \
	%D%/debian/not-installed %D%/debian/otp-enroll.docs \
	%D%/debian/otp-enroll.install %D%/debian/otp-enroll.lintian-overrides \
	%D%/debian/rules \
	%D%/debian/source/format %D%/debian/source/lintian-overrides \
	%D%/debian/tests/control \
	%D%/debian/tests/login %D%/debian/tests/sshd

# Lines for /etc/pam.d and drop-ins for sshd, which tests log in with. To be
# read and copied: nothing goes below /etc.
stacksdir = $(docdir)/stacks
dist_stacks_DATA = \
	%D%/stacks/README \
	%D%/stacks/freeradius \
	%D%/stacks/freeradius.pam_otp \
	%D%/stacks/freeradius.site \
	%D%/stacks/login \
	%D%/stacks/openvpn \
	%D%/stacks/openvpn-challenge \
	%D%/stacks/openvpn-challenge.conf \
	%D%/stacks/openvpn.conf \
	%D%/stacks/openvpn.pam_otp \
	%D%/stacks/sshd-key \
	%D%/stacks/sshd-key-network \
	%D%/stacks/sshd-key-network.access \
	%D%/stacks/sshd-key-rollout \
	%D%/stacks/sshd-key-root.conf \
	%D%/stacks/sshd-key.conf \
	%D%/stacks/sshd-password \
	%D%/stacks/sshd-password-group \
	%D%/stacks/sshd-password.conf \
	%D%/stacks/su \
	%D%/stacks/sudo

# A play that brings seeds to many hosts: pam_otp_admin(7).
ansibledir = $(docdir)/ansible
dist_ansible_DATA = %D%/ansible/pam_otp.yml
