# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

if TOOL
bin_PROGRAMS = otp-enroll/otp-enroll
endif

otp_enroll_otp_enroll_SOURCES = %D%/cli/i18n.c $(otp_enroll_sources)

# A test's tool is these and an i18n.c of its own.
otp_enroll_sources = $(qr_sources) \
	%D%/main.c \
	%D%/cmd_address.c \
	%D%/cmd_adopt.c \
	%D%/cmd_check.c \
	%D%/cmd_devices.c \
	%D%/cmd_exempt.c \
	%D%/cmd_fleet.c \
	%D%/cmd_invite.c \
	%D%/cmd_import.c \
	%D%/cmd_init.c \
	%D%/cmd_new.c \
	%D%/cmd_recovery.c \
	%D%/cmd_remove.c \
	%D%/cmd_resync.c \
	%D%/cmd_show.c \
	%D%/cmd_status.c \
	%D%/cmd_suspend.c \
	%D%/cmd_unlock.c \
	%D%/cmd_verify.c \
	%D%/account/address_args.c %D%/account/address_args.h \
	%D%/account/backend.c %D%/account/backend.h \
	%D%/account/fleet.c %D%/account/fleet.h \
	%D%/account/fleet_move.c %D%/account/fleet_move.h \
	%D%/account/orphans.c %D%/account/orphans.h \
	%D%/account/owner.c %D%/account/owner.h \
	%D%/account/select.c %D%/account/select.h \
	%D%/account/status.c %D%/account/status.h \
	%D%/account/status_text.c \
	%D%/account/subject.c %D%/account/subject.h \
	%D%/account/token_args.c %D%/account/token_args.h \
	%D%/check/account.c %D%/check/account.h \
	%D%/check/advice.c %D%/check/advice.h \
	%D%/check/daemon.c %D%/check/daemon.h \
	%D%/check/delivery.c %D%/check/delivery.h \
	%D%/check/finding.c %D%/check/finding.h \
	%D%/check/fleet.c %D%/check/fleet.h \
	%D%/check/finding_table.c %D%/check/finding_table.h \
	%D%/check/host.c %D%/check/host.h \
	%D%/check/judged.c %D%/check/judged.h %D%/check/stack.c \
	%D%/check/whom.c %D%/check/whom.h \
	%D%/check/locker.c %D%/check/locker.h \
	%D%/check/login.c %D%/check/login.h \
	%D%/check/renamed.c %D%/check/renamed.h \
	%D%/check/named.c %D%/check/named.h \
	%D%/check/run.c %D%/check/run.h \
	%D%/check/services.c %D%/check/services.h \
	%D%/check/sshd.c %D%/check/sshd.h \
	%D%/check/sshd_access.c \
	%D%/check/sshd_ask.c %D%/check/sshd_ask.h \
	%D%/check/sshd_judge.c \
	%D%/check/sshd_probe.c %D%/check/sshd_probe.h \
	%D%/check/sshd_scan.c %D%/check/sshd_scan.h \
	%D%/cli/args.c %D%/cli/args.h \
	%D%/cli/audit.c %D%/cli/audit.h \
	%D%/cli/command.h \
	%D%/cli/settings.c %D%/cli/settings.h \
	%D%/cli/fault.c %D%/cli/fault.h \
	%D%/cli/fill.c %D%/cli/fill.h \
	%D%/cli/i18n.h \
	%D%/cli/output.c %D%/cli/output.h \
	%D%/cli/question.c %D%/cli/question.h \
	%D%/cli/read.c %D%/cli/read.h \
	%D%/cli/report.c %D%/cli/report.h \
	%D%/cli/signals.c %D%/cli/signals.h \
	%D%/cli/suggest.c %D%/cli/suggest.h \
	%D%/cli/terminal.c %D%/cli/terminal.h \
	%D%/cli/text.c %D%/cli/text.h \
	%D%/cli/when.c %D%/cli/when.h \
	%D%/cli/version.c %D%/cli/version.h \
	%D%/cli/wrap.c %D%/cli/wrap.h \
	%D%/enrol/batch.c %D%/enrol/batch.h \
	%D%/enrol/batch_input.c %D%/enrol/batch_input.h \
	%D%/enrol/confirm.c %D%/enrol/confirm.h \
	%D%/enrol/confirm_pair.c \
	%D%/enrol/given.c %D%/enrol/given.h \
	%D%/enrol/address_own.c %D%/enrol/address_own.h \
	%D%/enrol/new_own.c %D%/enrol/new_own.h \
	%D%/enrol/prove.c %D%/enrol/prove.h \
	%D%/enrol/screen.c %D%/enrol/screen.h \
	%D%/enrol/secrets.c %D%/enrol/secrets.h \
	%D%/import/accept.c \
	%D%/import/choose.c \
	%D%/import/format.c %D%/import/format.h \
	%D%/import/format_csv.c \
	%D%/import/format_json.c \
	%D%/import/format_oath.c \
	%D%/import/format_uri.c \
	%D%/import/homes.c \
	%D%/import/input.c %D%/import/input.h \
	%D%/import/reader.c %D%/import/reader.h \
	%D%/import/reader_child.c \
	%D%/import/records.c %D%/import/records.h \
	%D%/import/source.c %D%/import/source.h \
	%D%/pamconf/load.c %D%/pamconf/load.h \
	%D%/pamconf/module.c %D%/pamconf/module.h \
	%D%/pamconf/parse.c %D%/pamconf/parse.h \
	%D%/pamconf/readfile.c %D%/pamconf/readfile.h \
	%D%/pamconf/answers.c %D%/pamconf/answers.h \
	%D%/pamconf/simulate.c %D%/pamconf/simulate.h \
	%D%/pamconf/walk.c %D%/pamconf/walk.h \
	%D%/qr/qr.c %D%/qr/qr.h \
	%D%/qr/qr_picture.h \
	%D%/qr/qr_svg.c
if PNG
otp_enroll_sources += %D%/qr/qr_png.c
endif
otp_enroll_otp_enroll_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
otp_enroll_otp_enroll_LDADD = common/libfleet.la $(common_libs) $(QRENCODE_LIBS) \
	$(LIBPNG_LIBS) $(JANSSON_LIBS) $(common_deps)
