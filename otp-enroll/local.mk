# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

sbin_PROGRAMS = otp-enroll/otp-enroll

otp_enroll_otp_enroll_SOURCES = %D%/language.c $(otp_enroll_sources)

# A test's tool is these and a language.c of its own.
otp_enroll_sources = \
	%D%/account.c %D%/account.h \
	%D%/args.c %D%/args.h \
	%D%/audit.c %D%/audit.h \
	%D%/batch.c %D%/batch.h \
	%D%/batch_input.c %D%/batch_input.h \
	%D%/cmd_adopt.c \
	%D%/cmd_check.c \
	%D%/cmd_import.c \
	%D%/cmd_init.c \
	%D%/cmd_new.c \
	%D%/cmd_recovery.c \
	%D%/cmd_remove.c \
	%D%/cmd_resync.c \
	%D%/cmd_show.c \
	%D%/cmd_status.c \
	%D%/cmd_verify.c \
	%D%/cmd_unlock.c \
	%D%/command.h \
	%D%/confirm.c %D%/confirm.h \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/finding.c %D%/finding.h \
	%D%/finding_table.c %D%/finding_table.h \
	%D%/ground.c %D%/ground.h \
	%D%/host.c %D%/host.h \
	%D%/intake.c %D%/intake.h \
	%D%/intake_find.c \
	%D%/intake_read.c \
	%D%/language.h \
	%D%/main.c \
	%D%/module.c %D%/module.h \
	%D%/orphans.c %D%/orphans.h \
	%D%/output.c %D%/output.h \
	%D%/output_time.c \
	%D%/pair.c \
	%D%/parameters.c %D%/parameters.h \
	%D%/pick.c %D%/pick.h \
	%D%/qr.c %D%/qr.h \
	%D%/qr_picture.h %D%/qr_png.c %D%/qr_svg.c \
	%D%/report.c %D%/report.h \
	%D%/secrets.c %D%/secrets.h \
	%D%/self.c %D%/self.h \
	%D%/services.c %D%/services.h \
	%D%/signals.c %D%/signals.h \
	%D%/slurp.c %D%/slurp.h \
	%D%/source.c %D%/source.h \
	%D%/sshd.c %D%/sshd.h \
	%D%/sshd_ask.c %D%/sshd_ask.h \
	%D%/sshd_judge.c \
	%D%/stack.c %D%/stack.h \
	%D%/standing.c %D%/standing.h \
	%D%/standing_text.c \
	%D%/subject.c %D%/subject.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/version.c %D%/version.h \
	%D%/view.c %D%/view.h \
	%D%/wiring.c %D%/wiring.h
otp_enroll_otp_enroll_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
otp_enroll_otp_enroll_LDADD = $(common_libs) $(QRENCODE_LIBS) \
	$(LIBPNG_LIBS) $(JANSSON_LIBS) $(common_deps)
