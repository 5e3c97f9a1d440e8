# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

noinst_LTLIBRARIES += common/libcore.la common/libstore.la \
	common/libeffects.la common/liblink.la common/libfleet.la

# No files, clock, randomness, log or environment: tests/check/purity.sh.
common_libcore_la_SOURCES = \
	%D%/core/err.c %D%/core/err.h \
	%D%/core/detail.c %D%/core/detail.h \
	%D%/core/wipe.c %D%/core/wipe.h \
	%D%/core/digest.c %D%/core/digest.h \
	%D%/core/base32.c %D%/core/base32.h \
	%D%/core/drift.c %D%/core/drift.h \
	%D%/core/oath.c %D%/core/oath.h \
	%D%/core/token.c %D%/core/token.h \
	%D%/core/uri.c %D%/core/uri.h \
	%D%/core/recovery.c %D%/core/recovery.h \
	%D%/core/invitation.c %D%/core/invitation.h \
	%D%/core/address.c %D%/core/address.h \
	%D%/core/code.c %D%/core/code.h \
	%D%/core/typed.c %D%/core/typed.h \
	%D%/core/utf8.c %D%/core/utf8.h \
	%D%/core/seed.c %D%/core/seed.h \
	%D%/core/send.c %D%/core/send.h \
	%D%/core/notice.c %D%/core/notice.h \
	%D%/core/tag.c %D%/core/tag.h \
	%D%/core/state.c %D%/core/state.h \
	%D%/core/policy.c %D%/core/policy.h \
	%D%/core/conf.c %D%/core/conf.h \
	%D%/core/options.c %D%/core/options.h \
	%D%/core/throttle.c %D%/core/throttle.h \
	%D%/core/verify.c %D%/core/verify.h \
	%D%/core/verify_listed.c \
	%D%/core/line.c %D%/core/line.h \
	%D%/core/logline.c %D%/core/logline.h \
	%D%/core/frame.c %D%/core/frame.h \
	%D%/core/hex.h \
	%D%/core/letter.h \
	%D%/core/little_endian.h \
	%D%/core/percent.c %D%/core/percent.h \
	%D%/core/import_algorithm.c %D%/core/import_algorithm.h \
	%D%/core/csv.c %D%/core/csv.h \
	%D%/core/import_csv.c %D%/core/import_csv.h \
	%D%/core/import_isolate.c %D%/core/import_isolate.h \
	%D%/core/import_kind.c %D%/core/import_kind.h \
	%D%/core/import_migration.c %D%/core/import_migration.h \
	%D%/core/import_google.c %D%/core/import_google.h \
	%D%/core/import_note.c %D%/core/import_note.h \
	%D%/core/import_number.c %D%/core/import_number.h \
	%D%/core/import_oath.c %D%/core/import_oath.h \
	%D%/core/import_parameter.c %D%/core/import_parameter.h \
	%D%/core/import_secret.c %D%/core/import_secret.h \
	%D%/core/import_uri.c %D%/core/import_uri.h \
	%D%/core/calendar.c %D%/core/calendar.h \
	%D%/core/decimal.c %D%/core/decimal.h \
	%D%/core/slot_parts.c %D%/core/slot_parts.h \
	%D%/core/slots.c %D%/core/slots.h \
	%D%/core/sshauth.c %D%/core/sshauth.h \
	%D%/core/device.c %D%/core/device.h \
	%D%/core/duration.c %D%/core/duration.h

# The store: what an account has, on the disk.
common_libstore_la_SOURCES = \
	%D%/store/conf_file.c %D%/store/conf_file.h \
	%D%/store/dispatch.c %D%/store/store_kind.h %D%/store/store_files.h \
	%D%/store/file_system.c %D%/store/file_system.h \
	%D%/store/lock.c %D%/store/lock.h \
	%D%/store/lock_owner.c %D%/store/lock_owner.h \
	%D%/store/path.c %D%/store/path.h \
	%D%/store/path_io.c %D%/store/path_errno.h \
	%D%/store/replace.c %D%/store/replace.h \
	%D%/store/socket.c %D%/store/socket.h \
	%D%/store/store.c %D%/store/store.h \
	%D%/store/store_admin.c \
	%D%/store/store_internal.h \
	%D%/store/store_name.c %D%/store/store_name.h \
	%D%/store/store_put.c \
	%D%/store/store_root.c \
	%D%/store/store_uid.c

# The transactions, and what they do them with.
common_libeffects_la_SOURCES = \
	%D%/effects/account.h \
	%D%/effects/active.c %D%/effects/active.h \
	%D%/effects/attempt.c %D%/effects/attempt.h \
	%D%/effects/attempt_internal.h \
	%D%/effects/attempt_judge.c \
	%D%/effects/attempt_news.c \
	%D%/effects/deliver.c %D%/effects/deliver.h \
	%D%/effects/enrol.c %D%/effects/enrol.h \
	%D%/effects/enrol_address.c \
	%D%/effects/enrol_adopt.c \
	%D%/effects/enrol_change.c \
	%D%/effects/enrol_invite.c \
	%D%/effects/enrol_import.c %D%/effects/enrol_import.h \
	%D%/effects/enrol_rename.c \
	%D%/effects/inspect.c %D%/effects/inspect.h \
	%D%/effects/known.c %D%/effects/known.h \
	%D%/effects/label.c %D%/effects/label.h \
	%D%/effects/letter.c %D%/effects/letter.h \
	%D%/effects/look.c %D%/effects/look.h \
	%D%/effects/merge.c %D%/effects/merge.h \
	%D%/effects/move.c %D%/effects/move.h \
	%D%/effects/outbox.c %D%/effects/outbox.h \
	%D%/effects/options_file.c %D%/effects/options_file.h \
	%D%/effects/options_load.c %D%/effects/options_load.h \
	%D%/effects/own.c %D%/effects/own.h \
	%D%/effects/overview.c %D%/effects/overview.h \
	%D%/effects/place.c %D%/effects/place.h \
	%D%/effects/post.c %D%/effects/post.h \
	%D%/effects/snapshot.c %D%/effects/snapshot.h \
	%D%/effects/standing.c %D%/effects/standing.h \
	%D%/effects/sys.c %D%/effects/sys.h \
	%D%/effects/tell.c %D%/effects/tell.h \
	%D%/effects/txn.c %D%/effects/txn.h

