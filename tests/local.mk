# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# To add a test: a cmocka program PATH.c is one line `PATH' in unit_tests (core
# and effects) or pam_tests (through libpam); a script that prints TAP is one
# line `PATH.sh' in script_tests. A program of more than one source names them
# in PATH_SOURCES (with _ for /, - and .).
#
# `make check-long' runs longer forms of some of them: LONG is `yes' in their
# environment then, else empty. Name such a program or script in long_tests
# too; what is worth nothing short goes into long_only (a script PATH.sh) alone.
# It says what it ran, and how much, in lines that begin with "# ran: ", which
# are all shown at the end; and it takes a few minutes on two cores at most.

# Each of these also runs under the sanitizers: no LD_PRELOAD here.
core_tests = \
	%D%/effects/enrol_address_test \
	%D%/effects/enrol_adopt_test \
	%D%/effects/attempt_test \
	%D%/effects/conflict_test \
	%D%/effects/deliver_test \
	%D%/effects/enrol_test \
	%D%/effects/enrol_change_test \
	%D%/effects/enrol_committed_test \
	%D%/effects/enrol_import_test \
	%D%/effects/enrol_rename_test \
	%D%/effects/once_test \
	%D%/effects/inspect_test \
	%D%/effects/known_test \
	%D%/effects/look_test \
	%D%/effects/move_test \
	%D%/effects/own_test \
	%D%/effects/own_address_test \
	%D%/effects/own_fault_test \
	%D%/effects/sent_code_test \
	%D%/effects/overview_test \
	%D%/effects/pending_test \
	%D%/effects/invite_test \
	%D%/effects/snapshot_test \
	%D%/effects/tell_test \
	%D%/effects/verdict_test \
	%D%/unit/address_test \
	%D%/effects/standing_test \
	%D%/unit/base32_test \
	%D%/unit/calendar_test \
	%D%/unit/code_test \
	%D%/unit/conf_test \
	%D%/unit/options_file_test \
	%D%/unit/decimal_test \
	%D%/unit/device_test \
	%D%/unit/digest_test \
	%D%/unit/duration_test \
	%D%/unit/err_test \
	%D%/unit/fleet_conf_test \
	%D%/unit/marks_test \
	%D%/unit/frame_test \
	%D%/unit/line_test \
	%D%/unit/logline_test \
	%D%/unit/import_google_test \
	%D%/unit/import_oath_test \
	%D%/unit/import_uri_test \
	%D%/unit/import_csv_test \
	%D%/unit/import_kind_test \
	%D%/unit/import_migration_test \
	%D%/unit/notice_test \
	%D%/unit/oath_test \
	%D%/unit/options_test \
	%D%/unit/policy_test \
	%D%/unit/recovery_test \
	%D%/unit/outcome_test \
	%D%/unit/seed_test \
	%D%/unit/send_test \
	%D%/unit/slots_test \
	%D%/unit/sshauth_test \
	%D%/unit/state_test \
	%D%/unit/tag_test \
	%D%/unit/throttle_test \
	%D%/unit/token_test \
	%D%/unit/typed_test \
	%D%/unit/uri_test \
	%D%/unit/utf8_test \
	%D%/unit/verify_test \
	%D%/unit/wire_enrol_test \
	%D%/unit/wire_test \
	%D%/unit/wipe_test
unit_tests = $(daemon_tests) $(core_tests) %D%/unit/path_test %D%/unit/socket_test %D%/unit/sys_test
pam_tests = \
	%D%/pam/clock_test \
	%D%/pam/conversation_test \
	%D%/pam/daemon_test \
	%D%/pam/deliver_test \
	%D%/pam/notice_test \
	%D%/pam/device_test \
	%D%/pam/draw_test \
	%D%/pam/enroll_test \
	%D%/pam/files_test \
	%D%/pam/forward_pass_test \
	%D%/pam/fresh_test \
	%D%/pam/group_test \
	%D%/pam/host_process_test \
	%D%/pam/log_test \
	%D%/pam/memory_test \
	%D%/pam/message_test \
	%D%/pam/nullok_test \
	%D%/pam/options_test \
	%D%/pam/outcome_test \
	%D%/pam/recovery_test \
	%D%/pam/seed_test \
	%D%/pam/standing_test \
	%D%/pam/throttle_test \
	%D%/pam/typed_test

