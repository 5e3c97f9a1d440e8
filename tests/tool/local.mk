# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

helpers += tests/lib/login %D%/peak %D%/poke %D%/png_modules %D%/qr_print \
	%D%/term2ppm %D%/translated

script_tests += \
	%D%/advice.sh \
	%D%/batch.sh \
	%D%/check.sh \
	%D%/commands.sh \
	%D%/completions.sh \
	%D%/dialogue.sh \
	%D%/import.sh \
	%D%/language.sh \
	%D%/picture.sh \
	%D%/qr_scan.sh \
	%D%/screen.sh \
	%D%/tokens.sh \
	%D%/self.sh \
	%D%/status.sh \
	%D%/usage.sh

EXTRA_DIST += %D%/schema.jq %D%/tool.sh %D%/dialogue.exp %D%/ahead.c %D%/audit.c

# The module finds the fakes in it before libc's.
tests_lib_login_LDADD = $(host_libs)
tests_lib_login_LDFLAGS = $(host_flags)
%C%_term2ppm_LDADD =
%C%_peak_LDADD =
%C%_poke_LDADD =
%C%_png_modules_LDADD = $(LIBPNG_LIBS)
%C%_qr_print_SOURCES = %D%/qr_print.c otp-enroll/qr.c otp-enroll/qr.h
%C%_qr_print_LDADD = $(common_libs) $(QRENCODE_LIBS) $(common_deps)

# The tool, all of it but where its catalogs are.
%C%_translated_SOURCES = %D%/language.c $(otp_enroll_sources)
%C%_translated_LDADD = $(otp_enroll_otp_enroll_LDADD)

unit_tests += %D%/dispatch_test %D%/qr_test %D%/stack_test %D%/terminal_test

%C%_dispatch_test_SOURCES = %D%/dispatch_test.c \
	otp-enroll/dispatch.c otp-enroll/dispatch.h \
	otp-enroll/services.c otp-enroll/services.h \
	otp-enroll/slurp.c otp-enroll/slurp.h \
	otp-enroll/stack.c otp-enroll/stack.h
%C%_stack_test_SOURCES = %D%/stack_test.c otp-enroll/stack.c otp-enroll/stack.h

%C%_qr_test_SOURCES = %D%/qr_test.c otp-enroll/qr.c otp-enroll/qr.h
%C%_qr_test_LDADD = $(QRENCODE_LIBS) $(LDADD)
%C%_qr_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=QRcode_encodeString -Wl,--wrap=QRcode_free
%C%_terminal_test_SOURCES = %D%/terminal_test.c otp-enroll/terminal.c \
	otp-enroll/terminal.h
%C%_terminal_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read \
	-Wl,--wrap=ppoll -Wl,--wrap=__ppoll_chk
