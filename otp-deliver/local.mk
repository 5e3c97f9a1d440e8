# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# The folder deliver.d has programs with the names of schemes.
deliverexecdir = $(libexecdir)/pam_otp
schemeexecdir = $(deliverexecdir)/deliver.d
if DELIVER
deliverexec_PROGRAMS = %D%/otp-deliver %D%/sms-http
schemeexec_PROGRAMS = %D%/mailto
endif

deliver_libs = common/libstore.la common/libcore.la $(common_deps)

otp_deliver_otp_deliver_SOURCES = %D%/main.c \
	%D%/limits.c %D%/limits.h \
	%D%/program.c %D%/program.h \
	%D%/report.c %D%/report.h \
	%D%/request.c %D%/request.h
otp_deliver_otp_deliver_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
otp_deliver_otp_deliver_LDADD = $(deliver_libs)

submit_sources = %D%/settings.c %D%/settings.h %D%/submit.c %D%/submit.h

otp_deliver_mailto_SOURCES = %D%/mailto.c $(submit_sources)
otp_deliver_mailto_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
otp_deliver_mailto_LDADD = $(deliver_libs)

otp_deliver_sms_http_SOURCES = %D%/sms_http.c $(submit_sources)
otp_deliver_sms_http_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
otp_deliver_sms_http_LDADD = $(deliver_libs)
