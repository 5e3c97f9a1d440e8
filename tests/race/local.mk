# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

unit_tests += %D%/race_test

%C%_race_test_SOURCES = %D%/race_test.c %D%/race.c %D%/race.h $(store_ground)
%C%_race_test_LDFLAGS = $(store_wrap) -pthread

pam_tests += %D%/race_pam_test

%C%_race_pam_test_SOURCES = %D%/race_pam_test.c %D%/race.c %D%/race.h \
	tests/lib/host.c tests/lib/host.h tests/lib/fake.c tests/lib/fake.h
%C%_race_pam_test_LDFLAGS = $(AM_LDFLAGS) -rdynamic -pthread
