# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# The power cuts have a wrap of their own: see powercut_login.h.
unit_tests += \
	%D%/powercut_enrol_test \
	%D%/powercut_mixed_test \
	%D%/powercut_test

%C%_powercut_test_SOURCES = %D%/powercut_test.c \
	%D%/powercut_break.c %D%/powercut_break.h \
	%D%/powercut_disk.c %D%/powercut_disk.h \
	%D%/powercut_login.c %D%/powercut_login.h \
	%D%/powercut_oracle.c %D%/powercut_oracle.h \
	%D%/powercut_search.c %D%/powercut_search.h \
	%D%/powercut_table.c %D%/powercut_table.h
%C%_powercut_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=pwrite -Wl,--wrap=pwrite64 -Wl,--wrap=fdatasync \
	-Wl,--wrap=otp_verify \
	-Wl,--wrap=otp_slots_read -Wl,--wrap=otp_slots_record \
	-Wl,--wrap=otp_slots_charge -Wl,--wrap=otp_throttle_settle
%C%_powercut_enrol_test_SOURCES = %D%/powercut_enrol_test.c \
	%D%/powercut_folder.c %D%/powercut_folder.h \
	%D%/powercut_table.c %D%/powercut_table.h
folder_wrap = $(AM_LDFLAGS) \
	-Wl,--wrap=openat -Wl,--wrap=openat64 \
	-Wl,--wrap=renameat -Wl,--wrap=renameat2 -Wl,--wrap=unlinkat \
	-Wl,--wrap=ftruncate -Wl,--wrap=ftruncate64 \
	-Wl,--wrap=pwrite -Wl,--wrap=pwrite64 \
	-Wl,--wrap=fsync -Wl,--wrap=fdatasync
%C%_powercut_enrol_test_LDFLAGS = $(folder_wrap)
%C%_powercut_mixed_test_SOURCES = %D%/powercut_mixed_test.c \
	%D%/powercut_folder.c %D%/powercut_folder.h \
	%D%/powercut_mixed.c %D%/powercut_mixed.h \
	%D%/powercut_mixed_break.c %D%/powercut_mixed_break.h \
	%D%/powercut_table.c %D%/powercut_table.h
%C%_powercut_mixed_test_LDFLAGS = $(folder_wrap) \
	-Wl,--wrap=otp_store_load -Wl,--wrap=otp_store_put \
	-Wl,--wrap=otp_store_put_seed -Wl,--wrap=otp_store_drop_seed \
	-Wl,--wrap=otp_store_move_seed -Wl,--wrap=otp_store_enter_uid

long_tests += %D%/powercut_mixed_test %D%/powercut_test