# Programs which scripts call, and which are no tests by themselves.
helpers = \
	%D%/bench/bench \
	%D%/bench/logsink \
	%D%/bench/once \
	%D%/check/store_probe \
	%D%/check/tables

script_tests =

# What check-long runs; other .mk files here add to both.
long_tests = %D%/pam/memory_test
long_only = %D%/daemon/valgrind.sh %D%/pam/valgrind.sh %D%/check/builds.sh
EXTRA_DIST += %D%/pam/valgrind.supp
LONG =

package_tests = \
	%D%/package/debian.sh \
	%D%/package/rpm.sh \
	%D%/package/release.sh

# What the tree promises of itself.
if TOOL
script_tests += %D%/check/pages.sh
endif
static_tests = \
	%D%/check/dev.sh \
	%D%/check/format.sh \
	%D%/check/headers.sh \
	%D%/check/install.sh \
	%D%/check/layers.sh \
	%D%/check/man.sh \
	%D%/check/module.sh \
	%D%/check/musts.sh \
	%D%/check/mutants.sh \
	%D%/check/peers.sh \
	%D%/check/picture.sh \
	%D%/check/po.sh \
	%D%/check/purity.sh \
	%D%/check/security.sh \
	%D%/check/selinux.sh \
	%D%/check/stacks.sh \
	%D%/check/store_page.sh \
	%D%/check/traced.sh \
	%D%/check/wipes.sh \
	%D%/check/words.sh

EXTRA_DIST += %D%/check/pages.sh $(script_tests) $(static_tests) $(long_only) $(package_tests) \
	%D%/README %D%/check/lib.sh %D%/package/tarball.sh \
	%D%/check/core.allow %D%/check/store_reader \
	%D%/tap-cmocka %D%/tap-count \
	%D%/demo.sh %D%/bench/fleet %D%/bench/fleet_daemon %D%/bench/run %D%/bench/plot %D%/bench/results-vm-2-cores.txt \
	%D%/bench/results-vm-2-cores.svg %D%/mutation/run.py \
	%D%/mutation/mutants.py %D%/mutation/equivalent \
	%D%/coverage/coverage.py %D%/coverage/branches \
	%D%/check/static.sh %D%/check/static.analyzer

EXTRA_DIST += %D%/unit/unit.h %D%/unit/notes.h %D%/unit/stack.h \
	%D%/unit/folder.h \
	%D%/unit/oracle.h %D%/effects/world.h %D%/effects/stop.h \
	%D%/effects/crypto.h \
	%D%/lib/account.h %D%/lib/codes.h %D%/lib/unicode.h

# Where a test stands in for a function, every call of it that is linked in
# becomes the test's.
%C%_unit_digest_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=EVP_Digest
%C%_unit_path_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=syscall \
	-Wl,--wrap=openat -Wl,--wrap=openat64 \
	-Wl,--wrap=__openat_2 -Wl,--wrap=__openat64_2 \
	-Wl,--wrap=pread -Wl,--wrap=pread64 \
	-Wl,--wrap=pwrite -Wl,--wrap=pwrite64
%C%_unit_outcome_test_SOURCES = %D%/unit/outcome_test.c pam_module/outcome.c
%C%_unit_outcome_test_CFLAGS = $(AM_CFLAGS)
%C%_unit_slots_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=otp_digest
%C%_unit_sys_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime \
	-Wl,--wrap=getrandom
%C%_unit_oath_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=EVP_MAC_fetch -Wl,--wrap=EVP_MAC_CTX_new \
	-Wl,--wrap=EVP_MAC_init -Wl,--wrap=EVP_MAC_update \
	-Wl,--wrap=EVP_MAC_final

# The module's flushes pass through the bench, which counts them; a login in a
# fresh process is one without libcrypto.
tests_bench_bench_SOURCES = %D%/bench/bench.c %D%/bench/bench.h \
	%D%/bench/crowd.c %D%/bench/daemon.c %D%/bench/files.c %D%/bench/login.c \
	%D%/bench/table.c %D%/bench/trace.c %D%/bench/twice.c
