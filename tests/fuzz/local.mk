# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Targets NAME_fuzz.c, each with a corpus in corpus/NAME. `make check' replays
# the corpora; `make fuzz FUZZ_SECONDS=N' has libFuzzer look for more, each for
# N seconds, in a build of its own (fuzz.sh).

fuzz_tests = \
	%D%/address_fuzz \
	%D%/base32_fuzz \
	%D%/conf_fuzz \
	%D%/foreign_fuzz \
	%D%/frame_fuzz \
	%D%/csv_fuzz \
	%D%/logline_fuzz \
	%D%/google_fuzz \
	%D%/life_fuzz \
	%D%/migration_fuzz \
	%D%/name_fuzz \
	%D%/oath_fuzz \
	%D%/seed_fuzz \
	%D%/sshauth_fuzz \
	%D%/state_fuzz \
	%D%/typed_fuzz \
	%D%/uri_fuzz \
	%D%/wire_fuzz
if TOOL
fuzz_tests += %D%/batch_fuzz %D%/import_fuzz
endif
unit_tests += $(fuzz_tests) %D%/login_fuzz %D%/ground_test
# With libpam, as the login.
if TOOL
unit_tests += %D%/stack_fuzz
endif

# libFuzzer has a main() of its own.
if FUZZING
fuzz_main = %D%/fuzz.h
fuzz_flags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_main = %D%/fuzz.h %D%/replay.c
fuzz_flags = $(AM_LDFLAGS)
endif
fuzz_ground = %D%/ground.c %D%/ground.h
disk_wrap = -Wl,--wrap=openat -Wl,--wrap=openat64 \
	-Wl,--wrap=pwrite -Wl,--wrap=pwrite64 \
	-Wl,--wrap=ftruncate -Wl,--wrap=ftruncate64 \
	-Wl,--wrap=fsync -Wl,--wrap=fdatasync \
	-Wl,--wrap=renameat -Wl,--wrap=renameat2 -Wl,--wrap=unlinkat
wrong_wrap = -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=strdup \
	-Wl,--wrap=openat -Wl,--wrap=openat64 -Wl,--wrap=statx \
	-Wl,--wrap=fstatfs -Wl,--wrap=fstatfs64 \
	-Wl,--wrap=fcntl -Wl,--wrap=fcntl64 \
	-Wl,--wrap=pread -Wl,--wrap=pread64 \
	-Wl,--wrap=pwrite -Wl,--wrap=pwrite64 \
	-Wl,--wrap=fdatasync -Wl,--wrap=fsync \
	-Wl,--wrap=getrlimit -Wl,--wrap=getrlimit64 \
	-Wl,--wrap=syscall -Wl,--wrap=getrandom -Wl,--wrap=clock_gettime \
	-Wl,--wrap=getpwnam_r -Wl,--wrap=getpwuid_r \
	-Wl,--wrap=EVP_MAC_fetch -Wl,--wrap=EVP_MAC_CTX_new \
	-Wl,--wrap=EVP_MAC_init -Wl,--wrap=EVP_MAC_update \
	-Wl,--wrap=EVP_MAC_final -Wl,--wrap=EVP_Digest \
	-Wl,--wrap=pam_get_item -Wl,--wrap=pam_set_item \
	-Wl,--wrap=pam_get_user -Wl,--wrap=pam_fail_delay \
	-Wl,--wrap=pam_syslog

%C%_address_fuzz_SOURCES = %D%/address_fuzz.c $(fuzz_main)
%C%_address_fuzz_LDFLAGS = $(fuzz_flags)
%C%_base32_fuzz_SOURCES = %D%/base32_fuzz.c $(fuzz_main)
%C%_base32_fuzz_LDFLAGS = $(fuzz_flags)
%C%_batch_fuzz_SOURCES = %D%/batch_fuzz.c $(fuzz_main) \
	otp-enroll/enrol/batch_input.c otp-enroll/enrol/batch_input.h
