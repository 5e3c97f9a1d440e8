# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# An example in which each line is commented out.
dist_doc_DATA += %D%/pam_otp.conf

# The shells look for files with these names.
if TOOL
dist_bashcomp_DATA = %D%/completions/bash/otp-enroll
dist_zshcomp_DATA = %D%/completions/zsh/_otp-enroll
dist_fishcomp_DATA = %D%/completions/fish/otp-enroll.fish

# The output of `status --json` and `check --json`.
dist_doc_DATA += %D%/check.schema.json %D%/status.schema.json
endif

EXTRA_DIST += %D%/README

# fail2ban reads them from directories with these names in /etc, where we do not
# install anything.
f2bfilterdir = $(docdir)/fail2ban/filter.d
dist_f2bfilter_DATA = %D%/fail2ban/filter.d/pam-otp.conf
f2bjaildir = $(docdir)/fail2ban/jail.d
dist_f2bjail_DATA = %D%/fail2ban/jail.d/pam-otp.conf

# For confined services.
EXTRA_DIST += %D%/apparmor/pam_otp \
	%D%/selinux/pam_otp.fc %D%/selinux/pam_otp.if %D%/selinux/pam_otp.te \
	%D%/systemd/polkit-agent-helper-pam_otp.conf \
	%D%/systemd/pam_otpd-postgresql.conf

# The units of otp-deliver and of pam_otpd, and the places of their sockets.
systemdunitdir = $(systemddir)/systemd/system
sysusersdir = $(systemddir)/sysusers.d
tmpfilesdir = $(systemddir)/tmpfiles.d
presetdir = $(systemddir)/systemd/system-preset
dist_systemdunit_DATA =
nodist_systemdunit_DATA =
dist_sysusers_DATA =
dist_tmpfiles_DATA =
dist_preset_DATA =
deliver_units = %D%/systemd/pam_otp-deliver.socket
daemon_units = %D%/systemd/pam_otpd-root.socket \
	%D%/systemd/pam_otpd-service.socket \
	%D%/systemd/pam_otpd-user.socket
EXTRA_DIST += %D%/systemd/pam_otp-deliver@.service.in \
	%D%/systemd/pam_otpd.service.in
if SYSTEMD
if DELIVER
dist_systemdunit_DATA += $(deliver_units)
nodist_systemdunit_DATA += %D%/systemd/pam_otp-deliver@.service
dist_sysusers_DATA += %D%/systemd/sysusers.d/pam_otp-deliver.conf
dist_tmpfiles_DATA += %D%/systemd/tmpfiles.d/pam_otp-deliver.conf
endif
if DAEMON
dist_systemdunit_DATA += $(daemon_units)
nodist_systemdunit_DATA += %D%/systemd/pam_otpd.service
dist_sysusers_DATA += %D%/systemd/sysusers.d/pam_otpd.conf
dist_tmpfiles_DATA += %D%/systemd/tmpfiles.d/pam_otpd.conf
dist_preset_DATA += %D%/systemd/system-preset/90-pam_otpd.preset
endif
endif
CLEANFILES += %D%/systemd/pam_otp-deliver@.service %D%/systemd/pam_otpd.service
%D%/systemd/pam_otpd.service: %D%/systemd/pam_otpd.service.in Makefile
	$(AM_V_at)$(MKDIR_P) %D%/systemd
	$(AM_V_GEN)$(SED) 's|@daemonexecdir@|$(daemonexecdir)|' \
	    $(srcdir)/%D%/systemd/pam_otpd.service.in >$@.new && \
	    mv $@.new $@
%D%/systemd/pam_otp-deliver@.service: %D%/systemd/pam_otp-deliver@.service.in \
		Makefile
	$(AM_V_at)$(MKDIR_P) %D%/systemd
	$(AM_V_GEN)$(SED) 's|@deliverexecdir@|$(deliverexecdir)|' \
	    $(srcdir)/%D%/systemd/pam_otp-deliver@.service.in >$@.new && \
	    mv $@.new $@

EXTRA_DIST += %D%/picture/draw %D%/picture/story.svg

EXTRA_DIST += %D%/release %D%/packages

# Of this system, in packages/.
packages:
	@$(MAKE) $(AM_MAKEFLAGS) tarball >packages.log 2>&1 || \
	    { cat packages.log; exit 1; }
	@$(top_srcdir)/contrib/packages $(distdir).tar.xz packages
.PHONY: packages
CLEANFILES += packages.log
clean-local: clean-packages
clean-packages:
	rm -rf packages
.PHONY: clean-packages

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
	%D%/debian/not-installed %D%/debian/otp-deliver.install \
	%D%/debian/otp-deliver.lintian-overrides %D%/debian/otp-deliver.postrm \
	%D%/debian/otp-enroll.docs \
	%D%/debian/otp-enroll.install \
	%D%/debian/otp-enroll.lintian-overrides \
	%D%/debian/pam-otpd.install %D%/debian/pam-otpd.lintian-overrides \
	%D%/debian/pam-otpd.postinst %D%/debian/pam-otpd.postrm \
	%D%/debian/pam-otpd.prerm %D%/debian/otp-deliver.prerm \
	%D%/debian/pam-otp-postgresql.docs \
	%D%/debian/pam-otp-postgresql.examples \
	%D%/debian/pam-otp-postgresql.install \
	%D%/debian/pam-otp-postgresql.lintian-overrides \
	%D%/debian/rules \
	%D%/debian/watch %D%/debian/source/format %D%/debian/source/lintian-overrides \
	%D%/debian/tests/control \
	%D%/debian/tests/daemon %D%/debian/tests/login %D%/debian/tests/sshd

# Migrations, for otp-enroll fleet init and upgrade.
migrations = \
	%D%/postgresql/0001-tables.sql \
	%D%/postgresql/0002-host.sql \
	%D%/postgresql/0003-enroll.sql \
	%D%/postgresql/0004-store.sql
migrationsdir = $(pkgdatadir)/postgresql
postgresqldocdir = $(docdir)/postgresql
if LIBPQ
dist_migrations_DATA = $(migrations)
dist_postgresqldoc_DATA = %D%/postgresql/README
else
EXTRA_DIST += $(migrations) %D%/postgresql/README
endif

# Lines for /etc/pam.d and drop-ins for sshd, which tests log in with. They are to
# be read and copied; nothing is installed in /etc.
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
	%D%/stacks/sshd-key-group \
	%D%/stacks/sshd-key-network \
	%D%/stacks/sshd-key-network.access \
	%D%/stacks/sshd-key-remember \
	%D%/stacks/sshd-key-rollout \
	%D%/stacks/sshd-key-invited \
	%D%/stacks/sshd-key-root.conf \
	%D%/stacks/sshd-key.conf \
	%D%/stacks/sshd-password \
	%D%/stacks/sshd-password-group \
	%D%/stacks/sshd-password.conf \
	%D%/stacks/su \
	%D%/stacks/sudo \
	%D%/stacks/sudo-fresh

# A play that distributes seed files to many hosts: pam_otp_admin(7).
ansibledir = $(docdir)/ansible
dist_ansible_DATA = %D%/ansible/pam_otp.yml
