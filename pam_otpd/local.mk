# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

daemonexecdir = $(libexecdir)/pam_otp
if DAEMON
daemonexec_PROGRAMS = %D%/pam_otpd
endif

pam_otpd_pam_otpd_SOURCES = $(qr_sources) \
	%D%/main.c \
	%D%/accept.c %D%/accept.h \
	%D%/account.c %D%/account.h \
	%D%/change.c %D%/change.h \
	%D%/enroll.c %D%/enroll.h \
	%D%/child.c %D%/child.h \
	%D%/connection.c %D%/connection.h \
	%D%/draw.c %D%/draw.h \
	%D%/limits.c %D%/limits.h \
	%D%/logger.c %D%/logger.h \
	%D%/address.c %D%/address.h \
	%D%/report.c %D%/report.h \
	%D%/rights.c %D%/rights.h \
	%D%/sockets.c %D%/sockets.h \
	%D%/worker.c %D%/worker.h
pam_otpd_pam_otpd_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
pam_otpd_pam_otpd_LDADD = common/libfleet.la $(common_libs) $(QRENCODE_LIBS) $(common_deps)
