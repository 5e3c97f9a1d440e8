# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

fault_scripts = \
	%D%/adopt.sh \
	%D%/import.sh \
	%D%/login.sh \
	%D%/new.sh \
	%D%/remove.sh
if TOOL
script_tests += %D%/audit.sh $(fault_scripts)
long_tests += $(fault_scripts)
endif

EXTRA_DIST += %D%/audit.sh $(fault_scripts) %D%/faults.sh

# The module meets the functions of tests/store/calls.c under these names.
inside = %D%/inside.c tests/store/calls.c tests/store/calls.h
inside_flags = $(host_flags) \
	-Wl,--defsym=openat=__wrap_openat \
	-Wl,--defsym=openat64=__wrap_openat64 \
	-Wl,--defsym=__openat_2=__wrap___openat_2 \
	-Wl,--defsym=__openat64_2=__wrap___openat64_2 \
	-Wl,--defsym=fstat=__wrap_fstat \
	-Wl,--defsym=fstat64=__wrap_fstat64 \
	-Wl,--defsym=statx=__wrap_statx \
	-Wl,--defsym=fstatfs=__wrap_fstatfs \
	-Wl,--defsym=fstatfs64=__wrap_fstatfs64 \
	-Wl,--defsym=fcntl=__wrap_fcntl \
	-Wl,--defsym=fcntl64=__wrap_fcntl64 \
	-Wl,--defsym=pread=__wrap_pread \
	-Wl,--defsym=pread64=__wrap_pread64 \
	-Wl,--defsym=pwrite=__wrap_pwrite \
	-Wl,--defsym=pwrite64=__wrap_pwrite64 \
	-Wl,--defsym=getrlimit=__wrap_getrlimit \
	-Wl,--defsym=getrlimit64=__wrap_getrlimit64 \
	-Wl,--defsym=fdatasync=__wrap_fdatasync \
	-Wl,--defsym=fsync=__wrap_fsync \
	-Wl,--defsym=syscall=__wrap_syscall \
	-Wl,--defsym=__real_clock_gettime=clock_gettime \
	-Wl,--defsym=__real_otp_oath_value=otp_oath_value

pam_tests += %D%/login_test
long_tests += %D%/login_test

# (What is hidden cannot be met. The sanitizers would meet these functions too,
# before they are ready for it.)
if INSTRUMENTS
%C%_login_test_SOURCES = %D%/login_skipped.c
%C%_login_test_CFLAGS = $(AM_CFLAGS)
%C%_login_test_LDADD = $(CMOCKA_LIBS)
%C%_login_test_LDFLAGS = $(AM_LDFLAGS)
else
%C%_login_test_SOURCES = %D%/login_test.c $(inside)
%C%_login_test_CFLAGS = $(AM_CFLAGS) -fvisibility=default
%C%_login_test_LDADD = $(host_libs)
%C%_login_test_LDFLAGS = $(inside_flags)
endif
EXTRA_DIST += %D%/login_skipped.c
