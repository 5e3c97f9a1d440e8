# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

sbin_PROGRAMS = otp-enroll/otp-enroll

otp_enroll_otp_enroll_SOURCES = \
	%D%/qr.c %D%/qr.h \
	%D%/terminal.c %D%/terminal.h
otp_enroll_otp_enroll_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
otp_enroll_otp_enroll_LDADD = $(common_libs) $(QRENCODE_LIBS) \
	$(JANSSON_LIBS) $(common_deps)
