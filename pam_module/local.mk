# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

pam_LTLIBRARIES = %D%/pam_otp.la

pam_module_pam_otp_la_SOURCES = \
	%D%/pam_otp.c \
	%D%/decide.c %D%/decide.h \
	%D%/deliver.c %D%/deliver.h \
	%D%/device.c %D%/device.h \
	%D%/draw.c %D%/draw.h \
	%D%/enroll.c %D%/enroll.h \
	%D%/notice.c %D%/notice.h \
	%D%/user.c %D%/user.h \
	%D%/group.c %D%/group.h \
	%D%/talk.c %D%/talk.h \
	%D%/outcome.c %D%/outcome.h \
	%D%/owner.c %D%/owner.h \
	%D%/log.c %D%/log.h \
	%D%/login.h \
	%D%/message.c %D%/message.h
# libcrypto first: the thousands of symbols of its own which the loader looks for
# in a process without it are then found one library earlier.
pam_module_pam_otp_la_LIBADD = $(common_libs) $(common_deps) $(PAM_LIBS)
pam_module_pam_otp_la_LDFLAGS = $(AM_LDFLAGS) $(MODULE_LDFLAGS) \
	-module -avoid-version -shared -no-undefined \
	-export-symbols $(srcdir)/%D%/pam_otp.sym
EXTRA_pam_module_pam_otp_la_DEPENDENCIES = %D%/pam_otp.sym
EXTRA_DIST += %D%/pam_otp.sym

# PAM loads the .so. (The name of the folder's variable has no 'exec' in it, so
# libtool's .la arrives with the data.)
install-data-hook:
	rm -f $(DESTDIR)$(pamdir)/pam_otp.la
uninstall-hook:
	rm -f $(DESTDIR)$(pamdir)/pam_otp.so
	rm -f $(DESTDIR)$(pkglibdir)/pam_otp_postgresql.so
