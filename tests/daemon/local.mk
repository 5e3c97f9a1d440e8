# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# pam_otpd: what decides, alone; and the daemon with callers of its sockets.

core_tests += %D%/connection_test %D%/limits_test %D%/page_test %D%/rights_test
%C%_connection_test_SOURCES = %D%/connection_test.c pam_otpd/connection.c
%C%_connection_test_CFLAGS = $(AM_CFLAGS)
%C%_limits_test_SOURCES = %D%/limits_test.c pam_otpd/limits.c
%C%_limits_test_CFLAGS = $(AM_CFLAGS)
%C%_rights_test_SOURCES = %D%/rights_test.c pam_otpd/rights.c
%C%_rights_test_CFLAGS = $(AM_CFLAGS)

daemon_tests =
if DAEMON
daemon_tests += %D%/daemon_test
long_tests += %D%/daemon_test
%C%_daemon_test_SOURCES = %D%/daemon_test.c $(qr_sources)
%C%_daemon_test_LDADD = $(LDADD) $(QRENCODE_LIBS)

worker_sources = $(qr_sources) \
	pam_otpd/account.c pam_otpd/change.c pam_otpd/draw.c \
	pam_otpd/enroll.c pam_otpd/logger.c pam_otpd/address.c \
	pam_otpd/report.c pam_otpd/rights.c pam_otpd/worker.c
daemon_tests += %D%/enroll_test %D%/worker_test
%C%_enroll_test_SOURCES = %D%/enroll_test.c $(worker_sources)
%C%_enroll_test_CFLAGS = $(AM_CFLAGS)
%C%_enroll_test_LDADD = $(LDADD) $(QRENCODE_LIBS)
%C%_worker_test_SOURCES = %D%/worker_test.c $(worker_sources)
%C%_worker_test_CFLAGS = $(AM_CFLAGS)
%C%_worker_test_LDADD = $(LDADD) $(QRENCODE_LIBS)
%C%_worker_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps)
endif
