# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What 'check' says of stacks, beside what the real libpam does with them.

if TOOL
unit_tests += %D%/distros_test %D%/oracle_test %D%/walk_test
long_tests += %D%/oracle_test
check_LTLIBRARIES += %D%/stub.la
endif

# A module, which finds what it is to return in the program.
%C%_stub_la_SOURCES = %D%/stub.c
%C%_stub_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

walk_sources = \
	otp-enroll/pamconf/simulate.c otp-enroll/pamconf/simulate.h \
	otp-enroll/pamconf/walk.c otp-enroll/pamconf/walk.h \
	otp-enroll/pamconf/load.c otp-enroll/pamconf/load.h \
	otp-enroll/pamconf/readfile.c otp-enroll/pamconf/readfile.h \
	otp-enroll/cli/read.c otp-enroll/cli/read.h \
	otp-enroll/pamconf/parse.c otp-enroll/pamconf/parse.h
oracle_sources = %D%/oracle.c %D%/oracle.h $(walk_sources)
oracle_flags = -DSTUB='"$(abs_top_builddir)/tests/pamconf/.libs/stub.so"'

%C%_oracle_test_SOURCES = %D%/oracle_test.c $(oracle_sources)
%C%_oracle_test_CPPFLAGS = $(AM_CPPFLAGS) $(oracle_flags)
%C%_oracle_test_LDFLAGS = $(host_flags)
EXTRA_%C%_oracle_test_DEPENDENCIES = %D%/stub.la

%C%_distros_test_SOURCES = %D%/distros_test.c $(walk_sources) \
	otp-enroll/pamconf/answers.c otp-enroll/pamconf/answers.h \
	otp-enroll/pamconf/module.c otp-enroll/pamconf/module.h
EXTRA_DIST += %D%/distros

%C%_walk_test_SOURCES = %D%/walk_test.c $(walk_sources)