tests_bench_bench_LDFLAGS = $(AM_LDFLAGS) -Wl,--export-dynamic
tests_bench_once_LDADD = $(PAM_LIBS)
tests_bench_logsink_LDADD =

# What the module reports of a login that never was. (Flags of its own, even
# if the same, make objects of its own.)
%C%_check_tables_SOURCES = %D%/check/tables.c \
	pam_module/outcome.c pam_module/log.c pam_module/message.c
%C%_check_tables_CFLAGS = $(AM_CFLAGS)

# What tests with a store share; whoever calls nothing of it links nothing of it.
check_LTLIBRARIES = %D%/lib/libsample.la
%C%_lib_libsample_la_SOURCES = %D%/lib/sample.c %D%/lib/sample.h
sample_lib = %D%/lib/libsample.la

# Tests of the module: a host of their own, and functions that the module finds
# in the program before libc's.
check_LTLIBRARIES += %D%/lib/libhost.la
%C%_lib_libhost_la_SOURCES = \
	%D%/lib/host.c %D%/lib/host.h \
	%D%/lib/fake.c %D%/lib/fake.h
host_libs = %D%/lib/libhost.la $(LDADD)
host_flags = $(AM_LDFLAGS) -export-dynamic
%C%_pam_clock_test_LDADD = $(host_libs)
%C%_pam_conversation_test_LDADD = $(host_libs)
%C%_pam_daemon_test_LDADD = $(host_libs)
%C%_pam_daemon_test_LDFLAGS = $(host_flags)
%C%_pam_deliver_test_LDADD = $(host_libs)
%C%_pam_deliver_test_LDFLAGS = $(host_flags)
%C%_pam_notice_test_LDADD = $(host_libs)
%C%_pam_notice_test_LDFLAGS = $(host_flags)
%C%_pam_device_test_LDADD = $(host_libs)
%C%_pam_draw_test_LDADD = $(host_libs)
%C%_pam_draw_test_LDFLAGS = $(host_flags)
%C%_pam_enroll_test_LDADD = $(host_libs)
%C%_pam_files_test_LDADD = $(host_libs)
%C%_pam_forward_pass_test_LDADD = $(host_libs)
%C%_pam_fresh_test_LDADD = $(host_libs)
%C%_pam_group_test_LDADD = $(host_libs)
%C%_pam_host_process_test_LDADD = $(host_libs)
%C%_pam_log_test_LDADD = $(host_libs)
%C%_pam_memory_test_LDADD = $(host_libs)
%C%_pam_message_test_LDADD = $(host_libs)
%C%_pam_nullok_test_LDADD = $(host_libs)
%C%_pam_options_test_LDADD = $(host_libs)
%C%_pam_outcome_test_LDADD = $(host_libs)
%C%_pam_recovery_test_LDADD = $(host_libs)
%C%_pam_seed_test_LDADD = $(host_libs)
%C%_pam_standing_test_LDADD = $(host_libs)
%C%_pam_throttle_test_LDADD = $(host_libs)
%C%_pam_typed_test_LDADD = $(host_libs)

include %D%/store/local.mk
include %D%/tool/local.mk
include %D%/pamconf/local.mk
include %D%/store/powercut.mk
include %D%/fuzz/local.mk
%C%_unit_verify_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=otp_oath_value \
	-Wl,--wrap=otp_oath_new -Wl,--wrap=otp_oath_free \
	-Wl,--wrap=otp_token_id \
	-Wl,--wrap=otp_recovery_check
%C%_unit_send_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=otp_address_id \
	-Wl,--wrap=otp_send_code -Wl,--wrap=otp_wipe
%C%_effects_attempt_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fdatasync \
	-Wl,--wrap=otp_token_id \
	-Wl,--wrap=fsync -Wl,--wrap=otp_oath_value \
	-Wl,--wrap=otp_path_write -Wl,--wrap=otp_throttle_check \
	-Wl,--wrap=otp_code_read -Wl,--wrap=otp_path_read_file \
	-Wl,--wrap=otp_store_load -Wl,--wrap=otp_store_has_seed