# What a program and pam_otpd say to each other.
common_liblink_la_SOURCES = \
	%D%/link/client.c %D%/link/client.h \
	%D%/link/exchange.c %D%/link/exchange.h \
	%D%/link/wire.c %D%/link/wire.h \
	%D%/link/wire_draw.c %D%/link/wire_draw.h \
	%D%/link/wire_field.c %D%/link/wire_field.h \
	%D%/link/wire_login.c %D%/link/wire_login.h \
	%D%/link/wire_enrol.c %D%/link/wire_enrol.h \
	%D%/link/wire_own.c %D%/link/wire_own.h \
	%D%/link/wire_user.c %D%/link/wire_user.h

# What programs have of a fleet's database without libpq.
common_libfleet_la_SOURCES = \
	%D%/fleet/conf.c %D%/fleet/conf.h %D%/fleet/database.h \
	%D%/fleet/load.c %D%/fleet/load.h %D%/fleet/plugin.h %D%/fleet/admin.h \
	%D%/fleet/marks.c %D%/fleet/marks.h

# The only object that links libpq.
fleet_kind_sources = \
	%D%/fleet/database.c %D%/fleet/database.h \
	%D%/fleet/database_enrol.c %D%/fleet/database_enrol.h \
	%D%/fleet/database_internal.h \
	%D%/fleet/marks.c %D%/fleet/marks.h \
	%D%/fleet/rollback.c %D%/fleet/rollback.h \
	%D%/fleet/account.c %D%/fleet/kind.c %D%/fleet/kind.h \
	%D%/fleet/kind_enrol.c %D%/fleet/kind_internal.h \
	%D%/fleet/session.c
if LIBPQ
pkglib_LTLIBRARIES = %D%/fleet/pam_otp_postgresql.la
endif
common_fleet_pam_otp_postgresql_la_SOURCES = \
	%D%/fleet/admin.c %D%/fleet/admin.h \
	%D%/fleet/connection.c %D%/fleet/connection.h \
	$(fleet_kind_sources) \
	%D%/fleet/conf.c %D%/fleet/conf.h \
	%D%/fleet/plugin.c %D%/fleet/plugin.h
common_fleet_pam_otp_postgresql_la_CFLAGS = $(AM_CFLAGS) $(LIBPQ_CFLAGS)
common_fleet_pam_otp_postgresql_la_LIBADD = $(common_libs) $(LIBPQ_LIBS) \
	$(common_deps)
common_fleet_pam_otp_postgresql_la_LDFLAGS = $(AM_LDFLAGS) $(MODULE_LDFLAGS) \
	-module -avoid-version -shared -no-undefined \
	-export-symbols $(srcdir)/%D%/fleet/pam_otp_postgresql.sym
EXTRA_common_fleet_pam_otp_postgresql_la_DEPENDENCIES = \
	%D%/fleet/pam_otp_postgresql.sym
EXTRA_DIST += %D%/fleet/pam_otp_postgresql.sym

# Programs load the .so.
install-exec-hook:
	rm -f $(DESTDIR)$(pkglibdir)/pam_otp_postgresql.la

# A program and its plugin agree on these headers, or do not call each other.
build_id_headers = \
	%D%/core/address.h %D%/core/detail.h %D%/core/device.h \
	%D%/core/err.h %D%/core/invitation.h %D%/core/notice.h \
	%D%/core/recovery.h %D%/core/seed.h %D%/core/send.h %D%/core/slots.h \
	%D%/core/state.h %D%/core/throttle.h %D%/core/token.h \
	%D%/store/store.h %D%/store/store_kind.h \
	%D%/fleet/admin.h %D%/fleet/database.h %D%/fleet/plugin.h
BUILT_SOURCES += build_id.h
CLEANFILES += build_id.h
# Also where a single program is made.
%D%/fleet/load.lo %D%/fleet/pam_otp_postgresql_la-plugin.lo: build_id.h
build_id.h: $(build_id_headers)
	$(AM_V_GEN)id=`cd $(srcdir) && cat $(build_id_headers) | cksum` && \
	    echo "#define OTP_BUILD_ID \"$(PACKAGE_VERSION) $$id\"" >$@.new && \
	    mv $@.new $@

# QR codes, only for the tool and pam_otpd: the module needs no libqrencode.
qr_sources = common/qr/symbol.c common/qr/symbol.h

# The tables of typed.c.
EXTRA_DIST += %D%/core/typed.py
