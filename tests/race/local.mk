# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

unit_tests += %D%/race_test

%C%_race_test_SOURCES = %D%/race_test.c %D%/race.c %D%/race.h $(store_ground)
%C%_race_test_LDFLAGS = $(store_wrap) -pthread

pam_tests += %D%/race_pam_test

%C%_race_pam_test_SOURCES = %D%/race_pam_test.c %D%/race.c %D%/race.h
%C%_race_pam_test_LDADD = $(host_libs)
%C%_race_pam_test_LDFLAGS = $(host_flags) -pthread

long_tests += %D%/race_test %D%/race_pam_test

if TOOL
pam_tests += %D%/race_tool_test
long_tests += %D%/race_tool_test
endif

%C%_race_tool_test_LDADD = $(host_libs)
%C%_race_tool_test_LDFLAGS = $(host_flags)

pam_tests += %D%/race_thread_test

%C%_race_thread_test_SOURCES = %D%/race_thread_test.c %D%/race.c %D%/race.h
%C%_race_thread_test_LDADD = $(host_libs)
%C%_race_thread_test_LDFLAGS = $(host_flags) -pthread

# In a build with --enable-sanitizers=thread.
thread_tests = %D%/race_thread_test %D%/race_test
long_tests += %D%/race_thread_test

pam_tests += %D%/race_lock_test

%C%_race_lock_test_SOURCES = %D%/race_lock_test.c %D%/race.c %D%/race.h
%C%_race_lock_test_LDADD = $(host_libs)
%C%_race_lock_test_LDFLAGS = $(host_flags) -pthread