stop_wraps = -Wl,--wrap=otp_path_write -Wl,--wrap=fdatasync -Wl,--wrap=fsync \
	-Wl,--wrap=renameat -Wl,--wrap=renameat2 -Wl,--wrap=unlinkat \
	-Wl,--wrap=otp_store_create
crypto_wraps = -Wl,--wrap=otp_digest -Wl,--wrap=otp_oath_value
%C%_effects_deliver_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_send_occasion
%C%_effects_tell_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_digest
%C%_unit_notice_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=otp_digest
%C%_effects_enrol_address_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	$(crypto_wraps)
%C%_effects_pending_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps)
%C%_effects_own_fault_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	$(crypto_wraps)
%C%_effects_verdict_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=otp_verify \
	-Wl,--wrap=otp_attempt_try -Wl,--wrap=otp_enrol_by_invitation \
	-Wl,--wrap=otp_enrol_confirm -Wl,--wrap=otp_enrol_confirm_address
%C%_effects_enrol_adopt_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps)
%C%_effects_look_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=otp_store_open \
	-Wl,--wrap=otp_store_has_seed -Wl,--wrap=otp_store_peek \
	-Wl,--wrap=otp_store_load
%C%_effects_move_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_store_settle
%C%_effects_standing_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_store_load
%C%_effects_enrol_committed_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps)
%C%_effects_enrol_rename_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_store_open -Wl,--wrap=otp_token_id
%C%_effects_enrol_change_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_store_load -Wl,--wrap=otp_token_id \
	-Wl,--wrap=otp_oath_new -Wl,--wrap=otp_oath_value \
	-Wl,--wrap=otp_recovery_make
%C%_effects_enrol_test_LDFLAGS = $(AM_LDFLAGS) $(stop_wraps) \
	-Wl,--wrap=otp_path_read_file -Wl,--wrap=otp_oath_value \
	-Wl,--wrap=otp_token_id -Wl,--wrap=otp_throttle_check \
	-Wl,--wrap=otp_digest -Wl,--wrap=otp_oath_new \
	-Wl,--wrap=otp_oath_free

include %D%/race/local.mk
include %D%/host/local.mk
include %D%/deliver/local.mk
include %D%/daemon/local.mk
include %D%/fleet/local.mk
include %D%/boot/local.mk
include %D%/faults/local.mk

# The default for each program here.
LDADD = $(sample_lib) common/libfleet.la $(common_libs) $(CMOCKA_LIBS) $(PAM_LIBS) $(common_deps)

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests) $(pam_tests) $(helpers)
# What takes longest begins first.
TESTS = $(unit_tests) $(script_tests) $(pam_tests) $(static_tests)
else
TESTS =
check-local:
	@echo 'make check: cmocka is missing: install libcmocka-dev (Debian) or' \
	    'libcmocka-devel (Fedora), then configure again.' >&2; exit 1
endif

TEST_EXTENSIONS = .sh
LOG_DRIVER = $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/tap-cmocka

# What tests find in their environment; all paths are absolute.
tests_environment = \
	top_srcdir='$(abs_top_srcdir)' \
	top_builddir='$(abs_top_builddir)' \
	builddir='$(abs_top_builddir)' \
	PAM_OTP_SO='$(abs_top_builddir)/pam_module/.libs/pam_otp.so' \
	OTP_ENROLL='$(abs_top_builddir)/otp-enroll/otp-enroll' \
	MODULE_DIR='$(pamdir)' \
	LONG='$(LONG)' EMULATOR='$(EMULATOR)' NLS='$(NLS)' TOOL='$(TOOL)' PNG='$(PNG)' \
	INSTRUMENTED='$(INSTRUMENTED)' HARDENED='$(HARDENED)' \
	CC='$(CC)' NM='$(NM)' MAKE='$(MAKE)' \
	DELIVER='$(DELIVER)' DAEMON='$(DAEMON)' LIBPQ='$(LIBPQ)' DEP_CFLAGS='$(dep_cflags) $(LIBPQ_CFLAGS)' \
	CMOCKA_MESSAGE_OUTPUT=TAP \
	LC_ALL=C.UTF-8 LANGUAGE=
