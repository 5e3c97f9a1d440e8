# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# contrib/postgresql, with servers on a host of their own, as the scripts in host/.

# What scripts call to use common/fleet/database.
if LIBPQ
helpers += %D%/probe %D%/promise %D%/login %D%/crowd \
	tests/bench/fleet_logins
endif
%C%_probe_SOURCES = %D%/probe.c %D%/cut.c %D%/cut.h \
	common/fleet/connection.c common/fleet/connection.h \
	common/fleet/database.c common/fleet/database.h \
	common/fleet/database_internal.h \
	common/fleet/marks.c common/fleet/marks.h \
	common/fleet/rollback.c common/fleet/rollback.h
%C%_probe_CFLAGS = $(AM_CFLAGS) $(LIBPQ_CFLAGS)
%C%_probe_LDADD = $(common_libs) $(LIBPQ_LIBS) $(common_deps)

# The promises of a store, over this one.
%C%_promise_SOURCES = tests/store/promise_test.c $(fleet_kind_sources) \
	common/fleet/connection.c common/fleet/connection.h
%C%_promise_CFLAGS = $(AM_CFLAGS) $(LIBPQ_CFLAGS) -DPROMISE_FLEET
%C%_promise_LDADD = $(sample_lib) common/libfleet.la $(common_libs) \
	$(CMOCKA_LIBS) $(LIBPQ_LIBS) $(common_deps)

%C%_login_SOURCES = %D%/login.c $(fleet_kind_sources) \
	common/fleet/connection.c common/fleet/connection.h
%C%_login_CFLAGS = $(AM_CFLAGS) $(LIBPQ_CFLAGS)
%C%_login_LDADD = $(sample_lib) common/libfleet.la $(common_libs) \
	$(CMOCKA_LIBS) $(LIBPQ_LIBS) $(common_deps)

%C%_crowd_SOURCES = %D%/crowd.c %D%/crowd.h %D%/crowd_cuts.c %D%/cut.c \
	%D%/cut.h $(fleet_kind_sources) \
	common/fleet/connection.c common/fleet/connection.h
%C%_crowd_CFLAGS = $(AM_CFLAGS) $(LIBPQ_CFLAGS)
%C%_crowd_LDADD = $(sample_lib) common/libfleet.la $(common_libs) \
	$(CMOCKA_LIBS) $(LIBPQ_LIBS) $(common_deps)

tests_bench_fleet_logins_LDADD = $(sample_lib) $(common_libs) \
	$(CMOCKA_LIBS) $(PAM_LIBS) $(common_deps)

fleet_tests = \
	%D%/crowd.sh \
	%D%/check.sh \
	%D%/database.sh \
	%D%/enroll.sh \
	%D%/fleet.sh \
	%D%/known.sh \
	%D%/login.sh \
	%D%/marks.sh \
	%D%/move.sh \
	%D%/options.sh \
	%D%/page.sh \
	%D%/put.sh \
	%D%/race.sh \
	%D%/rights.sh \
	%D%/secrets.sh \
	%D%/store.sh
if TOOL # the host has it
script_tests += $(fleet_tests)
long_tests += %D%/race.sh %D%/crowd.sh
endif

EXTRA_DIST += $(fleet_tests) %D%/hosts.sh %D%/server.sh
