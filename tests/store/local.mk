# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# Every program here has the store's system calls in its hand.
store_ground = %D%/ground.c %D%/ground.h %D%/calls.c %D%/calls.h
store_wrap = $(AM_LDFLAGS) \
	-Wl,--wrap=openat -Wl,--wrap=openat64 \
	-Wl,--wrap=__openat_2 -Wl,--wrap=__openat64_2 \
	-Wl,--wrap=fstat -Wl,--wrap=fstat64 \
	-Wl,--wrap=statx \
	-Wl,--wrap=fstatfs -Wl,--wrap=fstatfs64 \
	-Wl,--wrap=fcntl -Wl,--wrap=fcntl64 \
	-Wl,--wrap=pread -Wl,--wrap=pread64 \
	-Wl,--wrap=pwrite -Wl,--wrap=pwrite64 \
	-Wl,--wrap=ftruncate -Wl,--wrap=ftruncate64 \
	-Wl,--wrap=getrlimit -Wl,--wrap=getrlimit64 \
	-Wl,--wrap=fdatasync -Wl,--wrap=fsync \
	-Wl,--wrap=fchmod -Wl,--wrap=fchmodat -Wl,--wrap=mkdirat \
	-Wl,--wrap=renameat -Wl,--wrap=renameat2 -Wl,--wrap=unlinkat \
	-Wl,--wrap=calloc -Wl,--wrap=clock_gettime -Wl,--wrap=nanosleep \
	-Wl,--wrap=syscall -Wl,--wrap=otp_oath_value

unit_tests += \
	%D%/create_test \
	%D%/dispatch_test \
	%D%/fault_test \
	%D%/files_test \
	%D%/full_test \
	%D%/kill_test \
	%D%/lock_test \
	%D%/open_test \
	%D%/promise_test \
	%D%/put_test \
	%D%/uid_test

%C%_uid_test_SOURCES = %D%/uid_test.c $(store_ground)
%C%_uid_test_LDFLAGS = $(store_wrap)
%C%_create_test_SOURCES = %D%/create_test.c $(store_ground)
%C%_create_test_LDFLAGS = $(store_wrap)
%C%_fault_test_SOURCES = %D%/fault_test.c $(store_ground)
%C%_fault_test_LDFLAGS = $(store_wrap)
%C%_files_test_SOURCES = %D%/files_test.c $(store_ground)
%C%_files_test_LDFLAGS = $(store_wrap)
%C%_full_test_SOURCES = %D%/full_test.c $(store_ground)
%C%_full_test_LDFLAGS = $(store_wrap)
%C%_kill_test_SOURCES = %D%/kill_test.c $(store_ground)
%C%_kill_test_LDFLAGS = $(store_wrap)
%C%_lock_test_SOURCES = %D%/lock_test.c $(store_ground)
%C%_lock_test_LDFLAGS = $(store_wrap)
%C%_open_test_SOURCES = %D%/open_test.c $(store_ground)
%C%_open_test_LDFLAGS = $(store_wrap)
%C%_put_test_SOURCES = %D%/put_test.c $(store_ground)
%C%_put_test_LDFLAGS = $(store_wrap)