%C%_batch_fuzz_LDFLAGS = $(fuzz_flags)
%C%_batch_fuzz_LDADD = $(JANSSON_LIBS) $(LDADD)
%C%_conf_fuzz_SOURCES = %D%/conf_fuzz.c $(fuzz_main)
%C%_conf_fuzz_LDFLAGS = $(fuzz_flags)
%C%_csv_fuzz_SOURCES = %D%/csv_fuzz.c $(fuzz_main)
%C%_csv_fuzz_LDFLAGS = $(fuzz_flags)
%C%_frame_fuzz_SOURCES = %D%/frame_fuzz.c $(fuzz_main)
%C%_frame_fuzz_LDFLAGS = $(fuzz_flags)
%C%_foreign_fuzz_SOURCES = %D%/foreign_fuzz.c $(fuzz_main)
%C%_foreign_fuzz_LDFLAGS = $(fuzz_flags)
%C%_logline_fuzz_SOURCES = %D%/logline_fuzz.c $(fuzz_main)
%C%_logline_fuzz_LDFLAGS = $(fuzz_flags)
%C%_sshauth_fuzz_SOURCES = %D%/sshauth_fuzz.c $(fuzz_main)
%C%_sshauth_fuzz_LDFLAGS = $(fuzz_flags)
%C%_google_fuzz_SOURCES = %D%/google_fuzz.c $(fuzz_main)
%C%_google_fuzz_LDFLAGS = $(fuzz_flags)
%C%_ground_test_SOURCES = %D%/ground_test.c $(fuzz_ground)
%C%_import_fuzz_SOURCES = %D%/import_fuzz.c $(fuzz_main) \
	otp-enroll/import/accept.c otp-enroll/import/choose.c \
	otp-enroll/import/format.c otp-enroll/import/format.h \
	otp-enroll/import/format_csv.c otp-enroll/import/format_json.c \
	otp-enroll/import/format_oath.c otp-enroll/import/format_uri.c \
	otp-enroll/cli/fault.c otp-enroll/cli/fault.h \
	otp-enroll/cli/fill.c otp-enroll/cli/fill.h \
	otp-enroll/cli/text.c otp-enroll/cli/text.h
%C%_import_fuzz_LDFLAGS = $(fuzz_flags)
%C%_import_fuzz_LDADD = $(JANSSON_LIBS) $(LDADD)
%C%_life_fuzz_SOURCES = %D%/life_fuzz.c %D%/life.c %D%/life.h \
	%D%/life_invited.c %D%/life_known.c %D%/life_name.c %D%/life_sent.c $(fuzz_main) $(fuzz_ground) \
	%D%/disk.c %D%/disk.h %D%/model.c %D%/model.h
%C%_life_fuzz_LDFLAGS = $(fuzz_flags) $(disk_wrap)
# The module as a part of the program, so that its calls can be wrapped.
%C%_login_fuzz_SOURCES = %D%/login_fuzz.c $(fuzz_main) $(fuzz_ground) \
	%D%/wrong.c %D%/wrong.h $(pam_module_pam_otp_la_SOURCES)
%C%_login_fuzz_CPPFLAGS = $(AM_CPPFLAGS)
%C%_login_fuzz_LDFLAGS = $(fuzz_flags) $(wrong_wrap)
%C%_migration_fuzz_SOURCES = %D%/migration_fuzz.c $(fuzz_main)
%C%_migration_fuzz_LDFLAGS = $(fuzz_flags)
%C%_name_fuzz_SOURCES = %D%/name_fuzz.c $(fuzz_main) $(fuzz_ground)
%C%_name_fuzz_LDFLAGS = $(fuzz_flags)
%C%_oath_fuzz_SOURCES = %D%/oath_fuzz.c $(fuzz_main)
%C%_oath_fuzz_LDFLAGS = $(fuzz_flags)
%C%_seed_fuzz_SOURCES = %D%/seed_fuzz.c $(fuzz_main)
%C%_seed_fuzz_LDFLAGS = $(fuzz_flags)
%C%_stack_fuzz_SOURCES = %D%/stack_fuzz.c $(fuzz_main) $(oracle_sources)
%C%_stack_fuzz_CPPFLAGS = $(AM_CPPFLAGS) $(oracle_flags)
%C%_stack_fuzz_LDFLAGS = $(fuzz_flags) -export-dynamic
EXTRA_%C%_stack_fuzz_DEPENDENCIES = tests/pamconf/stub.la
%C%_state_fuzz_SOURCES = %D%/state_fuzz.c $(fuzz_main)
%C%_state_fuzz_LDFLAGS = $(fuzz_flags)
%C%_typed_fuzz_SOURCES = %D%/typed_fuzz.c $(fuzz_main)
%C%_typed_fuzz_LDFLAGS = $(fuzz_flags)
%C%_uri_fuzz_SOURCES = %D%/uri_fuzz.c $(fuzz_main)
%C%_uri_fuzz_LDFLAGS = $(fuzz_flags)
%C%_wire_fuzz_SOURCES = %D%/wire_fuzz.c $(fuzz_main)
%C%_wire_fuzz_LDFLAGS = $(fuzz_flags)

EXTRA_DIST += %D%/corpus

# Not a part of this build: it has a compiler and flags of its own.
long_only += %D%/fuzz.sh
FUZZ_SECONDS = 60
fuzz:
	@env $(tests_environment) FUZZ_SECONDS='$(FUZZ_SECONDS)' \
	    FUZZ_TARGETS='$(FUZZ_TARGETS)' $(SHELL) $(top_srcdir)/%D%/fuzz.sh
clean-local:
	rm -rf %D%/libfuzzer
.PHONY: fuzz