AM_TESTS_ENVIRONMENT = export $(tests_environment);

# `make check', and after it what was skipped or failed by name, and one line
# that counts the cases of all tests. The results of an earlier run go first, so
# that a test that did not run is seen.
check-counted:
	@rm -f $(TEST_LOGS:.log=.trs)
	@status=0; \
	$(MAKE) $(AM_MAKEFLAGS) check || status=$$?; \
	$(SHELL) $(top_srcdir)/tests/tap-count $(TEST_LOGS:.log=.trs) || \
	    status=1; \
	exit $$status

# The same with longer forms, of those that have one; then what they ran.
check-long:
	@status=0; \
	$(MAKE) $(AM_MAKEFLAGS) check-counted LONG=yes \
	    TESTS='$(long_tests) $(long_only)' || status=$$?; \
	for test in $(long_tests:.sh=) $(long_only:.sh=); do \
		sed -n 's/^# \(ran: .*\)/\1/p' $$test.log; \
	done; \
	exit $$status

# Formats of files and what decides a login, without libpam and processes: also
# for another architecture, with a program that runs its programs as EMULATOR
# (.ci/foreign). Only these tests are built. (Those that replace functions of libc
# replace them under the names that they have on 64 bits, and are left out.)
format_tests = $(core_tests) $(fuzz_tests) %D%/store/create_test \
	%D%/store/files_test %D%/store/open_test %D%/store/put_test
EMULATOR =
check-format:
	$(MAKE) $(AM_MAKEFLAGS) check-counted check_PROGRAMS='$(format_tests)' \
	    check_LTLIBRARIES= TESTS='$(format_tests)'

# What can run in a build with --enable-sanitizers.
check-sanitized:
	$(MAKE) $(AM_MAKEFLAGS) check-counted \
	    TESTS='$(unit_tests) $(pam_tests) $(tool_scripts)'

# Programs alone, no scripts.
check-programs:
	$(MAKE) $(AM_MAKEFLAGS) check-counted TESTS='$(unit_tests) $(pam_tests)'

# What has threads, in a build with --enable-sanitizers=thread.
check-threads:
	$(MAKE) $(AM_MAKEFLAGS) check-counted TESTS='$(thread_tests)'

# Logins on a host of their own, which only root can have.
check-host:
	$(MAKE) $(AM_MAKEFLAGS) check-counted TESTS='$(host_tests) $(deliver_tests)'

# (Not as a second prerequisite: all is a make of its own, and both would
# build the libraries at once.)
demo: all
	@$(MAKE) $(AM_MAKEFLAGS) tests/lib/login$(EXEEXT)
	@env $(tests_environment) $(top_srcdir)/tests/demo.sh

bench: all
	@$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS)
	@env $(tests_environment) $(top_srcdir)/tests/bench/run

# For scripts that run none of our test programs.
no_programs = check_PROGRAMS= check_LTLIBRARIES=

# Programs that read the source for mistakes.
check-static:
	$(MAKE) $(AM_MAKEFLAGS) check-counted $(no_programs) \
	    TESTS='%D%/check/static.sh'

# What of the module and common/ the tests run: a build of its own, coverage/.
coverage: all
	@env $(tests_environment) TESTS_RUN='$(unit_tests) $(pam_tests)' \
	    MAKEFLAGS= $(top_srcdir)/tests/coverage/coverage.py

# Rules broken one at a time, and a test that must turn red for each: hours for
# all. MUTANTS is 'all', every how-manieth, or files.
MUTANTS = all
mutation: all
	@$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS)
	@env $(tests_environment) MAKEFLAGS= nice -n 10 \
	    $(top_srcdir)/tests/mutation/run.py $(MUTANTS)

# Packages, built and installed in a root of their own: minutes, and a mirror.
check-packages: all
	$(MAKE) $(AM_MAKEFLAGS) check-counted $(no_programs) \
	    TESTS='$(package_tests)'

.PHONY: check-counted check-format check-long check-programs check-sanitized check-threads check-host check-packages demo bench \
	check-static coverage mutation
