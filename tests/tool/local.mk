# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

helpers += tests/lib/login
if TOOL
helpers += %D%/peak %D%/poke %D%/qr_print %D%/term2ppm %D%/translated
endif
if PNG
helpers += %D%/png_modules
endif

tool_scripts = \
	%D%/address.sh \
	%D%/notify.sh \
	%D%/advice.sh \
	%D%/batch.sh \
	%D%/check.sh \
	%D%/commands.sh \
	%D%/completions.sh \
	%D%/demo.sh \
	%D%/devices.sh \
	%D%/dialogue.sh \
	%D%/formats.sh \
	%D%/import.sh \
	%D%/labels.sh \
	%D%/language.sh \
	%D%/named.sh \
	%D%/picture.sh \
	%D%/place.sh \
	%D%/printed.sh \
	%D%/qr_scan.sh \
	%D%/screen.sh \
	%D%/tokens.sh \
	%D%/standing.sh \
	%D%/invite.sh \
	%D%/status.sh \
	%D%/typed.sh \
	%D%/usage.sh
if TOOL
script_tests += $(tool_scripts)
endif

EXTRA_DIST += $(tool_scripts) %D%/schema.jq %D%/tool.sh %D%/address.exp %D%/dialogue.exp %D%/terminal.exp %D%/ahead.c %D%/audit.c

# The module finds the fakes in it before libc's. (The demo has it without
# cmocka, so it is made without libhost.)
tests_lib_login_SOURCES = tests/lib/login.c tests/lib/fake.c tests/lib/fake.h
tests_lib_login_CFLAGS = $(AM_CFLAGS)
tests_lib_login_LDADD = $(PAM_LIBS)
tests_lib_login_LDFLAGS = $(host_flags)
%C%_term2ppm_LDADD =
%C%_peak_LDADD =
%C%_poke_LDADD =
%C%_png_modules_LDADD = $(LIBPNG_LIBS)
%C%_qr_print_SOURCES = %D%/qr_print.c $(qr_sources) otp-enroll/qr/qr.c otp-enroll/qr/qr.h
%C%_qr_print_LDADD = $(common_libs) $(QRENCODE_LIBS) $(common_deps)

# The tool, all of it but where its catalogs are.
%C%_translated_SOURCES = %D%/i18n.c $(otp_enroll_sources)
%C%_translated_LDADD = $(otp_enroll_otp_enroll_LDADD)

if TOOL
unit_tests += %D%/parse_test %D%/qr_test %D%/read_test %D%/terminal_test \
	%D%/when_test
endif

%C%_parse_test_SOURCES = %D%/parse_test.c otp-enroll/pamconf/parse.c otp-enroll/pamconf/parse.h

%C%_qr_test_SOURCES = %D%/qr_test.c $(qr_sources) otp-enroll/qr/qr.c otp-enroll/qr/qr.h
%C%_qr_test_LDADD = $(QRENCODE_LIBS) $(LDADD)
%C%_qr_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=QRcode_encodeString -Wl,--wrap=QRcode_free
%C%_read_test_SOURCES = %D%/read_test.c otp-enroll/cli/read.c \
	otp-enroll/cli/read.h
%C%_read_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read \
	-Wl,--wrap=__read_chk
%C%_terminal_test_SOURCES = %D%/terminal_test.c otp-enroll/cli/terminal.c \
	otp-enroll/cli/signals.c otp-enroll/cli/signals.h otp-enroll/cli/terminal.h
%C%_when_test_SOURCES = %D%/when_test.c otp-enroll/cli/when.c otp-enroll/cli/when.h
%C%_terminal_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read \
	-Wl,--wrap=ppoll -Wl,--wrap=__ppoll_chk
